// Package firm is what a practice's people ask of its settings, and what pages show of them.
package firm

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// Commands are what a practice's people ask of its settings. Each method is one command on the practice's stream; it
// returns the rule's fault when refused (see the decision of the same name in portico/domain/firm), or an error of
// es.Execute.
type Commands struct {
	Events  es.Store
	MaxFile int64 // the largest file that the product takes, in bytes: no practice allows more
}

// on runs one decision on a practice's stream.
func (c Commands) on(ctx context.Context, by es.By, id uuid.UUID, decide func(firm.Firm) ([]firm.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, firm.Stream(id), func(f firm.Firm, _ time.Time) ([]firm.Event, error) { return decide(f) })
}

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
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
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
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SetUploadPolicy(cmd.Channel, cmd.Policy)
	})
}

// SetUploadLimits states how much may come in from now on.
type SetUploadLimits struct {
	By     es.By
	ID     uuid.UUID // the practice's
	Limits firm.Limits
}

// SetUploadLimits states how much may come in from now on.
func (c Commands) SetUploadLimits(ctx context.Context, cmd SetUploadLimits) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SetUploadLimits(cmd.Limits, c.MaxFile)
	})
}

// SetUploadWording states what the button of the mail with a link says.
type SetUploadWording struct {
	By     es.By
	ID     uuid.UUID // the practice's
	Button string
}

// SetUploadWording states what the button of the mail with a link says.
func (c Commands) SetUploadWording(ctx context.Context, cmd SetUploadWording) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SetUploadWording(cmd.Button)
	})
}

// SaveTemplate makes a text for the messages of links, or changes the one that has this id.
type SaveTemplate struct {
	By         es.By
	ID         uuid.UUID // the practice's
	Template   uuid.UUID // chosen by the caller (UUIDv7), so that a form sent twice is one template
	Name, Text string
}

// SaveTemplate makes a template or changes it.
func (c Commands) SaveTemplate(ctx context.Context, cmd SaveTemplate) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SaveTemplate(cmd.Template, cmd.Name, cmd.Text)
	})
}

// RemoveTemplate takes a template away.
type RemoveTemplate struct {
	By       es.By
	ID       uuid.UUID // the practice's
	Template uuid.UUID
}

// RemoveTemplate takes a template away; messages that were made from it stay.
func (c Commands) RemoveTemplate(ctx context.Context, cmd RemoveTemplate) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.RemoveTemplate(cmd.Template)
	})
}
