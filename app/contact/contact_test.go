package contact_test

import (
	"context"
	"errors"
	"testing"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
)

// S5.3, S5.4: saving a person writes that, once, and nothing else.
func TestAddAndChange(t *testing.T) {
	store := estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	accepted := false
	c := contactapp.Commands{Events: store, Accepted: func(context.Context, int32, uuid.UUID) (bool, error) { return accepted, nil }}
	by := es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 2}}}
	ingrid := uuid.UUID{15: 1}
	if err := c.Known(t.Context(), 1, ingrid); !errors.Is(err, contact.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	add := contactapp.Add{By: by, ID: ingrid, Details: contact.Entry{Given: "Ingrid", Email: "ingrid@solberg.example", Zone: "Europe/Oslo"}}
	for range 2 {
		if _, err := c.Add(t.Context(), add); err != nil {
			t.Fatal(err)
		}
	}
	if log := store.Log(); len(log) != 1 || log[0].Event.EventType() != "contact.added" || log[0].Meta.Actor != by.Actor || log[0].Stream != contact.Stream(ingrid) {
		t.Errorf("recorded %+v", log)
	}
	if err := c.Known(t.Context(), 1, ingrid); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := c.Known(t.Context(), 2, ingrid); !errors.Is(err, contact.ErrNotFound) {
		t.Errorf("another practice: %v", err)
	}

	add.Details.Zone = "Europe/Atlantis"
	if _, err := c.Change(t.Context(), contactapp.Change{By: by, Contact: ingrid, Details: add.Details}); !errors.Is(err, contact.ErrZone) {
		t.Errorf("an unknown zone: %v", err)
	}
	if _, err := c.Add(t.Context(), contactapp.Add{By: by, ID: uuid.UUID{15: 7}, Details: add.Details}); !errors.Is(err, contact.ErrZone) {
		t.Errorf("an unknown zone: %v", err)
	}
	moved := contactapp.Change{By: by, Contact: ingrid, Details: contact.Entry{Given: "Ingrid", Email: "inga@solberg.example"}}
	accepted = true
	if _, err := c.Change(t.Context(), moved); !errors.Is(err, contact.ErrTheirs) {
		t.Errorf("S3.i12: the address of somebody who has accepted: %v", err)
	}
	accepted = false
	if _, err := c.Change(t.Context(), moved); err != nil {
		t.Error(err)
	}
	if _, err := c.Move(t.Context(), contactapp.Move{By: by, Contact: ingrid, Email: "i@solberg.example"}); err != nil {
		t.Error(err)
	}
	log := store.Log()
	if last, ok := log[len(log)-1].Event.(contact.Changed); !ok || last.Details.Email.Text != "i@solberg.example" || last.Details.Given.Text != "Ingrid" {
		t.Errorf("at last %+v", log[len(log)-1].Event)
	}

	language, zone := "de", "Europe/Tallinn"
	if _, err := c.Prefer(t.Context(), contactapp.Prefer{By: by, Contact: ingrid, Language: &language, Zone: &zone}); err != nil {
		t.Error(err)
	}
	log = store.Log()
	if last, ok := log[len(log)-1].Event.(contact.Changed); !ok || last.Details.Language != "de" || last.Details.Zone != zone || last.Details.Email.Text != "i@solberg.example" {
		t.Errorf("at last %+v", log[len(log)-1].Event)
	}
	zone = "Europe/Atlantis"
	if _, err := c.Prefer(t.Context(), contactapp.Prefer{By: by, Contact: ingrid, Zone: &zone}); !errors.Is(err, contact.ErrZone) {
		t.Errorf("an unknown zone: %v", err)
	}
}

func TestName(t *testing.T) {
	for want, r := range map[string]contactapp.Row{
		"Ingrid Solberg": {Given: "Ingrid", Family: "Solberg", Email: "i@solberg.example"}, "Solberg": {Family: "Solberg"}, "i@solberg.example": {Email: "i@solberg.example"},
	} {
		if r.Name() != want {
			t.Errorf("%+v is called %q", r, r.Name())
		}
	}
	if r := (contactapp.Rights{"files"}); !r.May("files") || r.May("billing") {
		t.Error("rights")
	}
}
