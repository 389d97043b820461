package postgres_test

import (
	"slices"
	"testing"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Every round of an item can be read, with what the practice made of it (T6, T7); what was taken back is gone.
func TestTaskItems(t *testing.T) {
	a := newAsked(t)
	ledger, payslip, bank := newID(), newID(), newID()
	people, byMary := []uuid.UUID{a.ida, a.bo}, task.Who{Kind: event.Staff, ID: a.mary}
	documents := func(n *task.Assigning) {
		n.Kind = task.Documents
		n.Items = []task.Asking{{ID: ledger, Title: "Ledger", Help: "All of it", Types: []string{"pdf", "csv"}, Most: 3}, {ID: payslip, Title: "Payslip", Own: true, Optional: true}}
	}
	id := a.assign(t, documents)
	gone := a.assign(t, documents, func(n *task.Assigning) { n.HoldUntil = time.Now().Add(time.Minute) })
	a.do(t, gone, func(s task.Task, now time.Time) ([]task.Event, error) { return s.TakeBack(byMary, now) })
	give := func(item, contact uuid.UUID, note string) {
		a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.Return(task.Answering{Item: item, Contact: contact, Note: note, People: people}, a.by1(contact), now)
		})
	}
	judge := func(do func(s task.Task, j task.Judging, now time.Time) ([]task.Event, error), item, whose uuid.UUID, nth int) {
		a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
			return do(s, task.Judging{Item: item, For: whose, Round: nth, People: people}, now)
		})
	}
	accept := func(s task.Task, j task.Judging, now time.Time) ([]task.Event, error) {
		return s.Accept(j, byMary, now)
	}
	undo := func(s task.Task, j task.Judging, now time.Time) ([]task.Event, error) {
		return s.ReopenItem(j, byMary, now)
	}
	look := func(s task.Task, j task.Judging, now time.Time) ([]task.Event, error) {
		return s.BeginReview(j, byMary, now)
	}
	give(ledger, a.ida, "In the post")
	judge(func(s task.Task, j task.Judging, now time.Time) ([]task.Event, error) {
		return s.SendBack(j, "We need the file", byMary, now)
	}, ledger, uuid.Nil, 1)
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.NotApplicable(task.Answering{Item: ledger, Contact: a.bo, Note: "There is none", People: people}, a.by1(a.bo), now)
	})
	judge(accept, ledger, uuid.Nil, 2)
	give(payslip, a.ida, "Attached to the letter")
	give(payslip, a.bo, "Mine, too")
	judge(accept, payslip, a.ida, 1)
	judge(undo, payslip, a.ida, 1)
	judge(look, payslip, a.bo, 1)
	more := func(title string, optional bool) task.Asking {
		return task.Asking{ID: bank, Title: title, Optional: optional}
	}
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.AddItem(more("Bank", false), people, byMary, now)
	})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.ChangeItem(more("Banks", true), people, byMary, now)
	})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) { return s.CancelItem(bank, people, byMary, now) })
	a.seen(t)

	all, err := a.list.Items(t.Context(), a.firm, id, gone)
	if err != nil || len(all) != 1 || len(all[id]) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	items := all[id]
	if i := items[0]; i.ID != ledger || i.Title != "Ledger" || i.Help != "All of it" || !slices.Equal(i.Types, []string{"pdf", "csv"}) || i.Most != 3 || i.Own || i.Optional || i.Cancelled {
		t.Errorf("%+v", i)
	}
	if i := items[1]; i.ID != payslip || !i.Own || !i.Optional || len(i.Types) != 0 {
		t.Errorf("%+v", i)
	}
	if i := items[2]; i.Title != "Banks" || !i.Optional || !i.Cancelled || len(i.Rounds) != 0 {
		t.Errorf("%+v", i)
	}
	type short struct {
		whose, by uuid.UUID
		nth       int
		stands    app.Stands
		none      bool
		note, why string
		judged    bool
	}
	want := [][]short{
		{{by: a.ida, nth: 1, stands: app.SentBack, note: "In the post", why: "We need the file", judged: true}, {by: a.bo, nth: 2, stands: app.Accepted, none: true, note: "There is none", judged: true}},
		{{whose: a.ida, by: a.ida, nth: 1, stands: app.Returned, note: "Attached to the letter"}, {whose: a.bo, by: a.bo, nth: 1, stands: app.InReview, note: "Mine, too"}},
	}
	for n, rounds := range want {
		var got []short
		for _, r := range items[n].Rounds {
			got = append(got, short{r.For, r.By.ID, r.Nth, r.Stands, r.NotApplicable, r.Note, r.Reason, !r.JudgedAt.IsZero()})
			if r.At.IsZero() || !r.JudgedAt.IsZero() && r.JudgedBy != a.mary {
				t.Errorf("%+v", r)
			}
		}
		if !slices.Equal(got, rounds) {
			t.Errorf("item %d:\n got %+v\nwant %+v", n+1, got, rounds)
		}
	}
	if n := app.Count(items, a.ida, a.bo); n != (app.Numbers{Returned: 2, Accepted: 1}) {
		t.Errorf("%+v", n)
	}
	life, err := a.list.Life(t.Context(), a.firm, id)
	var told []string
	for _, l := range life {
		if l.Type == "task.item_accepted" || l.Type == "task.item_changed" {
			told = append(told, l.Detail)
		}
	}
	if err != nil || !slices.Equal(told, []string{"Ledger", "Payslip", "Banks"}) {
		t.Errorf("the history tells of %q, %v", told, err)
	}
	if other, err := a.list.Items(t.Context(), a.firm+1, id); err != nil || len(other) != 0 {
		t.Errorf("another practice sees %+v, %v", other, err)
	}
}
