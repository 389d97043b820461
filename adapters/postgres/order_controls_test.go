package postgres_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The readers of this file are wrong on purpose: they are what the order test must be able to find guilty.

// positionOnly remembers the highest position that it has seen, and asks for more. It passes over what commits late.
func positionOnly(t *testing.T, ctx context.Context, pool *pgxpool.Pool, written *atomic.Bool) (heard []place) {
	var last int64
	for {
		end := written.Load()
		rows, err := pool.Query(ctx, `SELECT position, stream_id, version FROM es.events WHERE position > $1 ORDER BY position LIMIT 100`, last)
		if err != nil {
			t.Error(err)
			return heard
		}
		list, err := pgx.CollectRows(rows, onePlace)
		if err != nil {
			t.Error(err)
			return heard
		}
		if len(list) == 0 && end {
			return heard
		}
		if heard = append(heard, list...); len(list) > 0 {
			last = list[len(list)-1].position
		}
		time.Sleep(time.Millisecond)
	}
}

// xidGate reads in the order of transaction ids, below the oldest that is under way. It skips nothing, but an id that
// was drawn before the append puts a later position first.
func xidGate(t *testing.T, ctx context.Context, pool *pgxpool.Pool, written *atomic.Bool) (heard []place) {
	var xid, last int64
	for {
		end := written.Load()
		rows, err := pool.Query(ctx, `
			SELECT position, stream_id, version, xmin::text::bigint AS x FROM es.events
			WHERE (xmin::text::bigint, position) > ($1, $2) AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
			ORDER BY x, position`, xid, last)
		if err != nil {
			t.Error(err)
			return heard
		}
		var p place
		n := len(heard)
		if _, err = pgx.ForEachRow(rows, []any{&p.position, &p.stream, &p.version, &xid}, func() error {
			heard, last = append(heard, p), p.position
			return nil
		}); err != nil {
			t.Error(err)
			return heard
		}
		if len(heard) == n && end {
			return heard
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// tryLock guards its checkpoint by an advisory lock that it tries in the statement that reads the checkpoint: the
// statement's snapshot is older than the lock, so a batch that was just committed is handled again. Its horizon is the
// tail's, so nothing else is wrong with it.
func tryLock(t *testing.T, ctx context.Context, pool *pgxpool.Pool, tail *postgres.Tail, written *atomic.Bool) {
	for ctx.Err() == nil {
		end := written.Load()
		safe, _ := tail.Safe()
		n := 0
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `
				SELECT e.position, e.stream_id, e.version
				FROM (SELECT position FROM naive WHERE pg_try_advisory_xact_lock(1)) AS c, es.events e
				WHERE e.position > c.position AND e.position <= $1 ORDER BY e.position LIMIT 50`, safe)
			if err != nil {
				return err
			}
			list, err := pgx.CollectRows(rows, onePlace)
			if n = len(list); err != nil || n == 0 {
				return err
			}
			if err := hear(ctx, tx, "try-lock", list); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE naive SET position = $1`, list[n-1].position)
			return err
		})
		if err != nil {
			t.Error(err)
			return
		}
		if n == 0 && end && tryLockDone(t, ctx, pool) {
			return
		}
	}
}

func tryLockDone(t *testing.T, ctx context.Context, pool *pgxpool.Pool) (done bool) {
	if err := pool.QueryRow(ctx, `SELECT (SELECT position FROM naive) >= (SELECT max(position) FROM es.events)`).Scan(&done); err != nil {
		t.Error(err)
		return true
	}
	return done
}
