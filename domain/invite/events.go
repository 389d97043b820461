package invite

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "invite"

const mark = 0x5a

// ID is the invite of a contact: there is one, over all sendings.
func ID(contact uuid.UUID) uuid.UUID { return event.Beside(contact, mark) }

// ContactOf is whose invite that is.
func ContactOf(id uuid.UUID) uuid.UUID { return event.Beside(id, mark) }

// Stream is the history of a contact's way into the portal. The contact is the subject of its personal data.
func Stream(contact uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: ID(contact)} }

// Event is one fact about an invite. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	invite()
}

// Sent invites the contact for the nth time; earlier secrets are dead (S3.i2). Name, address and number are the contact's
// by then, zero where there is none; it goes to those of its channels. It leaves at HoldUntil, and until then it can be taken back (T5).
type Sent struct {
	Nth       int            `json:"nth" es:"fact"` // 1, 2, 3: the generation of its secret
	Contact   uuid.UUID      `json:"contact" es:"id"`
	Client    uuid.UUID      `json:"client,omitzero" es:"id"` // whose portal it is about; zero: somebody who is no client (S3.9)
	Sender    uuid.UUID      `json:"sender,omitzero" es:"id"` // staff, in whose name it goes; zero: the practice's
	Name      event.Personal `json:"name" es:"personal"`
	Email     event.Personal `json:"email" es:"personal"`
	Phone     event.Personal `json:"phone" es:"personal"`
	Channels  Channels       `json:"channels" es:"fact"`
	Message   event.Personal `json:"message" es:"personal"`
	Access    Access         `json:"access" es:"fact"`
	DueOn     string         `json:"due_on,omitempty" es:"fact"` // 2026-05-12: until when the practice wants what it asks for
	Bundle    uuid.UUID      `json:"bundle,omitzero" es:"id"`    // of requests that the invite carries
	Job       uuid.UUID      `json:"job,omitzero" es:"id"`       // in bulk: which one
	ExpiresAt time.Time      `json:"expires_at" es:"fact"`       // the end of a day in Zone (L5)
	Zone      string         `json:"zone" es:"fact"`
	HoldUntil time.Time      `json:"hold_until,omitzero" es:"fact"`
	At        time.Time      `json:"at" es:"fact"`
}

// Told is for a contact who is in already, with an account: they are told that they have access to a further client, too
// (S3.i10). It carries no secret.
type Told struct {
	Client  uuid.UUID      `json:"client" es:"id"`
	Sender  uuid.UUID      `json:"sender,omitzero" es:"id"`
	Name    event.Personal `json:"name" es:"personal"`
	Email   event.Personal `json:"email" es:"personal"`
	Phone   event.Personal `json:"phone" es:"personal"`
	Message event.Personal `json:"message" es:"personal"`
	Job     uuid.UUID      `json:"job,omitzero" es:"id"`
	At      time.Time      `json:"at" es:"fact"`
}

// TakenBack undoes the nth sending before it has left: nothing was mailed, and what was before it stands again.
type TakenBack struct {
	Nth int       `json:"nth" es:"fact"`
	At  time.Time `json:"at" es:"fact"`
}

// HandedOver says that the provider of a channel has taken the nth sending.
type HandedOver struct {
	Nth     int       `json:"nth" es:"fact"`
	Channel Channel   `json:"channel" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// Delivered says that the receiving side has accepted it, where anybody tells.
type Delivered struct {
	Nth     int       `json:"nth" es:"fact"`
	Channel Channel   `json:"channel" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// Bounced says that it was refused for good, at once or later (I6).
type Bounced struct {
	Nth     int            `json:"nth" es:"fact"`
	Channel Channel        `json:"channel" es:"fact"`
	Code    string         `json:"code" es:"fact"` // "550", "5.1.1", a provider's number
	Detail  event.Personal `json:"detail" es:"personal"`
	At      time.Time      `json:"at" es:"fact"`
}

// GaveUp says that the last try has failed for a passing reason too.
type GaveUp struct {
	Nth     int       `json:"nth" es:"fact"`
	Channel Channel   `json:"channel" es:"fact"`
	Tries   int       `json:"tries" es:"fact"`
	At      time.Time `json:"at" es:"fact"`
}

// Opened says that somebody pressed the button of the invitation's first page. Looking at it is no event (L1).
type Opened struct {
	Nth int       `json:"nth" es:"fact"`
	At  time.Time `json:"at" es:"fact"`
}

// Accepted lets the contact in from now on (S5.i7). It is recorded once a sending, and stays in the history.
type Accepted struct {
	Nth    int            `json:"nth" es:"fact"`
	Access Access         `json:"access" es:"fact"`
	From   event.Personal `json:"from" es:"personal"` // network address
	At     time.Time      `json:"at" es:"fact"`
}

// Expired says that nobody accepted the nth sending in time.
type Expired struct {
	Nth int       `json:"nth" es:"fact"`
	At  time.Time `json:"at" es:"fact"`
}

// Withdrawn ends the nth sending before it was accepted, because the practice said so. Reason is for the practice only.
type Withdrawn struct {
	Nth    int            `json:"nth" es:"fact"`
	Reason event.Personal `json:"reason" es:"personal"`
	At     time.Time      `json:"at" es:"fact"`
}

// Voided ends the nth sending because the contact's address or number was changed before it was accepted (S3.i12, I6).
type Voided struct {
	Nth int       `json:"nth" es:"fact"`
	At  time.Time `json:"at" es:"fact"`
}

// AccessRemoved shuts the portal for the contact at their next request (S3.8, S3.i4, I1).
type AccessRemoved struct {
	Reason event.Personal `json:"reason" es:"personal"`
	At     time.Time      `json:"at" es:"fact"`
}

// Channel is one way on which an invitation goes.
type Channel string

// The channels. Their words are stored.
const (
	Email Channel = "email"
	Text  Channel = "text"
)

// Channels are the ways on which one sending goes (S4.4).
type Channels string

// The choices. Their words are stored.
const (
	ByEmail Channels = "email"
	ByText  Channels = "text"
	ByBoth  Channels = "both"
	ByNone  Channels = "none" // nothing is mailed now: the secret goes with the first mail about a task (I4)
)

// Access is how the contact comes in (S4.5).
type Access string

// The two ways. Their words are stored.
const (
	ByAccount Access = "account" // with an own password or passkey, and the terms accepted
	ByLink    Access = "link"    // with the link alone, and a password where the practice wants one
)

func (Sent) EventType() string          { return "invite.sent" }
func (Told) EventType() string          { return "invite.told" }
func (TakenBack) EventType() string     { return "invite.taken_back" }
func (HandedOver) EventType() string    { return "invite.handed_over" }
func (Delivered) EventType() string     { return "invite.delivered" }
func (Bounced) EventType() string       { return "invite.bounced" }
func (GaveUp) EventType() string        { return "invite.gave_up" }
func (Opened) EventType() string        { return "invite.opened" }
func (Accepted) EventType() string      { return "invite.accepted" }
func (Expired) EventType() string       { return "invite.expired" }
func (Withdrawn) EventType() string     { return "invite.withdrawn" }
func (Voided) EventType() string        { return "invite.voided" }
func (AccessRemoved) EventType() string { return "invite.access_removed" }

func (Sent) invite()          {}
func (Told) invite()          {}
func (TakenBack) invite()     {}
func (HandedOver) invite()    {}
func (Delivered) invite()     {}
func (Bounced) invite()       {}
func (GaveUp) invite()        {}
func (Opened) invite()        {}
func (Accepted) invite()      {}
func (Expired) invite()       {}
func (Withdrawn) invite()     {}
func (Voided) invite()        {}
func (AccessRemoved) invite() {}
