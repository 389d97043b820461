package views

import "github.com/google/uuid"

// Receipt is the proof of one batch, for its uploader.
type Receipt struct {
	Public
	Proof Proof
	Back  string // to the files
}

// LinkReceipt is the same proof, for the practice.
type LinkReceipt struct {
	Shell
	Proof Proof
	Link  uuid.UUID
}

// Proof is a receipt as people read it. What can be checked is the file at JSON.
type Proof struct {
	Practice, Email string
	Recipient       string
	Link, Batch     uuid.UUID
	Released        When
	Cause           string
	Files           []ProofFile
	Key, Signature  string
	JSON            string // address of the file
	CheckAt         string // where anybody can check it, "portal.example/verify"
}

// ProofFile is one file of a receipt.
type ProofFile struct {
	Name              string
	SentAs            string // where it differs
	Size              string // "812,345 bytes"
	SHA256            string
	Media             string
	Started, Received When
	Late              bool
}

// ReceiptLine leads to the receipt of one batch.
type ReceiptLine struct {
	Batch    uuid.UUID
	Href     string
	Released When
	Files    int
	Sender   string // for the practice: whose files they are
}

// ReceiptList is the receipts of what was sent through a link, for its uploader.
type ReceiptList struct {
	Base string
	Rows []ReceiptLine
}

// Verify is the page on which anybody checks a receipt.
type Verify struct {
	Public
	Keys string // the published keys as JSON, so that the page needs no network to check
}

// File names the template.
func (Receipt) File() string     { return "receipt.html" }
func (LinkReceipt) File() string { return "link_receipt.html" }
func (Verify) File() string      { return "verify.html" }
