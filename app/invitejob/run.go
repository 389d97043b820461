package invitejob

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/invitejob"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Kind is the effect that a started job asks for.
const Kind = "bulk.invitations"

// Effects are what an event of a job asks for: it begins when its hold is over.
func Effects(r event.Recorded) []es.Effect {
	e, ok := r.Event.(invitejob.Started)
	if !ok {
		return nil
	}
	return []es.Effect{{Kind: Kind, Key: fmt.Sprintf("%s/%s", Kind, r.Stream.ID), Firm: r.Firm, Stream: r.Stream, NotBefore: e.HoldUntil}}
}

// How a job goes on.
const (
	atOnce  = 8  // invitations side by side: enough for their commits to share flushes
	chunk   = 32 // people between two looks at who has stopped it, and at the mail server
	ahead   = 64 // messages that may wait for the mail server before a job waits, too
	trouble = 50 // messages that may have failed for a passing reason
	look    = 200 * time.Millisecond
)

// Pace is how many invitations all jobs of a process may send a minute (S3.i9).
type Pace struct {
	PerMinute int // 0: any number

	mu   sync.Mutex
	next time.Time
}

// chunk is how many people are invited between two looks.
func (p *Pace) chunk() int {
	if p == nil || p.PerMinute <= 0 {
		return chunk
	}
	return max(1, min(chunk, p.PerMinute/12)) // five seconds' worth
}

// reserve says how long to wait before n further people are invited.
func (p *Pace) reserve(n int, now time.Time) time.Duration {
	if p == nil || p.PerMinute <= 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next.Before(now) {
		p.next = now
	}
	wait := p.next.Sub(now)
	p.next = p.next.Add(time.Duration(n) * time.Minute / time.Duration(p.PerMinute))
	return wait
}

// Perform invites the people whose turn has not come (rule 3). An error asks for another try.
func (c Commands) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	return nil, c.Run(ctx, e.Firm, e.Stream.ID)
}

// GaveUp says nothing: who waits can be invited by Run at any time.
func (c Commands) GaveUp(context.Context, es.Effect, int) error { return nil }

// Run invites the people of a started job until there is nobody left or somebody stops it.
func (c Commands) Run(ctx context.Context, firm int32, id uuid.UUID) error {
	state, _, err := c.State(ctx, firm, id)
	switch {
	case err != nil:
		return err
	case state == invitejob.Done, state == invitejob.Halted, state == invitejob.Undone:
		return nil
	case state == invitejob.Draft, state == invitejob.Holding:
		return invitejob.ErrNotStarted
	}
	d, err := c.Lists.Draft(ctx, firm, id)
	if err != nil {
		return err
	}
	for state == invitejob.Running {
		people, err := c.Lists.Waiting(ctx, firm, id, c.Pace.chunk())
		if err != nil {
			return fmt.Errorf("find whose turn it is: %w", err)
		}
		if len(people) == 0 {
			break
		}
		if state, err = c.wait(ctx, firm, id, len(people)); err != nil {
			return err
		}
		if state != invitejob.Running {
			break
		}
		if err := c.invite(ctx, firm, d, people); err != nil {
			return err
		}
		if state, _, err = c.State(ctx, firm, id); err != nil {
			return err
		}
	}
	if state == invitejob.Stopping {
		if err := c.recall(ctx, firm, id); err != nil {
			return err
		}
	}
	return c.end(ctx, firm, id)
}

// wait returns when the mail server has caught up and the pace allows so many more, or when somebody has stopped the job
// (rule 4).
func (c Commands) wait(ctx context.Context, firm int32, id uuid.UUID, n int) (invitejob.State, error) {
	until := time.Now().Add(c.Pace.reserve(n, time.Now()))
	for waited := false; ; waited = true {
		due, failing, err := c.Lists.Backlog(ctx)
		if err != nil {
			return "", err
		}
		if due < ahead && failing < trouble && !time.Now().Before(until) {
			if !waited {
				return invitejob.Running, nil
			}
			state, _, err := c.State(ctx, firm, id)
			return state, err
		}
		if state, _, err := c.State(ctx, firm, id); err != nil || state != invitejob.Running {
			return state, err
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(look):
		}
	}
}

// invite invites some people side by side, and notes what became of them.
func (c Commands) invite(ctx context.Context, firm int32, d Draft, people []Chosen) error {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return fmt.Errorf("find the zone of a job: %w", err)
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.Staff, ID: d.Staff}, Causation: d.ID}
	if d.Staff == uuid.Nil {
		by.Actor = event.Actor{Kind: event.Operator}
	}
	noted := make([]Noted, len(people))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, p := range people {
		group.Go(func() error {
			_, err := c.Invites.Send(gctx, inviteapp.Send{
				By: by, Contact: p.Contact, Client: p.Client, Channels: d.Channels, Message: d.Message, Access: d.Access, DueOn: d.DueOn,
				ExpiresOn: d.ExpiresOn, Zone: zone, Job: d.ID, Again: d.Again,
			})
			if err == nil {
				noted[i] = Noted{Contact: p.Contact, Outcome: Sent}
				return nil
			}
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				return fmt.Errorf("invite %s: %w", p.Contact, err)
			}
			noted[i] = Noted{Contact: p.Contact, Outcome: outcomeOf(f), Code: f.Code, Note: f.Message}
			return nil
		})
	}
	err = group.Wait()
	done := noted[:0]
	for _, n := range noted {
		if n.Outcome != Waits {
			done = append(done, n)
		}
	}
	note, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // what was done is done
	defer cancel()
	if nerr := c.Lists.Note(note, firm, d.ID, done); nerr != nil {
		return errors.Join(err, fmt.Errorf("note what became of people: %w", nerr))
	}
	return err
}

// outcomeOf tells what is a reason to pass somebody by from what went wrong.
func outcomeOf(f *fault.Error) Outcome {
	switch {
	case errors.Is(f, invite.ErrTooManySendings), errors.Is(f, invite.ErrExpiry), errors.Is(f, invite.ErrMessage), errors.Is(f, invite.ErrDueOn):
		return Failed
	}
	return Skipped
}

// recall takes back what was created and has not left (rule 5). Doing it again changes nothing.
func (c Commands) recall(ctx context.Context, firm int32, id uuid.UUID) error {
	people, err := c.Lists.Pull(ctx, firm, id)
	if err != nil {
		return fmt.Errorf("pull the messages of a job: %w", err)
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.System}, Causation: id}
	noted := make([]Noted, len(people))
	for i, p := range people {
		if _, err := c.Invites.Recall(ctx, inviteapp.Recall{By: by, Contact: p, Job: id}); err != nil {
			return fmt.Errorf("take back the invitation of %s: %w", p, err)
		}
		noted[i] = Noted{Contact: p, Outcome: Waits}
	}
	return c.Lists.Note(ctx, firm, id, noted)
}

func (c Commands) end(ctx context.Context, firm int32, id uuid.UUID) error {
	n, err := c.Lists.Tally(ctx, firm, id)
	if err != nil {
		return err
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}
	_, err = es.Execute(ctx, c.Events, by, invitejob.Stream(id), func(j invitejob.Job, now time.Time) ([]invitejob.Event, error) {
		return j.End(invitejob.Ended{Sent: n.Sent, Skipped: n.Skipped, Failed: n.Failed, Left: n.Waiting}, now)
	})
	return err
}
