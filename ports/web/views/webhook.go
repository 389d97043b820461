package views

import "github.com/google/uuid"

// SettingsWebhooks are the practice's webhooks.
type SettingsWebhooks struct {
	Settings
	Rows []WebhookLine
	Most int
}

// WebhookLine is one webhook in the list.
type WebhookLine struct {
	Href, URL, Types string
	Badge            Badge
	Off              string // why it is off, where nobody of the practice did it
	Added            When
}

// WebhookForm is where a webhook is and what it is sent.
type WebhookForm struct {
	ID     uuid.UUID // of a new one
	URL    string
	Groups []WebhookGroup
}

// WebhookGroup are the sorts of events about one thing.
type WebhookGroup struct {
	Name, Legend string
	All          Option
	Types        []Option
	Some         bool // one of them is chosen by itself
}

// SettingsWebhookNew adds one.
type SettingsWebhookNew struct {
	Settings
	Form WebhookForm
}

// SettingsWebhook is one webhook and what it was sent.
type SettingsWebhook struct {
	Settings
	ID         uuid.UUID
	Form       WebhookForm
	Badge      Badge
	On         bool
	Off        string // why, and since when
	Earlier    When   // until then the secret before signs, too
	Deliveries []DeliveryLine
	Chips      []Chip
	Pager      Pager
	Narrowed   bool // to some state
}

// DeliveryLine is one delivery.
type DeliveryLine struct {
	Key, ID, Type string
	Replay        bool
	Badge         Badge
	At, Next      When
	Tries         int
	Answer        string // "200 in 31 ms", "the receiver can’t be reached"
	Body          string // the first of what was answered
	Again         bool   // it can be sent once more
}

// SettingsWebhookSecret shows a secret that was just made, this once.
type SettingsWebhookSecret struct {
	Settings
	Back    string
	URL     string
	Secret  string
	Earlier When // until then the one before signs, too
	Rotated bool
}

// File names the template.
func (SettingsWebhooks) File() string      { return "settings_webhooks.html" }
func (SettingsWebhookNew) File() string    { return "settings_webhook_new.html" }
func (SettingsWebhook) File() string       { return "settings_webhook.html" }
func (SettingsWebhookSecret) File() string { return "settings_webhook_secret.html" }

// With is the form beside the problems of its page.
func (f WebhookForm) With(s Settings) WebhookFields { return WebhookFields{f, s} }

// WebhookFields is a form with what is wrong with it.
type WebhookFields struct {
	WebhookForm
	Settings Settings
}
