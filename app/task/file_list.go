package task

import (
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// File is one file on a task, or the mark of one that was taken away.
type File struct {
	ID         uuid.UUID
	Transfer   uuid.UUID   // where its bytes are
	By         event.Actor // in whose name it was sent
	ByName     string      // of staff
	Hand       uuid.UUID   // staff: who sent it in a contact's place; zero: nobody
	Place      task.Place
	Name       string
	Size       int64
	SHA256     string
	Media      string
	SameAs     uuid.UUID // another file of the task with the same content; zero: none
	SourceTask uuid.UUID // where it was taken from, when it was used again; zero: it was sent here
	State      FileState
	Scan       FileScan
	Finding    string // of an infected one what was found, of a held one why it was not scanned
	Returned   bool   // of an item: a round has named it; of a message: it was posted
	StartedAt  time.Time
	At         time.Time // when it was complete
	Deadline   time.Time // until when its sender may take it back
	Delivered  bool      // the practice has it before Deadline
	RemovedBy  uuid.UUID // staff
	Remover    string    // the name
	RemovedAt  time.Time
	Until      time.Time // of a removed one: how long it can be restored
	Hidden     []uuid.UUID
	Reason     task.AbandonReason
}

// FileState is where a file stands. Its words are stored in the read model.
type FileState string

// Where a file stands.
const (
	FileComing    FileState = "receiving"
	FileReceived  FileState = "received" // complete; whether the practice has it is for Arrived
	FileReleased  FileState = "released"
	FileEnded     FileState = "abandoned"
	FileDiscarded FileState = "discarded"
	FileInfected  FileState = "infected"
	FileRemoved   FileState = "removed"
	FileDestroyed FileState = "destroyed"
)

// FileScan is what a scan has come to. Its words are stored in the read model.
type FileScan string

// What a scan has come to.
const (
	NoScan      FileScan = ""
	ScanAwaited FileScan = "awaited"
	ScanHeld    FileScan = "held"
	ScanClean   FileScan = "clean"
	ScanNone    FileScan = "not_scanned"
	ScanBad     FileScan = "infected"
)

// Sender is the contact who sent it, zero for the practice.
func (f File) Sender() uuid.UUID {
	if f.By.Kind == event.Contact {
		return f.By.ID
	}
	return uuid.Nil
}

// Draft tells that it was put on an item and not returned yet (S4.i7), or that it is Unsent.
func (f File) Draft() bool {
	return f.Place.Item != uuid.Nil && !f.Returned && !f.Example() || f.Unsent()
}

// Example tells that the practice has put it on an item, to show what is meant.
func (f File) Example() bool { return f.Place.Item != uuid.Nil && f.Sender() == uuid.Nil }

// Withheld tells that the scanner keeps it back: it has not spoken, could not, or has found a virus (U8).
func (f File) Withheld() bool {
	return f.State == FileInfected || f.State == FileReceived && (f.Scan == ScanAwaited || f.Scan == ScanHeld)
}

// Unsent tells that it is for a message that was not posted yet: nobody but its sender sees it.
func (f File) Unsent() bool { return f.Place.Message != uuid.Nil && !f.Returned }

// Arrived tells that the practice has it at this time (U2, U6, U8).
func (f File) Arrived(now time.Time) bool {
	switch {
	case f.Draft():
		return false
	case f.State == FileReleased:
		return true
	}
	return f.State == FileReceived && f.Scan != ScanAwaited && f.Scan != ScanHeld && (f.Delivered || !now.Before(f.Deadline))
}

// Held tells that it could not be scanned and waits for the operator, and would be the practice's at this time otherwise.
func (f File) Held(now time.Time) bool {
	return f.State == FileReceived && f.Scan == ScanHeld && !f.Draft() && (f.Delivered || !now.Before(f.Deadline))
}

// Mark tells that the practice took it away, and a mark stays (S2.i2).
func (f File) Mark() bool {
	return f.State == FileRemoved || f.State == FileDestroyed && !f.RemovedAt.IsZero()
}

// SeenBy tells whether a contact who sees the task sees the file, or its mark: their own in whatever state but ended ones;
// that of others once the practice has it, where it was put for everybody or for them (T3, T4), and drafts of an item that
// they share.
func (f File) SeenBy(contact uuid.UUID, now time.Time) bool {
	own := f.Sender() == contact
	switch {
	case f.State == FileEnded, f.State == FileDiscarded, f.State == FileComing && !own, f.State == FileInfected && !own,
		f.State == FileDestroyed && !f.Mark() && !own:
		return false
	case own:
		return true
	case f.Unsent(), f.Place.Talk.Internal, f.Place.Talk.With != uuid.Nil && f.Place.Talk.With != contact, f.Place.For != uuid.Nil && f.Place.For != contact,
		slices.Contains(f.Hidden, contact):
		return false
	case f.Draft():
		return f.State == FileReleased || f.State == FileReceived && f.Scan != ScanAwaited && f.Scan != ScanHeld
	}
	return f.Mark() || f.Arrived(now)
}

// Readable tells that a contact who sees the file may fetch it: what is complete, and their own before the scanner has
// spoken, but nothing that was taken away.
func (f File) Readable() bool { return f.State == FileReceived || f.State == FileReleased }

// Takeable tells that its sender may take it back at this time.
func (f File) Takeable(now time.Time) bool {
	return f.Readable() && (f.Draft() || now.Before(f.Deadline))
}

// Elsewhere is a file of the same content on another task.
type Elsewhere struct {
	Task  uuid.UUID
	Title string
	File  uuid.UUID
	Name  string
	At    time.Time
}
