package task_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Rules 1 and 2.
func TestAssign(t *testing.T) {
	s := given(t).When(assign()).Then(assigned())
	t.Run("the second time is the same task", func(t *testing.T) { s.When(assign()).ThenNothing() })
	t.Run("what is typed is kept without what does not show", func(t *testing.T) {
		given(t).When(assign(func(a *task.Assigning) { a.Title, a.Description = " Send\u202e the \n ledger ", " One\r\ntwo\x00 " })).
			Then(assigned(func(e *task.Assigned) { e.Description = text("One\ntwo") }))
	})
	t.Run("a named set, in one order, each once (T1)", func(t *testing.T) {
		given(t).When(assign(func(a *task.Assigning) { a.Audience.All, a.Audience.Contacts = false, []uuid.UUID{bo, ida, bo} })).
			Then(assigned(func(e *task.Assigned) { e.Audience = task.Audience{Contacts: []uuid.UUID{ida, bo}} }))
	})
	t.Run("somebody who is no client, under their own key (S3.9)", func(t *testing.T) {
		given(t).When(assign(func(a *task.Assigning) { a.Client, a.People = uuid.Nil, []uuid.UUID{ida} })).
			Then(assigned(func(e *task.Assigned) {
				e.Client, e.Subject, e.Audience, e.Title, e.Tell = uuid.Nil, ida, onlyIda, event.Of(ida, "Send the ledger"), onlyIda.Contacts
			}))
	})
	t.Run("a request of documents", func(t *testing.T) {
		given(t).When(assign(func(a *task.Assigning) {
			a.Kind, a.Items = task.Documents, []task.Asking{{ID: first, Title: "Ledger", Help: "All pages", Types: []string{"pdf"}, Most: 3, Own: true}}
		})).Then(assigned(func(e *task.Assigned) {
			e.Kind, e.Items = task.Documents, []task.Item{{ID: first, Title: text("Ledger"), Help: text("All pages"), Types: []string{"pdf"}, Most: 3, Own: true}}
		}))
	})
}

func TestAssignRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*task.Assigning)
		want   error
	}{
		"no title":                   {func(a *task.Assigning) { a.Title = " \u202e\n" }, task.ErrTitle},
		"a title too long":           {func(a *task.Assigning) { a.Title = strings.Repeat("é", task.MaxTitle+1) }, task.ErrTitle},
		"a description too long":     {func(a *task.Assigning) { a.Description = strings.Repeat("é", task.MaxDescription+1) }, task.ErrDescription},
		"a day that is none":         {func(a *task.Assigning) { a.DueOn = "2026-02-30" }, task.ErrDueOn},
		"one of the practice's":      {func(a *task.Assigning) { a.InternalDueOn = "soon" }, task.ErrDueOn},
		"a priority that is none":    {func(a *task.Assigning) { a.Priority = "burning" }, task.ErrPriority},
		"a kind that is none":        {func(a *task.Assigning) { a.Kind = "wish" }, task.ErrKind},
		"a form without a form":      {func(a *task.Assigning) { a.Kind = task.FormFilling }, task.ErrKind},
		"documents without items":    {func(a *task.Assigning) { a.Kind = task.Documents }, task.ErrItems},
		"items without documents":    {func(a *task.Assigning) { a.Items = []task.Asking{{ID: first, Title: "Ledger"}} }, task.ErrItems},
		"nobody at all (T1)":         {func(a *task.Assigning) { a.People = nil }, task.ErrNobody},
		"nobody named (T1)":          {func(a *task.Assigning) { a.Audience = task.Audience{} }, task.ErrAudience},
		"a stranger":                 {func(a *task.Assigning) { a.Audience = task.Audience{Contacts: []uuid.UUID{ida, eve}} }, task.ErrStranger},
		"two without a client":       {func(a *task.Assigning) { a.Client = uuid.Nil }, task.ErrAudience},
		"an entry without text":      {func(a *task.Assigning) { a.Checklist = []task.Line{{ID: first, Text: " "}} }, task.ErrChecklist},
		"an entry twice":             {func(a *task.Assigning) { a.Checklist = []task.Line{{first, "A"}, {first, "B"}} }, task.ErrChecklist},
		"too many entries":           {func(a *task.Assigning) { a.Checklist = make([]task.Line, task.MaxChecklist+1) }, task.ErrChecklist},
		"no zone":                    {func(a *task.Assigning) { a.Zone = "" }, task.ErrZone},
		"a zone that is none":        {func(a *task.Assigning) { a.Zone = "Middle/Earth" }, task.ErrZone},
		"a hold too long":            {func(a *task.Assigning) { a.HoldUntil = after(task.MaxHold + 1) }, task.ErrHold},
		"repeating without due date": {func(a *task.Assigning) { a.DueOn, a.Recurrence = "", monthly }, task.ErrRecurrence},
		"repeating backwards": {func(a *task.Assigning) {
			a.Recurrence = task.Recurrence{Every: -1, Unit: task.Day, From: task.OnSchedule}
		}, task.ErrRecurrence},
		"repeating too seldom": {func(a *task.Assigning) {
			a.Recurrence = task.Recurrence{Every: 367, Unit: task.Day, From: task.OnSchedule}
		}, task.ErrRecurrence},
		"repeating by nothing":   {func(a *task.Assigning) { a.Recurrence = task.Recurrence{Every: 1, Unit: "moon", From: task.OnSchedule} }, task.ErrRecurrence},
		"repeating from nowhere": {func(a *task.Assigning) { a.Recurrence = task.Recurrence{Every: 1, Unit: task.Day} }, task.ErrRecurrence},
	} {
		t.Run(name, func(t *testing.T) { given(t).When(assign(c.change)).ThenError(c.want) })
	}
	for name, i := range map[string]struct {
		asking task.Asking
		want   error
	}{
		"an item without id":     {task.Asking{Title: "Ledger"}, task.ErrItems},
		"one without title":      {task.Asking{ID: first, Title: " "}, task.ErrItemTitle},
		"one with a long help":   {task.Asking{ID: first, Title: "Ledger", Help: strings.Repeat("é", task.MaxHelp+1)}, task.ErrHelp},
		"one with too many":      {task.Asking{ID: first, Title: "Ledger", Most: task.MaxFiles + 1}, task.ErrItemFiles},
		"one with an odd type":   {task.Asking{ID: first, Title: "Ledger", Types: []string{"p df "}}, task.ErrItemFiles},
		"one with fewer than no": {task.Asking{ID: first, Title: "Ledger", Most: -1}, task.ErrItemFiles},
	} {
		t.Run(name, func(t *testing.T) {
			given(t).When(assign(func(a *task.Assigning) { a.Kind, a.Items = task.Documents, []task.Asking{i.asking} })).ThenError(i.want)
		})
	}
}

// Rule 3: T5.
func TestHold(t *testing.T) {
	inHold, left := after(time.Minute-time.Millisecond), after(time.Minute)
	s := given(t).When(assign(func(a *task.Assigning) { a.HoldUntil = left })).Then(assigned(held))
	t.Run("nobody sees it before it has ended", func(t *testing.T) {
		s.When(see(ida, inHold)).ThenError(task.ErrNotFound)
		s.When(see(ida, left)).Then(task.Seen{Contact: ida, At: left})
	})
	t.Run("the practice may change it", func(t *testing.T) {
		title := "Send it"
		s.When(change(task.Changing{Title: &title})).Then(task.Retitled{Title: text("Send it"), At: noon})
	})
	t.Run("it can be taken back until then", func(t *testing.T) {
		s.When(takeBack(left)).ThenError(task.ErrLeft)
		gone := s.When(takeBack(inHold)).Then(task.TakenBack{By: byMary, At: inHold})
		gone.When(takeBack(left)).ThenNothing()
		gone.When(see(ida, left)).ThenError(task.ErrNotFound)
		gone.When(finish(ida, "")).ThenError(task.ErrNotFound)
		gone.When(change(task.Changing{})).ThenError(task.ErrNotFound)
		gone.When(shut(uuid.Nil, task.Completed, "")).ThenError(task.ErrNotFound)
		gone.When(assign()).ThenNothing() // its id is used
	})
	t.Run("none follows before it has ended, so that none is left behind (rule 10)", func(t *testing.T) {
		overdue := given(t, assigned(held, repeats(monthly, "2026-01-31")))
		overdue.When(elapse(inHold)).ThenNothing()
		if wake := overdue.State().Wake(); !wake.Equal(left) {
			t.Errorf("it wakes at %s", wake)
		}
		overdue.When(takeBack(inHold)).Then(task.TakenBack{By: byMary, At: inHold}).When(elapse(left)).ThenNothing()
		overdue.When(elapse(left)).Then(task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2026-03-28", At: left})
	})
	t.Run("one that was not held has left at once", func(t *testing.T) {
		given(t, assigned()).When(takeBack(noon)).ThenError(task.ErrLeft)
		given(t).When(takeBack(noon)).ThenError(task.ErrNotFound)
	})
}

// Rule 11, and the ids of a series (rule 10).
func TestIDs(t *testing.T) {
	seen := map[uuid.UUID]string{this: "the first one"}
	for n := byte(1); n < 100; n++ {
		for what, derived := range map[string]uuid.UUID{"job": task.InBulk(this, id(n)), "series": task.InSeries(this, int(n)+1)} {
			if other, ok := seen[derived]; ok || derived.Version() != 7 || derived.Variant() != uuid.RFC4122 {
				t.Errorf("%s %d: %s, as %s", what, n, derived, other)
			}
			seen[derived] = fmt.Sprint(what, n)
		}
	}
	if task.InSeries(this, 1) != this || task.InBulk(this, acme).String() != "01000000-0000-7000-8054-ce09face0467" {
		t.Errorf("%s, %s: these ids are stored, and for ever", task.InSeries(this, 1), task.InBulk(this, acme))
	}
}
