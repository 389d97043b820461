package views

import "github.com/google/uuid"

// Invitations is where client portals are managed.
type Invitations struct {
	Shell
	Query     string
	Kept      []Choice // what the forms carry on
	Filters   []Filter
	Chosen    string // the other filters in words; empty: none
	Found     string
	All       string // how many match and have an address
	Choosable bool
	Export    string
	Rows      []CandidateLine
	Empty     Empty
	Pager     Pager
	Recent    []JobLine
}

// CandidateLine is one person of a client, or a client without people.
type CandidateLine struct {
	Contact      uuid.UUID
	Name         string
	Client       uuid.UUID
	ClientName   string
	Email, Phone string
	State        Badge
	Choosable    bool
	Why          string // where they can't be chosen
}

// JobLine is one earlier sending.
type JobLine struct {
	ID     uuid.UUID
	Chosen string
	People int
	At     When
}

// InviteMany is the form with what is the same for everybody who was chosen.
type InviteMany struct {
	Shell
	ID         uuid.UUID
	Back       string
	People     string // "12 people"
	Chosen     string
	Kept       []Choice
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
	Again      bool
	Problems   Problems
}

// InviteJob is one sending: its preview, then how far it is, then what came of it.
type InviteJob struct {
	Shell
	ID, Command uuid.UUID
	State       string
	Chosen      string
	At          When
	Total       int

	Draft, Holding, Running, Stopping, Undone, Halted bool

	Seconds       int // of the hold that are left
	Done, Waiting int
	Tally         []Fact

	Ready    int // who would be invited
	Reasons  []Reason
	Sample   *InvitePreview
	Message  string
	Channels string
	DueOn    string
	Expires  string // "22 Dec 2026": the last day
	ByLink   bool
	Again    bool

	Chips []Chip
	Rows  []JobRow
	Pager Pager
}

// Fact is a number with its word.
type Fact struct{ Word, Count string }

// Reason is why people are passed by, and how many.
type Reason struct {
	Text, Count string
	N           int
}

// JobRow is one person of a sending.
type JobRow struct {
	No                                      int
	Contact                                 uuid.UUID
	Name                                    string
	Client                                  uuid.UUID
	ClientName                              string
	To                                      string
	Badge                                   Badge
	Note                                    string
	Created, HandedOver, Delivered, Bounced When
}

// File names the template.
func (Invitations) File() string { return "invitations.html" }
func (InviteMany) File() string  { return "invite_many.html" }
func (InviteJob) File() string   { return "invite_job.html" }
