package task

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Blanks are what stands in the place of words in braces when a text that is written for many, or for many times, is for
// one client and one time.
type Blanks struct {
	Client    string // its name
	Due       string // the due date, as a reader of the practice's language writes it; empty: none
	Year      int    // of the due date, or this one
	Month     string // likewise, its name
	LastMonth string // the name of the one before, with its year where that is another one
}

// BlankWords are the words that Fill knows.
var BlankWords = []string{"{client}", "{due}", "{month}", "{last month}", "{year}", "{last year}"}

// Fill is text with its blanks filled. What is no known word stays as it is.
func (b Blanks) Fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.NewReplacer(
		"{client}", b.Client, "{due}", b.Due, "{month}", b.Month, "{last month}", b.LastMonth, "{year}", strconv.Itoa(b.Year), "{last year}", strconv.Itoa(b.Year-1),
	).Replace(text)
}

var braced = regexp.MustCompile(`\{\pL[^{}\n]{0,29}\}`)

// UnknownBlanks are the words in braces of a text that Fill leaves as they stand, each once.
func UnknownBlanks(text string) (unknown []string) {
	for _, word := range braced.FindAllString(text, -1) {
		if !slices.Contains(BlankWords, word) && !slices.Contains(unknown, word) {
			unknown = append(unknown, word)
		}
	}
	return unknown
}

// Of is everything that a task says with its blanks filled. How it was written stays known to its series.
func (b Blanks) Of(a Assigning) Assigning {
	a.Checklist, a.Items, a.Written = slices.Clone(a.Checklist), slices.Clone(a.Items), nil
	fill := func(of uuid.UUID, part Part, text *string) {
		if filled := b.Fill(*text); filled != *text {
			a.Written = append(a.Written, Unfilled{Of: of, Part: part, Text: *text})
			*text = filled
		}
	}
	fill(uuid.Nil, TheTitle, &a.Title)
	fill(uuid.Nil, TheDescription, &a.Description)
	for i := range a.Checklist {
		fill(a.Checklist[i].ID, TheTitle, &a.Checklist[i].Text)
	}
	for i := range a.Items {
		fill(a.Items[i].ID, TheTitle, &a.Items[i].Title)
		fill(a.Items[i].ID, TheHelp, &a.Items[i].Help)
	}
	return a
}

// Unfilled is one text with blanks, as it is typed.
type Unfilled struct {
	Of   uuid.UUID
	Part Part
	Text string
}

// written are texts as a task keeps them. One that is longer than any may be is not kept: the next task has it as this one.
func written(subject uuid.UUID, texts []Unfilled) (kept []Written) {
	for _, u := range texts {
		if text := manyLines(u.Text); utf8.RuneCountInString(text) <= MaxDescription {
			kept = append(kept, Written{Of: u.Of, Part: u.Part, Text: of(subject, text)})
		}
	}
	return kept
}

// Blank tells that the next one of a series has blanks to fill.
func (t Task) Blank() bool { return len(t.says.Written) > 0 }

// refill is what the next one of a series says, for another time: each text that is still as it was filled is filled anew
// from how it was written (rule 10).
func (a Assigned) refill(b Blanks) Assigned {
	for _, w := range a.Written {
		text, most := b.Fill(w.Text.Text), MaxTitle
		if w.Part == TheDescription {
			most = MaxDescription
		}
		if w.Part == TheHelp {
			most = MaxHelp
		}
		if w.Part != TheDescription && w.Part != TheHelp {
			text = oneLine(text)
		}
		if n := utf8.RuneCountInString(text); n == 0 || n > most { // what it was stays
			continue
		}
		if into := a.text(w.Of, w.Part); into != nil {
			*into = of(a.Subject, text)
		}
	}
	return a
}

// text is one of the texts of a task; nil: it has no such.
func (a *Assigned) text(id uuid.UUID, part Part) *event.Personal {
	switch {
	case id == uuid.Nil && part == TheTitle:
		return &a.Title
	case id == uuid.Nil && part == TheDescription:
		return &a.Description
	}
	for i := range a.Checklist {
		if a.Checklist[i].ID == id {
			return &a.Checklist[i].Text
		}
	}
	for i := range a.Items {
		switch {
		case a.Items[i].ID != id:
		case part == TheHelp:
			return &a.Items[i].Help
		default:
			return &a.Items[i].Title
		}
	}
	return nil
}

// rewritten forgets how texts were written that say something else now.
func (t Task) rewritten(which func(Written) bool) Task {
	t.says.Written = slices.DeleteFunc(slices.Clone(t.says.Written), which)
	return t
}
