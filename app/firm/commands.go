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
	Logos   Files
	Films   Files
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

// SaveTemplate makes a text for the messages of links or invitations, or changes the one that has this id.
type SaveTemplate struct {
	By         es.By
	ID         uuid.UUID // the practice's
	Template   uuid.UUID // chosen by the caller (UUIDv7), so that a form sent twice is one template
	Name, Text string
	Purpose    firm.Purpose // empty: as it is, and of a new one links
}

// SaveTemplate makes a template or changes it.
func (c Commands) SaveTemplate(ctx context.Context, cmd SaveTemplate) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SaveTemplate(cmd.Template, cmd.Name, cmd.Text, cmd.Purpose)
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

// SetProfile changes what the practice trades under.
type SetProfile struct {
	By      es.By
	ID      uuid.UUID // the practice's
	Profile firm.Profile
}

// SetProfile changes what the practice trades under, from now on.
func (c Commands) SetProfile(ctx context.Context, cmd SetProfile) (es.Result, error) {
	if _, err := time.LoadLocation(cmd.Profile.Zone); err != nil {
		return es.Result{}, firm.ErrZone
	}
	return es.Execute(ctx, c.Events, cmd.By, firm.Stream(cmd.ID), func(f firm.Firm, now time.Time) ([]firm.Event, error) {
		return f.SetProfile(cmd.Profile, now)
	})
}

// SetAccent chooses the hue of the practice's pages.
type SetAccent struct {
	By  es.By
	ID  uuid.UUID // the practice's
	Hue int       // degrees
}

// SetAccent chooses the hue of the practice's pages.
func (c Commands) SetAccent(ctx context.Context, cmd SetAccent) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.SetAccent(cmd.Hue) })
}

// SetLanguages states in which languages the portal is offered.
type SetLanguages struct {
	By      es.By
	ID      uuid.UUID // the practice's
	Offered []string
	Default string
}

// SetLanguages states in which languages the portal is offered.
func (c Commands) SetLanguages(ctx context.Context, cmd SetLanguages) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.SetLanguages(cmd.Offered, cmd.Default) })
}

// SetContact states what the contact tab says.
type SetContact struct {
	By      es.By
	ID      uuid.UUID // the practice's
	Contact firm.Contact
}

// SetContact states what the contact tab says.
func (c Commands) SetContact(ctx context.Context, cmd SetContact) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.SetContact(cmd.Contact) })
}

// SetMailSender states in whose name mails to clients come, and where answers go.
type SetMailSender struct {
	By            es.By
	ID            uuid.UUID // the practice's
	Name, ReplyTo string
}

// SetMailSender states in whose name mails to clients come, and where answers go.
func (c Commands) SetMailSender(ctx context.Context, cmd SetMailSender) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.SetMailSender(cmd.Name, cmd.ReplyTo) })
}

// SetTabs states which parts of the portal the practice uses.
type SetTabs struct {
	By   es.By
	ID   uuid.UUID // the practice's
	Tabs []firm.Tab
}

// SetTabs states which parts of the portal the practice uses.
func (c Commands) SetTabs(ctx context.Context, cmd SetTabs) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.SetTabs(cmd.Tabs) })
}

// SetAccess states how people come in from the next invitation on.
type SetAccess struct {
	By     es.By
	ID     uuid.UUID // the practice's
	Access firm.AccessPolicy
}

// SetAccess states how people come in from the next invitation on.
func (c Commands) SetAccess(ctx context.Context, cmd SetAccess) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.SetAccess(cmd.Access) })
}

// RequireStaffFactor states whether everybody of the practice needs a second factor.
type RequireStaffFactor struct {
	By       es.By
	ID       uuid.UUID // the practice's
	Required bool
}

// RequireStaffFactor states whether everybody of the practice needs a second factor.
func (c Commands) RequireStaffFactor(ctx context.Context, cmd RequireStaffFactor) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.RequireStaffFactor(cmd.Required) })
}

// SaveArticle makes a help article, or changes the one that has this id.
type SaveArticle struct {
	By                    es.By
	ID                    uuid.UUID // the practice's
	Article               uuid.UUID // chosen by the caller (UUIDv7), so that a form sent twice is one article
	Language, Title, Text string
}

// SaveArticle makes a help article or changes it.
func (c Commands) SaveArticle(ctx context.Context, cmd SaveArticle) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SaveArticle(cmd.Article, cmd.Language, cmd.Title, cmd.Text)
	})
}

// RemoveArticle takes a help article away.
type RemoveArticle struct {
	By      es.By
	ID      uuid.UUID // the practice's
	Article uuid.UUID
}

// RemoveArticle takes a help article away.
func (c Commands) RemoveArticle(ctx context.Context, cmd RemoveArticle) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) { return f.RemoveArticle(cmd.Article) })
}

// PublishTerms makes another version of the terms.
type PublishTerms struct {
	By    es.By
	ID    uuid.UUID // the practice's
	Texts []firm.TermsText
}

// PublishTerms makes another version of the terms, which everybody is asked to accept.
func (c Commands) PublishTerms(ctx context.Context, cmd PublishTerms) (es.Result, error) {
	return es.Execute(ctx, c.Events, cmd.By, firm.Stream(cmd.ID), func(f firm.Firm, now time.Time) ([]firm.Event, error) {
		return f.PublishTerms(cmd.Texts, now)
	})
}

// LinkVideo shows a film of another site in the portal.
type LinkVideo struct {
	By         es.By
	ID         uuid.UUID // the practice's
	Title, URL string
}

// LinkVideo shows a film of another site in the portal.
func (c Commands) LinkVideo(ctx context.Context, cmd LinkVideo) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
		return f.SetVideo(firm.Video{Title: cmd.Title, URL: cmd.URL})
	})
}

// RemoveVideo takes the film away.
type RemoveVideo struct {
	By es.By
	ID uuid.UUID // the practice's
}

// RemoveVideo takes the film away.
func (c Commands) RemoveVideo(ctx context.Context, cmd RemoveVideo) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, firm.Firm.RemoveVideo)
}

// RemoveLogo takes the logo away.
type RemoveLogo struct {
	By es.By
	ID uuid.UUID // the practice's
}

// RemoveLogo takes the logo away.
func (c Commands) RemoveLogo(ctx context.Context, cmd RemoveLogo) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, firm.Firm.RemoveLogo)
}
