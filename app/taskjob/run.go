package taskjob

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/domain/taskjob"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Kind is the effect that a started job asks for.
const Kind = "bulk.tasks"

// Effects are what an event of a job asks for: it begins when its hold is over.
func Effects(r event.Recorded) []es.Effect {
	e, ok := r.Event.(taskjob.Started)
	if !ok {
		return nil
	}
	return []es.Effect{{Kind: Kind, Key: fmt.Sprintf("%s/%s", Kind, r.Stream.ID), Firm: r.Firm, Stream: r.Stream, NotBefore: e.HoldUntil}}
}

// How a job goes on.
const (
	atOnce = 16 // commands side by side: enough for their commits to share flushes
	chunk  = 64 // targets between two looks at who has stopped it
)

// Perform does what has not been done (rule 3). An error asks for another try.
func (c Commands) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	_, err := c.Run(ctx, e.Firm, e.Stream.ID)
	return nil, err
}

// GaveUp says nothing: what waits can be done by Run at any time.
func (c Commands) GaveUp(context.Context, es.Effect, int) error { return nil }

// Run does what a started job says until nothing is left or somebody stops it. Two that run the same job do nothing twice.
// The result is that of the job's end, which lies behind all that was done.
func (c Commands) Run(ctx context.Context, firm int32, id uuid.UUID) (es.Result, error) {
	state, _, err := c.state(ctx, firm, id)
	switch {
	case err != nil:
		return es.Result{}, err
	case state.Over():
		return c.ended(ctx, firm, id)
	case state == taskjob.Draft, state == taskjob.Holding:
		return es.Result{}, taskjob.ErrNotStarted
	}
	d, err := c.Lists.Draft(ctx, firm, id)
	if err != nil {
		return es.Result{}, err
	}
	for state == taskjob.Running {
		chosen, err := c.Lists.Waiting(ctx, firm, id, chunk)
		if err != nil {
			return es.Result{}, fmt.Errorf("find what is next: %w", err)
		}
		if len(chosen) == 0 {
			break
		}
		if err := c.do(ctx, firm, d, chosen); err != nil {
			return es.Result{}, err
		}
		if state, _, err = c.state(ctx, firm, id); err != nil {
			return es.Result{}, err
		}
	}
	return c.end(ctx, firm, id)
}

// do does it to some targets side by side, and notes what became of them.
func (c Commands) do(ctx context.Context, firm int32, d Draft, chosen []Chosen) error {
	var clients map[uuid.UUID]Target
	if d.Act == taskjob.Assign {
		var err error
		if clients, err = c.targets(ctx, firm, chosen); err != nil {
			return err
		}
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.Staff, ID: d.Staff}, Causation: d.ID}
	if d.Staff == uuid.Nil {
		by.Actor = event.Actor{Kind: event.Operator}
	}
	noted := make([]Noted, len(chosen))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, one := range chosen {
		group.Go(func() error {
			by := by
			by.Command = uuid.NewSHA1(d.ID, one.Target[:])
			err := c.one(gctx, by, d, one.Target, clients[one.Target])
			f, refused := errors.AsType[*fault.Error](err)
			switch {
			case err == nil:
				noted[i] = Noted{Target: one.Target, Outcome: Done}
			case refused:
				noted[i] = Noted{Target: one.Target, Outcome: Refused, Code: f.Code, Note: f.Message}
			default:
				return fmt.Errorf("%s %s: %w", d.Act, one.Target, err)
			}
			return nil
		})
	}
	err := group.Wait()
	done := noted[:0]
	for _, n := range noted {
		if n.Outcome != Waits {
			done = append(done, n)
		}
	}
	note, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // what was done is done
	defer cancel()
	if nerr := c.Lists.Note(note, firm, d.ID, done); nerr != nil {
		return errors.Join(err, fmt.Errorf("note what became of targets: %w", nerr))
	}
	return err
}

// one does it to one target.
func (c Commands) one(ctx context.Context, by es.By, d Draft, id uuid.UUID, client Target) (err error) {
	switch d.Act {
	case taskjob.Assign:
		if err := client.check(); err != nil {
			return err
		}
		var earlier uuid.UUID
		if earlier, err = c.earlier(ctx, by.Firm, d.Asking, id); err == nil {
			_, err = c.Tasks.Assign(ctx, taskapp.Assign{By: by, Task: d.Asking.Of(d.ID, client), Earlier: earlier})
		}
	case taskjob.Own, taskjob.Due, taskjob.InternalDue, taskjob.Urgency:
		_, err = c.Tasks.Change(ctx, taskapp.Change{By: by, Task: id, To: d.changing()})
	case taskjob.Progress:
		_, err = c.Tasks.Progress(ctx, taskapp.Progress{By: by, Task: id, To: task.Progress(d.Value)})
	case taskjob.Confirm:
		_, err = c.Tasks.Confirm(ctx, taskapp.Confirm{By: by, Task: id})
	case taskjob.Close:
		_, err = c.Tasks.Close(ctx, taskapp.Close{By: by, Task: id, Outcome: task.Outcome(d.Value), Reason: d.Reason})
	case taskjob.Reopen:
		_, err = c.Tasks.Reopen(ctx, taskapp.Reopen{By: by, Task: id, Reason: d.Reason})
	default:
		err = taskjob.ErrAct
	}
	return err
}

// earlier is the task with whose answers a client's begins, zero where it begins with none.
func (c Commands) earlier(ctx context.Context, firm int32, a Asking, client uuid.UUID) (uuid.UUID, error) {
	if a.Kind != task.FormFilling || !a.Again {
		return uuid.Nil, nil
	}
	rows, err := c.Answers.Earlier(ctx, firm, client, a.Form)
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	return rows[0].Task, nil
}

func (c Commands) end(ctx context.Context, firm int32, id uuid.UUID) (es.Result, error) {
	n, err := c.Lists.Tally(ctx, firm, id)
	if err != nil {
		return es.Result{}, err
	}
	r, err := es.Execute(ctx, c.Events, ending(firm, id), taskjob.Stream(id), func(j taskjob.Job, now time.Time) ([]taskjob.Event, error) {
		return j.End(taskjob.Ended{Done: n.Done, Refused: n.Refused, Left: n.Waiting}, now)
	})
	if err != nil || r.Position > 0 {
		return r, err
	}
	return c.ended(ctx, firm, id) // by somebody else, a moment ago
}

// ended is the end of a job that has one.
func (c Commands) ended(ctx context.Context, firm int32, id uuid.UUID) (es.Result, error) {
	r, _, err := c.Events.Done(ctx, ending(firm, id))
	return r, err
}

func ending(firm int32, id uuid.UUID) es.By {
	return es.By{Firm: firm, Actor: event.Actor{Kind: event.System}, Command: uuid.NewSHA1(id, []byte("end"))}
}
