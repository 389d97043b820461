package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/app/account"
	accounts "portico/domain/account"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// visit is the session that usher knows.
const visit = "dmlzaXQtc2VjcmV0LW9mLWluZ3JpZC1zb2xiZXJn"

var ingrid = account.Visit{ID: newTestID(31), Contact: newTestID(30), Firm: 1, Email: "ingrid@example.org", Device: newTestID(32), Password: true, Terms: 1, StartedAt: noon}

var errRemoved = fault.New(fault.Forbidden, "invite.removed", "Your access has ended.")

// usher lets Ingrid in, and others that a test tells of.
type usher struct {
	Contacts
	refused error
	ended   []uuid.UUID
	left    bool
	byLink  bool

	enrolled bool // with a second step, which was shown
}

func (u *usher) Session(_ context.Context, id account.Secret) (account.Visit, error) {
	switch {
	case id != visit || u.left:
		return account.Visit{}, accounts.ErrSession
	case u.refused != nil:
		return account.Visit{}, u.refused
	}
	v := ingrid
	v.ByLink, v.Standing.Enrolled, v.Standing.Second = u.byLink, u.enrolled, u.enrolled
	return v, nil
}

func (u *usher) Ended(_ context.Context, id account.Secret) (uuid.UUID, error) {
	if u.left && id == visit {
		return ingrid.Contact, nil
	}
	return uuid.Nil, nil
}

func (u *usher) SignOut(context.Context, account.Secret) error { u.left = true; return nil }

func (u *usher) SignIn(_ context.Context, cmd account.ContactSignIn) (account.Entered, error) {
	in := account.Entered{Contact: ingrid.Contact, Firm: 1, Session: visit, Device: "device"}
	switch {
	case cmd.Email == "slow@example.org":
		return account.Entered{}, &account.SlowDownError{Wait: 7e9}
	case cmd.Email == "couple@example.org" && cmd.Contact == uuid.Nil:
		return account.Entered{}, &account.WhichError{Logins: []account.Login{{Contact: ingrid.Contact, Firm: 1}, {Contact: newTestID(33), Firm: 1}}}
	case cmd.Password != "pebble orchard tram":
		return account.Entered{}, accounts.ErrSignIn
	}
	return in, u.refused
}

func (u *usher) Visits(_ context.Context, _ account.Visit, own account.Secret) ([]account.SessionRow, error) {
	rows := []account.SessionRow{{ID: ingrid.ID, Browser: "Firefox", System: "Windows", Address: "192.0.2.7", CreatedAt: noon, LastSeenAt: noon, Current: own == visit}}
	if len(u.ended) == 0 {
		rows = append(rows, account.SessionRow{ID: newTestID(34), CreatedAt: noon, LastSeenAt: noon})
	}
	return rows, nil
}

func (u *usher) EndVisit(_ context.Context, v account.Visit, id uuid.UUID) error {
	if v.Contact != ingrid.Contact || id != newTestID(34) || len(u.ended) > 0 {
		return accounts.ErrSessionGone
	}
	u.ended = append(u.ended, id)
	return nil
}

func (u *usher) Pass(context.Context, account.Secret) (account.Secret, error) { return visit, nil }

func (u *usher) Refresh(context.Context, account.Secret) error { return nil }

func (u *usher) Reconfirm(context.Context, account.Visit, string, account.Browser) error {
	return accounts.ErrPresent
}

func (u *usher) Holder(context.Context, int32, uuid.UUID) (account.Person, bool, error) {
	return account.Person{}, false, nil
}

func (u *usher) Enter(context.Context, account.Person, account.Browser) (account.Entered, error) {
	return account.Entered{}, accounts.ErrSession
}

func (u *usher) EndVisits(context.Context, account.Visit) error { u.left = true; return nil }

// enter gives the requests that follow a contact's session.
func (h *house) enter() *house {
	h.jar = append(h.jar, &http.Cookie{Name: "portico-portal", Value: visit})
	return h
}

func people(_ context.Context, _ int32, contact uuid.UUID) (string, error) {
	return map[uuid.UUID]string{ingrid.Contact: "Ingrid Solberg", newTestID(33): "Olav Solberg"}[contact], nil
}

func TestPortalSignIn(t *testing.T) {
	h := newHouse(t)
	h.get("/portal/login?p="+harbour.String()).want(t, 200, "Harbour &amp; Vale", `<html lang="en"`, `value="`+harbour.String()+`"`).lacks(t, "Problem")
	h.get("/portal/login?p="+newTestID(99).String()).want(t, 200).lacks(t, `name="p" value="`+newTestID(99).String())
	h.get("/portal/login", "Accept-Language", "de-AT,en;q=0.5").want(t, 200, `<html lang="de"`, "Anmelden")
	for _, next := range []string{"//evil.example", "https://evil.example", "/clients", "/portal.evil", "/\\evil", "/portal/../clients"} {
		if a := h.post("/portal/session", url.Values{"email": {ingrid.Email}, "password": {"pebble orchard tram"}, "next": {next}}); a.Header().Get("Location") != "/portal" {
			t.Errorf("a sign-in leads to %q by %q", a.Header().Get("Location"), next)
		}
	}
	sign := func(email, password string, more ...string) reply {
		v := url.Values{"email": {email}, "password": {password}, "next": {"/portal/settings/devices"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return h.post("/portal/session", v)
	}
	wrong := sign(ingrid.Email, "wrong").want(t, http.StatusUnauthorized, "belong together", "Error: Sign in", `value="ingrid@example.org"`).lacks(t, `value="wrong"`)
	unknown := sign("nobody@example.org", "wrong").want(t, http.StatusUnauthorized)
	if strings.ReplaceAll(unknown.text, "nobody@", "ingrid@") != wrong.text {
		t.Error("an unknown address reads differently from a wrong password")
	}
	if a := sign("slow@example.org", "x").want(t, http.StatusTooManyRequests, "Wait 7 seconds"); a.Header().Get("Retry-After") != "7" {
		t.Errorf("Retry-After %q", a.Header().Get("Retry-After"))
	}
	sign("couple@example.org", "pebble orchard tram").want(t, http.StatusConflict, "Ingrid Solberg", "Olav Solberg", `name="contact" value="`+ingrid.Contact.String()+`"`)
	a := sign("couple@example.org", "pebble orchard tram", "contact", ingrid.Contact.String()).want(t, http.StatusSeeOther)
	if a.Header().Get("Location") != "/portal/settings/devices" || !strings.Contains(a.cookie("portico-portal"), "HttpOnly; SameSite=Lax") || a.cookie("portico-portal-device") == "" || a.cookie("portico") != "" {
		t.Errorf("to %q with %q", a.Header().Get("Location"), a.Header().Values("Set-Cookie"))
	}
}

// S3.i4, I1: a session ends at its next request, and the page says why. The practice's own session opens no portal, and
// the other way round.
func TestPortalLetsIn(t *testing.T) {
	h := newHouse(t)
	if a := h.get("/portal/settings/devices?done=session").want(t, http.StatusSeeOther); a.Header().Get("Location") != "/portal/login?next=%2Fportal%2Fsettings%2Fdevices%3Fdone%3Dsession" {
		t.Errorf("to %q", a.Header().Get("Location"))
	}
	h.signIn()
	h.get("/portal/settings/devices").want(t, http.StatusSeeOther)
	h.jar = nil
	h.enter()
	h.get("/portal/settings/devices").want(t, 200, "Firefox on Windows", "from 192.0.2.7", "This device", "An unknown device", "/portal/settings/devices/"+newTestID(34).String()+"/end").lacks(t, visit)
	h.get("/clients").want(t, http.StatusSeeOther)
	if a := h.get("/clients"); a.Header().Get("Location") != "/login?next=%2Fclients" {
		t.Errorf("a contact on the practice's page goes to %q", a.Header().Get("Location"))
	}
	h.usher.refused = errRemoved
	h.get("/portal/settings/devices").want(t, http.StatusForbidden, "Your access to this portal has ended.", `href="/portal/login"`).lacks(t, "Firefox")
}

func TestPortalDevices(t *testing.T) {
	h := newHouse(t).enter()
	other := newTestID(34).String()
	h.post("/portal/settings/devices/nonsense/end", nil).want(t, http.StatusNotFound)
	a := h.post("/portal/settings/devices/"+other+"/end", nil).want(t, http.StatusSeeOther)
	h.get(a.Header().Get("Location")).want(t, 200, "That device is signed out.").lacks(t, other)
	h.post("/portal/settings/devices/"+other+"/end", nil).want(t, http.StatusNotFound, "signed out already")
	a = h.post("/portal/settings/devices/end", nil).want(t, http.StatusSeeOther)
	if a.Header().Get("Location") != "/portal/login" || !strings.Contains(a.cookie("portico-portal"), "Max-Age=0") {
		t.Errorf("signed out everywhere: to %q with %q", a.Header().Get("Location"), a.Header().Get("Set-Cookie"))
	}
	h.get("/portal/settings/devices").want(t, http.StatusSeeOther)
	h.get("/portal/login").want(t, 200, `data-left="contact/`+ingrid.Contact.String()+`"`, "own-drafts")
	h.usher.left = false // it has run out of time, or nobody knows it
	h.get("/portal/login").want(t, 200).lacks(t, "data-left")
}
