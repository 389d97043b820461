package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"portico/domain/event"
	"portico/domain/privacy"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// A Model is a read model: tables whose rows are a pure function of each stream's history. The same fold serves events
// as they come, a rebuild and a check, so a rebuilt model cannot differ from the live one. It reads no clock, no
// chance, no network and no other model; what pages want from several models they join when they read.
//
// A changed Fold or Tables is a new Version: it is built beside the old one and swapped in.
type Model struct {
	Name    string
	Version int
	Kinds   []event.Kind // whose streams it folds
	Tables  []Table
	New     func(stream event.Stream, firm int32) View
}

// View is what one stream comes to in a model.
type View interface {
	// Apply folds the next event. An event that it does not know is an error, never passed over.
	Apply(r event.Recorded) error
	// Rows are the rows as they stand, one list a table of the model, each row in the order of the table's Columns.
	Rows() [][]Row
}

// Row is the values of one row.
type Row []any

// Table is one table of a model. Pages read it as portal.NAME, behind row-level security by firm_no.
type Table struct {
	Name    string
	Columns []string // name and type; the first is the stream's id, the second "firm_no integer NOT NULL"
	Key     []string // the primary key
	Indexes []string // column lists
	// Own says which rows somebody sees who is limited to their own clients: a condition over the columns and the ids in
	// portal.own_clients(), own_contacts() and own_links(). Empty: by client_id where there is such a column, otherwise none.
	Own string
}

// ofPractice is Table.Own of what is nobody's client's.
const ofPractice = "true"

// own is Own, or what goes without saying.
func (t Table) own() string {
	switch {
	case t.Own != "":
		return t.Own
	case slices.Contains(t.columnNames(), "client_id"):
		return "client_id IN (SELECT portal.own_clients())"
	}
	return "false"
}

// columnNames is the Columns without their types.
func (t Table) columnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], _, _ = strings.Cut(c, " ")
	}
	return names
}

// in is the table of one generation.
func (t Table) in(generation int) string { return fmt.Sprintf("rm.%s_%d", t.Name, generation) }

// streamKey is the column that holds the stream's id.
func (t Table) streamKey() string { return t.columnNames()[0] }

// create makes the table without its indexes: a rebuild fills it first.
func (t Table) create(generation int) string {
	return fmt.Sprintf(`CREATE TABLE %s (%s)`, t.in(generation), strings.Join(t.Columns, ", "))
}

// finish gives a filled table its key, its indexes, and its walls between practices and between people.
func (t Table) finish(generation int) (statements []string) {
	name := t.in(generation)
	statements = append(statements, fmt.Sprintf(`ALTER TABLE %s ADD PRIMARY KEY (%s)`, name, strings.Join(t.Key, ", ")))
	if t.Key[0] != t.streamKey() {
		statements = append(statements, fmt.Sprintf(`CREATE INDEX ON %s (%s)`, name, t.streamKey()))
	}
	for _, columns := range t.Indexes {
		statements = append(statements, fmt.Sprintf(`CREATE INDEX ON %s (%s)`, name, columns))
	}
	return append(statements,
		fmt.Sprintf(`ALTER TABLE %s ENABLE ROW LEVEL SECURITY`, name),
		fmt.Sprintf(`CREATE POLICY firm ON %s USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer)`, name),
		fmt.Sprintf(`CREATE POLICY own ON %s AS RESTRICTIVE USING ((SELECT portal.everybodys()) OR (%s))`, name, t.own()),
		fmt.Sprintf(`GRANT SELECT ON %s TO portico_app`, name),
		fmt.Sprintf(`ANALYZE %s`, name))
}

// publish points the pages' view at a generation.
func (t Table) publish(generation int) []string {
	return []string{
		fmt.Sprintf(`DROP VIEW IF EXISTS portal.%s`, t.Name),
		fmt.Sprintf(`CREATE VIEW portal.%s WITH (security_invoker = true) AS SELECT * FROM %s`, t.Name, t.in(generation)),
		fmt.Sprintf(`GRANT SELECT ON portal.%s TO portico_app`, t.Name),
	}
}

func execAll(ctx context.Context, tx pgx.Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// types are the stored names that a model hears: its kinds' events, and erasures.
func (m Model) types(c *Codec) (out []string) {
	for _, name := range c.Types() {
		if slices.Contains(m.Kinds, kindOf(name)) {
			out = append(out, name)
		}
	}
	return append(out, privacy.SubjectErased{}.EventType())
}

// folder keeps a model's tables up to date, batch by batch.
type folder struct {
	model Model
	codec *Codec
	vault *Vault

	generation int                     // that the cache belongs to
	through    int64                   // the position that it was left at
	cache      map[uuid.UUID]*standing // streams as committed
	touched    map[uuid.UUID]*standing // streams of the batch under way
}

// standing is a stream as it stands in the tables.
type standing struct {
	view    View
	version int
	rows    [][]Row
	known   bool // rows is what the tables hold; otherwise they may hold anything
}

const folderCache = 5000 // streams

func newFolder(m Model, c *Codec, v *Vault) *folder {
	return &folder{model: m, codec: c, vault: v, cache: map[uuid.UUID]*standing{}}
}

// subscription is the model as a subscriber runs it.
func (f *folder) subscription() Subscription {
	return Subscription{
		Name: f.model.Name, Version: f.model.Version, Types: f.model.types(f.codec), Private: true,
		Handle: f.handle, After: f.after,
	}
}

// after keeps what was committed. What was not may have left the cache behind an erasure that another node handles next,
// so then nothing of it is believed.
func (f *folder) after(committed bool) {
	if !committed && f.touched != nil {
		clear(f.cache)
	}
	if committed {
		for id, s := range f.touched {
			for old := range f.cache {
				if len(f.cache) < folderCache {
					break
				}
				delete(f.cache, old)
			}
			f.cache[id] = s
		}
	}
	f.touched = nil
}

// erasedSince drops what the cache knows of subjects that were erased in batches of another node.
func (f *folder) erasedSince(ctx context.Context, tx pgx.Tx, through int64) error {
	if len(f.cache) == 0 || f.through >= through {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT position, stream_id, version, firm_no, type, schema_ver, occurred_at, recorded_at, data, pii
		FROM es.events WHERE position > $1 AND position <= $2 AND type = $3`, f.through, through, privacy.SubjectErased{}.EventType())
	if err != nil {
		return fmt.Errorf("look for erasures: %w", err)
	}
	list, err := collectRaw(rows)
	if err != nil {
		return fmt.Errorf("look for erasures: %w", err)
	}
	for i := range list {
		r, err := f.codec.record(&list[i], nil) // it holds nothing sealed
		if err != nil {
			return err
		}
		if e, ok := r.Event.(privacy.SubjectErased); ok {
			f.vault.forget(subjectOf{r.Firm, e.Subject})
			for _, id := range e.Streams {
				delete(f.cache, id)
			}
		}
	}
	return nil
}

func (f *folder) handle(ctx context.Context, tx pgx.Tx, b Batch) error {
	if b.Generation != f.generation {
		clear(f.cache)
		f.generation = b.Generation
	}
	if err := f.erasedSince(ctx, tx, b.After); err != nil {
		return err
	}
	f.through = b.Through
	f.touched = map[uuid.UUID]*standing{}
	events, order, again := f.sort(b.Events)
	var reload []uuid.UUID
	for _, id := range order {
		first := events[id][0]
		switch s := f.cache[id]; {
		case again[id]:
			reload = append(reload, id)
		case s != nil && s.version == first.Version-1:
			f.touched[id] = s
		case first.Version == 1:
			f.touched[id] = &standing{view: f.model.New(first.Stream, first.Firm), known: true}
		default:
			reload = append(reload, id)
		}
	}
	for id := range again {
		if !slices.Contains(reload, id) {
			reload = append(reload, id)
		}
	}
	if err := f.reload(ctx, tx, reload, b); err != nil {
		return err
	}
	for _, id := range order {
		s := f.touched[id]
		for _, r := range events[id] {
			if r.Version <= s.version {
				continue // the reload has seen it
			}
			if err := s.view.Apply(r); err != nil {
				return fmt.Errorf("position %d, %s: %w", r.Position, r.Stream, err)
			}
			s.version = r.Version
		}
	}
	return f.write(ctx, tx, b.Generation)
}

// sort groups a batch by stream, in order of first appearance; an erasure asks for its streams to be folded again.
func (f *folder) sort(list []event.Recorded) (events map[uuid.UUID][]event.Recorded, order []uuid.UUID, again map[uuid.UUID]bool) {
	events, again = map[uuid.UUID][]event.Recorded{}, map[uuid.UUID]bool{}
	for _, r := range list {
		if e, ok := r.Event.(privacy.SubjectErased); ok {
			f.vault.forget(subjectOf{r.Firm, e.Subject})
			for _, id := range e.Streams {
				again[id] = true
			}
			continue
		}
		id := r.Stream.ID
		if events[id] == nil {
			order = append(order, id)
		}
		events[id] = append(events[id], r)
	}
	return events, order, again
}

// reload folds streams from their first event through the batch's last.
func (f *folder) reload(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, b Batch) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `
		SELECT position, stream_id, version, firm_no, type, schema_ver, occurred_at, recorded_at, data, pii
		FROM es.events WHERE stream_id = ANY ($1) AND position <= $2 ORDER BY stream_id, version`, ids, b.Through)
	if err != nil {
		return fmt.Errorf("fold %d streams again: %w", len(ids), err)
	}
	list, err := collectRaw(rows)
	if err != nil {
		return fmt.Errorf("fold %d streams again: %w", len(ids), err)
	}
	list = without(list, b.Skipped)
	if err := f.vault.prefetch(ctx, subjectsOf(list)); err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		if !slices.Contains(f.model.Kinds, r.stream.Kind) {
			continue // an erasure names streams of other kinds too
		}
		s := f.touched[r.stream.ID]
		if s == nil || r.version == 1 {
			s = &standing{view: f.model.New(r.stream, r.firm)}
			f.touched[r.stream.ID] = s
		}
		rec, err := f.codec.record(r, f.vault.finder(ctx, r.firm))
		if err == nil {
			err = s.view.Apply(rec)
		}
		if err != nil {
			return fmt.Errorf("position %d, %s: %w", r.position, r.stream, err)
		}
		s.version = r.version
	}
	return nil
}

// write brings the tables from what they hold to what the touched streams come to. A stream is asked for its rows once:
// there may be very many.
func (f *folder) write(ctx context.Context, tx pgx.Tx, generation int) error {
	batch := &pgx.Batch{}
	var unknown []uuid.UUID
	now := make(map[uuid.UUID][][]Row, len(f.touched))
	for id, s := range f.touched {
		if now[id] = s.view.Rows(); !s.known {
			unknown = append(unknown, id)
		}
	}
	for i, t := range f.model.Tables {
		if len(unknown) > 0 {
			batch.Queue(fmt.Sprintf(`DELETE FROM %s WHERE %s = ANY ($1)`, t.in(generation), t.streamKey()), unknown)
		}
		upsert, remove, key := t.upsert(generation), t.remove(generation), t.keyIndexes()
		for id, s := range f.touched {
			var before []Row
			if s.known && s.rows != nil {
				before = s.rows[i]
			}
			diff(before, now[id][i], key, func(r Row) { batch.Queue(upsert, r...) }, func(r Row) { batch.Queue(remove, pick(r, key)...) })
		}
	}
	for id, s := range f.touched {
		s.rows, s.known = now[id], true
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write %s: %w", f.model.Name, err)
	}
	return nil
}

func (t Table) keyIndexes() (out []int) {
	names := t.columnNames()
	for _, k := range t.Key {
		out = append(out, slices.Index(names, k))
	}
	return out
}

func (t Table) upsert(generation int) string {
	names := t.columnNames()
	places, sets := make([]string, len(names)), make([]string, 0, len(names))
	for i, n := range names {
		places[i] = fmt.Sprintf("$%d", i+1)
		if !slices.Contains(t.Key, n) {
			sets = append(sets, n+" = excluded."+n)
		}
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s`, t.in(generation),
		strings.Join(names, ", "), strings.Join(places, ", "), strings.Join(t.Key, ", "), strings.Join(sets, ", "))
}

func (t Table) remove(generation int) string {
	conditions := make([]string, len(t.Key))
	for i, k := range t.Key {
		conditions[i] = fmt.Sprintf("%s = $%d", k, i+1)
	}
	return fmt.Sprintf(`DELETE FROM %s WHERE %s`, t.in(generation), strings.Join(conditions, " AND "))
}

func pick(r Row, indexes []int) []any {
	out := make([]any, len(indexes))
	for i, x := range indexes {
		out[i] = r[x]
	}
	return out
}

// NewProjector keeps a model up to date on this node.
func NewProjector(db *DB, codec *Codec, vault *Vault, tail *Tail, log *slog.Logger, m Model) *Subscriber {
	return NewSubscriber(db, codec, vault, tail, log, newFolder(m, codec, vault).subscription())
}
