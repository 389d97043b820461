package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	clientapp "portico/app/client"
	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// Nobody gets in without a session, and nothing is written on the way.
func TestStaffPagesNeedASession(t *testing.T) {
	h := newHouse(t)
	before := len(h.store.Log())
	for _, path := range []string{"/clients", "/clients/new", "/clients/" + farrow.String(), "/upload-links", "/upload-links/new", "/upload-links/" + link.String(), "/inbox", "/files/" + statem.String() + "/content", "/files/" + statem.String(), "/batches/" + batch.String(), "/batches/" + batch.String() + "/content.zip"} {
		a := h.get(path).want(t, http.StatusSeeOther)
		if to := a.Header().Get("Location"); to != "/login?next="+url.QueryEscape(path) {
			t.Errorf("%s leads to %q", path, to)
		}
	}
	for _, path := range []string{"/clients", "/upload-links", "/upload-links/" + link.String() + "/resend", "/upload-links/" + link.String() + "/extension", "/upload-links/" + link.String() + "/revocation", "/files/archive", "/files/" + statem.String() + "/withdrawal/acceptance", "/files/" + statem.String() + "/withdrawal/refusal"} {
		if a := h.post(path, url.Values{"id": {farrow.String()}, "name": {"x"}}); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/login" {
			t.Errorf("POST %s: %d %q", path, a.Code, a.Header().Get("Location"))
		}
		h.do(http.MethodPost, path, nil, "Accept", "application/json").want(t, http.StatusUnauthorized, "/problems/account.session")
	}
	if len(h.store.Log()) != before {
		t.Error("something was written")
	}
}

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	h.get("/login?next=/inbox").want(t, 200, `name="next" value="/inbox"`, `autocomplete="current-password"`)
	right := url.Values{"email": {priya.Email}, "password": {"correct horse battery"}, "next": {"/inbox"}}

	t.Run("opens a session and leads on", func(t *testing.T) {
		a := h.post("/session", right).want(t, http.StatusSeeOther)
		cookies := strings.Join(a.Header().Values("Set-Cookie"), "\n")
		if a.Header().Get("Location") != "/inbox" || !strings.Contains(cookies, "portico="+session+"; Path=/; HttpOnly; SameSite=Lax") {
			t.Errorf("to %q with %s", a.Header().Get("Location"), cookies)
		}
	})
	t.Run("cookies are bound to HTTPS where there is", func(t *testing.T) {
		h := newHouse(t)
		h.server.Secure = true
		h.build()
		a := h.post("https://portal.example/session", right).want(t, http.StatusSeeOther)
		if c := a.Header().Values("Set-Cookie")[0]; !strings.HasPrefix(c, "__Host-portico=") || !strings.Contains(c, "; Secure") {
			t.Errorf("cookie %s", c)
		}
		if a.Header().Get("Strict-Transport-Security") == "" {
			t.Error("no HSTS")
		}
	})
	t.Run("a wrong password keeps the address", func(t *testing.T) {
		h.post("/session", url.Values{"email": {"priya@example.org"}, "password": {"wrong"}, "next": {"/inbox"}}).
			want(t, http.StatusUnauthorized, `value="priya@example.org"`, "don&#39;t belong together", "<title>Error: Sign in", `name="next" value="/inbox"`).
			lacks(t, "wrong")
	})
	t.Run("too many tries wait", func(t *testing.T) {
		a := h.post("/session", url.Values{"email": {"slow@example.org"}, "password": {"x"}}).want(t, http.StatusTooManyRequests, "Wait 7 seconds", "slow@example.org")
		if a.Header().Get("Retry-After") != "7" {
			t.Errorf("Retry-After %q", a.Header().Get("Retry-After"))
		}
	})
	t.Run("leads to no other site", func(t *testing.T) {
		for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/a\r\nb",
			"//x", `/\x`, "/\t/x", "/\n/x", "\t//x", "https:x", "/ /x", "/\x00/x", "/\u0085/x", "/\x7f/x"} {
			right.Set("next", next)
			if to := h.post("/session", right).Header().Get("Location"); to != "/clients" {
				t.Errorf("next %q leads to %q", next, to)
			}
		}
	})
	t.Run("signing out ends it", func(t *testing.T) {
		h.signIn().get("/clients").want(t, 200)
		h.post("/session/end", nil).want(t, http.StatusSeeOther)
		h.get("/clients").want(t, http.StatusSeeOther)
		h.get("/login").want(t, 200, `data-left="staff/`+priya.ID.String()+`"`, "own-drafts")
		h.jar = nil
		h.get("/login").want(t, 200).lacks(t, "data-left", "own-drafts")
	})
}

// Threat T15: another site can't make a browser do something here; where no browser adds a right, programs may come.
func TestCrossSiteRequestsAreRefused(t *testing.T) {
	h := newHouse(t).signIn().redeemed()
	h.arrived(noon.Add(10 * time.Minute))
	before := len(h.store.Log())
	for _, path := range []string{"/session", "/session/end", "/clients", "/upload-links/" + link.String() + "/revocation", "/up/" + link.String() + "/release"} {
		h.post(path, nil, "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden, "another site")
		h.post(path, nil, "Sec-Fetch-Site", "", "Origin", "https://evil.example").want(t, http.StatusForbidden)
	}
	if len(h.store.Log()) != before {
		t.Error("something was written")
	}
	h.post("/u/"+h.token()+"/release", nil, "Sec-Fetch-Site", "cross-site", "Accept", "*/*").want(t, http.StatusNoContent)
}

func TestClients(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/clients").want(t, 200, "No clients yet", "Add the first one", `href="/clients/new"`)
	h.get("/clients?q=zzz").want(t, 200, "No client matches", "“zzz”", `value="zzz"`)
	for i := range 50 {
		h.shelf.clients = append(h.shelf.clients, clientapp.ClientRow{ID: uuid.New(), Name: fmt.Sprintf("Client %02d", i)})
	}
	h.shelf.next = "cursor"
	h.get("/clients?q=cli").want(t, 200, "Client 49", "Showing 50 clients", `href="/clients?after=cursor&amp;q=cli"`)
	h.get("/clients?after=cursor&q=cli")
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != (clientapp.Query{Text: "cli", After: "cursor", Limit: 50}) {
		t.Errorf("asked for %+v", q)
	}
}

func TestNewClient(t *testing.T) {
	h := newHouse(t).signIn()
	form := hidden(h.get("/clients/new").want(t, 200).text)
	id := uuid.MustParse(form.Get("id"))
	form.Set("email", "not an address")
	form.Set("name", "Ashdown <Joinery>")
	form.Set("reference", "C-00412")
	form.Set("sort", "company")

	t.Run("a refused form keeps what was typed", func(t *testing.T) {
		h.post("/clients", form).want(t, http.StatusUnprocessableEntity, `value="Ashdown &lt;Joinery&gt;"`, `value="not an address"`, `value="C-00412"`,
			`<option value="company" selected>`, `href="#email"`, `id="email-problem"`, "<title>Error: New client", `value="`+id.String()+`"`)
	})
	t.Run("sent twice it is one client", func(t *testing.T) {
		form.Set("email", "office@ashdown.example")
		first := h.post("/clients", form).want(t, http.StatusSeeOther).Header().Get("Location")
		h.post("/clients", form).want(t, http.StatusSeeOther)
		if n := len(h.store.Stream(client.Stream(id))); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
		if !strings.HasPrefix(first, "/clients/"+id.String()+"?at=") {
			t.Errorf("leads to %q, without the position to wait for", first)
		}
	})
	t.Run("sent again with other content it is refused", func(t *testing.T) {
		form.Set("name", "Other")
		h.post("/clients", form).want(t, http.StatusConflict, "sent before with other content")
	})
	t.Run("a form without its ids is refused", func(t *testing.T) {
		h.post("/clients", url.Values{"name": {"x"}}).want(t, http.StatusUnprocessableEntity)
	})
}

// The page that a write leads to waits for it, and says so when it isn't there yet.
func TestPagesSayWhenTheyLag(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.lags = true
	a := h.get("/clients/"+farrow.String()+"?at=7").want(t, 200, "Saved", "in a moment")
	if a.Header().Get("Refresh") == "" {
		t.Error("it does not look again by itself")
	}
	h.shelf.links = []linkapp.LinkRow{linkRow()}
	h.get("/upload-links/"+link.String()+"?at=7").want(t, 200, "needs a moment longer")
	h.get("/upload-links/"+link.String()).want(t, 200).lacks(t, "needs a moment longer")
	h.get("/clients/"+farrow.String()).want(t, http.StatusNotFound)
}

func TestClientPage(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.clients, h.shelf.links, h.shelf.files = []clientapp.ClientRow{farrowRow()}, []linkapp.LinkRow{linkRow()}, []linkapp.FileRow{fileRow()}
	h.get("/clients/"+farrow.String()).want(t, 200, "<h1>Farrow, Imogen</h1>", `href="/upload-links/new?client=`+farrow.String(), "2 arriving", "Mailed", "abababababab", "sent as scan.pdf")
	h.get("/clients/nonsense").want(t, http.StatusNotFound)
}

func TestNewLinkForm(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.clients = []clientapp.ClientRow{farrowRow()}
	page := h.get("/upload-links/new?client="+farrow.String()).want(t, 200, `value="2026-12-21"`, `value="Farrow, Imogen"`, `value="imogen@example.org"`, "UK time (Europe/London)",
		`value="`+farrow.String()+`" selected>`, `id="recipient-20-email"`).lacks(t, `id="recipient-21-email"`)
	form := hidden(page.text)
	id := uuid.MustParse(form.Get("id"))
	form.Set("client", farrow.String())
	form["recipient_name"] = []string{"Imogen", "", "Sam"}
	form["recipient_email"] = []string{"imogen@", "", "sam@example.org"}
	form.Set("message", "Dear Imogen,\r\nplease")
	form.Set("wanted", "P60\r\nBank statements\r\n")
	form.Set("expires_on", "soon")

	t.Run("a refused form keeps all that was typed and names each problem at its field", func(t *testing.T) {
		h.post("/upload-links", form).want(t, http.StatusUnprocessableEntity, "Please check 2 things", `href="#recipient-1-email"`, `href="#expires_on"`,
			`value="Imogen"`, `value="imogen@"`, `value="Sam"`, `value="sam@example.org"`, "Dear Imogen,\nplease</textarea>", "P60\nBank statements\n</textarea>", `value="soon"`,
			`value="`+farrow.String()+`" selected>`, `value="`+id.String()+`"`)
	})
	t.Run("20 people fit, the 21st is refused, and nobody of them is lost", func(t *testing.T) {
		many := url.Values{"id": {uuid.NewString()}, "command": {uuid.NewString()}, "expires_on": {"2026-12-04"}, "message": {"Dear all"}}
		for n := range 21 {
			many.Add("recipient_name", fmt.Sprintf("Person %d", n+1))
			many.Add("recipient_email", fmt.Sprintf("person%d@example.org", n+1))
		}
		h.post("/upload-links", many).want(t, http.StatusUnprocessableEntity, "1 to 20 people; these are 21", `href="#recipients"`,
			`value="person1@example.org"`, `value="person21@example.org"`, "Dear all</textarea>", "<details data-more open>")
		many["recipient_name"], many["recipient_email"] = many["recipient_name"][:20], many["recipient_email"][:20]
		h.post("/upload-links", many).want(t, http.StatusSeeOther)
		if e := h.store.Stream(uploadlink.Stream(uuid.MustParse(many.Get("id"))))[0].(uploadlink.Issued); len(e.Recipients) != 20 {
			t.Errorf("%d recipients", len(e.Recipients))
		}
	})
	t.Run("no day behind us, none more than a year ahead", func(t *testing.T) {
		for _, day := range []string{"2026-11-20", "2027-11-23", "0000-00-00", "9999-12-31"} {
			one := url.Values{"id": {uuid.NewString()}, "command": {uuid.NewString()}, "expires_on": {day}, "recipient_email": {"a@example.org"}}
			h.post("/upload-links", one).want(t, http.StatusUnprocessableEntity, `id="expires_on-problem"`, `value="`+day+`"`, `value="a@example.org"`)
		}
	})
	t.Run("at least one recipient", func(t *testing.T) {
		form := url.Values{"id": {id.String()}, "command": form["command"], "expires_on": {"2026-12-04"}, "recipient_email": {" "}}
		h.post("/upload-links", form).want(t, http.StatusUnprocessableEntity, "at least one recipient")
	})
	t.Run("the rules of the link count, too", func(t *testing.T) {
		form.Set("expires_on", "2026-11-20")
		form["recipient_email"] = []string{"imogen@example.org", "", "sam@example.org"}
		h.post("/upload-links", form).want(t, http.StatusUnprocessableEntity, `id="expires_on-problem"`, "within a year", `value="sam@example.org"`, `value="2026-11-20"`)
		form["recipient_email"] = []string{"sam@example.org", "", "sam@example.org"}
		form.Set("expires_on", "2026-12-04")
		h.post("/upload-links", form).want(t, http.StatusUnprocessableEntity, `id="recipients-problem"`, "The address sam@example.org is there twice", `href="#recipients"`)
	})
	t.Run("sent twice it is one link", func(t *testing.T) {
		form["recipient_email"] = []string{"imogen@example.org", "", "sam@example.org"}
		h.post("/upload-links", form).want(t, http.StatusSeeOther)
		h.post("/upload-links", form).want(t, http.StatusSeeOther)
		all := h.store.Stream(uploadlink.Stream(id))
		if len(all) != 1 {
			t.Fatalf("%d events, want 1", len(all))
		}
		e := all[0].(uploadlink.Issued)
		if e.Client != farrow || e.Sender != priya.ID || len(e.Recipients) != 2 || len(e.Wanted) != 2 || !e.ExpiresAt.Equal(expiry) || e.Zone != "Europe/London" {
			t.Errorf("issued %+v", e)
		}
	})
	t.Run("another practice's client is unknown", func(t *testing.T) {
		form.Set("client", uuid.NewString())
		h.post("/upload-links", form).want(t, http.StatusUnprocessableEntity, "This client is unknown")
	})
}

func TestLinksAndTheirFilter(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/upload-links").want(t, 200, "No upload links yet")
	h.get("/upload-links?state=bounced").want(t, 200, "No link is in this state", `href="/upload-links?state=bounced" aria-current="true"`)
	h.shelf.links = []linkapp.LinkRow{linkRow()}
	h.get("/upload-links").want(t, 200, "Farrow, Imogen", "2 arriving", "4 Dec 2026", "imogen@example.org")
	if q := h.shelf.asked[1]; q != (linkapp.LinkQuery{State: linkapp.LinkBounced, Limit: 50}) {
		t.Errorf("asked for %+v", q)
	}
}

// S1.i24: the life of each recipient's link is on its page. S1.i1: nothing of what is arriving is, but for its number.
func TestLinkPage(t *testing.T) {
	h := newHouse(t).signIn()
	row := linkRow()
	row.Recipients = append(row.Recipients, linkapp.RecipientRow{ID: priya.ID, Email: "gone@example.org", Generation: 2, MailedAt: noon, BouncedAt: noon, BounceCode: "550"})
	h.shelf.links = []linkapp.LinkRow{row}
	h.get("/upload-links/"+link.String()).want(t, 200, "Handed over", "Bounced", "550", "Mailed again", "2 arriving", "End of Friday 4 December 2026", `value="2026-12-11"`, "Revoke this link")
	row.State = linkapp.LinkExpired
	h.shelf.links = []linkapp.LinkRow{row}
	h.get("/upload-links/"+link.String()).want(t, 200, "Change the date").lacks(t, "Send again", "Revoke this link")
	row.State = linkapp.LinkRevoked
	h.shelf.links = []linkapp.LinkRow{row}
	h.get("/upload-links/"+link.String()).want(t, 200).lacks(t, "Change the date", "Send again")
}

// The page of a link with very many files shows the newest, counts all and leads to the rest.
func TestLinkPageWithManyFiles(t *testing.T) {
	h := newHouse(t).signIn()
	row := linkRow()
	row.Delivered = 1234
	h.shelf.links, h.shelf.files, h.shelf.next = []linkapp.LinkRow{row}, []linkapp.FileRow{fileRow()}, "2026-11-21T12:00:00Z_x"
	base := "/upload-links/" + link.String()
	h.get(base).want(t, 200, "Showing 1 of 1,234 files", `href="`+base+`?after=2026-11-21T12%3A00%3A00Z_x#files-head"`).lacks(t, "Back to the newest")
	h.shelf.next = ""
	h.get(base+"?after=2026-11-21T12%3A00%3A00Z_x").want(t, 200, "Back to the newest files", `href="`+base+`"`).lacks(t, "Showing 1 of")
	q, ok := h.shelf.asked[len(h.shelf.asked)-1].(linkapp.FileQuery)
	if !ok || q != (linkapp.FileQuery{Link: link, After: "2026-11-21T12:00:00Z_x", Limit: linkapp.LinkFiles}) {
		t.Errorf("asked for %+v", q)
	}
	h.shelf.files = nil
	h.get(base+"?after=2026-11-21T12%3A00%3A00Z_x").want(t, 200, "That was the last of them")
}

func TestLinkActions(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.links = []linkapp.LinkRow{linkRow()}
	base := "/upload-links/" + link.String()
	command := func() url.Values { return url.Values{"command": {uuid.NewString()}} }

	t.Run("S1.12 send again", func(t *testing.T) {
		form := command()
		h.post(base+"/resend", form).want(t, http.StatusSeeOther)
		h.post(base+"/resend", form).want(t, http.StatusSeeOther)
		if got := h.events(uploadlink.Stream(link), 1); got != "uploadlink.resent" {
			t.Errorf("events %q, want one resent", got)
		}
	})
	t.Run("another day", func(t *testing.T) {
		form := command()
		form.Set("expires_on", "2026-12-01")
		h.post(base+"/extension", form).want(t, http.StatusUnprocessableEntity, "must be later", `id="expires_on-problem"`)
		form = command()
		form.Set("expires_on", "2026-12-11")
		h.post(base+"/extension", form).want(t, http.StatusSeeOther)
		form = command()
		form.Set("expires_on", "")
		h.post(base+"/extension", form).want(t, http.StatusUnprocessableEntity, "Choose a day")
	})
	t.Run("L3 revoke", func(t *testing.T) {
		form := command()
		form.Set("unreleased", "discard")
		form.Set("reason", strings.Repeat("x", uploadlink.MaxMessage+1)) // what was chosen survives a refusal
		h.post(base+"/revocation", form).want(t, http.StatusUnprocessableEntity, `id="reason-problem"`, strings.Repeat("x", uploadlink.MaxMessage+1), `value="discard" checked`).
			lacks(t, `value="keep" checked`)
		form.Set("command", uuid.NewString())
		form.Set("reason", "wrong address")
		h.post(base+"/revocation", form).want(t, http.StatusSeeOther)
		all := h.store.Stream(uploadlink.Stream(link))
		if e, ok := all[len(all)-1].(uploadlink.Revoked); !ok || e.Unreleased != uploadlink.Discard || e.Reason.Text != "wrong address" {
			t.Errorf("last event %+v", all[len(all)-1])
		}
		h.post(base+"/resend", command()).want(t, http.StatusGone, "has been revoked")
	})
	t.Run("an unknown link", func(t *testing.T) {
		h.post("/upload-links/"+uuid.NewString()+"/resend", command()).want(t, http.StatusNotFound)
	})
}

func TestWrittenMails(t *testing.T) {
	h := newHouse(t)
	h.get("/dev/mail").want(t, 200, "Priya Nair asks you for files", `href="/dev/mail/m1"`)
	a := h.get("/dev/mail/m1").want(t, 200, `src="/dev/mail/m1/html"`, "sandbox=", "the text")
	if !strings.Contains(a.Header().Get("Content-Security-Policy"), "frame-src 'self'") {
		t.Error("the frame is not allowed")
	}
	a = h.get("/dev/mail/m1/html").want(t, 200, "<p>the mail</p>")
	if p := a.Header().Get("Content-Security-Policy"); !strings.Contains(p, "sandbox") || strings.Contains(p, "script-src") {
		t.Errorf("the mail's policy is %q", p)
	}
	h.get("/dev/mail/m2").want(t, http.StatusNotFound)
	h.server.Mails = nil
	h.build()
	h.get("/dev/mail").want(t, http.StatusNotFound)
}

func TestHealthAndMetrics(t *testing.T) {
	h := newHouse(t)
	h.get("/healthz").want(t, 200, "ok")
	h.get("/readyz").want(t, 200, "ready")
	h.shelf.down = http.ErrServerClosed
	h.get("/readyz").want(t, http.StatusServiceUnavailable, "not ready")
	h.get("/healthz").want(t, 200)
	h.get("/metrics").want(t, 200, `portico_http_request_seconds_count{route="GET /healthz",status="200"} 2`)
	h.get("/metrics", "X-Forwarded-For", "203.0.113.9").want(t, http.StatusNotFound).lacks(t, "portico_")
	for from, code := range map[string]int{"203.0.113.9:1": 404, "[2001:db8::1]:1": 404, "127.0.0.1:1": 200, "[::1]:1": 200, "[::ffff:192.168.1.2]:1": 200, "[fd00::1]:1": 200, "": 404} {
		r, w := httptest.NewRequest(http.MethodGet, "/metrics", nil), httptest.NewRecorder()
		r.RemoteAddr = from
		if h.http.ServeHTTP(w, r); w.Code != code {
			t.Errorf("metrics from %q: %d, want %d", from, w.Code, code)
		}
	}
	h.get("/no/such/page").want(t, http.StatusNotFound, "nothing at this address")
}

func TestPanicsBecomeAnAnswer(t *testing.T) {
	h := newHouse(t)
	h.server.Clients.Events = nil
	form := url.Values{"id": {uuid.NewString()}, "command": {uuid.NewString()}, "name": {"x"}}
	h.signIn().post("/clients", form).want(t, http.StatusInternalServerError, "went wrong on our side")
	if !strings.Contains(h.log.String(), "panic") {
		t.Error("nothing in the log")
	}
}
