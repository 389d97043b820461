package postgres

import (
	"context"
	"fmt"

	app "portico/app/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

var _ app.Sendings = UploadLinkList{}

// SentBy lists what has come through links that were mailed to an address. The index of a client's files finds it.
func (l UploadLinkList) SentBy(ctx context.Context, firm int32, client uuid.UUID, email string, limit int) (rows []app.SentRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT f.id, f.name, f.size, coalesce(f.delivered_at, f.due_at)
			FROM portal.upload_file f
			JOIN portal.upload_recipient r ON r.link_id = f.link_id AND r.id = f.recipient_id
			WHERE f.firm_no = $1 AND f.client_id = $2 AND r.email = $3 AND `+delivered+`
			ORDER BY coalesce(f.delivered_at, f.due_at) DESC, f.id DESC LIMIT $4`, firm, client, email, limit)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, pgx.RowToStructByPos[app.SentRow])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list what was sent: %w", err)
	}
	return rows, nil
}
