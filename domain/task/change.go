package task

import (
	"reflect"
	"slices"
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can stand in the way of a change.
var (
	ErrNotFound = fault.New(fault.NotFound, "task.not_found",
		"This task is unknown, or was taken back. Look in the list of tasks.")
	ErrLast = fault.New(fault.Invalid, "task.last",
		"This is the last person who sees the task. Add somebody first, or close the task.")
	ErrHistory = fault.New(fault.Invalid, "task.history",
		"Choose what the person sees of the messages so far: the thread from the “start”, or from “now” on.")
	ErrLeft = fault.New(fault.Conflict, "task.left",
		"The task is on its way already and can’t be taken back. Close it instead.")
)

// there refuses what was never assigned or was taken back.
func (t Task) there() error {
	if !t.assigned || t.takenBack {
		return ErrNotFound
	}
	return nil
}

// changeable refuses besides what is closed for all (rule 7).
func (t Task) changeable() error {
	if err := t.there(); err != nil {
		return err
	}
	return t.shared.open()
}

// TakeBack undoes the assignment inside its hold (rule 3). The second time changes nothing. It refuses with ErrNotFound,
// ErrLeft.
func (t Task) TakeBack(by Who, now time.Time) ([]Event, error) {
	switch {
	case !t.assigned:
		return nil, ErrNotFound
	case t.takenBack:
		return nil, nil
	case !now.Before(t.says.HoldUntil):
		return nil, ErrLeft
	}
	return append([]Event{TakenBack{By: by, At: now}}, t.removeAll(by, now)...), nil
}

// Changing is what a practitioner changes; nil stays as it is.
type Changing struct {
	Title, Description   *string
	DueOn, InternalDueOn *string
	Owner, Cadence       *uuid.UUID
	Priority             *Priority
	Checklist            *[]Line
	Recurrence           *Recurrence
}

// Change states anew what the task says. What stands so already is no event. It refuses with ErrNotFound, ErrClosed,
// ErrTitle, ErrDescription, ErrDueOn, ErrPriority, ErrChecklist, ErrRecurrence, ErrRepeated.
func (t Task) Change(c Changing, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	words, err := t.changeWords(c, now)
	if err != nil {
		return nil, err
	}
	days, err := t.changeDays(c, now)
	if err != nil {
		return nil, err
	}
	return slices.Concat(due, words, days), nil
}

func (t Task) changeWords(c Changing, now time.Time) (events []Event, err error) {
	says := t.says
	if c.Title != nil {
		if says.Title, err = title(says.Subject, *c.Title); err != nil {
			return nil, err
		}
		if says.Title != t.says.Title {
			events = append(events, Retitled{Title: says.Title, At: now})
		}
	}
	if c.Description != nil {
		if says.Description, err = description(says.Subject, *c.Description); err != nil {
			return nil, err
		}
		if says.Description != t.says.Description {
			events = append(events, Described{Description: says.Description, At: now})
		}
	}
	if c.Checklist != nil {
		if says.Checklist, err = checklist(says.Subject, *c.Checklist); err != nil {
			return nil, err
		}
		if !reflect.DeepEqual(says.Checklist, t.says.Checklist) && len(says.Checklist)+len(t.says.Checklist) > 0 {
			events = append(events, ChecklistSet{Checklist: says.Checklist, At: now})
		}
	}
	return events, nil
}

func (t Task) changeDays(c Changing, now time.Time) (events []Event, err error) {
	dueOn := t.says.DueOn
	if c.DueOn != nil && *c.DueOn != dueOn {
		dueOn = *c.DueOn
		events = append(events, DueSet{DueOn: dueOn, At: now})
	}
	internal := t.says.InternalDueOn
	if c.InternalDueOn != nil && *c.InternalDueOn != internal {
		internal = *c.InternalDueOn
		events = append(events, InternalDueSet{DueOn: internal, At: now})
	}
	if checkDay(dueOn) != nil || checkDay(internal) != nil {
		return nil, ErrDueOn
	}
	if c.Owner != nil && *c.Owner != t.says.Owner {
		events = append(events, OwnerSet{Owner: *c.Owner, At: now})
	}
	if c.Priority != nil && *c.Priority != t.says.Priority {
		if !c.Priority.known() {
			return nil, ErrPriority
		}
		events = append(events, PrioritySet{Priority: *c.Priority, At: now})
	}
	if c.Cadence != nil && *c.Cadence != t.says.Cadence {
		events = append(events, CadenceSet{Cadence: *c.Cadence, At: now})
	}
	return t.changeRecurrence(events, c.Recurrence, dueOn, now)
}

// changeRecurrence goes with a change of the due date, too, which a task that repeats must keep (rule 10).
func (t Task) changeRecurrence(events []Event, to *Recurrence, dueOn string, now time.Time) ([]Event, error) {
	if to == nil {
		to = &t.says.Recurrence
	}
	if t.repeated {
		if next := *to; !next.same(t.says.Recurrence) {
			return nil, ErrRepeated
		}
		return events, nil
	}
	next, err := to.check(dueOn)
	if err != nil {
		return nil, err
	}
	if next != t.says.Recurrence {
		events = append(events, RecurrenceSet{Recurrence: next, At: now})
	}
	return events, nil
}

// EndSeries lets no task follow this one, which may be closed by now (rule 10). One that none follows is no event. It
// refuses with ErrNotFound, ErrRepeated.
func (t Task) EndSeries(now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	switch {
	case t.there() != nil:
		return nil, ErrNotFound
	case t.repeated:
		return nil, ErrRepeated
	case t.says.Recurrence.Every == 0:
		return due, nil
	}
	return append(due, RecurrenceSet{At: now}), nil
}

// SetAudience states anew who sees the task (rule 2). It refuses with ErrNotFound, ErrClosed, ErrAudience, ErrNobody,
// ErrStranger.
func (t Task) SetAudience(a Audience, people []uuid.UUID, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	a, err := a.check(t.says.Client, people)
	if err != nil {
		return nil, err
	}
	if a.All == t.says.Audience.All && sameContacts(a.Contacts, t.says.Audience.Contacts) && len(t.without) == 0 {
		return due, nil
	}
	return append(due, AudienceSet{Audience: a, At: now}), nil
}

func sameContacts(a, b []uuid.UUID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c uuid.UUID) bool { return !slices.Contains(b, c) })
}

// AddContact lets one more person see the task (rules 2, 9). Who sees it already is no event. It refuses with ErrNotFound,
// ErrClosed, ErrHistory, ErrStranger, ErrAudience.
func (t Task) AddContact(contact uuid.UUID, from History, people []uuid.UUID, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	switch {
	case from != FromNow && from != FromStart:
		return nil, ErrHistory
	case t.says.Client == uuid.Nil, !slices.Contains(people, contact):
		return nil, ErrStranger
	case t.Sees(contact):
		return due, nil
	case len(t.says.Audience.Contacts) >= MaxContacts:
		return nil, ErrAudience
	}
	return append(due, ContactAdded{Contact: contact, From: from, At: now}), nil
}

// RemoveContact takes the task away from one person (rule 2). Who doesn't see it is no event. It refuses with ErrNotFound,
// ErrClosed, ErrLast.
func (t Task) RemoveContact(contact uuid.UUID, people []uuid.UUID, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	if !t.Sees(contact) {
		return due, nil
	}
	others := slices.ContainsFunc(people, func(c uuid.UUID) bool { return c != contact && t.Sees(c) })
	if !others {
		return nil, ErrLast
	}
	return append(due, ContactRemoved{Contact: contact, At: now}), nil
}
