package es_test

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// names is a state that shares memory with the states it came from, as aggregates do.
type names []string

func (n names) Apply(e uploadlink.Event) names {
	if r, ok := e.(uploadlink.FileRenamed); ok {
		n = append(n, r.Name.Text)
	}
	return n
}

func named(name string) uploadlink.Event {
	return uploadlink.FileRenamed{File: uuid.UUID{1}, Name: event.Of(uuid.UUID{2}, name), At: noon}
}

// watched counts how many events a store hands out.
type watched struct {
	*estest.Memory
	mu     sync.Mutex
	loaded []int // the version after which each load began
}

func (w *watched) Load(ctx context.Context, firm int32, stream event.Stream, after int) iter.Seq2[event.Recorded, error] {
	w.mu.Lock()
	w.loaded = append(w.loaded, after)
	w.mu.Unlock()
	return w.Memory.Load(ctx, firm, stream, after)
}

func (w *watched) last() int { return w.loaded[len(w.loaded)-1] }

func fixture(t *testing.T) (*watched, es.Store, event.Stream) {
	t.Helper()
	w := &watched{Memory: estest.NewMemory(noon)}
	stream := uploadlink.Stream(uuid.New())
	for i := range 40 {
		w.Given(1, stream, named(strconv.Itoa(i)))
	}
	return w, es.Remember(w), stream
}

var clerk = es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff}}

// add appends one name and returns what the decision saw.
func add(t *testing.T, s es.Store, stream event.Stream, name string) (saw names) {
	t.Helper()
	_, err := es.Execute(t.Context(), s, clerk, stream, func(n names, _ time.Time) ([]uploadlink.Event, error) {
		saw = append(names(nil), n...)
		return []uploadlink.Event{named(name)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return saw
}

func TestRememberedOnlyWhatCameSinceIsLoaded(t *testing.T) {
	w, s, stream := fixture(t)
	if saw := add(t, s, stream, "a"); len(saw) != 40 || w.last() != 0 {
		t.Errorf("the first decision saw %d names, loaded after %d; want 40 after 0", len(saw), w.last())
	}
	if saw := add(t, s, stream, "b"); len(saw) != 41 || saw[40] != "a" || w.last() != 41 {
		t.Errorf("the second decision saw %d names, loaded after %d; want 41 after 41", len(saw), w.last())
	}
	if _, err := es.Execute(t.Context(), w.Memory, clerk, stream, func(names, time.Time) ([]uploadlink.Event, error) { // another process
		return []uploadlink.Event{named("c")}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if saw := add(t, s, stream, "d"); len(saw) != 43 || saw[42] != "c" {
		t.Errorf("the third decision saw %v, want what another process wrote at its end", saw[40:])
	}
	if err := es.Look(t.Context(), s, 2, stream, func(n names, version int, _ time.Time) error {
		if version != 0 || len(n) != 0 {
			t.Errorf("another firm sees version %d with %d names, want nothing", version, len(n))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestRememberedNothingUnstored: whatever an append comes to, the next decision sees what the store holds.
func TestRememberedNothingUnstored(t *testing.T) {
	for name, cause := range map[string]error{"conflict": es.ErrConflict, "nobody knows": errors.New("the connection broke")} {
		for _, kept := range []bool{false, true} {
			w, s, stream := fixture(t)
			add(t, s, stream, "a")
			w.BeforeAppend(func(a es.Append) error {
				w.BeforeAppend(nil)
				if kept {
					if _, err := w.Memory.Append(t.Context(), a); err != nil {
						t.Fatal(err)
					}
				}
				return cause
			})
			_, _ = es.Execute(t.Context(), s, clerk, stream, func(names, time.Time) ([]uploadlink.Event, error) {
				return []uploadlink.Event{named("b")}, nil
			})
			stored := len(w.Stream(stream))
			if saw := add(t, s, stream, "c"); len(saw) != stored {
				t.Errorf("%s, kept %v: the next decision saw %d names, the store holds %d", name, kept, len(saw), stored)
			}
		}
	}
}

func TestRememberedAfterAPanic(t *testing.T) {
	_, s, stream := fixture(t)
	add(t, s, stream, "a")
	func() {
		defer func() { _ = recover() }()
		_, _ = es.Execute(t.Context(), s, clerk, stream, func(names, time.Time) ([]uploadlink.Event, error) { panic("a mistake") })
	}()
	if saw := add(t, s, stream, "b"); len(saw) != 41 {
		t.Errorf("saw %d names, want 41", len(saw))
	}
}

// TestRememberedOneAtATime: of many commands at once on one stream none decides in vain, and each sees all before it.
func TestRememberedOneAtATime(t *testing.T) {
	w, s, stream := fixture(t)
	w.BeforeAppend(func(a es.Append) error {
		if head := len(w.Stream(stream)); a.Expected != head {
			t.Errorf("decided on version %d while the stream stood at %d", a.Expected, head)
		}
		return nil
	})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if i%5 == 0 {
				if err := es.Look(t.Context(), s, 1, stream, func(names, int, time.Time) error { return nil }); err != nil {
					t.Error(err)
				}
				return
			}
			add(t, s, stream, "x")
		})
	}
	wg.Wait()
	if got := len(w.Stream(stream)); got != 80 {
		t.Errorf("%d events, want 80", got)
	}
}

func TestRememberedWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s, stream := fixture(t)
		hold := make(chan struct{})
		done := make(chan error)
		look := func(ctx context.Context, wait chan struct{}) error {
			return es.Look(ctx, s, 1, stream, func(names, int, time.Time) error {
				if wait != nil {
					<-wait
				}
				return nil
			})
		}
		go func() { done <- look(t.Context(), hold) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := look(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting ended with %v, want the context's error", err)
		}
		close(hold)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := look(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
}

// TestRememberedForAMinute: what was erased elsewhere is not remembered here for longer.
func TestRememberedForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, stream := fixture(t)
		add(t, s, stream, "a")
		time.Sleep(59 * time.Second)
		if add(t, s, stream, "b"); w.last() != 41 {
			t.Errorf("after 59 s loaded after %d, want 41", w.last())
		}
		time.Sleep(2 * time.Second) // use does not prolong it
		if add(t, s, stream, "c"); w.last() != 0 {
			t.Errorf("after 61 s loaded after %d, want all", w.last())
		}
	})
}

// TestRememberedWithinBounds: the states that were not used for longest go first.
func TestRememberedWithinBounds(t *testing.T) {
	w := &watched{Memory: estest.NewMemory(noon)}
	s := es.Remember(w)
	long := make([]event.Event, 50_000)
	for i := range long {
		long[i] = named("x")
	}
	streams := make([]event.Stream, 6)
	for i := range streams {
		streams[i] = uploadlink.Stream(uuid.New())
		w.Given(1, streams[i], long...)
		add(t, s, streams[i], "y")
	}
	if add(t, s, streams[5], "z"); w.last() == 0 {
		t.Error("the newest was forgotten")
	}
	if add(t, s, streams[0], "z"); w.last() != 0 {
		t.Error("the oldest is remembered, with 300,000 events in memory")
	}
}
