package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"portico/adapters/postgres"
	"portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	"portico/app/message"
	"portico/app/notify"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// addressBook tells invitations whom they go to, by the contact's own history: what was saved a moment ago counts.
type addressBook struct{ events es.Store }

var _ inviteapp.Contacts = addressBook{}

func (b addressBook) Contact(ctx context.Context, firm int32, id uuid.UUID) (c inviteapp.Contact, err error) {
	err = es.Look(ctx, b.events, firm, contact.Stream(id), func(p person, version int, _ time.Time) error {
		if version == 0 {
			return contact.ErrNotFound
		}
		c = inviteapp.Contact{
			Person: invite.Person{
				Contact: id, Given: p.Given.Text, Name: strings.TrimSpace(p.Given.Text + " " + p.Family.Text), Email: p.Email.Text, Phone: p.Phone.Text,
			},
			Language: p.Language, Zone: p.Zone,
		}
		return nil
	})
	return c, err
}

// addressees tells mails whom an invitation goes to.
func (b addressBook) addressees(ctx context.Context, firm int32, id uuid.UUID) (notify.Contact, error) {
	c, err := b.Contact(ctx, firm, id)
	return notify.Contact{Person: c.Person, Language: c.Language}, err
}

// archived is inviteapp.Commands.Inactive: of a client by its own history, so that what was archived a moment ago counts,
// and of a contact by all clients that there are, whoever asks.
func archived(events es.Store, contacts postgres.ContactList) func(ctx context.Context, firm int32, contact, client uuid.UUID) (bool, error) {
	return func(ctx context.Context, firm int32, contact, of uuid.UUID) (is bool, err error) {
		if of == uuid.Nil {
			return allArchived(account.Unlimited(ctx), contacts, firm, contact)
		}
		err = es.Look(ctx, events, firm, client.Stream(of), func(c client.Client, version int, _ time.Time) error {
			is = version > 0 && !c.Active()
			return nil
		})
		return is, err
	}
}

// known is clientapp.Commands.Known: a person of the practice whom the sender may see. Whom somebody has just added who is
// limited to their own clients may not be in the list yet.
func known(contacts contactapp.Commands, list postgres.ContactList) func(ctx context.Context, firm int32, id uuid.UUID) error {
	return func(ctx context.Context, firm int32, id uuid.UUID) error {
		if err := contacts.Known(ctx, firm, id); err != nil || account.Only(ctx) == uuid.Nil {
			return err
		}
		_, unseen := list.Contact(ctx, firm, id)
		if !errors.Is(unseen, contact.ErrNotFound) {
			return unseen
		}
		if err := es.Look(ctx, contacts.Events, firm, contact.Stream(id), func(c contact.Contact, _ int, _ time.Time) error {
			if c.AddedBy() != account.Only(ctx) {
				return contact.ErrNotFound
			}
			return nil
		}); err != nil {
			return err
		}
		of, err := list.ClientsOf(account.Unlimited(ctx), firm, id)
		if err == nil && len(of) > 0 {
			err = contact.ErrNotFound
		}
		return err
	}
}

// manners tells mails to contacts how their practice writes.
func manners(firms firmapp.Reader) func(ctx context.Context, firm int32) (notify.House, error) {
	return func(ctx context.Context, no int32) (notify.House, error) {
		p, err := firms.Portal(ctx, no)
		return notify.House{Language: p.Language, Sender: p.MailSender, ReplyTo: p.MailReplyTo, Zone: p.Zone}, err
	}
}

// clientNames tells mails whose portal they are about. One that nobody knows any more has no name.
func clientNames(clients clientapp.Reader) func(ctx context.Context, firm int32, id uuid.UUID) (string, error) {
	return func(ctx context.Context, firm int32, id uuid.UUID) (string, error) {
		c, err := clients.Client(ctx, firm, id)
		if errors.Is(err, client.ErrNotFound) {
			return "", nil
		}
		return c.Name, err
	}
}

// recordInvitation notes on an invite what the outside world tells of one of its messages (T13).
func (h *house) recordInvitation(ctx context.Context, e es.Effect, r message.Report) error {
	o := invite.Outcome{Nth: e.Args.Generation, Channel: invite.Email, What: invite.WasDelivered, Code: r.Code, Detail: r.Detail}
	if e.Kind == inviteapp.TextInvitation {
		o.Channel = invite.Text
	}
	if r.Fate == message.Bounced {
		o.What = invite.WasBounced
	}
	_, err := h.invites.Record(ctx, inviteapp.Record{
		By: es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}, Contact: invite.ContactOf(e.Stream.ID), Outcome: o,
	})
	return err
}

// person is what a contact's history says of them last.
type person contact.Details

func (p person) Apply(e contact.Event) person {
	switch e := e.(type) {
	case contact.Added:
		return person(e.Details)
	case contact.Changed:
		return person(e.Details)
	}
	return p
}

// invitesOfMoved voids an invitation whose contact has another address by now (S3.i12, I6). Hearing it twice is harmless.
func invitesOfMoved(invites inviteapp.Commands) postgres.Subscription {
	return postgres.Subscription{
		Name: "invites_of_moved", Version: 1, Types: []string{contact.Changed{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				by := es.By{Firm: r.Firm, Actor: event.Actor{Kind: event.System}}
				if _, err := invites.Void(ctx, by, r.Stream.ID); err != nil {
					return fmt.Errorf("void the invitation of %s: %w", r.Stream, err)
				}
			}
			return nil
		},
	}
}

// entered tells whether a contact's address is their own: whether they are in (S3.i12).
func entered(invites inviteapp.Commands) func(ctx context.Context, firm int32, contact uuid.UUID) (bool, error) {
	return func(ctx context.Context, firm int32, contact uuid.UUID) (in bool, err error) {
		err = es.Look(ctx, invites.Events, firm, invite.Stream(contact), func(i invite.Invite, _ int, _ time.Time) error {
			_, refusal := i.MayEnter()
			in = refusal == nil
			return nil
		})
		return in, err
	}
}
