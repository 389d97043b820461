package uploadlink_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

type (
	state    = uploadlink.Link
	ev       = uploadlink.Event
	scenario = eventtest.Scenario[state, ev]
	decision = func(state) ([]ev, error)
)

func given(t testing.TB, history ...ev) scenario { return eventtest.Given[state](t, history...) }

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

// Fixed ids and times. A link is issued at nine, things happen around noon, it expires at the end of 16 March in London.
var (
	link, alice, acme   = id(1), id(2), id(3)
	ida, ben            = id(10), id(11)
	fileA, fileB, fileC = id(20), id(21), id(22)
	batch1, batch2      = id(30), id(31)
	nine                = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	noon                = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	expiry              = time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC)
	holder              = uploadlink.Holder{Recipient: ida, Generation: 1}
	other               = uploadlink.Holder{Recipient: ben, Generation: 1}
	tenMinutes          = uploadlink.Policy{Window: 10 * time.Minute}
	digestA, digestB    = strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	issuedToIdaAndBen   = uploadlink.Issued{
		Client: acme, Subject: acme, Sender: alice, Message: event.Of(acme, "Please"), ExpiresAt: expiry, Zone: "Europe/London",
		Recipients: []uploadlink.Recipient{
			{ID: ida, Name: event.Of(ida, "Ida"), Email: event.Of(ida, "ida@example.org")},
			{ID: ben, Name: event.Of(ben, "Ben"), Email: event.Of(ben, "ben@example.org")},
		},
	}
)

func after(d time.Duration) time.Time { return noon.Add(d) }

// started, opened and got are the events of a file's arrival as ida sends it.
func started(file uuid.UUID, name string, at time.Time) ev {
	return uploadlink.TransferStarted{File: file, Recipient: ida, Name: event.Of(acme, name), Size: 100, At: at}
}

func opened(batch uuid.UUID, at time.Time) ev {
	return uploadlink.BatchOpened{Batch: batch, Recipient: ida, At: at}
}

func got(file, batch uuid.UUID, name string, at time.Time, change ...func(*uploadlink.FileReceived)) ev {
	e := uploadlink.FileReceived{
		File: file, Batch: batch, Recipient: ida, Name: event.Of(acme, name), SentAs: event.Of(acme, name), Size: 100, SHA256: digestA,
		Media: "application/pdf", StartedAt: noon, ReceivedAt: at, WindowMS: 600_000, Deadline: at.Add(10 * time.Minute),
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func sentAs(name string) func(*uploadlink.FileReceived) {
	return func(e *uploadlink.FileReceived) { e.SentAs = event.Of(acme, name) }
}

func digest(sum string) func(*uploadlink.FileReceived) {
	return func(e *uploadlink.FileReceived) { e.SHA256 = sum }
}

func releasedAt(batch uuid.UUID, at time.Time, files ...uuid.UUID) ev {
	return uploadlink.BatchReleased{Batch: batch, Files: files, Cause: uploadlink.WindowEnded, At: at}
}

func resentToIdaAt(at time.Time) ev {
	e := resentToIda
	e.At = at
	return e
}

// oneInWindow is a link with one file that arrived at noon.
func oneInWindow() []ev {
	return []ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon), opened(batch1, noon), got(fileA, batch1, "a.pdf", noon)}
}

func elapse(now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Elapse(now), nil }
}

func start(h uploadlink.Holder, file uuid.UUID, name string, size int64, now time.Time) decision {
	return func(l state) ([]ev, error) {
		return l.StartTransfer(h, uploadlink.Starting{File: file, Name: name, Size: size}, 0, now)
	}
}

func receive(file, batch uuid.UUID, now time.Time, change ...func(*uploadlink.Receipt, *uploadlink.Policy)) decision {
	r := uploadlink.Receipt{File: file, Batch: batch, Size: 100, SHA256: digestA, Media: "application/pdf"}
	p := tenMinutes
	for _, f := range change {
		f(&r, &p)
	}
	return func(l state) ([]ev, error) { return l.Receive(r, p, now) }
}

func content(sum string) func(*uploadlink.Receipt, *uploadlink.Policy) {
	return func(r *uploadlink.Receipt, _ *uploadlink.Policy) { r.SHA256 = sum }
}

func window(w time.Duration) func(*uploadlink.Receipt, *uploadlink.Policy) {
	return func(_ *uploadlink.Receipt, p *uploadlink.Policy) { p.Window = w }
}

func rename(h uploadlink.Holder, file uuid.UUID, name string, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Rename(h, file, name, now) }
}

func remove(h uploadlink.Holder, file uuid.UUID, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Delete(h, file, now) }
}

func sendNow(h uploadlink.Holder, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.SendNow(h, now) }
}

func abandon(file uuid.UUID, reason uploadlink.AbandonReason, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Abandon(file, reason, now) }
}

func resend(now time.Time, to ...uuid.UUID) decision {
	return func(l state) ([]ev, error) { return l.Resend(to, now) }
}

func extend(to, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Extend(to, "Europe/London", now) }
}

func revoke(unreleased uploadlink.Unreleased, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Revoke("left the firm", unreleased, now) }
}

func redeem(h uploadlink.Holder, now time.Time) decision {
	return func(l state) ([]ev, error) {
		return l.Redeem(h, uploadlink.Visitor{Device: "Firefox", Address: "192.0.2.1"}, now)
	}
}

var (
	resentToIda   = uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: 2}}, At: noon}
	revokedAtNoon = uploadlink.Revoked{Reason: event.Of(acme, "left the firm"), Unreleased: uploadlink.Keep, At: noon}
)
