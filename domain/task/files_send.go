package task

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/filename"
	"portico/domain/filetype"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// How many files a task takes, and how long one may take to come (rule 24).
const (
	MaxAttachments = 1_000 // ever
	MaxRunning     = 100   // at a time, of one sender
	TransferLimit  = 72 * time.Hour
)

const maxSent = 1_024 // bytes of a name as it was sent

// What can stand in the way of a file. Gone is what a file that is on its way can't come for any more.
var (
	ErrFilesOff = fault.New(fault.Gone, "task.files_off",
		"The practice takes no files here. Ask them how to send yours.")
	ErrFilesOver = fault.New(fault.Gone, "task.files_over",
		"This is finished or closed: it shows its files and takes no more. Write to the practice if one is missing.")
	ErrFilesAccess = fault.New(fault.Gone, "task.files_access",
		"You no longer have access to this task, so it takes no files from you.")
	ErrFileEnded = fault.New(fault.Gone, "task.file_ended",
		"This upload has ended. Send the file again.")
	ErrAttachment = fault.New(fault.NotFound, "task.file_not_found",
		"This file is unknown here. Reload the page.")
	ErrFileName = fault.New(fault.Invalid, "task.file_name",
		"This file has no name, or one of more than 1024 letters. Rename it, then send it again.")
	ErrFileType = fault.New(fault.Unsupported, "task.file_type",
		"This is asked for as another type of file. Send it as one that is named beside it.")
	ErrTooManyFiles = fault.New(fault.TooMany, "task.too_many_files",
		"This task has taken 1,000 files and takes no more.")
	ErrTooManyRunning = fault.New(fault.TooMany, "task.too_many_running",
		"100 uploads are on their way already. Wait until some have finished, then add more.")
	ErrFileContent = fault.New(fault.Invalid, "task.file_content",
		"What arrived is not what was announced. Send the file again.")
)

// FilePolicy is the practice's rule for files that come in on tasks, as it stands (U2, S2.2, S2.14).
type FilePolicy struct {
	Off    bool          // contacts send none
	Window time.Duration // 0: what is sent stays
	AtOnce bool          // the practice sees a file when it is complete, not when its window has ended
	Scan   bool          // a scanner is configured
}

// Sending is one file that somebody wants to put on the task.
type Sending struct {
	Attachment uuid.UUID           // made for it
	Contact    uuid.UUID           // who sends it, or in whose place it is sent; zero: the practice
	Place      Place               // but for For
	Name       string              // as it was sent
	Size       int64               // bytes, as announced
	Asked      questionnaire.Field // that Place.Item names, where the task asks for a questionnaire
	StartedAt  time.Time           // when one began that has come whole since; zero: it begins now
}

// StartFile gives one file the right to come (rules 23, 24). Whether its size and its type are accepted was decided
// before, but for the types of an item. Starting the same file again changes nothing. It refuses with ErrNotFound,
// ErrFilesOff, ErrFilesOver, ErrTalk, ErrItem, ErrReturned, ErrAccepted, ErrQuestion, ErrSubmitted, ErrFieldFull,
// ErrFileName, ErrFileType, ErrTooManyFiles, ErrTooManyRunning.
func (t Task) StartFile(s Sending, p FilePolicy, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if f := t.attachment(s.Attachment); f != nil {
		if f.by.author() != by.author() {
			return nil, ErrAttachment
		}
		return due, nil
	}
	place, err := t.placed(s, now)
	if err != nil {
		return nil, err
	}
	name, err := t.admit(s, place, p, by)
	if err != nil {
		return nil, err
	}
	at := s.StartedAt
	if at.IsZero() {
		at = now
	}
	return append(due, AttachmentStarted{Attachment: s.Attachment, By: by, Place: place, Name: of(t.says.Subject, name), Size: s.Size, At: at}), nil
}

// admit is the name under which a file may come to its place, or why it may not (rules 23, 24).
func (t Task) admit(s Sending, place Place, p FilePolicy, by Who) (string, error) {
	if err := t.takesFiles(s.Contact, place, p); err != nil {
		return "", err
	}
	name, err := t.sentName(s.Name, t.types(s))
	if err != nil {
		return "", err
	}
	return name, t.room(by)
}

// placed is where the file goes, if its sender may put one there.
func (t Task) placed(s Sending, now time.Time) (Place, error) {
	p := s.Place
	p.For = uuid.Nil
	if p.Message != uuid.Nil { // who reads it is said when it is posted
		p.Talk = Talk{}
	}
	err := t.there()
	if s.Contact != uuid.Nil {
		err = t.Shown(s.Contact, now)
	}
	if err == nil {
		err = t.checkTalk(s.Contact, p.Talk)
	}
	if err != nil || p.Item == uuid.Nil {
		return p, err
	}
	if t.answersWith(p) {
		return t.placedOnField(s, p)
	}
	i := t.item(p.Item)
	if i == nil || i.cancelled || p.Talk != (Talk{}) || p.Message != uuid.Nil {
		return p, ErrItem
	}
	if s.Contact == uuid.Nil { // an example
		return p, nil
	}
	p.For = i.whose(s.Contact)
	switch i.rounds[p.For].stands {
	case wanted, sentBack:
	case returned, inReview:
		return p, ErrReturned
	case accepted:
		return p, ErrAccepted
	}
	return p, nil
}

// takesFiles refuses, as gone, what the task takes no file for, or none any more (rule 23): contact is who sends, zero
// for the practice.
func (t Task) takesFiles(contact uuid.UUID, place Place, p FilePolicy) error {
	shared, own := t.shared, t.part(contact)
	switch {
	case t.there() != nil, contact != uuid.Nil && !t.Sees(contact):
		return ErrFilesAccess
	case contact != uuid.Nil && p.Off:
		return ErrFilesOff
	case shared.closed != "" && shared.reason != "", own.closed != "" && own.reason != "":
		return ErrFilesOver.Withf("This is closed and takes no more files. The practice wrote: %s", cmp.Or(shared.reason, own.reason))
	case shared.closed != "", own.closed != "", shared.confirmed, own.confirmed:
		return ErrFilesOver
	}
	i := t.item(place.Item)
	if i != nil && (i.cancelled || contact != uuid.Nil && i.rounds[place.For].stands != wanted && i.rounds[place.For].stands != sentBack) {
		return ErrFilesOver.Withf("This item takes no more files: it is with the practice, or no longer asked for.")
	}
	if t.answersWith(place) && shared.done {
		return ErrFilesOver.Withf("This was submitted, so its questions take no more files.")
	}
	return nil
}

// TakesFiles tells whether a contact, or where it is zero the practice, may put files on the task now: nil, or why not.
// It refuses with ErrFilesAccess, ErrFilesOff, ErrFilesOver.
func (t Task) TakesFiles(contact uuid.UUID, p FilePolicy) error {
	return t.takesFiles(contact, Place{}, p)
}

// types are those that the item or the question takes that a file is for; none: all.
func (t Task) types(s Sending) []string {
	i := t.item(s.Place.Item)
	switch {
	case i != nil && s.Contact == uuid.Nil: // an example
		return nil
	case i != nil:
		return i.Types
	}
	return s.Asked.Types()
}

func (t Task) sentName(name string, types []string) (string, error) {
	shown := filename.Shown(name)
	if shown == "" || len(name) > maxSent {
		return "", ErrFileName
	}
	if len(types) > 0 {
		if _, err := filetype.Of(shown, types); err != nil {
			return "", ErrFileType.Withf("This is asked for as %s. Send it as one of these.", strings.Join(types, ", "))
		}
	}
	return strings.ToValidUTF8(name, "\uFFFD"), nil
}

func (t Task) room(by Who) error {
	running := 0
	for _, f := range t.files {
		if f.state == receiving && f.by == by {
			running++
		}
	}
	switch {
	case len(t.files) >= MaxAttachments:
		return ErrTooManyFiles
	case running >= MaxRunning:
		return ErrTooManyRunning
	}
	return nil
}

// attachment is nil where the task knows of none.
func (t Task) attachment(id uuid.UUID) *file {
	i := slices.IndexFunc(t.files, func(f file) bool { return f.id == id })
	if i < 0 {
		return nil
	}
	return &t.files[i]
}

// sender is the contact who sent a file or in whose place it was sent; zero: the practice.
func (f *file) sender() uuid.UUID {
	if w := f.by.author(); w.Kind == event.Contact {
		return w.ID
	}
	return uuid.Nil
}

// Coming tells whether more bytes of a file may come: nil, or why not (rule 23). It refuses with ErrAttachment,
// ErrFileEnded, ErrFilesAccess, ErrFilesOff, ErrFilesOver.
func (t Task) Coming(id uuid.UUID, p FilePolicy, now time.Time) error {
	t, _ = t.ahead(now)
	f := t.attachment(id)
	switch {
	case f == nil:
		return ErrAttachment
	case f.state != receiving:
		return ErrFileEnded
	}
	return t.takesFiles(f.sender(), f.place, p)
}

// Receipt is what is known of a file whose last byte is on disk.
type Receipt struct {
	Attachment uuid.UUID
	Size       int64
	SHA256     string // 64 lower-case hex digits
	Media      string // found by content
}

// ReceiveFile puts a complete file on the task (rules 23, 25, 26). Receiving it again changes nothing, whatever has
// become of it. It refuses like Coming, and with ErrFileContent.
func (t Task) ReceiveFile(r Receipt, p FilePolicy, now time.Time) ([]Event, error) {
	t, events := t.ahead(now)
	f := t.attachment(r.Attachment)
	if f != nil && f.state != receiving && f.state != abandoned {
		return events, nil
	}
	if err := t.Coming(r.Attachment, p, now); err != nil {
		return nil, err
	}
	if digest, err := hex.DecodeString(r.SHA256); err != nil || len(digest) != 32 || r.Size != f.size {
		return nil, ErrFileContent
	}
	window := max(p.Window, 0).Truncate(time.Millisecond)
	e := AttachmentReceived{
		Attachment: f.id, By: f.by, Place: f.place, Name: of(t.says.Subject, t.freeName(f)), SentAs: f.name, Size: r.Size, SHA256: r.SHA256, Media: r.Media,
		SameAs: t.sameContent(f, r.SHA256), StartedAt: f.startedAt, Deadline: now.Add(window), Delivered: p.AtOnce, Awaited: p.Scan, At: now,
	}
	events = t.answerWith(append(events, e), f, true, f.by, now)
	if window == 0 && !p.AtOnce && !p.Scan {
		events = append(events, AttachmentReleased{Attachment: f.id, At: now})
	}
	return events, nil
}

// TakeFile is StartFile and ReceiveFile at once, for a file that came whole since s.StartedAt. It refuses like both.
func (t Task) TakeFile(s Sending, r Receipt, p FilePolicy, by Who, now time.Time) ([]Event, error) {
	events, err := t.StartFile(s, p, by, now)
	if err != nil {
		return nil, err
	}
	after := t.fork()
	for _, e := range events {
		after = after.Apply(e)
	}
	more, err := after.ReceiveFile(r, p, now)
	if err != nil {
		return nil, err
	}
	return append(events, more...), nil
}

// freeName is a name that no other file has in the same place: whoever sees the one sees the other (S1.i12). Where a file
// of a message will be is not known yet, so no other has it that its sender sees. An example says nothing of drafts.
func (t Task) freeName(f *file) string {
	var taken []string
	for _, o := range t.files {
		beside := o.place == f.place && (f.place.Item == uuid.Nil || (o.sender() == uuid.Nil) == (f.sender() == uuid.Nil))
		if o.id != f.id && o.kept() && (beside || f.place.Message != uuid.Nil && t.shows(&o, f.sender())) {
			taken = append(taken, o.name.String())
		}
	}
	return filename.Free(filename.Shown(f.name.String()), taken)
}

// kept tells that a file has come and was not taken away.
func (f *file) kept() bool { return f.state == received || f.state == released }

// sameContent is the earliest file of that content that the sender of f sees, zero where there is none (T15).
func (t Task) sameContent(f *file, sha256 string) uuid.UUID {
	for i := range t.files {
		o := &t.files[i]
		if o.sha256 != sha256 || !o.kept() || o.awaited && o.by.author() != f.by.author() {
			continue
		}
		if t.shows(o, f.sender()) {
			return o.id
		}
	}
	return uuid.Nil
}

// seenBy tells that a contact who sees the task sees what is put there.
func (p Place) seenBy(contact uuid.UUID) bool {
	return !p.Talk.Internal && (p.Talk.With == uuid.Nil || p.Talk.With == contact) && (p.For == uuid.Nil || p.For == contact)
}

// draft tells that a file was put on an item and not returned yet, or into a message that was not posted yet: it is nothing
// to the practice (S4.i7). An example is none.
func (t Task) draft(f *file) bool {
	return (f.place.Item != uuid.Nil && f.sender() != uuid.Nil || f.unsent()) && !f.returned
}

// unsent tells that a file is for a message that was not posted yet: it is nothing to anybody but its sender.
func (f *file) unsent() bool { return f.place.Message != uuid.Nil && !f.returned }

// shows tells that a contact who sees the task, or where it is zero the practice, sees a file or will see it.
func (t Task) shows(f *file, contact uuid.UUID) bool {
	if contact == uuid.Nil {
		return !t.draft(f)
	}
	return f.sender() == contact || !f.unsent() && f.place.seenBy(contact)
}
