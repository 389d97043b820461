package task

import (
	"slices"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can stand in the way of a contact, or of who acts for one.
var (
	ErrClosed = fault.New(fault.Conflict, "task.closed",
		"This is closed: it shows what was sent and takes nothing more. Write to the practice if something is missing.")
	ErrEntry = fault.New(fault.NotFound, "task.entry",
		"This line of the checklist is gone. Reload the page.")
	ErrAnswer = fault.New(fault.Invalid, "task.answer",
		"Write your answer, then send it.")
	ErrNote = fault.New(fault.Invalid, "task.note",
		"This note is too long. Shorten it.")
	ErrConfirmed = fault.New(fault.Conflict, "task.confirmed",
		"The practice has confirmed this already, so it stays done. Write to them if something is wrong.")
)

// Sees tells whether the task is for the contact (rule 2). That somebody is linked to the client, and let in, is decided
// elsewhere.
func (t Task) Sees(contact uuid.UUID) bool {
	if contact == uuid.Nil || slices.Contains(t.without, contact) {
		return false
	}
	return t.says.Audience.All || slices.Contains(t.says.Audience.Contacts, contact)
}

// Among are those of people whom the task is for.
func (t Task) Among(people []uuid.UUID) (who []uuid.UUID) {
	for _, c := range people {
		if t.Sees(c) {
			who = append(who, c)
		}
	}
	return who
}

// Client is whose matter it is; zero: that of one contact.
func (t Task) Client() uuid.UUID { return t.says.Client }

// Subject is whose key seals what is written on the task: the client, or the only contact.
func (t Task) Subject() uuid.UUID { return t.says.Subject }

// Shown refuses with ErrNotFound a contact whom the task does not concern, or not yet (rules 2, 3).
func (t Task) Shown(contact uuid.UUID, now time.Time) error {
	if t.there() != nil || now.Before(t.says.HoldUntil) || !t.Sees(contact) {
		return ErrNotFound
	}
	return nil
}

// Takes tells whether something may still be done about the task by a contact, or by all where it is zero: nil, or
// ErrClosed with the reason (rule 7).
func (t Task) Takes(contact uuid.UUID) error {
	if err := t.shared.open(); err != nil {
		return err
	}
	return t.part(contact).open()
}

func (p part) open() error {
	switch {
	case p.closed == "":
		return nil
	case p.reason != "":
		return ErrClosed.Withf("This is closed: it shows what was sent and takes nothing more. The practice wrote: %s", p.reason)
	}
	return ErrClosed
}

// acts is what every act of a contact begins with.
func (t Task) acts(contact uuid.UUID, now time.Time) error {
	if err := t.Shown(contact, now); err != nil {
		return err
	}
	return t.Takes(contact)
}

// See records that a contact has opened the task, the first time (rule 4). It refuses with ErrNotFound.
func (t Task) See(contact uuid.UUID, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.Shown(contact, now); err != nil {
		return nil, err
	}
	if t.parts[contact].seen {
		return due, nil
	}
	return append(due, Seen{Contact: contact, At: now}), nil
}

// Tick crosses an entry off, or takes that back (rule 8). contact is who does it or for whom it is done; zero: the practice
// for itself. It refuses with ErrNotFound, ErrClosed, ErrEntry.
func (t Task) Tick(entry uuid.UUID, on bool, contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	err := t.changeable()
	if contact != uuid.Nil {
		err = t.acts(contact, now)
	}
	switch {
	case err != nil:
		return nil, err
	case !slices.ContainsFunc(t.says.Checklist, func(e Entry) bool { return e.ID == entry }):
		return nil, ErrEntry
	case t.ticks[entry] == on:
		return due, nil
	case on:
		return append(due, Ticked{Entry: entry, By: by, At: now}), nil
	}
	return append(due, Unticked{Entry: entry, By: by, At: now}), nil
}

// Finish says that a contact is done (rules 4, 5). people are those who could see a task of the client now, as in
// Assigning. It refuses with ErrNotFound, ErrClosed, ErrAnswer, ErrNote, ErrMissing, ErrSubmit.
func (t Task) Finish(contact uuid.UUID, note string, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.acts(contact, now); err != nil {
		return nil, err
	}
	note = manyLines(note)
	switch n := utf8.RuneCountInString(note); {
	case t.part(t.whose(contact)).done:
		return due, nil
	case n == 0 && t.says.Kind == Question:
		return nil, ErrAnswer
	case t.says.Kind == FormFilling:
		return nil, ErrSubmit
	case t.says.Kind == Documents && !t.complete(t.whose(contact), people):
		return nil, ErrMissing
	case n > MaxNote:
		return nil, ErrNote.Withf("The note has %d letters; at most %d fit. Shorten it.", n, MaxNote)
	}
	return append(due, t.finish(contact, of(t.says.Subject, note), people, by, now)...), nil
}

func (t Task) finish(contact uuid.UUID, note event.Personal, people []uuid.UUID, by Who, now time.Time) []Event {
	events := []Event{DoneByClient{Contact: contact, By: by, Note: note, At: now}}
	if t.says.FinishTogether && t.progress != Done && t.last(contact, people) {
		events = append(events, Progressed{State: Done, By: by, At: now})
	}
	return events
}

// last tells that with this contact everybody is done who has to be.
func (t Task) last(contact uuid.UUID, people []uuid.UUID) bool {
	return !t.says.Each || !slices.ContainsFunc(people, func(c uuid.UUID) bool {
		return c != contact && t.Sees(c) && !t.parts[c].done && t.parts[c].closed == ""
	})
}

// Undo takes back that a contact is done (rule 5). It refuses with ErrNotFound, ErrClosed, ErrConfirmed.
func (t Task) Undo(contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.acts(contact, now); err != nil {
		return nil, err
	}
	switch p := t.part(t.whose(contact)); {
	case !p.done:
		return due, nil
	case p.confirmed:
		return nil, ErrConfirmed
	}
	return append(due, UndoneByClient{Contact: contact, By: by, At: now}), nil
}
