// Package webhook is what a practice asks of its webhooks, what they are sent, and how that is delivered.
package webhook

import (
	"context"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// Commands are what the practice asks of its endpoints. Each method is one command on one of them; it returns the rule's
// fault when refused (see the decision of the same name in portico/domain/webhook), or an error of es.Execute.
type Commands struct {
	Events es.Store
	Keys   secret.KeyRing
	Rules  webhook.Rules
	Reader Reader
}

func (c Commands) on(ctx context.Context, by es.By, id uuid.UUID, decide func(w webhook.Webhook, staff uuid.UUID, now time.Time) ([]webhook.Event, error)) (es.Result, error) {
	staff := uuid.Nil
	if by.Actor.Kind == event.Staff {
		staff = by.Actor.ID
	}
	return es.Execute(ctx, c.Events, by, webhook.Stream(id), func(w webhook.Webhook, now time.Time) ([]webhook.Event, error) {
		return decide(w, staff, now)
	})
}

// Save is an endpoint as somebody wants it.
type Save struct {
	By    es.By
	ID    uuid.UUID
	URL   string
	Types []string // names of webhook.Types, or "task.*" for a group
}

// Add makes an endpoint. It refuses with webhook.ErrMany, too.
func (c Commands) Add(ctx context.Context, cmd Save) (es.Result, error) {
	rows, err := c.Reader.Endpoints(ctx, cmd.By.Firm)
	if err != nil {
		return es.Result{}, err
	}
	known := false
	for _, r := range rows {
		known = known || r.ID == cmd.ID
	}
	return c.on(ctx, cmd.By, cmd.ID, func(w webhook.Webhook, staff uuid.UUID, now time.Time) ([]webhook.Event, error) {
		if !w.Exists() && !known && len(rows) >= webhook.MaxEndpoints {
			return nil, webhook.ErrMany
		}
		return w.Add(cmd.ID, c.Rules, cmd.URL, cmd.Types, int(c.Keys.Newest()), staff, now)
	})
}

// Change states anew where an endpoint is and what it is sent.
func (c Commands) Change(ctx context.Context, cmd Save) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.ID, func(w webhook.Webhook, staff uuid.UUID, now time.Time) ([]webhook.Event, error) {
		return w.Change(cmd.ID, c.Rules, cmd.URL, cmd.Types, staff, now)
	})
}

// Rotate gives it another secret. The one before signs along for webhook.Overlap, unless it is to end at once.
func (c Commands) Rotate(ctx context.Context, by es.By, id uuid.UUID, atOnce bool) (es.Result, error) {
	overlap := webhook.Overlap
	if atOnce {
		overlap = 0
	}
	return c.on(ctx, by, id, func(w webhook.Webhook, staff uuid.UUID, now time.Time) ([]webhook.Event, error) {
		return w.Rotate(int(c.Keys.Newest()), overlap, staff, now)
	})
}

// SwitchOff sends it nothing any more.
func (c Commands) SwitchOff(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	return c.on(ctx, by, id, webhook.Webhook.SwitchOff)
}

// SwitchOn sends it what happens from now on.
func (c Commands) SwitchOn(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	return c.on(ctx, by, id, webhook.Webhook.SwitchOn)
}

// Try sends it a delivery that says nothing.
func (c Commands) Try(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	return c.on(ctx, by, id, webhook.Webhook.Try)
}

// Remove ends it.
func (c Commands) Remove(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	return c.on(ctx, by, id, webhook.Webhook.Remove)
}

// Replay sends one of its deliveries once more, under the same id. It refuses with webhook.ErrDelivery, too.
func (c Commands) Replay(ctx context.Context, by es.By, id uuid.UUID, key string) (es.Result, error) {
	d, err := c.Reader.Delivery(ctx, by.Firm, id, key)
	if err != nil {
		return es.Result{}, err
	}
	source, err := event.ParseStream(d.Source)
	if err != nil {
		return es.Result{}, webhook.ErrDelivery
	}
	return c.on(ctx, by, id, func(w webhook.Webhook, staff uuid.UUID, now time.Time) ([]webhook.Event, error) {
		return w.Replay(source, d.Version, staff, now)
	})
}

// Secret is the newest secret of an endpoint, for its receiver: pages show it where it has just been made, and never
// again. It returns webhook.ErrNotFound, and secret.ErrInvalid where its key is not on the ring any more.
func (c Commands) Secret(ctx context.Context, firm int32, id uuid.UUID) (token secret.Token, err error) {
	err = es.Look(ctx, c.Events, firm, webhook.Stream(id), func(w webhook.Webhook, _ int, now time.Time) error {
		if !w.Exists() {
			return webhook.ErrNotFound
		}
		token, err = c.Keys.WebhookSecret(secretOf(id, w.Secrets(now)[0]))
		return err
	})
	return token, err
}

func secretOf(id uuid.UUID, s webhook.Secret) secret.Webhook {
	return secret.Webhook{Endpoint: id, Nth: s.Nth, Key: byte(s.Key)} //nolint:gosec // it was a byte when it was written
}
