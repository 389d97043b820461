package api

import (
	"encoding/base64"
	"strings"
	"testing"

	firmapp "portico/app/firm"
	"portico/domain/firm"
)

// What the pages of settings can do the API can do, through the same commands.
func TestSettings(t *testing.T) {
	h := newHouse(t)
	at := base + "/settings"
	a := h.call(maryToken, "GET", at, "")
	for _, want := range []string{
		`"profile":{"name":"Harbour","email":"office@harbour.example","zone":"Europe/London"}`, `"hue":165`, `"offered":["en","es","de","fr","et"]`, `"default":"en"`,
		`"tabs":["todos","files","requests","contact","video"]`, `"access":{"access":"account","link_password":true,"expiry_days":30}`, `"second_factor":{"required":false}`, `"terms_version":1`,
	} {
		if a.status != 200 || !strings.Contains(strings.ReplaceAll(string(a.body), " ", ""), want) {
			t.Errorf("at first %d lacks %s: %s", a.status, want, a.body)
		}
	}
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1" onload="alert(1)"><path d="M0 0h1v1"/></svg>`
	for _, c := range []struct{ path, body, want string }{
		{"/profile", `{"name":"Vale","email":"hello@VALE.example","zone":"Europe/Tallinn"}`, `"email":"hello@vale.example","zone":"Europe/Tallinn"`},
		{"/accent", `{"hue":210}`, `"hue":210`},
		{"/languages", `{"offered":["et","en"],"default":"et"}`, `{"offered":["en","et"],"default":"et"}`},
		{"/tabs", `{"tabs":["billing","files"]}`, `"tabs":["files","billing"]`},
		{"/contact", `{"people":[{"name":"Ann","email":"ann@vale.example"}],"phone":"1","address":"","hours":"9-5"}`, `"name":"Ann","email":"ann@vale.example"`},
		{"/mail", `{"sender":"Care","reply_to":"care@vale.example"}`, `{"sender":"Care","reply_to":"care@vale.example"}`},
		{"/access", `{"access":"link","link_password":false,"expiry_days":14}`, `{"access":"link","link_password":false,"expiry_days":14}`},
		{"/second-factor", `{"required":true}`, `"second_factor":{"required":true}`},
		{"/video", `{"title":"Tour","url":"https://films.example/1"}`, `"video":{"title":"Tour","url":"https://films.example/1"}`},
		{"/logo", `{"picture":"` + base64.StdEncoding.EncodeToString([]byte(svg)) + `"}`, `"media":"image/svg+xml","width":640,"height":320`},
	} {
		a := h.call(maryToken, "PUT", at+c.path, c.body, "Idempotency-Key", "k"+c.path)
		again := h.call(maryToken, "PUT", at+c.path, c.body, "Idempotency-Key", "k"+c.path)
		if a.status != 200 || again.status != 200 || !strings.Contains(strings.ReplaceAll(string(a.body), " ", ""), c.want) {
			t.Errorf("PUT %s: %d, %d %s; want %s", c.path, a.status, again.status, a.body, c.want)
		}
	}
	if n := len(h.store.Stream(firm.Stream(house1))); n != 1+10 || h.logos.Len() != 1 {
		t.Errorf("%d events, %d logos", n, h.logos.Len())
	}
	for _, c := range []struct{ path, body, code string }{
		{"/profile", `{"name":"","email":"a@b.example","zone":"UTC"}`, "firm.name"}, {"/accent", `{"hue":7}`, "firm.hue"},
		{"/languages", `{"offered":["xx"],"default":"xx"}`, "firm.languages"}, {"/tabs", `{"tabs":["home"]}`, "firm.tabs"},
		{"/contact", `{"people":[{"name":""}],"phone":"","address":"","hours":""}`, "firm.people"}, {"/mail", `{"sender":"<x>","reply_to":""}`, "firm.sender"},
		{"/access", `{"access":"pigeon","link_password":false,"expiry_days":14}`, "firm.access"}, {"/video", `{"title":"x","url":"javascript:alert(1)"}`, "firm.video_url"},
		{"/logo", `{"picture":"%"}`, "api.base64"},
	} {
		h.call(maryToken, "PUT", at+c.path, c.body).is(422, c.code)
	}
	h.call(maryToken, "PUT", at+"/logo", `{"picture":"`+base64.StdEncoding.EncodeToString([]byte("<script>"))+`"}`).is(415, "picture.kind")
	if a := h.call(maryToken, "DELETE", at+"/logo", ""); a.status != 200 || strings.Contains(string(a.body), `"logo"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "DELETE", at+"/video", ""); a.status != 200 || strings.Contains(string(a.body), `"title"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestTermsAndHelp(t *testing.T) { // S3.i13, S4.12
	h := newHouse(t)
	if a := h.call(maryToken, "GET", base+"/settings/terms", ""); a.number("version") != 1 || !strings.Contains(string(a.body), `"texts":[]`) {
		t.Errorf("at first %s", a.body)
	}
	if a := h.call(maryToken, "POST", base+"/settings/terms", `{"texts":[{"language":"en","text":"Be kind."}]}`); a.status != 200 || a.number("version") != 2 || a.text("published_at") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", base+"/settings/terms", `{"texts":[]}`).is(422, "firm.terms")
	at := base + "/help-articles/0197f000-0000-7000-8000-00000000aaaa"
	if a := h.call(maryToken, "PUT", at, `{"language":"et","title":"Abi","text":"Kõik."}`); a.status != 200 || a.text("title") != "Abi" || a.text("language") != "et" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "GET", base+"/help-articles", ""); a.status != 200 || !strings.Contains(string(a.body), "Kõik.") {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "PUT", at, `{"title":"","text":"x"}`).is(422, "firm.article_title")
	if a := h.call(maryToken, "DELETE", at, ""); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "DELETE", at, "").is(404, "firm.article_not_found")
	h.call(maryToken, "PUT", base+"/help-articles/x", `{"title":"a","text":"x"}`).is(404, "firm.article_not_found")
}

var _ firmapp.Reader = (*house)(nil)
