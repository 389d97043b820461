package views

import (
	"html/template"

	"github.com/google/uuid"
)

// Forms are the practice's questionnaires.
type Forms struct {
	Shell
	New      uuid.UUID // the id of one more
	Command  uuid.UUID
	Title    string // as it was typed
	Rows     []FormLine
	Archived []FormLine
	Problems Problems
}

// FormLine is one questionnaire in a list.
type FormLine struct {
	ID        uuid.UUID
	Title     string
	Asks      string // "12 questions in 3 sections"
	State     Badge
	Changed   When
	Published When // zero: never
	Usable    bool // clients can be asked with it
}

// Form is the page on which a questionnaire is built.
type Form struct {
	Shell
	ID       uuid.UUID
	Command  uuid.UUID // of the first form; Next is that of one more
	Name     string
	Intro    string
	State    Badge
	Versions int
	Changed  bool // since the newest version
	Archived bool
	Sections []FormSection
	Fresh    uuid.UUID // the id of one more section
	Copy     uuid.UUID // the id of a copy
	NewTitle string    // of a section, as it was typed
	Problems Problems
}

// Next is the command id of one more form.
func (Form) Next() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// NextVersion is the one that would be published.
func (f Form) NextVersion() int { return f.Versions + 1 }

// FormSection is a section of a questionnaire.
type FormSection struct {
	ID          uuid.UUID
	Title, Help string
	If          string // when it is shown; empty: always
	IfValue     string
	Ifs         []FormChoices
	First, Last bool
	Fields      []FormField
	Open        bool // its form was refused
}

// FormField is a question in the list of a section.
type FormField struct {
	ID          uuid.UUID
	Label       string
	Kind        string
	Required    bool
	Column      bool // of the group above
	Group       bool // it takes columns
	If          string
	First, Last bool // among its own
}

// FormChoices are answers that a condition can ask for, under the question that has them.
type FormChoices struct {
	Label   string
	Choices []Choice
}

// FormQuestion is the page of one question.
type FormQuestion struct {
	Shell
	Form, Section, Group     uuid.UUID
	ID                       uuid.UUID
	Command                  uuid.UUID
	FormName, SectionName    string
	New                      bool
	Kind, Label, Help        string
	Required                 bool
	Options                  string // one a line
	Types                    string // of files
	Currency, Min, Max, Most string
	If                       string
	Kinds                    []Choice
	Ifs                      []FormChoices
	Problems                 Problems
}

// Column tells that it is one of a group.
func (f FormQuestion) Column() bool { return f.Group != uuid.Nil }

// Lines is an input of several lines.
func (f FormQuestion) Lines(name, label, hint, value string, rows int) Text {
	t := f.Line(name, label, hint, value)
	t.Rows = rows
	return t
}

// Line is an input of the page.
func (f FormQuestion) Line(name, label, hint, value string) Text {
	return Text{Name: name, Label: label, Hint: hint, Value: value, Problem: f.Problems.For(name)}
}

// FormPreview is a questionnaire as a client sees it.
type FormPreview struct {
	Shell
	ID     uuid.UUID
	Name   string
	Intro  template.HTML
	Phone  bool
	Widths []Filter
	Sheet  Sheet
}

// File is Page.
func (Forms) File() string { return "forms.html" }

// File is Page.
func (Form) File() string { return "form.html" }

// File is Page.
func (FormQuestion) File() string { return "form_question.html" }

// File is Page.
func (FormPreview) File() string { return "form_preview.html" }
