package client

import (
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

func (Created) EventType() string { return "client.created" }

func (Created) client() {}
