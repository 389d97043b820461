package task

import (
	"slices"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can stand in the way of a contact who answers an item.
var (
	ErrItem = fault.New(fault.NotFound, "task.item",
		"This item is no longer asked for. Reload the page.")
	ErrReturned = fault.New(fault.Conflict, "task.item_returned",
		"This item is with the practice already. Write to them if something is missing.")
	ErrAccepted = fault.New(fault.Conflict, "task.item_accepted",
		"The practice has accepted this item already, so nothing more is needed.")
	ErrEmpty = fault.New(fault.Invalid, "task.item_empty",
		"Add a file or write a note, then return it.")
	ErrWhy = fault.New(fault.Invalid, "task.item_why",
		"Write why this does not apply to you.")
	ErrFile = fault.New(fault.Invalid, "task.item_file",
		"One of the files is gone, or belongs elsewhere. Reload the page and choose again.")
	ErrMost = fault.New(fault.Invalid, "task.item_most",
		"These are more files than this item takes. Leave some out.")
	ErrChecked = fault.New(fault.Conflict, "task.item_checked",
		"A file is still being checked for viruses. Return this when that is done; what was typed is kept.")
	ErrMissing = fault.New(fault.Conflict, "task.items_missing",
		"Something is still missing: return each item, or say that it does not apply to you.")
)

// Answering is what a contact says to an item. People are those who could see a task of the client now, as in Assigning.
type Answering struct {
	Item    uuid.UUID
	Contact uuid.UUID
	Files   []uuid.UUID // attachments that were put there
	Note    string
	People  []uuid.UUID
}

// Return hands files or a note over for an item (rules 15, 17). Whether a file is of an accepted type was decided when it
// came. It refuses with ErrNotFound, ErrClosed, ErrItem, ErrReturned, ErrAccepted, ErrEmpty, ErrNote, ErrFile, ErrMost,
// ErrChecked.
func (t Task) Return(a Answering, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	i, whose, note, err := t.answer(a, now)
	switch {
	case err != nil:
		return nil, err
	case len(a.Files) == 0 && note.Text == "":
		return nil, ErrEmpty
	case i.Most > 0 && len(a.Files) > i.Most, len(a.Files) > MaxFiles:
		return nil, ErrMost
	case !t.putThere(a.Item, whose, a.Files):
		return nil, ErrFile
	case t.awaitsVerdict(a.Files):
		return nil, ErrChecked
	}
	due = append(due, ItemReturned{Item: a.Item, For: whose, Round: i.rounds[whose].nth + 1, By: by, Files: slices.Clone(a.Files), Note: note, At: now})
	return t.settle(due, a.People, event.Personal{}, by, now), nil
}

// NotApplicable says that there is nothing to return, and why; a.Files count for nothing (rules 15, 17). It refuses with
// ErrNotFound, ErrClosed, ErrItem, ErrReturned, ErrAccepted, ErrWhy, ErrNote.
func (t Task) NotApplicable(a Answering, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	i, whose, note, err := t.answer(a, now)
	switch {
	case err != nil:
		return nil, err
	case note.Text == "":
		return nil, ErrWhy
	}
	due = append(due, ItemNotApplicable{Item: a.Item, For: whose, Round: i.rounds[whose].nth + 1, By: by, Note: note, At: now})
	return t.settle(due, a.People, event.Personal{}, by, now), nil
}

// answer is the item that a contact may answer now, and whose it is.
func (t Task) answer(a Answering, now time.Time) (i item, whose uuid.UUID, note event.Personal, err error) {
	if err := t.acts(a.Contact, now); err != nil {
		return i, whose, note, err
	}
	found := t.item(a.Item)
	if found == nil || found.cancelled {
		return i, whose, note, ErrItem
	}
	whose = found.whose(a.Contact)
	switch found.rounds[whose].stands {
	case wanted, sentBack:
	case returned, inReview:
		return i, whose, note, ErrReturned
	case accepted:
		return i, whose, note, ErrAccepted
	}
	text := manyLines(a.Note)
	if n := utf8.RuneCountInString(text); n > MaxNote {
		return i, whose, note, ErrNote.Withf("The note has %d letters; at most %d fit. Shorten it.", n, MaxNote)
	}
	return *found, whose, of(t.says.Subject, text), nil
}

// whose is in whose round a contact's answer is kept: their own, or that of all, which is uuid.Nil.
func (i item) whose(contact uuid.UUID) uuid.UUID {
	if i.Own {
		return contact
	}
	return uuid.Nil
}

// putThere tells that the files are on that item, each once, and have come whole.
func (t Task) putThere(item, whose uuid.UUID, files []uuid.UUID) bool {
	for n, id := range files {
		there := false
		t.file(id, func(f *file) {
			there = f.place.Item == item && f.place.For == whose && f.sender() != uuid.Nil && (f.state == received || f.state == released)
		})
		if !there || slices.Contains(files[:n], id) {
			return false
		}
	}
	return true
}

// awaitsVerdict tells that a scanner has yet to say of one of the files that the practice may have it. Were it handed over, and
// a virus found, the item would be with the practice without it, and take no other.
func (t Task) awaitsVerdict(files []uuid.UUID) bool {
	return slices.ContainsFunc(files, func(id uuid.UUID) bool { f := t.attachment(id); return f != nil && f.awaited })
}

// whom are those of people from whom something is still taken.
func (t Task) whom(people []uuid.UUID) (whom []uuid.UUID) {
	for _, c := range people {
		if t.Sees(c) && t.parts[c].closed == "" {
			whom = append(whom, c)
		}
	}
	return whom
}

// complete tells that a contact, or all where it is zero, has answered what a request asks for (rule 17).
func (t Task) complete(contact uuid.UUID, people []uuid.UUID) bool {
	each := t.whom(people)
	if contact != uuid.Nil {
		each = []uuid.UUID{contact}
	}
	for _, i := range t.items {
		of := each
		if !i.Own {
			of = []uuid.UUID{uuid.Nil}
		}
		lacks := slices.ContainsFunc(of, func(c uuid.UUID) bool {
			stands := i.rounds[c].stands
			return stands == sentBack || stands == wanted && !i.Optional
		})
		if lacks && !i.cancelled {
			return false
		}
	}
	return true
}

// Complete tells that the practice has accepted everything that a contact, or all where it is zero, was asked for
// (S4.i8).
func (t Task) Complete(contact uuid.UUID, people []uuid.UUID) bool {
	if len(t.asks()) == 0 || !t.complete(contact, people) {
		return false
	}
	for _, i := range t.items {
		for c, r := range i.rounds {
			theirs := c == uuid.Nil || contact == uuid.Nil || c == contact
			if !i.cancelled && theirs && (r.stands == returned || r.stands == inReview) {
				return false
			}
		}
	}
	return true
}

// settle adds to events what follows from them for the client's part: that it is done, or to be done again (rule 17).
func (t Task) settle(events []Event, people []uuid.UUID, reason event.Personal, by Who, now time.Time) []Event {
	t = t.fork()
	for _, e := range events {
		t = t.Apply(e)
	}
	parts := []uuid.UUID{uuid.Nil}
	if t.says.Each {
		parts = t.whom(people)
	}
	for _, whose := range parts {
		complete, done := t.complete(whose, people), t.part(whose).done
		var follows []Event
		if contact := t.answered(whose, people); complete && !done && contact != uuid.Nil {
			follows = t.finish(contact, event.Personal{}, people, by, now)
		} else if !complete && done {
			follows = []Event{Reopened{Contact: whose, Reason: reason, By: by, At: now}}
		}
		for _, e := range follows {
			t = t.Apply(e)
		}
		events = append(events, follows...)
	}
	return events
}

// answered is a contact who has answered something in this part, zero if nobody has.
func (t Task) answered(whose uuid.UUID, people []uuid.UUID) (contact uuid.UUID) {
	whom := t.whom(people)
	for _, i := range t.items {
		for _, c := range append([]uuid.UUID{uuid.Nil}, whom...) {
			by := i.rounds[c].by
			switch {
			case i.cancelled, by == uuid.Nil:
			case whose != uuid.Nil && (c == uuid.Nil || c == whose):
				return whose
			case whose == uuid.Nil && slices.Contains(whom, by):
				return by
			}
		}
	}
	return uuid.Nil
}
