package postgres_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	app "portico/app/reminder"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// remind runs one decision on a person's reminders.
func (a *asked) remind(t *testing.T, who uuid.UUID, decide func(reminder.Reminders, time.Time) []reminder.Event) {
	t.Helper()
	r, err := es.Execute(t.Context(), a.store, a.by(), reminder.Stream(who), func(r reminder.Reminders, now time.Time) ([]reminder.Event, error) {
		return decide(r, now), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a.last = max(a.last, r.Position)
}

// What is planned comes in its order, page by page; what became of the last one is beside it; another practice sees none.
func TestReminderList(t *testing.T) {
	a := newAsked(t)
	list := postgres.ReminderList{DB: a.db}
	contacts, clients := contactapp.Commands{Events: a.store}, clientapp.Commands{Events: a.store}
	for id, name := range map[uuid.UUID]string{a.ida: "Ida", a.bo: "Bo"} {
		if _, err := contacts.Add(t.Context(), contactapp.Add{By: a.by(), ID: id, Details: contact.Entry{Given: name}}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := clients.LinkContact(t.Context(), clientapp.LinkContact{By: a.by(), Client: a.acme, Contact: a.ida, Rights: []client.Right{client.Tasks}})
	if err != nil {
		t.Fatal(err)
	}
	a.last = max(a.last, r.Position)
	cadence := func(n *task.Assigning) { n.Cadence = reminder.Standard.ID }
	mine, own := a.assign(t, cadence), a.assign(t, cadence, func(n *task.Assigning) { n.Client, n.People = uuid.Nil, []uuid.UUID{a.ida} })
	a.assign(t) // nobody is reminded of it
	a.assign(t, cadence, func(n *task.Assigning) { n.Client = a.globex })
	a.assign(t, cadence, func(n *task.Assigning) { n.Client, n.People = uuid.Nil, []uuid.UUID{a.bo} })
	over := a.assign(t, cadence)
	staff := task.Who{Kind: "staff", ID: a.mary}
	a.do(t, over, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Close(uuid.Nil, task.Completed, "", staff, now)
	})
	none := a.assign(t, cadence)
	a.do(t, none, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Change(task.Changing{Cadence: &uuid.Nil}, now)
	})
	a.seen(t)
	if got, err := list.Candidates(t.Context(), a.firm, a.ida); err != nil || !reflect.DeepEqual(got, []uuid.UUID{mine, own}) {
		t.Errorf("ida may be reminded of %v, %v; want %v", got, err, []uuid.UUID{mine, own})
	}
	of, people, err := list.Concerned(t.Context(), a.firm)
	if err != nil || len(of) != 2 || len(people) != 2 || !slices.Contains(people, a.bo) {
		t.Errorf("the rules concern %v and %v, %v", of, people, err)
	}
	a.do(t, over, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Reopen(uuid.Nil, "", staff, now) })

	slot := time.Date(2026, 3, 13, 9, 0, 0, 0, time.UTC)
	plan := func(who uuid.UUID, at time.Time, tasks ...uuid.UUID) {
		a.remind(t, who, func(r reminder.Reminders, now time.Time) []reminder.Event {
			return r.Plan(who, reminder.Coming{Slot: at, Tasks: tasks}, now)
		})
	}
	plan(a.bo, slot.Add(time.Hour), mine)
	plan(a.ida, slot, mine)
	a.seen(t)
	if got, _ := list.Candidates(t.Context(), a.firm, a.ida); len(got) != 3 {
		t.Errorf("once it is open again ida may be reminded of %v", got)
	}
	first, next, err := list.Reminders(t.Context(), a.firm, app.Query{Limit: 1})
	want := app.Row{Contact: a.ida, Name: "Ida", Next: slot, Wake: slot, Tasks: []uuid.UUID{mine}, Last: app.Last{Tasks: []uuid.UUID{}}}
	if err != nil || len(first) != 1 || !reflect.DeepEqual(first[0], want) || next == "" {
		t.Fatalf("%+v, %q, %v", first, next, err)
	}
	second, end, err := list.Reminders(t.Context(), a.firm, app.Query{Limit: 1, After: next})
	if err != nil || len(second) != 1 || second[0].Contact != a.bo || end != "" {
		t.Errorf("%+v, %q, %v", second, end, err)
	}
	if _, _, err := list.Reminders(t.Context(), a.firm, app.Query{After: "AAAAAAAAAAAAAAAAAAAAAHh4"}); !errors.Is(err, postgres.ErrCursor) {
		t.Errorf("a cursor that is none: %v", err)
	}

	until := slot.AddDate(0, 0, 1)
	a.remind(t, a.ida, func(r reminder.Reminders, _ time.Time) []reminder.Event { return r.Elapse(slot) })
	a.remind(t, a.ida, func(r reminder.Reminders, _ time.Time) []reminder.Event { return r.Postpone(slot, until, slot) })
	a.seen(t)
	if rows, _, err := list.Reminders(t.Context(), a.firm, app.Query{Contact: a.ida}); err != nil || len(rows) != 1 || !rows[0].Wake.Equal(until) || rows[0].Ringing {
		t.Errorf("put off: %+v, %v", rows, err)
	}
	mail := newID()
	for who, became := range map[uuid.UUID]func(reminder.Reminders, time.Time) []reminder.Event{
		a.ida: func(r reminder.Reminders, _ time.Time) []reminder.Event {
			return r.Send(slot, mail, []uuid.UUID{mine}, until, until)
		},
		a.bo: func(r reminder.Reminders, _ time.Time) []reminder.Event {
			return r.Withhold(r.Next(), []uuid.UUID{mine}, reminder.Blocked, "they have no access to the portal yet", until, until)
		},
	} {
		a.remind(t, who, func(r reminder.Reminders, _ time.Time) []reminder.Event { return r.Elapse(until) })
		a.remind(t, who, became)
	}
	a.seen(t)
	withheld, _, err := list.Reminders(t.Context(), a.firm, app.Query{Withheld: true})
	if err != nil || len(withheld) != 1 || withheld[0].Contact != a.bo || withheld[0].Last.State != app.Blocked || withheld[0].Last.Reason != "they have no access to the portal yet" || !withheld[0].Next.IsZero() {
		t.Errorf("withheld: %+v, %v", withheld, err)
	}
	a.remind(t, a.ida, func(r reminder.Reminders, now time.Time) []reminder.Event { return r.Report(mail, false, "550", now) })
	a.seen(t)
	if rows, _, err := list.Reminders(t.Context(), a.firm, app.Query{Contact: a.ida}); err != nil || len(rows) != 1 || rows[0].Last.State != app.Bounced || rows[0].Last.Reason != "550" {
		t.Errorf("what came back: %+v, %v", rows, err)
	}
	if rows, _, err := list.Reminders(t.Context(), a.firm+1, app.Query{Withheld: true}); err != nil || len(rows) > 0 {
		t.Errorf("another practice sees %+v, %v", rows, err)
	}
}
