package postgres

import (
	"context"
	"fmt"

	app "portico/app/uploadlink"

	"github.com/jackc/pgx/v5"
)

// Scans lists a firm's files that a scan keeps from it: those that await their verdict, are held, or are in quarantine.
// Oldest first.
func (l UploadLinkList) Scans(ctx context.Context, firm int32) (rows []app.ScanRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT f.link_id, f.id, f.scan, f.scan_note, f.size, f.received_at FROM portal.upload_file f
			WHERE f.firm_no = $1 AND (f.state = 'received' AND f.scan IN ('awaited', 'held') OR f.scan = 'infected') ORDER BY f.received_at, f.id`, firm)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, pgx.RowToStructByPos[app.ScanRow])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list scans: %w", err)
	}
	return rows, nil
}
