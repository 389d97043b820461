package task

import (
	"slices"
	"strings"
	"time"

	"portico/domain/fault"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// What can stand in the way of files that answer a question (rule 36).
var (
	ErrFieldFull = fault.New(fault.Conflict, "task.field_full",
		"There are as many files as this question takes.")
	ErrFieldChecked = fault.New(fault.Conflict, "task.field_checked",
		"A file is still being checked for viruses. Try again when that is done.")
	ErrFieldInfected = fault.New(fault.Conflict, "task.field_infected",
		"A virus was found in a file. Take it away, or send another one in its place, then submit.")
)

// answersWith tells that a file is, or is to be, part of the answer to a question.
func (t Task) answersWith(p Place) bool { return t.says.Kind == FormFilling && p.Item != uuid.Nil }

// placedOnField is where a file goes that answers the question s.Asked.
func (t Task) placedOnField(s Sending, p Place) (Place, error) {
	most := s.Asked.Most
	if most == 0 {
		most = questionnaire.MaxFiles
	}
	switch {
	case s.Asked.ID != p.Item, s.Asked.Kind != questionnaire.File, s.Contact == uuid.Nil, p.Talk != (Talk{}), p.Message != uuid.Nil:
		return p, ErrQuestion
	case t.shared.done:
		return p, ErrSubmitted
	case t.put(p.Item) >= most:
		return p, ErrFieldFull.Withf("“%s” takes at most %d files.", s.Asked.Label, most)
	}
	return p, nil
}

// put is how many files answer a question, those on their way among them.
func (t Task) put(field uuid.UUID) int {
	n := len(t.filesOf(field))
	for _, f := range t.files {
		if f.place.Item == field && f.state == receiving {
			n++
		}
	}
	return n
}

// filesOf are the files that a question was answered with, as ids are spelt.
func (t Task) filesOf(field uuid.UUID) []string {
	return questionnaire.List(t.answers.values[questionnaire.Place{Field: field}])
}

// answerWith adds that a file has become part of an answer, or where in is false that it is none any more. A file that
// answers nothing, and one that is there, or gone, already, add nothing.
func (t Task) answerWith(events []Event, f *file, in bool, by Who, now time.Time) []Event {
	if !t.answersWith(f.place) {
		return events
	}
	field, id := f.place.Item, f.id.String()
	ids := slices.Clone(t.filesOf(field))
	switch at := slices.Index(ids, id); {
	case in && at < 0:
		ids = append(ids, id)
	case !in && at >= 0:
		ids = slices.Delete(ids, at, at+1)
	default:
		return events
	}
	return append(events, Answered{Field: field, Value: of(t.says.Subject, strings.Join(ids, ",")), By: by, At: now})
}

// takesOut tells that any contact who fills the questionnaire in may take a file out of an answer, without more becoming of
// it: the practice has it already, or nobody may have it.
func (t Task) takesOut(f *file) bool {
	return t.answersWith(f.place) && !t.shared.done && (f.returned || f.infected) && slices.Contains(t.filesOf(f.place.Item), f.id.String())
}

// handsOver are the files that go to the practice with what is submitted: the drafts that answer what is shown. It refuses
// with ErrFieldInfected, ErrFieldChecked.
func (t Task) handsOver(q questionnaire.Questionnaire) (drafts []uuid.UUID, err error) {
	for _, p := range q.Lines(t.Answers()) {
		for _, l := range p.Lines {
			if l.Field.Kind != questionnaire.File {
				continue
			}
			for _, text := range questionnaire.List(l.Value) {
				id, _ := uuid.Parse(text)
				switch f := t.attachment(id); {
				case f == nil:
				case f.infected:
					return nil, ErrFieldInfected
				case f.awaited:
					return nil, ErrFieldChecked
				case !f.returned && f.kept():
					drafts = append(drafts, id)
				}
			}
		}
	}
	return drafts, nil
}
