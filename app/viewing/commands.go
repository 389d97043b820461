// Package viewing is how people of the practice look into a contact's portal, and act there on the contact's behalf.
package viewing

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/viewing"

	"github.com/google/uuid"
)

// Commands are what people of the practice ask. By.Actor is one of them.
type Commands struct {
	Events es.Store
}

// Begin is somebody's wish to see what a contact sees. View is chosen by the caller (UUIDv7), so that a form sent twice
// is one view.
type Begin struct {
	By              es.By
	View            uuid.UUID
	Contact, Client uuid.UUID
	Session         uuid.UUID
	Purpose         string
}

// Begin lets somebody look. It refuses with viewing.ErrPurpose, ErrNone.
func (c Commands) Begin(ctx context.Context, cmd Begin) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Contact, func(v viewing.Viewing, now time.Time) ([]viewing.Event, error) {
		return v.Begin(viewing.Look{
			View: cmd.View, Contact: cmd.Contact, Client: cmd.Client, Staff: cmd.By.Actor.ID, Session: cmd.Session, Purpose: cmd.Purpose,
		}, now)
	})
}

// End ends the view of a session, if there is one.
func (c Commands) End(ctx context.Context, by es.By, contact, session uuid.UUID) (es.Result, error) {
	return c.on(ctx, by, contact, func(v viewing.Viewing, now time.Time) ([]viewing.Event, error) {
		return v.End(by.Actor.ID, session, now)
	})
}

// Act switches acting on a contact's behalf on or off. It refuses with viewing.ErrNone.
func (c Commands) Act(ctx context.Context, by es.By, contact, session uuid.UUID, on bool) (es.Result, error) {
	return c.on(ctx, by, contact, func(v viewing.Viewing, now time.Time) ([]viewing.Event, error) {
		return v.Act(by.Actor.ID, session, on, now)
	})
}

func (c Commands) on(ctx context.Context, by es.By, contact uuid.UUID, decide func(viewing.Viewing, time.Time) ([]viewing.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, viewing.Stream(contact), decide)
}
