package web

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the provider's signature is made with it
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/app/message"
	"portico/domain/fault"
)

// Webhooks is where the outside world tells what became of mails and texts.
type Webhooks struct {
	Reports     message.Reports
	Secret      string // of whoever tells; empty: nobody may
	TwilioToken string // signs what a provider with Twilio's interface tells; empty: it may not
}

// What a webhook refuses by itself.
var (
	errWebhook      = fault.New(fault.Unauthenticated, "webhook.unauthenticated", "This request is not signed as agreed. Send the secret as a bearer token, or sign the body with it.")
	errWebhookMedia = fault.New(fault.Unsupported, "webhook.media", "A webhook takes application/json, or a delivery status notification as message/rfc822.")
	errWebhookSize  = fault.New(fault.TooLarge, "webhook.size", "This request is too large.")
)

const (
	webhookLimit = 1 << 20         // bytes of a request
	webhookClock = 5 * time.Minute // how far the clock of a signature may be off
)

// mailWebhook takes reports on mails.
func (s *Server) mailWebhook(w http.ResponseWriter, r *http.Request) error {
	body, err := webhookBody(w, r)
	if err != nil {
		return err
	}
	if !s.Webhooks.signed(r, body, s.Now()) {
		return errWebhook
	}
	switch media(r) {
	case "application/json":
		reports, err := message.ParseJSON(body)
		return s.takeReports(w, r, message.Mail, reports, err)
	case "message/rfc822", "message/global":
		reports, err := message.ParseDSN(body)
		return s.takeReports(w, r, message.Mail, reports, err)
	}
	return errWebhookMedia
}

// textWebhook takes reports on texts, as JSON or as Twilio sends them.
func (s *Server) textWebhook(w http.ResponseWriter, r *http.Request) error {
	body, err := webhookBody(w, r)
	if err != nil {
		return err
	}
	if media(r) == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil || !s.Webhooks.signedByTwilio(r, s.BaseURL, form) {
			return errWebhook
		}
		reports, err := message.ParseForm(form)
		return s.takeReports(w, r, message.Text, reports, err)
	}
	if !s.Webhooks.signed(r, body, s.Now()) {
		return errWebhook
	}
	if media(r) != "application/json" {
		return errWebhookMedia
	}
	reports, err := message.ParseJSON(body)
	return s.takeReports(w, r, message.Text, reports, err)
}

func (s *Server) takeReports(w http.ResponseWriter, r *http.Request, channel message.Channel, reports []message.Report, err error) error {
	if err != nil {
		return err
	}
	known, err := s.Webhooks.Reports.Take(r.Context(), channel, reports)
	if err != nil {
		return err
	}
	s.json(w, http.StatusOK, "application/json", map[string]int{"recorded": known})
	return nil
}

func webhookBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhookLimit))
	if err != nil {
		return nil, errWebhookSize
	}
	return body, nil
}

func media(r *http.Request) string {
	m, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return m
}

// signed tells whether a request knows the secret: as its bearer, or by a signature "t=SECONDS,v1=HEX" of the body, HEX
// being HMAC-SHA-256 of "SECONDS.BODY". Bearer tokens are compared by their digests, which are of one length.
func (h Webhooks) signed(r *http.Request, body []byte, now time.Time) bool {
	if h.Secret == "" {
		return false
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		given, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(h.Secret))
		return subtle.ConstantTimeCompare(given[:], want[:]) == 1
	}
	var at, sum string
	for field := range strings.SplitSeq(r.Header.Get("Portico-Signature"), ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(field), "="); name {
		case "t":
			at = value
		case "v1":
			sum = value
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	given, hexed := hex.DecodeString(sum)
	if err != nil || hexed != nil || now.Sub(time.Unix(seconds, 0)).Abs() > webhookClock {
		return false
	}
	mac := hmac.New(sha256.New, []byte(h.Secret))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

// signedByTwilio checks X-Twilio-Signature: HMAC-SHA-1 of the address that was called and the form's fields in order.
// https://www.twilio.com/docs/usage/security#validating-requests
func (h Webhooks) signedByTwilio(r *http.Request, baseURL string, form url.Values) bool {
	if h.TwilioToken == "" {
		return false
	}
	var text strings.Builder
	text.WriteString(baseURL + r.URL.RequestURI())
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			text.WriteString(name + value)
		}
	}
	given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Twilio-Signature"))
	mac := hmac.New(sha1.New, []byte(h.TwilioToken))
	mac.Write([]byte(text.String()))
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}
