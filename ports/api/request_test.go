package api

import (
	"context"
	"strings"
	"testing"

	taskapp "portico/app/task"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/task"

	"github.com/google/uuid"
)

// wants are the items of requests, folded from the store at each look.
type wants struct{ *board }

func (w *wants) Items(_ context.Context, _ int32, tasks ...uuid.UUID) (map[uuid.UUID][]taskapp.Item, error) {
	all := map[uuid.UUID][]taskapp.Item{}
	for _, id := range tasks {
		var items []taskapp.Item
		last := func(item uuid.UUID, stands taskapp.Stands, reason string) {
			for i := range items {
				if n := len(items[i].Rounds); items[i].ID == item {
					items[i].Rounds[n-1].Stands, items[i].Rounds[n-1].Reason = stands, reason
				}
			}
		}
		for _, e := range w.store.Stream(task.Stream(id)) {
			switch e := e.(type) {
			case task.Assigned:
				for _, i := range e.Items {
					items = append(items, taskapp.Item{ID: i.ID, Title: i.Title.Text, Types: i.Types, Most: i.Most, Optional: i.Optional, Own: i.Own})
				}
			case task.ItemAdded:
				items = append(items, taskapp.Item{ID: e.Item.ID, Title: e.Item.Title.Text})
			case task.ItemReturned:
				for i := range items {
					if items[i].ID == e.Item {
						items[i].Rounds = append(items[i].Rounds, taskapp.Round{For: e.For, Nth: e.Round, Stands: taskapp.Returned, By: e.By, Note: e.Note.Text, At: e.At})
					}
				}
			case task.ItemAccepted:
				last(e.Item, taskapp.Accepted, "")
			case task.ItemSentBack:
				last(e.Item, taskapp.SentBack, e.Reason.Text)
			case task.ItemReopened:
				last(e.Item, taskapp.Returned, "")
			}
		}
		all[id] = items
	}
	return all, nil
}

// S4.i4, S4.i8, T6, T7: programs ask for documents, answer in somebody's place, accept, send back and undo, by the commands
// of the pages.
func TestRequests(t *testing.T) {
	h := newHouse(t)
	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	body := `{"client_id":"` + of + `","title":"Year end","due_on":"2026-12-20","items":[{"title":"Ledger","types":["pdf"],"most":2},{"title":"Payslip","own":true,"optional":true}]}`
	a := h.call(maryToken, "POST", base+"/requests", body, "Idempotency-Key", "k1")
	again := h.call(maryToken, "POST", base+"/requests", body, "Idempotency-Key", "k1")
	if a.status != 201 || a.text("title") != "Year end" || a.text("items.0.types.0") != "pdf" || a.number("numbers.open") != 2 || a.text("people.0.contact_id") != ida.String() || a.text("client_id") != of || again.text("id") != a.text("id") {
		t.Fatalf("%d %s\n%s", a.status, a.body, again.body)
	}
	at, ledger := base+"/requests/"+a.text("id"), a.text("items.0.id")
	item := at + "/items/" + ledger
	a = h.call(maryToken, "POST", item+"/return", `{"contact_id":"`+ida.String()+`","note":"At the counter"}`)
	if a.status != 200 || a.text("items.0.rounds.0.stands") != "returned" || a.text("items.0.rounds.0.by_contact_id") != ida.String() || a.text("items.0.rounds.0.by_staff_id") != mary.ID.String() || a.number("people.0.numbers.returned") != 1 {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", item+"/acceptance", `{"nth":2}`).is(409, task.ErrRound.Code)
	h.call(maryToken, "POST", item+"/send-back", `{"nth":1,"reason":" "}`).is(422, task.ErrReason.Code)
	for _, step := range [][3]string{{"/acceptance", `{"nth":1}`, "accepted"}, {"/reopening", `{"nth":1}`, "returned"}, {"/send-back", `{"nth":1,"reason":"Unreadable"}`, "sent_back"}} {
		if a = h.call(maryToken, "POST", item+step[0], step[1]); a.status != 200 || a.text("items.0.rounds.0.stands") != step[2] {
			t.Errorf("%s: %d %s", step[0], a.status, a.body)
		}
	}
	if a.text("items.0.rounds.0.reason") != "Unreadable" || a.number("numbers.sent_back") != 1 {
		t.Errorf("%s", a.body)
	}
	if a := h.call(maryToken, "POST", at+"/items", `{"title":"Bank"}`); a.status != 201 || a.text("items.2.title") != "Bank" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "PUT", item, `{"title":"All ledgers"}`); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "POST", item+"/cancellation", ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	var told []string
	for _, e := range h.store.Stream(task.Stream(uuid.MustParse(a.text("id")))) {
		told = append(told, strings.TrimPrefix(e.EventType(), "task."))
	}
	if got := strings.Join(told, " "); got != "assigned item_returned done_by_client item_accepted item_reopened item_sent_back reopened item_added item_changed item_cancelled" {
		t.Errorf("recorded %s", got)
	}
	a = h.call(maryToken, "GET", base+"/requests?client_id="+of+"&stand=seen&shelf=all&q=year&limit=7&cursor=c", "")
	if q := h.wants.asked; a.status != 200 || a.text("items.0.title") != "Year end" || a.text("next") != "more" || q.Kind != task.Documents || q.Client.String() != of || q.Their != taskapp.SeenStand || q.Shelf != taskapp.AllShelf || q.Text != "year" || q.Limit != 7 || q.After != "c" {
		t.Errorf("asked for %+v; %d %s", q, a.status, a.body)
	}
}

func TestRequestsAreRefused(t *testing.T) {
	h := newHouse(t)
	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	body := func(contacts, item string) string {
		return `{"client_id":"` + of + `","contact_ids":[` + contacts + `],"title":"Year end","items":[` + item + `]}`
	}
	h.call(maryToken, "POST", base+"/requests", body(`"`+ben.String()+`"`, `{"title":"Ledger"}`)).is(422, task.ErrStranger.Code)
	h.call(maryToken, "POST", base+"/requests", body("", `{"title":" "}`)).is(422, task.ErrItemTitle.Code)
	h.call(maryToken, "POST", base+"/requests", body("", "")).is(422, "api.invalid")
	h.call(pietToken, "POST", base+"/requests", body("", `{"title":"Ledger"}`)).is(404, client.ErrNotFound.Code)
	a := h.call(maryToken, "POST", base+"/requests", body(`"`+ida.String()+`"`, `{"title":"Ledger"}`))
	at := base + "/requests/" + a.text("id")
	item := at + "/items/" + a.text("items.0.id")
	for _, path := range []string{at, base + "/requests/x"} {
		h.call(pietToken, "GET", path, "").is(404, task.ErrNotFound.Code)
		h.call(pietToken, "POST", path+"/items", `{"title":"Mine"}`).is(404, task.ErrNotFound.Code)
	}
	h.call(pietToken, "POST", item+"/acceptance", `{"nth":1}`).is(404, task.ErrNotFound.Code)
	h.call(maryToken, "POST", item+"/acceptance", `{"nth":1}`).is(409, task.ErrNothingYet.Code)
	h.call(maryToken, "POST", item+"/return", `{"contact_id":"`+ben.String()+`","note":"x"}`).is(404, task.ErrNotFound.Code)
	h.call(maryToken, "POST", at+"/items/"+uuid.NewString()+"/cancellation", "").is(404, task.ErrItem.Code)
	h.call(maryToken, "POST", item+"/cancellation", "").is(409, task.ErrLastItem.Code)
	if !account.Practitioner.May(account.ActForClient) {
		h.call(nellToken, "POST", item+"/return", `{"contact_id":"`+ida.String()+`","note":"x"}`).is(403, "account.right")
	}
}
