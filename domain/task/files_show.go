package task

import (
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxExamples is how many files an item is asked for with.
const MaxExamples = 10

// ErrExamples refuses more.
var ErrExamples = fault.New(fault.Invalid, "task.examples", "An item is asked for with at most 10 example files.")

// Showing is a file of the practice that a task brings along as an example: what is meant by one of its items (rule 18).
type Showing struct {
	Attachment, Item uuid.UUID
	By               Who
	From             Source // but for Task, Client and Subject
}

// Shown is the id of the file that shows on an item of a task what another file is; the same one however often it is asked.
func Shown(task, item, from uuid.UUID) uuid.UUID { return derived(task, item.String()+from.String()) }

// Examples are the files that the next one of a series brings along, or a copy: those of the practice on items that are
// still wanted, with the ids that they have here.
func (t Task) Examples() (all []Showing) {
	for i := range t.files {
		f := &t.files[i]
		if !t.Exemplary(f.id) || t.item(f.place.Item).cancelled || !f.kept() {
			continue
		}
		all = append(all, Showing{Attachment: f.id, Item: f.place.Item, By: f.by, From: Source{
			Attachment: f.id, Transfer: f.transfer, Name: f.name.Text, Size: f.size, SHA256: f.sha256, Media: f.media, Clean: f.clean,
		}})
	}
	return all
}

// Exemplary tells that a file is one of the practice's on an item.
func (t Task) Exemplary(id uuid.UUID) bool {
	f := t.attachment(id)
	return f != nil && f.sender() == uuid.Nil && t.item(f.place.Item) != nil
}

// show puts files of the practice on items of a task that is being assigned. They are its clients' with the task, and with
// a scanner not before its verdict (U8).
func (t Task) show(files []Showing, scans bool, now time.Time) (events []Event) {
	t = t.fork()
	for _, s := range files {
		if t.item(s.Item) == nil {
			continue
		}
		f := &file{id: s.Attachment, by: s.By, place: Place{Item: s.Item}, name: of(t.says.Subject, s.From.Name)}
		e := AttachmentReceived{
			Attachment: f.id, By: f.by, Place: f.place, Name: of(t.says.Subject, t.freeName(f)), SentAs: f.name, Size: s.From.Size, SHA256: s.From.SHA256, Media: s.From.Media,
			Transfer: s.From.Transfer, StartedAt: now, Deadline: now, Delivered: true, Awaited: scans && !s.From.Clean, At: now,
		}
		t, events = t.Apply(e), append(events, e)
	}
	return events
}
