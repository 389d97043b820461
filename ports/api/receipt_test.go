package api

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	receiptapp "portico/app/receipt"
	"portico/domain/event"
	"portico/domain/receipt"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// receipts signs with a key that tests know.
func receipts(t *testing.T, store es.Store) receiptapp.Receipts {
	t.Helper()
	ring, err := receiptapp.ParseRing(receiptapp.FormatKey([32]byte(bytes.Repeat([]byte{1}, 32))))
	if err != nil {
		t.Fatal(err)
	}
	return receiptapp.Receipts{Events: store, Keys: ring, Practice: func(context.Context, int32, time.Time) (receipt.Practice, error) {
		return receipt.Practice{Name: "Harbour & Vale", Email: "office@example.org"}, nil
	}}
}

// What programs get can be checked like the file that people keep, and is one practice's own.
func TestReceipt(t *testing.T) {
	h := newHouse(t)
	link, batch, person := uuid.New(), uuid.New(), uuid.New()
	given := func(events ...event.Event) { h.store.Given(1, uploadlink.Stream(link), events...) }
	given(
		uploadlink.Issued{Subject: link, ExpiresAt: noon.Add(time.Hour), Zone: "UTC", Recipients: []uploadlink.Recipient{{ID: person, Name: event.Of(person, "Ida <&> Sons")}}},
		uploadlink.TransferStarted{File: fileA, Recipient: person, Name: event.Of(link, "a.pdf"), Size: 5_368_002_597, At: noon},
		uploadlink.BatchOpened{Batch: batch, Recipient: person, At: noon},
		uploadlink.FileReceived{
			File: fileA, Batch: batch, Recipient: person, Name: event.Of(link, "a.pdf"), SentAs: event.Of(link, "a.pdf"), Size: 5_368_002_597, SHA256: strings.Repeat("ab", 32),
			Media: "application/pdf", StartedAt: noon, ReceivedAt: noon, Deadline: noon.Add(time.Minute),
		})
	path := base + "/upload-links/" + link.String() + "/receipts/"
	h.call(maryToken, "GET", path+batch.String(), "").is(409, "receipt.not_released")
	given(uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{fileA}, Cause: uploadlink.WindowEnded, At: noon.Add(time.Minute)})
	a := h.call(maryToken, "GET", path+batch.String(), "")
	if f := receipt.Check(a.body, receipts(t, h.store).Keys.Public()); a.status != 200 || f.Answer != receipt.Genuine || f.Receipt.Recipient.Name != "Ida <&> Sons" {
		t.Errorf("%d %s: %+v", a.status, a.body, f)
	}
	h.call(pietToken, "GET", path+batch.String(), "").is(404, "receipt.not_found")
	h.call(maryToken, "GET", path+uuid.NewString(), "").is(404, "receipt.not_found")
	h.call(maryToken, "GET", path+"x", "").is(404, "receipt.not_found")
	h.call(maryToken, "GET", base+"/upload-links/x/receipts/"+batch.String(), "").is(404, "receipt.not_found")
}
