package task_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/language"
	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	noon       = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	acme, this = uuid.UUID{6: 0x70, 8: 0x80, 15: 1}, uuid.UUID{6: 0x70, 8: 0x80, 15: 2}
	ida, bo    = uuid.UUID{6: 0x70, 8: 0x80, 15: 3}, uuid.UUID{6: 0x70, 8: 0x80, 15: 4}
	mary       = uuid.UUID{6: 0x70, 8: 0x80, 15: 5}
	gone       = uuid.UUID{6: 0x70, 8: 0x80, 15: 6}
	errUnknown = fault.New(fault.NotFound, "client.not_found", "Unknown.")
)

// people are those of Acme, as they are at the moment.
type people map[uuid.UUID][]uuid.UUID

func (p people) OfClient(_ context.Context, _ int32, client uuid.UUID) ([]uuid.UUID, error) {
	who, ok := p[client]
	if !ok {
		return nil, errUnknown
	}
	return who, nil
}

// Active: who is archived stands there with nobody at all.
func (p people) Active(_ context.Context, _ int32, client uuid.UUID) (bool, error) {
	return client != gone, nil
}

func (p people) Known(context.Context, int32, uuid.UUID) error { return nil }

type desk struct {
	*testing.T
	app.Commands
	store  *estest.Memory
	people people
}

func newDesk(t *testing.T) desk {
	d := desk{T: t, store: estest.NewMemory(noon), people: people{acme: {ida, bo}}}
	d.Commands = app.Commands{Events: d.store, People: d.people}
	return d
}

func byMary() es.By { return es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: mary}} }

func as(contact uuid.UUID) app.Act {
	return app.Act{By: es.By{Firm: 1, Actor: event.Actor{Kind: event.Contact, ID: contact}}, Task: this, Contact: contact}
}

func (d desk) assign(change ...func(*task.Assigning)) {
	d.Helper()
	a := task.Assigning{Task: this, Client: acme, Title: "Send the ledger", Audience: task.Audience{All: true}, DueOn: "2026-03-20", Zone: "UTC"}
	for _, f := range change {
		f(&a)
	}
	if _, err := d.Assign(d.Context(), app.Assign{By: byMary(), Task: a}); err != nil {
		d.Fatal(err)
	}
}

func (d desk) last() event.Event {
	log := d.store.Log()
	return log[len(log)-1].Event
}

// A contact acts while they are linked to the client with the right to its tasks, and not a moment longer.
func TestContactsActWhileTheyAreLinked(t *testing.T) {
	d := newDesk(t)
	d.assign()
	if e, ok := d.last().(task.Assigned); !ok || e.Sender != mary || !slices.Equal(e.Tell, []uuid.UUID{ida, bo}) {
		t.Errorf("assigned %+v", d.last())
	}
	if _, err := d.Finish(t.Context(), app.Finish{Act: as(ida), Note: "Done"}); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.DoneByClient); !ok || e.By != (task.Who{Kind: event.Contact, ID: ida}) {
		t.Errorf("recorded %+v", d.last())
	}
	d.people[acme] = []uuid.UUID{bo}
	before := len(d.store.Log())
	_, finish := d.Finish(t.Context(), app.Finish{Act: as(ida)})
	_, undo := d.Undo(t.Context(), as(ida))
	_, see := d.See(t.Context(), as(ida))
	_, tick := d.Tick(t.Context(), app.Tick{Act: as(ida), Entry: ida, On: true})
	for _, err := range []error{finish, undo, see, tick} {
		if !errors.Is(err, task.ErrNotFound) {
			t.Errorf("somebody who is linked no more: %v", err)
		}
	}
	if len(d.store.Log()) != before {
		t.Error("and yet something was recorded")
	}
}

// S4.i1: who acts in a contact's place is recorded with both.
func TestActingForSomebody(t *testing.T) {
	d := newDesk(t)
	d.assign()
	if _, err := d.Finish(t.Context(), app.Finish{Act: app.Act{By: byMary(), Task: this, Contact: ida}}); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.DoneByClient); !ok || e.Contact != ida || e.By != (task.Who{Kind: event.Staff, ID: mary, For: ida}) {
		t.Errorf("recorded %+v", d.last())
	}
}

// Nothing is asked of a client who is archived, as in bulk; who is there with nobody who may see tasks is another matter.
func TestAssignArchived(t *testing.T) {
	d := newDesk(t)
	d.people[gone], d.people[acme] = nil, nil
	for client, want := range map[uuid.UUID]error{gone: app.ErrArchived, acme: task.ErrNobody} {
		_, err := d.Assign(t.Context(), app.Assign{By: byMary(), Task: task.Assigning{Task: this, Client: client, Title: "Send the ledger", Audience: task.Audience{All: true}, Zone: "UTC"}})
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if n := len(d.store.Log()); n != 0 {
		t.Errorf("%d events", n)
	}
}

// T10: what was written with blanks is asked for in the words of the next one's time.
func TestFollowFillsBlanks(t *testing.T) {
	d := newDesk(t)
	blanks := func(client, dueOn string) task.Blanks { return app.BlanksOf(language.For("de"), client, dueOn, noon) }
	d.Blanks = func(_ context.Context, _ int32, client uuid.UUID, dueOn string) (task.Blanks, error) {
		return blanks(client.String(), dueOn), nil
	}
	d.assign(func(a *task.Assigning) {
		a.Title, a.Recurrence = "{month} ({last month}), {due}", task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}
		*a = blanks("", "2026-12-31").Of(*a)
	})
	next := task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2027-01-31", At: noon}
	if _, err := d.Follow(t.Context(), es.By{Firm: 1, Actor: event.Actor{Kind: event.System}}, this, next); err != nil {
		t.Fatal(err)
	}
	for of, want := range map[uuid.UUID]string{this: "Dezember (November), Donnerstag, 31. Dezember 2026", next.Next: "Januar (Dezember 2026), Sonntag, 31. Januar 2027"} {
		if e, ok := d.store.Stream(task.Stream(of))[0].(task.Assigned); !ok || e.Title.Text != want {
			t.Errorf("%q, want %q", e.Title.Text, want)
		}
	}
	if b := app.BlanksOf(language.For("et"), "Acme", "", noon); b != (task.Blanks{Client: "Acme", Year: 2026, Month: "märts", LastMonth: "veebruar"}) {
		t.Errorf("without a due date: %+v", b)
	}
}

// T10: the next of a series is assigned once, to those who are there by then.
func TestFollow(t *testing.T) {
	d := newDesk(t)
	d.assign(func(a *task.Assigning) {
		a.Recurrence = task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}
	})
	next := task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2026-04-20", At: noon}
	d.people[acme] = []uuid.UUID{bo}
	for range 2 {
		if _, err := d.Follow(t.Context(), es.By{Firm: 1, Actor: event.Actor{Kind: event.System}}, this, next); err != nil {
			t.Fatal(err)
		}
	}
	log := d.store.Stream(task.Stream(next.Next))
	if len(log) != 1 {
		t.Fatalf("%d events, want one", len(log))
	}
	if e, ok := log[0].(task.Assigned); !ok || e.DueOn != "2026-04-20" || e.Nth != 2 || !slices.Equal(e.Tell, []uuid.UUID{bo}) || e.Title.Text != "Send the ledger" {
		t.Errorf("%+v", log[0])
	}
}
