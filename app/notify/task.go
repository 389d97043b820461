package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

// The kinds of effects about tasks; args: Recipient. Their words are stored.
const (
	TaskMail         = "mail.task"
	TaskMessageMail  = "mail.task_message"
	StaffMessageMail = "mail.task_message_staff"
	MentionMail      = "mail.task_mention"
	WorkMail         = "mail.task_work"
)

// TaskNotice is a mail to a contact about tasks: one for all that there is to say within a moment.
type TaskNotice struct {
	ID       string // stable over tries
	At       time.Time
	Messages bool // it is about what was written; otherwise about what is to be done
	Reminder bool // it says nothing new
	ByLink   bool // URL opens the portal, and so is all of its lines'
	To       Person
	Given    string // what it greets with; may be empty
	Practice Person
	Sender   Person // of the practice's staff where all is in one person's name, or else the practice
	ReplyTo  Person
	Answers  Answers // who reads what is sent there
	Language string  // BCP 47
	Clients  []ClientNotice
	URL      string      // of the button; where there is a Pass it opens the invitation: never logged
	Zone     string      // IANA, of the practice
	Pass     invite.Pass // the first mail of all, which brings the way in (I4); zero: they have one
	HelpURL  string      // of the portal's help
}

// ClientNotice is what there is to say about one client's tasks.
type ClientNotice struct {
	Client string // empty: the contact's own, or nobody's
	Tasks  []TaskLine
}

// TaskLine is what there is to say about one task. A mail names tasks and the items of a request. What was written about
// them is read in the portal.
type TaskLine struct {
	Title string
	About task.Notice
	DueOn time.Time // a civil day; zero: none
	Left  int       // of a reminder: days until then, where the person is
	Items []string  // that were sent back; of a reminder that are missing
	More  int       // of those, not named
	From  []string  // who has written
	URL   string
}

// isTaskMail tells the kinds of this file that go to contacts.
func isTaskMail(kind string) bool { return kind == TaskMail || kind == TaskMessageMail }

// taskMail is what a mail to a contact says, and of which tasks.
type taskMail struct {
	TaskNotice
	mail  uuid.UUID
	says  []saying
	over  bool   // it was handed over already
	quiet string // why there is nothing to send
}

type saying struct {
	task  uuid.UUID
	about task.Notice
}

// sendTasks mails a contact what is still so of the tasks that the effect has gathered, and records on each of them what
// became of that (rule 15).
func (s Sender) sendTasks(ctx context.Context, e es.Effect) (Outcome, error) {
	m, err := s.composeTasks(ctx, e)
	switch {
	case err != nil:
		return Outcome{}, err
	case m.quiet != "":
		return withdrawn(m.quiet)
	}
	o := Outcome{Status: HandedOver, IDs: es.Handed{m.ID}}
	if !m.over {
		if o, err = s.Mailer.Task(ctx, m.TaskNotice); err != nil || o.Status != HandedOver && o.Status != Refused {
			return o, err
		}
	}
	return o, s.recordTasks(ctx, e, m, func(f *task.Fate) { f.Handed, f.Code, f.Detail = o.Status == HandedOver, o.Code, o.Detail })
}

func (s Sender) tasksGaveUp(ctx context.Context, e es.Effect, tries int) error {
	m, err := s.composeTasks(ctx, e)
	if err != nil || m.quiet != "" {
		return err
	}
	return s.recordTasks(ctx, e, m, func(f *task.Fate) { f.Tries = tries })
}

func (s Sender) recordTasks(ctx context.Context, e es.Effect, m taskMail, fate func(*task.Fate)) error {
	if err := s.recordPass(ctx, e, m, fate); err != nil {
		return err
	}
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	for _, say := range m.says {
		f := task.Fate{Contact: e.Args.Recipient, Channel: task.Email, About: say.about, Mail: m.mail}
		fate(&f)
		if _, err := es.Execute(ctx, s.Events, by, task.Stream(say.task), func(t task.Task, now time.Time) ([]task.Event, error) { return t.Record(f, now) }); err != nil {
			return fmt.Errorf("record what became of %s: %w", e.Key, err)
		}
	}
	return nil
}

// recordPass notes on the invite what became of a mail that brought the way in: it is what became of its sending (I4).
func (s Sender) recordPass(ctx context.Context, e es.Effect, m taskMail, fate func(*task.Fate)) error {
	if m.Pass.Nth == 0 {
		return nil
	}
	var f task.Fate
	fate(&f)
	o := invite.Outcome{Nth: m.Pass.Nth, Channel: invite.Email, What: invite.WasBounced, Code: f.Code, Detail: f.Detail, Tries: f.Tries}
	switch {
	case f.Handed:
		o.What = invite.WasHandedOver
	case f.Tries > 0:
		o.What = invite.WasGivenUp
	}
	e.Stream = invite.Stream(e.Args.Recipient)
	return s.changeInvite(ctx, e, func(i invite.Invite, now time.Time) ([]invite.Event, error) { return i.Record(o, now) })
}

// TaskMailID is the id under which tasks know the mail of an effect.
func TaskMailID(e es.Effect) uuid.UUID { return uuid.NewSHA1(e.Args.Recipient, []byte(e.Key)) }

// composeTasks is the mail as it makes sense now. What it leaves out of several things, it leaves out in silence; where
// nothing is left the ledger says why of the first (T9).
func (s Sender) composeTasks(ctx context.Context, e es.Effect) (m taskMail, err error) {
	tasks, err := s.gather(ctx, e)
	if err != nil {
		return m, err
	}
	if len(tasks) == 0 {
		m.quiet = "there is no such task"
		return m, nil
	}
	contact := e.Args.Recipient
	m.mail = TaskMailID(e)
	m.ID, m.At, m.Messages = fmt.Sprintf("%s.%s", dashed(e.Kind), m.mail), tasks[0].now, e.Kind == TaskMessageMail
	gate, err := s.gateOf(ctx, e.Firm, contact)
	if err != nil {
		return m, err
	}
	quiet := ""
	for _, g := range tasks {
		m.over = m.over || g.state.Handed(m.mail)
		line, about, why := lineOf(g, contact)
		if why == "" {
			if why, err = gate.opens(ctx, g, about); err != nil {
				return m, err
			}
		}
		if why != "" {
			quiet = cmp.Or(quiet, why)
			continue
		}
		if err := s.addLine(ctx, e, g, gate, line, &m); err != nil {
			return m, err
		}
		m.says = append(m.says, saying{g.id, about})
	}
	if len(m.says) == 0 && !m.over {
		m.quiet = quiet
		return m, nil
	}
	ownFirst(m.Clients)
	m.To, m.Given, m.Language = Person{Name: gate.contact.Name, Email: gate.contact.Email}, gate.contact.Given, gate.contact.Language
	m.URL, m.Pass, m.HelpURL = gate.home(tasks, m), gate.pass, s.BaseURL+"/portal/help"
	if err := s.inTheName(ctx, e, tasks, &m); err != nil {
		return m, err
	}
	s.answerable(contact, tasks, &m)
	return m, nil
}

// gather folds the tasks of an effect.
func (s Sender) gather(ctx context.Context, e es.Effect) (tasks []gathered, err error) {
	for _, cause := range e.Causes {
		if slices.ContainsFunc(tasks, func(g gathered) bool { return g.id == cause.Stream }) {
			continue
		}
		g := gathered{id: cause.Stream}
		for r, err := range s.Events.Load(ctx, e.Firm, task.Stream(cause.Stream), 0) {
			if err != nil {
				return nil, fmt.Errorf("read task %s: %w", cause.Stream, err)
			}
			f, ok := r.Event.(task.Event)
			if !ok {
				return nil, &es.ForeignEventError{Stream: r.Stream, Version: r.Version, Type: r.Event.EventType()}
			}
			g.state, g.now = g.state.Apply(f), r.ReadAt
			if slices.Contains(e.Causes, es.Cause{Stream: g.id, Version: r.Version}) {
				g.causes = append(g.causes, f)
			}
		}
		if len(g.causes) == 0 {
			continue
		}
		if g.people, err = s.peopleOf(ctx, e.Firm, g.state); err != nil {
			return nil, err
		}
		tasks = append(tasks, g)
	}
	return tasks, nil
}

func (s Sender) peopleOf(ctx context.Context, firm int32, t task.Task) ([]uuid.UUID, error) {
	if t.Client() == uuid.Nil {
		return []uuid.UUID{t.Subject()}, nil
	}
	people, err := s.TaskPeople(ctx, firm, t.Client())
	if err != nil {
		return nil, fmt.Errorf("find who could see the client's tasks: %w", err)
	}
	return people, nil
}

// inTheName says in whose name the mail comes: that of who has assigned all of it, or the practice's.
func (s Sender) inTheName(ctx context.Context, e es.Effect, tasks []gathered, m *taskMail) (err error) {
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return fmt.Errorf("find the practice: %w", err)
	}
	house, err := s.House(ctx, e.Firm)
	if err != nil {
		return fmt.Errorf("find how the practice writes: %w", err)
	}
	sender, staff := practice, tasks[0].state.Says().Sender
	if staff != uuid.Nil && !slices.ContainsFunc(tasks, func(g gathered) bool { return g.state.Says().Sender != staff }) {
		if sender, err = s.Staff(ctx, e.Firm, staff); err != nil {
			return fmt.Errorf("find who has assigned it: %w", err)
		}
	}
	m.Language, m.Zone = cmp.Or(m.Language, house.Language), house.Zone
	m.Sender, m.Practice, m.ReplyTo, err = s.signed(ctx, e.Firm, sender, practice)
	return err
}
