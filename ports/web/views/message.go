package views

import "github.com/google/uuid"

// Messages is the ledger of mails and texts.
type Messages struct {
	Shell
	Query  string
	About  string // the client or person that the list is narrowed to
	Hidden []Field
	Chips  []Chip
	Kinds  []Choice
	Kind   string
	Rows   []MessageLine
	Empty  Empty
	Pager  Pager
}

// Field is a value that a form sends along.
type Field struct{ Name, Value string }

// MessageLine is one mail or text: what it is, why it was created, and what became of it.
type MessageLine struct {
	ID         string
	Icon       string
	Title      string
	Href       string // where it belongs; empty: nowhere that has a page
	Why        string // the event that asked for it
	Who        string
	WhoHref    string
	ToPractice bool // Who is whom it is about
	Client     string
	ClientID   uuid.UUID
	State      Badge
	Detail     string // a code, a reason, the next try
	Steps      []Step
	Asked      When
}

// MessagesPart is what a client's or a contact's page shows of the ledger: the newest ones, and the way to all of them.
type MessagesPart struct {
	Whose string
	Rows  []MessageLine
	All   string // URL of the whole list; empty: Rows is all there is
}

// File is Page.
func (Messages) File() string { return "messages.html" }
