package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

// ReplyRefusedMail is an effect: a contact hears that a mail of theirs was not taken; args: Recipient, Version. Its word is stored.
const ReplyRefusedMail = "mail.task_reply"

// Answers says who reads what somebody answers to a mail.
type Answers string

// The readers.
const (
	AnswersNobody   Answers = "" // a mail goes to ReplyTo, and the product knows nothing of it
	AnswersPractice Answers = "practice"
	AnswersAll      Answers = "all" // everybody on the task
)

// ReplyRefused tells a contact that the mail with which they have answered was not taken, or what was enclosed.
type ReplyRefused struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Given    string // what it greets with; may be empty
	Practice Person // whom to write to
	Sender   Person // in whose name it comes
	ReplyTo  Person
	Language string // BCP 47
	Title    string // of the task; empty: they don't see it any more
	Why      task.Refusal
	Posted   bool   // what was written was taken
	Text     string // what was written, as far as it was not
	Cut      bool   // it goes on
	Files    []string
	URL      string // where to write instead; empty: nowhere. It may open the portal: never logged
}

// answerable makes answers to a mail about one thread go into it. It tells of one talk at most: where one person only was
// written to, answers go to the practice alone, and so they do where nothing was written. Who answers a mail that speaks of
// several things could mean any of them, and what is closed takes nothing.
func (s Sender) answerable(contact uuid.UUID, tasks []gathered, m *taskMail) {
	if s.ReplyDomain == "" || len(m.says) != 1 || m.says[0].about == task.OfClosing {
		return
	}
	to := secret.ReplyTo{Task: m.says[0].task, Person: contact, Private: true}
	m.Answers = AnswersPractice
	for _, g := range tasks {
		if g.id == to.Task && m.Messages && g.toAll(contact) {
			to.Private, m.Answers = false, AnswersAll
		}
	}
	m.ReplyTo = Person{Name: m.Practice.Name, Email: s.Keys.ReplyAddress(to) + "@" + s.ReplyDomain}
}

// toAll tells whether all that somebody is told of was written to everybody on the task.
func (g gathered) toAll(contact uuid.UUID) bool {
	for _, c := range g.causes {
		e, ok := c.(task.Posted)
		if ok && e.Talk.With != uuid.Nil && g.silent(e, task.Who{Kind: event.Contact, ID: contact}) == "" {
			return false
		}
	}
	return true
}

// Enters tells whether a contact has a way in at this moment: the same doors as for mails about tasks.
func (s Sender) Enters(ctx context.Context, firm int32, contact uuid.UUID) (bool, error) {
	i, _, now, err := es.State[invite.Invite, invite.Event](ctx, s.Events, firm, invite.Stream(contact))
	if err != nil {
		return false, fmt.Errorf("read how they come in: %w", err)
	}
	_, shut := s.wayIn(i, contact, now)
	return shut == "", nil
}

// sendReplyRefused mails it, to the address that the contact has now, whether or not they may come in (rule 17).
func (s Sender) sendReplyRefused(ctx context.Context, e es.Effect) (Outcome, error) {
	g := gathered{id: e.Stream.ID}
	var refused task.ReplyRefused
	for r, err := range s.Events.Load(ctx, e.Firm, e.Stream, 0) {
		if err != nil {
			return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
		}
		f, ok := r.Event.(task.Event)
		if !ok {
			return Outcome{}, &es.ForeignEventError{Stream: e.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		if is, ok := r.Event.(task.ReplyRefused); ok && r.Version == e.Args.Version {
			refused = is
		}
		g.state, g.now = g.state.Apply(f), r.ReadAt
	}
	gate, err := s.gateOf(ctx, e.Firm, e.Args.Recipient)
	switch {
	case err != nil:
		return Outcome{}, err
	case refused.Contact == uuid.Nil:
		return withdrawn("there is no such event")
	case gate.contact.Email == "":
		return withdrawn("the contact has no address, or was erased")
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	house, err := s.House(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find how the practice writes: %w", err)
	}
	_, _, posted := g.state.Message(refused.Mail)
	m := ReplyRefused{
		ID: fmt.Sprintf("%s.%s.%d", dashed(e.Kind), e.Stream.ID, e.Args.Version), At: g.now, To: Person{Name: gate.contact.Name, Email: gate.contact.Email}, Given: gate.contact.Given,
		Language: cmp.Or(gate.contact.Language, house.Language), Why: refused.Why, Posted: posted, Text: refused.Text.Text, Cut: refused.Cut,
	}
	if m.Sender, m.Practice, m.ReplyTo, err = s.signed(ctx, e.Firm, practice, practice); err != nil {
		return Outcome{}, err
	}
	for _, f := range refused.Files {
		m.Files = append(m.Files, f.Text)
	}
	if people, err := s.peopleOf(ctx, e.Firm, g.state); err != nil {
		return Outcome{}, err
	} else if slices.Contains(people, e.Args.Recipient) && g.state.Shown(e.Args.Recipient, g.now) == nil && gate.shut == "" && refused.Why != task.ForSender {
		m.Title, m.URL = g.state.Says().Title.Text, gate.page(g)
	}
	return s.Mailer.ReplyRefused(ctx, m)
}
