package taskjob_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	taskapp "portico/app/task"
	app "portico/app/taskjob"
	"portico/app/taskjob/taskjobtest"
	"portico/domain/event"
	forms "portico/domain/form"
	"portico/domain/questionnaire"
	"portico/domain/task"
	"portico/domain/taskjob"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
)

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	mary = id(1)
	ida  = id(2)
	by   = es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: mary}}
)

func id(n byte) uuid.UUID { return uuid.UUID{6: 0x70, 8: 0x80, 15: n} }

// desk does things to tasks; Ida is of every client that has somebody.
type desk struct {
	t *testing.T
	app.Commands
	store *estest.Memory
	lists *taskjobtest.Lists
}

func (d desk) OfClient(_ context.Context, _ int32, client uuid.UUID) ([]uuid.UUID, error) {
	return d.lists.Clients[client].People, nil
}

func (d desk) Active(context.Context, int32, uuid.UUID) (bool, error) { return true, nil }

func (d desk) Known(context.Context, int32, uuid.UUID) error { return nil }

func newDesk(t *testing.T) desk {
	d := desk{t: t, store: estest.NewMemory(noon), lists: &taskjobtest.Lists{Clients: map[uuid.UUID]app.Target{}}}
	d.Commands = app.Commands{Events: d.store, Lists: d.lists, Clients: d.lists, Tasks: taskapp.Commands{Events: d.store, People: d}}
	for n, name := range map[byte]string{10: "Acme", 11: "Globex", 12: "Initech"} {
		d.lists.Clients[id(n)] = app.Target{ID: id(n), Name: name, Owner: mary, People: []uuid.UUID{ida}, Active: true}
	}
	return d
}

func (d desk) prepare(job uuid.UUID, p app.Plan, targets ...uuid.UUID) {
	d.t.Helper()
	if _, err := d.Prepare(d.t.Context(), app.Prepare{By: by, ID: job, Targets: targets, Words: "Ticked", Plan: p}); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) start(job uuid.UUID, hold time.Duration) {
	d.t.Helper()
	if _, err := d.Start(d.t.Context(), by, job, hold); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) run(job uuid.UUID) {
	d.t.Helper()
	if _, err := d.Run(d.t.Context(), 1, job); err != nil {
		d.t.Fatal(err)
	}
}

// became is what became of each target: "done" or the code of the rule that refused it.
func (d desk) became(job uuid.UUID) (out []string) {
	d.t.Helper()
	p, err := d.Look(d.t.Context(), 1, job)
	if err != nil {
		d.t.Fatal(err)
	}
	rows, err := d.Page(d.t.Context(), 1, p.Draft, nil, 0, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, string(r.Outcome)+r.Code)
	}
	return append(out, string(p.State))
}

func (d desk) types(of uuid.UUID) (out []string) {
	for _, e := range d.store.Stream(task.Stream(of)) {
		out = append(out, e.EventType())
	}
	return out
}

func (d desk) given(tasks ...uuid.UUID) {
	for _, of := range tasks {
		d.store.Given(1, task.Stream(of), task.Assigned{
			Client: id(10), Subject: id(10), Kind: task.ToDo, Title: event.Of(id(10), "x"), Audience: task.Audience{All: true}, Priority: task.Normal, Series: of, Nth: 1, Zone: "UTC", At: noon,
		})
	}
}

// Each act does to many what its command does to one; what is refused for one stops no other (rule 2).
func TestActs(t *testing.T) {
	staff := uuid.UUID{15: 9}
	for name, c := range map[string]struct {
		plan  app.Plan
		event string // of a task that is open and not done
		two   string // what becomes of one that is closed
	}{
		"owner":    {app.Plan{Act: taskjob.Own, Owner: staff}, "task.owner_set", "refusedtask.closed"},
		"due":      {app.Plan{Act: taskjob.Due, Value: "2026-05-12"}, "task.due_set", "refusedtask.closed"},
		"internal": {app.Plan{Act: taskjob.InternalDue, Value: "2026-05-12"}, "task.internal_due_set", "refusedtask.closed"},
		"priority": {app.Plan{Act: taskjob.Urgency, Value: "high"}, "task.priority_set", "refusedtask.closed"},
		"part":     {app.Plan{Act: taskjob.Progress, Value: "doing"}, "task.progressed", "refusedtask.closed"},
		"close":    {app.Plan{Act: taskjob.Close, Value: "completed", Reason: "Thanks"}, "task.closed", "done"},
		"reopen":   {app.Plan{Act: taskjob.Reopen, Reason: "Wrong"}, "", "done"},
		"confirm":  {app.Plan{Act: taskjob.Confirm}, "", "refusedtask.closed"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.given(id(20), id(21))
			d.store.Given(1, task.Stream(id(21)), task.Closed{Outcome: task.Cancelled, At: noon})
			d.prepare(id(30), c.plan, id(20), id(21), id(22), id(20))
			d.start(id(30), 0)
			d.run(id(30))
			one := "done"
			if name == "confirm" {
				one = "refusedtask.not_done"
			}
			if got, want := d.became(id(30)), []string{one, c.two, "refusedtask.not_found", "done"}; !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			if got := d.types(id(20)); c.event != "" && !slices.Contains(got, c.event) {
				t.Errorf("the open one has %q", got)
			}
			before := len(d.types(id(20)))
			d.run(id(30))
			d.start(id(30), 0)
			if got := len(d.types(id(20))); got != before {
				t.Errorf("run again, it has %d events, had %d", got, before)
			}
		})
	}
}

// A plan that no task could take is refused before anything is kept, and so are no targets and too many.
func TestPrepare(t *testing.T) {
	d := newDesk(t)
	for name, c := range map[string]struct {
		plan    app.Plan
		targets int
		want    error
	}{
		"no day":      {app.Plan{Act: taskjob.Due, Value: "soon"}, 1, task.ErrDueOn},
		"no priority": {app.Plan{Act: taskjob.Urgency, Value: "highest"}, 1, task.ErrPriority},
		"no state":    {app.Plan{Act: taskjob.Progress}, 1, task.ErrProgress},
		"no outcome":  {app.Plan{Act: taskjob.Close}, 1, task.ErrOutcome},
		"no act":      {app.Plan{}, 1, taskjob.ErrAct},
		"no title":    {app.Plan{Act: taskjob.Assign, Asking: app.Asking{Zone: "UTC"}}, 1, task.ErrTitle},
		"no items":    {app.Plan{Act: taskjob.Assign, Asking: app.Asking{Kind: task.Documents, Title: "x", Zone: "UTC"}}, 1, task.ErrItems},
		"nothing":     {app.Plan{Act: taskjob.Confirm}, 0, taskjob.ErrNothing},
		"too many":    {app.Plan{Act: taskjob.Confirm}, taskjob.MaxTargets + 1, taskjob.ErrTooMany},
	} {
		targets := make([]uuid.UUID, c.targets)
		for i := range targets {
			targets[i] = uuid.UUID{14: byte(i >> 8), 15: byte(i), 13: byte(i >> 16)}
		}
		if _, err := d.Prepare(t.Context(), app.Prepare{By: by, ID: id(31), Targets: targets, Plan: c.plan}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := d.Look(t.Context(), 1, id(31)); !errors.Is(err, app.ErrUnknown) {
		t.Errorf("something was kept: %v", err)
	}
}

func yearEnd() app.Plan {
	return app.Plan{Act: taskjob.Assign, Asking: app.Asking{
		Kind: task.Documents, Title: "{client}: year end {last year}", Description: "By {due}.", DueOn: "2026-05-31", Due: "31 May 2026", Year: 2026, OfClient: true, Zone: "UTC", Cadence: id(70),
		Items: []task.Asking{{Title: "Ledger {last year}"}, {Title: "Bank"}},
	}}
}

// What the preview says of each client is what becomes of them; each text is theirs, and each client has one task, however
// often the job is run and wherever it broke off (rules 1, 2, 3).
func TestAssign(t *testing.T) {
	d := newDesk(t)
	lonely, gone := d.lists.Clients[id(11)], d.lists.Clients[id(12)]
	lonely.People, gone.Active = nil, false
	d.lists.Clients[id(11)], d.lists.Clients[id(12)] = lonely, gone
	job, targets := id(40), []uuid.UUID{id(10), id(11), id(12), id(13)}
	for n := byte(50); n < 150; n++ {
		d.lists.Clients[id(n)] = app.Target{ID: id(n), Name: fmt.Sprint("Client ", n), People: []uuid.UUID{ida}, Active: true}
		targets = append(targets, id(n))
	}
	d.prepare(job, yearEnd(), targets...)
	p, err := d.Look(t.Context(), 1, job)
	if err != nil || p.State != taskjob.Draft || p.Targets != 104 {
		t.Fatalf("%+v, %v", p, err)
	}
	plan, err := d.Preview(t.Context(), 1, p.Draft)
	if err != nil || len(plan) != 104 || plan[0].Title != "Acme: year end 2025" {
		t.Fatalf("%+v, %v", plan[0], err)
	}
	d.start(job, app.Hold)
	if _, err := d.Run(t.Context(), 1, job); !errors.Is(err, taskjob.ErrNotStarted) {
		t.Errorf("within the hold: %v", err)
	}
	d.store.Advance(app.Hold)
	broken := d.Commands
	flaky := &breaking{Tasks: d.Tasks, after: 70}
	broken.Tasks = flaky
	if _, err := broken.Run(t.Context(), 1, job); err == nil {
		t.Fatal("it did not break off")
	}
	d.run(job)
	want := make([]string, len(plan), len(plan)+1)
	for i, one := range plan {
		want[i] = "done"
		if one.Why != nil {
			want[i] = "refused" + one.Why.Code
		}
	}
	if got := d.became(job); !slices.Equal(got, append(want, "done")) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := want[:4]; !slices.Equal(got, []string{"done", "refusedtask.nobody", "refusedtask.archived", "refusedtask.archived"}) {
		t.Errorf("the first four: %q", got)
	}
	for _, client := range append(targets[4:], id(10)) {
		all := d.store.Stream(task.Stream(task.InBulk(job, client)))
		if len(all) != 1 {
			t.Fatalf("%s has %d events", client, len(all))
		}
		e, ok := all[0].(task.Assigned)
		if !ok || e.Job != job || e.Sender != mary || !e.Audience.All || len(e.Items) != 2 || e.Cadence != id(70) {
			t.Fatalf("%+v", all[0])
		}
		if client == id(10) && (e.Title.Text != "Acme: year end 2025" || e.Description.Text != "By 31 May 2026." || e.Items[0].Title.Text != "Ledger 2025" || e.Owner != mary || e.Items[0].ID == e.Items[1].ID) {
			t.Errorf("Acme is asked %+v", e)
		}
	}
}

// breaking fails once so many have been asked.
type breaking struct {
	app.Tasks
	after int
}

func (b *breaking) Assign(ctx context.Context, cmd taskapp.Assign) (es.Result, error) {
	if cmd.Task.Client == id(byte(50+b.after)) {
		return es.Result{}, errors.New("the machine stopped")
	}
	return b.Tasks.Assign(ctx, cmd)
}

// Rule 4: undone within its hold, a job has asked nobody; stopped on the way, it goes no further.
func TestStop(t *testing.T) {
	d := newDesk(t)
	job := id(41)
	d.prepare(job, yearEnd(), id(10), id(11))
	d.start(job, app.Hold)
	if _, err := d.Stop(t.Context(), by, job); err != nil {
		t.Fatal(err)
	}
	d.store.Advance(app.Hold)
	d.run(job)
	if got := d.became(job); !slices.Equal(got, []string{"", "", "undone"}) || len(d.types(task.InBulk(job, id(10)))) > 0 {
		t.Errorf("undone: %q", got)
	}
	d.prepare(id(42), yearEnd(), id(10), id(11))
	d.start(id(42), 0)
	if _, err := d.Stop(t.Context(), by, id(42)); err != nil {
		t.Fatal(err)
	}
	d.run(id(42))
	if got := d.became(id(42)); !slices.Equal(got, []string{"", "", "undone"}) {
		t.Errorf("stopped before the first: %q", got)
	}
	if _, err := d.Stop(t.Context(), by, id(43)); !errors.Is(err, app.ErrUnknown) {
		t.Errorf("none that there is: %v", err)
	}
}

// A template is checked by the rules of tasks when it is saved, and is what it was saved as.
func TestTemplates(t *testing.T) {
	d := newDesk(t)
	ok := app.Template{ID: id(60), Name: "Year end", DueIn: 30, Asking: app.Asking{Title: "Year end of {client}"}}
	for name, c := range map[string]struct {
		change func(*app.Template)
		want   error
	}{
		"fine":                          {func(*app.Template) {}, nil},
		"without name":                  {func(t *app.Template) { t.Name = " " }, tasktemplate.ErrName},
		"without title":                 {func(t *app.Template) { t.Asking.Title = "" }, task.ErrTitle},
		"documents without any":         {func(t *app.Template) { t.Asking.Kind = task.Documents }, task.ErrItems},
		"it repeats and is never due":   {func(t *app.Template) { t.DueIn, t.Asking.Recurrence = -1, monthly }, task.ErrRecurrence},
		"it repeats and is due":         {func(t *app.Template) { t.Asking.Recurrence = monthly }, nil},
		"due in another life":           {func(t *app.Template) { t.DueIn = 99_999 }, tasktemplate.ErrDueIn},
		"it doesn't say how it repeats": {func(t *app.Template) { t.Asking.Recurrence = task.Recurrence{Every: -1, Unit: task.Day} }, task.ErrRecurrence},
	} {
		one := ok
		c.change(&one)
		if _, err := d.SaveTemplate(t.Context(), app.SaveTemplate{By: by, Template: one}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if got := ok.DueOn(noon); got != "2026-04-01" {
		t.Errorf("due on %s", got)
	}
	if got := (app.Template{DueIn: -1}).DueOn(noon); got != "" {
		t.Errorf("never due: %q", got)
	}
}

var monthly = task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}

// sheets know one questionnaire, in its second version, and that Globex has answered it before.
type sheets struct{ asked questionnaire.Questionnaire }

func (s sheets) Version(_ context.Context, _ int32, form uuid.UUID, version int) (questionnaire.Questionnaire, int, error) {
	if form != id(60) || version > 2 {
		return questionnaire.Questionnaire{}, 0, forms.ErrVersion
	}
	return s.asked, cmp.Or(version, 2), nil
}

func (s sheets) Earlier(_ context.Context, _ int32, client, form uuid.UUID) ([]taskapp.EarlierRow, error) {
	if client != id(11) || form != id(60) {
		return nil, nil
	}
	return []taskapp.EarlierRow{{Task: id(62), Form: form, At: noon}}, nil
}

// A questionnaire is asked of many in the version that was seen, and begins with each client's own answers of before.
func TestAskQuestionnaires(t *testing.T) {
	d := newDesk(t)
	name := questionnaire.Field{ID: id(64), Kind: questionnaire.Text, Label: "Name"}
	all := sheets{questionnaire.Questionnaire{Title: "Tax", Sections: []questionnaire.Section{{ID: id(63), Title: "You", Fields: []questionnaire.Field{name}}}}}
	d.Forms, d.Answers, d.Commands.Tasks = all, all, taskapp.Commands{Events: d.store, People: d, Forms: all}
	globex := id(11)
	d.store.Given(1, task.Stream(id(62)), task.Assigned{Client: globex, Subject: globex, Kind: task.FormFilling, Form: id(60), FormVersion: 1, Audience: task.Audience{All: true}, At: noon},
		task.Answered{Field: name.ID, Value: event.Of(globex, "Globex Ltd"), At: noon})
	plan := app.Plan{Act: taskjob.Assign, Asking: app.Asking{Kind: task.FormFilling, Title: "Tax of {client}", Priority: task.Normal, Zone: "UTC", Form: id(60), Again: true}}
	none := plan
	none.Asking.Form = uuid.Nil
	unknown := plan
	unknown.Asking.Form = id(99)
	for want, p := range map[error]app.Plan{task.ErrKind: none, forms.ErrVersion: unknown} {
		if _, err := d.Prepare(t.Context(), app.Prepare{By: by, ID: id(70), Targets: []uuid.UUID{globex}, Plan: p}); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	job := id(71)
	d.prepare(job, plan, id(10), globex)
	d.start(job, 0)
	for range 2 { // the second time changes nothing
		if _, err := d.Run(t.Context(), 1, job); err != nil {
			t.Fatal(err)
		}
	}
	for client, begins := range map[uuid.UUID]bool{id(10): false, globex: true} {
		events := d.store.Stream(task.Stream(task.InBulk(job, client)))
		e, ok := events[0].(task.Assigned)
		if !ok || e.Form != id(60) || e.FormVersion != 2 || e.Each {
			t.Errorf("%v: %+v", client, events[0])
		}
		if !begins {
			if len(events) != 1 {
				t.Errorf("%+v", events)
			}
			continue
		}
		if p, ok := events[len(events)-1].(task.AnswersPrefilled); !ok || len(events) != 2 || p.From != id(62) || len(p.Answers) != 1 || p.Answers[0].Value.String() != "Globex Ltd" {
			t.Errorf("%+v", events)
		}
	}
}
