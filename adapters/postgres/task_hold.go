package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// nextHold is when the next hold of any practice's task ends, by the database's clock, and what that says now; zero: none.
func (l TaskList) nextHold(ctx context.Context) (now, next time.Time, err error) {
	var ends *time.Time
	err = l.DB.Proj.QueryRow(ctx, `SELECT statement_timestamp(), (SELECT min(c.hold_until) FROM portal.task c WHERE c.hold_until > statement_timestamp())`).Scan(&now, &ends)
	if err != nil {
		return now, next, fmt.Errorf("look for the next hold's end: %w", err)
	}
	return now, timeOr(ends), nil
}

// unheld are tasks of the practices whose hold has ended after one moment, and at the latest at another.
func (l TaskList) unheld(ctx context.Context, firms []int32, after, at time.Time, limit int) (ids map[int32][]uuid.UUID, more bool, err error) {
	rows, err := l.DB.Proj.Query(ctx, `SELECT c.firm_no, c.id FROM portal.task c WHERE c.hold_until > $1 AND c.hold_until <= $2 AND c.firm_no = ANY ($3) LIMIT $4`, after, at, firms, limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("look for holds that have ended: %w", err)
	}
	ids = map[int32][]uuid.UUID{}
	n := 0
	var firm int32
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&firm, &id}, func() error {
		ids[firm] = append(ids[firm], id)
		n++
		return nil
	}); err != nil {
		return nil, false, fmt.Errorf("look for holds that have ended: %w", err)
	}
	return ids, n > limit, nil
}
