package task

import (
	"slices"
	"testing"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

var (
	model = uuid.UUID{15: 80}
	bytes = uuid.UUID{15: 81}
	mary  = Who{Kind: event.Staff, ID: uuid.UUID{15: 3}}
)

// exemplary is a series whose item is asked for with two files of the same name.
func exemplary(t *testing.T, scans bool) (Task, []Event) {
	t.Helper()
	a := Assigning{
		Task: uuid.UUID{15: 1}, Client: acme, People: []uuid.UUID{ida}, Kind: Documents, Audience: Audience{All: true}, Zone: "Europe/London", DueOn: "2027-03-31", Title: "Papers",
		Items: []Asking{{ID: thing, Title: "Ledger"}}, Recurrence: Recurrence{Every: 1, Unit: Month, From: OnSchedule}, Scans: scans, HoldUntil: noon.Add(time.Minute),
	}
	for n := range byte(2) {
		of := uuid.UUID{0: n, 15: 80}
		a.Shows = append(a.Shows, Showing{Attachment: Shown(a.Task, thing, of), Item: thing, By: mary, From: Source{Attachment: of, Transfer: bytes, Name: "Like this.pdf", Size: 9, SHA256: "ab", Media: "application/pdf"}})
	}
	a.Shows = append(a.Shows, Showing{Attachment: model, Item: uuid.UUID{15: 99}}) // of nothing that is asked for
	events, err := Task{}.Assign(a, noon)
	if err != nil {
		t.Fatal(err)
	}
	return applied(Task{}, events...), events
}

// Rule 18: a request brings its examples along, as files of its own of the practice's bytes. Nobody's answer they are.
func TestAssignWithExamples(t *testing.T) {
	task, events := exemplary(t, true)
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	var names []string
	for _, e := range events[1:] {
		r := e.(AttachmentReceived)
		names = append(names, r.Name.Text)
		if r.By != mary || r.Place != (Place{Item: thing}) || r.Transfer != bytes || r.Source != uuid.Nil || !r.Awaited || !r.Delivered || r.Size != 9 || r.Name.Subject != acme || !r.Deadline.Equal(noon) {
			t.Errorf("%+v", r)
		}
	}
	if !slices.Equal(names, []string{"Like this.pdf", "Like this (2).pdf"}) {
		t.Errorf("%q", names)
	}
	if again, err := task.Assign(Assigning{Shows: []Showing{{Attachment: model, Item: thing}}}, noon); err != nil || again != nil {
		t.Errorf("sent twice: %+v, %v", again, err)
	}
	if got, err := task.Reusable(task.files[0].id, ida, noon); err == nil {
		t.Errorf("a contact uses it again: %+v", got)
	}
	if back, err := task.TakeBack(mary, noon); err != nil || len(back) != 3 {
		t.Errorf("T5, taken back: %+v, %v", back, err)
	}
	if _, err := items(acme, []Asking{{ID: thing, Title: "Ledger", Examples: make([]uuid.UUID, MaxExamples+1)}}); err != ErrExamples {
		t.Error(err)
	}
}

// The next one of a series has what is still shown by then: what a scanner has found clean needs no other scan, and what has
// a virus or was taken away is left behind.
func TestExamplesOfASeries(t *testing.T) {
	task, _ := exemplary(t, true)
	one, two := task.files[0].id, task.files[1].id
	clean := AttachmentScanned{Attachment: one, Verdict: Clean, At: noon}
	next := func(t *testing.T, before Task) []AttachmentReceived {
		t.Helper()
		var shown []AttachmentReceived
		f := Following{People: []uuid.UUID{ida}, Shows: before.Examples(), Scans: true}
		for i := range f.Shows {
			f.Shows[i].Attachment = Shown(InSeries(task.says.Series, 2), thing, f.Shows[i].Attachment)
		}
		for _, e := range (Task{}).Follow(before, Repeated{Nth: 2, DueOn: "2027-04-30"}, f, noon.AddDate(0, 1, 0)) {
			if r, ok := e.(AttachmentReceived); ok {
				shown = append(shown, r)
			}
		}
		return shown
	}
	got := next(t, applied(task, clean))
	if len(got) != 2 || got[0].Awaited || !got[1].Awaited || got[0].Attachment == one || got[0].Transfer != bytes || got[0].By != mary || got[1].Name.Text != "Like this (2).pdf" {
		t.Errorf("%+v", got)
	}
	infected := AttachmentScanned{Attachment: two, Verdict: Infected, At: noon}
	if got := next(t, applied(task, clean, infected)); len(got) != 1 || got[0].Name.Text != "Like this.pdf" {
		t.Errorf("with a virus: %+v", got)
	}
	if got := next(t, applied(task, clean, AttachmentRemoved{Attachment: one, At: noon}, infected)); len(got) != 0 {
		t.Errorf("taken away: %+v", got)
	}
	if got := next(t, applied(task, ItemCancelled{Item: thing, At: noon})); len(got) != 0 {
		t.Errorf("of what is wanted no more: %+v", got)
	}
}
