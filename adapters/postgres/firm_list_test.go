package postgres_test

import (
	"errors"
	"reflect"
	"slices"
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
		h.shown(t, last.Position)
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
	do(cmd.SaveTemplate(ctx, firmapp.SaveTemplate{By: h.by(), ID: mine.ID, Template: vat, Name: "VAT", Text: "Please.", Purpose: firm.ForInvitation}))
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
	if err != nil || len(texts) != 2 || texts[0].ID != vat || texts[1].Name != "year end" || texts[1].Text != "Dear client,\n\nplease." || texts[0].SavedAt.IsZero() || texts[0].Purpose != firm.ForInvitation || texts[1].Purpose != firm.ForLink {
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

// How a portal is set up, its terms and its help: first what the product says, then what the practice does; never another's.
func TestPortalIsRead(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	ctx := t.Context()
	list, cmd := postgres.FirmList{DB: h.db}, firmapp.Commands{Events: h.store}
	other := h.found(t)
	start, err := list.Portal(ctx, h.firm)
	if err != nil || !reflect.DeepEqual(start, func() firmapp.Portal {
		p := firmapp.NewPortal(h.firm, start.ID)
		p.Name, p.Email, p.Zone = start.Name, start.Email, start.Zone
		return p
	}()) || start.Name == "" {
		t.Fatalf("at first %+v, %v", start, err)
	}
	if terms, err := list.Terms(ctx, h.firm); err != nil || terms.Version != firm.StandardTerms || len(terms.Texts) != 0 {
		t.Errorf("at first the terms are %+v, %v", terms, err)
	}
	if _, err := list.Portal(ctx, 4711); !errors.Is(err, firm.ErrNotFound) {
		t.Errorf("a practice that nobody has founded: %v", err)
	}

	by, id := h.by(), start.ID
	ann, papers, eesti := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	contact := firm.Contact{People: []firm.Person{{ID: ann, Name: "Ann Vale", Role: "Payroll", Email: "ann@vale.example"}}, Phone: "020 7946 0000", Hours: "9–5"}
	var last es.Result
	for _, do := range []func() (es.Result, error){
		func() (es.Result, error) {
			return cmd.SetProfile(ctx, firmapp.SetProfile{By: by, ID: id, Profile: firm.Profile{Name: "Vale", Email: "hello@vale.example", Zone: "Europe/Tallinn"}})
		},
		func() (es.Result, error) { return cmd.SetAccent(ctx, firmapp.SetAccent{By: by, ID: id, Hue: 210}) },
		func() (es.Result, error) {
			return cmd.SetLanguages(ctx, firmapp.SetLanguages{By: by, ID: id, Offered: []string{"et", "en"}, Default: "et"})
		},
		func() (es.Result, error) {
			return cmd.SetContact(ctx, firmapp.SetContact{By: by, ID: id, Contact: contact})
		},
		func() (es.Result, error) {
			return cmd.SetMailSender(ctx, firmapp.SetMailSender{By: by, ID: id, Name: "Vale care", ReplyTo: "care@vale.example"})
		},
		func() (es.Result, error) {
			return cmd.SetTabs(ctx, firmapp.SetTabs{By: by, ID: id, Tabs: []firm.Tab{firm.VideoTab, firm.BillingTab}})
		},
		func() (es.Result, error) {
			return cmd.SetAccess(ctx, firmapp.SetAccess{By: by, ID: id, Access: firm.AccessPolicy{Access: firm.ByLink, ExpiryDays: 14}})
		},
		func() (es.Result, error) {
			return cmd.RequireStaffFactor(ctx, firmapp.RequireStaffFactor{By: by, ID: id, Required: true})
		},
		func() (es.Result, error) {
			return cmd.LinkVideo(ctx, firmapp.LinkVideo{By: by, ID: id, Title: "Tour", URL: "https://films.example/1"})
		},
		func() (es.Result, error) {
			return cmd.SaveArticle(ctx, firmapp.SaveArticle{By: by, ID: id, Article: papers, Title: "Which papers", Text: "All."})
		},
		func() (es.Result, error) {
			return cmd.SaveArticle(ctx, firmapp.SaveArticle{By: by, ID: id, Article: eesti, Language: "et", Title: "abi", Text: "Kõik."})
		},
		func() (es.Result, error) {
			return cmd.PublishTerms(ctx, firmapp.PublishTerms{By: by, ID: id, Texts: []firm.TermsText{{Language: "et", Text: "Üks"}}})
		},
		func() (es.Result, error) {
			return cmd.PublishTerms(ctx, firmapp.PublishTerms{By: by, ID: id, Texts: []firm.TermsText{{Language: "et", Text: "Kaks"}, {Language: "en", Text: "Two"}}})
		},
	} {
		if last, err = do(); err != nil || last.Position == 0 {
			t.Fatal(last, err)
		}
	}
	h.shown(t, last.Position)
	want := firmapp.Portal{
		Practice:  firmapp.Practice{No: h.firm, ID: id, Name: "Vale", Email: "hello@vale.example", Zone: "Europe/Tallinn", Button: firm.DefaultButton, Hue: 210},
		Languages: []string{"en", "et"}, Language: "et", Tabs: []firm.Tab{firm.BillingTab, firm.VideoTab}, Contact: contact,
		Video: firm.Video{Title: "Tour", URL: "https://films.example/1"}, MailSender: "Vale care", MailReplyTo: "care@vale.example", TermsVersion: 3,
		Access: firm.AccessPolicy{Access: firm.ByLink, ExpiryDays: 14}, StaffFactor: true,
	}
	if got, err := list.Portal(ctx, h.firm); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v\nwant %+v", got, err, want)
	}
	terms, err := list.Terms(ctx, h.firm)
	if text, language := terms.In("de", "et"); err != nil || terms.Version != 3 || terms.PublishedAt.IsZero() || text != "Kaks" || language != "et" {
		t.Errorf("the terms are %+v, %v; in German %q", terms, err, text)
	}
	if text, language := terms.In("en", "et"); text != "Two" || language != "en" {
		t.Errorf("the terms in English are %q (%s)", text, language)
	}
	for language, want := range map[string][]uuid.UUID{"": {eesti, papers}, "et": {eesti, papers}, "en": {papers}} {
		got, err := list.Articles(ctx, h.firm, language)
		if err != nil || !slices.EqualFunc(got, want, func(a firmapp.Article, id uuid.UUID) bool { return a.ID == id && !a.SavedAt.IsZero() && a.Text != "" }) {
			t.Errorf("help in %q is %+v, %v", language, got, err)
		}
	}
	if p, err := list.Portal(ctx, other); err != nil || p.Hue != firm.DefaultHue || p.MailSender != "" {
		t.Errorf("another practice has %+v, %v", p, err)
	}
	if got, err := list.Articles(ctx, other, ""); err != nil || len(got) != 0 {
		t.Errorf("another practice has %+v, %v", got, err)
	}
}
