package account

import (
	"context"
	"net/netip"
	"time"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// Contacts is how contacts enter and leave.
type Contacts struct {
	Rows     ContactRows
	Throttle Throttles
	Hasher   *Hasher
	Door     Door
	Events   es.Store
	Codes    Factors

	Invitations Invitations
	Book        Book
	Policy      func(ctx context.Context, firm int32) (Policy, error)
	// Later does what an answer must not wait for, because how long it takes would say who is known. nil: at once, beside.
	Later func(work func(ctx context.Context))
}

// Throttles counts tries. Implementation: the one of Rows.
type Throttles interface {
	Try(ctx context.Context, keys []ThrottleKey) (wait time.Duration, err error)
	Forgive(ctx context.Context, own, shared ThrottleKey) error
}

// Browser is what is known of the browser that asks.
type Browser struct {
	Address netip.Addr // after trusted proxies
	Session Secret     // that it has now; a new one ends it
	Device  Secret     // the mark that it got at an earlier sign-in
	Agent   string     // what it calls itself
}

func (b Browser) from() string {
	if !b.Address.IsValid() {
		return ""
	}
	return b.Address.Unmap().WithZone("").String()
}

// ContactSignIn asks for a session by address and password.
type ContactSignIn struct {
	Firm            int32     // 0: whichever practice knows the address
	Contact         uuid.UUID // which of the people whom address and password fit; zero: there is one
	Email, Password string
	Browser         Browser
}

// Entered is a new session of a contact. Device replaces the browser's earlier mark.
type Entered struct {
	Contact  uuid.UUID
	Firm     int32
	ByLink   bool
	Session  Secret
	Device   Secret
	Position int64    // of what was recorded about it
	Codes    []string // new recovery codes, which are shown this once
}

// WhichError says that address and password fit several people: couples who share an address, or one person of two
// practices (S3.i11). Only who knows the password learns of them.
type WhichError struct{ Logins []Login }

func (e *WhichError) Error() string { return account.ErrWhich.Error() }

// Unwrap is the rule's fault.
func (e *WhichError) Unwrap() error { return account.ErrWhich }

// SignIn opens a session. An unknown address and a wrong password get the same answer after the same work. Errors:
// ErrSignIn, ErrSlowDown with the wait in its sentence, ErrBusy, a *WhichError, and the door's.
func (c Contacts) SignIn(ctx context.Context, cmd ContactSignIn) (Entered, error) {
	logins, err := c.prove(ctx, cmd)
	if err != nil {
		return Entered{}, err
	}
	var open []Login
	var byLink bool
	var refusal error
	for _, l := range logins {
		link, err := c.Door.MayEnter(ctx, l.Firm, l.Contact)
		if err != nil {
			refusal = err
			continue
		}
		if cmd.Contact == uuid.Nil || cmd.Contact == l.Contact {
			open, byLink = append(open, l), link
		}
	}
	switch len(open) {
	case 0:
		if refusal == nil {
			refusal = account.ErrSignIn
		}
		return Entered{}, refusal
	case 1:
		return c.enter(ctx, open[0], byLink, account.ByPassword, cmd.Browser)
	}
	return Entered{}, &WhichError{Logins: open}
}

// prove returns the logins that the address and the password fit, at least one.
func (c Contacts) prove(ctx context.Context, cmd ContactSignIn) (fitting []Login, err error) {
	email, err := account.CanonicalEmail(cmd.Email)
	if err != nil {
		email = cmd.Email // nobody has it, and it is counted all the same
	}
	logins, err := c.Rows.ByEmail(ctx, cmd.Firm, email)
	if err != nil {
		return nil, err
	}
	// A browser that was in here before keeps its own count: strangers who try this address can't slow it down.
	known, err := c.Rows.Known(ctx, email, cmd.Browser.Device.Hash())
	if err != nil {
		return nil, err
	}
	keys := throttleKeys("contact "+email, cmd.Browser.Address, cmd.Browser.Device, known)
	wait, err := c.Throttle.Try(ctx, keys)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &SlowDownError{Wait: wait}
	}
	right, stale, err := c.Hasher.VerifyEach(ctx, hashes(logins), bounded(cmd.Password))
	if err != nil {
		return nil, err
	}
	for i, l := range logins {
		if !right[i] {
			continue
		}
		fitting = append(fitting, l)
		if stale[i] {
			if err := c.rehash(ctx, l, logins, cmd.Password); err != nil {
				return nil, err
			}
		}
	}
	if len(fitting) == 0 {
		return nil, account.ErrSignIn
	}
	return fitting, c.Throttle.Forgive(ctx, keys[0], keys[1])
}

func (c Contacts) rehash(ctx context.Context, l Login, beside []Login, password string) error {
	phc, err := c.Hasher.HashBeside(ctx, hashes(beside), password)
	if err != nil {
		return err
	}
	return c.Rows.Rehash(ctx, l.Contact, l.Hash, phc)
}

func hashes(logins []Login) []string {
	all := make([]string, len(logins))
	for i, l := range logins {
		all[i] = l.Hash
	}
	return all
}

// bounded is what of a typed password is worth hashing.
func bounded(password string) string {
	if len(password) > 4*account.PasswordMax { // four bytes a character at most
		return ""
	}
	return password
}

// enter records that a session begins, and opens it.
func (c Contacts) enter(ctx context.Context, l Login, byLink bool, method account.Method, b Browser) (Entered, error) {
	device, err := c.Rows.Device(ctx, l.Contact, b.Device.Hash())
	if err != nil {
		return Entered{}, err
	}
	first := device == uuid.Nil
	if first {
		device = uuid.Must(uuid.NewV7())
	}
	in, row := newVisit(l, byLink, device, b)
	res, err := c.execute(ctx, l, uuid.Nil, func(_ account.Account, now time.Time) ([]account.Event, error) {
		return []account.Event{account.SignIn(l.Contact, method, device, first, row.Address, Device(row.Agent), now)}, nil
	})
	if err != nil {
		return Entered{}, err
	}
	in.Position = res.Position
	return in, c.Rows.Open(ctx, row)
}

func newVisit(l Login, byLink bool, device uuid.UUID, b Browser) (Entered, NewVisit) {
	in := Entered{Contact: l.Contact, Firm: l.Firm, ByLink: byLink, Session: newSecret(""), Device: newSecret("")}
	return in, NewVisit{
		Contact: l.Contact, ID: in.Session.Hash(), Old: b.Session.Hash(), Device: device, Mark: in.Device.Hash(), OldMark: b.Device.Hash(),
		ByLink: byLink, Address: b.from(), Agent: agent(b.Agent),
	}
}

// execute decides on a contact's account, as the contact.
func (c Contacts) execute(ctx context.Context, l Login, command uuid.UUID,
	decide func(account.Account, time.Time) ([]account.Event, error),
) (es.Result, error) {
	by := es.By{Firm: l.Firm, Actor: event.Actor{Kind: event.Contact, ID: l.Contact}, Command: command}
	return es.Execute(ctx, c.Events, by, account.Stream(l.Contact), decide)
}

// Session is who holds the session id, if they may still be here: access that was removed ends at the next request
// (S3.i4, I1). Errors: ErrSession for one that is unknown, too old, idle, or ended; the door's.
func (c Contacts) Session(ctx context.Context, id Secret) (Visit, error) {
	if !id.shaped("") {
		return Visit{}, account.ErrSession
	}
	v, err := c.Rows.Visit(ctx, id.Hash())
	if err != nil {
		return Visit{}, err
	}
	byLink, err := c.Door.MayEnter(ctx, v.Firm, v.Contact)
	if err != nil {
		return Visit{}, err
	}
	if v.ByLink && !byLink { // an account is asked for now, and the link alone opens it no more
		return Visit{}, account.ErrSession
	}
	return v, nil
}

// SignOut ends a session; one that has ended already is no error.
func (c Contacts) SignOut(ctx context.Context, id Secret) error {
	return c.Rows.Close(ctx, id.Hash())
}

// Ended is whose session somebody has ended; see Commands.Ended.
func (c Contacts) Ended(ctx context.Context, id Secret) (uuid.UUID, error) {
	if !id.shaped("") {
		return uuid.Nil, nil
	}
	return c.Rows.Ended(ctx, id.Hash())
}

// Visits are the live sessions of the visitor, the newest sign-in first.
func (c Contacts) Visits(ctx context.Context, v Visit, own Secret) ([]SessionRow, error) {
	return c.Rows.Visits(ctx, v.Contact, own.Hash())
}

// EndVisit ends one session of the visitor and forgets its device. ErrSessionGone for one that has ended, or of somebody
// else.
func (c Contacts) EndVisit(ctx context.Context, v Visit, session uuid.UUID) error {
	if err := c.Rows.CloseOwn(ctx, v.Contact, session); err != nil {
		return err
	}
	return c.ended(ctx, v, false)
}

// EndVisits ends all sessions of the visitor, the asker's own as well, and forgets all devices.
func (c Contacts) EndVisits(ctx context.Context, v Visit) error {
	if err := c.Rows.CloseAll(ctx, v.Contact); err != nil {
		return err
	}
	return c.ended(ctx, v, true)
}

func (c Contacts) ended(ctx context.Context, v Visit, all bool) error {
	_, err := c.execute(ctx, Login{Contact: v.Contact, Firm: v.Firm}, uuid.Nil, func(_ account.Account, now time.Time) ([]account.Event, error) {
		return []account.Event{account.SessionsEnded{All: all, At: now}}, nil
	})
	return err
}
