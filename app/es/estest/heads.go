package estest

import (
	"errors"
	"reflect"
	"sync"
	"testing"

	"portico/app/es"
	"portico/domain/event"
)

func staleVersion(t *testing.T, s es.Store) {
	stream := newLink()
	fresh := next(t, s, by(Firm), stream, issued(stream.ID))
	write(t, s, fresh)
	refuse(t, s, fresh, es.ErrConflict)
	stale := next(t, s, by(Firm), stream, redeemed(1), redeemed(2))
	write(t, s, next(t, s, by(Firm), stream, redeemed(3)))
	refuse(t, s, stale, es.ErrConflict)
	stale.Prev = next(t, s, by(Firm), stream).Prev // the newest hash does not make the version right
	refuse(t, s, stale, es.ErrConflict)
	write(t, s, next(t, s, by(Firm), stream, redeemed(4))) // the loser left nothing in the way
}

func futureVersion(t *testing.T, s es.Store) {
	stream := newLink()
	a := next(t, s, by(Firm), stream, issued(stream.ID))
	a.Expected = 1
	refuse(t, s, a, es.ErrConflict)
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	a = next(t, s, by(Firm), stream, redeemed(1))
	a.Expected++
	refuse(t, s, a, es.ErrConflict)
}

func otherHistory(t *testing.T, s es.Store) {
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	a := next(t, s, by(Firm), stream, redeemed(1))
	a.Prev[0] ^= 1
	refuse(t, s, a, es.ErrConflict)
}

func otherFirm(t *testing.T, s es.Store) {
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	if all := read(t, s, OtherFirm, stream); len(all) != 0 {
		t.Errorf("the other firm read %d events, want none", len(all))
	}
	refuse(t, s, next(t, s, by(OtherFirm), stream, issued(stream.ID)), es.ErrConflict)
	a := next(t, s, by(Firm), stream, redeemed(1))
	a.By.Firm = OtherFirm
	refuse(t, s, a, es.ErrConflict)
	if all := read(t, s, Firm, stream); len(all) != 1 {
		t.Errorf("the stream has %d events, want its own 1", len(all))
	}
}

// atOnce runs f sixteen times at the same moment.
func atOnce(f func(n int)) {
	var ready, all sync.WaitGroup
	ready.Add(1)
	for n := range 16 {
		all.Go(func() {
			ready.Wait()
			f(n)
		})
	}
	ready.Done()
	all.Wait()
}

func sixteenOnOneHead(t *testing.T, s es.Store) {
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	exactlyOneWins(t, s, next(t, s, by(Firm), stream), 1)
}

func sixteenOnNewStream(t *testing.T, s es.Store) {
	exactlyOneWins(t, s, next(t, s, by(Firm), newLink()), 0)
}

func exactlyOneWins(t *testing.T, s es.Store, a es.Append, before int) {
	var mu sync.Mutex
	var won []int
	atOnce(func(n int) {
		own := a
		own.Events = []event.Event{redeemed(n + 1), redeemed(n + 1)}
		_, err := s.Append(t.Context(), own)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			won = append(won, n)
		case !errors.Is(err, es.ErrConflict):
			t.Errorf("writer %d: %v, want ErrConflict", n, err)
		}
	})
	all := read(t, s, a.By.Firm, a.Stream)
	if len(won) != 1 || len(all) != before+2 {
		t.Fatalf("%d of 16 won and the stream has %d events, want 1 and %d", len(won), len(all), before+2)
	}
	for _, r := range all[before:] {
		if !reflect.DeepEqual(r.Event, event.Event(redeemed(won[0]+1))) {
			t.Errorf("version %d is %+v, want the winner's", r.Version, r.Event)
		}
	}
}
