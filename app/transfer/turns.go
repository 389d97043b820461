package transfer

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// turns let one request at a time talk to a link. Each talk appends to the link's history where the last one ended, so of
// two at once one has to load and decide again; of a hundred files that a person drops at once, nearly all would. Other
// processes have turns of their own, and the history's own check between them.
type turns struct {
	mu sync.Mutex
	m  map[uuid.UUID]*turn
}

type turn struct {
	free  chan struct{} // holds one token while nobody talks
	users int           // who talk or wait
}

// take waits for link's turn; give back ends it. An error is ctx's.
func (ts *turns) take(ctx context.Context, link uuid.UUID) (giveBack func(), err error) {
	ts.mu.Lock()
	if ts.m == nil {
		ts.m = make(map[uuid.UUID]*turn)
	}
	t, ok := ts.m[link]
	if !ok {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		ts.m[link] = t
	}
	t.users++
	ts.mu.Unlock()

	leave := func() {
		ts.mu.Lock()
		defer ts.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(ts.m, link)
		}
	}
	select {
	case <-t.free:
		return func() { t.free <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// tell runs one talk with the link in its turn.
func (s *Service) tell(ctx context.Context, link uuid.UUID, talk func() error) error {
	giveBack, err := s.turns.take(ctx, link)
	if err != nil {
		return err
	}
	defer giveBack()
	return talk()
}
