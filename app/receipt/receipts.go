// Package receipt makes the proofs of what was sent, from the histories of upload links.
package receipt

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/receipt"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// What can be wrong with a wish for a receipt.
var (
	ErrNotFound = fault.New(fault.NotFound, "receipt.not_found",
		"There is no such receipt. Go back to the list of files and choose one there.")
	ErrNotReleased = fault.New(fault.Conflict, "receipt.not_released",
		"These files have not been sent yet: they can still be changed. Their receipt is there as soon as that time is over.")
	ErrErased = fault.New(fault.Gone, "receipt.erased",
		"The names in this receipt have been erased, so it can't be made again. One that was kept before is still genuine.")
)

// Receipts makes receipts. Practice is how a practice called itself at some moment: a receipt says the same whenever it is
// made again.
type Receipts struct {
	Events   es.Store
	Keys     Ring
	Practice func(ctx context.Context, firm int32, at time.Time) (receipt.Practice, error)
}

// Of is the receipt of one batch of a link. recipient is whose files they have to be; zero: anybody's, for the practice.
// It reads the history, so it is as fresh as a command. A proof is signed for a release that is recorded and never for one
// that the clock promises: what was decided within the window may still be on its way into the history.
//
// It returns ErrNotFound for what is unknown, another firm's, another recipient's or was cancelled, ErrNotReleased,
// ErrErased, ErrNoKey.
func (r Receipts) Of(ctx context.Context, firm int32, link, batch, recipient uuid.UUID) (receipt.Document, error) {
	h, version, now, err := es.State[history, uploadlink.Event](ctx, r.Events, firm, uploadlink.Stream(link))
	if err != nil {
		return receipt.Document{}, err
	}
	if version == 0 {
		return receipt.Document{}, ErrNotFound
	}
	b := h.batches[batch]
	switch {
	case b == nil, b.cancelled, recipient != uuid.Nil && b.recipient != recipient:
		return receipt.Document{}, ErrNotFound
	case b.releasedAt.IsZero() && now.Before(b.deadline):
		return receipt.Document{}, ErrNotReleased
	case b.releasedAt.IsZero():
		return receipt.Document{}, ErrNotReleased.Withf("The time for changes is over and these files are being handed over. " +
			"Their receipt is there as soon as that is done. Reload the page in a moment.")
	case b.erased():
		return receipt.Document{}, ErrErased
	}
	practice, err := r.Practice(ctx, firm, b.releasedAt)
	if err != nil {
		return receipt.Document{}, fmt.Errorf("read practice %d: %w", firm, err)
	}
	return r.Keys.Sign(b.receipt(link, batch, practice))
}

// history is a link's state as receipts need it: each batch keeps what was known when it was released.
type history struct {
	names   map[uuid.UUID]event.Personal           // of the recipients
	files   map[uuid.UUID]*uploadlink.FileReceived // their Name follows renames
	batches map[uuid.UUID]*batch
}

type batch struct {
	recipient  uuid.UUID
	cancelled  bool
	deadline   time.Time
	releasedAt time.Time // zero: not yet
	cause      uploadlink.ReleaseCause
	name       event.Personal // the recipient's
	files      []uploadlink.FileReceived
}

// Apply assigns what e says. Like the link's own state it reuses its receiver's memory.
func (h history) Apply(e uploadlink.Event) history {
	switch e := event.Event(e).(type) { // most events say nothing to a receipt
	case uploadlink.Issued:
		h.names, h.files, h.batches = map[uuid.UUID]event.Personal{}, map[uuid.UUID]*uploadlink.FileReceived{}, map[uuid.UUID]*batch{}
		for _, r := range e.Recipients {
			h.names[r.ID] = r.Name
		}
	case uploadlink.AddressCorrected:
		h.names[e.Recipient] = e.Name
	case uploadlink.BatchOpened:
		h.batches[e.Batch] = &batch{recipient: e.Recipient}
	case uploadlink.FileReceived:
		h.files[e.File] = &e
		if b := h.batches[e.Batch]; b != nil {
			b.deadline = e.Deadline
		}
	case uploadlink.FileRenamed:
		if f := h.files[e.File]; f != nil {
			f.Name = e.Name
		}
	case uploadlink.BatchReleased:
		h.release(e)
	case uploadlink.BatchCancelled:
		if b := h.batches[e.Batch]; b != nil {
			b.cancelled = true
		}
	}
	return h
}

func (h history) release(e uploadlink.BatchReleased) {
	b := h.batches[e.Batch]
	if b == nil {
		return
	}
	b.releasedAt, b.cause, b.name = e.At, e.Cause, h.names[b.recipient]
	for _, id := range e.Files {
		if f := h.files[id]; f != nil {
			b.files = append(b.files, *f)
		}
	}
}

func (b *batch) erased() bool {
	return b.name.Erased || slices.ContainsFunc(b.files, func(f uploadlink.FileReceived) bool { return f.Name.Erased || f.SentAs.Erased })
}

func (b *batch) receipt(link, id uuid.UUID, practice receipt.Practice) receipt.Receipt {
	r := receipt.Receipt{
		Version: receipt.Version, Practice: practice, Link: link, Batch: id, Recipient: receipt.Recipient{ID: b.recipient, Name: b.name.Text},
		ReleasedAt: receipt.Time(b.releasedAt), Cause: string(b.cause), Files: []receipt.File{},
	}
	for _, f := range b.files {
		r.Files = append(r.Files, receipt.File{
			ID: f.File, Name: f.Name.Text, SentAs: f.SentAs.Text, Size: f.Size, SHA256: f.SHA256, Media: f.Media,
			StartedAt: receipt.Time(f.StartedAt), ReceivedAt: receipt.Time(f.ReceivedAt), Late: f.Late,
		})
	}
	return r
}
