package postgres

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Lists are searched by the beginnings of words: a model keeps each word of a row in a table of its own, which an index
// finds however many rows there are.
const (
	maxWords     = 40 // of one row
	maxWord      = 40 // letters
	maxQuestions = 6  // words that a search looks for; further ones count for nothing
)

// fold is text without case and accents, so that "andre" finds André, and lists are sorted as people look through them.
// The same text is always the same bytes, compared in the collation "C".
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.TrimSpace(b.String())
}

// words are the folded words of texts, once each: runs of letters and digits. A number is found without the zeros before
// it, too.
func words(texts ...string) []string {
	out := []string{}
	add := func(w string) {
		if w != "" && len(out) < maxWords && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	for _, text := range texts {
		for _, w := range strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if runes := []rune(w); len(runes) > maxWord {
				w = string(runes[:maxWord])
			}
			add(w)
			add(strings.TrimLeft(w, "0"))
		}
	}
	slices.Sort(out)
	return out
}

// wordRows are the rows of a table of words.
func wordRows(first, second any, texts ...string) []Row {
	list := words(texts...)
	rows := make([]Row, len(list))
	for i, w := range list {
		rows[i] = Row{first, second, w}
	}
	return rows
}

// search is what a typed text looks for: of each word the first that begins so, and the first that doesn't any more.
type search struct{ from, to []string }

func searchFor(text string) (s search) {
	for _, w := range strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(s.from) < maxQuestions && !slices.Contains(s.from, w) {
			s.from, s.to = append(s.from, w), append(s.to, w+string(unicode.MaxRune))
		}
	}
	return s
}

// condition is one condition a word, ANDed. part is SQL that holds where a row has a word between %[1]s and %[2]s. It
// adds the words to args.
func (s search) condition(part string, args *[]any) string {
	sql := ""
	for i := range s.from {
		*args = append(*args, s.from[i], s.to[i])
		sql += " AND " + fmt.Sprintf(part, fmt.Sprintf("$%d", len(*args)-1), fmt.Sprintf("$%d", len(*args)))
	}
	return sql
}
