package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/language"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// The kinds of effects that invite into the portal, by mail and by text. Their words are stored.
const (
	InvitationMail = "mail.invitation"  // args: Generation
	InvitationText = "sms.invitation"   // args: Generation
	AlsoMail       = "mail.also_access" // args: Version
	AlsoText       = "sms.also_access"  // args: Version
)

// Invitation is a mail that lets a contact into the portal. In Also nothing has to be accepted: they are in, and have
// access to a further client's papers.
type Invitation struct {
	ID        string // stable over tries
	At        time.Time
	To        Person
	Given     string // what it greets with; may be empty
	Sender    Person // of the practice's staff, or the practice
	Practice  Person
	ReplyTo   Person
	Language  string // BCP 47
	Client    string // whose portal it is about; empty: nobody's, or the contact's own
	Message   string // the sender's own words, may be empty
	URL       string // opens the invitation: never logged
	HelpURL   string // of the portal's help (S3.36)
	Access    invite.Access
	DueOn     time.Time // a civil day; zero: none
	ExpiresAt time.Time
	Zone      string // IANA
	Also      bool
}

// Contact is a contact as the practice knows them at this moment.
type Contact struct {
	invite.Person
	Language string // BCP 47; empty: the practice's
}

// House is what the mails of a practice to its contacts have in common. Empty texts are the mail's own.
type House struct {
	Language string // of contacts who have chosen none
	Sender   string // the name that mails come in
	ReplyTo  string // where answers go
	Zone     string // IANA
}

// isInvitation tells the kinds of this file.
func isInvitation(kind string) bool {
	switch kind {
	case InvitationMail, InvitationText, AlsoMail, AlsoText:
		return true
	}
	return false
}

func channelOf(kind string) invite.Channel {
	if strings.HasPrefix(kind, "sms.") {
		return invite.Text
	}
	return invite.Email
}

// invitation is what the stream of an invite says about one message.
type invitation struct {
	state  invite.Invite
	sent   invite.Sent // of the effect's generation
	told   invite.Told // of the effect's version
	sender uuid.UUID   // staff who asked for it; zero: nobody of them
	over   bool        // handed over already, on the effect's channel
	now    time.Time
}

// readInvitation folds the stream, with what the effect is about.
func (s Sender) readInvitation(ctx context.Context, e es.Effect) (i invitation, err error) {
	for r, err := range s.Events.Load(ctx, e.Firm, e.Stream, 0) {
		if err != nil {
			return i, fmt.Errorf("read %s: %w", e.Stream, err)
		}
		f, ok := r.Event.(invite.Event)
		if !ok {
			return i, &es.ForeignEventError{Stream: e.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		i.state, i.now = i.state.Apply(f), r.ReadAt
		switch f := f.(type) {
		case invite.Sent:
			if f.Nth == e.Args.Generation {
				i.sent, i.sender = f, f.Sender
			}
		case invite.Told:
			if r.Version == e.Args.Version {
				i.told, i.sender = f, f.Sender
			}
		case invite.HandedOver:
			i.over = i.over || f.Nth == e.Args.Generation && f.Channel == channelOf(e.Kind)
		case invite.TakenBack, invite.Delivered, invite.Bounced, invite.GaveUp, invite.Opened, invite.Accepted, invite.Expired, invite.Withdrawn,
			invite.Voided, invite.AccessRemoved:
		}
	}
	return i, nil
}

// sendInvitation mails or texts one secret, while it still lets its holder in and the contact is still where it goes
// (rules 1, 2, 10).
func (s Sender) sendInvitation(ctx context.Context, e es.Effect) (Outcome, error) {
	i, err := s.readInvitation(ctx, e)
	if err != nil {
		return Outcome{}, err
	}
	contact := invite.ContactOf(e.Stream.ID)
	kind, _, _ := strings.Cut(e.Kind, ".")
	id := fmt.Sprintf("%s-invitation.%s.%d", kind, e.Stream.ID, e.Args.Generation)
	right, refusal := i.state.Holder(e.Args.Generation, i.now)
	switch {
	case i.sent.Nth == 0:
		return withdrawn("there is no such sending")
	case i.over:
		return Outcome{Status: HandedOver, IDs: es.Handed{id}}, nil
	case refusal != nil:
		return withdrawn(why(refusal))
	case right.In:
		return withdrawn("it has been accepted")
	}
	c, err := s.Contact(ctx, e.Firm, contact)
	if err != nil {
		return Outcome{}, fmt.Errorf("find whom it goes to: %w", err)
	}
	if len(i.state.Void(c.Person, i.now)) > 0 {
		if err := s.changeInvite(ctx, e, func(i invite.Invite, now time.Time) ([]invite.Event, error) { return i.Void(c.Person, now), nil }); err != nil {
			return Outcome{}, err
		}
		return withdrawn("the contact has another address by now")
	}
	m, err := s.composeInvitation(ctx, e, i, c, i.sent.Client)
	if err != nil {
		return Outcome{}, err
	}
	m.ID, m.Message, m.Access = id, i.sent.Message.Text, i.sent.Access
	m.ExpiresAt, m.Zone = i.sent.ExpiresAt, i.sent.Zone
	m.URL = s.BaseURL + "/i/" + s.Keys.Invitation(secret.InvitationToken{Invite: e.Stream.ID, Generation: e.Args.Generation}).Reveal()
	if due, err := time.Parse(time.DateOnly, i.sent.DueOn); err == nil {
		m.DueOn = due
	}
	return s.handInvitation(ctx, e, m, i.sent.Email, i.sent.Phone)
}

// sendAlso tells somebody who is in of a further client (S3.i10).
func (s Sender) sendAlso(ctx context.Context, e es.Effect) (Outcome, error) {
	i, err := s.readInvitation(ctx, e)
	if err != nil {
		return Outcome{}, err
	}
	if i.told.Client == uuid.Nil {
		return withdrawn("there is no such event")
	}
	if _, refusal := i.state.MayEnter(); refusal != nil {
		return withdrawn("their access was removed")
	}
	c, err := s.Contact(ctx, e.Firm, invite.ContactOf(e.Stream.ID))
	if err != nil {
		return Outcome{}, fmt.Errorf("find whom it goes to: %w", err)
	}
	m, err := s.composeInvitation(ctx, e, i, c, i.told.Client)
	if err != nil {
		return Outcome{}, err
	}
	kind, _, _ := strings.Cut(e.Kind, ".")
	m.ID = fmt.Sprintf("%s-also-access.%s.%d", kind, e.Stream.ID, e.Args.Version)
	m.Also, m.Message = true, i.told.Message.Text
	m.URL = s.BaseURL + "/portal?client=" + i.told.Client.String() // opening it switches to that client visibly (I5)
	return s.handInvitation(ctx, e, m, event.Of(c.Contact, c.Email), event.Of(c.Contact, c.Phone))
}

func (s Sender) composeInvitation(ctx context.Context, e es.Effect, i invitation, c Contact, client uuid.UUID) (m Invitation, err error) {
	m = Invitation{At: i.now, Given: c.Given, To: Person{Name: c.Name}, HelpURL: s.BaseURL + "/portal/help"}
	if m.Practice, err = s.Practice(ctx, e.Firm); err != nil {
		return m, fmt.Errorf("find the practice: %w", err)
	}
	m.Sender = m.Practice
	if i.sender != uuid.Nil {
		if m.Sender, err = s.Staff(ctx, e.Firm, i.sender); err != nil {
			return m, fmt.Errorf("find who sent it: %w", err)
		}
	}
	house, err := s.House(ctx, e.Firm)
	if err != nil {
		return m, fmt.Errorf("find how the practice writes: %w", err)
	}
	m.Language = cmp.Or(c.Language, house.Language)
	m.ReplyTo = m.Sender
	if house.ReplyTo != "" {
		m.ReplyTo = Person{Name: m.Practice.Name, Email: house.ReplyTo}
	}
	if house.Sender != "" {
		m.Practice.Name = house.Sender
	}
	if client != uuid.Nil {
		if m.Client, err = s.Client(ctx, e.Firm, client); err != nil {
			return m, fmt.Errorf("find whose portal it is about: %w", err)
		}
	}
	if m.Client == c.Name { // their own
		m.Client = ""
	}
	return m, nil
}

// handInvitation hands m over on the effect's channel.
func (s Sender) handInvitation(ctx context.Context, e es.Effect, m Invitation, email, phone event.Personal) (Outcome, error) {
	if channelOf(e.Kind) == invite.Email {
		if m.To.Email = email.Text; m.To.Email == "" {
			return withdrawn("the contact was erased")
		}
		return s.Mailer.Invitation(ctx, m)
	}
	if phone.Text == "" {
		return withdrawn("the contact was erased")
	}
	if s.Texter == nil {
		return Outcome{Status: Refused, Code: "no-provider", Detail: "no provider of text messages is configured"}, nil
	}
	return s.Texter.Text(ctx, TextMessage{ID: m.ID, At: m.At, To: phone.Text, Body: invitationText(m)})
}

// invitationText is the whole text message: short, without anything personal but the link.
func invitationText(m Invitation) string {
	w := language.For(m.Language)
	if m.Also {
		return w.T("invite.text.also", m.Practice.Name, m.URL)
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		zone = time.UTC
	}
	return w.T("invite.text", m.Practice.Name, m.URL, w.ShortDate(m.ExpiresAt.Add(-time.Millisecond), zone))
}

// why is what the ledger says of an invitation that makes no sense any more.
func why(refusal error) string {
	switch {
	case errors.Is(refusal, invite.ErrReplaced):
		return "a newer invitation replaces it"
	case errors.Is(refusal, invite.ErrWithdrawn):
		return "it was withdrawn"
	case errors.Is(refusal, invite.ErrVoided):
		return "the contact has another address by now"
	case errors.Is(refusal, invite.ErrExpired):
		return "it has expired"
	case errors.Is(refusal, invite.ErrRemoved):
		return "their access was removed"
	case errors.Is(refusal, invite.ErrUsed):
		return "it has been accepted"
	}
	return "it was taken back"
}

// recordInvitation notes on the invite what became of a sending (T13). What somebody was told of a further client has no
// place there.
func (s Sender) recordInvitation(ctx context.Context, e es.Effect, o Outcome) error {
	if e.Kind != InvitationMail && e.Kind != InvitationText {
		return nil
	}
	what := invite.Outcome{Nth: e.Args.Generation, Channel: channelOf(e.Kind), What: invite.WasHandedOver}
	if o.Status == Refused {
		what.What, what.Code, what.Detail = invite.WasBounced, o.Code, o.Detail
	}
	return s.changeInvite(ctx, e, func(i invite.Invite, now time.Time) ([]invite.Event, error) { return i.Record(what, now) })
}

func (s Sender) invitationGaveUp(ctx context.Context, e es.Effect, tries int) error {
	if e.Kind != InvitationMail && e.Kind != InvitationText {
		return nil
	}
	return s.changeInvite(ctx, e, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
		return i.Record(invite.Outcome{Nth: e.Args.Generation, Channel: channelOf(e.Kind), What: invite.WasGivenUp, Tries: tries}, now)
	})
}

func (s Sender) changeInvite(ctx context.Context, e es.Effect, decide func(invite.Invite, time.Time) ([]invite.Event, error)) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	if _, err := es.Execute(ctx, s.Events, by, e.Stream, decide); err != nil {
		return fmt.Errorf("record what became of %s: %w", e.Key, err)
	}
	return nil
}
