package task

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "task"

// Stream is the history of one task.
func Stream(task uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: task} }

// Event is one fact about a task. The list in this file, events_answers.go, events_items.go, events_files.go and
// events_talk.go is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	task()
}

// Who acted. For is the contact in whose place somebody of the practice did it, zero where nobody's (S4.i1).
type Who struct {
	Kind event.ActorKind `json:"kind" es:"fact"`
	ID   uuid.UUID       `json:"id,omitzero" es:"id"`
	For  uuid.UUID       `json:"for,omitzero" es:"id"`
}

// Assigned asks somebody for something. Subject is whose key seals all text of the task: the client, or the only contact
// where no client is concerned (S3.9). Until HoldUntil nobody but the practice sees it (T5).
type Assigned struct {
	Client         uuid.UUID      `json:"client,omitzero" es:"id"`
	Subject        uuid.UUID      `json:"subject" es:"id"`
	Kind           Sort           `json:"kind" es:"fact"`
	Title          event.Personal `json:"title" es:"personal"`
	Description    event.Personal `json:"description" es:"personal"`           // Markdown
	DueOn          string         `json:"due_on,omitempty" es:"fact"`          // 2026-05-12, the client's, to the end of that day in Zone
	InternalDueOn  string         `json:"internal_due_on,omitempty" es:"fact"` // the practice's own
	Owner          uuid.UUID      `json:"owner,omitzero" es:"id"`              // staff; zero: nobody
	Audience       Audience       `json:"audience" es:"nested"`
	Each           bool           `json:"each,omitzero" es:"fact"` // everybody does it for themselves; otherwise one for all
	Priority       Priority       `json:"priority" es:"fact"`
	Checklist      []Entry        `json:"checklist,omitempty" es:"nested"`
	Items          []Item         `json:"items,omitempty" es:"nested"` // of Documents
	Form           uuid.UUID      `json:"form,omitzero" es:"id"`       // of FormFilling
	FormVersion    int            `json:"form_version,omitzero" es:"fact"`
	Cadence        uuid.UUID      `json:"cadence,omitzero" es:"id"`           // of reminders; zero: none
	Series         uuid.UUID      `json:"series" es:"id"`                     // the id of the first one, where the task repeats; its own otherwise
	Nth            int            `json:"nth" es:"fact"`                      // in the series: 1, 2, 3
	Recurrence     Recurrence     `json:"recurrence,omitzero" es:"nested"`    // zero: it doesn't repeat
	Template       uuid.UUID      `json:"template,omitzero" es:"id"`          // that it was made from
	Copied         uuid.UUID      `json:"copied,omitzero" es:"id"`            // the task that it was made from
	Bundle         uuid.UUID      `json:"bundle,omitzero" es:"id"`            // the Invite's that it came with
	Job            uuid.UUID      `json:"job,omitzero" es:"id"`               // in bulk: which one
	FinishTogether bool           `json:"finish_together,omitzero" es:"fact"` // what the client has done is done for the practice, too (T2)
	Tell           []uuid.UUID    `json:"tell,omitempty" es:"id"`             // contacts: who could see it by then, and is told of it; none of a Bundle, of which the Invite tells
	HoldUntil      time.Time      `json:"hold_until,omitzero" es:"fact"`
	Written        []Written      `json:"written,omitempty" es:"nested"` // texts with their blanks, from which the next one of a series is filled
	Zone           string         `json:"zone" es:"fact"`                // IANA
	Sender         uuid.UUID      `json:"sender,omitzero" es:"id"`       // staff, in whose name; zero: the practice's
	At             time.Time      `json:"at" es:"fact"`
}

// Sort is what sort of thing a task asks for.
type Sort string

// The sorts. Their words are stored.
const (
	ToDo        Sort = "todo"
	Documents   Sort = "documents" // a list of items
	Question    Sort = "question"  // done by an answer
	FormFilling Sort = "form"
	Signing     Sort = "signature"
)

// Audience is who sees the task among the client's contacts with the right to its tasks (T1).
type Audience struct {
	All      bool        `json:"all,omitzero" es:"fact"` // everybody, whoever is linked to the client later, too
	Contacts []uuid.UUID `json:"contacts,omitempty" es:"id"`
}

// Priority is how soon the practice should look at a task.
type Priority string

// The priorities. Their words are stored.
const (
	Low    Priority = "low"
	Normal Priority = "normal"
	High   Priority = "high"
)

// Written is one text of a task as it was written, where it had blanks.
type Written struct {
	Of   uuid.UUID      `json:"of,omitzero" es:"id"` // the entry's or the item's; zero: the task's own
	Part Part           `json:"part" es:"fact"`
	Text event.Personal `json:"text" es:"personal"`
}

// Part is which of its texts.
type Part string

// The parts. Their words are stored.
const (
	TheTitle       Part = "title"
	TheDescription Part = "description"
	TheHelp        Part = "help" // of an item
)

// Entry is one line of a checklist.
type Entry struct {
	ID   uuid.UUID      `json:"id" es:"id"`
	Text event.Personal `json:"text" es:"personal"`
}

// Recurrence is how a task comes again (T10): every so many units, counted from where it was due or from where it was
// completed.
type Recurrence struct {
	Every int    `json:"every,omitzero" es:"fact"` // 0: it doesn't
	Unit  Unit   `json:"unit,omitempty" es:"fact"`
	From  Origin `json:"from,omitempty" es:"fact"`
	OnDay int    `json:"on_day,omitzero" es:"fact"` // of OnSchedule, by months or years: the 31st is the last day of a shorter month
	Wait  bool   `json:"wait,omitzero" es:"fact"`   // of OnSchedule: not while the one before it is open
}

// Unit is a span of the calendar.
type Unit string

// The units. Their words are stored.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
	Year  Unit = "year"
)

// Origin is what a recurrence is counted from.
type Origin string

// The origins. Their words are stored.
const (
	OnSchedule   Origin = "schedule"
	OnCompletion Origin = "completion"
)

// TakenBack undoes the assignment before its hold has ended: nobody was told, and nobody but the practice has seen it (T5).
type TakenBack struct {
	By Who       `json:"by" es:"nested"`
	At time.Time `json:"at" es:"fact"`
}

// Retitled gives the task another title.
type Retitled struct {
	Title event.Personal `json:"title" es:"personal"`
	At    time.Time      `json:"at" es:"fact"`
}

// Described gives it another description.
type Described struct {
	Description event.Personal `json:"description" es:"personal"`
	At          time.Time      `json:"at" es:"fact"`
}

// DueSet moves the client's due date, or takes it away.
type DueSet struct {
	DueOn string    `json:"due_on,omitempty" es:"fact"`
	At    time.Time `json:"at" es:"fact"`
}

// InternalDueSet moves the practice's own due date, or takes it away.
type InternalDueSet struct {
	DueOn string    `json:"due_on,omitempty" es:"fact"`
	At    time.Time `json:"at" es:"fact"`
}

// OwnerSet says who of the practice is in charge from now on.
type OwnerSet struct {
	Owner uuid.UUID `json:"owner,omitzero" es:"id"` // staff; zero: nobody
	At    time.Time `json:"at" es:"fact"`
}

// AudienceSet states anew who sees the task. Whoever is new sees it from the start.
type AudienceSet struct {
	Audience Audience  `json:"audience" es:"nested"`
	At       time.Time `json:"at" es:"fact"`
}

// ContactAdded lets one more contact see the task: its thread from the start, or from now on (T4).
type ContactAdded struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	From    History   `json:"from" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// History is how much of a thread somebody sees who comes to it.
type History string

// The two choices. Their words are stored.
const (
	FromNow   History = "now"
	FromStart History = "start"
)

// ContactRemoved takes the task away from one contact. What they did stays.
type ContactRemoved struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// PrioritySet says how urgent it is from now on.
type PrioritySet struct {
	Priority Priority  `json:"priority" es:"fact"`
	At       time.Time `json:"at" es:"fact"`
}

// ChecklistSet states all entries anew, in their order. One that keeps its id keeps its tick.
type ChecklistSet struct {
	Checklist []Entry   `json:"checklist,omitempty" es:"nested"`
	At        time.Time `json:"at" es:"fact"`
}

// CadenceSet chooses another cadence of reminders, or none.
type CadenceSet struct {
	Cadence uuid.UUID `json:"cadence,omitzero" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// RecurrenceSet states anew how the task comes again.
type RecurrenceSet struct {
	Recurrence Recurrence `json:"recurrence,omitzero" es:"nested"`
	At         time.Time  `json:"at" es:"fact"`
}

// Repeated says that the next one of the series is to be assigned as the task Next. DueOn is the next one's.
type Repeated struct {
	Next  uuid.UUID `json:"next" es:"id"`
	Nth   int       `json:"nth" es:"fact"` // of the next one
	DueOn string    `json:"due_on,omitempty" es:"fact"`
	At    time.Time `json:"at" es:"fact"`
}

// Ticked crosses an entry of the checklist off.
type Ticked struct {
	Entry uuid.UUID `json:"entry" es:"id"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// Unticked takes that back.
type Unticked struct {
	Entry uuid.UUID `json:"entry" es:"id"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// Seen says that a contact has opened the task for the first time.
type Seen struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// DoneByClient says that a contact is done with it, for themselves or for all (Each). Note is their own words, of a
// Question the answer.
type DoneByClient struct {
	Contact uuid.UUID      `json:"contact" es:"id"`
	By      Who            `json:"by" es:"nested"`
	Note    event.Personal `json:"note" es:"personal"`
	At      time.Time      `json:"at" es:"fact"`
}

// UndoneByClient takes that back.
type UndoneByClient struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	By      Who       `json:"by" es:"nested"`
	At      time.Time `json:"at" es:"fact"`
}

// Confirmed says that the practice agrees that it is done.
type Confirmed struct {
	Contact uuid.UUID `json:"contact,omitzero" es:"id"` // zero: of all
	By      Who       `json:"by" es:"nested"`
	At      time.Time `json:"at" es:"fact"`
}

// Reopened makes it something to do again, whatever it was: done, confirmed, closed. Reason is for the client to read.
type Reopened struct {
	Contact uuid.UUID      `json:"contact,omitzero" es:"id"` // zero: for all
	Reason  event.Personal `json:"reason" es:"personal"`
	By      Who            `json:"by" es:"nested"`
	At      time.Time      `json:"at" es:"fact"`
}

// Progressed says where the practice's own part stands (T2).
type Progressed struct {
	State Progress  `json:"state" es:"fact"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// Progress is the state of the practice's part.
type Progress string

// The states. Their words are stored.
const (
	Open    Progress = "open"
	Doing   Progress = "doing"
	Waiting Progress = "waiting" // for the client or somebody else
	Done    Progress = "done"
)

// Closed ends the task, for one contact or for all: it shows everything and takes nothing (S2.i8, S4.i9). Reason is for
// the client to read.
type Closed struct {
	Contact uuid.UUID      `json:"contact,omitzero" es:"id"` // zero: for all
	Outcome Outcome        `json:"outcome" es:"fact"`
	Reason  event.Personal `json:"reason" es:"personal"`
	By      Who            `json:"by" es:"nested"`
	At      time.Time      `json:"at" es:"fact"`
}

// Outcome is how a task ended.
type Outcome string

// The outcomes. Their words are stored.
const (
	Completed Outcome = "completed"
	Cancelled Outcome = "cancelled"
)

func (Assigned) EventType() string       { return "task.assigned" }
func (TakenBack) EventType() string      { return "task.taken_back" }
func (Retitled) EventType() string       { return "task.retitled" }
func (Described) EventType() string      { return "task.described" }
func (DueSet) EventType() string         { return "task.due_set" }
func (InternalDueSet) EventType() string { return "task.internal_due_set" }
func (OwnerSet) EventType() string       { return "task.owner_set" }
func (AudienceSet) EventType() string    { return "task.audience_set" }
func (ContactAdded) EventType() string   { return "task.contact_added" }
func (ContactRemoved) EventType() string { return "task.contact_removed" }
func (PrioritySet) EventType() string    { return "task.priority_set" }
func (ChecklistSet) EventType() string   { return "task.checklist_set" }
func (CadenceSet) EventType() string     { return "task.cadence_set" }
func (RecurrenceSet) EventType() string  { return "task.recurrence_set" }
func (Repeated) EventType() string       { return "task.repeated" }
func (Ticked) EventType() string         { return "task.ticked" }
func (Unticked) EventType() string       { return "task.unticked" }
func (Seen) EventType() string           { return "task.seen" }
func (DoneByClient) EventType() string   { return "task.done_by_client" }
func (UndoneByClient) EventType() string { return "task.undone_by_client" }
func (Confirmed) EventType() string      { return "task.confirmed" }
func (Reopened) EventType() string       { return "task.reopened" }
func (Progressed) EventType() string     { return "task.progressed" }
func (Closed) EventType() string         { return "task.closed" }

func (Assigned) task()       {}
func (TakenBack) task()      {}
func (Retitled) task()       {}
func (Described) task()      {}
func (DueSet) task()         {}
func (InternalDueSet) task() {}
func (OwnerSet) task()       {}
func (AudienceSet) task()    {}
func (ContactAdded) task()   {}
func (ContactRemoved) task() {}
func (PrioritySet) task()    {}
func (ChecklistSet) task()   {}
func (CadenceSet) task()     {}
func (RecurrenceSet) task()  {}
func (Repeated) task()       {}
func (Ticked) task()         {}
func (Unticked) task()       {}
func (Seen) task()           {}
func (DoneByClient) task()   {}
func (UndoneByClient) task() {}
func (Confirmed) task()      {}
func (Reopened) task()       {}
func (Progressed) task()     {}
func (Closed) task()         {}
