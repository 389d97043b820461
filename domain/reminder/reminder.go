// Package reminder decides when people are reminded of what they have to do, and keeps what became of it.
//
//  1. A practice has named cadences, and may have one that new tasks get where nobody chooses. A cadence names days before,
//     on and after the due date, may go on every so many days for so many times, and has an hour. A task without due date,
//     or without cadence, has no reminders.
//  2. A slot is such a day at that hour in the person's zone. One inside the practice's quiet hours is the first moment
//     after them, and no reminder leaves inside of them, however late it is.
//  3. A person gets one reminder a day at most, across all clients and tasks. It names the tasks whose slot has come, or
//     comes later that day, and whatever else is open of the same series (T10).
//  4. Slots that were missed are made up for once, together (T8). Only those count by which a task has been theirs to do
//     for twelve hours, by that date and that cadence: what is assigned, reopened, sent back or moved begins with the next
//     one (T7).
//  5. A task about which somebody on the client's side has done something since the slot before, within a week, is left
//     out of a reminder: it is paused. Where everybody does it for themselves, that is their own doing.
//  6. Nothing goes to who can't come in, whose mails come back, who has chosen to get none, or whose client is archived
//     (T9). It is recorded with the reason, and not made up for. So is what the practice skips.
//  7. What became of a slot is recorded once. A mail that a server has taken says so under one id, however often it is
//     asked to.
package reminder

import (
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// ErrNext is the refusal to skip what isn't the next reminder any more.
var ErrNext = fault.New(fault.Conflict, "reminder.next",
	"The next reminder is another one by now, or is on its way. Look again, then decide.")

// Reminders are those of one person. The zero value has none.
type Reminders struct {
	contact uuid.UUID
	slot    time.Time // the next one; zero: none
	tasks   []uuid.UUID
	wake    time.Time // when it comes: the slot, or later
	ringing bool      // it has come, and nobody knows yet what became of it
	nth     int       // how often it has come
	upto    time.Time // all slots up to then are over
	sent    []sent    // mails, the newest last
}

type sent struct {
	mail      uuid.UUID
	slot      time.Time
	tasks     []uuid.UUID
	delivered bool
	bounced   bool
}

// mostSent is how many mails are remembered, for what is told of them later.
const mostSent = 20

// Upto is until when all slots are over.
func (r Reminders) Upto() time.Time { return r.upto }

// Next is the slot that is planned; zero: none.
func (r Reminders) Next() time.Time { return r.slot }

// Ringing tells that the slot has come for the nth time and nobody knows yet what became of it.
func (r Reminders) Ringing(slot time.Time) bool { return r.ringing && r.slot.Equal(slot) }

// SentAt is the mail of a slot, and the tasks of which it told.
func (r Reminders) SentAt(slot time.Time) (mail uuid.UUID, tasks []uuid.UUID, ok bool) {
	i := slices.IndexFunc(r.sent, func(s sent) bool { return s.slot.Equal(slot) })
	if i < 0 {
		return uuid.Nil, nil, false
	}
	return r.sent[i].mail, r.sent[i].tasks, true
}

// Apply assigns what e says.
func (r Reminders) Apply(e Event) Reminders {
	switch e := e.(type) {
	case Planned:
		if !e.Slot.Equal(r.slot) {
			r.wake, r.nth = e.Slot, 0
		}
		r.contact, r.slot, r.tasks = e.Contact, e.Slot, e.Tasks
	case Due:
		r.ringing, r.nth = true, e.Nth
	case Postponed:
		r.ringing, r.wake = false, e.Until
	case Sent:
		r = r.over(e.Upto)
		r.sent = append(slices.Clone(r.sent[max(0, len(r.sent)-mostSent+1):]), sent{mail: e.Mail, slot: e.Slot, tasks: e.Tasks})
	case Withheld:
		r = r.over(e.Upto)
	case Skipped:
		r = r.over(e.Upto)
	case Delivered:
		r = r.told(e.Mail, func(s *sent) { s.delivered = true })
	case Bounced:
		r = r.told(e.Mail, func(s *sent) { s.bounced = true })
	}
	return r
}

func (r Reminders) over(upto time.Time) Reminders {
	r.slot, r.wake, r.tasks, r.ringing, r.nth, r.upto = time.Time{}, time.Time{}, nil, false, 0, upto
	return r
}

func (r Reminders) told(mail uuid.UUID, do func(*sent)) Reminders {
	r.sent = slices.Clone(r.sent)
	for i := range r.sent {
		if r.sent[i].mail == mail {
			do(&r.sent[i])
		}
	}
	return r
}

// Plan states the next reminder. What stands so already is no event, and neither is anything while one is on its way:
// what becomes of it is planned from again.
func (r Reminders) Plan(contact uuid.UUID, next Coming, now time.Time) []Event {
	tasks := next.All()
	slices.SortFunc(tasks, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	if r.ringing || next.Slot.Equal(r.slot) && slices.Equal(tasks, r.tasks) {
		return nil
	}
	return []Event{Planned{Contact: contact, Slot: next.Slot, Tasks: tasks, At: now}}
}

// Elapse is what time alone has caused by now: the slot has come.
func (r Reminders) Elapse(now time.Time) []Event {
	if wake := r.Wake(); wake.IsZero() || now.Before(wake) {
		return nil
	}
	return []Event{Due{Contact: r.contact, Slot: r.slot, Nth: r.nth + 1, At: now}}
}

// Wake is when Elapse has something to say next; zero: never.
func (r Reminders) Wake() time.Time {
	if r.ringing {
		return time.Time{}
	}
	return r.wake
}

// Postpone lets the slot that has come come again (rule 2).
func (r Reminders) Postpone(slot, until, now time.Time) []Event {
	if !r.Ringing(slot) {
		return nil
	}
	return []Event{Postponed{Contact: r.contact, Slot: slot, Until: until, At: now}}
}

// Send records that a mail server has taken the reminder (rule 7).
func (r Reminders) Send(slot time.Time, mail uuid.UUID, tasks []uuid.UUID, upto, now time.Time) []Event {
	if !r.Ringing(slot) {
		return nil
	}
	return []Event{Sent{Contact: r.contact, Slot: slot, Tasks: tasks, Mail: mail, Upto: upto, At: now}}
}

// Withhold records that nothing was sent, and why (rule 6).
func (r Reminders) Withhold(slot time.Time, tasks []uuid.UUID, cause Cause, reason string, upto, now time.Time) []Event {
	if !r.Ringing(slot) {
		return nil
	}
	return []Event{Withheld{Contact: r.contact, Slot: slot, Tasks: tasks, Cause: cause, Reason: reason, Upto: upto, At: now}}
}

// Skip lets the next reminder out. It refuses with ErrNext where that isn't the next one any more.
func (r Reminders) Skip(slot time.Time, by event.Actor, upto, now time.Time) ([]Event, error) {
	if r.ringing || slot.IsZero() || !r.slot.Equal(slot) {
		return nil, ErrNext
	}
	return []Event{Skipped{Contact: r.contact, Slot: slot, Tasks: r.tasks, By: by.Kind, Who: by.ID, Upto: upto, At: now}}, nil
}

// Report notes what is told later of a mail, once.
func (r Reminders) Report(mail uuid.UUID, delivered bool, code string, now time.Time) []Event {
	i := slices.IndexFunc(r.sent, func(s sent) bool { return s.mail == mail })
	switch {
	case i < 0, delivered && r.sent[i].delivered, !delivered && r.sent[i].bounced:
		return nil
	case delivered:
		return []Event{Delivered{Contact: r.contact, Mail: mail, At: now}}
	}
	return []Event{Bounced{Contact: r.contact, Mail: mail, Code: code, At: now}}
}
