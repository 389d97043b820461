package api

import (
	"strings"
	"testing"

	"portico/domain/firm"

	"github.com/google/uuid"
)

// S1.i11: a practice's lower limit, and its quota with what is used.
func TestUploadLimits(t *testing.T) {
	h := newHouse(t)
	a := h.call(maryToken, "GET", base+"/upload-limits", "")
	if a.status != 200 || a.number("max_file_bytes") != 0 || a.number("quota_bytes") != 0 || a.number("used_bytes") != 1000 {
		t.Errorf("at first %d %s", a.status, a.body)
	}
	a = h.call(maryToken, "PUT", base+"/upload-limits", `{"max_file_bytes":20971520,"quota_bytes":1073741824}`)
	if a.status != 200 || a.number("max_file_bytes") != 20<<20 || a.number("quota_bytes") != 1<<30 {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "PUT", base+"/upload-limits", `{"max_file_bytes":5368002598,"quota_bytes":0}`).is(422, "firm.max_file")
	h.call(maryToken, "PUT", base+"/upload-limits", `{"max_file_bytes":0,"quota_bytes":-1}`).is(422, "firm.quota")
	h.call(maryToken, "PUT", base+"/upload-limits", `{"max_file_bytes":0}`).is(422, "api.invalid")
	if a = h.call(maryToken, "GET", base+"/upload-limits", ""); a.number("max_file_bytes") != 20<<20 {
		t.Errorf("after the refusals %s", a.body)
	}
}

// S1.9: the words on the mail's button.
func TestUploadWording(t *testing.T) {
	h := newHouse(t)
	if a := h.call(maryToken, "GET", base+"/upload-wording", ""); a.text("button") != "Upload Files" {
		t.Errorf("at first %s", a.body)
	}
	if a := h.call(maryToken, "PUT", base+"/upload-wording", `{"button":"  Send papers "}`); a.status != 200 || a.text("button") != "Send papers" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "PUT", base+"/upload-wording", `{"button":"`+strings.Repeat("x", 41)+`"}`).is(422, "firm.button")
	h.call(maryToken, "PUT", base+"/upload-wording", `{"button":""}`).is(422, "firm.button")
}

func TestMessageTemplates(t *testing.T) {
	h := newHouse(t)
	list := base + "/message-templates"
	body := `{"name":"Year end","text":"Dear client,\n\nplease send your papers."}`
	one := h.call(maryToken, "POST", list, body, "Idempotency-Key", "k1")
	if one.status != 201 || one.text("name") != "Year end" || one.text("text") != "Dear client,\n\nplease send your papers." || one.text("saved_at") == "" {
		t.Fatalf("%d %s", one.status, one.body)
	}
	if again := h.call(maryToken, "POST", list, body, "Idempotency-Key", "k1"); again.status != 201 || again.text("id") != one.text("id") {
		t.Errorf("the same key again: %d %s", again.status, again.body)
	}
	h.call(maryToken, "POST", list, `{"name":"Other","text":"x"}`, "Idempotency-Key", "k1").is(422, "api.idempotency_key_reused")
	h.call(maryToken, "POST", list, `{"name":"YEAR END","text":"x"}`).is(422, "firm.template_name")
	h.call(maryToken, "POST", list, `{"name":"Empty","text":" "}`).is(422, "firm.template_text")
	at := list + "/" + one.text("id")
	if a := h.call(maryToken, "PUT", at, `{"name":"Year end","text":"Shorter."}`); a.status != 200 || a.text("text") != "Shorter." || a.text("id") != one.text("id") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "PUT", at, `{"name":"Year end","text":"Shorter.","purpose":"invitation"}`); a.status != 200 || a.text("purpose") != "invitation" || one.text("purpose") != "link" {
		t.Errorf("S5.i5: %d %s", a.status, a.body)
	}
	h.call(maryToken, "PUT", at, `{"name":"Year end","text":"Shorter.","purpose":"letter"}`).is(422, "api.invalid")
	if a := h.call(maryToken, "GET", list, ""); a.text("items.0.text") != "Shorter." || len(a.value("items").([]any)) != 1 || a.value("next") != nil {
		t.Errorf("%s", a.body)
	}
	if a := h.call(maryToken, "DELETE", at, ""); a.status != 204 || len(a.body) != 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "DELETE", at, "").is(404, "firm.template_not_found")
	h.call(maryToken, "GET", at, "").is(404, "firm.template_not_found")
	h.call(maryToken, "GET", list+"/x", "").is(404, "firm.template_not_found")
	made := uuid.MustParse("0197f000-0000-7000-8000-0000000000e1")
	if a := h.call(maryToken, "PUT", list+"/"+made.String(), `{"name":"VAT","text":"x"}`); a.status != 200 || a.text("id") != made.String() {
		t.Errorf("%d %s", a.status, a.body)
	}
	if n := len(h.store.Stream(firm.Stream(house1))); n != 1+5 {
		t.Errorf("the practice's stream holds %d events, want 6", n)
	}
}
