package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/app/es"
	inviteapp "portico/app/invite"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// demoTask is something that the demo practice wants of a client, of demoClients. Ago is when it was assigned, due how many
// days from now; then is what has become of it.
type demoTask struct {
	client, staff int
	kind          task.Sort
	title, text   string
	ago           time.Duration
	due           int
	checklist     []string
	items         []string
	then          func(ctx context.Context, t *demoAsked) error // nil: nothing yet
}

// demoTasks have their place as their id: new ones come at the end.
var demoTasks = []demoTask{
	{client: 0, title: "Send us the VAT papers for the quarter", text: "We file your return in three weeks. Send what you have; we ask for the rest.", ago: 3 * day, due: 10,
		checklist: []string{"Sales invoices", "Purchase invoices", "Bank statements"}},
	{client: 5, title: "Sign and return the letter of engagement", text: "It says what we do for you this year, and for how much.", due: 14},
	{client: 2, staff: 1, kind: task.Question, title: "Did you buy equipment for more than £1,000 this year?", ago: 5 * day, due: 4, then: wasAnswered(0x402, "One plotter in June, £2,340 with VAT. The invoice is with the others.")},
	{client: 3, staff: 1, title: "Check the list of beneficiaries", ago: 30 * day, due: -12, then: wasAgreed(0x404)},
	{client: 4, staff: 1, title: "Tell us the hours of your staff", ago: 12 * day, due: -2},
	{client: 7, kind: task.Documents, title: "Papers for the year end", text: "One item at a time is fine.", ago: 8 * day, due: 6,
		items: []string{"Bank statements to the end of the year", "Stock list of the last day", "Loan agreement"}, then: wasReturned(0x408, "We have no loan any more: it was paid off in March.")},
	{client: 1, staff: 1, kind: task.FormFilling, title: "Your tax return", text: "Answer what you know. Where you are not sure, write to us below.", ago: 6 * day, due: 20, then: wasPartlyFilled(0x401)},
}

// demoAsked is one task of the demo while it is told.
type demoAsked struct {
	taskapp.Commands
	firm   int32
	id     uuid.UUID
	staff  uuid.UUID
	nth    int // of its next command
	before time.Duration
	at     func(ago time.Duration) taskapp.Commands
}

// by is one command, with an id of its own, so that it takes effect once.
func (t *demoAsked) by(who event.Actor) es.By {
	t.nth++
	return es.By{Firm: t.firm, Actor: who, Command: demoID(t.nth)}
}

func (t *demoAsked) practice() es.By { return t.by(event.Actor{Kind: event.Staff, ID: t.staff}) }

func (t *demoAsked) act(contact int) taskapp.Act {
	who := demoID(contact)
	return taskapp.Act{By: t.by(event.Actor{Kind: event.Contact, ID: who}), Task: t.id, Contact: who}
}

// demoGiven are the people with access that their first task's mail brings (I4), each as somebody of a client; new ones
// come at the end. Nobody of the veterinary practice is among them: what it is asked for, nobody can do yet.
var demoGiven = []struct{ id, client int }{{0x405, 0x205}, {0x400, 0x200}, {0x401, 0x201}, {0x402, 0x202}, {0x404, 0x203}, {0x408, 0x207}}

// ask assigns the demo's tasks, after it has given people access. What somebody has changed stays so after the next start.
func (d *demo) ask(ctx context.Context) error {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		return err
	}
	given := d.invites
	given.Events = earlier{d.store, 31 * day}
	for i, contact := range demoGiven {
		by := d.by(0)
		by.Command = demoID(0x800 + i)
		_, err = given.Send(ctx, inviteapp.Send{By: by, Contact: demoID(contact.id), Client: demoID(contact.client), Channels: invite.ByNone, Access: invite.ByAccount, Zone: london})
		if _, refused := errors.AsType[*fault.Error](err); err != nil && !refused {
			return fmt.Errorf("give somebody access: %w", err)
		}
	}
	if err := d.questionnaire(ctx); err != nil {
		return err
	}
	for i, ask := range demoTasks {
		at := func(ago time.Duration) taskapp.Commands {
			return taskapp.Commands{Events: earlier{d.store, ago}, People: d.tasks.People, Colleagues: d.tasks.Colleagues, Forms: d.tasks.Forms, Blanks: d.tasks.Blanks}
		}
		t := &demoAsked{Commands: at(ask.ago), firm: d.firm, id: demoID(0x600 + i), staff: d.staff[min(ask.staff, len(d.staff)-1)], nth: 0x810 + 0x10*i, before: ask.ago, at: at}
		if err := t.assign(ctx, ask); err != nil {
			return fmt.Errorf("ask for %q: %w", ask.title, err)
		}
		if ask.then == nil {
			continue
		}
		t.Commands = at(ask.ago / 2)
		err := ask.then(ctx, t)
		if _, refused := errors.AsType[*fault.Error](err); err != nil && !refused { // what somebody has done since stays so
			return fmt.Errorf("go on with %q: %w", ask.title, err)
		}
	}
	return nil
}

func (t *demoAsked) assign(ctx context.Context, ask demoTask) error {
	now, err := t.Events.Now(ctx)
	if err != nil {
		return err
	}
	a := task.Assigning{
		Task: t.id, Client: demoID(0x200 + ask.client), Kind: ask.kind, Title: ask.title, Description: ask.text, Owner: t.staff, Audience: task.Audience{All: true},
		DueOn: now.Add(t.before).AddDate(0, 0, ask.due).Format(time.DateOnly), Zone: "Europe/London", Cadence: reminder.Standard.ID,
	}
	if ask.kind == task.FormFilling {
		a.Form, a.FormVersion = demoForm, 1 // also where it is archived by now
	}
	for i, text := range ask.checklist {
		a.Checklist = append(a.Checklist, task.Line{ID: t.part(i), Text: text})
	}
	for i, text := range ask.items {
		a.Items = append(a.Items, task.Asking{ID: t.part(i), Title: text})
	}
	_, err = t.Assign(ctx, taskapp.Assign{By: t.practice(), Task: a})
	return err
}

// part is the id of an entry or item of the task.
func (t *demoAsked) part(i int) uuid.UUID { return uuid.NewSHA1(t.id, []byte{byte(i)}) }

// wasAnswered lets a contact answer a question.
func wasAnswered(contact int, words string) func(context.Context, *demoAsked) error {
	return func(ctx context.Context, t *demoAsked) error {
		_, err := t.Finish(ctx, taskapp.Finish{Act: t.act(contact), Note: words})
		return err
	}
}

// wasAgreed lets a contact be done, and the practice agree and close it.
func wasAgreed(contact int) func(context.Context, *demoAsked) error {
	return func(ctx context.Context, t *demoAsked) error {
		if _, err := t.Finish(ctx, taskapp.Finish{Act: t.act(contact)}); err != nil {
			return err
		}
		if _, err := t.Confirm(ctx, taskapp.Confirm{By: t.practice(), Task: t.id}); err != nil {
			return err
		}
		_, err := t.Close(ctx, taskapp.Close{By: t.practice(), Task: t.id, Outcome: task.Completed})
		return err
	}
}

// wasReturned lets a contact answer the last item of a request.
func wasReturned(contact int, why string) func(context.Context, *demoAsked) error {
	return func(ctx context.Context, t *demoAsked) error {
		_, err := t.Answer(ctx, taskapp.Answer{Act: t.act(contact), Items: []taskapp.ItemAnswer{{Item: t.part(2), Note: why, NotApplicable: true}}})
		return err
	}
}
