package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"portico/app/transfer"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Quarantine implements transfer.Rows.
func (t Transfers) Quarantine(ctx context.Context, firm int32, id uuid.UUID) (row transfer.Row, ok bool, err error) {
	err = t.locked(ctx, firm, id, func(tx pgx.Tx, of uuid.UUID) error {
		row, ok, err = t.turn(ctx, tx, firm, of, `
			UPDATE transfer.upload_transfer SET state = 'quarantined', last_progress_at = clock_timestamp()
			WHERE id = $1 AND firm_no = $2 AND state IN ('finishing', 'received')
			RETURNING `+transferColumns)
		return err
	})
	return row, ok, err
}

// Discard implements transfer.Rows. The transfer's row is locked while its uses are counted, as it is in Hold: of a use
// that is given up and one that begins at once, the second finds what the first has left.
func (t Transfers) Discard(ctx context.Context, firm int32, id uuid.UUID) (row transfer.Row, ok bool, err error) {
	err = t.locked(ctx, firm, id, func(tx pgx.Tx, of uuid.UUID) error {
		if _, err := tx.Exec(ctx, `DELETE FROM transfer.transfer_use WHERE id = $1 AND firm_no = $2`, id, firm); err != nil {
			return err
		}
		row, ok, err = t.turn(ctx, tx, firm, of, `
			UPDATE transfer.upload_transfer t SET state = 'discarded', last_progress_at = clock_timestamp()
			WHERE id = $1 AND firm_no = $2 AND state IN ('finishing', 'received', 'quarantined')
			  AND NOT EXISTS (SELECT FROM transfer.transfer_use u WHERE u.transfer_id = t.id)
			RETURNING `+transferColumns)
		return err
	})
	return row, ok, err
}

// locked runs do in a transaction that has the row of the transfer to itself of which id is a use.
func (t Transfers) locked(ctx context.Context, firm int32, id uuid.UUID, do func(tx pgx.Tx, of uuid.UUID) error) error {
	return t.writing(ctx, firm, func(tx pgx.Tx) error {
		of := id
		err := tx.QueryRow(ctx, `SELECT transfer_id FROM transfer.transfer_use WHERE id = $1 AND firm_no = $2`, id, firm).Scan(&of)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT FROM transfer.upload_transfer WHERE id = $1 AND firm_no = $2 FOR UPDATE`, of, firm); err != nil {
			return err
		}
		return do(tx, of)
	})
}

func (t Transfers) writing(ctx context.Context, firm int32, do func(tx pgx.Tx) error) error {
	begin := `BEGIN; SET LOCAL portico.firm = '` + strconv.Itoa(int(firm)) + `'`
	return pgx.BeginTxFunc(ctx, t.DB.App, pgx.TxOptions{BeginQuery: begin}, do)
}

// turn runs update, or reads the row that it was not for.
func (t Transfers) turn(ctx context.Context, tx pgx.Tx, firm int32, id uuid.UUID, update string) (row transfer.Row, ok bool, err error) {
	for _, sql := range []string{update, `SELECT ` + transferColumns + ` FROM transfer.upload_transfer WHERE id = $1 AND firm_no = $2`} {
		rows, err := tx.Query(ctx, sql, id, firm)
		if err != nil {
			return row, false, err
		}
		row, err = pgx.CollectExactlyOneRow(rows, scanTransfer)
		if !errors.Is(err, pgx.ErrNoRows) {
			return row, err == nil && sql == update, err
		}
	}
	return transfer.Row{}, false, nil
}

// Hold implements transfer.Rows.
func (t Transfers) Hold(ctx context.Context, u transfer.Use) error {
	return t.writing(ctx, u.Firm, func(tx pgx.Tx) error {
		var target uuid.UUID
		err := tx.QueryRow(ctx, `SELECT link_id FROM transfer.upload_transfer WHERE id = $1 AND firm_no = $2 AND state IN ('finishing', 'received') FOR UPDATE`,
			u.Transfer, u.Firm).Scan(&target)
		if errors.Is(err, pgx.ErrNoRows) {
			return transfer.ErrGone
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO transfer.transfer_use (id, firm_no, transfer_id, target_id, confirmed, name)
			SELECT $3::uuid, $1::integer, $3::uuid, $5::uuid, true, '' WHERE $2 <> $3 AND NOT EXISTS (SELECT FROM transfer.transfer_use WHERE transfer_id = $3)
			UNION ALL SELECT $2::uuid, $1::integer, $3::uuid, $4::uuid, false, $6::text
			ON CONFLICT (id) DO NOTHING`, u.Firm, u.ID, u.Transfer, u.Target, target, u.Name)
		return err
	})
}

// Confirm implements transfer.Rows.
func (t Transfers) Confirm(ctx context.Context, firm int32, id uuid.UUID) error {
	return t.writing(ctx, firm, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE transfer.transfer_use SET confirmed = true WHERE id = $1 AND firm_no = $2 AND NOT confirmed`, id, firm)
		return err
	})
}

const transferUses = `SELECT u.firm_no, u.transfer_id, u.id, u.target_id, u.name FROM transfer.transfer_use u `

// Uses implements transfer.Rows.
func (t Transfers) Uses(ctx context.Context, firm int32, id uuid.UUID) ([]transfer.Use, error) {
	return t.uses(ctx, firm, `WHERE u.transfer_id = coalesce((SELECT o.transfer_id FROM transfer.transfer_use o WHERE o.id = $1), $1) ORDER BY u.id`, id)
}

// Confirmed implements transfer.Rows.
func (t Transfers) Confirmed(ctx context.Context, firm int32, target uuid.UUID) ([]transfer.Use, error) {
	return t.uses(ctx, firm, `WHERE u.target_id = $1 AND u.name <> '' AND u.confirmed ORDER BY u.id`, target)
}

func (t Transfers) uses(ctx context.Context, firm int32, which string, id uuid.UUID) (uses []transfer.Use, err error) {
	err = t.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, transferUses+which, id)
		if err != nil {
			return err
		}
		uses, err = pgx.CollectRows(rows, pgx.RowToStructByPos[transfer.Use])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list uses: %w", err)
	}
	return uses, nil
}

// Examples implements transfer.Rows.
func (t Transfers) Examples(ctx context.Context, firm int32, ids []uuid.UUID) (all []transfer.Example, err error) {
	err = t.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT u.firm_no, u.transfer_id, u.id, u.target_id, u.name, t.size, t.sha256, t.found_media, t.state = 'quarantined'
			FROM transfer.transfer_use u JOIN transfer.upload_transfer t ON t.id = u.transfer_id WHERE u.id = ANY ($1) AND u.name <> '' ORDER BY u.id`, ids)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (e transfer.Example, err error) {
			err = r.Scan(&e.Firm, &e.Transfer, &e.ID, &e.Target, &e.Name, &e.Size, &e.SHA256, &e.Media, &e.Apart)
			return e, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read examples: %w", err)
	}
	return all, nil
}

// Apart implements transfer.Rows.
func (t Transfers) Apart(ctx context.Context, firm int32, id uuid.UUID) (apart bool, err error) {
	err = t.DB.scopedRow(ctx, firm, `SELECT EXISTS (SELECT FROM transfer.upload_transfer WHERE state = 'quarantined'
		AND id = coalesce((SELECT o.transfer_id FROM transfer.transfer_use o WHERE o.id = $1), $1))`, []any{id}, &apart)
	if err != nil {
		return false, fmt.Errorf("ask whether a file is kept apart: %w", err)
	}
	return apart, nil
}

// Unconfirmed implements transfer.Rows.
func (t Transfers) Unconfirmed(ctx context.Context, limit int) ([]transfer.Use, error) {
	rows, err := t.DB.Work.Query(ctx, transferUses+`WHERE NOT u.confirmed AND u.held_at < clock_timestamp() - interval '1 hour'
		AND (u.name = '' OR u.held_at < clock_timestamp() - interval '7 days') ORDER BY u.held_at LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list unconfirmed uses: %w", err)
	}
	uses, err := pgx.CollectRows(rows, pgx.RowToStructByPos[transfer.Use])
	if err != nil {
		return nil, fmt.Errorf("list unconfirmed uses: %w", err)
	}
	return uses, nil
}
