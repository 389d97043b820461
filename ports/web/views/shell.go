package views

import "portico/domain/account"

// Shell is what every page of the practice has around it.
type Shell struct {
	Title    string
	Practice string
	Staff    string // who is signed in
	Writer   string // whose drafts this browser keeps, as own-drafts.js has it
	Role     account.Role
	Nav      string // "clients", "contacts", "links", "inbox", "tasks", "messages", "settings", "mail", "account"
	DevMail  bool   // the list of written mails is there
	Find     string // what the box for finding a client holds
	Follows  string // what its live regions show, as live-region.js has it; empty: anything
	Brand    Brand
	Stale    bool // what was just saved can't be read yet
	Full     *StorageFull
	Modules  []string
}

// May tells what the page offers: what somebody may not do isn't shown to them.
func (s Shell) May(right account.Right) bool { return s.Role.May(right) }

// Plain is a page with one thing in its middle.
type Plain struct {
	Title    string
	Practice string
	Writer   string // as Shell has it
	Left     string // who was signed out: nothing of theirs is kept
	Modules  []string
}

// Public is a page of the portal for people without a login. For is whose papers it is about, if anybody's.
type Public struct {
	Title    string
	Practice string
	For      string
	Brand    Brand
	Scripts  []string
	Modules  []string
}

// Badge is a state as icon, words and colour: never colour alone.
type Badge struct{ Tone, Icon, Word string }

// Problem is one thing that is wrong with a form. Field is the id of the input.
type Problem struct{ Field, Text string }

// ID is the id of the sentence beside the input.
func (p Problem) ID() string { return p.Field + "-problem" }

// Problems is all that is wrong with a form.
type Problems []Problem

// For is the problem of one field, if there is one.
func (ps Problems) For(field string) *Problem {
	for i := range ps {
		if ps[i].Field == field {
			return &ps[i]
		}
	}
	return nil
}

// Pager leads on through a long list.
type Pager struct {
	Next  string // URL; empty at the end
	Shown string // "50 clients"
}

// Empty is a list with nothing in it: why, and what to do.
type Empty struct{ Icon, Title, Text, Action, Href string }
