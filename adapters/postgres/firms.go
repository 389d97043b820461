package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// NumberFirm gives a practice the number that stands for it in every key, the same one when asked again. The practice
// itself is founded by its first event.
func (db *DB) NumberFirm(ctx context.Context, id uuid.UUID) (no int32, err error) {
	err = db.Work.QueryRow(ctx, `
		INSERT INTO es.firms (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING no`, id).Scan(&no)
	if err != nil {
		return 0, fmt.Errorf("number the practice %s: %w", id, err)
	}
	return no, nil
}
