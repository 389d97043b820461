package firm

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "firm"

// Stream is the history of one practice.
func Stream(firm uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: firm} }

// Event is one fact about a practice. The list in this file is the whole list.
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

func (Founded) EventType() string         { return "firm.founded" }
func (UploadPolicySet) EventType() string { return "firm.upload_policy_set" }

func (Founded) firm()         {}
func (UploadPolicySet) firm() {}
