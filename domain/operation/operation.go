// Package operation records what operators do to the house by hand, so that an auditor finds it beside what people did.
//
//  1. A projection passes over an event only at the event where it has halted, and with a reason of 1 to 500 letters.
package operation

import (
	"strings"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxReason is the longest reason, in letters (rule 1).
const MaxReason = 500

// What can be wrong with an act.
var (
	ErrNotHalted = fault.New(fault.Conflict, "operation.not_halted",
		"This projection does not stand there. Look where it has halted with: portico projections list")
	ErrReason = fault.New(fault.Invalid, "operation.reason", "Say why, in up to 500 letters: an auditor will read it.")
)

// Skipping is an operator's wish to pass over an event.
type Skipping struct {
	Act         uuid.UUID // made for it (UUIDv7)
	Projection  string
	CodeVersion int
	HaltedAt    int64 // where the projection stands; 0: it has not halted
	Position    int64 // what is to be passed over
	Stream      uuid.UUID
	Version     int
	Type        string
	Reason      string
}

// Skip passes over the event at which a projection has halted (rule 1). It refuses with ErrNotHalted and ErrReason.
func Skip(s Skipping) ([]Event, error) {
	reason := strings.TrimSpace(s.Reason)
	switch {
	case s.HaltedAt == 0 || s.HaltedAt != s.Position:
		return nil, ErrNotHalted
	case reason == "" || utf8.RuneCountInString(reason) > MaxReason || !utf8.ValidString(reason):
		return nil, ErrReason
	}
	return []Event{EventSkipped{
		Projection: s.Projection, CodeVersion: s.CodeVersion, Position: s.Position,
		Stream: s.Stream, Version: s.Version, Type: s.Type, Reason: event.Of(s.Act, reason),
	}}, nil
}
