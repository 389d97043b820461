package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// InvitationLostMail is the kind of effect that tells who sent an invitation that it failed on every channel; args:
// Version, of the failure.
const InvitationLostMail = "mail.invitation_lost"

// InvitationLost tells who invited somebody that nothing has reached them (S4.i2).
type InvitationLost struct {
	ID       string // stable over tries
	At       time.Time
	To       Person // who sent it, or the practice
	Practice Person
	Contact  string // a name; empty: erased
	Email    string // where it went and failed; empty: not by mail
	Phone    string // likewise
	URL      string // of the page that corrects the address and sends again
}

// sendLost mails the sender where the failure was that of the last channel. Those who were invited in bulk stand in the
// report of their job instead: of four hundred nobody wants forty mails.
func (s Sender) sendLost(ctx context.Context, e es.Effect) (Outcome, error) {
	var i invite.Invite
	var sent invite.Sent
	var now time.Time
	nth, last := 0, false
	for r, err := range s.Events.Load(ctx, e.Firm, e.Stream, 0) {
		if err != nil {
			return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
		}
		f, ok := r.Event.(invite.Event)
		if !ok {
			return Outcome{}, &es.ForeignEventError{Stream: e.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		if sending, ok := f.(invite.Sent); ok {
			sent = sending
		}
		if r.Version == e.Args.Version {
			nth = nthOf(f)
			last = !i.Lost(nth) && i.Apply(f).Lost(nth)
		}
		i, now = i.Apply(f), r.ReadAt
	}
	switch {
	case nth == 0:
		return withdrawn("there is no such failure")
	case !last:
		return withdrawn("it went by another channel, too")
	case nth != sent.Nth:
		return withdrawn("a newer invitation replaces it")
	case sent.Job != uuid.Nil:
		return withdrawn("the report of its job says so")
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m := InvitationLost{
		ID: fmt.Sprintf("invitation-lost.%s.%d", e.Stream.ID, nth), At: now, To: practice, Practice: practice, Contact: sent.Name.Text,
		URL: s.BaseURL + "/contacts/" + invite.ContactOf(e.Stream.ID).String() + "/access",
	}
	if sent.Sender != uuid.Nil {
		if m.To, err = s.Staff(ctx, e.Firm, sent.Sender); err != nil {
			return Outcome{}, fmt.Errorf("find who sent it: %w", err)
		}
	}
	if sent.Channels.Uses(invite.Email) {
		m.Email = sent.Email.Text
	}
	if sent.Channels.Uses(invite.Text) {
		m.Phone = sent.Phone.Text
	}
	return s.Mailer.InvitationLost(ctx, m)
}

// nthOf is the sending that a failure is of; 0: e is none.
func nthOf(e invite.Event) int {
	switch e := e.(type) {
	case invite.Bounced:
		return e.Nth
	case invite.GaveUp:
		return e.Nth
	case invite.Sent, invite.Told, invite.TakenBack, invite.HandedOver, invite.Delivered, invite.Opened, invite.Accepted, invite.Expired, invite.Withdrawn,
		invite.Voided, invite.AccessRemoved:
	}
	return 0
}
