package views

import (
	"html/template"

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
	Field       uuid.UUID // of an answer in files, as are those below
	Files       []TaskFile
	Attach      *ItemAttach // nil: none can be sent
	Full        bool        // it takes no more
	Earlier     string      // where those are that were sent before; empty: there are none
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

// Forms are those of buttons in the section's lines, which stand outside of the section's own form.
func (s SheetSection) Forms() (acts []TaskFileAct) {
	for _, l := range s.Lines {
		for _, f := range l.Files {
			acts = append(acts, f.Acts...)
		}
	}
	return acts
}

// InRow tells that it is a column, in one row.
func (l SheetLine) InRow() bool { return l.Row != uuid.Nil }

// SheetOption is an answer to choose.
type SheetOption struct {
	Value, Text string
	Chosen      bool
}

// PortalSheet is the questionnaire of a task as its contacts fill it in, or, once they have, read it.
type PortalSheet struct {
	W        *language.Words
	Practice string
	Client   string // whose others see the answers, too; empty: there are none
	Intro    template.HTML
	Sheet    Sheet
	Review   string
	PDF      string
	Open     bool
}

// PortalReview is a questionnaire as it is looked through before it is submitted.
type PortalReview struct {
	Portal
	Command  uuid.UUID
	ID       uuid.UUID
	Back     string
	PDF      string
	Of       string // the task
	Sheet    Sheet
	Open     bool
	Problems Problems
}

// TaskAnswers are the answers to a questionnaire as the practice sees them.
type TaskAnswers struct {
	Task      uuid.UUID
	Form      uuid.UUID
	Name      string // of the questionnaire
	Version   int
	Submitted string // when and by whom; empty: it isn't
	Takes     bool   // answers can be put right
	Sections  []TaskAnswerSection
}

// For is what somebody sees who may, or may not, change tasks.
func (a TaskAnswers) For(may bool) TaskAnswers {
	a.Takes = a.Takes && may
	return a
}

// Next is the command id of one more form.
func (TaskAnswers) Next() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// TaskAnswerSection is a section with what was answered.
type TaskAnswerSection struct {
	ID       uuid.UUID
	Title    string
	Progress string
	Done     bool
	Back     string // why it was sent back
	Lines    []SheetAnswer
}

// SheetAnswer is one answer.
type SheetAnswer struct {
	Line    SheetLine // its input, for a correction
	Command uuid.UUID
	By      string // who has answered, and when
	Open    bool   // its correction was refused
	Reason  string // as it was typed
}

// SheetAnswers are the answers of a sheet to be read; Back is where each can be changed, empty where none can.
type SheetAnswers struct {
	Sheet Sheet
	Back  string
}

// Answers are what is looked through.
func (p PortalReview) Answers() SheetAnswers {
	if !p.Open {
		return SheetAnswers{Sheet: p.Sheet}
	}
	return SheetAnswers{Sheet: p.Sheet, Back: p.Back}
}

// Answers are what was submitted.
func (p PortalSheet) Answers() SheetAnswers { return SheetAnswers{Sheet: p.Sheet} }

// File is Page.
func (PortalReview) File() string { return "portal_review.html" }
