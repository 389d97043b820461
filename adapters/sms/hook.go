package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"portico/app/es"
	"portico/app/notify"
)

// Hook hands texts to an address of the practice's own, as JSON that is signed: its owner sends them on as they like.
//
// A request is {"type":"text","id":…,"at":…,"to":"+47…","body":…}. Portico-Signature is "t=SECONDS,v1=HEX", HEX being
// HMAC-SHA-256 of "SECONDS.BODY" under the secret that both know. The id is the same at every try, and also stands in
// Idempotency-Key. An answer of 200 to 299 takes the text, and may name it: {"id":"…"}.
type Hook struct {
	URL    string
	Secret string
	Tell   string // where receipts go; empty: nowhere
	Client *http.Client
}

var _ notify.Texter = Hook{}

// minSecret is how long a secret must be at least, in bytes.
const minSecret = 16

// Check tells what is wrong with the settings, without connecting.
func (h Hook) Check() error {
	if len(h.Secret) < minSecret {
		return fmt.Errorf("the secret that signs requests needs %d characters at least", minSecret)
	}
	return checkURL(h.URL)
}

type hookText struct {
	Type string    `json:"type"` // "text", or "ping"
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	To   string    `json:"to,omitempty"`
	Body string    `json:"body,omitempty"`
	Tell string    `json:"receipts,omitempty"`
}

// Ping sends {"type":"ping"}, signed like a text.
func (h Hook) Ping(ctx context.Context) error {
	if err := h.Check(); err != nil {
		return err
	}
	status, _, err := h.send(ctx, hookText{Type: "ping", ID: "ping", At: time.Now().UTC()})
	if err == nil && (status < 200 || status > 299) {
		err = fmt.Errorf("the hook answered %d to a ping", status)
	}
	return err
}

// Text is notify.Texter.
func (h Hook) Text(ctx context.Context, m notify.TextMessage) (notify.Outcome, error) {
	if o, is := refusal(m); is {
		return o, nil
	}
	ids := es.Handed{m.ID}
	status, body, err := h.send(ctx, hookText{Type: "text", ID: m.ID, At: m.At.UTC(), To: m.To, Body: m.Body, Tell: h.Tell})
	switch {
	case err != nil:
		return passing("", err, ids), nil
	case status >= 200 && status <= 299:
		var answer struct {
			ID string `json:"id"`
		}
		fields(body, &answer)
		if answer.ID != "" && answer.ID != m.ID && len(answer.ID) <= 100 {
			ids = append(ids, answer.ID)
		}
		return notify.Outcome{Status: notify.HandedOver, IDs: ids}, nil
	case passingStatus(status):
		return passing(fmt.Sprintf("the hook answered %d", status), nil, ids), nil
	}
	return notify.Outcome{Status: notify.Refused, Code: strconv.Itoa(status), Detail: "the hook refused it", IDs: ids}, nil
}

func (h Hook) send(ctx context.Context, t hookText) (status int, answer []byte, err error) {
	body, err := json.Marshal(t)
	if err != nil {
		return 0, nil, errors.New("a text can't be written as JSON")
	}
	r, err := post(ctx, h.URL, "application/json", body)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Idempotency-Key", t.ID)
	r.Header.Set("Portico-Signature", signature(h.Secret, time.Now(), body))
	return ask(h.Client, r)
}

func signature(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
