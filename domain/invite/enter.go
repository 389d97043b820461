package invite

import (
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What the holder of an invitation reads where it does not let them in, and what somebody reads who was in.
var (
	ErrNotFound = fault.New(fault.NotFound, "invite.not_found",
		"This invitation is unknown. Check that the whole address was copied, or ask the practice for a new one.")
	ErrReplaced = fault.New(fault.Gone, "invite.replaced",
		"A newer invitation has been sent. Open the newest one and use its button.")
	ErrVoided = fault.New(fault.Gone, "invite.voided",
		"This invitation was sent to another address and has been closed. Ask the practice if you expected it.")
	ErrWithdrawn = fault.New(fault.Gone, "invite.withdrawn",
		"The practice has withdrawn this invitation. Ask them if you expected it.")
	ErrExpired = fault.New(fault.Gone, "invite.expired",
		"This invitation has expired. Ask the practice for a new one.")
	ErrUsed = fault.New(fault.Gone, "invite.used",
		"This invitation has been accepted already. Sign in with your e-mail address.")
	ErrRemoved = fault.New(fault.Forbidden, "invite.removed",
		"Your access to this portal has ended. Ask the practice if you still need it.")
	ErrNotIn = fault.New(fault.Forbidden, "invite.not_in",
		"You have no access to this portal yet. Open the invitation of the practice, or ask for one.")
)

// Right is what the holder of a secret may do with it.
type Right struct {
	Contact uuid.UUID
	Client  uuid.UUID // whose portal the sending was about; zero: somebody who is no client
	Access  Access
	In      bool // it was accepted, and the link alone opens the portal; otherwise it can be accepted
}

// Holder tells what the secret of the nth sending lets its holder do at now: a Right, or ErrNotFound, ErrVoided,
// ErrRemoved, ErrUsed, ErrReplaced, ErrWithdrawn, ErrExpired (rules 3, 4, 7, 8).
func (i Invite) Holder(nth int, now time.Time) (Right, error) {
	i, _ = i.ahead(now)
	s, newest := i.nth(nth), i.nth(i.current())
	switch {
	case s == nil, newest == nil, s.end == takenBack:
		return Right{}, ErrNotFound
	case s.end == voided, s.strayed(newest.email, newest.phone):
		return Right{}, ErrVoided
	case i.shut():
		return Right{}, ErrRemoved
	case i.in == ByAccount:
		return Right{}, ErrUsed
	case nth < i.current():
		return Right{}, ErrReplaced
	case s.end == withdrawn:
		return Right{}, ErrWithdrawn
	case s.end == expired:
		return Right{}, ErrExpired
	}
	return Right{Contact: s.contact, Client: s.client, Access: s.access, In: s.end == accepted}, nil
}

// Open records that somebody pressed the button of the nth sending's first page (rule 6). It refuses like Holder.
func (i Invite) Open(nth int, now time.Time) ([]Event, error) {
	i, due := i.ahead(now)
	if _, err := i.Holder(nth, now); err != nil {
		return nil, err
	}
	if s := i.nth(nth); s.opened || s.end != open {
		return due, nil
	}
	return append(due, Opened{Nth: nth, At: now}), nil
}

// Accept lets the contact in by the nth sending (rule 7). from is the network address that it came from. It refuses like
// Holder, and with ErrUsed a second time.
func (i Invite) Accept(nth int, from string, now time.Time) ([]Event, error) {
	i, due := i.ahead(now)
	r, err := i.Holder(nth, now)
	switch {
	case err != nil:
		return nil, err
	case r.In:
		return nil, ErrUsed
	}
	return append(due, Accepted{Nth: nth, Access: r.Access, From: event.Of(r.Contact, from), At: now}), nil
}

// MayEnter tells whether the contact is let in, and how: every request of the portal asks (S3.i4, I1). It refuses with
// ErrRemoved and ErrNotIn.
func (i Invite) MayEnter() (Access, error) {
	switch {
	case i.in != "":
		return i.in, nil
	case i.removed > 0:
		return "", ErrRemoved
	}
	return "", ErrNotIn
}

// Given is the sending that waits for an answer where it was given without a mail (rule 16): its secret goes with mails
// about tasks. The zero Pass says that there is none.
func (i Invite) Given(now time.Time) Pass {
	i, _ = i.ahead(now)
	s := i.pending()
	if s == nil || s.channels != ByNone {
		return Pass{}
	}
	return Pass{Nth: i.current(), Access: s.access, ExpiresAt: s.expiresAt, Zone: s.zone}
}

// Pass is a way in that a mail about something else carries.
type Pass struct {
	Nth       int
	Access    Access
	ExpiresAt time.Time
	Zone      string
}

// Newest is the number of the sending that stands, whatever has become of it; 0: there is none.
func (i Invite) Newest() int { return i.current() }

// DueOn is until when the practice wants what it has asked somebody for who is in, "2026-05-12"; "" for no day (S4.9).
func (i Invite) DueOn() string {
	if s := i.nth(i.current()); s != nil && i.in != "" {
		return s.dueOn
	}
	return ""
}
