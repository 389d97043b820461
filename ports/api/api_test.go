package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

const newClient = `{"name":"Solberg Ltd","email":"ingrid@solberg.example","sort":"company","reference":"C-1"}`

func (h *house) aClient() string {
	h.t.Helper()
	a := h.call(maryToken, "POST", base+"/clients", newClient)
	if a.status != http.StatusCreated {
		h.t.Fatalf("%d %s", a.status, a.body)
	}
	return a.text("id")
}

func (h *house) aLink() answer {
	h.t.Helper()
	a := h.call(maryToken, "POST", base+"/upload-links",
		`{"client_id":"`+h.aClient()+`","recipients":[{"name":"Ingrid","email":"ingrid@solberg.example"}],"message":"Please","expires_on":"2026-12-04"}`)
	if a.status != http.StatusCreated {
		h.t.Fatalf("%d %s", a.status, a.body)
	}
	return a
}

// T8: every operation asks for a token, whatever it is for.
func TestEveryOperationNeedsAToken(t *testing.T) {
	h := newHouse(t)
	n := 0
	for path, item := range h.openapi["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			n++
			path := strings.NewReplacer("{id}", uuid.NewString(), "{batch}", uuid.NewString(), "{channel}", "link").Replace(path)
			for token, code := range map[string]string{"": "api.no_token", "ptk_nobody": "account.token"} {
				a := h.call(token, strings.ToUpper(method), path, `{}`)
				a.is(401, code)
				if a.header.Get("WWW-Authenticate") != "Bearer" {
					t.Errorf("%s %s doesn't say how to sign in", method, path)
				}
			}
		}
	}
	if n < 15 {
		t.Errorf("looked at %d operations only", n)
	}
	h.call("", "GET", base+"/clients", "", "Authorization", "Basic bWFyeTp4").is(401, "api.no_token")
}

func TestClients(t *testing.T) {
	h := newHouse(t)
	a := h.call(maryToken, "POST", base+"/clients", newClient)
	id := a.text("id")
	if a.status != 201 || a.text("name") != "Solberg Ltd" || a.text("owner_id") != mary.ID.String() || a.text("created_at") != "2026-11-21T12:00:00.000Z" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "GET", base+"/clients/"+id, ""); a.status != 200 || a.text("reference") != "C-1" {
		t.Errorf("%d %s", a.status, a.body)
	}
	for n := range 4 {
		h.call(maryToken, "POST", base+"/clients", fmt.Sprintf(`{"name":"Client %d"}`, n))
	}
	t.Run("pages", func(t *testing.T) {
		seen, cursor := 0, ""
		for range 3 {
			a := h.call(maryToken, "GET", base+"/clients?limit=2&cursor="+cursor, "")
			seen += len(a.value("items").([]any))
			if a.value("next") == nil {
				break
			}
			cursor = a.text("next")
		}
		if seen != 5 {
			t.Errorf("saw %d of 5", seen)
		}
	})
	t.Run("query", func(t *testing.T) {
		if a := h.call(maryToken, "GET", base+"/clients?query=Solberg", ""); len(a.value("items").([]any)) != 1 || a.value("next") != nil {
			t.Errorf("%s", a.body)
		}
		if a := h.call(maryToken, "GET", base+"/clients?query=nobody", ""); string(a.body) != `{"items":[],"next":null}`+"\n" {
			t.Errorf("%s", a.body)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		h.call(maryToken, "POST", base+"/clients", `{"name":" "}`).is(422, client.ErrName.Code)
		h.call(maryToken, "POST", base+"/clients", `{"name":"x","sort":"cat"}`).is(422, client.ErrSort.Code)
		h.call(maryToken, "POST", base+"/clients", `{"email":"x"}`).is(422, "api.invalid")
		h.call(maryToken, "POST", base+"/clients", `{"name":"x","rights":"all"}`).is(422, "api.invalid")
		h.call(maryToken, "POST", base+"/clients", `{"name":`).is(400, "api.invalid")
		h.call(maryToken, "GET", base+"/clients?limit=1000", "").is(422, "api.invalid")
		h.call(maryToken, "GET", base+"/clients/"+uuid.NewString(), "").is(404, client.ErrNotFound.Code)
		h.call(maryToken, "GET", base+"/clients/12", "").is(404, client.ErrNotFound.Code)
		h.call(maryToken, "GET", base+"/cats", "").is(404, "api.not_found")
		h.call(maryToken, "DELETE", base+"/clients", "").is(405, "api.method")
	})
}

// T6: another practice's things are unknown, in every address.
func TestAnotherPracticeSeesNothing(t *testing.T) {
	h := newHouse(t)
	link := h.aLink()
	of := link.text("client_id")
	for _, path := range []string{"/clients/" + of, "/upload-links/" + link.text("id"), "/files/" + fileA.String(), "/files/" + fileA.String() + "/content"} {
		if a := h.call(maryToken, "GET", base+path, ""); a.status != 200 {
			t.Errorf("%s: %d", path, a.status)
		}
		foreign, unknown := h.call(pietToken, "GET", base+path, ""), h.call(pietToken, "GET", base+strings.NewReplacer(of, uuid.NewString(), link.text("id"), uuid.NewString(), fileA.String(), uuid.NewString()).Replace(path), "")
		if foreign.status != 404 || string(foreign.body) != string(unknown.body) {
			t.Errorf("%s: %d %s\n%s", path, foreign.status, foreign.body, unknown.body)
		}
	}
	for _, what := range []string{"resend", "revocation"} {
		h.call(pietToken, "POST", base+"/upload-links/"+link.text("id")+"/"+what, "{}").is(404, uploadlink.ErrNotFound.Code)
	}
	who := link.text("recipients.0.id")
	for what, body := range map[string]string{
		"copies": `{"recipient_id":"` + who + `"}`, "dismissal": `{"recipient_id":"` + who + `"}`,
		"corrections": `{"recipient_id":"` + who + `","name":"","email":"x@example.org"}`,
	} {
		h.call(pietToken, "POST", base+"/upload-links/"+link.text("id")+"/"+what, body).is(404, uploadlink.ErrNotFound.Code)
	}
	for _, list := range []string{"/clients", "/upload-links", "/files", "/events"} {
		if a := h.call(pietToken, "GET", base+list, ""); len(a.value("items").([]any)) != 0 {
			t.Errorf("%s: %s", list, a.body)
		}
	}
	h.store.Given(2, client.Stream(fileA), client.Created{Name: event.Of(fileA, "Theirs")})
	h.call(maryToken, "POST", base+"/upload-links", `{"client_id":"`+fileA.String()+`","recipients":[{"name":"I","email":"i@example.com"}],"expires_on":"2026-12-04"}`).
		is(404, client.ErrNotFound.Code)
}

func TestUploadLinks(t *testing.T) {
	h := newHouse(t)
	a := h.aLink()
	id := base + "/upload-links/" + a.text("id")
	if a.text("expires_at") != "2026-12-05T00:00:00.000Z" || a.text("recipients.0.email") != "ingrid@solberg.example" || a.text("mails.0.recipient_id") != a.text("recipients.0.id") ||
		a.value("mails.0.handed_over_at") != nil || a.text("sender_id") != mary.ID.String() {
		t.Errorf("%s", a.body)
	}
	if a := h.call(maryToken, "GET", base+"/upload-links?state=issued", ""); len(a.value("items").([]any)) != 1 {
		t.Errorf("%s", a.body)
	}
	for _, body := range []string{"", "{}", `{"recipients":["` + a.text("recipients.0.id") + `"]}`} {
		if a := h.call(maryToken, "POST", id+"/resend", body); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if a := h.call(maryToken, "GET", id, ""); a.value("mails.0.generation") != float64(4) {
		t.Errorf("%s", a.body)
	}
	h.call(maryToken, "POST", id+"/resend", `{"recipients":["x"]}`).is(404, uploadlink.ErrRecipientUnknown.Code)
	if a := h.call(maryToken, "POST", id+"/extension", `{"expires_on":"2026-12-24"}`); a.status != 200 || a.text("expires_at") != "2026-12-25T00:00:00.000Z" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", id+"/extension", `{"expires_on":"24.12.2026"}`).is(422, "api.date")
	h.call(maryToken, "POST", id+"/revocation", `{"unreleased":"burn"}`).is(422, "api.invalid")
	if a := h.call(maryToken, "POST", id+"/revocation", ""); a.status != 200 || a.text("state") != "revoked" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", id+"/resend", "").is(410, uploadlink.ErrRevoked.Code)
	h.call(maryToken, "POST", base+"/upload-links", `{"recipients":[{"name":"I","email":"no address"}],"expires_on":"2026-12-04"}`).is(422, "address.invalid")
	h.call(maryToken, "POST", base+"/upload-links", `{"recipients":[{"name":"I","email":"i@example.com"}],"expires_on":"2020-12-04"}`).is(422, uploadlink.ErrExpiry.Code)
}

// T16: the same key with the same body is done once and answered alike; with another body it is refused.
func TestIdempotencyKey(t *testing.T) {
	h := newHouse(t)
	first := h.call(maryToken, "POST", base+"/clients", newClient, "Idempotency-Key", "k-1")
	written := len(h.store.Log())
	spaced := strings.ReplaceAll(newClient, ",", " ,\n ")
	for _, body := range []string{newClient, spaced} {
		if again := h.call(maryToken, "POST", base+"/clients", body, "Idempotency-Key", "k-1"); again.status != 201 || string(again.body) != string(first.body) {
			t.Errorf("again: %d %s\nfirst: %s", again.status, again.body, first.body)
		}
	}
	h.call(maryToken, "POST", base+"/clients", strings.Replace(newClient, "C-1", "C-2", 1), "Idempotency-Key", "k-1").is(422, "api.idempotency_key_reused")
	if len(h.store.Log()) != written {
		t.Error("it was done twice")
	}
	t.Run("another key or none is another intention", func(t *testing.T) {
		for _, headers := range [][]string{{"Idempotency-Key", "k-2"}, nil, nil} {
			if a := h.call(maryToken, "POST", base+"/clients", newClient, headers...); a.status != 201 || a.text("id") == first.text("id") {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
	})
	t.Run("another person's key is theirs", func(t *testing.T) {
		if a := h.call(pietToken, "POST", base+"/clients", newClient, "Idempotency-Key", "k-1"); a.status != 201 || a.text("id") == first.text("id") {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("the same body at another address is another request", func(t *testing.T) {
		id := base + "/upload-links/" + h.aLink().text("id")
		h.call(maryToken, "POST", id+"/resend", "{}", "Idempotency-Key", "k-3")
		if a := h.call(maryToken, "POST", id+"/resend", "{}", "Idempotency-Key", "k-3"); a.value("mails.0.generation") != float64(2) {
			t.Errorf("%s", a.body)
		}
		h.call(maryToken, "POST", id+"/revocation", "{}", "Idempotency-Key", "k-3").is(422, "api.idempotency_key_reused")
	})
	t.Run("a repeated refusal of today is yesterday's success", func(t *testing.T) {
		body := `{"recipients":[{"name":"I","email":"i@example.com"}],"expires_on":"2026-11-21"}`
		first := h.call(maryToken, "POST", base+"/upload-links", body, "Idempotency-Key", "k-4")
		h.store.Advance(48 * 3600e9)
		if again := h.call(maryToken, "POST", base+"/upload-links", body, "Idempotency-Key", "k-4"); again.status != 201 || again.text("id") != first.text("id") {
			t.Errorf("%d %s", again.status, again.body)
		}
	})
}

func TestUploadPolicies(t *testing.T) {
	h := newHouse(t)
	at := base + "/upload-policies/link"
	if a := h.call(maryToken, "GET", at, ""); string(a.body) != `{"window_ms":600000,"deliver":"after"}`+"\n" {
		t.Errorf("%s", a.body)
	}
	for range 2 {
		if a := h.call(maryToken, "PUT", at, `{"window_ms":0,"deliver":"at_once"}`); a.status != 200 || string(a.body) != `{"window_ms":0,"deliver":"at_once"}`+"\n" {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	h.call(maryToken, "PUT", at, `{"window_ms":-1,"deliver":"after"}`).is(422, "firm.window")
	h.call(maryToken, "PUT", at, `{"window_ms":9223372036854775807,"deliver":"after"}`).is(422, "firm.window")
	h.call(maryToken, "PUT", at, `{"window_ms":1,"deliver":"never"}`).is(422, "firm.deliver")
	h.call(maryToken, "PUT", base+"/upload-policies/fax", `{"window_ms":1,"deliver":"after"}`).is(404, "firm.channel")
	h.call(maryToken, "GET", base+"/upload-policies/fax", "").is(404, "firm.channel")
}

// T22: bytes come as an attachment that no browser runs, in ranges.
func TestFiles(t *testing.T) {
	h := newHouse(t)
	if a := h.call(maryToken, "GET", base+"/files?state=released", ""); a.text("items.0.sha256") != h.file.SHA256 || a.value("items.0.client_id") != nil || a.value("items.0.size") != float64(10) {
		t.Errorf("%s", a.body)
	}
	if a := h.call(maryToken, "GET", base+"/files?state=received", ""); len(a.value("items").([]any)) != 0 { // S1.i1
		t.Errorf("%s", a.body)
	}
	content := base + "/files/" + fileA.String() + "/content"
	a := h.call(maryToken, "GET", content, "")
	if a.status != 200 || string(a.body) != "0123456789" || a.header.Get("Content-Type") != "application/pdf" || a.header.Get("X-Content-Type-Options") != "nosniff" ||
		a.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || a.header.Get("Content-Disposition") != "attachment; filename*=utf-8''L%C3%B8nslip%20%221%22.pdf" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := h.call(maryToken, "GET", content, "", "Range", "bytes=2-4"); a.status != 206 || string(a.body) != "234" || a.header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("%d %q %v", a.status, a.body, a.header)
	}
	if a := h.call(maryToken, "GET", content, "", "Range", "bytes=20-"); a.status != 416 {
		t.Errorf("%d %q", a.status, a.body)
	}
	if a := h.call(maryToken, "GET", content, "", "If-None-Match", `"`+h.file.SHA256+`"`); a.status != 304 {
		t.Errorf("%d", a.status)
	}
}

func TestEvents(t *testing.T) {
	h := newHouse(t)
	link := h.aLink()
	a := h.call(maryToken, "GET", base+"/events?limit=2", "")
	if len(a.value("items").([]any)) != 2 || a.text("items.0.type") != "firm.founded" || a.text("items.1.actor.id") != mary.ID.String() || a.value("items.0.actor.id") != nil || len(a.text("items.0.hash")) != 64 {
		t.Errorf("%s", a.body)
	}
	rest := h.call(maryToken, "GET", base+"/events?limit=2&after="+a.text("next"), "")
	if rest.text("items.0.stream") != "uploadlink-"+link.text("id") || rest.value("next") != nil {
		t.Errorf("%s", rest.body)
	}
	if one := h.call(maryToken, "GET", base+"/events?stream=uploadlink-"+link.text("id"), ""); len(one.value("items").([]any)) != 1 {
		t.Errorf("%s", one.body)
	}
	h.call(maryToken, "GET", base+"/events?stream=x", "").is(422, "api.stream")
	h.call(maryToken, "GET", base+"/events?after=-1", "").is(422, "api.invalid")
}

// S1.i1, U2, U8: the log knows files that the practice must not see, so only owners, admins and auditors read it.
func TestLogIsForFew(t *testing.T) {
	h := newHouse(t)
	link := h.aLink().text("id")
	for _, query := range []string{"", "?stream=uploadlink-" + link, "?stream=x"} {
		a := h.call(nellToken, "GET", base+"/events"+query, "")
		a.is(403, "account.right")
		if a.text("detail") != account.ErrRight.Message || strings.Contains(string(a.body), link) {
			t.Errorf("%s", a.body)
		}
	}
}

// S1.i1, U2, U8: of a batch in its window the practice knows how much is arriving, and nothing else.
func TestLinkShowsBatchesThatHaveArrived(t *testing.T) {
	l := linkapp.LinkDetail{LinkRow: linkapp.LinkRow{Arriving: 3}, Batches: []linkapp.BatchRow{
		{ID: fileA, State: linkapp.BatchOpen}, {ID: linkA, State: linkapp.BatchSealed}, {ID: house1, State: linkapp.BatchCancelled},
		{ID: batchA, State: linkapp.BatchReleased, Files: 2},
	}}
	d := showLinkDetail(l)
	if len(d.Batches) != 1 || d.Batches[0].ID != ID(batchA) || d.Batches[0].Files != 2 || d.Arriving != 3 {
		t.Errorf("the practice sees %+v and %d arriving", d.Batches, d.Arriving)
	}
}

func TestWhatNobodyForesawIsLoggedAndNotTold(t *testing.T) {
	h := newHouse(t)
	h.late = true
	a := h.call(maryToken, "POST", base+"/clients", newClient)
	a.is(503, "api.not_shown_yet")
	if a.header.Get("Retry-After") != "5" {
		t.Error("it doesn't say when to come again")
	}
	h.late = false
	h.store.Given(1, client.Stream(fileA), uploadlink.Expired{At: noon})
	h.store.Given(1, uploadlink.Stream(fileA), client.Created{})
	h.call(maryToken, "POST", base+"/upload-links/"+fileA.String()+"/resend", "").is(500, "api.internal")
	if !strings.Contains(h.logged.String(), "POST /api/v1/upload-links/{id}/resend") || strings.Contains(h.logged.String(), fileA.String()+"/") {
		t.Errorf("logged: %s", h.logged)
	}
}

// design.md 8: OpenAPI 3.1, and a page about it that needs no script.
func TestDocs(t *testing.T) {
	h := newHouse(t)
	if h.openapi["openapi"] != "3.1.0" {
		t.Errorf("openapi %v", h.openapi["openapi"])
	}
	raw, err := json.Marshal(h.openapi)
	if err != nil {
		t.Fatal(err)
	}
	schemas := h.openapi["components"].(map[string]any)["schemas"].(map[string]any)
	for _, ref := range regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
		if schemas[ref[1]] == nil {
			t.Errorf("%s leads nowhere", ref[1])
		}
	}
	page := h.call("", "GET", docs, "")
	if page.status != 200 || strings.Contains(string(page.body), "<script") || strings.Contains(string(page.body), "style=") || strings.Contains(string(page.body), "http") {
		t.Errorf("the page must need nothing but itself and its style: %s", page.body)
	}
	for _, want := range []string{"POST /api/v1/upload-links/{id}/resend", "recipients[].email", "expires_on", "files[].sha256", "task.item_sent_back", "data.files[].sha256", `href="/api/v1/openapi.json"`} {
		if !strings.Contains(string(page.body), want) {
			t.Errorf("%s is missing", want)
		}
	}
	if css := h.call("", "GET", docsCSS, ""); css.status != 200 || !strings.HasPrefix(css.header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", css.status, css.header)
	}
	for _, a := range []answer{page, h.call(maryToken, "GET", base+"/clients", "")} {
		if !strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'") || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", a.header)
		}
	}
}

// The handler may be hung into any router.
func TestHandlerUnderAnotherRouter(t *testing.T) {
	h := newHouse(t)
	for name, put := range map[string]func(chi.Router){
		"mounted": func(r chi.Router) { r.Mount("/api", h.handler) },
		"handled": func(r chi.Router) { r.Handle("/api/*", h.handler) },
	} {
		r := chi.NewRouter()
		put(r)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest("GET", document, nil))
		if w.Code != 200 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestEveryRefusalHasAStatus(t *testing.T) {
	for k := fault.Invalid; k <= fault.NoSpace; k++ {
		if http.StatusText(statuses[k]) == "" {
			t.Errorf("kind %d has no status", k)
		}
	}
}
