package firm_test

import (
	"errors"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	firmapp "portico/app/firm"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

func TestAPracticeAndItsPolicy(t *testing.T) {
	store := estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	c, id := firmapp.Commands{Events: store}, uuid.UUID{15: 1}
	by := es.By{Firm: 1, Actor: event.Actor{Kind: event.Operator}}
	found := firmapp.Found{By: by, ID: id, Name: "Hill", Email: "office@hill.example", Zone: "Europe/London"}
	set := firmapp.SetUploadPolicy{By: by, ID: id, Channel: firm.LinkChannel, Policy: firm.Policy{Window: 30 * time.Minute, Deliver: firm.AtOnce}}

	if _, err := c.SetUploadPolicy(t.Context(), set); !errors.Is(err, firm.ErrNotFound) {
		t.Errorf("before the practice is founded: %v, want ErrNotFound", err)
	}
	for _, zone := range []string{"Mars/Olympus", "", "Local"} {
		bad := found
		bad.Zone = zone
		if _, err := c.Found(t.Context(), bad); !errors.Is(err, firm.ErrZone) {
			t.Errorf("zone %q: %v, want ErrZone", zone, err)
		}
	}
	for range 2 { // the second time changes nothing
		if _, err := c.Found(t.Context(), found); err != nil {
			t.Fatal(err)
		}
		if _, err := c.SetUploadPolicy(t.Context(), set); err != nil {
			t.Fatal(err)
		}
	}
	want := []event.Event{
		firm.Founded{Name: "Hill", Email: "office@hill.example", Zone: "Europe/London"},
		firm.UploadPolicySet{Channel: firm.LinkChannel, WindowMS: 1_800_000, Deliver: firm.AtOnce},
	}
	if got := store.Stream(firm.Stream(id)); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
}
