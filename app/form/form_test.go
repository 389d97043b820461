package form_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	app "portico/app/form"
	"portico/domain/event"
	"portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	this = id(1)
)

type desk struct {
	*testing.T
	app.Commands
	store *estest.Memory
}

func by() es.By { return es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: id(9)}} }

func newDesk(t *testing.T) desk {
	d := desk{T: t, store: estest.NewMemory(noon)}
	d.Commands = app.Commands{Events: d.store}
	d.must(d.Create(t.Context(), app.Create{By: by(), Form: this, Title: "Tax"}))
	d.must(d.PutSection(t.Context(), app.PutSection{By: by(), Form: this, Section: questionnaire.Section{ID: id(10), Title: "You"}}))
	var above uuid.UUID
	for n, label := range []string{"Name", "Age", "Town"} {
		f := questionnaire.Field{ID: id(byte(11 + n)), Kind: questionnaire.Text, Label: label}
		d.must(d.PutField(t.Context(), app.PutField{By: by(), Form: this, Section: id(10), Field: f, After: above}))
		above = f.ID
	}
	return d
}

func (d desk) must(_ es.Result, err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d desk) draft() questionnaire.Questionnaire {
	d.Helper()
	f, _, _, err := es.State[form.Form, form.Event](d.Context(), d.store, 1, form.Stream(this))
	if err != nil {
		d.Fatal(err)
	}
	return f.Draft()
}

func (d desk) labels() (out []string) {
	for _, f := range d.draft().Fields {
		out = append(out, f.Label)
	}
	return out
}

// What is moved goes one place, and at the edge nowhere.
func TestMove(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		field byte
		up    bool
		want  []string
	}{
		{11, true, []string{"Name", "Age", "Town"}},
		{11, false, []string{"Age", "Name", "Town"}},
		{11, false, []string{"Age", "Town", "Name"}},
		{11, false, []string{"Age", "Town", "Name"}},
		{11, true, []string{"Age", "Name", "Town"}},
		{11, true, []string{"Name", "Age", "Town"}},
		{13, true, []string{"Name", "Town", "Age"}},
	} {
		d.must(d.MoveField(t.Context(), app.Part{By: by(), Form: this, ID: id(c.field)}, c.up))
		if got := d.labels(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%d up %v: %q, want %q", c.field, c.up, got, c.want)
		}
	}
	d.must(d.PutSection(t.Context(), app.PutSection{By: by(), Form: this, Section: questionnaire.Section{ID: id(20), Title: "Children"}, After: id(10)}))
	d.must(d.MoveSection(t.Context(), app.Part{By: by(), Form: this, ID: id(20)}, true))
	if q := d.draft(); q.Sections[0].Title != "Children" || len(q.Sections[1].Fields) != 3 {
		t.Errorf("%+v", q)
	}
	// Columns move within their group.
	d.must(d.PutField(t.Context(), app.PutField{By: by(), Form: this, Section: id(20), Field: questionnaire.Field{ID: id(21), Kind: questionnaire.Group, Label: "Children"}}))
	for n, label := range []string{"First name", "Born"} {
		f := questionnaire.Field{ID: id(byte(22 + n)), Kind: questionnaire.Text, Label: label, Group: id(21)}
		d.must(d.PutField(t.Context(), app.PutField{By: by(), Form: this, Section: id(20), Field: f, After: id(byte(21 + n))}))
	}
	d.must(d.MoveField(t.Context(), app.Part{By: by(), Form: this, ID: id(23)}, true))
	if got := d.labels(); !reflect.DeepEqual(got[:3], []string{"Children", "Born", "First name"}) {
		t.Errorf("%q", got)
	}
	if _, err := d.MoveField(t.Context(), app.Part{By: by(), Form: this, ID: id(99)}, true); !errors.Is(err, form.ErrGone) {
		t.Errorf("what is gone: %v", err)
	}
}

// Clients are asked with what was published, and a copy is one of its own.
func TestPublishAndCopy(t *testing.T) {
	d := newDesk(t)
	if _, _, err := d.Version(t.Context(), 1, this, 0); !errors.Is(err, form.ErrVersion) {
		t.Errorf("before it was published: %v", err)
	}
	d.must(d.Publish(t.Context(), app.One{By: by(), Form: this}))
	d.must(d.RemoveField(t.Context(), app.Part{By: by(), Form: this, ID: id(13)}))
	if q, n, err := d.Version(t.Context(), 1, this, 0); err != nil || n != 1 || len(q.Sections[0].Fields) != 3 {
		t.Errorf("%+v, %d, %v", q, n, err)
	}
	d.must(d.Copy(t.Context(), app.Copy{By: by(), Form: id(2), From: this, Title: "Tax 2027"}))
	copied, _, _, err := es.State[form.Form, form.Event](t.Context(), d.store, 1, form.Stream(id(2)))
	if q := copied.Draft(); err != nil || q.Title != "Tax 2027" || len(q.Sections[0].Fields) != 2 || q.Sections[0].ID == id(10) {
		t.Errorf("%+v, %v", q, err)
	}
	if _, err := d.Copy(t.Context(), app.Copy{By: by(), Form: id(3), From: id(4), Title: "x"}); !errors.Is(err, form.ErrNotFound) {
		t.Errorf("a copy of nothing: %v", err)
	}
	if _, _, err := d.Version(t.Context(), 2, this, 1); !errors.Is(err, form.ErrNotFound) {
		t.Errorf("another practice's: %v", err)
	}
	d.must(d.Archive(t.Context(), app.One{By: by(), Form: this}))
	if _, _, err := d.Version(t.Context(), 1, this, 0); !errors.Is(err, form.ErrArchived) {
		t.Errorf("archived: %v", err)
	}
	if _, _, err := d.Version(t.Context(), 1, this, 1); err != nil {
		t.Errorf("who was asked still is: %v", err)
	}
	d.must(d.Restore(t.Context(), app.One{By: by(), Form: this}))
}
