package task_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"portico/app/es"
	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// staff are those of the practice.
type staff []uuid.UUID

func (s staff) Known(_ context.Context, _ int32, ids []uuid.UUID) error {
	if slices.ContainsFunc(ids, func(id uuid.UUID) bool { return !slices.Contains(s, id) }) {
		return errUnknown
	}
	return nil
}

// Messages come from who is linked, or from the practice; a message tells whoever is linked by then, and mentions colleagues only.
func TestThread(t *testing.T) {
	d := newDesk(t)
	d.Colleagues = staff{mary}
	d.assign()
	hello := uuid.UUID{6: 0x70, 8: 0x80, 15: 90}
	practice := app.Act{By: byMary(), Task: this}
	write := func(a app.Act, text string, mentions ...uuid.UUID) error {
		_, err := d.Post(t.Context(), app.Post{Act: a, Message: hello, Text: text, Mentions: mentions, Via: task.ByPage})
		return err
	}
	if err := write(practice, "@Bo", bo); !errors.Is(err, errUnknown) {
		t.Errorf("somebody who is no colleague is mentioned: %v", err)
	}
	d.people[acme] = []uuid.UUID{ida}
	if err := write(as(bo), "Hello"); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("somebody who is linked no more writes: %v", err)
	}
	if err := write(practice, "@Mary", mary); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.Posted); !ok || !slices.Equal(e.Tell, []uuid.UUID{ida}) || !slices.Equal(e.Mentions, []uuid.UUID{mary}) {
		t.Errorf("recorded %+v", d.last())
	}
	before := len(d.store.Log())
	if err := write(practice, "@Mary", mary); err != nil || len(d.store.Log()) != before {
		t.Errorf("the form, sent twice: %v", err)
	}
	message := func(a app.Act) app.OfMessage { return app.OfMessage{Act: a, Message: hello} }
	if _, err := d.Read(t.Context(), message(as(ida))); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.MessagesRead); !ok || e.By != (task.Who{Kind: event.Contact, ID: ida}) || e.Upto != hello {
		t.Errorf("recorded %+v", d.last())
	}
	if _, err := d.Edit(t.Context(), app.Edit{Act: practice, Message: hello, Text: "@Ida", Mentions: []uuid.UUID{ida}}); !errors.Is(err, errUnknown) {
		t.Errorf("somebody who is no colleague is mentioned later: %v", err)
	}
	if _, err := d.Edit(t.Context(), app.Edit{Act: practice, Message: hello, Text: "Hello Ida"}); err != nil {
		t.Fatal(err)
	}
	if e, ok := d.last().(task.MessageEdited); !ok || e.Text.Text != "Hello Ida" || len(e.Mentions) > 0 {
		t.Errorf("recorded %+v", d.last())
	}
	for name, do := range map[string]func(context.Context, app.OfMessage) (es.Result, error){"delete": d.Delete, "read": d.Read} {
		if _, err := do(t.Context(), message(as(bo))); !errors.Is(err, task.ErrNotFound) {
			t.Errorf("somebody who is linked no more wants to %s: %v", name, err)
		}
	}
	if _, err := d.Delete(t.Context(), message(as(ida))); !errors.Is(err, task.ErrAuthor) {
		t.Errorf("a contact deletes what the practice wrote: %v", err)
	}
	if _, err := d.Delete(t.Context(), message(practice)); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.last().(task.MessageDeleted); !ok {
		t.Errorf("recorded %+v", d.last())
	}
}
