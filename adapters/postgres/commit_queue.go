package postgres

import (
	"errors"
	"sync"

	"github.com/google/uuid"
)

const (
	committers = 2   // one fills a commit while the other's is on its way
	batchLimit = 256 // appends in one commit
)

var errStopping = errors.New("the event store is stopping")

// commitQueue makes appends that arrive while a commit is on its way share the next one. Who finds less than committers
// at work commits at once, in its own goroutine, for itself and for whoever waits: an idle store adds no wait and wakes
// nobody.
type commitQueue struct {
	mu      sync.Mutex
	ended   *sync.Cond // somebody has stopped committing
	waiting []*pending
	working int
	closed  bool
}

func newCommitQueue() *commitQueue {
	q := &commitQueue{}
	q.ended = sync.NewCond(&q.mu)
	return q
}

// join returns when p has been answered, or will be by somebody who is at work. It refuses with errStopping.
func (q *commitQueue) join(p *pending, commit func([]*pending)) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return errStopping
	}
	q.waiting = append(q.waiting, p)
	lead := q.working < committers
	if lead {
		q.working++
	}
	q.mu.Unlock()
	if !lead {
		return nil
	}
	for batch := q.next(); batch != nil; batch = q.next() {
		commit(batch)
		if len(p.reply) == 1 && !q.idle() { // the others are not this caller's to wait for
			go q.serve(commit)
			break
		}
	}
	return nil
}

// idle says that nobody waits at this moment.
func (q *commitQueue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0
}

// serve commits until nobody waits.
func (q *commitQueue) serve(commit func([]*pending)) {
	for batch := q.next(); batch != nil; batch = q.next() {
		commit(batch)
	}
}

// next takes what waits, each stream once; nil gives the place at work back, because nobody waits.
func (q *commitQueue) next() (batch []*pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.working--
		q.ended.Broadcast()
		return nil
	}
	var later []*pending // a second append to a stream of this batch is decided after it
	seen := make(map[uuid.UUID]bool, len(q.waiting))
	for _, p := range q.waiting {
		if len(batch) == batchLimit || seen[p.Stream.ID] {
			later = append(later, p)
			continue
		}
		seen[p.Stream.ID] = true
		batch = append(batch, p)
	}
	q.waiting = later
	return batch
}

// close refuses newcomers and returns when everybody who waited has been answered.
func (q *commitQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.closed = true; q.working > 0; {
		q.ended.Wait()
	}
}
