package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"
)

// over lets the link expire.
func (h *house) over() {
	h.store.SetNow(expiry)
	h.shelf.upload.State, h.shelf.upload.Now = linkapp.LinkExpired, expiry
}

// S1.i21, L6: the expired page names who sent the link and asks for a new one, with a note, without script.
func TestAskForANewLink(t *testing.T) {
	stream := uploadlink.Stream(link)
	t.Run("expired", func(t *testing.T) {
		h := newHouse(t)
		h.over()
		to := "/u/" + h.token()
		h.get(to).want(t, http.StatusGone, "Priya Nair of Harbour &amp; Vale", `action="`+to+`/new-link-request"`, "Ask for a new link", `maxlength="1000"`)
		a := h.post(to+"/new-link-request", url.Values{"note": {"I was away.\r\nSorry!"}}).want(t, http.StatusSeeOther)
		if a.Header().Get("Location") != to {
			t.Errorf("leads to %q", a.Header().Get("Location"))
		}
		all := h.store.Stream(stream)
		if e, ok := all[len(all)-1].(uploadlink.NewLinkRequested); !ok || e.Recipient != imogen || e.Generation != 1 || e.Note.Text != "I was away.\nSorry!" {
			t.Errorf("recorded %+v", all[len(all)-1])
		}
		h.shelf.upload.AskedAt = expiry
		h.get(to).want(t, http.StatusGone, "You asked for a new link", "Sat 5 Dec 2026, 00:00 GMT", "Priya Nair of Harbour &amp; Vale has been told").lacks(t, `id="ask"`, "Do you still have something to send?")

		h.get(to, "Accept", "application/json").want(t, http.StatusGone, `"asked_at":"2026-12-05T00:00:00.000Z"`)
		before := len(h.store.Log())
		h.post(to+"/new-link-request", nil).want(t, http.StatusSeeOther) // pressed twice
		if len(h.store.Log()) != before {
			t.Error("asking twice is two events")
		}
		h.shelf.upload.Now = expiry.Add(uploadlink.AskAgain)
		h.get(to).want(t, http.StatusGone, `id="ask"`)
	})
	t.Run("expired, with a file in its window or on its way", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.arrived(expiry.Add(time.Minute))
		h.over()
		base := "/up/" + link.String()
		h.get(base+"/").want(t, 200, "takes no more files", "scan.pdf", `action="`+base+`/new-link-request"`)
		h.post(base+"/new-link-request", nil).want(t, http.StatusSeeOther)
		h.shelf.upload.AskedAt = expiry
		h.get(base+"/").want(t, 200, "You asked for a new link")
	})
	t.Run("by the cookie of a page that was left open", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.over()
		base := "/up/" + link.String()
		h.get(base+"/").want(t, http.StatusGone, `action="`+base+`/new-link-request"`)
		if a := h.post(base+"/new-link-request", nil).want(t, http.StatusSeeOther); a.Header().Get("Location") != base+"/" {
			t.Errorf("leads to %q", a.Header().Get("Location"))
		}
	})
	t.Run("a program", func(t *testing.T) {
		h := newHouse(t)
		h.over()
		h.post("/u/"+h.token()+"/new-link-request", nil, "Accept", "*/*").want(t, http.StatusNoContent)
	})
	t.Run("replaced and revoked", func(t *testing.T) {
		h := newHouse(t)
		h.store.Given(1, stream, uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}})
		h.get("/u/"+h.token()).want(t, http.StatusGone, "There is a newer link", "i•••n@example.org", "Ask for a new link")
		h.post("/u/"+h.token()+"/new-link-request", nil).want(t, http.StatusSeeOther)
		h.store.Given(1, stream, uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon})
		h.get("/u/"+h.tokenOf(2)).want(t, http.StatusGone, "This link has been closed", "Ask for a new link")
		h.post("/u/"+h.tokenOf(2)+"/new-link-request", nil).want(t, http.StatusSeeOther)
		if got := h.events(stream, 1); got != "uploadlink.resent uploadlink.new_link_requested uploadlink.revoked" {
			t.Errorf("events %q: the same person within a day asks once", got)
		}
	})
	t.Run("not while the link works: the page says so and leads back", func(t *testing.T) {
		h := newHouse(t)
		h.post("/u/"+h.token()+"/new-link-request", nil).want(t, http.StatusConflict, "Your link still works", `href="/u/`+h.token()+`"`)
		h.post("/u/"+h.token()+"/new-link-request", nil, "Accept", "*/*").want(t, http.StatusConflict, "/problems/uploadlink.still_works")
	})
	t.Run("a note that is too long is kept and refused with its length", func(t *testing.T) {
		h := newHouse(t)
		h.over()
		note := strings.Repeat("é", uploadlink.MaxNote) + " <b>"
		h.post("/u/"+h.token()+"/new-link-request", url.Values{"note": {note}}).want(t, http.StatusUnprocessableEntity,
			"<title>Error: Link expired", "1004 letters; at most 1000 fit", strings.Repeat("é", uploadlink.MaxNote)+" &lt;b&gt;</textarea>", `aria-invalid="true"`)
	})
	t.Run("looking is not asking, and forged secrets ask nobody", func(t *testing.T) {
		h := newHouse(t)
		h.over()
		before := len(h.store.Log())
		h.get("/u/"+h.token()+"/new-link-request").want(t, http.StatusNotFound)
		h.post("/u/"+strings.Repeat("A", 70)+"/new-link-request", nil).want(t, http.StatusNotFound)
		if len(h.store.Log()) != before {
			t.Error("something was written")
		}
	})
}

// I6: who got the mail by mistake learns that, and nothing about who was meant.
func TestMisdirectedLink(t *testing.T) {
	h := newHouse(t)
	h.store.Given(1, uploadlink.Stream(link), uploadlink.AddressCorrected{
		Recipient: imogen, Name: event.Of(imogen, "Imogen"), Email: event.Of(imogen, "imogen@right.example"), Generation: 2, At: noon,
	})
	h.get("/u/"+h.token()).want(t, http.StatusGone, "This link has been closed", "by mistake").lacks(t, "Imogen", "example.org", "right.example", "Farrow", "Ask for a new link")
	h.post("/u/"+h.token()+"/new-link-request", nil).want(t, http.StatusGone)
	h.get("/u/"+h.token(), "Accept", "application/json").want(t, http.StatusGone, "/problems/uploadlink.misdirected").lacks(t, "Imogen", "example.org")
	h.get("/u/"+h.tokenOf(2)).want(t, 200, "Continue to upload files")
	if got := h.events(uploadlink.Stream(link), 2); got != "" {
		t.Errorf("looking wrote %q", got)
	}
}

// L10: a browser that is known keeps its id, on one link; another browser or another link has another one. L9: the cookie
// lives at the doors of links and opens nothing.
func TestDevices(t *testing.T) {
	h := newHouse(t)
	at := noon
	redeem := func(t *testing.T) (id, cookie string) {
		t.Helper()
		at = at.Add(time.Hour) // earlier, the same browser's is no event
		h.store.SetNow(at)
		a := h.post("/u/"+h.token()+"/redemption", nil).want(t, http.StatusSeeOther)
		all := h.store.Stream(uploadlink.Stream(link))
		return all[len(all)-1].(uploadlink.Redeemed).DeviceID.String(), a.cookie("portico-visitor")
	}
	first, cookie := redeem(t)
	second, _ := redeem(t)
	if first == second {
		t.Error("two browsers have one id")
	}
	if !strings.Contains(cookie, "Path=/u;") || !strings.Contains(cookie, "HttpOnly") || strings.Contains(cookie, first) {
		t.Errorf("cookie %q; the event says %s", cookie, first)
	}
	value, _, _ := strings.Cut(strings.TrimPrefix(cookie, "portico-visitor="), ";")
	h.jar = []*http.Cookie{{Name: "portico-visitor", Value: value}}
	if again, _ := redeem(t); again != first {
		t.Errorf("the same browser is %s, and was %s", again, first)
	}
	h.jar = []*http.Cookie{{Name: "portico-visitor", Value: "not-one-of-ours"}}
	if strange, _ := redeem(t); strange == first || strange == "" {
		t.Errorf("a strange cookie gives %q", strange)
	}
}

// S1.i19, L1: looks at a link are logged and counted, scanners apart from browsers, without the secret and without any event.
func TestLooks(t *testing.T) {
	const firefox, language = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "en-GB"
	h := newHouse(t)
	before := len(h.store.Log())
	for _, c := range []struct {
		what    string
		method  string
		headers []string
		want    looker
	}{
		{"a browser", "GET", []string{"User-Agent", firefox, "Accept-Language", language, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, browser},
		{"an older browser", "GET", []string{"User-Agent", firefox, "Accept-Language", language}, browser},
		{"HEAD", "HEAD", []string{"User-Agent", firefox, "Accept-Language", language}, scanner},
		{"no language", "GET", []string{"User-Agent", firefox}, scanner},
		{"a program", "GET", []string{"User-Agent", "python-requests/2.32", "Accept-Language", language}, scanner},
		{"a program in disguise", "GET", []string{"User-Agent", "Mozilla/5.0 (compatible; MSIE 9.0; SafeLinks)", "Accept-Language", language}, scanner},
		{"no HTML", "GET", []string{"User-Agent", firefox, "Accept-Language", language, "Accept", "*/*"}, scanner},
		{"a prefetch", "GET", []string{"User-Agent", firefox, "Accept-Language", language, "Sec-Purpose", "prefetch;prerender"}, scanner},
		{"a subresource", "GET", []string{"User-Agent", firefox, "Accept-Language", language, "Sec-Fetch-Mode", "no-cors"}, scanner},
	} {
		told := len(h.log.String())
		h.do(c.method, "/u/"+h.token(), nil, c.headers...)
		line := ""
		for l := range strings.Lines(h.log.String()[told:]) {
			if strings.Contains(l, `msg="link looked at"`) {
				line += l
			}
		}
		if strings.Count(line, "\n") != 1 || !strings.Contains(line, "by="+string(c.want)) || !strings.Contains(line, "link="+link.String()) || strings.Contains(line, h.token()) {
			t.Errorf("%s is logged as %q, want it by %s", c.what, line, c.want)
		}
	}
	h.get("/metrics").want(t, 200, `portico_link_looks_total{by="browser"} 2`, `portico_link_looks_total{by="scanner"} 7`)
	if len(h.store.Log()) != before {
		t.Error("a look is an event")
	}
	h.over()
	h.get("/u/" + h.token()) // a link that is over is looked at as well
	h.get("/u/" + strings.Repeat("A", 70))
	h.get("/metrics").want(t, 200, `portico_link_looks_total{by="scanner"} 8`)
}
