package uploadlink

import (
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxRenames is how often one file takes a new name (rule 16).
const MaxRenames = 100

// What can be wrong with a change to a file.
var (
	ErrWindowClosed = fault.New(fault.Conflict, "uploadlink.window_closed",
		"The time for changes is over and the file has been sent to the practice. Ask them if something is wrong with it.")
	ErrFileNotFound = fault.New(fault.NotFound, "uploadlink.file_not_found",
		"This file is unknown here. Reload the page to see the files that you have sent.")
	ErrFileDeleted = fault.New(fault.Gone, "uploadlink.file_deleted",
		"This file has been deleted. Choose it again if it should be sent after all.")
	ErrStillArriving = fault.New(fault.Conflict, "uploadlink.still_arriving",
		"This file is still on its way. Wait until it has arrived, or cancel its upload.")
	ErrInfected = fault.New(fault.Gone, "uploadlink.infected",
		"A virus was found in this file, so it was not sent to the practice. Have this device checked, then send a clean copy.")
	ErrTooManyRenames = fault.New(fault.Conflict, "uploadlink.too_many_renames",
		"This file has been renamed 100 times and takes no more names. Keep the one it has, or delete the file and send it again.")
	ErrNothingToSend = fault.New(fault.Conflict, "uploadlink.nothing_to_send",
		"There is nothing to send yet. Add a file first.")
)

// Rename changes the shown name of a file in its window (rules 11, 13, 16). name may come with or without the file's
// extension. A name that changes nothing is no event. It refuses with ErrNotFound, ErrRevoked, ErrReplaced,
// ErrFileNotFound, ErrFileDeleted, ErrStillArriving, ErrWindowClosed, ErrInfected, and for the name with ErrNoName,
// ErrNameCharacters, ErrNameTooLong, ErrExtension, ErrTooManyRenames.
func (l Link) Rename(h Holder, file uuid.UUID, name string, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	f, err := l.changeable(h, file)
	if err != nil {
		return nil, err
	}
	name, err = renamed(f.name, name)
	if err != nil {
		return nil, err
	}
	if name == f.name {
		return nil, nil
	}
	name = l.freeName(f.recipient, f.id, name)
	if name == f.name { // "a (2).pdf" renamed to the taken "a.pdf" is what it was
		return nil, nil
	}
	if f.renames >= MaxRenames {
		return nil, ErrTooManyRenames.Withf("This file has been renamed %d times; %d is the most. Keep the name it has, or delete the file and send it again.",
			f.renames, MaxRenames)
	}
	return append(due, FileRenamed{File: file, Name: event.Of(l.subject, name), At: now}), nil
}

// Delete removes a file in its window; the last one takes its batch with it (rule 11, U4). Deleting again changes
// nothing. It refuses like Rename, but for the name.
func (l Link) Delete(h Holder, file uuid.UUID, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	if f := l.file(file); f != nil && f.recipient == h.Recipient && f.state == deleted && l.holds(h) == nil {
		return nil, nil
	}
	f, err := l.changeable(h, file)
	if err != nil {
		return nil, err
	}
	events = append(events, l.deletion(f, ByUploader, now))
	if len(l.inWindow(f.batch)) == 1 {
		events = append(events, BatchCancelled{Batch: f.batch, At: now})
	}
	return events, nil
}

func (l Link) deletion(f *file, reason DeleteReason, now time.Time) FileDeleted {
	return FileDeleted{
		File: f.id, Batch: f.batch, Name: event.Of(l.subject, f.name), Size: f.size, SHA256: f.sha256, Reason: reason, At: now,
	}
}

// changeable is h's file while it is in its window; l has elapsed.
func (l Link) changeable(h Holder, id uuid.UUID) (*file, error) {
	if err := l.holds(h); err != nil {
		return nil, err
	}
	f := l.file(id)
	if f == nil || f.recipient != h.Recipient {
		return nil, ErrFileNotFound
	}
	switch f.state {
	case received:
		if b := l.batch(f.batch); b == nil || b.sealed != "" {
			return nil, ErrWindowClosed
		}
		return f, nil
	case infected, destroyed:
		return nil, ErrInfected
	case receiving:
		return nil, ErrStillArriving
	case released:
		return nil, ErrWindowClosed
	case withdrawn:
		return nil, ErrWithdrawn
	case deleted:
		return nil, ErrFileDeleted
	case abandoned, tooOld:
		return nil, ErrTransferEnded
	}
	return nil, ErrFileNotFound
}
