package main

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	accountapp "portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/app/language"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/invite"
	"portico/ports/web/uitest"

	"github.com/google/uuid"
)

// guest is a contact who is in the portal, on two devices.
type guest struct {
	contact uuid.UUID
	email   string
	session string // a cookie's value
	other   uuid.UUID
}

// insider is a contact of a practice who has accepted an invitation. due is until when the practice wants something,
// "" for no day.
func insider(t *testing.T, h *house, pr practice, due string) (g guest) {
	t.Helper()
	ctx := t.Context()
	g = guest{contact: newID(t), email: rndWord(t) + "@example.org"}
	res, err := h.contacts.Add(ctx, contactapp.Add{By: pr.by(), ID: g.contact, Details: contact.Entry{Given: "Ingrid", Email: g.email}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.linkList.Wait(ctx, res.Position); err != nil {
		t.Fatal(err)
	}
	if _, err := es.Execute(ctx, h.store, pr.by(), invite.Stream(g.contact), func(invite.Invite, time.Time) ([]invite.Event, error) {
		of := func(text string) event.Personal { return event.Of(g.contact, text) }
		return []invite.Event{
			invite.Sent{
				Nth: 1, Contact: g.contact, Name: of("Ingrid"), Email: of(g.email), Phone: of(""), Message: of(""), Channels: invite.ByEmail,
				Access: invite.ByAccount, DueOn: due, ExpiresAt: time.Now().Add(time.Hour), Zone: "UTC",
			},
			invite.Accepted{Nth: 1, Access: invite.ByAccount, From: of("127.0.0.1")},
		}, nil
	}); err != nil {
		t.Fatal(err)
	}
	rows := h.visitors.Rows
	if err := rows.Admit(ctx, accountapp.Login{Contact: g.contact, Firm: pr.firm, Email: g.email}); err != nil {
		t.Fatal(err)
	}
	phc, err := h.visitors.Hasher.Hash(ctx, pr.password)
	if err == nil {
		err = errors.Join(rows.Renew(ctx, g.contact, phc, nil), rows.Agree(ctx, g.contact, firm.StandardTerms))
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		in, err := h.visitors.SignIn(ctx, accountapp.ContactSignIn{Email: g.email, Password: pr.password, Browser: accountapp.Browser{Address: netip.MustParseAddr("127.0.0.1")}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := h.visitors.Session(ctx, in.Session)
		if err != nil {
			t.Fatal(err)
		}
		if g.session == "" {
			g.session = string(in.Session)
		}
		g.other = v.ID
	}
	return g
}

// clientsPortal: a person in the portal finds their way on a phone, in every language and in the dark, switches to
// another client visibly (I5), and is told by the help page that all is well (S4.i10).
func clientsPortal(t *testing.T, p *portal) {
	pr := p.found(t, "Sund & Vik", "ove@sund.example", "Ove Sund", "Europe/Tallinn")
	g := insider(t, p.house, pr, time.Now().AddDate(0, 0, 40).Format(time.DateOnly))
	ctx := t.Context()
	var position int64
	for _, name := range []string{"Solberg Boats", "Solberg, Ingrid"} {
		id := newID(t)
		if _, err := p.house.clients.Create(ctx, clientapp.Create{By: pr.by(), ID: id, Name: name, Sort: client.Person}); err != nil {
			t.Fatal(err)
		}
		res, err := p.house.clients.LinkContact(ctx, clientapp.LinkContact{By: pr.by(), Client: id, Contact: g.contact, Rights: []client.Right{client.Files, client.Tasks}})
		if err != nil {
			t.Fatal(err)
		}
		position = res.Position
	}
	if _, err := p.house.linkList.Wait(ctx, position); err != nil {
		t.Fatal(err)
	}

	page := uitest.Open(t, uitest.Phone(390, 844))
	page.Cookie(p.base, "portico-portal", g.session)
	page.Visit(p.base + "/portal")
	page.Wait("Hello, Ingrid")
	page.Wait("Sund & Vik is waiting for papers from you")
	page.Axe("home")
	page.Small("home", 44)
	more := `document.querySelector(".tabs__more")`
	uitest.Eval[bool](page, more+`.querySelector("summary").click() || true`)
	page.Wait("Sign out")
	page.Axe("home, with more tabs")
	page.Press("\x1b")
	page.Until("Escape closes the tabs", func() string {
		if uitest.Eval[bool](page, more+".open") {
			return "they are open"
		}
		return ""
	})

	other := uitest.Eval[string](page, `document.querySelector(".clients__list a").getAttribute("href")`)
	page.Visit(p.base + other)
	page.Wait("You are looking at the papers of Solberg, Ingrid.")
	page.Axe("another client")

	page.Visit(p.base + "/portal/help")
	page.Wait("Yes. Your browser and your connection work with this portal.")
	page.Axe("help")
	page.Offline(true)
	page.Wait("You have no connection to the internet at the moment.")
	page.Offline(false)
	page.Wait("Yes. Your browser and your connection work with this portal.")
	bare := uitest.Open(t, uitest.Phone(390, 844), uitest.WithoutScript())
	bare.Visit(p.base + "/portal/help?p=" + pr.id.String())
	bare.Wait("Your browser is very old, or it blocks scripts.")
	bare.Wait("Sund & Vik")
	bare.Axe("help without script and without a session")

	page.Set(uitest.Dark())
	page.Visit(p.base + "/portal/settings")
	page.Axe("settings, dark")
	page.Click("button", "Eesti")
	page.Wait("Seaded")
	page.Visit(p.base + "/portal")
	page.Wait("Tere, Ingrid")
	page.Axe("home in Estonian, dark")

	small := uitest.Open(t, uitest.Phone(320, 640))
	small.Cookie(p.base, "portico-portal", g.session)
	for _, tag := range language.Tags() {
		res, err := p.house.contacts.Prefer(ctx, contactapp.Prefer{By: pr.by(), Contact: g.contact, Language: &tag})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.house.linkList.Wait(ctx, res.Position); err != nil {
			t.Fatal(err)
		}
		for path, title := range map[string]string{"": "portal.tab.home", "/settings": "portal.tab.settings"} {
			small.Visit(p.base + "/portal" + path)
			if got, want := uitest.Eval[string](small, `document.documentElement.lang + " " + document.title`), tag+" "+language.For(tag).T(title)+" - Sund & Vik"; got != want {
				t.Errorf("%s in %s is called %q, want %q", path, tag, got, want)
			}
			small.Fits("/portal" + path + " in " + tag)
		}
	}
}
