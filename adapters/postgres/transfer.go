package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Transfers keeps the rows of uploads (transfer.Rows). Requests go through the app's door, one firm at a time; the
// collector, which sees all firms, through the owner's.
type Transfers struct{ DB *DB }

const transferColumns = `id, firm_no, target_kind, link_id, recipient_id, size, byte_offset, hash_state, epoch, sha256, extension,
	declared_media, found_media, fingerprint, state, reason, created_at, expires_at, expires_at <= clock_timestamp() AS expired`

// Who may lose a commit in a crash of the database says fleeting. That is right where what follows repeats it (a digest
// whose event isn't recorded) or doesn't need it (an epoch, whose writers check it); an offset that a client was told
// must stay.
const (
	lasting  = "on"
	fleeting = "off"
)

// Insert implements transfer.Rows. The practice's row in storage_use is locked until the insert has committed, so of
// transfers that begin at once each finds what the ones before it took.
func (t Transfers) Insert(ctx context.Context, r transfer.Row, l transfer.Limits, quota int64) (transfer.Row, error) {
	commit, offset := lasting, int64(0)
	if r.State == transfer.Finishing {
		commit, offset = fleeting, r.Size
	}
	row, ok, err := t.one(ctx, r.Owner.Firm, commit, `
		WITH room AS (
			INSERT INTO transfer.storage_use AS u (firm_no, bytes)
			SELECT $2::integer, $5::bigint WHERE $15::bigint = 0 OR $5::bigint <= $15::bigint
			ON CONFLICT (firm_no) DO UPDATE SET bytes = u.bytes + excluded.bytes
			WHERE $15::bigint = 0 OR u.bytes + excluded.bytes <= $15::bigint
			RETURNING firm_no)
		INSERT INTO transfer.upload_transfer (id, firm_no, link_id, recipient_id, size, byte_offset, sha256, extension,
			declared_media, found_media, storage_key, state, fingerprint, target_kind, expires_at)
		SELECT $1::uuid, firm_no, $3::uuid, $4::uuid, $5::bigint, $6::bigint, $7::bytea, $8::text, $9::text, $10::text, $14::text, $11::text, $16::text,
			$17::text, clock_timestamp() + least($12::interval, $13::interval)
		FROM room
		RETURNING `+transferColumns,
		r.ID, r.Owner.Firm, r.Owner.Link, r.Owner.Recipient, r.Size, offset, r.SHA256, r.Extension,
		r.Declared, r.Found, r.State, l.Idle, l.Age, r.ID.String(), quota, r.Fingerprint, r.Owner.Kind)
	switch {
	case err != nil:
		return row, fmt.Errorf("insert the transfer: %w", err)
	case !ok:
		return row, transfer.ErrQuota
	}
	return row, nil
}

// Used implements transfer.Rows.
func (t Transfers) Used(ctx context.Context, firm int32) (used int64, err error) {
	err = t.DB.scopedRow(ctx, firm, `SELECT coalesce((SELECT bytes FROM transfer.storage_use WHERE firm_no = $1), 0)`, []any{firm}, &used)
	if err != nil {
		return 0, fmt.Errorf("ask how much is kept for practice %d: %w", firm, err)
	}
	return used, nil
}

// Load implements transfer.Rows.
func (t Transfers) Load(ctx context.Context, o transfer.Owner, id uuid.UUID) (transfer.Row, error) {
	row, ok, err := t.one(ctx, o.Firm, fleeting, `
		SELECT `+transferColumns+` FROM transfer.upload_transfer
		WHERE id = $1 AND firm_no = $2 AND link_id = $3 AND recipient_id = $4 AND target_kind = $5`,
		id, o.Firm, o.Link, o.Recipient, o.Kind)
	return row, found(ok, err, "load the transfer")
}

// Running implements transfer.Rows.
func (t Transfers) Running(ctx context.Context, o transfer.Owner) (list []transfer.Row, err error) {
	err = t.DB.scoped(ctx, o.Firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT `+transferColumns+` FROM transfer.upload_transfer
			WHERE firm_no = $1 AND link_id = $2 AND recipient_id = $3 AND target_kind = $4 AND state = 'receiving'`, o.Firm, o.Link, o.Recipient, o.Kind)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanTransfer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list running transfers: %w", err)
	}
	return list, nil
}

// Take implements transfer.Rows.
func (t Transfers) Take(ctx context.Context, o transfer.Owner, id uuid.UUID, offset int64) (transfer.Row, bool, error) {
	row, ok, err := t.one(ctx, o.Firm, fleeting, `
		UPDATE transfer.upload_transfer SET epoch = epoch + 1
		WHERE id = $1 AND firm_no = $2 AND link_id = $3 AND recipient_id = $4 AND target_kind = $6
			AND state = 'receiving' AND byte_offset = $5 AND expires_at > clock_timestamp()
		RETURNING `+transferColumns,
		id, o.Firm, o.Link, o.Recipient, offset, o.Kind)
	if ok || err != nil {
		return row, ok, err
	}
	row, err = t.Load(ctx, o, id)
	return row, false, err
}

// Checkpoint implements transfer.Rows.
func (t Transfers) Checkpoint(ctx context.Context, r transfer.Row, l transfer.Limits) (transfer.Row, error) {
	row, ok, err := t.one(ctx, r.Owner.Firm, lasting, `
		UPDATE transfer.upload_transfer SET byte_offset = $4, hash_state = $5, last_progress_at = clock_timestamp(),
			expires_at = least(clock_timestamp() + $6::interval, created_at + $7::interval)
		WHERE id = $1 AND firm_no = $2 AND epoch = $3 AND state = 'receiving' AND byte_offset <= $4
		RETURNING `+transferColumns,
		r.ID, r.Owner.Firm, r.Epoch, r.Offset, r.HashState, l.Idle, l.Age)
	return row, fenced(ok, err, "record the offset")
}

// Finish implements transfer.Rows.
func (t Transfers) Finish(ctx context.Context, r transfer.Row) (transfer.Row, error) {
	row, ok, err := t.one(ctx, r.Owner.Firm, fleeting, `
		UPDATE transfer.upload_transfer SET state = 'finishing', byte_offset = size, hash_state = NULL, fingerprint = '', sha256 = $4,
			found_media = $5, last_progress_at = clock_timestamp()
		WHERE id = $1 AND firm_no = $2 AND epoch = $3 AND state = 'receiving'
		RETURNING `+transferColumns,
		r.ID, r.Owner.Firm, r.Epoch, r.SHA256, r.Found)
	return row, fenced(ok, err, "record the digest")
}

// Receive implements transfer.Rows.
func (t Transfers) Receive(ctx context.Context, firm int32, id uuid.UUID) error {
	_, _, err := t.one(ctx, firm, fleeting, `
		UPDATE transfer.upload_transfer SET state = 'received' WHERE id = $1 AND firm_no = $2 AND state = 'finishing'
		RETURNING `+transferColumns, id, firm)
	return err
}

// Abandon implements transfer.Rows.
func (t Transfers) Abandon(ctx context.Context, firm int32, id uuid.UUID, reason transfer.Reason) (transfer.Row, bool, error) {
	return t.end(ctx, firm, id, `
		UPDATE transfer.upload_transfer SET state = 'abandoned', reason = $3, epoch = epoch + 1, hash_state = NULL, fingerprint = '',
			last_progress_at = clock_timestamp()
		WHERE id = $1 AND firm_no = $2 AND state IN ('receiving', 'finishing')
		RETURNING `+transferColumns, string(reason))
}

// end runs update, or reads the row that it was not for.
func (t Transfers) end(ctx context.Context, firm int32, id uuid.UUID, update string, more ...any) (transfer.Row, bool, error) {
	row, ok, err := t.one(ctx, firm, lasting, update, append([]any{id, firm}, more...)...)
	if ok || err != nil {
		return row, ok, err
	}
	row, _, err = t.one(ctx, firm, fleeting, `
		SELECT `+transferColumns+` FROM transfer.upload_transfer WHERE id = $1 AND firm_no = $2`, id, firm)
	return row, false, err
}

// Emptied implements transfer.Rows.
func (t Transfers) Emptied(ctx context.Context, firm int32, id uuid.UUID) error {
	_, _, err := t.one(ctx, firm, fleeting, `
		WITH emptied AS (
			UPDATE transfer.upload_transfer SET storage_key = NULL
			WHERE id = $1 AND firm_no = $2 AND state IN ('abandoned', 'discarded') AND storage_key IS NOT NULL
			RETURNING *),
		freed AS (
			UPDATE transfer.storage_use u SET bytes = u.bytes - emptied.size FROM emptied WHERE u.firm_no = emptied.firm_no)
		SELECT `+transferColumns+` FROM emptied`, id, firm)
	return err
}

// Stale implements transfer.Rows.
func (t Transfers) Stale(ctx context.Context, limit int) ([]transfer.Row, error) {
	rows, err := t.DB.Work.Query(ctx, `
		(SELECT `+transferColumns+` FROM transfer.upload_transfer
		 WHERE state = 'receiving' AND expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1)
		UNION ALL
		(SELECT `+transferColumns+` FROM transfer.upload_transfer
		 WHERE (state = 'finishing' OR state IN ('abandoned', 'discarded') AND storage_key IS NOT NULL)
			AND last_progress_at < clock_timestamp() - interval '1 minute' ORDER BY last_progress_at LIMIT $1)
		LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list stale transfers: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanTransfer)
	if err != nil {
		return nil, fmt.Errorf("list stale transfers: %w", err)
	}
	return list, nil
}

// Kept implements transfer.Rows.
func (t Transfers) Kept(ctx context.Context, after uuid.UUID, limit int) ([]transfer.Row, error) {
	rows, err := t.DB.Work.Query(ctx, `
		SELECT `+transferColumns+` FROM transfer.upload_transfer WHERE state = 'received' AND id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanTransfer)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	return list, nil
}

// Unknown implements transfer.Rows.
func (t Transfers) Unknown(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := t.DB.Work.Query(ctx, `
		SELECT id FROM unnest($1::uuid[]) AS given (id)
		WHERE NOT EXISTS (SELECT FROM transfer.upload_transfer t WHERE t.id = given.id)`, ids)
	if err != nil {
		return nil, fmt.Errorf("look up blobs: %w", err)
	}
	unknown, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("look up blobs: %w", err)
	}
	return unknown, nil
}

// one runs a statement of one firm that gives at most one row: scope and statement in one round trip and one
// transaction.
func (t Transfers) one(ctx context.Context, firm int32, commit, sql string, args ...any) (row transfer.Row, ok bool, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT set_config('portico.firm', $1, true), set_config('synchronous_commit', $2, true)`, strconv.Itoa(int(firm)), commit)
	b.Queue(sql, args...)
	results := t.DB.App.SendBatch(ctx, b)
	_, err = results.Exec()
	if err == nil {
		var rows pgx.Rows
		if rows, err = results.Query(); err == nil {
			row, err = pgx.CollectExactlyOneRow(rows, scanTransfer)
		}
	}
	ok = err == nil
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return row, ok, errors.Join(err, results.Close())
}

func scanTransfer(r pgx.CollectableRow) (row transfer.Row, err error) {
	err = r.Scan(&row.ID, &row.Owner.Firm, &row.Owner.Kind, &row.Owner.Link, &row.Owner.Recipient, &row.Size, &row.Offset, &row.HashState, &row.Epoch,
		&row.SHA256, &row.Extension, &row.Declared, &row.Found, &row.Fingerprint, &row.State, &row.Reason, &row.CreatedAt, &row.ExpiresAt, &row.Expired)
	row.CreatedAt, row.ExpiresAt = row.CreatedAt.Truncate(time.Millisecond), row.ExpiresAt.Truncate(time.Millisecond)
	return row, err
}

func found(ok bool, err error, doing string) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", doing, err)
	case !ok:
		return transfer.ErrUnknown
	}
	return nil
}

func fenced(ok bool, err error, doing string) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", doing, err)
	case !ok:
		return transfer.ErrLocked
	}
	return nil
}
