// Package questionnaire is what a practice asks its clients in one go, what an answer to it looks like, and what is still
// missing.
//
//  1. A questionnaire has up to 50 sections and 300 fields. A field of the sort Group is answered by rows, and each row
//     answers the columns of that group, which stand below it in its section.
//  2. A section or a field may be shown only where another field has a certain answer, or any. That field stands above it,
//     so that no condition can lead to itself. A column may ask columns of its own row; nothing else may ask a column.
//  3. What is not shown counts for nothing: it is not missing, it is not exported, and a condition on it finds no answer.
//  4. An answer has one spelling, whatever was typed: a number its digits with a dot, money two of them behind it, a day
//     2026-05-12, a choice the ids of what was chosen, in their order.
//  5. A number that can be read in two ways, like 1,234, is asked for again. Money can't: it has two digits behind its point.
//  6. Who was asked gives every required answer that is shown, and has said of each that was taken from another year that
//     it still holds.
package questionnaire

import (
	"slices"

	"github.com/google/uuid"
)

// How much a questionnaire holds.
const (
	MaxSections = 50
	MaxFields   = 300 // columns included
	MaxOptions  = 100
	MaxRows     = 100    // of one group
	MaxTitle    = 200    // letters, of a questionnaire, a section, a field, an option
	MaxHelp     = 2_000  // letters
	MaxText     = 500    // letters of a short answer
	MaxLong     = 10_000 // letters of a long one
	MaxFiles    = 20     // of one answer
	MaxTypes    = 50     // of files
)

// Questionnaire is what is asked.
type Questionnaire struct {
	Title    string    `json:"title" es:"fact"`
	Intro    string    `json:"intro,omitempty" es:"fact"` // Markdown
	Sections []Section `json:"sections,omitempty" es:"nested"`
}

// Section is a part that is answered, looked at and sent back by itself.
type Section struct {
	ID     uuid.UUID `json:"id" es:"id"`
	Title  string    `json:"title" es:"fact"`
	Help   string    `json:"help,omitempty" es:"fact"`
	If     Condition `json:"if,omitzero" es:"nested"`
	Fields []Field   `json:"fields,omitempty" es:"nested"`
}

// Field is one question.
type Field struct {
	ID       uuid.UUID `json:"id" es:"id"`
	Kind     Kind      `json:"kind" es:"fact"`
	Label    string    `json:"label" es:"fact"`
	Help     string    `json:"help,omitempty" es:"fact"`
	Required bool      `json:"required,omitzero" es:"fact"`
	Options  []Option  `json:"options,omitempty" es:"nested"` // of One and Many; of File the types that it takes, "pdf": none: all
	Currency string    `json:"currency,omitempty" es:"fact"`  // of Money: EUR
	Min      string    `json:"min,omitempty" es:"fact"`       // of Number, Money and Date, as an answer is spelt; none: no limit
	Max      string    `json:"max,omitempty" es:"fact"`       // likewise
	Most     int       `json:"most,omitzero" es:"fact"`       // letters of Text and Long, files of File, rows of Group; 0: as many as there can be
	Group    uuid.UUID `json:"group,omitzero" es:"id"`        // the group whose column it is; zero: none
	If       Condition `json:"if,omitzero" es:"nested"`
}

// Option is one of the answers to choose from.
type Option struct {
	ID   uuid.UUID `json:"id" es:"id"`
	Text string    `json:"text" es:"fact"`
}

// Kind is the sort of a field.
type Kind string

// The sorts. Their words are stored.
const (
	Text   Kind = "text"
	Long   Kind = "long"
	Number Kind = "number"
	Money  Kind = "money"
	Date   Kind = "date"
	One    Kind = "one"  // of several options
	Many   Kind = "many" // of several options
	YesNo  Kind = "yesno"
	File   Kind = "file"
	Group  Kind = "group" // rows of columns
)

// Kinds are all sorts of fields.
func Kinds() []Kind { return []Kind{Text, Long, Number, Money, Date, One, Many, YesNo, File, Group} }

// The answers of YesNo.
const (
	Yes = "yes"
	No  = "no"
)

// Condition says when something is shown: where Field is answered like this. The zero value is always.
type Condition struct {
	Field uuid.UUID `json:"field,omitzero" es:"id"`
	Test  Test      `json:"test,omitempty" es:"fact"`
	Value string    `json:"value,omitempty" es:"fact"` // an option's id, or Yes or No
}

// Test is how an answer is looked at.
type Test string

// The tests. Their words are stored.
const (
	Answered Test = "answered"
	Is       Test = "is"     // of Many: is among those chosen
	IsNot    Test = "is_not" // answered, and otherwise
)

// Fields are all of them, in order, each with its section.
func (q Questionnaire) Fields(yield func(Section, Field) bool) {
	for _, s := range q.Sections {
		for _, f := range s.Fields {
			if !yield(s, f) {
				return
			}
		}
	}
}

// Field is one of them.
func (q Questionnaire) Field(id uuid.UUID) (Section, Field, bool) {
	for s, f := range q.Fields {
		if f.ID == id {
			return s, f, true
		}
	}
	return Section{}, Field{}, false
}

// Section is one of them.
func (q Questionnaire) Section(id uuid.UUID) (Section, bool) {
	i := slices.IndexFunc(q.Sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		return Section{}, false
	}
	return q.Sections[i], true
}

// Columns are those of a group.
func (s Section) Columns(group uuid.UUID) (columns []Field) {
	for _, f := range s.Fields {
		if f.Group == group && group != uuid.Nil {
			columns = append(columns, f)
		}
	}
	return columns
}

// Option is one of the field's.
func (f Field) Option(id string) (Option, bool) {
	for _, o := range f.Options {
		if o.ID.String() == id {
			return o, true
		}
	}
	return Option{}, false
}

// Types are those of files that a File takes, without dot; none: all.
func (f Field) Types() (types []string) {
	if f.Kind != File {
		return nil
	}
	for _, o := range f.Options {
		types = append(types, o.Text)
	}
	return types
}

// Clone shares no memory with q.
func (q Questionnaire) Clone() Questionnaire {
	q.Sections = slices.Clone(q.Sections)
	for i := range q.Sections {
		q.Sections[i].Fields = slices.Clone(q.Sections[i].Fields)
		for j := range q.Sections[i].Fields {
			f := &q.Sections[i].Fields[j]
			f.Options = slices.Clone(f.Options)
		}
	}
	return q
}
