package task

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// fileEvent is an event about a file.
//
//sumtype:decl
type fileEvent interface {
	Event
	ofFile()
}

// Place is where on the task a file was put: an item of the request, a question, a message of the thread, or the task itself. Talk
// is who sees it (T3). A file in a message has the message's from when that is posted, and is its sender's until then.
type Place struct {
	Item    uuid.UUID `json:"item,omitzero" es:"id"` // of a questionnaire: the question that it answers
	For     uuid.UUID `json:"for,omitzero" es:"id"`  // of an item that is each one's own: whose
	Message uuid.UUID `json:"message,omitzero" es:"id"`
	Talk    Talk      `json:"talk,omitzero" es:"nested"`
}

// AttachmentStarted gives one file the right to come.
type AttachmentStarted struct {
	Attachment uuid.UUID      `json:"attachment" es:"id"`
	By         Who            `json:"by" es:"nested"`
	Place      Place          `json:"place,omitzero" es:"nested"`
	Name       event.Personal `json:"name" es:"personal"`
	Size       int64          `json:"size" es:"fact"` // bytes, as announced
	At         time.Time      `json:"at" es:"fact"`
}

// AttachmentReceived says that its last byte is on disk. Transfer holds the bytes, zero where it has the attachment's own
// id; another one where a file that was sent before is used again: then Source is that attachment, and SourceTask the
// task on which it is. With Delivered the practice has it at once, or once it is scanned; otherwise from Deadline on.
// SameAs is another attachment of the same content (T15).
type AttachmentReceived struct {
	Attachment uuid.UUID      `json:"attachment" es:"id"`
	By         Who            `json:"by" es:"nested"`
	Place      Place          `json:"place,omitzero" es:"nested"`
	Name       event.Personal `json:"name" es:"personal"`    // as it is shown
	SentAs     event.Personal `json:"sent_as" es:"personal"` // as it was sent
	Size       int64          `json:"size" es:"fact"`
	SHA256     string         `json:"sha256" es:"fact"` // 64 hex digits
	Media      string         `json:"media" es:"fact"`  // found by content, "application/pdf"
	Transfer   uuid.UUID      `json:"transfer,omitzero" es:"id"`
	Source     uuid.UUID      `json:"source,omitzero" es:"id"`
	SourceTask uuid.UUID      `json:"source_task,omitzero" es:"id"`
	SameAs     uuid.UUID      `json:"same_as,omitzero" es:"id"`
	StartedAt  time.Time      `json:"started_at" es:"fact"`
	Deadline   time.Time      `json:"deadline" es:"fact"`              // until when its sender may rename or discard it
	Delivered  bool           `json:"delivered,omitzero" es:"fact"`    // policy (S2.i1)
	Awaited    bool           `json:"scan_awaited,omitzero" es:"fact"` // a scanner is configured: it waits for a verdict (U8)
	At         time.Time      `json:"at" es:"fact"`
}

// AttachmentAbandoned says that the file will never come.
type AttachmentAbandoned struct {
	Attachment uuid.UUID     `json:"attachment" es:"id"`
	Reason     AbandonReason `json:"reason" es:"fact"`
	At         time.Time     `json:"at" es:"fact"`
}

// AbandonReason is why a transfer ended without a file.
type AbandonReason string

// The reasons. Their words are stored.
const (
	GivenUp       AbandonReason = "cancelled"      // by the person who sent it
	Idle          AbandonReason = "idle"           // no byte for too long
	TooOld        AbandonReason = "too_old"        // not finished in time
	RefusedType   AbandonReason = "refused_type"   // its content is not of an accepted type
	TaskClosed    AbandonReason = "task_closed"    // meanwhile (S2.i8)
	SwitchedOff   AbandonReason = "switched_off"   // uploads, meanwhile (S2.i3)
	AccessEnded   AbandonReason = "access_ended"   // meanwhile
	StorageFailed AbandonReason = "storage_failed" // the disk did, for this file
)

// AttachmentRenamed changes the shown name.
type AttachmentRenamed struct {
	Attachment uuid.UUID      `json:"attachment" es:"id"`
	Name       event.Personal `json:"name" es:"personal"`
	By         Who            `json:"by" es:"nested"`
	At         time.Time      `json:"at" es:"fact"`
}

// AttachmentDiscarded says that its sender took it back while they could: a draft of an item, or inside the window. Its
// bytes are destroyed; what it was stays (U4).
type AttachmentDiscarded struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	By         Who       `json:"by" es:"nested"`
	At         time.Time `json:"at" es:"fact"`
}

// AttachmentScanned is what a scanner made of it. An infected one is kept apart (U8).
type AttachmentScanned struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	Verdict    Verdict   `json:"verdict" es:"fact"`
	Finding    string    `json:"finding,omitempty" es:"fact"` // of an infected one: the signature's name
	Reason     string    `json:"reason,omitempty" es:"fact"`  // why it was not scanned
	Engine     string    `json:"engine,omitempty" es:"fact"`  // as it names itself
	Held       bool      `json:"held,omitzero" es:"fact"`     // not scanned, and not to be released that way
	At         time.Time `json:"at" es:"fact"`
}

// Verdict is what a scan has come to.
type Verdict string

// The verdicts. Their words are stored.
const (
	Clean      Verdict = "clean"
	Infected   Verdict = "infected"
	NotScanned Verdict = "not_scanned"
)

// AttachmentScanAsked says that the operator wants a file scanned once more that has no verdict yet.
type AttachmentScanAsked struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	At         time.Time `json:"at" es:"fact"`
}

// AttachmentReleased hands a file to the practice that waited for the end of its window or for a verdict.
type AttachmentReleased struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	At         time.Time `json:"at" es:"fact"`
}

// AttachmentShared shows a file of a private message to everybody on the task (T3).
type AttachmentShared struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	By         Who       `json:"by" es:"nested"`
	At         time.Time `json:"at" es:"fact"`
}

// AttachmentRemoved says that the practice took it away, from the list and from the thread, where a mark stays (S2.i2).
// It can be restored until Until (S2.i12).
type AttachmentRemoved struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	By         Who       `json:"by" es:"nested"`
	Until      time.Time `json:"until" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// AttachmentRestored takes that back.
type AttachmentRestored struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	By         Who       `json:"by" es:"nested"`
	At         time.Time `json:"at" es:"fact"`
}

// AttachmentDestroyed says that its bytes are gone: of a removed one that nobody restored in time, of an infected one (after
// 30 days, or before by the operator), or of one in a message that nobody has posted.
type AttachmentDestroyed struct {
	Attachment uuid.UUID `json:"attachment" es:"id"`
	At         time.Time `json:"at" es:"fact"`
}

func (AttachmentStarted) EventType() string   { return "task.attachment_started" }
func (AttachmentReceived) EventType() string  { return "task.attachment_received" }
func (AttachmentAbandoned) EventType() string { return "task.attachment_abandoned" }
func (AttachmentRenamed) EventType() string   { return "task.attachment_renamed" }
func (AttachmentDiscarded) EventType() string { return "task.attachment_discarded" }
func (AttachmentScanned) EventType() string   { return "task.attachment_scanned" }
func (AttachmentScanAsked) EventType() string { return "task.attachment_scan_asked" }
func (AttachmentReleased) EventType() string  { return "task.attachment_released" }
func (AttachmentShared) EventType() string    { return "task.attachment_shared" }
func (AttachmentRemoved) EventType() string   { return "task.attachment_removed" }
func (AttachmentRestored) EventType() string  { return "task.attachment_restored" }
func (AttachmentDestroyed) EventType() string { return "task.attachment_destroyed" }

func (AttachmentStarted) task()   {}
func (AttachmentReceived) task()  {}
func (AttachmentAbandoned) task() {}
func (AttachmentRenamed) task()   {}
func (AttachmentDiscarded) task() {}
func (AttachmentScanned) task()   {}
func (AttachmentScanAsked) task() {}
func (AttachmentReleased) task()  {}
func (AttachmentShared) task()    {}
func (AttachmentRemoved) task()   {}
func (AttachmentRestored) task()  {}
func (AttachmentDestroyed) task() {}

func (AttachmentStarted) ofFile()   {}
func (AttachmentReceived) ofFile()  {}
func (AttachmentAbandoned) ofFile() {}
func (AttachmentRenamed) ofFile()   {}
func (AttachmentDiscarded) ofFile() {}
func (AttachmentScanned) ofFile()   {}
func (AttachmentScanAsked) ofFile() {}
func (AttachmentReleased) ofFile()  {}
func (AttachmentShared) ofFile()    {}
func (AttachmentRemoved) ofFile()   {}
func (AttachmentRestored) ofFile()  {}
func (AttachmentDestroyed) ofFile() {}
