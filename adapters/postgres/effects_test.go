package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
)

// outside is the world that effects act on. It remembers every act, and whether two were at it at once.
type outside struct {
	perform func(ctx context.Context, e es.Effect) error // nil: nothing goes wrong
	mu      sync.Mutex
	acts    map[string]int
	busy    map[string]bool
	clashes int
	gaveUp  map[string]int // tries
}

func newOutside() *outside {
	return &outside{acts: map[string]int{}, busy: map[string]bool{}, gaveUp: map[string]int{}}
}

func (o *outside) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	o.mu.Lock()
	if o.busy[e.Key] {
		o.clashes++
	}
	o.busy[e.Key] = true
	o.acts[e.Key]++
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		o.busy[e.Key] = false
		o.mu.Unlock()
	}()
	if o.perform == nil {
		return nil, nil
	}
	return es.Handed{"outside." + e.Stream.ID.String()}, o.perform(ctx, e)
}

func (o *outside) GaveUp(_ context.Context, e es.Effect, tries int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gaveUp[e.Key] = tries
	return nil
}

func (o *outside) actsOn(key string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acts[key]
}

// perform starts the worker, and the reactor that asks for one effect a tick.
func (n *node) perform(o *outside) {
	effects := postgres.NewEffects(n.db, n.tail, o, n.log)
	n.subscribe(effects.Reactor("ticks", []string{"probe.ticked"}, func(r event.Recorded) []es.Effect {
		return []es.Effect{{Kind: "probe", Key: keyOf(r.Stream), Firm: r.Firm, Stream: r.Stream}}
	}))
	n.run(effects.Run)
}

func keyOf(s event.Stream) string { return fmt.Sprintf("probe/%s", s.ID) }

type effectRow struct {
	state    string
	attempts int
	dueIn    time.Duration
}

func (n *node) effect(t testing.TB, key string) (r effectRow) {
	t.Helper()
	var ms float64
	err := n.db.Work.QueryRow(t.Context(), `
		SELECT coalesce(max(state), ''), coalesce(max(attempts), 0), coalesce(max(extract(epoch FROM due_at - clock_timestamp()) * 1000), 0)::float8
		FROM es.effects WHERE key = $1`, key).Scan(&r.state, &r.attempts, &ms)
	if err != nil {
		t.Fatal(err)
	}
	r.dueIn = time.Duration(ms * float64(time.Millisecond))
	return r
}

// due makes an effect due now, as waiting would, and wakes the workers.
func (n *node) due(t testing.TB, key string) {
	t.Helper()
	mustExec(t, n.db.Work, `UPDATE es.effects SET due_at = clock_timestamp() WHERE key = $1`, key)
	n.tick(t)
}

// Two nodes share the effects: each is performed once, and never by both at the same time.
func TestEffectsAreShared(t *testing.T) {
	t.Parallel()
	const effects = 120
	url := pgtest.DB(t)
	world := newOutside()
	world.perform = func(context.Context, es.Effect) error { time.Sleep(3 * time.Millisecond); return nil }
	nodes := []*node{startNode(t, url), startNode(t, url)}
	for _, n := range nodes {
		n.perform(world)
	}
	var keys []string
	for i := range effects {
		stream, _ := nodes[i%2].tick(t)
		keys = append(keys, keyOf(stream))
	}
	within(t, soon, "all effects are over", func() bool {
		var done int
		if err := nodes[0].db.Work.QueryRow(t.Context(), `SELECT count(*) FROM es.effects WHERE state = 'done'`).Scan(&done); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		return done == effects
	})
	for _, k := range keys {
		if n := world.actsOn(k); n != 1 {
			t.Errorf("%s was performed %d times", k, n)
		}
	}
	if world.clashes > 0 {
		t.Errorf("%d times two workers were at the same effect", world.clashes)
	}
}

// An effect that isn't due waits, and one act stands for all that ask for it under its key meanwhile.
func TestEffectIsHeld(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	world := newOutside()
	from := time.Now().Add(time.Minute)
	effects := postgres.NewEffects(n.db, n.tail, world, n.log)
	n.subscribe(effects.Reactor("held", []string{"probe.ticked"}, func(r event.Recorded) []es.Effect {
		return []es.Effect{
			{Kind: "probe", Key: "held", Firm: r.Firm, Stream: r.Stream, NotBefore: from},
			{Kind: "probe", Key: keyOf(r.Stream), Firm: r.Firm, Stream: r.Stream, NotBefore: from.Add(-time.Hour)}, // is due at once
		}
	}))
	n.run(effects.Run)
	for range 40 {
		stream, _ := n.tick(t)
		within(t, 30*time.Second, "what isn't held is performed", func() bool { return world.actsOn(keyOf(stream)) == 1 })
	}
	if r := n.effect(t, "held"); r.state != "waiting" || r.attempts != 0 || r.dueIn <= 0 || r.dueIn > time.Minute {
		t.Fatalf("%+v", r)
	}
	n.due(t, "held")
	within(t, 30*time.Second, "it is performed", func() bool { return n.effect(t, "held").state == "done" })
	if acts := world.actsOn("held"); acts != 1 {
		t.Errorf("performed %d times", acts)
	}
}

// While one node performs, however long, nobody else does: the lease sees to it.
func TestEffectIsLeased(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	world := newOutside()
	finish := make(chan struct{})
	world.perform = func(ctx context.Context, e es.Effect) error { <-finish; return nil }
	nodes := []*node{startNode(t, url), startNode(t, url)}
	stream, _ := nodes[0].tick(t)
	for _, n := range nodes {
		n.perform(world)
	}
	key := keyOf(stream)
	within(t, soon, "somebody performs it", func() bool { return world.actsOn(key) == 1 })
	time.Sleep(time.Second)
	if r := nodes[0].effect(t, key); r.state != "waiting" || r.dueIn < time.Minute {
		t.Errorf("while it is performed its row says %+v", r)
	}
	close(finish)
	within(t, soon, "it is over", func() bool { return nodes[0].effect(t, key).state == "done" })
	if n := world.actsOn(key); n != 1 {
		t.Errorf("performed %d times", n)
	}
}

// A scan may take longer than a lease, and still nobody else begins it; it is given up earlier than a mail.
func TestScansAreLeasedWhileTheyRun(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	world := newOutside()
	finish := make(chan struct{})
	var fails atomic.Bool
	world.perform = func(context.Context, es.Effect) error {
		if fails.Load() {
			return errors.New("the scanner is away")
		}
		<-finish
		return nil
	}
	const lease = 2 * time.Second
	nodes := []*node{startNode(t, url), startNode(t, url)}
	for i, n := range nodes {
		effects := postgres.NewEffects(n.db, n.tail, world, n.log)
		effects.SetLease(lease)
		if i == 0 {
			n.subscribe(effects.Reactor("scans", []string{"probe.ticked"}, func(r event.Recorded) []es.Effect {
				return []es.Effect{{Kind: "scan.probe", Key: keyOf(r.Stream), Firm: r.Firm, Stream: r.Stream}}
			}))
		}
		n.run(effects.Run)
	}
	stream, _ := nodes[0].tick(t)
	key := keyOf(stream)
	within(t, soon, "somebody performs it", func() bool { return world.actsOn(key) == 1 })
	time.Sleep(3 * lease)
	if n := world.actsOn(key); n != 1 {
		t.Errorf("performed %d times at once", n)
	}
	close(finish)
	within(t, soon, "it is over", func() bool { return nodes[0].effect(t, key).state == "done" })
	fails.Store(true)
	stream, _ = nodes[0].tick(t)
	key = keyOf(stream)
	for range 5 {
		within(t, soon, "it is put off", func() bool { return nodes[0].effect(t, key).dueIn > 10*time.Second })
		nodes[0].due(t, key)
	}
	within(t, soon, "it is given up", func() bool { return nodes[0].effect(t, key).state == "gave_up" })
	world.mu.Lock()
	defer world.mu.Unlock()
	if world.gaveUp[key] != 6 {
		t.Errorf("given up after %d tries", world.gaveUp[key])
	}
}

// A node dies between the act and its note: once the lease is over another node performs it again, under the same key.
func TestEffectAfterACrash(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	dying, other := startNode(t, url), startNode(t, url)
	world := newOutside()
	var died atomic.Bool
	world.perform = func(context.Context, es.Effect) error {
		if died.CompareAndSwap(false, true) {
			dying.db.Work.Close() // nothing can be noted any more
		}
		return nil
	}
	stream, _ := other.tick(t)
	key := keyOf(stream)
	dying.perform(world)
	within(t, soon, "the dying node performs it", died.Load)
	other.perform(world)
	time.Sleep(200 * time.Millisecond)
	if r := other.effect(t, key); r.state != "waiting" || world.actsOn(key) != 1 {
		t.Fatalf("before the lease is over: %+v, performed %d times", r, world.actsOn(key))
	}
	other.due(t, key)
	within(t, soon, "it is over", func() bool { return other.effect(t, key).state == "done" })
	if n := world.actsOn(key); n != 2 {
		t.Errorf("performed %d times", n)
	}
}

// What was performed while the node was told to stop is noted all the same: no mail goes twice because of a restart.
func TestEffectIsNotedAtAStop(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	stopping, other := startNode(t, url), startNode(t, url)
	world := newOutside()
	begun := make(chan struct{})
	world.perform = func(ctx context.Context, _ es.Effect) error { close(begun); <-ctx.Done(); return nil }
	stream, _ := other.tick(t)
	stopping.perform(world)
	<-begun
	stopping.stop()
	if r := other.effect(t, keyOf(stream)); r.state != "done" {
		t.Errorf("after the stop: %+v", r)
	}
}

// What fails comes again, later each time, and after the last try somebody is told; what must not happen any more ends.
func TestEffectBackoffAndEnd(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("the server is away") },
		"a panic":  func() error { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := startNode(t, pgtest.DB(t))
			world := newOutside()
			stream, _ := n.tick(t)
			key := keyOf(stream)
			world.perform = func(_ context.Context, e es.Effect) error {
				if e.Key == key {
					return fail()
				}
				return nil
			}
			n.perform(world)
			want := []time.Duration{15 * time.Second, time.Minute, 4 * time.Minute, 16 * time.Minute, 64 * time.Minute, 256 * time.Minute, 8 * time.Hour, 8 * time.Hour, 8 * time.Hour}
			for i, backoff := range want {
				within(t, soon, fmt.Sprintf("try %d is put off by %v", i+1, backoff), func() bool {
					r := n.effect(t, key)
					return r.state == "waiting" && r.attempts == i+1 && r.dueIn <= backoff && r.dueIn > backoff-5*time.Second
				})
				n.due(t, key)
			}
			within(t, soon, "it is given up", func() bool { return n.effect(t, key).state == "gave_up" })
			world.mu.Lock()
			defer world.mu.Unlock()
			if world.gaveUp[key] != 10 || world.acts[key] != 10 {
				t.Errorf("told after %d tries, of %d", world.gaveUp[key], world.acts[key])
			}
		})
	}
	t.Run("withdrawn", func(t *testing.T) {
		t.Parallel()
		n := startNode(t, pgtest.DB(t))
		world := newOutside()
		world.perform = func(context.Context, es.Effect) error { return fmt.Errorf("revoked: %w", es.ErrWithdrawn) }
		stream, _ := n.tick(t)
		n.perform(world)
		within(t, soon, "it ends", func() bool { return n.effect(t, keyOf(stream)).state == "withdrawn" })
		if len(world.gaveUp) > 0 {
			t.Error("somebody was told that it failed")
		}
	})
}

// Mails that hang, as at a mail server that answers nobody, hold up each other and nothing else; and what is slow holds up
// nobody who comes after it, as long as its lane has a place.
func TestEffectsKeepToTheirLanes(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	world := newOutside()
	hang := make(chan struct{})
	var mu sync.Mutex
	hanging, most := 0, 0
	world.perform = func(ctx context.Context, e es.Effect) error {
		if e.Kind != "mail.hangs" {
			return nil
		}
		mu.Lock()
		hanging++
		most = max(most, hanging)
		mu.Unlock()
		<-hang
		mu.Lock()
		hanging--
		mu.Unlock()
		return nil
	}
	var asked atomic.Int64
	effects := postgres.NewEffects(n.db, n.tail, world, n.log)
	n.subscribe(effects.Reactor("ticks", []string{"probe.ticked"}, func(r event.Recorded) []es.Effect {
		kind := "scan.file"
		if asked.Add(1) <= 12 {
			kind = "mail.hangs"
		}
		return []es.Effect{{Kind: kind, Key: keyOf(r.Stream), Firm: r.Firm, Stream: r.Stream}}
	}))
	n.run(effects.Run)
	var mails, scans []string
	for range 12 {
		stream, _ := n.tick(t)
		mails = append(mails, keyOf(stream))
	}
	within(t, 30*time.Second, "four mails hang", func() bool { mu.Lock(); defer mu.Unlock(); return hanging == 4 })
	within(t, 30*time.Second, "all mails are asked for", func() bool { return asked.Load() == 12 })
	for range 20 {
		stream, _ := n.tick(t)
		scans = append(scans, keyOf(stream))
	}
	within(t, 30*time.Second, "everything else is done", func() bool {
		for _, key := range scans {
			if world.actsOn(key) != 1 {
				return false
			}
		}
		return true
	})
	mu.Lock()
	if hanging != 4 || most != 4 {
		t.Errorf("%d mails hang, at most %d at once; want 4", hanging, most)
	}
	mu.Unlock()
	close(hang)
	within(t, 30*time.Second, "the mails are done", func() bool {
		for _, key := range mails {
			if n.effect(t, key).state != "done" {
				return false
			}
		}
		return true
	})
}

// What is known of an effect stays with it: whose matter it is, which events asked for it, what the outside world calls
// it, and with which code it was refused. Pages read it one practice at a time.
func TestEffectTellsItsStory(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	world := newOutside()
	person, client := uuid.New(), uuid.New()
	until := time.Now().Add(time.Hour)
	world.perform = func(_ context.Context, e es.Effect) error {
		if e.Person != person || e.Client != client {
			t.Errorf("performed for %s and %s", e.Person, e.Client)
		}
		return &es.RefusedError{Code: "5.1.1"}
	}
	effects := postgres.NewEffects(n.db, n.tail, world, n.log)
	n.subscribe(effects.Reactor("stories", []string{"probe.ticked"}, func(r event.Recorded) []es.Effect {
		one := es.Effect{Kind: "mail.probe", Key: keyOf(r.Stream), Firm: r.Firm, Stream: r.Stream, Person: person, Client: client}
		merged := one
		merged.Key, merged.NotBefore = "merged/"+r.Stream.ID.String(), until
		again := merged // asked for twice by the same event
		return []es.Effect{one, merged, again}
	}))
	n.run(effects.Run)
	stream := probe(uuid.Must(uuid.NewV7()))
	if _, err := n.store.Append(t.Context(), ticks(stream.ID, 0, 2)); err != nil {
		t.Fatal(err)
	}
	key := keyOf(stream)
	within(t, soon, "it is refused", func() bool { return n.effect(t, key).state == "refused" })
	within(t, soon, "the second event is merged", func() bool { return len(n.story(t, "merged/"+stream.ID.String()).Causes) == 2 })

	got, held := n.story(t, key), n.story(t, "merged/"+stream.ID.String())
	if got.Person != person || got.Client != client || got.Code != "5.1.1" || !slices.Equal(got.IDs, []string{"outside." + stream.ID.String()}) ||
		!got.Held.IsZero() || got.Error != "refused for good with 5.1.1" {
		t.Errorf("%+v", got)
	}
	if !slices.Equal(held.Causes, []int32{1, 2}) || held.Held.Sub(until).Abs() > time.Millisecond || len(held.IDs) > 0 {
		t.Errorf("%+v", held)
	}
	if len(world.gaveUp) > 0 {
		t.Error("somebody was told that it failed")
	}
}

type story struct {
	Person, Client uuid.UUID
	Causes         []int32
	Held           time.Time
	IDs            []string
	Code, Error    string
}

func (n *node) story(t testing.TB, key string) (s story) {
	t.Helper()
	err := n.db.Work.QueryRow(t.Context(), `
		SELECT person_id, client_id, causes, coalesce(held_until, '0001-01-01Z'), message_ids, coalesce(code, ''), coalesce(last_error, '')
		FROM es.effects WHERE key = $1`, key).Scan(&s.Person, &s.Client, &s.Causes, &s.Held, &s.IDs, &s.Code, &s.Error)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return s
}
