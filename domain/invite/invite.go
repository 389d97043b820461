// Package invite decides who may enter the portal, and until when.
//
//  1. Nobody comes in but by an invitation of the practice (S3.1). A contact has one invite, over all sendings; adding a
//     contact sends nothing (S5.4).
//  2. A sending goes to the name, address and number that the contact has by then: by mail, by text, or by both as far as
//     there are both. It needs a first name and one of them (S4.4, S4.i2, S5.i2).
//  3. Each sending has a secret of its own, the nth; the earlier ones are dead at once and say that a newer one was sent.
//     One that went to another address or number says nothing of the newer one (S3.i2, L2, I6).
//  4. A sending works before its expiry, not at it: the end of a day in the practice's zone, in the future and at most a
//     year away (S3.i1, L5).
//  5. Until its hold ends a sending can be taken back: nothing leaves, and what was before it stands again. Its number is
//     not given a second time (T5).
//  6. Looking at an invitation is no event. Pressing its button is, the first time of each sending (L1).
//  7. Who holds the newest secret comes in by it before its expiry, in the way that the sending says, and is in from then
//     on. Doing it again changes nothing and says so (S3.14, S3.i3, S5.i7).
//  8. Withdrawing ends a sending that nobody has accepted. Of somebody who is in, the access is removed: at their next
//     request, with all secrets. The history stays, and both can be invited again (S3.8, S3.i4, I1).
//  9. Who is in by an account needs no second invitation: of each further client they are told once (S3.i10). Who is in
//     by a link gets a new link.
//  10. A sending that nobody has accepted is void once an address or number that it went to is no longer the contact's
//     (S3.i12, I6).
//  11. What became of a sending is recorded once for each of its channels, and only from facts: handed over, delivered,
//     bounced, given up (S3.i1, T13, I2). It is lost when it failed on all of them, of which its sender hears (S4.i2).
//  12. A bulk job invites a contact once, however often it asks (S3.i6, I2).
//  13. What time alone has caused is decided before anything else, at its own instant, however late the alarm (U6).
//  14. A bulk job passes by who is in, whose access was removed, and whose invitation came back from where they still are;
//     and who has one that waits for an answer, unless the job is to ask them again (S3.i6).
//  15. When a bulk job is stopped, a sending of it of which nothing has left is taken back, whatever its hold (S3.i9).
//  16. Access can be given without a mail (I4). Its secret goes to the contact's address with the first mail about a task,
//     and from then on what became of that is what became of the sending. It is not held back, because nothing leaves.
//  17. Nobody is invited through an archived client, nor somebody whose clients are all archived: they could not come in.
//     Who belongs to no client can be (S3.9, S3.i23).
package invite

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Invite is the state of one contact's way in. The zero value was never sent.
//
// Apply reuses its receiver's memory, as append does: go on with what it returns. Decisions never change their receiver.
type Invite struct {
	sendings []sending // by number-1
	removed  int       // how many sendings there were when access was last removed; 0: never
	in       Access    // empty: not in
	told     []uuid.UUID
	jobs     []uuid.UUID
}

type sending struct {
	contact   uuid.UUID
	client    uuid.UUID
	email     string // empty: none, or erased
	phone     string // likewise
	channels  Channels
	message   string
	access    Access
	dueOn     string
	bundle    uuid.UUID
	job       uuid.UUID
	expiresAt time.Time
	zone      string
	holdUntil time.Time
	end       end
	opened    bool
	fates     map[Channel]fate
}

type end uint8

const (
	open end = iota
	takenBack
	accepted
	expired
	withdrawn
	voided
)

// fate is what is known of one channel, as bits.
type fate uint8

const (
	handedOver fate = 1 << iota
	delivered
	bounced
	gaveUp
)

// Apply assigns what e says.
func (i Invite) Apply(e Event) Invite {
	switch e := e.(type) {
	case Sent:
		i.sendings = append(i.sendings, sending{
			contact: e.Contact, client: e.Client, email: e.Email.Text, phone: e.Phone.Text, channels: e.Channels, message: e.Message.Text,
			access: e.Access, dueOn: e.DueOn, bundle: e.Bundle, job: e.Job, expiresAt: e.ExpiresAt, zone: e.Zone, holdUntil: e.HoldUntil,
		})
		i = i.ran(e.Job)
	case Told:
		i.told = append(i.told, e.Client)
		i = i.ran(e.Job)
	case TakenBack:
		i.ends(e.Nth, takenBack)
	case HandedOver:
		i.learns(e.Nth, e.Channel, handedOver)
	case Delivered:
		i.learns(e.Nth, e.Channel, delivered)
	case Bounced:
		i.learns(e.Nth, e.Channel, bounced)
	case GaveUp:
		i.learns(e.Nth, e.Channel, gaveUp)
	case Opened:
		if s := i.nth(e.Nth); s != nil {
			s.opened = true
		}
	case Accepted:
		i.ends(e.Nth, accepted)
		i.in = e.Access
		if s := i.nth(e.Nth); s != nil && s.client != uuid.Nil {
			i.told = append(i.told, s.client)
		}
	case Expired:
		i.ends(e.Nth, expired)
	case Withdrawn:
		i.ends(e.Nth, withdrawn)
	case Voided:
		i.ends(e.Nth, voided)
	case AccessRemoved:
		i.in, i.removed, i.told = "", len(i.sendings), nil
	}
	return i
}

func (i Invite) ran(job uuid.UUID) Invite {
	if job != uuid.Nil {
		i.jobs = append(i.jobs, job)
	}
	return i
}

func (i Invite) ends(nth int, how end) {
	if s := i.nth(nth); s != nil {
		s.end = how
	}
}

func (i Invite) learns(nth int, c Channel, f fate) {
	if s := i.nth(nth); s != nil {
		if s.fates == nil {
			s.fates = map[Channel]fate{}
		}
		s.fates[c] |= f
	}
}

// Lost tells that the nth sending failed for good on every channel that it went by (S4.i2).
func (i Invite) Lost(nth int) bool {
	s := i.nth(nth)
	if s == nil {
		return false
	}
	lost := false
	for c, address := range map[Channel]string{Email: s.email, Text: s.phone} {
		if !s.channels.carries(c) || address == "" {
			continue
		}
		if lost = s.fates[c]&(bounced|gaveUp) != 0; !lost {
			return false
		}
	}
	return lost
}

// nth is one sending, nil where there was none of that number.
func (i Invite) nth(n int) *sending {
	if n < 1 || n > len(i.sendings) {
		return nil
	}
	return &i.sendings[n-1]
}

// current is the number of the sending that stands: the newest that was not taken back; 0 for none.
func (i Invite) current() int {
	n := len(i.sendings)
	for n > 0 && i.sendings[n-1].end == takenBack {
		n--
	}
	return n
}

// pending is the sending that stands and waits for an answer, nil where there is none. Taking a sending back brings
// back the removal that was before it.
func (i Invite) pending() *sending {
	if s := i.nth(i.current()); s != nil && s.end == open && !i.shut() {
		return s
	}
	return nil
}

// shut tells that access was removed and nothing has been sent since.
func (i Invite) shut() bool { return i.removed > 0 && i.current() <= i.removed }

// Wake is the next instant at which Elapse will have something, zero for never.
func (i Invite) Wake() time.Time {
	if s := i.pending(); s != nil {
		return s.expiresAt
	}
	return time.Time{}
}

// Elapse is what time alone has caused by now: the expiry (rule 13).
func (i Invite) Elapse(now time.Time) []Event {
	s := i.pending()
	if s == nil || now.Before(s.expiresAt) {
		return nil
	}
	return []Event{Expired{Nth: i.current(), At: s.expiresAt}}
}

// ahead is the invite as time alone has made it by now, and the events that say so.
func (i Invite) ahead(now time.Time) (Invite, []Event) {
	due := i.Elapse(now)
	if len(due) > 0 {
		i.sendings = slices.Clone(i.sendings)
	}
	for _, e := range due {
		i = i.Apply(e)
	}
	return i, due
}
