package invite

import (
	"context"
	"time"

	"portico/domain/invite"

	"github.com/google/uuid"
)

// Reader reads the read model of invitations. Every method is scoped to one firm. State follows from the expiry and the
// database's clock at each read (U6), so a late alarm shows nowhere.
type Reader interface {
	// Invites lists a firm's invitations, the newest sending first.
	Invites(ctx context.Context, firm int32, q Query) (rows []Row, next string, err error)
	// Invite is a contact's invitation; the zero Row with State NotInvited where there is none.
	Invite(ctx context.Context, firm int32, contact uuid.UUID) (Row, error)
	// Life is what happened to a contact's invitation, oldest first.
	Life(ctx context.Context, firm int32, contact uuid.UUID) ([]LifeRow, error)
}

// State is where an invitation stands: what a list shows in one word (S3.i1).
type State string

// The states.
const (
	NotInvited State = ""
	Holding    State = "holding"   // it leaves in a moment, and can be taken back
	Given      State = "given"     // the contact may come in, and no mail has said so yet (I4)
	Sent       State = "sent"      // on its way, or handed over
	Delivered  State = "delivered" // where the other side tells
	Bounced    State = "bounced"   // refused on every channel, or given up
	Opened     State = "opened"    // somebody pressed its button
	Accepted   State = "accepted"  // the contact is in
	Expired    State = "expired"   // nobody accepted in time
	Withdrawn  State = "withdrawn" // by the practice, before anybody accepted
	Voided     State = "voided"    // the contact has another address or number by now
	Removed    State = "removed"   // the contact was in, and is no more
)

// Open tells that somebody may still accept.
func (s State) Open() bool {
	return s == Holding || s == Given || s == Sent || s == Delivered || s == Bounced || s == Opened
}

// Query chooses invitations. Zero fields choose all.
type Query struct {
	Client   uuid.UUID   // whose portal the newest sending was about
	Contacts []uuid.UUID // at most 200
	State    State
	Job      uuid.UUID
	After    string // cursor from the page before
	Limit    int    // default 50, at most 200
}

// Row is one contact's invitation: of the sending that stands, each fact with its time, zero where it hasn't happened.
type Row struct {
	Contact uuid.UUID
	Client  uuid.UUID // zero: somebody who is no client
	State   State
	Access  invite.Access
	In      bool // the contact may enter at this moment
	Nth     int  // the number of the sending that stands: its secret's generation
	Count   int  // how often it was sent

	Name, Email, Phone string // that it went to
	Channels           invite.Channels
	Message            string
	DueOn              string
	ExpiresAt          time.Time
	Zone               string    // IANA
	By                 uuid.UUID // staff who sent it; zero: not one of them
	ByName             string
	Job                uuid.UUID

	SentAt       time.Time
	HoldUntil    time.Time
	HandedOverAt time.Time // a provider took it on one of its channels; the newest of them
	DeliveredAt  time.Time
	BouncedAt    time.Time // it failed on one of its channels; the newest of them
	BounceCode   string    // empty where nobody answered at all
	BounceDetail string    // the server's words
	OpenedAt     time.Time
	AcceptedAt   time.Time // the first time that it counted, also of an earlier sending (S5.i7)
	EndedAt      time.Time // withdrawn, voided, expired
	RemovedAt    time.Time
}

// ID is the invite's own id.
func (r Row) ID() uuid.UUID { return invite.ID(r.Contact) }

// LifeRow is one fact of an invitation's life.
type LifeRow struct {
	At       time.Time
	What     LifeFact
	Nth      int            // of the sending it is about; 0: of none
	Channel  invite.Channel // empty: of none
	Channels invite.Channels
	By       uuid.UUID // staff; zero: not one of them
	ByName   string
	Detail   string    // of a sending where it went, of a bounce the server's words, of an end the practice's reason
	Until    time.Time // of a sending: the expiry
	Client   uuid.UUID // of a sending, or of what a contact was told
}

// LifeFact is what happened.
type LifeFact string

// The facts.
const (
	LifeSent       LifeFact = "sent"
	LifeTold       LifeFact = "told" // of a further client (S3.i10)
	LifeTakenBack  LifeFact = "taken_back"
	LifeHandedOver LifeFact = "handed_over"
	LifeDelivered  LifeFact = "delivered"
	LifeBounced    LifeFact = "bounced"
	LifeGaveUp     LifeFact = "gave_up"
	LifeOpened     LifeFact = "opened"
	LifeAccepted   LifeFact = "accepted"
	LifeExpired    LifeFact = "expired"
	LifeWithdrawn  LifeFact = "withdrawn"
	LifeVoided     LifeFact = "voided"
	LifeRemoved    LifeFact = "removed"
)
