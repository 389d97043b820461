package reminder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/reminder"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// ReplanKind is the effect that a change of a practice's rules asks for: everybody's next reminder is stated anew.
const ReplanKind = "plan.reminders"

// RulesTypes are the stored names of the events after which everybody's next reminder may be another one.
func RulesTypes() []string {
	return []string{
		reminder.CadenceSaved{}.EventType(), reminder.CadenceRemoved{}.EventType(), reminder.QuietSet{}.EventType(), firm.ProfileSet{}.EventType(),
	}
}

// Replans are what a change of the rules asks for.
func Replans(r event.Recorded) []es.Effect {
	return []es.Effect{{Kind: ReplanKind, Key: fmt.Sprintf("%s/%s/%d", ReplanKind, r.Stream.ID, r.Version), Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Version: r.Version}}}
}

// Replanner plans for everybody. It implements es.Performer.
type Replanner struct {
	Commands
	OfClient func(ctx context.Context, firm int32, client uuid.UUID) ([]uuid.UUID, error) // as in People
}

// How it goes on.
const (
	atOnce = 4   // people side by side
	chunk  = 100 // clients between two looks at whether the rules have changed again
)

// Perform states the next reminder of everybody whom the rules concern. Each one's is a command of its own: who was planned
// for stays so when it is interrupted, and the second time changes nothing. A later change makes this one needless. Who
// can't be planned for holds up nobody else, and is tried again.
func (r Replanner) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	clients, contacts, err := r.List.Concerned(ctx, e.Firm)
	if err != nil {
		return nil, err
	}
	round := round{Replanner: r, firm: e.Firm, planned: map[uuid.UUID]bool{}}
	if err := round.all(ctx, e, contacts, func(_ context.Context, c uuid.UUID) ([]uuid.UUID, error) { return []uuid.UUID{c}, nil }); err != nil {
		return nil, err
	}
	err = round.all(ctx, e, clients, func(ctx context.Context, c uuid.UUID) ([]uuid.UUID, error) { return r.OfClient(ctx, e.Firm, c) })
	return nil, errors.Join(err, round.failed)
}

// GaveUp says nothing: the next change of the rules, or of what somebody has to do, plans for them again.
func (r Replanner) GaveUp(context.Context, es.Effect, int) error { return nil }

// outdated tells whether the rules have changed since e was asked for.
func (r Replanner) outdated(ctx context.Context, e es.Effect) (bool, error) {
	for later, err := range r.Events.Load(ctx, e.Firm, e.Stream, e.Args.Version) {
		if err != nil {
			return false, err
		}
		if slices.Contains(RulesTypes(), later.Event.EventType()) {
			return true, nil
		}
	}
	return false, nil
}

// round is one time that everybody is planned for.
type round struct {
	Replanner
	firm    int32
	mu      sync.Mutex
	planned map[uuid.UUID]bool
	failed  error // of the first who could not be
}

// all plans for the people of each of these.
func (r *round) all(ctx context.Context, e es.Effect, ids []uuid.UUID, people func(context.Context, uuid.UUID) ([]uuid.UUID, error)) error {
	for len(ids) > 0 {
		old, err := r.outdated(ctx, e)
		if err != nil {
			return err
		}
		if old {
			return es.ErrWithdrawn
		}
		n := min(chunk, len(ids))
		group := errgroup.Group{}
		group.SetLimit(atOnce)
		for _, id := range ids[:n] {
			group.Go(func() error {
				whom, err := people(ctx, id)
				if err != nil {
					return fmt.Errorf("find whom the rules concern: %w", err)
				}
				for _, c := range whom {
					r.plan(ctx, c)
				}
				return nil
			})
		}
		if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func (r *round) plan(ctx context.Context, contact uuid.UUID) {
	r.mu.Lock()
	again := r.planned[contact]
	r.planned[contact] = true
	r.mu.Unlock()
	if again {
		return
	}
	if err := r.Plan(ctx, r.firm, contact); err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.failed == nil {
			r.failed = err
		}
	}
}
