package views

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"portico/app/language"

	"github.com/google/uuid"
)

// Thread is the talk on a task, for the practice or for a contact. W is nil on pages of the practice, which are English.
type Thread struct {
	W        *language.Words
	Practice string
	Base     string // address of the task's page: forms lead below it
	Query    string // of every address, in the portal
	Key      string // whose draft of which task a browser keeps
	Lines    []ThreadLine
	Unread   int
	Upto     string // id of the newest message; empty where nothing is unread, or who looks doesn't count
	Reading  string // the command that says it was read
	Writes   bool   // its reader may write
	Box      ThreadBox
}

// ThreadBox is where a message is written.
type ThreadBox struct {
	Command, Message uuid.UUID
	Typed            string
	Talks            []Choice // who may read it; with none of them it goes without saying
	Talk             string
	Hint             string
	People           []Colleague // who can be mentioned
	Max              int
	Problem          *Problem
	Clip             *Clip
}

// Colleague is somebody of the practice who can be mentioned. Email is there where two have one name.
type Colleague struct {
	ID          uuid.UUID
	Name, Email string
	Chosen      bool
}

// Clip is where files are added to a message; nil: it takes none.
type Clip struct {
	W      *language.Words
	Plain  string // where the form goes without script
	Accept string
	Limit  string // of a form without script, as people say it
	Again  string // where files are that were sent before; empty: there are none
	Files  []ClipFile
}

// ClipFile is a file that waits for its message to be sent.
type ClipFile struct {
	ID   uuid.UUID
	Icon string
	Name string
	Note string
}

// ThreadLine is one message, or the mark of one that was deleted.
type ThreadLine struct {
	ID       uuid.UUID
	By       string
	Own      bool   // its reader has written it
	Practice bool   // somebody of the practice has
	Mailed   bool   // it came by e-mail
	Hand     string // who of the practice wrote it in a contact's place
	Text     template.HTML
	Typed    string // Text as it was typed
	Mentions []uuid.UUID
	Internal bool   // for the practice alone
	With     string // a sentence: who reads it, where not everybody does
	At       string // ISO
	Moment   string // At as its reader says it
	Edited   bool
	Deleted  bool
	New      bool
	Read     string // who has read up to here
	Files    []TaskFile
	Late     string // of files that its reader doesn't have yet, or will not have
	Change   string // the command that changes it; empty: its reader can't
	Delete   string // likewise
}

// address is what may be the address of a page in somebody's text.
var address = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `]+`)

// Said is plain text as it was typed, with its links and with the names that it mentions marked: names without their @. A
// link leads where its words say and nowhere else; what could pretend to be another site (a name before the host, letters
// that look like others) stays text.
func Said(text string, names []string) template.HTML {
	var b strings.Builder
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			break
		}
		b.WriteString(mentioned(text[:at[0]], names))
		found := bare(text[at[0]:at[1]])
		text = text[at[0]+len(found):]
		if !leads(found) {
			b.WriteString(template.HTMLEscapeString(found))
			continue
		}
		found = template.HTMLEscapeString(found)
		b.WriteString(`<a href="` + found + `" rel="nofollow noopener noreferrer" target="_blank">` + found + `</a>`)
	}
	b.WriteString(mentioned(text, names))
	return template.HTML(b.String())
}

// bare leaves out the marks that end a sentence and not an address.
func bare(found string) string {
	for {
		cut := strings.TrimRight(found, `.,;:!?*_~»”’…`)
		for closing, opening := range map[string]string{")": "(", "]": "[", "}": "{"} {
			if strings.HasSuffix(cut, closing) && strings.Count(cut, opening) < strings.Count(cut, closing) {
				cut = cut[:len(cut)-1]
			}
		}
		if cut == found {
			return found
		}
		found = cut
	}
}

func leads(to string) bool {
	u, err := url.Parse(to)
	return err == nil && u.Host != "" && u.User == nil && strings.IndexFunc(u.Host, func(r rune) bool { return r > '~' || r == '%' }) < 0
}

// mentioned marks names in text; a longer name goes before a shorter one that it begins with.
func mentioned(text string, names []string) string {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	var marks []string
	for _, name := range names {
		if name != "" {
			name = template.HTMLEscapeString("@" + name)
			marks = append(marks, name, `<b class="mention">`+name+`</b>`)
		}
	}
	return strings.NewReplacer(marks...).Replace(template.HTMLEscapeString(text))
}
