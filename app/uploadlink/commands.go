// Package uploadlink is what people ask of upload links, and what pages show of them.
package uploadlink

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/day"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// Commands are what people ask of upload links. Each method is one command on one link's stream; it returns the rule's
// fault when refused (see the decision of the same name in portico/domain/uploadlink), or an error of es.Execute.
type Commands struct {
	Events   es.Store
	Policies Policies
	Scans    bool // a scanner is configured: files wait for its verdict (U8)
}

// Policies reads a practice's rules.
type Policies interface {
	// LinkPolicy is the practice's rule for files that come in through links, its defaults where it has set none.
	LinkPolicy(ctx context.Context, firm int32) (uploadlink.Policy, error)
}

// on runs one decision on a link's stream.
func (c Commands) on(ctx context.Context, by es.By, link uuid.UUID, decide func(uploadlink.Link, time.Time) ([]uploadlink.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, uploadlink.Stream(link), decide)
}

// Issue opens a link and asks for a mail to each recipient. ID is chosen by the caller (UUIDv7), so that a form sent
// twice is one link.
type Issue struct {
	By         es.By
	ID         uuid.UUID
	Client     uuid.UUID // zero: for nobody's client
	Recipients []NewRecipient
	Message    string
	Wanted     []string
	ExpiresOn  time.Time // a civil date: only year, month and day count
	Zone       *time.Location
}

// NewRecipient is one person who gets a secret.
type NewRecipient struct{ Name, Email string }

// Issue opens a link; By.Actor is its sender.
func (c Commands) Issue(ctx context.Context, cmd Issue) (es.Result, error) {
	issuing := uploadlink.Issuing{
		Link: cmd.ID, Client: cmd.Client, Sender: cmd.By.Actor.ID, Message: cmd.Message, Wanted: cmd.Wanted,
		ExpiresAt: endOfDay(cmd.ExpiresOn, cmd.Zone), Zone: cmd.Zone.String(),
	}
	for _, r := range cmd.Recipients {
		id, err := uuid.NewV7()
		if err != nil {
			return es.Result{}, err
		}
		issuing.Recipients = append(issuing.Recipients, uploadlink.Addressee{ID: id, Name: r.Name, Email: r.Email})
	}
	return c.on(ctx, cmd.By, cmd.ID, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Issue(issuing, now)
	})
}

func endOfDay(date time.Time, zone *time.Location) time.Time {
	return day.End(date.Year(), date.Month(), date.Day(), zone)
}

// Resend gives recipients new secrets and asks for a mail to each.
type Resend struct {
	By         es.By
	Link       uuid.UUID
	Recipients []uuid.UUID // none: all
}

// Resend gives recipients new secrets.
func (c Commands) Resend(ctx context.Context, cmd Resend) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Resend(cmd.Recipients, now)
	})
}

// Extend moves the expiry forward; secrets stay.
type Extend struct {
	By        es.By
	Link      uuid.UUID
	ExpiresOn time.Time // a civil date: only year, month and day count
	Zone      *time.Location
}

// Extend moves the expiry forward.
func (c Commands) Extend(ctx context.Context, cmd Extend) (es.Result, error) {
	at := endOfDay(cmd.ExpiresOn, cmd.Zone)
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Extend(at, cmd.Zone.String(), now)
	})
}

// Revoke ends a link at the next request.
type Revoke struct {
	By         es.By
	Link       uuid.UUID
	Reason     string // internal; may be empty
	Unreleased uploadlink.Unreleased
}

// Revoke ends a link.
func (c Commands) Revoke(ctx context.Context, cmd Revoke) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Revoke(cmd.Reason, cmd.Unreleased, now)
	})
}

// Redeem says that a person pressed the button of the first page.
type Redeem struct {
	By      es.By
	Link    uuid.UUID
	Holder  uploadlink.Holder
	Visitor uploadlink.Visitor
}

// Redeem records that a person pressed the button of the first page.
func (c Commands) Redeem(ctx context.Context, cmd Redeem) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Redeem(cmd.Holder, cmd.Visitor, now)
	})
}

// Elapse says what time alone has caused; for the deadline saga.
type Elapse struct {
	By   es.By
	Link uuid.UUID
}

// Elapse records what time alone has caused.
func (c Commands) Elapse(ctx context.Context, cmd Elapse) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Elapse(now), nil
	})
}

// MailOutcome is what became of one mail. Exactly one of the outcomes is set.
type MailOutcome struct {
	By         es.By
	Link       uuid.UUID
	Secret     uploadlink.Secret
	HandedOver bool
	Delivered  bool
	Bounced    *Bounce
	GaveUp     int // after so many tries
}

// Bounce is a mail server's final refusal.
type Bounce struct {
	Code   string // "550" or "5.1.1"
	Detail string // the server's words
}

// RecordMail records what became of one mail; the second time changes nothing.
func (c Commands) RecordMail(ctx context.Context, cmd MailOutcome) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		switch {
		case cmd.Bounced != nil:
			return l.MailBounced(cmd.Secret, cmd.Bounced.Code, cmd.Bounced.Detail, now)
		case cmd.GaveUp > 0:
			return l.MailGaveUp(cmd.Secret, cmd.GaveUp, now)
		case cmd.Delivered:
			return l.MailDelivered(cmd.Secret, now)
		case cmd.HandedOver:
			return l.MailHandedOver(cmd.Secret, now)
		}
		return nil, nil
	})
}
