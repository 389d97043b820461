package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/app/es/estest"
	webhookapp "portico/app/webhook"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// hookBook reads webhooks from their histories; each has been sent one message.
type hookBook struct{ events *estest.Memory }

var _ webhookapp.Reader = hookBook{}

func (b hookBook) Endpoints(ctx context.Context, firm int32) (rows []webhookapp.Row, err error) {
	for _, r := range b.events.Log() {
		if _, ok := r.Event.(webhook.Added); ok {
			if row, err := b.Endpoint(ctx, firm, r.Stream.ID); err == nil {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

func (b hookBook) Endpoint(_ context.Context, _ int32, id uuid.UUID) (row webhookapp.Row, err error) {
	var w webhook.Webhook
	for _, e := range b.events.Stream(webhook.Stream(id)) {
		if e, ok := e.(webhook.Event); ok {
			w = w.Apply(e)
		}
	}
	if !w.Exists() {
		return row, webhook.ErrNotFound
	}
	return webhookapp.Row{ID: id, URL: w.URL(), Types: w.Types(), Off: !w.On(), Cause: w.Cause(), EarlierUntil: w.EarlierUntil(), AddedAt: noon}, nil
}

func (b hookBook) Deliveries(_ context.Context, _ int32, q webhookapp.Query) ([]webhookapp.Delivery, string, error) {
	d := webhookapp.Delivery{
		Key: "webhook.delivery/x", ID: "evt_1_1", Type: "task.done", Source: event.Stream{Kind: "task", ID: q.Endpoint}.String(), Version: 1, State: webhookapp.Retrying, Tries: 2, CreatedAt: noon,
		NextAt: noon.Add(time.Minute), Last: webhookapp.Attempt{N: 2, Status: 500, Took: 31 * time.Millisecond, Answer: "<b>oh"},
	}
	if q.State != "" && q.State != d.State {
		return nil, "", nil
	}
	return []webhookapp.Delivery{d}, "", nil
}

func (b hookBook) Delivery(ctx context.Context, firm int32, endpoint uuid.UUID, key string) (webhookapp.Delivery, error) {
	rows, _, err := b.Deliveries(ctx, firm, webhookapp.Query{Endpoint: endpoint})
	if err != nil || rows[0].Key != key {
		return webhookapp.Delivery{}, webhook.ErrDelivery
	}
	return rows[0], nil
}

func (hookBook) Attempts(context.Context, int32, string) ([]webhookapp.Attempt, error) {
	return nil, nil
}

var whsec = regexp.MustCompile(`whsec_[A-Za-z0-9+/]+=*`)

// secretOn is the secret that a page shows.
func secretOn(text string) string { return whsec.FindString(strings.ReplaceAll(text, "&#43;", "+")) }

// A webhook is added, shows its secret once, is looked at, tried, changed, given another secret, switched off and removed.
func TestWebhookPages(t *testing.T) {
	h := newHouse(t).signIn()
	newest := func() event.Event {
		log := h.store.Log()
		return log[len(log)-1].Event
	}
	h.get("/settings/webhooks").want(t, http.StatusOK, "Nothing is sent anywhere yet", `href="/settings/webhooks/new"`)
	h.sendTo("/settings/webhooks/new", "/settings/webhooks", url.Values{"url": {"http://10.0.0.1/"}, "type": {"task.done"}}).want(t, http.StatusUnprocessableEntity, `value="http://10.0.0.1/"`, `value="task.done" checked`, "begins with https://")
	h.sendTo("/settings/webhooks/new", "/settings/webhooks", url.Values{"url": {"https://10.0.0.1/"}, "type": {"task.done"}}).want(t, http.StatusUnprocessableEntity, "inside of a network")
	h.sendTo("/settings/webhooks/new", "/settings/webhooks", url.Values{"url": {"https://hooks.example/"}}).want(t, http.StatusUnprocessableEntity, "Choose at least one")

	form := url.Values{"url": {"https://hooks.example/x"}, "type": {"task.*", "file.received"}}
	made := h.sendTo("/settings/webhooks/new", "/settings/webhooks", form)
	made.want(t, http.StatusOK, "Copy the secret now", "https://hooks.example/x")
	first := secretOn(made.text)
	if e, ok := newest().(webhook.Added); !ok || e.URL.Text != "https://hooks.example/x" || len(e.Types) != 2 || first == "" || !strings.Contains(made.Header().Get("Cache-Control"), "no-store") {
		t.Fatalf("recorded %+v, secret %q, %v", newest(), first, made.Header())
	}
	if again := h.post("/settings/webhooks", form); again.Code != http.StatusOK || secretOn(again.text) != first {
		t.Errorf("the form, sent twice: %d %s", again.Code, again.text)
	}
	page := "/settings/webhooks/" + form.Get("id")
	h.get("/settings/webhooks").want(t, http.StatusOK, `href="`+page+`"`, "https://hooks.example/x", "task.*, file.received")
	h.get(page).want(t, http.StatusOK, "task.done", "500 in 31 ms", "&lt;b&gt;oh", "Trying again", "Send again", `value="task.*" checked`, `value="file.received" checked`)
	if secretOn(h.get(page).text) != "" {
		t.Error("the secret is shown again")
	}
	h.get(page+"?state=failed").want(t, http.StatusOK, "Nothing here")
	h.post(page+"/tests", commanded()).want(t, http.StatusSeeOther)
	h.get(page+"?done=test").want(t, http.StatusOK, "A test is on its way")
	replay := commanded()
	replay.Set("key", "webhook.delivery/x")
	h.post(page+"/replays", replay).want(t, http.StatusSeeOther)
	if e, ok := newest().(webhook.Replayed); !ok || e.Version != 1 {
		t.Errorf("recorded %+v", newest())
	}
	other := commanded()
	other.Set("key", "mail.upload_link/x")
	h.post(page+"/replays", other).want(t, http.StatusNotFound)
	change := commanded()
	change["url"], change["type"] = []string{"nothing"}, []string{"invite.*"}
	h.post(page, change).want(t, http.StatusUnprocessableEntity, `value="nothing"`, `value="invite.*" checked`)
	change = commanded()
	change["url"], change["type"] = []string{"https://hooks.example/y"}, []string{"invite.*"}
	h.post(page, change).want(t, http.StatusSeeOther)
	rotated := h.post(page+"/secrets", commanded())
	if rotated.want(t, http.StatusOK, "A new secret", "signs, too, until"); secretOn(rotated.text) == "" || secretOn(rotated.text) == first {
		t.Error("no other secret")
	}
	h.post(page+"/deactivation", commanded()).want(t, http.StatusSeeOther)
	h.get(page).want(t, http.StatusOK, "Switched off by somebody", "Switch it on")
	h.post(page+"/tests", commanded()).want(t, http.StatusConflict)
	h.post(page+"/activation", commanded()).want(t, http.StatusSeeOther)
	h.post(page+"/removal", commanded()).want(t, http.StatusSeeOther)
	h.get(page).want(t, http.StatusNotFound)
	h.get("/settings/webhooks?done=removed").want(t, http.StatusOK, "The webhook is removed", "Nothing is sent anywhere yet")
}
