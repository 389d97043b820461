package form_test

import (
	"encoding/binary"
	"reflect"
	"testing"
	"time"

	"portico/domain/event/eventtest"
	"portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

type (
	state    = form.Form
	ev       = form.Event
	decision = func(state) ([]ev, error)
	section  = questionnaire.Section
	field    = questionnaire.Field
)

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

var (
	noon          = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	you, children = id(1), id(2)
	none          uuid.UUID
	name          = field{ID: id(11), Kind: questionnaire.Text, Label: "Name"}
	married       = field{ID: id(12), Kind: questionnaire.YesNo, Label: "Married"}
	partner       = field{ID: id(13), Kind: questionnaire.Text, Label: "Partner", If: questionnaire.Condition{Field: id(12), Test: questionnaire.Is, Value: questionnaire.Yes}}
	kids          = field{ID: id(21), Kind: questionnaire.Group, Label: "Children"}
	kid           = field{ID: id(22), Kind: questionnaire.Text, Label: "First name", Group: id(21)}
	born          = field{ID: id(23), Kind: questionnaire.Date, Label: "Born", Group: id(21)}
	colour        = field{ID: id(14), Kind: questionnaire.One, Label: "Colour", Options: []questionnaire.Option{{ID: id(141), Text: "red"}, {ID: id(142), Text: "blue"}}}
)

func given(t testing.TB, history ...ev) eventtest.Scenario[state, ev] {
	return eventtest.Given[state](t, history...)
}

func put(section, after uuid.UUID, f field) form.FieldPut {
	return form.FieldPut{Section: section, After: after, Field: f, At: noon}
}

// tax asks for a name, a partner where there is one, and for children.
func tax(more ...ev) []ev {
	return append([]ev{
		form.Created{Title: "Tax", At: noon},
		form.SectionPut{Section: section{ID: you, Title: "You"}, At: noon}, put(you, none, name), put(you, name.ID, married), put(you, married.ID, partner),
		form.SectionPut{Section: section{ID: children, Title: "Children"}, After: you, At: noon}, put(children, none, kids), put(children, kids.ID, kid),
	}, more...)
}

func publish(f state) ([]ev, error) { return f.Publish(noon) }

func putting(section, after uuid.UUID, x field) decision {
	return func(f state) ([]ev, error) { return f.PutField(section, after, x, noon) }
}

func removing(x field) decision {
	return func(f state) ([]ev, error) { return f.RemoveField(x.ID, noon) }
}

func labels(f state) (out []string) {
	for _, x := range f.Draft().Fields {
		out = append(out, x.Label)
	}
	return out
}

func TestCreate(t *testing.T) {
	create := func(f state) ([]ev, error) { return f.Create(" Tax ", "", noon) }
	given(t).When(create).Then(form.Created{Title: "Tax", At: noon}).When(create).ThenNothing()
	given(t).When(func(f state) ([]ev, error) { return f.Create("", "", noon) }).ThenError(questionnaire.ErrTitle)
	given(t).When(publish).ThenError(form.ErrNotFound)
}

func TestFields(t *testing.T) {
	t.Run("one is added once, changed, and moved", func(t *testing.T) {
		s := given(t, tax()...).When(putting(you, name.ID, colour)).Then(put(you, name.ID, colour))
		s.When(putting(you, name.ID, colour)).ThenNothing()
		if got := labels(s.State()); !reflect.DeepEqual(got, []string{"Name", "Colour", "Married", "Partner", "Children", "First name"}) {
			t.Errorf("%q", got)
		}
		moved := s.When(putting(children, kid.ID, colour)).Then(put(children, kid.ID, colour)).State()
		if got := labels(moved); !reflect.DeepEqual(got, []string{"Name", "Married", "Partner", "Children", "First name", "Colour"}) {
			t.Errorf("%q", got)
		}
	})
	t.Run("a group moves with its columns, and nothing comes between them (rule 2)", func(t *testing.T) {
		s := given(t, tax(put(children, kid.ID, born), put(children, kids.ID, colour))...)
		if got := labels(s.State())[3:]; !reflect.DeepEqual(got, []string{"Children", "First name", "Born", "Colour"}) {
			t.Errorf("%q", got)
		}
		moved := s.When(putting(children, colour.ID, kids)).Then(put(children, colour.ID, kids)).State()
		if got := labels(moved)[3:]; !reflect.DeepEqual(got, []string{"Colour", "Children", "First name", "Born"}) {
			t.Errorf("%q", got)
		}
	})
	t.Run("none is moved above what its condition asks for", func(t *testing.T) {
		given(t, tax()...).When(putting(you, none, partner)).ThenError(questionnaire.ErrCondition)
	})
	t.Run("none is removed that a condition asks for", func(t *testing.T) {
		given(t, tax()...).When(removing(married)).ThenError(form.ErrNeeded)
		given(t, tax()...).When(removing(partner)).Then(form.FieldRemoved{Field: partner.ID, At: noon}).When(removing(married)).
			Then(form.FieldRemoved{Field: married.ID, At: noon}).When(removing(married)).ThenNothing()
	})
	t.Run("a group with columns stays a group", func(t *testing.T) {
		text := kids
		text.Kind = questionnaire.Text
		given(t, tax()...).When(putting(children, none, text)).ThenError(form.ErrNeeded)
	})
	t.Run("what is gone is said so", func(t *testing.T) {
		given(t, tax()...).When(putting(id(9), none, colour)).ThenError(form.ErrGone)
		given(t, tax()...).When(putting(you, id(9), colour)).ThenError(form.ErrGone)
		given(t, tax()...).When(putting(children, kid.ID, kids)).ThenError(form.ErrGone)
	})
}

func TestSections(t *testing.T) {
	first := func(f state) ([]ev, error) { return f.PutSection(section{ID: children, Title: "Kids"}, none, noon) }
	s := given(t, tax()...).When(first).Then(form.SectionPut{Section: section{ID: children, Title: "Kids"}, At: noon})
	s.When(first).ThenNothing()
	if got := labels(s.State()); !reflect.DeepEqual(got, []string{"Children", "First name", "Name", "Married", "Partner"}) {
		t.Errorf("a moved section keeps its fields: %q", got)
	}
	shown := section{ID: children, Title: "Children", If: questionnaire.Condition{Field: married.ID, Test: questionnaire.Is, Value: questionnaire.Yes}}
	s = given(t, tax(form.SectionPut{Section: shown, After: you, At: noon})...)
	s.When(func(f state) ([]ev, error) { return f.RemoveSection(you, noon) }).ThenError(form.ErrNeeded)
	s.When(func(f state) ([]ev, error) { return f.RemoveSection(children, noon) }).Then(form.SectionRemoved{Section: children, At: noon})
	s.When(func(f state) ([]ev, error) { return f.PutSection(shown, none, noon) }).ThenError(questionnaire.ErrCondition)
}

func TestPublish(t *testing.T) {
	one := form.Published{Version: 1, At: noon}
	s := given(t, tax()...).When(publish).Then(one)
	s.When(publish).ThenNothing()
	changed := s.When(putting(you, name.ID, colour)).Then(put(you, name.ID, colour)).When(publish).Then(form.Published{Version: 2, At: noon}).State()
	was, _ := changed.Version(1)
	is, _ := changed.Version(2)
	if len(was.Sections[0].Fields) != 3 || len(is.Sections[0].Fields) != 4 {
		t.Errorf("a version changed: %+v, %+v", was, is)
	}
	// A change that is taken back is none.
	s.When(putting(you, name.ID, colour)).Then(put(you, name.ID, colour)).When(removing(colour)).
		Then(form.FieldRemoved{Field: colour.ID, At: noon}).When(publish).ThenNothing()
	given(t, form.Created{Title: "Tax", At: noon}).When(publish).ThenError(form.ErrEmpty)
	given(t, tax(form.FieldRemoved{Field: kids.ID, At: noon})...).When(publish).ThenError(form.ErrEmpty)
	given(t, tax(form.FieldRemoved{Field: kid.ID, At: noon})...).When(publish).ThenError(form.ErrEmpty)
	if _, err := s.State().Asks(2); err == nil {
		t.Error("nobody is asked with what was not published")
	}
	if n, err := s.State().Asks(0); n != 1 || err != nil {
		t.Errorf("the newest is %d, %v", n, err)
	}
}

func TestArchive(t *testing.T) {
	archive := func(f state) ([]ev, error) { return f.Archive(noon) }
	s := given(t, tax(form.Published{Version: 1, At: noon})...).When(archive).Then(form.Archived{At: noon})
	s.When(archive).ThenNothing()
	s.When(putting(you, none, colour)).ThenError(form.ErrArchived)
	s.When(func(f state) ([]ev, error) { return f.PutSection(section{ID: id(3), Title: "x"}, none, noon) }).ThenError(form.ErrArchived)
	if _, err := s.State().Asks(1); err == nil {
		t.Error("nobody further is asked with what is archived")
	}
	if _, ok := s.State().Version(1); !ok {
		t.Error("who was asked still is")
	}
	restore := func(f state) ([]ev, error) { return f.Restore(noon) }
	s.When(restore).Then(form.Restored{At: noon}).When(restore).ThenNothing()
}

// A copy asks the same, and nothing in it is the same one (rules 1, 4).
func TestCopy(t *testing.T) {
	shown := section{ID: children, Title: "Children", If: questionnaire.Condition{Field: colour.ID, Test: questionnaire.Is, Value: id(142).String()}}
	from := given(t, tax(put(you, partner.ID, colour), form.SectionPut{Section: shown, After: you, At: noon})...).State()
	n := uint64(0)
	fresh := func() uuid.UUID {
		n++
		made := uuid.UUID{0: 2, 6: 0x70, 8: 0x80}
		binary.BigEndian.PutUint32(made[12:], uint32(n))
		return made
	}
	events, err := state{}.Copy(id(99), from.Draft(), "Tax 2027", fresh, noon)
	if err != nil {
		t.Fatal(err)
	}
	copied := given(t, events...).State()
	if !reflect.DeepEqual(labels(copied), labels(from)) || copied.Draft().Title != "Tax 2027" {
		t.Errorf("%+v", copied.Draft())
	}
	for s, f := range copied.Draft().Fields {
		if _, _, old := from.Draft().Field(f.ID); old {
			t.Errorf("%s is still the same one", f.Label)
		}
		if s.Title == "Children" {
			_, asked, _ := copied.Draft().Field(s.If.Field)
			if o, ok := asked.Option(s.If.Value); !ok || o.Text != "blue" {
				t.Errorf("the condition asks %+v", s.If)
			}
		}
	}
	given(t, events...).When(func(f state) ([]ev, error) { return f.Copy(id(99), from.Draft(), "x", fresh, noon) }).ThenNothing()
	given(t, events...).When(publish).Then(form.Published{Version: 1, At: noon})
}
