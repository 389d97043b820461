package api

import (
	"strings"
	"testing"

	"portico/domain/address"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// What the pages can do with one recipient's link, programs can do.
func TestRecipients(t *testing.T) {
	h := newHouse(t)
	link := h.aLink()
	path, who := base+"/upload-links/"+link.text("id"), link.text("recipients.0.id")

	t.Run("L8: a copy, once for one key", func(t *testing.T) {
		var urls []string
		for range 2 {
			a := h.call(maryToken, "POST", path+"/copies", `{"recipient_id":"`+who+`"}`, "Idempotency-Key", "copy-1")
			if a.status != 200 || a.value("generation") != 1.0 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			urls = append(urls, a.text("url"))
		}
		if urls[0] != urls[1] || !strings.HasPrefix(urls[0], "https://portal.example/u/") {
			t.Errorf("copied %q", urls)
		}
		a := h.call(maryToken, "GET", path, "")
		if life := a.value("life").([]any); len(life) != 1 || a.text("life.0.what") != "copied" || a.text("life.0.staff") != "Mary" {
			t.Errorf("life %s", a.body)
		}
		if strings.Contains(string(a.body), urls[0]) {
			t.Error("a GET shows the secret")
		}
	})
	t.Run("I6: another address", func(t *testing.T) {
		a := h.call(maryToken, "POST", path+"/corrections", `{"recipient_id":"`+who+`","name":"Ingrid S.","email":"ingrid@new.example"}`)
		if a.status != 200 || a.text("recipients.0.email") != "ingrid@new.example" || a.value("mails.0.generation") != 2.0 {
			t.Errorf("%d %s", a.status, a.body)
		}
		h.call(maryToken, "POST", path+"/corrections", `{"recipient_id":"`+who+`","name":"","email":"nowhere"}`).is(422, address.ErrInvalid.Code)
	})
	t.Run("a later day and a new mail", func(t *testing.T) {
		a := h.call(maryToken, "POST", path+"/renewal", `{"expires_on":"2026-12-21","recipients":["`+who+`"]}`)
		if a.status != 200 || a.text("expires_at") != "2026-12-22T00:00:00.000Z" || a.value("mails.0.generation") != 3.0 {
			t.Errorf("%d %s", a.status, a.body)
		}
		h.call(maryToken, "POST", path+"/renewal", `{"expires_on":"tomorrow"}`).is(422, "api.date")
	})
	t.Run("who asks is found, and answered with no", func(t *testing.T) {
		asking := func() int {
			return len(h.call(maryToken, "GET", base+"/upload-links?asking=true", "").value("items").([]any))
		}
		if asking() != 0 {
			t.Error("nobody asks yet")
		}
		id, recipient := uuid.MustParse(link.text("id")), uuid.MustParse(who)
		h.store.Given(1, uploadlink.Stream(id), uploadlink.NewLinkRequested{Recipient: recipient, Generation: 1, At: noon})
		if a := h.call(maryToken, "GET", path, ""); asking() != 1 || a.text("asked_at") != "2026-11-21T12:00:00.000Z" {
			t.Errorf("%d ask; %s", asking(), a.body)
		}
		if a := h.call(maryToken, "POST", path+"/dismissal", `{"recipient_id":"`+who+`"}`); a.status != 200 || a.value("asked_at") != nil || asking() != 0 {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("no request is dismissed where there is none", func(t *testing.T) {
		if a := h.call(maryToken, "POST", path+"/dismissal", `{"recipient_id":"`+who+`"}`); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("strangers", func(t *testing.T) {
		for _, id := range []string{uuid.NewString(), "x"} {
			for what, more := range map[string]string{"copies": "", "dismissal": "", "corrections": `,"name":"","email":"x@example.org"`} {
				h.call(maryToken, "POST", path+"/"+what, `{"recipient_id":"`+id+`"`+more+`}`).is(404, uploadlink.ErrRecipientUnknown.Code)
			}
			h.call(maryToken, "POST", path+"/renewal", `{"expires_on":"2026-12-23","recipients":["`+id+`"]}`).is(404, uploadlink.ErrRecipientUnknown.Code)
		}
	})
}
