package task_test

import (
	"context"
	"errors"
	"testing"

	"portico/app/es"
	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	tax      = uuid.UUID{6: 0x70, 8: 0x80, 15: 41}
	fullName = uuid.UUID{6: 0x70, 8: 0x80, 15: 43}
	children = uuid.UUID{6: 0x70, 8: 0x80, 15: 44}
	kim      = uuid.UUID{6: 0x70, 8: 0x80, 15: 45}
	about    = uuid.UUID{6: 0x70, 8: 0x80, 15: 46}
)

// forms is one questionnaire of two versions; the second asks for children, too.
type forms struct{}

func (forms) Version(_ context.Context, _ int32, form uuid.UUID, n int) (questionnaire.Questionnaire, int, error) {
	if form != tax {
		return questionnaire.Questionnaire{}, 0, errUnknown
	}
	s := questionnaire.Section{ID: about, Title: "You", Fields: []questionnaire.Field{{ID: fullName, Kind: questionnaire.Text, Label: "Name", Required: true}}}
	if n == 0 || n == 2 {
		s.Fields = append(s.Fields, questionnaire.Field{ID: children, Kind: questionnaire.Group, Label: "Children"})
		n = 2
	}
	return questionnaire.Questionnaire{Title: "Tax", Sections: []questionnaire.Section{s}}, n, nil
}

func (d desk) askForm(change ...func(*app.Assign)) error {
	d.Helper()
	a := app.Assign{By: byMary(), Task: task.Assigning{
		Task: this, Client: acme, Title: "Tax", Kind: task.FormFilling, Form: tax, Audience: task.Audience{All: true}, DueOn: "2026-03-20", Zone: "UTC",
	}}
	for _, f := range change {
		f(&a)
	}
	_, err := d.Assign(d.Context(), a)
	return err
}

func named(text string) []questionnaire.Answer {
	return []questionnaire.Answer{{Place: questionnaire.Place{Field: fullName}, Value: text}}
}

// A questionnaire is filled in and submitted by who is linked; the practice corrects it, sends it back and asks again.
func TestQuestionnaire(t *testing.T) {
	d := newDesk(t)
	d.Forms = forms{}
	if err := d.askForm(func(a *app.Assign) { a.Task.Form = kim }); !errors.Is(err, errUnknown) {
		t.Errorf("an unknown questionnaire: %v", err)
	}
	if err := d.askForm(); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.Assigned); !ok || e.FormVersion != 2 {
		t.Errorf("asked with %+v", d.last())
	}
	if _, err := d.Submit(t.Context(), as(ida)); !errors.Is(err, task.ErrIncomplete) {
		t.Errorf("empty: %v", err)
	}
	if _, err := d.Fill(t.Context(), app.Fill{Act: as(ida), Answers: named(" Ida  Berg")}); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.Answered); !ok || e.Value != event.Of(acme, "Ida Berg") || e.By != (task.Who{Kind: event.Contact, ID: ida}) {
		t.Errorf("recorded %+v", d.last())
	}
	row := app.FillRow{Act: as(bo), Row: questionnaire.Row{Group: children, ID: kim}}
	if _, err := d.AddRow(t.Context(), row); err != nil {
		t.Error(err)
	}
	if _, err := d.RemoveRow(t.Context(), row); err != nil {
		t.Error(err)
	}
	d.people[acme] = []uuid.UUID{bo}
	for what, do := range map[string]func() (es.Result, error){
		"answer": func() (es.Result, error) { return d.Fill(t.Context(), app.Fill{Act: as(ida), Answers: named("x")}) },
		"row":    func() (es.Result, error) { return d.AddRow(t.Context(), app.FillRow{Act: as(ida), Row: row.Row}) },
		"gone":   func() (es.Result, error) { return d.RemoveRow(t.Context(), app.FillRow{Act: as(ida), Row: row.Row}) },
		"submit": func() (es.Result, error) { return d.Submit(t.Context(), as(ida)) },
	} {
		if _, err := do(); !errors.Is(err, task.ErrNotFound) {
			t.Errorf("%s of somebody who is linked no more: %v", what, err)
		}
	}
	if _, err := d.Submit(t.Context(), as(bo)); err != nil {
		t.Fatal(err)
	}
	put := app.CorrectAnswer{By: byMary(), Task: this, Answer: named("Ida Bergman")[0], Reason: "By your passport"}
	if _, err := d.CorrectAnswer(t.Context(), put); err != nil {
		t.Error(err)
	}
	back := app.SendBackSections{By: byMary(), Task: this, Sections: []uuid.UUID{about}, Reason: "Is that all?"}
	if _, err := d.SendBackSections(t.Context(), back); err != nil {
		t.Error(err)
	}
	if e, ok := d.last().(task.Reopened); !ok || e.Reason.Text != "Is that all?" {
		t.Errorf("recorded %+v", d.last())
	}
}

// The next year begins with this one's answers, of the same client only.
func TestPrefill(t *testing.T) {
	d := newDesk(t)
	d.Forms = forms{}
	other := uuid.UUID{6: 0x70, 8: 0x80, 15: 50}
	d.people[other] = []uuid.UUID{bo}
	if err := d.askForm(func(a *app.Assign) { a.Task.FormVersion = 1 }); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Fill(t.Context(), app.Fill{Act: as(ida), Answers: named("Ida Berg")}); err != nil {
		t.Fatal(err)
	}
	next := func(client uuid.UUID) error {
		return d.askForm(func(a *app.Assign) { a.Task.Task, a.Task.Client, a.Earlier = task.InBulk(this, client), client, this })
	}
	if err := next(other); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("another client's answers: %v", err)
	}
	if err := next(acme); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.AnswersPrefilled); !ok || e.From != this || len(e.Answers) != 1 || e.Answers[0].Value != event.Of(acme, "Ida Berg") {
		t.Errorf("recorded %+v", d.last())
	}
	yearly := task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2027-03-20"}
	if _, err := d.Follow(t.Context(), es.By{Firm: 1, Actor: event.Actor{Kind: event.System}}, this, yearly); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.AnswersPrefilled); !ok || e.From != this || len(e.Answers) != 1 {
		t.Errorf("the next of the series begins with %+v", d.last())
	}
	if e, ok := d.store.Stream(task.Stream(yearly.Next))[0].(task.Assigned); !ok || e.Form != tax || e.FormVersion != 2 {
		t.Errorf("the next of the series asks for %+v, not for the newest version", e)
	}
}
