package views

import (
	"html/template"
	"slices"

	"github.com/google/uuid"
)

// PortalTodos are the tasks of a contact (S3.17).
type PortalTodos struct {
	Portal
	Open  []TodoLine
	Done  []TodoLine // or closed
	Empty PortalEmpty
	Talks TalksLink
}

// TodoLine is one task in a contact's list.
type TodoLine struct {
	ID    uuid.UUID
	Title string
	Href  string
	Note  string // how much of the checklist is crossed off
	Badge *Badge
	New   bool   // nobody has opened it yet (S2.i13)
	News  string // that, or how many messages are unread; empty: nothing is new
	Open  bool
}

// PortalTodo is one task as a contact sees it.
type PortalTodo struct {
	Portal
	Command     uuid.UUID
	ID          uuid.UUID
	Back        string
	Description template.HTML
	Due         *Badge
	DueOn       string // a sentence
	Unseen      bool   // nobody has said yet that its reader has opened it
	Open        bool   // it is still to do
	Closed      bool   // it takes nothing more
	Question    bool   // done by an answer
	State       string // how it stands, where it isn't to do
	Undo        bool   // it can be taken back
	Again       bool   // it was opened again, for Reason
	Reason      string
	Note        string // what was written with it
	Typed       string
	Draft       string // what the browser keeps texts under until the server has them
	Max         int    // letters of a note
	Checklist   []TodoEntry
	Request     *PortalRequest // what it asks for; nil: it is no request of documents
	Sheet       *PortalSheet   // the questionnaire; nil: it asks for none
	Thread      *Thread
	Files       *TaskFiles
	Problems    Problems
}

// TodoEntry is one line of a checklist.
type TodoEntry struct {
	ID      uuid.UUID
	Command uuid.UUID
	Text    string
	Ticked  bool
}

// File is Page.
func (PortalTodos) File() string { return "portal_todos.html" }

// File is Page.
func (PortalTodo) File() string { return "portal_todo.html" }

// Tasks is the practice's list of what is asked of clients, or its board.
type Tasks struct {
	Shell
	Query    string
	Client   string // whom the list is narrowed to
	ClientID uuid.UUID
	Tag      string // of clients
	Found    string
	Filters  [][]Filter
	Kept     []Choice // other filters, for the search
	Owner    string   // whose tasks, an id
	Owners   []Choice
	Views    []Filter // list and board
	Orders   []Filter
	Here     string // the address of what is shown, from the first page
	Board    bool
	Columns  []TaskColumn
	Rows     []TaskLine
	Empty    Empty
	Pager    Pager

	Saved SavedFilters

	Acts       TaskActs // what could be done to those that are ticked
	Matching   string   // how many all are that match; empty: none
	Colleagues []Choice // who could be in charge
	Priorities []Choice
	Parts      []Choice
	Did        *DidJob // what was just done to many; nil: nothing
	Undone     bool    // a task was just taken back
}

// Filtered tells that a filter is on.
func (t Tasks) Filtered() bool {
	return slices.ContainsFunc(t.Filters, func(row []Filter) bool { return slices.ContainsFunc(row, func(f Filter) bool { return f.Current }) })
}

// SavedFilters are what is looked for again and again, and the form that keeps what is shown.
type SavedFilters struct {
	ID       uuid.UUID // of one more
	Lines    []SavedFilter
	Name     string // as typed
	Shared   bool
	Wrong    uuid.UUID // what Problems are of; zero: of one more
	Problems Problems
}

// Changeable are those that who looks may change.
func (f SavedFilters) Changeable() (some []SavedFilter) {
	for _, l := range f.Lines {
		if l.Mine {
			some = append(some, l)
		}
	}
	return some
}

// SavedFilter is one of them.
type SavedFilter struct {
	ID      uuid.UUID
	Name    string
	Typed   string // in the form
	Ticked  bool   // in the form: colleagues find it
	Href    string
	Current bool
	From    string // who shares it; empty: who looks has made it
	Mine    bool   // to change
}

// DidJob is what was done to many, in words.
type DidJob struct {
	ID          uuid.UUID
	What, Count string
}

// Next is the command id of one more form.
func (Tasks) Next() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// TaskColumn is one state of the practice's part, with the tasks that are in it.
type TaskColumn struct {
	Part, Word, Count string
	Before, Next      Choice // the columns beside it; empty: none
	Rows              []TaskLine
	More              string // address of all of them; empty: these are all
}

// TaskLine is one task in the practice's list.
type TaskLine struct {
	ID       uuid.UUID
	Title    string
	Kind     string
	Client   string
	ClientID uuid.UUID // zero: Contact's, who is no client
	Contact  uuid.UUID
	Owner    string // empty: nobody's yet
	Due      string // "2 Jan 2026"; empty: no date
	Late     bool
	// NobodyActs tells that it is open and nobody whom it is for has access.
	NobodyActs bool
	High       bool
	Chosen     bool // its box is ticked
	Repeats    bool
	Entries    int
	Ticked     int
	Asked      int // how many things a request asks for; 0: it is none
	Returned   int // how many of those were returned, accepted ones among them
	ToReview   bool
	Stand      Badge
	Part       string
	Unread     int // messages
	Assigned   When
}

// TaskFields are what a practitioner types of a task.
type TaskFields struct {
	Kind, Title, Description, DueOn, InternalDueOn, Priority, Checklist string
	Owner                                                               string // a colleague's id; empty: nobody
	Owners                                                              []Choice
	Everybody, Each, Together                                           bool
	Named                                                               map[string]bool // contacts, where it isn't everybody
	Every, Unit                                                         string
	Completion, Wait                                                    bool
	OfClient                                                            bool // of many: whoever is in charge of the client is in charge
	Priorities, Units                                                   []Choice
	Items                                                               []ItemFields // of a request of documents
	Copied                                                              string       // the task that it was made from
	Template, TemplateName                                              string       // that it was made from, or is kept as
	Form, Earlier                                                       string       // the questionnaire, and the task with whose answers it begins
	Again                                                               bool         // of many: each begins with their own answers of before
	Cadence                                                             string       // of reminders, an id; empty: none
	Cadences                                                            []Choice
	Doubts                                                              []string // that its writer has read, or reads now
	Problems                                                            Problems
}

// TaskNew is the form of a new task.
type TaskNew struct {
	Shell
	Fields   TaskFields
	ID       uuid.UUID
	Command  uuid.UUID
	Client   string // empty: it is to be chosen first
	ClientID string
	Clients  []ClientChoice
	People   []TaskPerson
	Kinds    []Choice
	Blanks   []string  // words of its texts that are filled in for each client
	Many     *TaskMany // whom, where it is asked of many; nil: of one client

	Documents bool // it is a request of documents
	Rows      []ItemFields
	Model     string // the title of the task that it is made from; empty: none
	Templates []Choice

	Filling bool // it is a questionnaire
	Forms   []Choice
	Earlier []Choice
}

// TaskMany are the clients who are asked for the same.
type TaskMany struct {
	Clients string // as the list of clients is chosen
	Count   string // "12 clients"
	Chosen  string // how, in words
}

// TaskPerson is somebody whom a task may be for.
type TaskPerson struct {
	ID     uuid.UUID
	Name   string
	Chosen bool
}

// Task is the practice's page of one task.
type Task struct {
	Shell
	Fields      TaskFields
	Task        TaskLine
	Command     uuid.UUID
	Description template.HTML
	Held        bool // it can be taken back
	Open        bool
	Confirm     *TaskConfirm // nil: there is nothing to confirm
	Done        bool         // there is something to open again
	Reason      string       // of its being closed
	Sender      string
	Priority    string
	Part        string
	Parts       []Choice
	Next        string // address of the one that followed; empty: none
	Followed    bool   // one is still to follow
	Copy        string // address of a form for another one like it; empty: none
	People      []TaskPart
	Whom        []Choice // contacts whom it concerns, where there are several
	Checklist   []TodoEntry
	Answers     *TaskAnswers // of a questionnaire; nil: it asks for none
	Request     *TaskItems   // what it asks for; nil: it is no request of documents
	Files       *TaskFiles
	Life        []TaskEvent
	Readers     *TaskReaders // nil: it is one contact's alone
	Reminders   *TaskReminders
	Thread      *Thread
	Problems    Problems
}

// TaskConfirm is the form that agrees that something is done.
type TaskConfirm struct {
	All      bool     // everybody is done who has to be
	Whose    []Choice // where each does it for themselves: those who are done
	Unviewed bool     // something that was returned has not been reviewed
}

// TaskPart is what has become of a task for one contact, or for all.
type TaskPart struct {
	Contact               uuid.UUID
	Name                  string
	Note                  string
	Reason                string
	Seen, Done, Confirmed When
	Closed                bool
}

// TaskReaders is who sees a task, and whom it could be shown to.
type TaskReaders struct {
	Task, Command uuid.UUID
	Open          bool
	Everybody     bool     // whoever may see the client's tasks, now and later
	See, Others   []Choice // contacts
	Without       []string // the names of contacts who may see no tasks of the client
	Contact, From string   // as they were typed
	Problem       *Problem
}

// TaskEvent is one line of a task's history.
type TaskEvent struct {
	Word string
	By   string
	At   When
}

// File is Page.
func (Tasks) File() string { return "tasks.html" }

// File is Page.
func (TaskNew) File() string { return "task_new.html" }

// File is Page.
func (Task) File() string { return "task.html" }
