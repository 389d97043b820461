package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Example is a file that a practice keeps to show clients what is meant by an item, before there is a request, or in a
// template. It is the practice's, as a logo is, and no client's: no key of a client seals its name, it is no part of any
// task, and erasing a client leaves it. Each request that shows it has a file of its own of the same bytes, whose name is
// sealed under its client's key, and which is scanned before any client sees it.
type Example struct {
	ID       uuid.UUID
	Transfer uuid.UUID // where its bytes are
	Target   uuid.UUID // the template that names it; its own id: nothing does
	Name     string
	Size     int64
	SHA256   string
	Media    string
	Infected bool // a virus was found in its bytes
}

// ErrExample refuses to ask with an example that is no more. Its sentence names it where that is known.
var ErrExample = fault.New(fault.Invalid, "task.example_gone",
	"An example file is no longer there. Choose it again.")

// showings are the examples that items are asked for with. It refuses with ErrExample.
func (c Commands) showings(ctx context.Context, by es.By, id uuid.UUID, items []task.Asking) (all []task.Showing, err error) {
	var ids []uuid.UUID
	for _, i := range items {
		ids = append(ids, i.Examples...)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	kept, err := c.Bytes.Examples(ctx, by.Firm, ids)
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		for _, of := range i.Examples {
			e, ok := kept[of]
			switch {
			case !ok:
				return nil, ErrExample
			case e.Infected:
				return nil, ErrExample.Withf("A virus was found in the example file “%s”. Take it out, and choose another.", e.Name)
			}
			all = append(all, task.Showing{Attachment: task.Shown(id, i.ID, of), Item: i.ID, By: who(by, uuid.Nil), From: task.Source{
				Attachment: of, Transfer: e.Transfer, Name: e.Name, Size: e.Size, SHA256: e.SHA256, Media: e.Media,
			}})
		}
	}
	return all, nil
}

// brings are the examples that a task is to bring along, whose bytes are held for it by then.
func (c Commands) brings(ctx context.Context, by es.By, a task.Assigning) ([]task.Showing, error) {
	all, err := c.showings(ctx, by, a.Task, a.Items)
	if err != nil {
		return nil, err
	}
	held, err := c.hold(ctx, by.Firm, a.Task, all)
	if err == nil && len(held) < len(all) {
		err = ErrExample
	}
	return held, err
}

// hold holds the bytes of examples for a task that is to name them, and returns those whose bytes are there.
func (c Commands) hold(ctx context.Context, firm int32, id uuid.UUID, all []task.Showing) (held []task.Showing, err error) {
	for _, s := range all {
		err := c.Bytes.Hold(ctx, firm, s.From.Transfer, s.Attachment, id)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Gone {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("hold an example: %w", err)
		}
		held = append(held, s)
	}
	return held, nil
}

// confirm says that the examples are named which events put on a task. What was held and is not named is given up later.
func (c Commands) confirm(ctx context.Context, firm int32, events []task.Event) error {
	for _, e := range events {
		if r, ok := event.Event(e).(task.AttachmentReceived); ok {
			if err := c.Bytes.Confirm(ctx, firm, r.Attachment); err != nil {
				return err
			}
		}
	}
	return nil
}

// KeepExample makes an example of the practice's of one that is on a task: the same bytes under another id. It refuses with
// task.ErrAttachment, ErrFileWaits, ErrFileGone, and as Bytes.Keep does.
func (c Commands) KeepExample(ctx context.Context, firm int32, id, of, from uuid.UUID) error {
	var s task.Source
	err := es.Look(ctx, c.Events, firm, task.Stream(of), func(t task.Task, _ int, now time.Time) (err error) {
		s, err = t.Reusable(from, uuid.Nil, now)
		if err == nil && !t.Exemplary(from) {
			err = task.ErrAttachment
		}
		return err
	})
	if err != nil {
		return unknown(err)
	}
	return c.Bytes.Keep(ctx, firm, Example{ID: id, Transfer: s.Transfer, Name: s.Name}, id)
}
