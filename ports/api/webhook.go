package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"portico/app/es"
	webhookapp "portico/app/webhook"
	"portico/domain/account"
	"portico/domain/webhook"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// Webhook is where a program is told what happens.
type Webhook struct {
	ID           ID       `json:"id"`
	URL          string   `json:"url"`
	Types        []string `json:"types"`
	On           bool     `json:"on"`
	Cause        string   `json:"cause,omitempty" enum:"practice,failing,gone" doc:"Why it is off"`
	OffAt        *Time    `json:"off_at,omitempty"`
	EarlierUntil *Time    `json:"earlier_secret_until,omitempty" doc:"The secret before the newest signs, too, until then"`
	AddedAt      Time     `json:"added_at"`
}

// NewWebhook is a webhook with its secret, which is shown this once.
type NewWebhook struct {
	Webhook
	Secret string `json:"secret" doc:"Checks messages, as Standard Webhooks has it: whsec_ and base64. It isn’t shown again"`
}

// WebhookDraft is a webhook as somebody wants it.
type WebhookDraft struct {
	URL   string   `json:"url" doc:"Reachable from the internet, by TLS"`
	Types []string `json:"types" doc:"Names of GET /webhook-types, or task.*, file.*, invite.* for all of a group"`
}

// WebhookType is one sort of event.
type WebhookType struct {
	Name  string `json:"name"`
	Words string `json:"words"`
}

// WebhookDelivery is one message for one webhook.
type WebhookDelivery struct {
	Key       string           `json:"key" doc:"Names the delivery; replays have a key of their own"`
	MessageID string           `json:"message_id" doc:"webhook-id: the same for all deliveries of one event"`
	Type      string           `json:"type"`
	Replay    bool             `json:"replay"`
	State     string           `json:"state" enum:"waiting,retrying,delivered,failed,not_sent"`
	Tries     int              `json:"tries"`
	CreatedAt Time             `json:"created_at"`
	NextAt    *Time            `json:"next_at,omitempty"`
	EndedAt   *Time            `json:"ended_at,omitempty"`
	Attempts  []WebhookAttempt `json:"attempts" doc:"The newest first; lists of many have the last one only. They are kept for 30 days"`
}

// WebhookAttempt is one try to deliver.
type WebhookAttempt struct {
	N      int    `json:"n"`
	At     Time   `json:"at"`
	TookMS int64  `json:"took_ms"`
	Status int    `json:"status" doc:"Of the answer; 0: there was none"`
	Why    string `json:"why,omitempty" doc:"Why there was none"`
	Answer string `json:"answer,omitempty" doc:"Its first 1,024 bytes"`
}

func timeOrNil(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	shown := Time(t)
	return &shown
}

// webhookRoutes are the operations about webhooks.
func (s *Server) webhookRoutes(a huma.API) {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	register(s, a, account.ReadLog, op(get, "/webhook-types", "list-webhook-types", "Webhooks", "List the sorts of events that webhooks can be sent"), s.listWebhookTypes)
	register(s, a, account.ReadLog, op(get, "/webhooks", "list-webhooks", "Webhooks", "List webhooks"), s.listWebhooks)
	register(s, a, account.ChangeSettings, created(op(post, "/webhooks", "add-webhook", "Webhooks", "Add a webhook; its secret is in the answer, this once")), s.addWebhook)
	register(s, a, account.ReadLog, op(get, "/webhooks/{id}", "get-webhook", "Webhooks", "Get a webhook"), s.getWebhook)
	register(s, a, account.ChangeSettings, op(put, "/webhooks/{id}", "put-webhook", "Webhooks", "State anew where a webhook is and what it is sent"), s.putWebhook)
	register(s, a, account.ChangeSettings, done(op(del, "/webhooks/{id}", "remove-webhook", "Webhooks", "Remove a webhook; what it was sent stays in the history")), s.removeWebhook)
	register(s, a, account.ChangeSettings, created(op(post, "/webhooks/{id}/secrets", "rotate-webhook-secret", "Webhooks", "Replace the secret; the new one is in the answer, this once")), s.rotateWebhook)
	register(s, a, account.ChangeSettings, op(post, "/webhooks/{id}/activation", "activate-webhook", "Webhooks", "Switch a webhook on"), s.onWebhook(s.Hooks.SwitchOn))
	register(s, a, account.ChangeSettings, op(post, "/webhooks/{id}/deactivation", "deactivate-webhook", "Webhooks", "Switch a webhook off"), s.onWebhook(s.Hooks.SwitchOff))
	register(s, a, account.ChangeSettings, op(post, "/webhooks/{id}/tests", "test-webhook", "Webhooks", "Send a webhook.test, whatever the webhook has chosen"), s.onWebhook(s.Hooks.Try))
	register(s, a, account.ReadLog, op(get, "/webhooks/{id}/deliveries", "list-webhook-deliveries", "Webhooks", "List what a webhook was sent, the newest first"), s.listDeliveries)
	register(s, a, account.ChangeSettings, op(post, "/webhooks/{id}/replays", "replay-webhook-delivery", "Webhooks", "Send a delivery once more, under the same id"), s.replayDelivery)
}

// describeWebhooks says in the API's description what webhooks are sent.
func describeWebhooks(o *huma.OpenAPI) {
	own := huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string { return "Webhook" + huma.DefaultSchemaNamer(t, hint) })
	message := own.Schema(reflect.TypeFor[webhookapp.Message](), true, "")
	for name, schema := range own.Map() {
		schema.AdditionalProperties = true // fields are added
		o.Components.Schemas.Map()[name] = schema
	}
	text := &huma.Schema{Type: huma.TypeString}
	headers := []*huma.Param{
		{Name: "webhook-id", In: "header", Required: true, Schema: text, Description: "The same one for all deliveries of one event"},
		{Name: "webhook-timestamp", In: "header", Required: true, Schema: text, Description: "Seconds since 1970; refuse what is more than 5 minutes off"},
		{Name: "webhook-signature", In: "header", Required: true, Schema: text, Description: "v1, and HMAC-SHA-256 of ID.TIMESTAMP.BODY in base64; two of them, with a space between, while a secret is being replaced"},
	}
	o.Webhooks = map[string]*huma.PathItem{}
	for _, t := range append(webhook.Types(), webhook.Type{Name: webhook.Test, Words: "Somebody has asked for a test"}) {
		o.Webhooks[t.Name] = &huma.PathItem{Post: &huma.Operation{
			Summary: t.Words, Tags: []string{"Webhooks"}, Parameters: headers, Security: []map[string][]string{},
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: message}}},
			Responses:   map[string]*huma.Response{"2XX": {Description: "Taken. Whatever else is answered, the message comes again, but for 410: that switches the webhook off"}},
		}}
	}
}

func (s *Server) listWebhookTypes(context.Context, *struct{}) (*body[Page[WebhookType]], error) {
	return page(webhook.Types(), "", func(t webhook.Type) WebhookType { return WebhookType{Name: t.Name, Words: t.Words} }), nil
}

func showWebhook(r webhookapp.Row) Webhook {
	return Webhook{
		ID: ID(r.ID), URL: r.URL, Types: r.Types, On: !r.Off, Cause: string(r.Cause), OffAt: timeOrNil(r.OffAt), EarlierUntil: timeOrNil(r.EarlierUntil), AddedAt: Time(r.AddedAt),
	}
}

func (s *Server) listWebhooks(ctx context.Context, _ *struct{}) (*body[Page[Webhook]], error) {
	rows, err := s.Hooks.Reader.Endpoints(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return page(rows, "", showWebhook), nil
}

func (s *Server) getWebhook(ctx context.Context, in *ByID) (*body[Webhook], error) {
	id, err := in.parse(webhook.ErrNotFound)
	if err != nil {
		return nil, err
	}
	row, err := s.Hooks.Reader.Endpoint(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	return &body[Webhook]{Body: showWebhook(row)}, nil
}

type addWebhook struct {
	Idempotent
	Body WebhookDraft
}

func (s *Server) addWebhook(ctx context.Context, in *addWebhook) (*body[NewWebhook], error) {
	id, err := newOrSame(ctx, "webhook", in.Key)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.Hooks.Add(ctx, webhookapp.Save{By: who, ID: id, URL: in.Body.URL, Types: in.Body.Types})
	if err != nil {
		return nil, err
	}
	return s.withSecret(ctx, id, r)
}

// newOrSame is the id of a new thing, the same one when the same key comes again.
func newOrSame(ctx context.Context, what, key string) (uuid.UUID, error) {
	if key != "" {
		c := from(ctx)
		return uuid.NewSHA1(commands, fmt.Appendf(nil, "%s\x00%d\x00%s\x00%s", what, c.Firm, c.ID, key)), nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("draw an id: %w", err)
	}
	return id, nil
}

// withSecret answers with a secret that was just made.
func (s *Server) withSecret(ctx context.Context, id uuid.UUID, r es.Result) (*body[NewWebhook], error) {
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	row, err := s.Hooks.Reader.Endpoint(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	token, err := s.Hooks.Secret(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	return &body[NewWebhook]{Body: NewWebhook{Webhook: showWebhook(row), Secret: token.Reveal()}}, nil
}

type putWebhook struct {
	ByID
	Idempotent
	Body WebhookDraft
}

func (s *Server) putWebhook(ctx context.Context, in *putWebhook) (*body[Webhook], error) {
	return s.actOnWebhook(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Hooks.Change(ctx, webhookapp.Save{By: by, ID: id, URL: in.Body.URL, Types: in.Body.Types})
	})
}

// actOnWebhook runs one command on a webhook, and answers with the webhook as it then stands.
func (s *Server) actOnWebhook(ctx context.Context, in ByID, key string, sent any, do func(by es.By, id uuid.UUID) (es.Result, error)) (*body[Webhook], error) {
	if err := s.commandOnWebhook(ctx, in, key, sent, do); err != nil {
		return nil, err
	}
	return s.getWebhook(ctx, &in)
}

func (s *Server) commandOnWebhook(ctx context.Context, in ByID, key string, sent any, do func(by es.By, id uuid.UUID) (es.Result, error)) error {
	id, err := in.parse(webhook.ErrNotFound)
	if err != nil {
		return err
	}
	who, err := by(ctx, key, sent)
	if err != nil {
		return err
	}
	r, err := do(who, id)
	if err != nil {
		return err
	}
	return s.shown(ctx, r)
}

type byWebhook struct {
	ByID
	Idempotent
}

func (s *Server) onWebhook(do func(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)) func(context.Context, *byWebhook) (*body[Webhook], error) {
	return func(ctx context.Context, in *byWebhook) (*body[Webhook], error) {
		return s.actOnWebhook(ctx, in.ByID, in.Key, in.ID, func(by es.By, id uuid.UUID) (es.Result, error) { return do(ctx, by, id) })
	}
}

func (s *Server) removeWebhook(ctx context.Context, in *byWebhook) (*struct{}, error) {
	return nil, s.commandOnWebhook(ctx, in.ByID, in.Key, in.ID, func(by es.By, id uuid.UUID) (es.Result, error) { return s.Hooks.Remove(ctx, by, id) })
}

type rotateWebhook struct {
	ByID
	Idempotent
	Body struct {
		AtOnce bool `json:"at_once,omitempty" doc:"The secret before it ends now; otherwise it signs along for 24 hours"`
	}
}

func (s *Server) rotateWebhook(ctx context.Context, in *rotateWebhook) (*body[NewWebhook], error) {
	id, err := in.parse(webhook.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.Hooks.Rotate(ctx, who, id, in.Body.AtOnce)
	if err != nil {
		return nil, err
	}
	return s.withSecret(ctx, id, r)
}

type listDeliveries struct {
	ByID
	Paging
	State string `query:"state" enum:"waiting,retrying,delivered,failed,not_sent" doc:"Only those"`
	Key   string `query:"key" maxLength:"300" doc:"Only the delivery of that key, with all its tries"`
}

func showAttempt(a webhookapp.Attempt) WebhookAttempt {
	return WebhookAttempt{N: a.N, At: Time(a.At), TookMS: a.Took.Milliseconds(), Status: a.Status, Why: a.Why, Answer: a.Answer}
}

func showDelivery(d webhookapp.Delivery) WebhookDelivery {
	shown := WebhookDelivery{
		Key: d.Key, MessageID: d.ID, Type: d.Type, Replay: d.Replay, State: string(d.State), Tries: d.Tries, CreatedAt: Time(d.CreatedAt),
		NextAt: timeOrNil(d.NextAt), EndedAt: timeOrNil(d.EndedAt), Attempts: []WebhookAttempt{},
	}
	if d.Last.N > 0 {
		shown.Attempts = append(shown.Attempts, showAttempt(d.Last))
	}
	return shown
}

func (s *Server) listDeliveries(ctx context.Context, in *listDeliveries) (*body[Page[WebhookDelivery]], error) {
	found, err := s.getWebhook(ctx, &in.ByID)
	if err != nil {
		return nil, err
	}
	if in.Key != "" {
		return s.oneDelivery(ctx, uuid.UUID(found.Body.ID), in.Key)
	}
	rows, next, err := s.Hooks.Reader.Deliveries(ctx, from(ctx).Firm, webhookapp.Query{Endpoint: uuid.UUID(found.Body.ID), State: webhookapp.State(in.State), After: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return page(rows, next, showDelivery), nil
}

func (s *Server) oneDelivery(ctx context.Context, id uuid.UUID, key string) (*body[Page[WebhookDelivery]], error) {
	d, err := s.Hooks.Reader.Delivery(ctx, from(ctx).Firm, id, key)
	if err != nil {
		return nil, err
	}
	tries, err := s.Hooks.Reader.Attempts(ctx, from(ctx).Firm, key)
	if err != nil {
		return nil, err
	}
	shown := showDelivery(d)
	shown.Attempts = make([]WebhookAttempt, len(tries))
	for i, a := range tries {
		shown.Attempts[i] = showAttempt(a)
	}
	return page([]webhookapp.Delivery{d}, "", func(webhookapp.Delivery) WebhookDelivery { return shown }), nil
}

type replayDelivery struct {
	ByID
	Idempotent
	Body struct {
		Key string `json:"key" maxLength:"300" doc:"Of the delivery, as lists have it"`
	}
}

func (s *Server) replayDelivery(ctx context.Context, in *replayDelivery) (*body[Webhook], error) {
	return s.actOnWebhook(ctx, in.ByID, in.Idempotent.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) { return s.Hooks.Replay(ctx, by, id, in.Body.Key) })
}
