package webhook

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "webhook"

// Stream is the history of one endpoint.
func Stream(id uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: id} }

// Event is one fact about an endpoint. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	webhook()
}

// Added makes an endpoint, switched on. Its address may hold a key of its receiver's: the endpoint is the subject. By is
// who of the practice did it, zero where the operator did.
type Added struct {
	URL    event.Personal `json:"url" es:"personal"`
	Types  []string       `json:"types" es:"fact"` // "task.done", or "task.*" for all of them
	Secret Secret         `json:"secret" es:"nested"`
	By     uuid.UUID      `json:"by,omitzero" es:"id"`
	At     time.Time      `json:"at" es:"fact"`
}

// Secret names a secret that signs: the nth of its endpoint, under that key of the ring. Nothing in it signs anything.
type Secret struct {
	Nth int `json:"nth" es:"fact"` // 1, 2, 3
	Key int `json:"key" es:"fact"` // its id on the ring
}

// Changed states anew where an endpoint is and what it is sent.
type Changed struct {
	URL   event.Personal `json:"url" es:"personal"`
	Types []string       `json:"types" es:"fact"`
	By    uuid.UUID      `json:"by,omitzero" es:"id"`
	At    time.Time      `json:"at" es:"fact"`
}

// SecretRotated gives it another secret. Until EarlierUntil the one before signs, too.
type SecretRotated struct {
	Secret       Secret    `json:"secret" es:"nested"`
	EarlierUntil time.Time `json:"earlier_until" es:"fact"`
	By           uuid.UUID `json:"by,omitzero" es:"id"`
	At           time.Time `json:"at" es:"fact"`
}

// SwitchedOff says that nothing is sent to it any more. Tell is who of the practice hears of it, zero: nobody.
type SwitchedOff struct {
	Cause Cause     `json:"cause" es:"fact"`
	Tell  uuid.UUID `json:"tell,omitzero" es:"id"`
	By    uuid.UUID `json:"by,omitzero" es:"id"`
	At    time.Time `json:"at" es:"fact"`
}

// Cause is why an endpoint was switched off.
type Cause string

// The causes. Their words are stored.
const (
	ByPractice Cause = "practice"
	Failing    Cause = "failing" // no delivery has succeeded for too long
	Gone       Cause = "gone"    // its receiver has said so
)

// SwitchedOn says that what happens from now on is sent to it again.
type SwitchedOn struct {
	By uuid.UUID `json:"by,omitzero" es:"id"`
	At time.Time `json:"at" es:"fact"`
}

// Tested asks for a delivery that says nothing.
type Tested struct {
	By uuid.UUID `json:"by,omitzero" es:"id"`
	At time.Time `json:"at" es:"fact"`
}

// Replayed asks for one more delivery of an event, under the id that it had. Source is the event's stream as people type
// it, Version its place there.
type Replayed struct {
	Source  string    `json:"source" es:"fact"`
	Version int       `json:"version" es:"fact"`
	By      uuid.UUID `json:"by,omitzero" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// Removed ends an endpoint. What was sent to it stays in the ledger.
type Removed struct {
	By uuid.UUID `json:"by,omitzero" es:"id"`
	At time.Time `json:"at" es:"fact"`
}

func (Added) EventType() string         { return "webhook.added" }
func (Changed) EventType() string       { return "webhook.changed" }
func (SecretRotated) EventType() string { return "webhook.secret_rotated" }
func (SwitchedOff) EventType() string   { return "webhook.switched_off" }
func (SwitchedOn) EventType() string    { return "webhook.switched_on" }
func (Tested) EventType() string        { return "webhook.tested" }
func (Replayed) EventType() string      { return "webhook.replayed" }
func (Removed) EventType() string       { return "webhook.removed" }

func (Added) webhook()         {}
func (Changed) webhook()       {}
func (SecretRotated) webhook() {}
func (SwitchedOff) webhook()   {}
func (SwitchedOn) webhook()    {}
func (Tested) webhook()        {}
func (Replayed) webhook()      {}
func (Removed) webhook()       {}
