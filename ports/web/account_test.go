package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Issue 3, section 2: people see where they are signed in, end one session or all.
func TestAccountShowsSessions(t *testing.T) {
	h := newHouse(t).signIn()
	other := newTestID(22).String()
	h.get("/account").want(t, 200, "Firefox on Windows", "from 192.0.2.7", "This one", "Safari on iPhone", `action="/account/sessions/`+other+`/end"`, "priya@example.org").
		lacks(t, session, "/account/sessions/"+newTestID(21).String()+"/end")
	h.post("/account/sessions/nonsense/end", nil).want(t, http.StatusNotFound)
	a := h.post("/account/sessions/"+other+"/end", nil).want(t, http.StatusSeeOther)
	h.get(a.Header().Get("Location")).want(t, 200, "That device is signed out.").lacks(t, "Safari on iPhone")
	h.post("/account/sessions/"+other+"/end", nil).want(t, http.StatusNotFound, "has ended already")

	a = h.post("/account/sessions/end", nil).want(t, http.StatusSeeOther)
	if a.Header().Get("Location") != "/login" || !strings.Contains(a.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signed out everywhere: to %q with %q", a.Header().Get("Location"), a.Header().Get("Set-Cookie"))
	}
	h.get("/account").want(t, http.StatusSeeOther)
}

func TestAccountChangesThePassword(t *testing.T) {
	h := newHouse(t).signIn()
	change := func(present, wanted string) reply {
		return h.post("/account/password", url.Values{"present": {present}, "new": {wanted}})
	}
	change("wrong one", "lantern quarry violin").want(t, http.StatusUnprocessableEntity, `id="present-problem"`, "not your present password", "<title>Error: Your account").
		lacks(t, "wrong one", "lantern")
	change("correct horse battery", "short").want(t, http.StatusUnprocessableEntity, `id="new-problem"`, "15 to 128 characters")
	if a := change("slow", "lantern quarry violin").want(t, http.StatusTooManyRequests, "Wait 7 seconds"); a.Header().Get("Retry-After") != "7" {
		t.Errorf("Retry-After %q", a.Header().Get("Retry-After"))
	}
	a := change("correct horse battery", "lantern quarry violin").want(t, http.StatusSeeOther)
	if cookies := strings.Join(a.Header().Values("Set-Cookie"), "\n"); !strings.Contains(cookies, "portico=bmV4dCBzZXNzaW9u; Path=/; HttpOnly; SameSite=Lax") {
		t.Errorf("threat T14: the session goes on under its old id: %s", cookies)
	}
	h.get(a.Header().Get("Location")).want(t, 200, "Your password is changed.")
}
