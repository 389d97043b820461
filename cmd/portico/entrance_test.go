package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/contact"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// surfer is a browser that keeps cookies and follows nothing.
type surfer struct {
	t    *testing.T
	base string
	jar  map[string]string
}

func (b *surfer) do(method, path string, form url.Values) (int, string, http.Header) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := once.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range response.Cookies() {
		if b.jar[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.jar, c.Name)
		}
	}
	return response.StatusCode, html.UnescapeString(string(text)), response.Header
}

func (b *surfer) want(code int, method, path string, form url.Values, texts ...string) (string, http.Header) {
	b.t.Helper()
	got, text, header := b.do(method, path, form)
	if got != code {
		b.t.Fatalf("%s %s: %d, want %d; %.600s", method, path, got, code, text)
	}
	for _, want := range texts {
		if !strings.Contains(text, want) {
			b.t.Errorf("%s %s lacks %q: %.1500s", method, path, want, text)
		}
	}
	return text, header
}

var (
	commandField = regexp.MustCompile(`name="command" value="([^"]+)"`)
	resetAddress = regexp.MustCompile(`/portal/reset/[A-Za-z0-9_-]{70}`)
	moveAddress  = regexp.MustCompile(`/portal/address/[A-Za-z0-9_-]{70}`)
)

// TestEntrance walks a contact through the door and tries what others would: S3.1, S3.14, S3.15, S3.i3, S3.i4, S3.i12,
// S3.i13, I1, and the attacks on sign-in and acceptance.
func TestEntrance(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	ctx := t.Context()
	email, who := rndWord(t)+"@example.org", newID(t)
	if _, err := p.house.contacts.Add(ctx, contactapp.Add{By: p.calm.by(), ID: who, Details: contact.Entry{Given: "Ingrid", Family: "Solberg", Email: email}}); err != nil {
		t.Fatal(err)
	}
	res, err := p.house.invites.Send(ctx, inviteapp.Send{By: p.calm.by(), Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.linkList.Wait(ctx, res.Position); err != nil {
		t.Fatal(err)
	}
	door := "/i/" + p.keys.links.Invitation(secret.InvitationToken{Invite: invite.ID(who), Generation: 1}).Reveal()
	browser := func() *surfer { return &surfer{t: t, base: p.base, jar: map[string]string{}} }
	ingrid, thief := browser(), browser()

	page, header := ingrid.want(200, "GET", door+"/acceptance", nil, "Welcome to your portal", email, "Terms of use", "password-meter")
	if header.Get("Referrer-Policy") != "no-referrer" || len(header.Values("Set-Cookie")) > 0 {
		t.Errorf("looking: %v", header)
	}
	accept := url.Values{"command": {commandField.FindStringSubmatch(page)[1]}, "new": {"harbour violin crust"}, "terms": {"1"}, "agree": {"1"}}
	with := func(change ...string) url.Values {
		v := url.Values{}
		for key, values := range accept {
			v[key] = values
		}
		for i := 0; i < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		return v
	}
	ingrid.want(422, "POST", door+"/acceptance", with("new", "short"), "12 to 128 characters")
	ingrid.want(422, "POST", door+"/acceptance", with("new", "password1234"), "lists that thieves try first")
	ingrid.want(422, "POST", door+"/acceptance", with("agree", ""), "tick the box")
	_, header = ingrid.want(303, "POST", door+"/acceptance", accept)
	if !strings.HasPrefix(header.Get("Location"), "/portal") || ingrid.jar["portico-portal"] == "" {
		t.Fatalf("accepted: %v", header)
	}
	ingrid.want(200, "GET", header.Get("Location"), nil, "<title>Home") // S3.15

	t.Run("a used invitation sets no password", func(t *testing.T) {
		thief.want(410, "GET", door+"/acceptance", nil)
		thief.want(410, "POST", door+"/acceptance", with("command", uuid.NewString(), "new", "lantern quarry violin"))
		thief.want(401, "POST", "/portal/session", url.Values{"email": {email}, "password": {"lantern quarry violin"}})
	})
	t.Run("unknown and wrong read the same", func(t *testing.T) {
		wrong, _ := thief.want(401, "POST", "/portal/session", url.Values{"email": {email}, "password": {"wrong"}})
		unknown, _ := thief.want(401, "POST", "/portal/session", url.Values{"email": {"nobody@example.org"}, "password": {"wrong"}})
		if strings.ReplaceAll(wrong, email, "nobody@example.org") != unknown {
			t.Error("the pages differ")
		}
		_, known := thief.want(303, "POST", "/portal/forgotten", url.Values{"email": {email}})
		_, nobody := thief.want(303, "POST", "/portal/forgotten", url.Values{"email": {"nobody@example.org"}})
		if known.Get("Location") != nobody.Get("Location") {
			t.Errorf("%s, and %s", known.Get("Location"), nobody.Get("Location"))
		}
	})
	mailed := func(address *regexp.Regexp, to string) (path string) {
		t.Helper()
		eventually(t, "the mail to "+to, func() bool {
			for _, l := range p.letters(t, to) {
				if found := address.FindString(l.Text); found != "" {
					path = found
				}
			}
			return path != ""
		})
		return path
	}
	t.Run("a forgotten password", func(t *testing.T) {
		reset := mailed(resetAddress, email)
		thief.want(410, "GET", "/portal/reset/"+strings.Repeat("A", 70), nil)
		thief.want(410, "GET", "/portal/reset/"+door[3:], nil) // of another purpose
		ingrid.want(200, "GET", reset, nil, email)
		ingrid.want(422, "POST", reset, url.Values{"new": {"short"}})
		ingrid.want(303, "POST", reset, url.Values{"new": {"lantern quarry violin"}})
		thief.want(410, "POST", reset, url.Values{"new": {"harbour violin crust"}})
		ingrid.want(303, "GET", "/portal/settings/devices", nil) // the sessions of before have ended (S3.i14)
		ingrid.want(303, "POST", "/portal/session", url.Values{"email": {email}, "password": {"lantern quarry violin"}})
		ingrid.want(200, "GET", "/portal/settings/devices", nil, "This device")
	})
	t.Run("another address, with proof at both ends", func(t *testing.T) {
		moved := rndWord(t) + "@example.org"
		ingrid.want(422, "POST", "/portal/settings/address", url.Values{"email": {moved}, "present": {"wrong"}}, "not your present password")
		ingrid.want(303, "POST", "/portal/settings/address", url.Values{"email": {moved}, "present": {"lantern quarry violin"}})
		ingrid.want(200, "GET", "/portal/settings/address", nil, moved)
		old, fresh := mailed(moveAddress, email), mailed(moveAddress, moved)
		thief.want(410, "POST", fresh+"/refusal", nil) // at the new end nobody has anything to lose
		thief.want(200, "GET", fresh, nil)
		thief.want(200, "POST", fresh+"/agreement", nil)
		thief.want(401, "POST", "/portal/session", url.Values{"email": {moved}, "password": {"lantern quarry violin"}}) // one end alone changes nothing
		ingrid.want(200, "POST", old+"/agreement", nil)
		browser().want(303, "POST", "/portal/session", url.Values{"email": {moved}, "password": {"lantern quarry violin"}})
		email = moved
	})
	t.Run("strangers can't lock the owner out", func(t *testing.T) {
		for range 8 {
			thief.do("POST", "/portal/session", url.Values{"email": {email}, "password": {"wrong"}})
		}
		if code, _, _ := thief.do("POST", "/portal/session", url.Values{"email": {email}, "password": {"wrong"}}); code != 429 {
			t.Errorf("a stranger goes on: %d", code)
		}
		known := browser()
		known.jar["portico-portal-device"] = ingrid.jar["portico-portal-device"]
		known.want(303, "POST", "/portal/session", url.Values{"email": {email}, "password": {"lantern quarry violin"}})
		ingrid.jar = known.jar
	})
	t.Run("a new version of the terms is asked for (S3.i13)", func(t *testing.T) {
		if _, err := p.house.db.Work.Exec(ctx, `UPDATE account.contact_login SET terms = 0 WHERE contact = $1`, who); err != nil {
			t.Fatal(err)
		}
		_, header := ingrid.want(303, "GET", "/portal/settings/devices", nil)
		if header.Get("Location") != "/portal/terms?next=%2Fportal%2Fsettings%2Fdevices" {
			t.Errorf("to %s", header.Get("Location"))
		}
		ingrid.want(422, "POST", "/portal/terms", url.Values{"terms": {"1"}})
		ingrid.want(409, "POST", "/portal/terms", url.Values{"terms": {"99"}, "agree": {"1"}})
		ingrid.want(303, "POST", "/portal/terms", url.Values{"terms": {"1"}, "agree": {"1"}, "next": {"/portal/settings/devices"}})
		ingrid.want(200, "GET", "/portal/settings/devices", nil)
	})
	t.Run("removed access ends the session at its next request (S3.i4, I1)", func(t *testing.T) {
		if _, err := p.house.invites.RemoveAccess(ctx, inviteapp.RemoveAccess{By: p.calm.by(), Contact: who}); err != nil {
			t.Fatal(err)
		}
		ingrid.want(403, "GET", "/portal/settings/devices", nil)
		ingrid.want(403, "POST", "/portal/session", url.Values{"email": {email}, "password": {"lantern quarry violin"}})
	})
	var accepted int
	if err := p.house.db.Work.QueryRow(ctx, `SELECT count(*) FROM es.events WHERE stream_id = $1 AND type = 'account.terms_accepted'`, account.ID(who)).Scan(&accepted); err != nil || accepted != 1 {
		t.Errorf("the terms were accepted %d times, %v", accepted, err)
	}
	if strings.Contains(fmt.Sprint(ingrid.jar), "lantern") {
		t.Error("a cookie holds the password")
	}
}
