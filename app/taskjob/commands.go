package taskjob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/domain/taskjob"

	"github.com/google/uuid"
)

// Commands are what practitioners ask of jobs.
type Commands struct {
	Events  es.Store
	Lists   Lists
	Clients Targets
	Tasks   Tasks
	Forms   taskapp.Forms // nil: no questionnaire is asked in bulk
	Answers Answers
	Bytes   taskapp.Bytes                                                                          // of examples
	Write   func(w io.Writer, kind string, header []string, rows iter.Seq2[[]string, error]) error // adapters/sheet
}

// Answers know what a client has answered before, newest first: app/task.AnswerReader.
type Answers interface {
	Earlier(ctx context.Context, firm int32, client, form uuid.UUID) ([]taskapp.EarlierRow, error)
}

// Tasks do something to one task. Implementation: app/task.
type Tasks interface {
	Assign(ctx context.Context, cmd taskapp.Assign) (es.Result, error)
	Change(ctx context.Context, cmd taskapp.Change) (es.Result, error)
	Progress(ctx context.Context, cmd taskapp.Progress) (es.Result, error)
	Confirm(ctx context.Context, cmd taskapp.Confirm) (es.Result, error)
	Close(ctx context.Context, cmd taskapp.Close) (es.Result, error)
	Reopen(ctx context.Context, cmd taskapp.Reopen) (es.Result, error)
}

// Prepare puts a job together. ID is chosen by the caller (UUIDv7), so that a form sent twice is one job.
type Prepare struct {
	By      es.By
	ID      uuid.UUID
	Targets []uuid.UUID // that who asks may see
	Words   string      // how they were chosen
	Plan    Plan
}

// Prepare keeps what is chosen, each once (rule 1). Nothing is done by it. It refuses with taskjob.ErrNothing, ErrTooMany, and
// with what the rules of tasks say of a plan that no target could have.
func (c Commands) Prepare(ctx context.Context, cmd Prepare) (Draft, error) {
	var targets []uuid.UUID
	seen := make(map[uuid.UUID]bool, len(cmd.Targets))
	for _, id := range cmd.Targets {
		if !seen[id] {
			seen[id] = true
			targets = append(targets, id)
		}
	}
	switch {
	case len(targets) == 0:
		return Draft{}, taskjob.ErrNothing
	case len(targets) > taskjob.MaxTargets:
		return Draft{}, taskjob.ErrTooMany
	}
	now, err := c.Events.Now(ctx)
	if err != nil {
		return Draft{}, err
	}
	if a := &cmd.Plan.Asking; a.Kind == task.FormFilling && a.Form != uuid.Nil {
		if _, a.FormVersion, err = c.Forms.Version(ctx, cmd.By.Firm, a.Form, 0); err != nil {
			return Draft{}, err
		}
	}
	if err := cmd.Plan.check(now); err != nil {
		return Draft{}, err
	}
	sum, err := digest(cmd.Plan, targets)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Plan: cmd.Plan, ID: cmd.ID, Staff: cmd.By.Actor.ID, Chosen: cmd.Words, Targets: len(targets), SHA256: sum}
	if err := c.Lists.Save(ctx, cmd.By.Firm, d, targets); err != nil {
		return Draft{}, fmt.Errorf("keep the targets of a job: %w", err)
	}
	return d, nil
}

// check refuses what no task could take, by deciding on one that takes anything.
func (p Plan) check(now time.Time) error {
	somebody := uuid.Max
	tried := task.Assigning{Task: somebody, Client: somebody, People: []uuid.UUID{somebody}, Title: "x", Audience: task.Audience{All: true}, Zone: "UTC"}
	if p.Act == taskjob.Assign {
		_, err := task.Task{}.Assign(p.Asking.Of(uuid.Max, Target{ID: somebody, Name: "x", People: []uuid.UUID{somebody}}), now)
		return err
	}
	assigned, err := task.Task{}.Assign(tried, now)
	if err != nil {
		return err
	}
	t := task.Task{}.Apply(assigned[0])
	switch p.Act {
	case taskjob.Own, taskjob.Due, taskjob.InternalDue, taskjob.Urgency:
		_, err = t.Change(p.changing(), now)
	case taskjob.Progress:
		_, err = t.Progress(task.Progress(p.Value), task.Who{}, now)
	case taskjob.Close:
		_, err = t.Close(uuid.Nil, task.Outcome(p.Value), p.Reason, task.Who{}, now)
	case taskjob.Reopen:
		_, err = t.Reopen(uuid.Nil, p.Reason, task.Who{}, now)
	case taskjob.Confirm:
	case taskjob.Assign:
	default:
		err = taskjob.ErrAct
	}
	return err
}

func (p Plan) changing() (c task.Changing) {
	priority := task.Priority(p.Value)
	switch p.Act {
	case taskjob.Own:
		c.Owner = &p.Owner
	case taskjob.Due:
		c.DueOn = &p.Value
	case taskjob.InternalDue:
		c.InternalDueOn = &p.Value
	case taskjob.Urgency:
		c.Priority = &priority
	case taskjob.Assign, taskjob.Progress, taskjob.Confirm, taskjob.Close, taskjob.Reopen:
	}
	return c
}

// Planned is one client of a draft with what they would be asked, or why they would be passed by.
type Planned struct {
	Chosen
	Target Target
	Title  string
	Why    *fault.Error
}

// Preview says of each client of a draft whether they would get the task at this moment (rule 2).
func (c Commands) Preview(ctx context.Context, firm int32, d Draft) ([]Planned, error) {
	chosen, err := c.Lists.Waiting(ctx, firm, d.ID, 0)
	if err != nil {
		return nil, err
	}
	clients, err := c.targets(ctx, firm, chosen)
	if err != nil {
		return nil, err
	}
	now, err := c.Events.Now(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Planned, len(chosen))
	for i, one := range chosen {
		to := clients[one.Target]
		a := d.Asking.Of(d.ID, to)
		out[i] = Planned{Chosen: one, Target: to, Title: a.Title, Why: refusal(to.check())}
		if out[i].Why == nil {
			_, err := task.Task{}.Assign(a, now)
			out[i].Why = refusal(err)
		}
	}
	slices.SortStableFunc(out, func(a, b Planned) int { return a.No - b.No })
	return out, nil
}

func (c Commands) targets(ctx context.Context, firm int32, chosen []Chosen) (map[uuid.UUID]Target, error) {
	ids := make([]uuid.UUID, len(chosen))
	for i, one := range chosen {
		ids[i] = one.Target
	}
	return c.Clients.Targets(ctx, firm, ids)
}

// check refuses a client who is asked nothing in bulk.
func (t Target) check() error {
	if !t.Active {
		return taskapp.ErrArchived
	}
	return nil
}

func refusal(err error) *fault.Error {
	f, _ := errors.AsType[*fault.Error](err)
	return f
}

// Start lets a job be done once the hold is over, in the name of who starts it. It refuses with ErrUnknown, and as the
// domain's Start does.
func (c Commands) Start(ctx context.Context, by es.By, id uuid.UUID, hold time.Duration) (es.Result, error) {
	d, err := c.Lists.Draft(ctx, by.Firm, id)
	if err != nil {
		return es.Result{}, err
	}
	if err := c.Lists.Keep(ctx, by.Firm, id, by.Actor.ID); err != nil {
		return es.Result{}, err
	}
	words := d.Reason
	if d.Act == taskjob.Assign {
		words = d.Asking.Title
	}
	return es.Execute(ctx, c.Events, by, taskjob.Stream(id), func(j taskjob.Job, now time.Time) ([]taskjob.Event, error) {
		return j.Start(id, words, taskjob.Started{
			Staff: by.Actor.ID, Act: d.Act, Targets: d.Targets, SHA256: d.SHA256, Value: d.Value, Owner: d.Owner, Template: d.Asking.Template, HoldUntil: now.Add(hold),
		}, now)
	})
}

// Stop lets nothing further be done; within the hold nothing is. It refuses with ErrUnknown, and as the domain's Stop does.
func (c Commands) Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	if _, err := c.Lists.Draft(ctx, by.Firm, id); err != nil {
		return es.Result{}, err
	}
	return es.Execute(ctx, c.Events, by, taskjob.Stream(id), func(j taskjob.Job, now time.Time) ([]taskjob.Event, error) {
		return j.Stop(now)
	})
}
