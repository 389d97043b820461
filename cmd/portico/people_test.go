package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	accountapp "portico/app/account"
	clientapp "portico/app/client"
	"portico/domain/account"
	"portico/domain/client"

	"github.com/google/uuid"
)

// browserless is a browser without a screen.
type browserless struct {
	t       *testing.T
	base    string
	session string
	other   map[string]string // cookies
}

// send sends a form, or looks where there is none, and follows nothing.
func (b *browserless) send(path string, want int, form url.Values) reply {
	b.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if b.session != "" {
		r.AddCookie(&http.Cookie{Name: "portico", Value: b.session})
	}
	for name, value := range b.other {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	a := (&routesWorld{}).do(b.t, r)
	if a.StatusCode != want {
		b.t.Fatalf("%s %s: %d, want %d; %s", method, path, a.StatusCode, want, a.text)
	}
	for _, c := range a.Cookies() {
		switch {
		case c.Name == "portico":
			b.session = c.Value
		case c.MaxAge < 0:
			delete(b.other, c.Name)
		default:
			if b.other == nil {
				b.other = map[string]string{}
			}
			b.other[c.Name] = c.Value
		}
	}
	return a
}

var invitationURL = regexp.MustCompile(`/staff-invitation/[A-Za-z0-9_-]+`)

// Rules 9, 17, 19, 20 of accounts, from the form to the mail, the door and the last day at work.
func TestStaffIsInvitedWorksAndLeaves(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	boss := &browserless{t: t, base: p.base, session: p.calm.session}
	id := newID(t)
	form := url.Values{"command": {uuid.NewString()}, "id": {id.String()}, "name": {""}, "email": {"theo@harbour.example"}, "role": {"assigned"}}
	if a := boss.send("/settings/people", 422, form); !strings.Contains(a.text, account.ErrName.Message) || !strings.Contains(a.text, `value="theo@harbour.example"`) {
		t.Errorf("what was typed isn't shown again: %s", a.text)
	}
	form.Set("name", "Theo Marsh")
	form.Set("role", "owner") // calm's first person is an admin
	if a := boss.send("/settings/people", 422, form); !strings.Contains(a.text, account.ErrOwners.Message) {
		t.Errorf("an admin invites an owner: %s", a.text)
	}
	form.Set("role", "assigned")
	for range 2 { // the button, pressed twice
		boss.send("/settings/people", 303, form)
	}
	if list := boss.send("/settings/people", 200, nil); !strings.Contains(list.text, "Theo Marsh") || !strings.Contains(list.text, "Invited") {
		t.Error("the list has nobody invited")
	}
	var known []string
	invitation := func() (fresh string) {
		eventually(t, "the mail", func() bool {
			for _, l := range p.letters(t, "theo@harbour.example") {
				if at := invitationURL.FindString(l.Text); at != "" && !slices.Contains(known, at) {
					fresh = at
				}
			}
			return fresh != ""
		})
		known = append(known, fresh)
		return fresh
	}
	first := invitation()
	boss.send("/settings/people/"+id.String()+"/invitation", 303, url.Values{"command": {uuid.NewString()}})
	second := invitation()

	theo := &browserless{t: t, base: p.base}
	theo.send(first, 410, nil)
	door := theo.send(second, 200, nil)
	if !strings.Contains(door.text, "Harbour") || !strings.Contains(door.text, "theo@harbour.example") || door.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the door: %v %s", door.Header, door.text)
	}
	theo.send(second+"/acceptance", 422, url.Values{"new": {"short"}})
	theo.send(second+"/acceptance", 303, url.Values{"new": {"lantern quarry violin"}})
	theo.send(second, 410, nil)
	theo.send("/clients", 200, nil)
	theo.send("/settings/people/new", 403, nil)
	own := newID(t)
	if _, err := p.house.clients.Create(t.Context(), clientapp.Create{By: p.calm.by(), ID: own, Name: "Wilma Own", Sort: client.Person, Owner: id}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "their client", func() bool { return strings.Contains(theo.send("/clients", 200, nil).text, "Wilma Own") })

	page := "/settings/people/" + id.String()
	if a := boss.send(page+"/deactivation", 422, url.Values{"command": {uuid.NewString()}, "to": {""}}); !strings.Contains(a.text, account.ErrColleague.Message) {
		t.Errorf("nobody to go on with the work: %s", a.text)
	}
	boss.send(page+"/role", 303, url.Values{"command": {uuid.NewString()}, "role": {"auditor"}})
	theo.send("/clients/new", 403, nil) // at the next click
	boss.send(page+"/deactivation", 303, url.Values{"command": {uuid.NewString()}, "to": {p.calm.staff.String()}})
	if a := theo.send("/clients", 303, nil); !strings.HasPrefix(a.Header.Get("Location"), "/login") {
		t.Errorf("who has left is led to %s", a.Header.Get("Location"))
	}
	eventually(t, "the clients handed over", func() bool {
		row, err := p.house.clientList.Client(t.Context(), p.calm.firm, own)
		return err == nil && row.Owner == p.calm.staff
	})
	person, err := people(p.house.accounts, p.house.firmList)(t.Context(), p.calm.firm, id)
	if err != nil || person.Email != p.calm.email {
		t.Errorf("mails about the links of who has left go to %+v, %v", person, err)
	}
	boss.send(page+"/reactivation", 303, url.Values{"command": {uuid.NewString()}})
	if _, err := p.house.account.SignIn(t.Context(), accountapp.SignIn{Email: "theo@harbour.example", Password: "lantern quarry violin"}); err != nil {
		t.Errorf("who is back signs in: %v", err)
	}
	if a := boss.send("/settings/people/"+p.calm.staff.String()+"/role", 409, url.Values{"command": {uuid.NewString()}, "role": {"auditor"}}); !strings.Contains(a.text, account.ErrSelf.Message) {
		t.Errorf("one's own role: %s", a.text)
	}
}
