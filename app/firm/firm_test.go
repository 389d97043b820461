package firm_test

import (
	"errors"
	"slices"
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

// Each setting is one event on the practice's stream, with who set it on its record.
func TestSettings(t *testing.T) {
	store := estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	id, template := uuid.UUID{15: 1}, uuid.UUID{15: 9}
	c := firmapp.Commands{Events: store, MaxFile: 100 << 20}
	by := es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 5}}}
	ok := func(r es.Result, err error) {
		t.Helper()
		if err != nil || r.Position == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	ok(c.Found(t.Context(), firmapp.Found{By: by, ID: id, Name: "Hill", Email: "office@hill.example", Zone: "Europe/London"}))
	ok(c.SetUploadLimits(t.Context(), firmapp.SetUploadLimits{By: by, ID: id, Limits: firm.Limits{MaxFileBytes: 20 << 20, QuotaBytes: 1 << 30}}))
	ok(c.SetUploadWording(t.Context(), firmapp.SetUploadWording{By: by, ID: id, Button: "Send papers"}))
	ok(c.SaveTemplate(t.Context(), firmapp.SaveTemplate{By: by, ID: id, Template: template, Name: "Year end", Text: "Please."}))
	ok(c.RemoveTemplate(t.Context(), firmapp.RemoveTemplate{By: by, ID: id, Template: template}))
	want := []event.Event{
		firm.UploadLimitsSet{MaxFileBytes: 20 << 20, QuotaBytes: 1 << 30}, firm.UploadWordingSet{Button: "Send papers"},
		firm.MessageTemplateSaved{Template: template, Name: "Year end", Text: "Please."}, firm.MessageTemplateRemoved{Template: template},
	}
	if got := store.Stream(firm.Stream(id))[1:]; !slices.Equal(got, want) {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
	for _, r := range store.Log() {
		if r.Meta.Actor != by.Actor {
			t.Errorf("%s was recorded as done by %+v", r.Event.EventType(), r.Meta.Actor)
		}
	}
	if _, err := c.SetUploadLimits(t.Context(), firmapp.SetUploadLimits{By: by, ID: id, Limits: firm.Limits{MaxFileBytes: 100<<20 + 1}}); !errors.Is(err, firm.ErrMaxFile) {
		t.Errorf("beyond what the product takes: %v", err)
	}
	other := es.By{Firm: 2, Actor: by.Actor}
	if _, err := c.SetUploadWording(t.Context(), firmapp.SetUploadWording{By: other, ID: id, Button: "Ha"}); !errors.Is(err, firm.ErrNotFound) {
		t.Errorf("another practice's person: %v, want ErrNotFound", err)
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		used, quota int64
		want        int
	}{{0, 0, 0}, {5, 0, 0}, {0, 100, 0}, {89, 100, 89}, {899, 1000, 89}, {900, 1000, 90}, {100, 100, 100}, {250, 100, 250}, {1 << 50, 1 << 50, 100}} {
		if got := firmapp.Fill(c.used, c.quota); got != c.want {
			t.Errorf("Fill(%d, %d) = %d, want %d", c.used, c.quota, got, c.want)
		}
	}
}
