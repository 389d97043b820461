package task

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// The kinds of effects that tasks ask for; Args: Recipient. Their words are stored. What one person is to be told within a
// moment, of whatever tasks, is one mail of each kind.
const (
	MailTask         = "mail.task"               // to a contact: they have a task, or something has become of one
	MailMessage      = "mail.task_message"       // to a contact: somebody has written to them
	MailMessageStaff = "mail.task_message_staff" // to who of the practice is in charge: a contact has written
	MailMention      = "mail.task_mention"       // to somebody of the practice whom a colleague has named in a message
	MailReply        = "mail.task_reply"         // to a contact: a mail with which they have answered was not taken; Args: Recipient, Version
	MailWork         = "mail.task_work"          // to who of the practice is in charge: a contact has sent files, answered, or is done (S2.i10)
)

// How long notices wait: until what asks for one can't be taken back any more, and then for what else there is to say to
// the same person (T5). What was decided at the last moment is written by then.
const (
	noticeHold   = 30 * time.Second // of what can't be taken back: it may be followed by its contrary
	noticeSlack  = 5 * time.Second
	noticeWindow = time.Minute
)

// Notices know which mails events ask for. People are those of Commands.
type Notices struct {
	Events es.Store
	People People
}

// NoticeTypes are the stored names of the events that ask for mails.
func NoticeTypes() []string {
	return []string{
		task.Assigned{}.EventType(), task.AudienceSet{}.EventType(), task.ContactAdded{}.EventType(), task.Reopened{}.EventType(), task.Closed{}.EventType(),
		task.ItemSentBack{}.EventType(), task.ItemAccepted{}.EventType(), task.Posted{}.EventType(), task.MessageEdited{}.EventType(),
		task.AttachmentReceived{}.EventType(), task.AttachmentReleased{}.EventType(), task.ItemReturned{}.EventType(), task.ItemNotApplicable{}.EventType(),
		task.DoneByClient{}.EventType(), task.ReplyRefused{}.EventType(),
	}
}

// asked is a task right after an event.
type asked struct {
	event.Recorded
	task   task.Task
	people []uuid.UUID // who could see it now
	before []uuid.UUID // who saw it before the event
	named  []uuid.UUID // whom the message named before it was changed
}

// Effects are the mails that an event asks for. Whom it concerns follows from the task as it was then and from who is
// linked to its client now; whether it still makes sense is found when the mail is written.
func (n Notices) Effects(ctx context.Context, r event.Recorded) ([]es.Effect, error) {
	if e, ok := r.Event.(task.Assigned); ok {
		return asked{Recorded: r, task: task.Task{}.Apply(e)}.mails(e.At, e.Tell...), nil
	}
	if e, ok := r.Event.(task.ReplyRefused); ok {
		return []es.Effect{refusal(r, e)}, nil
	}
	a, err := n.read(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("find whom %s concerns: %w", r.Stream, err)
	}
	switch e := r.Event.(type) {
	case task.AudienceSet:
		return a.newcomers(e.At), nil
	case task.ContactAdded:
		return a.newcomers(e.At), nil
	case task.Reopened:
		return a.mails(e.At.Add(noticeHold), a.those(e.Contact)...), nil
	case task.Closed:
		return a.mails(e.At.Add(noticeHold), a.those(e.Contact)...), nil
	case task.ItemSentBack:
		return a.mails(e.At.Add(noticeHold), a.those(e.For)...), nil
	case task.ItemAccepted:
		complete := slices.DeleteFunc(a.those(e.For), func(c uuid.UUID) bool { return !a.task.Complete(c, a.people) })
		return a.mails(e.At.Add(noticeHold), complete...), nil
	case task.Posted:
		return a.messages(e), nil
	case task.MessageEdited:
		by, _, _ := a.task.Message(e.Message)
		return a.mentions(e.At.Add(noticeHold), by, slices.DeleteFunc(slices.Clone(e.Mentions), func(m uuid.UUID) bool { return slices.Contains(a.named, m) })), nil
	case task.AttachmentReceived:
		return a.work(e, e.By, e.At), nil
	case task.AttachmentReleased:
		return a.work(e, task.Who{}, e.At), nil
	case task.ItemReturned:
		return a.work(e, e.By, e.At), nil
	case task.ItemNotApplicable:
		return a.work(e, e.By, e.At), nil
	case task.DoneByClient:
		return a.work(e, e.By, e.At), nil
	}
	return nil, nil
}

// refusal tells a contact that their mail was not taken. It stands for itself: nothing joins it, and it can't be taken back.
func refusal(r event.Recorded, e task.ReplyRefused) es.Effect {
	return es.Effect{
		Kind: MailReply, Key: fmt.Sprintf("%s/%s/%d", MailReply, r.Stream.ID, r.Version), Firm: r.Firm, Stream: r.Stream,
		Args: es.EffectArgs{Recipient: e.Contact, Version: r.Version}, Person: e.Contact,
	}
}

// read folds the task up to the event.
func (n Notices) read(ctx context.Context, r event.Recorded) (a asked, err error) {
	a.Recorded = r
	for at, err := range n.Events.Load(ctx, r.Firm, r.Stream, 0) {
		if err != nil {
			return a, err
		}
		e, ok := at.Event.(task.Event)
		switch {
		case !ok:
			return a, &es.ForeignEventError{Stream: r.Stream, Version: at.Version, Type: at.Event.EventType()}
		case at.Version > r.Version:
			return a, nil
		case at.Version == r.Version:
			if a.people, err = n.peopleOf(ctx, r.Firm, a.task); err != nil {
				return a, err
			}
			a.before = a.task.Among(a.people)
			if changed, ok := e.(task.MessageEdited); ok {
				a.named = slices.Clone(a.task.Named(changed.Message))
			}
		}
		a.task = a.task.Apply(e)
	}
	return a, nil
}

func (n Notices) peopleOf(ctx context.Context, firm int32, t task.Task) ([]uuid.UUID, error) {
	if t.Client() == uuid.Nil {
		return []uuid.UUID{t.Subject()}, nil
	}
	return n.People.OfClient(ctx, firm, t.Client())
}

// those are whom something concerns: one contact, or where it is zero all that see the task.
func (a asked) those(contact uuid.UUID) []uuid.UUID {
	seeing := a.task.Among(a.people)
	if contact == uuid.Nil {
		return seeing
	}
	return slices.DeleteFunc(seeing, func(c uuid.UUID) bool { return c != contact })
}

// newcomers are told of the task itself.
func (a asked) newcomers(at time.Time) []es.Effect {
	return a.mails(at, slices.DeleteFunc(a.those(uuid.Nil), func(c uuid.UUID) bool { return slices.Contains(a.before, c) })...)
}

// mails are notices about the task, which nobody gets before its own hold has ended.
func (a asked) mails(from time.Time, to ...uuid.UUID) (mails []es.Effect) {
	if held := a.task.Says().HoldUntil; held.After(from) {
		from = held
	}
	for _, c := range to {
		mails = append(mails, a.mail(MailTask, c, c, c, from))
	}
	return mails
}

// messages tell of a message: contacts who read it, but for its author; who is in charge of what a contact has written; and
// colleagues who are named in it.
func (a asked) messages(e task.Posted) (mails []es.Effect) {
	from := e.At.Add(noticeHold)
	for _, c := range e.Tell {
		if !e.Talk.Internal {
			mails = append(mails, a.mail(MailMessage, c, c, c, from))
		}
	}
	if author := e.By.Contact(); author != uuid.Nil {
		return append(mails, a.inCharge(MailMessageStaff, author, e.By, from)...)
	}
	return append(mails, a.mentions(from, e.By, e.Mentions)...)
}

// mentions tell colleagues that somebody has named them.
func (a asked) mentions(from time.Time, by task.Who, named []uuid.UUID) (mails []es.Effect) {
	for _, m := range named {
		if m != by.ID {
			mails = append(mails, a.mail(MailMention, m, m, m, from))
		}
	}
	return mails
}

// work tells who is in charge that a contact has done something, once it can't be taken back any more at a moment's notice.
func (a asked) work(e task.Event, by task.Who, at time.Time) []es.Effect {
	news, ok := a.task.News(e, at)
	if !ok {
		return nil
	}
	return a.inCharge(MailWork, news.By, by, at.Add(noticeHold))
}

// inCharge is a notice about a contact to who is in charge, but for who has done it in the contact's place.
func (a asked) inCharge(kind string, about uuid.UUID, by task.Who, from time.Time) []es.Effect {
	to, group := a.task.InCharge(), a.task.InCharge()
	if to == uuid.Nil { // nobody in particular: the practice, for each task
		group = a.Stream.ID
	}
	if to == by.ID && to != uuid.Nil {
		return nil
	}
	return []es.Effect{a.mail(kind, to, group, about, from)}
}

func (a asked) mail(kind string, to, gathers, about uuid.UUID, from time.Time) es.Effect {
	return es.Effect{
		Kind: kind, Key: fmt.Sprintf("%s/%s/%s/%d", kind, gathers, a.Stream.ID, a.Version), Firm: a.Firm, Stream: a.Stream,
		Args: es.EffectArgs{Recipient: to}, Person: about, Client: a.task.Client(), NotBefore: from.Add(noticeSlack), Gathers: gathers, Window: noticeWindow,
	}
}
