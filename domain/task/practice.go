package task

import (
	"time"
	"unicode/utf8"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can stand in the way of the practice.
var (
	ErrNotDone = fault.New(fault.Conflict, "task.not_done",
		"The client isn’t done with this yet, so there is nothing to confirm. Close it if you don’t wait for them.")
	ErrReason = fault.New(fault.Invalid, "task.reason",
		"Write why: the client reads it.")
	ErrProgress = fault.New(fault.Invalid, "task.progress",
		"Your own part is “open”, “doing”, “waiting” or “done”.")
	ErrOutcome = fault.New(fault.Invalid, "task.outcome",
		"A task is closed as “completed” or “cancelled”.")
)

// Confirm agrees that it is done, by one contact or, where contact is zero or one does it for all, by all (rule 4). The second time
// changes nothing. It refuses with ErrNotFound, ErrClosed, ErrNotDone.
func (t Task) Confirm(contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	whose := t.whose(contact)
	done, confirmed := t.part(whose).done, t.part(whose).confirmed
	if whose == uuid.Nil {
		done, confirmed = t.anybodyDone(), confirmed && !t.anybodyLater()
	}
	switch {
	case confirmed:
		return due, nil
	case !done:
		return nil, ErrNotDone
	}
	return append(due, Confirmed{Contact: whose, By: by, At: now}), nil
}

func (t Task) anybodyDone() bool {
	for _, p := range t.parts {
		if p.done {
			return true
		}
	}
	return t.shared.done
}

// anybodyLater tells that somebody who does it for themselves is done with it since all others were agreed with.
func (t Task) anybodyLater() bool {
	for _, p := range t.parts {
		if t.says.Each && p.done && !p.confirmed {
			return true
		}
	}
	return false
}

// Reopen makes it something to do again, for one contact or for all (rule 6). Where nothing is done or closed it changes
// nothing. It refuses with ErrNotFound, ErrReason, and with ErrClosed one contact of a task that is closed for all.
func (t Task) Reopen(contact uuid.UUID, reason string, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.there(); err != nil {
		return nil, err
	}
	if !t.says.Each && t.parts[contact].closed == "" {
		contact = uuid.Nil
	}
	reason, err := checkReason(reason)
	done, closed := t.part(contact).done, t.part(contact).closed != ""
	if contact == uuid.Nil {
		done, closed = t.anybodyDone(), closed || t.anybodyClosed()
	}
	switch {
	case contact != uuid.Nil && t.shared.closed != "":
		return nil, t.shared.open()
	case err != nil:
		return nil, err
	case !done && !closed:
		return due, nil
	case done && reason == "":
		return nil, ErrReason
	}
	return append(due, Reopened{Contact: contact, Reason: of(t.says.Subject, reason), By: by, At: now}), nil
}

func (t Task) anybodyClosed() bool {
	for _, p := range t.parts {
		if p.closed != "" {
			return true
		}
	}
	return false
}

// Progress says where the practice's own part stands (rule 4). It refuses with ErrNotFound, ErrClosed, ErrProgress.
func (t Task) Progress(to Progress, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	switch to {
	case Open, Doing, Waiting, Done:
	default:
		return nil, ErrProgress
	}
	if to == t.progress {
		return due, nil
	}
	return append(due, Progressed{State: to, By: by, At: now}), nil
}

// CloseSeries closes the task for all and lets none follow it. It refuses like EndSeries and Close.
func (t Task) CloseSeries(as Outcome, reason string, by Who, now time.Time) ([]Event, error) {
	events, err := t.EndSeries(now)
	if err != nil {
		return nil, err
	}
	after := t.fork()
	for _, e := range events {
		after = after.Apply(e)
	}
	more, err := after.Close(uuid.Nil, as, reason, by, now)
	if err != nil {
		return nil, err
	}
	return append(events, more...), nil
}

// Close ends it, for one contact or, where contact is zero, for all (rule 7). reason may be empty; the client reads it.
// What is closed already is no event. It refuses with ErrNotFound, ErrOutcome, ErrReason.
func (t Task) Close(contact uuid.UUID, as Outcome, reason string, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	reason, err := checkReason(reason)
	switch {
	case t.there() != nil:
		return nil, ErrNotFound
	case as != Completed && as != Cancelled:
		return nil, ErrOutcome
	case err != nil:
		return nil, err
	case t.Takes(contact) != nil:
		return due, nil
	case contact != uuid.Nil && !t.Sees(contact):
		return nil, ErrNotFound
	}
	return append(due, Closed{Contact: contact, Outcome: as, Reason: of(t.says.Subject, reason), By: by, At: now}), nil
}

func checkReason(reason string) (string, error) {
	reason = manyLines(reason)
	if n := utf8.RuneCountInString(reason); n > MaxReason {
		return "", ErrReason.Withf("The reason has %d letters; at most %d fit. Shorten it.", n, MaxReason)
	}
	return reason, nil
}
