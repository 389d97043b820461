package eventtest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portico/domain/event/eventtest"
)

type added struct{ N int }

func (added) EventType() string { return "sum.added" }

type sum struct{ total []int }

func (s sum) Apply(e added) sum { s.total = append(s.total, e.N); return s }

var errOdd = errors.New("odd")

func add(n int) func(sum) ([]added, error) {
	return func(sum) ([]added, error) {
		if n%2 == 1 {
			return nil, errOdd
		}
		return []added{{n}}, nil
	}
}

// deaf counts complaints instead of failing.
type deaf struct {
	testing.TB
	said []string
}

func (d *deaf) Helper()                        {}
func (d *deaf) Errorf(format string, a ...any) { d.said = append(d.said, fmt.Sprintf(format, a...)) }

func TestScenariosPassAndGoOn(t *testing.T) {
	next := eventtest.Given[sum](t, added{2}).When(add(4)).Then(added{4})
	if got := next.State().total; len(got) != 2 || got[1] != 4 {
		t.Errorf("the next scenario stands at %v, want [2 4]", got)
	}
	eventtest.Given[sum, added](t).When(add(1)).ThenError(errOdd)
	eventtest.Given[sum, added](t).When(func(sum) ([]added, error) { return []added{}, nil }).ThenNothing()
}

func TestScenariosCanFail(t *testing.T) {
	for name, ask := range map[string]func(testing.TB){
		"another event":      func(t testing.TB) { eventtest.Given[sum, added](t).When(add(4)).Then(added{6}) },
		"one event too many": func(t testing.TB) { eventtest.Given[sum, added](t).When(add(4)).ThenNothing() },
		"an event missing":   func(t testing.TB) { eventtest.Given[sum, added](t).When(add(4)).Then(added{4}, added{4}) },
		"refused":            func(t testing.TB) { eventtest.Given[sum, added](t).When(add(1)).Then(added{1}) },
		"not refused":        func(t testing.TB) { eventtest.Given[sum, added](t).When(add(4)).ThenError(errOdd) },
		"refused by another": func(t testing.TB) { eventtest.Given[sum, added](t).When(add(1)).ThenError(errors.New("even")) },
		"changes its state": func(t testing.TB) {
			eventtest.Given[sum](t, added{2}).When(func(s sum) ([]added, error) { s.total[0] = 9; return nil, nil }).ThenNothing()
		},
		"refused with events": func(t testing.TB) {
			eventtest.Given[sum, added](t).When(func(sum) ([]added, error) { return []added{{1}}, errOdd }).ThenError(errOdd)
		},
	} {
		d := &deaf{}
		ask(d)
		if len(d.said) != 1 {
			t.Errorf("%s: %d complaints, want 1: %s", name, len(d.said), strings.Join(d.said, "; "))
		}
	}
}
