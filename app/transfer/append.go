package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"portico/domain/fault"
	"portico/domain/filetype"

	"github.com/google/uuid"
)

// Body is what a request brings. Stop makes Read return soon, with any error, from another goroutine and for good.
type Body interface {
	io.Reader
	Stop()
}

// Append takes bytes of a transfer from offset on until body ends, and finishes the file when all are there. length is
// what the request announces, -1 where it doesn't. The row tells how far the transfer is, also beside an error that came
// while bytes did.
//
// It returns ErrUnknown, ErrGone, ErrOffset, ErrTooLarge (more bytes than the file has), filetype.ErrType, ErrLocked
// (another request took over), ErrNoSpace, ErrDamaged, the link's refusal, or an error after which trying again is right.
func (s *Service) Append(ctx context.Context, owner Owner, id uuid.UUID, offset, length int64, body Body) (Row, error) {
	mine := newHold(body.Stop)
	row, blob, err := s.seize(ctx, owner, id, offset, mine)
	if errors.Is(err, ErrMissing) {
		return s.failed(ctx, row, err)
	}
	if err != nil {
		return row, err
	}
	if blob == nil { // all bytes were there before
		return s.settle(ctx, row)
	}
	row, err = s.write(ctx, row, blob, length, body, mine)
	closed := blob.Close()
	s.holds.leave(id, mine)
	switch {
	case errors.Is(err, ErrLocked), err != nil && mine.stopped.Load() && row.State == Receiving:
		return s.overtaken(ctx, row)
	case err != nil:
		return s.failed(ctx, row, err)
	case closed != nil:
		return row, fmt.Errorf("unlock the blob: %w", closed)
	case row.State == Finishing:
		return s.settle(ctx, row)
	}
	return row, nil
}

// seize makes this request the only writer of a transfer, here and in every process (rule 3). Where all bytes are there
// already it returns the row, nothing locked and no Writer.
func (s *Service) seize(ctx context.Context, owner Owner, id uuid.UUID, offset int64, mine *hold) (row Row, w Writer, err error) {
	giveUp := time.NewTimer(s.Limits.Yield)
	defer giveUp.Stop()
	for {
		other := s.holds.enter(id, mine)
		if other == nil {
			break
		}
		// The holder's epoch ends before it is stopped, so that it can't record what this request is about to replace;
		// and it ends only after it began.
		select {
		case <-other.ready:
		case <-giveUp.C:
			return Row{}, nil, ErrLocked
		case <-ctx.Done():
			return Row{}, nil, ctx.Err()
		}
		if row, taken, err := s.take(ctx, owner, id, offset); err != nil || !taken {
			return row, nil, err
		}
		other.cancel()
		select {
		case <-other.done:
		case <-giveUp.C:
			return Row{}, nil, ErrLocked
		case <-ctx.Done():
			return Row{}, nil, ctx.Err()
		}
	}
	row, w, err = s.lock(ctx, owner, id, offset, giveUp.C)
	close(mine.ready)
	if err != nil || w == nil {
		s.holds.leave(id, mine)
	}
	return row, w, err
}

// lock locks the blob against other processes and only then takes the row: what the row says under the lock stays so.
func (s *Service) lock(ctx context.Context, owner Owner, id uuid.UUID, offset int64, giveUp <-chan time.Time) (Row, Writer, error) {
	for fenced := false; ; {
		w, err := s.Blobs.Writer(id)
		if err == nil {
			row, taken, err := s.take(ctx, owner, id, offset)
			if err == nil && taken {
				if err = w.Reset(offset); err == nil {
					return row, w, nil
				}
			}
			return row, nil, errors.Join(err, w.Close())
		}
		switch {
		case errors.Is(err, ErrMissing): // unknown, ended, or a crash came between row and blob
			row, taken, terr := s.take(ctx, owner, id, offset)
			if terr != nil || !taken {
				return row, nil, terr
			}
			if offset > 0 {
				return row, nil, fmt.Errorf("%w: %d bytes of %s are gone", ErrMissing, offset, id)
			}
			if err := s.Blobs.Create(id); err != nil {
				return row, nil, fmt.Errorf("make the blob: %w", err)
			}
			continue
		case !errors.Is(err, ErrBusy):
			return Row{}, nil, fmt.Errorf("lock the blob: %w", err)
		case !fenced: // another process writes: end its epoch, so that it stops at its next checkpoint
			row, taken, err := s.take(ctx, owner, id, offset)
			if err != nil || !taken {
				return row, nil, err
			}
			fenced = true
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-giveUp:
			return Row{}, nil, ErrLocked
		case <-ctx.Done():
			return Row{}, nil, ctx.Err()
		}
	}
}

// take raises the epoch, or says why not. It is false without an error for a transfer that has all its bytes.
func (s *Service) take(ctx context.Context, owner Owner, id uuid.UUID, offset int64) (Row, bool, error) {
	row, taken, err := s.Rows.Take(ctx, owner, id, offset)
	switch {
	case err != nil:
		return row, false, fmt.Errorf("take the transfer: %w", err)
	case taken:
		return row, true, nil
	case row.State == Abandoned, row.State == Discarded, row.State == Quarantined, row.State == Receiving && row.Expired:
		return row, false, ErrGone
	case row.State == Finishing && offset != row.Size:
		return row, false, ErrOffset // by how much is nobody's to know yet (rule 4)
	case row.State == Receiving, offset != row.Size:
		return row, false, ErrOffset.Withf("The upload is at byte %d, not at %d.", row.Offset, offset)
	}
	return row, false, nil
}

// write is the body of Append while the blob is locked.
func (s *Service) write(ctx context.Context, row Row, blob Writer, length int64, body Body, mine *hold) (Row, error) {
	if length > row.Size-row.Offset {
		return row, ErrTooLarge.Withf("The file was announced with %d bytes, and %d more would come after byte %d.", row.Size, length, row.Offset)
	}
	if err := s.Link.Check(ctx, row.Owner, row.ID); err != nil {
		return row, fmt.Errorf("ask the link: %w", err)
	}
	if err := s.reserve(0); err != nil {
		return row, err
	}
	format, err := filetype.Of("a."+row.Extension, []string{row.Extension})
	if err != nil {
		return row, err
	}
	sieve, err := newSieve(format, row.Size, row.Offset, blob)
	if err != nil {
		return row, err
	}
	sum, err := newDigest(row.HashState)
	if err != nil {
		return row, err
	}
	p := &pump{s: s, row: row, blob: blob, sieve: sieve, sum: sum, hold: mine, body: body, hashed: row.Offset, asked: row.Offset}
	return p.run(ctx)
}

// overtaken tells a request that was stopped why: somebody else sends, or the transfer has ended meanwhile.
func (s *Service) overtaken(ctx context.Context, row Row) (Row, error) {
	ctx, cancel := detached(ctx)
	defer cancel()
	now, err := s.Rows.Load(ctx, row.Owner, row.ID)
	if err != nil || now.State != Abandoned {
		return row, ErrLocked
	}
	if err := s.Link.Check(ctx, row.Owner, row.ID); refused(err) {
		return now, fmt.Errorf("ask the link: %w", err)
	}
	return now, ErrGone
}

// failed ends what can't go on: wrong content, a revoked link, a failed disk (rule 7). Everything else can be tried again.
func (s *Service) failed(ctx context.Context, row Row, err error) (Row, error) {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case errors.Is(err, filetype.ErrType):
		return s.abandon(ctx, row, RefusedType, err)
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrMissing):
		return s.abandon(ctx, row, StorageFailed, ErrDamaged)
	case errors.Is(err, ErrFull):
		return row, ErrNoSpace
	case errors.Is(err, ErrTooLarge):
		return row, err
	case ok && f.Kind == fault.Gone:
		return s.abandon(ctx, row, LinkRevoked, err)
	}
	return row, err
}
