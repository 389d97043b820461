package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
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

// begin clears what a rebuild that died left, and makes the next generation's tables.
func (b *Rebuilder) begin(ctx context.Context, m Model) (generation int, err error) {
	err = pgx.BeginFunc(ctx, b.DB.Work, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT generation FROM es.generations WHERE name = $1 AND state = 'building'`, m.Name)
		if err != nil {
			return err
		}
		dead, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil {
			return err
		}
		for _, g := range dead {
			if err := dropGeneration(ctx, tx, m, g); err != nil {
				return err
			}
		}
		if err := tx.QueryRow(ctx, `
			INSERT INTO es.generations (name, generation, version, state)
			SELECT $1, 1 + coalesce(max(generation), 0), $2, 'building' FROM es.generations WHERE name = $1 RETURNING generation`,
			m.Name, m.Version).Scan(&generation); err != nil {
			return err
		}
		for _, t := range m.Tables {
			if err := execAll(ctx, tx, `DROP TABLE IF EXISTS `+t.in(generation), t.create(generation)); err != nil {
				return err
			}
		}
		return nil
	})
	return generation, err
}

func dropGeneration(ctx context.Context, tx pgx.Tx, m Model, generation int) error {
	for _, t := range m.Tables {
		if err := execAll(ctx, tx, `DROP TABLE IF EXISTS `+t.in(generation)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM es.generations WHERE name = $1 AND generation = $2`, m.Name, generation)
	return err
}

// chunk is a run of the log on its way from a reader to the dispatcher.
type chunk struct {
	events []event.Recorded
	err    error
}

// bulk folds everything through a position in memory and copies the rows in.
func (b *Rebuilder) bulk(ctx context.Context, m Model, generation int, through int64, progress func(done, total int64)) (events int64, err error) {
	folders := make([]*bulkFolder, max(1, runtime.GOMAXPROCS(0)))
	for i := range folders {
		folders[i] = &bulkFolder{m: m, in: make(chan []event.Recorded, 4), views: map[uuid.UUID]View{}}
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, f := range folders {
		g.Go(func() error { return f.run(gctx) })
	}
	g.Go(func() error {
		var err error
		events, err = b.dispatch(gctx, m, through, folders, progress)
		return err
	})
	if err := g.Wait(); err != nil {
		return 0, err
	}
	for i, t := range m.Tables {
		if err := b.copyIn(ctx, t, generation, i, folders); err != nil {
			return 0, err
		}
	}
	err = pgx.BeginFunc(ctx, b.DB.Work, func(tx pgx.Tx) error {
		for _, t := range m.Tables {
			if err := execAll(ctx, tx, t.finish(generation)...); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE es.generations SET done = $3, total = $3 WHERE name = $1 AND generation = $2`, m.Name, generation, events)
		return err
	})
	return events, err
}

// dispatch reads the log by chunks, several at once, and hands their rows on in order.
func (b *Rebuilder) dispatch(ctx context.Context, m Model, through int64, folders []*bulkFolder, progress func(done, total int64)) (events int64, err error) {
	defer func() {
		for _, f := range folders {
			close(f.in)
		}
	}()
	types := m.types(b.Codec)
	skipped, err := skippedBy(ctx, b.DB.Work, m)
	if err != nil {
		return 0, err
	}
	ahead := make(chan chan chunk, rebuildReaders)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(ahead)
		for from := int64(0); from < through; from += rebuildChunk {
			c := make(chan chunk, 1)
			select {
			case ahead <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
			g.Go(func() error {
				events, err := b.read(ctx, b.DB.Proj, from, min(from+rebuildChunk, through), types, skipped)
				c <- chunk{events, err}
				return err
			})
		}
		return nil
	})
	seed := maphash.MakeSeed()
	done := int64(0)
	for c := range ahead {
		ch := <-c
		if ch.err != nil {
			break
		}
		split := make([][]event.Recorded, len(folders))
		for _, r := range ch.events {
			i := int(maphash.Bytes(seed, r.Stream.ID[:]) % uint64(len(folders)))
			split[i] = append(split[i], r)
		}
		for i, part := range split {
			select {
			case folders[i].in <- part:
			case <-ctx.Done():
			}
		}
		events += int64(len(ch.events))
		if done = min(done+rebuildChunk, through); progress != nil {
			progress(done, through)
		}
	}
	return events, g.Wait()
}

// skippedBy are the positions that this version of a model passes over.
func skippedBy(ctx context.Context, q querier, m Model) (skipped []int64, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce((SELECT skipped FROM es.projections WHERE name = $1 AND version = $2), '{}')`, m.Name, m.Version).Scan(&skipped)
	if err != nil {
		return nil, fmt.Errorf("look for events to pass over: %w", err)
	}
	return skipped, nil
}

// read reads and decodes a run of the log, without the positions that an operator passed over. What a fold does not look at (Meta, RecordedAt, Hash) stays in the
// database: decoding all columns the general way took most of a rebuild.
func (b *Rebuilder) read(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, after, through int64, types []string, skipped []int64,
) ([]event.Recorded, error) {
	rows, err := q.Query(ctx, `
		SELECT position, stream_id, version, firm_no, type, schema_ver, occurred_at, data, pii
		FROM es.events WHERE position > $1 AND position <= $2 AND type = ANY ($3) AND position <> ALL ($4) ORDER BY position`,
		pgx.QueryResultFormats{pgx.BinaryFormatCode}, after, through, types, skipped)
	if err != nil {
		return nil, fmt.Errorf("read events %d to %d: %w", after+1, through, err)
	}
	defer rows.Close()
	out := make([]event.Recorded, 0, rebuildChunk)
	var sealed []raw // decoded once all rows are read, because their keys come from another query
	var places []int // of the sealed ones in out
	for rows.Next() {
		r, err := b.Codec.fromWire(rows.RawValues())
		if err != nil {
			return nil, fmt.Errorf("read events %d to %d: %w", after+1, through, err)
		}
		if r.pii != nil {
			r.data, r.pii = bytes.Clone(r.data), bytes.Clone(r.pii)
			sealed, places = append(sealed, r), append(places, len(out))
			out = append(out, event.Recorded{})
			continue
		}
		rec, err := b.Codec.record(&r, nil)
		if err != nil {
			return nil, fmt.Errorf("position %d, %s: %w", r.position, r.stream, err)
		}
		out = append(out, rec)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events %d to %d: %w", after+1, through, err)
	}
	if err := b.Vault.prefetch(ctx, subjectsOf(sealed)); err != nil {
		return nil, err
	}
	for i := range sealed {
		r := &sealed[i]
		if out[places[i]], err = b.Codec.record(r, b.Vault.finder(ctx, r.firm)); err != nil {
			return nil, fmt.Errorf("position %d, %s: %w", r.position, r.stream, err)
		}
	}
	return out, nil
}

// fromWire reads the binary values of: position, stream_id, version, firm_no, type, schema_ver, occurred_at, data, pii.
// data and pii are the connection's memory, good until the next row.
func (c *Codec) fromWire(v [][]byte) (r raw, err error) {
	if len(v) != 9 || len(v[0]) != 8 || len(v[1]) != 16 || len(v[2]) != 4 || len(v[3]) != 4 || len(v[5]) != 2 || len(v[6]) != 8 {
		return r, errors.New("the row is not in the binary form of PostgreSQL 15 to 18")
	}
	et := c.byName[string(v[4])] // no copy; and the name is the codec's
	if et == nil {
		return r, &UnknownEventError{string(v[4]), int16(binary.BigEndian.Uint16(v[5]))}
	}
	return raw{
		position: int64(binary.BigEndian.Uint64(v[0])), stream: event.Stream{Kind: kindOf(et.name), ID: uuid.UUID(v[1])},
		version: int(binary.BigEndian.Uint32(v[2])), firm: int32(binary.BigEndian.Uint32(v[3])), typ: et.name,
		schema: int16(binary.BigEndian.Uint16(v[5])), at: postgresEpoch.Add(time.Duration(int64(binary.BigEndian.Uint64(v[6]))) * time.Microsecond),
		data: v[7], pii: v[8],
	}, nil
}

// postgresEpoch is what timestamptz counts microseconds from. Times of events lie within the 292 years that Add reaches.
var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// bulkFolder folds the streams that fall to it.
type bulkFolder struct {
	m     Model
	in    chan []event.Recorded
	views map[uuid.UUID]View
}

func (f *bulkFolder) run(ctx context.Context) error {
	for events := range f.in {
		if err := f.fold(events); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *bulkFolder) fold(events []event.Recorded) error {
	for _, r := range events {
		if !slices.Contains(f.m.Kinds, r.Stream.Kind) {
			continue // an erasure: the key is gone already, so everything is folded without it
		}
		v := f.views[r.Stream.ID]
		if v == nil {
			v = f.m.New(r.Stream, r.Firm)
			f.views[r.Stream.ID] = v
		}
		if err := v.Apply(r); err != nil {
			return fmt.Errorf("position %d, %s: %w", r.Position, r.Stream, err)
		}
	}
	return nil
}

// copyIn copies table number i of every view.
func (b *Rebuilder) copyIn(ctx context.Context, t Table, generation, i int, folders []*bulkFolder) error {
	next := make(chan Row, 1024)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(next)
		for _, f := range folders {
			for _, v := range f.views {
				for _, r := range v.Rows()[i] {
					select {
					case next <- r:
					case <-stop:
						return
					}
				}
			}
		}
	}()
	_, err := b.DB.Proj.CopyFrom(ctx, pgx.Identifier{"rm", fmt.Sprintf("%s_%d", t.Name, generation)}, t.columnNames(),
		pgx.CopyFromFunc(func() ([]any, error) { return <-next, nil }))
	if err != nil {
		return fmt.Errorf("copy into %s: %w", t.in(generation), err)
	}
	return nil
}

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

// DropRetired removes the tables of generations that were swapped out RetiredKept ago.
func (b *Rebuilder) DropRetired(ctx context.Context, models []Model) error {
	for _, m := range models {
		err := pgx.BeginFunc(ctx, b.DB.Work, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `SELECT generation FROM es.generations WHERE name = $1 AND state = 'retired' AND ended_at < clock_timestamp() - $2::interval`,
				m.Name, RetiredKept)
			if err != nil {
				return err
			}
			old, err := pgx.CollectRows(rows, pgx.RowTo[int])
			if err != nil {
				return err
			}
			for _, g := range old {
				if err := dropGeneration(ctx, tx, m, g); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("drop retired tables of %s: %w", m.Name, err)
		}
	}
	return nil
}
