package views

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"portico/app/language"

	"github.com/google/uuid"
)

// PortalFrame is what every page has that a client of a practice sees. All of its words come from W.
type PortalFrame struct {
	Title     string
	Practice  string // empty before anybody knows which
	W         *language.Words
	Hue       int    // of the practice, in degrees
	Logo      string // its address; empty: the practice's letter stands for it
	Touch     string // address of the picture that stands for the portal on a phone; empty: the product's
	Theme     string // "light", "dark"; empty: as the device
	Lacking   string // a sentence: the page isn't in the language that was wished for (S2.18)
	Languages []LanguageChoice
	Here      string // the page's own address, where a change of language leads back to
	Help      string // the address of the help that needs no sign-in
	Manifest  string // address
	Modules   []string
	Writer    string      // whose drafts this browser keeps, as own-drafts.js has it; empty before anybody is in
	Base      string      // what the portal's addresses begin with; empty: /portal
	View      *PortalView // of somebody of the practice who looks into it; nil: it is the contact who is here
}

// At is the address of a page of the portal.
func (f PortalFrame) At(path string) string {
	if f.Base == "" {
		return "/portal" + path
	}
	return f.Base + path
}

// PortalView is what somebody of the practice reads above a contact's portal (S4.i1). All of it is English.
type PortalView struct {
	Contact uuid.UUID
	Name    string
	Purpose string
	Until   When
	Shut    bool // the contact isn't let in at this moment
	Acting  bool // on their behalf
	MayAct  bool
	Command uuid.UUID
}

// LanguageChoice is one language that the practice offers.
type LanguageChoice struct {
	Tag, Name string
	Chosen    bool
}

// PortalPlain is a page of the portal with one thing in its middle: sign-in, refusals.
type PortalPlain struct{ PortalFrame }

// Portal is a page behind a contact's session.
type Portal struct {
	PortalFrame
	Nav      string      // key of the tab that this is, "home"
	Tabs     []PortalTab // those that the practice uses and the person may see (S3.18), in their order
	Person   string
	Client   PortalClient   // whose papers these are; zero: nobody's but the person's own (S3.9)
	Others   []PortalClient // further ones to switch to (I5)
	Switched bool           // the client is another one than on the page before
	Query    string         // "?client=…" where there are several, for links
	Stale    bool           // what was just saved can't be read yet
}

// First are the tabs that a phone shows at once; the rest is behind “More”. The first one is always there, then come those
// where something waits, so that what is asked for is never hidden.
func (p Portal) First() []PortalTab {
	first, _ := p.parted()
	return first
}

// Rest are the others.
func (p Portal) Rest() []PortalTab {
	_, rest := p.parted()
	return rest
}

func (p Portal) parted() (first, rest []PortalTab) {
	places := make([]int, len(p.Tabs))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places[min(1, len(places)):], func(a, b int) int {
		return cmp.Compare(min(p.Tabs[b].Count, 1), min(p.Tabs[a].Count, 1))
	})
	near := places[:min(firstTabs, len(places))]
	for i, t := range p.Tabs {
		if slices.Contains(near, i) {
			first = append(first, t)
		} else {
			rest = append(rest, t)
		}
	}
	return first, rest
}

// RestChosen tells that this page is one of the rest.
func (p Portal) RestChosen() bool {
	return !slices.ContainsFunc(p.First(), func(t PortalTab) bool { return t.Chosen })
}

const firstTabs = 3

// PortalTab is one page of the portal. Count is of open things in it; 0 shows none.
type PortalTab struct {
	Key, Word, Icon, Href string
	Count                 int
	Chosen                bool
}

// PortalClient is somebody whose papers the person may see.
type PortalClient struct {
	ID   uuid.UUID
	Name string
	Href string

	Count int // of what is to do there
}

// Elsewhere is how much is to do for the other clients.
func (p Portal) Elsewhere() (n int) {
	for _, o := range p.Others {
		n += o.Count
	}
	return n
}

// PortalHome is where people land (S3.15).
type PortalHome struct {
	Portal
	Next  NextStep
	Parts []PortalPart // to-dos and files, where the person may see them (S3.16)

	Second string // where the recommended second step is set up (S3.22); empty: nothing is recommended
}

// PortalPart is the newest of a tab, on another page.
type PortalPart struct {
	W          *language.Words
	Head, Href string
	Todos      []TodoLine
	Empty      PortalEmpty
}

// NextStep is the one thing to do now, or that there is none. Href is empty then.
type NextStep struct {
	Icon, Title, Text, Action, Href string
	Due                             *Badge
}

// PortalEmpty is a list with nothing in it yet, and what will be there.
type PortalEmpty struct {
	Icon, Title, Text string
}

// PortalList is a tab whose list is empty: to-dos, billing, schedule.
type PortalList struct {
	Portal
	Empty PortalEmpty
}

// PortalFiles are what the practice shares, and what the person has sent.
type PortalFiles struct {
	Portal
	Empty PortalEmpty
	Sent  []PortalFile
}

// PortalFile is one file in a list.
type PortalFile struct {
	Icon, Name, Note string
}

// PortalContact is how to reach the practice (S4.11).
type PortalContact struct {
	Portal
	People  []PortalPerson
	Phone   string
	Dial    template.URL // Dial(Phone)
	Email   string
	Address string
	Hours   string
}

// PortalPerson is somebody whom clients may turn to.
type PortalPerson struct {
	Name, Role, Email, Phone string
	Dial                     template.URL
}

// Dial is the address that calls a number as people write it: "tel:+442079460958", "" for none. The zero in brackets is
// not dialled from abroad.
func Dial(phone string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, strings.Replace(phone, "(0)", "", 1))
	if digits == "" {
		return ""
	}
	return template.URL("tel:" + digits) //nolint:gosec // digits alone
}

// PortalHelp has answers, and looks at the reader's browser itself (S4.i10). Portal is empty but for its frame where
// nobody is signed in.
type PortalHelp struct {
	Portal
	SignedIn bool
	Articles []PortalArticleLine
	Email    string
	Details  string // what the server knows of the request, for the practice
	Probe    string // the address that tells whether the network lets uploads through
}

// PortalArticleLine leads to an article.
type PortalArticleLine struct{ Title, Href string }

// PortalArticle is one answer.
type PortalArticle struct {
	Portal
	SignedIn bool
	Heading  string
	Lang     string // of the text
	Lacks    string // a sentence: it isn't in the reader's language
	Body     template.HTML
	Back     string
}

// PortalVideo explains the portal (S4.12).
type PortalVideo struct {
	Portal
	Heading string
	Source  string // of the practice's own film
	Media   string
	Link    string // to a film elsewhere
	Host    string
}

// PortalSettings are a person's own (S3.21).
type PortalSettings struct {
	Portal
	Command  uuid.UUID
	Saved    bool
	Choices  []Choice // of languages; "" is the practice's
	Language string
	Zones    []Choice
	Zone     string
	Themes   []Choice
	Chosen   string         // theme
	Mails    string         // a sentence
	Notices  []PortalNotice // sorts of mails to choose from
	Chooses  uuid.UUID      // the command that chooses
	Links    []PortalLink
	Problems Problems
}

// PortalNotice is a sort of mails that a person gets, or does without.
type PortalNotice struct {
	Value, Word string
	On          bool
}

// PortalLink leads to further settings.
type PortalLink struct{ Icon, Title, Text, Href string }

// PortalRefused says that there is nothing for this person at an address.
type PortalRefused struct {
	PortalPlain
	Heading, Text, Action, Href string
}

// File names the template.
func (PortalHome) File() string     { return "portal_home.html" }
func (PortalList) File() string     { return "portal_list.html" }
func (PortalFiles) File() string    { return "portal_files.html" }
func (PortalContact) File() string  { return "portal_contact.html" }
func (PortalHelp) File() string     { return "portal_help.html" }
func (PortalArticle) File() string  { return "portal_article.html" }
func (PortalVideo) File() string    { return "portal_video.html" }
func (PortalSettings) File() string { return "portal_settings.html" }
func (PortalRefused) File() string  { return "portal_refused.html" }
