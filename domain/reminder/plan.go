package reminder

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

const (
	settle   = 12 * time.Hour     // so long a task has been theirs before a slot counts
	progress = 7 * 24 * time.Hour // so old may what they did be that still pauses
)

// Duty is a task that a person has to do, as reminders see it.
type Duty struct {
	Task    uuid.UUID
	Client  uuid.UUID // zero: the person's own
	Series  uuid.UUID // tasks that follow each other have the same
	Cadence uuid.UUID // zero: nobody is reminded of it
	DueOn   string    // 2026-05-12; empty: never, so there are no slots
	Since   time.Time // since when it is theirs to do, by this date and this cadence
	Moved   time.Time // when something was last done about it on the client's side; zero: never
}

// Calendar is what slots are counted by: a practice's rules, and the person's zone.
type Calendar struct {
	Rules Rules
	Zone  *time.Location
}

// Coming is what a reminder is about.
type Coming struct {
	Slot   time.Time   // zero: there is none
	Tasks  []uuid.UUID // in the order of the duties
	Paused []uuid.UUID // whose turn it would be, but for what was done about them
}

// All are the tasks with those that are paused.
func (c Coming) All() []uuid.UUID { return slices.Concat(c.Tasks, c.Paused) }

// Next is the next reminder after all slots up to upto (rules 2–5).
func (c Calendar) Next(duties []Duty, upto time.Time) Coming {
	var first time.Time
	for _, d := range duties {
		for _, s := range c.slots(d) {
			if d.counts(s, upto) {
				if first.IsZero() || s.Before(first) {
					first = s
				}
				break
			}
		}
	}
	if first.IsZero() {
		return Coming{}
	}
	return c.collect(duties, upto, first)
}

// At is what a reminder at this moment is about: what has missed its slot since upto, too (T8).
func (c Calendar) At(duties []Duty, upto, now time.Time) Coming { return c.collect(duties, upto, now) }

// collect finds the duties whose turn has come by the end of the day of at.
func (c Calendar) collect(duties []Duty, upto, at time.Time) Coming {
	found := Coming{Slot: at}
	end := c.EndOfDay(at)
	turns := map[uuid.UUID]bool{} // series of which one task's turn has come
	for _, d := range duties {
		if last, ok := c.turn(d, upto, end); ok {
			if d.paused(last) {
				found.Paused = append(found.Paused, d.Task)
				continue
			}
			turns[d.Series] = true
			found.Tasks = append(found.Tasks, d.Task)
		}
	}
	for _, d := range duties { // of one series at once (T10)
		if _, known := c.Rules.Cadence(d.Cadence); known && turns[d.Series] && d.Series != uuid.Nil && !slices.Contains(found.All(), d.Task) && d.counts(at, time.Time{}) {
			found.Tasks = append(found.Tasks, d.Task)
		}
	}
	return found
}

// turn is the slot of a duty that has come by end, the last of several, and the one before it.
func (c Calendar) turn(d Duty, upto, end time.Time) (last [2]time.Time, ok bool) {
	before := time.Time{}
	for _, s := range c.slots(d) {
		if s.After(end) {
			break
		}
		if d.counts(s, upto) {
			last, ok = [2]time.Time{before, s}, true
		}
		before = s
	}
	return last, ok
}

// counts tells whether a slot is still to come after upto, and late enough for the duty (rule 4).
func (d Duty) counts(slot, upto time.Time) bool {
	return slot.After(upto) && !slot.Before(d.Since.Add(settle))
}

// paused tells whether something was done about the duty since the slot before this one, and not long ago (rule 5).
func (d Duty) paused(last [2]time.Time) bool {
	return d.Moved.After(last[0]) && d.Moved.After(d.Since) && d.Moved.After(last[1].Add(-progress))
}

// slots are the moments of a duty, in their order. Moments of several days may be one.
func (c Calendar) slots(d Duty) (slots []time.Time) {
	due, err := time.Parse(time.DateOnly, d.DueOn)
	cadence, known := c.Rules.Cadence(d.Cadence)
	if err != nil || !known {
		return nil
	}
	days := slices.Clone(cadence.Days)
	last := max(0, days[len(days)-1])
	for n := 1; n <= cadence.Times; n++ {
		days = append(days, last+n*cadence.Every)
	}
	for _, day := range days {
		at := c.Allowed(time.Date(due.Year(), due.Month(), due.Day()+day, 0, cadence.Minute, 0, 0, c.Zone))
		if len(slots) == 0 || at.After(slots[len(slots)-1]) {
			slots = append(slots, at)
		}
	}
	return slots
}

// Allowed is the first moment from t on that is outside of the quiet hours (rule 2), in UTC.
func (c Calendar) Allowed(t time.Time) time.Time {
	for range 24 { // a night, a weekend, a night, and hours that the clocks leave out
		next := c.awake(t.In(c.Zone))
		if next.Equal(t) {
			break
		}
		t = next
	}
	return t.UTC()
}

// awake is t, or the end of the quiet time that it is in, which may be the beginning of another.
func (c Calendar) awake(t time.Time) time.Time {
	q := c.Rules.Quiet()
	y, m, d := t.Date()
	now := t.Hour()*60 + t.Minute()
	next := t
	switch weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday; {
	case q.Weekends && weekend:
		next = time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
	case q.From < q.To && now >= q.From && now < q.To, q.From > q.To && now < q.To:
		next = time.Date(y, m, d, 0, q.To, 0, 0, t.Location())
	case q.From > q.To && now >= q.From:
		next = time.Date(y, m, d+1, 0, q.To, 0, 0, t.Location())
	}
	if next.Equal(t) || next.After(t) {
		return next
	}
	return t.Add(time.Hour) // where clocks go forward, a time of the day may be one before t
}

// EndOfDay is the last moment of the person's day: with a reminder all slots of its day are over (rule 3).
func (c Calendar) EndOfDay(t time.Time) time.Time {
	y, m, d := t.In(c.Zone).Date()
	next := time.Date(y, m, d+1, 0, 0, 0, 0, c.Zone)
	if next.Day() == d { // clocks go forward at midnight
		next = next.Add(time.Hour)
	}
	return next.Add(-time.Millisecond).UTC()
}
