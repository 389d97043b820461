package uploadlink

import (
	"fmt"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// The kinds of effects that links ask for. Their words are stored.
const (
	MailUploadLink  = "mail.upload_link"  // to a recipient, with their secret; Args: Recipient, Generation
	MailBatchNotice = "mail.batch_notice" // to the practice, naming all files of a batch (S1.i8); Args: Batch
)

// Effects are the acts that one event asks for: a mail to each recipient of a new secret, and one notice a batch.
// It is pure: the same event asks for the same effects under the same keys.
func Effects(r event.Recorded) []es.Effect {
	e, ok := r.Event.(uploadlink.Event)
	if !ok {
		return nil
	}
	var effects []es.Effect
	switch e := e.(type) {
	case uploadlink.Issued:
		for _, to := range e.Recipients {
			effects = append(effects, linkMail(r, to.ID, 1))
		}
	case uploadlink.Resent:
		for _, s := range e.Secrets {
			effects = append(effects, linkMail(r, s.Recipient, s.Generation))
		}
	case uploadlink.BatchReleased:
		effects = append(effects, es.Effect{
			Kind: MailBatchNotice, Key: fmt.Sprintf("%s/%s", MailBatchNotice, e.Batch),
			Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Batch: e.Batch},
		})
	case uploadlink.Extended, uploadlink.Revoked, uploadlink.Expired, uploadlink.MailHandedOver, uploadlink.MailBounced,
		uploadlink.MailGaveUp, uploadlink.Redeemed, uploadlink.TransferStarted, uploadlink.TransferAbandoned,
		uploadlink.BatchOpened, uploadlink.FileReceived, uploadlink.FileRenamed, uploadlink.FileDeleted, uploadlink.BatchCancelled:
	}
	return effects
}

func linkMail(r event.Recorded, recipient uuid.UUID, generation int) es.Effect {
	return es.Effect{
		Kind: MailUploadLink, Key: fmt.Sprintf("%s/%s/%s/%d", MailUploadLink, r.Stream.ID, recipient, generation),
		Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Recipient: recipient, Generation: generation},
	}
}
