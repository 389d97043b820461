package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Bytes keep what files are made of, for as long as one of them needs it.
type Bytes interface {
	// Hold keeps the bytes of a transfer for one more file, which Confirm says is there. Holding again is fine. A fault of
	// kind Gone: there is nothing to hold any more.
	Hold(ctx context.Context, firm int32, transfer, file, task uuid.UUID) error
	Confirm(ctx context.Context, firm int32, file uuid.UUID) error
	// Keep keeps them as an example of the practice's own, for a week or as long as target names it. The rest as Hold.
	Keep(ctx context.Context, firm int32, e Example, target uuid.UUID) error
	// Examples are those of some ids that are there.
	Examples(ctx context.Context, firm int32, ids []uuid.UUID) (map[uuid.UUID]Example, error)
}

// Reuse puts a file on a task that was sent before. Contact is who has sent it and uses it again, zero: the practice, with
// what it has.
type Reuse struct {
	Act
	File     uuid.UUID // made for it (UUIDv7)
	Place    task.Place
	FromTask uuid.UUID
	From     uuid.UUID // an attachment there
}

// Reuse puts a file on a task that was sent before (T15): another attachment of the same bytes, of which nothing is copied.
// They are held before the task names them, so that they outlive whatever becomes of the earlier one meanwhile; what is
// held for a task that refuses the file is given up later.
func (c Commands) Reuse(ctx context.Context, cmd Reuse) (es.Result, error) {
	from, err := c.reusable(ctx, cmd)
	if err != nil {
		return es.Result{}, err
	}
	s, err := c.sending(ctx, StartFile{Act: cmd.Act, File: cmd.File, Place: cmd.Place})
	if err != nil {
		return es.Result{}, err
	}
	if err := c.Bytes.Hold(ctx, cmd.By.Firm, from.Transfer, cmd.File, cmd.Task); err != nil {
		return es.Result{}, err
	}
	taken := false
	r, err := c.fileAct(ctx, cmd.Act, func(t task.Task, p task.FilePolicy, by task.Who, now time.Time) ([]task.Event, error) {
		events, err := t.Reuse(s, from, p, by, now)
		taken = slices.ContainsFunc(events, func(e task.Event) bool {
			r, ok := e.(task.AttachmentReceived)
			return ok && r.Attachment == cmd.File
		})
		return events, err
	})
	if err != nil || !taken {
		return r, err
	}
	return r, c.Bytes.Confirm(ctx, cmd.By.Firm, cmd.File)
}

// reusable is the earlier file, if who uses it again may.
func (c Commands) reusable(ctx context.Context, cmd Reuse) (from task.Source, err error) {
	if cmd.Contact != uuid.Nil {
		if _, err := c.mine(ctx, Act{By: cmd.By, Task: cmd.FromTask, Contact: cmd.Contact}); err != nil {
			return from, unknown(err)
		}
	}
	err = es.Look(ctx, c.Events, cmd.By.Firm, task.Stream(cmd.FromTask), func(t task.Task, _ int, now time.Time) error {
		from, err = t.Reusable(cmd.From, cmd.Contact, now)
		return err
	})
	from.Task = cmd.FromTask
	return from, unknown(err)
}

// unknown is that of a file whose task nobody may see.
func unknown(err error) error {
	if errors.Is(err, task.ErrNotFound) {
		return task.ErrAttachment
	}
	return err
}

// Names tells whether a file of a task still needs its bytes.
func (c Commands) Names(ctx context.Context, firm int32, id, file uuid.UUID) (names bool, err error) {
	err = es.Look(ctx, c.Events, firm, task.Stream(id), func(t task.Task, _ int, _ time.Time) error {
		names = t.Names(file)
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("ask task %s for a file: %w", id, err)
	}
	return names, nil
}

// Condemn records a virus that was found in the bytes of a file by way of another one (U8). A file that is unknown stays so.
func (c Commands) Condemn(ctx context.Context, firm int32, id uuid.UUID, s task.Scan) error {
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}
	_, err := c.on(ctx, by, id, func(t task.Task, now time.Time) ([]task.Event, error) { return t.Condemn(s, now) })
	if err != nil && !errors.Is(err, task.ErrAttachment) {
		return fmt.Errorf("record a virus in %s: %w", s.Attachment, err)
	}
	return nil
}

// EarlierQuery is what is asked of earlier files.
type EarlierQuery struct {
	Text  string // in their names or in the titles of their tasks; empty: all
	Skip  int
	Limit int
}

// Earlier is a file that can be used again.
type Earlier struct {
	Elsewhere
	Transfer uuid.UUID // where its bytes are
	Size     int64
}
