package postgres_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	"portico/app/es"
	app "portico/app/task"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// asked is a house with tasks for two people, Ida and Bo, of every client.
type asked struct {
	*house
	list          postgres.TaskList
	ida, bo, mary uuid.UUID
	acme, globex  uuid.UUID
	last          int64
}

func newAsked(t *testing.T) *asked {
	h := newHouse(t)
	h.run(t)
	a := &asked{house: h, list: postgres.TaskList{DB: h.db}, ida: newID(), bo: newID(), mary: newID()}
	clients := clientapp.Commands{Events: h.store}
	for name, id := range map[string]*uuid.UUID{"Acme Bakery": &a.acme, "Globex": &a.globex} {
		*id = newID()
		r, err := clients.Create(t.Context(), clientapp.Create{By: h.by(), ID: *id, Name: name, Sort: client.Company, Owner: a.mary})
		if err != nil {
			t.Fatal(err)
		}
		a.last = max(a.last, r.Position)
	}
	return a
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// do runs one decision on a task.
func (a *asked) do(t *testing.T, id uuid.UUID, decide func(task.Task, time.Time) ([]task.Event, error)) {
	t.Helper()
	by := a.by()
	by.Actor = event.Actor{Kind: event.Staff, ID: a.mary}
	r, err := es.Execute(t.Context(), a.store, by, task.Stream(id), decide)
	if err != nil {
		t.Fatal(err)
	}
	a.last = max(a.last, r.Position)
}

func (a *asked) assign(t *testing.T, change ...func(*task.Assigning)) uuid.UUID {
	t.Helper()
	n := task.Assigning{
		Task: newID(), Client: a.acme, People: []uuid.UUID{a.ida, a.bo}, Title: "Send the ledger", Description: "All *pages*", Audience: task.Audience{All: true},
		DueOn: "2026-03-20", Owner: a.mary, Zone: "Europe/London", Checklist: []task.Line{{ID: a.ida, Text: "January"}, {ID: a.bo, Text: "February"}},
	}
	for _, f := range change {
		f(&n)
	}
	a.do(t, n.Task, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Assign(n, now) })
	return n.Task
}

func (a *asked) seen(t *testing.T) {
	t.Helper()
	a.shown(t, a.last)
}

func (a *asked) by1(contact uuid.UUID) task.Who { return task.Who{Kind: event.Contact, ID: contact} }

// Every filter finds what it says and nothing else; pages follow each other; another practice sees none of it.
func TestTaskFilters(t *testing.T) {
	a := newAsked(t)
	other := newID()
	tasks := map[string]uuid.UUID{
		"ledger": a.assign(t),
		"today":  a.assign(t, func(n *task.Assigning) { n.Title, n.DueOn, n.Owner = "Sign the lease", "2026-03-10", other }),
		"week": a.assign(t, func(n *task.Assigning) {
			n.Title, n.DueOn, n.Owner, n.Client = "Énergie", "2026-03-17", uuid.Nil, a.globex
		}),
		"late": a.assign(t, func(n *task.Assigning) {
			n.Title, n.DueOn, n.Kind, n.Priority = "Which bank?", "2026-03-09", task.Question, task.High
		}),
		"undated": a.assign(t, func(n *task.Assigning) { n.Title, n.DueOn = "Call us", "" }),
		"alone": a.assign(t, func(n *task.Assigning) {
			n.Title, n.Client, n.People, n.DueOn = "Your passport", uuid.Nil, []uuid.UUID{a.bo}, "2026-04-01"
		}),
	}
	done := a.assign(t, func(n *task.Assigning) { n.Title, n.DueOn = "Old one", "2026-01-01" })
	a.do(t, done, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Close(uuid.Nil, task.Completed, "Thanks", task.Who{Kind: event.Staff, ID: a.mary}, now)
	})
	gone := a.assign(t, func(n *task.Assigning) { n.HoldUntil = time.Now().Add(time.Minute) })
	a.do(t, gone, func(s task.Task, now time.Time) ([]task.Event, error) { return s.TakeBack(task.Who{}, now) })
	a.do(t, tasks["today"], func(s task.Task, now time.Time) ([]task.Event, error) { return s.See(a.ida, now) })
	a.do(t, tasks["late"], func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Finish(a.ida, "The blue one", nil, a.by1(a.ida), now)
	})
	a.do(t, tasks["week"], func(s task.Task, now time.Time) ([]task.Event, error) { return s.Progress(task.Doing, task.Who{}, now) })
	tag, err := clientapp.Commands{Events: a.store}.SetTags(t.Context(), clientapp.SetTags{By: a.by(), Client: a.globex, Tags: []string{"VIP"}})
	if err != nil {
		t.Fatal(err)
	}
	a.last = max(a.last, tag.Position)
	a.seen(t)
	for name, c := range map[string]struct {
		q    app.Query
		want []string
	}{
		"all that are open, by due date":  {app.Query{}, []string{"late", "today", "week", "ledger", "alone", "undated"}},
		"newest first":                    {app.Query{Order: app.Newest}, []string{"alone", "undated", "late", "week", "today", "ledger"}},
		"mine":                            {app.Query{Of: app.OfMe, Me: a.mary}, []string{"late", "ledger", "alone", "undated"}},
		"the team's":                      {app.Query{Of: app.OfTeam, Me: a.mary}, []string{"today", "week"}},
		"of a client":                     {app.Query{Client: a.globex}, []string{"week"}},
		"of a contact without client":     {app.Query{Only: a.bo}, []string{"alone"}},
		"overdue":                         {app.Query{Due: app.Overdue, Today: "2026-03-10"}, []string{"late"}},
		"today":                           {app.Query{Due: app.DueToday, Today: "2026-03-10"}, []string{"today"}},
		"within a week":                   {app.Query{Due: app.DueWeek, Today: "2026-03-10"}, []string{"today", "week"}},
		"without date":                    {app.Query{Due: app.NoDue}, []string{"undated"}},
		"a question":                      {app.Query{Kind: task.Question}, []string{"late"}},
		"seen":                            {app.Query{Their: app.SeenStand}, []string{"today"}},
		"done by the client":              {app.Query{Their: app.DoneStand}, []string{"late"}},
		"nobody has looked":               {app.Query{Their: app.NotSeen}, []string{"week", "ledger", "alone", "undated"}},
		"the practice is at it":           {app.Query{Part: task.Doing}, []string{"week"}},
		"a word of the title":             {app.Query{Text: "ENERG"}, []string{"week"}},
		"a word of the client":            {app.Query{Text: "bak led"}, []string{"ledger"}},
		"the first letter":                {app.Query{Text: "s"}, []string{"today", "ledger"}},
		"a colleague's":                   {app.Query{Owner: other}, []string{"today"}},
		"nobody's yet":                    {app.Query{Of: app.OfNone}, []string{"week"}},
		"urgent":                          {app.Query{Urgent: task.High}, []string{"late"}},
		"of clients with a tag":           {app.Query{Tag: " VIP"}, []string{"week"}},
		"of clients with another tag":     {app.Query{Tag: "vi"}, nil},
		"those that are named":            {app.Query{Tasks: []uuid.UUID{tasks["week"], tasks["ledger"], newID()}, Due: app.DueWeek, Today: "2026-03-10"}, []string{"week"}},
		"several at once":                 {app.Query{Of: app.OfMe, Me: a.mary, Due: app.Overdue, Today: "2026-03-10", Their: app.DoneStand}, []string{"late"}},
		"another practice's job, nothing": {app.Query{Job: newID()}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			rows, next, err := a.list.Tasks(t.Context(), a.firm, c.q)
			ids, wrong := a.list.Matching(t.Context(), a.firm, c.q)
			counts, odd := a.list.Counts(t.Context(), a.firm, c.q)
			if err := errors.Join(err, wrong, odd); err != nil || next != "" {
				t.Fatal(err, next)
			}
			var got []string
			for _, r := range rows {
				for name, id := range tasks {
					if r.ID == id {
						got = append(got, name)
					}
				}
			}
			if !slices.Equal(got, c.want) || len(rows) != len(c.want) || len(ids) != len(c.want) || counts.Found != len(c.want) {
				t.Errorf("%v of %d, %d match, counted %+v; want %v", got, len(rows), len(ids), counts, c.want)
			}
			var paged []string
			for q := c.q; ; {
				q.Limit = 1
				rows, next, err := a.list.Tasks(t.Context(), a.firm, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					paged = append(paged, r.ID.String())
				}
				if q.After = next; next == "" {
					break
				}
			}
			if len(paged) != len(c.want) {
				t.Errorf("page by page there are %d, want %d", len(paged), len(c.want))
			}
		})
	}
	n, err := a.list.Counts(t.Context(), a.firm, app.Query{Me: a.mary, Of: app.OfMe, Due: app.NoDue, Today: "2026-03-10"})
	want := app.Counts{
		Found: 1, Of: map[app.Of]int{app.OfMe: 1}, Owners: map[uuid.UUID]int{a.mary: 1}, Due: map[app.Due]int{app.Overdue: 1, app.NoDue: 1}, Stands: map[app.Stand]int{app.NotSeen: 1},
		Parts: map[task.Progress]int{task.Open: 1}, Kinds: map[task.Sort]int{task.ToDo: 1}, Priorities: map[task.Priority]int{task.Normal: 1}, NobodyActs: 1,
	}
	if err != nil || !reflect.DeepEqual(n, want) {
		t.Errorf("the numbers beside the filters are %+v, %v; want %+v", n, err, want)
	}
	if n, err := a.list.Counts(t.Context(), a.firm, app.Query{Me: a.mary, Today: "2026-03-10"}); err != nil || n.Due[app.DueToday] != 1 || n.Due[app.DueWeek] != 2 || n.Of[app.OfTeam] != 2 || n.Of[app.OfNone] != 1 || n.Owners[other] != 1 {
		t.Errorf("of all: %+v, %v", n, err)
	}
	shut, _, err := a.list.Tasks(t.Context(), a.firm, app.Query{Shelf: app.ShutShelf})
	if err != nil || len(shut) != 1 || shut[0].ID != done || shut[0].Outcome != task.Completed || shut[0].ClosedAt.IsZero() || shut[0].ClientName != "Acme Bakery" {
		t.Errorf("closed: %+v, %v", shut, err)
	}
	if all, _, err := a.list.Tasks(t.Context(), a.firm, app.Query{Shelf: app.AllShelf}); err != nil || len(all) != 7 {
		t.Errorf("%d tasks, %v; want 7 without the one that was taken back", len(all), err)
	}
	if rows, _, err := a.list.Tasks(t.Context(), a.found(t), app.Query{}); err != nil || len(rows) > 0 {
		t.Errorf("another practice sees %d tasks, %v", len(rows), err)
	}
	if _, err := a.list.Task(t.Context(), a.found(t), done); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("another practice opens one: %v", err)
	}
	if _, _, err := a.list.Tasks(t.Context(), a.firm, app.Query{After: "x"}); !errors.Is(err, postgres.ErrCursor) {
		t.Errorf("a damaged cursor: %v", err)
	}
	a.sameAsFresh(t)
}

// A task's page: both states (T2), the checklist with its ticks, who did what; a contact sees theirs, once the hold has ended.
func TestTaskDetail(t *testing.T) {
	a := newAsked(t)
	soon := time.Now().Add(50 * time.Minute) // the database’s clock decides
	held := a.assign(t, func(n *task.Assigning) { n.HoldUntil = soon })
	each := a.assign(t, func(n *task.Assigning) { n.Each, n.Title = true, "One each" })
	id := a.assign(t, func(n *task.Assigning) {
		n.Recurrence = task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}
	})
	only := a.assign(t, func(n *task.Assigning) { n.Title, n.Audience = "Only Bo", task.Audience{Contacts: []uuid.UUID{a.bo}} })
	staff := task.Who{Kind: event.Staff, ID: a.mary}
	for _, d := range []func(task.Task, time.Time) ([]task.Event, error){
		func(s task.Task, now time.Time) ([]task.Event, error) { return s.See(a.ida, now) },
		func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.Tick(a.bo, true, a.ida, a.by1(a.ida), now)
		},
		func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.Finish(a.ida, "Here it is", nil, a.by1(a.ida), now)
		},
		func(s task.Task, now time.Time) ([]task.Event, error) { return s.Confirm(uuid.Nil, staff, now) },
	} {
		a.do(t, id, d)
	}
	a.do(t, each, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Finish(a.ida, "", nil, a.by1(a.ida), now)
	})
	a.seen(t)
	d, err := a.list.Task(t.Context(), a.firm, id)
	if err != nil {
		t.Fatal(err)
	}
	if d.Title != "Send the ledger" || d.Description != "All *pages*" || d.Stand != app.Agreed || d.Ticked != 1 || d.Entries != 2 || !d.Repeats || d.Recurrence.OnDay != 20 ||
		!d.Audience.All || d.Next != task.InSeries(id, 2) || d.Series != id || d.Nth != 1 {
		t.Errorf("%+v", d)
	}
	if len(d.Checklist) != 2 || d.Checklist[0].TickedBy.ID != uuid.Nil || d.Checklist[1].TickedBy.ID != a.ida || d.Checklist[1].TickedAt.IsZero() {
		t.Errorf("checklist %+v", d.Checklist)
	}
	life, err := a.list.Life(t.Context(), a.firm, id)
	var types []string
	for _, l := range life {
		types = append(types, l.Type)
		if l.At.IsZero() || l.By.ID != a.mary && l.Type != "task.repeated" { // that one by whoever comes first: the next command, or the alarm
			t.Errorf("%+v", l)
		}
	}
	if want := []string{"task.assigned", "task.repeated", "task.seen", "task.done_by_client", "task.confirmed"}; err != nil || !slices.Equal(types, want) {
		t.Errorf("history %v, %v; want %v", types, err, want)
	}

	todos := func(contact, client uuid.UUID, open bool) (titles []string) {
		t.Helper()
		rows, err := a.list.Todos(t.Context(), a.firm, contact, client, app.TodoQuery{Open: open})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			titles = append(titles, fmt.Sprint(r.Title, " ", r.Open()))
		}
		return titles
	}
	if got, want := todos(a.ida, a.acme, false), []string{"One each false", "Send the ledger false"}; !slices.Equal(got, want) {
		t.Errorf("Ida's: %q, want %q", got, want)
	}
	if got, want := todos(a.bo, a.acme, false), []string{"One each true", "Only Bo true", "Send the ledger false"}; !slices.Equal(got, want) {
		t.Errorf("Bo's: %q, want %q", got, want)
	}
	if got, want := todos(a.bo, a.acme, true), []string{"One each true", "Only Bo true"}; !slices.Equal(got, want) {
		t.Errorf("Bo's to do: %q, want %q", got, want)
	}
	for name, c := range map[string][2]uuid.UUID{"one that is held": {a.ida, held}, "one that is Bo's": {a.ida, only}} {
		if _, err := a.list.Todo(t.Context(), a.firm, c[0], c[1]); !errors.Is(err, task.ErrNotFound) {
			t.Errorf("Ida opens %s: %v", name, err)
		}
	}
	if bos, err := a.list.Todo(t.Context(), a.firm, a.bo, only); err != nil || !bos.For(a.bo) || bos.For(a.ida) {
		t.Errorf("who sees what is Bo's: %+v, %v", bos.Audience, err)
	}
	got, err := a.list.Todo(t.Context(), a.firm, a.bo, id)
	if err != nil || !got.For(a.bo) || !got.For(a.ida) || got.Mine.DoneBy != a.ida || got.Mine.Note != "Here it is" || got.Mine.ConfirmedAt.IsZero() || !got.SeenAt.IsZero() || len(got.Checklist) != 2 {
		t.Errorf("Bo reads %+v, %v", got, err)
	}

	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Reopen(uuid.Nil, "March is missing", staff, now)
	})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Close(a.bo, task.Cancelled, "Not yours", staff, now)
	})
	a.seen(t)
	again, err := a.list.Todo(t.Context(), a.firm, a.ida, id)
	if err != nil || !again.Open() || again.Mine.Reason != "March is missing" || again.Mine.ReopenedAt.IsZero() {
		t.Errorf("reopened: %+v, %v", again, err)
	}
	shut, err := a.list.Todo(t.Context(), a.firm, a.bo, id)
	if err != nil || shut.Open() || !shut.Closed || shut.Reason != "Not yours" || shut.Outcome != task.Cancelled {
		t.Errorf("closed for Bo (S4.i9): %+v, %v", shut, err)
	}
	if !reflect.DeepEqual(todos(a.ida, a.acme, true), []string{"Send the ledger true"}) {
		t.Errorf("Ida's to do: %q", todos(a.ida, a.acme, true))
	}
	a.sameAsFresh(t)
}
