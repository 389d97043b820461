package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the provider's signature is made with it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/message"
)

// told is what was reported, and the messages that are known.
type told struct{ notes []string }

func (o *told) Find(_ context.Context, channel message.Channel, id string) ([]es.Effect, error) {
	if id != "upload-link.1" && id != "SM1" {
		return nil, nil
	}
	return []es.Effect{{Kind: string(channel) + ".probe", Key: string(channel) + "/" + id}}, nil
}

func (o *told) Note(_ context.Context, key string, r message.Report) error {
	o.notes = append(o.notes, key+" "+string(r.Fate)+" "+r.Code)
	return nil
}

const hookSecret = "a secret of whoever reports"

func signedAt(at time.Time, secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

func twilioSignature(token, address, fields string) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address + fields))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Only who knows the secret is heard, however a request says so; a report that is heard twice is the finder's to take.
func TestWebhooks(t *testing.T) {
	const (
		report  = `{"message_id":"<upload-link.1@portal.example>","status":"bounced","code":"5.1.1"}`
		form    = "ErrorCode=30006&MessageSid=SM1&MessageStatus=undelivered"
		fields  = "ErrorCode30006MessageSidSM1MessageStatusundelivered"
		textURL = "https://portal.example/webhooks/sms"
		urlForm = "application/x-www-form-urlencoded"
	)
	bearer := []string{"Authorization", "Bearer " + hookSecret}
	notification := "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <upload-link.1@portal.example>\r\n\r\n--b--\r\n"
	for name, c := range map[string]struct {
		path, media, body string
		header            []string
		want              int
		noted             string
	}{
		"a bearer":             {"mail", "application/json", report, bearer, 200, "mail/upload-link.1 bounced 5.1.1"},
		"a notification":       {"mail", "message/rfc822", notification, bearer, 200, "mail/upload-link.1 bounced 5.2.2"},
		"a signature":          {"mail", "application/json", report, []string{"Portico-Signature", signedAt(noon.Add(-4*time.Minute), hookSecret, report)}, 200, "mail/upload-link.1 bounced 5.1.1"},
		"a text's":             {"sms", "application/json; charset=utf-8", `{"id":"SM1","status":"delivered"}`, bearer, 200, "sms/SM1 delivered "},
		"twilio's":             {"sms", urlForm, form, []string{"X-Twilio-Signature", twilioSignature("token", textURL, fields)}, 200, "sms/SM1 bounced 30006"},
		"says nothing":         {"mail", "application/json", `{"id":"upload-link.1","status":"opened"}`, bearer, 200, ""},
		"nobody":               {"mail", "application/json", report, nil, 401, ""},
		"another bearer":       {"mail", "application/json", report, []string{"Authorization", "Bearer " + hookSecret + "!"}, 401, ""},
		"an empty bearer":      {"mail", "application/json", report, []string{"Authorization", "Bearer "}, 401, ""},
		"an old signature":     {"mail", "application/json", report, []string{"Portico-Signature", signedAt(noon.Add(-6*time.Minute), hookSecret, report)}, 401, ""},
		"of tomorrow":          {"mail", "application/json", report, []string{"Portico-Signature", signedAt(noon.Add(24*time.Hour), hookSecret, report)}, 401, ""},
		"of another body":      {"mail", "application/json", report, []string{"Portico-Signature", signedAt(noon, hookSecret, report+" ")}, 401, ""},
		"of no secret":         {"mail", "application/json", report, []string{"Portico-Signature", signedAt(noon, "", report)}, 401, ""},
		"no signature in it":   {"mail", "application/json", report, []string{"Portico-Signature", "t=,v1="}, 401, ""},
		"twilio's, other way":  {"sms", urlForm, form, []string{"X-Twilio-Signature", twilioSignature("token", "https://portal.example/webhooks/mail", fields)}, 401, ""},
		"twilio's, other word": {"sms", urlForm, strings.Replace(form, "undelivered", "delivered", 1), []string{"X-Twilio-Signature", twilioSignature("token", textURL, fields)}, 401, ""},
		"a form with a bearer": {"sms", urlForm, form, bearer, 401, ""},
		"a form of mails":      {"mail", urlForm, form, bearer, 415, ""},
		"an unknown one":       {"mail", "application/json", `{"id":"upload-link.2","status":"delivered"}`, bearer, 404, ""},
		"nonsense":             {"mail", "application/json", `{`, bearer, 422, ""},
		"no notification":      {"mail", "message/rfc822", "Subject: hello\r\n\r\nhello", bearer, 422, ""},
		"too large":            {"mail", "application/json", strings.Repeat(" ", webhookLimit+1), bearer, 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			o := &told{}
			h.server.Webhooks = Webhooks{Reports: message.Reports{Finder: o}, Secret: hookSecret, TwilioToken: "token"}
			r := httptest.NewRequest(http.MethodPost, "/webhooks/"+c.path, strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.media)
			for pair := range slices.Chunk(c.header, 2) {
				r.Header.Set(pair[0], pair[1])
			}
			w := httptest.NewRecorder()
			h.http.ServeHTTP(w, r)
			if noted := strings.Join(o.notes, ";"); w.Code != c.want || noted != c.noted {
				t.Errorf("%d, noted %q\n%s", w.Code, noted, w.Body)
			}
			if c.want != 200 && c.want != 413 && !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
				t.Errorf("answered as %s", w.Header().Get("Content-Type"))
			}
			if strings.Contains(h.log.String(), hookSecret) {
				t.Error("the secret is in the log")
			}
		})
	}
	t.Run("nothing is configured", func(t *testing.T) {
		h := newHouse(t)
		h.server.Webhooks = Webhooks{Reports: message.Reports{Finder: &told{}}}
		for _, header := range [][2]string{{"Authorization", "Bearer "}, {"Portico-Signature", signedAt(noon, "", report)}, {"X-Twilio-Signature", twilioSignature("", textURL, fields)}} {
			for path, body := range map[string]string{"mail": report, "sms": form} {
				r := httptest.NewRequest(http.MethodPost, "/webhooks/"+path, strings.NewReader(body))
				r.Header.Set("Content-Type", map[string]string{"mail": "application/json", "sms": urlForm}[path])
				r.Header.Set(header[0], header[1])
				w := httptest.NewRecorder()
				if h.http.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
					t.Errorf("%s with %s: %d", path, header[0], w.Code)
				}
			}
		}
	})
}
