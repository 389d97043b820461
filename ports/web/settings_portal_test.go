package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	pictures "portico/app/picture"
	"portico/domain/event"
	"portico/domain/firm"
)

// sendTo posts one form of a page of settings with what else a browser sends.
func (h *house) sendTo(page, path string, fields url.Values) reply {
	h.t.Helper()
	for name, values := range hidden(h.get(page).text) {
		if !fields.Has(name) {
			fields[name] = values
		}
	}
	return h.post(path, fields)
}

// last is the newest event of the practice.
func (h *house) last() event.Event {
	all := h.recorded()
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// attach posts a form with a file as a browser does.
func (h *house) attach(path string, fields url.Values, name, filename, media string, content []byte, headers ...string) reply {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for key, values := range fields {
		for _, v := range values {
			if err := w.WriteField(key, v); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, name, filename)}, "Content-Type": {media},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		h.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		h.t.Fatal(err)
	}
	return h.do(http.MethodPost, path, &b, append([]string{"Content-Type", w.FormDataContentType()}, headers...)...)
}

func commanded() url.Values { return url.Values{"command": {newID().String()}} }

func TestThePracticeIsSetUp(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/settings").want(t, http.StatusSeeOther)
	h.get("/settings/practice").want(t, http.StatusOK, `value="Harbour &amp; Vale"`, `value="office@harbour.example"`, `value="Europe/London"`, `aria-current="page">Practice`)
	h.sendTo("/settings/practice", "/settings/practice/profile", url.Values{"name": {"Vale"}, "email": {"hello@VALE.example"}, "zone": {"Europe/Tallinn"}}).want(t, http.StatusSeeOther)
	if e, ok := h.last().(firm.ProfileSet); !ok || e.Name != "Vale" || e.Email != "hello@vale.example" || e.Zone != "Europe/Tallinn" {
		t.Errorf("recorded %+v", h.last())
	}
	h.get("/settings/practice?done=profile").want(t, http.StatusOK, "Pages and mails have it from now on", `<title>Practice - Vale`)
	for field, bad := range map[string]url.Values{
		"name": {"name": {""}, "email": {"a@b.example"}, "zone": {"UTC"}}, "email": {"name": {"A"}, "email": {"nobody"}, "zone": {"UTC"}},
		"zone": {"name": {"A"}, "email": {"a@b.example"}, "zone": {"Mars/Olympus"}},
	} {
		h.sendTo("/settings/practice", "/settings/practice/profile", bad).want(t, http.StatusUnprocessableEntity, `href="#`+field+`"`, `id="`+field+`-problem"`, `value="`+bad.Get(field)+`"`, "<title>Error: ")
	}
	h.sendTo("/settings/practice", "/settings/practice/mail", url.Values{"sender": {"Vale care"}, "reply_to": {"care@vale.example"}}).want(t, http.StatusSeeOther)
	if h.last() != (firm.MailSenderSet{Name: "Vale care", ReplyTo: "care@vale.example"}) {
		t.Errorf("recorded %+v", h.last())
	}
	h.sendTo("/settings/practice", "/settings/practice/mail", url.Values{"sender": {"x"}, "reply_to": {"nobody"}}).want(t, http.StatusUnprocessableEntity, `href="#reply_to"`, `value="nobody"`)
	h.sendTo("/settings/practice", "/settings/practice/second-factor", url.Values{"required": {"yes"}}).want(t, http.StatusSeeOther)
	if h.last() != (firm.StaffFactorSet{Required: true}) {
		t.Errorf("recorded %+v", h.last())
	}
	h.sendTo("/settings/practice", "/settings/practice/second-factor", url.Values{}).want(t, http.StatusSeeOther)
	if h.last() != (firm.StaffFactorSet{}) {
		t.Errorf("recorded %+v", h.last())
	}
}

func TestThePortalIsSetUp(t *testing.T) { // S3.i18, S2.18, S4.5
	h := newHouse(t).signIn()
	page := h.get("/settings/portal").want(t, http.StatusOK, `value="billing">`, `value="files" checked>`, `value="et" checked>`, `value="account" checked>`, `name="days" inputmode="numeric" autocomplete="off" value="30"`, "Eesti")
	page.lacks(t, `value="home"`, `value="billing" checked`)
	h.sendTo("/settings/portal", "/settings/portal/tabs", url.Values{"tab": {"billing", "files"}}).want(t, http.StatusSeeOther)
	if e, ok := h.last().(firm.TabsSet); !ok || len(e.Tabs) != 2 || e.Tabs[1] != firm.BillingTab {
		t.Errorf("recorded %+v", h.last())
	}
	h.sendTo("/settings/portal", "/settings/portal/tabs", url.Values{"tab": {"home"}}).want(t, http.StatusUnprocessableEntity, `href="#tab"`)
	h.sendTo("/settings/portal", "/settings/portal/languages", url.Values{"offered": {"et", "en"}, "language": {"et"}}).want(t, http.StatusSeeOther)
	if e, ok := h.last().(firm.LanguagesSet); !ok || e.Default != "et" || len(e.Offered) != 2 {
		t.Errorf("recorded %+v", h.last())
	}
	h.sendTo("/settings/portal", "/settings/portal/languages", url.Values{"offered": {"de"}, "language": {"fr"}}).
		want(t, http.StatusUnprocessableEntity, `href="#language"`, `value="de" checked`, `value="fr" selected`).lacks(t, `value="et" checked`)
	h.sendTo("/settings/portal", "/settings/portal/languages", url.Values{"language": {"fr"}}).want(t, http.StatusUnprocessableEntity, `href="#offered"`)
	h.sendTo("/settings/portal", "/settings/portal/access", url.Values{"access": {"link"}, "days": {" 14 "}}).want(t, http.StatusSeeOther)
	if h.last() != (firm.AccessSet{Access: firm.ByLink, ExpiryDays: 14}) {
		t.Errorf("recorded %+v", h.last())
	}
	for _, days := range []string{"", "0", "366", "ten"} {
		h.sendTo("/settings/portal", "/settings/portal/access", url.Values{"access": {"account"}, "days": {days}, "link_password": {"yes"}}).
			want(t, http.StatusUnprocessableEntity, `href="#days"`, `value="`+days+`"`, `value="account" checked`)
	}
}

func TestTheContactTabIsSetUp(t *testing.T) { // S4.11
	h := newHouse(t).signIn()
	page := h.get("/settings/contact").want(t, http.StatusOK, "Person 3").text
	form := url.Values{
		"phone": {"020 7946 0000"}, "address": {"1 Quay\r\nBristol"}, "hours": {""}, "person": {newTestID(31).String(), newTestID(32).String()},
		"person_name": {"Ann", ""}, "person_role": {"Payroll", ""}, "person_email": {"ann@vale.example", " "}, "person_phone": {"", ""}, "command": {hidden(page).Get("command")},
	}
	h.post("/settings/contact", form).want(t, http.StatusSeeOther)
	e, ok := h.last().(firm.ContactTabSet)
	if !ok || len(e.People) != 1 || e.People[0].Name != event.Of(newTestID(31), "Ann") || e.Address != "1 Quay\nBristol" {
		t.Fatalf("recorded %+v", h.last())
	}
	h.get("/settings/contact").want(t, http.StatusOK, `value="Ann"`, `name="person" value="`+newTestID(31).String()+`"`, "Person 3", "1 Quay\nBristol")
	for field, change := range map[string]func(url.Values){
		"person-2-name":  func(f url.Values) { f["person_role"] = []string{"", "Tax"} },
		"person-1-email": func(f url.Values) { f["person_email"] = []string{"ann", ""} },
		"person-1-phone": func(f url.Values) { f["person_phone"] = []string{"call", ""} },
		"phone":          func(f url.Values) { f["phone"] = []string{"<b>"} },
		"address":        func(f url.Values) { f["address"] = []string{strings.Repeat("x", 501)} },
	} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad["command"] = []string{newID().String()}
		change(bad)
		h.post("/settings/contact", bad).want(t, http.StatusUnprocessableEntity, `href="#`+field+`"`, `id="`+field+`"`, `value="Ann"`)
	}
	for _, bad := range []url.Values{{"person": {"x"}, "person_name": {"A"}, "person_role": {""}, "person_email": {""}, "person_phone": {""}}, {"person": {newID().String()}}} {
		bad["command"] = []string{newID().String()}
		h.post("/settings/contact", bad).want(t, http.StatusUnprocessableEntity, "This form could not be read")
	}
}

// onePNG has something on it.
func onePNG(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width {
		img.Set(i, height/2, color.NRGBA{20, 90, 60, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The logo comes back as we have written it, shut in, and to everybody.
func TestTheLogo(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/settings/branding").want(t, http.StatusOK, "There is none", `enctype="multipart/form-data"`).lacks(t, "Remove the logo", "brand__logo")
	form := commanded()
	for range 2 { // sent twice, it is one
		h.attach("/settings/branding/logo", form, "logo", "logo.png", "image/png", append(onePNG(t, 800, 200), "<script>"...)).want(t, http.StatusSeeOther)
	}
	e, ok := h.last().(firm.LogoSet)
	if !ok || e.Media != pictures.PNG || e.Width != 640 || e.Height != 160 || e.Bytes == 0 || len(h.recorded()) != 1 || h.logos.Len() != 1 {
		t.Fatalf("recorded %+v; %d kept", h.recorded(), h.logos.Len())
	}
	at := "/logo/" + e.Logo.String()
	for _, page := range []string{"/settings/branding", "/inbox", "/u/" + h.token()} {
		h.get(page).want(t, http.StatusOK, `src="`+at+`"`)
	}
	for shape, side := range map[string]int{"180": 180, "192": 192, "512": 512, "maskable": 512} {
		icon, err := png.Decode(strings.NewReader(newHouseWith(t, h).get(at+"/"+shape).want(t, http.StatusOK).text))
		if err != nil || icon.Bounds().Dx() != side || icon.Bounds().Dy() != side {
			t.Errorf("the icon %s is %v, %v", shape, icon, err)
		}
	}
	h.get("/settings/branding").want(t, http.StatusOK, "Remove the logo", `width="640" height="160" alt="The logo of Harbour &amp; Vale"`)

	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)"><script>alert(1)</script><path d="M0 0h9v9"/></svg>`
	h.attach("/settings/branding/logo", commanded(), "logo", "logo.svg", "image/svg+xml", []byte(svg)).want(t, http.StatusSeeOther)
	second, ok := h.last().(firm.LogoSet)
	if !ok || second.Replaced != e.Logo || second.Media != pictures.SVG {
		t.Fatalf("recorded %+v", h.last())
	}
	stranger := newHouseWith(t, h)
	if icon := stranger.get("/logo/"+second.Logo.String()+"/maskable").want(t, http.StatusOK, `<path d="M0 0h9v9"`); icon.Header().Get("Content-Security-Policy") != policies[logoFile] {
		t.Errorf("an icon comes with %v", icon.Header())
	}
	got := stranger.get("/logo/"+second.Logo.String()).want(t, http.StatusOK, `<path d="M0 0h9v9"`).lacks(t, "script", "onload", "alert")
	for name, want := range map[string]string{
		"Content-Type": "image/svg+xml", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable",
		"Content-Security-Policy": "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'none'",
	} {
		if got.Header().Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header().Get(name), want)
		}
	}
	if a := stranger.get(at); a.Code != http.StatusOK || a.Header().Get("Content-Type") != "image/png" || strings.Contains(a.text, "script") {
		t.Errorf("%d %s", a.Code, a.Header().Get("Content-Type"))
	}
	for _, none := range []string{"/logo/" + newID().String(), "/logo/x", "/logo/..%2f..%2fetc", at + "/193", at + "/", "/logo/" + newID().String() + "/192", "/logo/" + strings.ToUpper(second.Logo.String())} {
		stranger.get(none).want(t, http.StatusNotFound)
	}

	h.sendTo("/settings/branding", "/settings/branding/logo/removal", url.Values{}).want(t, http.StatusSeeOther)
	if h.last() != (firm.LogoRemoved{Logo: second.Logo}) {
		t.Errorf("recorded %+v", h.last())
	}
	h.get("/inbox").want(t, http.StatusOK).lacks(t, "/logo/")
}

// newHouseWith is the house of somebody else, who sees the same logos.
func newHouseWith(t *testing.T, h *house) *house {
	t.Helper()
	stranger := newHouse(t)
	stranger.server.Logos = &h.logos
	return stranger
}

// What is no picture, or a bomb, is refused beside its input, and nothing of it is kept.
func TestPicturesThatAreRefused(t *testing.T) {
	h := newHouse(t).signIn()
	bomb := onePNG(t, 2, 2)
	copy(bomb[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65,536 × 65,536; its sum no longer holds, either
	for content, want := range map[string]string{
		"":                                "Choose a file first.",
		"<html><script>alert(1)</script>": "Choose a picture",
		"MZ\x90\x00":                      "Choose a picture",
		string(bomb):                      "could not be read",
		"<svg xmlns='http://www.w3.org/2000/svg'><image href='https://evil.example/x'/></svg>":          "Nothing is left of this picture",
		"<!DOCTYPE svg [<!ENTITY a 'x'>]><svg xmlns='http://www.w3.org/2000/svg'><path d='&a;'/></svg>": "could not be read",
		"\x89PNG" + strings.Repeat("x", 4<<20):                                                          "more than 4 MB",
	} {
		h.attach("/settings/branding/logo", commanded(), "logo", "../../etc/x.png", "image/png", []byte(content)).want(t, http.StatusUnprocessableEntity, want, `href="#logo"`, `id="logo-problem"`)
	}
	h.attach("/settings/branding/logo", commanded(), "logo", "x.png", "image/png", bytes.Repeat([]byte("x"), pictures.MaxBytes+70<<10)).want(t, http.StatusRequestEntityTooLarge)
	h.attach("/settings/branding/logo", commanded(), "picture", "x.png", "image/png", onePNG(t, 2, 2)).want(t, http.StatusUnprocessableEntity, "This form could not be read")
	h.attach("/settings/branding/logo", url.Values{}, "logo", "x.png", "image/png", onePNG(t, 2, 2)).want(t, http.StatusUnprocessableEntity, "This form could not be read")
	h.post("/settings/branding/logo", commanded()).want(t, http.StatusUnprocessableEntity, "This form could not be read")
	h.attach("/settings/branding/logo", commanded(), "logo", "x.png", "image/png", onePNG(t, 2, 2), "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden)
	if h.logos.Len() != 0 || len(h.recorded()) != 0 {
		t.Errorf("%d kept, recorded %+v", h.logos.Len(), h.recorded())
	}
}

func TestTheColour(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/settings/branding").want(t, http.StatusOK, `<html lang="en">`, `max="355" step="5" value="165"`)
	h.sendTo("/settings/branding", "/settings/branding/accent", url.Values{"hue": {"0"}}).want(t, http.StatusSeeOther)
	h.get("/inbox").want(t, http.StatusOK, `<html lang="en" data-accent="0">`)
	for _, bad := range []string{"", "360", "7", "red", "-5", "0;}body{"} {
		h.sendTo("/settings/branding", "/settings/branding/accent", url.Values{"hue": {bad}}).want(t, http.StatusUnprocessableEntity, `href="#hue"`)
	}
	if h.last() != (firm.AccentSet{Hue: 0}) {
		t.Errorf("recorded %+v", h.last())
	}
}

func TestArticlesAreKept(t *testing.T) { // S4.12, S4.13
	h := newHouse(t).signIn()
	h.get("/settings/help").want(t, http.StatusOK, "I can’t get in", "I can’t send a file", "I can’t fill in a form", "Explain what is special")
	h.get("/settings/help/portal/upload").want(t, http.StatusOK, "<h1>I can’t send a file", "<strong>The file is too large.</strong>")
	h.get("/settings/help/portal/none").want(t, http.StatusNotFound)
	form := hidden(h.get("/settings/help/new").want(t, http.StatusOK, "New article", "All languages").text)
	form.Set("title", "Which papers")
	form.Set("text", "# Papers\r\n\r\n[us](javascript:alert(1)) <script>alert(1)</script> ![x](https://evil.example/x.png)")
	form.Set("language", "et")
	for range 2 { // sent twice, it is one
		h.post("/settings/help", form).want(t, http.StatusSeeOther)
	}
	e, ok := h.last().(firm.ArticleSaved)
	if !ok || e.Title != "Which papers" || e.Language != "et" || len(h.recorded()) != 1 {
		t.Fatalf("recorded %+v", h.recorded())
	}
	at := "/settings/help/" + e.Article.String()
	h.get("/settings/help").want(t, http.StatusOK, at, "Which papers", "Eesti")
	look := h.get(at).want(t, http.StatusOK, "Change article", "<h2>Papers</h2>", "Remove this article", `value="et" selected`)
	_, shown, _ := strings.Cut(look.text, `<article class="prose">`)
	for _, bad := range []string{"<script", "javascript:", "<img", "evil.example"} {
		if strings.Contains(shown, bad) {
			t.Errorf("what clients read holds %q: %s", bad, shown)
		}
	}
	form = hidden(look.text)
	form.Set("title", "")
	form.Set("text", "Kept, whatever happens")
	h.post("/settings/help", form).want(t, http.StatusUnprocessableEntity, "Give the article a title", "Kept, whatever happens", "Change article", `href="#title"`)
	removal := commanded()
	for range 2 {
		h.post(at+"/removal", removal).want(t, http.StatusSeeOther)
	}
	h.post(at+"/removal", commanded()).want(t, http.StatusNotFound)
	h.get(at).want(t, http.StatusNotFound)
}

// mp4 begins like a film and goes on like a page.
var mp4 = append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"), strings.Repeat("<script>alert(1)</script>", 200)...)

// S4.12: a film is what its bytes say, whatever anybody calls it; it comes back in ranges and shut in.
func TestTheFilm(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/settings/help").want(t, http.StatusOK, "There is none")
	h.get("/settings/help/video/film").want(t, http.StatusNotFound)
	titled := func() url.Values { return url.Values{"command": {newID().String()}, "title": {"A tour"}} }
	for content, filename := range map[string]string{
		"<html><script>alert(1)</script>": "tour.mp4", "<svg xmlns='http://www.w3.org/2000/svg'/>": "tour.webm", "%PDF-1.7\n": "tour.mp4", "MZ\x90": "tour.mp4",
		"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00": "tour.mp4", "\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska": "tour.webm",
	} {
		h.attach("/settings/help/video/film", titled(), "film", filename, "video/mp4", []byte(content)).want(t, http.StatusUnprocessableEntity, "neither MP4 nor WebM", `href="#film"`, `id="film-problem"`)
	}
	h.attach("/settings/help/video/film", commanded(), "film", "x.mp4", "video/mp4", mp4).want(t, http.StatusUnprocessableEntity, `href="#film_title"`)
	h.attach("/settings/help/video/film", titled(), "film", "", "application/octet-stream", nil).want(t, http.StatusUnprocessableEntity, "Choose a file first.", `href="#film"`)
	if h.films.Len() != 0 || len(h.recorded()) != 0 {
		t.Fatalf("%d kept, recorded %+v", h.films.Len(), h.recorded())
	}
	h.attach("/settings/help/video/film", titled(), "film", "evil.html", "text/html", mp4).want(t, http.StatusSeeOther)
	e, ok := h.last().(firm.VideoUploaded)
	if !ok || e.Media != "video/mp4" || e.Bytes != int64(len(mp4)) || h.films.Len() != 1 {
		t.Fatalf("recorded %+v", h.last())
	}
	h.get("/settings/help").want(t, http.StatusOK, `<source src="/settings/help/video/film" type="video/mp4">`, "Remove the film")
	part := h.get("/settings/help/video/film", "Range", "bytes=4-7").want(t, http.StatusPartialContent, "ftyp")
	for name, want := range map[string]string{
		"Content-Type": "video/mp4", "X-Content-Type-Options": "nosniff", "Content-Range": fmt.Sprintf("bytes 4-7/%d", len(mp4)),
		"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'", "Etag": `"` + e.SHA256 + `"`,
	} {
		if part.Header().Get(name) != want {
			t.Errorf("%s is %q, want %q", name, part.Header().Get(name), want)
		}
	}
	if part.text != "ftyp" {
		t.Errorf("the part is %q", part.text)
	}
	link := h.sendTo("/settings/help", "/settings/help/video", url.Values{"video_title": {"Tour"}, "video_url": {"https://films.example/1"}})
	link.want(t, http.StatusSeeOther)
	if h.last() != (firm.VideoLinked{Title: "Tour", URL: "https://films.example/1", Replaced: e.Video}) {
		t.Errorf("recorded %+v", h.last())
	}
	h.get("/settings/help").want(t, http.StatusOK, `href="https://films.example/1" rel="noopener noreferrer"`).lacks(t, "<video")
	h.get("/settings/help/video/film").want(t, http.StatusNotFound)
	for _, bad := range []string{"javascript:alert(1)", "http://films.example", "//films.example", ""} {
		h.sendTo("/settings/help", "/settings/help/video", url.Values{"video_title": {"Tour"}, "video_url": {bad}}).
			want(t, http.StatusUnprocessableEntity, `href="#video_url"`, `value="`+bad+`"`).lacks(t, `<a href="javascript`)
	}
	h.sendTo("/settings/help", "/settings/help/video/removal", url.Values{}).want(t, http.StatusSeeOther)
	h.get("/settings/help").want(t, http.StatusOK, "There is none")
}

func TestTermsArePublished(t *testing.T) { // S3.i13
	h := newHouse(t).signIn()
	h.get("/settings/terms").want(t, http.StatusOK, "come with the portal, version 1", "Publish version 2", "Portaali kasutustingimused", "English (default)")
	h.sendTo("/settings/terms", "/settings/terms", url.Values{"text-en": {"# Be kind\r\n\r\n<script>alert(1)</script>"}, "text-et": {"Ole lahke"}, "text-de": {" "}}).want(t, http.StatusSeeOther)
	e, ok := h.last().(firm.TermsPublished)
	if !ok || e.Version != 2 || len(e.Texts) != 2 || e.Texts[1].Text != "Ole lahke" {
		t.Fatalf("recorded %+v", h.last())
	}
	h.get("/settings/terms").want(t, http.StatusOK, "your terms, version 2", "Publish version 3", "<h2>Be kind</h2>", `lang="et"`).lacks(t, "<script>alert", "Portaali")
	h.sendTo("/settings/terms", "/settings/terms", url.Values{"text-en": {""}, "text-et": {"Kept"}}).want(t, http.StatusUnprocessableEntity, `href="#text-en"`, ">Kept</textarea>")
}
