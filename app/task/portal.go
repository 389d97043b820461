package task

import (
	"context"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Act is what a contact does about a task, or somebody of the practice in their place.
type Act struct {
	By      es.By
	Task    uuid.UUID
	Contact uuid.UUID
}

// mine refuses with task.ErrNotFound who is not, or no longer, linked to the task's client with the right to its tasks.
// Whether the task is theirs is decided with what they do.
func (c Commands) mine(ctx context.Context, a Act) ([]uuid.UUID, error) {
	people, err := c.peopleOf(ctx, a.By.Firm, a.Task)
	if err == nil && !slices.Contains(people, a.Contact) {
		err = task.ErrNotFound
	}
	return people, err
}

// act runs one decision of a contact.
func (c Commands) act(ctx context.Context, a Act, decide func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error)) (es.Result, error) {
	people, err := c.mine(ctx, a)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, a.By, a.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return decide(t, people, who(a.By, a.Contact), now)
	})
}

// See records that a contact has opened a task.
func (c Commands) See(ctx context.Context, a Act) (es.Result, error) {
	return c.act(ctx, a, func(t task.Task, _ []uuid.UUID, _ task.Who, now time.Time) ([]task.Event, error) {
		return t.See(a.Contact, now)
	})
}

// Finish says that a contact is done. Note may be empty, but for a question.
type Finish struct {
	Act
	Note string
}

// Finish says that a contact is done.
func (c Commands) Finish(ctx context.Context, cmd Finish) (es.Result, error) {
	return c.act(ctx, cmd.Act, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Finish(cmd.Contact, cmd.Note, people, by, now)
	})
}

// Undo takes that back.
func (c Commands) Undo(ctx context.Context, a Act) (es.Result, error) {
	return c.act(ctx, a, func(t task.Task, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Undo(a.Contact, by, now)
	})
}

// Tick crosses an entry of the checklist off, or takes that back. Contact is zero where the practice does it for itself.
type Tick struct {
	Act
	Entry uuid.UUID
	On    bool
}

// Tick crosses an entry of the checklist off, or takes that back.
func (c Commands) Tick(ctx context.Context, cmd Tick) (es.Result, error) {
	decide := func(t task.Task, _ []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.Tick(cmd.Entry, cmd.On, cmd.Contact, by, now)
	}
	if cmd.Contact == uuid.Nil {
		return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
			return decide(t, nil, who(cmd.By, uuid.Nil), now)
		})
	}
	return c.act(ctx, cmd.Act, decide)
}
