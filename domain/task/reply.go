package task

import (
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"portico/domain/event"

	"github.com/google/uuid"
)

// What is taken by mail, and kept of what is not.
const (
	MaxReplies  = 20 // of one person within an hour
	replyWindow = time.Hour
	maxRefused  = 20_000 // letters of a mail that was not taken
)

// refused is one mail that was not taken.
type refused struct {
	mail, contact uuid.UUID
	why           Refusal
	at            time.Time
}

// Replying is a mail with which a contact answers. Its Message follows from the mail, so that one mail is one message.
type Replying struct {
	Posting
	Refused Refusal  // why it is not taken whatever the task says; "": the task decides
	Names   []string // of Files
	Lost    []string // the names of files that were enclosed and can't be taken
}

// Reply posts what a contact has written in answer to a mail, or says why it doesn't (rule 35). people are as in Assigning.
// A mail that came before is no event. It refuses with ErrNotFound where there is no task, or all of it was erased, since
// then nobody is to be told anything.
func (t Task) Reply(r Replying, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	switch {
	case t.there() != nil, t.says.Title.Erased, r.Contact == uuid.Nil, r.Message == uuid.Nil:
		return nil, ErrNotFound
	case t.messageAt(r.Message) >= 0, t.Declined(r.Message) != "":
		return due, nil
	}
	why := r.Refused
	var posted []Event
	if why == "" {
		if posted, why = t.replied(r, people, by, now); why == ForFiles && len(r.Files) > 0 { // without them, then
			r.Files, r.Names, r.Lost = nil, nil, append(slices.Clip(r.Lost), r.Names...)
			posted, why = t.replied(r, people, by, now)
		}
	}
	events := append(due, posted...)
	if why == "" && len(r.Lost) == 0 || t.refusals(r.Contact, now) >= MaxReplies {
		return events, nil
	}
	return append(events, t.refusal(r, why, now)), nil
}

// Declined is why a mail was not taken, or what was enclosed with it; "": it was, or never came.
func (t Task) Declined(mail uuid.UUID) Refusal {
	for _, f := range t.refused {
		if f.mail == mail {
			return f.why
		}
	}
	return ""
}

// replied are the events of a mail that is taken, or why it isn't.
func (t Task) replied(r Replying, people []uuid.UUID, by Who, now time.Time) ([]Event, Refusal) {
	if t.mailed(r.Contact, now) >= MaxReplies {
		return nil, ForFrequency
	}
	events, err := t.Post(r.Posting, people, by, now)
	switch {
	case err == nil:
		return events, ""
	case errors.Is(err, ErrClosed):
		return nil, ForClosing
	case errors.Is(err, ErrText):
	case len(r.Files) > 0 && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrTalk):
		return nil, ForFiles
	default:
		return nil, ForAccess
	}
	switch {
	case manyLines(r.Text) != "":
		return nil, ForLength
	case len(r.Lost) > 0:
		return nil, ForFiles
	}
	return nil, ForNothing
}

func (t Task) refusal(r Replying, why Refusal, now time.Time) ReplyRefused {
	e := ReplyRefused{Contact: r.Contact, Mail: r.Message, Why: why, At: now}
	if why == ForSender { // nobody's words but their own
		return e
	}
	lost := r.Lost
	if why != "" { // nothing of it was taken
		lost = append(slices.Clip(lost), r.Names...)
	}
	for _, name := range lost {
		e.Files = append(e.Files, of(t.says.Subject, oneLine(name)))
	}
	if why == "" {
		e.Why = ForFiles
		return e
	}
	text := manyLines(r.Text)
	if utf8.RuneCountInString(text) > maxRefused {
		text, e.Cut = string([]rune(text)[:maxRefused]), true
	}
	if text != "" {
		e.Text = event.Of(t.says.Subject, text)
	}
	return e
}

// refusals are how many mails of a contact were not taken within the hour.
func (t Task) refusals(contact uuid.UUID, now time.Time) (n int) {
	for _, f := range t.refused {
		if f.contact == contact && now.Sub(f.at) < replyWindow {
			n++
		}
	}
	return n
}

// mailed is how many messages of a contact have come by mail within the hour.
func (t Task) mailed(contact uuid.UUID, now time.Time) (n int) {
	for _, m := range t.messages {
		if m.mailed && m.by.Contact() == contact && now.Sub(m.at) < replyWindow {
			n++
		}
	}
	return n
}

// Unsent are those of some files that were sent for a message and that none has.
func (t Task) Unsent(files []uuid.UUID) (unsent []uuid.UUID) {
	for _, id := range files {
		if f := t.attachment(id); f != nil && f.kept() && f.unsent() {
			unsent = append(unsent, id)
		}
	}
	return unsent
}

// Mailed are the contacts who were ever mailed about the task: to one of them belongs each address for answers that is
// out in the world.
func (t Task) Mailed() (contacts []uuid.UUID) {
	for _, n := range t.notices {
		if n.channel == Email && n.handed && !slices.Contains(contacts, n.contact) {
			contacts = append(contacts, n.contact)
		}
	}
	return contacts
}
