// Package clientimport decides when rows of somebody's list become clients, and when no more of them do.
//
//  1. An import is confirmed once; before that nothing of it is a client.
//  2. It may be stopped until it has ended. What was taken by then stays.
//  3. It ends once, and its numbers add up to its rows.
package clientimport

import (
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can be wrong with an import.
var (
	ErrNotConfirmed = fault.New(fault.Conflict, "clientimport.not_confirmed", "This import has not been started yet. Look at its preview and start it.")
	ErrEnded        = fault.New(fault.Conflict, "clientimport.ended", "This import has ended already. Its result shows what became of each row.")
	ErrSum          = fault.New(fault.Invalid, "clientimport.sum", "The numbers of an import's result don't add up to its rows.")
)

// Import is the state of one import. The zero value has not been confirmed.
type Import struct {
	confirmed, stopped, ended bool
	rows                      int
}

// Apply assigns what e says.
func (i Import) Apply(e Event) Import {
	switch e := e.(type) {
	case Confirmed:
		i.confirmed, i.rows = true, e.Rows
	case Stopped:
		i.stopped = true
	case Ended:
		i.ended = true
	}
	return i
}

// Stopping tells that no further row is to be taken.
func (i Import) Stopping() bool { return i.stopped || i.ended }

// State is how far the import is.
func (i Import) State() State {
	switch {
	case i.ended && i.stopped:
		return Halted
	case i.ended:
		return Done
	case i.stopped:
		return Stopping
	case i.confirmed:
		return Running
	}
	return Draft
}

// State is how far an import is.
type State string

// The states.
const (
	Draft    State = "draft" // nothing of it is a client yet
	Running  State = "running"
	Stopping State = "stopping" // the rows under way are the last
	Halted   State = "stopped"
	Done     State = "done"
)

// Confirm lets the rows of a file be taken (rule 1). Confirming again changes nothing.
func (i Import) Confirm(id uuid.UUID, file, sha256 string, rows int, now time.Time) ([]Event, error) {
	if i.confirmed {
		return nil, nil
	}
	return []Event{Confirmed{File: event.Of(id, file), SHA256: sha256, Rows: rows, At: now}}, nil
}

// Stop lets no further row be taken (rule 2). It refuses with ErrNotConfirmed, ErrEnded.
func (i Import) Stop(now time.Time) ([]Event, error) {
	switch {
	case !i.confirmed:
		return nil, ErrNotConfirmed
	case i.ended:
		return nil, ErrEnded
	case i.stopped:
		return nil, nil
	}
	return []Event{Stopped{At: now}}, nil
}

// End says what became of the rows (rule 3). Ending again changes nothing. It refuses with ErrNotConfirmed, ErrSum.
func (i Import) End(result Ended, now time.Time) ([]Event, error) {
	switch {
	case !i.confirmed:
		return nil, ErrNotConfirmed
	case i.ended:
		return nil, nil
	case result.Created+result.Changed+result.Unchanged+result.Refused+result.Left != i.rows:
		return nil, ErrSum
	}
	result.At = now
	return []Event{result}, nil
}
