package sms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"portico/app/es"
	"portico/app/notify"
)

// TwilioURL is Twilio's own address; others that speak its interface have theirs.
const TwilioURL = "https://api.twilio.com"

// Twilio hands texts to Twilio, or to a provider that speaks its Messages resource (version 2010-04-01).
type Twilio struct {
	URL     string // "https://api.twilio.com", without a slash at its end
	Account string // "AC…"
	Token   string
	From    string // a number, a name of at most 11 characters, or a messaging service, "MG…"
	Tell    string // where receipts go, "https://portal.example/webhooks/sms"; empty: nowhere
	Client  *http.Client
}

var _ notify.Texter = Twilio{}

var accountShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// Check tells what is wrong with the settings, without connecting.
func (t Twilio) Check() error {
	switch {
	case !accountShape.MatchString(t.Account):
		return errors.New("the account is missing; it reads like AC…")
	case t.Token == "":
		return errors.New("the account's token is missing")
	case t.From == "" || len(t.From) > 40:
		return errors.New("the sender is missing: a number as +441234567890, a name, or a messaging service as MG…")
	}
	return checkURL(t.URL)
}

// Ping asks for the account, and sends nothing.
func (t Twilio) Ping(ctx context.Context) error {
	if err := t.Check(); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.address(".json"), nil)
	if err != nil {
		return errors.New("the provider's address can't be read")
	}
	r.SetBasicAuth(t.Account, t.Token)
	status, _, err := ask(t.Client, r)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s answered %d when asked for the account", r.URL.Host, status)
	}
	return err
}

func (t Twilio) address(rest string) string {
	return t.URL + "/2010-04-01/Accounts/" + t.Account + rest
}

// Text is notify.Texter.
func (t Twilio) Text(ctx context.Context, m notify.TextMessage) (notify.Outcome, error) {
	if o, is := refusal(m); is {
		return o, nil
	}
	form := url.Values{"To": {m.To}, "Body": {m.Body}}
	if strings.HasPrefix(t.From, "MG") {
		form.Set("MessagingServiceSid", t.From)
	} else {
		form.Set("From", t.From)
	}
	if t.Tell != "" {
		form.Set("StatusCallback", t.Tell)
	}
	r, err := post(ctx, t.address("/Messages.json"), "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return notify.Outcome{}, err
	}
	r.SetBasicAuth(t.Account, t.Token)
	status, body, err := ask(t.Client, r)
	if err != nil {
		return passing("", err, es.Handed{m.ID}), nil
	}
	return t.outcome(m, status, body), nil
}

// mendable are Twilio's codes of answers that are about the account or the moment: nothing is wrong with the number.
// https://www.twilio.com/docs/api/errors
var mendable = []int{20001, 20003, 20404, 20429, 21212, 21606, 21611, 21659, 21660, 21703, 21705, 30001, 30002}

func (t Twilio) outcome(m notify.TextMessage, status int, body []byte) notify.Outcome {
	var answer struct {
		SID       string `json:"sid"`
		Status    string `json:"status"`     // of the message; an error has a number here
		Code      int    `json:"code"`       // of an error
		ErrorCode int    `json:"error_code"` // of a message that failed at once
	}
	fields(withoutStatusNumber(body), &answer)
	o := notify.Outcome{IDs: es.Handed{m.ID}}
	if answer.SID != "" && len(answer.SID) <= 100 {
		o.IDs = append(o.IDs, answer.SID)
	}
	if code := max(answer.Code, answer.ErrorCode); code > 0 {
		o.Code = strconv.Itoa(code)
	}
	switch {
	case (status == http.StatusCreated || status == http.StatusOK) && answer.SID != "" && answer.Status != "failed":
		o.Status, o.Code = notify.HandedOver, ""
	case answer.SID != "" && answer.Status == "failed":
		o.Status, o.Detail = notify.Refused, "the provider could not send it"
	case status < 400 || passingStatus(status) || slices.Contains(mendable, answer.Code):
		o.Status, o.Detail = notify.Passing, fmt.Sprintf("the provider answered %d", status)
	default:
		o.Status, o.Detail = notify.Refused, fmt.Sprintf("the provider answered %d", status)
		if o.Code == "" {
			o.Code = strconv.Itoa(status)
		}
	}
	return o
}

var statusNumber = regexp.MustCompile(`"status"\s*:\s*[0-9]+`)

// withoutStatusNumber makes an error's answer readable as a message's: the one has a number where the other has a word.
func withoutStatusNumber(body []byte) []byte {
	return statusNumber.ReplaceAll(body, []byte(`"status":""`))
}
