package task

import (
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Says is what the task says now.
func (t Task) Says() Assigned { return t.says }

// InCharge is who of the practice hears what clients say: its owner, or else who has assigned it; zero: nobody in particular.
func (t Task) InCharge() uuid.UUID {
	if t.says.Owner != uuid.Nil {
		return t.says.Owner
	}
	return t.says.Sender
}

// Told tells whether a mail or text of that sort was handed over to a contact.
func (t Task) Told(contact uuid.UUID, about Notice) bool {
	return slices.ContainsFunc(t.notices, func(n notice) bool { return n.contact == contact && n.about == about && n.handed })
}

// Handed tells whether the mail with this id was handed over.
func (t Task) Handed(mail uuid.UUID) bool {
	return slices.ContainsFunc(t.notices, func(n notice) bool { return n.mail == mail && n.handed })
}

// Silent tells why a notice of that sort to a contact makes no sense; "": it does (rule 13). people are as in Assigning.
// Of a message SilentOn tells.
func (t Task) Silent(about Notice, contact uuid.UUID, people []uuid.UUID, now time.Time) (why string) {
	if why := t.hidden(contact, now); why != "" {
		return why
	}
	shut, done := t.Takes(contact) != nil, t.part(t.whose(contact)).done
	switch {
	case about == OfAssignment && t.Told(contact, OfAssignment):
		return "they were told of it already"
	case about == OfClosing && !shut:
		return "it is open again"
	case about == OfClosing && !t.Told(contact, OfAssignment) && !t.parts[contact].seen:
		return "they did not know of it"
	case about == OfClosing && done:
		return "they were done with it"
	case about == OfAcceptance && !t.Complete(contact, people):
		return "something of it is open again"
	case about == OfClosing, about == OfAcceptance:
		return ""
	case shut:
		return "it is closed"
	case done && about != OfSendBack:
		return "it is done already"
	case about == OfSendBack && len(t.SentBackTo(contact)) == 0:
		return "nothing of it is sent back any more"
	}
	return ""
}

// hidden tells why a contact does not see the task; "": they do.
func (t Task) hidden(contact uuid.UUID, now time.Time) string {
	switch {
	case t.there() != nil:
		return "it was taken back"
	case now.Before(t.says.HoldUntil):
		return "it is still held back"
	case !t.Sees(contact):
		return "it is not for them any more"
	}
	return ""
}

// SentBackTo are the items that a contact is to answer again: their own, and those that all share.
func (t Task) SentBackTo(contact uuid.UUID) (items []Item) {
	for _, i := range t.items {
		if !i.cancelled && i.rounds[i.whose(contact)].stands == sentBack {
			items = append(items, i.Item)
		}
	}
	return items
}

// Message is who wrote a message, and for whom; ok is false where there is none.
func (t Task) Message(id uuid.UUID) (by Who, talk Talk, ok bool) {
	i := t.messageAt(id)
	if i < 0 {
		return Who{}, Talk{}, false
	}
	return t.messages[i].by, t.messages[i].talk, true
}

// Named are the colleagues whom a message names.
func (t Task) Named(id uuid.UUID) []uuid.UUID {
	if i := t.messageAt(id); i >= 0 && !t.messages[i].deleted {
		return t.messages[i].named
	}
	return nil
}

// News is something that a contact has done of what they were asked: put a file on the task, answered an item, or finished.
type News struct {
	By       uuid.UUID // the contact
	File     string    // its name
	Item     string    // its title
	Finished bool
}

// News is what an event tells the practice; ok is false where it tells nothing, or isn't so any more. What was sent with a
// message comes with that, and what was put on an item with the answer.
func (t Task) News(e Event, now time.Time) (n News, ok bool) {
	switch e := event.Event(e).(type) { // of all that happens, these
	case AttachmentReceived:
		return t.newFile(e.Attachment, now)
	case AttachmentReleased:
		return t.newFile(e.Attachment, now)
	case ItemReturned:
		return t.newAnswer(e.Item, e.For, e.Round, e.By)
	case ItemNotApplicable:
		return t.newAnswer(e.Item, e.For, e.Round, e.By)
	case DoneByClient:
		p := t.part(t.whose(e.Contact))
		return News{By: e.By.Contact(), Finished: true}, p.done && !p.confirmed && e.By.Contact() != uuid.Nil
	}
	return n, false
}

func (t Task) newFile(id uuid.UUID, now time.Time) (n News, ok bool) {
	f := t.attachment(id)
	if f == nil || f.sender() == uuid.Nil || f.place.Item != uuid.Nil || f.place.Message != uuid.Nil {
		return n, false
	}
	there := f.arrived() || f.state == received && !f.awaited && !now.Before(f.deadline)
	return News{By: f.sender(), File: f.name.Text}, there
}

func (t Task) newAnswer(item, whose uuid.UUID, nth int, by Who) (n News, ok bool) {
	i := t.item(item)
	if i == nil || i.cancelled || by.Contact() == uuid.Nil {
		return n, false
	}
	r := i.rounds[whose]
	return News{By: by.Contact(), Item: i.Title.Text}, r.nth == nth && (r.stands == returned || r.stands == inReview)
}

// SilentOn tells why nobody is to be told of a message; "": they are (rule 13). to is a contact, or somebody of the
// practice.
func (t Task) SilentOn(id uuid.UUID, to Who, now time.Time) (why string) {
	i := t.messageAt(id)
	if contact := to.Contact(); contact != uuid.Nil {
		why = t.hidden(contact, now)
		if why == "" && i >= 0 && !t.Reads(contact, t.messages[i].talk, t.messages[i].at) {
			why = "it is not for them"
		}
	}
	switch {
	case why != "":
		return why
	case i < 0, t.there() != nil:
		return "there is no such message"
	case t.messages[i].deleted:
		return "it was deleted"
	case i <= t.messageAt(t.read[Who{Kind: to.Kind, ID: to.ID}]):
		return "they have read it"
	}
	return ""
}

// Report notes what is told later of a mail to a contact: that it arrived, or that it came back after all. What is known
// already changes nothing. It refuses with ErrNotFound a mail that the task knows nothing of.
func (t Task) Report(contact, mail uuid.UUID, delivered bool, code, detail string, now time.Time) (events []Event, err error) {
	known := false
	for _, n := range t.notices {
		if n.contact != contact || n.mail != mail || n.channel != Email {
			continue
		}
		if known && delivered { // one event stands for all that the mail said
			break
		}
		known = true
		more, err := t.Record(Fate{
			Contact: contact, Channel: Email, About: n.about, Mail: mail, Delivered: delivered, Code: code, Detail: detail,
		}, now)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	if !known {
		return nil, ErrNotFound
	}
	return events, nil
}
