package main

import (
	"context"

	"portico/app/notify"

	"github.com/google/uuid"
)

// holderOf tells messages about sign-in whom they go to. A contact's is the address that they sign in with, which is proved
// to be theirs; what the practice has written down of them may be another one.
func (h *house) holderOf(ctx context.Context, firm int32, person uuid.UUID) (notify.Holder, error) {
	staff, err := h.accounts.Staff(ctx, firm, person)
	if err != nil {
		return notify.Holder{}, err
	}
	if len(staff) > 0 {
		to := notify.Holder{Person: notify.Person{Name: staff[0].Name, Email: staff[0].Email}, Staff: true}
		if !staff[0].DeactivatedAt.IsZero() {
			to.Email = ""
		}
		return to, nil
	}
	login, ok, err := h.visitors.Rows.Login(ctx, firm, person)
	if err != nil || !ok {
		return notify.Holder{}, err
	}
	c, err := addressBook{h.store}.Contact(ctx, firm, person)
	return notify.Holder{Person: notify.Person{Name: c.Name, Email: login.Email}, Language: c.Language}, err
}

// secondRequired tells whether a practice demands a second factor of its people.
func (h *house) secondRequired(ctx context.Context, firm int32) (bool, error) {
	p, err := h.firmList.Portal(ctx, firm)
	return p.StaffFactor, err
}
