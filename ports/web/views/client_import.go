package views

import "github.com/google/uuid"

// ClientImports is where a list of clients is brought along or taken away.
type ClientImports struct {
	Shell
	ID       uuid.UUID // of the import that the form would make
	Fields   []Choice
	Recent   []ImportLine
	Problems Problems
}

// ImportLine is one earlier import.
type ImportLine struct {
	ID         uuid.UUID
	Name, Rows string
	At         When
}

// ClientImport is one import.
type ClientImport struct {
	Shell
	ID, Command uuid.UUID
	Name        string // of the file
	Total       int
	State       string
	Draft       bool // nothing of it is a client yet
	Under       bool // rows are being taken
	Stopping    bool
	Halted      bool
	Problems    Problems

	Columns []ImportColumn
	Fields  []Choice

	Ready, NewClients, NewPeople, Changing, Refused int // rows, but for NewPeople
	Taken, Waiting                                  int // rows

	Chips []Chip
	Rows  []ImportRow
	Pager Pager
}

// ImportColumn is one column of the file.
type ImportColumn struct {
	No     int
	Name   string
	Sample []string // of its first rows
	Field  string   // that is chosen; "" leaves it out
}

// ImportRow is one row and what it leads to.
type ImportRow struct {
	No     int
	Client string
	Href   string // of the client, once it is there
	Who    string
	NewWho bool
	Badge  Badge
	Note   string
}

// File names the template.
func (ClientImports) File() string { return "client_imports.html" }
func (ClientImport) File() string  { return "client_import.html" }
