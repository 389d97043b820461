package task

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

func TestFill(t *testing.T) {
	b := Blanks{Client: "O’Hara {due} & Co", Due: "31 May 2027", Year: 2027, Month: "May", LastMonth: "April"}
	for text, want := range map[string]string{
		"Accounts {last year}–{year} of {client}, by {due}": "Accounts 2026–2027 of O’Hara {due} & Co, by 31 May 2027", "{Client} {x} {": "{Client} {x} {", "": "", "{month} after {last month}": "May after April",
	} {
		if got := b.Fill(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	a := Assigning{Title: "{year}", Description: "{client}", Checklist: []Line{{Text: "{year}"}}, Items: []Asking{{Title: "{due}", Help: "{last year}"}}}
	got := b.Of(a)
	if got.Title != "2027" || got.Checklist[0].Text != "2027" || got.Items[0].Title != "31 May 2027" || got.Items[0].Help != "2026" {
		t.Errorf("%+v", got)
	}
	if a.Checklist[0].Text != "{year}" || a.Items[0].Help != "{last year}" {
		t.Errorf("what is written for many has changed: %+v", a)
	}
}

var (
	acme  = uuid.UUID{15: 2}
	ida   = uuid.UUID{15: 11}
	entry = uuid.UUID{15: 21}
	thing = uuid.UUID{15: 22}
	noon  = time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC)
)

// monthly is the first of a series, as it was written with blanks.
func monthly(t *testing.T, dueOn string, change ...func(*Assigning)) Task {
	t.Helper()
	a := Assigning{
		Task: uuid.UUID{15: 1}, Client: acme, People: []uuid.UUID{ida}, Kind: Documents, Audience: Audience{All: true}, Zone: "Europe/London", DueOn: dueOn,
		Title: "Bank statements of {month}", Description: "By {due}.\nThank you", Checklist: []Line{{ID: entry, Text: "{last month} is there"}},
		Items: []Asking{{ID: thing, Title: "Account {year}", Help: "As in {last year}"}}, Recurrence: Recurrence{Every: 1, Unit: Month, From: OnSchedule},
	}
	for _, f := range change {
		f(&a)
	}
	events, err := Task{}.Assign(blanksOn(dueOn).Of(a), noon)
	if err != nil {
		t.Fatal(err)
	}
	return applied(Task{}, events...)
}

func applied(t Task, events ...Event) Task {
	for _, e := range events {
		t = t.Apply(e)
	}
	return t
}

// blanksOn are those of a task that is due on a day.
func blanksOn(dueOn string) Blanks {
	due, _ := time.Parse(time.DateOnly, dueOn)
	return Blanks{Client: "Acme", Due: due.Format("2 Jan 2006"), Year: due.Year(), Month: due.Month().String(), LastMonth: ((due.Month()+10)%12 + 1).String()}
}

// following is the next one of a series once the one before has fallen due.
func following(t *testing.T, before Task) (Task, string) {
	t.Helper()
	due := before.Elapse(before.Wake())
	if len(due) != 1 {
		t.Fatalf("%d events say that the next one comes", len(due))
	}
	e := due[0].(Repeated)
	return applied(Task{}, Task{}.Follow(before, e, Following{People: []uuid.UUID{ida}, Blanks: blanksOn(e.DueOn)}, noon)...), e.DueOn
}

// Rule 10, T10: each of a series is asked for in the words of its own time, over the ends of months and years.
func TestBlanksOfASeries(t *testing.T) {
	task := monthly(t, "2027-03-31")
	if got := task.says.Title.Text; got != "Bank statements of March" {
		t.Fatal(got)
	}
	for _, want := range []string{
		"2027-04-30 April March 2027", "2027-05-31 May April 2027", "2027-06-30 June May 2027", "2027-07-31 July June 2027", "2027-08-31 August July 2027",
		"2027-09-30 September August 2027", "2027-10-31 October September 2027", "2027-11-30 November October 2027", "2027-12-31 December November 2027",
		"2028-01-31 January December 2028", "2028-02-29 February January 2028", "2028-03-31 March February 2028",
	} {
		next, dueOn := following(t, task)
		says, line := next.says, strings.Fields(want)
		got := []string{dueOn, says.Title.Text, says.Checklist[0].Text.Text, says.Items[0].Title.Text}
		if !slices.Equal(got, []string{line[0], "Bank statements of " + line[1], line[2] + " is there", "Account " + line[3]}) {
			t.Errorf("%q, want %q", got, want)
		}
		due, _ := time.Parse(time.DateOnly, dueOn)
		if says.Description.Text != "By "+due.Format("2 Jan 2006")+".\nThank you" || says.Items[0].Help.Text != fmt.Sprint("As in ", due.Year()-1) {
			t.Errorf("%+v", says)
		}
		if !same(next.items[0].Item, says.Items[0]) || !slices.Equal(says.Written, task.says.Written) {
			t.Errorf("what is asked for is %+v, written as %+v", next.items[0].Item, says.Written)
		}
		task = next
	}
}

// What somebody has put in other words keeps them, and so does a series that was begun before its blanks were kept.
func TestBlanksThatWereRewritten(t *testing.T) {
	text := func(s string) event.Personal { return event.Of(acme, s) }
	task := monthly(t, "2027-01-31")
	other := task.says.Items[0]
	other.Help = text("Any will do")
	task = applied(task,
		Retitled{Title: text("Statements")}, Described{Description: task.says.Description}, ItemChanged{Item: other},
		ChecklistSet{Checklist: []Entry{{ID: uuid.UUID{15: 23}, Text: text("new")}, {ID: entry, Text: text("is there")}}})
	next, _ := following(t, task)
	says := next.says
	if says.Title.Text != "Statements" || says.Items[0].Title.Text != "Account 2027" || says.Items[0].Help.Text != "Any will do" || says.Checklist[1].Text.Text != "is there" {
		t.Errorf("%+v", says)
	}
	old := monthly(t, "2027-01-31", func(a *Assigning) { a.Title = "Bank statements of January" })
	old.says.Written = nil
	if next, _ := following(t, old); next.says.Title.Text != "Bank statements of January" || next.says.Items[0].Title.Text != "Account 2027" {
		t.Errorf("%+v", next.says)
	}
}

// A text that would grow too long, or that an erasure has emptied, stays as it was.
func TestBlanksThatDoNotFit(t *testing.T) {
	long := func(month string) string { return month + string(slices.Repeat([]rune("é"), MaxTitle-3)) }
	task := monthly(t, "2027-05-31", func(a *Assigning) { a.Title = long("{month}") })
	task.says.Written = slices.DeleteFunc(task.says.Written, func(w Written) bool { return w.Part == TheHelp })
	task.says.Written = append(task.says.Written, Written{Of: thing, Part: TheHelp, Text: event.Personal{Subject: acme, Erased: true}})
	next, _ := following(t, task)
	if next.says.Title.Text != long("May") || next.says.Items[0].Help.Text != "As in 2026" {
		t.Errorf("%+v", next.says)
	}
}

func TestUnknownBlanks(t *testing.T) {
	for text, want := range map[string]string{
		"Statements of {month} {year}, {client}": "", "{Month} and {Client}, {Month}": "{Month} {Client}", "{ month}": "", "x{}y {1}": "", "open { brace": "", "{last year} {next year}": "{next year}",
	} {
		if got := strings.Join(UnknownBlanks(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
