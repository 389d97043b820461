// Package invitejob decides when many people are invited at once, and when no more of them are.
//
//  1. A job is started once; before that it invites nobody.
//  2. It begins when its hold is over. Stopped before that, nothing of it has happened (T5).
//  3. It may be stopped until it has ended. Who was invited by then is; nobody else will be (S3.i9).
//  4. It ends once, and its numbers add up to its people (S3.i6).
package invitejob

import (
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// How much a job holds.
const (
	MaxPeople = 20_000
	MaxHold   = time.Hour
)

// What can be wrong with a job.
var (
	ErrNobody     = fault.New(fault.Invalid, "invitejob.nobody", "Nobody is chosen. Tick somebody who has an address, or all that match.")
	ErrTooMany    = fault.New(fault.Invalid, "invitejob.too_many", "At most 20,000 people can be invited at once. Choose fewer.")
	ErrHold       = fault.New(fault.Invalid, "invitejob.hold", "Invitations are held back for an hour at most.")
	ErrNotStarted = fault.New(fault.Conflict, "invitejob.not_started", "These invitations have not been sent yet. Look at the preview and send them.")
	ErrStarted    = fault.New(fault.Conflict, "invitejob.started", "These invitations were sent already, as they were then. Choose the people again for another round.")
	ErrEnded      = fault.New(fault.Conflict, "invitejob.ended", "All of these invitations have been sent by now. The list shows what became of each.")
	ErrSum        = fault.New(fault.Invalid, "invitejob.sum", "The numbers of a job's result don't add up to its people.")
)

// Job is the state of one job. The zero value has not been started.
type Job struct {
	started, stopped, ended bool
	people                  int
	holdUntil               time.Time
	result                  Ended
}

// Apply assigns what e says.
func (j Job) Apply(e Event) Job {
	switch e := e.(type) {
	case Started:
		j.started, j.people, j.holdUntil = true, e.People, e.HoldUntil
	case Stopped:
		j.stopped = true
	case Ended:
		j.ended, j.result = true, e
	}
	return j
}

// State is how far a job is.
type State string

// The states.
const (
	Draft    State = "draft"   // nobody is invited by it yet
	Holding  State = "holding" // it begins in a moment, and can be undone
	Running  State = "running"
	Stopping State = "stopping" // those under way are the last
	Undone   State = "undone"   // stopped before it began
	Halted   State = "stopped"
	Done     State = "done"
)

// State is how far the job is at a moment.
func (j Job) State(now time.Time) State {
	switch {
	case j.ended && j.stopped && j.result.Left == j.people:
		return Undone
	case j.ended && j.stopped:
		return Halted
	case j.ended:
		return Done
	case j.stopped:
		return Stopping
	case j.started && now.Before(j.holdUntil):
		return Holding
	case j.started:
		return Running
	}
	return Draft
}

// HoldUntil is when it begins; zero: at once.
func (j Job) HoldUntil() time.Time { return j.holdUntil }

// Start lets the people of a job be invited (rule 1). Starting again changes nothing. It refuses with ErrNobody,
// ErrTooMany, ErrHold. s.At counts for nothing.
func (j Job) Start(id uuid.UUID, message string, s Started, now time.Time) ([]Event, error) {
	switch {
	case j.started:
		return nil, nil
	case s.People < 1:
		return nil, ErrNobody
	case s.People > MaxPeople:
		return nil, ErrTooMany
	case s.HoldUntil.Sub(now) > MaxHold:
		return nil, ErrHold
	}
	if !s.HoldUntil.After(now) {
		s.HoldUntil = time.Time{}
	}
	s.Message, s.At = event.Of(id, message), now
	return []Event{s}, nil
}

// Stop lets nobody further be invited (rules 2, 3). Stopping again changes nothing. It refuses with ErrNotStarted,
// ErrEnded.
func (j Job) Stop(now time.Time) ([]Event, error) {
	switch {
	case !j.started:
		return nil, ErrNotStarted
	case j.stopped:
		return nil, nil
	case j.ended:
		return nil, ErrEnded
	case now.Before(j.holdUntil):
		return []Event{Stopped{At: now}, Ended{Left: j.people, At: now}}, nil
	}
	return []Event{Stopped{At: now}}, nil
}

// End says how many were invited (rule 4). Ending again changes nothing. It refuses with ErrNotStarted, ErrSum; and while
// somebody is left of a job that was not stopped, which is no end.
func (j Job) End(result Ended, now time.Time) ([]Event, error) {
	switch {
	case !j.started:
		return nil, ErrNotStarted
	case j.ended:
		return nil, nil
	case result.Sent+result.Skipped+result.Failed+result.Left != j.people, result.Left > 0 && !j.stopped:
		return nil, ErrSum
	}
	result.At = now
	return []Event{result}, nil
}
