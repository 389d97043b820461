package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Collected counts what one round of Collect did.
type Collected struct {
	Finished  int // files whose event was still to be recorded
	Abandoned int // transfers that were idle or too old
	Buried    int // ended ones whose bytes were still there
	Swept     int // blobs that no row knows
	Missing   int // files whose bytes are gone; nothing can be done here, but somebody must know
}

// Collect does what requests have left: finishes what a crash came before, ends what nobody continues (spec L4), and
// destroys the bytes of what has ended, or is used by nobody. Any number of processes may run it at any time. It goes on after an error and
// returns all of them joined.
func (s *Service) Collect(ctx context.Context) (done Collected, err error) {
	rows, err := s.Rows.Stale(ctx, 500)
	if err != nil {
		return done, fmt.Errorf("list unfinished transfers: %w", err)
	}
	var errs []error
	for _, row := range rows {
		var err error
		switch row.State {
		case Finishing:
			if _, err = s.settle(ctx, row); refused(err) { // and so it was abandoned
				done.Abandoned++
				err = nil
				break
			}
			done.Finished += one(err)
		case Receiving:
			_, err = s.abandon(ctx, row, row.stale(s.Limits), nil)
			done.Abandoned += one(err)
		case Abandoned, Discarded:
			err = s.bury(ctx, row)
			done.Buried += one(err)
		case Received, Quarantined:
		}
		if err != nil && !errors.Is(err, errUnheard) {
			errs = append(errs, fmt.Errorf("transfer %s: %w", row.ID, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err := s.review(ctx); err != nil {
		errs = append(errs, err)
	}
	return done, errors.Join(errs...)
}

// Sweep destroys blobs that no row knows and nobody has written for age: a crash came between blob and row.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (done Collected, err error) {
	ids, err := s.Blobs.Old(ctx, age)
	if err != nil {
		return done, fmt.Errorf("list old blobs: %w", err)
	}
	for part := range slices.Chunk(ids, 1000) {
		orphans, err := s.Rows.Unknown(ctx, part)
		if err != nil {
			return done, fmt.Errorf("look up blobs: %w", err)
		}
		for _, id := range orphans {
			if err := s.Blobs.Remove(id); err != nil {
				return done, fmt.Errorf("destroy blob %s: %w", id, err)
			}
			done.Swept++
		}
	}
	return done, nil
}

// Missing names the files that have arrived and whose bytes are gone or cut short. Nothing of ours does that: a disk has
// failed, a backup was put back without its files, or somebody was at the folder. It reads no content, only sizes.
func (s *Service) Missing(ctx context.Context) (missing []uuid.UUID, err error) {
	for after := uuid.Nil; ; {
		rows, err := s.Rows.Kept(ctx, after, 1000)
		if err != nil || len(rows) == 0 {
			return missing, err
		}
		for _, row := range rows {
			whole, err := s.whole(row)
			if err != nil {
				return missing, fmt.Errorf("look at file %s: %w", row.ID, err)
			}
			if whole {
				continue
			}
			now, err := s.Rows.Load(ctx, row.Owner, row.ID) // deleted meanwhile?
			if err != nil {
				return missing, err
			}
			if now.State == Received {
				missing = append(missing, row.ID)
			}
		}
		after = rows[len(rows)-1].ID
	}
}

func (s *Service) whole(row Row) (bool, error) {
	blob, err := s.Blobs.Open(row.ID)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	size, err := blob.Seek(0, io.SeekEnd)
	return size == row.Size, errors.Join(err, blob.Close())
}

// Run collects every minute, sweeps every hour and looks for missing files every day, until ctx ends; report hears of
// each round that did something or failed.
func (s *Service) Run(ctx context.Context, report func(Collected, error)) error {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for round := 0; ; round++ {
		done, err := s.Collect(ctx)
		if round%60 == 0 {
			swept, serr := s.Sweep(ctx, 24*time.Hour)
			done.Swept, err = swept.Swept, errors.Join(err, serr)
		}
		if round%(24*60) == 1 { // what a crash has left half done is finished by then
			missing, merr := s.Missing(ctx)
			if done.Missing = len(missing); done.Missing > 0 {
				merr = errors.Join(merr, fmt.Errorf("the bytes of %d files are gone, those of %s first", done.Missing, missing[0]))
			}
			err = errors.Join(err, merr)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || done != (Collected{}) {
			report(done, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-minute.C:
		}
	}
}

// stale tells which limit an expired transfer has met.
func (r Row) stale(l Limits) Reason {
	if r.ExpiresAt.Before(r.CreatedAt.Add(l.Age)) {
		return Idle
	}
	return TooOld
}

func one(err error) int {
	if err != nil {
		return 0
	}
	return 1
}
