// Package client is what practitioners ask of client records, and what pages show of them.
package client

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/client"

	"github.com/google/uuid"
)

// Commands are what practitioners ask of client records.
type Commands struct {
	Events es.Store
	// Known refuses a contact who is none of the practice's. nil: whoever sends commands has looked.
	Known func(ctx context.Context, firm int32, contact uuid.UUID) error
}

// Create opens a client record. ID is chosen by the caller (UUIDv7), so that a form sent twice is one client.
type Create struct {
	By        es.By
	ID        uuid.UUID
	Name      string
	Email     string      // may be empty
	Sort      client.Sort // empty: a person
	Reference string      // the practice's own number; may be empty
	Owner     uuid.UUID   // staff; zero: nobody yet
}

// Create opens a client record. It refuses with client.ErrName, ErrReference, ErrSort, address.ErrInvalid.
func (c Commands) Create(ctx context.Context, cmd Create) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.ID, func(s client.Client, _ time.Time) ([]client.Event, error) {
		return s.Create(client.Creating{
			Client: cmd.ID, Name: cmd.Name, Email: cmd.Email, Sort: cmd.Sort, Reference: cmd.Reference, Owner: cmd.Owner,
		})
	})
}

// Change states anew what a record says.
type Change struct {
	By        es.By
	Client    uuid.UUID
	Name      string
	Email     string
	Sort      client.Sort
	Reference string
}

// Change states anew what a record says. It refuses with client.ErrNotFound, and as Create does.
func (c Commands) Change(ctx context.Context, cmd Change) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, _ time.Time) ([]client.Event, error) {
		return s.Change(client.Creating{Client: cmd.Client, Name: cmd.Name, Email: cmd.Email, Sort: cmd.Sort, Reference: cmd.Reference})
	})
}

// SetOwner puts somebody of the practice in charge of a client. The caller knows that they are of the practice.
type SetOwner struct {
	By     es.By
	Client uuid.UUID
	Owner  uuid.UUID // staff; zero: nobody
}

// SetOwner puts somebody in charge. It refuses with client.ErrNotFound.
func (c Commands) SetOwner(ctx context.Context, cmd SetOwner) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, _ time.Time) ([]client.Event, error) { return s.SetOwner(cmd.Owner) })
}

// SetTags states all tags of a client anew.
type SetTags struct {
	By     es.By
	Client uuid.UUID
	Tags   []string
}

// SetTags states all tags anew. It refuses with client.ErrNotFound, ErrTag.
func (c Commands) SetTags(ctx context.Context, cmd SetTags) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, _ time.Time) ([]client.Event, error) { return s.SetTags(cmd.Client, cmd.Tags) })
}

// Archive makes a client inactive, Restore active again.
type Archive struct {
	By     es.By
	Client uuid.UUID
}

// Archive makes a client inactive: nobody enters the portal through it (S3.i23). It refuses with client.ErrNotFound.
func (c Commands) Archive(ctx context.Context, cmd Archive) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, now time.Time) ([]client.Event, error) { return s.Archive(now) })
}

// Restore makes a client active again. It refuses with client.ErrNotFound.
func (c Commands) Restore(ctx context.Context, cmd Archive) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, now time.Time) ([]client.Event, error) { return s.Restore(now) })
}

// LinkContact ties a person to a client, with rights.
type LinkContact struct {
	By      es.By
	Client  uuid.UUID
	Contact uuid.UUID
	Rights  []client.Right
}

// LinkContact ties a person to a client, or gives one who is linked these rights. It refuses with client.ErrNotFound,
// ErrContacts, ErrRight, and as Known does.
func (c Commands) LinkContact(ctx context.Context, cmd LinkContact) (es.Result, error) {
	if c.Known != nil {
		if err := c.Known(ctx, cmd.By.Firm, cmd.Contact); err != nil {
			return es.Result{}, err
		}
	}
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, now time.Time) ([]client.Event, error) {
		return s.Link(cmd.Contact, cmd.Rights, now)
	})
}

// SetContactRights states all rights of a linked person anew. It refuses with client.ErrNotLinked, ErrRight.
func (c Commands) SetContactRights(ctx context.Context, cmd LinkContact) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, _ time.Time) ([]client.Event, error) {
		return s.SetRights(cmd.Contact, cmd.Rights)
	})
}

// UnlinkContact parts a person from a client.
type UnlinkContact struct {
	By      es.By
	Client  uuid.UUID
	Contact uuid.UUID
}

// UnlinkContact parts a person from a client; the person stays. It refuses with client.ErrNotFound.
func (c Commands) UnlinkContact(ctx context.Context, cmd UnlinkContact) (es.Result, error) {
	return c.execute(ctx, cmd.By, cmd.Client, func(s client.Client, _ time.Time) ([]client.Event, error) { return s.Unlink(cmd.Contact) })
}

func (c Commands) execute(ctx context.Context, by es.By, id uuid.UUID, decide func(client.Client, time.Time) ([]client.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, client.Stream(id), decide)
}
