package task

import (
	"strconv"
	"strings"
)

// Blanks are what stands in the place of words in braces when a text that is written for many is for one client.
type Blanks struct {
	Client string // its name
	Due    string // the due date, as a reader of the practice's language writes it; empty: none
	Year   int    // of the due date, or this one
}

// BlankWords are the words that Fill knows.
var BlankWords = []string{"{client}", "{due}", "{year}", "{last year}"}

// Fill is text with its blanks filled. What is no known word stays as it is.
func (b Blanks) Fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.NewReplacer("{client}", b.Client, "{due}", b.Due, "{year}", strconv.Itoa(b.Year), "{last year}", strconv.Itoa(b.Year-1)).Replace(text)
}

// Of is everything that a task says with its blanks filled.
func (b Blanks) Of(a Assigning) Assigning {
	a.Title, a.Description = b.Fill(a.Title), b.Fill(a.Description)
	a.Checklist, a.Items = append([]Line(nil), a.Checklist...), append([]Asking(nil), a.Items...)
	for i := range a.Checklist {
		a.Checklist[i].Text = b.Fill(a.Checklist[i].Text)
	}
	for i := range a.Items {
		a.Items[i].Title, a.Items[i].Help = b.Fill(a.Items[i].Title), b.Fill(a.Items[i].Help)
	}
	return a
}
