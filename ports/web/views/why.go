package views

import (
	"portico/domain/account"

	"github.com/google/uuid"
)

// Why tells whether a contact sees something, and what decides it.
type Why struct {
	Shell
	Contact  uuid.UUID
	Name     string
	Command  uuid.UUID
	Objects  []Choice
	Object   string
	Clients  []Choice // where there are several
	Client   string   // empty: any of them
	Answer   *WhyAnswer
	Problems Problems
}

// WhyAnswer is yes or no, with the rule and the event.
type WhyAnswer struct {
	Sees       bool
	Rule, Text string
	Event      *WhyEvent // nil: nothing has ever been recorded of it
	Repair     *WhyRepair
}

// WhyEvent is the event that decides.
type WhyEvent struct {
	Type, By string
	At       When
	Position int64
	Stream   string
	Version  int
	Behalf   bool // for the contact
}

// WhyRepair is what would mend it.
type WhyRepair struct {
	Act, Word string
	Page      string        // where a person has to decide; empty: a button does it
	Right     account.Right // that it takes
}

// File names the template.
func (Why) File() string { return "why.html" }
