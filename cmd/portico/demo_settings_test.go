package main

import (
	"testing"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// What somebody has changed in the demo practice stays changed when dev starts again.
func TestDemoSettingsAreGivenOnce(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	ctx, firms := t.Context(), p.house.firms
	no, err := p.house.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		t.Fatal(err)
	}
	d := &demo{house: p.house, firm: no, staff: []uuid.UUID{newID(t)}}
	ok := func(_ es.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	events := func() (n int) {
		for _, err := range p.house.store.Load(ctx, no, firm.Stream(demoID(0)), 0) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	by := es.By{Firm: no, Actor: event.Actor{Kind: event.Operator}}
	ok(firms.Found(ctx, firmapp.Found{By: by, ID: demoID(0), Name: "Demo", Email: "a@b.example", Zone: "UTC"}))
	if err := d.settings(ctx); err != nil {
		t.Fatal(err)
	}
	if n := events(); n != 3+len(demoTemplates) {
		t.Fatalf("%d events", n)
	}
	ok(firms.SetUploadLimits(ctx, firmapp.SetUploadLimits{By: by, ID: demoID(0)}))
	ok(firms.RemoveTemplate(ctx, firmapp.RemoveTemplate{By: by, ID: demoID(0), Template: demoID(0x380)}))
	ok(firms.SaveTemplate(ctx, firmapp.SaveTemplate{By: by, ID: demoID(0), Template: demoID(0x381), Name: demoTemplates[0].name, Text: "Mine."}))
	before := events()
	if err := d.settings(ctx); err != nil {
		t.Fatal(err)
	}
	if n := events(); n != before {
		t.Errorf("a second start wrote %d events", n-before)
	}
}
