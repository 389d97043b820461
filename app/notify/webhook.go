package notify

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// WebhookOffMail is the kind of effect that tells who set a webhook up that it was switched off by itself; args: Version.
const WebhookOffMail = "mail.webhook_off"

// WebhookOff tells somebody of the practice that a webhook was switched off by itself.
type WebhookOff struct {
	ID       string // stable over tries
	At       time.Time
	To       Person // who set it up, or the practice
	Practice Person
	Address  string // without what stands behind a question mark, which may be a key; empty: erased
	Gone     bool   // its receiver has said so; otherwise nothing has arrived for too long
	URL      string // of its page
}

// WebhookMails asks for the mail where a webhook was switched off by itself.
func WebhookMails(r event.Recorded) []es.Effect {
	if e, ok := r.Event.(webhook.SwitchedOff); !ok || e.Cause == webhook.ByPractice {
		return nil
	}
	return []es.Effect{{
		Kind: WebhookOffMail, Key: fmt.Sprintf("%s/%s/%d", WebhookOffMail, r.Stream.ID, r.Version), Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Version: r.Version},
	}}
}

// sendWebhookOff mails it while the webhook is off.
func (s Sender) sendWebhookOff(ctx context.Context, e es.Effect) (Outcome, error) {
	var w webhook.Webhook
	var off webhook.SwitchedOff
	var now time.Time
	for r, err := range s.Events.Load(ctx, e.Firm, e.Stream, 0) {
		if err != nil {
			return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
		}
		f, ok := r.Event.(webhook.Event)
		if !ok {
			return Outcome{}, &es.ForeignEventError{Stream: e.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		if o, ok := f.(webhook.SwitchedOff); ok && r.Version == e.Args.Version {
			off = o
		}
		w, now = w.Apply(f), r.ReadAt
	}
	switch {
	case off.Cause == "":
		return withdrawn("there is no such event")
	case !w.Exists():
		return withdrawn("the webhook was removed")
	case w.On():
		return withdrawn("the webhook is on again")
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m := WebhookOff{
		ID: fmt.Sprintf("webhook-off.%s.%d", e.Stream.ID, e.Args.Version), At: now, To: practice, Practice: practice, Address: withoutQuery(w.URL()), Gone: off.Cause == webhook.Gone,
		URL: s.BaseURL + "/settings/webhooks/" + e.Stream.ID.String(),
	}
	if off.Tell != uuid.Nil {
		if m.To, err = s.Staff(ctx, e.Firm, off.Tell); err != nil {
			return Outcome{}, fmt.Errorf("find who set it up: %w", err)
		}
	}
	return s.Mailer.WebhookOff(ctx, m)
}

func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.ForceQuery = "", false
	return u.String()
}
