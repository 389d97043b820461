package views

import (
	"strconv"

	"github.com/google/uuid"
)

// InvitationDoor is what the link of an invitation shows first: who invites, and one button. Nothing has happened yet (L1).
type InvitationDoor struct {
	Entry
	Base    string // "/i/{token}"; goes into the button's address and nowhere else
	Sender  string // "Priya Nair, Harbour & Vale"
	Client  string // whose portal it is about; may be empty
	Next    string // what comes after the button
	Button  string
	Expires string
}

// InvitationShut tells why an invitation opens nothing, and what to do.
type InvitationShut struct {
	Entry
	Icon   string
	Text   string
	Advice string
	Action string
	Href   string
}

// Access is where a contact's invitation stands, for the practice.
type Access struct {
	Shell
	Contact  uuid.UUID
	Name     string
	Back     string // where the page was come from
	BackTo   string
	State    Badge
	Life     []Step
	Count    int    // how often it was sent
	To       string // where the newest one went, or would go
	Client   string // that it was about
	ClientID uuid.UUID
	By       string
	In       bool
	Holding  bool
	Unmailed bool   // access was given without a mail, and none has left yet
	Open     bool   // somebody may still accept
	Nth      int    // of the sending that stands
	Expires  When   // of it
	Due      string // "2026-05-12"
	Message  string
	ByLink   bool
	Failed   string // why it did not arrive
	Sendable bool
	Why      string // where it can't be sent: why not
	Email    string // of the contact, as it is or was typed
	Phone    string
	Reason   string // typed
	History  []LifeLine
	Earlier  []LifeLine
	Command  uuid.UUID
	Problems Problems
	Messages *MessagesPart // nil: not for who looks

	Factors       []string // the sorts of second factors that the contact has
	FactorsReason string   // typed
}

// File names the template.
func (InvitationDoor) File() string { return "invitation_door.html" }
func (InvitationShut) File() string { return "invitation_shut.html" }
func (Access) File() string         { return "access.html" }

// InviteNew is the form that invites people of a client.
type InviteNew struct {
	Shell
	Client     uuid.UUID
	ClientName string
	Command    uuid.UUID
	People     []InviteChoice
	Ticked     map[string]bool
	Further    []FurtherPerson
	Templates  []TemplateChoice
	Template   string
	Drafted    bool // the template is in the message
	Message    string
	Channels   string
	Access     string
	DueOn      string
	ExpiresOn  string
	MinExpires string
	Zone       string
	Preview    *InvitePreview
	Bundle     uuid.UUID // of the requests that go along
	Models     []ModelChoice
	Chosen     []string // of Models
	Sent       []string // who has their invitation already, of a form that was refused for others
	Problems   Problems
}

// ModelChoice is a request whose like may go along with an invitation.
type ModelChoice struct {
	ID     uuid.UUID
	Title  string
	Of     string // which template, or when it was asked
	Ticked bool
}

// Along are the titles of the requests that go along.
func (p InviteNew) Along() (titles []string) {
	for _, m := range p.Models {
		if m.Ticked {
			titles = append(titles, m.Title)
		}
	}
	return titles
}

// Unfolded tells that something is typed in a row after the first.
func (p InviteNew) Unfolded() bool {
	for i, f := range p.Further {
		if i > 0 && f.Given+f.Family+f.Email+f.Phone != "" {
			return true
		}
	}
	return false
}

// InviteChoice is one contact of the client, with the reason where they can't be chosen.
type InviteChoice struct {
	ID       uuid.UUID
	Name, To string
	State    Badge
	Why      string
	Ticked   bool
}

// FurtherPerson is a row for somebody who is no contact yet.
type FurtherPerson struct {
	N                           int
	ID                          uuid.UUID
	Given, Family, Email, Phone string
}

// FieldID is the id of one of its inputs.
func (p FurtherPerson) FieldID(field string) string {
	return "further-" + strconv.Itoa(p.N) + "-" + field
}

// InvitePreview is what an invitation says.
type InvitePreview struct {
	Lang                    string
	Subject, Hello, Message string
	Lead                    []string
	Button, Expires         string
}

// File names the template.
func (InviteNew) File() string { return "invitation_new.html" }
