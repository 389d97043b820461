package contact

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "contact"

// Stream is the history of one contact. The contact's id is also the subject of their personal data.
func Stream(contact uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: contact} }

// Event is one fact about a contact. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	contact()
}

// Added says that the practice knows this person from now on. Nobody is invited by it (S5.4).
type Added struct {
	By      uuid.UUID `json:"by,omitzero" es:"id"` // staff; zero: nobody of them, or nobody knows
	Details Details   `json:"details" es:"nested"`
}

// Changed states all details anew. Where the address differs, an invitation that nobody has accepted is void (S3.i12).
type Changed struct {
	Details Details `json:"details" es:"nested"`
}

// Details are what the practice keeps of a person. Empty texts are unknown.
type Details struct {
	Given    event.Personal `json:"given" es:"personal"`  // "Ingrid": what mails greet with
	Family   event.Personal `json:"family" es:"personal"` // "Solberg"; may be empty
	Email    event.Personal `json:"email" es:"personal"`  // canonical
	Phone    event.Personal `json:"phone" es:"personal"`  // E.164, "+4791234567"
	Language string         `json:"language" es:"fact"`   // BCP 47, "de"; empty: the practice's
	Zone     string         `json:"zone" es:"fact"`       // IANA; empty: the practice's
}

func (Added) EventType() string   { return "contact.added" }
func (Changed) EventType() string { return "contact.changed" }

func (Added) contact()   {}
func (Changed) contact() {}
