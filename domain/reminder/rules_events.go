package reminder

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// RulesKind is the name of a practice's rules in streams and in the stored names of their events.
const RulesKind event.Kind = "cadence"

const rulesMark = 0xc3

// RulesStream is the history of a practice's cadences and quiet hours.
func RulesStream(firm uuid.UUID) event.Stream {
	return event.Stream{Kind: RulesKind, ID: event.Beside(firm, rulesMark)}
}

// RulesEvent is one fact about a practice's rules. The list in this file is the whole list. Who acted is on the record of
// each.
//
//sumtype:decl
type RulesEvent interface {
	event.Event
	rules()
}

// CadenceSaved makes or changes a cadence. Tasks that have it go by it from now on.
type CadenceSaved struct {
	Cadence Cadence `json:"cadence" es:"nested"`
}

// CadenceRemoved takes one away. Nobody is reminded of tasks that still have it.
type CadenceRemoved struct {
	Cadence uuid.UUID `json:"cadence" es:"id"`
}

// DefaultSet says which cadence new tasks have where nobody chooses; zero: none.
type DefaultSet struct {
	Cadence uuid.UUID `json:"cadence,omitzero" es:"id"`
}

// QuietSet states when no reminder leaves.
type QuietSet struct {
	Quiet Quiet `json:"quiet" es:"nested"`
}

// Cadence is when people are reminded of a task, by its due date.
type Cadence struct {
	ID     uuid.UUID `json:"id" es:"id"`
	Name   string    `json:"name" es:"fact"`
	Days   []int     `json:"days" es:"fact"`            // from the due date: -7 is a week before, 0 the day itself, 3 three days after
	Every  int       `json:"every,omitzero" es:"fact"`  // days, from the last of Days or the due date, whichever is later; 0: that was all
	Times  int       `json:"times,omitzero" es:"fact"`  // of those at most
	Minute int       `json:"minute,omitzero" es:"fact"` // of the day in the person's zone
}

// Quiet is when no reminder leaves, in the person's zone: from one minute of the day to another, also over midnight. From
// the same to the same is never.
type Quiet struct {
	From     int  `json:"from,omitzero" es:"fact"` // minute of the day
	To       int  `json:"to,omitzero" es:"fact"`
	Weekends bool `json:"weekends,omitzero" es:"fact"` // nor on Saturdays and Sundays
}

func (CadenceSaved) EventType() string   { return "cadence.saved" }
func (CadenceRemoved) EventType() string { return "cadence.removed" }
func (DefaultSet) EventType() string     { return "cadence.default_set" }
func (QuietSet) EventType() string       { return "cadence.quiet_set" }

func (CadenceSaved) rules()   {}
func (CadenceRemoved) rules() {}
func (DefaultSet) rules()     {}
func (QuietSet) rules()       {}
