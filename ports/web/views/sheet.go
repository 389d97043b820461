package views

import (
	"portico/app/language"

	"github.com/google/uuid"
)

// Sheet is a questionnaire that is being filled in, or a look at one.
type Sheet struct {
	W        *language.Words
	Action   string // where answers are sent; empty: none are taken
	Key      string // what they are kept under in the browser until the server has them; empty: they are not kept
	Review   string // address of the page on which it is looked through
	Sections []SheetSection
	Given    int // answers
	Missing  int // of those that have to be given, and those to be looked at again
	Off      bool
}

// SheetSection is a part of a sheet.
type SheetSection struct {
	W           *language.Words
	Action      string
	Off         bool // nothing can be answered
	ID          uuid.UUID
	Command     uuid.UUID
	Title, Help string
	Progress    string
	Done        bool
	Back        string // why it was sent back
	Unsure      bool   // something in it was taken from another year
	Lines       []SheetLine
}

// SheetLine is a question with its answer.
type SheetLine struct {
	W           *language.Words
	Name        string // of its input
	Place       string // "field" or "field.row"
	Kind        string
	Label, Help string
	Required    bool
	Value       string
	Shown       string // as people read it
	Options     []SheetOption
	Currency    string
	Min, Max    string
	Letters     int
	Limits      string // in words; empty: none
	Note        string // who answered it, and when
	Unsure      bool   // taken from another year
	Corrected   string // that the practice has put it right, from what, and why
	Missing     bool
	Off         bool
	Heading     string // of the row that begins with it
	Row         uuid.UUID
	Group       uuid.UUID // the group of the row that begins with it, whose row can be removed; zero: none begins
	Add         bool      // of a group: there may be one row more
	Problem     *Problem
}

// Described is what the line's input is described by.
func (l SheetLine) Described() string {
	text := ""
	if l.Help != "" || l.Limits != "" {
		text = l.Name + "-hint "
	}
	if l.Problem != nil {
		text += l.Problem.ID()
	}
	return text
}

// SheetOption is an answer to choose.
type SheetOption struct {
	Value, Text string
	Chosen      bool
}
