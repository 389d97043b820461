package views

import (
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
	Modules  []string
	Wide     bool
}

// PortalLogin is where contacts sign in with address and password.
type PortalLogin struct {
	Entry
	P     string // the practice of the address
	Next  string
	Email string
	Who   []PersonChoice // where address and password fit several people
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

// File names the template.
func (PortalLogin) File() string   { return "portal_login.html" }
func (PortalClosed) File() string  { return "portal_closed.html" }
func (PortalDevices) File() string { return "portal_devices.html" }
