package uploadlink

import (
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// BatchTakes is how long after its opening a batch takes files (rule 7, U1).
const BatchTakes = 60 * time.Minute

// Policy is the practice's rule for files that come in through links, as it stands when a file is complete (U2).
type Policy struct {
	Window      time.Duration // 0: none
	AtOnce      bool          // the practice sees a file when it is complete, not when its window has ended
	MaxFileSize int64         // bytes; 0: MaxFileSize
	Scan        bool          // a scanner is configured (rule 17)
}

// Elapse is what time alone has caused by now: batches released or sealed, transfers too old, the expiry, quarantines
// emptied; each with the instant at which it came about, in that order (rules 5, 9, 10, 17, 18). Asked again after its events are applied, it has none.
func (l Link) Elapse(now time.Time) []Event {
	type due struct {
		at time.Time
		e  Event
	}
	var dues []due
	for _, b := range l.batches {
		if b.sealed == "" && !now.Before(b.deadline) {
			dues = append(dues, due{b.deadline, l.end(b, WindowEnded, b.deadline)})
		}
	}
	for _, f := range l.files {
		if limit := f.startedAt.Add(TransferLimit); f.state == receiving && !now.Before(limit) {
			dues = append(dues, due{limit, TransferAbandoned{File: f.id, Reason: TooOld, At: limit}})
		}
		if limit := f.scannedAt.Add(QuarantineLimit); f.state == infected && !now.Before(limit) {
			dues = append(dues, due{limit, QuarantineEmptied{File: f.id, Cause: KeptLong, At: limit}})
		}
	}
	if l.subject != uuid.Nil && !l.expired && !l.revoked && l.ended(now) {
		dues = append(dues, due{l.expiresAt, Expired{At: l.expiresAt}})
	}
	slices.SortStableFunc(dues, func(a, b due) int { return a.at.Compare(b.at) })
	var events []Event
	for _, d := range dues {
		events = append(events, d.e)
	}
	return events
}

// Wake is the next instant at which Elapse will have something, zero for never.
func (l Link) Wake() time.Time {
	var next time.Time
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, b := range l.batches {
		if b.sealed == "" {
			sooner(b.deadline)
		}
	}
	for _, f := range l.files {
		switch f.state {
		case receiving:
			sooner(f.startedAt.Add(TransferLimit))
		case infected:
			sooner(f.scannedAt.Add(QuarantineLimit))
		case received, released, deleted, abandoned, tooOld, destroyed:
		}
	}
	if l.subject != uuid.Nil && !l.expired && !l.revoked {
		sooner(l.expiresAt)
	}
	return next
}

// ahead is the link as time alone has made it by now, and the events that say so.
func (l Link) ahead(now time.Time) (Link, []Event) {
	due := l.Elapse(now)
	if len(due) == 0 {
		return l, nil
	}
	return event.Fold(l.fork(), due...), due
}

// end ends an open batch's window: it is released, or sealed where a verdict is missing (rule 17).
func (l Link) end(b batch, cause ReleaseCause, at time.Time) Event {
	if l.awaits(b.id) {
		return BatchSealed{Batch: b.id, Cause: cause, At: at}
	}
	return BatchReleased{Batch: b.id, Files: l.inWindow(b.id), Cause: cause, At: at}
}

// inWindow are the files of a batch that are neither released nor deleted nor infected, in order of their transfers' start.
func (l Link) inWindow(batch uuid.UUID) []uuid.UUID {
	var ids []uuid.UUID
	for _, f := range l.files {
		if f.state == received && f.batch == batch {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// joins finds the open batch that takes a file at now (rule 7).
func (l Link) joins(recipient uuid.UUID, p Policy, now time.Time) (batch, bool) {
	for _, b := range slices.Backward(l.batches) {
		if b.recipient == recipient && b.sealed == "" && b.window == p.Window && b.delivered == p.AtOnce && now.Before(b.openedAt.Add(BatchTakes)) {
			return b, true
		}
	}
	return batch{}, false
}

// SendNow ends the windows of all open batches of h's recipient (rule 11, U3). A second press finds nothing to do and
// is no error; with nothing ever received it returns ErrNothingToSend.
func (l Link) SendNow(h Holder, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	if err := l.holds(h); err != nil {
		return nil, err
	}
	for _, b := range l.batches {
		if b.recipient == h.Recipient && b.sealed == "" {
			events = append(events, l.end(b, SentNow, now))
		}
	}
	if len(events) == 0 && !slices.ContainsFunc(l.files, func(f file) bool { // a received one is in a sealed batch
		return f.recipient == h.Recipient && (f.state == released || f.state == received || f.state == withdrawn)
	}) {
		return nil, ErrNothingToSend
	}
	return events, nil
}
