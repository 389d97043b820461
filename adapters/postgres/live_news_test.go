package postgres_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	"portico/app/live"
	"portico/domain/client"
	"portico/domain/task"

	"github.com/google/uuid"
)

// heard waits until a follower has heard of the change, among others.
func heard(t *testing.T, f *live.Follower, want live.Change) {
	t.Helper()
	for late := time.After(soon); ; {
		select {
		case <-f.Wake():
			if slices.Contains(f.Take(), want) {
				return
			}
		case <-late:
			t.Fatalf("nobody tells of %v", want)
		}
	}
}

// Who may see a task hears of it once its page shows it, and once its hold has ended; contacts who don't see it, and other practices, hear nothing.
func TestLiveNews(t *testing.T) {
	a := newAsked(t)
	clients := clientapp.Commands{Events: a.store}
	for _, contact := range []uuid.UUID{a.ida, a.bo} {
		r, err := clients.LinkContact(t.Context(), clientapp.LinkContact{By: a.by(), Client: a.acme, Contact: contact, Rights: []client.Right{client.Tasks}})
		if err != nil {
			t.Fatal(err)
		}
		a.last = max(a.last, r.Position)
	}
	a.seen(t)
	var hub live.Hub
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = postgres.LiveNews{DB: a.db, Tail: a.tail, Hub: &hub, Tasks: a.list, Log: quiet()}.Run(ctx)
	})
	defer wg.Wait()
	defer stop()
	staff, ida, bo := hub.Follow(live.Who{Firm: a.firm}), hub.Follow(live.Who{Firm: a.firm, Contact: a.ida}), hub.Follow(live.Who{Firm: a.firm, Contact: a.bo})
	other := hub.Follow(live.Who{Firm: a.found(t)})

	var mine uuid.UUID
	for mine == uuid.Nil || !told(staff, mine) { // it may not have begun to follow the log yet
		mine = a.assign(t, func(n *task.Assigning) { n.Audience = task.Audience{Contacts: []uuid.UUID{a.ida}} })
	}
	heard(t, ida, live.Change{Kind: "task", ID: mine})
	if _, err := a.list.Todo(t.Context(), a.firm, a.ida, mine); err != nil {
		t.Errorf("it is told of before it can be read: %v", err)
	}
	all := a.assign(t)
	heard(t, bo, live.Change{Kind: "task", ID: all})
	heard(t, ida, live.Change{Kind: "task", ID: all})
	held := a.assign(t, func(n *task.Assigning) {
		n.Audience, n.HoldUntil = task.Audience{Contacts: []uuid.UUID{a.ida}}, time.Now().Add(400*time.Millisecond)
	})
	heard(t, ida, live.Change{Kind: "task", ID: held})
	if _, err := a.list.Todo(t.Context(), a.firm, a.ida, held); err != nil {
		t.Errorf("it is told of before its hold ends: %v", err)
	}
	if rest := bo.Take(); len(rest) > 0 {
		t.Error("a contact hears of a task that is not theirs")
	}
	for _, c := range other.Take() {
		if c.ID == mine || c.ID == all {
			t.Errorf("another practice hears of %v", c)
		}
	}
}

// told waits a moment for a follower to hear of a task.
func told(f *live.Follower, id uuid.UUID) bool {
	for late := time.After(500 * time.Millisecond); ; {
		select {
		case <-f.Wake():
			if slices.Contains(f.Take(), live.Change{Kind: "task", ID: id}) {
				return true
			}
		case <-late:
			return false
		}
	}
}
