package task

import (
	"context"
	"errors"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Forms know the practice's questionnaires.
type Forms interface {
	// Version is one that was published; 0: the newest one that clients may be asked with.
	Version(ctx context.Context, firm int32, form uuid.UUID, version int) (q questionnaire.Questionnaire, n int, err error)
}

// asks is the questionnaire that a task asks for. It refuses with task.ErrNotFound, task.ErrNoForm.
func (c Commands) asks(ctx context.Context, firm int32, id uuid.UUID) (q questionnaire.Questionnaire, err error) {
	var form uuid.UUID
	var version int
	err = es.Look(ctx, c.Events, firm, task.Stream(id), func(t task.Task, length int, _ time.Time) error {
		if form, version = t.Form(); length == 0 {
			return task.ErrNotFound
		}
		return nil
	})
	switch {
	case err != nil:
		return q, err
	case form == uuid.Nil:
		return q, task.ErrNoForm
	}
	q, _, err = c.Forms.Version(ctx, firm, form, version)
	return q, err
}

// asking adds to what is to be assigned the version that clients are asked with, and what it can begin with of an earlier
// task of the same client's.
func (c Commands) asking(ctx context.Context, firm int32, a *task.Assigning, earlier uuid.UUID) error {
	if a.Kind != task.FormFilling || a.Form == uuid.Nil {
		return nil
	}
	q, n, err := c.Forms.Version(ctx, firm, a.Form, a.FormVersion)
	if err != nil {
		return err
	}
	if a.FormVersion = n; earlier == uuid.Nil {
		return nil
	}
	last, length, _, err := es.State[task.Task, task.Event](ctx, c.Events, firm, task.Stream(earlier))
	if err != nil {
		return err
	}
	form, version := last.Form()
	if length == 0 || form != a.Form || last.Client() != a.Client || a.Client == uuid.Nil {
		return task.ErrNotFound
	}
	then, _, err := c.Forms.Version(ctx, firm, form, version)
	if err != nil {
		return err
	}
	a.Prefill = last.Prefill(earlier, then, q)
	return nil
}

// again is what the next task of a series begins with, and the version that it asks for: the newest, but where the
// questionnaire is used no more the one before.
func (c Commands) again(ctx context.Context, firm int32, id uuid.UUID, before task.Task) (p task.Prefill, version int, err error) {
	form, version := before.Form()
	if form == uuid.Nil {
		return p, 0, nil
	}
	then, _, err := c.Forms.Version(ctx, firm, form, version)
	if err != nil {
		return p, 0, err
	}
	q, newest, err := c.Forms.Version(ctx, firm, form, 0)
	switch f, ok := errors.AsType[*fault.Error](err); {
	case ok && f.Kind != fault.Unavailable:
		q, newest = then, version
	case err != nil:
		return p, 0, err
	}
	return before.Prefill(id, then, q), newest, nil
}

// fill runs one decision of a contact about the questionnaire that a task asks for.
func (c Commands) fill(ctx context.Context, a Act,
	decide func(t task.Task, q questionnaire.Questionnaire, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error),
) (es.Result, error) {
	q, err := c.asks(ctx, a.By.Firm, a.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.act(ctx, a, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return decide(t, q, people, by, now)
	})
}

// Fill is what a contact answers to a questionnaire.
type Fill struct {
	Act
	Answers []questionnaire.Answer
}

// Fill keeps answers to a questionnaire, all of them or none.
func (c Commands) Fill(ctx context.Context, cmd Fill) (es.Result, error) {
	return c.fill(ctx, cmd.Act, func(t task.Task, q questionnaire.Questionnaire, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Answer(q, cmd.Contact, cmd.Answers, by, now)
	})
}

// FillRow names a row of a group for a contact.
type FillRow struct {
	Act
	Row questionnaire.Row
}

// AddRow adds a row to a group.
func (c Commands) AddRow(ctx context.Context, cmd FillRow) (es.Result, error) {
	return c.fill(ctx, cmd.Act, func(t task.Task, q questionnaire.Questionnaire, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.AddRow(q, cmd.Contact, cmd.Row, by, now)
	})
}

// RemoveRow takes a row away with its answers.
func (c Commands) RemoveRow(ctx context.Context, cmd FillRow) (es.Result, error) {
	return c.act(ctx, cmd.Act, func(t task.Task, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.RemoveRow(cmd.Contact, cmd.Row, by, now)
	})
}

// Submit says that a questionnaire is filled in, for all of them.
func (c Commands) Submit(ctx context.Context, a Act) (es.Result, error) {
	return c.fill(ctx, a, func(t task.Task, q questionnaire.Questionnaire, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Submit(q, a.Contact, people, by, now)
	})
}

// CorrectAnswer puts one answer right in the practice's name.
type CorrectAnswer struct {
	By     es.By
	Task   uuid.UUID
	Answer questionnaire.Answer
	Reason string
}

// CorrectAnswer puts one answer right in the practice's name.
func (c Commands) CorrectAnswer(ctx context.Context, cmd CorrectAnswer) (es.Result, error) {
	q, err := c.asks(ctx, cmd.By.Firm, cmd.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.Correct(q, cmd.Answer, cmd.Reason, who(cmd.By, uuid.Nil), now)
	})
}

// SendBackSections asks the client to look at parts of what was submitted again.
type SendBackSections struct {
	By       es.By
	Task     uuid.UUID
	Sections []uuid.UUID
	Reason   string
}

// SendBackSections asks the client to look at parts of what was submitted again.
func (c Commands) SendBackSections(ctx context.Context, cmd SendBackSections) (es.Result, error) {
	q, err := c.asks(ctx, cmd.By.Firm, cmd.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.SendBackSections(q, cmd.Sections, cmd.Reason, who(cmd.By, uuid.Nil), now)
	})
}

// AnswerReader reads the read model of what questionnaires were answered. It is scoped to one firm; whether somebody may
// see the task was asked before.
type AnswerReader interface {
	// Sheet is what was answered on a task so far; without any answer it has none.
	// A task that asks for no questionnaire is task.ErrNoForm.
	Sheet(ctx context.Context, firm int32, task uuid.UUID) (Sheet, error)
	// Earlier are the tasks of a client that asked for this questionnaire, for any where form is zero, and were answered,
	// newest first, 50 at most.
	Earlier(ctx context.Context, firm int32, client, form uuid.UUID) ([]EarlierRow, error)
}

// Sheet is what was answered on a task.
type Sheet struct {
	Form        uuid.UUID
	FormVersion int
	SubmittedAt time.Time // zero: it isn't
	SubmittedBy uuid.UUID // a contact
	AnsweredAt  time.Time // last; zero: never
	Answers     map[questionnaire.Place]Given
	Rows        map[uuid.UUID][]uuid.UUID // of each group
	Back        map[uuid.UUID]Back        // the sections that were sent back, until they are submitted again
}

// Given is one answer.
type Given struct {
	Value  string
	By     task.Who
	At     time.Time
	Unsure bool // taken from an earlier task
	// Of the last correction, where the client has not answered anew since.
	Corrected bool
	Was       string
	Reason    string
}

// Back is a section that was sent back.
type Back struct {
	Reason string
	By     task.Who
	At     time.Time
}

// EarlierRow is a task that was answered.
type EarlierRow struct {
	Task  uuid.UUID
	Form  uuid.UUID
	Title string
	At    time.Time // of its last answer
}

// Of are the answers as a questionnaire reads them.
func (s Sheet) Of() questionnaire.Answers {
	a := questionnaire.Answers{Values: map[questionnaire.Place]string{}, Unsure: map[questionnaire.Place]bool{}, Rows: s.Rows}
	for at, g := range s.Answers {
		a.Values[at] = g.Value
		if g.Unsure {
			a.Unsure[at] = true
		}
	}
	return a
}

// ByPractice tells that the last word on an answer was the practice's own.
func (g Given) ByPractice() bool { return g.By.Kind == event.Staff && g.By.For == uuid.Nil }
