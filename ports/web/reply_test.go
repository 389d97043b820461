package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	replyapp "portico/app/reply"
	taskapp "portico/app/task"
	"portico/domain/task"

	"github.com/google/uuid"
)

// counter takes mails and keeps them.
type counter struct {
	mails      []string
	recipients []string
	err        error
}

func (c *counter) Receive(_ context.Context, raw []byte, recipient string) (replyapp.Outcome, error) {
	if c.err == nil {
		c.mails, c.recipients = append(c.mails, string(raw)), append(c.recipients, recipient)
	}
	return replyapp.Taken, c.err
}

// A mail is taken from who knows the secret, by the same signature as reports; what can't be taken now asks for another try.
func TestMailsComeIn(t *testing.T) {
	const mail, secret = "From: ida@ek.example\r\n\r\nHello", "a secret of who hands mails over"
	for name, c := range map[string]struct {
		secret, media, body string
		header              [2]string
		err                 error
		want                int
	}{
		"a signature":        {secret, "message/rfc822", mail, [2]string{"Portico-Signature", signedAt(noon.Add(-4*time.Minute), secret, mail)}, nil, 200},
		"a bearer":           {secret, "message/rfc822; charset=utf-8", mail, [2]string{"Authorization", "Bearer " + secret}, nil, 200},
		"nobody":             {secret, "message/rfc822", mail, [2]string{"X-Nothing", "x"}, nil, 401},
		"replayed later":     {secret, "message/rfc822", mail, [2]string{"Portico-Signature", signedAt(noon.Add(-6*time.Minute), secret, mail)}, nil, 401},
		"another body":       {secret, "message/rfc822", mail + "!", [2]string{"Portico-Signature", signedAt(noon, secret, mail)}, nil, 401},
		"another secret":     {secret, "message/rfc822", mail, [2]string{"Portico-Signature", signedAt(noon, hookSecret, mail)}, nil, 401},
		"nothing configured": {"", "message/rfc822", mail, [2]string{"Portico-Signature", signedAt(noon, "", mail)}, nil, 401},
		"a form":             {secret, "application/json", mail, [2]string{"Authorization", "Bearer " + secret}, nil, 415},
		"no mail":            {secret, "message/rfc822", mail, [2]string{"Authorization", "Bearer " + secret}, replyapp.ErrMail, 422},
		"no database":        {secret, "message/rfc822", mail, [2]string{"Authorization", "Bearer " + secret}, errors.New("the database is away"), 503},
		"too large":          {secret, "message/rfc822", strings.Repeat("x", replyapp.MaxMail+1), [2]string{"Authorization", "Bearer " + secret}, nil, 413},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			desk := &counter{err: c.err}
			h.server.Inbound, h.server.Webhooks.Secret = Inbound{Desk: desk, Secret: c.secret}, hookSecret
			r := httptest.NewRequest(http.MethodPost, "/hooks/mail?recipient=abc%40in.example", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.media)
			r.Header.Set(c.header[0], c.header[1])
			w := httptest.NewRecorder()
			h.http.ServeHTTP(w, r)
			if w.Code != c.want || (c.want == 200) != (len(desk.mails) == 1) {
				t.Errorf("%d, %d mails\n%s", w.Code, len(desk.mails), w.Body)
			}
			if c.want == 200 && (desk.mails[0] != mail || desk.recipients[0] != "abc@in.example" || strings.TrimSpace(w.Body.String()) != `{"outcome":"taken"}`) {
				t.Errorf("%q for %q: %s", desk.mails, desk.recipients, w.Body)
			}
			if strings.Contains(h.log.String(), secret) || strings.Contains(h.log.String(), "Hello") {
				t.Error("the secret or the mail is in the log")
			}
		})
	}
}

// oneLetter is a box of one.
type oneLetter struct{ *Letter }

func (o oneLetter) List() ([]Letter, error)     { return []Letter{*o.Letter}, nil }
func (o oneLetter) Read(string) (Letter, error) { return *o.Letter, nil }

// What was written instead of sent is answered as who got it would; nothing that is typed is a header.
func TestAnswerAMail(t *testing.T) {
	h := newHouse(t)
	desk := &counter{}
	h.server.Inbound = Inbound{Desk: desk, Domain: "in.example"}
	l := &Letter{ID: "m1", Date: noon, From: "portal@harbour.example", To: "Ida\r\nBcc: x@evil.example <ida@ek.example>", ReplyTo: `"Harbour & Vale" <abc@in.example>`, Subject: "A message\r\nfor you", Text: "A message\nRead it"}
	h.server.Mails = oneLetter{l}
	h.get("/dev/mail/m1").want(t, 200, "Answer as", `action="/dev/mail/m1/answer"`, "abc@in.example")
	a := h.post("/dev/mail/m1/answer", url.Values{"text": {"Here.\r\n\r\nIda"}, "command": {"x\r\nBcc: y@evil.example"}})
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/dev/mail/m1?outcome=taken" || len(desk.mails) != 1 {
		t.Fatalf("%d %s", a.Code, a.Header().Get("Location"))
	}
	m, err := replyapp.Parse([]byte(desk.mails[0]))
	if err != nil || m.From != "ida@ek.example" || len(m.To) != 1 || m.To[0] != "abc@in.example" || replyapp.Cut(m.Text) != "Here.\n\nIda" || strings.Contains(desk.mails[0], "evil") {
		t.Errorf("%v %+v\n%s", err, m, desk.mails[0])
	}
	h.get("/dev/mail/m1?outcome=taken").want(t, 200, "It was taken")
	l.ReplyTo = "office@harbour.example"
	h.post("/dev/mail/m1/answer", url.Values{"text": {"Here."}}).want(t, http.StatusNotFound)
	if page := h.get("/dev/mail/m1"); strings.Contains(page.text, "Answer as") {
		t.Error("a mail that nothing comes back from can be answered")
	}
}

// The history of a task says of a mail that was not taken whose it was, and why.
func TestRefusedMailInTheHistory(t *testing.T) {
	ida := uuid.UUID{15: 1}
	for why, words := range refusalWords {
		got := lifeWord(taskapp.LifeRow{Type: task.ReplyRefused{}.EventType(), Contact: ida, Detail: string(why)}, map[uuid.UUID]string{ida: "Ida Berg"})
		if got != "A mail was not taken from Ida Berg because "+words || words == "" {
			t.Errorf("%s: %q", why, got)
		}
	}
	if len(refusalWords) != 8 {
		t.Errorf("%d reasons", len(refusalWords))
	}
}
