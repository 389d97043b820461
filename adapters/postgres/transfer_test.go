package postgres_test

import (
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"

	"github.com/google/uuid"
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
}

func TestTransferFaults(t *testing.T) {
	rows := transfers(t)
	transfertest.Faults(t, func(*testing.T) *transfertest.World { return transfertest.NewWorld(rows, &transfertest.Blobs{}) })
}

// The app's door shows a firm its own transfers and nobody else's, whatever a query forgets.
func TestTransfersBehindRowLevelSecurity(t *testing.T) {
	rows := transfers(t)
	w := transfertest.NewWorld(rows, &transfertest.Blobs{})
	if _, err := rows.Insert(t.Context(), transfer.Row{ID: transfertest.NewID(), Owner: w.Owner, Size: 1, Extension: "pdf", State: transfer.Receiving}, w.Limit); err != nil {
		t.Fatal(err)
	}
	count := func(firm string) (n int) {
		tx, err := rows.DB.App.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(t.Context())
		if _, err := tx.Exec(t.Context(), `SELECT set_config('portico.firm', $1, true)`, firm); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM transfer.upload_transfer`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if own, other, none := count("1"), count("2"), count(""); own != 1 || other != 0 || none != 0 {
		t.Errorf("firm 1 sees %d, firm 2 %d, nobody's %d; want 1, 0, 0", own, other, none)
	}
	if _, err := rows.DB.App.Exec(t.Context(), `DELETE FROM transfer.upload_transfer`); err == nil {
		t.Error("the app may delete rows")
	}
}
