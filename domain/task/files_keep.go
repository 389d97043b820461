package task

import (
	"slices"
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// How long a removed file can be restored, and an infected one is kept apart (rules 25, 27, 28).
const (
	RestoreLimit = 30 * 24 * time.Hour
	KeptApart    = 30 * 24 * time.Hour
	UnsentLimit  = 7 * 24 * time.Hour // of a file in a message that nobody posts
)

// What can stand in the way of who takes a file away.
var (
	ErrFileStays = fault.New(fault.Conflict, "task.file_stays",
		"The practice has this file already, so it stays. Ask them if it should be removed.")
	ErrFileSender = fault.New(fault.Forbidden, "task.file_sender",
		"Only who sent a file can take it back.")
	ErrFileGone = fault.New(fault.Gone, "task.file_gone",
		"This file is gone for good. Ask for it again if you need it.")
	ErrFileWaits = fault.New(fault.Conflict, "task.file_waits",
		"This file is still on its way, or being checked for viruses. Try again when it is there.")
	ErrNoScan = fault.New(fault.Conflict, "task.no_scan",
		"This file does not wait for a verdict of the scanner. List those that do: portico scan list")
	ErrNotInfected = fault.New(fault.Conflict, "task.not_infected",
		"This file is not in quarantine. List those that are: portico scan list")
)

// AbandonFile says that a file will never come (rule 23). One that has ended already stays as it is. It refuses with
// ErrAttachment.
func (t Task) AbandonFile(id uuid.UUID, reason AbandonReason, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	switch f := t.attachment(id); {
	case f == nil:
		return nil, ErrAttachment
	case f.state != receiving:
		return due, nil
	}
	return append(due, AttachmentAbandoned{Attachment: id, Reason: reason, At: now}), nil
}

// Ending is why a file can't come any more whose sender was refused: by the task, by the practice's policy, or because
// they have no access.
func (t Task) Ending(id uuid.UUID, p FilePolicy) AbandonReason {
	f := t.attachment(id)
	switch {
	case f == nil || t.there() != nil:
		return AccessEnded
	case f.sender() != uuid.Nil && p.Off:
		return SwitchedOff
	case t.takesFiles(f.sender(), f.place, FilePolicy{}) != nil && (f.sender() == uuid.Nil || t.Sees(f.sender())):
		return TaskClosed
	}
	return AccessEnded
}

// DiscardFile takes a file back that its sender may still take back, or out of the answer that it is part of (rules 27,
// 36). contact is who does it, or in whose place it is done; zero: the practice. The second time changes nothing. It
// refuses with ErrNotFound, ErrAttachment, ErrFileSender, ErrFileWaits, ErrFileStays.
func (t Task) DiscardFile(id, contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	f := t.attachment(id)
	err := t.there()
	if contact != uuid.Nil {
		err = t.Shown(contact, now)
	}
	switch {
	case err != nil:
		return nil, err
	case f == nil || contact != uuid.Nil && !t.shows(f, contact), contact == uuid.Nil && f.unsent() && f.by.author() != by.author():
		return nil, ErrAttachment
	case contact != uuid.Nil && t.takesOut(f):
		return t.answerWith(due, f, false, by, now), nil
	case f.by.author() != by.author():
		return nil, ErrFileSender
	case f.state == discarded:
		return due, nil
	case f.state == receiving:
		return nil, ErrFileWaits
	case !f.kept():
		return nil, ErrAttachment
	case !t.draft(f) && !now.Before(f.deadline):
		return nil, ErrFileStays
	}
	return t.answerWith(append(due, AttachmentDiscarded{Attachment: id, By: by, At: now}), f, false, by, now), nil
}

// RemoveFile takes a file away from everybody (rule 27). The second time changes nothing. It refuses with ErrNotFound,
// ErrAttachment, ErrFileWaits, ErrFileGone.
func (t Task) RemoveFile(id uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	f := t.attachment(id)
	switch {
	case t.there() != nil:
		return nil, ErrNotFound
	case f == nil || t.draft(f):
		return nil, ErrAttachment
	case f.state == removed:
		return due, nil
	case f.state == destroyed:
		return nil, ErrFileGone
	case f.state == receiving, f.state == received && !f.arrived():
		return nil, ErrFileWaits
	case !f.kept():
		return nil, ErrAttachment
	}
	return t.answerWith(append(due, f.removal(by, now)), f, false, by, now), nil
}

// arrived tells that the practice has the file.
func (f *file) arrived() bool {
	return f.state == released || f.state == received && f.delivered && !f.awaited
}

func (f *file) removal(by Who, now time.Time) Event {
	return AttachmentRemoved{Attachment: f.id, By: by, Until: now.Add(RestoreLimit), At: now}
}

// removeAll is what becomes of the files of a task that is taken back (rule 27).
func (t Task) removeAll(by Who, now time.Time) (events []Event) {
	for i := range t.files {
		if f := &t.files[i]; f.kept() {
			events = append(events, f.removal(by, now))
		}
	}
	return events
}

// RestoreFile gives a removed file back to everybody who saw it (rule 27). One that was not removed stays as it is. It
// refuses with ErrNotFound, ErrAttachment, ErrFileGone.
func (t Task) RestoreFile(id uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	f := t.attachment(id)
	switch {
	case t.there() != nil:
		return nil, ErrNotFound
	case f == nil || t.draft(f):
		return nil, ErrAttachment
	case f.state == destroyed:
		return nil, ErrFileGone
	case f.state == removed:
		return t.answerWith(append(due, AttachmentRestored{Attachment: id, By: by, At: now}), f, f.answered, by, now), nil
	case f.kept():
		return due, nil
	}
	return nil, ErrAttachment
}

// ShareFile shows a file to everybody on the task that was for one contact or for the practice alone (T3). What
// everybody sees already is no event. It refuses with ErrNotFound, ErrAttachment, ErrFileWaits.
func (t Task) ShareFile(id uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	f := t.attachment(id)
	switch {
	case t.there() != nil:
		return nil, ErrNotFound
	case f == nil || f.place.Item != uuid.Nil || f.unsent():
		return nil, ErrAttachment
	case f.state == receiving, f.state == received && !f.arrived():
		return nil, ErrFileWaits
	case !f.kept():
		return nil, ErrAttachment
	case f.place.Talk == (Talk{}):
		return due, nil
	}
	return append(due, AttachmentShared{Attachment: id, By: by, At: now}), nil
}

// Scan is what a scanner says of one file.
type Scan struct {
	Attachment uuid.UUID
	Verdict    Verdict
	Finding    string // of Infected: the signature's name
	Reason     string // of NotScanned
	Engine     string
	Hold       bool // NotScanned is not to be released
}

// AwaitsScan tells whether a file still waits for its verdict, and where its bytes are.
func (t Task) AwaitsScan(id uuid.UUID) (transfer uuid.UUID, ok bool) {
	f := t.attachment(id)
	if f == nil || !f.awaited || f.state != received {
		return uuid.Nil, false
	}
	return f.transfer, true
}

// ScanFile records a verdict, and that the practice has the file now, where it waited for nothing else (rules 25, 28). A
// file that awaits none, because it was taken away or has its verdict, stays as it is. It refuses with ErrAttachment.
func (t Task) ScanFile(s Scan, now time.Time) ([]Event, error) {
	t, events := t.ahead(now)
	f := t.attachment(s.Attachment)
	if f == nil {
		return nil, ErrAttachment
	}
	held := s.Hold && s.Verdict == NotScanned
	if _, ok := t.AwaitsScan(s.Attachment); !ok || f.held && held {
		return events, nil
	}
	events = append(events, AttachmentScanned{
		Attachment: f.id, Verdict: s.Verdict, Finding: s.Finding, Reason: s.Reason, Engine: s.Engine, Held: held, At: now,
	})
	if s.Verdict != Infected && !held && (f.delivered || !now.Before(f.deadline)) {
		events = append(events, AttachmentReleased{Attachment: f.id, At: now})
	}
	return events, nil
}

// ScanAgain asks for another scan of a file that awaits its verdict or is held (rule 33). It refuses with ErrAttachment,
// ErrNoScan.
func (t Task) ScanAgain(id uuid.UUID, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if t.attachment(id) == nil {
		return nil, ErrAttachment
	}
	if _, ok := t.AwaitsScan(id); !ok {
		return nil, ErrNoScan
	}
	return append(due, AttachmentScanAsked{Attachment: id, At: now}), nil
}

// LetGo lets a file go on without a scan, because the operator says so (rule 33). It refuses with ErrAttachment, ErrNoScan.
func (t Task) LetGo(id uuid.UUID, now time.Time) ([]Event, error) {
	ahead, _ := t.ahead(now)
	if ahead.attachment(id) == nil {
		return nil, ErrAttachment
	}
	if _, ok := ahead.AwaitsScan(id); !ok {
		return nil, ErrNoScan
	}
	return t.ScanFile(Scan{Attachment: id, Verdict: NotScanned, Reason: "let go by the operator"}, now)
}

// EmptyQuarantine destroys the bytes of an infected file before its time (rule 33). The second time changes nothing. It
// refuses with ErrAttachment, ErrNotInfected.
func (t Task) EmptyQuarantine(id uuid.UUID, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	switch f := t.attachment(id); {
	case f == nil:
		return nil, ErrAttachment
	case f.state == destroyed && f.infected:
		return due, nil
	case f.state != infected:
		return nil, ErrNotInfected
	}
	return append(due, AttachmentDestroyed{Attachment: id, At: now}), nil
}

// due is when time alone changes a file, and to what; zero: never.
func (f *file) due() (at time.Time, e Event) {
	if f.unsent() && (f.state == received || f.state == released) {
		at = f.at.Add(UnsentLimit)
		return at, AttachmentDestroyed{Attachment: f.id, At: at}
	}
	switch f.state {
	case receiving:
		at = f.startedAt.Add(TransferLimit)
		return at, AttachmentAbandoned{Attachment: f.id, Reason: TooOld, At: at}
	case received:
		if !f.awaited && !f.delivered {
			return f.deadline, AttachmentReleased{Attachment: f.id, At: f.deadline}
		}
	case removed, infected:
		return f.until, AttachmentDestroyed{Attachment: f.id, At: f.until}
	case released, abandoned, discarded, destroyed:
	}
	return time.Time{}, nil
}

// filesDue are the changes of files that are due by now, in their order.
func (t Task) filesDue(now time.Time) (events []Event) {
	type change struct {
		at time.Time
		e  Event
	}
	var dues []change
	for i := range t.files {
		if at, e := t.files[i].due(); !at.IsZero() && !now.Before(at) {
			dues = append(dues, change{at, e})
		}
	}
	slices.SortStableFunc(dues, func(a, b change) int { return a.at.Compare(b.at) })
	for _, d := range dues {
		events = append(events, d.e)
	}
	return events
}
