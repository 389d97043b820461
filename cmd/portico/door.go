package main

import (
	"context"
	"time"

	"portico/app/account"
	"portico/app/es"
	"portico/domain/fault"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// door asks a contact's invite whether they may enter: the truth at this moment. Modules don't know each other, so they
// meet here.
type door struct{ events es.Store }

var _ account.Door = door{}

var errNotIn = fault.New(fault.Forbidden, "invite.not_in", "You have no access to this portal. Ask the practice if you need it.")

// MayEnter is account.Door.
func (d door) MayEnter(ctx context.Context, firm int32, contact uuid.UUID) (byLink bool, err error) {
	err = es.Look(ctx, d.events, firm, invite.Stream(contact), func(a admission, _ int, _ time.Time) error {
		if a.in == "" {
			return errNotIn
		}
		byLink = a.in == invite.ByLink
		return nil
	})
	return byLink, err
}

// admission is how somebody is in, "" for not at all.
type admission struct{ in invite.Access }

// Apply assigns what e says.
func (a admission) Apply(e invite.Event) admission {
	switch e := e.(type) {
	case invite.Accepted:
		a.in = e.Access
	case invite.AccessRemoved:
		a.in = ""
	}
	return a
}

// nameOf is what a contact is called where they choose who they are.
func (h *house) nameOf(ctx context.Context, firm int32, contact uuid.UUID) (string, error) {
	l, _, err := h.visitors.Rows.Login(ctx, firm, contact)
	return l.Email, err
}
