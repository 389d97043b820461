package transfer

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"strconv"
	"strings"
	"time"

	"portico/domain/fault"
	"portico/domain/filetype"
)

// Create begins a transfer: refused before any byte travels where its size, name or first bytes are wrong (S1.i10), there
// is no room for it, or the link no longer takes new ones. The event comes first, then the row, then the blob.
//
// It returns ErrEmpty, ErrTooLarge, filetype.ErrType, ErrNoSpace, ErrQuota, or the link's refusal.
func (s *Service) Create(ctx context.Context, owner Owner, f File) (Row, error) {
	format, own, err := s.admit(ctx, owner, f)
	if err != nil {
		return Row{}, err
	}
	if err := s.Link.Start(ctx, owner, f); err != nil {
		return Row{}, fmt.Errorf("start the transfer: %w", err)
	}
	row, err := s.Rows.Insert(ctx, Row{
		ID: f.ID, Owner: owner, Size: f.Size, Extension: format.Extension, Declared: declared(f.Media), State: Receiving, Fingerprint: f.Fingerprint,
	}, s.Limits, own.Quota)
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
func (s *Service) admit(ctx context.Context, owner Owner, f File) (format filetype.Format, own Allowance, err error) {
	if own, err = s.allowance(ctx, owner.Firm); err != nil {
		return format, own, err
	}
	format, err = filetype.Of(f.Name, s.Limits.Extensions)
	switch {
	case f.Size == 0:
		return format, own, ErrEmpty
	case f.Size > own.MaxSize:
		return format, own, ErrTooLarge.Withf("This file has %s bytes; at most %s (%s) are accepted. Compress it, split it, or ask the practice for another way.",
			grouped(f.Size), grouped(own.MaxSize), words(own.MaxSize))
	case err != nil:
		return format, own, err
	}
	if len(f.Start) > 0 {
		if err := format.Hint(f.Start); err != nil {
			return format, own, err
		}
	}
	return format, own, s.room(ctx, owner.Firm, f.Size, own.Quota)
}

// allowance is what a practice takes; its MaxSize is never 0.
func (s *Service) allowance(ctx context.Context, firm int32) (own Allowance, err error) {
	if s.Allowed != nil {
		if own, err = s.Allowed(ctx, firm); err != nil {
			return own, fmt.Errorf("ask what the practice allows: %w", err)
		}
	}
	if own.MaxSize <= 0 || own.MaxSize > s.Limits.MaxSize {
		own.MaxSize = s.Limits.MaxSize
	}
	return own, nil
}

// Most is the largest file that a practice takes, in bytes.
func (s *Service) Most(ctx context.Context, firm int32) (int64, error) {
	own, err := s.allowance(ctx, firm)
	return own.MaxSize, err
}

// room tells whether size more bytes may come, before an event says that they will; -1 is any size. What decides on the
// quota in the end is Insert, because others may begin at the same time.
func (s *Service) room(ctx context.Context, firm int32, size, quota int64) error {
	if err := s.reserve(max(size, 0)); err != nil {
		return err
	}
	if quota <= 0 {
		return nil
	}
	used, err := s.Rows.Used(ctx, firm)
	switch {
	case err != nil:
		return err
	case used+max(size, 1) > quota && size > 0:
		return ErrQuota.Withf("The practice’s storage has no room for this file of %s. Tell the practice; what you have sent is safe.", sized(size))
	case used >= quota:
		return ErrQuota
	}
	return nil
}

// reserve tells whether the storage keeps its reserve of free space when bytes more have come (rule 9).
func (s *Service) reserve(bytes int64) error {
	free, err := s.Blobs.Free()
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	if free-bytes < s.Limits.Reserve {
		return ErrNoSpace
	}
	return nil
}

// sized says a size as a person reads it, with the exact figure where it was rounded. The published limit is given in
// binary gigabytes (S1.i11), so these are, too.
func sized(n int64) string {
	if n < 1<<20 {
		return grouped(n) + " bytes"
	}
	return words(n) + " (" + grouped(n) + " bytes)"
}

func words(n int64) string {
	const gib, mib = 1 << 30, 1 << 20
	switch {
	case n >= gib:
		return fmt.Sprintf("%.7g GB", float64(n)/gib)
	case n >= mib:
		return fmt.Sprintf("%.4g MB", float64(n)/mib)
	}
	return fmt.Sprintf("%.4g KB", float64(n)/(1<<10))
}

// grouped writes 5368002597 as 5,368,002,597.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
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
