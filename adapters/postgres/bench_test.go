package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The benchmarks print a ratio to a floor that is measured in the same run, in turns: this machine's speed, and who else
// uses it, fall out. Each runs once, whatever -benchtime says. Medians over rounds (PORTICO_BENCH_ROUNDS, default 3).

// Four events of about 350 bytes of JSON, as a task's history has them.
type measured struct {
	Request     uuid.UUID `json:"request" es:"id"`
	Title       string    `json:"title" es:"fact"`
	Status      string    `json:"status" es:"fact"`
	Actor       uuid.UUID `json:"actor" es:"id"`
	Channel     string    `json:"channel" es:"fact"`
	AmountCents int64     `json:"amount_cents" es:"fact"`
	Note        string    `json:"note" es:"fact"`
	At          time.Time `json:"at" es:"fact"`
}

type (
	opened    measured
	changed   measured
	commented measured
	attached  measured
)

func (opened) EventType() string    { return "measured.opened" }
func (changed) EventType() string   { return "measured.changed" }
func (commented) EventType() string { return "measured.commented" }
func (attached) EventType() string  { return "measured.attached" }

var measuredEvents = []postgres.EventSpec{{Event: opened{}}, {Event: changed{}}, {Event: commented{}}, {Event: attached{}}}

// measuredStream is a new stream; its id is a UUIDv7, as all ids of the product.
func measuredStream() event.Stream {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err)
	}
	return event.Stream{Kind: "measured", ID: id}
}

func payload(id uuid.UUID) measured {
	return measured{
		Request: id, Title: "Documents for case " + strconv.Itoa(rand.IntN(1e6)), Status: "open", Actor: uuid.New(), Channel: "portal",
		AmountCents: rand.Int64N(1e6), At: time.Now().UTC().Truncate(time.Millisecond),
		Note: "Please find the signed engagement letter attached and confirm the bank details before Friday so that we can close this item.",
	}
}

func rounds() int { return envInt("PORTICO_BENCH_ROUNDS", 3) }

func envInt(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// measuredNode is a node on a durable server of its own, with a practice numbered 1.
func measuredNode(b *testing.B) (*node, string) {
	b.Helper()
	server := pgtest.Durable(b, "shared_buffers=1GB", "max_wal_size=8GB")
	n := startNode(b, server.URL(), measuredEvents...)
	if _, err := n.db.NumberFirm(b.Context(), uuid.New()); err != nil {
		b.Fatal(err)
	}
	return n, server.URL()
}

// owned is a stream that one writer goes on with.
type owned struct {
	stream  event.Stream
	version int
	hash    [32]byte
}

// write appends two events, half to new streams, half to known ones below ten events.
type write func(w int, s *owned, e [2]measured) error

// rate runs writers for a while and returns events/s and the 99th percentile of one append.
func rate(b *testing.B, writers int, limit time.Duration, do write) (perSecond float64, p99 time.Duration) {
	b.Helper()
	var wg sync.WaitGroup
	var events atomic.Int64
	took := make([][]time.Duration, writers)
	start := time.Now()
	for w := range writers {
		wg.Go(func() {
			var mine []*owned
			for time.Since(start) < limit {
				s := &owned{stream: measuredStream()}
				at := -1
				if len(mine) > 0 && rand.IntN(2) == 0 {
					at = rand.IntN(len(mine))
					s = mine[at]
				}
				e := [2]measured{payload(s.stream.ID), payload(s.stream.ID)}
				began := time.Now()
				if err := do(w, s, e); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(began))
				events.Add(2)
				s.version += 2
				switch {
				case at < 0:
					mine = append(mine, s)
				case s.version >= 10:
					mine[at] = mine[len(mine)-1]
					mine = mine[:len(mine)-1]
				}
			}
		})
	}
	wg.Wait()
	secs := time.Since(start).Seconds()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return float64(events.Load()) / secs, all[len(all)*99/100]
}

// BenchmarkAppend: two events with an expected version, against a raw INSERT of the same rows without any guard, and
// against a hand-written group commit of the same.
func BenchmarkAppend(b *testing.B) {
	n, url := measuredNode(b)
	benchAppend(b, n, url, 1)
	benchAppend(b, n, url, 32)
}

func benchAppend(b *testing.B, n *node, url string, writers int) {
	raw := newRawTable(b, url, writers)
	contestants := []struct {
		name string
		do   write
	}{{"raw", raw.insert}, {"group", raw.group(b)}, {"store", n.write(b)}}
	speeds, slow := map[string][]float64{}, map[string][]float64{}
	for round := range rounds() {
		for i := range contestants {
			c := contestants[(i+round)%len(contestants)]
			perSecond, p99 := rate(b, writers, 3*time.Second, c.do)
			speeds[c.name], slow[c.name] = append(speeds[c.name], perSecond), append(slow[c.name], p99.Seconds()*1000)
		}
	}
	unit := fmt.Sprintf("@%d", writers)
	b.Logf("%d writers: raw %.0f events/s p99 %.1f ms, group commit %.0f p99 %.1f, store %.0f p99 %.1f", writers,
		median(speeds["raw"]), median(slow["raw"]), median(speeds["group"]), median(slow["group"]), median(speeds["store"]), median(slow["store"]))
	b.ReportMetric(median(speeds["store"]), "events/s"+unit)
	b.ReportMetric(median(speeds["store"])/median(speeds["raw"]), "×raw"+unit)
	b.ReportMetric(median(speeds["store"])/median(speeds["group"]), "×group"+unit)
	b.ReportMetric(median(slow["store"])/median(slow["raw"]), "p99×raw"+unit)
}

// write is the store's own append.
func (n *node) write(b *testing.B) write {
	return func(_ int, s *owned, e [2]measured) error {
		r, err := n.store.Append(b.Context(), es.Append{
			By:     es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: e[0].Actor}, Correlation: e[0].Actor, Causation: e[1].Actor},
			Stream: s.stream, Expected: s.version, Prev: s.hash, At: e[0].At, Events: []event.Event{opened(e[0]), changed(e[1])},
		})
		s.hash = r.Hash
		return err
	}
}

// rawTable is the floor: one table with an identity and a unique (stream, version).
type rawTable struct {
	pool *pgxpool.Pool
	ctx  context.Context
}

func newRawTable(b *testing.B, url string, writers int) *rawTable {
	b.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	cfg.MaxConns = int32(writers)
	pool, err := pgxpool.NewWithConfig(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if _, err := pool.Exec(b.Context(), `
		CREATE TABLE IF NOT EXISTS raw_event (
			position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream_id uuid NOT NULL, version integer NOT NULL, type text NOT NULL,
			data jsonb NOT NULL, meta jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream_id, version))`); err != nil {
		b.Fatal(err)
	}
	return &rawTable{pool, b.Context()}
}

func rawMeta(m measured) string {
	return `{"actor":{"id":"` + m.Actor.String() + `","kind":"staff"},"causation":"` + m.Actor.String() + `","correlation":"` + m.Request.String() + `"}`
}

func rawData(m measured) string {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (r *rawTable) insert(_ int, s *owned, e [2]measured) error {
	_, err := r.pool.Exec(r.ctx, `
		INSERT INTO raw_event (stream_id, version, type, data, meta) VALUES ($1, $2, $3, $4, $5), ($1, $2 + 1, $6, $7, $8)`,
		s.stream.ID, s.version, "measured.opened", rawData(e[0]), rawMeta(e[0]), "measured.changed", rawData(e[1]), rawMeta(e[1]))
	return err
}

// group hands appends to two committers; each stores all that waits in one statement. A conflict would fail its whole
// group: a ceiling, not a design.
func (r *rawTable) group(b *testing.B) write {
	type job struct {
		s    *owned
		e    [2]measured
		data [2]string
		done chan error
	}
	jobs := make(chan *job, 1024)
	b.Cleanup(func() { close(jobs) })
	commit := func(batch []*job) error {
		var streams []uuid.UUID
		var versions []int32
		var types, data, meta []string
		for _, j := range batch {
			streams, versions = append(streams, j.s.stream.ID, j.s.stream.ID), append(versions, int32(j.s.version), int32(j.s.version+1))
			types, data = append(types, "measured.opened", "measured.changed"), append(data, j.data[0], j.data[1])
			meta = append(meta, rawMeta(j.e[0]), rawMeta(j.e[1]))
		}
		_, err := r.pool.Exec(r.ctx, `
			INSERT INTO raw_event (stream_id, version, type, data, meta)
			SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[])`, streams, versions, types, data, meta)
		return err
	}
	for range 2 {
		go func() {
			for first := range jobs {
				batch := []*job{first}
			drain:
				for len(batch) < 256 {
					select {
					case j, ok := <-jobs:
						if !ok {
							break drain
						}
						batch = append(batch, j)
					default:
						break drain
					}
				}
				err := commit(batch)
				for _, j := range batch {
					j.done <- err
				}
			}
		}()
	}
	return func(_ int, s *owned, e [2]measured) error {
		j := &job{s: s, e: e, data: [2]string{rawData(e[0]), rawData(e[1])}, done: make(chan error, 1)}
		jobs <- j
		return <-j.done
	}
}

// fill stores a history without going through append: perStream events in each of streams, interleaved in blocks.
func fill(b *testing.B, pool *pgxpool.Pool, streams, perStream int) {
	b.Helper()
	for _, sql := range []string{
		`INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, meta, hash)
		 SELECT md5('r' || s)::uuid, 1 + k, 1, CASE WHEN k = 0 THEN 'measured.opened' ELSE (ARRAY['measured.changed', 'measured.commented', 'measured.attached'])[1 + k % 3] END, 1,
		   timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second',
		   jsonb_build_object('request', md5('r' || s)::uuid, 'title', 'Documents for case ' || s, 'status', (ARRAY['open', 'waiting', 'answered', 'closed'])[1 + (s + k) % 4],
		     'actor', md5('a' || i % 997)::uuid, 'channel', 'portal', 'amount_cents', i % 1000000, 'note', md5('n' || i) || md5('m' || i) || md5('o' || i) || 'and confirm the bank details',
		     'at', to_char(timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
		   jsonb_build_object('actor', jsonb_build_object('id', md5('a' || i % 997)::uuid, 'kind', 'staff'), 'correlation', md5('c' || i / 2)::uuid),
		   sha256('x')
		 FROM (SELECT n AS i, ((n / (1000 * $2)) * 1000 + n % 1000)::int AS s, ((n % (1000 * $2)) / 1000)::int AS k FROM generate_series(0::bigint, $1::bigint * $2 - 1) AS n) AS g`,
		`INSERT INTO es.streams (stream_id, kind, firm_no, version, head_hash) SELECT md5('r' || s)::uuid, 'measured', 1, $2::int, sha256('x') FROM generate_series(0, $1::int - 1) AS s`,
	} {
		if _, err := pool.Exec(b.Context(), sql, streams, perStream); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := pool.Exec(b.Context(), `VACUUM (ANALYZE, FREEZE) es.events`); err != nil {
		b.Fatal(err)
	}
}

// measuredModel folds a stream into one row.
var measuredModel = postgres.Model{
	Name: "measured_list", Version: 1, Kinds: []event.Kind{"measured"},
	Tables: []postgres.Table{{
		Name: "measured",
		Columns: []string{
			"id uuid NOT NULL", "firm_no integer NOT NULL", "title text NOT NULL", "status text NOT NULL", "comments integer NOT NULL", "files integer NOT NULL", "last_at timestamptz NOT NULL",
		},
		Key: []string{"id"},
	}},
	New: func(s event.Stream, firm int32) postgres.View { return &measuredView{id: s.ID, firm: firm} },
}

const measuredSQL = `
	INSERT INTO measured_floor (id, firm_no, title, status, comments, files, last_at)
	SELECT stream_id, min(firm_no), max(data->>'title') FILTER (WHERE type = 'measured.opened'),
		substr(max(lpad(version::text, 6, '0') || (data->>'status')) FILTER (WHERE type IN ('measured.opened', 'measured.changed')), 7),
		count(*) FILTER (WHERE type = 'measured.commented'), count(*) FILTER (WHERE type = 'measured.attached'), max((data->>'at')::timestamptz)
	FROM es.events GROUP BY stream_id`

type measuredView struct {
	id              uuid.UUID
	firm            int32
	title, status   string
	comments, files int32
	at              time.Time
}

func (v *measuredView) Apply(r event.Recorded) error {
	switch e := r.Event.(type) {
	case opened:
		v.title, v.status, v.at = e.Title, e.Status, e.At
	case changed:
		v.status, v.at = e.Status, e.At
	case commented:
		v.comments, v.at = v.comments+1, e.At
	case attached:
		v.files, v.at = v.files+1, e.At
	}
	return nil
}

func (v *measuredView) Rows() [][]postgres.Row {
	return [][]postgres.Row{{{v.id, v.firm, v.title, v.status, v.comments, v.files, v.at}}}
}

// BenchmarkRebuild: 500,000 events over 50,000 streams into 50,000 rows, against one SQL statement that computes the
// same rows; and again while six writers write and the live projection follows.
func BenchmarkRebuild(b *testing.B) {
	n, url := measuredNode(b)
	pool := pgtest.Connect(b, url)
	streams := envInt("PORTICO_BENCH_STREAMS", 50_000)
	fill(b, pool, streams, 10)
	n.tail.Poke()
	within(b, 10*time.Second, "the tail at the end", func() bool { safe, _ := n.tail.Safe(); return safe >= int64(streams*10) })
	r := &postgres.Rebuilder{DB: n.db, Codec: n.codec, Vault: n.vault, Tail: n.tail, Log: n.log}
	var ours, floor []float64
	for range rounds() {
		floor = append(floor, float64(streams*10)/sqlFloor(b, pool).Seconds())
		s, err := r.Rebuild(b.Context(), measuredModel, nil)
		if err != nil {
			b.Fatal(err)
		}
		ours = append(ours, float64(s.Events)/s.Bulk.Seconds())
	}
	same(b, pool)
	b.Logf("SQL %.0f events/s, rebuild %.0f", median(floor), median(ours))
	b.ReportMetric(median(ours), "events/s")
	b.ReportMetric(median(ours)/median(floor), "×SQL")

	n.run(postgres.NewProjector(n.db, n.codec, n.vault, n.tail, n.log, measuredModel).Run)
	lag, stop := underWriters(b, n)
	s, err := r.Rebuild(b.Context(), measuredModel, nil)
	if err != nil {
		b.Fatal(err)
	}
	stop()
	b.Logf("with six writers: %.0f events/s, swap %v, live lag p99 %v of %d", float64(s.Events)/s.Bulk.Seconds(), s.Swap, lag(), streams)
	b.ReportMetric(float64(s.Events)/s.Bulk.Seconds(), "events/s-live")
	b.ReportMetric(s.Swap.Seconds()*1000, "ms-swap")
	b.ReportMetric(lag().Seconds()*1000, "ms-lag-p99")
}

func sqlFloor(b *testing.B, pool *pgxpool.Pool) time.Duration {
	b.Helper()
	start := time.Now()
	err := pgx.BeginFunc(b.Context(), pool, func(tx pgx.Tx) error {
		for _, sql := range []string{
			`SET LOCAL work_mem = '128MB'`, `DROP TABLE IF EXISTS measured_floor`,
			`CREATE TABLE measured_floor (id uuid PRIMARY KEY, firm_no integer, title text, status text, comments integer, files integer, last_at timestamptz)`, measuredSQL,
		} {
			if _, err := tx.Exec(b.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// same holds the rebuilt rows against the SQL's.
func same(b *testing.B, pool *pgxpool.Pool) {
	b.Helper()
	var differ int
	if err := pool.QueryRow(b.Context(), `
		SELECT count(*) FROM ((SELECT * FROM portal.measured EXCEPT SELECT * FROM measured_floor) UNION ALL (SELECT * FROM measured_floor EXCEPT SELECT * FROM portal.measured)) AS d`).Scan(&differ); err != nil {
		b.Fatal(err)
	}
	if differ != 0 {
		b.Fatalf("%d rows differ from the SQL's", differ)
	}
}

// underWriters starts six writers of 50 appends a second each and measures how long the sixth's take to be visible.
func underWriters(b *testing.B, n *node) (lag func() time.Duration, stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	var seen []time.Duration
	do := n.write(b)
	for w := range 6 {
		wg.Go(func() {
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for ctx.Err() == nil {
				<-tick.C
				s := &owned{stream: measuredStream()}
				if w > 0 {
					if err := do(w, s, [2]measured{payload(s.stream.ID), payload(s.stream.ID)}); err != nil {
						b.Error(err)
					}
					continue
				}
				r, err := n.store.Append(b.Context(), es.Append{By: es.By{Firm: 1}, Stream: s.stream, At: time.Now(), Events: []event.Event{opened(payload(s.stream.ID))}})
				if err != nil {
					b.Error(err)
					return
				}
				began := time.Now()
				if ok, err := n.db.Wait(b.Context(), r.Position, 10*time.Second, measuredModel.Name); !ok || err != nil {
					b.Errorf("not visible after 10 s: %v", err)
				}
				seen = append(seen, time.Since(began))
			}
		})
	}
	return func() time.Duration {
			slices.Sort(seen)
			return seen[len(seen)*99/100]
		}, func() {
			cancel()
			wg.Wait()
		}
}

// BenchmarkLoad: a stream of 50 events, read and folded, against a raw read and decode of the same rows.
func BenchmarkLoad(b *testing.B) {
	n, url := measuredNode(b)
	pool := pgtest.Connect(b, url)
	const streams = 2000
	fill(b, pool, streams, 50)
	rows, err := pool.Query(b.Context(), `SELECT stream_id FROM es.streams`)
	if err != nil {
		b.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		b.Fatal(err)
	}
	raw := func(id uuid.UUID) error {
		rows, err := pool.Query(b.Context(), `SELECT type, data FROM es.events WHERE stream_id = $1 ORDER BY version`, id)
		if err != nil {
			return err
		}
		var typ string
		var data []byte
		count := 0
		if _, err := pgx.ForEachRow(rows, []any{&typ, &data}, func() error {
			var m measured
			count++
			return json.Unmarshal(data, &m)
		}); err != nil {
			return err
		}
		return wantFifty(count)
	}
	store := func(id uuid.UUID) error {
		v := &measuredView{}
		count := 0
		for r, err := range n.store.Load(b.Context(), 1, event.Stream{Kind: "measured", ID: id}, 0) {
			if err != nil {
				return err
			}
			if err := v.Apply(r); err != nil {
				return err
			}
			count++
		}
		return wantFifty(count)
	}
	for _, readers := range []int{1, 8} {
		var ours, floor []float64
		for range rounds() {
			floor = append(floor, reads(b, readers, ids, raw))
			ours = append(ours, reads(b, readers, ids, store))
		}
		b.Logf("%d readers: raw %.0f events/s, store %.0f", readers, 50*median(floor), 50*median(ours))
		b.ReportMetric(median(ours)/median(floor), fmt.Sprintf("×raw@%d", readers))
	}
}

func wantFifty(n int) error {
	if n != 50 {
		return fmt.Errorf("%d events, not 50", n)
	}
	return nil
}

func reads(b *testing.B, readers int, ids []uuid.UUID, one func(uuid.UUID) error) (perSecond float64) {
	b.Helper()
	var wg sync.WaitGroup
	var n atomic.Int64
	start := time.Now()
	for range readers {
		wg.Go(func() {
			for time.Since(start) < 2*time.Second {
				if err := one(ids[rand.IntN(len(ids))]); err != nil {
					b.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(start).Seconds()
}

// BenchmarkLarge: the same append, load and tail at PORTICO_BENCH_EVENTS (default 10 million) as on an empty store.
func BenchmarkLarge(b *testing.B) {
	n, url := measuredNode(b)
	pool := pgtest.Connect(b, url)
	measure := func() (append32, load float64) {
		append32, _ = rate(b, 32, 5*time.Second, n.write(b))
		rows, err := pool.Query(b.Context(), `SELECT stream_id FROM es.streams WHERE version = 10 LIMIT 2000`)
		if err != nil {
			b.Fatal(err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			b.Fatal(err)
		}
		return append32, reads(b, 4, ids, func(id uuid.UUID) error {
			for _, err := range n.store.Load(b.Context(), 1, event.Stream{Kind: "measured", ID: id}, 0) {
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	measure()                                                                       // warms up both sides alike
	if _, err := pool.Exec(b.Context(), `VACUUM (ANALYZE) es.events`); err != nil { // without figures of the table a load is planned badly
		b.Fatal(err)
	}
	emptyAppend, emptyLoad := measure()
	total := envInt("PORTICO_BENCH_EVENTS", 10_000_000)
	for filled := 0; filled < total; filled += 1_000_000 {
		fillMore(b, pool, filled/10, 100_000)
	}
	if _, err := pool.Exec(b.Context(), `VACUUM (ANALYZE, FREEZE) es.events`); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(b.Context(), `CHECKPOINT`); err != nil {
		b.Logf("checkpoint: %v", err)
	}
	measure()
	fullAppend, fullLoad := measure()
	start := time.Now()
	startNode(b, url, measuredEvents...) // returns when its tail is ready
	ready := time.Since(start)
	b.Logf("append %.0f then %.0f events/s, load %.0f then %.0f streams/s, tail ready after %v", emptyAppend, fullAppend, emptyLoad, fullLoad, ready)
	b.ReportMetric(fullAppend/emptyAppend, "append×empty")
	b.ReportMetric(fullLoad/emptyLoad, "load×empty")
	b.ReportMetric(ready.Seconds()*1000, "ms-tail-ready")
}

// fillMore stores ten events in each of so many further streams.
func fillMore(b *testing.B, pool *pgxpool.Pool, from, streams int) {
	b.Helper()
	if _, err := pool.Exec(b.Context(), `
		INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, meta, hash)
		SELECT md5('l' || s)::uuid, k, 1, 'measured.opened', 1, now(), jsonb_build_object('request', md5('l' || s)::uuid, 'title', 'Documents for case ' || s, 'status', 'open',
			'actor', md5('a' || s)::uuid, 'channel', 'portal', 'amount_cents', s, 'note', repeat('x', 120), 'at', '2026-01-01T00:00:00Z'),
			jsonb_build_object('actor', jsonb_build_object('id', md5('a' || s)::uuid, 'kind', 'staff')), sha256('x')
		FROM generate_series($1::int, $1 + $2 - 1) AS s, generate_series(1, 10) AS k`, from, streams); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(b.Context(), `INSERT INTO es.streams SELECT md5('l' || s)::uuid, 'measured', 1, 10, sha256('x') FROM generate_series($1::int, $1 + $2 - 1) AS s`, from, streams); err != nil {
		b.Fatal(err)
	}
}
