package uploadlink

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// RequestNewLink says that the holder of a secret that works no more asks for a new one.
type RequestNewLink struct {
	By     es.By
	Link   uuid.UUID
	Holder uploadlink.Holder
	Note   string // their own words; may be empty
}

// RequestNewLink records the request and tells the practice; once more within a day changes nothing.
func (c Commands) RequestNewLink(ctx context.Context, cmd RequestNewLink) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.RequestNewLink(cmd.Holder, cmd.Note, now)
	})
}

// DismissRequest answers a recipient's request for a new link with no.
type DismissRequest struct {
	By        es.By
	Link      uuid.UUID
	Recipient uuid.UUID
}

// DismissRequest settles the request; where there is none it changes nothing.
func (c Commands) DismissRequest(ctx context.Context, cmd DismissRequest) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.DismissRequest(cmd.Recipient, now)
	})
}

// Renew gives a link a later day and recipients new secrets, and asks for a mail to each.
type Renew struct {
	By         es.By
	Link       uuid.UUID
	Recipients []uuid.UUID // none: all
	ExpiresOn  time.Time   // a civil date: only year, month and day count; a link that lasts longer keeps its own
	Zone       *time.Location
}

// Renew extends and resends in one.
func (c Commands) Renew(ctx context.Context, cmd Renew) (es.Result, error) {
	at := endOfDay(cmd.ExpiresOn, cmd.Zone)
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Renew(cmd.Recipients, at, cmd.Zone.String(), now)
	})
}

// Copy takes a recipient's link, to hand it on by another way than the mail.
type Copy struct {
	By        es.By
	Link      uuid.UUID
	Recipient uuid.UUID
}

// Copy records that By.Actor took the link and says which secret that is. It makes none: the caller derives it. It refuses
// like the domain's Copy, and a command that comes again with uploadlink.ErrCopyReplaced where the link was sent again since.
func (c Commands) Copy(ctx context.Context, cmd Copy) (uploadlink.Secret, es.Result, error) {
	var copied uploadlink.Secret
	res, err := c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		events, err := l.Copy(cmd.Recipient, now)
		copied = uploadlink.Secret{}
		for _, e := range events {
			if e, ok := e.(uploadlink.Copied); ok {
				copied = uploadlink.Secret{Recipient: e.Recipient, Generation: e.Generation}
			}
		}
		return events, err
	})
	if err != nil || !res.Repeated {
		return copied, res, err
	}
	// The same form again. What it shows is what was recorded for it, and never a secret that came later.
	recorded, err := c.copiedAt(ctx, cmd, res.Version)
	switch {
	case err != nil:
		return uploadlink.Secret{}, res, err
	case copied.Generation == 0:
		return uploadlink.Secret{}, res, uploadlink.ErrOver
	case copied != recorded:
		return uploadlink.Secret{}, res, uploadlink.ErrCopyReplaced
	}
	return copied, res, nil
}

// copiedAt is what the event of that version says was copied.
func (c Commands) copiedAt(ctx context.Context, cmd Copy, version int) (uploadlink.Secret, error) {
	for r, err := range c.Events.Load(ctx, cmd.By.Firm, uploadlink.Stream(cmd.Link), version-1) {
		if err != nil {
			return uploadlink.Secret{}, err
		}
		if e, ok := r.Event.(uploadlink.Copied); ok && r.Version == version {
			return uploadlink.Secret{Recipient: e.Recipient, Generation: e.Generation}, nil
		}
	}
	return uploadlink.Secret{}, es.ErrCommandReused // the command was another one
}

// CorrectAddress gives a recipient another address, kills the secrets that went to the old one and asks for a mail.
type CorrectAddress struct {
	By          es.By
	Link        uuid.UUID
	Recipient   uuid.UUID
	Name, Email string
}

// CorrectAddress corrects and sends again.
func (c Commands) CorrectAddress(ctx context.Context, cmd CorrectAddress) (es.Result, error) {
	to := uploadlink.Addressee{ID: cmd.Recipient, Name: cmd.Name, Email: cmd.Email}
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.CorrectAddress(to, now)
	})
}
