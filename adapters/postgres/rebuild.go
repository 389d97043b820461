package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// Rebuilder builds a model's tables anew beside the ones that serve, and swaps.
//
//  1. The next generation's tables are made, without indexes.
//  2. Readers fetch chunks of the log at once; a dispatcher hands them on in order; each stream always goes to the same
//     folding goroutine, so its order holds. At the end the rows are copied in and indexed.
//  3. What was committed meanwhile is caught up with in ordinary batches.
//  4. One transaction locks the checkpoint, folds the last few events, turns the views and moves the checkpoint.
//
// The old generation stays for RetiredKept. A rebuild that dies leaves tables in state 'building'; the next removes them.
type Rebuilder struct {
	DB    *DB
	Codec *Codec
	Vault *Vault
	Tail  *Tail
	Log   *slog.Logger
}

// RetiredKept is how long the tables of before a swap are kept.
const RetiredKept = 24 * time.Hour

const (
	rebuildChunk   = 10_000 // positions
	rebuildReaders = 3
	almostThere    = 200 // events: few enough to fold inside the swap
)

// Swap tells what a rebuild came to.
type Swap struct {
	Generation int
	Events     int64         // folded in the bulk pass
	Bulk       time.Duration // reading, folding, copying, indexing
	Swap       time.Duration // how long the checkpoint was locked
}

// Rebuild builds m anew and swaps it in. progress is told positions, from the first to the last; it may be nil.
func (b *Rebuilder) Rebuild(ctx context.Context, m Model, progress func(done, total int64)) (s Swap, err error) {
	if err := b.Tail.Ready(ctx); err != nil {
		return s, err
	}
	conn, err := b.DB.Work.Acquire(ctx)
	if err != nil {
		return s, err
	}
	defer conn.Release()
	// One rebuild of a model at a time, in the whole cluster, for as long as this session lives.
	var free bool
	key := "portico rebuild " + m.Name
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, key).Scan(&free); err != nil {
		return s, fmt.Errorf("rebuild %s: %w", m.Name, err)
	}
	if !free {
		return s, fmt.Errorf("rebuild %s: %w", m.Name, ErrRebuilding)
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, key)

	if s.Generation, err = b.begin(ctx, m); err != nil {
		return s, fmt.Errorf("rebuild %s: %w", m.Name, err)
	}
	started := time.Now()
	through, _ := b.Tail.Safe()
	if s.Events, err = b.bulk(ctx, m, s.Generation, through, progress); err != nil {
		return s, fmt.Errorf("rebuild %s: %w", m.Name, err)
	}
	s.Bulk = time.Since(started)
	if s.Swap, err = b.catchUpAndSwap(ctx, m, s.Generation, through); err != nil {
		return s, fmt.Errorf("rebuild %s: %w", m.Name, err)
	}
	return s, nil
}

// ErrRebuilding says that somebody is rebuilding the same model.
var ErrRebuilding = errors.New("another rebuild of it is under way")

// catchUpAndSwap folds what came meanwhile in batches of their own commits, then the last few events and the swap in one.
func (b *Rebuilder) catchUpAndSwap(ctx context.Context, m Model, generation int, at int64) (locked time.Duration, err error) {
	f := newFolder(m, b.Codec, b.Vault)
	s := NewSubscriber(b.DB, b.Codec, b.Vault, b.Tail, b.Log, f.subscription())
	for {
		safe, _ := b.Tail.Safe()
		if safe-at <= almostThere {
			break
		}
		err := pgx.BeginFunc(ctx, b.DB.Proj, func(tx pgx.Tx) error {
			at, err = s.applyThrough(ctx, tx, f, generation, at, safe, subscriptionBatch)
			return err
		})
		if f.after(err == nil); err != nil {
			return 0, err
		}
	}
	err = pgx.BeginFunc(ctx, b.DB.Work, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO es.projections (name, version, generation, position) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`, m.Name, m.Version); err != nil {
			return err
		}
		var live int64
		if err := tx.QueryRow(ctx, `SELECT position FROM es.projections WHERE name = $1 AND version = $2 FOR UPDATE`, m.Name, m.Version).Scan(&live); err != nil {
			return err
		}
		began := time.Now()
		defer func() { locked = time.Since(began) }()
		// The tables that serve may be a little ahead of what this node's tail has seen; never swap back in time.
		safe, _ := b.Tail.Safe()
		for target := max(safe, live); at < target; {
			if at, err = s.applyThrough(ctx, tx, f, generation, at, target, subscriptionBatch); err != nil {
				return err
			}
		}
		return b.swap(ctx, tx, m, generation, at)
	})
	return locked, err
}

// applyThrough folds the next events up to a position into a generation and says how far it came.
func (s *Subscriber) applyThrough(ctx context.Context, tx pgx.Tx, f *folder, generation int, after, through int64, limit int) (int64, error) {
	skipped, err := skippedBy(ctx, tx, f.model)
	if err != nil {
		return after, err
	}
	events, through, err := s.read(ctx, tx, after, through, limit, skipped)
	if err != nil || len(events) == 0 {
		return through, err
	}
	if err := f.handle(ctx, tx, Batch{Generation: generation, After: after, Through: through, Events: events, Skipped: skipped}); err != nil {
		return after, err
	}
	f.after(true) // within this transaction the tables are as folded; on a rollback the folder is thrown away
	return through, nil
}

func (b *Rebuilder) swap(ctx context.Context, tx pgx.Tx, m Model, generation int, at int64) error {
	for _, t := range m.Tables {
		if err := execAll(ctx, tx, t.publish(generation)...); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE es.generations SET state = 'retired', ended_at = clock_timestamp() WHERE name = $1 AND state = 'live'`, m.Name); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE es.generations SET state = 'live', ended_at = clock_timestamp() WHERE name = $1 AND generation = $2`, m.Name, generation); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE es.projections SET generation = $3, position = $4, failures = 0, halted_at = NULL, last_error = NULL, updated_at = clock_timestamp()
		WHERE name = $1 AND version = $2`, m.Name, m.Version, generation, at)
	return err
}

// Ensure builds the models that have no tables of this version yet: all on a new database, the changed ones after an
// upgrade. Nodes that start together build once.
func (b *Rebuilder) Ensure(ctx context.Context, models []Model, progress func(model string, done, total int64)) error {
	for _, m := range models {
		for {
			var there bool
			if err := b.DB.Work.QueryRow(ctx, `SELECT EXISTS (SELECT FROM es.projections WHERE name = $1 AND version = $2 AND generation > 0)`,
				m.Name, m.Version).Scan(&there); err != nil {
				return fmt.Errorf("look for %s: %w", m.Name, err)
			}
			if there {
				break
			}
			_, err := b.Rebuild(ctx, m, func(done, total int64) {
				if progress != nil {
					progress(m.Name, done, total)
				}
			})
			if err != nil && !errors.Is(err, ErrRebuilding) {
				return err
			}
			if err != nil {
				sleep(ctx, 200*time.Millisecond)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}
