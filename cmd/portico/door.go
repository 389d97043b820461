package main

import (
	"context"
	"time"

	"portico/app/account"
	"portico/app/es"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// door asks a contact's invite whether they may enter: the truth at this moment. Modules don't know each other, so they
// meet here.
type door struct{ events es.Store }

var _ account.Door = door{}

// MayEnter is account.Door.
func (d door) MayEnter(ctx context.Context, firm int32, contact uuid.UUID) (byLink bool, err error) {
	err = es.Look(ctx, d.events, firm, invite.Stream(contact), func(i invite.Invite, _ int, _ time.Time) error {
		access, err := i.MayEnter()
		byLink = access == invite.ByLink
		return err
	})
	return byLink, err
}

// nameOf is what a contact is called where they choose who they are.
func (h *house) nameOf(ctx context.Context, firm int32, contact uuid.UUID) (string, error) {
	row, err := h.contactList.Contact(ctx, firm, contact)
	return row.Name(), err
}

// DueOn is web.DueOn: the day that the newest invitation of somebody who is in names.
func (d door) DueOn(ctx context.Context, firm int32, contact uuid.UUID) (day time.Time, err error) {
	err = es.Look(ctx, d.events, firm, invite.Stream(contact), func(i invite.Invite, _ int, _ time.Time) (err error) {
		if on := i.DueOn(); on != "" {
			day, err = time.Parse(time.DateOnly, on)
		}
		return err
	})
	return day, err
}
