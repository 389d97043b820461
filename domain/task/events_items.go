package task

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// itemEvent is an event about an item.
//
//sumtype:decl
type itemEvent interface {
	Event
	ofItem()
}

// Item is one thing that a request of documents asks for.
type Item struct {
	ID       uuid.UUID      `json:"id" es:"id"`
	Title    event.Personal `json:"title" es:"personal"`
	Help     event.Personal `json:"help" es:"personal"`
	Example  uuid.UUID      `json:"example,omitzero" es:"id"`  // a transfer: a file of the practice that shows what is meant
	Types    []string       `json:"types,omitempty" es:"fact"` // extensions, lower case without dot; none: all that the practice accepts
	Most     int            `json:"most,omitzero" es:"fact"`   // how many files; 0: as many as one likes
	Optional bool           `json:"optional,omitzero" es:"fact"`
	Own      bool           `json:"own,omitzero" es:"fact"` // each contact their own; otherwise one answers for all (S4.i5)
}

// ItemAdded asks for one thing more.
type ItemAdded struct {
	Item Item      `json:"item" es:"nested"`
	At   time.Time `json:"at" es:"fact"`
}

// ItemChanged states anew what one item asks for.
type ItemChanged struct {
	Item Item      `json:"item" es:"nested"`
	At   time.Time `json:"at" es:"fact"`
}

// ItemCancelled says that it is no longer wanted, of anybody.
type ItemCancelled struct {
	Item uuid.UUID `json:"item" es:"id"`
	By   Who       `json:"by" es:"nested"`
	At   time.Time `json:"at" es:"fact"`
}

// ItemReturned hands files over for the nth round; until then they were drafts (S4.i7). Files of earlier rounds stay as
// superseded versions (T6). For is whose item it is, zero for one that all share.
type ItemReturned struct {
	Item  uuid.UUID      `json:"item" es:"id"`
	For   uuid.UUID      `json:"for,omitzero" es:"id"`
	Round int            `json:"round" es:"fact"` // 1, 2, 3
	By    Who            `json:"by" es:"nested"`
	Files []uuid.UUID    `json:"files,omitempty" es:"id"` // attachments
	Note  event.Personal `json:"note" es:"personal"`
	At    time.Time      `json:"at" es:"fact"`
}

// ItemNotApplicable says instead that there is nothing to send, and why. It is a round, too.
type ItemNotApplicable struct {
	Item  uuid.UUID      `json:"item" es:"id"`
	For   uuid.UUID      `json:"for,omitzero" es:"id"`
	Round int            `json:"round" es:"fact"`
	By    Who            `json:"by" es:"nested"`
	Note  event.Personal `json:"note" es:"personal"`
	At    time.Time      `json:"at" es:"fact"`
}

// ItemReviewBegun says that the practice is looking at a round.
type ItemReviewBegun struct {
	Item  uuid.UUID `json:"item" es:"id"`
	For   uuid.UUID `json:"for,omitzero" es:"id"`
	Round int       `json:"round" es:"fact"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// ItemAccepted says that a round is what was wanted.
type ItemAccepted struct {
	Item  uuid.UUID `json:"item" es:"id"`
	For   uuid.UUID `json:"for,omitzero" es:"id"`
	Round int       `json:"round" es:"fact"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

// ItemSentBack says that it isn't. Reason is for the client to read (S4.i8).
type ItemSentBack struct {
	Item   uuid.UUID      `json:"item" es:"id"`
	For    uuid.UUID      `json:"for,omitzero" es:"id"`
	Round  int            `json:"round" es:"fact"`
	Reason event.Personal `json:"reason" es:"personal"`
	By     Who            `json:"by" es:"nested"`
	At     time.Time      `json:"at" es:"fact"`
}

// ItemReopened takes the practice's answer to a round back: it waits for one again (T7).
type ItemReopened struct {
	Item  uuid.UUID `json:"item" es:"id"`
	For   uuid.UUID `json:"for,omitzero" es:"id"`
	Round int       `json:"round" es:"fact"`
	By    Who       `json:"by" es:"nested"`
	At    time.Time `json:"at" es:"fact"`
}

func (ItemAdded) EventType() string         { return "task.item_added" }
func (ItemChanged) EventType() string       { return "task.item_changed" }
func (ItemCancelled) EventType() string     { return "task.item_cancelled" }
func (ItemReturned) EventType() string      { return "task.item_returned" }
func (ItemNotApplicable) EventType() string { return "task.item_not_applicable" }
func (ItemReviewBegun) EventType() string   { return "task.item_review_begun" }
func (ItemAccepted) EventType() string      { return "task.item_accepted" }
func (ItemSentBack) EventType() string      { return "task.item_sent_back" }
func (ItemReopened) EventType() string      { return "task.item_reopened" }

func (ItemAdded) task()         {}
func (ItemChanged) task()       {}
func (ItemCancelled) task()     {}
func (ItemReturned) task()      {}
func (ItemNotApplicable) task() {}
func (ItemReviewBegun) task()   {}
func (ItemAccepted) task()      {}
func (ItemSentBack) task()      {}
func (ItemReopened) task()      {}

func (ItemAdded) ofItem()         {}
func (ItemChanged) ofItem()       {}
func (ItemCancelled) ofItem()     {}
func (ItemReturned) ofItem()      {}
func (ItemNotApplicable) ofItem() {}
func (ItemReviewBegun) ofItem()   {}
func (ItemAccepted) ofItem()      {}
func (ItemSentBack) ofItem()      {}
func (ItemReopened) ofItem()      {}
