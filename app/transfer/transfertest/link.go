package transfertest

import (
	"context"
	"sync"
	"time"

	"portico/app/transfer"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What Link refuses with once it is told to.
var (
	ErrRevoked = fault.New(fault.Gone, "uploadlink.revoked", "This link no longer works.")
	ErrExpired = fault.New(fault.Gone, "uploadlink.expired", "This link has expired.")
)

// Link is a link's history in memory: what a transfer tells it, once each. The zero value is an open link.
type Link struct {
	mu        sync.Mutex
	revoked   bool
	expired   bool
	expiredAt time.Time
	Started   map[uuid.UUID]transfer.File
	Received  map[uuid.UUID][]transfer.Content // one element an event; more than one is a fault
	Abandoned map[uuid.UUID][]transfer.Reason
}

// Revoke ends everything at the next request or checkpoint.
func (l *Link) Revoke() { l.mu.Lock(); l.revoked = true; l.mu.Unlock() }

// Expire refuses new transfers and lets begun ones go on.
func (l *Link) Expire() { l.mu.Lock(); l.expired, l.expiredAt = true, time.Now(); l.mu.Unlock() }

// Admit implements transfer.Link.
func (l *Link) Admit(context.Context, transfer.Owner, int) (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.revoked:
		return time.Time{}, ErrRevoked
	case l.expired:
		return time.Time{}, ErrExpired
	}
	return time.Now(), nil
}

// Start implements transfer.Link.
func (l *Link) Start(ctx context.Context, owner transfer.Owner, f transfer.File) error {
	if _, err := l.Admit(ctx, owner, f.Generation); err != nil {
		return err
	}
	l.start(f)
	return nil
}

func (l *Link) start(f transfer.File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Started == nil {
		l.Started = make(map[uuid.UUID]transfer.File)
		l.Received = make(map[uuid.UUID][]transfer.Content)
		l.Abandoned = make(map[uuid.UUID][]transfer.Reason)
	}
	l.Started[f.ID] = f
}

// Check implements transfer.Link.
func (l *Link) Check(context.Context, transfer.Owner, uuid.UUID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.revoked {
		return ErrRevoked
	}
	return nil
}

// Take implements transfer.Link.
func (l *Link) Take(ctx context.Context, owner transfer.Owner, f transfer.File, admitted time.Time, c transfer.Content) (int64, error) {
	if err := l.Check(ctx, owner, f.ID); err != nil {
		return 0, err
	}
	l.mu.Lock()
	late := l.expired && (admitted.IsZero() || l.expiredAt.Before(admitted))
	l.mu.Unlock()
	if late {
		return 0, ErrExpired
	}
	l.start(f)
	return l.Receive(ctx, owner, f.ID, c)
}

// Receive implements transfer.Link.
func (l *Link) Receive(_ context.Context, _ transfer.Owner, id uuid.UUID, c transfer.Content) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.Received[id]) > 0:
		return 0, nil
	case l.revoked:
		return 0, ErrRevoked
	case len(l.Abandoned[id]) > 0:
		return 0, transfer.ErrGone
	}
	if _, ok := l.Started[id]; !ok {
		return 0, transfer.ErrUnknown
	}
	l.Received[id] = append(l.Received[id], c)
	return 1, nil
}

// Shown implements transfer.Link.
func (l *Link) Shown(context.Context, int64) {}

// Abandon implements transfer.Link.
func (l *Link) Abandon(_ context.Context, _ transfer.Owner, id uuid.UUID, reason transfer.Reason) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.Started[id]; ok && len(l.Received[id]) == 0 && len(l.Abandoned[id]) == 0 {
		l.Abandoned[id] = append(l.Abandoned[id], reason)
	}
	return nil
}

// Arrived are the received files' contents of one transfer, one an event.
func (l *Link) Arrived(id uuid.UUID) []transfer.Content {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Received[id]
}

// Ended are the reasons of one transfer's end, one an event.
func (l *Link) Ended(id uuid.UUID) []transfer.Reason {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Abandoned[id]
}
