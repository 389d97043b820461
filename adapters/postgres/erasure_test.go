package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// findText says in which tables, views aside, a text stands, in any column of any type.
func (h *house) findText(t testing.TB, texts ...string) (found []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Superuser(t, h.url))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `
		SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) < 12 {
		t.Fatalf("looked into %d tables only", len(tables))
	}
	for _, table := range tables {
		for _, text := range texts {
			var there bool
			// A row as text shows bytea in hex.
			err := conn.QueryRow(t.Context(), fmt.Sprintf(`
				SELECT EXISTS (SELECT FROM %s AS r WHERE r::text ILIKE $1 OR r::text ILIKE $2)`, table),
				"%"+text+"%", "%"+fmt.Sprintf("%x", text)+"%").Scan(&there)
			if err != nil {
				t.Fatal(err)
			}
			if there {
				found = append(found, table+": "+text)
			}
		}
	}
	return found
}

func (h *house) eraser() postgres.Eraser {
	return postgres.Eraser{DB: h.db, Store: h.store, Vault: h.vault, Tail: h.tail, Models: postgres.Models()}
}

// Notes on the event store, section 11 and 13: after an erasure nobody can read what the history says of the person,
// and the history still proves itself.
func TestErasure(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.send(t, "marriage certificate.pdf")
	subject := u.id // of the message and the files' names, where a link is for nobody's client
	texts := []string{"Your papers, please", "marriage certificate"}
	// A generation that was swapped out keeps its rows for a day; an erasure does not wait for that.
	b := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: quiet()}
	for _, m := range postgres.Models() {
		if _, err := b.Rebuild(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	before := h.findText(t, texts...)
	if !slices.ContainsFunc(before, func(s string) bool { return strings.HasPrefix(s, "rm.upload_link_1") }) ||
		!slices.ContainsFunc(before, func(s string) bool { return strings.HasPrefix(s, "rm.upload_file_2") }) {
		t.Fatalf("the search is blind: it found %q", before)
	}

	by := h.by()
	by.Actor = event.Actor{Kind: event.Operator}
	erased, err := h.eraser().Erase(t.Context(), by, subject)
	if err != nil {
		t.Fatal(err)
	}
	if erased.Already || !slices.Equal(erased.Streams, []uuid.UUID{u.id}) || erased.Position == 0 {
		t.Errorf("%+v", erased)
	}
	u.see(t, erased.Position)

	if found := h.findText(t, texts...); len(found) > 0 {
		t.Errorf("plain text is left: %q", found)
	}
	d, err := u.list.Link(t.Context(), u.firm, u.id)
	if err != nil || d.Message != "(erased)" {
		t.Errorf("the read model shows %q, %v", d.Message, err)
	}
	if d.Recipients[0].Name != "Imogen Farrow" {
		t.Errorf("somebody else was erased: %+v", d.Recipients)
	}
	everyPersonalText(t, h, u)
	report, err := h.history().Verify(t.Context(), 0, event.Stream{}, nil)
	if err != nil || len(report.Damage) > 0 {
		t.Errorf("the chain after the erasure: %+v, %v", report.Damage, err)
	}
	h.sameAsFresh(t)

	// Again, with a vault that has seen nothing: nothing more happens, and nothing can be sealed any more.
	again, err := h.eraser().Erase(t.Context(), by, subject)
	if err != nil || !again.Already || again.Position != 0 {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	other := houseAt(t, h.url)
	c := client.Created{Name: event.Of(subject, "Back again"), Email: event.Of(subject, "back@example.org"), Sort: client.Person}
	if _, err := other.store.Append(t.Context(), es.Append{By: by, Stream: client.Stream(uuid.New()), At: noon, Events: []event.Event{c}}); !errors.Is(err, postgres.ErrErased) {
		t.Errorf("sealed for an erased subject: %v", err)
	}
	if _, err := h.eraser().Erase(t.Context(), by, uuid.New()); !errors.Is(err, postgres.ErrNoSubject) {
		t.Errorf("an unknown subject: %v", err)
	}
	foreign := by
	foreign.Firm = h.found(t)
	if _, err := h.eraser().Erase(t.Context(), foreign, u.holder.Recipient); !errors.Is(err, postgres.ErrNoSubject) {
		t.Errorf("another practice's subject: %v", err)
	}
}

// everyPersonalText of the erased subject loads as erased, and everybody else's as it was.
func everyPersonalText(t *testing.T, h *house, u *usedLink) {
	t.Helper()
	entries, err := h.history().Find(t.Context(), postgres.Search{Stream: event.Stream{Kind: "uploadlink", ID: u.id}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		r, err := h.history().Record(t.Context(), e, true)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := h.history().Fields(r)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(fields)
	}
	if text := all.String(); strings.Count(text, "(erased)") < 4 || strings.Contains(text, "certificate") || !strings.Contains(text, "Imogen Farrow") {
		t.Errorf("the history says %s", text)
	}
}

// A client's own stream and the stream of its erasure are two.
func TestErasingAClient(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	stream, created := newClient("Ottoline Marchbanks")
	if _, err := h.store.Append(t.Context(), es.Append{By: h.by(), Stream: stream, At: noon, Events: []event.Event{created}}); err != nil {
		t.Fatal(err)
	}
	erased, err := h.eraser().Erase(t.Context(), h.by(), stream.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.handled(t, erased.Position, "client_list")
	if found := h.findText(t, "Ottoline"); len(found) > 0 {
		t.Errorf("plain text is left: %q", found)
	}
	row, err := postgres.ClientList{DB: h.db}.Client(t.Context(), h.firm, stream.ID)
	if err != nil || row.Name != "(erased)" || row.Reference != "C-1" {
		t.Errorf("the list shows %+v, %v", row, err)
	}
}

// What one node remembers does not bring back what was erased on another.
func TestErasureReachesEveryNode(t *testing.T) {
	h := newHouse(t)
	b := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: quiet()}
	if err := b.Ensure(t.Context(), postgres.Models(), nil); err != nil {
		t.Fatal(err)
	}
	links := linkModel(t)
	stream := h.longLink(t)
	here := postgres.NewProjector(h.db, h.codec, h.vault, h.tail, quiet(), links)
	h.until(t, here, h.last(t))
	if found := h.findText(t, "Your papers, please"); len(found) != 1 {
		t.Fatalf("this node has not folded the link: %q", found)
	}

	other := houseAt(t, h.url)
	erased, err := other.eraser().Erase(t.Context(), h.by(), stream.ID)
	if err != nil {
		t.Fatal(err)
	}
	other.until(t, postgres.NewProjector(other.db, other.codec, other.vault, other.tail, quiet(), links), erased.Position)

	entries, err := h.history().Find(t.Context(), postgres.Search{Stream: stream, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	head := entries[len(entries)-1]
	r, err := h.store.Append(t.Context(), es.Append{
		By: h.by(), Stream: stream, Expected: head.Version, Prev: head.Hash, At: noon,
		Events: []event.Event{uploadlink.Extended{ExpiresAt: noon.AddDate(0, 2, 0), Zone: "Europe/London"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.until(t, here, r.Position)
	if found := h.findText(t, "Your papers, please"); len(found) > 0 {
		t.Errorf("plain text came back: %q", found)
	}
}

// until runs a projector until it has handled position, and stops it.
func (h *house) until(t testing.TB, s *postgres.Subscriber, position int64) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { s.Run(ctx) })
	defer wg.Wait()
	defer stop()
	if ok, err := h.db.Wait(t.Context(), position, soon, linkModel(t).Name); !ok || err != nil {
		t.Fatalf("position %d is not handled: %v", position, err)
	}
}

// last is the log's last position.
func (h *house) last(t testing.TB) (position int64) {
	t.Helper()
	if err := h.db.Work.QueryRow(t.Context(), `SELECT max(position) FROM es.events`).Scan(&position); err != nil {
		t.Fatal(err)
	}
	return position
}

func linkModel(t testing.TB) postgres.Model {
	t.Helper()
	for _, m := range postgres.Models() {
		if m.Name == "upload_link_list" {
			return m
		}
	}
	t.Fatal("there is no model of links")
	return postgres.Model{}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// handled waits until a model has handled position.
func (h *house) handled(t testing.TB, position int64, names ...string) {
	t.Helper()
	if ok, err := h.db.Wait(t.Context(), position, soon, names...); !ok || err != nil {
		t.Fatalf("position %d is not handled by %v: %v", position, names, err)
	}
}

// sameAsFresh holds every live model against a fresh fold.
func (h *house) sameAsFresh(t testing.TB) {
	t.Helper()
	b := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: quiet()}
	for _, m := range postgres.Models() {
		c, err := b.Compare(t.Context(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range c.Differences {
			t.Errorf("%s: %s %s %v\nlive  %s\nfresh %s", m.Name, d.Table, d.Key, d.Columns, d.Live, d.Fresh)
		}
	}
}

// Somebody who was writing about the subject while it was erased is found as well, and their stream named.
func TestErasureWaitsForWriters(t *testing.T) {
	h := newHouse(t)
	stream := h.longLink(t)
	tx, err := h.db.Work.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	late := uploadlink.Stream(uuid.Must(uuid.NewV7()))
	written, _, err := h.store.AppendIn(t.Context(), tx, es.Append{By: h.by(), Stream: late, At: noon, Events: []event.Event{
		uploadlink.Revoked{Reason: event.Of(stream.ID, "a late word"), Unreleased: uploadlink.Keep, At: noon},
	}}, nil)
	if err != nil || !written {
		t.Fatal(written, err)
	}
	done := make(chan postgres.Erasure, 1)
	go func() {
		erased, err := h.eraser().Erase(t.Context(), h.by(), stream.ID)
		if err != nil {
			t.Error(err)
		}
		done <- erased
	}()
	select {
	case erased := <-done:
		t.Errorf("erased while somebody was writing: %+v", erased)
	case <-time.After(200 * time.Millisecond):
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	erased := <-done
	if !slices.Contains(erased.Streams, late.ID) || !slices.Contains(erased.Streams, stream.ID) {
		t.Errorf("%+v names not %s and %s", erased, stream.ID, late.ID)
	}
	again, err := h.eraser().Erase(t.Context(), h.by(), stream.ID)
	if err != nil || again.Position != 0 {
		t.Errorf("the second time: %+v, %v", again, err)
	}
}
