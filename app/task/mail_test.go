package task_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// asks are the mails of the newest event: "kind to whom" and when it leaves at the latest.
func (d desk) asks() (mails []string, latest []time.Time) {
	d.Helper()
	log := d.store.Log()
	r := log[len(log)-1]
	effects, err := app.Notices{Events: d.store, People: d.people}.Effects(d.Context(), r)
	if err != nil {
		d.Fatal(err)
	}
	keys := map[string]bool{}
	for _, e := range effects {
		if e.Stream != r.Stream || e.Client != acme || e.Firm != 1 || e.Gathers == uuid.Nil || keys[e.Key] || e.Window != time.Minute {
			d.Errorf("%+v", e)
		}
		keys[e.Key] = true
		mails = append(mails, e.Kind+" "+map[uuid.UUID]string{ida: "ida", bo: "bo", mary: "mary", cleo: "cleo", uuid.Nil: "practice"}[e.Args.Recipient])
		latest = append(latest, e.NotBefore.Add(e.Window))
	}
	slices.Sort(mails)
	return mails, latest
}

func (d desk) wants(what string, want ...string) {
	d.Helper()
	if got, _ := d.asks(); !slices.Equal(got, want) {
		d.Errorf("%s asks for %q, want %q", what, got, want)
	}
}

var cleo = uuid.UUID{6: 0x70, 8: 0x80, 15: 6}

// T5: who could see a task is told once its hold has ended, and a moment later, so that others join.
func TestWhoIsToldOfATask(t *testing.T) {
	d := newDesk(t)
	d.assign(func(a *task.Assigning) {
		a.HoldUntil, a.Audience = noon.Add(time.Minute), task.Audience{Contacts: []uuid.UUID{ida}}
	})
	d.wants("a new one", "mail.task ida")
	if _, at := d.asks(); !at[0].Equal(noon.Add(2*time.Minute + 5*time.Second)) {
		t.Errorf("it leaves at %v", at)
	}
	d.store.Advance(10 * time.Second)
	if _, err := d.AddContact(t.Context(), app.AddContact{By: byMary(), Task: this, Contact: bo, From: task.FromStart}); err != nil {
		t.Fatal(err)
	}
	d.wants("one more", "mail.task bo")
	if _, at := d.asks(); !at[0].Equal(noon.Add(2*time.Minute + 5*time.Second)) {
		t.Errorf("who comes within the hold is told at %v", at)
	}
	if _, err := d.SetAudience(t.Context(), app.SetAudience{By: byMary(), Task: this, Audience: task.Audience{Contacts: []uuid.UUID{ida}}}); err != nil {
		t.Fatal(err)
	}
	d.wants("one less")
	d.store.Advance(time.Hour)
	if _, err := d.Finish(t.Context(), app.Finish{Act: as(ida)}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reopen(t.Context(), app.Reopen{By: byMary(), Task: this, Reason: "March is missing"}); err != nil {
		t.Fatal(err)
	}
	d.wants("reopened", "mail.task ida")
	if _, err := d.Close(t.Context(), app.Close{By: byMary(), Task: this, Outcome: task.Cancelled}); err != nil {
		t.Fatal(err)
	}
	d.wants("closed", "mail.task ida")
	if _, at := d.asks(); !at[0].Equal(noon.Add(time.Hour + 10*time.Second + 95*time.Second)) {
		t.Errorf("it leaves at %v", at)
	}
}

// S4.i8: a send-back is told to whose item it is, acceptance once the list is complete.
func TestWhoIsToldOfAReview(t *testing.T) {
	d := newDesk(t)
	d.request()
	review := func(as app.Judgement, rounds ...task.Judging) {
		t.Helper()
		if _, err := d.Review(t.Context(), app.Review{By: byMary(), Task: this, Rounds: rounds, As: as, Reason: "Unreadable"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{d.answer(ida, ledger), d.answer(ida, payslip), d.answer(bo, payslip)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	review(app.Accept, task.Judging{Item: ledger, Round: 1})
	d.wants("one of two accepted")
	review(app.Accept, task.Judging{Item: payslip, For: ida, Round: 1})
	d.wants("all of Ida’s accepted", "mail.task ida")
	review(app.SendBack, task.Judging{Item: payslip, For: bo, Round: 1})
	if e, ok := d.last().(task.Reopened); !ok || e.Contact != uuid.Nil {
		t.Fatalf("%+v", d.last())
	}
	log := d.store.Log()
	effects, err := app.Notices{Events: d.store, People: d.people}.Effects(t.Context(), log[len(log)-2])
	if err != nil || len(effects) != 1 || effects[0].Args.Recipient != bo {
		t.Errorf("sent back: %+v, %v", effects, err)
	}
}

// S2.10, T3: messages go to who reads them and did not write them; an internal one to no contact.
func TestWhoIsToldOfAMessage(t *testing.T) {
	d := newDesk(t)
	d.Colleagues = staff{mary, cleo}
	d.assign()
	n := byte(100)
	write := func(a app.Act, talk task.Talk, mentions ...uuid.UUID) {
		t.Helper()
		n++
		if _, err := d.Post(t.Context(), app.Post{Act: a, Message: uuid.UUID{6: 0x70, 8: 0x80, 15: n}, Text: "Hello", Talk: talk, Mentions: mentions, Via: task.ByPage}); err != nil {
			t.Fatal(err)
		}
	}
	practice := app.Act{By: byMary(), Task: this}
	write(practice, task.Talk{})
	d.wants("from the practice to all", "mail.task_message bo", "mail.task_message ida")
	write(practice, task.Talk{With: bo}, cleo, mary)
	d.wants("to one, with a mention", "mail.task_mention cleo", "mail.task_message bo")
	write(practice, task.Talk{Internal: true}, cleo)
	d.wants("a note", "mail.task_mention cleo")
	write(as(ida), task.Talk{})
	d.wants("from a contact to all", "mail.task_message bo", "mail.task_message_staff mary")
	write(as(ida), task.Talk{With: ida})
	d.wants("from a contact to the practice", "mail.task_message_staff mary")
	owner := cleo
	if _, err := d.Change(t.Context(), app.Change{By: byMary(), Task: this, To: task.Changing{Owner: &owner}}); err != nil {
		t.Fatal(err)
	}
	write(as(ida), task.Talk{With: ida})
	d.wants("to who owns it", "mail.task_message_staff cleo")
	d.store.Given(1, task.Stream(cleo), task.Assigned{Client: acme, Subject: acme, Audience: task.Audience{All: true}, At: noon})
	d.store.Given(1, task.Stream(cleo), task.Posted{By: task.Who{Kind: event.Contact, ID: ida}, Talk: task.Talk{With: ida}, At: noon})
	d.wants("to nobody in particular", "mail.task_message_staff practice")
}

// S2.i10: who is in charge hears what contacts have done, but not of what comes with a message or waits for an answer, nor of
// what they have done in a contact's place. Who is named in a message later hears of it then.
func TestWhoIsToldOfWork(t *testing.T) {
	d := newDesk(t)
	d.Colleagues = staff{mary, cleo}
	d.assign()
	by := func(c uuid.UUID) task.Who { return task.Who{Kind: event.Contact, ID: c} }
	file := func(n byte, who task.Who, change func(*task.AttachmentReceived)) task.AttachmentReceived {
		e := task.AttachmentReceived{Attachment: uuid.UUID{15: n}, By: who, Name: event.Of(acme, "a.pdf"), Delivered: true, Deadline: noon, At: noon}
		if change != nil {
			change(&e)
		}
		return e
	}
	given := func(e task.Event) { d.store.Given(1, task.Stream(this), e) }
	given(file(1, by(ida), nil))
	d.wants("a file", "mail.task_work mary")
	given(file(2, by(ida), func(e *task.AttachmentReceived) { e.Awaited = true }))
	d.wants("one that is scanned")
	given(task.AttachmentReleased{Attachment: uuid.UUID{15: 2}, At: noon})
	d.wants("it is clean", "mail.task_work mary")
	given(file(3, by(ida), func(e *task.AttachmentReceived) { e.Place.Message = this }))
	d.wants("one for a message")
	given(file(4, by(ida), func(e *task.AttachmentReceived) { e.Place.Item = this }))
	d.wants("one on an item")
	given(file(5, task.Who{Kind: event.Staff, ID: cleo}, nil))
	d.wants("the practice’s own")
	given(file(6, task.Who{Kind: event.Staff, ID: cleo, For: ida}, nil))
	d.wants("a colleague, for Ida", "mail.task_work mary")
	given(file(7, task.Who{Kind: event.Staff, ID: mary, For: ida}, nil))
	d.wants("who is in charge, for Ida")
	given(task.DoneByClient{Contact: ida, By: by(ida), At: noon})
	d.wants("done", "mail.task_work mary")
	message := uuid.UUID{15: 9}
	given(task.Posted{Message: message, By: task.Who{Kind: event.Staff, ID: mary}, Talk: task.Talk{Internal: true}, Mentions: []uuid.UUID{cleo}, At: noon})
	d.wants("a note", "mail.task_mention cleo")
	given(task.MessageEdited{Message: message, Mentions: []uuid.UUID{cleo, ida}, At: noon})
	d.wants("named in it later", "mail.task_mention ida")
}

// What the practice or the system does in silence asks for nothing.
func TestNothingIsTold(t *testing.T) {
	d := newDesk(t)
	for i, e := range []task.Event{task.TakenBack{}, task.Retitled{}, task.DueSet{}, task.Ticked{}, task.Seen{}, task.UndoneByClient{}, task.Notified{}} {
		if slices.Contains(app.NoticeTypes(), e.EventType()) {
			t.Errorf("%d: %s asks for mails", i, e.EventType())
		}
		effects, err := app.Notices{Events: d.store, People: d.people}.Effects(t.Context(), event.Recorded{Stream: task.Stream(this), Firm: 1, Version: 1, Event: e})
		if err != nil || len(effects) > 0 {
			t.Error(fmt.Sprint(effects), err)
		}
	}
}
