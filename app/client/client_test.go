package client_test

import (
	"errors"
	"testing"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/client"
	"portico/domain/event"

	"github.com/google/uuid"
)

func TestCreate(t *testing.T) {
	store := estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	c := clientapp.Commands{Events: store}
	by := es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 2}}}
	acme := uuid.UUID{15: 1}
	cmd := clientapp.Create{By: by, ID: acme, Name: "Acme Ltd", Email: "office@acme.example", Sort: client.Company, Reference: "C-1", Owner: by.Actor.ID}
	for range 2 { // a form sent twice is one client
		if _, err := c.Create(t.Context(), cmd); err != nil {
			t.Fatal(err)
		}
	}
	log := store.Log()
	want := client.Created{
		Name: event.Of(acme, "Acme Ltd"), Email: event.Of(acme, "office@acme.example"), Sort: client.Company, Reference: "C-1", Owner: by.Actor.ID,
	}
	if len(log) != 1 || log[0].Event != event.Event(want) || log[0].Meta.Actor != by.Actor || log[0].Firm != 1 {
		t.Errorf("recorded %+v, want %+v once", log, want)
	}
	if _, err := c.Create(t.Context(), clientapp.Create{By: by, ID: uuid.UUID{15: 9}}); !errors.Is(err, client.ErrName) {
		t.Errorf("without a name: %v, want ErrName", err)
	}
}
