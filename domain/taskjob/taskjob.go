// Package taskjob decides when the same is done to many tasks or clients at once, and when to no more of them.
//
//  1. A job is started once; before that it does nothing.
//  2. It begins when its hold is over. Stopped before that, nothing of it has happened (T5).
//  3. It may be stopped until it has ended. What was done by then is; nothing else will be.
//  4. It ends once, and its numbers add up to its targets.
package taskjob

import (
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// How much a job holds.
const (
	MaxTargets = 20_000
	MaxHold    = time.Hour
)

// What can be wrong with a job.
var (
	ErrNothing    = fault.New(fault.Invalid, "taskjob.nothing", "Nothing is ticked. Tick some of the rows, or all that match.")
	ErrTooMany    = fault.New(fault.Invalid, "taskjob.too_many", "At most 20,000 can be done at once. Choose fewer.")
	ErrAct        = fault.New(fault.Invalid, "taskjob.act", "Choose what is to be done.")
	ErrHold       = fault.New(fault.Invalid, "taskjob.hold", "A job is held back for an hour at most.")
	ErrNotStarted = fault.New(fault.Conflict, "taskjob.not_started", "This has not been started yet. Look at the preview and start it.")
	ErrEnded      = fault.New(fault.Conflict, "taskjob.ended", "All of this has been done by now. The list shows what became of each.")
	ErrSum        = fault.New(fault.Invalid, "taskjob.sum", "The numbers of a job's result don't add up to its targets.")
)

// Job is the state of one job. The zero value has not been started.
type Job struct {
	started, stopped, ended bool
	targets                 int
	holdUntil               time.Time
	result                  Ended
}

// Apply assigns what e says.
func (j Job) Apply(e Event) Job {
	switch e := e.(type) {
	case Started:
		j.started, j.targets, j.holdUntil = true, e.Targets, e.HoldUntil
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
	Draft    State = "draft"   // nothing is done by it yet
	Holding  State = "holding" // it begins in a moment, and can be undone
	Running  State = "running"
	Stopping State = "stopping" // what is under way is the last
	Undone   State = "undone"   // stopped before it began
	Halted   State = "stopped"
	Done     State = "done"
)

// Over tells that nothing more becomes of the job.
func (s State) Over() bool { return s == Undone || s == Halted || s == Done }

// State is how far the job is at a moment.
func (j Job) State(now time.Time) State {
	switch {
	case j.ended && j.stopped && j.result.Left == j.targets:
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

var acts = []Act{Assign, Own, Due, InternalDue, Urgency, Progress, Confirm, Close, Reopen}

// Start lets the job be done (rule 1). Starting again changes nothing. It refuses with ErrNothing, ErrTooMany, ErrAct,
// ErrHold. s.At counts for nothing.
func (j Job) Start(id uuid.UUID, words string, s Started, now time.Time) ([]Event, error) {
	switch {
	case j.started:
		return nil, nil
	case s.Targets < 1:
		return nil, ErrNothing
	case s.Targets > MaxTargets:
		return nil, ErrTooMany
	case !slices.Contains(acts, s.Act):
		return nil, ErrAct
	case s.HoldUntil.Sub(now) > MaxHold:
		return nil, ErrHold
	}
	if !s.HoldUntil.After(now) {
		s.HoldUntil = time.Time{}
	}
	if words != "" {
		s.Words = event.Of(id, words)
	}
	s.At = now
	return []Event{s}, nil
}

// Stop lets nothing further be done (rules 2, 3). Stopping again changes nothing. It refuses with ErrNotStarted, ErrEnded.
func (j Job) Stop(now time.Time) ([]Event, error) {
	switch {
	case !j.started:
		return nil, ErrNotStarted
	case j.stopped:
		return nil, nil
	case j.ended:
		return nil, ErrEnded
	case now.Before(j.holdUntil):
		return []Event{Stopped{At: now}, Ended{Left: j.targets, At: now}}, nil
	}
	return []Event{Stopped{At: now}}, nil
}

// End says how much was done (rule 4). Ending again changes nothing. It refuses with ErrNotStarted, ErrSum; and while
// something is left of a job that was not stopped, which is no end.
func (j Job) End(result Ended, now time.Time) ([]Event, error) {
	switch {
	case !j.started:
		return nil, ErrNotStarted
	case j.ended:
		return nil, nil
	case result.Done+result.Refused+result.Left != j.targets, result.Left > 0 && !j.stopped:
		return nil, ErrSum
	}
	result.At = now
	return []Event{result}, nil
}
