package postgres_test

import (
	"slices"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	"portico/app/es"
	inviteapp "portico/app/invite"
	app "portico/app/task"
	"portico/domain/client"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

// S3.i5, S3.i23, I1: an open task that none of its people could do says so, and is found by that; nothing of it is lost.
func TestTasksThatNobodyCanDo(t *testing.T) {
	r := newRegister(t)
	ctx := t.Context()
	invites := inviteapp.Commands{Events: r.store, Contacts: people{}}
	list := postgres.TaskList{DB: r.db}
	acme := r.client("Acme", "", "1")
	ida, bo, alone := r.person("Ida", "", "ida@example.org"), r.person("Bo", "", "bo@example.org"), r.person("Cy", "", "cy@example.org")
	r.link(acme, ida, client.Tasks)
	r.link(acme, bo, client.Tasks)
	assign := func(title string, change func(*task.Assigning)) uuid.UUID {
		n := task.Assigning{Task: newID(), Client: acme, People: []uuid.UUID{ida, bo}, Title: title, Audience: task.Audience{All: true}, Owner: r.owner, Zone: "UTC"}
		change(&n)
		r.do(es.Execute(ctx, r.store, r.by(), task.Stream(n.Task), func(s task.Task, now time.Time) ([]task.Event, error) { return s.Assign(n, now) }))
		return n.Task
	}
	assign("All", func(*task.Assigning) {})
	assign("Ida", func(n *task.Assigning) { n.Audience = task.Audience{Contacts: []uuid.UUID{ida}} })
	assign("Cy", func(n *task.Assigning) {
		n.Client, n.People, n.Audience = uuid.Nil, []uuid.UUID{alone}, task.Audience{Contacts: []uuid.UUID{alone}}
	})
	notBo := assign("Not Bo", func(*task.Assigning) {})
	r.do(es.Execute(ctx, r.store, r.by(), task.Stream(notBo), func(s task.Task, now time.Time) ([]task.Event, error) {
		return []task.Event{task.ContactRemoved{Contact: bo}}, nil
	}))
	done := assign("Closed", func(*task.Assigning) {})
	r.do(es.Execute(ctx, r.store, r.by(), task.Stream(done), func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Close(uuid.Nil, task.Cancelled, "", task.Who{Kind: "staff", ID: r.owner}, now)
	}))
	invited := func(who uuid.UUID) {
		r.do(invites.Send(ctx, inviteapp.Send{By: r.by(), Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC}))
	}
	stuck := func(what string, want ...string) {
		t.Helper()
		r.see()
		rows, _, err := list.Tasks(ctx, r.firm, app.Query{NobodyActs: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows {
			d, err := list.Task(ctx, r.firm, row.ID)
			if err != nil || !row.NobodyActs || !d.NobodyActs {
				t.Errorf("%s: %s doesn't say so: %v", what, row.Title, err)
			}
			got = append(got, row.Title)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: %q can't be done, want %q", what, got, want)
		}
		for _, q := range []app.Query{{}, {NobodyActs: true}} {
			n, err := list.Counts(ctx, r.firm, q)
			if err != nil || n.NobodyActs != len(want) || q.NobodyActs && n.Found != len(want) {
				t.Errorf("%s: %d can't be done, and %d are found: %v", what, n.NobodyActs, n.Found, err)
			}
		}
		all, _, err := list.Tasks(ctx, r.firm, app.Query{Shelf: app.AllShelf})
		if err != nil || len(all) != 5 {
			t.Fatalf("%s: %d tasks, %v", what, len(all), err)
		}
		for _, row := range all {
			if row.NobodyActs != slices.Contains(want, row.Title) {
				t.Errorf("%s: the list says %t of %s", what, row.NobodyActs, row.Title)
			}
		}
	}
	stuck("nobody was ever invited", "All", "Cy", "Ida", "Not Bo")
	invited(ida)
	r.do(invites.Send(ctx, inviteapp.Send{By: r.by(), Contact: alone, Channels: invite.ByNone, Access: invite.ByAccount, Zone: time.UTC})) // I4
	stuck("Ida is asked, and Cy has access without a mail")
	r.do(invites.Accept(ctx, inviteapp.Accept{By: r.by(), Contact: ida, Nth: 1, From: "192.0.2.1"}))
	r.do(invites.RemoveAccess(ctx, inviteapp.RemoveAccess{By: r.by(), Contact: ida}))
	stuck("Ida's access is removed", "All", "Ida", "Not Bo")
	invited(bo)
	stuck("Bo is asked", "Ida", "Not Bo")
	r.do(invites.Record(ctx, inviteapp.Record{By: r.by(), Contact: bo, Outcome: invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasBounced, Code: "550"}}))
	stuck("Bo's mail bounces", "All", "Ida", "Not Bo")
	invited(ida)
	stuck("Ida is asked again")
	r.do(r.clients.SetContactRights(ctx, clientapp.LinkContact{By: r.by(), Client: acme, Contact: ida, Rights: []client.Right{client.Files}}))
	stuck("Ida has no right to tasks", "All", "Ida", "Not Bo")
	r.do(r.clients.SetContactRights(ctx, clientapp.LinkContact{By: r.by(), Client: acme, Contact: ida, Rights: []client.Right{client.Tasks}}))
	stuck("Ida has it again")
	r.do(r.clients.Archive(ctx, clientapp.Archive{By: r.by(), Client: acme}))
	stuck("the client is archived", "All", "Ida", "Not Bo")
}

// T2: what each person does for themselves is done when everybody is who has to: also somebody who was never told of it, and
// somebody who is linked to the client after the others were done.
func TestWhoIsNotDoneYet(t *testing.T) {
	r := newRegister(t)
	ctx := t.Context()
	list := postgres.TaskList{DB: r.db}
	acme := r.client("Acme", "", "1")
	ida, bo, cy := r.person("Ida", "", "ida@example.org"), r.person("Bo", "", "bo@example.org"), r.person("Cy", "", "cy@example.org")
	r.link(acme, ida, client.Tasks)
	r.link(acme, bo, client.Tasks)
	do := func(id uuid.UUID, decide func(task.Task, time.Time) ([]task.Event, error)) {
		r.do(es.Execute(ctx, r.store, r.by(), task.Stream(id), decide))
	}
	assign := func(title string, all bool) uuid.UUID {
		n := task.Assigning{Task: newID(), Client: acme, People: []uuid.UUID{ida, bo}, Title: title, Each: true, Audience: task.Audience{All: all, Contacts: []uuid.UUID{ida, bo}}, Owner: r.owner, Zone: "UTC", Bundle: newID()}
		do(n.Task, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Assign(n, now) })
		return n.Task
	}
	both := map[string]uuid.UUID{"All": assign("All", true), "Named": assign("Named", false)}
	staff := task.Who{Kind: "staff", ID: r.owner}
	done := func(who uuid.UUID) {
		for _, id := range both {
			do(id, func(s task.Task, now time.Time) ([]task.Event, error) {
				return s.Finish(who, "", nil, task.Who{Kind: "contact", ID: who}, now)
			})
		}
	}
	stands := func(what string, all, named app.Stand) {
		t.Helper()
		r.see()
		for title, want := range map[string]app.Stand{"All": all, "Named": named} {
			d, err := list.Task(ctx, r.firm, both[title])
			if err != nil || d.Stand != want {
				t.Errorf("%s: %s is %q, want %q: %v", what, title, d.Stand, want, err)
			}
			for _, stand := range []app.Stand{app.NotSeen, app.SeenStand, app.DoneStand, app.Agreed} {
				ids, err := list.Matching(ctx, r.firm, app.Query{Their: stand, Text: title})
				n, counted := list.Counts(ctx, r.firm, app.Query{Text: title})
				if found := len(ids) == 1; err != nil || counted != nil || found != (stand == want) || n.Stands[stand] != len(ids) {
					t.Errorf("%s: %s is found as %q %d times, and counted %d: %v, %v", what, title, stand, len(ids), n.Stands[stand], err, counted)
				}
			}
		}
	}
	agree := func() {
		for _, id := range both {
			do(id, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Confirm(uuid.Nil, staff, now) })
		}
	}
	stands("nobody looked", app.NotSeen, app.NotSeen)
	done(ida)
	stands("Bo has not looked", app.SeenStand, app.SeenStand)
	r.do(r.clients.SetContactRights(ctx, clientapp.LinkContact{By: r.by(), Client: acme, Contact: bo, Rights: []client.Right{client.Files}}))
	stands("Bo sees no tasks", app.DoneStand, app.DoneStand)
	r.do(r.clients.SetContactRights(ctx, clientapp.LinkContact{By: r.by(), Client: acme, Contact: bo, Rights: []client.Right{client.Tasks}}))
	done(bo)
	stands("both are done", app.DoneStand, app.DoneStand)
	agree()
	stands("agreed", app.Agreed, app.Agreed)
	r.link(acme, cy, client.Tasks)
	stands("Cy comes", app.SeenStand, app.Agreed)
	do(both["All"], func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Finish(cy, "", nil, task.Who{Kind: "contact", ID: cy}, now)
	})
	stands("Cy is done", app.DoneStand, app.Agreed)
	agree()
	stands("agreed with Cy, too", app.Agreed, app.Agreed)
	r.link(acme, r.person("Di", "", "di@example.org"), client.Tasks)
	do(both["Named"], func(s task.Task, now time.Time) ([]task.Event, error) { return s.Reopen(bo, "Again", staff, now) })
	stands("Di comes, and Bo has to do it again", app.SeenStand, app.SeenStand)
	for _, id := range both {
		do(id, func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.Close(uuid.Nil, task.Completed, "", staff, now)
		})
	}
	r.see()
	if ids, err := list.Matching(ctx, r.firm, app.Query{Their: app.SeenStand, Shelf: app.ShutShelf}); err != nil || len(ids) != 2 {
		t.Errorf("closed: %v, %v", ids, err)
	}
}
