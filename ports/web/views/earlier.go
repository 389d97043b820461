package views

import "github.com/google/uuid"

// PortalEarlier are files that a contact has sent before and can use again (T15).
type PortalEarlier struct {
	Portal
	Back     string
	Of       string    // the title of the task, or of the item
	Item     uuid.UUID // zero: the task itself
	Message  bool      // for the message that is being written
	Action   string
	Here     string // the page's own address
	Whose    string // the client's id, where the person has several
	Text     string // what was searched for
	All      string // address of the page without a search
	Files    []EarlierFile
	Newer    string // address; empty: there are none
	Older    string
	Problems Problems
}

// EarlierFile is one file that was sent before.
type EarlierFile struct {
	ID, Task     uuid.UUID
	New, Command uuid.UUID
	Icon         string
	Name         string
	Note         string
	Why          string // why it can't be used here; empty: it can
}

// File implements Page.
func (PortalEarlier) File() string { return "portal_earlier.html" }

// ItemID is the item's id, empty where there is none.
func (p PortalEarlier) ItemID() string {
	if p.Item == uuid.Nil {
		return ""
	}
	return p.Item.String()
}
