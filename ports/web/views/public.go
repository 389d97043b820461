package views

import "github.com/google/uuid"

// Door is what a mailed link shows first: who asks, and one button. Nothing has happened yet (L1).
type Door struct {
	Public
	Sender  string
	Expires When
	Token   string // goes into the button's address and nowhere else
}

// Upload is the page on which people send files.
type Upload struct {
	Public
	Base       string // "/up/{link}/"
	Sender     string
	Message    string
	Wanted     []string
	Expires    When
	Open       bool     // files can be added
	Closed     string   // why not
	Ask        *AskForm // then: for a new link
	Trouble    string   // what has just been refused, of a form without script
	Accept     string   // ".pdf,.jpg,…"
	MaxBytes   int64
	MaxWords   string // "4.999342 GB"
	LimitWords string // the same, as a hint: "4.99 GB"
	PlainLimit string // of the form for browsers without script
	Rows       []UploadRow
	Earlier    int // files that were sent before Rows; receipts name them
	Receipts   ReceiptList
	Editable   bool   // a file is still in its window
	Left       string // "9:42", of the newest window
	Sent       int
	Blank      UploadRow // for the template that the module copies
}

// UploadRow is one file as its uploader sees it.
type UploadRow struct {
	Base     string
	ID       uuid.UUID
	State    string
	Icon     string
	Name     string
	Note     string
	Editable bool
	Deadline When
	Left     string // "9:42"
	Askable  bool   // the practice can be asked for it (U5)
}

// FileName is the rename form on a page of its own, for browsers without script (S1.20).
type FileName struct {
	Public
	Base    string
	ID      uuid.UUID
	Name    string
	Typed   string
	Problem string
}

// FileDeletion asks before a file is deleted, on a page of its own (S1.21).
type FileDeletion struct {
	Public
	Base string
	ID   uuid.UUID
	Name string
}

// Withdrawal is where a file that has been sent is asked back, on a page of its own (U5).
type Withdrawal struct {
	Public
	Base      string
	ID        uuid.UUID
	Name      string
	Kept      string // why the practice kept it, when asked before
	Typed     string
	Problem   string
	MaxReason int
}

// LinkClosed tells why a link does nothing any more, and what to do (S1.11, S1.i17).
type LinkClosed struct {
	Public
	Icon    string
	Heading string
	Text    string
	Advice  string
	Back    string      // to the upload page, where that is still there
	Rows    []UploadRow // what was sent through it (L6)
	Earlier int         // files that were sent before Rows
	Ask     *AskForm    // nil: nobody can be asked

	Receipts ReceiptList
}

// AskForm asks for a new link (S1.i21).
type AskForm struct {
	Action  string
	Whom    string // "Priya Nair of Harbour & Vale"
	Asked   When   // a short while ago: they have been told
	MaxNote int    // letters
	Note    string
	Problem string
}

// File names the template.
func (Door) File() string         { return "door.html" }
func (Upload) File() string       { return "upload.html" }
func (FileName) File() string     { return "file_name.html" }
func (FileDeletion) File() string { return "file_deletion.html" }
func (LinkClosed) File() string   { return "link_closed.html" }
func (Withdrawal) File() string   { return "withdrawal.html" }
