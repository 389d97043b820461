package postgres_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// openAppend appends one event in a transaction that stays open.
func (n *node) openAppend(t testing.TB, pool *pgxpool.Pool) (tx pgx.Tx, position int64) {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback(context.Background()) })
	_, position, err = n.store.AppendIn(t.Context(), tx, ticks(uuid.Must(uuid.NewV7()), 0, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tx, position
}

func (n *node) readable(position int64) bool {
	safe, _ := n.tail.Safe()
	return safe >= position
}

// A transaction that appends and then dawdles holds back what comes after it, nothing before it, and Held tells.
func TestSlowAppenderHoldsOnlyWhatFollows(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	n := startNode(t, url)
	pool := pgtest.Connect(t, url)

	_, before := n.tick(t)
	slow, hole := n.openAppend(t, pool)
	_, after := n.tick(t)
	within(t, soon, "events before the slow one are readable", func() bool { return n.readable(before.Position) })
	if n.tail.Held() == 0 {
		within(t, soon, "the tail says that it is held", func() bool { return n.tail.Held() > 0 })
	}
	for until := time.Now().Add(3 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if n.readable(hole) {
			t.Fatal("the tail passed an event that is still being committed")
		}
	}
	if held := n.tail.Held(); held < 2500*time.Millisecond {
		t.Errorf("held for %v by its own account, for 3s by ours", held)
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	took := within(t, soon, "everything is readable after the commit", func() bool { return n.readable(after.Position) })
	t.Logf("readable %v after the slow commit", took)
	within(t, soon, "the tail says that nothing holds it", func() bool { return n.tail.Held() < time.Second })
}

// A position that was drawn and rolled back holds nothing up: the tail passes when its writer has ended.
func TestGapOfARollback(t *testing.T) {
	url := pgtest.DB(t)
	n := startNode(t, url)
	pool := pgtest.Connect(t, url)
	var took []time.Duration
	for range 9 {
		gone, _ := n.openAppend(t, pool)
		_, after := n.tick(t)
		time.Sleep(15 * time.Millisecond)
		if n.readable(after.Position) {
			t.Fatal("the tail passed a writer that had not ended")
		}
		if err := gone.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		took = append(took, within(t, soon, "the tail passes the gap", func() bool { return n.readable(after.Position) }))
	}
	slices.Sort(took)
	t.Logf("passed after %v (median), %v (slowest)", took[4], took[8])
}

// What does not append to this log does not delay it, whatever else is open in the cluster.
func TestStrangersDoNotHoldTheTail(t *testing.T) {
	t.Parallel()
	server := pgtest.Durable(t, "max_prepared_transactions=2")
	super := pgtest.Connect(t, pgtest.Superuser(t, atDatabase(t, server.URL(), "postgres")))
	mustExec(t, super, `CREATE DATABASE other TEMPLATE portico OWNER portico`) // its es.events even has the same oid
	pool := pgtest.Connect(t, server.URL())
	other := pgtest.Connect(t, atDatabase(t, server.URL(), "other"))
	n := startNode(t, server.URL())
	mustExec(t, pool, `CREATE TABLE scratch (n int)`)
	mustExec(t, other, `CREATE TABLE scratch (n int)`)

	begin := func(on *pgxpool.Pool, sql ...string) func(*testing.T) {
		return func(t *testing.T) {
			tx, err := on.Begin(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { tx.Rollback(context.Background()) })
			for _, s := range sql {
				if _, err := tx.Exec(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, c := range []struct {
		open  string
		start func(*testing.T)
	}{
		{"a write in this database", begin(pool, `INSERT INTO scratch VALUES (1)`)},
		{"a write in another database", begin(other, `INSERT INTO scratch VALUES (1)`)},
		{"an append in another database", func(t *testing.T) { n.openAppend(t, other) }},
		{"a long report", begin(pool, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`, `SELECT count(*) FROM es.events`)},
		{"a lock on the events for reading", begin(pool, `LOCK TABLE es.events IN ROW SHARE MODE`)},
		{"a prepared transaction", func(t *testing.T) {
			begin(pool, `INSERT INTO scratch VALUES (2)`, `PREPARE TRANSACTION 'orphan'`)(t)
			t.Cleanup(func() { mustExec(t, pool, `ROLLBACK PREPARED 'orphan'`) })
		}},
	} {
		t.Run(c.open, func(t *testing.T) {
			c.start(t)
			gone, _ := n.openAppend(t, pool) // a gap, so that the tail has to ask who writes
			_, r := n.tick(t)
			if err := gone.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			t.Logf("readable after %v", within(t, 500*time.Millisecond, "the event is readable", func() bool { return n.readable(r.Position) }))
		})
	}
}

func atDatabase(t testing.TB, of, name string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// A node that starts passes what was rolled back before it, and waits for whoever is appending meanwhile.
func TestTailStartsAmongGaps(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	first := startNode(t, url)
	pool := pgtest.Connect(t, url)
	for range 20 {
		gone, _ := first.openAppend(t, pool)
		first.tick(t)
		if err := gone.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	late, hole := first.openAppend(t, pool)
	_, last := first.tick(t)
	first.stop()

	var second *node
	started := make(chan struct{})
	go func() { second = startNode(t, url); close(started) }()
	select {
	case <-started:
		if second.readable(hole) {
			t.Error("a new tail passed an event that is still being committed")
		}
	case <-time.After(300 * time.Millisecond):
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-started
	within(t, soon, "everything is readable", func() bool { return second.readable(last.Position) })
}

// Sessions that listen die at random while 2,000 events are appended on another node. The poll bounds what that costs.
func TestLostWakeUps(t *testing.T) {
	t.Parallel()
	const events, fallback = 2000, time.Second
	url := pgtest.DB(t)
	here, there := startNode(t, url), startNode(t, url)
	pool := pgtest.Connect(t, url)

	type step struct {
		safe int64
		at   time.Time
	}
	var steps []step
	var end atomic.Int64 // how far the watch goes
	end.Store(math.MaxInt64)
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			safe, moved := there.tail.Safe()
			steps = append(steps, step{safe, time.Now()})
			if safe >= end.Load() {
				return
			}
			<-moved
		}
	})
	kills := 0
	watch.Go(func() {
		for ctx.Err() == nil {
			var n int
			err := pool.QueryRow(ctx, `
				SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
				WHERE datname = current_database() AND query ILIKE 'listen%' LIMIT 1) AS l`).Scan(&n)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			kills += n
			time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
		}
	})
	var mu sync.Mutex
	type commit struct {
		position int64
		at       time.Time
	}
	var committed []commit
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range events / 4 {
				r, err := here.store.Append(ctx, ticks(uuid.Must(uuid.NewV7()), 0, 1))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				committed = append(committed, commit{r.Position, time.Now()})
				mu.Unlock()
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	writers.Wait()
	var last int64
	for _, c := range committed {
		last = max(last, c.position)
	}
	end.Store(last)
	here.tick(t) // so that the watch looks up
	within(t, soon, "the other node can read all", func() bool { return there.readable(last + 1) })
	cancel()
	watch.Wait()
	var late []time.Duration
	for _, c := range committed {
		i, _ := slices.BinarySearchFunc(steps, c.position, func(s step, p int64) int { return int(s.safe - p) })
		late = append(late, max(0, steps[i].at.Sub(c.at)))
	}
	slices.Sort(late)
	t.Logf("%d events, %d sessions killed: readable elsewhere after p50 %v, p99 %v, slowest %v", len(late), kills,
		late[len(late)/2].Round(time.Microsecond), late[len(late)*99/100].Round(time.Microsecond), late[len(late)-1].Round(time.Microsecond))
	if slowest := late[len(late)-1]; slowest > fallback+500*time.Millisecond {
		t.Errorf("an event was readable elsewhere only after %v", slowest)
	}
	if kills == 0 {
		t.Error("no session was killed: this test is blind")
	}
}
