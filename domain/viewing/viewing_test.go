package viewing_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/viewing"

	"github.com/google/uuid"
)

type (
	state    = viewing.Viewing
	ev       = viewing.Event
	decision = func(state) ([]ev, error)
)

func given(t testing.TB, history ...ev) eventtest.Scenario[state, ev] {
	return eventtest.Given[state](t, history...)
}

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

// Mary of the practice looks into Ida's portal at noon, as she sees Acme's papers there.
var (
	ida, acme, mary, tom = id(1), id(2), id(3), id(4)
	laptop, phone        = id(5), id(6)
	first, second        = id(7), id(8)
	noon                 = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

func begin(change ...func(*viewing.Look)) decision {
	l := viewing.Look{View: first, Contact: ida, Client: acme, Staff: mary, Session: laptop, Purpose: " She can’t find\n her files "}
	for _, f := range change {
		f(&l)
	}
	return func(v state) ([]ev, error) { return v.Begin(l, noon) }
}

func began(view uuid.UUID, at time.Time) viewing.Began {
	return viewing.Began{
		View: view, Contact: ida, Client: acme, Staff: mary, Session: laptop, Purpose: event.Of(ida, "She can’t find her files"), Until: at.Add(time.Hour), At: at,
	}
}

func purpose(text string) func(*viewing.Look) { return func(l *viewing.Look) { l.Purpose = text } }

func TestBegin(t *testing.T) {
	t.Run("with a purpose (rule 1, S4.3)", func(t *testing.T) {
		given(t).When(begin()).Then(began(first, noon))
	})
	t.Run("not without one (rule 1)", func(t *testing.T) {
		for _, text := range []string{"", "  ", "ab", "a\x00bc", "a\u202ebc", strings.Repeat("x", 201), "\xff\xfe\xfd"} {
			given(t).When(begin(purpose(text))).ThenError(viewing.ErrPurpose)
		}
		given(t).When(begin(purpose("tax"))).Then(func() viewing.Began { e := began(first, noon); e.Purpose.Text = "tax"; return e }())
	})
	t.Run("not without a session: a program has none (rule 2)", func(t *testing.T) {
		given(t).When(begin(func(l *viewing.Look) { l.Session = uuid.Nil })).ThenError(viewing.ErrNone)
	})
	t.Run("the same form twice is one view", func(t *testing.T) {
		given(t, began(first, noon)).When(begin()).ThenNothing()
	})
	t.Run("looking anew ends the view before (rule 2)", func(t *testing.T) {
		given(t, began(first, noon.Add(-time.Minute))).When(begin(func(l *viewing.Look) { l.View = second })).
			Then(viewing.Ended{View: first, At: noon}, began(second, noon))
	})
	t.Run("one that is over needs no end", func(t *testing.T) {
		given(t, began(first, noon.Add(-time.Hour))).When(begin(func(l *viewing.Look) { l.View = second })).Then(began(second, noon))
	})
}

func TestSee(t *testing.T) {
	see := func(staff, session uuid.UUID, at time.Time, history ...ev) (viewing.View, error) {
		return given(t, history...).State().See(staff, session, at)
	}
	want := viewing.View{ID: first, Staff: mary, Session: laptop, Client: acme, Purpose: "She can’t find her files", Until: noon.Add(time.Hour)}
	if v, err := see(mary, laptop, noon.Add(time.Hour-time.Millisecond), began(first, noon)); err != nil || v != want {
		t.Errorf("Mary sees %+v, %v", v, err)
	}
	for name, err := range map[string]error{
		"after an hour (rule 2)":         third(see(mary, laptop, noon.Add(time.Hour), began(first, noon))),
		"in another session (rule 2)":    third(see(mary, phone, noon, began(first, noon))),
		"somebody else (rule 2)":         third(see(tom, laptop, noon, began(first, noon))),
		"after leaving (rule 2)":         third(see(mary, laptop, noon, began(first, noon), viewing.Ended{View: first, At: noon})),
		"who has said no word of it yet": third(see(mary, laptop, noon)),
	} {
		if err != viewing.ErrNone { //nolint:errorlint // the very rule
			t.Errorf("%s: %v", name, err)
		}
	}
}

func third(_ viewing.View, err error) error { return err }

func TestAct(t *testing.T) {
	act := func(on bool) decision { return func(v state) ([]ev, error) { return v.Act(mary, laptop, on, noon) } }
	end := func(v state) ([]ev, error) { return v.End(mary, laptop, noon) }
	given(t).When(act(true)).ThenError(viewing.ErrNone)
	given(t, began(first, noon.Add(-time.Hour))).When(act(true)).ThenError(viewing.ErrNone)

	acting := given(t, began(first, noon)).When(act(true)).Then(viewing.ActingBegan{View: first, At: noon}) // rule 3, S4.i1
	acting.When(act(true)).ThenNothing()
	if v, err := acting.State().See(mary, laptop, noon); err != nil || !v.Acting {
		t.Errorf("Mary acts: %+v, %v", v, err)
	}
	reading := acting.When(act(false)).Then(viewing.ActingEnded{View: first, At: noon})
	reading.When(act(false)).ThenNothing()
	if v, err := reading.State().See(mary, laptop, noon); err != nil || v.Acting {
		t.Errorf("Mary reads: %+v, %v", v, err)
	}
	left := acting.When(end).Then(viewing.Ended{View: first, At: noon})
	left.When(end).ThenNothing()
	left.When(act(false)).ThenError(viewing.ErrNone)
	left.When(begin(func(l *viewing.Look) { l.View = second })).Then(began(second, noon))
	if v, err := left.When(begin(func(l *viewing.Look) { l.View = second })).Then(began(second, noon)).State().See(mary, laptop, noon); err != nil || v.Acting {
		t.Errorf("a new view acts by itself: %+v, %v", v, err)
	}
}
