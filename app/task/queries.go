package task

import (
	"context"
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Reader reads the read model of tasks. Every method is scoped to one firm; what is unknown or another firm's is
// task.ErrNotFound of the domain, and so is what was taken back.
type Reader interface {
	// Tasks lists a firm's tasks.
	Tasks(ctx context.Context, firm int32, q Query) (rows []Row, next string, err error)
	// Counts are the numbers beside the filters; the query's cursor and limit count for nothing.
	Counts(ctx context.Context, firm int32, q Query) (Counts, error)
	// Matching are the ids of all tasks that q chooses, MaxMany+1 at most, whatever its cursor and limit (S3.i7).
	Matching(ctx context.Context, firm int32, q Query) ([]uuid.UUID, error)
	// Task is one task, open or closed.
	Task(ctx context.Context, firm int32, id uuid.UUID) (Detail, error)
	// Life is what happened to a task, oldest first.
	Life(ctx context.Context, firm int32, id uuid.UUID) ([]LifeRow, error)
	// Todos are the tasks of a contact: of one client, or with a zero client those that are nobody else's. Open ones come
	// first, those due first first.
	Todos(ctx context.Context, firm int32, contact, client uuid.UUID, q TodoQuery) (rows []Todo, err error)
	// Todo is one task as a contact sees it.
	Todo(ctx context.Context, firm int32, contact, id uuid.UUID) (Todo, error)
}

// Query chooses tasks. Zero fields choose all that are open, those due first first.
type Query struct {
	Text   string // the beginnings of words in title and the client's name
	Of     Of
	Me     uuid.UUID // staff: whose are mine
	Owner  uuid.UUID // staff
	Client uuid.UUID
	Tag    string    // of the client
	Only   uuid.UUID // the contact whose they are, of no client
	Kind   task.Sort
	Due    Due
	Today  string        // "2026-05-12", in the practice's zone: what Due is counted from
	Their  Stand         // where the clients stand
	Part   task.Progress // where the practice stands
	Urgent task.Priority
	// NobodyActs chooses those that nobody whom they are for could do (S3.i5).
	NobodyActs bool
	ToReview   bool // those of which something that was returned waits for the practice
	Shelf      Shelf
	Job        uuid.UUID
	Tasks      []uuid.UUID // only these; nil: all
	Order      Order
	After      string // cursor from the page before, in the same order
	Limit      int    // default 50, at most 200
}

// Of is whose tasks of the practice.
type Of string

// The choices.
const (
	OfAll  Of = ""
	OfMe   Of = "mine"
	OfTeam Of = "team" // somebody else's, or nobody's yet
	OfNone Of = "none" // nobody's yet
)

// Due is when a task is due.
type Due string

// The choices.
const (
	AnyDue   Due = ""
	Overdue  Due = "overdue"
	DueToday Due = "today"
	DueWeek  Due = "week" // today or within seven days
	NoDue    Due = "none"
)

// Stand is where clients stand with a task, the one of them who is furthest behind.
type Stand string

// Where they stand. Their words are stored in the read model.
const (
	AnyStand  Stand = ""
	NotSeen   Stand = "assigned"
	SeenStand Stand = "seen"      // somebody has opened it, and not everybody is done
	DoneStand Stand = "done"      // it waits for the practice to confirm it
	Agreed    Stand = "confirmed" //
)

// Shelf is where tasks are looked for.
type Shelf string

// The shelves.
const (
	OpenShelf Shelf = ""
	ShutShelf Shelf = "closed"
	AllShelf  Shelf = "all"
)

// Order is how tasks are sorted.
type Order string

// The orders.
const (
	ByDue  Order = ""
	Newest Order = "newest"
)

// Counts are how many tasks there are for each choice of a filter, with the others as they are.
type Counts struct {
	Found      int // what the query chooses
	Of         map[Of]int
	Owners     map[uuid.UUID]int // staff; zero: nobody's
	Due        map[Due]int
	Stands     map[Stand]int
	Parts      map[task.Progress]int
	Kinds      map[task.Sort]int
	Priorities map[task.Priority]int
	NobodyActs int
	ToReview   int
}

// Row is one line of the list of tasks.
type Row struct {
	ID            uuid.UUID
	Client        uuid.UUID // zero: Contact's
	ClientName    string
	Contact       uuid.UUID // of a task without client
	Kind          task.Sort
	Title         string
	DueOn         string // "2026-05-12"; empty: none
	InternalDueOn string
	Owner         uuid.UUID
	OwnerName     string
	Priority      task.Priority
	Stand         Stand
	Part          task.Progress
	Outcome       task.Outcome // empty: open
	Ticked        int
	Entries       int
	Nth           int
	Repeats       bool
	NobodyActs    bool      // it is open, and nobody whom it is for has access: it needs another recipient (I1)
	HoldUntil     time.Time // zero: it was not held
	AssignedAt    time.Time
	ClosedAt      time.Time
	Job           uuid.UUID
	ToReview      bool    // something that was returned waits for the practice
	Numbers       Numbers // of a request, in a list
	Unread        int     // messages that who looks has not read, where Threads was asked
}

// Detail is one task.
type Detail struct {
	Row
	Description    string
	Audience       task.Audience // contacts it is for; with All those that are left out stand in Without
	Without        []uuid.UUID
	Each           bool
	FinishTogether bool
	Checklist      []Entry
	Recurrence     task.Recurrence
	Series         uuid.UUID
	Next           uuid.UUID // the task that followed; zero: none yet
	Sender         uuid.UUID
	SenderName     string
	Reason         string // of its being closed
	Zone           string
	People         []Part // of those who did something
}

// For tells that a contact is among those whom the task is for. Who is linked to the client with the right to its tasks is
// asked elsewhere.
func (d Detail) For(contact uuid.UUID) bool { return isFor(d.Audience, d.Without, contact) }

// For is Detail's.
func (t Todo) For(contact uuid.UUID) bool { return isFor(t.Audience, t.Without, contact) }

func isFor(a task.Audience, without []uuid.UUID, contact uuid.UUID) bool {
	return (a.All || slices.Contains(a.Contacts, contact)) && !slices.Contains(without, contact)
}

// SeenBy are those of people who see the task: those linked to its client with the right to tasks, or the only contact.
func (d Detail) SeenBy(people []uuid.UUID) (who []uuid.UUID) {
	for _, c := range people {
		if d.Audience.All && !slices.Contains(d.Without, c) || slices.Contains(d.Audience.Contacts, c) {
			who = append(who, c)
		}
	}
	return who
}

// Asked are those for whom it isn't closed, either (S4.i9).
func (d Detail) Asked(people []uuid.UUID) []uuid.UUID {
	return slices.DeleteFunc(d.SeenBy(people), func(c uuid.UUID) bool {
		return slices.ContainsFunc(d.People, func(p Part) bool { return p.Contact == c && p.Outcome != "" })
	})
}

// Entry is one line of a checklist.
type Entry struct {
	ID       uuid.UUID
	Text     string
	TickedAt time.Time // zero: it isn't
	TickedBy event.Actor
}

// Part is what has become of a task for one contact; a zero Contact is for all.
type Part struct {
	Contact     uuid.UUID
	ToldAt      time.Time // a mail about it was handed over
	FailedAt    time.Time // none could be
	SeenAt      time.Time
	DoneAt      time.Time
	DoneBy      uuid.UUID // the contact
	Note        string
	ConfirmedAt time.Time
	Outcome     task.Outcome // closed; empty: it isn't
	Reason      string       // of that, or of its being reopened
	ReopenedAt  time.Time
}

// LifeRow is one line of a task's history.
type LifeRow struct {
	At      time.Time
	Type    string // the stored name of the event
	By      event.Actor
	ByName  string    // of staff
	Contact uuid.UUID // whom it is about; zero: all
	Detail  string    // a word of the event: a state, an outcome, a day, somebody's words
}

// TodoQuery chooses tasks of a contact.
type TodoQuery struct {
	Open  bool // only what is still theirs to do
	Limit int  // default 50, at most 200

	Also []uuid.UUID // further clients
}

// Todo is a task as a contact sees it.
type Todo struct {
	Row
	Description string
	Audience    task.Audience // as in Detail
	Without     []uuid.UUID
	Each        bool
	Checklist   []Entry
	Mine        Part // or that of all
	SeenAt      time.Time
	Closed      bool // for the contact or for all
	Reason      string
}

// Open tells that it is still the contact's to do.
func (t Todo) Open() bool { return !t.Closed && t.Mine.DoneAt.IsZero() }
