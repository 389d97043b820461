package views

import "github.com/google/uuid"

// Contacts is the list of the people that the practice knows.
type Contacts struct {
	Shell
	Query   string
	Filters []Filter
	Rows    []ContactLine
	Empty   Empty
	Pager   Pager
}

// ContactLine is one person in a list.
type ContactLine struct {
	ID           uuid.UUID
	Name         string
	Email, Phone string
	Clients      int
}

// ContactFields are the fields of a form about a person, as they were typed.
type ContactFields struct {
	Given, Family, Email, Phone string
	Language, Zone              string
	Languages                   []Choice
	Same                        []ContactLine // who has this address already: the form asks which of them it is
	Problems                    Problems
}

// ContactNew is the form for somebody who is no client's.
type ContactNew struct {
	Shell
	ID, Command uuid.UUID
	ContactFields
}

// Contact is the page of one person.
type Contact struct {
	Shell
	ID, Command uuid.UUID
	Heading     string
	Added       When
	ContactFields
	Clients []MembershipLine
}

// MembershipLine is a client of a person.
type MembershipLine struct {
	Client   uuid.UUID
	Name     string
	Rights   []string
	Archived bool
}

// PersonForm is the form that adds somebody to a client.
type PersonForm struct {
	ID, Command uuid.UUID
	ContactFields
	Rights []Box
	Open   bool // something is wrong with what was typed
}

// Box is one box to tick.
type Box struct {
	ID, Value, Word, Hint string
	Ticked                bool
}

// PersonOf is one person of a client, with how far they have come into the portal (Document 5).
type PersonOf struct {
	ContactLine
	Rights   []string
	Boxes    []Box
	Added    When
	Sendable bool
	Why      string // not sendable
	Count    int    // mails so far
	Mailed   When   // the last one
	Unmailed bool   // access was given without one
	Problem  string // with the last one: it came back, it has expired
	Accepted When   // S5.6
	In       bool   // and may enter now
	Seen     When   // S5.i1
}

// File names the template.
func (Contacts) File() string   { return "contacts.html" }
func (ContactNew) File() string { return "contact_new.html" }
func (Contact) File() string    { return "contact.html" }
