package views

import "github.com/google/uuid"

// View asks what somebody of the practice looks for in a contact's portal.
type View struct {
	Shell
	Contact  uuid.UUID
	Name     string
	ID       uuid.UUID // of the view that the form would begin
	Command  uuid.UUID
	Clients  []ViewClient
	Purpose  string
	Min, Max int  // letters of it
	Shut     bool // the contact isn't let in at this moment
	Before   []ViewLine
	Problems Problems
}

// ViewClient is one client of the contact.
type ViewClient struct {
	ID       uuid.UUID
	Name     string
	Archived bool
	Chosen   bool
}

// ViewLine is one view that was, or is still open.
type ViewLine struct {
	By, Purpose, Client string
	Acted, Open         bool
	At, Until           When
}

// File names the template.
func (View) File() string { return "view.html" }
