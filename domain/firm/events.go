package firm

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "firm"

// Stream is the history of one practice.
func Stream(firm uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: firm} }

// Event is one fact about a practice. The list in this file is the whole list. Who acted is on the record of each.
//
//sumtype:decl
type Event interface {
	event.Event
	firm()
}

// Founded opens the practice. Its name, address and zone are facts: a practice trades under them.
type Founded struct {
	Name  string `json:"name" es:"fact"`
	Email string `json:"email" es:"fact"` // the practice's own address, printed in its mails
	Zone  string `json:"zone" es:"fact"`  // IANA, "Europe/London"
}

// UploadPolicySet states the correction window of one channel from now on (U2).
type UploadPolicySet struct {
	Channel  Channel `json:"channel" es:"fact"`
	WindowMS int64   `json:"window_ms" es:"fact"`
	Deliver  Deliver `json:"deliver" es:"fact"`
}

// UploadLimitsSet states how much may come in, from now on. 0 is no limit of the practice's own.
type UploadLimitsSet struct {
	MaxFileBytes int64 `json:"max_file_bytes" es:"fact"` // of one file
	QuotaBytes   int64 `json:"quota_bytes" es:"fact"`    // of all files that are kept for the practice
}

// UploadWordingSet states the label of the button in the mail with an upload link.
type UploadWordingSet struct {
	Button string `json:"button" es:"fact"`
}

// MessageTemplateSaved makes or changes one of the practice's own texts for the messages of upload links. It names
// nobody: a text for one client is a message, which is sealed.
type MessageTemplateSaved struct {
	Template uuid.UUID `json:"template" es:"id"`
	Name     string    `json:"name" es:"fact"`
	Text     string    `json:"text" es:"fact"`
}

// MessageTemplateRemoved takes one of these texts away. Messages that were made from it stay.
type MessageTemplateRemoved struct {
	Template uuid.UUID `json:"template" es:"id"`
}

// Channel is a way on which files come in.
type Channel string

// The channels. Their words are stored.
const (
	LinkChannel Channel = "link" // mailed upload links
)

// Deliver says when the practice sees a received file.
type Deliver string

// The two ways. Their words are stored.
const (
	After  Deliver = "after"   // when the window has ended
	AtOnce Deliver = "at_once" // when the last byte is in
)

func (Founded) EventType() string                { return "firm.founded" }
func (UploadPolicySet) EventType() string        { return "firm.upload_policy_set" }
func (UploadLimitsSet) EventType() string        { return "firm.upload_limits_set" }
func (UploadWordingSet) EventType() string       { return "firm.upload_wording_set" }
func (MessageTemplateSaved) EventType() string   { return "firm.message_template_saved" }
func (MessageTemplateRemoved) EventType() string { return "firm.message_template_removed" }

func (Founded) firm()                {}
func (UploadPolicySet) firm()        {}
func (UploadLimitsSet) firm()        {}
func (UploadWordingSet) firm()       {}
func (MessageTemplateSaved) firm()   {}
func (MessageTemplateRemoved) firm() {}
