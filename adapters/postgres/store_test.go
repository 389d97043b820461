package postgres_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// house is a database with everything that a test of the store needs.
type house struct {
	url   string
	db    *postgres.DB
	codec *postgres.Codec
	vault *postgres.Vault
	store *postgres.Store
	tail  *postgres.Tail
	firm  int32
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return houseAt(t, pgtest.Lists(t))
}

func houseAt(t testing.TB, url string) *house {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	codec, err := postgres.NewCodec(postgres.Events()...)
	if err != nil {
		t.Fatal(err)
	}
	master := sha256.Sum256([]byte("test"))
	vault, err := postgres.NewVault(db.App, master[:])
	if err != nil {
		t.Fatal(err)
	}
	tail := postgres.NewTail(db.Work, slog.New(slog.DiscardHandler))
	store := postgres.NewStore(db.App, codec, vault, tail.Poke)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { tail.Run(ctx) })
	t.Cleanup(func() {
		store.Close()
		cancel()
		wg.Wait()
		db.Close()
	})
	h := &house{url: url, db: db, codec: codec, vault: vault, store: store, tail: tail}
	h.firm = h.found(t)
	return h
}

// found makes a practice and returns its number.
func (h *house) found(t testing.TB) (no int32) {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	no, err := h.db.NumberFirm(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	founded := firm.Founded{Name: "Harbour & Vale", Email: "office@harbour.example", Zone: "Europe/London"}
	if _, err := h.store.Append(t.Context(), es.Append{By: es.By{Firm: no, Actor: event.Actor{Kind: event.System}}, Stream: firm.Stream(id), At: noon, Events: []event.Event{founded}}); err != nil {
		t.Fatal(err)
	}
	return no
}

func (h *house) by() es.By {
	return es.By{Firm: h.firm, Actor: event.Actor{Kind: event.System}}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newClient(name string) (event.Stream, client.Created) {
	id := uuid.Must(uuid.NewV7())
	return client.Stream(id), client.Created{Name: event.Of(id, name), Email: event.Of(id, name+"@example.org"), Sort: client.Person, Reference: "C-1"}
}

func TestAppendAndLoad(t *testing.T) {
	h := newHouse(t)
	stream, created := newClient("Imogen Farrow")
	r, err := h.store.Append(t.Context(), es.Append{By: h.by(), Stream: stream, At: noon, Events: []event.Event{created}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != 1 || r.Position < 1 {
		t.Fatalf("result %+v", r)
	}
	n := 0
	for rec, err := range h.store.Load(t.Context(), h.firm, stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if rec.Event != any(created) || rec.Version != 1 || !rec.At.Equal(noon) || rec.ReadAt.IsZero() {
			t.Errorf("loaded %+v, want %+v", rec, created)
		}
	}
	if n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestStoreConforms(t *testing.T) {
	estest.Conformance(t, func(t *testing.T) es.Store {
		h := newHouse(t)
		h.found(t) // estest.OtherFirm
		return h.store
	})
}
