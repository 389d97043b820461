package main

import (
	"context"
	"fmt"
	"regexp"
	"time"

	smsadapter "portico/adapters/sms"
	"portico/app/notify"
	"portico/ports/web"
)

// The providers of text messages.
const (
	twilio  = "twilio"
	webhook = "webhook"
)

type smsConfig struct {
	// Provider is twilio for one that speaks Twilio's interface, or webhook. Empty: no texts are sent.
	Provider string `env:"PROVIDER"`
	// URL is the provider's address. Empty, and twilio: Twilio's own.
	URL string `env:"URL"`
	// Account is the account at the provider; a webhook has none.
	Account string `env:"ACCOUNT"`
	// Token is the account's token, or the secret that signs what a webhook gets.
	Token hidden `env:"TOKEN"`
	// From is what texts come from: a number, a name, or a messaging service.
	From string `env:"FROM"`
	// Countries are the calling codes that texts go to, "+44". None: all.
	Countries []string `env:"COUNTRIES"`
	// PerDay is how many texts may leave within 24 hours. 0: any number.
	PerDay int `env:"PER_DAY"`
}

// callingCode is "+44".
var callingCode = regexp.MustCompile(`^\+[1-9][0-9]{0,5}$`)

// provider is one that can be asked whether it would take texts.
type provider interface {
	notify.Texter
	Check() error
	Ping(ctx context.Context) error
}

// provider is nil where none is configured. ok is false for a word that names none.
func (c smsConfig) provider(baseURL string) (p provider, ok bool) {
	receipts := ""
	if baseURL != "" {
		receipts = baseURL + "/webhooks/sms"
	}
	switch c.Provider {
	case "":
		return nil, true
	case twilio:
		address := c.URL
		if address == "" {
			address = smsadapter.TwilioURL
		}
		return smsadapter.Twilio{URL: address, Account: c.Account, Token: string(c.Token), From: c.From, Tell: receipts}, true
	case webhook:
		return smsadapter.Hook{URL: c.URL, Secret: string(c.Token), Tell: receipts}, true
	}
	return nil, false
}

// texter is what texts leave through, as far as the operator pays for them; left counts those of a day. The configuration
// was checked.
func (c smsConfig) texter(baseURL string, left func(ctx context.Context) (int, error)) notify.Texter {
	if p, _ := c.provider(baseURL); p != nil {
		return smsadapter.Guard{Texter: p, Countries: c.Countries, PerDay: c.PerDay, Left: left}
	}
	return smsadapter.None{}
}

// minWebhookSecret is how long PORTICO_WEBHOOK_SECRET must be at least, in characters.
const minWebhookSecret = 24

// checkTexts checks what can be checked without asking the provider.
func (c config) checkTexts() (mistakes []error) {
	complain := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	switch p, ok := c.SMS.provider(c.BaseURL); {
	case !ok:
		complain("PORTICO_SMS_PROVIDER is %q; it must be %s, %s or nothing", c.SMS.Provider, twilio, webhook)
	case p != nil:
		if err := p.Check(); err != nil {
			complain("PORTICO_SMS_…: %w", err)
		}
	}
	for _, code := range c.SMS.Countries {
		if !callingCode.MatchString(code) {
			complain("PORTICO_SMS_COUNTRIES has %q; it is calling codes with commas between them, +44,+353", code)
		}
	}
	if c.SMS.PerDay < 0 {
		complain("PORTICO_SMS_PER_DAY is %d; it must be a number of texts, or 0 for any", c.SMS.PerDay)
	}
	if n := len(c.WebhookSecret); n > 0 && n < minWebhookSecret {
		complain("PORTICO_WEBHOOK_SECRET has %d characters; it needs %d at least", n, minWebhookSecret)
	}
	return mistakes
}

// webhooks are who may tell what became of mails and texts.
func (c config) webhooks() web.Webhooks {
	w := web.Webhooks{Secret: string(c.WebhookSecret)}
	if c.SMS.Provider == twilio {
		w.TwilioToken = string(c.SMS.Token)
	}
	return w
}

// examineTexts asks the provider whether it knows us and sends nothing.
func examineTexts(ctx context.Context, c config) finding {
	const check = "text messages"
	if err := joined(c.checkTexts()); err != nil {
		return wrong(check, "Correct PORTICO_SMS_… and PORTICO_WEBHOOK_SECRET.", "%v", err)
	}
	told := "nobody tells what became of mails, because PORTICO_WEBHOOK_SECRET is not set"
	if c.WebhookSecret != "" {
		told = "what became of mails and texts is taken at /webhooks/mail and /webhooks/sms"
	}
	p, _ := c.SMS.provider(c.BaseURL)
	if p == nil {
		return fine(check, "no provider is configured, so none are sent; dev writes them to files; %s", told)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := p.Ping(ctx); err != nil {
		return wrong(check, "Check address, account and token, and that a firewall lets requests out.", "%v", err)
	}
	return fine(check, "the provider (%s) takes them; %s", c.SMS.Provider, told)
}
