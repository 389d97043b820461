package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	contactapp "portico/app/contact"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// S4.4, S4.7: an invitation carries requests that ask for the same as earlier ones, with one due date, for those whom it
// invites. The form sent again for others lets them see the same requests.
func TestInviteCarriesRequests(t *testing.T) {
	h, c := gathered(t)
	for i := range c.people {
		c.people[i].Rights = contactapp.Rights{"tasks"}
	}
	c.people[1].Email = "olav@example.org"
	of := func(text string) event.Personal { return event.Of(olavs, text) }
	h.store.Given(1, contact.Stream(olavs), contact.Added{Details: contact.Details{Given: of("Olav"), Family: of(""), Email: of("olav@example.org"), Phone: of("")}})
	h.server.Tasks.People = linked{ingrid.Contact, olavs}
	h.plan.items = []taskapp.Item{{ID: ledgerItem, Title: "Ledger", Help: "All of it", Types: []string{"pdf"}, Most: 2}, {ID: payslipItem, Title: "Payslip", Own: true}, {ID: statementItem, Cancelled: true}}
	h.plan.detail = []taskapp.Detail{{Row: taskapp.Row{ID: request, Client: farrow, Kind: task.Documents, Title: "Year end", ClientName: "Farrow", Priority: task.High, AssignedAt: noon}, Description: "As every year"}}
	base := "/clients/" + farrow.String() + "/invitations"
	page := h.get(base+"/new").want(t, 200, "Requests that go along", "Year end", "Asked on 21 Nov 2026", `name="bundle"`)
	if q := h.plan.asked; q.Client != farrow || q.Kind != task.Documents || q.Shelf != taskapp.AllShelf || q.Order != taskapp.Newest {
		t.Errorf("asked for %+v", q)
	}
	form := filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "model": {request.String()}, "bundle": {newTestID(90).String()}, "due_on": {"2026-12-01"}})
	for range 2 { // a form sent twice asks once
		h.post(base, form).want(t, 303)
	}
	id := task.InBulk(newTestID(90), request)
	all := h.store.Stream(task.Stream(id))
	if len(all) != 1 {
		t.Fatalf("recorded %+v", all)
	}
	e := all[0].(task.Assigned)
	if e.Title.Text != "Year end" || e.Description.Text != "As every year" || e.DueOn != "2026-12-01" || e.Client != farrow || e.Copied != request || e.Bundle != newTestID(90) || e.Priority != task.High ||
		e.Audience.All || len(e.Audience.Contacts) != 1 || e.Audience.Contacts[0] != ingrid.Contact || len(e.Tell) != 0 || len(e.Items) != 2 || e.Items[0].Help.Text != "All of it" || e.Items[0].ID == ledgerItem || !e.Items[1].Own {
		t.Errorf("asked %+v", e)
	}
	if e := h.store.Stream(invite.Stream(ingrid.Contact))[0].(invite.Sent); e.Bundle != newTestID(90) {
		t.Errorf("sent %+v", e)
	}
	form.Set("command", newTestID(91).String())
	form.Set("contact", olavs.String())
	h.post(base, form).want(t, 303)
	if e, ok := h.lastOf(id).(task.ContactAdded); !ok || e.Contact != olavs || e.From != task.FromStart {
		t.Errorf("the second time recorded %+v", h.lastOf(id))
	}
	form.Set("command", newTestID(92).String())
	form.Set("bundle", newTestID(93).String())
	c.people[1].Rights = nil
	h.post(base, form).want(t, 422, "Olav has no right to tasks", `value="`+request.String()+`" checked`)
	if got := h.store.Stream(task.Stream(task.InBulk(newTestID(93), request))); len(got) != 0 {
		t.Errorf("recorded %+v", got)
	}
	c.people[1].Rights = contactapp.Rights{"tasks"}
	form["model"] = []string{newTestID(94).String()} // somebody else's, or gone
	h.post(base, form).want(t, 422, "The requests did not go along", "Olav")
	h.plan.detail[0].Client = boats
	form["model"], form["command"] = []string{request.String()}, []string{newTestID(96).String()}
	h.post(base, form).want(t, 422, "The requests did not go along", "Olav")
	if _, ok := bundleProblem(fault.New(fault.Forbidden, "x", "x")); ok {
		t.Error("what is no matter of the form stands in it")
	}
}

// A template goes along with its blanks filled for the client, by the invitation's day or its own; the preview says its title.
func TestInviteCarriesTemplates(t *testing.T) {
	h, c := gathered(t)
	for i := range c.people {
		c.people[i].Rights = contactapp.Rights{"tasks"}
	}
	h.server.Tasks.People = linked{ingrid.Contact, olavs}
	h.jobs.Saved = []taskjob.Template{
		{ID: request, Name: "Year end", DueIn: 30, Asking: taskjob.Asking{Kind: task.Documents, Title: "Papers {year} of {client}", Items: []task.Asking{{Title: "Ledger {last year}"}}, Template: request}},
		{ID: newTestID(95), Name: "Call", DueIn: -1, Asking: taskjob.Asking{Kind: task.ToDo, Title: "Call us"}},
	}
	base := "/clients/" + farrow.String() + "/invitations"
	page := h.get(base+"/new").want(t, 200, "Papers 2026 of Farrow", "Template: Year end").lacks(t, "Call us", "{client}")
	form := filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "model": {request.String()}, "bundle": {newTestID(90).String()}, "due_on": {"2027-02-01"}})
	h.post(base+"/draft", form).want(t, 200, "Requests that go along:", "<li>Papers 2027 of Farrow", `value="`+request.String()+`" checked`)
	for range 2 {
		h.post(base, form).want(t, 303)
	}
	id := task.InBulk(task.InBulk(newTestID(90), request), farrow)
	all := h.store.Stream(task.Stream(id))
	if len(all) != 1 {
		t.Fatalf("recorded %+v", all)
	}
	if e := all[0].(task.Assigned); !strings.HasPrefix(e.Title.Text, "Papers 2027 of Farrow") || e.Items[0].Title.Text != "Ledger 2026" || e.DueOn != "2027-02-01" || e.Template != request || e.Bundle != newTestID(90) || e.Audience.All || e.Job != uuid.Nil || e.Cadence != reminder.Standard.ID {
		t.Errorf("asked %+v", e)
	}
	form.Set("command", newTestID(91).String())
	form.Set("bundle", newTestID(92).String())
	form.Del("due_on")
	h.post(base, form).want(t, 303)
	if e, ok := h.lastOf(task.InBulk(task.InBulk(newTestID(92), request), farrow)).(task.Assigned); !ok || e.DueOn != "2026-12-21" {
		t.Errorf("without a day it asks %+v", e)
	}
}

// linked are the people of every client.
type linked []uuid.UUID

func (l linked) OfClient(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) { return l, nil }

func (l linked) Active(context.Context, int32, uuid.UUID) (bool, error) { return true, nil }

func (l linked) Known(context.Context, int32, uuid.UUID) error { return nil }
