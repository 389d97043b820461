package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Collected counts what one round of Collect did.
type Collected struct {
	Finished  int // files whose event was still to be recorded
	Abandoned int // transfers that were idle or too old
	Buried    int // ended ones whose bytes were still there
	Swept     int // blobs that no row knows
}

// Collect does what requests have left: finishes what a crash came before, ends what nobody continues (spec L4), and
// destroys the bytes of what has ended. Any number of processes may run it at any time. It goes on after an error and
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

// Run collects every minute and sweeps every hour until ctx ends; report hears of each round that did something or
// failed.
func (s *Service) Run(ctx context.Context, report func(Collected, error)) error {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for round := 0; ; round++ {
		done, err := s.Collect(ctx)
		if round%60 == 0 {
			swept, serr := s.Sweep(ctx, 24*time.Hour)
			done.Swept, err = swept.Swept, errors.Join(err, serr)
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
