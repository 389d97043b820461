package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	contactapp "portico/app/contact"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/task"

	"github.com/google/uuid"
)

func (p *plan) Items(_ context.Context, _ int32, tasks ...uuid.UUID) (map[uuid.UUID][]taskapp.Item, error) {
	items := map[uuid.UUID][]taskapp.Item{}
	for _, id := range tasks {
		items[id] = p.items
	}
	return items, nil
}

func (p *plan) Drafts(_ context.Context, _ int32, _, contact uuid.UUID) (map[uuid.UUID]taskapp.Draft, error) {
	if contact != ingrid.Contact {
		return nil, nil
	}
	return p.drafts, nil
}

func (p *plan) SaveDrafts(_ context.Context, _ int32, _, subject, contact uuid.UUID, notes map[uuid.UUID]string) error {
	if subject != boats || contact != ingrid.Contact {
		panic("a draft of somebody else, or under another key")
	}
	for item, note := range notes {
		if note == "" {
			delete(p.drafts, item)
			continue
		}
		p.drafts[item] = taskapp.Draft{Note: note, At: noon}
	}
	return nil
}

var request, ledgerItem, payslipItem, statementItem = newTestID(73), newTestID(74), newTestID(75), newTestID(78)

// requests is a practice that has asked Ingrid for documents, besides two other things: the ledger was sent back, what
// she has returned of her payslip is for her alone, and one thing is wanted no more.
func requests(t *testing.T) *house {
	h := asks(t)
	row := h.plan.todos[0].Row
	row.ID, row.Kind, row.Title, row.DueOn, row.Entries = request, task.Documents, "Year end", "2026-11-19", 0
	h.plan.todos = append(h.plan.todos, taskapp.Todo{Row: row})
	h.plan.drafts = map[uuid.UUID]taskapp.Draft{}
	other := newTestID(76)
	h.plan.items = []taskapp.Item{
		{ID: ledgerItem, Title: "Ledger", Help: "All of it", Types: []string{"pdf", "csv"}, Most: 2, Rounds: []taskapp.Round{
			{Nth: 1, Stands: taskapp.SentBack, By: task.Who{Kind: event.Contact, ID: other}, Note: "In the post", Reason: "Nothing came", At: noon},
		}},
		{ID: payslipItem, Title: "Payslip", Own: true, Optional: true, Rounds: []taskapp.Round{{For: other, Nth: 1, Stands: taskapp.Accepted, Note: "My secret", At: noon}}},
		{ID: newTestID(77), Title: "Not wanted", Cancelled: true},
		{ID: statementItem, Title: "Bank statement"},
	}
	text := func(s string) event.Personal { return event.Of(boats, s) }
	h.store.Given(1, task.Stream(request), task.Assigned{
		Client: boats, Subject: boats, Kind: task.Documents, Title: text("Year end"), Audience: task.Audience{All: true}, Priority: task.Normal, Zone: "UTC", At: noon,
		Items: []task.Item{{ID: ledgerItem, Title: text("Ledger")}, {ID: payslipItem, Title: text("Payslip"), Own: true, Optional: true}, {ID: statementItem, Title: text("Bank statement")}},
	})
	return h
}

// answer sends the form of a request; more are names and values of its fields.
func (h *house) answer(n byte, do string, more ...string) reply {
	v := url.Values{"command": {newTestID(n).String()}, "do": {do}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return h.post("/portal/todos/"+request.String()+"/items", v)
}

func noteOf(item uuid.UUID) string { return "note-" + item.String() }

// S4.7 to S4.9, S4.i3, S4.i4: the tab says how many requests there are, what they ask for, where each thing stands, and
// how long there is.
func TestPortalRequests(t *testing.T) {
	h := requests(t)
	page := h.get("/portal/requests").want(t, 200, "1 open request", "2 days overdue", "19 Nov", "Year end", "2 open, 0 returned, 0 accepted, 1 sent back", "Ledger", "#item-"+ledgerItem.String(), "Bank statement").
		lacks(t, "My secret", "Not wanted", "Send the ledger")
	for _, figure := range []string{"<dt>Open</dt><dd>2</dd>", "<dt>Returned</dt><dd>0</dd>", "<dt>Accepted</dt><dd>0</dd>", "<dt>Sent back</dt><dd>1</dd>"} {
		page.want(t, 200, figure)
	}
	h.get("/portal/todos").want(t, 200, "Send the ledger").lacks(t, "Year end")
	h.get("/portal").want(t, 200, `<b class="tabs__count">2</b>`, `<b class="tabs__count">1</b>`, "Requests")
	for n := range 20 {
		h.plan.items = append(h.plan.items, taskapp.Item{ID: newTestID(byte(100 + n)), Title: "Voucher"})
	}
	h.get("/portal/requests").want(t, 200, "11 more")
	h.plan.todos[2].Closed, h.plan.todos[2].Outcome = true, task.Completed // S4.i9: what was delivered stays to be seen
	h.get("/portal/requests").want(t, 200, "No open requests", "Done", "Year end", "Ledger").lacks(t, "overdue", "<dt>Open</dt>")
	h.plan.todos = h.plan.todos[:2]
	h.get("/portal/requests").want(t, 200, "No requests at the moment")
	h = requests(t).says(firm.TabsSet{Tabs: []firm.Tab{firm.RequestsTab}}) // without to-dos there are still requests
	h.get("/portal/todos/"+request.String()).want(t, 200, "Ledger", `href="/portal/requests"`)
	h.get("/portal/todos/"+ledgerTask.String()).want(t, http.StatusNotFound)
	h = requests(t).says(firm.TabsSet{Tabs: []firm.Tab{firm.TodosTab}}) // and where there are none they are to-dos
	h.get("/portal/todos").want(t, 200, "Send the ledger", "Year end")
	h.get("/portal/requests").want(t, http.StatusNotFound)
}

// S4.7, S4.i5, S4.i8: a contact sees what is asked of them, answers by a note or says that it doesn't apply; what is
// refused is shown where it was typed.
func TestPortalItems(t *testing.T) {
	h := requests(t)
	of := "/portal/todos/" + request.String()
	h.get(of).want(t, 200, "2 open, 0 returned, 0 accepted, 1 sent back", "Ledger", "All of it", "As PDF, CSV", "2 files at most", "sent it back:", "Nothing came", "by somebody else", "optional").
		lacks(t, "My secret", "Not wanted", "Mark as done")
	h.answer(80, "return:"+ledgerItem.String()).want(t, http.StatusUnprocessableEntity, "Error: Year end", "Add a file or write a note", `aria-describedby="`+noteOf(ledgerItem))
	h.answer(81, "none:"+payslipItem.String()).want(t, http.StatusUnprocessableEntity, "Write why this does not apply")
	h.answer(82, "all").want(t, http.StatusUnprocessableEntity, "Add a file or write a note")
	h.answer(83, "burn:"+ledgerItem.String()).want(t, http.StatusUnprocessableEntity)
	a := h.answer(84, "none:"+payslipItem.String(), noteOf(payslipItem), "I have none").want(t, http.StatusSeeOther)
	if to := a.Header().Get("Location"); !strings.HasPrefix(to, of+"?") || !strings.HasSuffix(to, "sent="+payslipItem.String()+"#item-"+payslipItem.String()) { // S2.i10
		t.Errorf("leads to %q", to)
	}
	if e, ok := h.lastOf(request).(task.ItemNotApplicable); !ok || e.For != ingrid.Contact || e.Note.Text != "I have none" {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	a = h.answer(85, "all", noteOf(ledgerItem), "By hand", noteOf(statementItem), "By hand, too").want(t, http.StatusSeeOther)
	if to := a.Header().Get("Location"); !strings.HasSuffix(to, "sent=#items") {
		t.Errorf("leads to %q", to)
	}
	h.get(of+"?sent=").want(t, 200, `role="status" data-sent`, "Sent to Harbour &amp; Vale")
	if e, ok := h.lastOf(request).(task.DoneByClient); !ok || e.Contact != ingrid.Contact {
		t.Errorf("nothing is missing, and recorded is %+v", h.lastOf(request))
	}
	h.answer(86, "all", noteOf(ledgerItem), "More").want(t, http.StatusConflict, "with the practice already", `aria-describedby="`+noteOf(ledgerItem))
	h.plan.todos[2].Closed, h.plan.todos[2].Outcome = true, task.Completed
	h.get(of).want(t, 200, "Nothing came").lacks(t, "<textarea", "Save draft") // S2.i8
}

// S4.i7: what is typed and not returned is kept, whichever button was pressed and whether or not it was refused.
func TestPortalDrafts(t *testing.T) {
	h := requests(t)
	of := "/portal/todos/" + request.String()
	a := h.answer(80, "save", noteOf(ledgerItem), "Half a thought", noteOf(statementItem), "  ").want(t, http.StatusSeeOther)
	if to := a.Header().Get("Location"); to != of+"?saved=#items" {
		t.Errorf("leads to %q", to)
	}
	if _, ok := h.lastOf(request).(task.Assigned); !ok || len(h.plan.drafts) != 1 {
		t.Errorf("recorded %+v, kept %+v", h.lastOf(request), h.plan.drafts)
	}
	h.get(of+"?saved=").want(t, 200, ">Half a thought</textarea>", "Draft of", "Your draft is kept")
	h.answer(81, "return:"+statementItem.String(), noteOf(ledgerItem), "A whole thought", noteOf(statementItem), "Enclosed").want(t, http.StatusSeeOther)
	h.get(of).want(t, 200, ">A whole thought</textarea>").lacks(t, "Enclosed</textarea>")
	h.answer(82, "none:"+payslipItem.String(), noteOf(ledgerItem), "And more").want(t, http.StatusUnprocessableEntity, ">And more</textarea>")
	if d := h.plan.drafts[ledgerItem]; d.Note != "And more" {
		t.Errorf("kept %+v", h.plan.drafts)
	}
	long := strings.Repeat("x", task.MaxNote+1)
	h.answer(83, "save", noteOf(ledgerItem), long).want(t, http.StatusUnprocessableEntity, "This note is too long", long)
	h.answer(84, "all", noteOf(ledgerItem), "And more").want(t, http.StatusSeeOther)
	if len(h.plan.drafts) != 0 {
		t.Errorf("what was returned is a draft still: %+v", h.plan.drafts)
	}
}

// S4.i7: on an item that one answers for all, what others have put there and not handed over goes along only if it is named;
// what is left behind says so.
func TestDraftsOfOthers(t *testing.T) {
	h := requests(t)
	mine, theirs, late := newTestID(90), newTestID(91), newTestID(92)
	for id, who := range map[uuid.UUID]uuid.UUID{mine: ingrid.Contact, theirs: bo, late: bo} {
		by, place := task.Who{Kind: event.Contact, ID: who}, task.Place{Item: statementItem}
		h.store.Given(1, task.Stream(request), task.AttachmentReceived{Attachment: id, By: by, Place: place, Name: event.Of(boats, "a.pdf"), Size: 9, Delivered: true, StartedAt: noon, At: noon})
		h.plan.files = append(h.plan.files, taskapp.File{
			ID: id, Name: "bank.pdf", ByName: "Bo Lind", By: event.Actor{Kind: event.Contact, ID: who}, Place: place, Size: 9, State: taskapp.FileReceived, Delivered: true, StartedAt: noon, At: noon, Deadline: noon,
		})
	}
	of := "/portal/todos/" + request.String()
	h.get(of).want(t, 200, "Not finished by somebody else", "Hand over “bank.pdf” of Bo Lind as well", `name="with" value="`+theirs.String()).lacks(t, `name="with" value="`+mine.String(), "returned without it")
	h.answer(80, "return:"+statementItem.String(), noteOf(statementItem), "March", "with", theirs.String()).want(t, http.StatusSeeOther)
	returned := func() (files []uuid.UUID) {
		for _, e := range h.store.Stream(task.Stream(request)) {
			if e, ok := e.(task.ItemReturned); ok {
				files = e.Files
			}
		}
		return files
	}
	if got := returned(); len(got) != 2 || slices.Contains(got, late) {
		t.Errorf("handed over %v", got)
	}
	h.plan.items[3].Rounds = []taskapp.Round{{Nth: 1, Stands: taskapp.Returned, By: task.Who{Kind: event.Contact, ID: ingrid.Contact}, Note: "March", At: noon}}
	h.get(of).want(t, 200, "returned without it: send it in a message").lacks(t, `name="with"`)
}

// I5: what waits at another client of the person's is counted where they change to it, and on Home, with the rights that they
// have there.
func TestElsewhere(t *testing.T) {
	h := requests(t)
	theirs := contactapp.Membership{Client: own, ClientName: "Imogen Farrow", Active: true, Rights: contactapp.Rights{"tasks"}}
	h.crowd.clients = append(h.crowd.clients, theirs)
	row := h.plan.todos[0].Row
	for n := range byte(3) {
		row.ID, row.Client = newTestID(100+n), own
		h.plan.todos = append(h.plan.todos, taskapp.Todo{Row: row})
	}
	h.plan.todos[len(h.plan.todos)-1].Closed, h.plan.todos[len(h.plan.todos)-1].Outcome = true, task.Completed
	h.get("/portal").want(t, 200, `Imogen Farrow</span> <b class="tabs__count">2</b>`, "2 more for Imogen Farrow")
	h.get("/portal?client="+own.String()).want(t, 200, "3 more for Solberg Boats").lacks(t, "more for Imogen")
	h.crowd.clients[1].Rights = contactapp.Rights{"files"}
	h.get("/portal").want(t, 200, "Imogen Farrow").lacks(t, "more for")
}
