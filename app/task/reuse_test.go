package task_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// vaulted are bytes that are held and, once a task names them, confirmed.
type vaulted struct {
	held, confirmed []uuid.UUID
	refuses         error
}

func (v *vaulted) Hold(_ context.Context, _ int32, _, file, _ uuid.UUID) error {
	if v.refuses == nil {
		v.held = append(v.held, file)
	}
	return v.refuses
}

func (v *vaulted) Confirm(_ context.Context, _ int32, file uuid.UUID) error {
	v.confirmed = append(v.confirmed, file)
	return nil
}

// freely takes files from everybody, at once.
type freely struct{}

func (freely) TaskPolicy(context.Context, int32) (task.FilePolicy, error) {
	return task.FilePolicy{AtOnce: true}, nil
}

// What was sent before is used again without a copy: its bytes are held first, and confirmed once the task names them.
func TestReuse(t *testing.T) {
	d, bytes := newDesk(t), &vaulted{}
	d.Bytes, d.Policies = bytes, freely{}
	that, sent, again := uuid.UUID{6: 0x70, 8: 0x80, 15: 70}, uuid.UUID{6: 0x70, 8: 0x80, 15: 71}, uuid.UUID{6: 0x70, 8: 0x80, 15: 72}
	d.assign()
	d.assign(func(a *task.Assigning) { a.Task = that })
	take := app.TakeFile{StartFile: app.StartFile{Act: as(ida), File: sent, Name: "id.pdf", Size: 4}, SHA256: string(slices.Repeat([]byte("ab"), 32)), Media: "application/pdf"}
	if _, err := d.TakeFile(t.Context(), take); err != nil {
		t.Fatal(err)
	}
	there := as(ida)
	there.Task = that
	cmd := app.Reuse{Act: there, File: again, FromTask: this, From: sent}
	if _, err := d.Reuse(t.Context(), cmd); err != nil {
		t.Fatal(err)
	}
	e, ok := d.last().(task.AttachmentReceived)
	if !ok || e.Attachment != again || e.Transfer != sent || e.Source != sent || e.SourceTask != this || e.Name.Text != "id.pdf" || e.Size != 4 || e.By.ID != ida {
		t.Errorf("recorded %+v", d.last())
	}
	if !slices.Equal(bytes.held, []uuid.UUID{again}) || !slices.Equal(bytes.confirmed, bytes.held) {
		t.Errorf("%+v", bytes)
	}
	before := len(d.store.Log())
	if _, err := d.Reuse(t.Context(), cmd); err != nil || len(d.store.Log()) != before || len(bytes.confirmed) != 1 {
		t.Errorf("twice: %v, %+v", err, bytes)
	}
	for name, c := range map[string]struct {
		change func(*app.Reuse)
		want   error
	}{
		"what another contact sent": {func(c *app.Reuse) { c.By.Actor.ID, c.Contact = bo, bo }, task.ErrAttachment},
		"what is on no task":        {func(c *app.Reuse) { c.From = again }, task.ErrAttachment},
		"of a task nobody knows":    {func(c *app.Reuse) { c.FromTask = again }, task.ErrAttachment},
	} {
		other := cmd
		other.File = uuid.UUID{6: 0x70, 8: 0x80, 15: 73}
		c.change(&other)
		if _, err := d.Reuse(t.Context(), other); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bytes.refuses = fault.New(fault.Gone, "upload.gone", "Gone.")
	late := cmd
	late.File = uuid.UUID{6: 0x70, 8: 0x80, 15: 74}
	if _, err := d.Reuse(t.Context(), late); !errors.Is(err, bytes.refuses) || len(d.store.Log()) != before || len(bytes.held) != 2 {
		t.Errorf("the bytes are gone: %v, %+v", err, bytes)
	}
	for file, want := range map[uuid.UUID]bool{again: true, late.File: false} {
		if got, err := d.Names(t.Context(), 1, that, file); err != nil || got != want {
			t.Errorf("%s is named: %v, %v", file, got, err)
		}
	}
	if err := d.Condemn(t.Context(), 1, that, task.Scan{Attachment: again, Finding: "Eicar"}); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.AttachmentScanned); !ok || e.Verdict != task.Infected || e.Finding != "Eicar" {
		t.Errorf("recorded %+v", d.last())
	}
	if err := d.Condemn(t.Context(), 1, that, task.Scan{Attachment: late.File, Finding: "Eicar"}); err != nil {
		t.Errorf("one that never came: %v", err)
	}
	staff := app.Reuse{Act: app.Act{By: byMary(), Task: that}, File: uuid.UUID{6: 0x70, 8: 0x80, 15: 75}, FromTask: this, From: sent}
	bytes.refuses = nil
	if _, err := d.Reuse(t.Context(), staff); err != nil || d.last().(task.AttachmentReceived).By.Kind != event.Staff {
		t.Errorf("the practice: %v", err)
	}
}
