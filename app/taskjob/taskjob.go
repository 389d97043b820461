// Package taskjob does the same to many tasks, or asks many clients for the same.
//
//  1. What is chosen is kept before anything is done: what is confirmed is what was seen.
//  2. Preview and job decide by the same rules, those of tasks; the job decides on each task's own history. What is refused
//     for one stops no other.
//  3. A job that was interrupted goes on where it was, in whatever process. It is keyed by (job, target) in the history of
//     each task, so that nothing is done twice.
//  4. Stopped, it does nothing further. A job that asks clients for something is held for a while first, and stopped by
//     then it has asked nobody (T5).
package taskjob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/domain/taskjob"

	"github.com/google/uuid"
)

// Hold is how long a job that asks clients for something can be undone after it was started (T5).
const Hold = 30 * time.Second

// KeepDraft is how long a list is kept that nobody has confirmed. What was confirmed stays.
const KeepDraft = 24 * time.Hour

// ErrUnknown is what can be wrong with a job besides the rules of tasks.
var ErrUnknown = fault.New(fault.NotFound, "taskjob.unknown", "There is no such list, or nobody has confirmed it within a day. Choose anew.")

// Plan is what is done to each target.
type Plan struct {
	Act    taskjob.Act
	Value  string    // a day, a priority, a state, an outcome
	Owner  uuid.UUID // of taskjob.Own: staff; zero: nobody
	Reason string    // for the client to read
	Asking Asking    // of taskjob.Assign
}

// Asking is a task for many clients. Texts may have blanks (task.Blanks).
type Asking struct {
	Kind                 task.Sort
	Title, Description   string
	DueOn, InternalDueOn string
	Owner                uuid.UUID // staff; zero: nobody
	OfClient             bool      // instead of Owner: whoever is in charge of the client
	Priority             task.Priority
	Each, Together       bool
	Checklist            []string
	Items                []task.Asking
	Form                 uuid.UUID `json:",omitzero"` // of task.FormFilling
	FormVersion          int       `json:",omitzero"` // the newest one when it was put together
	Again                bool      `json:",omitzero"` // each begins with what the same client has answered to the same questionnaire before
	Recurrence           task.Recurrence
	Cadence              uuid.UUID `json:",omitzero"` // of reminders; zero: none
	Template             uuid.UUID
	Due                  string // the due date as the practice's clients read it
	Year                 int    // of the due date, or of the day on which it was asked
	Month, LastMonth     string `json:",omitzero"` // likewise
	Zone                 string // IANA
}

// Of is the task for one client. job makes its id and those of what it consists of.
func (a Asking) Of(job uuid.UUID, c Target) task.Assigning {
	id := task.InBulk(job, c.ID)
	t := task.Assigning{
		Task: id, Client: c.ID, People: c.People, Kind: a.Kind, Title: a.Title, Description: a.Description, DueOn: a.DueOn, InternalDueOn: a.InternalDueOn, Owner: a.Owner,
		Audience: task.Audience{All: true}, Each: a.Each, Priority: a.Priority, FinishTogether: a.Together, Recurrence: a.Recurrence, Template: a.Template, Job: job, Zone: a.Zone,
		Form: a.Form, FormVersion: a.FormVersion, Cadence: a.Cadence,
	}
	if a.OfClient {
		t.Owner = c.Owner
	}
	for i, text := range a.Checklist {
		t.Checklist = append(t.Checklist, task.Line{ID: uuid.NewSHA1(id, fmt.Append(nil, "entry", i)), Text: text})
	}
	for i, item := range a.Items {
		item.ID = uuid.NewSHA1(id, fmt.Append(nil, "item", i))
		t.Items = append(t.Items, item)
	}
	return task.Blanks{Client: c.Name, Due: a.Due, Year: a.Year, Month: a.Month, LastMonth: a.LastMonth}.Of(t)
}

// Target is a client as a job asks them.
type Target struct {
	ID     uuid.UUID
	Name   string
	Owner  uuid.UUID   // staff; zero: nobody
	People []uuid.UUID // who could see a task of theirs
	Active bool
}

// Targets are the clients of a practice, by id; who is unknown is left out. Implementation: adapters/postgres.
type Targets interface {
	Targets(ctx context.Context, firm int32, clients []uuid.UUID) (map[uuid.UUID]Target, error)
}

// Draft is one job as it was put together.
type Draft struct {
	Plan
	ID        uuid.UUID
	Staff     uuid.UUID // who put it together, then who confirmed it
	Chosen    string    // how the targets were chosen, in words
	Targets   int
	SHA256    string // of the list and of the plan
	CreatedAt time.Time
}

// Chosen is one target of a job: a client of taskjob.Assign, otherwise a task.
type Chosen struct {
	No     int // 1, 2, 3
	Target uuid.UUID
}

// Outcome is what became of one target.
type Outcome string

// The outcomes. Their words are stored.
const (
	Waits   Outcome = "" // it is not its turn yet, or never was
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Noted is what became of one target, and why.
type Noted struct {
	Target  uuid.UUID
	Outcome Outcome
	Code    string // of the rule that refused it
	Note    string // in a sentence
}

// Row is one target of a job.
type Row struct {
	Chosen
	Outcome    Outcome
	Code, Note string
	Task       uuid.UUID // that was made or changed
	Title      string    // of the task; empty: it is not there, or not for who looks
	Client     uuid.UUID
	ClientName string
}

// Tally is how many targets of a job there are of each sort. They add up: Targets is the sum of the others.
type Tally struct{ Targets, Waiting, Done, Refused int }

// Lists keep the targets of jobs. Who sees only their own clients sees only their own jobs. Implementation: adapters/postgres.
type Lists interface {
	// Save keeps a list; a job that is there already stays as it is.
	Save(ctx context.Context, firm int32, d Draft, targets []uuid.UUID) error
	// Draft is one job. ErrUnknown.
	Draft(ctx context.Context, firm int32, id uuid.UUID) (Draft, error)
	// Drafts are the newest jobs of a practice that were started.
	Drafts(ctx context.Context, firm int32, limit int) ([]Draft, error)
	// Keep says that a job is confirmed, and in whose name. ErrUnknown.
	Keep(ctx context.Context, firm int32, id, staff uuid.UUID) error
	// Waiting are the first of those whose turn has not come; limit 0 is all.
	Waiting(ctx context.Context, firm int32, id uuid.UUID, limit int) ([]Chosen, error)
	// Note says what became of targets.
	Note(ctx context.Context, firm int32, id uuid.UUID, noted []Noted) error
	// Tally counts.
	Tally(ctx context.Context, firm int32, id uuid.UUID) (Tally, error)
	// Rows are targets with what became of them, those after a number: of one outcome, or all of them; limit 0 is all.
	Rows(ctx context.Context, firm int32, d Draft, outcome *Outcome, after, limit int) ([]Row, error)
}

// digest is of a list of targets and of what is done to them, hex.
func digest(p Plan, targets []uuid.UUID) (string, error) {
	h := sha256.New()
	for _, id := range targets {
		h.Write(id[:])
	}
	if err := json.NewEncoder(h).Encode(p); err != nil {
		return "", fmt.Errorf("write down what a job does: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Progress is how far a job is.
type Progress struct {
	Draft
	State     taskjob.State
	HoldUntil time.Time // until then it can be undone
	Now       time.Time // the database's clock
	Tally     Tally
}

// Look says how far a job is. ErrUnknown.
func (c Commands) Look(ctx context.Context, firm int32, id uuid.UUID) (p Progress, err error) {
	if p.Draft, err = c.Lists.Draft(ctx, firm, id); err != nil {
		return p, err
	}
	if p.State, p.HoldUntil, err = c.state(ctx, firm, id); err != nil {
		return p, err
	}
	if p.Now, err = c.Events.Now(ctx); err != nil {
		return p, err
	}
	p.Tally, err = c.Lists.Tally(ctx, firm, id)
	return p, err
}

// Page is a page of the targets of a job.
func (c Commands) Page(ctx context.Context, firm int32, d Draft, outcome *Outcome, after, limit int) ([]Row, error) {
	return c.Lists.Rows(ctx, firm, d, outcome, after, limit)
}

// Recent are the newest jobs of a practice.
func (c Commands) Recent(ctx context.Context, firm int32) ([]Draft, error) {
	return c.Lists.Drafts(ctx, firm, 20)
}

func (c Commands) state(ctx context.Context, firm int32, id uuid.UUID) (state taskjob.State, holdUntil time.Time, err error) {
	err = es.Look(ctx, c.Events, firm, taskjob.Stream(id), func(j taskjob.Job, _ int, now time.Time) error {
		state, holdUntil = j.State(now), j.HoldUntil()
		return nil
	})
	return state, holdUntil, err
}
