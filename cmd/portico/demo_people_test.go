package main

import (
	"errors"
	"slices"
	"testing"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	reminderapp "portico/app/reminder"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/reminder"

	"github.com/google/uuid"
)

// The demo has somebody of every sort, and what somebody has changed stays changed when dev starts again.
func TestDemoPeopleAreGivenOnce(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	ctx := t.Context()
	no, err := p.house.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.firms.Found(ctx, firmapp.Found{By: es.By{Firm: no, Actor: event.Actor{Kind: event.Operator}}, ID: demoID(0), Name: "Harbour & Vale", Email: "hello@harbourvale.example", Zone: "Europe/London"}); err != nil {
		t.Fatal(err)
	}
	d := &demo{house: p.house, firm: no, staff: []uuid.UUID{newID(t), newID(t)}}
	for i, c := range demoClients {
		if err := d.client(ctx, i, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.people(ctx); err != nil {
		t.Fatal(err)
	}
	if err := d.ask(ctx); err != nil {
		t.Fatal(err)
	}
	by := es.By{Firm: no, Actor: event.Actor{Kind: event.Operator}}
	rowan, ashdown := demoID(0x400), demoID(0x200)
	if _, err := d.clients.SetTags(ctx, clientapp.SetTags{By: by, Client: ashdown, Tags: []string{"mine"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.clients.UnlinkContact(ctx, clientapp.UnlinkContact{By: by, Client: demoID(0x202), Contact: demoID(0x402)}); err != nil {
		t.Fatal(err)
	}
	r, err := d.clients.UnlinkContact(ctx, clientapp.UnlinkContact{By: by, Client: ashdown, Contact: rowan})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.people(ctx), d.ask(ctx)); err != nil {
		t.Fatal(err)
	}
	if ok, err := p.house.linkList.Wait(ctx, r.Position); !ok || err != nil {
		t.Fatal(ok, err)
	}
	row, err := p.house.clientList.Client(ctx, no, ashdown)
	if err != nil || !slices.Equal(row.Tags, []string{"mine"}) || row.People != 0 {
		t.Errorf("after a second start %+v, %v", row, err)
	}
	tasks, _, err := p.house.taskList.Tasks(ctx, no, taskapp.Query{Shelf: taskapp.AllShelf})
	stands := map[taskapp.Stand]int{}
	for _, task := range tasks {
		stands[task.Stand]++
	}
	if err != nil || len(tasks) != len(demoTasks) || stands[taskapp.DoneStand] != 1 || stands[taskapp.Agreed] != 1 {
		t.Errorf("the demo asks for %d things, which stand %v, %v", len(tasks), stands, err)
	}
	if sheet, err := p.house.formAnswers.Sheet(ctx, no, demoID(0x606)); err != nil || sheet.Form != demoForm || len(sheet.Answers) != 5 || len(sheet.Rows[demoPart(demoChildren)]) != 1 {
		t.Errorf("the questionnaire was answered %+v, %v", sheet, err)
	}
	if i, err := p.house.inviteList.Invite(ctx, no, demoID(0x405)); err != nil || i.State != inviteapp.Given {
		t.Errorf("access without a mail stands %q, %v", i.State, err)
	}
	if loose, _, err := p.house.contactList.Contacts(ctx, no, contactapp.Query{Loose: true}); err != nil || len(loose) != 3 {
		t.Errorf("%d people without a client, %v", len(loose), err)
	}
	if two, err := p.house.contactList.ByEmail(ctx, no, "family@hollisbakery.example"); err != nil || len(two) != 2 {
		t.Errorf("%d people share an address, %v", len(two), err)
	}
	if of, err := p.house.contactList.ClientsOf(ctx, no, demoID(0x404)); err != nil || len(of) != 2 {
		t.Errorf("one person has %d clients, %v", len(of), err)
	}
	plans := func() []reminderapp.Row {
		rows, _, err := p.house.reminderList.Reminders(ctx, no, reminderapp.Query{Contact: demoID(0x405)})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	eventually(t, "the reminder of what somebody is asked for", func() bool {
		rows := plans()
		return len(rows) == 1 && !rows[0].Next.IsZero() && slices.Equal(rows[0].Tasks, []uuid.UUID{demoID(0x601)})
	})
	if _, err := p.house.reminders.RemoveCadence(ctx, reminderapp.RemoveCadence{By: by, Cadence: reminder.Standard.ID}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing more to be reminded of", func() bool { return plans()[0].Next.IsZero() })
}
