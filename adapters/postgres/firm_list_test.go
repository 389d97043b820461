package postgres_test

import (
	"errors"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/firm"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// What a practice sets is what uploads, mails and pages are told, and no other practice's.
func TestSettingsAreRead(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	ctx := t.Context()
	list, cmd := postgres.FirmList{DB: h.db}, firmapp.Commands{Events: h.store, MaxFile: uploadlink.MaxFileSize}
	other := h.found(t)
	var last es.Result
	do := func(r es.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		last = r
	}
	see := func() {
		t.Helper()
		if ok, err := (postgres.UploadLinkList{DB: h.db}).Wait(ctx, last.Position); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	do(cmd.Found(ctx, firmapp.Found{By: es.By{Firm: 77}, ID: uuid.Must(uuid.NewV7()), Name: "Late", Email: "a@b.example", Zone: "UTC"}))
	see()
	mine, err := list.Firm(ctx, h.firm)
	if err != nil || mine.Name != "Harbour & Vale" || mine.Limits != (firm.Limits{}) || mine.Button != firm.DefaultButton {
		t.Errorf("at first %+v, %v", mine, err)
	}
	if p, err := list.LinkPolicy(ctx, h.firm); err != nil || p != (uploadlink.Policy{Window: 10 * time.Minute}) {
		t.Errorf("at first %+v, %v", p, err)
	}
	if p, err := list.LinkPolicy(ctx, 4711); err != nil || p != (uploadlink.Policy{Window: 10 * time.Minute}) {
		t.Errorf("of a practice that nobody has founded: %+v, %v", p, err)
	}
	if _, err := list.Firm(ctx, 4711); !errors.Is(err, firm.ErrNotFound) {
		t.Errorf("a practice that nobody has founded: %v", err)
	}

	yearEnd, vat := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	limits := firm.Limits{MaxFileBytes: 20 << 20, QuotaBytes: 5 << 30}
	do(cmd.SetUploadLimits(ctx, firmapp.SetUploadLimits{By: h.by(), ID: mine.ID, Limits: limits}))
	do(cmd.SetUploadWording(ctx, firmapp.SetUploadWording{By: h.by(), ID: mine.ID, Button: "Send papers"}))
	do(cmd.SetUploadPolicy(ctx, firmapp.SetUploadPolicy{
		By: h.by(), ID: mine.ID, Channel: firm.LinkChannel, Policy: firm.Policy{Window: 30 * time.Minute, Deliver: firm.AtOnce},
	}))
	do(cmd.SaveTemplate(ctx, firmapp.SaveTemplate{By: h.by(), ID: mine.ID, Template: yearEnd, Name: "year end", Text: "Dear client,\n\nplease."}))
	do(cmd.SaveTemplate(ctx, firmapp.SaveTemplate{By: h.by(), ID: mine.ID, Template: vat, Name: "VAT", Text: "Please."}))
	see()
	if p, err := list.Firm(ctx, h.firm); err != nil || p.Limits != limits || p.Button != "Send papers" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := list.LinkPolicy(ctx, h.firm); err != nil || p != (uploadlink.Policy{Window: 30 * time.Minute, AtOnce: true, MaxFileSize: 20 << 20}) {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := list.UploadPolicy(ctx, h.firm, firm.LinkChannel); err != nil || p != (firm.Policy{Window: 30 * time.Minute, Deliver: firm.AtOnce}) {
		t.Errorf("%+v, %v", p, err)
	}
	texts, err := list.Templates(ctx, h.firm)
	if err != nil || len(texts) != 2 || texts[0].ID != vat || texts[1].Name != "year end" || texts[1].Text != "Dear client,\n\nplease." || texts[0].SavedAt.IsZero() {
		t.Errorf("%+v, %v", texts, err)
	}
	if p, err := list.Firm(ctx, other); err != nil || p.Limits != (firm.Limits{}) || p.Button != firm.DefaultButton {
		t.Errorf("another practice has %+v, %v", p, err)
	}
	if texts, err := list.Templates(ctx, other); err != nil || len(texts) != 0 {
		t.Errorf("another practice has %+v, %v", texts, err)
	}

	do(cmd.RemoveTemplate(ctx, firmapp.RemoveTemplate{By: h.by(), ID: mine.ID, Template: vat}))
	do(cmd.SetUploadLimits(ctx, firmapp.SetUploadLimits{By: h.by(), ID: mine.ID}))
	see()
	if texts, err := list.Templates(ctx, h.firm); err != nil || len(texts) != 1 || texts[0].ID != yearEnd {
		t.Errorf("after one was removed: %+v, %v", texts, err)
	}
	if p, err := list.Firm(ctx, h.firm); err != nil || p.Limits != (firm.Limits{}) {
		t.Errorf("after the limits were lifted: %+v, %v", p, err)
	}
}
