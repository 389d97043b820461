package uploadlink

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "uploadlink"

// Stream is the history of one link.
func Stream(link uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: link} }

// Event is one fact about a link. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	uploadlink()
}

// Issued opens a link. Subject is whose key seals the message and the files' names: the client, or the link itself
// where nobody's client is concerned. A recipient's name and address are sealed by the recipient's own key.
type Issued struct {
	Client     uuid.UUID        `json:"client,omitzero" es:"id"`
	Subject    uuid.UUID        `json:"subject" es:"id"`
	Sender     uuid.UUID        `json:"sender" es:"id"` // staff
	Recipients []Recipient      `json:"recipients" es:"nested"`
	Message    event.Personal   `json:"message" es:"personal"`
	Wanted     []event.Personal `json:"wanted,omitempty" es:"personal"`
	ExpiresAt  time.Time        `json:"expires_at" es:"fact"` // the end of a day in Zone (L5)
	Zone       string           `json:"zone" es:"fact"`
}

// Recipient is one person who gets a mail with a secret of their own (S1.i20). The secret's generation starts at 1.
type Recipient struct {
	ID    uuid.UUID      `json:"id" es:"id"`
	Name  event.Personal `json:"name" es:"personal"`
	Email event.Personal `json:"email" es:"personal"`
}

// Resent gives recipients new secrets; the earlier ones are dead at once (L2).
type Resent struct {
	Secrets []Secret  `json:"secrets" es:"nested"`
	At      time.Time `json:"at,omitzero" es:"fact"` // zero where it was not kept yet: before anything now under way
}

// Secret names one secret of a recipient; nothing in it opens anything.
type Secret struct {
	Recipient  uuid.UUID `json:"recipient" es:"id"`
	Generation int       `json:"generation" es:"fact"`
}

// Extended moves the expiry; secrets stay.
type Extended struct {
	ExpiresAt time.Time `json:"expires_at" es:"fact"`
	Zone      string    `json:"zone" es:"fact"`
}

// Revoked ends the link at the next request (L3). Unreleased says what becomes of files still in their window.
type Revoked struct {
	Reason     event.Personal `json:"reason" es:"personal"` // internal
	Unreleased Unreleased     `json:"unreleased" es:"fact"`
	At         time.Time      `json:"at" es:"fact"`
}

// Unreleased is the stated policy for files that a revocation finds in their window (S1.i18).
type Unreleased string

// The two policies. Their words are stored.
const (
	Keep    Unreleased = "keep"    // they are released when their window ends
	Discard Unreleased = "discard" // they are deleted at once
)

// Expired records that the link's last moment has passed.
type Expired struct {
	At time.Time `json:"at" es:"fact"`
}

// MailHandedOver: the mail server took the mail with this secret.
type MailHandedOver struct {
	Recipient  uuid.UUID `json:"recipient" es:"id"`
	Generation int       `json:"generation" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// MailDelivered: the receiving side has accepted the mail with this secret, where anybody tells.
type MailDelivered struct {
	Recipient  uuid.UUID `json:"recipient" es:"id"`
	Generation int       `json:"generation" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// MailBounced: the mail with this secret was refused for good, at once or after it had been handed over. Code is the server's status, "550" or "5.1.1".
type MailBounced struct {
	Recipient  uuid.UUID      `json:"recipient" es:"id"`
	Generation int            `json:"generation" es:"fact"`
	Code       string         `json:"code" es:"fact"`
	Detail     event.Personal `json:"detail" es:"personal"` // the server's words, which may quote the address
	At         time.Time      `json:"at" es:"fact"`
}

// MailGaveUp: every try to hand the mail over failed for a passing reason, and the last one is over.
type MailGaveUp struct {
	Recipient  uuid.UUID `json:"recipient" es:"id"`
	Generation int       `json:"generation" es:"fact"`
	Tries      int       `json:"tries" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// Redeemed: a person pressed the button on the link's first page (L1). Looking at it is no event.
type Redeemed struct {
	Recipient  uuid.UUID      `json:"recipient" es:"id"`
	Generation int            `json:"generation" es:"fact"`
	Device     event.Personal `json:"device" es:"personal"`       // the browser's user agent
	Address    event.Personal `json:"address" es:"personal"`      // the network address
	DeviceID   uuid.UUID      `json:"device_id,omitzero" es:"id"` // the browser, for this link alone (L10); zero: not known
	At         time.Time      `json:"at" es:"fact"`
}

// NewLinkRequested: somebody whose secret works no more asks for a new one (S1.i21).
type NewLinkRequested struct {
	Recipient  uuid.UUID      `json:"recipient" es:"id"`
	Generation int            `json:"generation" es:"fact"` // of the secret they hold
	Note       event.Personal `json:"note" es:"personal"`   // their own words, may be empty
	At         time.Time      `json:"at" es:"fact"`
}

// NewLinkRequestDismissed: the practice has seen the request and sends no new link.
type NewLinkRequestDismissed struct {
	Recipient uuid.UUID `json:"recipient" es:"id"`
	At        time.Time `json:"at" es:"fact"`
}

// Copied: somebody of the practice took a recipient's link to hand it on themselves (L8).
type Copied struct {
	Recipient  uuid.UUID `json:"recipient" es:"id"`
	Generation int       `json:"generation" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// AddressCorrected gives a recipient another address and a new secret; the earlier ones are dead at once (I6).
type AddressCorrected struct {
	Recipient  uuid.UUID      `json:"recipient" es:"id"`
	Name       event.Personal `json:"name" es:"personal"`
	Email      event.Personal `json:"email" es:"personal"`
	Generation int            `json:"generation" es:"fact"` // of the new secret
	At         time.Time      `json:"at" es:"fact"`
}

// TransferStarted gives one file an upload right of its own (L4). Name is as it was sent.
type TransferStarted struct {
	File      uuid.UUID      `json:"file" es:"id"`
	Recipient uuid.UUID      `json:"recipient" es:"id"`
	Name      event.Personal `json:"name" es:"personal"`
	Size      int64          `json:"size" es:"fact"` // bytes, as announced
	At        time.Time      `json:"at" es:"fact"`
}

// TransferAbandoned: the transfer will never finish.
type TransferAbandoned struct {
	File   uuid.UUID     `json:"file" es:"id"`
	Reason AbandonReason `json:"reason" es:"fact"`
	At     time.Time     `json:"at" es:"fact"`
}

// AbandonReason is why a transfer ended without a file.
type AbandonReason string

// The reasons. Their words are stored.
const (
	Cancelled     AbandonReason = "cancelled"    // by the person who sent it
	Idle          AbandonReason = "idle"         // no byte for TransferIdle
	TooOld        AbandonReason = "too_old"      // not finished within TransferLimit
	RefusedType   AbandonReason = "refused_type" // its content is not of an accepted type
	LinkRevoked   AbandonReason = "link_revoked"
	StorageFailed AbandonReason = "storage_failed" // the disk did, for this file
)

// BatchOpened starts a correction window for one recipient's files (U1).
type BatchOpened struct {
	Batch     uuid.UUID `json:"batch" es:"id"`
	Recipient uuid.UUID `json:"recipient" es:"id"`
	At        time.Time `json:"at" es:"fact"`
}

// FileReceived: the last byte is on disk and the file joins a batch, whose deadline moves to Deadline (U1, S1.19).
// Name is as it is shown, with a suffix where the link already had that name (S1.i12); SentAs is as it was sent.
// Delivered tells that the practice sees the file at once (policy), or once it is scanned; Late that the link expired meanwhile (L4);
// SameAs names an earlier file of the link with the same content (T15).
type FileReceived struct {
	File       uuid.UUID      `json:"file" es:"id"`
	Batch      uuid.UUID      `json:"batch" es:"id"`
	Recipient  uuid.UUID      `json:"recipient" es:"id"`
	Name       event.Personal `json:"name" es:"personal"`
	SentAs     event.Personal `json:"sent_as" es:"personal"`
	Size       int64          `json:"size" es:"fact"`
	SHA256     string         `json:"sha256" es:"fact"` // 64 hex digits
	Media      string         `json:"media" es:"fact"`  // found by content, "application/pdf"
	StartedAt  time.Time      `json:"started_at" es:"fact"`
	ReceivedAt time.Time      `json:"received_at" es:"fact"`
	WindowMS   int64          `json:"window_ms" es:"fact"` // the policy it was received under
	Deadline   time.Time      `json:"deadline" es:"fact"`
	Delivered  bool           `json:"delivered" es:"fact"`
	Late       bool           `json:"late" es:"fact"`
	SameAs     uuid.UUID      `json:"same_as,omitzero" es:"id"`
}

// FileRenamed changes the shown name inside the window (S1.18).
type FileRenamed struct {
	File uuid.UUID      `json:"file" es:"id"`
	Name event.Personal `json:"name" es:"personal"`
	At   time.Time      `json:"at" es:"fact"`
}

// FileDeleted removes a file inside the window; its bytes are destroyed, this stays (U4).
type FileDeleted struct {
	File   uuid.UUID      `json:"file" es:"id"`
	Batch  uuid.UUID      `json:"batch" es:"id"`
	Name   event.Personal `json:"name" es:"personal"`
	Size   int64          `json:"size" es:"fact"`
	SHA256 string         `json:"sha256" es:"fact"`
	Reason DeleteReason   `json:"reason" es:"fact"`
	At     time.Time      `json:"at" es:"fact"`
}

// DeleteReason is why a file was deleted before its release.
type DeleteReason string

// The reasons. Their words are stored.
const (
	ByUploader   DeleteReason = "uploader"
	ByRevocation DeleteReason = "revocation"
)

// BatchReleased hands the batch's files to the practice and ends their window for good (S1.23, S1.i6).
type BatchReleased struct {
	Batch uuid.UUID    `json:"batch" es:"id"`
	Files []uuid.UUID  `json:"files" es:"id"`
	Cause ReleaseCause `json:"cause" es:"fact"`
	At    time.Time    `json:"at" es:"fact"` // the deadline, or when "send now" was pressed, not when the alarm rang; of a sealed one the last verdict
}

// ReleaseCause is what ended a batch's window.
type ReleaseCause string

// The causes. Their words are stored.
const (
	WindowEnded ReleaseCause = "window_ended"
	SentNow     ReleaseCause = "sent_now"
	NoWindow    ReleaseCause = "no_window" // the policy's window is 0
)

// BatchCancelled: every file of the batch was deleted, so nothing is delivered (S1.i7).
type BatchCancelled struct {
	Batch uuid.UUID `json:"batch" es:"id"`
	At    time.Time `json:"at" es:"fact"`
}

// WithdrawalRequested: the person who sent a file asks the practice to give it up (U5). Reason may be empty.
type WithdrawalRequested struct {
	File   uuid.UUID      `json:"file" es:"id"`
	Reason event.Personal `json:"reason" es:"personal"`
	At     time.Time      `json:"at" es:"fact"`
}

// WithdrawalAccepted: the practice gives the file up; its bytes are destroyed, its earlier events stay.
type WithdrawalAccepted struct {
	File uuid.UUID `json:"file" es:"id"`
	At   time.Time `json:"at" es:"fact"`
}

// WithdrawalRefused: the practice keeps the file. Reason is for the person who asked.
type WithdrawalRefused struct {
	File   uuid.UUID      `json:"file" es:"id"`
	Reason event.Personal `json:"reason" es:"personal"`
	At     time.Time      `json:"at" es:"fact"`
}

// ScanAwaited: a scanner is configured, and the file's batch waits for its verdict (U8). The first one comes with
// FileReceived; later ones where the operator asks for another scan.
type ScanAwaited struct {
	File uuid.UUID `json:"file" es:"id"`
	At   time.Time `json:"at" es:"fact"`
}

// FileScanned is what a scanner made of a file. A file that is not clean, and not infected for certain, was not scanned.
type FileScanned struct {
	File    uuid.UUID `json:"file" es:"id"`
	Verdict Verdict   `json:"verdict" es:"fact"`
	Finding string    `json:"finding,omitempty" es:"fact"` // of an infected one: the signature's name
	Reason  string    `json:"reason,omitempty" es:"fact"`  // why it was not scanned
	Engine  string    `json:"engine,omitempty" es:"fact"`  // as it names itself; empty where none answered
	Held    bool      `json:"held,omitzero" es:"fact"`     // not scanned, and not to be released that way
	At      time.Time `json:"at" es:"fact"`
}

// Verdict is what a scan has come to.
type Verdict string

// The verdicts. Their words are stored.
const (
	Clean      Verdict = "clean"
	Infected   Verdict = "infected"
	NotScanned Verdict = "not_scanned"
)

// BatchSealed: the batch's window has ended while a verdict is missing. From At on nothing of it changes (rule 17).
type BatchSealed struct {
	Batch uuid.UUID    `json:"batch" es:"id"`
	Cause ReleaseCause `json:"cause" es:"fact"`
	At    time.Time    `json:"at" es:"fact"` // the deadline, or when "send now" was pressed
}

// QuarantineEmptied: the bytes of an infected file are destroyed; what is known of it stays.
type QuarantineEmptied struct {
	File  uuid.UUID       `json:"file" es:"id"`
	Cause QuarantineCause `json:"cause" es:"fact"`
	At    time.Time       `json:"at" es:"fact"`
}

// QuarantineCause is why the bytes of an infected file were destroyed.
type QuarantineCause string

// The causes. Their words are stored.
const (
	KeptLong   QuarantineCause = "kept_long" // for QuarantineLimit
	ByOperator QuarantineCause = "operator"
)

func (Issued) EventType() string            { return "uploadlink.issued" }
func (Resent) EventType() string            { return "uploadlink.resent" }
func (Extended) EventType() string          { return "uploadlink.extended" }
func (Revoked) EventType() string           { return "uploadlink.revoked" }
func (Expired) EventType() string           { return "uploadlink.expired" }
func (MailHandedOver) EventType() string    { return "uploadlink.mail_handed_over" }
func (MailDelivered) EventType() string     { return "uploadlink.mail_delivered" }
func (MailBounced) EventType() string       { return "uploadlink.mail_bounced" }
func (MailGaveUp) EventType() string        { return "uploadlink.mail_gave_up" }
func (Redeemed) EventType() string          { return "uploadlink.redeemed" }
func (TransferStarted) EventType() string   { return "uploadlink.transfer_started" }
func (TransferAbandoned) EventType() string { return "uploadlink.transfer_abandoned" }
func (BatchOpened) EventType() string       { return "uploadlink.batch_opened" }
func (FileReceived) EventType() string      { return "uploadlink.file_received" }
func (FileRenamed) EventType() string       { return "uploadlink.file_renamed" }
func (FileDeleted) EventType() string       { return "uploadlink.file_deleted" }
func (BatchReleased) EventType() string     { return "uploadlink.batch_released" }
func (BatchCancelled) EventType() string    { return "uploadlink.batch_cancelled" }
func (ScanAwaited) EventType() string       { return "uploadlink.scan_awaited" }
func (FileScanned) EventType() string       { return "uploadlink.file_scanned" }
func (BatchSealed) EventType() string       { return "uploadlink.batch_sealed" }
func (QuarantineEmptied) EventType() string { return "uploadlink.quarantine_emptied" }

func (WithdrawalRequested) EventType() string { return "uploadlink.withdrawal_requested" }
func (WithdrawalAccepted) EventType() string  { return "uploadlink.withdrawal_accepted" }
func (WithdrawalRefused) EventType() string   { return "uploadlink.withdrawal_refused" }

func (Issued) uploadlink()            {}
func (Resent) uploadlink()            {}
func (Extended) uploadlink()          {}
func (Revoked) uploadlink()           {}
func (Expired) uploadlink()           {}
func (MailHandedOver) uploadlink()    {}
func (MailDelivered) uploadlink()     {}
func (MailBounced) uploadlink()       {}
func (MailGaveUp) uploadlink()        {}
func (Redeemed) uploadlink()          {}
func (TransferStarted) uploadlink()   {}
func (TransferAbandoned) uploadlink() {}
func (BatchOpened) uploadlink()       {}
func (FileReceived) uploadlink()      {}
func (FileRenamed) uploadlink()       {}
func (FileDeleted) uploadlink()       {}
func (BatchReleased) uploadlink()     {}
func (BatchCancelled) uploadlink()    {}
func (ScanAwaited) uploadlink()       {}
func (FileScanned) uploadlink()       {}
func (BatchSealed) uploadlink()       {}
func (QuarantineEmptied) uploadlink() {}

func (NewLinkRequested) EventType() string        { return "uploadlink.new_link_requested" }
func (NewLinkRequestDismissed) EventType() string { return "uploadlink.new_link_request_dismissed" }
func (Copied) EventType() string                  { return "uploadlink.copied" }
func (AddressCorrected) EventType() string        { return "uploadlink.address_corrected" }

func (NewLinkRequested) uploadlink()        {}
func (NewLinkRequestDismissed) uploadlink() {}
func (Copied) uploadlink()                  {}
func (AddressCorrected) uploadlink()        {}

func (WithdrawalRequested) uploadlink() {}
func (WithdrawalAccepted) uploadlink()  {}
func (WithdrawalRefused) uploadlink()   {}
