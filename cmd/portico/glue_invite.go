package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	inviteapp "portico/app/invite"
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
