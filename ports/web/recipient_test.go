package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// about is a form of the link's page about one person.
func about(who uuid.UUID, pairs ...string) url.Values {
	v := url.Values{"command": {uuid.NewString()}, "recipient": {who.String()}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// L8: staff take a copy by a POST, which is recorded with who did it; no GET shows the secret.
func TestCopyOfALink(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.links = []linkapp.LinkRow{linkRow()}
	base := "/upload-links/" + link.String()
	h.get(base).want(t, 200, `formaction="`+base+`/copies"`, "Copy link").lacks(t, h.token(), "/u/")

	form := about(imogen)
	address := `value="https://portal.example/u/` + h.token() + `"`
	h.post(base+"/copies", form).want(t, 200, "Link of Imogen", "readonly", address, "copy-button", "imogen@example.org")
	h.post(base+"/copies", form).want(t, 200, address) // reloaded: the same copy
	all := h.store.Log()
	last := all[len(all)-1]
	if e, ok := last.Event.(uploadlink.Copied); !ok || h.events(uploadlink.Stream(link), 1) != "uploadlink.copied" || e.Recipient != imogen || e.Generation != 1 || last.Meta.Actor != (event.Actor{Kind: event.Staff, ID: priya.ID}) {
		t.Errorf("recorded %+v", last)
	}
	h.get(base+"/copies").want(t, http.StatusSeeOther)
	if strings.Contains(h.log.String(), h.token()) {
		t.Error("the secret is in the log")
	}

	t.Run("nobody else's", func(t *testing.T) {
		h.post(base+"/copies", about(uuid.New())).want(t, http.StatusNotFound)
		h.post(base+"/copies", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusNotFound)
		h.post("/upload-links/"+uuid.NewString()+"/copies", about(imogen)).want(t, http.StatusNotFound)
	})
	t.Run("a page that is loaded again shows no later secret: that would be a copy nobody recorded", func(t *testing.T) {
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}})
		before := len(h.store.Log())
		h.post(base+"/copies", form).want(t, http.StatusConflict, "sent again since you copied it").lacks(t, h.token(), h.tokenOf(2))
		if len(h.store.Log()) != before {
			t.Error("something was written")
		}
		h.post(base+"/copies", about(imogen)).want(t, 200, h.tokenOf(2)).lacks(t, h.token())
	})
	t.Run("not of a link that is over, whatever was done before", func(t *testing.T) {
		h.store.SetNow(expiry)
		for _, form := range []url.Values{about(imogen), form} {
			h.post(base+"/copies", form).want(t, http.StatusGone, "has expired").lacks(t, h.token())
		}
	})
}

// I6: a bounced address is corrected, and the mail goes out again.
func TestCorrectTheAddress(t *testing.T) {
	h := newHouse(t).signIn()
	row := linkRow()
	row.State = linkapp.LinkBounced
	row.Recipients[0].BouncedAt, row.Recipients[0].BounceCode = noon, "5.1.1"
	h.shelf.links = []linkapp.LinkRow{row}
	base := "/upload-links/" + link.String()
	h.get(base).want(t, 200, "Bounced", "5.1.1", "Correct and send again", `<details class="person__edit" open>`)

	t.Run("a refusal keeps what was typed, at its field", func(t *testing.T) {
		field := `href="#correct-` + imogen.String() + `-email"`
		h.post(base+"/corrections", about(imogen, "name", "Imogen <F>", "email", "imogen@")).want(t, http.StatusUnprocessableEntity,
			"<title>Error:", field, `value="Imogen &lt;F&gt;"`, `value="imogen@"`, `aria-invalid="true"`)
		h.post(base+"/corrections", about(imogen, "name", "Imogen", "email", "imogen@example.org")).want(t, http.StatusUnprocessableEntity, "this very address")
		h.post(base+"/corrections", about(imogen, "name", strings.Repeat("x", 201), "email", "i@example.org")).want(t, http.StatusUnprocessableEntity,
			`href="#correct-`+imogen.String()+`-name"`, strings.Repeat("x", 201))
		h.post(base+"/corrections", about(uuid.New(), "email", "i@example.org")).want(t, http.StatusNotFound)
	})
	t.Run("who has begun to send keeps the link, and what was typed stays", func(t *testing.T) {
		h := newHouse(t).signIn()
		h.shelf.links = []linkapp.LinkRow{row}
		h.store.Given(1, uploadlink.Stream(link), uploadlink.TransferStarted{File: statem, Recipient: imogen, Name: event.Of(farrow, "scan.pdf"), Size: 1000, At: noon})
		h.post(base+"/corrections", about(imogen, "name", "Imogen", "email", "imogen@right.example")).want(t, http.StatusConflict,
			"has sent files through the link already", `value="imogen@right.example"`)
	})
	form := about(imogen, "name", "Imogen", "email", "imogen@right.example")
	for range 2 { // sent twice it is one
		h.post(base+"/corrections", form).want(t, http.StatusSeeOther)
	}
	if got := h.events(uploadlink.Stream(link), 1); got != "uploadlink.address_corrected" {
		t.Errorf("events %q", got)
	}
	h.get("/u/"+h.token()).want(t, http.StatusGone)
	h.get("/u/"+h.tokenOf(2)).want(t, 200)

	t.Run("not once files were sent with it", func(t *testing.T) {
		row := linkRow()
		row.Recipients[0].UsedAt = noon
		h.shelf.links = []linkapp.LinkRow{row}
		h.get(base).want(t, 200).lacks(t, "Correct the address")
	})
}

// S1.i21: staff see who asks for a new link, on the link's page and in the list, and answer with one press.
func TestAnswerWhoAsks(t *testing.T) {
	h := newHouse(t).signIn()
	h.store.Given(1, uploadlink.Stream(link), uploadlink.Expired{At: noon}, uploadlink.NewLinkRequested{Recipient: imogen, Generation: 1, Note: event.Of(imogen, "I was away."), At: noon})
	h.store.SetNow(expiry)
	row := linkRow()
	row.State, row.AskedAt = linkapp.LinkExpired, noon
	row.Recipients[0].AskedAt, row.Recipients[0].Note = noon, "I was away. <b>"
	h.shelf.links = []linkapp.LinkRow{row}
	base := "/upload-links/" + link.String()

	h.get("/upload-links?asking").want(t, 200, "Asks for a new link", `href="/upload-links?asking" aria-current="true"`)
	if q := h.shelf.asked[0]; q != (linkapp.LinkQuery{Asking: true, Limit: 50}) {
		t.Errorf("asked for %+v", q)
	}
	page := h.get(base).want(t, 200, "Imogen asks for a new link", "I was away. &lt;b&gt;", "Extend by 30 days and send again", "No new link", `formaction="`+base+`/renewal"`)
	form := about(imogen, "expires_on", "2027-01-04")
	if !strings.Contains(page.text, `name="expires_on" value="2026-12-21"`) {
		t.Error("the day is not 30 days ahead")
	}
	for range 2 {
		h.post(base+"/renewal", form).want(t, http.StatusSeeOther)
	}
	if got := h.events(uploadlink.Stream(link), 3); got != "uploadlink.extended uploadlink.resent" {
		t.Errorf("events %q", got)
	}
	h.get("/u/"+h.server.Keys.UploadLink(secret.UploadToken{Link: link, Recipient: imogen, Generation: 2}).Reveal()).want(t, 200)

	t.Run("or with no", func(t *testing.T) {
		h := newHouse(t).signIn()
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon}, uploadlink.NewLinkRequested{Recipient: imogen, Generation: 1, At: noon})
		row.State = linkapp.LinkRevoked
		h.shelf.links = []linkapp.LinkRow{row}
		h.get(base).want(t, 200, "Make a new link", `href="/upload-links/new?like=`+link.String()).lacks(t, "Extend by 30 days")
		h.post(base+"/dismissal", about(imogen)).want(t, http.StatusSeeOther)
		if got := h.events(uploadlink.Stream(link), 3); got != "uploadlink.new_link_request_dismissed" {
			t.Errorf("events %q", got)
		}
	})
}

// A new link like another one: for the same people, with the same words.
func TestNewLinkLikeAnother(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.links = []linkapp.LinkRow{linkRow()}
	h.get("/upload-links/new?like="+link.String()).want(t, 200, `value="Imogen"`, `value="imogen@example.org"`, ">Please</textarea>", ">P60</textarea>", `value="2026-12-21"`)
	h.get("/upload-links/new?like="+uuid.NewString()).want(t, 200, `id="recipient-1-email" name="recipient_email" type="email" autocomplete="off" value=""`)
}
