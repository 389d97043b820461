package postgres_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	"portico/app/message"
	"portico/domain/event"

	"github.com/google/uuid"
)

// T5: what is for one person within a moment is one act, of whichever streams; what comes once it has begun is another,
// and what a reactor hears again is in none a second time.
func TestEffectsGather(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	ida, bo, acme, globex := newID(), newID(), newID(), newID()
	world, performed := newOutside(), map[string][]es.Cause{}
	var mu sync.Mutex
	world.perform = func(_ context.Context, e es.Effect) error {
		mu.Lock()
		defer mu.Unlock()
		performed[e.Key] = e.Causes
		return nil
	}
	later := time.Now().Add(time.Hour)
	effects := postgres.NewEffects(n.db, n.tail, world, n.log)
	ask := func(heard map[uuid.UUID]uuid.UUID) func(context.Context, event.Recorded) ([]es.Effect, error) {
		return func(_ context.Context, r event.Recorded) ([]es.Effect, error) {
			var asked []es.Effect
			for _, who := range []uuid.UUID{ida, bo} {
				e := es.Effect{Kind: "mail.probe", Key: "mail.probe/" + who.String() + "/" + r.Stream.ID.String(), Firm: r.Firm, Stream: r.Stream, Person: who, Client: acme, Gathers: who, Window: time.Minute, NotBefore: later}
				if who == bo {
					e.Client = heard[r.Stream.ID]
				}
				asked = append(asked, e)
			}
			return asked, nil
		}
	}
	first, _ := n.tick(t)
	second, _ := n.tick(t)
	clients := map[uuid.UUID]uuid.UUID{first.ID: acme, second.ID: globex}
	n.subscribe(effects.AskingReactor("gather", []string{"probe.ticked"}, ask(clients)))
	type row struct {
		key     string
		client  *uuid.UUID
		streams []uuid.UUID
	}
	rows := func(who uuid.UUID) (all []row) {
		t.Helper()
		found, err := n.db.Work.Query(t.Context(), `SELECT key, client_id, streams FROM es.effects WHERE gathers = $1 ORDER BY created_at, key`, who)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for found.Next() {
			var r row
			if err := found.Scan(&r.key, &r.client, &r.streams); err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
		return all
	}
	heard := func(reactor string) func() bool {
		return func() (all bool) {
			if err := n.db.Work.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM es.projections WHERE name = $1 AND position >= (SELECT max(position) FROM es.events))`, reactor).Scan(&all); err != nil {
				t.Fatal(err)
			}
			return all
		}
	}
	within(t, soon, "it has heard both", heard("gather"))
	both := []uuid.UUID{first.ID, second.ID}
	if r := rows(ida); len(r) != 1 || !slices.Equal(r[0].streams, both) || r[0].client == nil || *r[0].client != acme {
		t.Fatalf("for Ida: %+v", r)
	}
	if r := rows(bo); len(r) != 1 || !slices.Equal(r[0].streams, both) || r[0].client != nil {
		t.Fatalf("for Bo, of two clients: %+v", r)
	}
	begun := rows(ida)[0].key
	mustExec(t, n.db.Work, `UPDATE es.effects SET due_at = clock_timestamp() WHERE key = $1`, begun)
	n.run(effects.Run)
	within(t, soon, "it is performed", func() bool { return n.effect(t, begun).state == "done" })
	third, _ := n.tick(t)
	within(t, soon, "it has heard the third", heard("gather"))
	// Heard once more by who begins at the first event; beside the other it would race it, which no two reactors do.
	n.subscribe(effects.AskingReactor("gather again", []string{"probe.ticked"}, ask(clients)))
	within(t, soon, "all is heard again", heard("gather again"))
	if r := rows(ida); len(r) != 2 || !slices.Equal(slices.Concat(r[0].streams, r[1].streams), []uuid.UUID{first.ID, second.ID, third.ID}) {
		t.Errorf("after it has left: %+v", r)
	}
	if r := rows(bo); len(r) != 1 || !slices.Equal(r[0].streams, []uuid.UUID{first.ID, second.ID, third.ID}) {
		t.Errorf("what waits takes it: %+v", r)
	}
	mu.Lock()
	defer mu.Unlock()
	if c := performed[begun]; !slices.Equal(c, []es.Cause{{Stream: first.ID, Version: 1}, {Stream: second.ID, Version: 1}}) {
		t.Errorf("performed with %+v", c)
	}
	found, err := postgres.MessageReports{DB: n.db}.Find(t.Context(), message.Mail, "outside."+first.ID.String())
	if err != nil || len(found) != 1 || len(found[0].Causes) != 2 {
		t.Errorf("who reports finds %+v, %v", found, err)
	}
}

// T9: mails come back from where the last one did, whatever went before.
func TestCameBack(t *testing.T) {
	t.Parallel()
	n := startNode(t, pgtest.DB(t))
	stream, _ := n.tick(t)
	ledger, ida := postgres.MessageList{DB: n.db}, newID()
	ended := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	write := func(kind, state string, bounced *time.Time) {
		t.Helper()
		ended = ended.Add(time.Minute)
		mustExec(t, n.db.Work, `INSERT INTO es.effects (key, firm_no, kind, stream_id, args, state, person_id, ended_at, bounced_at) VALUES ($1, 1, $2, $3, '{}', $4, $5, $6, $7)`,
			newID().String(), kind, stream.ID, state, ida, ended, bounced)
	}
	back := func(want time.Time) {
		t.Helper()
		if at, err := ledger.CameBack(t.Context(), 1, ida); err != nil || !at.Equal(want) {
			t.Errorf("%v, %v, want %v", at, err, want)
		}
	}
	back(time.Time{})
	write("mail.invitation", "refused", nil)
	back(ended)
	write("mail.invitation_lost", "done", nil) // to the practice
	write("sms.invitation", "done", nil)
	write("mail.task", "withdrawn", nil)
	back(ended.Add(-3 * time.Minute))
	write("mail.code", "done", nil)
	back(time.Time{})
	bounced := ended.Add(time.Second)
	write("mail.task", "done", &bounced)
	back(bounced)
}
