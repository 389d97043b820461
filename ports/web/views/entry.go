package views

import (
	"html/template"
	"reflect"

	"portico/app/language"

	"github.com/google/uuid"
)

// Entry is a page on the way into the portal, in the reader's language.
type Entry struct {
	W        *language.Words
	Title    string
	Practice string // "" where nobody knows it yet
	Problem  string // what was refused, or ""
	Done     string // what has just been done
	Left     string // who was signed out in this browser, as own-drafts.js has it: nothing of theirs is kept
	Modules  []string
	Wide     bool
	Frame    PortalFrame // what Around adds
}

// Around is p with what stands around every page on the way into the portal, where p is one of those: how it looks, and
// the languages to choose from. Other pages stay as they are.
func Around(p Page, frame func(Entry) PortalFrame) Page {
	v := reflect.ValueOf(p)
	if v.Kind() != reflect.Struct {
		return p
	}
	at, ok := v.Type().FieldByName("Entry")
	if !ok || at.Type != reflect.TypeFor[Entry]() {
		return p
	}
	framed := reflect.New(v.Type()).Elem()
	framed.Set(v)
	e := framed.FieldByIndex(at.Index).Addr().Interface().(*Entry)
	e.Frame = frame(*e)
	return framed.Interface().(Page)
}

// PortalLogin is where contacts sign in with address and password.
type PortalLogin struct {
	Entry
	P     string // the practice of the address
	Next  string
	Email string
	Who   []PersonChoice // where address and password fit several people

	Passkey PasskeyForm
}

// PersonChoice is one of several people.
type PersonChoice struct {
	ID   uuid.UUID
	Name string
	At   string // the practice
}

// PortalClosed tells a contact why something isn't possible, and what to do.
type PortalClosed struct {
	Entry
	Text   string
	Action string
	Href   string
}

// PortalDevices is where a contact sees where they are signed in.
type PortalDevices struct {
	Entry
	Devices []DeviceLine
}

// DeviceLine is one session. Current is the one that the page is read in.
type DeviceLine struct {
	ID                      uuid.UUID
	Name, From, Since, Seen string
	Current                 bool
}

// TermsText is one version of what a practice's contacts agree to. Language is that of the text.
type TermsText struct {
	Version  int
	Text     template.HTML
	Language string
}

// Entrance is where the holder of an invitation comes in. Mode is "account" or "link" the first time, and "password",
// "open" or "code" where the link alone opens the portal again.
type Entrance struct {
	Entry
	Mode        string
	Base        string // "/i/{token}"
	Command     uuid.UUID
	Name, Email string
	Optional    bool // the password
	Terms       TermsText
	Agreed      bool
	Sent        bool   // a code is on its way
	Field       string // what Problem is about
	Passkey     bool   // can be made in place of a password
}

// EntranceCodes are the recovery codes of who has just come in with a passkey, shown once.
type EntranceCodes struct {
	Entry
	Body CodesBody
}

// PortalTerms asks for a newer version of the terms, or shows what was agreed to.
type PortalTerms struct {
	Entry
	Terms    TermsText
	Next     string
	Accepted bool
	Agreed   bool
	Field    string
}

// Forgotten asks for a link that sets a new password. What it says doesn't depend on who has the address.
type Forgotten struct {
	Entry
	P, Email string
	Sent     bool
}

// Reset sets a new password by a mailed link.
type Reset struct {
	Entry
	Token, Email, Name string
	Optional           bool
	Field              string
}

// PortalPassword changes the password of a contact, or chooses their first.
type PortalPassword struct {
	Entry
	Has         bool
	Asked       bool // the practice asks for one
	Email, Name string
	Next        string
	Optional    bool
	Field       string
}

// PortalAddress changes the address of a contact.
type PortalAddress struct {
	Entry
	Email        string
	Password     bool
	Wanted       string // the open change's; "" for none
	AtOld, AtNew bool   // who has agreed
	Typed, Field string
}

// Move is what a mailed link of a change of address shows.
type Move struct {
	Entry
	Token, From, To string
	AtNew, Agreed   bool
}

// File names the template.
func (PortalLogin) File() string   { return "portal_login.html" }
func (PortalClosed) File() string  { return "portal_closed.html" }
func (PortalDevices) File() string { return "portal_devices.html" }

func (Entrance) File() string       { return "entrance.html" }
func (EntranceCodes) File() string  { return "entrance_codes.html" }
func (PortalTerms) File() string    { return "portal_terms.html" }
func (Forgotten) File() string      { return "portal_forgotten.html" }
func (Reset) File() string          { return "portal_reset.html" }
func (PortalPassword) File() string { return "portal_password.html" }
func (PortalAddress) File() string  { return "portal_address.html" }
func (Move) File() string           { return "portal_move.html" }
