package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	taskapp "portico/app/task"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/task"
)

// reviews is a practitioner before the request of which Ingrid has returned the ledger and her payslip.
func reviews(t *testing.T) *house {
	h := requests(t)
	h.jar = nil
	h.signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: boats, Name: "Solberg Boats"}, {ID: farrow, Name: "Farrow, Imogen"}}
	for n, p := range []string{"Ingrid", "Olav"} {
		row := contactapp.Row{ID: ingrid.Contact, Given: p}
		if n > 0 {
			row.ID = newTestID(79)
		}
		h.crowd.linked = append(h.crowd.linked, contactapp.Linked{Row: row, Rights: contactapp.Rights{string(client.Tasks)}})
	}
	row := h.plan.todos[2].Row
	row.Stand, row.AssignedAt = taskapp.SeenStand, noon
	h.plan.detail = append(h.plan.detail, taskapp.Detail{Row: row, Audience: task.Audience{All: true}})
	by := task.Who{Kind: event.Contact, ID: ingrid.Contact}
	h.store.Given(1, task.Stream(request),
		task.ItemReturned{Item: ledgerItem, Round: 1, By: by, Note: event.Of(boats, "In the post"), At: noon},
		task.ItemReturned{Item: payslipItem, For: ingrid.Contact, Round: 1, By: by, Note: event.Of(boats, "Enclosed"), At: noon})
	h.plan.items[0].Rounds = []taskapp.Round{{Nth: 1, Stands: taskapp.Returned, By: by, Note: "In the post", At: noon}}
	h.plan.items[1].Rounds = []taskapp.Round{{For: ingrid.Contact, Nth: 1, Stands: taskapp.Returned, By: by, Note: "Enclosed", At: noon}}
	return h
}

// act sends a form of the practice about the request; more are names and values of its fields.
func (h *house) act(path string, n byte, more ...string) reply {
	v := url.Values{"command": {newTestID(n).String()}}
	for i := 0; i < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return h.post("/tasks/"+request.String()+path, v)
}

// S4.i4, S4.i8, T7: the practice sees the numbers that its clients see, accepts, sends back with a reason, undoes, and does
// so to several at once.
func TestStaffReviews(t *testing.T) {
	h := reviews(t)
	led, pay := roundKey(ledgerItem, [16]byte{}, 1), roundKey(payslipItem, ingrid.Contact, 1)
	page := h.get("/tasks/"+request.String()).want(t, 200, "What is asked for", "Ledger", "PDF, CSV", "at most 2 files", "In the post", "Each person their own", "Not wanted", "No longer wanted", "accept:"+led, "look:"+pay, "review-keys")
	for _, tally := range []string{"<li><b>2</b> Open</li>", "<li><b>2</b> Returned</li>", "<span>Olav</span>", "<span>Ingrid</span>"} {
		page.want(t, 200, tally)
	}
	h.act("/review", 90, "do", "accept").want(t, http.StatusUnprocessableEntity, "Choose at least one answer")
	h.act("/review", 91, "do", "accept", "round", "nonsense").want(t, http.StatusUnprocessableEntity)
	h.act("/review", 92, "do", "send_back:"+led).want(t, http.StatusUnprocessableEntity, "reason")
	h.act("/review", 93, "do", "look:"+led).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(request).(task.ItemReviewBegun); !ok || e.By.ID != priya.ID {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/review", 94, "do", "accept", "round", led, "round", pay).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(request).(task.ItemAccepted); !ok || e.Item != payslipItem || e.For != ingrid.Contact {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/review", 95, "do", "send_back:"+led, "reason", "Unreadable").want(t, http.StatusConflict, "has your answer already", ">Unreadable</textarea>")
	h.act("/review", 96, "do", "reopen:"+led).want(t, http.StatusSeeOther)
	h.act("/review", 97, "do", "send_back", "round", led, "reason", "Unreadable").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(request).(task.ItemSentBack); !ok || e.Reason.Text != "Unreadable" {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/review", 98, "do", "accept:"+strings.TrimSuffix(led, "1")+"7").want(t, http.StatusConflict, "answered this item anew")
	h.plan.items[0].Rounds[0].Stands, h.plan.items[0].Rounds[0].Reason = taskapp.SentBack, "Unreadable"
	h.get("/tasks/"+request.String()).want(t, 200, "reopen:"+led, "Sent back:", "Unreadable")

	d := &h.plan.detail[len(h.plan.detail)-1] // agreeing comes after reviewing
	d.Stand = taskapp.DoneStand
	h.get("/tasks/"+request.String()).want(t, 200, `<button class="btn" type="submit"`, "Confirm that it is done", "isn’t reviewed yet").lacks(t, "confirm-whose")
	h.plan.items[1].Rounds[0].Stands = taskapp.Accepted
	h.get("/tasks/"+request.String()).want(t, 200, "Confirm that it is done").lacks(t, "isn’t reviewed yet")
	d.Stand, d.Each, d.People = taskapp.SeenStand, true, []taskapp.Part{{Contact: ingrid.Contact, DoneAt: noon}, {Contact: newTestID(79), SeenAt: noon}}
	h.get("/tasks/"+request.String()).want(t, 200, `id="confirm-whose"`, `">Ingrid</option>`).lacks(t, "Everybody’s")
}

// Items are added, changed and cancelled while the request is open.
func TestStaffChangesItems(t *testing.T) {
	h := reviews(t)
	voucher := newTestID(110).String()
	h.act("/items", 90, "item", voucher, "item-title", " ", "item-help", "All of them").want(t, http.StatusUnprocessableEntity, "has a title", ">All of them</textarea>")
	h.act("/items", 91, "item", voucher, "item-title", "Vouchers", "item-types", ".PDF; jpg", "item-most", "x").want(t, http.StatusUnprocessableEntity, "up to 100 files")
	h.act("/items", 92, "item", voucher, "item-title", "Vouchers", "item-types", ".PDF; jpg", "item-most", "3", "item-optional", voucher).want(t, http.StatusSeeOther)
	e, ok := h.lastOf(request).(task.ItemAdded)
	if i := e.Item; !ok || i.Title.Text != "Vouchers" || strings.Join(i.Types, " ") != "pdf jpg" || i.Most != 3 || !i.Optional || i.Own {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/items/"+voucher, 93, "item", voucher, "item-title", "All vouchers").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(request).(task.ItemChanged); !ok || e.Item.ID.String() != voucher || e.Item.Title.Text != "All vouchers" || e.Item.Optional {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/items/"+payslipItem.String(), 94, "item", payslipItem.String(), "item-title", "Payslips").want(t, http.StatusConflict, "stays as it is whose it is", `value="Payslips"`)
	h.act("/items/"+voucher+"/cancellation", 95).want(t, http.StatusSeeOther)
	if _, ok := h.lastOf(request).(task.ItemCancelled); !ok {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/closing", 96, "outcome", "completed", "contact", ingrid.Contact.String(), "reason", "Hers is all there").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(request).(task.Closed); !ok || e.Contact != ingrid.Contact { // S4.i9
		t.Errorf("recorded %+v", h.lastOf(request))
	}
	h.act("/reopening", 97, "contact", ingrid.Contact.String(), "reason", "One thing more").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(request).(task.Reopened); !ok || e.Contact != ingrid.Contact {
		t.Errorf("recorded %+v", h.lastOf(request))
	}
}

// A request is built row by row, with more rows on demand and nothing lost, or from another one.
func TestStaffBuildsRequests(t *testing.T) {
	h := reviews(t)
	h.get("/tasks/new?kind=documents").want(t, 200, "Go on", `name="kind" value="documents"`)
	h.get("/tasks/new?kind=documents&client="+farrow.String()).want(t, 200, "New document request", `name="item-title"`, "8. Title").lacks(t, "9. Title", `<select class="input" id="kind"`)
	h.get("/tasks/new?copy="+request.String()+"&client="+farrow.String()).want(t, 200, "Made from “Year end”", `value="Ledger"`, `value="pdf, csv"`, ">All of it</textarea>").lacks(t, "Not wanted", ledgerItem.String())
	h.get("/tasks/new?copy="+newTestID(99).String()).want(t, http.StatusNotFound)
	one, two := newTestID(111).String(), newTestID(112).String()
	form := url.Values{
		"command": {newTestID(90).String()}, "id": {newTestID(91).String()}, "client": {farrow.String()}, "kind": {"documents"}, "audience": {"all"}, "priority": {"normal"}, "due_on": {"2026-12-31"},
		"title": {"Year end"}, "item": {one, two}, "item-title": {"", ""}, "item-help": {"", ""}, "item-types": {"", ""}, "item-most": {"", ""}, "copied": {request.String()},
	}
	h.post("/tasks", form).want(t, http.StatusUnprocessableEntity, "has 1 to 200 items", "Error: New document request")
	form["item-title"], form["item-most"], form["item-own"] = []string{"", "Ledger"}, []string{"", "2"}, []string{two}
	more := url.Values{"more": {"1"}}
	for k, v := range form {
		more[k] = v
	}
	h.post("/tasks", more).want(t, 200, `value="Ledger"`, "17. Title", "2026-12-31").lacks(t, "18. Title", "Error:")
	h.post("/tasks", form).want(t, http.StatusSeeOther)
	e, ok := h.lastOf(newTestID(91)).(task.Assigned)
	if !ok || e.Kind != task.Documents || e.Copied != request || len(e.Items) != 1 || e.Items[0].ID.String() != two || e.Items[0].Title.Text != "Ledger" || e.Items[0].Most != 2 || !e.Items[0].Own {
		t.Errorf("assigned %+v", e)
	}
}
