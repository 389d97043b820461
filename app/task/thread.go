package task

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Colleagues know the people of a practice.
type Colleagues interface {
	// Known refuses anybody who is not of the practice.
	Known(ctx context.Context, firm int32, staff []uuid.UUID) error
}

// talks runs one decision about a task's thread: of a contact, as act does, or where contact is zero of the practice.
func (c Commands) talks(ctx context.Context, a Act, decide func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error)) (es.Result, error) {
	if a.Contact != uuid.Nil {
		return c.act(ctx, a, decide)
	}
	people, err := c.peopleOf(ctx, a.By.Firm, a.Task)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, a.By, a.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return decide(t, people, who(a.By, uuid.Nil), now)
	})
}

func (c Commands) mentions(ctx context.Context, firm int32, staff []uuid.UUID) error {
	if len(staff) == 0 {
		return nil
	}
	return c.Colleagues.Known(ctx, firm, staff)
}

// Post says something in a task's thread. Contact is zero where the practice does. Sent again with the same Message it is
// one message.
type Post struct {
	Act
	Message  uuid.UUID
	Text     string
	Talk     task.Talk
	Files    []uuid.UUID // that were sent for it
	Mentions []uuid.UUID // staff
	Via      task.Via
}

// Post says something in a task's thread.
func (c Commands) Post(ctx context.Context, cmd Post) (es.Result, error) {
	if err := c.mentions(ctx, cmd.By.Firm, cmd.Mentions); err != nil {
		return es.Result{}, err
	}
	p := task.Posting{Message: cmd.Message, Contact: cmd.Contact, Text: cmd.Text, Talk: cmd.Talk, Files: cmd.Files, Mentions: cmd.Mentions, Via: cmd.Via}
	return c.talks(ctx, cmd.Act, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Post(p, people, by, now)
	})
}

// Edit changes a message shortly after it was posted.
type Edit struct {
	Act
	Message  uuid.UUID
	Text     string
	Mentions []uuid.UUID
}

// Edit changes a message shortly after it was posted.
func (c Commands) Edit(ctx context.Context, cmd Edit) (es.Result, error) {
	if err := c.mentions(ctx, cmd.By.Firm, cmd.Mentions); err != nil {
		return es.Result{}, err
	}
	return c.talks(ctx, cmd.Act, func(t task.Task, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Edit(cmd.Message, cmd.Text, cmd.Mentions, cmd.Contact, by, now)
	})
}

// OfMessage names a message for a command that needs nothing more. Contact is zero where the practice acts.
type OfMessage struct {
	Act
	Message uuid.UUID
}

// Delete takes a message away; a mark stays.
func (c Commands) Delete(ctx context.Context, cmd OfMessage) (es.Result, error) {
	return c.talks(ctx, cmd.Act, func(t task.Task, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Delete(cmd.Message, cmd.Contact, by, now)
	})
}

// Read says that somebody has read a thread up to a message.
func (c Commands) Read(ctx context.Context, cmd OfMessage) (es.Result, error) {
	return c.talks(ctx, cmd.Act, func(t task.Task, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Read(cmd.Message, cmd.Contact, by, now)
	})
}

// Threads reads the read model of messages. Every method is scoped to one firm. Whether a contact sees a task at all is
// asked of Reader.Todo.
type Threads interface {
	// Thread is what the practice sees of a task's thread; staff is who asks.
	Thread(ctx context.Context, firm int32, task, staff uuid.UUID) (Thread, error)
	// ThreadOf is what a contact sees of it: nothing that is internal, private to somebody else, or before their time (T4).
	ThreadOf(ctx context.Context, firm int32, task, contact uuid.UUID) (Thread, error)
	// Unread counts the messages that somebody has not read, for each of some tasks that has any.
	Unread(ctx context.Context, firm int32, who event.Actor, tasks []uuid.UUID) (map[uuid.UUID]int, error)
	// Newest is the newest message that somebody reads of each of some tasks that has any.
	Newest(ctx context.Context, firm int32, who event.Actor, tasks []uuid.UUID) (map[uuid.UUID]Message, error)
	// Said is what the practice and a contact have said to each other on all tasks that are for the contact, the newest
	// first, without the practice's notes for itself (S4.10); staff is who asks.
	Said(ctx context.Context, firm int32, staff, contact uuid.UUID, q SaidQuery) ([]SaidOn, error)
}

// SaidQuery is which part of a talk is asked for: at most Limit messages from before the message Before, the newest where
// it is zero.
type SaidQuery struct {
	Before uuid.UUID
	Limit  int
}

// SaidOn is a message and the task on which it was said.
type SaidOn struct {
	Message
	Task  uuid.UUID
	Title string
	Over  bool // the task is closed
}

// Thread is the messages of a task, oldest first.
type Thread struct {
	Messages []Message
	Readers  []ThreadReader // but for who asks; a contact is told of the practice only
	Unread   int            // of who asks
}

// Last is the newest message; zero: there is none.
func (t Thread) Last() uuid.UUID {
	if len(t.Messages) == 0 {
		return uuid.Nil
	}
	return t.Messages[len(t.Messages)-1].ID
}

// Message is one message, or the mark of one that was deleted.
type Message struct {
	ID        uuid.UUID
	N         int         // its place: 1, 2, 3; what somebody may not read has one, too
	By        event.Actor // in whose name it was written
	ByName    string
	Hand      uuid.UUID // staff: who wrote it in a contact's place; zero: nobody
	HandName  string
	Text      string // empty where it was deleted
	Talk      task.Talk
	WithName  string
	Mentions  []uuid.UUID
	Named     []string // the names of Mentions
	Via       task.Via
	At        time.Time
	EditedAt  time.Time // zero: never
	DeletedAt time.Time // zero: it wasn't
	New       bool      // who asks has not read it
}

// ThreadReader is how far somebody has read.
type ThreadReader struct {
	Who  event.Actor
	Name string
	Upto int // the place of a message
	At   time.Time
}
