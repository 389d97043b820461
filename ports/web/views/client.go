package views

import "github.com/google/uuid"

// Clients is the list of clients.
type Clients struct {
	Shell
	Query   string
	Found   string     // "1,234 clients"
	Kept    []Choice   // filters that a search keeps, by their names in the address
	Filters [][]Filter // rows of choices
	Orders  []Filter
	Rows    []ClientLine
	Empty   Empty
	Pager   Pager

	Invitations string // the address where people of all these clients are invited
	Chosen      string // how these clients are chosen, as a part of an address
}

// Filter is one choice of a list, with how many it would show. The current one leads back to all.
type Filter struct {
	Word, Href string
	Count      string
	Current    bool
}

// ClientLine is one client in a list.
type ClientLine struct {
	ID        uuid.UUID
	Name      string
	Email     string
	Reference string
	Sort      string
	Owner     string
	Tags      []string
	Archived  When
	Portal    Badge // where its people stand
	Links     int
	Files     int
	Active    When // newest of: created, link sent, file delivered
}

// ClientNew is the form for a new client.
type ClientNew struct {
	Shell
	ID, Command            uuid.UUID
	Name, Email, Reference string
	Sort                   string
	Sorts                  []Choice
	Problems               Problems
}

// ClientEdit is the form for a client record, its owner and its tags.
type ClientEdit struct {
	Shell
	ID, Command            uuid.UUID
	Was                    string // its name as it stands
	Name, Email, Reference string
	Sort                   string
	Sorts                  []Choice
	Owner                  string
	Owners                 []Choice
	Tags                   string // with commas
	Archived               bool
	Problems               Problems
}

// Client is the page of one client.
type Client struct {
	Shell
	Client  ClientLine
	Command uuid.UUID
	People  []PersonOf
	Person  PersonForm
	Tasks   []TaskLine // the newest
	Links   []LinkLine
	Files   []FileLine
	Name    string // part of a file's name that was looked for
	Later   bool   // this isn't the first page of files
	Pager   Pager

	Messages *MessagesPart // nil: not for who looks
}

// Next is the command id of one more form.
func (Client) Next() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// File names the template.
func (Clients) File() string    { return "clients.html" }
func (ClientNew) File() string  { return "client_new.html" }
func (ClientEdit) File() string { return "client_edit.html" }
func (Client) File() string     { return "client.html" }
