package transfer

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	"portico/domain/fault"
	"portico/domain/filetype"
)

// Create begins a transfer: refused before any byte travels where its size, name or first bytes are wrong (S1.i10), or
// the link no longer takes new ones. The event comes first, then the row, then the blob.
//
// It returns ErrEmpty, ErrTooLarge, filetype.ErrType, ErrNoSpace, or the link's refusal.
func (s *Service) Create(ctx context.Context, owner Owner, f File) (Row, error) {
	format, err := s.admit(f)
	if err != nil {
		return Row{}, err
	}
	if err := s.Link.Start(ctx, owner, f); err != nil {
		return Row{}, fmt.Errorf("start the transfer: %w", err)
	}
	row, err := s.Rows.Insert(ctx, Row{
		ID: f.ID, Owner: owner, Size: f.Size, Extension: format.Extension, Declared: declared(f.Media), State: Receiving,
	}, s.Limits)
	if err == nil {
		err = s.Blobs.Create(f.ID)
	}
	if err != nil {
		s.takeBack(ctx, owner, f)
		return Row{}, fmt.Errorf("begin the transfer: %w", err)
	}
	return row, nil
}

// takeBack tells the link that what it has started will not be. A crash here leaves a started transfer without a row,
// which the link itself ends after Limits.Age.
func (s *Service) takeBack(ctx context.Context, owner Owner, f File) {
	ctx, cancel := detached(ctx)
	defer cancel()
	if _, ok, err := s.Rows.Abandon(ctx, owner.Firm, f.ID, Cancelled); ok || err != nil {
		return // the collector does the rest
	}
	_ = s.Link.Abandon(ctx, owner, f.ID, Cancelled)
}

// admit decides by what is known before any byte travels.
func (s *Service) admit(f File) (filetype.Format, error) {
	format, err := filetype.Of(f.Name, s.Limits.Extensions)
	switch {
	case f.Size == 0:
		return format, ErrEmpty
	case f.Size > s.Limits.MaxSize:
		return format, ErrTooLarge.Withf("The file has %s; at most %s can be sent.", sized(f.Size), sized(s.Limits.MaxSize))
	case err != nil:
		return format, err
	}
	if len(f.Start) > 0 {
		if err := format.Hint(f.Start); err != nil {
			return format, err
		}
	}
	free, err := s.Blobs.Free()
	if err != nil {
		return format, fmt.Errorf("ask for free space: %w", err)
	}
	if free-max(f.Size, 0) < s.Limits.Reserve {
		return format, ErrNoSpace
	}
	return format, nil
}

// sized says a size as a person reads it, with the exact figure where it was rounded. The published limit is given in
// binary gigabytes (S1.i11), so these are, too.
func sized(n int64) string {
	const gib, mib = 1 << 30, 1 << 20
	switch {
	case n >= gib:
		return fmt.Sprintf("%.7g GB (%d bytes)", float64(n)/gib, n)
	case n >= mib:
		return fmt.Sprintf("%.4g MB (%d bytes)", float64(n)/mib, n)
	}
	return fmt.Sprintf("%d bytes", n)
}

// declared keeps a media type that is one, and nothing else that a sender writes there.
func declared(media string) string {
	m, _, err := mime.ParseMediaType(media)
	if err != nil || len(m) > 127 || !strings.Contains(m, "/") {
		return ""
	}
	return m
}

// detached outlives the request that it came from: a client that has gone is no reason to lose what it sent (rule 5).
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
}

// refused tells an answer from not knowing the answer.
func refused(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Kind != fault.Unavailable && f.Kind != fault.Locked && f.Kind != fault.TooMany && f.Kind != fault.NoSpace
}
