package message_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portico/app/es"
	"portico/app/message"
	"portico/domain/fault"
)

func TestParseJSON(t *testing.T) {
	delivered := message.Report{ID: "upload-link.1.2.3", Fate: message.Delivered}
	bounced := message.Report{ID: "b", Fate: message.Bounced, Code: "5.1.1", Detail: "no such user"}
	for body, want := range map[string][]message.Report{
		`{"message_id":"<upload-link.1.2.3@portal.example>","status":"delivered"}`:                     {delivered},
		`[{"id":"upload-link.1.2.3","status":"Delivered"},{"id":"x","status":"opened"}]`:               {delivered},
		`{"reports":[{"id":"b","status":"bounce","code":"5.1.1","detail":"no such\r\n\u0000  user"}]}`: {bounced},
		`{"id":"b","status":"failed","code":30006}`:                                                    {{ID: "b", Fate: message.Bounced, Code: "30006"}},
		`{"id":"b","status":"sent"}`:                                                                   nil,
		` [{"id":"b","status":"bounced","code":"5.1.1","detail":"no such user"}] `:                     {bounced},
	} {
		if got, err := message.ParseJSON([]byte(body)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for _, body := range []string{
		``, `{`, `[]`, `{}`, `{"status":"delivered"}`, `{"id":"a b","status":"delivered"}`, `{"id":"a","status":"delivered","code":{}}`, `"a"`,
		`{"id":"` + strings.Repeat("a", 201) + `","status":"delivered"}`, `[` + strings.Repeat(`{"id":"a"},`, message.MaxReports) + `{"id":"a"}]`,
	} {
		if got, err := message.ParseJSON([]byte(body)); !errors.Is(err, message.ErrReport) {
			t.Errorf("%.80s: %+v, %v", body, got, err)
		}
	}
}

func TestParseForm(t *testing.T) {
	form := func(text string) url.Values {
		v, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for text, want := range map[string][]message.Report{
		"MessageSid=SM1&MessageStatus=delivered&To=%2B4791234567":  {{ID: "SM1", Fate: message.Delivered}},
		"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30006": {{ID: "SM1", Fate: message.Bounced, Code: "30006"}},
		"MessageSid=SM1&MessageStatus=sent":                        nil,
	} {
		if got, err := message.ParseForm(form(text)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	if _, err := message.ParseForm(form("MessageStatus=delivered")); !errors.Is(err, message.ErrReport) {
		t.Error(err)
	}
}

// As RFC 3464, appendix E, has it.
const notification = `From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>
To: portal@portal.example
Subject: Returned mail: see transcript for details
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

Your message could not be delivered.

--b1
Content-Type: message/delivery-status
X-ENCODING

Reporting-MTA: dns; mx.example
Original-Envelope-Id: 42

Final-Recipient: rfc822; ingrid@solberg.example
Action: ACTION
Status: 5.1.1 (bad destination mailbox address)
Diagnostic-Code: smtp; 550 5.1.1 <ingrid@solberg.example>
 no such user

--b1
Content-Type: RETURNED

Message-ID: <upload-link.1.2.3@portal.example>
Subject: Mary asks you for files

the body
--b1--
`

func dsn(action, returned string) []byte {
	r := strings.NewReplacer("X-ENCODING\n", "", "ACTION", action, "RETURNED", returned, "\n", "\r\n")
	return []byte(r.Replace(notification))
}

func TestParseDSN(t *testing.T) {
	bounced := message.Report{ID: "upload-link.1.2.3", Fate: message.Bounced, Code: "5.1.1", Detail: "550 5.1.1 <ingrid@solberg.example> no such user"}
	for _, c := range []struct {
		action, returned string
		want             []message.Report
	}{
		{"failed", "message/rfc822", []message.Report{bounced}},
		{"Failed", "text/rfc822-headers; charset=us-ascii", []message.Report{bounced}},
		{"relayed", "message/rfc822", []message.Report{{ID: bounced.ID, Fate: message.Delivered}}},
		{"delivered", "message/rfc822", []message.Report{{ID: bounced.ID, Fate: message.Delivered}}},
		{"delayed", "message/rfc822", nil},
	} {
		if got, err := message.ParseDSN(dsn(c.action, c.returned)); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, %v", c.action, got, err)
		}
	}
	encoded := strings.Replace(notification, "X-ENCODING", "Content-Transfer-Encoding: base64", 1)
	i := strings.Index(encoded, "Reporting-MTA")
	j := strings.Index(encoded, "\n--b1\nContent-Type: RETURNED")
	encoded = encoded[:i] + "UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlCgpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCgo=\n" + encoded[j:]
	encoded = strings.NewReplacer("RETURNED", "message/rfc822").Replace(encoded)
	if got, err := message.ParseDSN([]byte(encoded)); err != nil || len(got) != 1 || got[0].Code != "5.1.1" {
		t.Errorf("base64: %+v, %v", got, err)
	}
	whole := string(dsn("failed", "message/rfc822"))
	for name, body := range map[string]string{
		"nothing":             "",
		"a mail":              "From: a@b.example\r\nContent-Type: text/plain\r\n\r\nI am away",
		"returns nothing":     strings.Replace(whole, "message/rfc822", "text/plain", 1),
		"returns another":     strings.Replace(whole, "Message-ID: <upload-link.1.2.3@portal.example>\r\n", "", 1),
		"no boundary":         strings.Replace(whole, `; boundary="b1"`, "", 1),
		"cut in the middle":   whole[:len(whole)/2],
		"an id of many lines": strings.Replace(whole, "upload-link.1.2.3@portal.example", "a b@c", 1),
	} {
		if got, err := message.ParseDSN([]byte(body)); !errors.Is(err, message.ErrReport) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseDSN(f *testing.F) {
	f.Add(dsn("failed", "message/rfc822"))
	f.Add([]byte("Content-Type: multipart/report; boundary=a\n\n--a\n\n--a--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		reports, err := message.ParseDSN(body)
		if err != nil && !errors.Is(err, message.ErrReport) {
			t.Error(err)
		}
		for _, r := range reports {
			if r.ID == "" || len(r.ID) > 200 || strings.ContainsAny(r.ID+r.Code+r.Detail, "\r\n\x00") {
				t.Errorf("%+v", r)
			}
		}
	})
}

// post is what was handed over, by id, and what was noted.
type post struct {
	known map[string][]es.Effect
	noted []string
}

func (p *post) Find(_ context.Context, channel message.Channel, id string) ([]es.Effect, error) {
	return p.known[string(channel)+":"+id], nil
}

func (p *post) Note(_ context.Context, key string, r message.Report) error {
	p.noted = append(p.noted, key+" "+string(r.Fate))
	return nil
}

func TestReports(t *testing.T) {
	ctx := t.Context()
	link, notice := es.Effect{Kind: "mail.upload_link", Key: "l"}, es.Effect{Kind: "mail.batch_notice", Key: "n"}
	p := &post{known: map[string][]es.Effect{"mail:a": {link}, "mail:b": {notice}}}
	var recorded []string
	answer := error(nil)
	c := message.Reports{Finder: p, Recorders: map[string]message.Recorder{"mail.upload_link": func(_ context.Context, e es.Effect, r message.Report) error {
		recorded = append(recorded, e.Key+" "+string(r.Fate))
		return answer
	}}}
	n, err := c.Take(ctx, message.Mail, []message.Report{{ID: "a", Fate: message.Bounced}, {ID: "b", Fate: message.Delivered}, {ID: "z", Fate: message.Bounced}})
	if n != 2 || err != nil || !slices.Equal(recorded, []string{"l bounced"}) || !slices.Equal(p.noted, []string{"l bounced", "n delivered"}) {
		t.Errorf("%d, %v, recorded %q, noted %q", n, err, recorded, p.noted)
	}
	if n, err := c.Take(ctx, message.Mail, []message.Report{{ID: "z"}}); n != 0 || !errors.Is(err, message.ErrUnknown) {
		t.Errorf("an unknown one: %d, %v", n, err)
	}
	if _, err := c.Take(ctx, message.Text, []message.Report{{ID: "a"}}); !errors.Is(err, message.ErrUnknown) { // rule 2
		t.Errorf("of another channel: %v", err)
	}
	if n, err := c.Take(ctx, message.Mail, nil); n != 0 || err != nil {
		t.Errorf("nothing: %d, %v", n, err)
	}
	p.noted = nil
	answer = fault.New(fault.NotFound, "probe", "unknown") // a history that knows nothing of it
	if n, err := c.Take(ctx, message.Mail, []message.Report{{ID: "a", Fate: message.Bounced}}); n != 1 || err != nil || len(p.noted) != 1 {
		t.Errorf("%d, %v, noted %q", n, err, p.noted)
	}
	p.noted = nil
	answer = errors.New("the database is gone") // rule 3: it comes again
	if _, err := c.Take(ctx, message.Mail, []message.Report{{ID: "a", Fate: message.Bounced}}); err == nil || len(p.noted) != 0 {
		t.Errorf("%v, noted %q", err, p.noted)
	}
}
