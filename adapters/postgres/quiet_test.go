package postgres_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// seldom is a rare event among ticks.
type seldom struct{}

func (seldom) EventType() string { return "probe.seldom" }

func withSeldom() []postgres.EventSpec {
	return []postgres.EventSpec{{Event: ticked{}}, {Event: seldom{}}}
}

// What the tail calls quiet holds no event of the type, whoever commits late or not at all.
func TestQuietIsTrue(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	n := startNode(t, url, withSeldom()...)
	pool := pgtest.Connect(t, url)
	ctx, done := context.WithCancel(t.Context())
	defer done()
	var writers, checker sync.WaitGroup
	for w := range 6 {
		writers.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(w), 5))
			for range 120 {
				a := ticks(uuid.Must(uuid.NewV7()), 0, 1+chance.IntN(3))
				if chance.IntN(25) == 0 {
					a.Events[len(a.Events)-1] = seldom{}
				}
				tx, err := pool.Begin(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if _, _, err := n.store.AppendIn(ctx, tx, a, nil); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Duration(chance.IntN(6)) * time.Millisecond)
				if chance.IntN(5) == 0 {
					err = tx.Rollback(ctx)
				} else {
					err = tx.Commit(ctx)
				}
				if err != nil {
					t.Error(err)
				}
				n.tail.Poke()
			}
		})
	}
	var quiet, busy int
	checker.Go(func() {
		chance := rand.New(rand.NewPCG(9, 9))
		for ctx.Err() == nil {
			safe, _ := n.tail.Safe()
			after := max(0, safe-chance.Int64N(60))
			if !n.tail.Quiet([]string{"probe.seldom"}, after, safe) {
				busy++
				continue
			}
			quiet++
			var rings int
			if err := n.db.Work.QueryRow(t.Context(), `SELECT count(*) FROM es.events WHERE position > $1 AND position <= $2 AND type = 'probe.seldom'`, after, safe).Scan(&rings); err != nil || rings > 0 {
				t.Errorf("between %d and %d it is quiet, and there are %d, %v", after, safe, rings, err)
				return
			}
		}
	})
	writers.Wait()
	done()
	checker.Wait()
	if quiet < 10 || busy < 10 {
		t.Errorf("quiet %d times, busy %d times: too seldom to tell", quiet, busy)
	}
	safe, _ := n.tail.Safe()
	if n.tail.Quiet([]string{"probe.seldom"}, 0, safe+1) || n.tail.Quiet(nil, safe, safe) {
		t.Error("it is called quiet where the tail has not been, or for who hears everything")
	}
	if late := startNode(t, url, withSeldom()...); late.tail.Quiet([]string{"probe.none"}, 0, 1) {
		t.Error("a node that came later calls quiet what it has not seen")
	}
}

// Events that are not for a subscription cost it no transaction each; who waits for it waits for none, and the checkpoint
// follows.
func TestSubscriptionPassesWhatIsNotForIt(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t), withSeldom()...)
	var batches, heard atomic.Int64
	n.subscribe(postgres.Subscription{
		Name: "rings", Version: 1, Types: []string{"probe.seldom"},
		Handle: func(_ context.Context, _ pgx.Tx, b postgres.Batch) error { heard.Add(int64(len(b.Events))); return nil },
		After:  func(bool) { batches.Add(1) },
	})
	const many = 300
	var last int64
	for range many {
		_, r := n.tick(t)
		last = r.Position
	}
	within(t, soon, "who waits for it is told that there is nothing", func() bool {
		ok, err := n.db.Wait(t.Context(), last, time.Second, "rings")
		if err != nil {
			t.Fatal(err)
		}
		return ok
	})
	if b := batches.Load(); b > many/2 {
		t.Errorf("%d transactions for %d events of other types", b, many)
	}
	within(t, soon, "the checkpoint follows", func() bool { return checkpointOf(t, n.db.Work, "rings") >= last })
	ring := ticks(uuid.Must(uuid.NewV7()), 0, 1)
	ring.Events = []event.Event{seldom{}}
	r, err := n.store.Append(t.Context(), ring)
	if err != nil {
		t.Fatal(err)
	}
	within(t, soon, "what is for it is handled", func() bool { return checkpointOf(t, n.db.Work, "rings") >= r.Position })
	if heard.Load() != 1 {
		t.Errorf("heard %d events, want the one", heard.Load())
	}
}
