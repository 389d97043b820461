package views

import "github.com/google/uuid"

// People are those who work for the practice.
type People struct {
	Shell
	Done string
	Rows []StaffLine
}

// StaffLine is one of them in a list.
type StaffLine struct {
	ID          uuid.UUID
	Name, Email string
	Role        string // in words
	State       Badge
	Seen        When
	You         bool
}

// StaffNew is the form that invites somebody to join.
type StaffNew struct {
	Shell
	ID, Command uuid.UUID
	Name, Email string
	Chosen      string // role
	Roles       []RoleChoice
	Days        int // that an invitation is good
	Problems    Problems
}

// RoleChoice is one role and what it means.
type RoleChoice struct{ Value, Word, Hint string }

// StaffMember is the page of one person of the practice.
type StaffMember struct {
	Shell
	Person   StaffLine
	Command  uuid.UUID
	Done     string
	Problems Problems

	Chosen string
	Roles  []RoleChoice // empty: the reader can't change the role

	Added, Joined, Until, Left When
	Invited, Lapsed, Gone      bool
	HandedTo                   string // name
	Colleagues                 []Choice
	Colleague                  string // chosen
	Clients                    string // "12 clients", that they own
	CanLeave                   bool

	Factors       []string // the sorts that they have
	MayReset      bool
	FactorsReason string
}

// StaffDoor is where an invited person joins.
type StaffDoor struct {
	Plain
	Action   string
	Email    string
	Name     string
	Provider ProviderChoice
	Problems Problems
}

func (People) File() string      { return "people.html" }
func (StaffNew) File() string    { return "person_new.html" }
func (StaffMember) File() string { return "person.html" }
func (StaffDoor) File() string   { return "staff_door.html" }
