package taskfilter

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "taskfilter"

// Stream is the history of one filter.
func Stream(id uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: id} }

// Event is one fact about a filter. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	taskFilter()
}

// Saved makes a filter or states all of it anew. Its texts are its owner's: somebody has typed them.
type Saved struct {
	Owner  uuid.UUID      `json:"owner" es:"id"` // staff
	Name   event.Personal `json:"name" es:"personal"`
	Says   event.Personal `json:"says" es:"personal"` // as the address of the list does: due=week&of=mine
	Shared bool           `json:"shared,omitzero" es:"fact"`
	At     time.Time      `json:"at" es:"fact"`
}

// Removed takes a filter away.
type Removed struct {
	At time.Time `json:"at" es:"fact"`
}

func (Saved) EventType() string   { return "taskfilter.saved" }
func (Removed) EventType() string { return "taskfilter.removed" }

func (Saved) taskFilter()   {}
func (Removed) taskFilter() {}
