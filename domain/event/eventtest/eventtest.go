// Package eventtest says given, when, then about an aggregate: what has happened, what is asked, what follows.
package eventtest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portico/domain/event"
)

// Scenario is an aggregate with a history.
type Scenario[S event.State[S, E], E event.Event] struct {
	t     testing.TB
	given []E
}

// Given starts a scenario with what has happened, nothing at all for an aggregate that does not exist yet.
func Given[S event.State[S, E], E event.Event](t testing.TB, given ...E) Scenario[S, E] {
	return Scenario[S, E]{t: t, given: slices.Clone(given)}
}

// State is the history's fold.
func (s Scenario[S, E]) State() S {
	var zero S
	return event.Fold(zero, s.given...)
}

// When asks for one decision. A decision that changes the state it was asked of fails the test.
func (s Scenario[S, E]) When(decide func(S) ([]E, error)) Outcome[S, E] {
	s.t.Helper()
	state := s.State()
	events, err := decide(state)
	if !reflect.DeepEqual(state, s.State()) {
		s.t.Errorf("the decision changed its state:\n got %+v\nwant %+v", state, s.State())
	}
	return Outcome[S, E]{t: s.t, given: s.given, events: events, err: err}
}

// Outcome is what a decision answered.
type Outcome[S event.State[S, E], E event.Event] struct {
	t      testing.TB
	given  []E
	events []E
	err    error
}

// Then wants exactly these events, in this order, and no error. It returns the scenario that goes on from there.
func (o Outcome[S, E]) Then(want ...E) Scenario[S, E] {
	o.t.Helper()
	if o.err != nil {
		o.t.Errorf("refused with %v\nwant:\n%s", o.err, list(want))
	} else if !equal(o.events, want) {
		o.t.Errorf("got:\n%swant:\n%s", list(o.events), list(want))
	}
	return Scenario[S, E]{t: o.t, given: slices.Concat(o.given, o.events)}
}

// ThenNothing wants neither an event nor an error.
func (o Outcome[S, E]) ThenNothing() Scenario[S, E] {
	o.t.Helper()
	return o.Then()
}

// ThenError wants a refusal by the rule want, without events.
func (o Outcome[S, E]) ThenError(want error) {
	o.t.Helper()
	switch {
	case o.err == nil:
		o.t.Errorf("accepted with:\n%swant the refusal %q", list(o.events), want)
	case !errors.Is(o.err, want):
		o.t.Errorf("refused with %q, want %q", o.err, want)
	case len(o.events) != 0:
		o.t.Errorf("refused, and yet:\n%s", list(o.events))
	}
}

// equal compares events exactly; no events and nil are the same.
func equal[E event.Event](got, want []E) bool {
	return len(got) == len(want) && (len(got) == 0 || reflect.DeepEqual(got, want))
}

func list[E event.Event](events []E) string {
	if len(events) == 0 {
		return "  nothing\n"
	}
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "  %s %+v\n", e.EventType(), e)
	}
	return b.String()
}
