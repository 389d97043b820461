package postgres_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

// One subscription that takes its time delays no other.
func TestSlowHandlerDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	asleep, wake := make(chan struct{}), make(chan struct{})
	var once sync.Once
	n.subscribe(postgres.Subscription{Name: "a", Version: 1, Handle: func(ctx context.Context, tx pgx.Tx, b postgres.Batch) error {
		_, err := tx.Exec(ctx, `SELECT pg_current_xact_id()`)
		once.Do(func() { close(asleep) })
		select {
		case <-wake:
		case <-ctx.Done():
		}
		return err
	}})
	defer close(wake)
	heard := make(chan int64, 100)
	n.subscribe(postgres.Subscription{Name: "b", Version: 1, Handle: func(_ context.Context, _ pgx.Tx, b postgres.Batch) error {
		for _, e := range b.Events {
			heard <- e.Position
		}
		return nil
	}})
	n.tick(t)
	<-heard
	<-asleep
	var took []time.Duration
	for range 20 {
		began := time.Now()
		_, r := n.tick(t)
		for <-heard < r.Position {
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	t.Logf("b heard after %v (median), %v (slowest)", took[10], took[19])
}

// Whatever way a handler fails, what it wrote is gone, and the batch comes again within a second.
func TestFailedBatchLeavesNothing(t *testing.T) {
	for name, fail := range map[string]func(context.Context, pgx.Tx) error{
		"an error": func(context.Context, pgx.Tx) error { return errors.New("no") },
		"a panic":  func(context.Context, pgx.Tx) error { panic("no") },
		"a statement that poisons the transaction": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `SELECT 1/0`)
			return err
		},
		"a poisoned transaction that nobody admits": func(ctx context.Context, tx pgx.Tx) error {
			_, _ = tx.Exec(ctx, `SELECT 1/0`)
			return nil
		},
		"a timeout in the database": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `SELECT pg_sleep(60)`)
			return err
		},
		"a timeout outside": func(ctx context.Context, _ pgx.Tx) error {
			<-ctx.Done()
			return ctx.Err()
		},
		"a killed session": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := startNode(t, pgtest.DB(t))
			mustExec(t, n.db.Work, `CREATE TABLE effect (position bigint)`)
			for range 4 {
				n.tick(t)
			}
			_, last := n.tick(t)
			within(t, soon, "the events are readable", func() bool { return n.readable(last.Position) })
			var once sync.Once
			var failedAt, doneAt time.Time
			done := make(chan struct{})
			ended := make(chan bool, 2) // what After was told, batch by batch
			n.subscribe(postgres.Subscription{
				Name: "effects", Version: 1, Limit: 2 * time.Second, // what a commit on a busy machine doesn't take
				After: func(committed bool) {
					select {
					case ended <- committed:
					default: // nobody reads what comes later
					}
				},
				Handle: func(ctx context.Context, tx pgx.Tx, b postgres.Batch) (err error) {
					for i, e := range b.Events {
						if _, err := tx.Exec(ctx, `INSERT INTO effect VALUES ($1)`, e.Position); err != nil {
							return err
						}
						if i == 2 {
							failing := false
							once.Do(func() { failing = true })
							if failing {
								defer func() { failedAt = time.Now() }()
								if err := fail(ctx, tx); err != nil {
									return err
								}
								return nil
							}
						}
					}
					doneAt = time.Now()
					close(done)
					return nil
				},
			})
			<-done
			within(t, soon, "the checkpoint moves", func() bool { return checkpointOf(t, n.db.Work, "effects") >= last.Position })
			var effects, distinct int
			if err := n.db.Work.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT position) FROM effect`).Scan(&effects, &distinct); err != nil {
				t.Fatal(err)
			}
			if effects != 5 || distinct != 5 {
				t.Errorf("%d effects on %d events, want each of 5 once", effects, distinct)
			}
			if failed, repeated := <-ended, <-ended; failed || !repeated { // who is stopped before can't know what became of a commit
				t.Errorf("of the failed and the repeated batch it was told that they were committed: %v, %v", failed, repeated)
			}
			if again := doneAt.Sub(failedAt); again > 10*time.Second {
				t.Errorf("the batch came again after %v", again)
			}
		})
	}
}

// An event that cannot be handled halts its subscription exactly there; what comes before it is handled, and others go on.
func TestPoisonHaltsAtTheExactEvent(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	var positions []int64
	for range 9 {
		_, r := n.tick(t)
		positions = append(positions, r.Position)
	}
	poison := positions[5]
	mustExec(t, n.db.Work, `CREATE TABLE effect (position bigint)`)
	within(t, soon, "the events are readable", func() bool { return n.readable(positions[8]) })
	handle := func(spoilt bool) func(context.Context, pgx.Tx, postgres.Batch) error {
		return func(ctx context.Context, tx pgx.Tx, b postgres.Batch) error {
			for _, e := range b.Events {
				if spoilt && e.Position == poison {
					return errors.New("cannot be handled")
				}
				if spoilt {
					if _, err := tx.Exec(ctx, `INSERT INTO effect VALUES ($1)`, e.Position); err != nil {
						return err
					}
				}
			}
			return nil
		}
	}
	n.subscribe(postgres.Subscription{Name: "spoilt", Version: 1, Handle: handle(true)})
	n.subscribe(postgres.Subscription{Name: "sound", Version: 1, Handle: handle(false)})
	var halted *int64
	within(t, soon, "the subscription halts", func() bool {
		if err := n.db.Work.QueryRow(t.Context(), `SELECT max(halted_at) FROM es.projections WHERE name = 'spoilt'`).Scan(&halted); err != nil {
			t.Fatal(err)
		}
		return halted != nil
	})
	var effects int
	if err := n.db.Work.QueryRow(t.Context(), `SELECT count(*) FROM effect`).Scan(&effects); err != nil {
		t.Fatal(err)
	}
	if *halted != poison || effects != 5 {
		t.Errorf("halted at %d with %d events handled, want %d and 5", *halted, effects, poison)
	}
	within(t, soon, "another subscription goes on", func() bool { return checkpointOf(t, n.db.Work, "sound") >= positions[8] })
}

// An operator sees how far a subscription is behind, and sees it catch up.
func TestLag(t *testing.T) {
	n := startNode(t, pgtest.DB(t))
	s := postgres.NewSubscriber(n.db, n.codec, n.vault, n.tail, n.log, postgres.Subscription{
		Name: "counter", Version: 1, Handle: func(context.Context, pgx.Tx, postgres.Batch) error { return nil },
	})
	_, r := n.tick(t)
	within(t, soon, "the tail sees the event", func() bool { safe, _ := n.tail.Safe(); return safe >= r.Position })
	if _, behind := s.Lag(); behind < 1 {
		t.Errorf("%d behind before it has run", behind)
	}
	n.run(s.Run)
	within(t, soon, "it has caught up", func() bool { took, behind := s.Lag(); return behind == 0 && took > 0 })
}
