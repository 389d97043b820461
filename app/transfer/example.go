package transfer

import (
	"context"
	"fmt"
	"time"

	"portico/domain/fault"
	"portico/domain/filename"

	"github.com/google/uuid"
)

// ErrName refuses a file that has none.
var ErrName = fault.New(fault.Invalid, "upload.name", "This file has no name. Rename it, then choose it again.")

// Example is a use that is a file by itself: one that a practice keeps to show what is meant. It has a name, and no task or
// link that would know its size and content.
type Example struct {
	Use
	Size   int64
	SHA256 []byte
	Media  string // found by content
	Apart  bool   // the bytes are quarantined
}

// Examples are those of some ids that are there.
func (s *Service) Examples(ctx context.Context, firm int32, ids []uuid.UUID) ([]Example, error) {
	all, err := s.Rows.Examples(ctx, firm, ids)
	if err != nil {
		return nil, fmt.Errorf("read examples: %w", err)
	}
	return all, nil
}

// GiveUp gives up the examples of a target that it names no more. One that was not confirmed yet is left alone: what names it
// may be on its way.
func (s *Service) GiveUp(ctx context.Context, firm int32, target uuid.UUID) error {
	uses, err := s.Rows.Confirmed(ctx, firm, target)
	if err != nil {
		return fmt.Errorf("list the uses of %s: %w", target, err)
	}
	for _, u := range uses {
		named, err := s.Named(ctx, u)
		if err == nil && !named {
			err = s.Discard(ctx, firm, u.ID)
		}
		if err != nil {
			return fmt.Errorf("use %s: %w", u.ID, err)
		}
	}
	return nil
}

// ForExamples is the Link of the files which a practice keeps to show what is meant. Nobody is told of one: it comes whole,
// with a form, and is there as a use with a name, which the form or what is made of it goes on to name.
type ForExamples struct{ Service *Service }

var _ Link = ForExamples{}

// Admit implements Link.
func (ForExamples) Admit(context.Context, Owner, int) (time.Time, error) { return time.Now(), nil }

// Start implements Link. An example comes whole or not at all.
func (ForExamples) Start(context.Context, Owner, File) error { return ErrUnknown }

// Check implements Link.
func (ForExamples) Check(context.Context, Owner, uuid.UUID) error { return ErrUnknown }

// Receive implements Link: after a crash the example is there if it has been kept.
func (h ForExamples) Receive(ctx context.Context, o Owner, id uuid.UUID, _ Content) (int64, error) {
	kept, err := h.Service.Examples(ctx, o.Firm, []uuid.UUID{id})
	if err == nil && len(kept) == 0 {
		err = ErrUnknown
	}
	return 0, err
}

// Take implements Link.
func (h ForExamples) Take(ctx context.Context, o Owner, f File, _ time.Time, _ Content) (int64, error) {
	name := filename.Shown(f.Name)
	if name == "" {
		return 0, ErrName
	}
	return 0, h.Service.Hold(ctx, Use{Firm: o.Firm, Transfer: f.ID, ID: f.ID, Target: f.ID, Name: name})
}

// Shown implements Link.
func (ForExamples) Shown(context.Context, int64) {}

// Abandon implements Link.
func (ForExamples) Abandon(context.Context, Owner, uuid.UUID, Reason) error { return nil }
