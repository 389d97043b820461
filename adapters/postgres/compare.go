package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Comparison is a live model held against a fresh fold of the log.
type Comparison struct {
	Generation  int
	Position    int64 // the live checkpoint: what both have folded
	Events      int64
	Rows        int64 // live
	Differences []Difference
}

// Difference is one row that is not what its history comes to. Live or Fresh is nil where the row is missing there.
type Difference struct {
	Table       string
	Key         string // "id=0190…"
	Columns     []string
	Live, Fresh map[string]json.RawMessage
}

// maxDifferences is how many rows a comparison names in each table; a model that is wrong everywhere is rebuilt anyway.
const maxDifferences = 1000

// compareWait is how long a comparison waits for the live tables to hear of an erasure.
const compareWait = 5 * time.Second

// ErrNoModel says that a model has no live tables of this code version.
var ErrNoModel = errors.New("it has not been built for this version of the program; run: portico projections rebuild")

// Compare folds a model anew, in one snapshot and as far as the live tables are, and compares every row. progress is told
// positions; it may be nil.
func (b *Rebuilder) Compare(ctx context.Context, m Model, progress func(done, total int64)) (c Comparison, err error) {
	for try := 1; ; try++ {
		var erasing bool
		err = pgx.BeginTxFunc(ctx, b.DB.Proj, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
			if c, err = b.compare(ctx, tx, m, progress); err != nil {
				return err
			}
			// A key that is gone already, by an erasure that the live tables will hear of in a moment, is no damage.
			return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM es.events WHERE position > $1 AND type = 'privacy.subject_erased')`, c.Position).Scan(&erasing)
		})
		if err != nil {
			return c, fmt.Errorf("compare %s: %w", m.Name, err)
		}
		if len(c.Differences) == 0 || !erasing || try == 3 {
			return c, nil
		}
		if ok, err := b.DB.Wait(ctx, c.Position+1, compareWait, m.Name); !ok || err != nil {
			return c, err
		}
	}
}

func (b *Rebuilder) compare(ctx context.Context, tx pgx.Tx, m Model, progress func(done, total int64)) (c Comparison, err error) {
	var skipped []int64
	err = tx.QueryRow(ctx, `SELECT generation, position, skipped FROM es.projections WHERE name = $1 AND version = $2 AND generation > 0`,
		m.Name, m.Version).Scan(&c.Generation, &c.Position, &skipped)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, ErrNoModel
	}
	if err != nil {
		return c, err
	}
	f := &bulkFolder{m: m, views: map[uuid.UUID]View{}}
	types := m.types(b.Codec)
	for at := int64(0); at < c.Position; {
		through := min(at+rebuildChunk, c.Position)
		events, err := b.read(ctx, tx, at, through, types, skipped)
		if err != nil {
			return c, err
		}
		c.Events += int64(len(events))
		if err := f.fold(events); err != nil {
			return c, err
		}
		if at = through; progress != nil {
			progress(at, c.Position)
		}
	}
	for i, t := range m.Tables {
		n, differences, err := compareTable(ctx, tx, t, c.Generation, f.rows(i))
		if err != nil {
			return c, err
		}
		c.Rows += n
		c.Differences = append(c.Differences, differences...)
	}
	return c, nil
}

// rows are table number i of all views.
func (f *bulkFolder) rows(i int) (out []Row) {
	for _, v := range f.views {
		out = append(out, v.Rows()[i]...)
	}
	return out
}

// compareTable puts the fresh rows into a table of this transaction, so that the database compares what it would have
// stored.
func compareTable(ctx context.Context, tx pgx.Tx, t Table, generation int, fresh []Row) (live int64, out []Difference, err error) {
	name := "fresh_" + t.Name
	err = execAll(ctx, tx, fmt.Sprintf(`CREATE TEMP TABLE %s (%s) ON COMMIT DROP`, name, strings.Join(t.Columns, ", ")))
	if err != nil {
		return 0, nil, err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{name}, t.columnNames(), pgx.CopyFromSlice(len(fresh), func(i int) ([]any, error) { return fresh[i], nil }))
	if err != nil {
		return 0, nil, fmt.Errorf("copy a fresh %s: %w", t.Name, err)
	}
	if err := execAll(ctx, tx, `ANALYZE `+name); err != nil {
		return 0, nil, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+t.in(generation)).Scan(&live); err != nil {
		return 0, nil, err
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		SELECT CASE WHEN l.%[1]s IS NOT NULL THEN to_jsonb(l) END, CASE WHEN f.%[1]s IS NOT NULL THEN to_jsonb(f) END
		FROM %[2]s AS l FULL JOIN %[3]s AS f USING (%[4]s) WHERE l.* IS DISTINCT FROM f.* ORDER BY %[4]s LIMIT %[5]d`,
		t.Key[0], t.in(generation), name, strings.Join(t.Key, ", "), maxDifferences))
	if err != nil {
		return 0, nil, fmt.Errorf("compare %s: %w", t.Name, err)
	}
	out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Difference, err error) {
		if err := row.Scan(&d.Live, &d.Fresh); err != nil {
			return d, err
		}
		d.Table = "portal." + t.Name
		d.name(t)
		return d, nil
	})
	if err != nil {
		return 0, nil, fmt.Errorf("compare %s: %w", t.Name, err)
	}
	return live, out, nil
}

// name says which row it is, and which columns differ; all of them where one side has no row.
func (d *Difference) name(t Table) {
	some := d.Live
	if some == nil {
		some = d.Fresh
	}
	key := make([]string, len(t.Key))
	for i, k := range t.Key {
		key[i] = k + "=" + strings.Trim(string(some[k]), `"`)
	}
	d.Key = strings.Join(key, " ")
	if d.Live == nil || d.Fresh == nil {
		return
	}
	for _, column := range slices.Sorted(maps.Keys(some)) {
		if string(d.Live[column]) != string(d.Fresh[column]) {
			d.Columns = append(d.Columns, column)
		}
	}
}
