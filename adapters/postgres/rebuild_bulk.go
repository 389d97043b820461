package postgres

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

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
