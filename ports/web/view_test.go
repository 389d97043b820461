package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/app/account"
	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	viewingapp "portico/app/viewing"
	accounts "portico/domain/account"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/invite"
	"portico/domain/viewing"
)

// porter knows people of the practice by their sessions.
type porter struct {
	doorkeeper
	people map[account.Secret]account.Staff
}

func (p *porter) Session(_ context.Context, id account.Secret) (account.Staff, error) {
	if s, ok := p.people[id]; ok {
		return s, nil
	}
	return account.Staff{}, accounts.ErrSession
}

// glass is a house in which Ingrid has a portal that others want to look into.
type glass struct {
	*house
	porter *porter
	roll   *register
	of     string // "/contacts/{id}"
}

func newGlass(t *testing.T) *glass {
	t.Helper()
	h := living(t)
	h.jar = nil
	g := &glass{house: h, porter: &porter{people: map[account.Secret]account.Staff{}}, of: "/contacts/" + ingrid.Contact.String()}
	g.roll = &register{row: inviteapp.Row{Contact: ingrid.Contact, State: inviteapp.Accepted, In: true, Access: invite.ByAccount}}
	h.server.Accounts, h.server.InviteList, h.server.Staff, h.server.Viewings = g.porter, g.roll, colleagues{}, viewingapp.Commands{Events: h.store}
	g.is("priya", accounts.Owner, 1)
	return g.as("priya")
}

// is lets somebody in, in a session of its own.
func (g *glass) is(name string, role accounts.Role, session byte) {
	who := priya
	who.Role, who.Session = role, newTestID(200+session)
	g.porter.people[account.Secret(name)] = who
}

func (g *glass) as(name string) *glass {
	g.jar = []*http.Cookie{{Name: "portico", Value: name}}
	return g
}

func (g *glass) send(path, command string, more ...string) reply {
	g.t.Helper()
	v := url.Values{"command": {command}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return g.post(g.of+path, v)
}

// begin opens the portal.
func (g *glass) begin(view byte, more ...string) reply {
	g.t.Helper()
	a := g.send("/view", newTestID(view).String(), append([]string{"view", newTestID(view).String(), "purpose", "she can’t find her files"}, more...)...)
	if a.Code == http.StatusSeeOther && a.Header().Get("Location") != g.of+"/portal" {
		g.t.Errorf("leads to %q", a.Header().Get("Location"))
	}
	return a
}

func (g *glass) seen() string { return g.events(viewing.Stream(ingrid.Contact), 0) }

// quiet fails where anything of Ingrid's own has changed, or was asked for by her session (S4.i1).
func (g *glass) quiet(t *testing.T, do func()) {
	t.Helper()
	before := len(g.store.Log())
	do()
	for _, r := range g.store.Log()[before:] {
		if r.Stream.Kind != viewing.Kind {
			t.Errorf("recorded %s", r.Event.EventType())
		}
	}
}

var rooms = []string{"", "/home", "/todos", "/files", "/requests", "/billing", "/schedule", "/contact", "/video", "/settings", "/help"}

// S4.3, S4.i1: staff open a contact's portal and see its pages, marked on each, read only, and it isn't the contact's visit.
func TestViewAsClient(t *testing.T) {
	g := newGlass(t)
	g.says(firm.TabsSet{Tabs: firm.Tabs()}, firm.VideoLinked{Title: "Welcome", URL: "https://film.example/1"})
	form := g.get(g.of+"/view").want(t, 200, "See the portal of Ingrid Solberg", "Read only, for an hour at most", "Nobody yet")
	v := hidden(form.text)
	g.quiet(t, func() {
		g.post(g.of+"/view", url.Values{"command": v["command"], "view": v["view"], "purpose": {"she can’t find her files"}}).want(t, http.StatusSeeOther)
		for _, room := range rooms {
			page := g.get(g.of+"/portal"+room).want(t, 200, "You see what Ingrid Solberg sees.", "Read only", "she can’t find her files", `action="`+g.of+`/view/end"`, `<fieldset class="still" disabled`).
				lacks(t, `href="/portal`, `action="/portal`, "manifest", "Sign out")
			for _, cookie := range page.Header().Values("Set-Cookie") {
				t.Errorf("%s sets %q", room, cookie)
			}
			if page.Header().Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s may be kept: %q", room, page.Header().Get("Cache-Control"))
			}
		}
		g.get(g.of+"/portal").want(t, 200, "Hello, Ingrid", "Solberg Boats", `href="`+g.of+`/portal/files"`)
		g.get(g.of+"/portal/settings/security").want(t, 200, "This is theirs alone", "You see what Ingrid Solberg sees.")
		g.get(g.of+"/portal/settings/devices").want(t, 200, "This is theirs alone").lacks(t, "192.0.2.7")
		g.get(g.of+"/portal/help/upload").want(t, 200, "You see what Ingrid Solberg sees.")
	})
	g.get(g.of+"/view").want(t, 200, "Priya Nair", "she can’t find her files", "open until 13:00", "Solberg Boats")
	a := g.send("/view/end", newTestID(90).String()).want(t, http.StatusSeeOther)
	if a.Header().Get("Location") != g.of || a.Header().Get("Clear-Site-Data") != `"cache"` {
		t.Errorf("leaving leads to %q and clears %q", a.Header().Get("Location"), a.Header().Get("Clear-Site-Data"))
	}
	if got := g.seen(); got != "viewing.began viewing.ended" {
		t.Errorf("recorded %s", got)
	}
	began, _ := g.store.Stream(viewing.Stream(ingrid.Contact))[0].(viewing.Began)
	if began.Staff != priya.ID || began.Client != boats || began.Purpose != event.Of(ingrid.Contact, "she can’t find her files") {
		t.Errorf("began %+v", began)
	}
}

// S3.18, S3.i18, S3.i23: what the contact doesn't see, staff don't see in their portal either; whoever isn't let in is
// named so.
func TestViewShowsWhatTheySee(t *testing.T) {
	g := newGlass(t)
	g.crowd.clients[0].Rights = contactapp.Rights{"files"}
	g.begin(50).want(t, http.StatusSeeOther)
	g.get(g.of+"/portal").want(t, 200, "Recent files").lacks(t, "Recent to-dos", "/portal/todos")
	g.get(g.of+"/portal/todos").want(t, http.StatusNotFound, "You see what Ingrid Solberg sees.", `href="`+g.of+`/portal"`)
	g.roll.row = inviteapp.Row{}
	g.get(g.of+"/portal").want(t, 200, "They can’t come in just now", g.of+"/why?object=portal")
	g.get(g.of+"/view").want(t, 200, "can’t come in at the moment")
	g.crowd.clients[0].Active = false
	g.get(g.of+"/portal").want(t, http.StatusForbidden, "closed at the moment", "You see what Ingrid Solberg sees.")

	g = newGlass(t)
	g.roll.row.Access = invite.ByLink
	g.begin(50).want(t, http.StatusSeeOther)
	if a := g.get(g.of+"/portal").want(t, http.StatusSeeOther); a.Header().Get("Location") != g.of+"/portal/requests" { // S4.6
		t.Errorf("leads to %q", a.Header().Get("Location"))
	}
}

// S4.i1: acting is switched on for itself, by a right of its own, and what is done so is the practice's, for the contact.
func TestActForClient(t *testing.T) {
	g := newGlass(t)
	g.begin(50).want(t, http.StatusSeeOther)
	g.get(g.of+"/portal/settings").want(t, 200, `action="`+g.of+`/view/acting"`)
	settings := []string{"language", "de", "zone", "Europe/Berlin", "theme", "dark"}
	g.send("/portal/settings", newTestID(60).String(), settings...).want(t, http.StatusForbidden, "Nothing was changed", "You see what Ingrid Solberg sees.")
	g.send("/view/acting", newTestID(61).String()).want(t, http.StatusSeeOther)
	g.get(g.of+"/portal/settings").want(t, 200, "You act for Ingrid Solberg.", `action="`+g.of+`/portal/settings"`).lacks(t, "fieldset class=\"still\"", `name="theme"`)
	a := g.send("/portal/settings", newTestID(62).String(), settings...).want(t, http.StatusSeeOther)
	if !strings.HasPrefix(a.Header().Get("Location"), g.of+"/portal/settings?") || len(a.Header().Values("Set-Cookie")) > 0 {
		t.Errorf("leads to %q with %q", a.Header().Get("Location"), a.Header().Values("Set-Cookie"))
	}
	g.get(a.Header().Get("Location")).want(t, 200, "Einstellungen", `lang="de"`, "You act for Ingrid Solberg.")
	log := g.store.Log()
	last := log[len(log)-1]
	if last.Event.EventType() != "contact.changed" || last.Meta.Actor != (event.Actor{Kind: event.Staff, ID: priya.ID}) || last.Meta.For != ingrid.Contact {
		t.Errorf("recorded %s by %+v for %s", last.Event.EventType(), last.Meta.Actor, last.Meta.For)
	}
	g.send("/portal/settings/password", newTestID(63).String()).want(t, http.StatusForbidden, "Nothing was changed") // not even now
	g.send("/view/acting/end", newTestID(64).String()).want(t, http.StatusSeeOther)
	g.send("/portal/settings", newTestID(65).String(), settings...).want(t, http.StatusForbidden)
	if got := g.seen(); got != "viewing.began viewing.acting_began viewing.acting_ended" {
		t.Errorf("recorded %s", got)
	}
	g.get(g.of+"/view").want(t, 200, "Acted on their behalf")
}

// The attacks on looking into a portal. Each ends without a page of it and without a change of Ingrid's.
func TestViewAttacks(t *testing.T) {
	portal := func(g *glass) string { return g.of + "/portal/files" }
	toPurpose := func(t *testing.T, g *glass) {
		t.Helper()
		a := g.get(portal(g)).want(t, http.StatusSeeOther)
		if a.Header().Get("Location") != g.of+"/view" {
			t.Errorf("leads to %q", a.Header().Get("Location"))
		}
	}
	for name, attack := range map[string]func(t *testing.T, g *glass){
		"the address alone, without a purpose": toPurpose,
		"a forged purpose": func(t *testing.T, g *glass) {
			for i, purpose := range []string{"", " \t ", "ab", strings.Repeat("x", 201), "a\u202ebc", "a\x00bc"} {
				g.begin(byte(70+i), "purpose", purpose).want(t, http.StatusUnprocessableEntity, "Say what you look for", "Error: See the portal")
			}
			g.begin(80, "purpose", "<script>alert(1)</script>").want(t, http.StatusSeeOther)
			g.get(portal(g)).want(t, 200, "&lt;script&gt;").lacks(t, "<script>alert")
		},
		"a form that names another one's client": func(t *testing.T, g *glass) {
			g.begin(50, "client", farrow.String()).want(t, http.StatusUnprocessableEntity)
			toPurpose(t, g)
		},
		"the same person in another session": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			g.is("phone", accounts.Owner, 2)
			toPurpose(t, g.as("phone"))
		},
		"a role without the right": func(t *testing.T, g *glass) {
			for _, role := range []accounts.Role{accounts.Auditor, accounts.Operator} {
				g.is("other", role, 3)
				g.as("other").begin(50).want(t, http.StatusForbidden)
				g.get(portal(g)).want(t, http.StatusForbidden)
			}
			g.is("auditor", accounts.Auditor, 4)
			g.as("auditor").get(g.of+"/view").want(t, 200, "Not for your role").lacks(t, `name="purpose"`)
		},
		"a right that was lost meanwhile": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			g.send("/view/acting", newTestID(51).String()).want(t, http.StatusSeeOther)
			g.is("priya", accounts.Practitioner, 1) // no longer an owner: may look, may not act
			g.get(portal(g)).want(t, 200, "Read only").lacks(t, "You act for")
			g.send("/portal/settings", newTestID(52).String(), "language", "de", "zone", "").want(t, http.StatusForbidden)
			g.send("/view/acting", newTestID(53).String()).want(t, http.StatusForbidden)
			g.is("priya", accounts.Auditor, 1)
			g.get(portal(g)).want(t, http.StatusForbidden).lacks(t, "Solberg")
		},
		"a form sent through the view": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			for i, path := range []string{"/settings", "/settings/password", "/settings/address", "/settings/devices/end", "/terms", "/language", "/session/end", "/todos", "/anything"} {
				g.send("/portal"+path, newTestID(byte(100+i)).String(), "language", "de", "zone", "").want(t, http.StatusForbidden, "Nothing was changed")
			}
			for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete} {
				if a := g.do(method, portal(g), nil); a.Code < 400 {
					t.Errorf("%s is %d", method, a.Code)
				}
			}
		},
		"a form of another site": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			for _, path := range []string{"/view", "/view/end", "/view/acting", "/view/acting/end", "/portal/settings", "/portal/x"} {
				g.post(g.of+path, url.Values{"command": {newTestID(51).String()}, "view": {newTestID(51).String()}, "purpose": {"tax return"}}, "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden, "another site")
			}
			g.get(portal(g)).want(t, 200, "You see what") // nor was it ended
		},
		"a real portal session in the same browser": func(t *testing.T, g *glass) {
			g.jar = append(g.jar, &http.Cookie{Name: "portico-portal", Value: visit}, &http.Cookie{Name: "portico-portal-language", Value: "fr"},
				&http.Cookie{Name: "portico-portal-theme", Value: "dark"}, &http.Cookie{Name: "portico-portal-client", Value: own.String()})
			toPurpose(t, g) // the contact's cookie opens nothing here
			g.begin(50).want(t, http.StatusSeeOther)
			page := g.get(portal(g)).want(t, 200, "You see what", `<html lang="en"`, "Solberg Boats").lacks(t, `data-theme`)
			if len(page.Header().Values("Set-Cookie")) > 0 {
				t.Errorf("sets %q", page.Header().Values("Set-Cookie"))
			}
			g.get("/portal/files").want(t, 200, `lang="fr"`).lacks(t, "You see what") // and Ingrid's own goes on
			g.send("/view/end", newTestID(51).String()).want(t, http.StatusSeeOther)
			g.get("/portal/files").want(t, 200)
			g.jar = g.jar[1:]
			g.get(portal(g)).want(t, http.StatusSeeOther).lacks(t, "Solberg")
		},
		"a page after leaving": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			g.send("/view/end", newTestID(51).String()).want(t, http.StatusSeeOther)
			toPurpose(t, g)
			g.send("/portal/settings", newTestID(52).String(), "language", "de", "zone", "").want(t, http.StatusForbidden)
			g.send("/view/acting", newTestID(53).String()).want(t, http.StatusForbidden)
		},
		"a page after an hour": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			g.store.Advance(time.Hour)
			toPurpose(t, g)
		},
		"another client by the address": func(t *testing.T, g *glass) {
			g.crowd.clients = append(g.crowd.clients, contactapp.Membership{Client: own, ClientName: "Solberg, Ingrid", Active: true})
			g.begin(50).want(t, http.StatusSeeOther)
			g.get(g.of+"/portal?client="+own.String()).want(t, 200, "<b>Solberg Boats</b>", g.of+"/view?client="+own.String())
			g.get(g.of+"/view?client="+own.String()).want(t, 200, `<option value="`+own.String()+`" selected>`)
			g.crowd.clients = g.crowd.clients[1:]
			g.get(g.of+"/portal").want(t, http.StatusNotFound).lacks(t, "Solberg, Ingrid</b>") // they have parted since
		},
		"a view of one contact used for another": func(t *testing.T, g *glass) {
			g.begin(50).want(t, http.StatusSeeOther)
			other := "/contacts/" + newTestID(33).String()
			if a := g.get(other+"/portal/files").want(t, http.StatusSeeOther); a.Header().Get("Location") != other+"/view" {
				t.Errorf("leads to %q", a.Header().Get("Location"))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGlass(t)
			g.quiet(t, func() { attack(t, g) })
			if got, want := g.store.Stream(contact.Stream(ingrid.Contact)), 1; len(got) != want {
				t.Errorf("Ingrid's own history is %v", got)
			}
		})
	}
}

// S4.i1: looking asks no session of the contact's, so nobody is seen in the portal, and nothing is opened.
func TestViewAsksNoSession(t *testing.T) {
	g := newGlass(t)
	g.server.Contacts = nil // whoever asks falls down
	g.build()
	g.begin(50).want(t, http.StatusSeeOther)
	for _, room := range rooms {
		if a := g.get(g.of + "/portal" + room); a.Code != 200 && a.Code != http.StatusNotFound {
			t.Errorf("%s is %d", room, a.Code)
		}
	}
}
