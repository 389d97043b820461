package clientimport

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "clientimport"

// Stream is the history of one import.
func Stream(id uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: id} }

// Event is one fact about an import. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	clientImport()
}

// Confirmed says that somebody wants the rows of a file to become clients and people.
type Confirmed struct {
	File   event.Personal `json:"file" es:"personal"` // its name; the import is the subject
	SHA256 string         `json:"sha256" es:"fact"`   // of the file, hex
	Rows   int            `json:"rows" es:"fact"`
	At     time.Time      `json:"at" es:"fact"`
}

// Stopped says that somebody wants no further row to be taken; those that were stay.
type Stopped struct {
	At time.Time `json:"at" es:"fact"`
}

// Ended says that there is no row left to take, and what became of them.
type Ended struct {
	Created   int       `json:"created" es:"fact"` // clients
	Changed   int       `json:"changed" es:"fact"`
	Unchanged int       `json:"unchanged" es:"fact"`
	Refused   int       `json:"refused" es:"fact"`
	Left      int       `json:"left" es:"fact"` // rows that were not taken because the import was stopped
	At        time.Time `json:"at" es:"fact"`
}

func (Confirmed) EventType() string { return "clientimport.confirmed" }
func (Stopped) EventType() string   { return "clientimport.stopped" }
func (Ended) EventType() string     { return "clientimport.ended" }

func (Confirmed) clientImport() {}
func (Stopped) clientImport()   {}
func (Ended) clientImport()     {}
