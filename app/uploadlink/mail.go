package uploadlink

import (
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// The kinds of effects that links ask for. Their words are stored.
const (
	MailUploadLink     = "mail.upload_link"      // to a recipient, with their secret; Args: Recipient, Generation
	MailBatchNotice    = "mail.batch_notice"     // to the practice, naming all files of a batch (S1.i8); Args: Batch
	MailInfected       = "mail.infected"         // to the practice's own address: a virus was found (U8); Args: File
	MailNotSent        = "mail.not_sent"         // to who sent it, about the same; Args: File
	MailHeld           = "mail.held"             // to the practice's own address: a file could not be scanned and waits; Args: File
	MailNewLinkRequest = "mail.new_link_request" // to the practice, for who asks for a new link (S1.i21); Args: Recipient

	MailWithdrawalRequest = "mail.withdrawal_request" // to the practice: files are asked back (U5); Args: Since
	MailWithdrawalAnswer  = "mail.withdrawal_answer"  // to the person who asked; Args: Version, File
)

// Effects are the mails that one event asks for: one to each recipient of a new secret, one notice a batch, two about an
// infected file, one for each request for a new link, one about the files that are asked back within one minute, and
// the answer to each.
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
			mail := linkMail(r, to.ID, 1)
			mail.Client = e.Client
			effects = append(effects, mail)
		}
	case uploadlink.Resent:
		for _, s := range e.Secrets {
			effects = append(effects, linkMail(r, s.Recipient, s.Generation))
		}
	case uploadlink.AddressCorrected:
		effects = append(effects, linkMail(r, e.Recipient, e.Generation))
	case uploadlink.NewLinkRequested:
		effects = append(effects, es.Effect{
			Kind: MailNewLinkRequest, Key: fmt.Sprintf("%s/%s/%d", MailNewLinkRequest, r.Stream.ID, r.Version),
			Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Recipient: e.Recipient}, Person: e.Recipient,
		})
	case uploadlink.BatchReleased:
		effects = append(effects, es.Effect{
			Kind: MailBatchNotice, Key: fmt.Sprintf("%s/%s", MailBatchNotice, e.Batch),
			Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Batch: e.Batch},
		})
	case uploadlink.FileScanned:
		if e.Verdict == uploadlink.Infected {
			effects = append(effects, fileEffect(r, MailInfected, e.File), fileEffect(r, MailNotSent, e.File))
		}
		if e.Held {
			effects = append(effects, fileEffect(r, MailHeld, e.File))
		}
	case uploadlink.WithdrawalRequested:
		effects = append(effects, requestMail(r, e.At))
	case uploadlink.WithdrawalAccepted:
		effects = append(effects, answerMail(r, e.File))
	case uploadlink.WithdrawalRefused:
		effects = append(effects, answerMail(r, e.File))
	case uploadlink.Extended, uploadlink.Revoked, uploadlink.Expired, uploadlink.MailHandedOver, uploadlink.MailDelivered, uploadlink.MailBounced,
		uploadlink.MailGaveUp, uploadlink.Redeemed, uploadlink.NewLinkRequestDismissed, uploadlink.Copied, uploadlink.TransferStarted, uploadlink.TransferAbandoned,
		uploadlink.BatchOpened, uploadlink.FileReceived, uploadlink.FileRenamed, uploadlink.FileDeleted, uploadlink.BatchCancelled,
		uploadlink.ScanAwaited, uploadlink.BatchSealed, uploadlink.QuarantineEmptied:
	}
	return effects
}

func linkMail(r event.Recorded, recipient uuid.UUID, generation int) es.Effect {
	return es.Effect{
		Kind: MailUploadLink, Key: fmt.Sprintf("%s/%s/%s/%d", MailUploadLink, r.Stream.ID, recipient, generation),
		Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Recipient: recipient, Generation: generation}, Person: recipient,
	}
}

func fileEffect(r event.Recorded, kind string, file uuid.UUID) es.Effect {
	return es.Effect{Kind: kind, Key: fmt.Sprintf("%s/%s", kind, file), Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{File: file}}
}

// The times of a mail about files that are asked back: it collects what is asked within a minute by the clock, and
// waits some more for what was decided in that minute and is written after it, as long as a statement may take.
const (
	withdrawalMinute = time.Minute
	withdrawalSlack  = 30 * time.Second
)

// requestMail is about all requests of one link in one minute, one mail for each person who asks: the first asks for it and the others find it there, still
// waiting, so forty files that are asked back are one mail or two. Each is in the mail of its own minute.
func requestMail(r event.Recorded, at time.Time) es.Effect {
	since := at.UTC().Truncate(withdrawalMinute)
	return es.Effect{
		Kind: MailWithdrawalRequest, Key: fmt.Sprintf("%s/%s/%d", MailWithdrawalRequest, r.Stream.ID, since.Unix()),
		Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Since: since},
		NotBefore: since.Add(withdrawalMinute + withdrawalSlack),
	}
}

// answerMail is about one answer, named by its place in the stream: a file may be asked back twice.
func answerMail(r event.Recorded, file uuid.UUID) es.Effect {
	return es.Effect{
		Kind: MailWithdrawalAnswer, Key: fmt.Sprintf("%s/%s/%d", MailWithdrawalAnswer, r.Stream.ID, r.Version),
		Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Version: r.Version, File: file},
	}
}
