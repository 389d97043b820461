package postgres_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"portico/adapters/postgres"
	formapp "portico/app/form"
	"portico/domain/form"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Questionnaires are listed with how far they are, every version stays readable, and what was answered on a task is what
// its history says. Another practice sees none of it.
func TestForms(t *testing.T) {
	a := newAsked(t)
	forms, answers := postgres.FormList{DB: a.db}, postgres.FormAnswers{DB: a.db}
	commands := formapp.Commands{Events: a.store}
	id, section, name, kids, kid := newID(), newID(), newID(), newID(), newID()
	must := func(position int64, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		a.last = max(a.last, position)
	}
	r, err := commands.Create(t.Context(), formapp.Create{By: a.by(), Form: id, Title: "Tax", Intro: "Hello"})
	must(r.Position, err)
	r, err = commands.PutSection(t.Context(), formapp.PutSection{By: a.by(), Form: id, Section: questionnaire.Section{ID: section, Title: "You"}})
	must(r.Position, err)
	var above uuid.UUID
	for _, f := range []questionnaire.Field{
		{ID: name, Kind: questionnaire.Text, Label: "Name", Required: true}, {ID: kids, Kind: questionnaire.Group, Label: "Children"},
		{ID: kid, Kind: questionnaire.Text, Label: "First name", Group: kids},
	} {
		r, err = commands.PutField(t.Context(), formapp.PutField{By: a.by(), Form: id, Section: section, Field: f, After: above})
		must(r.Position, err)
		above = f.ID
	}
	r, err = commands.Publish(t.Context(), formapp.One{By: a.by(), Form: id})
	must(r.Position, err)
	r, err = commands.Retitle(t.Context(), formapp.Retitle{By: a.by(), Form: id, Title: "Tax return", Intro: "Hello"})
	must(r.Position, err)
	old := newID()
	r, err = commands.Copy(t.Context(), formapp.Copy{By: a.by(), Form: old, From: id, Title: "A copy"})
	must(r.Position, err)
	r, err = commands.Archive(t.Context(), formapp.One{By: a.by(), Form: old})
	must(r.Position, err)

	earlier := a.assign(t, func(n *task.Assigning) { n.Kind, n.Form, n.FormVersion = task.FormFilling, id, 1 })
	row, gone := newID(), newID()
	q, _, err := commands.Version(t.Context(), a.firm, id, 1)
	must(0, err)
	say := func(field, row uuid.UUID, value string) func(task.Task, time.Time) ([]task.Event, error) {
		return func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.Answer(q, a.ida, []questionnaire.Answer{{Place: questionnaire.Place{Field: field, Row: row}, Value: value}}, a.by1(a.ida), now)
		}
	}
	byMary := task.Who{Kind: "staff", ID: a.mary}
	a.do(t, earlier, say(name, uuid.Nil, "Ida"))
	for _, id := range []uuid.UUID{row, gone} {
		a.do(t, earlier, func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.AddRow(q, a.ida, questionnaire.Row{Group: kids, ID: id}, a.by1(a.ida), now)
		})
		a.do(t, earlier, say(kid, id, "Kim"))
	}
	a.do(t, earlier, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.RemoveRow(a.bo, questionnaire.Row{Group: kids, ID: gone}, a.by1(a.bo), now)
	})
	a.do(t, earlier, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Submit(q, a.ida, []uuid.UUID{a.ida, a.bo}, a.by1(a.ida), now)
	})
	a.do(t, earlier, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Correct(q, questionnaire.Answer{Place: questionnaire.Place{Field: name}, Value: "Ida Berg"}, "By your passport", byMary, now)
	})
	a.seen(t)
	submitted, err := answers.Sheet(t.Context(), a.firm, earlier)
	if err != nil || submitted.SubmittedAt.IsZero() || submitted.SubmittedBy != a.ida || submitted.Form != id || submitted.FormVersion != 1 {
		t.Errorf("%+v, %v", submitted, err)
	}
	a.do(t, earlier, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.SendBackSections(q, []uuid.UUID{section}, "Look again", byMary, now)
	})
	prefill := task.Prefill{From: earlier, Values: []questionnaire.Answer{{Place: questionnaire.Place{Field: kid, Row: row}, Value: "Kim"}}, Rows: []questionnaire.Row{{Group: kids, ID: row}}}
	next := a.assign(t, func(n *task.Assigning) { n.Kind, n.Form, n.FormVersion, n.Prefill = task.FormFilling, id, 1, prefill })
	todo := a.assign(t)
	a.seen(t)

	list, err := forms.Forms(t.Context(), a.firm)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if f := list[0]; f.ID != id || f.Title != "Tax return" || f.Sections != 1 || f.Fields != 3 || f.Versions != 1 || !f.Changed || f.PublishedAt.IsZero() || !f.ArchivedAt.IsZero() {
		t.Errorf("%+v", f)
	}
	if f := list[1]; f.ID != old || f.Versions != 0 || f.ArchivedAt.IsZero() {
		t.Errorf("%+v", f)
	}
	if d, err := forms.Draft(t.Context(), a.firm, id); err != nil || d.Title != "Tax return" || !d.Changed || d.Archived || len(d.Sections[0].Fields) != 3 {
		t.Errorf("%+v, %v", d, err)
	}
	if v, err := forms.Version(t.Context(), a.firm, id, 1); err != nil || !reflect.DeepEqual(v, q) {
		t.Errorf("%+v, %v, want %+v", v, err, q)
	}
	if _, err := forms.Version(t.Context(), a.firm, id, 2); !errors.Is(err, form.ErrVersion) {
		t.Errorf("what was not published: %v", err)
	}
	if _, err := forms.Draft(t.Context(), a.firm+1, id); !errors.Is(err, form.ErrNotFound) {
		t.Errorf("another practice's: %v", err)
	}

	s, err := answers.Sheet(t.Context(), a.firm, earlier)
	if err != nil || !s.SubmittedAt.IsZero() || s.Back[section].Reason != "Look again" || !reflect.DeepEqual(s.Rows, map[uuid.UUID][]uuid.UUID{kids: {row}}) || len(s.Answers) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	if g := s.Answers[questionnaire.Place{Field: name}]; g.Value != "Ida Berg" || !g.Corrected || g.Was != "Ida" || g.Reason != "By your passport" || !g.ByPractice() {
		t.Errorf("%+v", g)
	}
	if g := s.Answers[questionnaire.Place{Field: kid, Row: row}]; g.Value != "Kim" || g.Corrected || g.By != a.by1(a.ida) {
		t.Errorf("%+v", g)
	}
	if s, err := answers.Sheet(t.Context(), a.firm, next); err != nil || !s.Answers[questionnaire.Place{Field: kid, Row: row}].Unsure || len(s.Of().Unsure) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := answers.Sheet(t.Context(), a.firm, todo); !errors.Is(err, task.ErrNoForm) {
		t.Errorf("a task without questionnaire: %v", err)
	}
	if _, err := answers.Sheet(t.Context(), a.firm+1, earlier); !errors.Is(err, task.ErrNoForm) {
		t.Errorf("another practice's: %v", err)
	}
	before, err := answers.Earlier(t.Context(), a.firm, a.acme, id)
	if err != nil || len(before) != 2 || before[0].Task == before[1].Task || before[1].Form != id {
		t.Errorf("%+v, %v", before, err)
	}
}
