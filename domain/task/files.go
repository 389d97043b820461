package task

import (
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// file is what decisions know of an attachment.
type file struct {
	id        uuid.UUID
	by        Who
	place     Place
	name      event.Personal
	size      int64
	sha256    string
	media     string
	transfer  uuid.UUID
	startedAt time.Time
	at        time.Time // when it was complete
	deadline  time.Time
	delivered bool
	awaited   bool // a verdict is
	held      bool // it could not be scanned, and waits for the operator
	infected  bool // a virus was found
	clean     bool // none was
	returned  bool // of an item: a round has named it; of a message: it was posted
	answered  bool // of a removed one: it was part of an answer
	state     fileState
	until     time.Time // of a removed one: how long it can be restored; of an infected one: how long it is kept apart
}

type fileState uint8

const (
	receiving fileState = iota
	received            // its sender may still take it back
	released
	abandoned
	discarded
	infected
	removed
	destroyed
)

func (t Task) applyFile(e fileEvent) Task {
	switch e := e.(type) {
	case AttachmentStarted:
		t.files = append(t.files, file{id: e.Attachment, by: e.By, place: e.Place, name: e.Name, size: e.Size, startedAt: e.At})
	case AttachmentReceived:
		t = t.receive(e)
	case AttachmentAbandoned:
		t.file(e.Attachment, func(f *file) { f.state = abandoned })
	case AttachmentRenamed:
		t.file(e.Attachment, func(f *file) { f.name = e.Name })
	case AttachmentDiscarded:
		t.file(e.Attachment, func(f *file) { f.state = discarded })
	case AttachmentScanned:
		t.file(e.Attachment, func(f *file) {
			f.awaited, f.held, f.clean = e.Held, e.Held, e.Verdict == Clean
			if e.Verdict == Infected {
				f.state, f.infected, f.until = infected, true, e.At.Add(KeptApart)
			}
		})
	case AttachmentScanAsked:
		t.file(e.Attachment, func(f *file) { f.awaited, f.held = true, false })
	case AttachmentReleased:
		t.file(e.Attachment, func(f *file) { f.state = released })
	case AttachmentShared:
		t.file(e.Attachment, func(f *file) { f.place.Talk = Talk{} })
	case AttachmentRemoved:
		t.file(e.Attachment, func(f *file) {
			f.state, f.until, f.answered = removed, e.Until, t.answersWith(f.place) && slices.Contains(t.filesOf(f.place.Item), f.id.String())
		})
	case AttachmentRestored:
		t.file(e.Attachment, func(f *file) { f.state, f.until = released, time.Time{} })
	case AttachmentDestroyed:
		t.file(e.Attachment, func(f *file) { f.state = destroyed })
	}
	return t
}

// receive also knows files that were never announced: one that was sent before and is used again.
func (t Task) receive(e AttachmentReceived) Task {
	got := file{
		id: e.Attachment, by: e.By, place: e.Place, name: e.Name, size: e.Size, sha256: e.SHA256, media: e.Media, transfer: e.Transfer, startedAt: e.StartedAt, at: e.At,
		deadline: e.Deadline, delivered: e.Delivered, awaited: e.Awaited, state: received,
	}
	if got.transfer == uuid.Nil {
		got.transfer = e.Attachment
	}
	known := false
	t.file(e.Attachment, func(f *file) { *f, known = got, true })
	if !known {
		t.files = append(t.files, got)
	}
	return t
}

// file looks from the end, where the files are that something still happens to.
func (t Task) file(id uuid.UUID, do func(*file)) {
	for i := len(t.files) - 1; i >= 0; i-- {
		if t.files[i].id == id {
			do(&t.files[i])
			return
		}
	}
}
