package main

import (
	"context"
	"slices"
	"time"

	"portico/adapters/postgres"
	"portico/app/account"
	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	accounts "portico/domain/account"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// door lets contacts in: their invite says whether they may be here, and their clients whether there is anything left to
// be here for. Modules don't know each other, so they meet here.
type door struct {
	invites  inviteapp.Commands
	contacts postgres.ContactList
}

var (
	_ account.Door        = door{}
	_ account.Invitations = door{}
)

// MayEnter is account.Door. Who belongs to clients of which none is active stays outside; who belongs to no client at all
// comes in (S3.i23).
func (d door) MayEnter(ctx context.Context, firm int32, contact uuid.UUID) (byLink bool, err error) {
	access, err := d.invites.MayEnter(ctx, firm, contact)
	if err != nil {
		return false, err
	}
	closed, err := allArchived(ctx, d.contacts, firm, contact)
	if closed && err == nil {
		err = accounts.ErrInactive
	}
	return access == invite.ByLink, err
}

// allArchived tells that a contact belongs to clients of which none is active.
func allArchived(ctx context.Context, contacts postgres.ContactList, firm int32, contact uuid.UUID) (bool, error) {
	clients, err := contacts.ClientsOf(ctx, firm, contact)
	return len(clients) > 0 && !slices.ContainsFunc(clients, func(m contactapp.Membership) bool { return m.Active }), err
}

// Holder is account.Invitations.
func (d door) Holder(ctx context.Context, firm int32, contact uuid.UUID, nth int) (account.Right, error) {
	r, err := d.invites.Holder(ctx, firm, contact, nth)
	return account.Right{ByLink: r.Access == invite.ByLink, In: r.In}, err
}

// Accept is account.Invitations.
func (d door) Accept(ctx context.Context, by es.By, contact uuid.UUID, nth int, from string) (es.Result, error) {
	return d.invites.Accept(ctx, inviteapp.Accept{By: by, Contact: contact, Nth: nth, From: from})
}

// book is what accounts may know of the practice's contacts.
type book struct {
	list     postgres.ContactList
	contacts contactapp.Commands
}

var _ account.Book = book{}

// Person is account.Book.
func (b book) Person(ctx context.Context, firm int32, contact uuid.UUID) (account.Known, error) {
	row, err := b.list.Contact(ctx, firm, contact)
	return account.Known{Name: row.Name(), Email: row.Email, Language: row.Language}, err
}

// Move is account.Book.
func (b book) Move(ctx context.Context, by es.By, contact uuid.UUID, email string) error {
	_, err := b.contacts.Move(ctx, contactapp.Move{By: by, Contact: contact, Email: email})
	return err
}

// demands is what a practice asks of its contacts.
func demands(firms firmapp.Reader) func(ctx context.Context, firm int32) (account.Policy, error) {
	return func(ctx context.Context, firm int32) (account.Policy, error) {
		p, err := firms.Portal(ctx, firm)
		return account.Policy{Practice: p.Name, Terms: p.TermsVersion, LinkPassword: p.Access.LinkPassword}, err
	}
}

// nameOf is what a contact is called where they choose who they are.
func (h *house) nameOf(ctx context.Context, firm int32, contact uuid.UUID) (string, error) {
	row, err := h.contactList.Contact(ctx, firm, contact)
	return row.Name(), err
}

// DueOn is web.DueOn: the day that the newest invitation of somebody who is in names.
func (d door) DueOn(ctx context.Context, firm int32, contact uuid.UUID) (day time.Time, err error) {
	err = es.Look(ctx, d.invites.Events, firm, invite.Stream(contact), func(i invite.Invite, _ int, _ time.Time) (err error) {
		if on := i.DueOn(); on != "" {
			day, err = time.Parse(time.DateOnly, on)
		}
		return err
	})
	return day, err
}
