package postgres

import (
	"math"
	"slices"
	"time"

	app "portico/app/task"
	"portico/domain/task"
)

// facets are what the filters of tasks choose by, in one number: the numbers beside the filters come from all tasks of a
// practice, and a database groups by one number in a third of the time that four texts take. The lists only ever grow at
// their ends, and so do the bits of the last; anything else is a new version of the model.
type facets int32

var (
	facetKinds      = []task.Sort{task.ToDo, task.Documents, task.Question, task.FormFilling, task.Signing}
	facetPriorities = []task.Priority{task.Low, task.Normal, task.High}
	facetStands     = []app.Stand{app.NotSeen, app.SeenStand, app.DoneStand, app.Agreed}
	facetParts      = []task.Progress{task.Open, task.Doing, task.Waiting, task.Done}
)

// Where each begins.
const (
	priorityBits = 3 * (iota + 1)
	standBits
	partBits
	narrowBit
	dueBits
	reviewBit = narrowBit + 1
	someBit   = narrowBit + 2
)

func facetsOf(kind task.Sort, prio task.Priority, stand app.Stand, part task.Progress, narrow, review, some bool) facets {
	f := facet(facetKinds, kind) | facet(facetPriorities, prio)<<priorityBits | facet(facetStands, stand)<<standBits | facet(facetParts, part)<<partBits
	for bit, set := range map[int]bool{narrowBit: narrow, reviewBit: review, someBit: some} {
		if set {
			f |= 1 << bit
		}
	}
	return f
}

// facet counts from one: what is in no list is nothing.
func facet[T comparable](list []T, v T) facets { return facets(slices.Index(list, v) + 1) }

func faceted[T any](list []T, f facets, from int) (v T) {
	if i := int(f>>from&7) - 1; i >= 0 && i < len(list) {
		v = list[i]
	}
	return v
}

func (f facets) kind() task.Sort     { return faceted(facetKinds, f, 0) }
func (f facets) prio() task.Priority { return faceted(facetPriorities, f, priorityBits) }
func (f facets) stand() app.Stand    { return faceted(facetStands, f, standBits) }
func (f facets) part() task.Progress { return faceted(facetParts, f, partBits) }

// review tells that something waits for the practice.
func (f facets) review() bool { return f>>reviewBit&1 == 1 }

// due is when, of the facets that a query has added it to.
func (f facets) due() app.Due { return facetDues[f>>dueBits] }

// facetDues are the first of overdue, today, within a week and none that a day is; otherwise later.
var facetDues = []app.Due{app.Overdue, app.DueToday, app.DueWeek, later, app.NoDue}

// later is due after a week.
const later app.Due = "later"

// noDay is after all days.
const noDay int32 = math.MaxInt32

// dayNumber counts days from the first of 1970, which is before all due dates (task.ErrDueOn). What is no day is none.
func dayNumber(text string, none int32) int32 {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return none
	}
	return int32(day.Unix() / (24 * 60 * 60))
}

// initial is the letter that a folded text begins with, as a number.
func initial(folded string) int32 {
	for _, r := range folded {
		return r
	}
	return 0
}
