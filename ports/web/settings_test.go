package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	firmapp "portico/app/firm"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/uploadlink"
)

// setting posts one form of the settings with what else a browser sends.
func (h *house) setting(path string, fields url.Values) reply {
	h.t.Helper()
	for name, values := range hidden(h.get("/settings/uploads").text) {
		if fields.Get(name) == "" {
			fields[name] = values
		}
	}
	return h.post(path, fields)
}

// recorded are the events of the practice beyond its founding.
func (h *house) recorded() []event.Event { return h.store.Stream(firm.Stream(harbour))[1:] }

// U2: three presets and any other time; what arrived keeps its own.
func TestTheTimeForCorrectionsIsSet(t *testing.T) {
	for _, c := range []struct {
		window, minutes, deliver string
		want                     firm.UploadPolicySet
	}{
		{"none", "77", "after", firm.UploadPolicySet{Channel: firm.LinkChannel, Deliver: firm.AtOnce}},
		{"at_once", "", "", firm.UploadPolicySet{Channel: firm.LinkChannel, WindowMS: 1_800_000, Deliver: firm.AtOnce}},
		{"other", "1,5", "at_once", firm.UploadPolicySet{Channel: firm.LinkChannel, WindowMS: 90_000, Deliver: firm.AtOnce}},
		{"other", "1440", "after", firm.UploadPolicySet{Channel: firm.LinkChannel, WindowMS: 86_400_000, Deliver: firm.After}},
		{"other", " 0.2 ", "after", firm.UploadPolicySet{Channel: firm.LinkChannel, WindowMS: 12_000, Deliver: firm.After}},
		{"other", "0", "after", firm.UploadPolicySet{Channel: firm.LinkChannel, Deliver: firm.After}},
	} {
		h := newHouse(t).signIn()
		a := h.setting("/settings/uploads/policy", url.Values{"window": {c.window}, "minutes": {c.minutes}, "deliver": {c.deliver}})
		a.want(t, http.StatusSeeOther)
		if got := h.recorded(); len(got) != 1 || got[0] != c.want {
			t.Errorf("%+v recorded %+v", c, got)
		}
		h.get(a.Header().Get("Location")).want(t, http.StatusOK, "Files that arrive from now on have this time.")
	}
	h := newHouse(t).signIn()
	h.setting("/settings/uploads/policy", url.Values{"window": {"after"}}).want(t, http.StatusSeeOther)
	if got := h.recorded(); len(got) != 0 {
		t.Errorf("what stands already was recorded: %+v", got)
	}
	for _, bad := range []string{"", "1441", "-1", "ten", "1e2", "NaN", "9999999999999999999999"} {
		a := h.setting("/settings/uploads/policy", url.Values{"window": {"other"}, "minutes": {bad}, "deliver": {"at_once"}})
		a.want(t, http.StatusUnprocessableEntity, "Enter the minutes for corrections, 0 to 1440.", `value="`+bad+`"`, `value="other" checked`, `value="at_once" selected`)
	}
	h.setting("/settings/uploads/policy", url.Values{"window": {"other"}, "minutes": {"5"}, "deliver": {"by pigeon"}}).want(t, http.StatusUnprocessableEntity, "Files are delivered")
	if got := h.recorded(); len(got) != 0 {
		t.Errorf("after refusals there is %+v", got)
	}
}

func TestThePresetThatHoldsIsChosen(t *testing.T) {
	h := newHouse(t).signIn()
	for want, p := range map[string]firm.Policy{
		`value="none" checked`: {Deliver: firm.AtOnce}, `value="after" checked`: {Window: 10 * time.Minute, Deliver: firm.After},
		`value="at_once" checked`: {Window: 30 * time.Minute, Deliver: firm.AtOnce}, `value="other" checked`: {Window: 12 * time.Second, Deliver: firm.After},
	} {
		h.shelf.policy = p
		h.get("/settings/uploads").want(t, http.StatusOK, want)
	}
	h.get("/settings/uploads").lacks(t, "notice--ok")
}

// S1.i11: a lower limit, and the quota with what is used.
func TestFilesOnTasksAreSwitched(t *testing.T) { // S2.2, S2.14
	h := newHouse(t).signIn()
	h.get("/settings/uploads").want(t, 200, `name="taken" value="1" checked`)
	h.setting("/settings/uploads/tasks", url.Values{}).want(t, http.StatusSeeOther)
	h.get("/settings/uploads").want(t, 200, `name="taken" value="1"><span>`)
	h.setting("/settings/uploads/tasks", url.Values{"taken": {"1"}}).want(t, http.StatusSeeOther)
	h.get("/settings/uploads").want(t, 200, `name="taken" value="1" checked`)
}

func TestLimitsAreSet(t *testing.T) {
	h := newHouse(t).signIn()
	h.setting("/settings/uploads/limits", url.Values{"max_file": {"250"}, "quota": {"0.5"}}).want(t, http.StatusSeeOther)
	h.setting("/settings/uploads/limits", url.Values{"max_file": {""}, "quota": {""}}).want(t, http.StatusSeeOther)
	want := []event.Event{firm.UploadLimitsSet{MaxFileBytes: 250 << 20, QuotaBytes: 512 << 20}, firm.UploadLimitsSet{}}
	if got := h.recorded(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
	a := h.setting("/settings/uploads/limits", url.Values{"max_file": {"lots"}, "quota": {"-4"}})
	a.want(t, http.StatusUnprocessableEntity, "Please check 2 things", "a number of MB", "a number of GB", `value="lots"`, `value="-4"`, "<title>Error: ")
	h.setting("/settings/uploads/limits", url.Values{"max_file": {"6000"}, "quota": {"9"}}).
		want(t, http.StatusUnprocessableEntity, "1 to 5119.32 MB; 6000 MB were entered", `value="6000"`, `value="9"`)
	h.setting("/settings/uploads/limits", url.Values{"max_file": {"5"}, "quota": {"1e300"}}).want(t, http.StatusUnprocessableEntity)
	if n := len(h.recorded()); n != 2 {
		t.Errorf("after refusals there are %d events", n)
	}

	h.shelf.limits = firm.Limits{MaxFileBytes: 5_368_002_597, QuotaBytes: 50 << 30}
	h.shelf.used = 20 << 30
	page := h.get("/settings/uploads").want(t, http.StatusOK, "20 GB of 50 GB used (40 %)", `max="100" value="40"`, `name="quota" inputmode="decimal" autocomplete="off" value="50"`).lacks(t, "data-full")
	_, after, _ := strings.Cut(page.text, `id="max_file" name="max_file" inputmode="decimal" autocomplete="off" value="`)
	typed, _, _ := strings.Cut(after, `"`)
	if n, ok := amount(typed, megabyte); !ok || n != 5_368_002_597 {
		t.Errorf("a limit that is no whole MB is shown as %q, which reads as %d", typed, n)
	}
}

// The warning stands on every page from 90 % on, and says what happens.
func TestANearlyFullStorageIsShown(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.limits.QuotaBytes = 1000 << 20
	for used, want := range map[int64]string{900 << 20: "Your storage is 90 % full", 1000 << 20: "Your storage is full", 2000 << 20: "Your storage is full"} {
		h.shelf.used = used
		for _, page := range []string{"/inbox", "/clients", "/upload-links/new", "/settings/uploads"} {
			h.get(page).want(t, http.StatusOK, want, "can’t send you files", `href="/settings/uploads#storage"`)
		}
	}
	h.shelf.used = 900<<20 - 1
	h.get("/inbox").lacks(t, "data-full")
	h.shelf.limits.QuotaBytes, h.shelf.used = 0, 1<<50
	h.get("/inbox").lacks(t, "data-full")
	h.get("/settings/uploads").want(t, http.StatusOK, "There is no limit but the disk’s.")
}

func TestTheButtonIsNamed(t *testing.T) { // S1.9
	h := newHouse(t).signIn()
	h.setting("/settings/uploads/wording", url.Values{"button": {" Send papers "}}).want(t, http.StatusSeeOther)
	if got := h.recorded(); len(got) != 1 || got[0] != (firm.UploadWordingSet{Button: "Send papers"}) {
		t.Errorf("recorded %+v", got)
	}
	long := strings.Repeat("x", 41)
	h.setting("/settings/uploads/wording", url.Values{"button": {long}}).want(t, http.StatusUnprocessableEntity, "41 letters", `value="`+long+`"`)
	h.setting("/settings/uploads/wording", url.Values{"button": {""}}).want(t, http.StatusUnprocessableEntity, "1 to 40 letters")
}

func TestTemplatesAreKept(t *testing.T) {
	h := newHouse(t).signIn()
	form := hidden(h.get("/settings/templates/new").want(t, http.StatusOK, "New template").lacks(t, "Remove this template").text)
	form.Set("name", "Year end")
	form.Set("text", "Dear client,\r\n\r\nplease.")
	for range 2 { // sent twice, it is one
		h.post("/settings/templates", form).want(t, http.StatusSeeOther)
	}
	got := h.recorded()
	if len(got) != 1 {
		t.Fatalf("recorded %+v", got)
	}
	one := got[0].(firm.MessageTemplateSaved)
	if one.Name != "Year end" || one.Text != "Dear client,\n\nplease." || one.Template.String() != form.Get("id") {
		t.Errorf("recorded %+v", one)
	}
	h.shelf.templates = []firmapp.Template{{ID: one.Template, Name: one.Name, Text: one.Text, Purpose: firm.ForLink}}
	h.get("/settings/uploads").want(t, http.StatusOK, "Year end", "Dear client, please.", "/settings/templates/"+one.Template.String())
	edit := h.get("/settings/templates/"+one.Template.String()).want(t, http.StatusOK, "Change template", "Dear client,\n\nplease.", "Remove this template")
	form = hidden(edit.text)
	form.Set("name", "")
	form.Set("text", "Kept, whatever happens")
	h.post("/settings/templates", form).want(t, http.StatusUnprocessableEntity, "Give the template a name", "Kept, whatever happens", "Change template")
	form.Set("name", "Year end")
	h.post("/settings/templates", form).want(t, http.StatusSeeOther)
	removal := url.Values{"command": {newID().String()}}
	for range 2 { // pressed twice, it is gone once
		h.post("/settings/templates/"+one.Template.String()+"/removal", removal).want(t, http.StatusSeeOther)
	}
	h.post("/settings/templates/"+one.Template.String()+"/removal", url.Values{"command": {newID().String()}}).want(t, http.StatusNotFound, "This template is not there")
	h.get("/settings/templates/"+newID().String()).want(t, http.StatusNotFound)
	h.get("/settings/templates/x").want(t, http.StatusNotFound)
	if n := len(h.recorded()); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
}

// S5.i5: a template is for links or for invitations, and each form offers those of its own.
func TestWhatATemplateIsFor(t *testing.T) {
	h := newHouse(t).signIn()
	form := hidden(h.get("/settings/templates/new?for=invitation").want(t, http.StatusOK, `value="invitation" checked`, `href="/settings/portal"`).text)
	form.Set("name", "Welcome")
	form.Set("text", "Dear client, welcome.")
	form.Set("purpose", "letter")
	h.post("/settings/templates", form).want(t, http.StatusUnprocessableEntity, "Choose one of the two", `href="#purpose"`, "Dear client, welcome.")
	form.Set("purpose", "invitation")
	if a := h.post("/settings/templates", form).want(t, http.StatusSeeOther); !strings.HasPrefix(a.Header().Get("Location"), "/settings/portal?") {
		t.Errorf("to %s", a.Header().Get("Location"))
	}
	welcome := firmapp.Template{ID: newTestID(23), Name: "Welcome", Text: "Dear client, welcome.", Purpose: firm.ForInvitation}
	if got := h.recorded(); len(got) != 2 || got[1] != (firm.MessageTemplatePurposeSet{Template: got[0].(firm.MessageTemplateSaved).Template, Purpose: firm.ForInvitation}) {
		t.Errorf("recorded %+v", got)
	}
	h.shelf.templates = []firmapp.Template{{ID: newTestID(21), Name: "Year end", Text: "Papers.", Purpose: firm.ForLink}, welcome}
	h.get("/settings/uploads").want(t, http.StatusOK, "Year end").lacks(t, "Welcome")
	h.get("/settings/portal").want(t, http.StatusOK, "Welcome", "/settings/templates/new?for=invitation").lacks(t, "Year end")
	h.get("/settings/templates/"+welcome.ID.String()).want(t, http.StatusOK, `value="invitation" checked`, `href="/settings/portal"`)
	h.get("/upload-links/new").want(t, http.StatusOK, "Year end").lacks(t, "Welcome")
	a := h.post("/settings/templates/"+welcome.ID.String()+"/removal", url.Values{"command": {newID().String()}})
	if a.Code != http.StatusNotFound { // the shelf says that there is one, the practice's stream does not
		t.Errorf("%d", a.Code)
	}
}

func TestSettingsNeedALogin(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/settings/uploads", "/settings/templates/new", "/settings/templates/" + newID().String()} {
		h.get(path).want(t, http.StatusSeeOther)
	}
	for _, path := range []string{"/settings/uploads/policy", "/settings/uploads/limits", "/settings/uploads/wording", "/settings/templates", "/settings/templates/" + newID().String() + "/removal", "/upload-links/draft"} {
		h.post(path, url.Values{"command": {newID().String()}}).want(t, http.StatusSeeOther)
		h.post(path, url.Values{"command": {newID().String()}}, "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden)
	}
	if n := len(h.recorded()); n != 0 {
		t.Errorf("%d events", n)
	}
}

// A template is put into the form for a new link without script; everything that was typed stays.
func TestATemplateFillsTheMessage(t *testing.T) {
	h := newHouse(t).signIn()
	first, second := firmapp.Template{ID: newTestID(21), Name: "Year end", Text: "Please send\nyour papers.", Purpose: firm.ForLink}, firmapp.Template{ID: newTestID(22), Name: "VAT", Text: "Please send <VAT> papers.", Purpose: firm.ForLink}
	h.shelf.templates = []firmapp.Template{first, second}
	form := hidden(h.get("/upload-links/new").want(t, http.StatusOK, "Year end", `data-text="Please send &lt;VAT&gt; papers."`).text)
	id := form.Get("id")
	form["recipient_name"], form["recipient_email"] = []string{"Imogen", ""}, []string{"no address yet", ""}
	form.Set("wanted", "P60\nP45")
	form.Set("expires_on", "2026-12-24")
	before := len(h.store.Log())
	for _, c := range []struct{ message, template, want string }{
		{"", first.ID.String(), ">Please send\nyour papers.</textarea>"},
		{"Please send\r\nyour papers.", second.ID.String(), ">Please send &lt;VAT&gt; papers.</textarea>"},
		{"Dear Imogen,", first.ID.String(), ">Dear Imogen,\n\nPlease send\nyour papers.</textarea>"},
	} {
		form.Set("message", c.message)
		form.Set("template", c.template)
		a := h.post("/upload-links/draft", form).want(t, http.StatusOK, c.want, `value="no address yet"`, "P60\nP45", `value="2026-12-24"`, `value="`+c.template+`" data-text`)
		if hidden(a.text).Get("id") != id {
			t.Error("it is another link now")
		}
	}
	for _, none := range []string{"", newID().String(), "x"} {
		form.Set("template", none)
		form.Set("message", "Dear Imogen,")
		h.post("/upload-links/draft", form).want(t, http.StatusUnprocessableEntity, "Choose one of the templates first.", ">Dear Imogen,</textarea>", "P60\nP45")
	}
	if n := len(h.store.Log()); n != before {
		t.Errorf("%d events came of it", n-before)
	}
	h.shelf.templates = nil
	h.get("/upload-links/new").want(t, http.StatusOK).lacks(t, "template-choice>")
}

// S1.i10, S1.i11: the page knows the practice's own limit, in the sentence and for the script.
func TestTheUploadPageSaysThePracticesLimit(t *testing.T) {
	h := newHouse(t).redeemed()
	page := "/up/" + link.String() + "/"
	h.get(page).want(t, http.StatusOK, `data-max-bytes="5368002597"`, `data-max-words="4.999342 GB"`, "up to 4.99 GB each", "Up to 100 MB at once")
	h.shelf.upload.MaxFile = 20 << 20
	h.get(page).want(t, http.StatusOK, `data-max-bytes="20971520"`, `data-max-words="20 MB"`, "up to 20 MB each", "Up to 20 MB at once")
	h.get(page, "Accept", "application/json").want(t, http.StatusOK, `"max_file_bytes":20971520`)
	h.shelf.upload.MaxFile = uploadlink.MaxFileSize * 2 // from a time when the product took more
	h.get(page).want(t, http.StatusOK, `data-max-bytes="5368002597"`)
}

func TestBinary(t *testing.T) {
	for _, c := range []struct {
		n        int64
		decimals int
		want     string
	}{
		{uploadlink.MaxFileSize, 6, "4.999342 GB"}, {uploadlink.MaxFileSize, 2, "4.99 GB"}, {1 << 30, 2, "1 GB"}, {1<<30 - 1, 2, "1023.99 MB"},
		{20 << 20, 2, "20 MB"}, {1536, 1, "1.5 KB"}, {0, 1, "0 bytes"}, {1, 1, "1 byte"},
	} {
		if got := binary(c.n, c.decimals); got != c.want {
			t.Errorf("binary(%d, %d) = %q, want %q", c.n, c.decimals, got, c.want)
		}
	}
}
