package postgres

import (
	"testing"

	app "portico/app/task"
	"portico/domain/task"
)

// What is packed comes out again, and what was never foreseen is none of the choices.
func TestFacets(t *testing.T) {
	for _, kind := range append([]task.Sort{"", "dance"}, facetKinds...) {
		for _, prio := range append([]task.Priority{""}, facetPriorities...) {
			for _, stand := range append([]app.Stand{""}, facetStands...) {
				for _, part := range append([]task.Progress{""}, facetParts...) {
					for due := range facetDues {
						f := facetsOf(kind, prio, stand, part, due%2 == 0, due%3 == 0, due == 1) + facets(due)<<dueBits
						want := kind
						if kind == "dance" {
							want = ""
						}
						if f.kind() != want || f.prio() != prio || f.stand() != stand || f.part() != part || f.due() != facetDues[due] || (f>>narrowBit&1 == 1) != (due%2 == 0) || f.review() != (due%3 == 0) || (f>>someBit&1 == 1) != (due == 1) {
							t.Fatalf("%q %q %q %q %d is %d, which is %q %q %q %q %q", kind, prio, stand, part, due, f, f.kind(), f.prio(), f.stand(), f.part(), f.due())
						}
					}
				}
			}
		}
	}
}

func TestDayNumber(t *testing.T) {
	for text, want := range map[string]int32{"": 7, "soon": 7, "2026-02-30": 7, "2000-01-01": 10_957, "2024-02-29": 19_782, "2024-03-01": 19_783, "9999-12-31": 2_932_896} {
		if got := dayNumber(text, 7); got != want {
			t.Errorf("%q is day %d, want %d", text, got, want)
		}
	}
}
