// Package live tells open pages that something has changed. A page hears what kind of thing it was and its id, never
// what stands in it, and asks for itself again: every right is looked at where it always is (design, section 7).
package live

import (
	"slices"
	"sync"

	"github.com/google/uuid"
)

// Change is one thing that has changed: its kind, such as "task", and its id. Without an id it is any of the kind;
// the zero Change may be anything.
type Change struct {
	Kind string    `json:"kind,omitempty"`
	ID   uuid.UUID `json:"id,omitzero"`
}

// Who follows: somebody of the practice, or one contact in the portal. Limited colleagues see only some clients.
type Who struct {
	Firm    int32
	Contact uuid.UUID
	Limited bool
}

// News is what has changed, and which contacts may see it in the portal.
type News struct {
	Firm     int32
	Change   Change
	Contacts []uuid.UUID
}

// bound is how many changes wait for one follower; more of them become one that may be anything.
const bound = 64

// Hub passes news on to who follows them. Nobody who reads slowly holds anybody up or costs more than bound changes.
// Its zero is ready.
type Hub struct {
	mu        sync.Mutex
	followers map[*Follower]struct{}
	came      chan struct{} // somebody follows; nil: nobody has asked
	closed    bool
}

// Follower is one stream to a browser.
type Follower struct {
	Who
	hub  *Hub
	wake chan struct{} // holds one token when something waits; closed when the hub ends

	waiting []Change // under the hub's lock
}

// Follow begins a stream. Whoever follows calls Leave in the end.
func (h *Hub) Follow(who Who) *Follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := &Follower{Who: who, hub: h, wake: make(chan struct{}, 1)}
	if h.closed {
		close(f.wake)
		return f
	}
	if h.followers == nil {
		h.followers = map[*Follower]struct{}{}
	}
	h.followers[f] = struct{}{}
	if h.came != nil {
		close(h.came)
		h.came = nil
	}
	return f
}

// Wake holds a token when Take has something to give, and is closed when the hub ends.
func (f *Follower) Wake() <-chan struct{} { return f.wake }

// Take gives what has changed since the last time, each thing once.
func (f *Follower) Take() []Change {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	taken := f.waiting
	f.waiting = nil
	return taken
}

// Leave ends the stream.
func (f *Follower) Leave() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	delete(f.hub.followers, f)
}

// Tell passes news on. Colleagues who see only some clients hear of the kind, not of which one.
func (h *Hub) Tell(news ...News) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for f := range h.followers {
		for _, n := range news {
			switch {
			case n.Firm != f.Firm:
			case f.Contact != uuid.Nil:
				if slices.Contains(n.Contacts, f.Contact) {
					f.add(n.Change)
				}
			case f.Limited:
				f.add(Change{Kind: n.Change.Kind})
			default:
				f.add(n.Change)
			}
		}
	}
}

// Stir tells everybody that anything may have changed.
func (h *Hub) Stir() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for f := range h.followers {
		f.add(Change{})
	}
}

// add runs under the hub's lock.
func (f *Follower) add(c Change) {
	if slices.Contains(f.waiting, c) || slices.Contains(f.waiting, Change{}) {
		return
	}
	if f.waiting = append(f.waiting, c); len(f.waiting) > bound || c == (Change{}) {
		f.waiting = []Change{{}}
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Contacts are those who follow, by practice, each once; a practice whose colleagues alone follow has none of them.
func (h *Hub) Contacts() map[int32][]uuid.UUID {
	h.mu.Lock()
	defer h.mu.Unlock()
	firms := map[int32][]uuid.UUID{}
	for f := range h.followers {
		known := firms[f.Firm]
		if f.Contact != uuid.Nil && !slices.Contains(known, f.Contact) {
			known = append(known, f.Contact)
		}
		firms[f.Firm] = known
	}
	return firms
}

// Came is nil while somebody follows; otherwise it is closed when somebody does.
func (h *Hub) Came() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.followers) > 0 {
		return nil
	}
	if h.came == nil {
		h.came = make(chan struct{})
	}
	return h.came
}

// Close ends every stream and lets none begin, so that the server can stop.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.closed = true
	for f := range h.followers {
		close(f.wake)
		delete(h.followers, f)
	}
}
