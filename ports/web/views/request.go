package views

import (
	"portico/app/language"

	"github.com/google/uuid"
)

// PortalRequests are the documents that the practice wants (S4.7).
type PortalRequests struct {
	Portal
	Count   int // of requests that are still to do (S4.8)
	Numbers []Figure
	Due     *Badge // how many days are left (S4.9); nil: no day was named (S4.i3)
	DueOn   string // a sentence
	Open    []RequestLine
	Done    []RequestLine // or closed
	Empty   PortalEmpty
}

// Figure is a number and what it counts.
type Figure struct{ Tone, Word, Number string }

// RequestLine is one request in a list, with what it asks for.
type RequestLine struct {
	TodoLine
	Items []RequestItem
	More  string // how many more items there are; empty: no more
}

// RequestItem is one thing that is asked for, in a list.
type RequestItem struct {
	Title, Href string
	Badge       Badge
}

// PortalRequest is what a request asks of a contact, and what they have answered.
type PortalRequest struct {
	W        *language.Words
	Practice string
	Action   string
	Command  uuid.UUID
	Count    string
	Items    []PortalItem
	Max      int  // letters of a note
	Takes    bool // something can be answered
	Saved    bool // drafts were, just now
	Private  bool // drafts are not for the reader's eyes
}

// PortalItem is one thing that a request asks for, as a contact sees it.
type PortalItem struct {
	W        *language.Words
	Practice string
	ID       uuid.UUID
	Field    string // the note's
	Title    string
	Help     string
	Limits   []string // which files it takes, in words
	Optional bool
	Badge    Badge
	Takes    bool // it can be answered
	Max      int
	Typed    string
	Draft    string // since when Typed is kept, as a sentence; empty: it isn't
	Problem  *Problem
	Rounds   []PortalRound
}

// PortalRound is one answer.
type PortalRound struct {
	Note   string
	None   bool // that it doesn't apply
	At     string
	Mine   bool
	Reason string // of its being sent back
}

// File is Page.
func (PortalRequests) File() string { return "portal_requests.html" }
