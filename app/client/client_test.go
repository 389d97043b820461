package client_test

import (
	"context"
	"errors"
	"strings"
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

// S5.2, S5.i6: a person is linked with rights, and only one whom the practice knows.
func TestPeopleOfAClient(t *testing.T) {
	store := estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	stranger := errors.New("stranger")
	acme, ingrid := uuid.UUID{15: 1}, uuid.UUID{15: 3}
	c := clientapp.Commands{Events: store, Known: func(_ context.Context, _ int32, who uuid.UUID) error {
		if who != ingrid {
			return stranger
		}
		return nil
	}}
	by := es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 2}}}
	do := func(_ es.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(c.Create(t.Context(), clientapp.Create{By: by, ID: acme, Name: "Acme Ltd"}))
	if _, err := c.LinkContact(t.Context(), clientapp.LinkContact{By: by, Client: acme, Contact: uuid.UUID{15: 9}}); !errors.Is(err, stranger) {
		t.Errorf("a stranger: %v", err)
	}
	link := clientapp.LinkContact{By: by, Client: acme, Contact: ingrid, Rights: []client.Right{client.Files}}
	do(c.LinkContact(t.Context(), link))
	link.Rights = []client.Right{client.Billing}
	do(c.SetContactRights(t.Context(), link))
	do(c.UnlinkContact(t.Context(), clientapp.UnlinkContact{By: by, Client: acme, Contact: ingrid}))
	do(c.Change(t.Context(), clientapp.Change{By: by, Client: acme, Name: "Acme & Co", Sort: client.Company}))
	do(c.SetOwner(t.Context(), clientapp.SetOwner{By: by, Client: acme, Owner: by.Actor.ID}))
	do(c.SetTags(t.Context(), clientapp.SetTags{By: by, Client: acme, Tags: []string{"audit"}}))
	do(c.Archive(t.Context(), clientapp.Archive{By: by, Client: acme}))
	do(c.Restore(t.Context(), clientapp.Archive{By: by, Client: acme}))
	var types []string
	for _, r := range store.Log() {
		types = append(types, r.Event.EventType()[len("client."):])
	}
	if got := strings.Join(types, " "); got != "created contact_linked contact_rights_set contact_unlinked changed owner_set tags_set archived restored" {
		t.Errorf("recorded %s", got)
	}
}
