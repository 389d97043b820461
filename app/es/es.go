// Package es runs commands on event-sourced aggregates: load, fold, decide, append, and once more after a conflict.
package es

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// ErrConflict says that the stream's head was not where the append expected it. Nothing was written and no position
// was drawn. Execute loads and decides again; callers see it only after MaxTries.
var ErrConflict = errors.New("the stream has changed")

// By is who sends a command, for which firm, under which command id. A zero Command asks for no idempotency.
type By struct {
	Firm        int32
	Actor       event.Actor
	For         uuid.UUID // the contact on whose behalf the actor acts (S4.i1); zero: nobody's
	Command     uuid.UUID
	Fingerprint [32]byte // of the request behind Command: the same id with another fingerprint is ErrCommandReused
	Correlation uuid.UUID
	Causation   uuid.UUID
}

// ErrCommandReused says that By.Command took effect earlier for a different request.
var ErrCommandReused = errors.New("this command id was used for something else")

// Append is what one command writes to one stream: all of it or nothing.
type Append struct {
	By       By
	Stream   event.Stream
	Expected int      // the version the decision was made on; 0 creates the stream
	Prev     [32]byte // the hash of event Expected; zero for a new stream
	Events   []event.Event
	At       time.Time // when it happened, by the database's clock
	// Alarm is when the aggregate wants to be woken, because time alone changes what it may do; zero wants no alarm.
	// It replaces the stream's earlier alarm where Rearm is set, and counts for nothing where it is not.
	Alarm time.Time
	Rearm bool
}

// Result is what a command did. Repeated tells that the same command id had already done it.
type Result struct {
	Stream   event.Stream
	Version  int      // of the stream afterwards
	Position int64    // of the last event written; wait for it to read your own write. 0: nothing was written
	Hash     [32]byte // of the command's last event; zero where nothing was written
	Repeated bool
}

// Store keeps events. Implementations: adapters/postgres, and estest.Memory for tests; both pass estest.Conformance.
type Store interface {
	// Load yields the events of a stream after a version, 0 for all, in order; none for a stream that does not exist or
	// is another firm's. What no decision reads is left out: Position, RecordedAt and Meta. Who acted, where somebody
	// needs it later, is part of the event.
	Load(ctx context.Context, firm int32, stream event.Stream, after int) iter.Seq2[event.Recorded, error]
	// Append writes, or returns ErrConflict (nothing written), ErrCommandReused, or an error after which the outcome
	// is unknown: then Done tells.
	Append(ctx context.Context, a Append) (Result, error)
	// Done finds what a command id did. ok is false when it has not taken effect.
	Done(ctx context.Context, by By) (r Result, ok bool, err error)
	// Now is the database's clock, UTC. Nothing else decides a deadline.
	Now(ctx context.Context) (time.Time, error)
}

// MaxTries is how often a command is decided before its conflict becomes the caller's.
const MaxTries = 5

// Waker is a state that changes by time alone: Wake is when it wants Elapse decided next, zero never.
type Waker interface{ Wake() time.Time }

// Execute loads stream, folds it, lets decide choose events at the database's time, and appends them. decide may run
// again after a conflict, so it must be pure. No events: nothing is written and Result.Position is 0.
// Times are cut to the millisecond, as they are stored and shown.
//
// It returns decide's own error; ErrConflict after MaxTries; ErrCommandReused; or the store's error.
func Execute[S event.State[S, E], E event.Event](ctx context.Context, store Store, by By, stream event.Stream,
	decide func(s S, now time.Time) ([]E, error),
) (Result, error) {
	for try := 1; ; try++ {
		r, err := attempt(ctx, store, by, stream, decide)
		if errors.Is(err, ErrConflict) && try < MaxTries {
			continue
		}
		return r, err
	}
}

func attempt[S event.State[S, E], E event.Event](ctx context.Context, store Store, by By, stream event.Stream,
	decide func(s S, now time.Time) ([]E, error),
) (r Result, err error) {
	err = using[S, E](ctx, store, by.Firm, stream, func(h *history[S]) error {
		events, refusal := decide(h.state, h.now)
		if refusal != nil {
			r, err = repeated(ctx, store, by, refusal)
			return err
		}
		if len(events) == 0 {
			r = Result{Stream: stream, Version: h.version}
			return nil
		}
		a := Append{By: by, Stream: stream, Expected: h.version, Prev: h.hash, At: h.now, Events: make([]event.Event, len(events))}
		before := wake(h.state)
		h.spoiled = true // until what it holds is stored, it is nobody's state
		for i, e := range events {
			a.Events[i] = e
			h.state = h.state.Apply(e)
		}
		a.Alarm = wake(h.state)
		a.Rearm = !a.Alarm.Equal(before)
		if r, err = store.Append(ctx, a); err != nil || r.Repeated {
			return err
		}
		h.version, h.hash, h.spoiled = r.Version, r.Hash, false
		return nil
	})
	return r, err
}

func wake(state any) time.Time {
	if w, ok := state.(Waker); ok {
		return w.Wake()
	}
	return time.Time{}
}

// repeated turns a refusal into the earlier success where the command had already taken effect: a page that is sent
// twice says what happened, not that it cannot happen again.
func repeated(ctx context.Context, store Store, by By, refusal error) (Result, error) {
	if by.Command == uuid.Nil {
		return Result{}, refusal
	}
	r, ok, err := store.Done(ctx, by)
	if err != nil {
		return Result{}, err
	}
	if !ok {
		return Result{}, refusal
	}
	return r, nil
}

type history[S any] struct {
	state   S
	version int
	hash    [32]byte
	now     time.Time
	spoiled bool // state is not what the stream says
}

// using hands do the stream's state as it is now; nobody else uses that state meanwhile.
func using[S event.State[S, E], E event.Event](ctx context.Context, store Store, firm int32, stream event.Stream, do func(*history[S]) error) error {
	m, ok := store.(*Remembering)
	if !ok {
		h := &history[S]{}
		if err := catchUp[S, E](ctx, store, firm, stream, h); err != nil {
			return err
		}
		return do(h)
	}
	at := place{firm, stream, reflect.TypeFor[S]()}
	o, err := m.borrow(ctx, at)
	if err != nil {
		return err
	}
	h, _ := o.history.(*history[S])
	if h == nil {
		h = &history[S]{}
		o.loaded = time.Now()
	}
	o.history = nil // whatever interrupts this leaves nothing half done behind
	defer func() { m.giveBack(at, o, h.version) }()
	if err := catchUp[S, E](ctx, m.Store, firm, stream, h); err != nil {
		return err
	}
	err = do(h)
	if !h.spoiled {
		o.history = h
	}
	return err
}

// catchUp folds into h what has been written since.
func catchUp[S event.State[S, E], E event.Event](ctx context.Context, store Store, firm int32, stream event.Stream, h *history[S]) (err error) {
	h.now = time.Time{}
	for r, err := range store.Load(ctx, firm, stream, h.version) {
		if err != nil {
			return err
		}
		e, ok := r.Event.(E)
		if !ok {
			return &ForeignEventError{Stream: stream, Version: r.Version, Type: r.Event.EventType()}
		}
		h.state = h.state.Apply(e)
		h.version, h.hash, h.now = r.Version, r.Hash, r.ReadAt
	}
	if h.now.IsZero() {
		if h.now, err = store.Now(ctx); err != nil {
			return err
		}
	}
	h.now = h.now.Truncate(time.Millisecond)
	return nil
}

// Look shows a stream's state as it is now; version 0 says that it does not exist for this firm. now is the database's
// clock. show must not keep s.
func Look[S event.State[S, E], E event.Event](ctx context.Context, store Store, firm int32, stream event.Stream,
	show func(s S, version int, now time.Time) error,
) error {
	return using[S, E](ctx, store, firm, stream, func(h *history[S]) error { return show(h.state, h.version, h.now) })
}

// State is a copy of one's own of a stream's state as it is now, loaded whole; otherwise like Look.
func State[S event.State[S, E], E event.Event](ctx context.Context, store Store, firm int32, stream event.Stream) (s S, version int, now time.Time, err error) {
	if m, ok := store.(*Remembering); ok {
		store = m.Store
	}
	err = Look(ctx, store, firm, stream, func(found S, v int, at time.Time) error {
		s, version, now = found, v, at
		return nil
	})
	return s, version, now, err
}

// ForeignEventError says that a stream holds an event that its aggregate does not know: the store and this program
// have drifted apart, and no decision is safe.
type ForeignEventError struct {
	Stream  event.Stream
	Version int
	Type    string
}

func (e *ForeignEventError) Error() string {
	return "stream " + e.Stream.String() + " holds an event of type " + e.Type + " that its aggregate does not know"
}
