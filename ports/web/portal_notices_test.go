package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	accounts "portico/domain/account"
)

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
