// Package contact is what practitioners ask about the people that they know, and what pages show of them.
package contact

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
)

// Commands are what practitioners, and contacts themselves, ask about a person.
type Commands struct {
	Events es.Store
	// Accepted tells whether a person has accepted an invitation: from then on their address is theirs (S3.i12).
	// nil: nobody has.
	Accepted func(ctx context.Context, firm int32, contact uuid.UUID) (bool, error)
}

// Add makes a person known to the practice. ID is chosen by the caller (UUIDv7), so that a form sent twice is one person.
type Add struct {
	By      es.By
	ID      uuid.UUID
	Details contact.Entry
}

// Add makes a person known; it invites nobody (S5.4). It refuses with contact.ErrName, ErrFamily, ErrPhone, ErrLanguage,
// ErrZone, address.ErrInvalid.
func (c Commands) Add(ctx context.Context, cmd Add) (es.Result, error) {
	if err := loadable(cmd.Details.Zone); err != nil {
		return es.Result{}, err
	}
	return c.execute(ctx, cmd.By, cmd.ID, func(s contact.Contact) ([]contact.Event, error) { return s.Add(cmd.ID, staff(cmd.By), cmd.Details) })
}

func staff(by es.By) uuid.UUID {
	if by.Actor.Kind != event.Staff {
		return uuid.Nil
	}
	return by.Actor.ID
}

// Change states anew what is known of a person.
type Change struct {
	By      es.By
	Contact uuid.UUID
	Details contact.Entry
}

// Change states anew what is known of a person. It refuses with contact.ErrNotFound, ErrTheirs, and as Add does.
func (c Commands) Change(ctx context.Context, cmd Change) (es.Result, error) {
	if err := loadable(cmd.Details.Zone); err != nil {
		return es.Result{}, err
	}
	accepted := false
	if c.Accepted != nil {
		var err error
		if accepted, err = c.Accepted(ctx, cmd.By.Firm, cmd.Contact); err != nil {
			return es.Result{}, err
		}
	}
	return c.execute(ctx, cmd.By, cmd.Contact, func(s contact.Contact) ([]contact.Event, error) {
		return s.Change(cmd.Contact, cmd.Details, accepted)
	})
}

// Move gives a person another address. The caller has had it proved at both ends (S3.i12).
type Move struct {
	By      es.By
	Contact uuid.UUID
	Email   string
}

// Move gives a person the address that they have proved to be theirs. It refuses with contact.ErrNotFound,
// address.ErrInvalid.
func (c Commands) Move(ctx context.Context, cmd Move) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Contact, func(s contact.Contact) ([]contact.Event, error) { return s.Move(cmd.Contact, cmd.Email) })
}

// Prefer is what a person chooses for themselves; nil leaves what is.
type Prefer struct {
	By             es.By
	Contact        uuid.UUID
	Language, Zone *string
}

// Prefer states the language and the zone that a person has chosen. It refuses with contact.ErrNotFound, ErrLanguage,
// ErrZone.
func (c Commands) Prefer(ctx context.Context, cmd Prefer) (es.Result, error) {
	if cmd.Zone != nil {
		if err := loadable(*cmd.Zone); err != nil {
			return es.Result{}, err
		}
	}
	return c.execute(ctx, cmd.By, cmd.Contact, func(s contact.Contact) ([]contact.Event, error) { return s.Prefer(cmd.Language, cmd.Zone) })
}

// Known refuses a person whom the practice doesn't know, with contact.ErrNotFound.
func (c Commands) Known(ctx context.Context, firm int32, id uuid.UUID) error {
	return es.Look(ctx, c.Events, firm, contact.Stream(id), func(_ contact.Contact, version int, _ time.Time) error {
		if version == 0 {
			return contact.ErrNotFound
		}
		return nil
	})
}

func (c Commands) execute(ctx context.Context, by es.By, id uuid.UUID, decide func(contact.Contact) ([]contact.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, contact.Stream(id), func(s contact.Contact, _ time.Time) ([]contact.Event, error) { return decide(s) })
}

// loadable refuses a zone that nobody knows.
func loadable(zone string) error {
	if _, err := time.LoadLocation(zone); err != nil {
		return contact.ErrZone
	}
	return nil
}
