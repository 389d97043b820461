package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	webhookapp "portico/app/webhook"
	accounts "portico/domain/account"
	"portico/domain/webhook"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// webhookRoutes are the settings of webhooks, and the ledger of what they were sent. Who may read the practice's history
// may read it.
func (s *Server) webhookRoutes(staff func(route string, right accounts.Right, h handler)) {
	staff("GET /settings/webhooks", accounts.ReadLog, s.webhookList)
	staff("GET /settings/webhooks/new", accounts.ChangeSettings, s.newWebhook)
	staff("POST /settings/webhooks", accounts.ChangeSettings, s.addWebhook)
	staff("GET /settings/webhooks/{id}", accounts.ReadLog, s.webhookPage)
	staff("POST /settings/webhooks/{id}", accounts.ChangeSettings, s.changeWebhook)
	staff("POST /settings/webhooks/{id}/secrets", accounts.ChangeSettings, s.rotateWebhook)
	staff("POST /settings/webhooks/{id}/tests", accounts.ChangeSettings, s.onWebhook("test", s.Hooks.Try))
	staff("POST /settings/webhooks/{id}/activation", accounts.ChangeSettings, s.onWebhook("on", s.Hooks.SwitchOn))
	staff("POST /settings/webhooks/{id}/deactivation", accounts.ChangeSettings, s.onWebhook("off", s.Hooks.SwitchOff))
	staff("POST /settings/webhooks/{id}/removal", accounts.ChangeSettings, s.removeWebhook)
	staff("POST /settings/webhooks/{id}/replays", accounts.ChangeSettings, s.replayWebhook)
}

// fieldOfWebhook is the input that a rule is about.
var fieldOfWebhook = map[string]string{
	webhook.ErrURL.Code: "url", webhook.ErrInside.Code: "url", webhook.ErrMany.Code: "url", webhook.ErrType.Code: "types", webhook.ErrNoTypes.Code: "types",
}

// doneToWebhook are the sentences after a change.
var doneToWebhook = map[string]string{
	"changed": "Saved. What happens from now on follows it.",
	"test":    "A test is on its way. It shows below as soon as it was answered.",
	"again":   "It is on its way once more, under the same id.",
	"on":      "It is on: what happens from now on is sent.",
	"off":     "It is off: nothing is sent any more.",
	"removed": "The webhook is removed.",
}

func (s *Server) webhookSettings(r *http.Request, title string, problems views.Problems) (views.Settings, error) {
	current, err := s.caughtUp(r)
	if err != nil {
		return views.Settings{}, err
	}
	page := s.settings(r, title, "webhooks", current, problems)
	if page.Done = doneToWebhook[r.URL.Query().Get("done")]; len(problems) > 0 {
		page.Done = ""
	}
	return page, nil
}

func (s *Server) webhookList(w http.ResponseWriter, r *http.Request) error {
	around, err := s.webhookSettings(r, "Webhooks", nil)
	if err != nil {
		return err
	}
	rows, err := s.Hooks.Reader.Endpoints(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page := views.SettingsWebhooks{Settings: around, Most: webhook.MaxEndpoints}
	at := zone(user(r).Practice.Zone)
	for _, row := range rows {
		line := views.WebhookLine{
			Href: "/settings/webhooks/" + row.ID.String(), URL: row.URL, Types: strings.Join(row.Types, ", "), Badge: badgeOfWebhook(row), Added: views.At(row.AddedAt, at),
		}
		if row.Cause != webhook.ByPractice {
			line.Off = whyOff(row.Cause)
		}
		page.Rows = append(page.Rows, line)
	}
	return s.show(w, r, page)
}

func badgeOfWebhook(row webhookapp.Row) views.Badge {
	switch {
	case !row.Off:
		return views.Badge{Tone: "ok", Icon: "circle-check", Word: "On"}
	case row.Cause == webhook.ByPractice:
		return views.Badge{Tone: "quiet", Icon: "pause", Word: "Off"}
	}
	return views.Badge{Tone: "danger", Icon: "triangle-alert", Word: "Off"}
}

func whyOff(c webhook.Cause) string {
	switch c {
	case webhook.Failing:
		return "Switched off by itself: nothing has reached it for three days."
	case webhook.Gone:
		return "Switched off by itself: its receiver has answered that nobody is there any more."
	case webhook.ByPractice:
		return "Switched off by somebody of the practice."
	}
	return ""
}

// groupsOfWebhook are the sorts of events, with those that are chosen.
func groupsOfWebhook(chosen []string) (groups []views.WebhookGroup) {
	legends := map[string][2]string{
		"task": {"Everything about tasks and requests", "events of tasks"}, "file": {"Everything about files", "events of files"},
		"invite": {"Everything about invitations", "events of invitations"},
	}
	for _, name := range webhook.Groups() {
		all := name + ".*"
		g := views.WebhookGroup{Name: name, Legend: legends[name][1], All: views.Option{Value: all, Word: legends[name][0], On: slices.Contains(chosen, all)}}
		for _, t := range webhook.Types() {
			if webhook.Group(t.Name) == name {
				on := slices.Contains(chosen, t.Name)
				g.Types = append(g.Types, views.Option{Value: t.Name, Word: t.Words, On: on})
				g.Some = g.Some || on
			}
		}
		groups = append(groups, g)
	}
	return groups
}

func (s *Server) newWebhook(w http.ResponseWriter, r *http.Request) error {
	return s.webhookForm(w, r, http.StatusOK, nil, views.WebhookForm{ID: newID(), Groups: groupsOfWebhook(nil)})
}

func (s *Server) webhookForm(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, form views.WebhookForm) error {
	around, err := s.webhookSettings(r, "New webhook", problems)
	if err != nil {
		return err
	}
	s.page(w, r, code, views.SettingsWebhookNew{Settings: around, Form: form})
	return nil
}

func (s *Server) addWebhook(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	typed := views.WebhookForm{ID: id, URL: r.PostForm.Get("url"), Groups: groupsOfWebhook(r.PostForm["type"])}
	_, err = s.Hooks.Add(r.Context(), webhookapp.Save{By: by, ID: id, URL: typed.URL, Types: r.PostForm["type"]})
	if p, ok := problemIn(fieldOfWebhook, err); ok {
		return s.webhookForm(w, r, http.StatusUnprocessableEntity, views.Problems{p}, typed)
	}
	if err != nil {
		return err
	}
	return s.showSecret(w, r, id, typed.URL, false, time.Time{})
}

// showSecret is the answer to what has made a secret, and no page that can be opened again.
func (s *Server) showSecret(w http.ResponseWriter, r *http.Request, id uuid.UUID, address string, rotated bool, earlier time.Time) error {
	token, err := s.Hooks.Secret(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	page := views.SettingsWebhookSecret{
		Settings: s.settings(r, "Secret of a webhook", "webhooks", true, nil), Back: "/settings/webhooks/" + id.String(), URL: strings.TrimSpace(address), Secret: token.Reveal(),
		Rotated: rotated, Earlier: views.At(earlier, zone(user(r).Practice.Zone)),
	}
	return s.show(w, r, page)
}

func (s *Server) webhookPage(w http.ResponseWriter, r *http.Request) error {
	return s.oneWebhook(w, r, http.StatusOK, nil, nil)
}

// oneWebhook shows an endpoint; typed is what was typed of it.
func (s *Server) oneWebhook(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed *views.WebhookForm) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	around, err := s.webhookSettings(r, "Webhook", problems)
	if err != nil {
		return err
	}
	row, err := s.Hooks.Reader.Endpoint(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	at := zone(user(r).Practice.Zone)
	page := views.SettingsWebhook{
		Settings: around, ID: id, Form: views.WebhookForm{URL: row.URL, Groups: groupsOfWebhook(row.Types)}, Badge: badgeOfWebhook(row), On: !row.Off, Off: whyOff(row.Cause),
	}
	if typed != nil {
		page.Form = *typed
	}
	if row.EarlierUntil.After(s.Now()) {
		page.Earlier = views.At(row.EarlierUntil, at)
	}
	state := webhookapp.State(r.URL.Query().Get("state"))
	if !slices.Contains(webhookapp.States(), state) {
		state = ""
	}
	page.Narrowed = state != ""
	page.Chips = append(page.Chips, views.Chip{Word: "All", Href: "/settings/webhooks/" + id.String(), Current: state == ""})
	for _, one := range webhookapp.States() {
		page.Chips = append(page.Chips, views.Chip{Word: deliveryBadges[one].Word, Href: withQuery("/settings/webhooks/"+id.String(), url.Values{"state": {string(one)}}), Current: state == one})
	}
	rows, next, err := s.Hooks.Reader.Deliveries(r.Context(), user(r).Firm, webhookapp.Query{Endpoint: id, State: state, After: r.URL.Query().Get("after"), Limit: rowsOf(r)})
	if err != nil {
		return err
	}
	for _, d := range rows {
		page.Deliveries = append(page.Deliveries, deliveryLine(d, at, !row.Off))
	}
	page.Pager = pager(r, next, len(rows), "delivery", "deliveries")
	s.page(w, r, code, page)
	return nil
}

var deliveryBadges = map[webhookapp.State]views.Badge{
	webhookapp.Waiting:   {Tone: "info", Icon: "hourglass", Word: "Waiting"},
	webhookapp.Retrying:  {Tone: "warn", Icon: "rotate-cw", Word: "Trying again"},
	webhookapp.Delivered: {Tone: "ok", Icon: "circle-check", Word: "Delivered"},
	webhookapp.Failed:    {Tone: "danger", Icon: "triangle-alert", Word: "Failed"},
	webhookapp.NotSent:   {Tone: "quiet", Icon: "ban", Word: "Not sent"},
}

func deliveryLine(d webhookapp.Delivery, at *time.Location, on bool) views.DeliveryLine {
	line := views.DeliveryLine{
		Key: d.Key, ID: d.ID, Type: d.Type, Replay: d.Replay, Badge: deliveryBadges[d.State], At: views.At(d.CreatedAt, at), Tries: d.Tries, Body: d.Last.Answer,
		Answer: d.Last.Why, Again: on && d.State != webhookapp.Waiting,
	}
	if d.State == webhookapp.Retrying {
		line.Next = views.At(d.NextAt, at)
	}
	if d.Last.Status > 0 {
		line.Answer = fmt.Sprintf("%d in %d ms", d.Last.Status, d.Last.Took.Milliseconds())
	}
	return line
}

func (s *Server) changeWebhook(w http.ResponseWriter, r *http.Request) error {
	id, by, err := s.postedTo(w, r)
	if err != nil {
		return err
	}
	res, err := s.Hooks.Change(r.Context(), webhookapp.Save{By: by, ID: id, URL: r.PostForm.Get("url"), Types: r.PostForm["type"]})
	if p, ok := problemIn(fieldOfWebhook, err); ok {
		return s.oneWebhook(w, r, http.StatusUnprocessableEntity, views.Problems{p}, &views.WebhookForm{URL: r.PostForm.Get("url"), Groups: groupsOfWebhook(r.PostForm["type"])})
	}
	if err != nil {
		return err
	}
	backTo(w, r, "/settings/webhooks/"+id.String(), "changed", res)
	return nil
}

// postedTo is the endpoint that a form is about, and who sends it.
func (s *Server) postedTo(w http.ResponseWriter, r *http.Request) (id uuid.UUID, by es.By, err error) {
	if id, err = pathID(r, "id"); err != nil {
		return id, by, err
	}
	by, err = posted(w, r)
	return id, by, err
}

func (s *Server) rotateWebhook(w http.ResponseWriter, r *http.Request) error {
	id, by, err := s.postedTo(w, r)
	if err != nil {
		return err
	}
	atOnce := r.PostForm.Get("at_once") != ""
	if _, err := s.Hooks.Rotate(r.Context(), by, id, atOnce); err != nil {
		return err
	}
	row, err := s.Hooks.Reader.Endpoint(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	earlier := time.Time{}
	if !atOnce {
		earlier = s.Now().Add(webhook.Overlap)
	}
	return s.showSecret(w, r, id, row.URL, true, earlier)
}

// onWebhook is a command on one endpoint that leads back to it.
func (s *Server) onWebhook(word string, do func(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, by, err := s.postedTo(w, r)
		if err != nil {
			return err
		}
		res, err := do(r.Context(), by, id)
		if err != nil {
			return err
		}
		backTo(w, r, "/settings/webhooks/"+id.String(), word, res)
		return nil
	}
}

func (s *Server) removeWebhook(w http.ResponseWriter, r *http.Request) error {
	id, by, err := s.postedTo(w, r)
	if err != nil {
		return err
	}
	res, err := s.Hooks.Remove(r.Context(), by, id)
	if err != nil {
		return err
	}
	backTo(w, r, "/settings/webhooks", "removed", res)
	return nil
}

func (s *Server) replayWebhook(w http.ResponseWriter, r *http.Request) error {
	id, by, err := s.postedTo(w, r)
	if err != nil {
		return err
	}
	key := r.PostForm.Get("key")
	if key == "" {
		return errForm
	}
	res, err := s.Hooks.Replay(r.Context(), by, id, key)
	if err != nil {
		return err
	}
	backTo(w, r, "/settings/webhooks/"+id.String(), "again", res)
	return nil
}
