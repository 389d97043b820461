package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
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

// search is what a typed text looks for: of each word the first that begins so, and the first that doesn't any more. A
// single letter is in every list a hundred times: it counts where nothing else is asked for, and then leads to the names
// that begin with it.
type search struct {
	from, to []string
	letter   bool // there is one word, of one letter
}

func searchFor(text string) (s search) {
	list := strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	longer := slices.DeleteFunc(slices.Clone(list), func(w string) bool { return len(w) == 1 && w[0] >= 'a' })
	if s.letter = len(longer) == 0 && len(list) > 0; s.letter {
		longer = list[:1]
	}
	for _, w := range longer {
		if len(s.from) < maxQuestions && !slices.Contains(s.from, w) {
			s.from, s.to = append(s.from, w), append(s.to, w+string(unicode.MaxRune))
		}
	}
	return s
}

// conditions are those of a query of rows c, as SQL. Rows that have something are found by their ids first, as one array:
// then no plan takes going along all rows for shorter than looking those up. What is in too many rows for that is broad:
// the rows that all else leaves are asked for it.
type conditions struct {
	where   string
	ids     []string // SQL of ids, of which a row must be in each
	broad   []bool   // of ids; nil: none
	initial string   // the column of the letter that rows begin with, as a number; none: they are asked for their names
	args    []any
}

// fewIDs is how many rows are sooner looked up one by one than met by going along all.
const fewIDs = 1_000

// weigh tells of each that was searched for whether it is in more rows than few. Nothing else may have been asked.
func (c *conditions) weigh(ctx context.Context, tx pgx.Tx) (broad []bool, err error) {
	if len(c.ids) == 0 {
		return nil, nil
	}
	counts := make([]string, len(c.ids))
	for i, ids := range c.ids {
		counts[i] = fmt.Sprintf(`(SELECT count(*) FROM (%s LIMIT %d) AS found) > %d`, ids, fewIDs+1, fewIDs)
	}
	err = tx.QueryRow(ctx, `SELECT ARRAY[`+strings.Join(counts, ", ")+`]`, c.args...).Scan(&broad)
	return broad, err
}

// ask adds a question and says where it stands: "$3".
func (c *conditions) ask(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

// search asks for rows that have all words of text. ids is SQL of the ids with a word between %[1]s and %[2]s.
func (c *conditions) search(text, ids string) {
	s := searchFor(text)
	if s.letter && c.initial != "" {
		c.where += " AND c." + c.initial + " = " + c.ask(initial(s.from[0]))
		return
	}
	for i := range s.from {
		from, to := c.ask(s.from[i]), c.ask(s.to[i])
		if s.letter {
			c.where += " AND c.name_key >= " + from + " AND c.name_key < " + to
		} else {
			c.ids = append(c.ids, fmt.Sprintf(ids, from, to))
		}
	}
}

// sql is all that was asked for, to be put after another condition.
func (c *conditions) sql() string {
	var few, broad []string
	for i, ids := range c.ids {
		if c.broad != nil && c.broad[i] {
			broad = append(broad, ids)
		} else {
			few = append(few, ids)
		}
	}
	sql := c.where
	if len(few) > 0 {
		sql += " AND c.id = ANY (ARRAY((" + strings.Join(few, ") INTERSECT (") + ")))"
	}
	for _, ids := range broad {
		if len(few) > 0 { // it is asked for of few
			sql += " AND EXISTS (SELECT FROM (" + ids + ") AS f (id) WHERE f.id = c.id)"
		} else {
			sql += " AND (c.id IN (" + ids + ")) IS TRUE" // which no plan turns into looking them up
		}
	}
	return sql
}
