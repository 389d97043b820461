package task

import (
	"maps"
	"slices"
	"time"

	"portico/domain/day"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxEvery is how many units a recurrence has at most.
const MaxEvery = 366

// What can be wrong with a recurrence.
var (
	ErrRecurrence = fault.New(fault.Invalid, "task.recurrence",
		"A task that repeats has a due date and comes again every 1 to 366 days, weeks, months or years, on schedule or on completion.")
	ErrRepeated = fault.New(fault.Conflict, "task.repeated",
		"The next task of this series has been assigned already. Change that one.")
)

// check is the recurrence of a task that is due on that day (rule 10).
func (r Recurrence) check(dueOn string) (Recurrence, error) {
	if r.Every == 0 {
		return Recurrence{}, nil
	}
	due, err := time.Parse(time.DateOnly, dueOn)
	switch {
	case err != nil, r.Every < 0, r.Every > MaxEvery:
		return Recurrence{}, ErrRecurrence
	case r.Unit != Day && r.Unit != Week && r.Unit != Month && r.Unit != Year:
		return Recurrence{}, ErrRecurrence
	case r.From != OnSchedule && r.From != OnCompletion:
		return Recurrence{}, ErrRecurrence
	}
	r.Wait = r.Wait && r.From == OnSchedule
	if r.OnDay < due.Day() || r.OnDay > 31 || due.AddDate(0, 0, 1).Day() != 1 { // it is kept where the month was too short for it
		r.OnDay = due.Day()
	}
	if r.From != OnSchedule || r.Unit == Day || r.Unit == Week {
		r.OnDay = 0
	}
	return r, nil
}

// same tells that two recurrences say the same, however they came to their day of the month.
func (r Recurrence) same(other Recurrence) bool {
	r.OnDay = other.OnDay
	return r == other
}

// after is the day one step after from. A month that is too short for the day ends with its last.
func (r Recurrence) after(from time.Time) time.Time {
	months := r.Every
	switch r.Unit {
	case Day:
		return from.AddDate(0, 0, r.Every)
	case Week:
		return from.AddDate(0, 0, 7*r.Every)
	case Month:
	case Year:
		months *= 12
	}
	on := max(from.Day(), r.OnDay)
	first := time.Date(from.Year(), from.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, min(on, first.AddDate(0, 1, -1).Day())-1)
}

// comesAt is when the next one is assigned; zero: not before something else has happened. It is never before the hold of
// this one has ended: who takes this one back wants none to follow.
func (t Task) comesAt() time.Time {
	at := t.follows()
	if !at.IsZero() && t.says.HoldUntil.After(at) {
		return t.says.HoldUntil
	}
	return at
}

// follows is when the next one would come if this one had not been held.
func (t Task) follows() time.Time {
	r := t.says.Recurrence
	if t.there() != nil || r.Every == 0 || t.repeated {
		return time.Time{}
	}
	if r.From == OnCompletion || r.Wait && t.overAt.IsZero() {
		return t.overAt
	}
	due, err := time.Parse(time.DateOnly, t.says.DueOn)
	if err != nil {
		return time.Time{}
	}
	at := day.End(due.Year(), due.Month(), due.Day(), t.zone())
	if r.Wait && t.overAt.After(at) {
		return t.overAt
	}
	if t.says.At.After(at) {
		return t.says.At
	}
	return at
}

func (t Task) zone() *time.Location {
	zone, err := time.LoadLocation(t.says.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Wake is the next instant at which Elapse will have something, zero for never.
func (t Task) Wake() time.Time {
	next := t.comesAt()
	for i := range t.files {
		if at, _ := t.files[i].due(); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// Elapse is what time alone has caused by now: that the next one of the series is to come (rules 10, 12), and what becomes
// of files (rules 24, 25, 27, 28).
func (t Task) Elapse(now time.Time) []Event { return append(t.comes(now), t.filesDue(now)...) }

func (t Task) comes(now time.Time) []Event {
	at := t.comesAt()
	if at.IsZero() || now.Before(at) {
		return nil
	}
	y, m, d := at.In(t.zone()).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	r := t.says.Recurrence
	due := r.after(today)
	if r.From == OnSchedule {
		due, _ = time.Parse(time.DateOnly, t.says.DueOn)
		for due = r.after(due); due.Before(today); due = r.after(due) {
		}
	}
	nth := t.says.Nth + 1
	return []Event{Repeated{Next: InSeries(t.says.Series, nth), Nth: nth, DueOn: due.Format(time.DateOnly), At: at}}
}

// ahead is the task as time alone has made it by now, and the events that say so.
func (t Task) ahead(now time.Time) (Task, []Event) {
	due := t.Elapse(now)
	if len(due) > 0 {
		t = t.fork()
	}
	for _, e := range due {
		t = t.Apply(e)
	}
	return t, due
}

// fork is a copy that shares no memory with t that Apply writes to, for decisions that look ahead.
func (t Task) fork() Task {
	t.parts, t.ticks, t.since = maps.Clone(t.parts), maps.Clone(t.ticks), maps.Clone(t.since)
	t.items, t.files, t.messages = slices.Clone(t.items), slices.Clone(t.files), slices.Clone(t.messages)
	t.notices, t.read = slices.Clone(t.notices), maps.Clone(t.read)
	t.refused = slices.Clone(t.refused)
	t.answers = t.answers.fork()
	for i := range t.items {
		t.items[i].rounds = maps.Clone(t.items[i].rounds)
	}
	return t
}

// Following is what the next one of a series needs besides the one before it. People are as in Assigning.
type Following struct {
	Prefill     Prefill
	FormVersion int    // of the questionnaire that is asked for; 0: as before
	Blanks      Blanks // of the next one
	People      []uuid.UUID
	Shows       []Showing // examples of the one before it
	Scans       bool      // files wait for a verdict
}

// Follow assigns the next one of a series as e, the Repeated of before, says; before is the one that it follows. It
// asks for the same thing, of the same people, with the blanks of its texts filled anew, and begins with the answers of
// that one (rules 10, 32). Where nobody of the people is left, it waits for somebody. The second time changes nothing.
func (t Task) Follow(before Task, e Repeated, f Following, now time.Time) []Event {
	if t.assigned || before.there() != nil {
		return nil
	}
	next := before.says
	next.Nth, next.DueOn, next.At = e.Nth, e.DueOn, now
	next.InternalDueOn = shifted(before.says.InternalDueOn, before.says.DueOn, e.DueOn)
	next.HoldUntil, next.Copied, next.Bundle, next.Job = time.Time{}, uuid.Nil, uuid.Nil, uuid.Nil
	if f.FormVersion > 0 {
		next.FormVersion = f.FormVersion
	}
	next.Audience.Contacts = slices.Clone(next.Audience.Contacts)
	next.Checklist, next.Items = slices.Clone(next.Checklist), before.asks()
	next = next.refill(f.Blanks)
	next.Tell = before.Among(f.People)
	events := []Event{next}
	for _, c := range before.without {
		events = append(events, ContactRemoved{Contact: c, At: now})
	}
	events = append(events, prefilled(next.Subject, f.Prefill, now)...)
	return append(events, Task{}.Apply(next).show(f.Shows, f.Scans, now)...)
}

// shifted is a day as far from to as it was from from; none stays none.
func shifted(day, from, to string) string {
	d, err := time.Parse(time.DateOnly, day)
	f, err2 := time.Parse(time.DateOnly, from)
	t, err3 := time.Parse(time.DateOnly, to)
	if err != nil || err2 != nil || err3 != nil {
		return ""
	}
	return t.Add(d.Sub(f)).Format(time.DateOnly)
}
