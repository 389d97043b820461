package task_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"portico/app/es"
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
	kept            map[uuid.UUID]app.Example
}

func (v *vaulted) Keep(_ context.Context, _ int32, e app.Example, target uuid.UUID) error {
	if v.refuses == nil {
		e.Target = target
		v.kept[e.ID] = e
	}
	return v.refuses
}

func (v *vaulted) Examples(_ context.Context, _ int32, ids []uuid.UUID) (map[uuid.UUID]app.Example, error) {
	out := map[uuid.UUID]app.Example{}
	for _, id := range ids {
		if e, ok := v.kept[id]; ok {
			out[id] = e
		}
	}
	return out, nil
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

// A request brings along what the practice keeps as an example, held before the task names it; what is gone or has a virus is
// said before anybody is asked, and what a series can't bring along any more stays behind.
func TestAssignWithExamples(t *testing.T) {
	d, thing, kept := newDesk(t), uuid.UUID{6: 0x70, 8: 0x80, 15: 75}, uuid.UUID{6: 0x70, 8: 0x80, 15: 76}
	bytes := &vaulted{kept: map[uuid.UUID]app.Example{kept: {ID: kept, Transfer: ida, Name: "Like this.pdf", Size: 4, SHA256: "ab", Media: "application/pdf"}}}
	d.Bytes, d.Policies, d.Scans = bytes, freely{}, true
	ask := func(a *task.Assigning) {
		a.Kind, a.Items, a.Recurrence = task.Documents, []task.Asking{{ID: thing, Title: "Ledger", Examples: []uuid.UUID{kept}}}, task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}
	}
	d.assign(ask)
	e, ok := d.last().(task.AttachmentReceived)
	here := task.Shown(this, thing, kept)
	if !ok || e.Attachment != here || e.Transfer != ida || e.Name.Text != "Like this.pdf" || e.By.ID != mary || !e.Awaited || !slices.Equal(bytes.held, []uuid.UUID{here}) || !slices.Equal(bytes.confirmed, []uuid.UUID{here}) {
		t.Fatalf("%+v, %+v", d.last(), bytes)
	}
	next := task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2026-04-20", At: noon}
	bySystem := es.By{Firm: 1, Actor: event.Actor{Kind: event.System}}
	if _, err := d.Follow(t.Context(), bySystem, this, next); err != nil {
		t.Fatal(err)
	}
	there := task.Shown(next.Next, thing, here)
	if log := d.store.Stream(task.Stream(next.Next)); len(log) != 2 || log[1].(task.AttachmentReceived).Attachment != there || !slices.Contains(bytes.confirmed, there) {
		t.Errorf("the next one: %+v", log)
	}
	bytes.refuses = fault.New(fault.Gone, "upload.gone", "Gone.")
	again := task.Repeated{Next: task.InSeries(this, 3), Nth: 3, DueOn: "2026-05-20", At: noon}
	if _, err := d.Follow(t.Context(), bySystem, next.Next, again); err != nil || len(d.store.Stream(task.Stream(again.Next))) != 1 {
		t.Errorf("the bytes are gone: %v", err)
	}
	other := func(a *task.Assigning) { ask(a); a.Task = uuid.UUID{6: 0x70, 8: 0x80, 15: 77} }
	for _, why := range []struct {
		name    string
		prepare func()
	}{
		{"bytes that are gone", func() {}},
		{"a virus", func() { x := bytes.kept[kept]; x.Infected = true; bytes.kept[kept], bytes.refuses = x, nil }},
		{"no such example", func() { delete(bytes.kept, kept) }},
	} {
		why.prepare()
		a := task.Assigning{Client: acme, Title: "Papers", Audience: task.Audience{All: true}, DueOn: "2026-03-20", Zone: "UTC"}
		other(&a)
		before := len(d.store.Log())
		if _, err := d.Assign(t.Context(), app.Assign{By: byMary(), Task: a}); !errors.Is(err, app.ErrExample) || len(d.store.Log()) != before {
			t.Errorf("%s: %v", why.name, err)
		}
	}
	if err := d.KeepExample(t.Context(), 1, kept, this, here); !errors.Is(err, task.ErrFileWaits) {
		t.Errorf("kept before it is checked: %v", err)
	}
	scanned := func(tk task.Task, now time.Time) ([]task.Event, error) {
		return tk.ScanFile(task.Scan{Attachment: here, Verdict: task.Clean}, now)
	}
	if _, err := es.Execute(t.Context(), d.store, bySystem, task.Stream(this), scanned); err != nil {
		t.Fatal(err)
	}
	bytes.refuses = nil
	if err := d.KeepExample(t.Context(), 1, kept, this, here); err != nil || bytes.kept[kept].Name != "Like this.pdf" || bytes.kept[kept].Transfer != ida || bytes.kept[kept].Target != kept {
		t.Errorf("%v, %+v", err, bytes.kept)
	}
	if err := d.KeepExample(t.Context(), 1, kept, this, thing); !errors.Is(err, task.ErrAttachment) {
		t.Errorf("what is no example: %v", err)
	}
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
