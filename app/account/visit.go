package account

import (
	"context"
	"time"

	"portico/domain/account"

	"github.com/google/uuid"
)

// The cookies of contacts. They have nothing to do with those of the practice: who has both has two sessions.
const (
	PortalCookie       = "__Host-portico-portal"
	PortalDeviceCookie = "__Host-portico-portal-device"
)

// Visit is a contact's live session.
type Visit struct {
	ID        uuid.UUID // names it and opens nothing
	Contact   uuid.UUID
	Firm      int32
	Email     string
	Device    uuid.UUID
	ByLink    bool // by the link of an invitation, without an account
	Password  bool // the contact has one
	Terms     int  // the newest version that was accepted
	StartedAt time.Time
	Standing  Standing
}

// Person is the visitor as somebody with second factors.
func (v Visit) Person() Person {
	return Person{ID: v.Contact, Firm: v.Firm, Kind: account.OfContact, Email: v.Email, Name: v.Email}
}

// Door tells whether a contact may enter the practice's portal at this moment. Implementation: app/invite.
type Door interface {
	// MayEnter returns whether it is by the link alone, or why not, with the sentence for the person.
	MayEnter(ctx context.Context, firm int32, contact uuid.UUID) (byLink bool, err error)
}

// ContactRows keeps what opens the accounts of contacts. Implementation: adapters/postgres. Every time in it is the
// database's.
type ContactRows interface {
	// Admit makes sure that a contact has a login, under this address from now on. What they have stays.
	Admit(ctx context.Context, l Login) error
	// Relocate puts a login under another address, where it is still under old.
	Relocate(ctx context.Context, firm int32, contact uuid.UUID, old, email string) error
	// Forget removes everything that opens the account of somebody who was erased; who has nothing is no error.
	Forget(ctx context.Context, firm int32, person uuid.UUID) error
	// Login is that of a contact; ok is false for none, and for another practice's.
	Login(ctx context.Context, firm int32, contact uuid.UUID) (l Login, ok bool, err error)
	// ByEmail are the logins with an address, at most eight; firm 0 asks for those of all practices.
	ByEmail(ctx context.Context, firm int32, email string) ([]Login, error)
	// Rehash replaces the hash of the same password.
	Rehash(ctx context.Context, contact uuid.UUID, old, phc string) error
	// Renew replaces the hash, ends all sessions, forgets all devices and the trust in them, and opens next, if that is not
	// nil: all of it or nothing. What next.Old has shown of a second factor holds for next.
	Renew(ctx context.Context, contact uuid.UUID, phc string, next *NewVisit) error
	// Agree notes that the contact has accepted the terms up to version.
	Agree(ctx context.Context, contact uuid.UUID, version int) error

	// Known tells whether a browser has been in under an address before.
	Known(ctx context.Context, email string, mark Hash) (bool, error)
	// Device is the id of a browser that has been in as contact before; zero: it hasn't.
	Device(ctx context.Context, contact uuid.UUID, mark Hash) (uuid.UUID, error)
	// Open stores a session and its device, and ends the one that the browser had.
	Open(ctx context.Context, v NewVisit) error
	// Visit is a live session; using it keeps it alive. ErrSession.
	Visit(ctx context.Context, id Hash) (Visit, error)
	// Pass notes that a second factor was shown in a session, which goes on under another id. ErrSession.
	Pass(ctx context.Context, id, next Hash) error
	// Refresh notes that the session's person has just proved who they are. ErrSession.
	Refresh(ctx context.Context, id Hash) error
	// Close ends a session; an unknown one is no error.
	Close(ctx context.Context, id Hash) error
	// Ended is whose session somebody has ended; zero for one that lives, has run out of time, or is unknown.
	Ended(ctx context.Context, id Hash) (contact uuid.UUID, err error)
	// Visits are the live sessions of contact, the newest sign-in first; own marks the asker's.
	Visits(ctx context.Context, contact uuid.UUID, own Hash) ([]SessionRow, error)
	// CloseOwn ends one session of contact and forgets its device. ErrSessionGone.
	CloseOwn(ctx context.Context, contact, session uuid.UUID) error
	// CloseAll ends all sessions of contact and forgets their devices and the trust in them.
	CloseAll(ctx context.Context, contact uuid.UUID) error
}

// Login is what is kept of a contact who may sign in. Hash is empty where there is no password.
type Login struct {
	Contact uuid.UUID
	Firm    int32
	Email   string
	Hash    string
	Terms   int
}

// NewVisit is a contact's session as it is stored. Old and OldMark are what the browser showed; they may be of nobody.
type NewVisit struct {
	Contact       uuid.UUID
	ID, Old       Hash
	Device        uuid.UUID
	Mark, OldMark Hash
	ByLink        bool
	Address       string
	Agent         string
}
