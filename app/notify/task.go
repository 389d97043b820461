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

// gathered is one task of a mail: as it is now, and the events that asked for the mail.
type gathered struct {
	id     uuid.UUID
	state  task.Task
	causes []event.Event
	people []uuid.UUID // who could see it now
	now    time.Time
}

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

// lineOf is what there is to say of one task, or why there is nothing. Of several things the one that says most: a new task
// is new whatever else has become of it, and what was sent back is reopened.
func lineOf(g gathered, contact uuid.UUID) (line TaskLine, about task.Notice, why string) {
	says := g.state.Says()
	line = TaskLine{Title: says.Title.Text}
	if due, err := time.Parse(time.DateOnly, says.DueOn); err == nil {
		line.DueOn = due
	}
	if !slices.Contains(g.people, contact) {
		return line, about, "they have no right to the client’s tasks any more"
	}
	best := -1
	for _, c := range g.causes {
		n, rank := noticeOf(c)
		silent := g.silent(c, task.Who{Kind: event.Contact, ID: contact})
		switch {
		case silent != "":
			why = cmp.Or(why, silent)
		case rank > best:
			best, about = rank, n
		}
	}
	if best < 0 {
		return line, about, why
	}
	if line.About = about; about == task.OfSendBack {
		for _, i := range g.state.SentBackTo(contact) {
			line.Items = append(line.Items, i.Title.Text)
		}
	}
	return line, about, ""
}

// silent tells why somebody is told nothing because of an event; "": they are.
func (g gathered) silent(e event.Event, to task.Who) string {
	if posted, ok := e.(task.Posted); ok {
		return g.state.SilentOn(posted.Message, to, g.now)
	}
	if changed, ok := e.(task.MessageEdited); ok { // which may have been read before it named anybody
		if !slices.Contains(g.state.Named(changed.Message), to.ID) {
			return "they are not named any more"
		}
		return ""
	}
	about, _ := noticeOf(e)
	return g.state.Silent(about, to.ID, g.people, g.now)
}

// noticeOf is what a mail says because of an event, and how much that says.
func noticeOf(e event.Event) (about task.Notice, rank int) {
	switch e.(type) {
	case task.Closed:
		return task.OfClosing, 0
	case task.ItemAccepted:
		return task.OfAcceptance, 1
	case task.Reopened:
		return task.OfReopening, 2
	case task.ItemSentBack:
		return task.OfSendBack, 3
	case task.Posted:
		return task.OfMessage, 5
	}
	return task.OfAssignment, 4 // it was assigned, or came to them
}

// addLine puts what there is to say of a task where its client is.
func (s Sender) addLine(ctx context.Context, e es.Effect, g gathered, gate gate, line TaskLine, m *taskMail) error {
	client, name := g.state.Client(), ""
	if client != uuid.Nil {
		var err error
		if name, err = s.Client(ctx, e.Firm, client); err != nil {
			return fmt.Errorf("find whose task it is: %w", err)
		}
	}
	if name == gate.contact.Name { // their own
		name = ""
	}
	if m.Messages {
		var err error
		if line.From, err = s.authors(ctx, e.Firm, g, task.Who{Kind: event.Contact, ID: e.Args.Recipient}); err != nil {
			return err
		}
	}
	line.URL = gate.page(g)
	i := slices.IndexFunc(m.Clients, func(c ClientNotice) bool { return c.Client == name })
	if i < 0 {
		m.Clients, i = append(m.Clients, ClientNotice{Client: name}), len(m.Clients)
	}
	m.Clients[i].Tasks = append(m.Clients[i].Tasks, line)
	return nil
}

// authors are the names of who has written what somebody is told of, each once.
func (s Sender) authors(ctx context.Context, firm int32, g gathered, to task.Who) (names []string, err error) {
	for _, c := range g.causes {
		by, ok := g.author(c)
		if !ok || g.silent(c, to) != "" {
			continue
		}
		name, err := s.authorOf(ctx, firm, by)
		if err != nil {
			return nil, fmt.Errorf("find who has written: %w", err)
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// author is who has written or changed a message.
func (g gathered) author(e event.Event) (by task.Who, ok bool) {
	switch e := e.(type) {
	case task.Posted:
		return e.By, true
	case task.MessageEdited:
		by, _, ok = g.state.Message(e.Message)
	}
	return by, ok
}

func (s Sender) authorOf(ctx context.Context, firm int32, by task.Who) (string, error) {
	if contact := by.Contact(); contact != uuid.Nil {
		c, err := s.Contact(ctx, firm, contact)
		return c.Name, err
	}
	if by.Kind != event.Staff {
		p, err := s.Practice(ctx, firm)
		return p.Name, err
	}
	p, err := s.Staff(ctx, firm, by.ID)
	return p.Name, err
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
