package transfer

import (
	"context"
	"errors"
	"fmt"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// Head tells how far a transfer is. A request that is writing it records a checkpoint first, so that a connection that
// died unnoticed costs nothing; one that has all bytes is finished first (rule 4).
//
// It returns ErrUnknown, ErrGone, or an error after which asking again is right.
func (s *Service) Head(ctx context.Context, owner Owner, id uuid.UUID) (Row, error) {
	h := s.holds.holder(id) // before the row: one that ends in between has recorded what it took by then
	row, err := s.Rows.Load(ctx, owner, id)
	if err != nil {
		return row, fmt.Errorf("read the transfer: %w", err)
	}
	if h != nil && row.State == Receiving {
		s.flush(ctx, h)
		if row, err = s.Rows.Load(ctx, owner, id); err != nil {
			return row, fmt.Errorf("read the transfer: %w", err)
		}
	}
	switch {
	case row.State == Abandoned, row.State == Discarded, row.State == Quarantined, row.State == Receiving && row.Expired:
		return row, ErrGone
	case row.State == Finishing:
		return s.settle(ctx, row)
	case row.State == Receiving:
		if err := s.Link.Check(ctx, owner, id); err != nil {
			return s.failed(ctx, row, fmt.Errorf("ask the link: %w", err))
		}
	}
	return row, nil
}

// flush waits for h's checkpoint, or its end.
func (s *Service) flush(ctx context.Context, h *hold) {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.CheckpointEvery)
	defer cancel()
	done := make(chan struct{})
	select {
	case h.flush <- done:
		<-done
	case <-h.done:
	case <-ctx.Done():
	}
}

// errUnheard says that a file is safe which its link has not heard of: a crash came between row and event, or the event
// is still being written. Only the row's expiry makes it certain that nobody was told of it.
var errUnheard = errors.New("the link has not heard of this file yet")

// settle records the event of a transfer that has all its bytes, then marks the row. It may run any number of times, in
// any process, for the same transfer (rule 4).
func (s *Service) settle(ctx context.Context, row Row) (Row, error) {
	if row.State != Finishing {
		return row, nil
	}
	return s.conclude(ctx, row, func(ctx context.Context, c Content) (int64, error) {
		at, err := s.Link.Receive(ctx, row.Owner, row.ID, c)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.NotFound && !row.Expired {
			err = errUnheard
		}
		return at, err
	})
}

// conclude lets tell record the event of row's file, then marks the row.
func (s *Service) conclude(ctx context.Context, row Row, tell func(context.Context, Content) (at int64, err error)) (Row, error) {
	ctx, cancel := detached(ctx)
	defer cancel()
	at, err := tell(ctx, Content{Size: row.Size, SHA256: [32]byte(row.SHA256), Media: row.Found})
	if refused(err) {
		reason := Cancelled
		if f, _ := errors.AsType[*fault.Error](err); f.Kind == fault.Gone {
			reason = LinkRevoked
		}
		return s.abandon(ctx, row, reason, err)
	}
	if err != nil {
		return row, fmt.Errorf("record the file's event: %w", err)
	}
	if err := s.Rows.Receive(ctx, row.Owner.Firm, row.ID); err != nil {
		return row, fmt.Errorf("mark the transfer as received: %w", err)
	}
	row.State, row.Offset = Received, row.Size
	if at > 0 {
		s.Link.Shown(ctx, at) // who gets the answer finds the file, at whichever node they ask next
	}
	return row, nil
}

// Terminate ends an unfinished transfer because its sender asks for it. It returns ErrUnknown, ErrGone where it has
// ended, ErrReceived where the file has arrived.
func (s *Service) Terminate(ctx context.Context, owner Owner, id uuid.UUID) error {
	row, err := s.Rows.Load(ctx, owner, id)
	if err != nil {
		return fmt.Errorf("read the transfer: %w", err)
	}
	switch row.State {
	case Receiving:
		row, err := s.abandon(ctx, row, Cancelled, nil)
		if err == nil && row.State != Abandoned {
			err = ErrReceived
		}
		return err
	case Abandoned, Discarded, Quarantined:
		return ErrGone
	case Finishing, Received:
	}
	return ErrReceived
}

// abandon ends a transfer for reason and returns cause. The row's state comes first and fences every writer; the event
// and the bytes follow, now or by Collect.
func (s *Service) abandon(ctx context.Context, row Row, reason Reason, cause error) (Row, error) {
	ctx, cancel := detached(ctx)
	defer cancel()
	ended, ok, err := s.Rows.Abandon(ctx, row.Owner.Firm, row.ID, reason)
	if err != nil {
		return row, errors.Join(cause, fmt.Errorf("abandon the transfer: %w", err))
	}
	if !ok {
		return ended, cause
	}
	if h := s.holds.holder(row.ID); h != nil {
		h.cancel()
		<-h.done
	}
	return ended, errors.Join(cause, s.bury(ctx, ended))
}

// bury tells the link of an ended transfer, destroys its bytes, and notes that. It may be repeated.
func (s *Service) bury(ctx context.Context, row Row) error {
	if row.State == Abandoned {
		err := s.Link.Abandon(ctx, row.Owner, row.ID, row.Reason)
		if err != nil && !refused(err) {
			return fmt.Errorf("record the transfer's end: %w", err)
		}
	}
	if err := s.Blobs.Remove(row.ID); err != nil {
		return fmt.Errorf("destroy the bytes: %w", err)
	}
	if err := s.Rows.Emptied(ctx, row.Owner.Firm, row.ID); err != nil {
		return fmt.Errorf("note that the bytes are gone: %w", err)
	}
	return nil
}

// Discard destroys the bytes of a received file that was deleted inside its window (spec U4), or of a quarantined one,
// unless another file is made of them (rule 10). Repeating it is fine. The row may still say Finishing, where a crash came
// between the event and the mark.
func (s *Service) Discard(ctx context.Context, firm int32, id uuid.UUID) error {
	row, ok, err := s.Rows.Discard(ctx, firm, id)
	if err != nil {
		return fmt.Errorf("discard the file: %w", err)
	}
	if !ok {
		return nil
	}
	return s.bury(ctx, row)
}

// Quarantine keeps the bytes of a received file apart, where nobody can read them, until Discard destroys them. Repeating
// it is fine, and one that was discarded meanwhile stays so.
func (s *Service) Quarantine(ctx context.Context, firm int32, id uuid.UUID) error {
	row, ok, err := s.Rows.Quarantine(ctx, firm, id)
	if err != nil {
		return fmt.Errorf("quarantine the file: %w", err)
	}
	if !ok && row.State != Quarantined {
		return nil
	}
	if err := s.Blobs.Quarantine(row.ID); err != nil && !errors.Is(err, ErrMissing) { // what is lost needs no keeping
		return fmt.Errorf("keep the bytes apart: %w", err)
	}
	return nil
}

// End destroys what has come of a transfer that its link has ended by itself. Repeating it is fine, and one that is
// complete stays.
func (s *Service) End(ctx context.Context, firm int32, id uuid.UUID, reason Reason) error {
	_, err := s.abandon(ctx, Row{ID: id, Owner: Owner{Firm: firm}}, reason, nil)
	return err
}

// Running lists owner's transfers that are not complete, by id.
func (s *Service) Running(ctx context.Context, owner Owner) (map[uuid.UUID]Row, error) {
	list, err := s.Rows.Running(ctx, owner)
	byID := make(map[uuid.UUID]Row, len(list))
	for _, row := range list {
		byID[row.ID] = row
	}
	return byID, err
}

// Open reads a received file. Whether its reader may see it is for the caller to know. It returns ErrMissing.
func (s *Service) Open(id uuid.UUID) (Reader, error) { return s.Blobs.Open(id) }
