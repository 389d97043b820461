// Package task is what people ask of tasks, and what pages show of them.
package task

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"portico/app/es"
	"portico/app/language"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Commands are what the practice asks of tasks. Each method is one command on one task; it returns the rule's fault when
// refused (see the decision of the same name in portico/domain/task), or an error of es.Execute.
type Commands struct {
	Events     es.Store
	People     People
	Colleagues Colleagues
	Policies   Policies
	Forms      Forms
	Bytes      Bytes // of files that are used again
	// Blanks are what stands for the blanks in what is asked of a client and due on a day.
	Blanks func(ctx context.Context, firm int32, client uuid.UUID, dueOn string) (task.Blanks, error)
	Scans  bool // a scanner is configured: files wait for its verdict
}

// People know who could see a task.
type People interface {
	// OfClient are the contacts linked to a client with the right to its tasks at this moment, whether or not pages show
	// it yet. A client unknown to the firm is its own refusal.
	OfClient(ctx context.Context, firm int32, client uuid.UUID) ([]uuid.UUID, error)
	// Active tells whether the practice works for a client, who isn't archived.
	Active(ctx context.Context, firm int32, client uuid.UUID) (bool, error)
	// Known refuses a contact whom the firm doesn't know.
	Known(ctx context.Context, firm int32, contact uuid.UUID) error
}

// on runs one decision on a task.
func (c Commands) on(ctx context.Context, by es.By, id uuid.UUID, decide func(task.Task, time.Time) ([]task.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, task.Stream(id), decide)
}

// who is the actor of by. contact is in whose place somebody of the practice acts; zero: nobody's.
func who(by es.By, contact uuid.UUID) task.Who {
	w := task.Who{Kind: by.Actor.Kind, ID: by.Actor.ID}
	if by.Actor.Kind == event.Staff {
		w.For = contact
	}
	return w
}

// peopleOf are those who could see a task: of its client, or the only contact.
func (c Commands) peopleOf(ctx context.Context, firm int32, id uuid.UUID) (people []uuid.UUID, err error) {
	var client, subject uuid.UUID
	err = es.Look(ctx, c.Events, firm, task.Stream(id), func(t task.Task, version int, _ time.Time) error {
		if version == 0 {
			return task.ErrNotFound
		}
		client, subject = t.Client(), t.Subject()
		return nil
	})
	if err != nil || client == uuid.Nil {
		return []uuid.UUID{subject}, err
	}
	return c.People.OfClient(ctx, firm, client)
}

// Assign asks somebody for something. Contact is who is asked where there is no client. Of a questionnaire FormVersion may
// be 0, which is the newest, and Earlier names the client's task with whose answers it begins; zero: it begins empty.
type Assign struct {
	By      es.By
	Contact uuid.UUID
	Task    task.Assigning // but for People, Sender and Prefill
	Earlier uuid.UUID
	Hold    time.Duration // instead of Task.HoldUntil: so long from now
}

// ErrArchived refuses to ask a client for something whom nobody works for any more.
var ErrArchived = fault.New(fault.Conflict, "task.archived", "This client is archived. Restore it to ask for something.")

// MaxMany is how many tasks are changed at once.
const MaxMany = 5_000

// ErrMany refuses to do too much at once.
var ErrMany = fault.New(fault.Invalid, "task.many", "At most 5,000 can be done at once. Choose fewer.")

// Assign asks somebody for something. It refuses with ErrArchived, too.
func (c Commands) Assign(ctx context.Context, cmd Assign) (es.Result, error) {
	a := cmd.Task
	var err error
	if a.Client == uuid.Nil {
		a.People, err = []uuid.UUID{cmd.Contact}, c.People.Known(ctx, cmd.By.Firm, cmd.Contact)
	} else {
		a.People, err = c.clients(ctx, cmd.By.Firm, a.Client)
	}
	if err != nil {
		return es.Result{}, err
	}
	if err := c.asking(ctx, cmd.By.Firm, &a, cmd.Earlier); err != nil {
		return es.Result{}, err
	}
	if cmd.By.Actor.Kind == event.Staff {
		a.Sender = cmd.By.Actor.ID
	}
	a.Scans = c.Scans
	if a.Shows, err = c.brings(ctx, cmd.By, a); err != nil {
		return es.Result{}, err
	}
	var events []task.Event
	r, err := c.on(ctx, cmd.By, a.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		if cmd.Hold > 0 {
			a.HoldUntil = now.Add(cmd.Hold)
		}
		events, err = t.Assign(a, now)
		return events, err
	})
	if err != nil {
		return r, err
	}
	return r, c.confirm(ctx, cmd.By.Firm, events)
}

// clients are the people of a client who can be asked for something.
func (c Commands) clients(ctx context.Context, firm int32, client uuid.UUID) ([]uuid.UUID, error) {
	people, err := c.People.OfClient(ctx, firm, client)
	if err != nil || len(people) > 0 {
		return people, err
	}
	active, err := c.People.Active(ctx, firm, client) // an archived one has nobody
	if err == nil && !active {
		err = ErrArchived
	}
	return nil, err
}

// One names a task for a command that needs nothing more.
type One struct {
	By   es.By
	Task uuid.UUID
}

// TakeBack undoes an assignment within its hold (T5).
func (c Commands) TakeBack(ctx context.Context, cmd One) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.TakeBack(who(cmd.By, uuid.Nil), now)
	})
}

// Change states anew what a task says.
type Change struct {
	By   es.By
	Task uuid.UUID
	To   task.Changing
}

// Change states anew what a task says.
func (c Commands) Change(ctx context.Context, cmd Change) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) { return t.Change(cmd.To, now) })
}

// SetAudience states anew who sees a task.
type SetAudience struct {
	By       es.By
	Task     uuid.UUID
	Audience task.Audience
}

// SetAudience states anew who sees a task.
func (c Commands) SetAudience(ctx context.Context, cmd SetAudience) (es.Result, error) {
	people, err := c.peopleOf(ctx, cmd.By.Firm, cmd.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.SetAudience(cmd.Audience, people, now)
	})
}

// AddContact lets one more person see a task (T4).
type AddContact struct {
	By      es.By
	Task    uuid.UUID
	Contact uuid.UUID
	From    task.History
}

// AddContact lets one more person see a task.
func (c Commands) AddContact(ctx context.Context, cmd AddContact) (es.Result, error) {
	people, err := c.peopleOf(ctx, cmd.By.Firm, cmd.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.AddContact(cmd.Contact, cmd.From, people, now)
	})
}

// RemoveContact takes a task away from one person.
type RemoveContact struct {
	By      es.By
	Task    uuid.UUID
	Contact uuid.UUID
}

// RemoveContact takes a task away from one person.
func (c Commands) RemoveContact(ctx context.Context, cmd RemoveContact) (es.Result, error) {
	people, err := c.peopleOf(ctx, cmd.By.Firm, cmd.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.RemoveContact(cmd.Contact, people, now)
	})
}

// Confirm agrees that a task is done, by one contact or by all (T2).
type Confirm struct {
	By      es.By
	Task    uuid.UUID
	Contact uuid.UUID // zero: all
}

// Confirm agrees that a task is done.
func (c Commands) Confirm(ctx context.Context, cmd Confirm) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.Confirm(cmd.Contact, who(cmd.By, uuid.Nil), now)
	})
}

// Reopen makes a task something to do again, for one contact or for all.
type Reopen struct {
	By      es.By
	Task    uuid.UUID
	Contact uuid.UUID // zero: all
	Reason  string
}

// Reopen makes a task something to do again.
func (c Commands) Reopen(ctx context.Context, cmd Reopen) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.Reopen(cmd.Contact, cmd.Reason, who(cmd.By, uuid.Nil), now)
	})
}

// Progress says where the practice's own part stands.
type Progress struct {
	By   es.By
	Task uuid.UUID
	To   task.Progress
}

// Progress says where the practice's own part stands.
func (c Commands) Progress(ctx context.Context, cmd Progress) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.Progress(cmd.To, who(cmd.By, uuid.Nil), now)
	})
}

// Close ends a task, for one contact or for all.
type Close struct {
	By      es.By
	Task    uuid.UUID
	Contact uuid.UUID // zero: all
	Outcome task.Outcome
	Reason  string
	Last    bool // none follows it; of all only
}

// Close ends a task.
func (c Commands) Close(ctx context.Context, cmd Close) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		if cmd.Last && cmd.Contact == uuid.Nil {
			return t.CloseSeries(cmd.Outcome, cmd.Reason, who(cmd.By, uuid.Nil), now)
		}
		return t.Close(cmd.Contact, cmd.Outcome, cmd.Reason, who(cmd.By, uuid.Nil), now)
	})
}

// EndSeries lets no task follow one.
func (c Commands) EndSeries(ctx context.Context, cmd One) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) { return t.EndSeries(now) })
}

// Report is what is told later of a mail about a task.
type Report struct {
	By           es.By
	Task         uuid.UUID
	Contact      uuid.UUID
	Mail         uuid.UUID
	Delivered    bool   // otherwise it came back
	Code, Detail string // of that
}

// Report notes what is told later of a mail about a task (T13).
func (c Commands) Report(ctx context.Context, cmd Report) error {
	_, err := c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.Report(cmd.Contact, cmd.Mail, cmd.Delivered, cmd.Code, cmd.Detail, now)
	})
	return err
}

// Follow assigns the next task of a series, as the one before it has said (T10). The second time changes nothing.
func (c Commands) Follow(ctx context.Context, by es.By, before uuid.UUID, e task.Repeated) (es.Result, error) {
	people, err := c.peopleOf(ctx, by.Firm, before)
	if err != nil {
		return es.Result{}, err
	}
	last, _, _, err := es.State[task.Task, task.Event](ctx, c.Events, by.Firm, task.Stream(before))
	if err != nil {
		return es.Result{}, err
	}
	begins, version, err := c.again(ctx, by.Firm, before, last)
	if err != nil {
		return es.Result{}, err
	}
	f := task.Following{Prefill: begins, FormVersion: version, People: people, Scans: c.Scans}
	for _, s := range last.Examples() {
		s.Attachment = task.Shown(e.Next, s.Item, s.Attachment)
		f.Shows = append(f.Shows, s)
	}
	if f.Shows, err = c.hold(ctx, by.Firm, e.Next, f.Shows); err != nil { // what is gone is not brought along
		return es.Result{}, err
	}
	if last.Blank() {
		if f.Blanks, err = c.Blanks(ctx, by.Firm, last.Client(), e.DueOn); err != nil {
			return es.Result{}, fmt.Errorf("fill the blanks of what follows %s: %w", before, err)
		}
	}
	var events []task.Event
	r, err := c.on(ctx, by, e.Next, func(t task.Task, now time.Time) ([]task.Event, error) {
		events = t.Follow(last, e, f, now)
		return events, nil
	})
	if err != nil {
		return r, err
	}
	return r, c.confirm(ctx, by.Firm, events)
}

// BlanksOf are what blanks stand for in what is asked of a client, in the words of the practice's language. today is a day
// of the practice's zone; it counts where there is no due date.
func BlanksOf(w *language.Words, client, dueOn string, today time.Time) task.Blanks {
	b := task.Blanks{Client: client}
	day, err := time.Parse(time.DateOnly, dueOn)
	if err == nil {
		b.Due = w.Date(day, time.UTC)
	} else {
		day = today
	}
	b.Year, b.Month = day.Year(), w.Month(day.Month())
	last := time.Date(day.Year(), day.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	b.LastMonth = w.Month(last.Month())
	if last.Year() != b.Year {
		b.LastMonth += " " + strconv.Itoa(last.Year())
	}
	return b
}
