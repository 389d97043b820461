package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// storeThrough is a store whose line to Postgres can be cut.
func storeThrough(t testing.TB, n *node, url string) (*postgres.Store, *link) {
	t.Helper()
	line, through := throughLink(t, url)
	config, err := pgxpool.ParseConfig(through)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	s := postgres.NewStore(pool, n.codec, n.vault, n.tail.Poke)
	t.Cleanup(func() { line.light(); s.Close(); pool.Close() })
	return s, line
}

// A form that is sent sixteen times at once, under one command id, happens once; each sender hears of the same success.
func TestDoubleSubmit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cmd := app.Commands{Events: h.store, Policies: policy{}}
	for round := range 5 {
		by := h.by()
		by.Actor = event.Actor{Kind: event.Staff, ID: uuid.Must(uuid.NewV7())}
		by.Command, by.Fingerprint = uuid.Must(uuid.NewV7()), [32]byte{1}
		issue := app.Issue{
			By: by, ID: uuid.Must(uuid.NewV7()), Recipients: []app.NewRecipient{{Name: "Imogen Farrow", Email: "imogen@example.org"}},
			ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: time.UTC,
		}
		var first, repeated atomic.Int64
		var wg sync.WaitGroup
		for sender := range 16 {
			wg.Go(func() {
				again := issue
				if round%2 == 1 && sender%2 == 1 {
					again.ID = uuid.Must(uuid.NewV7()) // a client that makes a new id each time, but keeps the command's
				}
				r, err := cmd.Issue(t.Context(), again)
				switch {
				case err != nil:
					t.Errorf("round %d: %v", round, err)
				case r.Repeated, r.Position == 0: // found out by the command's id, or by the link that is there
					repeated.Add(1)
				default:
					first.Add(1)
				}
			})
		}
		wg.Wait()
		var events int
		if err := h.db.Work.QueryRow(t.Context(), `SELECT count(*) FROM es.events WHERE meta->>'command' = $1`, by.Command.String()).Scan(&events); err != nil {
			t.Fatal(err)
		}
		if events != 1 || first.Load() != 1 || repeated.Load() != 15 {
			t.Errorf("round %d: %d events, %d told that they did it, %d that it was done", round, events, first.Load(), repeated.Load())
		}
	}
}

// A lost reply is never taken for a failure, a lost request never for a success, and the repetition under the same
// command id does it once.
func TestLostCommitReply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		cut   cut
		sure  bool // the store can find out that it was kept
		first int  // events before the repetition
	}{
		{"the reply is lost", loseReply, true, 1},
		{"the request is lost", loseAsk, false, 0},
		{"the request arrives late", delayAsk, false, 1},
		{"the reply is lost and the line stays dead", loseReply2, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.DB(t)
			n := startNode(t, url)
			store, line := storeThrough(t, n, url)
			if _, err := store.Append(t.Context(), ticks(uuid.Must(uuid.NewV7()), 0, 1)); err != nil { // makes the line
				t.Fatal(err)
			}
			a := ticks(uuid.Must(uuid.NewV7()), 0, 1)
			a.By.Command, a.By.Fingerprint = uuid.Must(uuid.NewV7()), [32]byte{1}
			line.cutNext(c.cut)
			r, err := store.Append(t.Context(), a)
			switch {
			case c.sure && (err != nil || r.Repeated || r.Version != 1):
				t.Errorf("%+v, %v; want a success", r, err)
			case !c.sure && !errors.Is(err, postgres.ErrUnconfirmed):
				t.Errorf("%+v, %v; want %v", r, err, postgres.ErrUnconfirmed)
			}
			time.Sleep(400 * time.Millisecond)
			if events := commandsEvents(t, n, a.By.Command); events != c.first {
				t.Errorf("%d events before the repetition, want %d", events, c.first)
			}
			line.light()
			again, err := store.Append(t.Context(), a)
			if err != nil || again.Version != 1 || again.Repeated != (c.first == 1) {
				t.Errorf("the repetition: %+v, %v", again, err)
			}
			if events := commandsEvents(t, n, a.By.Command); events != 1 {
				t.Errorf("%d events", events)
			}
		})
	}
}

func commandsEvents(t testing.TB, n *node, command uuid.UUID) (events int) {
	t.Helper()
	if err := n.db.Work.QueryRow(context.Background(), `SELECT count(*) FROM es.events WHERE meta->>'command' = $1`, command.String()).Scan(&events); err != nil {
		t.Fatal(err)
	}
	return events
}

// Eight writers on a line that is cut at random, repeating each command until they are sure: every answer is true, and
// each command happens once.
func TestCommandsOverABadLine(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 40
	url := pgtest.DB(t)
	n := startNode(t, url)
	store, line := storeThrough(t, n, url)
	line.byChance(15)
	ctx := t.Context()
	var unsure, failed atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			stream := uuid.Must(uuid.NewV7())
			for range each {
				by := es.By{Firm: 1, Actor: event.Actor{Kind: event.System}, Command: uuid.Must(uuid.NewV7()), Fingerprint: [32]byte{1}}
				known := true // whether an earlier try may have been kept
				for try := 0; ; try++ {
					version, head, err := headOf(ctx, n.db.Work, stream)
					if err != nil {
						t.Error(err)
						return
					}
					a := ticks(stream, version, 1)
					a.By = by
					copy(a.Prev[:], head)
					_, err = store.Append(ctx, a)
					kept := commandsEvents(t, n, by.Command)
					switch {
					case err == nil && kept != 1:
						t.Errorf("told that it was kept, and there are %d events", kept)
					case errors.Is(err, postgres.ErrUnconfirmed):
						unsure.Add(1)
						known = false
					case errors.Is(err, es.ErrConflict):
					case err != nil:
						if failed.Add(1); known && kept != 0 {
							t.Errorf("told that it failed (%v), and there are %d events", err, kept)
						}
					}
					if err == nil {
						break
					}
					if try > 50 {
						t.Errorf("no success after %d tries: %v", try, err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	line.light()
	time.Sleep(400 * time.Millisecond) // for what arrives late
	var commands, events int
	if err := n.db.Work.QueryRow(t.Context(), `SELECT count(DISTINCT meta->>'command'), count(*) FROM es.events`).Scan(&commands, &events); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d commands, %d events; %d answers were unsure, %d failures", commands, events, unsure.Load(), failed.Load())
	if commands != writers*each || events != commands {
		t.Errorf("%d commands left %d events, want %d", commands, events, writers*each)
	}
	if unsure.Load() == 0 {
		t.Error("no answer was lost: this test is blind")
	}
}

// The server is killed under load, twice. No acknowledged append is lost, no stream has a hole, every chain holds, and
// tail and subscription go on by themselves, each event once.
func TestServerCrashUnderLoad(t *testing.T) {
	t.Parallel()
	const writers = 8
	server := pgtest.Durable(t)
	n := startNode(t, server.URL())
	mustExec(t, n.db.Work, `CREATE TABLE heard (n bigserial, reader text, position bigint, stream uuid, version int)`)
	n.subscribe(postgres.Subscription{Name: "order", Version: 1, Handle: func(ctx context.Context, tx pgx.Tx, b postgres.Batch) error {
		list := make([]place, len(b.Events))
		for i, e := range b.Events {
			list[i] = place{e.Position, e.Stream.ID, e.Version}
		}
		return hear(ctx, tx, "tail", list)
	}})
	type ack struct {
		stream  uuid.UUID
		version int
		hash    [32]byte
	}
	var mu sync.Mutex
	var acks []ack
	var unsure, failed, down atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for ctx.Err() == nil {
				stream := uuid.Must(uuid.NewV7())
				var last ack
				for range 30 {
					a := ticks(stream, last.version, 1+rand.IntN(2))
					a.Prev = last.hash
					r, err := n.store.Append(context.Background(), a)
					if err != nil {
						if errors.Is(err, postgres.ErrUnconfirmed) {
							unsure.Add(1)
						} else {
							failed.Add(1)
						}
						if ctx.Err() == nil {
							down.Store(1)
						}
						break
					}
					last = ack{stream, r.Version, r.Hash}
					mu.Lock()
					acks = append(acks, last)
					mu.Unlock()
				}
			}
		})
	}
	for range 2 {
		time.Sleep(700 * time.Millisecond)
		server.Kill(t)
		time.Sleep(200 * time.Millisecond)
		server.Start(t)
		began := time.Now()
		mu.Lock()
		before := len(acks)
		mu.Unlock()
		within(t, soon, "appends succeed again", func() bool { mu.Lock(); defer mu.Unlock(); return len(acks) > before+writers })
		t.Logf("appends again %v after the server", time.Since(began).Round(time.Millisecond))
	}
	time.Sleep(300 * time.Millisecond)
	cancel()
	wg.Wait()

	log := places(t, n.db.Work, `SELECT position, stream_id, version FROM es.events ORDER BY position`)
	end := log[len(log)-1].position
	within(t, soon, "the subscription reaches the end", func() bool { return checkpointOf(t, n.db.Work, "order") >= end })
	if f := judge(log, places(t, n.db.Work, `SELECT position, stream, version FROM heard ORDER BY n`)); f != (faults{}) {
		t.Errorf("the subscription met %s (skipped / doubled / inverted / in a stream)", f)
	}
	hashes := map[string][]byte{}
	rows, err := n.db.Work.Query(t.Context(), `SELECT stream_id, version, hash FROM es.events`)
	if err != nil {
		t.Fatal(err)
	}
	var stream uuid.UUID
	var version int
	var hash []byte
	if _, err := pgx.ForEachRow(rows, []any{&stream, &version, &hash}, func() error {
		hashes[fmt.Sprint(stream, version)] = bytes.Clone(hash)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	lost := 0
	for _, a := range acks {
		if !bytes.Equal(hashes[fmt.Sprint(a.stream, a.version)], a.hash[:]) {
			lost++
		}
	}
	report, err := postgres.History{DB: n.db, Tail: n.tail, Codec: n.codec, Vault: n.vault}.Verify(t.Context(), 0, event.Stream{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d acknowledged appends, %d lost; %d unsure, %d failed; %d events in %d chains, %d damaged",
		len(acks), lost, unsure.Load(), failed.Load(), report.Events, report.Streams, len(report.Damage))
	if lost > 0 || len(report.Damage) > 0 {
		t.Errorf("%d lost, damage: %+v", lost, report.Damage)
	}
	if unsure.Load()+failed.Load() == 0 {
		t.Error("the crash met no append: this test is blind")
	}
}
