package receipt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portico/app/es/estest"
	"portico/domain/event"
	"portico/domain/receipt"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var (
	noon     = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	deadline = noon.Add(10 * time.Minute)
	link     = uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: 1}
	acme     = uuid.UUID{15: 3}
	ida      = uuid.UUID{15: 4}
	bob      = uuid.UUID{15: 5}
	batchA   = uuid.UUID{15: 10}
	batchB   = uuid.UUID{15: 11}
	fileA    = uuid.UUID{15: 20}
	fileB    = uuid.UUID{15: 21}
	fileC    = uuid.UUID{15: 22}
	digest   = strings.Repeat("a1", 32)
)

func ringOf(t *testing.T, text string) Ring {
	t.Helper()
	r, err := ParseRing(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seed(n byte) [32]byte { return [32]byte(bytes.Repeat([]byte{n}, 32)) }

// house is receipts over a store in memory, in which Ida and Bob have a link.
type house struct {
	Receipts
	*testing.T
	store *estest.Memory
}

func open(t *testing.T) house {
	store := estest.NewMemory(deadline)
	h := house{T: t, store: store, Receipts: Receipts{
		Events: store, Keys: ringOf(t, FormatKey(seed(1))),
		Practice: func(_ context.Context, firm int32, _ time.Time) (receipt.Practice, error) {
			return receipt.Practice{Name: fmt.Sprintf("Practice %d", firm), Email: "office@example.org"}, nil
		},
	}}
	h.given(uploadlink.Issued{Client: acme, Subject: acme, ExpiresAt: noon.Add(time.Hour), Zone: "UTC", Recipients: []uploadlink.Recipient{
		{ID: ida, Name: event.Of(ida, "Ida"), Email: event.Of(ida, "ida@example.org")}, {ID: bob, Name: event.Of(bob, "Bob"), Email: event.Of(bob, "bob@example.org")},
	}})
	return h
}

func (h house) given(events ...event.Event) { h.store.Given(1, uploadlink.Stream(link), events...) }

// arrived is a file of Ida in a batch whose time is over at deadline.
func (h house) arrived(file, batch uuid.UUID, name string) {
	h.given(
		uploadlink.TransferStarted{File: file, Recipient: ida, Name: event.Of(acme, name), Size: 1000, At: noon.Add(-time.Minute)},
		uploadlink.FileReceived{
			File: file, Batch: batch, Recipient: ida, Name: event.Of(acme, name), SentAs: event.Of(acme, name), Size: 1000, SHA256: digest, Media: "application/pdf",
			StartedAt: noon.Add(-time.Minute), ReceivedAt: noon, WindowMS: 600_000, Deadline: deadline,
		})
}

func (h house) opened(batch uuid.UUID) {
	h.given(uploadlink.BatchOpened{Batch: batch, Recipient: ida, At: noon})
}

func (h house) released(batch uuid.UUID, files ...uuid.UUID) {
	h.given(uploadlink.BatchReleased{Batch: batch, Files: files, Cause: uploadlink.WindowEnded, At: deadline})
}

func (h house) of(batch, recipient uuid.UUID) receipt.Document {
	h.Helper()
	d, err := h.Of(h.Context(), 1, link, batch, recipient)
	if err != nil {
		h.Fatal(err)
	}
	return d
}

func (h house) refused(batch, recipient uuid.UUID, want error) {
	h.Helper()
	if d, err := h.Of(h.Context(), 1, link, batch, recipient); !errors.Is(err, want) {
		h.Errorf("answered %+v, %v; want %v", d, err, want)
	}
}

// Rule 1, S1.i14: from the release on there is one receipt, and whatever happens later leaves it as it is.
func TestOneReceiptForEver(t *testing.T) {
	h := open(t)
	h.store.SetNow(deadline.Add(-time.Millisecond))
	h.opened(batchA)
	h.arrived(fileA, batchA, "scan1.pdf")
	h.refused(batchA, ida, ErrNotReleased)
	h.given(uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, "Lease.pdf"), At: noon})
	h.refused(batchA, ida, ErrNotReleased)

	h.store.SetNow(deadline) // what was decided before may still come in
	h.refused(batchA, ida, ErrNotReleased)
	if _, err := h.Of(t.Context(), 1, link, batchA, ida); !strings.Contains(err.Error(), "being handed over") {
		t.Errorf("between deadline and release it says: %v", err)
	}
	h.released(batchA, fileA)
	d := h.of(batchA, ida)
	want := receipt.Receipt{
		Version: 1, Practice: receipt.Practice{Name: "Practice 1", Email: "office@example.org"}, Link: link, Batch: batchA, Recipient: receipt.Recipient{ID: ida, Name: "Ida"},
		ReleasedAt: receipt.Time(deadline), Cause: "window_ended", Files: []receipt.File{{
			ID: fileA, Name: "Lease.pdf", SentAs: "scan1.pdf", Size: 1000, SHA256: digest, Media: "application/pdf",
			StartedAt: receipt.Time(noon.Add(-time.Minute)), ReceivedAt: receipt.Time(noon),
		}},
	}
	if fmt.Sprintf("%+v", d.Receipt) != fmt.Sprintf("%+v", want) {
		t.Errorf("the receipt is\n%+v, want\n%+v", d.Receipt, want)
	}
	first, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if f := receipt.Check(first, h.Keys.Public()); f.Answer != receipt.Genuine {
		t.Errorf("a fresh receipt is %s", f.Answer)
	}
	for _, later := range []event.Event{
		uploadlink.BatchOpened{Batch: batchB, Recipient: ida, At: deadline},
		uploadlink.WithdrawalRequested{File: fileA, Reason: event.Of(acme, "the wrong lease"), At: deadline},
		uploadlink.WithdrawalAccepted{File: fileA, At: deadline}, // rule 2: it was sent
		uploadlink.Expired{At: noon.Add(time.Hour)},
		uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon.Add(2 * time.Hour)},
	} {
		h.given(later)
		h.store.SetNow(noon.Add(100 * time.Hour))
		again, err := h.of(batchA, uuid.Nil).Bytes()
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("after %s it has changed: %s, %v", later.EventType(), again, err)
		}
	}
}

// Rule 2: what was deleted before the release isn't in it; a batch without files has none.
func TestDeletedFilesAreNotInIt(t *testing.T) {
	h := open(t)
	h.opened(batchA)
	h.arrived(fileA, batchA, "a.pdf")
	h.arrived(fileB, batchA, "b.pdf")
	h.given(uploadlink.FileDeleted{File: fileA, Batch: batchA, Reason: uploadlink.ByUploader, At: noon})
	h.released(batchA, fileB)
	h.opened(batchB)
	h.arrived(fileC, batchB, "c.pdf")
	h.given(uploadlink.FileDeleted{File: fileC, Batch: batchB, Reason: uploadlink.ByUploader, At: noon}, uploadlink.BatchCancelled{Batch: batchB, At: noon})
	if files := h.of(batchA, ida).Receipt.Files; len(files) != 1 || files[0].ID != fileB {
		t.Errorf("in the receipt: %+v", files)
	}
	h.refused(batchB, ida, ErrNotFound)
}

// Rule 3, S1.i14: it is there for its recipient and the practice, and for nobody else.
func TestOnlyForWhoSentAndWhoGot(t *testing.T) {
	h := open(t)
	h.opened(batchA)
	h.arrived(fileA, batchA, "a.pdf")
	h.released(batchA, fileA)
	h.refused(batchA, bob, ErrNotFound)
	h.refused(batchB, ida, ErrNotFound)
	if _, err := h.Of(t.Context(), 2, link, batchA, uuid.Nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("another practice: %v", err)
	}
	if _, err := h.Of(t.Context(), 1, batchA, batchA, uuid.Nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such link: %v", err)
	}
	raw, err := h.of(batchA, ida).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Bob", "bob@", acme.String(), "ida@example.org"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the receipt tells %q", secret)
		}
	}
}

// Rule 1: a name that is corrected later is not that of an earlier receipt.
func TestTheNameIsTheOneOfTheRelease(t *testing.T) {
	h := open(t)
	h.opened(batchA)
	h.arrived(fileA, batchA, "a.pdf")
	correct := func(name string) {
		h.given(uploadlink.AddressCorrected{Recipient: ida, Name: event.Of(ida, name), Email: event.Of(ida, "ida@example.net"), Generation: 2, At: noon})
	}
	correct("Ida Iversen")
	h.released(batchA, fileA)
	correct("Inga")
	if name := h.of(batchA, ida).Receipt.Recipient.Name; name != "Ida Iversen" {
		t.Errorf("the receipt names %q", name)
	}
}

func TestErasedNamesMakeNoReceipt(t *testing.T) {
	for name, erase := range map[string]func(*uploadlink.FileReceived){
		"the file's name": func(f *uploadlink.FileReceived) { f.Name = event.Personal{Subject: acme, Erased: true} },
		"the sent name":   func(f *uploadlink.FileReceived) { f.SentAs = event.Personal{Subject: acme, Erased: true} },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.opened(batchA)
			f := uploadlink.FileReceived{File: fileA, Batch: batchA, Recipient: ida, Size: 1, SHA256: digest, StartedAt: noon, ReceivedAt: noon, Deadline: deadline}
			erase(&f)
			h.given(uploadlink.TransferStarted{File: fileA, Recipient: ida, Size: 1, At: noon}, f)
			h.released(batchA, fileA)
			h.refused(batchA, ida, ErrErased)
		})
	}
}

// Rotation: the newer key signs, what the older one signed stays genuine, also when only its public half is left.
func TestRotation(t *testing.T) {
	h := open(t)
	h.opened(batchA)
	h.arrived(fileA, batchA, "a.pdf")
	h.released(batchA, fileA)
	old, err := h.of(batchA, ida).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	retired := FormatPublic(h.Keys.Public()[0])
	for _, older := range []string{FormatKey(seed(1)), retired} {
		h.Keys = ringOf(t, FormatKey(seed(2))+","+older)
		newer, err := h.of(batchA, ida).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		for name, raw := range map[string][]byte{"older": old, "newer": newer} {
			if f := receipt.Check(raw, h.Keys.Public()); f.Answer != receipt.Genuine {
				t.Errorf("the %s receipt is %s", name, f.Answer)
			}
		}
		if bytes.Equal(old, newer) {
			t.Error("the newer key does not sign")
		}
	}
	if f := receipt.Check(old, ringOf(t, FormatKey(seed(2))).Public()); f.Answer != receipt.UnknownKey {
		t.Errorf("under a key that was taken away a receipt is %s", f.Answer)
	}
	h.Keys = Ring{}
	h.refused(batchA, ida, ErrNoKey)
}

func TestRingsThatAreNone(t *testing.T) {
	one, two := FormatKey(seed(1)), FormatKey(seed(2))
	secret := strings.SplitN(one, ":", 2)[1]
	for name, text := range map[string]string{
		"nothing": "", "no id": secret, "an empty id": ":" + secret, "a strange id": "a b:" + secret, "no base64": "a:xyz", "a short seed": "a:AAAA", "a comma too many": one + ",",
		"the same id twice": "a:" + secret + ",a:" + strings.SplitN(two, ":", 2)[1], "the same key twice": "a:" + secret + ",b:" + secret,
		"the public half of the same key": one + "," + strings.Replace(FormatPublic(ringOf(t, one).Public()[0]), ":", "x:", 1),
		"public only in front":            FormatPublic(ringOf(t, one).Public()[0]) + "," + two,
	} {
		r, err := ParseRing(text)
		if err == nil {
			t.Errorf("%s: read %v", name, r)
		} else if strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
}

// T38: a ring that is printed or logged by mistake shows no key.
func TestRingHides(t *testing.T) {
	r := ringOf(t, FormatKey(seed(7)))
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %+v %#v %s\n", r, r, r, r)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "keys", r)
	for _, secret := range []string{strings.SplitN(FormatKey(seed(7)), ":", 2)[1], "7, 7, 7", "7 7 7", "070707"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("it shows:\n%s", out.String())
		}
	}
}
