package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A flood is many writers on few streams, in every way that upsets the order of a log.
type flood struct {
	name  string
	early bool // half of the transactions have an id before they append, as any that writes a row of its own first
	kill  bool // sessions of the readers die every 150 ms
}

const (
	floodWriters = 16
	floodStreams = 40
)

func floodEach() int {
	if os.Getenv("PORTICO_PROOF") == "long" {
		return 2500
	}
	return 250
}

// TestOrder: every event reaches a subscription that two nodes share once, in the order of the log. Three readers that
// are known to be wrong run beside it; if the flood shows no fault of theirs, it could not show one of ours.
func TestOrder(t *testing.T) {
	var table []string
	seen := map[string]*faults{}
	round := func(f flood) {
		for _, r := range f.run(t) {
			table = append(table, fmt.Sprintf("%-22s %-22s %s", f.name, r.reader, r.faults))
			if r.reader == "tail" && r.faults != (faults{}) {
				t.Errorf("%s: a subscription met %s", f.name, r.faults)
			}
			if seen[r.reader] == nil {
				seen[r.reader] = &faults{}
			}
			seen[r.reader].add(r.faults)
		}
	}
	for _, f := range []flood{{name: "plain"}, {name: "early xid", early: true}, {name: "early xid, kills", early: true, kill: true}} {
		round(f)
	}
	blind := func() string {
		switch {
		case seen["position only"].skipped == 0:
			return "the reader of positions alone skipped nothing"
		case seen["try-lock checkpoint"].doubled == 0:
			return "the try-lock checkpoint doubled nothing"
		case seen["xid gate"].inverted == 0:
			return "the xid gate inverted nothing"
		}
		return ""
	}
	for range 3 {
		if blind() == "" {
			break
		}
		round(flood{name: "early xid, again", early: true})
	}
	t.Logf("\n%-22s %-22s skipped / doubled / inverted by position / within a stream\n%s", "flood", "reader", strings.Join(table, "\n"))
	if why := blind(); why != "" {
		t.Errorf("this test is blind: %s", why)
	}
}

// faults of one reader.
type faults struct{ skipped, doubled, inverted, inStream int }

func (f faults) String() string {
	return fmt.Sprintf("%d / %d / %d / %d", f.skipped, f.doubled, f.inverted, f.inStream)
}

func (f *faults) add(g faults) {
	f.skipped, f.doubled, f.inverted, f.inStream = f.skipped+g.skipped, f.doubled+g.doubled, f.inverted+g.inverted, f.inStream+g.inStream
}

// place is where one event stands.
type place struct {
	position int64
	stream   uuid.UUID
	version  int
}

// judge holds what a reader heard, in its order, against the log.
func judge(log, heard []place) (f faults) {
	times := map[int64]int{}
	newest := map[uuid.UUID]int{}
	var last int64
	for _, h := range heard {
		if times[h.position]++; times[h.position] > 1 {
			f.doubled++
			continue
		}
		if h.position < last {
			f.inverted++
		}
		if h.version < newest[h.stream] {
			f.inStream++
		}
		last, newest[h.stream] = max(last, h.position), max(newest[h.stream], h.version)
	}
	for _, e := range log {
		if times[e.position] == 0 {
			f.skipped++
		}
	}
	return f
}

type heardBy struct {
	reader string
	faults
}

func (f flood) run(t *testing.T) []heardBy {
	url := pgtest.DB(t)
	pool := pgtest.Connect(t, url)
	mustExec(t, pool, `CREATE TABLE scratch (n int)`)
	mustExec(t, pool, `CREATE TABLE heard (n bigserial, reader text, position bigint, stream uuid, version int)`)
	mustExec(t, pool, `CREATE TABLE naive (position bigint)`)
	mustExec(t, pool, `INSERT INTO naive VALUES (0)`)

	nodes := []*node{startNode(t, url), startNode(t, url)}
	for _, n := range nodes {
		n.subscribe(postgres.Subscription{Name: "order", Version: 1, Handle: func(ctx context.Context, tx pgx.Tx, b postgres.Batch) error {
			list := make([]place, len(b.Events))
			for i, e := range b.Events {
				list[i] = place{e.Position, e.Stream.ID, e.Version}
			}
			half := len(list) / 2
			if err := hear(ctx, tx, "tail", list[:half]); err != nil {
				return err
			}
			if f.kill {
				time.Sleep(5 * time.Millisecond)
			}
			return hear(ctx, tx, "tail", list[half:])
		}})
	}
	readers, stopReaders := context.WithCancel(t.Context())
	var controls sync.WaitGroup
	var byPosition, byXid []place
	var written atomic.Bool // all events are committed: a reader that finds no more is done
	controls.Go(func() { byPosition = positionOnly(t, readers, pool, &written) })
	controls.Go(func() { byXid = xidGate(t, readers, pool, &written) })
	for range 3 {
		controls.Go(func() { tryLock(t, readers, pool, nodes[0].tail, &written) })
	}
	kills := 0
	killed := make(chan struct{})
	stopKills := make(chan struct{})
	go func() {
		defer close(killed)
		for f.kill {
			select {
			case <-stopKills:
				return
			case <-time.After(150 * time.Millisecond):
			}
			kills += killSomebody(t, pool, kills%4 == 3)
		}
	}()

	conflicts := f.write(t, pool, nodes)
	close(stopKills)
	<-killed
	written.Store(true)
	log := places(t, pool, `SELECT position, stream_id, version FROM es.events ORDER BY position`)
	end := log[len(log)-1].position
	within(t, soon, "the subscription reaches the end of the log", func() bool { return checkpointOf(t, pool, "order") >= end })
	controls.Wait()
	stopReaders()
	t.Logf("%s: %d events to position %d, %d conflicts, %d sessions killed", f.name, len(log), end, conflicts, kills)
	heard := func(reader string) []place {
		return places(t, pool, `SELECT position, stream, version FROM heard WHERE reader = '`+reader+`' ORDER BY n`)
	}
	for _, n := range nodes {
		n.stop()
	}
	return []heardBy{
		{"tail", judge(log, heard("tail"))}, {"position only", judge(log, byPosition)},
		{"xid gate", judge(log, byXid)}, {"try-lock checkpoint", judge(log, heard("try-lock"))},
	}
}

// write runs the writers to their end. Three in four use es.append inside transactions that do other things before and
// after it; the rest appends through the stores of both nodes.
func (f flood) write(t *testing.T, pool *pgxpool.Pool, nodes []*node) (conflicts int64) {
	streams := make([]uuid.UUID, floodStreams)
	for i := range streams {
		streams[i] = uuid.Must(uuid.NewV7())
	}
	own, err := pgxpool.New(t.Context(), pool.Config().ConnString()+"&pool_max_conns=16")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	var lost atomic.Int64
	var wg sync.WaitGroup
	for w := range floodWriters {
		wg.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(w), 7))
			for range floodEach() {
				stream := streams[chance.IntN(len(streams))]
				var won bool
				var err error
				if w%4 == 3 {
					won, err = throughStore(t.Context(), own, nodes[w/4%2], stream, 1+chance.IntN(3))
				} else {
					won, err = f.transaction(t.Context(), own, chance, nodes[w%2].store, stream)
					nodes[w%2].tail.Poke()
				}
				if err != nil {
					t.Error(err)
					return
				}
				if !won {
					lost.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return lost.Load()
}

var errOnPurpose = errors.New("rolled back on purpose")

func (f flood) transaction(ctx context.Context, pool *pgxpool.Pool, chance *rand.Rand, store *postgres.Store, stream uuid.UUID) (won bool, err error) {
	pause := func() {
		if chance.IntN(2) == 0 {
			time.Sleep(time.Duration(chance.IntN(6000)) * time.Microsecond)
		}
	}
	version, head, err := headOf(ctx, pool, stream)
	if err != nil {
		return false, err
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if f.early && chance.IntN(2) == 0 {
			early := `SELECT pg_current_xact_id()`
			if chance.IntN(2) == 0 {
				early = `INSERT INTO scratch VALUES (1)`
			}
			if _, err := tx.Exec(ctx, early); err != nil {
				return err
			}
		}
		pause()
		if won, _, err = store.AppendIn(ctx, tx, ticks(stream, version, 1+chance.IntN(3)), head); err != nil {
			return err
		}
		pause()
		if chance.IntN(100) < 8 {
			return errOnPurpose
		}
		return nil
	})
	if errors.Is(err, errOnPurpose) {
		err = nil
	}
	return won, err
}

func throughStore(ctx context.Context, pool *pgxpool.Pool, n *node, stream uuid.UUID, events int) (won bool, err error) {
	version, head, err := headOf(ctx, pool, stream)
	if err != nil {
		return false, err
	}
	a := ticks(stream, version, events)
	copy(a.Prev[:], head)
	_, err = n.store.Append(ctx, a)
	if errors.Is(err, es.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

func headOf(ctx context.Context, pool *pgxpool.Pool, stream uuid.UUID) (version int, head []byte, err error) {
	err = pool.QueryRow(ctx, `SELECT version, head_hash FROM es.streams WHERE stream_id = $1`, stream).Scan(&version, &head)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return version, head, err
}

func hear(ctx context.Context, tx pgx.Tx, reader string, list []place) error {
	positions, streams, versions := make([]int64, len(list)), make([]uuid.UUID, len(list)), make([]int, len(list))
	for i, p := range list {
		positions[i], streams[i], versions[i] = p.position, p.stream, p.version
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO heard (reader, position, stream, version)
		SELECT $1, u.p, u.s, u.v FROM unnest($2::bigint[], $3::uuid[], $4::int[]) WITH ORDINALITY AS u (p, s, v, ord) ORDER BY u.ord`,
		reader, positions, streams, versions)
	return err
}

// killSomebody ends a session that last worked for the subscription, or for a tail.
func killSomebody(t *testing.T, pool *pgxpool.Pool, ofTail bool) (n int) {
	t.Helper()
	whose := `query ~ 'es\.projections|INTO heard|commit|begin'`
	if ofTail {
		whose = `query ~ 'pg_locks|SELECT count\(\*\), coalesce\(max\(position|LISTEN'`
	}
	if err := pool.QueryRow(t.Context(), `
		SELECT count(pg_terminate_backend(pid)) FROM (
			SELECT pid FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'portico' AND `+whose+`
			ORDER BY (state = 'active') DESC, state_change DESC LIMIT 1) AS a`).Scan(&n); err != nil {
		t.Error(err)
	}
	return n
}

func checkpointOf(t testing.TB, pool *pgxpool.Pool, name string) (position int64) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT coalesce(max(position), 0) FROM es.projections WHERE name = $1`, name).Scan(&position); err != nil {
		t.Fatal(err)
	}
	return position
}

func places(t *testing.T, pool *pgxpool.Pool, query string) []place {
	t.Helper()
	rows, err := pool.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, onePlace)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func onePlace(row pgx.CollectableRow) (p place, err error) {
	return p, row.Scan(&p.position, &p.stream, &p.version)
}

func mustExec(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
