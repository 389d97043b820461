// Package firm is what a practice's people ask of its settings, and what pages show of them.
package firm

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// Commands are what a practice's people ask of its settings.
type Commands struct{ Events es.Store }

// Found opens a practice. By.Firm is the number that the store gave to ID.
type Found struct {
	By    es.By
	ID    uuid.UUID
	Name  string
	Email string // the practice's own address, printed in its mails
	Zone  string // IANA, "Europe/London"
}

// Found opens a practice; the second time changes nothing. It refuses with firm.ErrName, firm.ErrZone, address.ErrInvalid.
func (c Commands) Found(ctx context.Context, cmd Found) (es.Result, error) {
	if _, err := time.LoadLocation(cmd.Zone); err != nil {
		return es.Result{}, firm.ErrZone
	}
	return es.Execute(ctx, c.Events, cmd.By, firm.Stream(cmd.ID), func(f firm.Firm, _ time.Time) ([]firm.Event, error) {
		return f.Found(cmd.Name, cmd.Email, cmd.Zone)
	})
}

// SetUploadPolicy states a channel's rule for files that come in from now on (U2).
type SetUploadPolicy struct {
	By      es.By
	ID      uuid.UUID // the practice's
	Channel firm.Channel
	Policy  firm.Policy
}

// SetUploadPolicy refuses with firm.ErrNotFound, ErrChannel, ErrWindow, ErrDeliver.
func (c Commands) SetUploadPolicy(ctx context.Context, cmd SetUploadPolicy) (es.Result, error) {
	return es.Execute(ctx, c.Events, cmd.By, firm.Stream(cmd.ID), func(f firm.Firm, _ time.Time) ([]firm.Event, error) {
		return f.SetUploadPolicy(cmd.Channel, cmd.Policy)
	})
}
