package views

import (
	"slices"
	"strconv"
	"strings"

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
	Talks   TalksLink
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
	Open     bool // something can be answered
	Saved    bool // drafts were, just now
	Sent     bool // what there was of several was handed over, just now
	Private  bool // drafts are not for the reader's eyes
}

// Takes tells that an item can be answered.
func (p *PortalRequest) Takes(item uuid.UUID) bool {
	return slices.ContainsFunc(p.Items, func(i PortalItem) bool { return i.ID == item && i.Takes })
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
	Examples []TaskFile // of what is meant
	Files    []TaskFile
	Others   []Choice    // files of others that can be handed over as well
	Sent     bool        // it was handed over, just now
	Accept   string      // which files may be chosen, ".pdf,.csv"; empty: all that are taken
	Attach   *ItemAttach // where files for it go; nil: it takes none
	Rounds   []PortalRound
}

// ItemAttach is where the files of an item go, and which may be chosen.
type ItemAttach struct {
	Base, Accept string
	Earlier      bool // there are files that can be used again
}

// PortalRound is one answer.
type PortalRound struct {
	Note   string
	None   bool // that it doesn't apply
	At     string
	Mine   bool
	Reason string // of its being sent back
	Old    bool   // a newer one took its place
	Named  []uuid.UUID
	Files  []TaskFile // those of Named that are shown
	Late   string     // of files that aren't shown
}

// File is Page.
func (PortalRequests) File() string { return "portal_requests.html" }

// ItemFields are what a practitioner types of one thing to ask for. N is its row, from 1; 0: it stands alone.
type ItemFields struct {
	ID                       uuid.UUID
	N                        int
	Title, Help, Types, Most string
	Optional, Own            bool
	Examples                 []ItemExample
	Accept                   string // which files may be chosen as an example, ".pdf,.csv"; empty: none here
}

// ItemExample is a file that shows what is meant, by what the form calls it.
type ItemExample struct {
	Ref, Name string
	Infected  bool // a virus was found in it
}

// FieldID is the id of one of its fields.
func (f ItemFields) FieldID(name string) string {
	if f.N == 0 {
		return "item-" + name + "-" + f.ID.String()
	}
	return "item-" + name + "-" + strconv.Itoa(f.N)
}

// Fuller tells that more than a title was typed.
func (f ItemFields) Fuller() bool {
	return f.Help != "" || f.Types != "" || f.Most != "" || f.Optional || f.Own || len(f.Examples) > 0
}

// TaskItems is what a request asks for, and what was answered, as the practice sees it.
type TaskItems struct {
	Waits   bool // something waits for the practice
	Numbers []Figure
	People  []TaskNumbers
	Items   []TaskItem
	New     ItemFields // one thing more
	Adding  bool       // New was typed
	Many    bool       // Reason was typed for those that are ticked
	Reason  string
}

// TaskNumbers are those of one person.
type TaskNumbers struct {
	Name    string
	Numbers []Figure
}

// TaskItem is one thing that is asked for.
type TaskItem struct {
	ID        uuid.UUID
	Title     string
	Help      string
	Fields    ItemFields
	Changing  bool // Fields were typed
	Limits    []string
	Cancelled bool
	Answers   []TaskAnswer
	Examples  []TaskFile
	W         *language.Words
	Attach    *ItemAttach // where an example goes; nil: none is taken
}

// TaskAnswer is how an item stands: for one person, or for all where Name is empty.
type TaskAnswer struct {
	Name   string
	Key    string // names its newest round
	Badge  Badge
	Waits  bool // for the practice
	Fresh  bool // nobody is looking at it yet
	Judged bool // and that can be undone
	Reason string
	Typed  bool // Reason was
	Rounds []TaskRound
}

// TaskRound is one answer, and what the practice made of it.
type TaskRound struct {
	Nth    int
	Note   string
	None   bool // that it doesn't apply
	By     string
	At     When
	Reason string // of its being sent back
	Old    bool   // a newer one took its place
	Named  []uuid.UUID
	Files  []TaskFile // those of Named that are shown
	Late   string     // of those that aren't
}

// Typed puts back what was typed into the form at path that was refused.
func (t *TaskItems) Typed(path, do, reason string, rows []ItemFields) {
	as, key, _ := strings.Cut(do, ":")
	t.Reason, t.Many = reason, as == "send_back" && key == ""
	t.Adding = strings.HasSuffix(path, "/items") && len(rows) == 1
	if t.Adding {
		t.New = rows[0]
	}
	for i := range t.Items {
		item := &t.Items[i]
		if item.Changing = strings.HasSuffix(path, "/items/"+item.ID.String()) && len(rows) == 1; item.Changing {
			rows[0].ID = item.ID
			item.Fields = rows[0]
		}
		for j := range item.Answers {
			a := &item.Answers[j]
			if a.Typed = as == "send_back" && a.Key == key; a.Typed {
				a.Reason = reason
			}
		}
	}
}
