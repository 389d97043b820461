package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func (u *usedLink) staff() es.By {
	by := u.house.by()
	by.Actor = event.Actor{Kind: event.Staff, ID: u.sender}
	return by
}

func (u *usedLink) system() es.By {
	return es.By{Firm: u.firm, Actor: event.Actor{Kind: event.System}}
}

// did waits until what was done can be read, and reads the link.
func (u *usedLink) did(t testing.TB, r es.Result, err error) app.LinkDetail {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	d, err := u.list.Link(t.Context(), u.firm, u.id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (u *usedLink) opened(t testing.TB, device uuid.UUID) app.LinkDetail {
	t.Helper()
	r, err := u.cmd.Redeem(t.Context(), app.Redeem{By: u.by(), Link: u.id, Holder: u.holder, Visitor: uploadlink.Visitor{Device: "Firefox", DeviceID: device}})
	return u.did(t, r, err)
}

func facts(d app.LinkDetail) string {
	var words []string
	for _, l := range d.Life {
		words = append(words, string(l.What))
	}
	return strings.Join(words, " ")
}

// L10: a second device of one person is marked, the first one's second visit is not, and neither is an event from before
// devices had ids.
func TestOtherDevice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	phone, laptop := uuid.New(), uuid.New()
	for _, device := range []uuid.UUID{uuid.Nil, phone, phone, uuid.Nil} {
		if d := u.opened(t, device); !d.Recipients[0].OtherAt.IsZero() {
			t.Fatalf("%s is another device: %+v", device, d.Recipients[0])
		}
	}
	marked := u.opened(t, laptop)
	at := marked.Recipients[0].OtherAt
	if at.IsZero() || at.Before(marked.Recipients[0].RedeemedAt) || facts(marked) != "issued redeemed other_device" {
		t.Errorf("%+v, %s", marked.Recipients[0], facts(marked))
	}
	if d := u.opened(t, phone); !d.Recipients[0].OtherAt.Equal(at) || facts(d) != facts(marked) {
		t.Errorf("back on the first device: %+v, %s", d.Recipients[0], facts(d))
	}
	r, err := u.cmd.Resend(t.Context(), app.Resend{By: u.staff(), Link: u.id})
	u.did(t, r, err)
	u.holder.Generation = 2 // with a new secret each visit is an event again
	for _, device := range []uuid.UUID{phone, laptop} {
		if d := u.opened(t, device); !d.Recipients[0].OtherAt.Equal(at) || facts(d) != facts(marked)+" resent redeemed" {
			t.Errorf("%s with the new secret: %+v, %s", device, d.Recipients[0], facts(d))
		}
	}
}

// S1.i24, S1.i20: what happened to a link, each with who and when; what the newest secret overwrites stays in its life.
func TestLifeOfALink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	ctx, who := t.Context(), u.holder.Recipient
	mail := func(generation int) uploadlink.Secret {
		return uploadlink.Secret{Recipient: who, Generation: generation}
	}

	r, err := u.cmd.RecordMail(ctx, app.MailOutcome{By: u.system(), Link: u.id, Secret: mail(1), Bounced: &app.Bounce{Code: "5.1.1", Detail: "no imogen@example.org here"}})
	if d := u.did(t, r, err); d.State != app.LinkBounced || d.Recipients[0].BounceCode != "5.1.1" {
		t.Errorf("bounced: %s %+v", d.State, d.Recipients[0])
	}
	r, err = u.cmd.CorrectAddress(ctx, app.CorrectAddress{By: u.staff(), Link: u.id, Recipient: who, Name: "Imogen F.", Email: "imogen@right.example"})
	d := u.did(t, r, err)
	if p := d.Recipients[0]; d.State != app.LinkIssued || p.Name != "Imogen F." || p.Email != "imogen@right.example" || p.Generation != 2 || !p.BouncedAt.IsZero() || p.BounceCode != "" {
		t.Errorf("I6: the mark of the bounce is gone, the address is new: %s %+v", d.State, p)
	}
	u.holder.Generation = 2
	r, err = u.cmd.RecordMail(ctx, app.MailOutcome{By: u.system(), Link: u.id, Secret: mail(2), HandedOver: true})
	u.did(t, r, err)
	u.opened(t, uuid.New())
	u.send(t, "a.pdf")
	_, r, err = u.cmd.Copy(ctx, app.Copy{By: u.staff(), Link: u.id, Recipient: who})
	u.did(t, r, err)
	r, err = u.cmd.Extend(ctx, app.Extend{By: u.staff(), Link: u.id, ExpiresOn: time.Now().AddDate(0, 0, 60), Zone: time.UTC})
	u.did(t, r, err)
	r, err = u.cmd.Resend(ctx, app.Resend{By: u.staff(), Link: u.id})
	u.did(t, r, err)
	r, err = u.cmd.RecordMail(ctx, app.MailOutcome{By: u.system(), Link: u.id, Secret: mail(3), GaveUp: 10})
	u.did(t, r, err)
	r, err = u.cmd.Revoke(ctx, app.Revoke{By: u.staff(), Link: u.id, Reason: "done", Unreleased: uploadlink.Keep})
	d = u.did(t, r, err)

	if got := facts(d); got != "issued bounced corrected handed_over redeemed used copied extended resent gave_up revoked" {
		t.Fatalf("its life is %s", got)
	}
	of := func(what app.LifeFact) app.LifeRow {
		return d.Life[slices.IndexFunc(d.Life, func(l app.LifeRow) bool { return l.What == what })]
	}
	for _, what := range []app.LifeFact{app.LifeIssued, app.LifeCorrected, app.LifeCopied, app.LifeExtended, app.LifeResent, app.LifeRevoked} {
		if l := of(what); l.By != u.sender || l.At.IsZero() {
			t.Errorf("%s was done by %s", what, l.By)
		}
	}
	for _, what := range []app.LifeFact{app.LifeBounced, app.LifeHandedOver, app.LifeRedeemed, app.LifeUsed, app.LifeGaveUp} {
		if l := of(what); l.By != uuid.Nil || l.Recipient != who || l.At.IsZero() {
			t.Errorf("%s: %+v", what, l)
		}
	}
	if b, c, x := of(app.LifeBounced), of(app.LifeCorrected), of(app.LifeExtended); b.Detail != "no imogen@example.org here" || b.Generation != 1 ||
		c.Detail != "imogen@example.org" || c.Generation != 2 || x.Until.IsZero() || of(app.LifeRevoked).Detail != "done" {
		t.Errorf("details: %+v", d.Life)
	}
}

// S1.i21: who asks is in the list until there is an answer, and their page remembers it.
func TestAskingForANewLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	other := h.issue(t, time.Hour)
	ctx, who := t.Context(), u.holder.Recipient
	asking := func() string {
		rows, _, err := u.list.Links(ctx, u.firm, app.LinkQuery{Asking: true})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range rows {
			ids = append(ids, fmt.Sprint(r.ID == u.id, !r.AskedAt.IsZero()))
		}
		return strings.Join(ids, ",")
	}
	ask := func() app.LinkDetail {
		r, err := u.cmd.RequestNewLink(ctx, app.RequestNewLink{By: u.by(), Link: u.id, Holder: u.holder, Note: "I was away."})
		return u.did(t, r, err)
	}
	r, err := u.cmd.Resend(ctx, app.Resend{By: u.staff(), Link: u.id})
	u.did(t, r, err)
	if asking() != "" {
		t.Errorf("asking: %s", asking())
	}
	if d := ask(); asking() != "true true" || d.AskedAt.IsZero() || !d.Recipients[0].AskedAt.Equal(d.AskedAt) || d.Recipients[0].Note != "I was away." {
		t.Errorf("asked: %s, %+v", asking(), d.LinkRow)
	}
	asked := func() time.Time {
		p, err := u.list.Upload(ctx, u.firm, u.id, who)
		if err != nil {
			t.Fatal(err)
		}
		return p.AskedAt
	}
	if asked().IsZero() {
		t.Error("their own page forgot it")
	}
	r, err = u.cmd.DismissRequest(ctx, app.DismissRequest{By: u.staff(), Link: u.id, Recipient: who})
	if d := u.did(t, r, err); asking() != "" || !d.AskedAt.IsZero() || d.Recipients[0].Note != "" || asked().IsZero() {
		t.Errorf("dismissed: %s, %+v, their page says %s", asking(), d.Recipients[0], asked())
	}
	r, err = u.cmd.Renew(ctx, app.Renew{By: u.staff(), Link: u.id, Recipients: []uuid.UUID{who}, ExpiresOn: time.Now().AddDate(0, 0, 45), Zone: time.UTC})
	if d := u.did(t, r, err); !asked().IsZero() || d.Recipients[0].Generation != 3 || facts(d) != "issued resent asked dismissed extended resent" {
		t.Errorf("renewed: their page says %s; %s", asked(), facts(d))
	}
	if d, err := other.list.Link(ctx, u.firm, other.id); err != nil || facts(d) != "issued" {
		t.Errorf("another link: %v, %s", err, facts(d))
	}
}

// After an erasure nothing in a link's life says who it was: no address before its correction, no note, no server's words.
func TestLifeOfAnErasedRecipient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	ctx, who := t.Context(), u.holder.Recipient
	r, err := u.cmd.RecordMail(ctx, app.MailOutcome{
		By: u.system(), Link: u.id, Secret: uploadlink.Secret{Recipient: who, Generation: 1}, Bounced: &app.Bounce{Code: "550", Detail: "no <imogen@example.org> here"},
	})
	u.did(t, r, err)
	r, err = u.cmd.CorrectAddress(ctx, app.CorrectAddress{By: u.staff(), Link: u.id, Recipient: who, Name: "Imogen Farrow", Email: "imogen@right.example"})
	u.did(t, r, err)
	r, err = u.cmd.Resend(ctx, app.Resend{By: u.staff(), Link: u.id})
	u.did(t, r, err)
	u.holder.Generation = 2
	r, err = u.cmd.RequestNewLink(ctx, app.RequestNewLink{By: u.by(), Link: u.id, Holder: u.holder, Note: "Ring my wife at the hospital."})
	u.did(t, r, err)
	texts := []string{"imogen@example.org", "imogen@right.example", "Ring my wife"}
	if before := h.findText(t, texts...); len(before) < 4 { // the life has each of them, the recipient two
		t.Fatalf("the search is blind: it found %q", before)
	}
	by := h.by()
	by.Actor = event.Actor{Kind: event.Operator}
	erased, err := h.eraser().Erase(ctx, by, who)
	if err != nil {
		t.Fatal(err)
	}
	d := u.did(t, es.Result{Position: erased.Position}, nil)
	if found := h.findText(t, texts...); len(found) > 0 {
		t.Errorf("plain text is left: %q", found)
	}
	if facts(d) != "issued bounced corrected resent asked" || d.Recipients[0].Generation != 3 || d.Life[2].Detail != "(erased)" {
		t.Errorf("the facts stay: %s, %+v", facts(d), d.Life)
	}
}

// L8: a copy's form that comes again is the copy it was, and shows no secret that came later.
func TestCopyThatComesAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	ctx, who := t.Context(), u.holder.Recipient
	cmd := app.Copy{By: u.staff(), Link: u.id, Recipient: who}
	cmd.By.Command, cmd.By.Fingerprint = uuid.New(), [32]byte{1}
	var positions []int64
	for range 2 {
		copied, r, err := u.cmd.Copy(ctx, cmd)
		if err != nil || copied != (uploadlink.Secret{Recipient: who, Generation: 1}) {
			t.Fatalf("%+v, %v", copied, err)
		}
		positions = append(positions, r.Position)
	}
	r, err := u.cmd.Resend(ctx, app.Resend{By: u.staff(), Link: u.id})
	if d := u.did(t, r, err); positions[0] != positions[1] || facts(d) != "issued copied resent" {
		t.Errorf("written at %d; %s", positions, facts(d))
	}
	if copied, _, err := u.cmd.Copy(ctx, cmd); !errors.Is(err, uploadlink.ErrCopyReplaced) || copied != (uploadlink.Secret{}) {
		t.Errorf("after another mail: %+v, %v", copied, err)
	}
}

// L7: a link that has expired and was given a later day is listed as open: its expiry is derived, and no row remembers an
// older one.
func TestExpiredThenExtended(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := &usedLink{house: h, list: postgres.UploadLinkList{DB: h.db}, cmd: app.Commands{Events: h.store}, id: uuid.Must(uuid.NewV7())}
	u.holder = uploadlink.Holder{Recipient: uuid.Must(uuid.NewV7()), Generation: 1}
	who, over := u.holder.Recipient, time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	first := es.Append{By: h.by(), Stream: uploadlink.Stream(u.id), At: over.AddDate(0, 0, -7), Events: []event.Event{
		uploadlink.Issued{Subject: who, ExpiresAt: over, Zone: "UTC", Recipients: []uploadlink.Recipient{{ID: who, Name: event.Of(who, "Imogen"), Email: event.Of(who, "imogen@example.org")}}},
		uploadlink.Expired{At: over},
	}}
	r, err := h.store.Append(t.Context(), first)
	if d := u.did(t, r, err); d.State != app.LinkExpired || facts(d) != "issued expired" {
		t.Fatalf("after its day: %s, %s", d.State, facts(d))
	}
	later := over.AddDate(0, 0, 30)
	r, err = h.store.Append(t.Context(), es.Append{By: h.by(), Stream: first.Stream, Expected: r.Version, Prev: r.Hash, At: time.Now().UTC().Truncate(time.Millisecond), Events: []event.Event{
		uploadlink.Extended{ExpiresAt: later, Zone: "UTC"},
	}})
	d := u.did(t, r, err)
	if d.State != app.LinkIssued || !d.ExpiresAt.Equal(later) || facts(d) != "issued expired extended" {
		t.Errorf("after it was extended: %s until %s, %s", d.State, d.ExpiresAt, facts(d))
	}
	for state, want := range map[app.LinkState]int{app.LinkIssued: 1, app.LinkExpired: 0, "": 1} {
		rows, _, err := u.list.Links(t.Context(), u.firm, app.LinkQuery{State: state})
		if err != nil || len(rows) != want {
			t.Errorf("listed as %q: %d, %v", state, len(rows), err)
		}
	}
	if p, err := u.list.Upload(t.Context(), u.firm, u.id, who); err != nil || p.State != app.LinkIssued || !p.ExpiresAt.Equal(later) {
		t.Errorf("its page: %s until %s, %v", p.State, p.ExpiresAt, err)
	}
	if err := u.cmd.Access(t.Context(), u.firm, u.id, u.holder); err != nil {
		t.Errorf("its secret: %v", err)
	}
	if d := u.opened(t, uuid.New()); d.State != app.LinkRedeemed {
		t.Errorf("opened again: %s", d.State)
	}
}
