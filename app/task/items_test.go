package task_test

import (
	"errors"
	"testing"

	app "portico/app/task"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	ledger  = uuid.UUID{6: 0x70, 8: 0x80, 15: 31}
	payslip = uuid.UUID{6: 0x70, 8: 0x80, 15: 32} // each their own
)

func (d desk) request() {
	d.Helper()
	d.assign(func(a *task.Assigning) {
		a.Kind, a.Items = task.Documents, []task.Asking{{ID: ledger, Title: "Ledger"}, {ID: payslip, Title: "Payslip", Own: true}}
	})
}

func (d desk) answer(contact, item uuid.UUID) error {
	_, err := d.Answer(d.Context(), app.Answer{Act: as(contact), Items: []app.ItemAnswer{{Item: item, Note: "In the post"}}})
	return err
}

// Contacts answer while they are linked; the client's part follows from all of those who are linked by then, and so it does
// from what the practice makes of it.
func TestRequestIsAnsweredAndReviewed(t *testing.T) {
	d := newDesk(t)
	d.request()
	d.people[acme] = []uuid.UUID{ida}
	if err := d.answer(bo, ledger); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("somebody who is linked no more: %v", err)
	}
	if err := d.answer(ida, ledger); err != nil {
		t.Fatal(err)
	}
	declined := app.Answer{Act: app.Act{By: byMary(), Task: this, Contact: ida}, Items: []app.ItemAnswer{{Item: payslip, Note: "She has none", NotApplicable: true}}}
	if _, err := d.Answer(t.Context(), declined); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.DoneByClient); !ok || e.Contact != ida || e.By.For != ida {
		t.Errorf("nothing is missing, and recorded is %+v", d.last())
	}
	both := []task.Judging{{Item: ledger, Round: 1}, {Item: payslip, For: ida, Round: 1}}
	review := func(as app.Judgement) error {
		_, err := d.Review(t.Context(), app.Review{By: byMary(), Task: this, Rounds: both, As: as, Reason: "Unreadable"})
		return err
	}
	for _, step := range []app.Judgement{app.LookAt, app.Accept, app.Unjudge, app.SendBack} {
		if err := review(step); err != nil {
			t.Errorf("%s: %v", step, err)
		}
	}
	if err := review("?"); !errors.Is(err, app.ErrJudgement) {
		t.Errorf("an unknown judgement: %v", err)
	}
	reopened := 0
	for _, r := range d.store.Log() {
		if e, ok := r.Event.(task.Reopened); ok && e.Reason.Text == "Unreadable" {
			reopened++
		}
	}
	if reopened != 1 {
		t.Errorf("what was sent back is to be done again %d times, want once", reopened)
	}
}

// Items that are returned together are all returned, or none is, and the refusal says which one stood in the way.
func TestItemsAreReturnedTogether(t *testing.T) {
	d := newDesk(t)
	d.request()
	both := app.Answer{Act: as(ida), Items: []app.ItemAnswer{{Item: ledger, Note: "In the post"}, {Item: payslip}}}
	before := len(d.store.Log())
	_, err := d.Answer(t.Context(), both)
	if r, ok := errors.AsType[task.Refused](err); !ok || r.Nth != 1 || !errors.Is(err, task.ErrEmpty) || len(d.store.Log()) != before {
		t.Errorf("the second one is empty: %v, recorded %+v", err, d.last())
	}
	both.Items[1].Note = "None"
	if _, err := d.Answer(t.Context(), both); err != nil {
		t.Fatal(err)
	}
	if n := len(d.store.Log()) - before; n != 2 {
		t.Errorf("recorded %d events, the last one %+v", n, d.last())
	}
}

func TestItemsAreAddedChangedCancelled(t *testing.T) {
	d := newDesk(t)
	d.request()
	bank := uuid.UUID{6: 0x70, 8: 0x80, 15: 33}
	want := app.Want{By: byMary(), Task: this, Item: task.Asking{ID: bank, Title: "Bank"}}
	_, add := d.AddItem(t.Context(), want)
	want.Item.Title = "All banks"
	_, change := d.ChangeItem(t.Context(), want)
	if e, ok := d.last().(task.ItemChanged); !ok || e.Item.Title.Text != "All banks" {
		t.Errorf("recorded %+v", d.last())
	}
	_, cancel := d.CancelItem(t.Context(), app.One{By: byMary(), Task: this}, bank)
	if e, ok := d.last().(task.ItemCancelled); !ok || e.Item != bank || e.By.ID != mary {
		t.Errorf("recorded %+v", d.last())
	}
	want.Task = bank
	_, none := d.AddItem(t.Context(), want)
	if add != nil || change != nil || cancel != nil || !errors.Is(none, task.ErrNotFound) {
		t.Error(add, change, cancel, none)
	}
}

// S4.i4, S4.i5: the same numbers on both sides, and nobody sees what others returned of their own.
func TestNumbers(t *testing.T) {
	items := []app.Item{
		{ID: ledger, Rounds: []app.Round{{Nth: 1, Stands: app.SentBack}, {Nth: 2, Stands: app.InReview}}},
		{ID: payslip, Own: true, Rounds: []app.Round{{For: ida, Nth: 1, Stands: app.Accepted}}},
		{Own: true, Rounds: []app.Round{{For: ida, Nth: 1, Stands: app.SentBack}, {For: bo, Nth: 1, Stands: app.Returned}}},
		{Cancelled: true},
	}
	for _, c := range []struct {
		who  []uuid.UUID
		want app.Numbers
	}{
		{[]uuid.UUID{ida}, app.Numbers{Returned: 1, Accepted: 1, SentBack: 1}},
		{[]uuid.UUID{bo}, app.Numbers{Open: 1, Returned: 2}},
		{[]uuid.UUID{ida, bo}, app.Numbers{Open: 1, Returned: 2, Accepted: 1, SentBack: 1}},
	} {
		theirs := items
		if len(c.who) == 1 {
			theirs = nil
			for _, i := range items {
				theirs = append(theirs, i.Of(c.who[0]))
			}
		}
		if got := app.Count(theirs, c.who...); got != c.want || got.All() != c.want.All() {
			t.Errorf("%v: %+v, want %+v", c.who, got, c.want)
		}
	}
	if seen := items[2].Of(bo); len(seen.Rounds) != 1 || seen.Rounds[0].For != bo || len(items[2].Rounds) != 2 {
		t.Errorf("Bo sees %+v", seen.Rounds)
	}
}
