package task_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/task"

	"github.com/google/uuid"
)

type (
	state    = task.Task
	ev       = task.Event
	scenario = eventtest.Scenario[state, ev]
	decision = func(state) ([]ev, error)
)

func given(t testing.TB, history ...ev) scenario { return eventtest.Given[state](t, history...) }

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

// Fixed ids and times. Mary of the practice asks Acme, whose people are Ida and Bo, for something on 2 March at noon.
var (
	this, acme, mary = id(1), id(2), id(3)
	ida, bo, eve     = id(11), id(12), id(13)
	first, second    = id(21), id(22) // entries of the checklist
	noon             = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	people           = []uuid.UUID{ida, bo}
	byMary           = task.Who{Kind: event.Staff, ID: mary}
	everybody        = task.Audience{All: true}
	onlyIda          = task.Audience{Contacts: []uuid.UUID{ida}}
)

func after(d time.Duration) time.Time { return noon.Add(d) }

func by(contact uuid.UUID) task.Who { return task.Who{Kind: event.Contact, ID: contact} }

func text(s string) event.Personal { return event.Of(acme, s) }

// assigning is what Mary chooses unless a test says otherwise.
func assigning(change ...func(*task.Assigning)) task.Assigning {
	a := task.Assigning{
		Task: this, Client: acme, People: people, Title: "Send the ledger", Audience: everybody, DueOn: "2026-03-20", Owner: mary, Zone: "Europe/London",
		Sender: mary,
	}
	for _, f := range change {
		f(&a)
	}
	return a
}

func assign(change ...func(*task.Assigning)) decision {
	return func(t state) ([]ev, error) { return t.Assign(assigning(change...), noon) }
}

// assigned is what assign records.
func assigned(change ...func(*task.Assigned)) task.Assigned {
	e := task.Assigned{
		Client: acme, Subject: acme, Kind: task.ToDo, Title: text("Send the ledger"), DueOn: "2026-03-20", Owner: mary, Audience: everybody,
		Priority: task.Normal, Series: this, Nth: 1, Tell: people, Zone: "Europe/London", Sender: mary, At: noon,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func held(e *task.Assigned)     { e.HoldUntil = after(time.Minute) }
func each(e *task.Assigned)     { e.Each = true }
func together(e *task.Assigned) { e.FinishTogether = true }
func toIda(e *task.Assigned)    { e.Audience = onlyIda }
func asking(e *task.Assigned)   { e.Kind = task.Question }
func listed(e *task.Assigned) {
	e.Checklist = []task.Entry{{ID: first, Text: text("January")}, {ID: second, Text: text("February")}}
}

func done(contact uuid.UUID, note string) ev {
	e := task.DoneByClient{Contact: contact, By: by(contact), At: noon}
	if note != "" {
		e.Note = text(note)
	}
	return e
}

func closed(contact uuid.UUID, how task.Outcome) task.Closed {
	return task.Closed{Contact: contact, Outcome: how, By: byMary, At: noon}
}

func confirmed(contact uuid.UUID) ev { return task.Confirmed{Contact: contact, By: byMary, At: noon} }

func finish(contact uuid.UUID, note string) decision {
	return func(t state) ([]ev, error) { return t.Finish(contact, note, people, by(contact), noon) }
}

func undo(contact uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Undo(contact, by(contact), noon) }
}

func confirm(contact uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Confirm(contact, byMary, noon) }
}

func reopen(contact uuid.UUID, reason string) decision {
	return func(t state) ([]ev, error) { return t.Reopen(contact, reason, byMary, noon) }
}

func shut(contact uuid.UUID, how task.Outcome, reason string) decision {
	return func(t state) ([]ev, error) { return t.Close(contact, how, reason, byMary, noon) }
}

func tick(entry uuid.UUID, on bool, contact uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Tick(entry, on, contact, by(contact), noon) }
}

func see(contact uuid.UUID, now time.Time) decision {
	return func(t state) ([]ev, error) { return t.See(contact, now) }
}

func takeBack(now time.Time) decision {
	return func(t state) ([]ev, error) { return t.TakeBack(byMary, now) }
}

func change(c task.Changing) decision {
	return func(t state) ([]ev, error) { return t.Change(c, noon) }
}
