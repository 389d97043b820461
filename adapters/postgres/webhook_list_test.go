package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	"portico/app/secret"
	app "portico/app/webhook"
	"portico/domain/task"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// receiver stands for what is behind the endpoints.
type receiver struct {
	mu     sync.Mutex
	calls  []app.Call
	status int
}

func (r *receiver) Call(_ context.Context, c app.Call) (app.Answer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	if r.status == 0 {
		return app.Answer{}, errors.New("the receiver can’t be reached")
	}
	return app.Answer{Status: r.status, Body: "thanks"}, nil
}

func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// called runs the reactor and the worker of webhooks.
func (a *asked) called(t *testing.T, there app.Caller) (app.Commands, postgres.Webhooks) {
	t.Helper()
	ring := ringOfOne(t)
	log, list := slog.New(slog.DiscardHandler), postgres.Webhooks{DB: a.db}
	effects := postgres.NewEffects(a.db, a.tail, app.Deliveries{Events: a.store, Keys: ring, Caller: there, Ledger: list}, log)
	hears := postgres.NewSubscriber(a.db, a.codec, a.vault, a.tail, log, effects.Webhooks())
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = hears.Run(ctx) })
	wg.Go(func() { _ = effects.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return app.Commands{Events: a.store, Keys: ring, Reader: list}, list
}

// An endpoint's list, what it is sent, and the ledger of it: once each, another practice none of it.
func TestWebhooks(t *testing.T) {
	a, there := newAsked(t), &receiver{status: 200}
	a.failingWaits(t)
	hooks, list := a.called(t, there)
	id := newID()
	address := "https://hooks.example.com/x?key=1"
	save := app.Save{By: a.by(), ID: id, URL: address, Types: []string{"task.assigned", "file.*"}}
	r, err := hooks.Add(t.Context(), save)
	if err != nil {
		t.Fatal(err)
	}
	a.shown(t, r.Position)
	row, err := list.Endpoint(t.Context(), a.firm, id)
	if err != nil || row.URL != address || row.Off || row.Secret != 1 || !slices.Equal(row.Types, []string{"task.assigned", "file.*"}) {
		t.Fatalf("%+v, %v", row, err)
	}
	another := a.found(t)
	if rows, err := list.Endpoints(t.Context(), another); err != nil || len(rows) > 0 {
		t.Errorf("another practice reads %+v, %v", rows, err)
	}
	if _, err := list.Endpoint(t.Context(), another, id); !errors.Is(err, webhook.ErrNotFound) {
		t.Error(err)
	}

	first := a.assign(t)
	second := a.assign(t)
	stands := func(state app.State, n int) func() bool {
		return func() bool {
			rows, _, err := list.Deliveries(t.Context(), a.firm, app.Query{Endpoint: id, State: state})
			if err != nil {
				t.Fatal(err)
			}
			return len(rows) == n
		}
	}
	within(t, soon, "both are delivered", stands(app.Delivered, 2))
	page, next, err := list.Deliveries(t.Context(), a.firm, app.Query{Endpoint: id, Limit: 1})
	if err != nil || len(page) != 1 || next == "" || page[0].Type != "task.assigned" || page[0].Tries != 1 || page[0].Last.Status != 200 || page[0].Last.Answer != "thanks" || page[0].EndedAt.IsZero() {
		t.Fatalf("%+v, %q, %v", page, next, err)
	}
	rest, end, err := list.Deliveries(t.Context(), a.firm, app.Query{Endpoint: id, After: next})
	ids := []string{app.MessageID(task.Stream(first), 1), app.MessageID(task.Stream(second), 1)}
	if err != nil || len(rest) != 1 || end != "" || rest[0].Key == page[0].Key || !slices.Contains(ids, rest[0].ID) || !slices.Contains(ids, page[0].ID) {
		t.Errorf("%+v, %q, %v", rest, end, err)
	}
	if rows, _, err := list.Deliveries(t.Context(), another, app.Query{Endpoint: id}); err != nil || len(rows) > 0 {
		t.Errorf("another practice reads %+v, %v", rows, err)
	}
	if _, err := list.Delivery(t.Context(), another, id, page[0].Key); !errors.Is(err, webhook.ErrDelivery) {
		t.Error(err)
	}

	// A replay has the id and the type of the first delivery, and is one more.
	if _, err := hooks.Replay(t.Context(), a.by(), id, page[0].Key); err != nil {
		t.Fatal(err)
	}
	within(t, soon, "the replay is delivered", stands(app.Delivered, 3))
	rows, _, err := list.Deliveries(t.Context(), a.firm, app.Query{Endpoint: id, Limit: 1})
	if err != nil || !rows[0].Replay || rows[0].ID != page[0].ID || rows[0].Type != "task.assigned" {
		t.Errorf("%+v, %v", rows, err)
	}

	// What fails comes again, and whatever waits for the same endpoint waits a little.
	there.answers(0)
	if _, err := hooks.Try(t.Context(), a.by(), id); err != nil {
		t.Fatal(err)
	}
	within(t, soon, "the test has failed", stands(app.Retrying, 1))
	rows, _, err = list.Deliveries(t.Context(), a.firm, app.Query{Endpoint: id, State: app.Retrying})
	if err != nil || rows[0].Type != webhook.Test || rows[0].NextAt.IsZero() || rows[0].Last.Why == "" {
		t.Fatalf("%+v, %v", rows, err)
	}
	tries, err := list.Attempts(t.Context(), a.firm, rows[0].Key)
	if err != nil || len(tries) != 1 || tries[0].N != 1 || tries[0].Status != 0 {
		t.Errorf("%+v, %v", tries, err)
	}
	if tries, err := list.Attempts(t.Context(), another, rows[0].Key); err != nil || len(tries) > 0 {
		t.Errorf("another practice reads %+v, %v", tries, err)
	}
	if _, err := hooks.Remove(t.Context(), a.by(), id); err != nil {
		t.Fatal(err)
	}
	mustExec(t, a.db.Work, `UPDATE es.effects SET due_at = clock_timestamp() WHERE key = $1`, rows[0].Key)
	a.assign(t) // wakes the worker, and is for nobody
	within(t, soon, "it isn't sent any more", stands(app.NotSent, 1))
	if !stands("", 4)() {
		t.Error("something was sent to an endpoint that is gone")
	}
}

// failingWaits: one endpoint that fails holds its own back, and nobody else's.
func (a *asked) failingWaits(t *testing.T) {
	t.Helper()
	list := postgres.Webhooks{DB: a.db}
	bad, good := newID(), newID()
	for _, id := range []uuid.UUID{bad, good} {
		for i := range 3 {
			mustExec(t, a.db.Work, `INSERT INTO es.effects (key, firm_no, kind, stream_id, args) VALUES ($1, $2, $3, $4, '{}')`,
				fmt.Sprintf("%s/%s/%d", app.DeliveryEffect, id, i), a.firm, app.DeliveryEffect, id)
		}
	}
	failed := app.DeliveryEffect + "/" + bad.String() + "/0"
	e := es.Effect{Key: failed, Firm: a.firm, Stream: webhook.Stream(bad)}
	for range 2 { // the same try, noted twice
		if err := list.Note(t.Context(), e, app.Attempt{Took: time.Second, Why: "no"}, false); err != nil {
			t.Fatal(err)
		}
	}
	count := func(sql string, args ...any) (n int) {
		if err := a.db.Work.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const later = `SELECT count(*) FROM es.effects WHERE stream_id = $1 AND due_at > clock_timestamp() + interval '30 seconds'`
	if count(later, bad) != 2 || count(later, good) != 0 || count(`SELECT count(*) FROM webhook.attempt`) != 1 {
		t.Error("the wrong ones wait, or the same try stands twice")
	}
	if silent, err := list.Silent(t.Context(), e); err != nil || !silent {
		t.Error(silent, err)
	}
	if err := list.Note(t.Context(), es.Effect{Key: app.DeliveryEffect + "/" + bad.String() + "/1", Firm: a.firm, Stream: webhook.Stream(bad)}, app.Attempt{Status: 200}, true); err != nil {
		t.Fatal(err)
	}
	if silent, err := list.Silent(t.Context(), e); err != nil || silent {
		t.Error("something has arrived since:", silent, err)
	}
	mustExec(t, a.db.Work, `DELETE FROM es.effects`)
}

func ringOfOne(t *testing.T) secret.KeyRing {
	t.Helper()
	ring, err := secret.NewKeyRing(secret.Key{ID: 1, Secret: bytes.Repeat([]byte{1}, secret.MinKey)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
