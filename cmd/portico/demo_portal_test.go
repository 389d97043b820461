package main

import (
	"testing"

	"portico/app/es"
	firmapp "portico/app/firm"
	pictures "portico/app/picture"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// The demo practice's portal is set up once; what somebody has changed there stays changed.
func TestDemoPortalIsSetUpOnce(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	ctx := t.Context()
	no, err := p.house.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		t.Fatal(err)
	}
	d := &demo{house: p.house, firm: no, staff: []uuid.UUID{newID(t)}}
	by := es.By{Firm: no, Actor: event.Actor{Kind: event.Operator}}
	if _, err := p.house.firms.Found(ctx, firmapp.Found{By: by, ID: demoID(0), Name: "Demo", Email: "a@b.example", Zone: "UTC"}); err != nil {
		t.Fatal(err)
	}
	if err := d.portal(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := p.house.firms.SetAccent(ctx, firmapp.SetAccent{By: by, ID: demoID(0), Hue: 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.portal(ctx); err != nil {
		t.Fatal(err)
	}
	if ok, err := p.house.linkList.Wait(ctx, r.Position); !ok || err != nil {
		t.Fatal(ok, err)
	}
	setup, err := p.house.firmList.Portal(ctx, no)
	if err != nil || setup.Hue != 20 || setup.Logo.Media != pictures.SVG || len(setup.Contact.People) != 2 || !setup.Uses(firm.VideoTab) {
		t.Errorf("%+v, %v", setup, err)
	}
	if articles, err := p.house.firmList.Articles(ctx, no, "en"); err != nil || len(articles) != 2 {
		t.Errorf("%d articles, %v", len(articles), err)
	}
}
