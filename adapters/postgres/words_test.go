package postgres

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"Calder & Wye Architects LLP":   "architects calder llp wye",
		"André Müller-Weiß":             "andre muller weiss",
		"C-00412":                       "00412 412 c",
		"Office@Acme.example":           "acme example office",
		"İstanbul Ⅳ":                    "istanbul iv",
		"000":                           "000",
		"田中 さくら":                        "さくら 田中",
		"x\x00y \u202e(z)":              "x y z",
		strings.Repeat("a", maxWord+10): strings.Repeat("a", maxWord),
	} {
		if got := strings.Join(words(text), " "); got != want {
			t.Errorf("%q has %q, want %q", text, got, want)
		}
	}
	if n := len(words(strings.Join(strings.Split(strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 3), ""), " "), "äb äc äd äe äf äg äh")); n > maxWords {
		t.Errorf("%d words of one row", n)
	}
	if s := searchFor("The quick brown fox jumps over the lazy dog"); len(s.from) != maxQuestions || s.from[0] != "the" || !strings.HasPrefix(s.to[0], "the") || s.to[0] <= "thezzz" {
		t.Errorf("looks for %q to %q", s.from, s.to)
	}
}

func TestNaturalKey(t *testing.T) {
	list := []string{"", "C-10", "C-9", "b-1", "C-010x", "2024/7", "2024/10"}
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(naturalKey(a), naturalKey(b)) })
	if got := strings.Join(list, " "); got != "2024/7 2024/10 b-1 C-9 C-10 C-010x " {
		t.Errorf("sorted %q", got)
	}
}
