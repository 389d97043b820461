package api

import (
	"context"
	"time"

	receiptapp "portico/app/receipt"
	"portico/domain/receipt"

	"github.com/google/uuid"
)

// ReceiptDocument is the proof of one released batch, the same that its sender has.
type ReceiptDocument struct {
	Receipt   Receipt          `json:"receipt"`
	Signature ReceiptSignature `json:"signature" doc:"Ed25519 over the line \"portico receipt v1\" and the receipt in the canonical form of RFC 8785; the keys are at /.well-known/portico-keys.json"`
}

// Receipt is what the practice vouches for.
type Receipt struct {
	Version    int              `json:"version" doc:"1"`
	Practice   ReceiptPractice  `json:"practice"`
	Link       ID               `json:"link"`
	Batch      ID               `json:"batch"`
	Recipient  ReceiptRecipient `json:"recipient" doc:"Whose link it was"`
	ReleasedAt Time             `json:"released_at"`
	Cause      string           `json:"cause" doc:"window_ended, sent_now or no_window"`
	Files      []ReceiptFile    `json:"files" nullable:"false"`
}

// ReceiptPractice is who got the files.
type ReceiptPractice struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// ReceiptRecipient is who sent them.
type ReceiptRecipient struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// ReceiptFile is one file that was handed over.
type ReceiptFile struct {
	ID         ID     `json:"id"`
	Name       string `json:"name"`
	SentAs     string `json:"sent_as" doc:"The name it was sent under"`
	Size       int64  `json:"size" doc:"Bytes"`
	SHA256     string `json:"sha256" doc:"64 hex digits"`
	Media      string `json:"media" doc:"Found by content"`
	StartedAt  Time   `json:"started_at"`
	ReceivedAt Time   `json:"received_at"`
	Late       bool   `json:"late" doc:"It arrived after the link's expiry and was started before"`
}

// ReceiptSignature tells who vouches for it.
type ReceiptSignature struct {
	Algorithm string `json:"algorithm" doc:"Ed25519"`
	Key       string `json:"key" doc:"The id of the key"`
	Value     string `json:"value" doc:"base64url without padding"`
}

type getReceipt struct {
	ByID
	Batch string `path:"batch" doc:"UUID"`
}

func (s *Server) getReceipt(ctx context.Context, in *getReceipt) (*body[ReceiptDocument], error) {
	link, err := in.parse(receiptapp.ErrNotFound)
	if err != nil {
		return nil, err
	}
	batch, err := ByID{ID: in.Batch}.parse(receiptapp.ErrNotFound)
	if err != nil {
		return nil, err
	}
	doc, err := s.Receipts.Of(ctx, from(ctx).Firm, link, batch, uuid.Nil)
	if err != nil {
		return nil, err
	}
	return &body[ReceiptDocument]{Body: showReceipt(doc)}, nil
}

func showReceipt(d receipt.Document) ReceiptDocument {
	r := d.Receipt
	out := ReceiptDocument{
		Receipt: Receipt{
			Version: r.Version, Practice: ReceiptPractice(r.Practice), Link: ID(r.Link), Batch: ID(r.Batch),
			Recipient:  ReceiptRecipient{ID: ID(r.Recipient.ID), Name: r.Recipient.Name},
			ReleasedAt: Time(time.Time(r.ReleasedAt)), Cause: r.Cause, Files: []ReceiptFile{},
		},
		Signature: ReceiptSignature(d.Signature),
	}
	for _, f := range r.Files {
		out.Receipt.Files = append(out.Receipt.Files, ReceiptFile{
			ID: ID(f.ID), Name: f.Name, SentAs: f.SentAs, Size: f.Size, SHA256: f.SHA256, Media: f.Media,
			StartedAt: Time(time.Time(f.StartedAt)), ReceivedAt: Time(time.Time(f.ReceivedAt)), Late: f.Late,
		})
	}
	return out
}
