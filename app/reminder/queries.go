package reminder

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Reader reads the read model of reminders. Every method is scoped to one firm.
type Reader interface {
	// Candidates are the open tasks with a cadence that a contact may have to do. Whether they do, each task's own history
	// says.
	Candidates(ctx context.Context, firm int32, contact uuid.UUID) ([]uuid.UUID, error)
	// Concerned are the clients, and the contacts besides, whose plan may depend on the practice's rules.
	Concerned(ctx context.Context, firm int32) (clients, contacts []uuid.UUID, err error)
	// Reminders lists what is planned, what comes first first; of Withheld what was not sent last, the newest first.
	Reminders(ctx context.Context, firm int32, q Query) (rows []Row, next string, err error)
}

// Query chooses people.
type Query struct {
	Contact  uuid.UUID // zero: all
	Withheld bool      // those to whom the last one was not sent, for another reason than that nothing was to do
	After    string    // cursor from the page before
	Limit    int       // default 50, at most 200
}

// Row is one person.
type Row struct {
	Contact uuid.UUID
	Name    string
	Next    time.Time   // zero: none
	Wake    time.Time   // when it goes: Next, or later where that was inside quiet hours
	Ringing bool        // it is on its way
	Tasks   []uuid.UUID // of the next one
	Last    Last
}

// Last is what became of the last one; a zero At: there was none.
type Last struct {
	At     time.Time
	State  State
	Reason string // of Withheld
	Tasks  []uuid.UUID
}

// State is what became of a reminder.
type State string

// The states. Their words are stored in the read model.
const (
	Sent    State = "sent"
	Bounced State = "bounced" // it was sent, and came back
	Skipped State = "skipped" // by somebody of the practice
	Idle    State = "idle"
	Paused  State = "paused"
	Blocked State = "blocked"
	Failed  State = "failed"
)
