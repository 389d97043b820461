package task_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	form                 = id(60)
	you, family          = id(61), id(62) // sections
	name, age, kids, kid = id(63), id(64), id(65), id(66)
	kim, lee             = id(67), id(68) // rows
	noRow                uuid.UUID
	asked                = questionnaire.Questionnaire{Title: "Tax", Sections: []questionnaire.Section{
		{ID: you, Title: "You", Fields: []questionnaire.Field{
			{ID: name, Kind: questionnaire.Text, Label: "Name", Required: true}, {ID: age, Kind: questionnaire.Number, Label: "Age", Max: "150"},
		}},
		{ID: family, Title: "Family", Fields: []questionnaire.Field{
			{ID: kids, Kind: questionnaire.Group, Label: "Children", Most: 1}, {ID: kid, Kind: questionnaire.Text, Label: "First name", Group: kids, Required: true},
		}},
	}}
)

// lookedAt is a questionnaire that everybody has looked at.
func lookedAt(t testing.TB, history ...ev) scenario {
	var looked []ev
	for _, c := range []uuid.UUID{ida, bo, eve} {
		looked = append(looked, task.Seen{Contact: c, At: noon})
	}
	return given(t, slices.Concat(history[:1], looked, history[1:])...)
}

func filling(e *task.Assigned) { e.Kind, e.Form, e.FormVersion = task.FormFilling, form, 1 }

func says(field, row uuid.UUID, value string) questionnaire.Answer {
	return questionnaire.Answer{Place: questionnaire.Place{Field: field, Row: row}, Value: value}
}

func fill(contact uuid.UUID, given ...questionnaire.Answer) decision {
	return func(t state) ([]ev, error) { return t.Answer(asked, contact, given, by(contact), noon) }
}

func answered(contact, field, row uuid.UUID, value string) task.Answered {
	e := task.Answered{Field: field, Row: row, By: by(contact), At: noon}
	if value != "" {
		e.Value = text(value)
	}
	return e
}

func addRow(contact, row uuid.UUID) decision {
	return func(t state) ([]ev, error) {
		return t.AddRow(asked, contact, questionnaire.Row{Group: kids, ID: row}, by(contact), noon)
	}
}

func removeRow(contact, row uuid.UUID) decision {
	return func(t state) ([]ev, error) {
		return t.RemoveRow(contact, questionnaire.Row{Group: kids, ID: row}, by(contact), noon)
	}
}

func submit(contact uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Submit(asked, contact, people, by(contact), noon) }
}

func correct(a questionnaire.Answer, reason string) decision {
	return func(t state) ([]ev, error) { return t.Correct(asked, a, reason, byMary, noon) }
}

func backSections(reason string, sections ...uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.SendBackSections(asked, sections, reason, byMary, noon) }
}

// Rule 1: a questionnaire is one for all of them, in a version that was published.
func TestAssignForm(t *testing.T) {
	asks := func(change ...func(*task.Assigning)) decision {
		return assign(append([]func(*task.Assigning){func(a *task.Assigning) { a.Kind, a.Form, a.FormVersion = task.FormFilling, form, 1 }}, change...)...)
	}
	given(t).When(asks()).Then(assigned(filling))
	given(t).When(asks(func(a *task.Assigning) { a.FormVersion = 0 })).ThenError(task.ErrKind)
	given(t).When(asks(func(a *task.Assigning) { a.Each = true })).ThenError(task.ErrFormEach)
	earlier := task.Prefill{From: id(70), Values: []questionnaire.Answer{says(name, noRow, "Ida")}, Rows: []questionnaire.Row{{Group: kids, ID: kim}}}
	given(t).When(asks(func(a *task.Assigning) { a.Prefill = earlier })).Then(assigned(filling), task.AnswersPrefilled{
		From: id(70), Rows: []task.GivenRow{{Group: kids, Row: kim}}, Answers: []task.Given{{Field: name, Value: text("Ida")}}, At: noon,
	})
}

// Rule 29.
func TestAnswers(t *testing.T) {
	s := lookedAt(t, assigned(filling))
	t.Run("each is kept in its one spelling, and twice is once", func(t *testing.T) {
		one := s.When(fill(ida, says(age, noRow, " 042,0 "))).Then(answered(ida, age, noRow, "42"))
		one.When(fill(bo, says(age, noRow, "42"))).ThenNothing()
		one.When(fill(bo, says(age, noRow, ""))).Then(answered(bo, age, noRow, ""))
	})
	t.Run("several are kept, or none", func(t *testing.T) {
		s.When(fill(ida, says(name, noRow, "Ida"), says(age, noRow, "old"))).ThenError(questionnaire.ErrNumber)
		s.When(fill(ida, says(name, noRow, "Ida"), says(age, noRow, "42"))).Then(answered(ida, name, noRow, "Ida"), answered(ida, age, noRow, "42"))
	})
	t.Run("only of what is asked", func(t *testing.T) {
		s.When(fill(ida, says(id(99), noRow, "x"))).ThenError(task.ErrQuestion)
		s.When(fill(ida, says(name, kim, "x"))).ThenError(task.ErrRow)
		s.When(fill(ida, says(kid, noRow, "x"))).ThenError(task.ErrRow)
		s.When(fill(ida, says(age, noRow, "151"))).ThenError(questionnaire.ErrRange)
		given(t, assigned()).When(fill(ida, says(name, noRow, "x"))).ThenError(task.ErrNoForm)
	})
	t.Run("only by who sees the task, while it is open", func(t *testing.T) {
		s.When(fill(eve, says(name, noRow, "x"))).Then(answered(eve, name, noRow, "x")) // whether she is linked is asked elsewhere
		lookedAt(t, assigned(filling, toIda)).When(fill(bo, says(name, noRow, "x"))).ThenError(task.ErrNotFound)
		lookedAt(t, assigned(filling, held)).When(fill(ida, says(name, noRow, "x"))).ThenError(task.ErrNotFound)
		lookedAt(t, assigned(filling), task.Closed{Outcome: task.Cancelled, By: byMary, At: noon}).When(fill(ida, says(name, noRow, "x"))).ThenError(task.ErrClosed)
	})
	t.Run("rows come and go with their answers", func(t *testing.T) {
		one := s.When(addRow(ida, kim)).Then(task.RowAdded{Group: kids, Row: kim, By: by(ida), At: noon})
		one.When(addRow(bo, kim)).ThenNothing()
		one.When(addRow(bo, lee)).ThenError(task.ErrRows)
		filled := one.When(fill(ida, says(kid, kim, "Kim"))).Then(answered(ida, kid, kim, "Kim"))
		gone := filled.When(removeRow(bo, kim)).Then(task.RowRemoved{Group: kids, Row: kim, By: by(bo), At: noon})
		gone.When(removeRow(bo, kim)).ThenNothing()
		gone.When(fill(ida, says(kid, kim, "Kim"))).ThenError(task.ErrRow)
		if a := gone.State().Answers(); len(a.Values) != 0 || len(a.Rows[kids]) != 0 {
			t.Errorf("left behind: %+v", a)
		}
		s.When(func(t state) ([]ev, error) {
			return t.AddRow(asked, ida, questionnaire.Row{Group: name, ID: kim}, by(ida), noon)
		}).ThenError(task.ErrQuestion)
	})
}

// Rule 29: who answers has seen it, whether their page has said so or not; the practice in their place has not.
func TestAnsweringIsSeeing(t *testing.T) {
	s := given(t, assigned(filling))
	seen := task.Seen{Contact: ida, At: noon}
	s.When(fill(ida, says(age, noRow, "42"))).Then(seen, answered(ida, age, noRow, "42")).When(fill(ida, says(age, noRow, "43"))).Then(answered(ida, age, noRow, "43"))
	s.When(addRow(ida, kim)).Then(seen, task.RowAdded{Group: kids, Row: kim, By: by(ida), At: noon})
	s.When(fill(ida, says(age, noRow, ""))).ThenNothing()
	inPlace := answered(ida, age, noRow, "42")
	inPlace.By = byMary
	inPlace.By.For = ida
	s.When(func(t state) ([]ev, error) {
		return t.Answer(asked, ida, []questionnaire.Answer{says(age, noRow, "42")}, inPlace.By, noon)
	}).Then(inPlace)
}

// Rule 30.
func TestSubmit(t *testing.T) {
	s := lookedAt(t, assigned(filling, together))
	s.When(submit(ida)).ThenError(task.ErrIncomplete)
	s.When(finish(ida, "")).ThenError(task.ErrSubmit)
	full := s.When(fill(bo, says(name, noRow, "Ida"))).Then(answered(bo, name, noRow, "Ida"))
	full.When(addRow(ida, kim)).Then(task.RowAdded{Group: kids, Row: kim, By: by(ida), At: noon}).When(submit(ida)).ThenError(task.ErrIncomplete)
	sent := full.When(submit(ida)).Then(done(ida, ""), task.Progressed{State: task.Done, By: by(ida), At: noon})
	sent.When(submit(bo)).ThenNothing()
	sent.When(fill(bo, says(age, noRow, "4"))).ThenError(task.ErrSubmitted)
	sent.When(addRow(bo, lee)).ThenError(task.ErrSubmitted)
	sent.When(removeRow(bo, lee)).ThenError(task.ErrSubmitted)
	back := sent.When(undo(ida)).Then(task.UndoneByClient{Contact: ida, By: by(ida), At: noon})
	back.When(fill(bo, says(age, noRow, "4"))).Then(answered(bo, age, noRow, "4"))
	given(t, assigned()).When(submit(ida)).ThenError(task.ErrNoForm)
}

// Rule 31.
func TestCorrectionsAndSections(t *testing.T) {
	s := lookedAt(t, assigned(filling), answered(ida, name, noRow, "Ida"), answered(ida, age, noRow, "24"))
	put := task.AnswerCorrected{Field: age, Was: text("24"), Value: text("42"), Reason: text("By your passport"), By: byMary, At: noon}
	s.When(correct(says(age, noRow, "42"), "By your passport")).Then(put).When(correct(says(age, noRow, "42"), "again")).ThenNothing()
	s.When(backSections("Look again", you)).ThenError(task.ErrNotSubmitted)
	sent := s.When(submit(ida)).Then(done(ida, ""))
	sent.When(correct(says(age, noRow, "42"), "By your passport")).Then(put)
	sent.When(correct(says(age, noRow, "x"), "")).ThenError(questionnaire.ErrNumber)
	sent.When(correct(says(kid, kim, "x"), "")).ThenError(task.ErrRow)
	sent.When(backSections(" ", you)).ThenError(task.ErrReason)
	sent.When(backSections("Look again")).ThenError(task.ErrSections)
	sent.When(backSections("Look again", id(99))).ThenError(task.ErrSections)
	again := sent.When(backSections("Look again", you, family, you)).Then(
		task.SectionSentBack{Section: you, Reason: text("Look again"), By: byMary, At: noon},
		task.SectionSentBack{Section: family, Reason: text("Look again"), By: byMary, At: noon},
		task.Reopened{Reason: text("Look again"), By: byMary, At: noon})
	again.When(fill(bo, says(age, noRow, "43"))).Then(answered(bo, age, noRow, "43")).When(submit(bo)).Then(done(bo, ""))
	shutDown := lookedAt(t, assigned(filling), task.Closed{Outcome: task.Completed, By: byMary, At: noon})
	shutDown.When(correct(says(age, noRow, "42"), "")).ThenError(task.ErrClosed)
}

// Rules 29, 32: what comes from another year holds once somebody has said so.
func TestPrefilled(t *testing.T) {
	before := lookedAt(t, assigned(filling), answered(ida, name, noRow, "Ida"), answered(ida, age, noRow, "42")).State()
	p := before.Prefill(this, asked, asked)
	if want := []questionnaire.Answer{says(name, noRow, "Ida"), says(age, noRow, "42")}; p.From != this || !reflect.DeepEqual(p.Values, want) {
		t.Fatalf("%+v", p)
	}
	var next state
	events := next.Follow(before, task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2027-03-20"}, task.Following{Prefill: p, People: people}, noon)
	s := lookedAt(t, events...)
	if a := s.State().Answers(); len(a.Values) != 2 || len(a.Unsure) != 2 {
		t.Errorf("it begins with %+v", a)
	}
	s.When(submit(ida)).ThenError(task.ErrIncomplete)
	s.When(fill(ida, says(name, noRow, "Ida"))).Then(answered(ida, name, noRow, "Ida")).
		When(correct(says(age, noRow, "42"), "")).Then(task.AnswerCorrected{Field: age, Was: text("42"), Value: text("42"), By: byMary, At: noon}).
		When(submit(ida)).Then(done(ida, ""))
}

// A decision that looks ahead leaves the answers of the state that it was asked of alone.
func TestAnswersAreForked(t *testing.T) {
	monthly := task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}
	s := lookedAt(t, assigned(filling, func(e *task.Assigned) { e.Recurrence = monthly }), answered(ida, name, noRow, "Ida"))
	later := after(40 * 24 * time.Hour)
	s.When(func(t state) ([]ev, error) {
		events, err := t.Answer(asked, ida, []questionnaire.Answer{says(age, noRow, "42")}, by(ida), later)
		if len(events) != 2 || err != nil {
			return events, err
		}
		return events[1:], nil
	}).Then(task.Answered{Field: age, Value: event.Of(acme, "42"), By: by(ida), At: later})
}
