package task

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// answerEvent is an event about what a questionnaire was answered.
//
//sumtype:decl
type answerEvent interface {
	Event
	ofAnswer()
}

// Answered says what a field was answered, in a row where it is a column, in the one spelling that answers of its sort
// have. An empty value takes the answer back.
type Answered struct {
	Field uuid.UUID      `json:"field" es:"id"`
	Row   uuid.UUID      `json:"row,omitzero" es:"id"`
	Value event.Personal `json:"value" es:"personal"`
	By    Who            `json:"by" es:"nested"`
	At    time.Time      `json:"at" es:"fact"`
}

// AnswersPrefilled takes over what was answered on an earlier task. Until somebody says so, none of it holds.
type AnswersPrefilled struct {
	From    uuid.UUID  `json:"from" es:"id"` // the earlier task
	Rows    []GivenRow `json:"rows,omitempty" es:"nested"`
	Answers []Given    `json:"answers,omitempty" es:"nested"`
	At      time.Time  `json:"at" es:"fact"`
}

// Given is one answer.
type Given struct {
	Field uuid.UUID      `json:"field" es:"id"`
	Row   uuid.UUID      `json:"row,omitzero" es:"id"`
	Value event.Personal `json:"value" es:"personal"`
}

// GivenRow is one row of a group.
type GivenRow struct {
	Group uuid.UUID `json:"group" es:"id"`
	Row   uuid.UUID `json:"row" es:"id"`
}

// AnswerCorrected says that the practice has put an answer right. Was is what stood there; Reason is for the client to
// read.
type AnswerCorrected struct {
	Field  uuid.UUID      `json:"field" es:"id"`
	Row    uuid.UUID      `json:"row,omitzero" es:"id"`
	Was    event.Personal `json:"was" es:"personal"`
	Value  event.Personal `json:"value" es:"personal"`
	Reason event.Personal `json:"reason" es:"personal"`
	By     Who            `json:"by" es:"nested"`
	At     time.Time      `json:"at" es:"fact"`
}

// RowAdded adds a row to a group, below those that are there.
type RowAdded struct {
	Group uuid.UUID `json:"group" es:"id"`
	Row   uuid.UUID `json:"row" es:"id"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// RowRemoved takes a row away with its answers.
type RowRemoved struct {
	Group uuid.UUID `json:"group" es:"id"`
	Row   uuid.UUID `json:"row" es:"id"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// FilesSubmitted hands files over to the practice that answer questions, with everything else that is submitted.
type FilesSubmitted struct {
	Files []uuid.UUID `json:"files" es:"id"`
	By    Who         `json:"by" es:"nested"`
	At    time.Time   `json:"at" es:"fact"`
}

// SectionSentBack says that a part of the questionnaire is to be looked at again, until the client submits it anew. Reason
// is for the client to read.
type SectionSentBack struct {
	Section uuid.UUID      `json:"section" es:"id"`
	Reason  event.Personal `json:"reason" es:"personal"`
	By      Who            `json:"by" es:"nested"`
	At      time.Time      `json:"at" es:"fact"`
}

func (Answered) EventType() string         { return "task.answered" }
func (AnswersPrefilled) EventType() string { return "task.answers_prefilled" }
func (AnswerCorrected) EventType() string  { return "task.answer_corrected" }
func (RowAdded) EventType() string         { return "task.row_added" }
func (RowRemoved) EventType() string       { return "task.row_removed" }
func (FilesSubmitted) EventType() string   { return "task.files_submitted" }
func (SectionSentBack) EventType() string  { return "task.section_sent_back" }

func (Answered) task()         {}
func (AnswersPrefilled) task() {}
func (AnswerCorrected) task()  {}
func (RowAdded) task()         {}
func (RowRemoved) task()       {}
func (FilesSubmitted) task()   {}
func (SectionSentBack) task()  {}

func (Answered) ofAnswer()         {}
func (AnswersPrefilled) ofAnswer() {}
func (AnswerCorrected) ofAnswer()  {}
func (RowAdded) ofAnswer()         {}
func (RowRemoved) ofAnswer()       {}
func (FilesSubmitted) ofAnswer()   {}
func (SectionSentBack) ofAnswer()  {}
