// Package uploadlink decides who may upload through a mailed link, and what becomes of the files.
//
//  1. A link is issued once, to 1 to 20 people with different addresses; each gets a secret of their own (S1.4, S1.i20).
//     What one of them sends is never shown, named or hinted at to another (S1.3, S1.i14).
//  2. It works before its expiry, not at it. The expiry is an instant: the end of a day in the practice's zone, in the
//     future and at most a year away (S1.10, S1.11, L5).
//  3. Sending again gives a new secret and kills the older one at once; a link that is over is not sent again.
//     Extending moves the expiry forward and keeps the secrets; it also reopens an expired link (S1.12, S1.i17, L2).
//  4. Looking at a link is no event; pressing its button is. It may be pressed as often as wanted, but not every press
//     is recorded: rule 16 (S1.24, S1.i19, L1).
//  5. A transfer starts before the expiry and then has a right of its own: neither the expiry nor a new secret stops
//     it, 72 hours from its start do. The practice sees that it came late. A file that comes whole starts when it is
//     admitted, though the link hears of it at its end (L4, S1.i15).
//  6. A file has an accepted extension and 1 byte to MaxFileSize, or to the practice's lower limit (S1.5 to S1.8, S1.i9 to S1.i11).
//  7. A completed file joins the newest open batch of its recipient, or opens one. A batch takes files until 60 minutes
//     after it opened, and only files under one policy; later ones open the next batch, so several may be open (U1, S1.i5).
//  8. Every file moves its batch's deadline to the file's arrival plus the window, never back: each file has its full
//     window, and the last deadline is at most 60 minutes plus the window after the batch opened (S1.17 to S1.19, U1).
//  9. From the deadline on nothing of the batch changes: it is released, once and for good (S1.22, S1.23, S1.i4, S1.i6).
//     With a window of 0 that is at once. A file in an open batch keeps its minutes when the link expires (S1.i16).
//  10. What time alone has caused is decided before anything else, at its own instant, however late the alarm (U6, U7).
//  11. Inside the window the recipient may rename, delete and send now. Deleting all files cancels the batch; sending
//     now releases all open batches of the recipient (S1.17, S1.18, S1.i7, U3, U4).
//  12. A name is kept as it was sent in the history. It is shown without path, control and bidi characters, in NFC, in at
//     most 255 bytes; a name that the recipient already has gets " (2)" before its extension (S1.i12, S1.i13, T15).
//  13. Renaming keeps the extension and refuses what rule 12 would remove; a taken name gets the suffix as well (S1.i13).
//  14. Revoking ends secrets and transfers at once. Files in their window are kept until released, or discarded, as the
//     practice says; what it has already seen stays (L3, S1.i18).
//  15. Each mail's fate is recorded once per secret: handed over, delivered, bounced, given up (S1.i24, T13).
//  16. The history stays readable: a link takes at most 10,000 transfers, 200 of a recipient at a time, and a file at
//     most 100 renames. Pressing the button again within an hour with the same secret in the same browser is no event,
//     nor is it after 20 in an hour with the same secret, in whatever browsers.
//  17. Where a scanner is configured every file awaits its verdict. A window that ends before the last verdict of its
//     batch seals the batch: nothing of it changes any more, and the last verdict releases it (U8).
//  18. An infected file is never released and no longer anybody's to change. Its bytes are destroyed 30 days after the
//     verdict, or earlier by the operator. A batch in which nothing else is left is cancelled (U8).
//  19. A file that could not be scanned is never called clean. It goes on with that mark, or is held until it is scanned
//     after all or the operator lets it go, as the operator has chosen (U8).
//  20. Whoever holds a secret that works no more may ask for a new one, once a day. The request stands until a later
//     day, a new secret or the practice's no answers it (S1.i21, L6).
//  21. The practice may take a recipient's link to hand it on, which is recorded (L8), and may correct the address of a
//     recipient who has sent nothing: the earlier secrets are dead and tell nothing of the new address (I6).
//  22. A released file can be asked back by its recipient, also when the link has expired: once until the practice has
//     answered, and once more after a refusal. Accepting destroys the bytes; name, size and digest stay in the history,
//     and the name is free again. A refusal has a reason, which the recipient reads (U5).
package uploadlink

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Link is the state of one link. The zero value has not been issued.
//
// Apply reuses its receiver's memory, as append does: go on with what it returns. Decisions never change their receiver.
type Link struct {
	subject    uuid.UUID // zero: not issued
	recipients []recipient
	expiresAt  time.Time
	expired    bool
	revoked    bool
	files      []file  // every transfer ever started, oldest first
	batches    []batch // the open ones, oldest first
}

type recipient struct {
	id      uuid.UUID
	email   string      // empty where it was erased
	name    string      // likewise
	fates   []fate      // of the mails, by generation-1; its length is the newest generation
	ends    []time.Time // of the earlier secrets, likewise: when the next one replaced each
	since   int         // the first generation that went to email; those before it went to a wrong address
	askedAt time.Time   // for a new link, since the last answer
	asking  bool        // and the practice has not answered yet
	visits  []visit     // with the newest secret, the last of each browser, oldest first; the newest maxVisits
}

// visit is one press of the first page's button.
type visit struct {
	device uuid.UUID // zero: not known, which counts as one browser
	at     time.Time
}

// fate is what is known of one mail, as bits.
type fate uint8

const (
	handedOver fate = 1 << iota
	bounced
	gaveUp
	mailDelivered
)

type file struct {
	id        uuid.UUID
	recipient uuid.UUID
	batch     uuid.UUID // zero while receiving
	name      string    // as shown; as sent while receiving
	size      int64
	sha256    string
	startedAt time.Time
	scannedAt time.Time // when it was found infected
	delivered bool
	state     fileState
	scan      scanState
	renames   int  // how often it was renamed
	asks      int  // how often it was asked back
	asked     bool // and nobody has answered yet
}

type fileState uint8

const (
	receiving fileState = iota
	received            // in its window
	released
	deleted
	abandoned
	tooOld
	infected  // its bytes are kept apart
	destroyed // likewise, and they are gone
	withdrawn
)

type batch struct {
	id        uuid.UUID
	recipient uuid.UUID
	openedAt  time.Time
	deadline  time.Time
	window    time.Duration // of the policy its files came under
	delivered bool          // likewise
	sealed    ReleaseCause  // what ended its window while a verdict was missing; empty: it is open
}

// Apply assigns what e says.
func (l Link) Apply(e Event) Link {
	switch e := e.(type) {
	case Issued:
		l.subject, l.expiresAt = e.Subject, e.ExpiresAt
		for _, r := range e.Recipients {
			l.recipients = append(l.recipients, recipient{id: r.ID, email: r.Email.Text, name: r.Name.Text, fates: make([]fate, 1), since: 1})
		}
	case Resent:
		for _, s := range e.Secrets {
			l.addSecret(s, e.At)
		}
	case Extended:
		l.expiresAt, l.expired = e.ExpiresAt, false
		for i := range l.recipients {
			l.recipients[i].answer()
		}
	case Revoked:
		l.revoked = true
	case Expired:
		l.expired = true
	case MailHandedOver:
		l.setFate(e.Recipient, e.Generation, handedOver)
	case MailBounced:
		l.setFate(e.Recipient, e.Generation, bounced)
	case MailDelivered:
		l.setFate(e.Recipient, e.Generation, mailDelivered)
	case MailGaveUp:
		l.setFate(e.Recipient, e.Generation, gaveUp)
	case Redeemed:
		if r := l.recipient(e.Recipient); r != nil {
			r.visit(visit{e.DeviceID, e.At})
		}
	case Copied:
		// Nothing is decided on it; read models show it.
	case NewLinkRequested:
		if r := l.recipient(e.Recipient); r != nil {
			r.askedAt, r.asking = e.At, true
		}
	case NewLinkRequestDismissed:
		if r := l.recipient(e.Recipient); r != nil {
			r.asking = false
		}
	case AddressCorrected:
		l.addSecret(Secret{Recipient: e.Recipient, Generation: e.Generation}, e.At)
		if r := l.recipient(e.Recipient); r != nil {
			if r.email != e.Email.Text {
				r.since = e.Generation
			}
			r.email, r.name = e.Email.Text, e.Name.Text
		}
	case TransferStarted:
		l.files = append(l.files, file{id: e.File, recipient: e.Recipient, name: e.Name.Text, size: e.Size, startedAt: e.At})
	case TransferAbandoned:
		if f := l.file(e.File); f != nil {
			f.state = abandoned
			if e.Reason == TooOld {
				f.state = tooOld
			}
		}
	case BatchOpened:
		l.batches = append(l.batches, batch{id: e.Batch, recipient: e.Recipient, openedAt: e.At})
	case FileReceived:
		l.receive(e)
	case FileRenamed:
		if f := l.file(e.File); f != nil {
			f.name, f.renames = e.Name.Text, f.renames+1
		}
	case FileDeleted:
		if f := l.file(e.File); f != nil {
			f.state = deleted
		}
	case BatchReleased:
		for _, id := range e.Files {
			if f := l.file(id); f != nil {
				f.state = released
			}
		}
		l.batches = withoutBatch(l.batches, e.Batch)
	case BatchCancelled:
		l.batches = withoutBatch(l.batches, e.Batch)
	case ScanAwaited:
		if f := l.file(e.File); f != nil {
			f.scan = awaited
		}
	case FileScanned:
		l.scanned(e)
	case BatchSealed:
		if b := l.batch(e.Batch); b != nil {
			b.sealed, b.deadline = e.Cause, e.At
		}
	case QuarantineEmptied:
		if f := l.file(e.File); f != nil {
			f.state = destroyed
		}
	case WithdrawalRequested:
		if f := l.file(e.File); f != nil {
			f.asks, f.asked = f.asks+1, true
		}
	case WithdrawalAccepted:
		if f := l.file(e.File); f != nil {
			f.state, f.asked = withdrawn, false
		}
	case WithdrawalRefused:
		if f := l.file(e.File); f != nil {
			f.asked = false
		}
	}
	return l
}

func (l Link) addSecret(s Secret, at time.Time) {
	r := l.recipient(s.Recipient)
	if r == nil {
		return
	}
	for len(r.fates) < s.Generation {
		r.fates, r.ends = append(r.fates, 0), append(r.ends, at)
	}
	r.visits = nil
	r.answer()
}

// answer notes that the recipient has what they may have asked for.
func (r *recipient) answer() { r.askedAt, r.asking = time.Time{}, false }

// visit forgets the browser's earlier visit, and the oldest one where that makes too many.
func (r *recipient) visit(v visit) {
	r.visits = append(slices.DeleteFunc(r.visits, func(o visit) bool { return o.device == v.device }), v)
	if n := len(r.visits) - maxVisits; n > 0 {
		r.visits = slices.Delete(r.visits, 0, n)
	}
}

func (l Link) setFate(id uuid.UUID, generation int, f fate) {
	if r := l.recipient(id); r != nil && generation >= 1 && generation <= len(r.fates) {
		r.fates[generation-1] |= f
	}
}

func (l Link) receive(e FileReceived) {
	if f := l.file(e.File); f != nil {
		f.batch, f.name, f.size, f.sha256 = e.Batch, e.Name.Text, e.Size, e.SHA256
		f.delivered, f.state = e.Delivered, received
	}
	if b := l.batch(e.Batch); b != nil {
		b.deadline, b.delivered = e.Deadline, e.Delivered
		b.window = time.Duration(e.WindowMS) * time.Millisecond
	}
}

func (l Link) recipient(id uuid.UUID) *recipient {
	for i := range l.recipients {
		if l.recipients[i].id == id {
			return &l.recipients[i]
		}
	}
	return nil
}

// file looks from the end, where the files are that something still happens to.
func (l Link) file(id uuid.UUID) *file {
	for i := len(l.files) - 1; i >= 0; i-- {
		if l.files[i].id == id {
			return &l.files[i]
		}
	}
	return nil
}

func (l Link) batch(id uuid.UUID) *batch {
	for i := range l.batches {
		if l.batches[i].id == id {
			return &l.batches[i]
		}
	}
	return nil
}

func withoutBatch(batches []batch, id uuid.UUID) []batch {
	return slices.DeleteFunc(batches, func(b batch) bool { return b.id == id })
}

// fork is a copy that shares no memory with l, for decisions that look ahead.
func (l Link) fork() Link {
	l.recipients = slices.Clone(l.recipients)
	for i := range l.recipients {
		l.recipients[i].fates = slices.Clone(l.recipients[i].fates)
		l.recipients[i].visits = slices.Clone(l.recipients[i].visits)
		l.recipients[i].ends = slices.Clone(l.recipients[i].ends)
	}
	l.files, l.batches = slices.Clone(l.files), slices.Clone(l.batches)
	return l
}
