package transfer

import (
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// hold is one request that writes a transfer.
type hold struct {
	ready   chan struct{}      // closed when the row is taken, or won't be
	stop    func()             // makes the request's Read return
	flush   chan chan struct{} // asks for a checkpoint; the inner channel is closed after it
	done    chan struct{}      // closed when nothing more will be written or recorded
	stopped atomic.Bool
}

func newHold(stop func()) *hold {
	return &hold{stop: stop, ready: make(chan struct{}), flush: make(chan chan struct{}), done: make(chan struct{})}
}

func (h *hold) cancel() {
	h.stopped.Store(true)
	h.stop()
}

// holds are the transfers that this process is writing, one request each.
type holds struct {
	mu sync.Mutex
	m  map[uuid.UUID]*hold
}

// enter makes mine the holder of id, or tells who is.
func (hs *holds) enter(id uuid.UUID, mine *hold) (holder *hold) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h, ok := hs.m[id]; ok {
		return h
	}
	if hs.m == nil {
		hs.m = make(map[uuid.UUID]*hold)
	}
	hs.m[id] = mine
	return nil
}

// holder is nil where nobody here writes id.
func (hs *holds) holder(id uuid.UUID) *hold {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return hs.m[id]
}

func (hs *holds) leave(id uuid.UUID, mine *hold) {
	hs.mu.Lock()
	delete(hs.m, id)
	hs.mu.Unlock()
	close(mine.done)
}
