package reminder

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "reminder"

const mark = 0x3c

// ID is the stream of what a contact is reminded of: there is one, over all clients and tasks.
func ID(contact uuid.UUID) uuid.UUID { return event.Beside(contact, mark) }

// ContactOf is whose stream that is.
func ContactOf(id uuid.UUID) uuid.UUID { return event.Beside(id, mark) }

// Stream is the history of a contact's reminders.
func Stream(contact uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: ID(contact)} }

// Event is one fact about a contact's reminders. The list in this file is the whole list. None of them holds a word that
// somebody wrote.
//
//sumtype:decl
type Event interface {
	event.Event
	reminder()
}

// Planned says when the next reminder is to go, and of what: it replaces what was planned before. A zero Slot is none.
type Planned struct {
	Contact uuid.UUID   `json:"contact" es:"id"`
	Slot    time.Time   `json:"slot,omitzero" es:"fact"`
	Tasks   []uuid.UUID `json:"tasks,omitempty" es:"id"` // with those that are paused
	At      time.Time   `json:"at" es:"fact"`
}

// Due says that the slot has come. Nth counts how often it has: once more after each Postponed.
type Due struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Slot    time.Time `json:"slot" es:"fact"`
	Nth     int       `json:"nth" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// Postponed says that its moment was inside the practice's quiet hours, so that it comes again at Until.
type Postponed struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Slot    time.Time `json:"slot" es:"fact"`
	Until   time.Time `json:"until" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// Sent says that a mail server has taken the reminder. All slots up to Upto are over with it (T8).
type Sent struct {
	Contact uuid.UUID   `json:"contact" es:"id"`
	Slot    time.Time   `json:"slot" es:"fact"`
	Tasks   []uuid.UUID `json:"tasks" es:"id"` // of which it told
	Mail    uuid.UUID   `json:"mail" es:"id"`
	Upto    time.Time   `json:"upto" es:"fact"`
	At      time.Time   `json:"at" es:"fact"`
}

// Withheld says that nothing was sent, and why (T9). Reason is for the practice to read and names nobody.
type Withheld struct {
	Contact uuid.UUID   `json:"contact" es:"id"`
	Slot    time.Time   `json:"slot" es:"fact"`
	Tasks   []uuid.UUID `json:"tasks,omitempty" es:"id"` // of which it would have told
	Cause   Cause       `json:"cause" es:"fact"`
	Reason  string      `json:"reason,omitempty" es:"fact"`
	Upto    time.Time   `json:"upto" es:"fact"`
	At      time.Time   `json:"at" es:"fact"`
}

// Cause is why nothing was sent.
type Cause string

// The causes. Their words are stored.
const (
	Idle    Cause = "idle"    // nothing was left to do
	Paused  Cause = "paused"  // something was done about all of it just before
	Blocked Cause = "blocked" // it could not reach the person, or they could do nothing about it
	Failed  Cause = "failed"  // no mail server took it
)

// Skipped says that the practice did not want this one.
type Skipped struct {
	Contact uuid.UUID       `json:"contact" es:"id"`
	Slot    time.Time       `json:"slot" es:"fact"`
	Tasks   []uuid.UUID     `json:"tasks,omitempty" es:"id"`
	By      event.ActorKind `json:"by" es:"fact"`
	Who     uuid.UUID       `json:"who,omitzero" es:"id"`
	Upto    time.Time       `json:"upto" es:"fact"`
	At      time.Time       `json:"at" es:"fact"`
}

// Delivered says that the receiving side has accepted a reminder, where anybody tells.
type Delivered struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Mail    uuid.UUID `json:"mail" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// Bounced says that it came back after all.
type Bounced struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Mail    uuid.UUID `json:"mail" es:"id"`
	Code    string    `json:"code,omitempty" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

func (Planned) EventType() string   { return "reminder.planned" }
func (Due) EventType() string       { return "reminder.due" }
func (Postponed) EventType() string { return "reminder.postponed" }
func (Sent) EventType() string      { return "reminder.sent" }
func (Withheld) EventType() string  { return "reminder.withheld" }
func (Skipped) EventType() string   { return "reminder.skipped" }
func (Delivered) EventType() string { return "reminder.delivered" }
func (Bounced) EventType() string   { return "reminder.bounced" }

func (Planned) reminder()   {}
func (Due) reminder()       {}
func (Postponed) reminder() {}
func (Sent) reminder()      {}
func (Withheld) reminder()  {}
func (Skipped) reminder()   {}
func (Delivered) reminder() {}
func (Bounced) reminder()   {}
