// Package sms hands text messages over: to a provider that speaks Twilio's interface, to a hook of the practice's own, or
// to a folder as JSON files.
//
//  1. A number is E.164, and a text is one that its reader can see; everything else is refused before it leaves.
//  2. Only an answer to the message itself refuses it for good. A provider that can't be reached, that doesn't know us or
//     that asks us to slow down is a passing failure: the operator or time mends it.
//  3. Neither number nor text reaches an error or a log.
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/app/es"
	"portico/app/notify"
)

// MaxBody is how long a text can be, in characters: ten parts of what phones put together.
const MaxBody = 1_530

// unwritable is the code of a text that we refuse ourselves.
const unwritable = "unwritable"

var (
	numberShape = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	idShape     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$`)
)

// refusal is the outcome of a text that can't be sent as it is; ok is false where there is nothing against it.
func refusal(m notify.TextMessage) (o notify.Outcome, is bool) {
	o = notify.Outcome{Status: notify.Refused, Code: unwritable, IDs: es.Handed{m.ID}}
	switch {
	case !idShape.MatchString(m.ID):
		return notify.Outcome{Status: notify.Refused, Code: unwritable, Detail: "its id"}, true
	case !numberShape.MatchString(m.To):
		o.Detail = "its number is not one that the whole world can dial, as +4791234567"
	case m.Body == "" || !utf8.ValidString(m.Body) || utf8.RuneCountInString(m.Body) > MaxBody || hidden(m.Body):
		o.Detail = "its text is empty, too long, or holds characters that nobody sees"
	default:
		return o, false
	}
	return o, true
}

// hidden says that a text holds characters that change how the rest reads.
func hidden(text string) bool {
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return true
		}
	}
	return false
}

// client follows nothing: an answer from elsewhere is no answer of the provider.
func client(given *http.Client) *http.Client {
	if given != nil {
		return given
	}
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answerLimit is the most that is read of an answer.
const answerLimit = 1 << 16

// ask sends a request and reads the answer. The error names no part of the request but its host.
func ask(c *http.Client, r *http.Request) (status int, body []byte, err error) {
	res, err := client(c).Do(r)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the address, which holds the account
		}
		return 0, nil, fmt.Errorf("reach %s: %w", r.URL.Host, err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, answerLimit))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer of %s: %w", r.URL.Host, err)
	}
	return res.StatusCode, body, nil
}

// passingStatus tells whether an answer with this status says nothing about the message (rule 2).
func passingStatus(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status < 400 || status >= 500
}

// checkURL wants an address that only this machine can do without encryption.
func checkURL(address string) error {
	u, err := url.Parse(address)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || (u.Scheme != "https" && (u.Scheme != "http" || !local)) {
		return errors.New("the provider's address must be https://…; http is for this machine only")
	}
	return nil
}

func post(ctx context.Context, address, media string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the provider's address can't be read")
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("Accept", "application/json")
	return r, nil
}

func passing(detail string, err error, ids es.Handed) notify.Outcome {
	if err != nil {
		detail = err.Error()
	}
	return notify.Outcome{Status: notify.Passing, Detail: detail, IDs: ids}
}

// fields reads an answer as JSON; what isn't is an empty one.
func fields(body []byte, into any) { _ = json.Unmarshal(body, into) }

// None stands where no provider is configured: every text is refused, and its entry says why.
type None struct{}

var _ notify.Texter = None{}

// Text is notify.Texter.
func (None) Text(_ context.Context, m notify.TextMessage) (notify.Outcome, error) {
	return notify.Outcome{Status: notify.Refused, Code: "no-provider", Detail: "no provider of text messages is configured", IDs: es.Handed{m.ID}}, nil
}
