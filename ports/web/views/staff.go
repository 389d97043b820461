package views

import "github.com/google/uuid"

// Login asks for address and password.
type Login struct {
	Plain
	Email   string
	Next    string // where to go afterwards
	Problem string
	Passkey PasskeyForm

	Provider ProviderChoice
}

// ProviderChoice leads to a provider of identity; without a name there is none.
type ProviderChoice struct{ Name, Href string }

// Failure is a page that tells what went wrong and what to do.
type Failure struct {
	Plain
	Code   string
	Text   string
	Action string
	Href   string
}

// Choice is one option of a select.
type Choice struct{ Value, Word string }

// ClientChoice is one client of a form, with the address that a link would go to.
type ClientChoice struct{ Value, Word, Email string }

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
	Asked      When // somebody asks for a new link
	Arriving   int
	Delivered  int
}

// PersonLine is one recipient of a link with each fact of its life.
type PersonLine struct {
	ID          uuid.UUID
	Name, Email string // Name is the address where there is no name
	TypedName   string
	Life        []Step
	Bounced     bool
	Correctable bool // nothing has been sent with their link: the address can be another's
	OtherDevice When // opened on a second device (L10)
	Asked       When // asks for a new link
	Note        string
}

// LifeLine is one fact of a link's life.
type LifeLine struct {
	Icon, Text, Detail string
	At                 When
	Bad                bool
}

// Correction is the form for a recipient's address.
type Correction struct {
	Recipient   uuid.UUID
	Name, Email string
	Open        bool // something is wrong with what was typed
}

// NameID and EmailID are the ids of its inputs.
func (c Correction) NameID() string  { return "correct-" + c.Recipient.String() + "-name" }
func (c Correction) EmailID() string { return "correct-" + c.Recipient.String() + "-email" }

// LinkCopy shows a recipient's link to the practice (L8).
type LinkCopy struct {
	Shell
	Back          string
	Person, Email string
	Address       string // a secret: shown here and nowhere else
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
	Folds       int    // from this row on they are folded away
	Unfolded    bool   // something is typed there
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
	RenewTo    string // the day that answers who asks for a new link
	RenewDays  int
	MinExpires string
	Reason     string // typed
	Discard    bool   // chosen
	Problems   Problems
	Files      []FileLine
	Pager      Pager // to earlier files
	Later      bool  // these are not the newest
	Receipts   []ReceiptLine
	Withdrawn  int        // files that were given up (U5)
	Life       []LifeLine // newest first
	Earlier    []LifeLine // folded away

	Corrections []Correction // one a recipient, in their order
}

// Correction is the form of one recipient.
func (l Link) Correction(recipient uuid.UUID) Correction {
	for _, c := range l.Corrections {
		if c.Recipient == recipient {
			return c
		}
	}
	return Correction{Recipient: recipient}
}

// Asking are the recipients who ask for a new link.
func (l Link) Asking() (people []PersonLine) {
	for _, p := range l.Link.Recipients {
		if !p.Asked.Zero() {
			people = append(people, p)
		}
	}
	return people
}

// Inbox is what has reached the practice, newest first, and what is asked back.
type Inbox struct {
	Shell
	Asked []FileLine
	Days  []BatchDay
	Empty Empty
	Pager Pager
}

// BatchDay is the sendings of one day.
type BatchDay struct {
	Day     string
	Batches []BatchLine
}

// BatchLine is one sending: what one person sent together.
type BatchLine struct {
	ID       uuid.UUID
	Link     uuid.UUID
	Client   string
	ClientID uuid.UUID
	Sender   string
	Arrived  When
	Count    int
	Size     int64
	Files    []FileLine
	More     int  // files that are not listed here
	Alone    bool // it is all of its page
}

// Batch is one sending with all of its files.
type Batch struct {
	Shell
	Batch BatchLine
	Pager Pager
}

// FileLine is one file that the practice has.
type FileLine struct {
	ID        uuid.UUID
	Pick      bool // it can be ticked for a download
	Name      string
	SentAs    string // when it was renamed: the name it was sent under
	Size      int64
	Digest    string // the first digits of the SHA-256
	SHA256    string
	Icon      string
	Kind      string // "Photo (HEIC)"
	Client    string
	ClientID  uuid.UUID
	Link      uuid.UUID
	Batch     uuid.UUID
	Sender    string
	Released  When
	Late      bool
	Unscanned bool      // a virus scanner is configured and could not scan it (U8)
	Same      bool      // same content as an earlier file of the link
	SameName  string    // its name, where the practice has it
	SameID    uuid.UUID // and its id

	Asked, Kept bool // its sender asks for it back; they did, and the practice kept it (U5)
	AskedAt     When
	Reason      string // in the sender's words
	AnsweredAt  When
	Answer      string // why it was kept
}

// FileDetail is all that is known of one file.
type FileDetail struct {
	Shell
	Row       FileLine
	Started   When
	Received  When
	Command   uuid.UUID
	Typed     string // why it should be kept
	MaxReason int
	Problems  Problems
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

	Answer MailAnswer
}

// MailAnswer is the form to answer a mail as who got it would. Its zero is none.
type MailAnswer struct {
	To      string
	Command string
	Said    string // what became of the last one
}

// File names the template.
func (Login) File() string      { return "login.html" }
func (Failure) File() string    { return "failure.html" }
func (Links) File() string      { return "links.html" }
func (LinkNew) File() string    { return "link_new.html" }
func (Link) File() string       { return "link.html" }
func (LinkCopy) File() string   { return "link_copy.html" }
func (Inbox) File() string      { return "inbox.html" }
func (Batch) File() string      { return "batch.html" }
func (Mails) File() string      { return "mails.html" }
func (Mail) File() string       { return "mail.html" }
func (FileDetail) File() string { return "file.html" }
