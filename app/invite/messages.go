package invite

import (
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// The kinds of effects that invitations ask for. Their words are stored.
const (
	MailInvitation = "mail.invitation"      // with the secret; Args: Generation
	TextInvitation = "sms.invitation"       // likewise
	MailAlso       = "mail.also_access"     // to somebody who is in: they have a further client (S3.i10); Args: Version
	TextAlso       = "sms.also_access"      // likewise
	MailLost       = "mail.invitation_lost" // to the sender: it failed on every channel (S4.i2); Args: Version of the failure
)

// holdSlack is how much longer than its hold a message waits: what was taken back at the last moment is written by then.
const holdSlack = 10 * time.Second

// Effects are the messages that one event asks for: one for each channel of a sending that there is an address for. It is
// pure: the same event asks for the same effects under the same keys.
func Effects(r event.Recorded) []es.Effect {
	e, ok := r.Event.(invite.Event)
	if !ok {
		return nil
	}
	effect := func(kind string, nth any) es.Effect {
		return es.Effect{
			Kind: kind, Key: fmt.Sprintf("%s/%s/%v", kind, r.Stream.ID, nth), Firm: r.Firm, Stream: r.Stream, Person: invite.ContactOf(r.Stream.ID),
		}
	}
	there := func(p event.Personal) bool { return p.Subject != uuid.Nil } // the text itself is sealed here
	var effects []es.Effect
	switch e := e.(type) {
	case invite.Sent:
		add := func(kind string) {
			f := effect(kind, e.Nth)
			f.Client, f.Args.Generation = e.Client, e.Nth
			if !e.HoldUntil.IsZero() {
				f.NotBefore = e.HoldUntil.Add(holdSlack)
			}
			effects = append(effects, f)
		}
		if e.Channels.Uses(invite.Email) && there(e.Email) {
			add(MailInvitation)
		}
		if e.Channels.Uses(invite.Text) && there(e.Phone) {
			add(TextInvitation)
		}
	case invite.Told:
		kind := MailAlso
		if !there(e.Email) {
			kind = TextAlso
		}
		f := effect(kind, r.Version)
		f.Client, f.Args.Version = e.Client, r.Version
		effects = append(effects, f)
	case invite.Bounced, invite.GaveUp:
		f := effect(MailLost, r.Version) // whether it was the last channel is known when the history is read
		f.Args.Version = r.Version
		effects = append(effects, f)
	case invite.TakenBack, invite.HandedOver, invite.Delivered, invite.Opened, invite.Accepted, invite.Expired,
		invite.Withdrawn, invite.Voided, invite.AccessRemoved:
	}
	return effects
}

// Types are the stored names of the events that ask for messages.
func Types() []string {
	return []string{invite.Sent{}.EventType(), invite.Told{}.EventType(), invite.Bounced{}.EventType(), invite.GaveUp{}.EventType()}
}
