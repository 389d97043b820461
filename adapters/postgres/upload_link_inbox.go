package postgres

import (
	"context"
	"fmt"

	app "portico/app/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// arrived are batches with something in them that the practice has. What is in a batch's due_at is in its files', so the
// index on it finds the page.
const arrived = `
		SELECT b.id, b.link_id, b.client_id, b.recipient_id, coalesce(r.name, ''), b.due_at, f.n, f.size
		FROM portal.upload_batch b
		JOIN LATERAL (SELECT count(*) AS n, coalesce(sum(f.size), 0)::bigint AS size FROM portal.upload_file f WHERE f.batch_id = b.id AND ` + delivered + `) f ON f.n > 0
		LEFT JOIN portal.upload_recipient r ON r.link_id = b.link_id AND r.id = b.recipient_id
		WHERE b.firm_no = $1 AND b.due_at <= statement_timestamp()`

// Inbox lists batches with files that have reached the practice, newest first.
func (l UploadLinkList) Inbox(ctx context.Context, firm int32, q app.InboxQuery) (rows []app.InboxRow, next string, err error) {
	at, after, err := timeCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err = inbox(ctx, tx, ` AND ($2::uuid = $3::uuid OR b.client_id = $2) AND ($4::uuid = $3 OR (b.due_at, b.id) < ($5, $4)) ORDER BY b.due_at DESC, b.id DESC LIMIT $6`,
			firm, q.Client, uuid.Nil, after, at, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = nextAfter(rows[limit-1].ArrivedAt, rows[limit-1].ID)
		}
		return firstFiles(ctx, tx, rows)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list the inbox: %w", err)
	}
	return rows, next, nil
}

// Batch is one batch of which something has reached the practice.
func (l UploadLinkList) Batch(ctx context.Context, firm int32, batch uuid.UUID) (app.InboxRow, error) {
	var rows []app.InboxRow
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) (err error) {
		rows, err = inbox(ctx, tx, ` AND b.id = $2`, firm, batch)
		return err
	})
	if err != nil {
		return app.InboxRow{}, fmt.Errorf("read batch %s: %w", batch, err)
	}
	if len(rows) == 0 {
		return app.InboxRow{}, app.ErrBatchNotFound
	}
	return rows[0], nil
}

// inbox reads arrived batches by what follows their condition; its first argument is the practice.
func inbox(ctx context.Context, tx pgx.Tx, and string, args ...any) ([]app.InboxRow, error) {
	found, err := tx.Query(ctx, arrived+and, args...)
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(found, func(r pgx.CollectableRow) (b app.InboxRow, err error) {
		err = r.Scan(&b.ID, &b.Link, &b.Client, &b.Recipient, &b.RecipientName, &b.ArrivedAt, &b.Count, &b.Size)
		return b, err
	})
	if err != nil {
		return nil, err
	}
	clients := make([]uuid.UUID, len(rows))
	for i := range rows {
		clients[i] = rows[i].Client
	}
	names, err := clientNames(ctx, tx, clients)
	for i := range rows {
		rows[i].ClientName = names[rows[i].Client]
	}
	return rows, err
}

// firstFiles adds to each batch the files that the inbox shows.
func firstFiles(ctx context.Context, tx pgx.Tx, rows []app.InboxRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids, at := make([]uuid.UUID, len(rows)), map[uuid.UUID]*app.InboxRow{}
	for i := range rows {
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	list, err := files(ctx, tx, `f.id IN (
			SELECT early.id FROM unnest($1::uuid[]) AS b (id)
			CROSS JOIN LATERAL (SELECT f.id FROM portal.upload_file f WHERE f.batch_id = b.id AND `+delivered+` ORDER BY f.received_at, f.id LIMIT $2) early)
		ORDER BY f.received_at, f.id`, ids, app.InboxFiles)
	for _, f := range list {
		at[f.Batch].Files = append(at[f.Batch].Files, f)
	}
	return err
}
