package form

import (
	"time"

	"portico/domain/event"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "form"

// Stream is the history of one questionnaire.
func Stream(form uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: form} }

// Event is one fact about a questionnaire. The list in this file is the whole list. Its texts are the practice's own, and
// about nobody.
//
//sumtype:decl
type Event interface {
	event.Event
	form()
}

// Created begins a questionnaire. Copied is the one that it was made from, whose sections and fields follow anew.
type Created struct {
	Title  string    `json:"title" es:"fact"`
	Intro  string    `json:"intro,omitempty" es:"fact"` // Markdown
	Copied uuid.UUID `json:"copied,omitzero" es:"id"`
	At     time.Time `json:"at" es:"fact"`
}

// Retitled states anew what it is called and how it begins.
type Retitled struct {
	Title string    `json:"title" es:"fact"`
	Intro string    `json:"intro,omitempty" es:"fact"`
	At    time.Time `json:"at" es:"fact"`
}

// SectionPut puts a section below another one, at the top where After is zero. One that was there before is changed or
// moved, with its fields; Section's own Fields are none.
type SectionPut struct {
	Section questionnaire.Section `json:"section" es:"nested"`
	After   uuid.UUID             `json:"after,omitzero" es:"id"`
	At      time.Time             `json:"at" es:"fact"`
}

// SectionRemoved takes a section away with its fields.
type SectionRemoved struct {
	Section uuid.UUID `json:"section" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// FieldPut puts a field into a section, below another field, at its top where After is zero; a column below its group or
// another of its columns. One that was there before is changed or moved, a group with its columns.
type FieldPut struct {
	Section uuid.UUID           `json:"section" es:"id"`
	After   uuid.UUID           `json:"after,omitzero" es:"id"`
	Field   questionnaire.Field `json:"field" es:"nested"`
	At      time.Time           `json:"at" es:"fact"`
}

// FieldRemoved takes a field away, a group with its columns.
type FieldRemoved struct {
	Field uuid.UUID `json:"field" es:"id"`
	At    time.Time `json:"at" es:"fact"`
}

// Published makes what stands there a version that clients are asked with, and that stays as it is.
type Published struct {
	Version int       `json:"version" es:"fact"` // 1, 2, 3
	At      time.Time `json:"at" es:"fact"`
}

// Archived says that nobody is to be asked with it any more. Who was, still is.
type Archived struct {
	At time.Time `json:"at" es:"fact"`
}

// Restored takes that back.
type Restored struct {
	At time.Time `json:"at" es:"fact"`
}

func (Created) EventType() string        { return "form.created" }
func (Retitled) EventType() string       { return "form.retitled" }
func (SectionPut) EventType() string     { return "form.section_put" }
func (SectionRemoved) EventType() string { return "form.section_removed" }
func (FieldPut) EventType() string       { return "form.field_put" }
func (FieldRemoved) EventType() string   { return "form.field_removed" }
func (Published) EventType() string      { return "form.published" }
func (Archived) EventType() string       { return "form.archived" }
func (Restored) EventType() string       { return "form.restored" }

func (Created) form()        {}
func (Retitled) form()       {}
func (SectionPut) form()     {}
func (SectionRemoved) form() {}
func (FieldPut) form()       {}
func (FieldRemoved) form()   {}
func (Published) form()      {}
func (Archived) form()       {}
func (Restored) form()       {}
