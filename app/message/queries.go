package message

import (
	"context"
	"slices"
	"strings"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Reader reads the ledger. Every method is scoped to one firm, and to the clients of who is limited to their own.
type Reader interface {
	// Messages lists a firm's mails and texts, those asked for last first.
	Messages(ctx context.Context, firm int32, q Query) (rows []Row, next string, err error)
}

// Query chooses messages. Zero fields choose all.
type Query struct {
	Text    string // the beginnings of words in names and addresses of who it goes to, and of whose matter it is
	Client  uuid.UUID
	Person  uuid.UUID
	Channel Channel
	Kind    string // "mail.upload_link"
	States  []State
	After   string // cursor from the page before
	Limit   int    // default 50, at most 200
}

// State is where a message stands.
type State string

// The states. All but the first three are final, except that what was handed over may be delivered or bounce, and what was
// delivered may bounce.
const (
	Held       State = "held"     // until a moment that was stated
	Waiting    State = "waiting"  // is on its way out
	Retrying   State = "retrying" // a try has failed for a passing reason
	HandedOver State = "handed_over"
	Arrived    State = "delivered" // the receiving side told so
	Failed     State = "bounced"   // it told the opposite
	Refused    State = "refused"   // for good, when it was handed over
	GaveUp     State = "gave_up"   // every try failed for a passing reason
	NotSent    State = "not_sent"  // it made no sense any more
)

// States are all of them, in the order of a message's life.
func States() []State {
	return []State{Held, Waiting, Retrying, HandedOver, Arrived, Failed, Refused, GaveUp, NotSent}
}

// OnTheirWay are those of what has not left yet.
func OnTheirWay() []State { return []State{Held, Waiting, Retrying} }

// ErrState is for a word that is no state.
var ErrState = fault.New(fault.Invalid, "message.state", "There is no such state of a message.")

// CheckState refuses a word that is no state.
func CheckState(s State) error {
	if !slices.Contains(States(), s) {
		return ErrState
	}
	return nil
}

// Row is one message. It has neither its words nor an address: those are in its history, where they can be erased.
type Row struct {
	Key        string // of the effect; ids only
	Kind       string
	Stream     event.Stream // whose event asked for it
	Person     uuid.UUID    // whom it goes to, or is about where it goes to the practice; zero: nobody in particular
	PersonName string       // empty where they are unknown or were erased
	Sort       PersonSort
	Client     uuid.UUID // whose matter it is; zero: nobody's
	ClientName string
	Causes     []Cause // events that asked for it, the first first; none is known of messages from before they were kept
	State      State
	Tries      int
	CreatedAt  time.Time
	HeldUntil  time.Time // zero: it was due at once
	NextAt     time.Time // of what is held or comes again: when
	EndedAt    time.Time // it was handed over, refused, given up or withdrawn
	Delivered  time.Time
	Bounced    time.Time
	Code       string // with which it was refused or bounced
	Why        string // why it was not sent, or has not been yet
}

// PersonSort is what somebody is to the practice.
type PersonSort string

// The sorts.
const (
	Contact   PersonSort = "contact"
	Recipient PersonSort = "recipient" // of an upload link
	Staff     PersonSort = "staff"
)

// Cause is an event that asked for a message.
type Cause struct {
	Version int
	Type    string
	At      time.Time
	Actor   event.Actor
	Name    string // of who acted; empty: unknown, or no person
}

// Channel is the way that the message goes.
func (r Row) Channel() Channel {
	word, _, _ := strings.Cut(r.Kind, ".")
	return Channel(word)
}

// Merged is how many further events it stands for.
func (r Row) Merged() int { return max(0, len(r.Causes)-1) }

// ToPractice says that the message tells the practice about the person, instead of going to them.
func (r Row) ToPractice() bool { return slices.Contains(ToPractice(), r.Kind) }

// ToPractice are the kinds of messages that go to the practice.
func ToPractice() []string {
	return []string{
		"mail.batch_notice", "mail.infected", "mail.held", "mail.new_link_request", "mail.withdrawal_request", "mail.invitation_lost", "mail.webhook_off", "mail.task_message_staff", "mail.task_work",
	}
}
