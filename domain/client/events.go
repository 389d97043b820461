package client

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "client"

// Stream is the history of one client record. The client's id is also the subject of its personal data.
func Stream(client uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: client} }

// Event is one fact about a client record. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	client()
}

// Created opens the record. Reference is the practice's own number for the client, "C-00412".
type Created struct {
	Name      event.Personal `json:"name" es:"personal"`
	Email     event.Personal `json:"email" es:"personal"`
	Sort      Sort           `json:"sort" es:"fact"`
	Reference string         `json:"reference" es:"fact"`
	Owner     uuid.UUID      `json:"owner,omitzero" es:"id"` // staff
}

// Changed states anew what the record says.
type Changed struct {
	Name      event.Personal `json:"name" es:"personal"`
	Email     event.Personal `json:"email" es:"personal"`
	Sort      Sort           `json:"sort" es:"fact"`
	Reference string         `json:"reference" es:"fact"`
}

// OwnerSet says who of the practice is in charge from now on.
type OwnerSet struct {
	Owner uuid.UUID `json:"owner,omitzero" es:"id"` // staff; zero: nobody
}

// TagsSet states all tags anew, in their order.
type TagsSet struct {
	Tags []event.Personal `json:"tags" es:"personal"`
}

// Archived makes the client inactive: nobody enters the portal through it any more (S3.i23).
type Archived struct {
	At time.Time `json:"at" es:"fact"`
}

// Restored takes that back.
type Restored struct {
	At time.Time `json:"at" es:"fact"`
}

// ContactLinked ties a person to the client. Rights are what they may do for it once they are in.
type ContactLinked struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Rights  []Right   `json:"rights" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// ContactRightsSet states all rights of a person anew. They hold from the person's next request on.
type ContactRightsSet struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Rights  []Right   `json:"rights" es:"fact"`
}

// ContactUnlinked says that the person has nothing to do with the client any more. The person stays.
type ContactUnlinked struct {
	Contact uuid.UUID `json:"contact" es:"id"`
}

// Right is one thing that a person may see and do for a client in the portal.
type Right string

// The rights. Their words are stored.
const (
	Files    Right = "files"
	Tasks    Right = "tasks"
	Billing  Right = "billing"
	Schedule Right = "schedule"
	Sign     Right = "sign"
)

// Sort is what a client is in law.
type Sort string

// The sorts. Their words are stored.
const (
	Person      Sort = "person"
	Company     Sort = "company"
	Partnership Sort = "partnership"
	Trust       Sort = "trust"
	Charity     Sort = "charity"
)

func (Created) EventType() string          { return "client.created" }
func (Changed) EventType() string          { return "client.changed" }
func (OwnerSet) EventType() string         { return "client.owner_set" }
func (TagsSet) EventType() string          { return "client.tags_set" }
func (Archived) EventType() string         { return "client.archived" }
func (Restored) EventType() string         { return "client.restored" }
func (ContactLinked) EventType() string    { return "client.contact_linked" }
func (ContactRightsSet) EventType() string { return "client.contact_rights_set" }
func (ContactUnlinked) EventType() string  { return "client.contact_unlinked" }

func (Created) client()          {}
func (Changed) client()          {}
func (OwnerSet) client()         {}
func (TagsSet) client()          {}
func (Archived) client()         {}
func (Restored) client()         {}
func (ContactLinked) client()    {}
func (ContactRightsSet) client() {}
func (ContactUnlinked) client()  {}
