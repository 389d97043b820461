package operation

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the acts' name in streams and in the stored names of their events.
const Kind event.Kind = "operation"

// Stream is the history of one act. It belongs to the practice whose data the act concerns. The act's id is also the
// subject of what the operator typed.
func Stream(act uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: act} }

// Event is one act of an operator. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	operation()
}

// EventSkipped: a projection's code version passes over one event for good. Stream, Version and Type say which one it
// is; Position is its place in the log.
type EventSkipped struct {
	Projection  string         `json:"projection" es:"fact"`
	CodeVersion int            `json:"code_version" es:"fact"`
	Position    int64          `json:"position" es:"fact"`
	Stream      uuid.UUID      `json:"stream" es:"id"`
	Version     int            `json:"version" es:"fact"`
	Type        string         `json:"type" es:"fact"`
	Reason      event.Personal `json:"reason" es:"personal"`
}

func (EventSkipped) EventType() string { return "operation.event_skipped" }

func (EventSkipped) operation() {}
