// Package event holds what all aggregates share: what an event is, how a state is folded from events, and what the
// store adds when it records one.
//
// Every field of an event carries a tag `es:"…"` that says what it is:
//
//   - fact: a value of the process (a size, a digest, a time, a number, a code word). Never free text of a person.
//   - id: an opaque id.
//   - personal: text that is, or may be, about a person, and what people typed. Its type is Personal (or *Personal, or
//     a slice of them); it is sealed per subject and never reaches the data column, a log or a metric.
//   - nested: a struct, or a slice of structs, whose own fields carry tags.
//
// A test fails on a field without a tag. Stored names and shapes are forever: a changed meaning is a new version with
// an upcaster.
package event

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Event is one fact about one aggregate. EventType is its stored name: the aggregate's kind, a dot and the past tense,
// "uploadlink.issued".
type Event interface{ EventType() string }

// State is an aggregate's state as a value. Apply only assigns: it never refuses, computes policy or reads a clock.
type State[S any, E Event] interface{ Apply(E) S }

// Fold applies events in order.
func Fold[S State[S, E], E Event](s S, events ...E) S {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}

// Kind names an aggregate: "uploadlink".
type Kind string

// Stream is the history of one aggregate. ID is a UUIDv7.
type Stream struct {
	Kind Kind
	ID   uuid.UUID
}

// String is "uploadlink-0190…", as people type it.
func (s Stream) String() string { return string(s.Kind) + "-" + s.ID.String() }

// ParseStream reads what String wrote.
func ParseStream(text string) (Stream, error) {
	kind, id, ok := strings.Cut(text, "-")
	if !ok {
		return Stream{}, fmt.Errorf("stream %q: want KIND-UUID, for instance uploadlink-0190d8f2-…", text)
	}
	u, err := uuid.Parse(id)
	if err != nil {
		return Stream{}, fmt.Errorf("stream %q: the part after %q is no UUID", text, kind+"-")
	}
	return Stream{Kind: Kind(kind), ID: u}, nil
}

// Beside is the id of a stream that belongs to the thing with this id, one of each sort of mark: whoever knows one id
// knows the other, without asking. Beside(Beside(id, mark), mark) is id, and a UUIDv7 stays one.
func Beside(id uuid.UUID, mark byte) uuid.UUID {
	for i := 9; i < len(id); i++ {
		id[i] ^= mark
	}
	return id
}

// Personal is text about Subject: a name, an address, a file's name, a message. The store seals Text with Subject's
// key; once that key is destroyed Text is empty and Erased is true.
type Personal struct {
	Subject uuid.UUID
	Text    string
	Erased  bool
}

// Of is text about subject.
func Of(subject uuid.UUID, text string) Personal { return Personal{Subject: subject, Text: text} }

// String shows the text, or that it was erased.
func (p Personal) String() string {
	if p.Erased {
		return "(erased)"
	}
	return p.Text
}

// ActorKind is the sort of somebody who acts.
type ActorKind string

// The sorts of actors. Their words are stored.
const (
	Staff    ActorKind = "staff"
	Contact  ActorKind = "contact"
	Uploader ActorKind = "uploader" // the holder of an upload link; the id is the recipient's
	System   ActorKind = "system"   // the saga, a worker; the id is zero
	Operator ActorKind = "operator" // a person at the command line; the id is zero
)

// Actor is who did it.
type Actor struct {
	Kind ActorKind
	ID   uuid.UUID
}

// Meta is what belongs to the record and not to the fact: who acted, on whose behalf, through which command, because of
// what. Zero ids are left out.
type Meta struct {
	Actor       Actor
	For         uuid.UUID // the contact on whose behalf somebody of the practice acted (S4.i1); zero: nobody's
	Command     uuid.UUID // idempotency: one command id takes effect once
	Correlation uuid.UUID // the request
	Causation   uuid.UUID // the command or event that led here
}

// Recorded is an event as the store holds it.
type Recorded struct {
	Position   int64 // place in the log: rising, with gaps
	Stream     Stream
	Version    int // place in the stream: 1, 2, 3, without gaps
	Firm       int32
	At         time.Time // when it happened, UTC, by the database's clock, part of the hash
	RecordedAt time.Time // when the row was written, by the database's clock
	Event      Event
	Meta       Meta
	Hash       [32]byte
	ReadAt     time.Time // the database's clock when it was read; zero outside Load
}
