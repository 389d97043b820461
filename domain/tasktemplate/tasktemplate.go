// Package tasktemplate decides what a practice keeps to ask for again.
//
//  1. A template has a name of 1 to 80 letters. What it asks for is checked by the rules of tasks when it is saved.
//  2. Saving states all of it anew; saving what stands so already is no event.
//  3. One that was removed is gone, and can be saved again. Tasks that were made from it stay.
//  4. Files that show what is meant by an item belong to the template, and go along with each task that is made from it.
package tasktemplate

import (
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxName is how many letters a name has at most, MaxDueIn how many days lie before a due date.
const (
	MaxName  = 80
	MaxDueIn = 3660
)

// What can be wrong with a template.
var (
	ErrName     = fault.New(fault.Invalid, "tasktemplate.name", "A template has a name of 1 to 80 letters.")
	ErrDueIn    = fault.New(fault.Invalid, "tasktemplate.due_in", "A template’s task is due within ten years of the day on which it is asked.")
	ErrNotFound = fault.New(fault.NotFound, "tasktemplate.not_found", "This template is not there, or no longer. Look in the list of templates.")
)

// Template is the state of one template. The zero value was never saved.
type Template struct {
	saved, removed bool
	says           Saved
}

// Apply assigns what e says.
func (t Template) Apply(e Event) Template {
	switch e := e.(type) {
	case Saved:
		t.saved, t.removed, t.says = true, false, e
	case Removed:
		t.removed = true
	}
	return t
}

// Save states all of it anew (rules 1, 2, 3). It refuses with ErrName, ErrDueIn. s.At counts for nothing.
func (t Template) Save(s Saved, now time.Time) ([]Event, error) {
	s.Name = strings.Join(strings.Fields(s.Name), " ")
	if n := utf8.RuneCountInString(s.Name); n < 1 || n > MaxName {
		return nil, ErrName
	}
	if s.DueIn < -1 || s.DueIn > MaxDueIn {
		return nil, ErrDueIn
	}
	s.At = t.says.At
	if t.saved && !t.removed && reflect.DeepEqual(s, t.says) {
		return nil, nil
	}
	s.At = now
	return []Event{s}, nil
}

// Names tells that an example is one that the template shows.
func (t Template) Names(example uuid.UUID) bool {
	if !t.saved || t.removed {
		return false
	}
	for _, i := range t.says.Items {
		for _, e := range i.Examples {
			if e.ID == example {
				return true
			}
		}
	}
	return false
}

// Remove takes it away (rule 3). The second time changes nothing. It refuses with ErrNotFound.
func (t Template) Remove(now time.Time) ([]Event, error) {
	switch {
	case !t.saved:
		return nil, ErrNotFound
	case t.removed:
		return nil, nil
	}
	return []Event{Removed{At: now}}, nil
}
