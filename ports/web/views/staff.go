package views

import "github.com/google/uuid"

// Login asks for address and password.
type Login struct {
	Plain
	Email   string
	Next    string // where to go afterwards
	Problem string
}

// Failure is a page that tells what went wrong and what to do.
type Failure struct {
	Plain
	Code   string
	Text   string
	Action string
	Href   string
}

// Clients is the list of clients.
type Clients struct {
	Shell
	Query string
	Rows  []ClientLine
	Empty Empty
	Pager Pager
}

// ClientLine is one client in a list.
type ClientLine struct {
	ID        uuid.UUID
	Name      string
	Email     string
	Reference string
	Sort      string
	Owner     string
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

// Choice is one option of a select.
type Choice struct{ Value, Word string }

// ClientChoice is one client of a form, with the address that a link would go to.
type ClientChoice struct{ Value, Word, Email string }

// Client is the page of one client.
type Client struct {
	Shell
	Client ClientLine
	Links  []LinkLine
	Files  []FileLine
	Pager  Pager
}

// Links is the list of upload links.
type Links struct {
	Shell
	Chips []Chip
	Rows  []LinkLine
	Empty Empty
	Pager Pager
}

// Chip filters a list; one is current.
type Chip struct {
	Word, Href string
	Current    bool
}

// LinkLine is one upload link in a list.
type LinkLine struct {
	ID         uuid.UUID
	Client     string
	Own        bool // the page is this client's own
	Recipients []PersonLine
	State      Badge
	Sender     string
	Issued     When
	Expires    When
	Arriving   int
	Delivered  int
}

// PersonLine is one recipient of a link with each fact of its life.
type PersonLine struct {
	ID          uuid.UUID
	Name, Email string
	Life        []Step
}

// Step is one fact of a life: done when At is set.
type Step struct {
	Icon, Word string
	At         When
	Bad        bool
	Detail     string
}

// LinkNew is the form for a new upload link.
type LinkNew struct {
	Shell
	ID, Command uuid.UUID
	ClientID    string
	Clients     []ClientChoice
	Recipients  []RecipientFields
	Templates   []TemplateChoice
	Template    string // the chosen one
	Drafted     bool   // it was just put into the message
	Message     string
	Wanted      string
	ExpiresOn   string // 2026-12-04
	MinExpires  string
	Zone        string
	Problems    Problems
}

// RecipientFields is what was typed in one row of recipients. N counts from 1.
type RecipientFields struct {
	N           int
	Name, Email string
}

// Link is the page of one upload link.
type Link struct {
	Shell
	Link       LinkLine
	ClientID   uuid.UUID
	Message    string
	Wanted     []string
	Open       bool // it can be resent, extended and revoked
	Renewable  bool // expired: it can be extended, which opens it again
	Command    uuid.UUID
	ExtendTo   string // 2026-12-04
	MinExpires string
	Problems   Problems
	Files      []FileLine
	Receipts   []ReceiptLine
}

// Inbox is what has reached the practice, newest first.
type Inbox struct {
	Shell
	Days  []FileDay
	Empty Empty
	Pager Pager
}

// FileDay is the files of one day.
type FileDay struct {
	Day   string
	Files []FileLine
}

// FileLine is one file that the practice has.
type FileLine struct {
	ID       uuid.UUID
	Name     string
	SentAs   string // when it was renamed: the name it was sent under
	Size     int64
	Digest   string // the first digits of the SHA-256
	SHA256   string
	Icon     string
	Client   string
	ClientID uuid.UUID
	Link     uuid.UUID
	Sender   string
	Released When
	Late     bool
	Same     bool // same content as an earlier file of the link
}

// Mails lists the mails that were written instead of sent.
type Mails struct {
	Shell
	Rows []MailLine
}

// MailLine is one written mail.
type MailLine struct {
	ID, To, Subject string
	At              When
}

// Mail is one written mail. Its HTML is shown in a frame of its own.
type Mail struct {
	Shell
	Mail MailLine
	From string
	Text string
}

// File names the template.
func (Login) File() string     { return "login.html" }
func (Failure) File() string   { return "failure.html" }
func (Clients) File() string   { return "clients.html" }
func (ClientNew) File() string { return "client_new.html" }
func (Client) File() string    { return "client.html" }
func (Links) File() string     { return "links.html" }
func (LinkNew) File() string   { return "link_new.html" }
func (Link) File() string      { return "link.html" }
func (Inbox) File() string     { return "inbox.html" }
func (Mails) File() string     { return "mails.html" }
func (Mail) File() string      { return "mail.html" }
