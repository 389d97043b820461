package reminder

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// How much a practice's rules hold.
const (
	MaxCadences = 20
	maxName     = 60  // letters
	maxDays     = 20  // of one cadence
	maxDay      = 365 // before or after
	maxEvery    = 90
	maxTimes    = 52
	minute      = 24 * 60 // of a day
	minAwake    = 60      // minutes a day in which reminders may leave
)

// What can be wrong with a practice's rules.
var (
	ErrName = fault.New(fault.Invalid, "reminder.name",
		"A cadence has a name of 1 to 60 letters that no other one has.")
	ErrDays = fault.New(fault.Invalid, "reminder.days",
		"Write 1 to 20 days, each at most 365 before or after the due date, as in “-7, -3, -1, 0”.")
	ErrEvery = fault.New(fault.Invalid, "reminder.every",
		"Afterwards it may go on every 1 to 90 days, 1 to 52 times. Leave both empty to end with the last of the days.")
	ErrHour = fault.New(fault.Invalid, "reminder.hour",
		"Choose a time of the day, as in 09:00.")
	ErrQuiet = fault.New(fault.Invalid, "reminder.quiet",
		"Leave at least one hour a day in which reminders may go.")
	ErrTooMany = fault.New(fault.Invalid, "reminder.many",
		"A practice has up to 20 cadences. Change or remove one of them.")
	ErrUnknown = fault.New(fault.NotFound, "reminder.cadence",
		"This cadence is unknown, or was removed. Choose another one.")
)

// Standard is the cadence that every practice begins with.
var Standard = Cadence{
	ID: uuid.MustParse("0192f3a0-5e00-7000-8000-72656d696e64"), Name: "Standard", Days: []int{-7, -3, -1, 0}, Every: 7, Times: 8, Minute: 9 * 60,
}

// usualQuiet is when nothing leaves as long as a practice has said nothing.
var usualQuiet = Quiet{From: 20 * 60, To: 8 * 60}

// Rules are the cadences and quiet hours of a practice. The zero value is what every practice begins with.
type Rules struct {
	begun    bool // somebody has changed something about cadences
	cadences []Cadence
	usual    uuid.UUID
	quiet    *Quiet
}

// Cadences are those of the practice, in the order in which they were made.
func (r Rules) Cadences() []Cadence {
	if !r.begun {
		return []Cadence{Standard}
	}
	return slices.Clone(r.cadences)
}

// Cadence finds one.
func (r Rules) Cadence(id uuid.UUID) (c Cadence, ok bool) {
	all := r.Cadences()
	i := slices.IndexFunc(all, func(c Cadence) bool { return c.ID == id })
	if i < 0 {
		return Cadence{}, false
	}
	return all[i], true
}

// Default is the cadence that new tasks have where nobody chooses; zero: none.
func (r Rules) Default() uuid.UUID {
	if !r.begun {
		return Standard.ID
	}
	return r.usual
}

// Quiet is when no reminder leaves.
func (r Rules) Quiet() Quiet {
	if r.quiet == nil {
		return usualQuiet
	}
	return *r.quiet
}

// Apply assigns what e says.
func (r Rules) Apply(e RulesEvent) Rules {
	if _, quiet := e.(QuietSet); !r.begun && !quiet {
		r.begun, r.cadences, r.usual = true, []Cadence{Standard}, Standard.ID
	}
	switch e := e.(type) {
	case CadenceSaved:
		r.cadences = slices.Clone(r.cadences)
		if i := slices.IndexFunc(r.cadences, func(c Cadence) bool { return c.ID == e.Cadence.ID }); i >= 0 {
			r.cadences[i] = e.Cadence
		} else {
			r.cadences = append(r.cadences, e.Cadence)
		}
	case CadenceRemoved:
		r.cadences = slices.DeleteFunc(slices.Clone(r.cadences), func(c Cadence) bool { return c.ID == e.Cadence })
		if r.usual == e.Cadence {
			r.usual = uuid.Nil
		}
	case DefaultSet:
		r.usual = e.Cadence
	case QuietSet:
		r.quiet = &e.Quiet
	}
	return r
}

// Save makes a cadence or changes the one with its id (rule 1). What stands so already is no event. It refuses with
// ErrName, ErrDays, ErrEvery, ErrHour, ErrTooMany.
func (r Rules) Save(c Cadence) ([]RulesEvent, error) {
	c.Name = strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(c.Name, ""))), " ")
	c.Days = slices.Clone(c.Days)
	slices.Sort(c.Days)
	c.Days = slices.Compact(c.Days)
	letters := utf8.RuneCountInString(c.Name)
	old, known := r.Cadence(c.ID)
	namesake := func(o Cadence) bool { return o.ID != c.ID && strings.EqualFold(o.Name, c.Name) }
	switch {
	case c.ID == uuid.Nil, letters == 0, letters > maxName, slices.ContainsFunc(r.Cadences(), namesake):
		return nil, ErrName
	case len(c.Days) == 0, len(c.Days) > maxDays, c.Days[0] < -maxDay, c.Days[len(c.Days)-1] > maxDay:
		return nil, ErrDays
	case (c.Every == 0) != (c.Times == 0), c.Every < 0, c.Every > maxEvery, c.Times < 0, c.Times > maxTimes:
		return nil, ErrEvery
	case c.Minute < 0, c.Minute >= minute:
		return nil, ErrHour
	case !known && len(r.Cadences()) >= MaxCadences:
		return nil, ErrTooMany
	case known && old.same(c):
		return nil, nil
	}
	return []RulesEvent{CadenceSaved{Cadence: c}}, nil
}

func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\t' && r != '\n' || unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

func (c Cadence) same(o Cadence) bool {
	return c.ID == o.ID && c.Name == o.Name && slices.Equal(c.Days, o.Days) && c.Every == o.Every && c.Times == o.Times && c.Minute == o.Minute
}

// Remove takes a cadence away. One that is gone is no event.
func (r Rules) Remove(cadence uuid.UUID) ([]RulesEvent, error) {
	if _, ok := r.Cadence(cadence); !ok {
		return nil, nil
	}
	return []RulesEvent{CadenceRemoved{Cadence: cadence}}, nil
}

// SetDefault says which cadence new tasks have; zero: none. It refuses with ErrUnknown.
func (r Rules) SetDefault(cadence uuid.UUID) ([]RulesEvent, error) {
	if _, ok := r.Cadence(cadence); !ok && cadence != uuid.Nil {
		return nil, ErrUnknown
	}
	if cadence == r.Default() {
		return nil, nil
	}
	return []RulesEvent{DefaultSet{Cadence: cadence}}, nil
}

// SetQuiet states when no reminder leaves. It refuses with ErrQuiet.
func (r Rules) SetQuiet(q Quiet) ([]RulesEvent, error) {
	asleep := (q.To - q.From + minute) % minute
	switch {
	case q.From < 0, q.To < 0, q.From >= minute, q.To >= minute, minute-asleep < minAwake:
		return nil, ErrQuiet
	case q == r.Quiet():
		return nil, nil
	}
	return []RulesEvent{QuietSet{Quiet: q}}, nil
}
