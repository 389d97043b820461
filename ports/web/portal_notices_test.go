package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	accounts "portico/domain/account"
)

// I5: what a mail links to is found again after the sign-in, with the client that it is about.
func TestSignInLeadsToTheTask(t *testing.T) {
	h := newHouse(t)
	todo := "/portal/todos/" + newTestID(33).String() + "?client=" + boats.String()
	a := h.get(todo).want(t, http.StatusSeeOther)
	to, err := url.Parse(a.Header().Get("Location"))
	if err != nil || to.Path != "/portal/login" || to.Query().Get("next") != todo {
		t.Fatalf("it leads to %v, %v", to, err)
	}
	h.get(to.String()).want(t, 200, `name="next" value="`+strings.ReplaceAll(todo, "&", "&amp;")+`"`)
	a = h.post("/portal/session", url.Values{"email": {"couple@example.org"}, "password": {"pebble orchard tram"}, "contact": {ingrid.Contact.String()}, "next": {todo}}).want(t, http.StatusSeeOther)
	if a.Header().Get("Location") != todo {
		t.Errorf("after the sign-in it leads to %q", a.Header().Get("Location"))
	}
}

// T9: which mails about tasks come is the person's choice, for whatever browser; those about security are none of them.
func TestPortalNotices(t *testing.T) {
	h := living(t)
	h.get("/portal/settings").want(t, 200, `action="/portal/settings/notices"`, `value="asked" checked`, `value="settled" checked`, `value="messages" checked`, "E-mails about your security and invitations always come.")
	choose := url.Values{"command": {newTestID(52).String()}, "notice": {"asked", "settled", "security"}}
	for range 2 { // pressed twice
		a := h.post("/portal/settings/notices", choose).want(t, http.StatusSeeOther)
		if to := a.Header().Get("Location"); !strings.HasPrefix(to, "/portal/settings?at=") {
			t.Errorf("it leads to %q", to)
		}
	}
	h.get("/portal/settings?saved=").want(t, 200, "Saved.", `value="asked" checked`, `value="messages">`)
	all := h.store.Stream(accounts.Stream(ingrid.Contact))
	if e, ok := all[len(all)-1].(accounts.NoticesChosen); !ok || !slices.Equal(e.Off, []accounts.NoticeSort{accounts.MessageNotices}) {
		t.Errorf("%+v", all)
	}
	h.post("/portal/settings/notices", url.Values{"command": {"?"}}).want(t, http.StatusUnprocessableEntity)
}
