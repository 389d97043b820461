package views

import "github.com/google/uuid"

// Account is where a person sees where they are signed in, and changes their password.
type Account struct {
	Shell
	Email    string
	Sessions []SessionLine
	Enrolled bool   // the person has a second factor
	Done     string // what has just been done
	Problems Problems
	Provider string // of identity, which can be linked; "" for none
}

// SessionLine is one session. Current is the one that the page is read in.
type SessionLine struct {
	ID      uuid.UUID
	Device  string
	Address string
	Since   When
	Seen    When
	Current bool
}

// File names the template.
func (Account) File() string { return "account.html" }
