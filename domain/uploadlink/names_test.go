package uploadlink

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var somebody = uuid.UUID{15: 1}

// slowFreeName is rule 12 word by word: each suffix in turn, and a look at every file for each.
func slowFreeName(l Link, recipient, file uuid.UUID, name string) string {
	free := name
	for n := 2; l.taken(recipient, file, free); n++ {
		free = withSuffix(name, fmt.Sprintf(" (%d)", n))
	}
	return free
}

func TestFreeNameIsTheFirstFree(t *testing.T) { // S1.i12
	stems := rapid.OneOf(
		rapid.SampledFrom([]string{"a", "A", "k", "\u212a", "s", "\u017f", "\u03c3", "\u03c2", "\u0130", "i", strings.Repeat("\u00e9", 125), strings.Repeat("\u00c9", 123), "a\xff", "a\ufffd"}),
		rapid.StringMatching(`[akKsSéÉ\x{212a}\x{17f}]{1,3}`))
	names := rapid.Custom(func(t *rapid.T) string {
		suffix := rapid.SampledFrom([]string{"", "", " (2)", " (3)", " (4)"}).Draw(t, "suffix")
		return withSuffix(stems.Draw(t, "stem")+rapid.SampledFrom([]string{".pdf", ".PDF", ""}).Draw(t, "extension"), suffix)
	})
	rapid.Check(t, func(t *rapid.T) {
		var l Link
		for n := range rapid.IntRange(0, 40).Draw(t, "files") {
			l.files = append(l.files, file{
				id: uuid.UUID{15: byte(n)}, recipient: uuid.UUID{15: byte(rapid.IntRange(1, 2).Draw(t, "recipient"))}, name: names.Draw(t, "name"),
				state: rapid.SampledFrom([]fileState{received, received, released, deleted, receiving}).Draw(t, "state"),
			})
		}
		name, except := names.Draw(t, "new"), uuid.UUID{15: byte(rapid.IntRange(0, 50).Draw(t, "except"))}
		if got, want := l.freeName(somebody, except, name), slowFreeName(l, somebody, except, name); got != want {
			t.Fatalf("%q becomes %q, want %q", name, got, want)
		}
	})
}

func TestFoldedIsEqualFold(t *testing.T) {
	letters := rapid.OneOf(rapid.String(), rapid.StringMatching(`[kKsSiIéÉσςΣµμΜǅǄǆ\x{212a}\x{17f}\x{130}\x{131}]{0,2}`), rapid.Just("\xff"), rapid.Just("\ufffd"))
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		if got, want := folded(a) == folded(b), strings.EqualFold(a, b); got != want {
			t.Fatalf("%q and %q are the same: %t, want %t", a, b, got, want)
		}
	})
}

// The name of one more file after n that were all sent as IMG_0001.jpg.
func BenchmarkFreeName(b *testing.B) {
	for _, n := range []int{10, 1_839, 10_000} {
		var l Link
		for i := range n {
			name := "IMG_0001.jpg"
			if i > 0 {
				name = withSuffix(name, fmt.Sprintf(" (%d)", i+1))
			}
			l.files = append(l.files, file{id: uuid.UUID{0: 1, 14: byte(i >> 8), 15: byte(i)}, recipient: somebody, name: name, state: received})
		}
		b.Run(fmt.Sprintf("%d files", n), func(b *testing.B) {
			for b.Loop() {
				l.freeName(somebody, uuid.Nil, "IMG_0001.jpg")
			}
		})
	}
}
