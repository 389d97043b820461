package invitejob

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "invitejob"

// Stream is the history of one job.
func Stream(id uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: id} }

// Event is one fact about a job. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	inviteJob()
}

// Started says that somebody wants many people invited, all in the same way. Who they are stands in a list of which SHA256
// is the digest; what became of each is in the history of that person's invitation, which names the job.
type Started struct {
	Staff     uuid.UUID      `json:"staff,omitzero" es:"id"` // in whose name they go; zero: the practice's
	People    int            `json:"people" es:"fact"`
	SHA256    string         `json:"sha256" es:"fact"` // of the list, hex
	Channels  string         `json:"channels" es:"fact"`
	Message   event.Personal `json:"message" es:"personal"` // the job is the subject
	Access    string         `json:"access" es:"fact"`
	DueOn     string         `json:"due_on,omitempty" es:"fact"` // 2026-05-12
	ExpiresOn string         `json:"expires_on" es:"fact"`       // 2026-06-11, the last day in Zone
	Zone      string         `json:"zone" es:"fact"`
	Again     bool           `json:"again,omitzero" es:"fact"` // who was asked already and hasn't answered is asked anew
	HoldUntil time.Time      `json:"hold_until,omitzero" es:"fact"`
	At        time.Time      `json:"at" es:"fact"`
}

// Stopped says that somebody wants no further person invited; who was is.
type Stopped struct {
	At time.Time `json:"at" es:"fact"`
}

// Ended says that there is nobody left to invite, and how many were.
type Ended struct {
	Sent    int       `json:"sent" es:"fact"`    // invitations that were created
	Skipped int       `json:"skipped" es:"fact"` // people who were passed by, each with a reason
	Failed  int       `json:"failed" es:"fact"`  // people who could not be invited, each with a reason
	Left    int       `json:"left" es:"fact"`    // people whose turn never came, because the job was stopped
	At      time.Time `json:"at" es:"fact"`
}

func (Started) EventType() string { return "invitejob.started" }
func (Stopped) EventType() string { return "invitejob.stopped" }
func (Ended) EventType() string   { return "invitejob.ended" }

func (Started) inviteJob() {}
func (Stopped) inviteJob() {}
func (Ended) inviteJob()   {}
