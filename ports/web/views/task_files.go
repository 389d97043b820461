package views

import (
	"slices"

	"portico/app/language"

	"github.com/google/uuid"
)

// TaskFiles is the card of a task's files, on either side; its words are those of its reader.
type TaskFiles struct {
	W          *language.Words
	Practice   string
	Base       string // where files go, with a slash at its end; empty: nobody sends from here
	Why        string // why none are taken; empty where they are
	Accept     string
	MaxBytes   int64
	Limit      string // of one file, as people say it
	PlainLimit string // of a form without script
	Staff      bool   // a file may be for the practice alone
	Words      string // JSON: what the script says
	Rows       []TaskFile
	Blank      TaskFile
	Earlier    string                   // address of the files that can be used again; empty: there are none
	Clip       *Clip                    // for the message box; nil: it takes no files
	Said       map[uuid.UUID][]TaskFile // by message
	Late       map[uuid.UUID]string     // by message: files that aren't shown
	Shown      map[uuid.UUID]TaskFile   // by id
	Examples   map[uuid.UUID][]TaskFile // by item: what the practice has put there
	Problem    *Problem
}

// For is the card of somebody who may change it, or only looks at it.
func (f TaskFiles) For(may bool) TaskFiles {
	if may {
		return f
	}
	f.Base, f.Rows = "", slices.Clone(f.Rows)
	for i := range f.Rows {
		f.Rows[i].Acts = nil
	}
	return f
}

// TaskFile is one file, or the mark of one that was taken away.
type TaskFile struct {
	ID    uuid.UUID
	State string // "received", "receiving", "checking", "infected", "removed"
	Icon  string
	Name  string
	Note  string
	Brief string // Note where who sent it, and when, is said beside it
	Href  string // where it is fetched; empty: it can't be
	Acts  []TaskFileAct

	Awaited bool // whether it has a virus is being found out
}

// TaskFileAct is a button beside a file.
type TaskFileAct struct {
	Word    string
	Action  string
	Command uuid.UUID
	Danger  bool
}
