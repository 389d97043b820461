package task

import (
	"maps"
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// What can stand in the way of a questionnaire's answers.
var (
	ErrNoForm = fault.New(fault.Conflict, "task.no_form",
		"This is no questionnaire.")
	ErrFormEach = fault.New(fault.Invalid, "task.form_each",
		"A questionnaire is filled in by all of them together. Assign it to each of them as a task of its own instead.")
	ErrSubmitted = fault.New(fault.Conflict, "task.submitted",
		"This was submitted, so its answers stay as they are. Take it back first, or write to the practice.")
	ErrQuestion = fault.New(fault.NotFound, "task.question_gone",
		"This question is not asked here. Reload the page.")
	ErrRow = fault.New(fault.NotFound, "task.row",
		"This row is gone. Reload the page.")
	ErrRows = fault.New(fault.Invalid, "task.rows",
		"There are as many rows as this question takes.")
	ErrIncomplete = fault.New(fault.Conflict, "task.incomplete",
		"Something is still missing. Look through the questionnaire, then submit it.")
	ErrSubmit = fault.New(fault.Conflict, "task.submit",
		"A questionnaire is done when it is submitted: look through it, then submit it.")
	ErrNotSubmitted = fault.New(fault.Conflict, "task.not_submitted",
		"The client is still filling this in, so there is nothing to send back.")
	ErrSections = fault.New(fault.Invalid, "task.sections",
		"Choose which sections are to be looked at again.")
)

// answers are those of a questionnaire.
type answers struct {
	values map[questionnaire.Place]string
	unsure map[questionnaire.Place]bool
	rows   map[uuid.UUID][]uuid.UUID
}

func (t Task) applyAnswer(e answerEvent) Task {
	a := &t.answers
	switch e := e.(type) {
	case Answered:
		a.put(questionnaire.Place{Field: e.Field, Row: e.Row}, e.Value.Text, false)
	case AnswerCorrected:
		a.put(questionnaire.Place{Field: e.Field, Row: e.Row}, e.Value.Text, false)
	case AnswersPrefilled:
		for _, r := range e.Rows {
			a.rows = set(a.rows, r.Group, append(a.rows[r.Group], r.Row))
		}
		for _, g := range e.Answers {
			a.put(questionnaire.Place{Field: g.Field, Row: g.Row}, g.Value.Text, true)
		}
	case RowAdded:
		a.rows = set(a.rows, e.Group, append(a.rows[e.Group], e.Row))
	case FilesSubmitted:
		for _, id := range e.Files {
			t.file(id, func(f *file) { f.returned = true })
		}
	case RowRemoved:
		a.rows = set(a.rows, e.Group, slices.DeleteFunc(slices.Clone(a.rows[e.Group]), func(r uuid.UUID) bool { return r == e.Row }))
		maps.DeleteFunc(a.values, func(p questionnaire.Place, _ string) bool { return p.Row == e.Row })
		maps.DeleteFunc(a.unsure, func(p questionnaire.Place, _ bool) bool { return p.Row == e.Row })
	case SectionSentBack: // for people to read
	}
	return t
}

func (a *answers) put(at questionnaire.Place, value string, unsure bool) {
	delete(a.unsure, at)
	if value == "" {
		delete(a.values, at)
		return
	}
	a.values = set(a.values, at, value)
	if unsure {
		a.unsure = set(a.unsure, at, true)
	}
}

// Answers are those of the questionnaire so far. They are t's own: whoever keeps them copies them.
func (t Task) Answers() questionnaire.Answers {
	return questionnaire.Answers{Values: t.answers.values, Unsure: t.answers.unsure, Rows: t.answers.rows}
}

// Form is the questionnaire that the task asks for, and in which version; zero: none.
func (t Task) Form() (form uuid.UUID, version int) { return t.says.Form, t.says.FormVersion }

// Submitted tells that the client is done with a questionnaire.
func (t Task) Submitted() bool { return t.says.Kind == FormFilling && t.shared.done }

// fills refuses a contact whose answers the task does not take, or not now (rules 7, 29).
func (t Task) fills(contact uuid.UUID, now time.Time) error {
	switch err := t.acts(contact, now); {
	case err != nil:
		return err
	case t.says.Kind != FormFilling:
		return ErrNoForm
	case t.shared.done:
		return ErrSubmitted
	}
	return nil
}

// canonical is an answer to q in its one spelling, where there is a question, and a row where it is a column.
func (t Task) canonical(q questionnaire.Questionnaire, a questionnaire.Answer) (string, error) {
	_, f, ok := q.Field(a.Field)
	switch {
	case !ok:
		return "", ErrQuestion
	case f.Group == uuid.Nil && a.Row != uuid.Nil, f.Group != uuid.Nil && !slices.Contains(t.answers.rows[f.Group], a.Row):
		return "", ErrRow
	case f.Kind == questionnaire.File && !slices.Equal(questionnaire.List(a.Value), t.filesOf(a.Field)):
		return "", questionnaire.ErrFiles.Withf("“%s”: files are sent and taken away one by one.", f.Label)
	}
	return f.Canonical(a.Value)
}

// Answer keeps a contact's answers to q, the version that the task asks for, all of them or none (rule 29). An answer
// that stands so already is no event, and one that was taken from an earlier task holds from then on. It refuses with
// ErrNotFound, ErrClosed, ErrNoForm, ErrSubmitted, ErrQuestion, ErrRow, and as questionnaire.Field.Canonical does.
func (t Task) Answer(q questionnaire.Questionnaire, contact uuid.UUID, given []questionnaire.Answer, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.fills(contact, now); err != nil {
		return nil, err
	}
	var events []Event
	for _, a := range given {
		value, err := t.canonical(q, a)
		if err != nil {
			return nil, err
		}
		if value != t.answers.values[a.Place] || t.answers.unsure[a.Place] {
			events = append(events, Answered{Field: a.Field, Row: a.Row, Value: of(t.says.Subject, value), By: by, At: now})
		}
	}
	if len(events) > 0 {
		due = append(due, t.noticed(contact, by, now)...)
	}
	return append(due, events...), nil
}

// noticed says of a contact who fills the questionnaire in themselves that they have seen it (rule 29).
func (t Task) noticed(contact uuid.UUID, by Who, now time.Time) []Event {
	if t.parts[contact].seen || by != (Who{Kind: event.Contact, ID: contact}) {
		return nil
	}
	return []Event{Seen{Contact: contact, At: now}}
}

// AddRow adds a row to a group of q (rule 29). One that is there is no event. It refuses with ErrNotFound, ErrClosed,
// ErrNoForm, ErrSubmitted, ErrQuestion, ErrRows.
func (t Task) AddRow(q questionnaire.Questionnaire, contact uuid.UUID, row questionnaire.Row, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.fills(contact, now); err != nil {
		return nil, err
	}
	_, f, ok := q.Field(row.Group)
	most := questionnaire.MaxRows
	if f.Most > 0 {
		most = f.Most
	}
	switch rows := t.answers.rows[row.Group]; {
	case !ok, f.Kind != questionnaire.Group, row.ID == uuid.Nil:
		return nil, ErrQuestion
	case slices.Contains(rows, row.ID):
		return due, nil
	case len(rows) >= most:
		return nil, ErrRows.Withf("“%s” takes at most %d rows.", f.Label, most)
	}
	due = append(due, t.noticed(contact, by, now)...)
	return append(due, RowAdded{Group: row.Group, Row: row.ID, By: by, At: now}), nil
}

// RemoveRow takes a row away with its answers (rule 29). One that is gone is no event. It refuses with ErrNotFound,
// ErrClosed, ErrNoForm, ErrSubmitted.
func (t Task) RemoveRow(contact uuid.UUID, row questionnaire.Row, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.fills(contact, now); err != nil {
		return nil, err
	}
	if !slices.Contains(t.answers.rows[row.Group], row.ID) {
		return due, nil
	}
	return append(due, RowRemoved{Group: row.Group, Row: row.ID, By: by, At: now}), nil
}

// Submit says that a contact has filled in q, for all of them (rules 30, 36). people are as in Assigning. The second time
// changes nothing. It refuses with ErrNotFound, ErrClosed, ErrNoForm, ErrIncomplete, ErrFieldInfected, ErrFieldChecked.
func (t Task) Submit(q questionnaire.Questionnaire, contact uuid.UUID, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.acts(contact, now); err != nil {
		return nil, err
	}
	missing := q.Missing(t.Answers())
	switch {
	case t.says.Kind != FormFilling:
		return nil, ErrNoForm
	case t.shared.done:
		return due, nil
	case len(missing) > 0:
		_, f, _ := q.Field(missing[0].Field)
		return nil, ErrIncomplete.Withf("%d questions still want an answer or your agreement, the first of them “%s”.", len(missing), f.Label)
	}
	files, err := t.handsOver(q)
	if err != nil {
		return nil, err
	}
	if len(files) > 0 {
		due = append(due, FilesSubmitted{Files: files, By: by, At: now})
	}
	return append(due, t.finish(contact, event.Personal{}, people, by, now)...), nil
}

// Correct puts one answer right in the practice's name, at any time before the task is closed (rule 31). What stands so
// already is no event. It refuses with ErrNotFound, ErrClosed, ErrNoForm, ErrQuestion, ErrRow, ErrReason, and as
// questionnaire.Field.Canonical does.
func (t Task) Correct(q questionnaire.Questionnaire, a questionnaire.Answer, reason string, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	if t.says.Kind != FormFilling {
		return nil, ErrNoForm
	}
	reason, err := checkReason(reason)
	if err != nil {
		return nil, err
	}
	value, err := t.canonical(q, a)
	switch was := t.answers.values[a.Place]; {
	case err != nil:
		return nil, err
	case was == value && !t.answers.unsure[a.Place]:
		return due, nil
	default:
		s := t.says.Subject
		return append(due, AnswerCorrected{Field: a.Field, Row: a.Row, Was: of(s, was), Value: of(s, value), Reason: of(s, reason), By: by, At: now}), nil
	}
}

// SendBackSections asks the client to look at parts of what they have submitted again, and why (rule 31). It refuses with
// ErrNotFound, ErrClosed, ErrNoForm, ErrNotSubmitted, ErrSections, ErrReason.
func (t Task) SendBackSections(q questionnaire.Questionnaire, sections []uuid.UUID, reason string, by Who, now time.Time) ([]Event, error) {
	t, events := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	reason, err := checkReason(reason)
	switch {
	case t.says.Kind != FormFilling:
		return nil, ErrNoForm
	case !t.shared.done:
		return nil, ErrNotSubmitted
	case err != nil:
		return nil, err
	case reason == "":
		return nil, ErrReason
	case len(sections) == 0:
		return nil, ErrSections
	}
	why := of(t.says.Subject, reason)
	for i, id := range sections {
		if _, ok := q.Section(id); !ok {
			return nil, ErrSections
		}
		if !slices.Contains(sections[:i], id) {
			events = append(events, SectionSentBack{Section: id, Reason: why, By: by, At: now})
		}
	}
	return append(events, Reopened{Reason: why, By: by, At: now}), nil
}

// prefilled takes over what was answered on an earlier task, where there is something.
func prefilled(subject uuid.UUID, p Prefill, now time.Time) []Event {
	if len(p.Values) == 0 && len(p.Rows) == 0 {
		return nil
	}
	e := AnswersPrefilled{From: p.From, At: now}
	for _, r := range p.Rows {
		e.Rows = append(e.Rows, GivenRow{Group: r.Group, Row: r.ID})
	}
	for _, a := range p.Values {
		e.Answers = append(e.Answers, Given{Field: a.Field, Row: a.Row, Value: of(subject, a.Value)})
	}
	return []Event{e}
}

// Prefill is what of this task's answers another one, that asks q, can begin with. then is what this one asks.
func (t Task) Prefill(this uuid.UUID, then, q questionnaire.Questionnaire) Prefill {
	values, rows := q.Kept(then, t.Answers())
	return Prefill{From: this, Values: values, Rows: rows}
}

// fork shares no memory with a that Apply writes to.
func (a answers) fork() answers {
	a.values, a.unsure, a.rows = maps.Clone(a.values), maps.Clone(a.unsure), maps.Clone(a.rows)
	for group, rows := range a.rows {
		a.rows[group] = slices.Clone(rows)
	}
	return a
}
