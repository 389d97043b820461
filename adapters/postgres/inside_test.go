package postgres

import (
	"context"

	app "portico/app/client"
	taskapp "portico/app/task"

	"github.com/jackc/pgx/v5"
)

// ClientsStatement shows tests of plans what a query of clients asks.
func ClientsStatement(ctx context.Context, db *DB, firm int32, q app.Query, do func(tx pgx.Tx, sql string, args []any) error) error {
	sql, args, err := clientsSQL(firm, q)
	if err != nil {
		return err
	}
	return db.scoped(ctx, firm, func(tx pgx.Tx) error { return do(tx, sql, args) })
}

// TasksStatement shows them what a query of tasks asks, where the search is for rare words or for common ones.
func TasksStatement(ctx context.Context, db *DB, firm int32, q taskapp.Query, do func(tx pgx.Tx, sql string, args []any) error) error {
	return db.scoped(ctx, firm, func(tx pgx.Tx) error {
		broad, err := areBroad(ctx, tx, firm, q)
		if err != nil {
			return err
		}
		sql, args, err := tasksSQL(firm, q, broad)
		if err != nil {
			return err
		}
		return do(tx, sql, args)
	})
}
