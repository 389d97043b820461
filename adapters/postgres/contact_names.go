package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// contactNames finds names for rows of other models; the address where there is no name.
func contactNames(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return namesBy(ctx, tx, `SELECT c.id, coalesce(nullif(trim(c.given || ' ' || c.family), ''), c.email) FROM portal.contact c WHERE c.id = ANY ($1)`, ids)
}
