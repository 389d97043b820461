package uploadlink_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	uploadlinkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

const firm int32 = 1

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	link   = uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: 1}
	acme   = uuid.UUID{15: 3}
	file   = uuid.UUID{15: 20}
	second = uuid.UUID{15: 21}
	digest = strings.Repeat("a1", 32)
	alice  = es.By{Firm: firm, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 2}}}
	system = es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}
	march  = time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC)
)

// house is the commands over a store in memory, with one link issued to one person.
type house struct {
	uploadlinkapp.Commands
	*testing.T
	store  *estest.Memory
	holder uploadlink.Holder
	policy uploadlink.Policy
}

func (h *house) LinkPolicy(_ context.Context, no int32) (uploadlink.Policy, error) {
	if no != firm {
		return uploadlink.Policy{}, errors.New("unknown practice")
	}
	return h.policy, nil
}

func open(t *testing.T) *house {
	h := &house{T: t, store: estest.NewMemory(noon.Add(123 * time.Microsecond)), policy: uploadlink.Policy{Window: 10 * time.Minute}}
	h.Commands = uploadlinkapp.Commands{Events: h.store, Policies: h}
	h.ok(h.Issue(t.Context(), issue()))
	issued := h.store.Stream(uploadlink.Stream(link))[0].(uploadlink.Issued)
	h.holder = uploadlink.Holder{Recipient: issued.Recipients[0].ID, Generation: 1}
	return h
}

func issue() uploadlinkapp.Issue {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return uploadlinkapp.Issue{
		By: alice, ID: link, Client: acme, Recipients: []uploadlinkapp.NewRecipient{{Name: "Ida", Email: "ida@example.org"}},
		Message: "Please", Wanted: []string{"statements"}, ExpiresOn: march, Zone: zone,
	}
}

func (h *house) ok(r es.Result, err error) es.Result {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h *house) refused(want error) func(es.Result, error) {
	return func(_ es.Result, err error) {
		h.Helper()
		if !errors.Is(err, want) {
			h.Errorf("answered %v, want %v", err, want)
		}
	}
}

// types are the stored names of the link's events.
func (h *house) types() []string {
	var types []string
	for _, e := range h.store.Stream(uploadlink.Stream(link)) {
		types = append(types, strings.TrimPrefix(e.EventType(), "uploadlink."))
	}
	return types
}

func (h *house) wants(types ...string) {
	h.Helper()
	if got := h.types(); !slices.Equal(got, types) {
		h.Errorf("the history is %v, want %v", got, types)
	}
}

func (h *house) by() es.By {
	return es.By{Firm: firm, Actor: event.Actor{Kind: event.Uploader, ID: h.holder.Recipient}}
}

func (h *house) upload(file uuid.UUID, name string) {
	h.Helper()
	ctx := h.Context()
	h.ok(h.StartTransfer(ctx, uploadlinkapp.StartTransfer{By: h.by(), Link: link, Holder: h.holder, File: file, Name: name, Size: 3}))
	h.ok(h.Receive(ctx, uploadlinkapp.Receive{By: h.by(), Link: link, File: file, Size: 3, SHA256: digest, Media: "application/pdf"}))
}

func TestIssue(t *testing.T) {
	h := open(t)
	e := h.store.Stream(uploadlink.Stream(link))[0].(uploadlink.Issued)
	if e.Sender != alice.Actor.ID || e.Client != acme || e.Zone != "Europe/London" || !e.ExpiresAt.Equal(march.AddDate(0, 0, 1)) {
		t.Errorf("issued %+v", e)
	}
	if e.Recipients[0].ID == uuid.Nil || e.Recipients[0].ID.Version() != 7 || e.Recipients[0].Email.Subject != e.Recipients[0].ID {
		t.Errorf("recipient %+v, want an id of their own that seals their address", e.Recipients[0])
	}
	if r := h.ok(h.Issue(t.Context(), issue())); r.Position != 0 {
		t.Errorf("a form sent twice: %+v, want nothing written", r)
	}
	h.wants("issued")
	if got := h.store.Alarm(uploadlink.Stream(link)); !got.Equal(e.ExpiresAt) {
		t.Errorf("the alarm stands at %s, want the expiry", got)
	}
}

// The whole life of a file: sent, renamed, released by the alarm, downloaded elsewhere, and a second one deleted.
func TestAFileFromStartToRelease(t *testing.T) {
	h, ctx := open(t), t.Context()
	stream := uploadlink.Stream(link)
	h.ok(h.Redeem(ctx, uploadlinkapp.Redeem{By: h.by(), Link: link, Holder: h.holder, Visitor: uploadlink.Visitor{Device: "Firefox", Address: "192.0.2.1"}}))
	h.upload(file, "a.pdf")
	if got := h.store.Alarm(stream); !got.Equal(noon.Add(10 * time.Minute)) {
		t.Errorf("the alarm stands at %s, want the end of the window, in whole milliseconds", got)
	}
	h.ok(h.Receive(ctx, uploadlinkapp.Receive{By: h.by(), Link: link, File: file, Size: 3, SHA256: digest})) // the client asks again
	h.ok(h.Rename(ctx, uploadlinkapp.Rename{By: h.by(), Link: link, Holder: h.holder, File: file, Name: "b"}))
	h.upload(second, "c.pdf")
	h.ok(h.Delete(ctx, uploadlinkapp.Delete{By: h.by(), Link: link, Holder: h.holder, File: second}))
	h.store.SetNow(noon.Add(10 * time.Minute))
	h.refused(uploadlink.ErrWindowClosed)(h.Rename(ctx, uploadlinkapp.Rename{By: h.by(), Link: link, Holder: h.holder, File: file, Name: "d"}))
	h.ok(h.Elapse(ctx, uploadlinkapp.Elapse{By: system, Link: link}))
	h.ok(h.Elapse(ctx, uploadlinkapp.Elapse{By: system, Link: link}))
	h.wants("issued", "redeemed", "transfer_started", "batch_opened", "file_received", "file_renamed",
		"transfer_started", "file_received", "file_deleted", "batch_released")
	if log := h.store.Log(); log[1].Meta.Actor != h.by().Actor || log[len(log)-1].Meta.Actor.Kind != event.System {
		t.Errorf("acted: %+v and %+v", log[1].Meta.Actor, log[len(log)-1].Meta.Actor)
	}
}

func TestSendNowAbandonAndPolicies(t *testing.T) {
	h, ctx := open(t), t.Context()
	h.upload(file, "a.pdf")
	h.ok(h.SendNow(ctx, uploadlinkapp.SendNow{By: h.by(), Link: link, Holder: h.holder}))
	h.policy = uploadlink.Policy{MaxFileSize: 2}
	start := uploadlinkapp.StartTransfer{By: h.by(), Link: link, Holder: h.holder, File: second, Name: "b.pdf", Size: 3}
	h.refused(uploadlink.ErrTooLarge)(h.StartTransfer(ctx, start))
	h.policy = uploadlink.Policy{}
	h.ok(h.StartTransfer(ctx, start))
	h.ok(h.Abandon(ctx, uploadlinkapp.Abandon{By: system, Link: link, File: second, Reason: uploadlink.Idle}))
	h.upload(uuid.UUID{15: 22}, "c.pdf") // no window: released at once
	h.wants("issued", "transfer_started", "batch_opened", "file_received", "batch_released",
		"transfer_started", "transfer_abandoned", "transfer_started", "batch_opened", "file_received", "batch_released")
}

func TestResendExtendRevoke(t *testing.T) {
	h, ctx := open(t), t.Context()
	h.ok(h.Resend(ctx, uploadlinkapp.Resend{By: alice, Link: link}))
	if err := h.Access(ctx, firm, link, h.holder); !errors.Is(err, uploadlink.ErrReplaced) {
		t.Errorf("the older secret: %v, want ErrReplaced", err)
	}
	h.holder.Generation = 2
	h.store.SetNow(march.AddDate(0, 0, 1))
	if err := h.Access(ctx, firm, link, h.holder); !errors.Is(err, uploadlink.ErrExpired) {
		t.Errorf("at the expiry: %v, want ErrExpired", err)
	}
	h.ok(h.Extend(ctx, uploadlinkapp.Extend{By: alice, Link: link, ExpiresOn: march.AddDate(0, 0, 7), Zone: time.UTC}))
	h.ok(h.StartTransfer(ctx, uploadlinkapp.StartTransfer{By: h.by(), Link: link, Holder: h.holder, File: file, Name: "a.pdf", Size: 3}))
	if err := h.TransferRight(ctx, firm, link, file); err != nil {
		t.Errorf("a running transfer: %v", err)
	}
	h.ok(h.Revoke(ctx, uploadlinkapp.Revoke{By: alice, Link: link, Reason: "left", Unreleased: uploadlink.Discard}))
	if err := h.TransferRight(ctx, firm, link, file); !errors.Is(err, uploadlink.ErrRevoked) {
		t.Errorf("a transfer of a revoked link: %v, want ErrRevoked", err)
	}
	h.wants("issued", "resent", "expired", "extended", "transfer_started", "revoked", "transfer_abandoned")
	if got := h.store.Alarm(uploadlink.Stream(link)); !got.IsZero() {
		t.Errorf("the alarm stands at %s, want none", got)
	}
}

func TestRecordMail(t *testing.T) {
	h, ctx := open(t), t.Context()
	secret := uploadlink.Secret{Recipient: h.holder.Recipient, Generation: 1}
	for range 2 {
		h.ok(h.RecordMail(ctx, uploadlinkapp.MailOutcome{By: system, Link: link, Secret: secret, HandedOver: true}))
		h.ok(h.RecordMail(ctx, uploadlinkapp.MailOutcome{By: system, Link: link, Secret: secret, Delivered: true}))
		h.ok(h.RecordMail(ctx, uploadlinkapp.MailOutcome{By: system, Link: link, Secret: secret, Bounced: &uploadlinkapp.Bounce{Code: "550", Detail: "no"}}))
		h.ok(h.RecordMail(ctx, uploadlinkapp.MailOutcome{By: system, Link: link, Secret: secret, GaveUp: 9}))
		h.ok(h.RecordMail(ctx, uploadlinkapp.MailOutcome{By: system, Link: link, Secret: secret}))
	}
	h.wants("issued", "mail_handed_over", "mail_delivered", "mail_bounced", "mail_gave_up")
}

func TestAnotherFirmsLinkIsUnknown(t *testing.T) {
	h, ctx := open(t), t.Context()
	by := es.By{Firm: 2}
	h.refused(uploadlink.ErrNotFound)(h.Revoke(ctx, uploadlinkapp.Revoke{By: by, Link: link}))
	h.refused(uploadlink.ErrNotFound)(h.Resend(ctx, uploadlinkapp.Resend{By: by, Link: link}))
	h.refused(uploadlink.ErrNotFound)(h.Redeem(ctx, uploadlinkapp.Redeem{By: by, Link: link, Holder: h.holder}))
	if err := h.Access(ctx, 2, link, h.holder); !errors.Is(err, uploadlink.ErrNotFound) {
		t.Errorf("access from another firm: %v, want ErrNotFound", err)
	}
	if err := h.TransferRight(ctx, 2, link, file); !errors.Is(err, uploadlink.ErrNotFound) {
		t.Errorf("a transfer of another firm: %v, want ErrNotFound", err)
	}
	h.wants("issued")
}

func TestAPolicyThatCannotBeReadStopsTheCommand(t *testing.T) {
	h := open(t)
	by := h.by()
	by.Firm = 2
	if _, err := h.Receive(t.Context(), uploadlinkapp.Receive{By: by, Link: link, File: file}); err == nil || !strings.Contains(err.Error(), "policy of firm 2") {
		t.Errorf("answered %v, want what could not be read", err)
	}
}

// A command that is sent twice under one id tells its first effect, though the rules would refuse it now.
func TestACommandTwice(t *testing.T) {
	h := open(t)
	h.upload(file, "a.pdf")
	cmd := uploadlinkapp.SendNow{By: h.by(), Link: link, Holder: h.holder}
	cmd.By.Command, cmd.By.Fingerprint = uuid.UUID{15: 50}, [32]byte{1}
	first := h.ok(h.SendNow(t.Context(), cmd))
	h.ok(h.Revoke(t.Context(), uploadlinkapp.Revoke{By: alice, Link: link, Unreleased: uploadlink.Keep}))
	if again := h.ok(h.SendNow(t.Context(), cmd)); !again.Repeated || again.Position != first.Position {
		t.Errorf("the second time: %+v, want %+v as repeated", again, first)
	}
}
