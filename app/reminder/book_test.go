package reminder_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	app "portico/app/reminder"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	boats  = uuid.MustParse("0197f000-0000-7000-8000-0000000000c1")
	ida    = uuid.MustParse("0197f000-0000-7000-8000-0000000000b1")
	bo     = uuid.MustParse("0197f000-0000-7000-8000-0000000000b2")
	papers = uuid.MustParse("0197f000-0000-7000-8000-0000000000a1")
	item   = uuid.MustParse("0197f000-0000-7000-8000-0000000000e1")
	house  = uuid.MustParse("0197f000-0000-7000-8000-0000000000f1")
	mary   = task.Who{Kind: event.Staff, ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000f2")}
	first  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// list knows all tasks, whether or not there is anything to be reminded of.
type list struct{ tasks []uuid.UUID }

func (l list) Candidates(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) { return l.tasks, nil }
func (l list) Concerned(context.Context, int32) (clients, contacts []uuid.UUID, err error) {
	return []uuid.UUID{boats}, []uuid.UUID{ida}, nil
}
func (l list) Reminders(context.Context, int32, app.Query) ([]app.Row, string, error) {
	return nil, "", nil
}

func by(contact uuid.UUID) task.Who { return task.Who{Kind: event.Contact, ID: contact} }

func book(store es.Store) app.Commands {
	return app.Commands{Book: app.Book{
		Events: store, List: list{[]uuid.UUID{papers}},
		Practice: func(context.Context, int32) (uuid.UUID, string, error) { return house, "Europe/London", nil },
		Zone:     func(context.Context, int32, uuid.UUID) (string, error) { return "", nil },
		Since:    func(context.Context, int32, uuid.UUID, uuid.UUID) (time.Time, error) { return first, nil },
	}}
}

// asked is a request of one item for everybody of the client, due on the 20th, at noon of the first day.
func asked(change ...func(*task.Assigned)) task.Assigned {
	e := task.Assigned{
		Client: boats, Subject: boats, Kind: task.Documents, Title: event.Of(boats, "Papers"), Audience: task.Audience{All: true}, DueOn: "2026-03-20", Zone: "Europe/London",
		Items: []task.Item{{ID: item, Title: event.Of(boats, "Bank statement")}}, Cadence: reminder.Standard.ID, Series: papers, Sender: mary.ID, At: first,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

// Rules 1, 4, 5: what a person has to do, and since when, is found in the task's own history.
func TestDuties(t *testing.T) {
	returned := task.ItemReturned{Item: item, Round: 1, By: by(ida), At: first}
	done := task.DoneByClient{Contact: ida, By: by(ida), At: first}
	for name, c := range map[string]struct {
		history []event.Event // a day apart
		due     string
		since   int // days after the first
		moved   int // likewise; 0: never
		none    bool
	}{
		"asked":                          {history: []event.Event{asked()}, due: "2026-03-20"},
		"moved to another day":           {history: []event.Event{asked(), task.DueSet{DueOn: "2026-03-25"}}, due: "2026-03-25", since: 1},
		"another cadence":                {history: []event.Event{asked(), task.CadenceSet{}}, due: "2026-03-20", since: 1},
		"taken back":                     {history: []event.Event{asked(), task.TakenBack{By: mary}}, none: true},
		"returned":                       {history: []event.Event{asked(), returned, done}, none: true},
		"accepted, and that undone (T7)": {history: []event.Event{asked(), returned, done, task.ItemAccepted{Item: item, Round: 1, By: mary}, task.ItemReopened{Item: item, Round: 1, By: mary}}, none: true},
		"sent back (T7)": {
			history: []event.Event{asked(), returned, done, task.ItemSentBack{Item: item, Round: 1, By: mary}, task.Reopened{By: mary}}, due: "2026-03-20", since: 4, moved: 2,
		},
		"closed":                       {history: []event.Event{asked(), task.Closed{Outcome: task.Completed, By: mary}}, none: true},
		"opened again":                 {history: []event.Event{asked(), task.Closed{Outcome: task.Completed, By: mary}, task.Reopened{By: mary}}, due: "2026-03-20", since: 2},
		"closed for another":           {history: []event.Event{asked(), task.Closed{Contact: bo, Outcome: task.Completed, By: mary}}, due: "2026-03-20"},
		"for others":                   {history: []event.Event{asked(), task.AudienceSet{Audience: task.Audience{Contacts: []uuid.UUID{bo}}}}, none: true},
		"for them later":               {history: []event.Event{asked(func(e *task.Assigned) { e.Audience = task.Audience{Contacts: []uuid.UUID{bo}} }), task.ContactAdded{Contact: ida, From: task.FromStart}}, due: "2026-03-20", since: 1},
		"written about by another one": {history: []event.Event{asked(), task.Posted{By: by(bo)}}, due: "2026-03-20", moved: 1},
		"written about, each for themselves": {
			history: []event.Event{asked(func(e *task.Assigned) { e.Each, e.Kind, e.Items = true, task.ToDo, nil }), task.Posted{By: by(bo)}}, due: "2026-03-20",
		},
		"answered in part":              {history: []event.Event{asked(), task.Answered{Field: item, By: by(ida)}}, due: "2026-03-20", moved: 1},
		"another row":                   {history: []event.Event{asked(), task.RowAdded{Group: item, Row: papers, By: by(ida)}}, due: "2026-03-20", moved: 1},
		"written about by the practice": {history: []event.Event{asked(), task.Posted{By: mary}}, due: "2026-03-20"},
	} {
		t.Run(name, func(t *testing.T) {
			store := estest.NewMemory(first)
			for n, e := range c.history {
				store.SetNow(first.AddDate(0, 0, n))
				store.Given(1, task.Stream(papers), e)
			}
			sheet, err := book(store).Look(t.Context(), 1, ida)
			if err != nil {
				t.Fatal(err)
			}
			if c.none {
				if len(sheet.Duties) > 0 {
					t.Errorf("has to do %+v", sheet.Duties)
				}
				return
			}
			want := reminder.Duty{Task: papers, Client: boats, Series: papers, Cadence: reminder.Standard.ID, DueOn: c.due, Since: first.AddDate(0, 0, c.since)}
			if c.moved > 0 {
				want.Moved = first.AddDate(0, 0, c.moved)
			}
			if _, none := c.history[len(c.history)-1].(task.CadenceSet); none {
				want.Cadence = uuid.Nil
			}
			if len(sheet.Duties) != 1 || !reflect.DeepEqual(sheet.Duties[0], want) {
				t.Errorf("has to do\n%+v, want\n%+v", sheet.Duties, want)
			}
		})
	}
}

// Rule 1: the plan follows the task, and is written only where it changes.
func TestPlan(t *testing.T) {
	store := estest.NewMemory(first)
	store.Given(1, task.Stream(papers), asked())
	b := book(store)
	plan := func() []event.Event {
		t.Helper()
		for range 2 {
			if err := b.Plan(t.Context(), 1, ida); err != nil {
				t.Fatal(err)
			}
		}
		return store.Stream(reminder.Stream(ida))
	}
	slot := time.Date(2026, 3, 13, 9, 0, 0, 0, time.UTC)
	want := []event.Event{reminder.Planned{Contact: ida, Slot: slot, Tasks: []uuid.UUID{papers}, At: first}}
	if got := plan(); !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v", got)
	}
	if _, err := b.Skip(t.Context(), app.Skip{By: es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: mary.ID}}, Contact: ida, Slot: slot}); err != nil {
		t.Fatal(err)
	}
	got := plan()
	if next, ok := got[len(got)-1].(reminder.Planned); !ok || !next.Slot.Equal(slot.AddDate(0, 0, 4)) {
		t.Errorf("after that was skipped comes %+v", got[len(got)-1])
	}
	store.Given(1, task.Stream(papers), task.Closed{Outcome: task.Cancelled, By: mary})
	got = plan()
	if next, ok := got[len(got)-1].(reminder.Planned); !ok || !next.Slot.IsZero() {
		t.Errorf("after it was closed comes %+v", got[len(got)-1])
	}
}

// Whom an event concerns: everybody with the right to the client's tasks, each once.
func TestConcerned(t *testing.T) {
	store := estest.NewMemory(first)
	store.Given(1, task.Stream(papers), asked())
	people := app.People{Book: book(store).Book, OfClient: func(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) { return []uuid.UUID{ida, bo}, nil }}
	at := func(stream event.Stream, e event.Event) event.Recorded {
		return event.Recorded{Firm: 1, Stream: stream, Event: e}
	}
	for name, c := range map[string]struct {
		events []event.Recorded
		want   []app.Person
	}{
		"of a task":  {[]event.Recorded{at(task.Stream(papers), asked()), at(task.Stream(papers), task.DueSet{})}, []app.Person{{Firm: 1, Contact: ida}, {Firm: 1, Contact: bo}}},
		"of a link":  {[]event.Recorded{at(client.Stream(boats), client.ContactUnlinked{Contact: bo})}, []app.Person{{Firm: 1, Contact: bo}}},
		"of a mail":  {[]event.Recorded{at(reminder.Stream(ida), reminder.Sent{Contact: ida})}, []app.Person{{Firm: 1, Contact: ida}}},
		"of nothing": {nil, nil},
	} {
		got, err := people.Concerned(t.Context(), c.events)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
