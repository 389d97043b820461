package viewing

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "viewing"

const mark = 0x3c

// Stream is the history of who of the practice has looked into a contact's portal. There is one of each contact, who is
// the subject of its personal data.
func Stream(contact uuid.UUID) event.Stream {
	return event.Stream{Kind: Kind, ID: event.Beside(contact, mark)}
}

// Event is one fact about who looks into a portal. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	viewing()
}

// Began says that somebody of the practice looks into the contact's portal, and what for. It ends at Until by itself.
type Began struct {
	View    uuid.UUID      `json:"view" es:"id"`
	Contact uuid.UUID      `json:"contact" es:"id"`
	Client  uuid.UUID      `json:"client,omitzero" es:"id"` // whose papers; zero: nobody's but the contact's own (S3.9)
	Staff   uuid.UUID      `json:"staff" es:"id"`
	Session uuid.UUID      `json:"session" es:"id"` // names the one in which they look, and opens nothing
	Purpose event.Personal `json:"purpose" es:"personal"`
	Until   time.Time      `json:"until" es:"fact"`
	At      time.Time      `json:"at" es:"fact"`
}

// Ended says that they left.
type Ended struct {
	View uuid.UUID `json:"view" es:"id"`
	At   time.Time `json:"at" es:"fact"`
}

// ActingBegan says that from now on they may also do what the contact may, on their behalf. What is done so carries them
// as its actor, and the contact as whom it was done for.
type ActingBegan struct {
	View uuid.UUID `json:"view" es:"id"`
	At   time.Time `json:"at" es:"fact"`
}

// ActingEnded says that they look only, again.
type ActingEnded struct {
	View uuid.UUID `json:"view" es:"id"`
	At   time.Time `json:"at" es:"fact"`
}

func (Began) EventType() string       { return "viewing.began" }
func (Ended) EventType() string       { return "viewing.ended" }
func (ActingBegan) EventType() string { return "viewing.acting_began" }
func (ActingEnded) EventType() string { return "viewing.acting_ended" }

func (Began) viewing()       {}
func (Ended) viewing()       {}
func (ActingBegan) viewing() {}
func (ActingEnded) viewing() {}
