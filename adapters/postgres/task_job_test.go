package postgres_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/account"
	clientapp "portico/app/client"
	"portico/app/es"
	taskapp "portico/app/task"
	app "portico/app/taskjob"
	roles "portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/task"
	"portico/domain/taskjob"

	"github.com/google/uuid"
)

// A list of targets is kept as it was chosen, with what became of each; clients are asked as they are; nobody else's is seen.
func TestTaskJobs(t *testing.T) {
	a := newAsked(t)
	ctx, rows := t.Context(), postgres.TaskJobs{DB: a.db}
	clients := clientapp.Commands{Events: a.store}
	link := func(of uuid.UUID, who uuid.UUID, rights ...client.Right) {
		t.Helper()
		r, err := clients.LinkContact(ctx, clientapp.LinkContact{By: a.by(), Client: of, Contact: who, Rights: rights})
		if err != nil {
			t.Fatal(err)
		}
		a.last = max(a.last, r.Position)
	}
	link(a.acme, a.ida, client.Tasks, client.Files)
	link(a.acme, a.bo, client.Files)
	one, two := a.assign(t), a.assign(t, func(n *task.Assigning) { n.Title = "Sign" })
	archived, err := clients.Archive(ctx, clientapp.Archive{By: a.by(), Client: a.globex})
	if err != nil {
		t.Fatal(err)
	}
	a.last = max(a.last, archived.Position)
	a.seen(t)

	targets, err := rows.Targets(ctx, a.firm, []uuid.UUID{a.acme, a.globex, newID()})
	if want := (app.Target{ID: a.acme, Name: "Acme Bakery", Owner: a.mary, People: []uuid.UUID{a.ida}, Active: true}); err != nil || len(targets) != 2 || targets[a.acme].Name != want.Name ||
		!slices.Equal(targets[a.acme].People, want.People) || targets[a.acme].Owner != want.Owner || !targets[a.acme].Active || targets[a.globex].Active {
		t.Errorf("%+v, %v", targets, err)
	}

	a.filters(t)
	tasks := taskapp.Commands{Events: a.store}
	jobs := app.Commands{Events: a.store, Lists: rows, Clients: rows, Tasks: tasks}
	by := es.By{Firm: a.firm, Actor: event.Actor{Kind: event.Staff, ID: a.mary}}
	job := newID()
	plan := app.Plan{Act: taskjob.Close, Value: "completed", Reason: "Thanks", Asking: app.Asking{Checklist: []string{"x"}, Items: []task.Asking{{Title: "y", Types: []string{"pdf"}}}}}
	for range 2 { // the form was sent twice
		if _, err := jobs.Prepare(ctx, app.Prepare{By: by, ID: job, Targets: []uuid.UUID{two, newID(), one}, Words: "Ticked", Plan: plan}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := rows.Draft(ctx, a.firm, job)
	if err != nil || d.Targets != 3 || d.Staff != a.mary || d.Chosen != "Ticked" || d.Reason != "Thanks" || len(d.Asking.Items) != 1 || d.Asking.Items[0].Types[0] != "pdf" || d.CreatedAt.IsZero() {
		t.Errorf("%+v, %v", d, err)
	}
	if all, err := rows.Drafts(ctx, a.firm, 5); err != nil || len(all) > 0 {
		t.Errorf("what nobody has confirmed is among those done: %+v, %v", all, err)
	}
	if _, err := jobs.Start(ctx, by, job, 0); err != nil {
		t.Fatal(err)
	}
	r, err := jobs.Run(ctx, a.firm, job)
	if err != nil || r.Position == 0 {
		t.Fatal(r, err)
	}
	again, err := jobs.Run(ctx, a.firm, job)
	if err != nil || again.Position != r.Position {
		t.Errorf("run again, it ends at %d (%v), not at %d", again.Position, err, r.Position)
	}
	a.last = r.Position
	a.seen(t)
	list, err := rows.Rows(ctx, a.firm, d, nil, 0, 0)
	if err != nil || len(list) != 3 || list[0].Task != two || list[0].Title != "Sign" || list[0].ClientName != "Acme Bakery" || list[0].Outcome != app.Done ||
		list[1].Outcome != app.Refused || list[1].Code != "task.not_found" || list[1].Title != "" || list[2].Task != one {
		t.Errorf("%+v, %v", list, err)
	}
	refused := app.Refused
	if some, err := rows.Rows(ctx, a.firm, d, &refused, 1, 1); err != nil || len(some) != 1 || some[0].No != 2 {
		t.Errorf("refused: %+v, %v", some, err)
	}
	if n, err := rows.Tally(ctx, a.firm, job); err != nil || n != (app.Tally{Targets: 3, Done: 2, Refused: 1}) {
		t.Errorf("%+v, %v", n, err)
	}
	if all, err := rows.Drafts(ctx, a.firm, 5); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if found, _, err := a.list.Tasks(ctx, a.firm, taskapp.Query{}); err != nil || len(found) > 0 {
		t.Errorf("still open: %+v, %v", found, err)
	}

	for name, see := range map[string]func() (app.Draft, error){
		"another practice": func() (app.Draft, error) { return rows.Draft(ctx, a.found(t), job) },
		"somebody who sees their own jobs only": func() (app.Draft, error) {
			return rows.Draft(account.Staff{ID: a.ida, Role: roles.Assigned}.Limited(ctx), a.firm, job)
		},
	} {
		if _, err := see(); !errors.Is(err, app.ErrUnknown) {
			t.Errorf("%s sees it: %v", name, err)
		}
	}
	if _, err := rows.Draft(account.Staff{ID: a.mary, Role: roles.Assigned}.Limited(ctx), a.firm, job); err != nil {
		t.Errorf("who started it doesn't see it: %v", err)
	}
	if err := rows.Keep(ctx, a.found(t), job, a.ida); !errors.Is(err, app.ErrUnknown) {
		t.Errorf("another practice confirms it: %v", err)
	}

	ask := newID()
	asking := app.Plan{Act: taskjob.Assign, Asking: app.Asking{Title: "Year end of {client}", Year: time.Now().Year(), Zone: "UTC"}}
	if _, err := jobs.Prepare(ctx, app.Prepare{By: by, ID: ask, Targets: []uuid.UUID{a.acme, a.globex}, Plan: asking}); err != nil {
		t.Fatal(err)
	}
	p, err := jobs.Look(ctx, a.firm, ask)
	if err != nil {
		t.Fatal(err)
	}
	planned, err := jobs.Preview(ctx, a.firm, p.Draft)
	if err != nil || len(planned) != 2 || planned[0].Title != "Year end of Acme Bakery" || planned[0].Why != nil || !errors.Is(planned[1].Why, taskapp.ErrArchived) {
		t.Errorf("%+v, %v", planned, err)
	}

	template := app.Template{ID: newID(), Name: "Year end", DueIn: 30, Asking: app.Asking{
		Kind: task.Documents, Title: "Year end of {client}", Description: "By {due}", Priority: task.High, Each: true, Checklist: []string{"January"},
		Items: []task.Asking{{Title: "Ledger", Types: []string{"pdf"}, Most: 2, Own: true}}, Recurrence: task.Recurrence{Every: 1, Unit: task.Year, From: task.OnSchedule, Wait: true},
	}}
	saved, err := jobs.SaveTemplate(ctx, app.SaveTemplate{By: by, Template: template})
	if err != nil {
		t.Fatal(err)
	}
	a.last = saved.Position
	a.seen(t)
	templates, err := rows.Templates(ctx, a.firm)
	template.Asking.Template = template.ID
	if err != nil || len(templates) != 1 || templates[0].At.IsZero() {
		t.Fatalf("%+v, %v", templates, err)
	}
	templates[0].At = time.Time{}
	if !reflect.DeepEqual(templates[0], template) {
		t.Errorf("the template reads %+v, was %+v", templates[0], template)
	}
	if theirs, err := rows.Templates(ctx, a.found(t)); err != nil || len(theirs) > 0 {
		t.Errorf("another practice has %+v, %v", theirs, err)
	}
	removed, err := jobs.RemoveTemplate(ctx, by, template.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.last = removed.Position
	a.seen(t)
	if left, err := rows.Templates(ctx, a.firm); err != nil || len(left) > 0 {
		t.Errorf("removed, there is still %+v, %v", left, err)
	}
	a.sameAsFresh(t)
}
