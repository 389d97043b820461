package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// waits are who waits for subscriptions to get somewhere. Who waits for the same ones shares one look at the database,
// so that two hundred uploads at once ask as often as one.
type waits struct {
	mu     sync.Mutex
	groups map[string]*waitGroup
	quiet  map[string]func(after, through int64) bool // of the subscriptions that run here: whether the log holds nothing for them there
}

type waitGroup struct {
	names   []string
	waiting []waiter
	wake    chan struct{} // somebody new waits
}

type waiter struct {
	position int64
	done     chan error // takes one
}

// hear tells how to know that the log holds nothing for the named subscription, whose checkpoint then follows late.
func (ws *waits) hear(name string, quiet func(after, through int64) bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.quiet == nil {
		ws.quiet = map[string]func(int64, int64) bool{}
	}
	ws.quiet[name] = quiet
}

// Wait returns when the named subscriptions have handled position, or with ok false after limit or when ctx ends: the
// page then says that what was written is on its way.
func (db *DB) Wait(ctx context.Context, position int64, limit time.Duration, names ...string) (ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	w := waiter{position, make(chan error, 1)}
	db.waits.join(db, names, w)
	select {
	case err := <-w.done:
		if err != nil {
			return false, fmt.Errorf("wait for position %d: %w", position, err)
		}
		return true, nil
	case <-ctx.Done():
		db.waits.leave(names, w)
		return false, nil
	}
}

func (ws *waits) join(db *DB, names []string, w waiter) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	key := strings.Join(names, " ")
	g, ok := ws.groups[key]
	if !ok {
		if ws.groups == nil {
			ws.groups = map[string]*waitGroup{}
		}
		g = &waitGroup{names: slices.Clone(names), wake: make(chan struct{}, 1)}
		ws.groups[key] = g
		go ws.look(db, key, g)
	}
	g.waiting = append(g.waiting, w)
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (ws *waits) leave(names []string, w waiter) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if g := ws.groups[strings.Join(names, " ")]; g != nil {
		g.waiting = slices.DeleteFunc(g.waiting, func(o waiter) bool { return o.done == w.done })
	}
}

// look asks how far the group's subscriptions are until nobody waits: soon after somebody came, then less often.
func (ws *waits) look(db *DB, key string, g *waitGroup) {
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		at := map[string]int64{}
		rows, err := db.App.Query(ctx, `SELECT name, max(position) FROM es.projections WHERE name = ANY ($1) GROUP BY name`, g.names)
		if err == nil {
			var name string
			var position int64
			_, err = pgx.ForEachRow(rows, []any{&name, &position}, func() error { at[name] = position; return nil })
		}
		cancel()
		if !ws.answer(key, g, at, err) {
			return
		}
		select {
		case <-g.wake:
			pause = 2 * time.Millisecond
		default:
		}
		time.Sleep(pause)
	}
}

// answer tells who has waited long enough, and whether somebody is left.
func (ws *waits) answer(key string, g *waitGroup, at map[string]int64, err error) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	g.waiting = slices.DeleteFunc(g.waiting, func(w waiter) bool {
		if err == nil && !ws.handled(at, w.position) {
			return false
		}
		w.done <- err
		return true
	})
	if len(g.waiting) > 0 {
		return true
	}
	delete(ws.groups, key)
	return false
}

// handled tells whether subscriptions that stand at these positions have nothing left up to position.
func (ws *waits) handled(at map[string]int64, position int64) bool {
	for name, stands := range at {
		if quiet := ws.quiet[name]; stands < position && (quiet == nil || !quiet(stands, position)) {
			return false
		}
	}
	return len(at) > 0
}
