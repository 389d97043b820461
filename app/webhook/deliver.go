package webhook

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// Call is one request to an endpoint: a POST of JSON with these three headers.
type Call struct {
	URL       string
	ID        string // webhook-id
	Timestamp string // webhook-timestamp: seconds
	Signature string // webhook-signature: one a secret, with spaces between them
	Body      []byte
}

// Answer is what came back.
type Answer struct {
	Status int
	Body   string // the first MaxAnswer bytes, as text
}

// Caller makes the request, and nothing but it: it follows nobody elsewhere, and goes nowhere inside of a network. An error's
// words are for the practice to read: they tell nothing of what is inside. Implementation: adapters/webhook.
type Caller interface {
	Call(ctx context.Context, c Call) (Answer, error)
}

// Ledger keeps what became of each try. Implementation: adapters/postgres.
type Ledger interface {
	// Note keeps a try under its delivery's key. Where it has failed, the others for the same endpoint wait a little.
	Note(ctx context.Context, e es.Effect, a Attempt, delivered bool) error
	// Silent tells that nothing has been delivered to the endpoint since the delivery was asked for.
	Silent(ctx context.Context, e es.Effect) (bool, error)
}

// Deliveries performs effects of DeliveryEffect. The second time they are the same message under the same id.
type Deliveries struct {
	Events es.Store
	Keys   secret.KeyRing
	Caller Caller
	Ledger Ledger
}

var _ es.Performer = Deliveries{}

// statusGone is a receiver's word that nobody is there any more.
const statusGone = 410

// Perform delivers one message. What is no answer from 200 to 299 comes again; 410 switches the endpoint off.
func (d Deliveries) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	w, _, now, err := es.State[webhook.Webhook, webhook.Event](ctx, d.Events, e.Firm, e.Stream)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", e.Stream, err)
	case !w.On():
		return nil, fmt.Errorf("%w: the webhook is switched off or removed", es.ErrWithdrawn)
	case w.URL() == "":
		return nil, fmt.Errorf("%w: the webhook’s address was erased", es.ErrWithdrawn)
	}
	m, err := d.message(ctx, e)
	if err != nil {
		return nil, err
	}
	body, err := m.body()
	if err != nil {
		return nil, err
	}
	call := Call{URL: w.URL(), ID: m.ID, Timestamp: strconv.FormatInt(now.Unix(), 10), Body: body}
	begun := time.Now()
	answer, failed := d.call(ctx, e.Stream.ID, w.Secrets(now), call)
	if ctx.Err() != nil && failed != nil {
		return nil, ctx.Err() // we are stopping, or it took too long
	}
	a := Attempt{At: now, Took: time.Since(begun), Status: answer.Status, Answer: answer.Body}
	if failed != nil {
		a.Why = failed.Error()
	}
	delivered := failed == nil && answer.Status >= 200 && answer.Status <= 299
	if err := d.Ledger.Note(ctx, e, a, delivered); err != nil {
		return nil, err
	}
	switch {
	case failed != nil:
		return nil, failed
	case delivered:
		return es.Handed{m.ID}, nil
	case answer.Status == statusGone:
		if err := d.fail(ctx, e, webhook.Gone); err != nil {
			return nil, err
		}
		return nil, &es.RefusedError{Code: strconv.Itoa(answer.Status)}
	}
	return nil, fmt.Errorf("the receiver answered %d", answer.Status)
}

// GaveUp switches the endpoint off where nothing else has arrived meanwhile.
func (d Deliveries) GaveUp(ctx context.Context, e es.Effect, _ int) error {
	silent, err := d.Ledger.Silent(ctx, e)
	if err != nil || !silent {
		return err
	}
	return d.fail(ctx, e, webhook.Failing)
}

func (d Deliveries) fail(ctx context.Context, e es.Effect, cause webhook.Cause) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	_, err := es.Execute(ctx, d.Events, by, e.Stream, func(w webhook.Webhook, now time.Time) ([]webhook.Event, error) { return w.Fail(cause, now) })
	if err != nil {
		return fmt.Errorf("switch %s off: %w", e.Stream, err)
	}
	return nil
}

func (d Deliveries) message(ctx context.Context, e es.Effect) (m Message, err error) {
	source, err := event.ParseStream(e.Args.Source)
	if err != nil {
		return m, err
	}
	t := teller{stream: source, files: map[uuid.UUID]File{}, drafts: map[uuid.UUID]bool{}}
	for r, err := range d.Events.Load(ctx, e.Firm, source, 0) {
		if err != nil {
			return m, fmt.Errorf("read %s: %w", source, err)
		}
		t.hear(r.Event)
		if r.Version < e.Args.Version {
			continue
		}
		m, ok := t.tell(r)
		if !ok {
			return m, fmt.Errorf("%w: there is nothing to tell; what the file belongs to is told of by itself", es.ErrWithdrawn)
		}
		return m, nil
	}
	return m, fmt.Errorf("%s has no event %d", source, e.Args.Version)
}

func (d Deliveries) call(ctx context.Context, id uuid.UUID, secrets []webhook.Secret, c Call) (a Answer, err error) {
	if c.Signature, err = d.sign(id, secrets, c); err != nil {
		return a, err
	}
	return d.Caller.Call(ctx, c)
}

func (d Deliveries) sign(id uuid.UUID, secrets []webhook.Secret, c Call) (string, error) {
	var all []string
	for _, s := range secrets {
		signature, err := d.Keys.SignWebhook(secretOf(id, s), c.ID, c.Timestamp, c.Body)
		switch {
		case errors.Is(err, secret.ErrInvalid):
			continue
		case err != nil:
			return "", err
		}
		all = append(all, signature)
	}
	if len(all) == 0 {
		return "", errors.New("the key of its secret was taken off the ring: replace the secret")
	}
	return strings.Join(all, " "), nil
}
