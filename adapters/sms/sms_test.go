package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/notify"
)

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	text = notify.TextMessage{ID: "invitation.1.2", At: noon, To: "+4791234567", Body: "Mary invites you: https://portal.example/i/secret"}
)

// asked is what a provider got, and what it answers.
type asked struct {
	path, user, password string
	header               http.Header
	body                 []byte

	status int
	answer string
}

func (a *asked) serve(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.path, a.header = r.Method+" "+r.URL.Path, r.Header
		a.user, a.password, _ = r.BasicAuth()
		a.body, _ = io.ReadAll(r.Body)
		w.Header().Set("Location", "https://elsewhere.example")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.answer)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestTwilio(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
		want   notify.Outcome
	}{
		"taken":          {201, `{"sid":"SM1","status":"queued"}`, notify.Outcome{Status: notify.HandedOver}},
		"failed at once": {201, `{"sid":"SM1","status":"failed","error_code":30006}`, notify.Outcome{Status: notify.Refused, Code: "30006"}},
		"no number":      {400, `{"code":21211,"message":"The 'To' number +4791234567 is not valid","status":400}`, notify.Outcome{Status: notify.Refused, Code: "21211"}},
		"unsubscribed":   {400, `{"code": 21610, "status": 400}`, notify.Outcome{Status: notify.Refused, Code: "21610"}},
		"our sender":     {400, `{"code":21606,"status":400}`, notify.Outcome{Status: notify.Passing, Code: "21606"}},
		"our token":      {401, `{"code":20003,"status":401}`, notify.Outcome{Status: notify.Passing, Code: "20003"}},
		"too fast":       {429, `{"code":20429}`, notify.Outcome{Status: notify.Passing, Code: "20429"}},
		"broken":         {500, `<html>`, notify.Outcome{Status: notify.Passing}},
		"elsewhere":      {302, ``, notify.Outcome{Status: notify.Passing}},
		"no answer":      {200, `hello`, notify.Outcome{Status: notify.Passing}},
		"odd refusal":    {422, ``, notify.Outcome{Status: notify.Refused, Code: "422"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &asked{status: c.status, answer: c.answer}
			p := Twilio{URL: a.serve(t).URL, Account: "AC1", Token: "token", From: "+441234567890", Tell: "https://portal.example/webhooks/sms"}
			o, err := p.Text(t.Context(), text)
			if err != nil || o.Status != c.want.Status || o.Code != c.want.Code || o.IDs[0] != text.ID {
				t.Fatalf("%+v, %v; want %+v", o, err, c.want)
			}
			if slices.Contains(o.IDs, "SM1") != strings.Contains(c.answer, "SM1") {
				t.Errorf("ids %q", o.IDs)
			}
			quiet(t, o)
			form, err := url.ParseQuery(string(a.body))
			want := url.Values{"To": {text.To}, "Body": {text.Body}, "From": {p.From}, "StatusCallback": {p.Tell}}
			if err != nil || form.Encode() != want.Encode() || a.path != "POST /2010-04-01/Accounts/AC1/Messages.json" || a.user != "AC1" || a.password != "token" {
				t.Errorf("asked %s as %s with %v", a.path, a.user, form)
			}
		})
	}
	a := &asked{status: 201, answer: `{"sid":"SM1","status":"accepted"}`}
	p := Twilio{URL: a.serve(t).URL, Account: "AC1", Token: "token", From: "MG1"}
	if _, err := p.Text(t.Context(), text); err != nil || !strings.Contains(string(a.body), "MessagingServiceSid=MG1") || strings.Contains(string(a.body), "StatusCallback") {
		t.Errorf("%s, %v", a.body, err)
	}
	a.status = 401
	if err := p.Ping(t.Context()); err == nil || a.path != "GET /2010-04-01/Accounts/AC1.json" {
		t.Errorf("%v, %s", err, a.path)
	}
	a.status = 200
	if err := p.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// quiet wants neither number, text nor account in what may be logged.
func quiet(t *testing.T, o notify.Outcome) {
	t.Helper()
	for _, secret := range []string{"91234567", "secret", "AC1"} {
		if strings.Contains(o.Detail+o.Code, secret) {
			t.Errorf("%+v holds %s", o, secret)
		}
	}
}

func TestHook(t *testing.T) {
	const secret = "a secret of both sides"
	for name, c := range map[string]struct {
		status int
		answer string
		want   notify.Status
		ids    []string
	}{
		"taken":      {204, ``, notify.HandedOver, []string{text.ID}},
		"named":      {200, `{"id":"x1"}`, notify.HandedOver, []string{text.ID, "x1"}},
		"refused":    {422, ``, notify.Refused, []string{text.ID}},
		"gone wrong": {503, ``, notify.Passing, []string{text.ID}},
		"no secret":  {403, ``, notify.Passing, []string{text.ID}},
		"moved":      {307, ``, notify.Passing, []string{text.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &asked{status: c.status, answer: c.answer}
			h := Hook{URL: a.serve(t).URL, Secret: secret}
			o, err := h.Text(t.Context(), text)
			if err != nil || o.Status != c.want || !slices.Equal(o.IDs, c.ids) {
				t.Fatalf("%+v, %v", o, err)
			}
			quiet(t, o)
			var got hookText
			if err := json.Unmarshal(a.body, &got); err != nil || got != (hookText{Type: "text", ID: text.ID, At: noon, To: text.To, Body: text.Body}) {
				t.Errorf("sent %s, %v", a.body, err)
			}
			at, sum, ok := strings.Cut(strings.TrimPrefix(a.header.Get("Portico-Signature"), "t="), ",v1=")
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(at + "." + string(a.body)))
			if !ok || sum != hex.EncodeToString(mac.Sum(nil)) || a.header.Get("Idempotency-Key") != text.ID {
				t.Errorf("signed %v", a.header)
			}
		})
	}
	a := &asked{status: 404}
	h := Hook{URL: a.serve(t).URL, Secret: secret}
	if err := h.Ping(t.Context()); err == nil || !strings.Contains(string(a.body), `"type":"ping"`) || strings.Contains(string(a.body), "to") {
		t.Errorf("%v, %s", err, a.body)
	}
}

// Nothing listens: that passes, and the error tells the host alone.
func TestProviderIsAway(t *testing.T) {
	a := &asked{}
	server := a.serve(t)
	server.Close()
	for _, texter := range []notify.Texter{
		Twilio{URL: server.URL, Account: "AC1", Token: "token", From: "MG1"}, Hook{URL: server.URL + "/AC1", Secret: "a secret of both sides"},
	} {
		o, err := texter.Text(t.Context(), text)
		if err != nil || o.Status != notify.Passing || !strings.Contains(o.Detail, "reach 127.0.0.1") {
			t.Errorf("%+v, %v", o, err)
		}
		quiet(t, o)
	}
}

// Rule 1.
func TestWhatIsNoText(t *testing.T) {
	a := &asked{status: 201}
	dir := t.TempDir()
	for name, m := range map[string]notify.TextMessage{
		"no id":            {To: text.To, Body: "a"},
		"an id like a way": {ID: "../a", To: text.To, Body: "a"},
		"a national one":   {ID: "a", To: "91234567", Body: "a"},
		"two numbers":      {ID: "a", To: "+4791234567,+4791234568", Body: "a"},
		"no text":          {ID: "a", To: text.To},
		"turned around":    {ID: "a", To: text.To, Body: "pay \u202egnihton"},
		"no UTF-8":         {ID: "a", To: text.To, Body: "a\xff"},
		"a bell":           {ID: "a", To: text.To, Body: "a\a"},
		"a book":           {ID: "a", To: text.To, Body: strings.Repeat("ü", MaxBody+1)},
	} {
		for _, texter := range []notify.Texter{
			Twilio{URL: a.serve(t).URL, Account: "AC1", Token: "token", From: "MG1"}, Hook{URL: a.serve(t).URL, Secret: "a secret of both sides"}, Files{Dir: dir},
		} {
			if o, err := texter.Text(t.Context(), m); err != nil || o.Status != notify.Refused || o.Code != unwritable || a.path != "" {
				t.Errorf("%s through %T: %+v, %v", name, texter, o, err)
			}
		}
	}
	if o, err := (None{}).Text(t.Context(), text); err != nil || o.Status != notify.Refused || o.Code != "no-provider" {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestSettings(t *testing.T) {
	good := Twilio{URL: TwilioURL, Account: "AC1", Token: "t", From: "MG1"}
	without := func(change func(*Twilio)) Twilio { p := good; change(&p); return p }
	for name, c := range map[string]struct {
		settings interface{ Check() error }
		ok       bool
	}{
		"twilio":             {good, true},
		"this machine":       {without(func(p *Twilio) { p.URL = "http://127.0.0.1:4010" }), true},
		"no encryption":      {without(func(p *Twilio) { p.URL = "http://sms.example" }), false},
		"no account":         {without(func(p *Twilio) { p.Account = "" }), false},
		"an account's way":   {without(func(p *Twilio) { p.Account = "../x" }), false},
		"no token":           {without(func(p *Twilio) { p.Token = "" }), false},
		"no sender":          {without(func(p *Twilio) { p.From = "" }), false},
		"hook":               {Hook{URL: "https://sms.example/hook", Secret: "0123456789abcdef"}, true},
		"hook, short secret": {Hook{URL: "https://sms.example/hook", Secret: "0123456789abcde"}, false},
		"hook, no address":   {Hook{Secret: "0123456789abcdef"}, false},
		"hook with password": {Hook{URL: "https://me:too@sms.example", Secret: "0123456789abcdef"}, false},
	} {
		if err := c.settings.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFiles(t *testing.T) {
	f := Files{Dir: filepath.Join(t.TempDir(), "sms")}
	if all, err := f.List(); err != nil || len(all) != 0 {
		t.Fatalf("%v, %v", all, err)
	}
	later := text
	later.ID, later.At = "invitation.1.3", noon.Add(time.Hour)
	for _, m := range []notify.TextMessage{text, later, text} {
		if o, err := f.Text(t.Context(), m); err != nil || o.Status != notify.HandedOver || !slices.Equal(o.IDs, []string{m.ID}) {
			t.Fatalf("%+v, %v", o, err)
		}
	}
	all, err := f.List()
	if err != nil || len(all) != 2 || all[0].ID != later.ID || all[1] != (Written{ID: text.ID, At: noon, To: text.To, Body: text.Body}) {
		t.Errorf("%+v, %v", all, err)
	}
	names, err := os.ReadDir(f.Dir)
	if err != nil || len(names) != 2 {
		t.Errorf("%v, %v", names, err)
	}
	for _, id := range []string{"unknown", "../a", ""} {
		if _, err := f.Read(id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", id, err)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Text(over, text); err == nil {
		t.Error("written after the end")
	}
}
