package taskjob

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "taskjob"

// Stream is the history of one job.
func Stream(id uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: id} }

// Event is one fact about a job. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	taskJob()
}

// Started says that somebody wants the same done to many: to tasks, or of Assign to clients, who each get a task. Which they
// are stands in a list of which SHA256 is the digest, together with what is to be done; what became of each is in the history
// of that task.
type Started struct {
	Staff     uuid.UUID      `json:"staff,omitzero" es:"id"` // in whose name; zero: the operator's
	Act       Act            `json:"act" es:"fact"`
	Targets   int            `json:"targets" es:"fact"`
	SHA256    string         `json:"sha256" es:"fact"`          // hex
	Value     string         `json:"value,omitempty" es:"fact"` // a day, a priority, a state, an outcome
	Owner     uuid.UUID      `json:"owner,omitzero" es:"id"`    // of Own: staff; zero: nobody
	Words     event.Personal `json:"words" es:"personal"`       // the reason, or the title of what is asked; the job is the subject
	Template  uuid.UUID      `json:"template,omitzero" es:"id"` // of Assign: that it was made from
	HoldUntil time.Time      `json:"hold_until,omitzero" es:"fact"`
	At        time.Time      `json:"at" es:"fact"`
}

// Act is what is done to each.
type Act string

// The acts. Their words are stored.
const (
	Assign      Act = "assign" // a task, to each client
	Own         Act = "owner"
	Due         Act = "due"
	InternalDue Act = "internal_due"
	Urgency     Act = "priority"
	Progress    Act = "part" // of the practice
	Confirm     Act = "confirm"
	Close       Act = "close"
	Reopen      Act = "reopen"
)

// Stopped says that somebody wants it done to no further one; those to which it was done stay so.
type Stopped struct {
	At time.Time `json:"at" es:"fact"`
}

// Ended says that there is nothing left to do, and how much was done.
type Ended struct {
	Done    int       `json:"done" es:"fact"`
	Refused int       `json:"refused" es:"fact"` // each with a reason
	Left    int       `json:"left" es:"fact"`    // whose turn never came, because the job was stopped
	At      time.Time `json:"at" es:"fact"`
}

func (Started) EventType() string { return "taskjob.started" }
func (Stopped) EventType() string { return "taskjob.stopped" }
func (Ended) EventType() string   { return "taskjob.ended" }

func (Started) taskJob() {}
func (Stopped) taskJob() {}
func (Ended) taskJob()   {}
