// Package taskfilter decides how people keep what they look for in the list of tasks.
//
//  1. A filter has a name of 1 to 40 letters, and belongs to whoever made it.
//  2. Its owner says whether colleagues find it, too. A shared one may be changed by those who keep the practice's texts;
//     nobody else's own one is there for anybody.
//  3. Saving states all of it anew; saving what stands so already is no event. One that was removed is gone.
package taskfilter

import (
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxName is how many letters a name has at most, MaxSays how long the address of a list is.
const (
	MaxName = 40
	MaxSays = 1000
)

// What can be wrong with a filter.
var (
	ErrName     = fault.New(fault.Invalid, "taskfilter.name", "A saved filter has a name of 1 to 40 letters.")
	ErrSays     = fault.New(fault.Invalid, "taskfilter.says", "What is looked for is too long to be saved. Search for less.")
	ErrNotFound = fault.New(fault.NotFound, "taskfilter.not_found", "This saved filter is not there, or no longer. Look above the list of tasks.")
	ErrOwner    = fault.New(fault.Conflict, "taskfilter.owner", "A colleague has shared this filter with you. Only they and those who keep the practice’s texts can change it. Save one of your own under another name.")
)

// Filter is the state of one filter. The zero value was never saved.
type Filter struct {
	removed bool
	says    Saved
}

// Apply assigns what e says.
func (f Filter) Apply(e Event) Filter {
	switch e := e.(type) {
	case Saved:
		f.says = e
	case Removed:
		f.removed = true
	}
	return f
}

// Who asks: somebody of the practice, and whether they keep its texts.
type Who struct {
	ID    uuid.UUID
	Keeps bool
}

// Saving is what a filter is to be. A nil Says leaves what it looks for.
type Saving struct {
	Name   string
	Says   *string
	Shared bool
}

func (f Filter) there() bool { return f.says.Owner != uuid.Nil && !f.removed }

// check refuses whom rule 2 keeps away.
func (f Filter) check(by Who) error {
	switch {
	case !f.there(), f.says.Owner != by.ID && !f.says.Shared:
		return ErrNotFound
	case f.says.Owner != by.ID && !by.Keeps:
		return ErrOwner
	}
	return nil
}

// Save makes it or states all of it anew (rules 1, 2, 3). It refuses with ErrName, ErrSays, ErrOwner and ErrNotFound.
func (f Filter) Save(s Saving, by Who, now time.Time) ([]Event, error) {
	e := Saved{Owner: by.ID, Shared: s.Shared, At: now}
	if f.says.Owner != uuid.Nil || s.Says == nil {
		if err := f.check(by); err != nil {
			return nil, err
		}
		e.Owner, e.Says = f.says.Owner, f.says.Says
	}
	name := strings.Join(strings.Fields(s.Name), " ")
	if n := utf8.RuneCountInString(name); n < 1 || n > MaxName {
		return nil, ErrName
	}
	e.Name = event.Of(e.Owner, name)
	if s.Says != nil {
		if len(*s.Says) > MaxSays {
			return nil, ErrSays
		}
		e.Says = event.Of(e.Owner, *s.Says)
	}
	same := e
	if same.At = f.says.At; same == f.says {
		return nil, nil
	}
	return []Event{e}, nil
}

// Remove takes it away (rules 2, 3). The second time changes nothing. It refuses with ErrOwner and ErrNotFound.
func (f Filter) Remove(by Who, now time.Time) ([]Event, error) {
	if f.removed && (f.says.Owner == by.ID || f.says.Shared) {
		return nil, nil
	}
	if err := f.check(by); err != nil {
		return nil, err
	}
	return []Event{Removed{At: now}}, nil
}
