package transfer

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// ByKind is the Link of transfers of several kinds: each kind has its own.
type ByKind map[Kind]Link

// Admit implements Link.
func (k ByKind) Admit(ctx context.Context, o Owner, generation int) (time.Time, error) {
	return k[o.Kind].Admit(ctx, o, generation)
}

// Start implements Link.
func (k ByKind) Start(ctx context.Context, o Owner, f File) error { return k[o.Kind].Start(ctx, o, f) }

// Check implements Link.
func (k ByKind) Check(ctx context.Context, o Owner, id uuid.UUID) error {
	return k[o.Kind].Check(ctx, o, id)
}

// Receive implements Link.
func (k ByKind) Receive(ctx context.Context, o Owner, id uuid.UUID, c Content) (int64, error) {
	return k[o.Kind].Receive(ctx, o, id, c)
}

// Take implements Link.
func (k ByKind) Take(ctx context.Context, o Owner, f File, admitted time.Time, c Content) (int64, error) {
	return k[o.Kind].Take(ctx, o, f, admitted, c)
}

// Shown implements Link. Pages show all kinds alike.
func (k ByKind) Shown(ctx context.Context, at int64) { k[OfLink].Shown(ctx, at) }

// Abandon implements Link.
func (k ByKind) Abandon(ctx context.Context, o Owner, id uuid.UUID, reason Reason) error {
	return k[o.Kind].Abandon(ctx, o, id, reason)
}
