// Package privacy records that a person was erased: the key of their sealed data is destroyed, every read model drops
// what it showed, and the history still proves itself, because its chain covers ciphertext.
package privacy

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "privacy"

// Stream is the history of one erased subject. Its id follows from the subject's, and is another one: a client's id is
// the id of the client's own stream already.
func Stream(subject uuid.UUID) event.Stream {
	return event.Stream{Kind: Kind, ID: uuid.NewSHA1(space, subject[:])}
}

// space keeps these ids apart from all others that are made of names. It is stored in every such id: forever.
var space = uuid.MustParse("6f2a6f0e-6d0b-5b0e-9a43-7b1c1e3e8a55")

// Event is one fact about a subject's data. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	privacy()
}

// SubjectErased: the subject's key was destroyed. Streams are those that hold sealed data of the subject, so that read
// models can fold them again.
type SubjectErased struct {
	Subject uuid.UUID   `json:"subject" es:"id"`
	Streams []uuid.UUID `json:"streams" es:"id"`
}

func (SubjectErased) EventType() string { return "privacy.subject_erased" }

func (SubjectErased) privacy() {}
