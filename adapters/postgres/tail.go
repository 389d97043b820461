package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	notifyChannel = "portico_events"
	notifyEvery   = 2 * time.Millisecond  // at most so often
	notifyPause   = 20 * time.Millisecond // but no longer apart than this
	tailPoll      = time.Second           // covers a lost wake-up
	tailPace      = 2 * time.Millisecond  // at most five hundred looks a second; after a pause the first is at once
	drainPoll     = 2 * time.Millisecond
	relisten      = 20 * time.Millisecond // doubled each time, up to tailPoll
	tailWindow    = 5000                  // positions looked at in one step
)

// Tail knows how far the log can be read without missing an event that is still being committed: positions are drawn
// before they commit, so a lower one can appear after a higher one.
//
// It is exact, not a guess by time: an INSERT holds its lock on es.events from before it draws a position until after
// its events are visible. At a gap the tail notes the highest position it can see, then who holds that lock; once all
// of those have ended, everything at or below the noted position is visible or will never exist. This stands on: the
// sequence has CACHE 1, positions come from the column's default alone, and nobody sets the sequence back (portico
// doctor checks them). Source: notes on the event store, section 4.
type Tail struct {
	pool   *pgxpool.Pool
	log    *slog.Logger
	wake   chan struct{} // one pending poke is enough
	notify chan struct{}

	safe atomic.Int64
	held atomic.Int64 // unix nanoseconds since when a gap holds the tail; 0: none

	ready chan struct{} // closed when everything that was there at the start can be read

	mu      sync.Mutex
	changed chan struct{}    // closed and replaced whenever safe moves
	floor   int64            // last knows every event after it
	last    map[string]int64 // by stored name: the newest event of it, maybe one that stands after safe
}

// NewTail reads through pool; Run does the work.
func NewTail(pool *pgxpool.Pool, log *slog.Logger) *Tail {
	return &Tail{pool: pool, log: log, wake: make(chan struct{}, 1), notify: make(chan struct{}, 1), changed: make(chan struct{}), ready: make(chan struct{}), last: map[string]int64{}}
}

// Ready returns when everything that was committed before Run can be read.
func (t *Tail) Ready(ctx context.Context) error {
	select {
	case <-t.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Poke says that something was committed. It never blocks.
func (t *Tail) Poke() {
	for _, c := range [...]chan struct{}{t.wake, t.notify} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Safe is how far the log can be read, and a channel that is closed when that moves. Take both, read, then wait: in
// that order no wake-up is lost.
func (t *Tail) Safe() (position int64, moved <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.safe.Load(), t.changed
}

// Quiet tells that no event of the types stands after one position and up to another; it may not know, and then says no.
// Whoever hears only those types has nothing to read there, and need not ask the database.
func (t *Tail) Quiet(types []string, after, through int64) bool {
	if types == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return after >= t.floor && through <= t.safe.Load() && !slices.ContainsFunc(types, func(name string) bool { return t.last[name] > after })
}

// note keeps that an event of the type stands at the position. Everything is noted before safe moves past it.
func (t *Tail) note(name string, position int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last[name] = max(t.last[name], position)
}

// Held is how long a gap has been holding the tail; 0 where nothing does.
func (t *Tail) Held() time.Duration {
	if since := t.held.Load(); since != 0 {
		return time.Since(time.Unix(0, since))
	}
	return 0
}

func (t *Tail) advance(to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if to > t.safe.Load() {
		t.safe.Store(to)
		close(t.changed)
		t.changed = make(chan struct{})
	}
}

// Run follows the log until ctx ends. It survives the database going away and coming back.
func (t *Tail) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { t.listen(ctx) })
	wg.Go(func() { t.announce(ctx) })
	defer wg.Wait()
	poll := time.NewTicker(tailPoll)
	defer poll.Stop()
	step := t.catchUp
	var ready sync.Once
	for {
		if err := step(ctx); err == nil {
			step = t.step
			ready.Do(func() { close(t.ready) })
		} else if ctx.Err() == nil {
			t.log.Error("following the log", "err", err)
		}
		looked := time.Now()
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
			sleep(ctx, tailPace-time.Since(looked))
		case <-poll.C:
		}
	}
}

// catchUp goes over everything that was there before, gaps and all, in one wait for those who write now.
func (t *Tail) catchUp(ctx context.Context) error {
	var top int64
	if err := t.pool.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM es.events`).Scan(&top); err != nil {
		return fmt.Errorf("find the end of the log: %w", err)
	}
	if err := t.drain(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	t.floor = max(t.floor, top)
	t.mu.Unlock()
	t.advance(top)
	return t.step(ctx)
}

// step moves safe as far as it goes now.
func (t *Tail) step(ctx context.Context) error {
	for ctx.Err() == nil {
		from := t.safe.Load()
		top, full, err := t.contiguous(ctx, from)
		if err != nil {
			return fmt.Errorf("read positions after %d: %w", from, err)
		}
		t.advance(top.last)
		if top.highest > top.last {
			if err := t.drain(ctx); err != nil {
				return err
			}
			if _, err := t.positions(ctx, t.safe.Load(), top.highest); err != nil { // for the types of what came to light
				return fmt.Errorf("read positions up to %d: %w", top.highest, err)
			}
			t.advance(top.highest)
			continue
		}
		if !full {
			return nil
		}
	}
	return nil
}

// seen is what one look at the log shows: the end of the run without gaps, and the highest position at all.
type seen struct{ last, highest int64 }

func (t *Tail) contiguous(ctx context.Context, from int64) (s seen, full bool, err error) {
	// Most looks find no gap, and an aggregate says so without sending positions.
	rows, err := t.pool.Query(ctx, `
		SELECT type, count(*), max(position) FROM (SELECT position, type FROM es.events WHERE position > $1 ORDER BY position LIMIT $2) AS w GROUP BY type`,
		from, tailWindow)
	if err != nil {
		return s, false, err
	}
	s.highest = from
	var name string
	var sum, n, p int64
	if _, err := pgx.ForEachRow(rows, []any{&name, &n, &p}, func() error {
		t.note(name, p)
		sum, s.highest = sum+n, max(s.highest, p)
		return nil
	}); err != nil {
		return s, false, err
	}
	if full = sum == tailWindow; s.highest-from == sum {
		s.last = s.highest
		return s, full, nil
	}
	s.last, err = t.positions(ctx, from, s.highest)
	return s, full, err
}

// positions notes what stands after from, as far as it can be seen, and says where the run without gaps ends.
func (t *Tail) positions(ctx context.Context, from, highest int64) (last int64, err error) {
	rows, err := t.pool.Query(ctx, `SELECT position, type FROM es.events WHERE position > $1 AND position <= $2 ORDER BY position`, from, highest)
	if err != nil {
		return from, err
	}
	last = from
	var name string
	var p int64
	_, err = pgx.ForEachRow(rows, []any{&p, &name}, func() error {
		if t.note(name, p); p == last+1 {
			last = p
		}
		return nil
	})
	return last, err
}

// drain waits until every transaction that writes events at this moment has ended: what was drawn is visible, or never will be.
func (t *Tail) drain(ctx context.Context) error {
	t.held.CompareAndSwap(0, time.Now().UnixNano())
	defer t.held.Store(0)
	// One connection for the whole wait: lock identities belong to one server run, and a reconnect must start anew.
	conn, err := t.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	writers, err := t.writers(ctx, conn)
	if err != nil {
		return err
	}
	for len(writers) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(drainPoll):
		}
		now, err := t.writers(ctx, conn)
		if err != nil {
			return err
		}
		for w := range writers {
			if !now[w] {
				delete(writers, w)
			}
		}
	}
	return nil
}

// writers are the transactions that hold an inserter's lock on es.events.
func (t *Tail) writers(ctx context.Context, conn *pgxpool.Conn) (map[string]bool, error) {
	rows, err := conn.Query(ctx, `
		SELECT virtualtransaction FROM pg_locks
		WHERE locktype = 'relation' AND relation = 'es.events'::regclass AND mode = 'RowExclusiveLock' AND granted
		  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if err != nil {
		return nil, fmt.Errorf("see who writes: %w", err)
	}
	out := map[string]bool{}
	var v string
	_, err = pgx.ForEachRow(rows, []any{&v}, func() error {
		out[v] = true
		return nil
	})
	return out, err
}

// listen turns other nodes' notifications into pokes. Without a connection the poll does the work.
func (t *Tail) listen(ctx context.Context) {
	again := relisten
	for ctx.Err() == nil {
		err := func() error {
			c, err := t.session(ctx, "LISTEN "+notifyChannel)
			if err != nil {
				return err
			}
			defer c.Close(context.WithoutCancel(ctx))
			for again = relisten; ; {
				select { // also at once: nobody told us what was committed before
				case t.wake <- struct{}{}:
				default:
				}
				if _, err := c.WaitForNotification(ctx); err != nil {
					return err
				}
			}
		}()
		if ctx.Err() == nil {
			t.log.Warn("listening for other nodes was interrupted", "err", err)
			sleep(ctx, again)
			again = min(2*again, tailPoll)
		}
	}
}

// session takes a connection out of the pool for good.
func (t *Tail) session(ctx context.Context, first string) (*pgx.Conn, error) {
	conn, err := t.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	c := conn.Hijack()
	if _, err := c.Exec(ctx, first); err != nil {
		c.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return c, nil
}

// announce tells other nodes, never inside an append: a NOTIFY in the writing transaction takes a lock of the whole
// cluster at commit. Its own transaction is a commit too, but waits for no disk. The busier the server, the longer the
// pause until the next one.
func (t *Tail) announce(ctx context.Context) {
	var c *pgx.Conn
	defer func() {
		if c != nil {
			c.Close(context.WithoutCancel(ctx))
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.notify:
		}
		began := time.Now()
		var err error
		if c == nil {
			c, err = t.session(ctx, "SET synchronous_commit = off")
		}
		if err == nil {
			if _, err = c.Exec(ctx, "NOTIFY "+notifyChannel); err != nil {
				c.Close(context.WithoutCancel(ctx))
				c = nil
			}
		}
		pause := min(max(notifyEvery, 3*time.Since(began)), notifyPause)
		if err != nil && ctx.Err() == nil {
			t.log.Warn("telling other nodes of new events", "err", err)
			pause = tailPoll
		}
		sleep(ctx, pause)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
