package postgres_test

import (
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
	"portico/app/deadline"
	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// An alarmed stream is the smallest thing with a deadline: armed says when, a later one replaces it, rang answers.
type (
	armed struct {
		Due time.Time `json:"due" es:"fact"`
	}
	rang struct {
		Due time.Time `json:"due" es:"fact"`
	}
)

func (armed) EventType() string { return "alarmed.armed" }
func (rang) EventType() string  { return "alarmed.rang" }

func alarmedEvents() []postgres.EventSpec {
	return []postgres.EventSpec{{Event: armed{}}, {Event: rang{}}}
}

func alarmed(id uuid.UUID) event.Stream { return event.Stream{Kind: "alarmed", ID: id} }

// decideAlarmed rings once the deadline is there, by the time that it is handed.
func decideAlarmed(history []event.Event, now time.Time) ([]event.Event, time.Time, error) {
	var due time.Time
	for _, e := range history {
		switch e := e.(type) {
		case armed:
			due = e.Due
		case rang:
			due = time.Time{}
		}
	}
	if due.IsZero() || now.Before(due) {
		return nil, due, nil
	}
	return []event.Event{rang{due}}, time.Time{}, nil
}

func (n *node) saga(decide deadline.Decide) *postgres.Timers {
	timers := postgres.NewTimers(n.db, n.store, n.tail, map[event.Kind]deadline.Decide{"alarmed": decide}, n.log)
	n.run(timers.Run)
	return timers
}

// arm sets the deadline of a stream, again where it has one, and says how often somebody else was quicker.
func (n *node) arm(ctx context.Context, id uuid.UUID, in time.Duration) (conflicts int, err error) {
	for {
		a := es.Append{By: es.By{Firm: 1, Actor: event.Actor{Kind: event.System}}, Stream: alarmed(id), Rearm: true}
		version, head, err := headOf(ctx, n.db.Work, id)
		if err == nil {
			a.At, err = n.store.Now(ctx)
		}
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "57P01" {
			continue // the killer of sessions met us
		}
		if err != nil {
			return conflicts, err
		}
		a.At = a.At.Truncate(time.Millisecond)
		a.Expected, a.Alarm = version, a.At.Add(in)
		copy(a.Prev[:], head)
		a.Events = []event.Event{armed{a.Alarm}}
		_, err = n.store.Append(ctx, a)
		if !errors.Is(err, es.ErrConflict) {
			return conflicts, err
		}
		conflicts++
	}
}

// rung is what became of all deadlines, by the log alone.
type rung struct {
	fired, reset, twice, early, lost int
	late                             []time.Duration
}

func (r rung) String() string {
	return fmt.Sprintf("%d rang, %d were moved before; twice %d, early %d, lost %d", r.fired, r.reset, r.twice, r.early, r.lost)
}

// judgeAlarms reads every stream's history; deadlines after until need not have rung. ranAt is an SQL expression: when an
// event came to be.
func judgeAlarms(t testing.TB, n *node, ranAt string, until time.Time) (r rung) {
	t.Helper()
	rows, err := n.db.Work.Query(context.Background(), `
		SELECT stream_id, type, (data->>'due')::timestamptz, `+ranAt+` FROM es.events WHERE type LIKE 'alarmed.%' ORDER BY stream_id, version`)
	if err != nil {
		t.Fatal(err)
	}
	var (
		stream, before uuid.UUID
		typ            string
		due, at        time.Time
		open           time.Time // the deadline that has not rung
	)
	_, err = pgx.ForEachRow(rows, []any{&stream, &typ, &due, &at}, func() error {
		if stream != before {
			if !open.IsZero() && !open.After(until) {
				r.lost++
			}
			open = time.Time{}
		}
		before = stream
		switch {
		case typ == "alarmed.armed":
			if !open.IsZero() {
				r.reset++
			}
			open = due
		case !due.Equal(open):
			r.twice++
		default:
			r.fired++
			if at.Before(due) {
				r.early++
			}
			r.late = append(r.late, at.Sub(due))
			open = time.Time{}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !open.IsZero() && !open.After(until) {
		r.lost++
	}
	return r
}

func outstanding(t testing.TB, n *node) (count int) {
	t.Helper()
	for tries := 1; ; tries++ { // a session that a test has killed may be the one that the pool hands out
		err := n.db.Work.QueryRow(context.Background(), `SELECT count(*) FROM es.timers`).Scan(&count)
		if err == nil {
			return count
		}
		if tries == 20 {
			t.Fatal(err)
		}
	}
}

func deadlocks(t testing.TB, n *node) (count int) {
	t.Helper()
	if err := n.db.Work.QueryRow(context.Background(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

// Deadlines are moved as they come, by 16 writers whose appends share commits, while two nodes ring them and sessions
// die: each rings once, none early, none is lost, and timers and streams are never locked crosswise.
func TestAlarmsUnderFire(t *testing.T) {
	t.Parallel()
	const streams, writers = 200, 16
	url := pgtest.DB(t)
	nodes := []*node{startNode(t, url, alarmedEvents()...), startNode(t, url, alarmedEvents()...)}
	for _, n := range nodes {
		n.saga(decideAlarmed)
	}
	pool := pgtest.Connect(t, url)
	ids := make([]uuid.UUID, streams)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var conflicts, kills atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(w), 3))
			for ctx.Err() == nil {
				n, err := nodes[w%2].arm(ctx, ids[chance.IntN(streams)], time.Duration(20+chance.IntN(600))*time.Millisecond)
				if err != nil && ctx.Err() == nil && !errors.Is(err, postgres.ErrUnconfirmed) {
					t.Error(err)
				}
				conflicts.Add(int64(n))
				time.Sleep(time.Duration(chance.IntN(10)) * time.Millisecond)
			}
		})
	}
	wg.Go(func() { // sessions of the saga die wherever they are: while they claim, decide, append or re-arm
		for ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond)
			var n int64
			if err := pool.QueryRow(t.Context(), `
				SELECT count(pg_terminate_backend(pid)) FROM (
					SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
					AND query ~ 'es\.timers|stream_id = ANY|es\.append' ORDER BY random() LIMIT 1) AS s`).Scan(&n); err != nil {
				t.Error(err)
			}
			kills.Add(n)
		}
	})
	wg.Wait()
	within(t, soon, "every alarm has rung", func() bool { return outstanding(t, nodes[0]) == 0 })
	r := judgeAlarms(t, nodes[0], "recorded_at", time.Now().Add(time.Hour))
	t.Logf("%v; %d conflicts, %d sessions killed, lateness %s", r, conflicts.Load(), kills.Load(), spread(r.late))
	if r.twice+r.early+r.lost > 0 {
		t.Errorf("%v", r)
	}
	if n := deadlocks(t, nodes[0]); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
	if r.fired == 0 || r.reset == 0 || conflicts.Load() == 0 || kills.Load() == 0 {
		t.Error("deadlines were not fought over: this test is blind")
	}
}

// The session that has claimed an alarm dies before it commits: the alarm rings all the same, once.
func TestCrashBetweenClaimAndCommit(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	n := startNode(t, url, alarmedEvents()...)
	pool := pgtest.Connect(t, url)
	var killed atomic.Int64
	n.saga(func(history []event.Event, now time.Time) ([]event.Event, time.Time, error) {
		if killed.Load() == 0 {
			var k int64
			if err := pool.QueryRow(context.Background(), `
				SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`).Scan(&k); err != nil {
				t.Error(err)
			}
			killed.Store(k)
		}
		return decideAlarmed(history, now)
	})
	for range 3 {
		if _, err := n.arm(t.Context(), uuid.Must(uuid.NewV7()), 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	within(t, soon, "every alarm has rung", func() bool { return outstanding(t, n) == 0 })
	r := judgeAlarms(t, n, "recorded_at", time.Now().Add(time.Hour))
	t.Logf("%v; %d sessions killed, lateness %s", r, killed.Load(), spread(r.late))
	if r.fired != 3 || r.twice+r.early+r.lost > 0 {
		t.Errorf("%v", r)
	}
	if killed.Load() == 0 {
		t.Error("no session was killed: this test is blind")
	}
}

// An aggregate that cannot be decided rings again later and holds up nobody.
func TestUndecidableAlarmHoldsUpNobody(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t), alarmedEvents()...)
	var tries atomic.Int64
	n.saga(func(history []event.Event, now time.Time) ([]event.Event, time.Time, error) {
		if len(history) == 2 && tries.Add(1) == 1 {
			return nil, time.Time{}, errors.New("undecided")
		}
		if len(history) == 3 {
			panic("undecidable")
		}
		return decideAlarmed(history, now)
	})
	for times := range 3 {
		id := uuid.Must(uuid.NewV7())
		for range times + 1 {
			if _, err := n.arm(t.Context(), id, 200*time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
	}
	within(t, soon, "the others have rung", func() bool { return outstanding(t, n) == 1 })
	if r := judgeAlarms(t, n, "recorded_at", time.Now().Add(time.Hour)); r.fired != 2 || r.twice+r.early > 0 {
		t.Errorf("%v", r)
	}
}

// U6: lateness of the alarm is no right. With the timer gone, or far too late, what a person may do ends on time.
func TestLateAlarmOpensNothing(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]string{
		"the timer is gone": `DELETE FROM es.timers WHERE stream_id = $1`,
		"the timer is late": `UPDATE es.timers SET due_at = due_at + interval '1 hour' WHERE stream_id = $1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.run(t)
			u := h.issue(t, 700*time.Millisecond)
			file := u.send(t, "statement.pdf")
			mustExec(t, h.db.Work, spoil, u.id)
			rename := func(name string) error {
				_, err := u.cmd.Rename(t.Context(), app.Rename{By: u.by(), Link: u.id, Holder: u.holder, File: file, Name: name})
				return err
			}
			if err := rename("inside.pdf"); err != nil {
				t.Errorf("inside the window: %v", err)
			}
			mustExec(t, h.db.Work, spoil, u.id)
			time.Sleep(800 * time.Millisecond)
			if err := rename("outside.pdf"); !errors.Is(err, uploadlink.ErrWindowClosed) {
				t.Errorf("after the window: %v, want %v", err, uploadlink.ErrWindowClosed)
			}
			_, err := u.cmd.Delete(t.Context(), app.Delete{By: u.by(), Link: u.id, Holder: u.holder, File: file})
			if !errors.Is(err, uploadlink.ErrWindowClosed) {
				t.Errorf("after the window: %v, want %v", err, uploadlink.ErrWindowClosed)
			}
		})
	}
}
