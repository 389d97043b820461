package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	app "portico/app/clientimport"
	"portico/domain/account"
	"portico/domain/fault"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ClientImports keeps what was read of files (app.Rows), and tells an import whom the practice knows.
type ClientImports struct{ DB *DB }

var _ app.Rows = ClientImports{}

// Save is app.Rows. What has been kept for long enough is deleted on the way.
func (c ClientImports) Save(ctx context.Context, firm int32, d app.Draft, rows []app.Cells) error {
	if _, err := c.DB.Work.Exec(ctx, `DELETE FROM intake.client_import WHERE kept_until <= statement_timestamp()`); err != nil {
		return fmt.Errorf("delete what was kept of files: %w", err)
	}
	return c.write(ctx, firm, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO intake.client_import (id, firm_no, staff, file, sha256, header, mapping, row_count, kept_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, statement_timestamp() + $9::interval) ON CONFLICT DO NOTHING`,
			d.ID, firm, d.Staff, d.File, d.SHA256, d.Header, fieldWords(d.Mapping), len(rows), app.KeepDraft)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO intake.client_import_row (import_id, firm_no, no, cells)
			SELECT $1, $2, (r->>'no')::integer, ARRAY(SELECT json_array_elements_text(r->'cells')) FROM json_array_elements($3) AS r`,
			d.ID, firm, rows)
		return err
	})
}

func fieldWords(m app.Mapping) []string {
	out := make([]string, len(m))
	for i, f := range m {
		out[i] = string(f)
	}
	return out
}

// write is a transaction of one firm that changes something.
func (c ClientImports) write(ctx context.Context, firm int32, do func(tx pgx.Tx) error) error {
	begin := `BEGIN; SET LOCAL portico.firm = '` + strconv.Itoa(int(firm)) + `'`
	return pgx.BeginTxFunc(ctx, c.DB.App, pgx.TxOptions{BeginQuery: begin}, do)
}

const importColumns = `id, staff, file, sha256, header, mapping, row_count, created_at`

func scanImport(r pgx.CollectableRow) (d app.Draft, err error) {
	var mapping []string
	err = r.Scan(&d.ID, &d.Staff, &d.File, &d.SHA256, &d.Header, &mapping, &d.Rows, &d.CreatedAt)
	for _, w := range mapping {
		d.Mapping = append(d.Mapping, app.Field(w))
	}
	return d, err
}

// Draft is app.Rows.
func (c ClientImports) Draft(ctx context.Context, firm int32, id uuid.UUID) (d app.Draft, err error) {
	err = c.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+importColumns+` FROM intake.client_import WHERE id = $1 AND firm_no = $2`, id, firm)
		if err != nil {
			return err
		}
		d, err = pgx.CollectExactlyOneRow(rows, scanImport)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return d, app.ErrUnknown
	}
	if err != nil {
		return d, fmt.Errorf("read an import: %w", err)
	}
	return d, nil
}

// Drafts is app.Rows.
func (c ClientImports) Drafts(ctx context.Context, firm int32, limit int) (all []app.Draft, err error) {
	err = c.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+importColumns+` FROM intake.client_import WHERE firm_no = $1 ORDER BY created_at DESC, id LIMIT $2`, firm, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, scanImport)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return all, nil
}

// SetMapping is app.Rows.
func (c ClientImports) SetMapping(ctx context.Context, firm int32, id uuid.UUID, m app.Mapping) error {
	return c.set(ctx, firm, `UPDATE intake.client_import SET mapping = $3 WHERE id = $1 AND firm_no = $2`, id, firm, fieldWords(m))
}

// SetStaff is app.Rows. What is confirmed is kept longer.
func (c ClientImports) SetStaff(ctx context.Context, firm int32, id, staff uuid.UUID) error {
	return c.set(ctx, firm, `
		UPDATE intake.client_import SET staff = $3, kept_until = statement_timestamp() + $4::interval WHERE id = $1 AND firm_no = $2`,
		id, firm, staff, app.KeepRows)
}

func (c ClientImports) set(ctx context.Context, firm int32, sql string, args ...any) error {
	return c.write(ctx, firm, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, args...)
		if err == nil && tag.RowsAffected() == 0 {
			return app.ErrUnknown
		}
		return err
	})
}

// Taken is app.Rows.
func (c ClientImports) Taken(ctx context.Context, firm int32, id uuid.UUID) (all []app.Taken, err error) {
	err = c.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT no, cells, outcome, note, client_id FROM intake.client_import_row WHERE import_id = $1 AND firm_no = $2 ORDER BY no`, id, firm)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (t app.Taken, err error) {
			err = r.Scan(&t.No, &t.Cells.Cells, &t.Outcome, &t.Note, &t.Client)
			return t, err
		})
		return err
	})
	return all, err
}

// Note is app.Rows.
func (c ClientImports) Note(ctx context.Context, firm int32, id uuid.UUID, steps []app.Step) error {
	nos, outcomes, notes, clients := make([]int32, len(steps)), make([]string, len(steps)), make([]string, len(steps)), make([]uuid.UUID, len(steps))
	for i, s := range steps {
		nos[i], outcomes[i], notes[i], clients[i] = int32(s.No), string(s.Outcome), s.Note, s.Client
	}
	return c.write(ctx, firm, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE intake.client_import_row r SET outcome = n.outcome, note = n.note, client_id = n.client
			FROM unnest($3::integer[], $4::text[], $5::text[], $6::uuid[]) AS n (no, outcome, note, client)
			WHERE r.import_id = $1 AND r.firm_no = $2 AND r.no = n.no`, id, firm, nos, outcomes, notes, clients)
		return err
	})
}

// Count is app.Rows.
func (c ClientImports) Count(ctx context.Context, firm int32, id uuid.UUID) (map[app.Outcome]int, error) {
	count := map[app.Outcome]int{}
	err := c.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT outcome, count(*) FROM intake.client_import_row WHERE import_id = $1 AND firm_no = $2 GROUP BY outcome`, id, firm)
		if err != nil {
			return err
		}
		var outcome app.Outcome
		var n int
		_, err = pgx.ForEachRow(rows, []any{&outcome, &n}, func() error {
			count[outcome] = n
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count the rows of an import: %w", err)
	}
	return count, nil
}

// Hold is app.Rows. The lock goes with its connection, so a process that dies holds nothing; when the connection breaks,
// do is told.
func (c ClientImports) Hold(ctx context.Context, id uuid.UUID, do func(ctx context.Context) error) (ok bool, err error) {
	conn, err := c.DB.Work.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("hold an import: %w", err)
	}
	defer conn.Release()
	const key = `hashtextextended('clientimport/' || $1::text, 0)`
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(`+key+`)`, id).Scan(&ok); err != nil || !ok {
		return false, err
	}
	defer func() {
		letting, cancel := context.WithTimeout(context.WithoutCancel(ctx), effectNote)
		defer cancel()
		if _, uerr := conn.Exec(letting, `SELECT pg_advisory_unlock(`+key+`)`, id); uerr != nil {
			err = errors.Join(err, uerr, conn.Conn().Close(letting)) // the lock ends with it
		}
	}()
	return true, do(ctx)
}

// ErrBehind says that clients were written that can't be read yet: an import that went by that would make them twice.
var ErrBehind = fault.New(fault.Unavailable, "clientimport.behind", "The list of clients is being brought up to date just now. Try again in a moment; nothing was lost.")

// Known is whom the practice knows: its clients and people, and its staff by address. It waits until the lists show all
// that was written before the question, for ten seconds at most, and then it refuses with ErrBehind.
func (c ClientImports) Known(ctx context.Context, firm int32) (k app.Known, err error) {
	var position int64
	if err := c.DB.Work.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM es.events`).Scan(&position); err != nil {
		return k, fmt.Errorf("find the end of the log: %w", err)
	}
	ok, err := c.DB.Wait(ctx, position, 10*time.Second, clientModel.Name, contactModel.Name)
	if err != nil {
		return k, err
	}
	if !ok {
		return k, ErrBehind
	}
	err = c.DB.scoped(ctx, firm, func(tx pgx.Tx) (err error) {
		if k.Clients, err = knownClients(ctx, tx); err != nil {
			return err
		}
		k.People, err = knownPeople(ctx, tx)
		return err
	})
	if err != nil {
		return k, fmt.Errorf("read clients and people: %w", err)
	}
	staff, err := Accounts{Pool: c.DB.App}.Staff(ctx, firm)
	if err != nil {
		return k, err
	}
	k.Staff = map[string]uuid.UUID{}
	for _, s := range staff {
		if s.DeactivatedAt.IsZero() {
			if email, err := account.CanonicalEmail(s.Email); err == nil {
				k.Staff[email] = s.ID
			}
		}
	}
	return k, nil
}

// importTime bounds one try at the rows of an import.
const importTime = 30 * time.Minute
