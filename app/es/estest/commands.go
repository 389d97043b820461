package estest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func commandOnce(t *testing.T, s es.Store) {
	stream, command := newLink(), uuid.New()
	if r, ok, err := s.Done(t.Context(), byCommand(Firm, command, 1)); ok || err != nil {
		t.Errorf("before: %+v, %v, %v; want nothing done", r, ok, err)
	}
	a := next(t, s, byCommand(Firm, command, 1), stream, issued(stream.ID), redeemed(1))
	first := write(t, s, a)
	write(t, s, next(t, s, by(Firm), stream, redeemed(2)))

	want := first
	want.Repeated = true
	if again := write(t, s, a); again != want { // from a stale version, too: it was done
		t.Errorf("the second time: %+v, want %+v", again, want)
	}
	if again := write(t, s, next(t, s, byCommand(Firm, command, 1), stream, redeemed(3))); again != want {
		t.Errorf("the third time: %+v, want %+v", again, want)
	}
	if r, ok, err := s.Done(t.Context(), byCommand(Firm, command, 1)); !ok || err != nil || r != want {
		t.Errorf("afterwards: %+v, %v, %v; want %+v", r, ok, err, want)
	}
	if all := read(t, s, Firm, stream); len(all) != 3 {
		t.Errorf("the stream has %d events, want 3", len(all))
	}
}

func commandSixteenTimes(t *testing.T, s es.Store) {
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	a := next(t, s, byCommand(Firm, uuid.New(), 1), stream, redeemed(1))
	var mu sync.Mutex
	results := map[es.Result]int{}
	atOnce(func(int) {
		r, err := s.Append(t.Context(), a)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			t.Errorf("append: %v", err)
		}
		results[r]++
	})
	firsts := 0
	positions := map[int64]bool{}
	for r, n := range results {
		positions[r.Position] = true
		if !r.Repeated {
			firsts += n
		}
	}
	if all := read(t, s, Firm, stream); len(all) != 2 || firsts != 1 || len(positions) != 1 {
		t.Errorf("%d events, results %+v; want 2 events, one first time, one position", len(all), results)
	}
}

func commandReused(t *testing.T, s es.Store) {
	stream, command := newLink(), uuid.New()
	write(t, s, next(t, s, byCommand(Firm, command, 1), stream, issued(stream.ID)))
	refuse(t, s, next(t, s, byCommand(Firm, command, 2), stream, redeemed(1)), es.ErrCommandReused)
	other := newLink()
	refuse(t, s, next(t, s, byCommand(Firm, command, 2), other, issued(other.ID)), es.ErrCommandReused)
	if _, ok, err := s.Done(t.Context(), byCommand(Firm, command, 2)); ok || !errors.Is(err, es.ErrCommandReused) {
		t.Errorf("done: %v, %v; want ErrCommandReused", ok, err)
	}
}

func commandFreeAfterConflict(t *testing.T, s es.Store) {
	stream, b := newLink(), byCommand(Firm, uuid.New(), 1)
	a := next(t, s, b, stream, issued(stream.ID))
	a.Expected = 4
	refuse(t, s, a, es.ErrConflict)
	if r := write(t, s, next(t, s, b, stream, issued(stream.ID))); r.Repeated || r.Version != 1 {
		t.Errorf("after a conflict: %+v, want a first time at version 1", r)
	}
}

func commandPerFirm(t *testing.T, s es.Store) {
	command, one, two := uuid.New(), newLink(), newLink()
	write(t, s, next(t, s, byCommand(Firm, command, 1), one, issued(one.ID)))
	if r := write(t, s, next(t, s, byCommand(OtherFirm, command, 2), two, issued(two.ID))); r.Repeated || r.Stream != two {
		t.Errorf("the other firm's command: %+v, want its own effect", r)
	}
}

func refusedButDone(t *testing.T, s es.Store) {
	stream, b := newLink(), byCommand(Firm, uuid.New(), 1)
	no := errors.New("only once")
	once := func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		if l.Wake().IsZero() { // nothing has happened yet
			return []uploadlink.Event{issued(stream.ID)}, nil
		}
		return nil, no
	}
	first, err := es.Execute(t.Context(), s, b, stream, once)
	if err != nil {
		t.Fatal(err)
	}
	again, err := es.Execute(t.Context(), s, b, stream, once)
	if err != nil || !again.Repeated || again.Position != first.Position {
		t.Errorf("the same command again: %+v, %v; want %+v as repeated", again, err, first)
	}
	if _, err := es.Execute(t.Context(), s, byCommand(Firm, uuid.New(), 1), stream, once); !errors.Is(err, no) {
		t.Errorf("another command: %v, want the refusal", err)
	}
}

func executeDecidesAgain(t *testing.T, s es.Store) {
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	var mu sync.Mutex
	done := 0
	atOnce(func(int) {
		for {
			_, err := es.Execute(t.Context(), s, by(Firm), stream, func(uploadlink.Link, time.Time) ([]uploadlink.Event, error) {
				return []uploadlink.Event{redeemed(1)}, nil
			})
			if errors.Is(err, es.ErrConflict) { // five tries may all have been lost to fifteen others
				continue
			}
			mu.Lock()
			if err != nil {
				t.Errorf("execute: %v", err)
			}
			done++
			mu.Unlock()
			return
		}
	})
	if all := read(t, s, Firm, stream); done != 16 || len(all) != 17 {
		t.Errorf("%d of 16 done and %d events, want 17", done, len(all))
	}
}
