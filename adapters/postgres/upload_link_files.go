package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	app "portico/app/uploadlink"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// withdrawalColumns are for scanWithdrawal.
const withdrawalColumns = `CASE WHEN f.state = 'withdrawn' THEN 'accepted' WHEN f.waits_since IS NOT NULL THEN 'asked' WHEN f.asks > 0 THEN 'refused' ELSE '' END,
			f.asks, f.asked_at, f.ask_reason, f.answered_at, f.answer`

// scanWithdrawal reads a row whose last columns are withdrawalColumns, and the others into what is given.
func scanWithdrawal(r pgx.CollectableRow, into []any) (w app.Withdrawal, err error) {
	var asked, answered *time.Time
	err = r.Scan(append(into, &w.State, &w.Asks, &asked, &w.Reason, &answered, &w.Answer)...)
	w.AskedAt, w.AnsweredAt = timeOr(asked), timeOr(answered)
	return w, err
}

// files reads delivered files by a condition on f. The earlier file with the same content is named only where the
// practice has that one, too.
func files(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]app.FileRow, error) {
	found, err := tx.Query(ctx, `
		SELECT f.id, f.link_id, f.client_id, f.recipient_id, coalesce(r.name, ''), f.batch_id, f.name, f.sent_as, f.size, f.sha256, f.media,
			f.started_at, f.received_at, coalesce(f.delivered_at, f.due_at), f.late, f.same_as, f.scan, f.scan_note,
			coalesce((SELECT s.name FROM portal.upload_file s WHERE s.id = f.same_as AND s.state IN ('received', 'released') AND s.delivered_at IS NOT NULL), ''),
			`+withdrawalColumns+`
		FROM portal.upload_file f LEFT JOIN portal.upload_recipient r ON r.link_id = f.link_id AND r.id = f.recipient_id
		WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(found, func(r pgx.CollectableRow) (f app.FileRow, err error) {
		f.Withdrawal, err = scanWithdrawal(r, []any{
			&f.ID, &f.Link, &f.Client, &f.Recipient, &f.RecipientName, &f.Batch, &f.Name, &f.SentAs, &f.Size, &f.SHA256, &f.Media,
			&f.StartedAt, &f.ReceivedAt, &f.ReleasedAt, &f.Late, &f.SameAs, &f.Scan, &f.ScanNote, &f.SameName,
		})
		return f, err
	})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		ids[i] = rows[i].Client
	}
	names, err := clientNames(ctx, tx, ids)
	for i := range rows {
		rows[i].ClientName = names[rows[i].Client]
	}
	return rows, err
}

// Files lists files that have reached the practice, newest first.
func (l UploadLinkList) Files(ctx context.Context, firm int32, q app.FileQuery) (rows []app.FileRow, next string, err error) {
	at, after, err := timeCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err = files(ctx, tx, delivered+` AND f.firm_no = $7 AND ($1::uuid = $6::uuid OR f.client_id = $1) AND ($2::uuid = $6 OR f.link_id = $2)
			AND ($8::uuid = $6 OR f.batch_id = $8) AND ($9::text = '' OR f.name ILIKE $9)
			AND ($3::uuid = $6 OR (f.due_at, f.id) < ($4, $3)) ORDER BY f.due_at DESC, f.id DESC LIMIT $5`,
			q.Client, q.Link, after, at, limit+1, uuid.Nil, firm, q.Batch, pattern(q.Name))
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list files: %w", err)
	}
	rows, next = cutFiles(rows, limit)
	return rows, next, nil
}

// cutFiles leaves limit files; next is the cursor at which Files goes on where there were more.
func cutFiles(rows []app.FileRow, limit int) (first []app.FileRow, next string) {
	if len(rows) <= limit {
		return rows, ""
	}
	last := rows[limit-1]
	return rows[:limit], nextAfter(last.ReleasedAt, last.ID)
}

// FilesByID are those of the files that the practice has.
func (l UploadLinkList) FilesByID(ctx context.Context, firm int32, ids []uuid.UUID) (rows []app.FileRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err = files(ctx, tx, `f.id = ANY ($1) AND f.firm_no = $2 AND `+delivered, ids, firm)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d files: %w", len(ids), err)
	}
	return rows, nil
}

// File is one file that has reached the practice.
func (l UploadLinkList) File(ctx context.Context, firm int32, file uuid.UUID) (app.FileRow, error) {
	var rows []app.FileRow
	gone := false
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) (err error) {
		if rows, err = files(ctx, tx, `f.id = $1 AND `+delivered, file); err != nil || len(rows) > 0 {
			return err
		}
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.upload_file f WHERE f.id = $1 AND f.state = 'withdrawn')`, file).Scan(&gone)
	})
	switch {
	case err != nil:
		return app.FileRow{}, fmt.Errorf("read file %s: %w", file, err)
	case gone:
		return app.FileRow{}, uploadlink.ErrWithdrawn
	case len(rows) == 0:
		return app.FileRow{}, uploadlink.ErrFileNotFound
	}
	return rows[0], nil
}

// LinkOf is the link that a file came through, also where the practice gave the file up.
func (l UploadLinkList) LinkOf(ctx context.Context, firm int32, file uuid.UUID) (link uuid.UUID, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT f.link_id FROM portal.upload_file f WHERE f.id = $1 AND (`+delivered+` OR f.state = 'withdrawn')`, file).Scan(&link)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return link, uploadlink.ErrFileNotFound
	}
	if err != nil {
		return link, fmt.Errorf("find the link of file %s: %w", file, err)
	}
	return link, nil
}

// Withdrawals are the files that are asked back and wait for an answer.
func (l UploadLinkList) Withdrawals(ctx context.Context, firm int32) (rows []app.FileRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err = files(ctx, tx, `f.firm_no = $1 AND f.waits_since IS NOT NULL AND `+delivered+` ORDER BY f.waits_since, f.id LIMIT 200`, firm)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is asked back: %w", err)
	}
	return rows, nil
}
