package tasktemplate

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "tasktemplate"

// Stream is the history of one template.
func Stream(id uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: id} }

// Event is one fact about a template. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	taskTemplate()
}

// Saved makes a template or states all of it anew. It names nobody: where a text speaks of a client, it has a blank.
type Saved struct {
	Name        string    `json:"name" es:"fact"`
	Task        string    `json:"task" es:"fact"` // the sort of task: todo, question, documents
	Title       string    `json:"title" es:"fact"`
	Description string    `json:"description,omitempty" es:"fact"` // Markdown
	DueIn       int       `json:"due_in" es:"fact"`                // days after it is asked; -1: it has no due date
	Priority    string    `json:"priority" es:"fact"`
	Each        bool      `json:"each,omitzero" es:"fact"`
	Together    bool      `json:"together,omitzero" es:"fact"`
	Checklist   []string  `json:"checklist,omitempty" es:"fact"`
	Items       []Item    `json:"items,omitempty" es:"nested"`
	Repeat      Repeat    `json:"repeat,omitzero" es:"nested"` // zero: it doesn't
	At          time.Time `json:"at" es:"fact"`
}

// Item is one thing that a request asks for.
type Item struct {
	Title    string   `json:"title" es:"fact"`
	Help     string   `json:"help,omitempty" es:"fact"`
	Types    []string `json:"types,omitempty" es:"fact"`
	Most     int      `json:"most,omitzero" es:"fact"`
	Optional bool     `json:"optional,omitzero" es:"fact"`
	Own      bool     `json:"own,omitzero" es:"fact"`

	Examples []Example `json:"examples,omitempty" es:"nested"` // files of the practice that show what is meant
}

// Example is a file of the practice. Its bytes are kept for as long as a template names it.
type Example struct {
	ID   uuid.UUID `json:"id" es:"id"`
	Name string    `json:"name" es:"fact"`
}

// Repeat is how a task comes again.
type Repeat struct {
	Every int    `json:"every,omitzero" es:"fact"`
	Unit  string `json:"unit,omitempty" es:"fact"`
	From  string `json:"from,omitempty" es:"fact"`
	Wait  bool   `json:"wait,omitzero" es:"fact"`
}

// Removed takes a template away. Tasks that were made from it stay.
type Removed struct {
	At time.Time `json:"at" es:"fact"`
}

func (Saved) EventType() string   { return "tasktemplate.saved" }
func (Removed) EventType() string { return "tasktemplate.removed" }

func (Saved) taskTemplate()   {}
func (Removed) taskTemplate() {}
