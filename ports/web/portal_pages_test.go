package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es/estest"
	pictures "portico/app/picture"
	linkapp "portico/app/uploadlink"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

var (
	boats  = newTestID(40)
	own    = newTestID(41)
	closed = newTestID(42)
)

// crowd knows Ingrid as her stream tells, and her clients.
type crowd struct {
	contactapp.Reader
	store   *estest.Memory
	clients []contactapp.Membership
	due     time.Time
	sent    []linkapp.SentRow
	linked  []contactapp.Linked
}

func (c *crowd) Contact(_ context.Context, _ int32, id uuid.UUID) (contactapp.Row, error) {
	row := contactapp.Row{ID: id, Given: "Ingrid", Family: "Solberg", Email: ingrid.Email}
	for _, e := range c.store.Stream(contact.Stream(id)) {
		if e, ok := e.(contact.Changed); ok {
			row.Language, row.Zone = e.Details.Language, e.Details.Zone
		}
	}
	return row, nil
}

func (c *crowd) ClientsOf(context.Context, int32, uuid.UUID) ([]contactapp.Membership, error) {
	return c.clients, nil
}

func (c *crowd) DueOn(context.Context, int32, uuid.UUID) (time.Time, error) { return c.due, nil }

func (c *crowd) SentBy(_ context.Context, _ int32, client uuid.UUID, email string, _ int) ([]linkapp.SentRow, error) {
	if client != boats || email != ingrid.Email {
		return nil, nil
	}
	return c.sent, nil
}

// living is a house with Ingrid in the portal. She is a contact of one client, with every right.
func living(t *testing.T) *house {
	t.Helper()
	h := newHouse(t).enter()
	of := func(text string) event.Personal { return event.Of(ingrid.Contact, text) }
	h.store.Given(1, contact.Stream(ingrid.Contact), contact.Added{Details: contact.Details{Given: of("Ingrid"), Family: of("Solberg"), Email: of(ingrid.Email), Phone: of("")}})
	h.crowd.clients = []contactapp.Membership{{Client: boats, ClientName: "Solberg Boats", Active: true, Rights: contactapp.Rights{"files", "tasks", "billing", "schedule", "sign"}}}
	return h
}

// says lets the practice set something up.
func (h *house) says(events ...event.Event) *house {
	h.store.Given(1, firm.Stream(harbour), events...)
	return h
}

// S3.22: Home recommends a second step to who has none, until they say not now; who comes by link has nothing to secure.
func TestHomeRecommendsASecondStep(t *testing.T) {
	h := living(t)
	h.get("/portal/home").want(t, 200, "Protect your account", `href="/portal/settings/security"`)
	a := h.post("/portal/home/second-step/dismissal", nil).want(t, http.StatusSeeOther)
	c := a.cookie("portico-portal-second-later")
	if a.Header().Get("Location") != "/portal/home" || !strings.Contains(c, ingrid.Contact.String()) || !strings.Contains(c, "Max-Age=7776000") {
		t.Errorf("to %s with %q", a.Header().Get("Location"), c)
	}
	other := &http.Cookie{Name: "portico-portal-second-later", Value: newTestID(33).String()}
	h.jar = append(h.jar, other)
	h.get("/portal/home").want(t, 200, "Protect your account") // somebody else has said so
	other.Value = ingrid.Contact.String()
	h.get("/portal/home").want(t, 200, "Hello, Ingrid").lacks(t, "Protect your account")
	other.Value = ""
	h.usher.byLink = true
	h.get("/portal/home").want(t, 200, "Hello, Ingrid").lacks(t, "Protect your account")
	h.usher.byLink, h.usher.enrolled = false, true
	h.get("/portal/home").want(t, 200, "Hello, Ingrid").lacks(t, "Protect your account")
}

// S3.15, S3.16, S3.21: Home greets, has one next step, then to-dos and files, with help and settings at the foot.
func TestPortalHome(t *testing.T) {
	h := living(t)
	h.get("/portal").want(t, 200, "Hello, Ingrid", "Nothing to do right now", "Recent to-dos", "Recent files", "No files yet", "Papers of", "Solberg Boats",
		`href="/portal/help"`, `href="/portal/settings"`, `<html lang="en" data-accent="165">`, `<link rel="manifest"`).lacks(t, "/portal/billing", "Change to", "?client=")
	h.get("/portal/home").want(t, 200, "Hello, Ingrid")

	h.crowd.due = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	page := h.get("/portal").want(t, 200, "Harbour &amp; Vale is waiting for papers from you", "by Tuesday 24 November 2026", "3 days left", `href="/portal/requests"`)
	if n := strings.Count(page.text, `class="next"`); n != 1 {
		t.Errorf("there are %d next steps", n)
	}
	h.get("/portal/requests").want(t, 200, "No open requests", "3 days left", "Due on Tuesday 24 November 2026")
}

// S4.i3: today, tomorrow, overdue by n, in the contact's zone; no date means no counter.
func TestDaysLeft(t *testing.T) {
	h := living(t)
	h.get("/portal/requests").want(t, 200, "No requests at the moment").lacks(t, "days left", "Due")
	for day, want := range map[int]string{19: "2 days overdue", 20: "1 day overdue", 21: "Due today", 22: "Due tomorrow", 23: "2 days left"} {
		h.crowd.due = time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)
		h.get("/portal/requests").want(t, 200, want)
	}
	due := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	late := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC) // half past one of the 22nd in Tallinn
	if n := daysLeft(due, late, zone("Europe/London")); n != 1 {
		t.Errorf("in London %d days are left", n)
	}
	if n := daysLeft(due, late, zone("Europe/Tallinn")); n != 0 {
		t.Errorf("in Tallinn %d days are left", n)
	}
	if n := daysLeft(due, late, zone("Pacific/Auckland")); n != 0 {
		t.Errorf("in Auckland %d days are left", n)
	}
}

// S3.18, S3.i18: a tab that the practice doesn't use, or that the person may not see, is absent, and its address refuses.
func TestPortalTabs(t *testing.T) {
	words := map[string]string{"todos": "No to-dos yet", "files": "No files yet", "requests": "No requests", "billing": "No invoices yet", "schedule": "No appointments yet", "contact": "How to reach"}
	for name, c := range map[string]struct {
		tabs   []firm.Tab
		rights contactapp.Rights
		loose  bool
		want   []string
	}{
		"everything":                   {firm.Tabs(), contactapp.Rights{"files", "tasks", "billing", "schedule"}, false, []string{"todos", "files", "requests", "billing", "schedule", "contact"}},
		"as a new practice":            {nil, contactapp.Rights{"files", "tasks", "billing", "schedule"}, false, []string{"todos", "files", "requests", "contact"}},
		"files alone":                  {firm.Tabs(), contactapp.Rights{"files"}, false, []string{"files", "contact"}},
		"no right at all":              {firm.Tabs(), nil, false, []string{"contact"}},
		"nothing used":                 {[]firm.Tab{}, contactapp.Rights{"files", "tasks"}, false, nil},
		"somebody who is no client":    {firm.Tabs(), nil, true, []string{"todos", "files", "requests", "contact"}}, // S3.9, S3.10
		"no client, and no tabs used":  {[]firm.Tab{firm.FilesTab}, nil, true, []string{"files"}},
		"billing used, but no right":   {[]firm.Tab{firm.BillingTab}, contactapp.Rights{"files"}, false, nil},
		"billing's right, but unused":  {[]firm.Tab{firm.FilesTab}, contactapp.Rights{"billing"}, false, nil},
		"a film's tab without a film":  {[]firm.Tab{firm.VideoTab}, nil, false, nil},
		"an appointment and a contact": {[]firm.Tab{firm.ScheduleTab, firm.ContactTab}, contactapp.Rights{"schedule"}, false, []string{"schedule", "contact"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := living(t)
			if c.tabs != nil {
				h.says(firm.TabsSet{Tabs: c.tabs})
			}
			h.crowd.clients[0].Rights = c.rights
			if c.loose {
				h.crowd.clients = nil
			}
			home := h.get("/portal").want(t, 200)
			for key, text := range words {
				there := slices.Contains(c.want, key)
				if shown := strings.Contains(home.text, `href="/portal/`+key+`"`); shown != there {
					t.Errorf("%s is shown: %v", key, shown)
				}
				if there {
					h.get("/portal/"+key).want(t, 200, text)
				} else {
					h.get("/portal/"+key).want(t, http.StatusNotFound, "isn’t open to you", `href="/portal"`).lacks(t, text)
				}
			}
			h.get("/portal/video").want(t, http.StatusNotFound)
		})
	}
}

// S4.6: who comes by the link alone is led to the requests, which are their first tab; Home is there as well.
func TestPortalByLink(t *testing.T) {
	h := living(t)
	h.usher.byLink = true
	if a := h.get("/portal").want(t, http.StatusSeeOther); a.Header().Get("Location") != "/portal/requests" {
		t.Errorf("it leads to %q", a.Header().Get("Location"))
	}
	page := h.get("/portal/requests").want(t, 200, `href="/portal/home"`)
	if strings.Index(page.text, `href="/portal/requests"`) > strings.Index(page.text, `href="/portal/home"`) {
		t.Error("Home stands before the requests")
	}
	h.get("/portal/home").want(t, 200, "Hello, Ingrid")
	h.get("/portal/settings").want(t, 200).lacks(t, "/portal/settings/devices")
	h.says(firm.TabsSet{Tabs: []firm.Tab{firm.FilesTab}})
	h.get("/portal").want(t, 200, "Hello, Ingrid") // without requests, Home is first
}

// I5: links carry the client, and opening one switches to it visibly. S3.i23: archived clients are no way in.
func TestPortalClients(t *testing.T) {
	h := living(t)
	h.crowd.clients = append(h.crowd.clients,
		contactapp.Membership{Client: own, ClientName: "Solberg, Ingrid", Active: true, Rights: contactapp.Rights{"files"}},
		contactapp.Membership{Client: closed, ClientName: "Old Quay Ltd", Rights: contactapp.Rights{"files"}})
	first := h.get("/portal").want(t, 200, "Solberg Boats", "Solberg, Ingrid", `href="/portal?client=`+own.String()+`"`, `href="/portal/files?client=`+boats.String()+`"`).lacks(t, "Old Quay", `id="switched"`)
	if len(first.Result().Cookies()) != 0 {
		t.Error("looking leaves a cookie behind")
	}
	other := h.get("/portal?client="+own.String()).want(t, 200, `id="switched"`, "<strong>Solberg, Ingrid</strong>", `href="/portal/files?client=`+own.String()+`"`).lacks(t, `/portal/todos`)
	h.jar = append(h.jar, other.Result().Cookies()...)
	h.get("/portal").want(t, 200, `href="/portal/files?client=`+own.String()+`"`).lacks(t, `id="switched"`)
	h.get("/portal/files?client="+own.String()).want(t, 200).lacks(t, `id="switched"`)
	h.get("/portal/todos?client="+own.String()).want(t, http.StatusNotFound) // the rights are those of this client
	h.get("/portal/todos?client="+boats.String()).want(t, 200, `id="switched"`)
	for _, stranger := range []string{closed.String(), newTestID(99).String(), "x"} {
		h.get("/portal/files?client="+stranger).want(t, http.StatusNotFound)
	}

	h.crowd.clients = h.crowd.clients[2:]
	h.get("/portal").want(t, http.StatusForbidden, "closed at the moment").lacks(t, "Old Quay")
	h.get("/portal/help").want(t, 200, "Try this first") // S4.i10
	h.crowd.clients = nil
	h.get("/portal").want(t, 200, "Hello, Ingrid").lacks(t, "Papers of") // S3.9
}

// S2.18: the person's setting comes first, then the practice's; a language that isn't offered is said so.
func TestPortalLanguage(t *testing.T) {
	h := living(t)
	h.get("/portal", "Accept-Language", "fr").want(t, 200, `lang="en"`) // the practice's, as its mails
	h.says(firm.LanguagesSet{Offered: []string{"en", "de", "et"}, Default: "et"})
	h.get("/portal").want(t, 200, `lang="et"`, "Tere, Ingrid").lacks(t, `id="lacking"`)

	a := h.post("/portal/language", url.Values{"language": {"de"}, "next": {"/portal/files"}}).want(t, http.StatusSeeOther)
	if a.Header().Get("Location") != "/portal/files" {
		t.Errorf("it leads to %q", a.Header().Get("Location"))
	}
	h.get("/portal").want(t, 200, `lang="de"`, "Guten Tag, Ingrid")                      // without the cookie: it is the person's
	h.get("/portal/settings/devices", "Accept-Language", "fr").want(t, 200, `lang="de"`) // other modules' pages as well
	h.get("/portal/billing", "Accept-Language", "fr").want(t, http.StatusNotFound, `lang="de"`, "Diese Seite gibt es hier nicht")
	log := h.store.Log()
	if last := log[len(log)-1]; last.Meta.Actor != (event.Actor{Kind: event.Contact, ID: ingrid.Contact}) {
		t.Errorf("it was done by %+v", last.Meta.Actor)
	}
	h.says(firm.LanguagesSet{Offered: []string{"en", "et"}, Default: "en"})
	h.get("/portal").want(t, 200, `lang="en"`, `id="lacking"`, "not available in Deutsch", "You see it in English")
	h.jar = append(h.jar, a.Result().Cookies()...)
	h.get("/portal/login?p="+harbour.String(), "Accept-Language", "fr").want(t, 200, `<html lang="de" data-accent="165">`, `href="/portal/help?p=`+harbour.String()+`"`, `value="et" lang="et"`)
	if a := h.post("/portal/language", url.Values{"language": {"de"}, "next": {"/i/abc"}}); a.Header().Get("Location") != "/i/abc" {
		t.Errorf("from an invitation it leads to %q", a.Header().Get("Location"))
	}
	for _, bad := range []string{"", "xx", "nb"} {
		h.post("/portal/language", url.Values{"language": {bad}}).want(t, http.StatusUnprocessableEntity)
	}
	for _, next := range []string{"//evil.example", "/clients", "https://evil.example"} {
		if a := h.post("/portal/language", url.Values{"language": {"de"}, "next": {next}}); a.Header().Get("Location") != "/portal" {
			t.Errorf("it leads to %q", a.Header().Get("Location"))
		}
	}
}

// S3.21: language and zone are the person's, how light it is the browser's; what is wrong is shown with what was chosen.
func TestPortalSettings(t *testing.T) {
	h := living(t)
	command := newTestID(50).String()
	h.get("/portal/settings").want(t, 200, "As the practice writes: English", "The practice’s: UK time", "Tallinn time", ingrid.Email, `href="/portal/settings/devices"`, `href="/portal/settings/security"`, `href="/portal/settings/password"`, `href="/portal/settings/address"`)
	a := h.post("/portal/settings", url.Values{"command": {command}, "language": {"et"}, "zone": {"Europe/Tallinn"}, "theme": {"dark"}}).want(t, http.StatusSeeOther)
	if to := a.Header().Get("Location"); !strings.HasPrefix(to, "/portal/settings?at=") {
		t.Errorf("it leads to %q", to)
	}
	var dark *http.Cookie
	for _, c := range a.Result().Cookies() {
		if c.Name == "portico-portal-theme" {
			dark = c
		}
	}
	if dark == nil || dark.Value != "dark" || !dark.HttpOnly {
		t.Fatalf("the browser keeps %v", dark)
	}
	h.jar = append(h.jar, dark)
	h.get("/portal/settings?saved=").want(t, 200, `lang="et"`, `data-theme="dark"`, "Salvestatud.", `<option value="Europe/Tallinn" selected>`)

	n := len(h.store.Log())
	h.post("/portal/settings", url.Values{"command": {newTestID(51).String()}, "language": {"de"}, "zone": {"Europe/Atlantis"}, "theme": {""}}).
		want(t, http.StatusUnprocessableEntity, `role="alert"`, `href="#zone"`, `<option value="de" selected>`)
	if len(h.store.Log()) != n {
		t.Error("what was refused has been written")
	}
}

// What the person has sent for this client is there beside what the practice shares; for another client it isn't.
func TestPortalFiles(t *testing.T) {
	h := living(t)
	h.get("/portal/files").want(t, 200, "No files yet").lacks(t, "What you have sent")
	h.crowd.sent = []linkapp.SentRow{{ID: newTestID(80), Name: "Bank statement.pdf", Size: 812_345, SentAt: noon}}
	h.get("/portal/files").want(t, 200, "What you have sent", "Bank statement.pdf", "Sent on 21 Nov 2026 · 812 KB")
	h.crowd.clients = append(h.crowd.clients, contactapp.Membership{Client: own, ClientName: "Solberg, Ingrid", Active: true, Rights: contactapp.Rights{"files"}})
	h.get("/portal/files?client="+own.String()).want(t, 200).lacks(t, "Bank statement.pdf")
}

// S4.11: people, telephone, address, hours; the numbers can be dialled.
func TestPortalContact(t *testing.T) {
	h := living(t)
	h.get("/portal/contact").want(t, 200, "office@harbour.example").lacks(t, "Telephone", "Opening hours", "Who looks after you")
	priyas := newTestID(60)
	of := func(text string) event.Personal { return event.Of(priyas, text) }
	h.says(firm.ContactTabSet{
		Phone: "+44 (0)20 7946 0958", Address: "12 Quay Street\nHarwich", Hours: "Mon to Fri",
		People: []firm.ContactPerson{{ID: priyas, Name: of("Priya Nair"), Role: of("Your adviser"), Email: of("priya@harbour.example"), Phone: of("020 7946")}},
	})
	h.get("/portal/contact").want(t, 200, `href="tel:&#43;442079460958"`, "12 Quay Street\nHarwich", "Mon to Fri", "Priya Nair", "Your adviser", `href="mailto:priya@harbour.example"`, `href="tel:0207946"`)
}

// S4.12: the film, of the practice's own or elsewhere.
func TestPortalVideo(t *testing.T) {
	h := living(t).says(firm.VideoLinked{Title: "Welcome", URL: "https://www.film.example/1"})
	h.get("/portal/video").want(t, 200, "Welcome", `href="https://www.film.example/1"`, "opens at film.example", `rel="noopener noreferrer"`)
	h.get("/portal").want(t, 200, `href="/portal/video"`)
}

// S4.13, S4.i10: help is there without a session and without access, in the reader's language.
func TestPortalHelp(t *testing.T) {
	h := newHouse(t)
	enter, gain := newTestID(70), newTestID(71)
	h.says(
		firm.ArticleSaved{Article: enter, Language: "en", Title: "I can’t get in", Text: "Press the **button**. <script>alert(1)</script>"},
		firm.ArticleSaved{Article: gain, Language: "de", Title: "Ich komme nicht hinein", Text: "Drücken Sie den Knopf."})
	p := "?p=" + harbour.String()
	h.get("/portal/help"+p).want(t, 200, "What to do when something doesn’t work", "Empty the browser’s cache", "I can’t get in", "office@harbour.example", "Test/1.0",
		`href="/portal/help/`+enter.String()+p+`"`).lacks(t, "Ich komme nicht", "Sign out", "Recent")
	h.get("/portal/help"+p, "Accept-Language", "de-DE").want(t, 200, `lang="de"`, "Ich komme nicht hinein").lacks(t, "I can’t get in")
	h.get("/portal/help", "Accept-Language", "it,pl").want(t, 200, "Try this first", "not available in Italiano").lacks(t, "Harbour", "office@")
	h.get("/portal/help?p="+newTestID(99).String()).want(t, 200, "Try this first")
	h.get("/portal/help/"+enter.String()+p).want(t, 200, "<strong>button</strong>", "I can’t get in", `href="/portal/help`+p+`"`).lacks(t, "<script>alert")
	h.get("/portal/help/"+enter.String()+p, "Accept-Language", "de").want(t, 200, "Diesen Artikel gibt es nicht auf Deutsch", `lang="en"`)
	h.get("/portal/help/"+enter.String()).want(t, http.StatusNotFound)
	h.get("/portal/help/"+newTestID(99).String()+p).want(t, http.StatusNotFound)
	h.get("/portal/help/x"+p).want(t, http.StatusNotFound)
	h.do(http.MethodPatch, "/portal/help/probe", strings.NewReader(strings.Repeat("x", 1024))).want(t, http.StatusNoContent)

	h.enter()
	h.crowd.clients = []contactapp.Membership{{Client: boats, ClientName: "Solberg Boats", Active: true}}
	h.get("/portal/help").want(t, 200, "I can’t get in", "Sign out", `aria-current="page"`)
	h.usher.refused = errRemoved // S4.i10: access has ended, help has not
	h.get("/portal/help").want(t, 200, "Try this first").lacks(t, "Sign out")
}

// The portal can be installed under the practice's name.
func TestPortalManifest(t *testing.T) {
	h := living(t)
	for path, name := range map[string]string{"/portal/manifest.webmanifest": "Harbour & Vale"} {
		a := h.get(path).want(t, 200)
		var m struct {
			Name, Display string
			Start         string `json:"start_url"`
			Icons         []struct{ Src, Sizes string }
		}
		if err := json.Unmarshal([]byte(a.text), &m); err != nil {
			t.Fatal(err)
		}
		if m.Name != name || m.Display != "standalone" || m.Start != "/portal" || len(m.Icons) != 3 || a.Header().Get("Content-Type") != "application/manifest+json" {
			t.Errorf("%s: %+v", path, m)
		}
		for _, i := range m.Icons {
			if icon := h.get(i.Src).want(t, 200); icon.Header().Get("Content-Type") != "image/png" {
				t.Errorf("%s is %s", i.Src, icon.Header().Get("Content-Type"))
			}
		}
	}
	h.jar = nil
	h.get("/portal/manifest.webmanifest").want(t, 200, "Client portal").lacks(t, "Harbour")
	h.get("/portal/manifest.webmanifest?p="+harbour.String()).want(t, 200, "Harbour")

	h.enter()
	at := "/logo/" + newTestID(80).String()
	h.says(firm.LogoSet{Logo: newTestID(80), Media: pictures.PNG, Width: 640, Height: 160})
	h.get("/portal/manifest.webmanifest").want(t, 200, at+`/192","sizes":"192x192","type":"image/png","purpose":"any"`, at+`/maskable","sizes":"512x512"`).lacks(t, "app-192")
	h.get("/portal").want(t, 200, `rel="apple-touch-icon" href="`+at+`/180"`)
	h.says(firm.LogoSet{Logo: newTestID(80), Media: pictures.SVG, Width: 9, Height: 3})
	h.get("/portal/manifest.webmanifest").want(t, 200, at+`/512","sizes":"any","type":"image/svg+xml"`)
	h.get("/portal").want(t, 200, "/touch.").lacks(t, at+"/180")
}

// Nobody without a session sees a page of the portal, and a session of the practice's own people is none.
func TestPortalIsShut(t *testing.T) {
	h := newHouse(t).signIn()
	for _, path := range []string{"", "/home", "/todos", "/files", "/requests", "/billing", "/schedule", "/contact", "/video", "/settings"} {
		if a := h.get("/portal"+path).want(t, http.StatusSeeOther); !strings.HasPrefix(a.Header().Get("Location"), "/portal/login") {
			t.Errorf("%s leads to %q", path, a.Header().Get("Location"))
		}
	}
}

// S4.12, S4.13: the film of the practice's own plays in ranges, and help that comes with the portal is read in the person's
// language.
func TestFilmAndHelpOfThePortal(t *testing.T) {
	h := living(t)
	id := newID()
	if _, _, err := h.films.Keep(id, bytes.NewReader(mp4)); err != nil {
		t.Fatal(err)
	}
	h.says(firm.VideoUploaded{Title: "Tour", Video: id, Media: "video/mp4", Bytes: int64(len(mp4)), SHA256: "ab"})
	h.get("/portal/video").want(t, http.StatusOK, `<source src="/portal/video/film" type="video/mp4">`)
	a := h.get("/portal/video/film", "Range", "bytes=4-7").want(t, http.StatusPartialContent, "ftyp")
	if a.Header().Get("Content-Type") != "video/mp4" || a.Header().Get("Content-Security-Policy") != "default-src 'none'; sandbox; frame-ancestors 'none'" {
		t.Errorf("%v", a.Header())
	}
	h.says(firm.TabsSet{})
	h.get("/portal/video/film").want(t, http.StatusNotFound)
	h.get("/portal/help").want(t, http.StatusOK, `href="/portal/help/upload`, "I can’t send a file")
	h.get("/portal/help/upload", "Accept-Language", "de").want(t, http.StatusOK, "<strong>")
	h.jar = nil // before sign-in as well (S4.i10)
	h.get("/portal/help/enter", "Accept-Language", "de").want(t, http.StatusOK, `lang="de"`, "Ich komme nicht hinein")
}

// The terms are Markdown: the product's own, and the practice's once it has published some (S3.14, S3.i13).
func TestTermsAreMarkdown(t *testing.T) {
	h := living(t)
	h.get("/portal/terms").want(t, 200, "<strong>What it is for.</strong>", "version 1").lacks(t, "**")
	h.says(firm.TermsPublished{Version: 2, Texts: []firm.TermsText{{Language: "en", Text: "# Ours\n\nBe **kind**. <script>alert(1)</script>"}}})
	h.get("/portal/terms").want(t, 200, "<h2>Ours</h2>", "<strong>kind</strong>", `name="terms" value="2"`).lacks(t, "<script>alert", "What it is for")
	h.jar = append(h.jar, &http.Cookie{Name: "portico-portal-language", Value: "de"})
	h.get("/portal/terms").want(t, 200, `<html lang="de"`, `lang="en"><h2>Ours`)
}
