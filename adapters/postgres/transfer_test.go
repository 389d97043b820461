package postgres_test

import (
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func transfers(t testing.TB) postgres.Transfers {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return postgres.Transfers{DB: db}
}

func TestTransfers(t *testing.T) {
	rows := transfers(t)
	transfertest.Conformance(t, rows, func(id uuid.UUID, d time.Duration) {
		_, err := rows.DB.Work.Exec(t.Context(), `
			UPDATE transfer.upload_transfer SET created_at = created_at - $2::interval,
				last_progress_at = last_progress_at - $2::interval, expires_at = expires_at - $2::interval
			WHERE id = $1`, id, d)
		if err != nil {
			t.Fatal(err)
		}
	})
	sums(t, rows)
}

func TestTransferFaults(t *testing.T) {
	rows := transfers(t)
	transfertest.Faults(t, func(*testing.T) *transfertest.World { return transfertest.NewWorld(rows, &transfertest.Blobs{}) })
	sums(t, rows)
}

// The app's door shows a firm its own transfers and nobody else's, whatever a query forgets.
func TestTransfersBehindRowLevelSecurity(t *testing.T) {
	rows := transfers(t)
	w := transfertest.NewWorld(rows, &transfertest.Blobs{})
	if _, err := rows.Insert(t.Context(), transfer.Row{ID: transfertest.NewID(), Owner: w.Owner, Size: 1, Extension: "pdf", State: transfer.Receiving}, w.Limit, 0); err != nil {
		t.Fatal(err)
	}
	count := func(table, firm string) (n int) {
		tx, err := rows.DB.App.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(t.Context())
		if _, err := tx.Exec(t.Context(), `SELECT set_config('portico.firm', $1, true)`, firm); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, table := range []string{"transfer.upload_transfer", "transfer.storage_use"} {
		if own, other, none := count(table, "1"), count(table, "2"), count(table, ""); own != 1 || other != 0 || none != 0 {
			t.Errorf("of %s firm 1 sees %d, firm 2 %d, nobody's %d; want 1, 0, 0", table, own, other, none)
		}
		if _, err := rows.DB.App.Exec(t.Context(), `DELETE FROM `+table); err == nil {
			t.Errorf("the app may delete rows of %s", table)
		}
	}
}

// sums holds the counter of what is kept for each practice against the sum of its rows.
func sums(t *testing.T, rows postgres.Transfers) {
	t.Helper()
	wrong, err := rows.DB.Work.Query(t.Context(), `
		SELECT format('practice %s: %s are counted, %s are there', firm_no, u.bytes, s.bytes)
		FROM transfer.storage_use u
		FULL JOIN (SELECT firm_no, sum(size) FILTER (WHERE storage_key IS NOT NULL) AS bytes FROM transfer.upload_transfer GROUP BY firm_no) s
			USING (firm_no)
		WHERE coalesce(u.bytes, 0) <> coalesce(s.bytes, 0)`)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := pgx.CollectRows(wrong, pgx.RowTo[string]); err != nil || len(found) > 0 {
		t.Errorf("%q, %v", found, err)
	}
	if used, err := rows.Used(t.Context(), 1); err != nil || used == 0 {
		t.Errorf("practice 1 has %d, %v; nothing was looked at", used, err)
	}
}
