// Package invite is what people ask of invitations into the portal, and what pages show of them.
package invite

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/day"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// Commands are what people ask of invitations. Each method is one command on one contact's invite; it returns the rule's
// fault when refused (see the decision of the same name in portico/domain/invite), or an error of es.Execute.
type Commands struct {
	Events   es.Store
	Contacts Contacts
	// Inactive tells whether client is archived, or, where it is zero, whether contact belongs to clients of which none is
	// active (S3.i23). nil: all are active.
	Inactive func(ctx context.Context, firm int32, contact, client uuid.UUID) (bool, error)
}

func (c Commands) inactive(ctx context.Context, firm int32, contact, client uuid.UUID) (bool, error) {
	if c.Inactive == nil {
		return false, nil
	}
	return c.Inactive(ctx, firm, contact, client)
}

// Contacts know whom an invitation goes to.
type Contacts interface {
	// Contact is the person as the practice knows them at this moment: what was saved last counts, whether or not pages
	// show it yet. Somebody unknown to the firm is the contacts' own refusal.
	Contact(ctx context.Context, firm int32, contact uuid.UUID) (Contact, error)
}

// Contact is one person.
type Contact struct {
	invite.Person
	Language string // BCP 47; empty: the practice's
	Zone     string // IANA; empty: the practice's
}

// on runs one decision on a contact's invite.
func (c Commands) on(ctx context.Context, by es.By, contact uuid.UUID, decide func(invite.Invite, time.Time) ([]invite.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, invite.Stream(contact), decide)
}

// GivenDays is how many days somebody has who is given access without a mail: until their first task comes, and they with it (I4).
const GivenDays = 365

// DefaultDays is how many days an invitation lasts where nobody says otherwise (S3.i1).
const DefaultDays = 30

// Send invites a contact. Nothing is drafted: what is asked for here leaves.
type Send struct {
	By        es.By
	Contact   uuid.UUID
	Client    uuid.UUID // whose portal it is about; zero: somebody who is no client (S3.9)
	Channels  invite.Channels
	Message   string
	Access    invite.Access
	DueOn     string    // "2026-05-12", or empty
	Bundle    uuid.UUID // of requests; zero: none
	ExpiresOn time.Time // a civil date: only year, month and day count; zero: DefaultDays from now; GivenDays of what is not mailed
	Zone      *time.Location
	HoldUntil time.Time // until then it can be taken back (T5); zero: it leaves at once
	Job       uuid.UUID // in bulk: each job invites a contact once; zero: one by one
	Again     bool      // in bulk: also who has an invitation that waits for an answer
}

// Send invites a contact to where they can be reached by now. Somebody who is in already is told of the client (S3.i10).
func (c Commands) Send(ctx context.Context, cmd Send) (es.Result, error) {
	to, err := c.Contacts.Contact(ctx, cmd.By.Firm, cmd.Contact)
	if err != nil {
		return es.Result{}, err
	}
	inactive, err := c.inactive(ctx, cmd.By.Firm, cmd.Contact, cmd.Client)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		if cmd.Channels == invite.ByNone {
			cmd.ExpiresOn = now.In(cmd.Zone).AddDate(0, 0, GivenDays)
		}
		return i.Send(invite.Sending{
			To: to.Person, Client: cmd.Client, Inactive: inactive, Sender: sender(cmd.By), Channels: cmd.Channels, Message: cmd.Message, Access: cmd.Access, DueOn: cmd.DueOn,
			Bundle: cmd.Bundle, Job: cmd.Job, Again: cmd.Again, ExpiresAt: expiry(cmd.ExpiresOn, cmd.Zone, now), Zone: cmd.Zone.String(), HoldUntil: cmd.HoldUntil,
		}, now)
	})
}

// sender is in whose name a message goes: that of whoever of the practice asked for it.
func sender(by es.By) uuid.UUID {
	if by.Actor.Kind != event.Staff {
		return uuid.Nil
	}
	return by.Actor.ID
}

// expiry is the end of a day in zone (L5).
func expiry(on time.Time, zone *time.Location, now time.Time) time.Time {
	if on.IsZero() {
		on = now.In(zone).AddDate(0, 0, DefaultDays)
	}
	return day.End(on.Year(), on.Month(), on.Day(), zone)
}

// Resend sends the same invitation anew, with a new secret and a new clock (S3.7, S3.i2).
type Resend struct {
	By        es.By
	Contact   uuid.UUID
	ExpiresOn time.Time // as in Send
	Zone      *time.Location
}

// Resend sends the same invitation anew, to where the contact can be reached by now.
func (c Commands) Resend(ctx context.Context, cmd Resend) (es.Result, error) {
	to, err := c.Contacts.Contact(ctx, cmd.By.Firm, cmd.Contact)
	if err != nil {
		return es.Result{}, err
	}
	var client uuid.UUID
	if err := es.Look(ctx, c.Events, cmd.By.Firm, invite.Stream(cmd.Contact), func(i invite.Invite, _ int, _ time.Time) error {
		client = i.Client()
		return nil
	}); err != nil {
		return es.Result{}, err
	}
	inactive, err := c.inactive(ctx, cmd.By.Firm, cmd.Contact, client)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Resend(to.Person, sender(cmd.By), inactive, expiry(cmd.ExpiresOn, cmd.Zone, now), cmd.Zone.String(), now)
	})
}

// TakeBack undoes a sending within its hold (T5).
type TakeBack struct {
	By      es.By
	Contact uuid.UUID
	Nth     int
}

// TakeBack undoes a sending within its hold.
func (c Commands) TakeBack(ctx context.Context, cmd TakeBack) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.TakeBack(cmd.Nth, now)
	})
}

// Recall takes back what a bulk job has sent to a contact and what will not leave any more.
type Recall struct {
	By      es.By
	Contact uuid.UUID
	Job     uuid.UUID
}

// Recall takes back what a bulk job has sent to a contact. The caller has seen to it that no message of it leaves.
func (c Commands) Recall(ctx context.Context, cmd Recall) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Recall(cmd.Job, now), nil
	})
}

// Withdraw ends an invitation that nobody has accepted. Reason is for the practice only and may be empty.
type Withdraw struct {
	By      es.By
	Contact uuid.UUID
	Reason  string
}

// Withdraw ends an invitation that nobody has accepted.
func (c Commands) Withdraw(ctx context.Context, cmd Withdraw) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Withdraw(cmd.Reason, now)
	})
}

// RemoveAccess shuts the portal for a contact at their next request (S3.8, S3.i4).
type RemoveAccess struct {
	By      es.By
	Contact uuid.UUID
	Reason  string
}

// RemoveAccess shuts the portal for a contact.
func (c Commands) RemoveAccess(ctx context.Context, cmd RemoveAccess) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.RemoveAccess(cmd.Reason, now)
	})
}

// Open says that somebody pressed the button of an invitation's first page.
type Open struct {
	By      es.By // the contact
	Contact uuid.UUID
	Nth     int // of the secret's generation
}

// Open records that somebody pressed the button of an invitation's first page.
func (c Commands) Open(ctx context.Context, cmd Open) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Open(cmd.Nth, now)
	})
}

// Accept lets a contact in.
type Accept struct {
	By      es.By // the contact
	Contact uuid.UUID
	Nth     int    // of the secret's generation
	From    string // network address
}

// Accept lets a contact in, in the way that the sending says.
func (c Commands) Accept(ctx context.Context, cmd Accept) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Accept(cmd.Nth, cmd.From, now)
	})
}

// Holder tells what the secret of a contact's nth sending is good for at this moment.
func (c Commands) Holder(ctx context.Context, firm int32, contact uuid.UUID, nth int) (right invite.Right, err error) {
	err = es.Look(ctx, c.Events, firm, invite.Stream(contact), func(i invite.Invite, _ int, now time.Time) (err error) {
		right, err = i.Holder(nth, now)
		return err
	})
	return right, err
}

// MayEnter tells whether a contact is let in at this moment, and how: every request of the portal asks (S3.i4, I1). It
// refuses with invite.ErrRemoved and invite.ErrNotIn.
func (c Commands) MayEnter(ctx context.Context, firm int32, contact uuid.UUID) (access invite.Access, err error) {
	err = es.Look(ctx, c.Events, firm, invite.Stream(contact), func(i invite.Invite, _ int, _ time.Time) (err error) {
		access, err = i.MayEnter()
		return err
	})
	return access, err
}

// Given is the way in that mails about tasks bring a contact who was given access without a mail (I4); zero: there is none.
func (c Commands) Given(ctx context.Context, firm int32, contact uuid.UUID) (pass invite.Pass, err error) {
	err = es.Look(ctx, c.Events, firm, invite.Stream(contact), func(i invite.Invite, _ int, now time.Time) error {
		pass = i.Given(now)
		return nil
	})
	return pass, err
}

// Record notes what became of a sending on one channel; the second time changes nothing (T13).
type Record struct {
	By      es.By
	Contact uuid.UUID
	Outcome invite.Outcome
}

// Record notes what became of a sending on one channel.
func (c Commands) Record(ctx context.Context, cmd Record) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Record(cmd.Outcome, now)
	})
}

// Void ends what waits for an answer and went to where the contact no longer is (S3.i12, I6). It is asked after every
// change of a contact; most times there is nothing to end.
func (c Commands) Void(ctx context.Context, by es.By, contact uuid.UUID) (es.Result, error) {
	to, err := c.Contacts.Contact(ctx, by.Firm, contact)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, by, contact, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Void(to.Person, now), nil
	})
}
