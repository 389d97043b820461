// Package account lets the people of a practice in: passwords, sessions, API tokens.
package account

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"portico/domain/account"

	"github.com/google/uuid"
)

// Attributes of the cookies that carry a session's id and a device's mark. Both are Secure, HttpOnly, SameSite=Lax and
// have Path=/, as the prefix of their names demands.
const (
	SessionCookie = "__Host-portico"
	DeviceCookie  = "__Host-portico-device"
	DeviceAge     = 400 * 24 * time.Hour // browsers keep no cookie longer
)

// Staff is somebody who is signed in, or whose program is.
type Staff struct {
	ID    uuid.UUID
	Firm  int32
	Email string
	Name  string
	Role  account.Role

	Session  uuid.UUID // names it and opens nothing; zero for a program's token
	Standing Standing  // of the session; zero for a program's token
}

// Only is whom queries for this person are limited to: the owner of the clients that they may see. Zero: no limit.
func (s Staff) Only() uuid.UUID {
	if s.Role.AssignedOnly() {
		return s.ID
	}
	return uuid.Nil
}

type onlyKey struct{}

// Limited is ctx for what this person asks: every reader below it shows what they may see (rule 18), whatever it forgets.
func (s Staff) Limited(ctx context.Context) context.Context {
	if only := s.Only(); only != uuid.Nil {
		return context.WithValue(ctx, onlyKey{}, only)
	}
	return ctx
}

// Unlimited is ctx for what the practice itself has to know, whoever asks. Nobody is shown what is read under it.
func Unlimited(ctx context.Context) context.Context {
	return context.WithValue(ctx, onlyKey{}, uuid.Nil)
}

// Only is the limit that Limited has put into ctx; zero: none.
func Only(ctx context.Context) uuid.UUID {
	only, _ := ctx.Value(onlyKey{}).(uuid.UUID)
	return only
}

// Commands are what people and operators ask of accounts.
type Commands struct {
	Rows   Rows
	Hasher *Hasher
}

// Rows keeps accounts. Implementation: adapters/postgres. Every time in it is the database's.
type Rows interface {
	// AddStaff returns ErrEmailTaken for an address that is in use in any practice.
	AddStaff(ctx context.Context, s Staff, phc string) error
	// Rehash replaces the hash of the same password. ErrUnknown.
	Rehash(ctx context.Context, staff uuid.UUID, phc string) error
	// ByEmail finds an active person; ok is false for none. email is canonical.
	ByEmail(ctx context.Context, email string) (s Staff, phc string, ok bool, err error)

	// Try counts one try against all keys at once, or against none of them and says how long to wait.
	Try(ctx context.Context, keys []ThrottleKey) (wait time.Duration, err error)
	// Forgive clears the count of own after a right password, and takes one try off shared.
	Forgive(ctx context.Context, own, shared ThrottleKey) error
	// KnownDevice tells whether device has signed in as staff before.
	KnownDevice(ctx context.Context, staff uuid.UUID, device Hash) (bool, error)

	// OpenSession stores a session and its device, and ends those that the browser had.
	OpenSession(ctx context.Context, s NewSession) error
	// Session is who holds a live session; using it keeps it alive. ErrSession.
	Session(ctx context.Context, id Hash) (Staff, error)
	// ByID finds an active person; ok is false for none.
	ByID(ctx context.Context, staff uuid.UUID) (s Staff, ok bool, err error)
	// PassSession notes that the second factor was shown in a session, which goes on under another id. ErrSession.
	PassSession(ctx context.Context, id, next Hash) error
	// RefreshSession notes that the session's person has just proved who they are. ErrSession.
	RefreshSession(ctx context.Context, id Hash) error
	// CloseSession ends a session; an unknown one is no error.
	CloseSession(ctx context.Context, id Hash) error
	// EndedSession is whose session somebody has ended, or an administrator with the whole account; zero for one that lives,
	// has run out of time, or is unknown.
	EndedSession(ctx context.Context, id Hash) (staff uuid.UUID, err error)
	// Sessions are the live sessions of staff, the newest sign-in first; own marks the asker's.
	Sessions(ctx context.Context, staff uuid.UUID, own Hash) ([]SessionRow, error)
	// CloseOwn ends one session of staff. ErrSessionGone.
	CloseOwn(ctx context.Context, staff, session uuid.UUID) error
	// CloseAll ends all sessions of staff and forgets their devices and the trust in them.
	CloseAll(ctx context.Context, staff uuid.UUID) error
	// Renew replaces the hash, ends all sessions of staff, forgets their devices and the trust in them, and opens next, if
	// that is not nil: all of it or nothing. What next.Old has shown of a second factor holds for next. ErrUnknown.
	Renew(ctx context.Context, staff uuid.UUID, phc string, next *NewSession) error

	// AddToken returns ErrUnknown for nobody of this firm.
	AddToken(ctx context.Context, firm int32, t TokenRow, secret Hash) error
	// Token is whose token that is. ErrToken.
	Token(ctx context.Context, secret Hash) (Staff, error)
	// RevokeToken ends a token. ErrToken for none of this firm.
	RevokeToken(ctx context.Context, firm int32, token uuid.UUID) error
}

// ThrottleKey is what tries are counted by: an account, a network, a known device. It holds a hash, so that the
// table of counters is no list of addresses.
type ThrottleKey struct {
	Hash  Hash
	Limit account.Throttle
}

// NewSession is a session as it is stored. Old and OldDevice are what the browser showed; they may be of nobody.
type NewSession struct {
	Staff             uuid.UUID
	ID, Old           Hash
	Device, OldDevice Hash
	Second            bool   // a second factor was shown on the way in
	Address           string // where the sign-in came from; "" where nobody knows
	Agent             string // what the browser calls itself
}

// AddStaff makes an account.
type AddStaff struct {
	ID          uuid.UUID
	Firm        int32
	Email, Name string
	Role        account.Role
	Password    string
}

// AddStaff makes an account. Errors: address.ErrInvalid, ErrName, ErrRole, ErrPassword, ErrPasswordWeak, ErrEmailTaken, ErrBusy.
func (c Commands) AddStaff(ctx context.Context, cmd AddStaff) error {
	email, err := account.CanonicalEmail(cmd.Email)
	if err != nil {
		return err
	}
	if err := account.CheckName(cmd.Name); err != nil {
		return err
	}
	if err := account.CheckRole(cmd.Role); err != nil {
		return err
	}
	if err := account.CheckPassword(cmd.Password, email, cmd.Name); err != nil {
		return err
	}
	phc, err := c.Hasher.Hash(ctx, cmd.Password)
	if err != nil {
		return err
	}
	return c.Rows.AddStaff(ctx, Staff{ID: cmd.ID, Firm: cmd.Firm, Email: email, Name: cmd.Name, Role: cmd.Role}, phc)
}

// SetPassword gives staff a new password, ends all sessions of that person and forgets their devices, because it is asked
// for where somebody else may know the old one. API tokens stay. Errors: as AddStaff, and ErrUnknown.
func (c Commands) SetPassword(ctx context.Context, staff Staff, password string) error {
	if err := account.CheckPassword(password, staff.Email, staff.Name); err != nil {
		return err
	}
	phc, err := c.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return c.Rows.Renew(ctx, staff.ID, phc, nil)
}

// SignIn asks for a session.
type SignIn struct {
	Email, Password string
	Address         netip.Addr // the client's, after trusted proxies
	Session         Secret     // the session that the browser has now; it ends
	Device          Secret     // the mark that the browser got at an earlier sign-in
	Agent           string     // what the browser calls itself
}

// SignedIn is a new session. Device replaces the browser's earlier mark.
type SignedIn struct {
	Staff   Staff
	Session Secret
	Device  Secret
}

// SignIn opens a session. An unknown address, a deactivated account and a wrong password get the same answer after the
// same work. Errors: ErrSignIn, ErrSlowDown with the wait in its sentence, ErrBusy.
func (c Commands) SignIn(ctx context.Context, cmd SignIn) (SignedIn, error) {
	email, err := account.CanonicalEmail(cmd.Email)
	if err != nil {
		email = cmd.Email // no account has it, and it is counted all the same
	}
	staff, phc, ok, err := c.Rows.ByEmail(ctx, email)
	if err != nil {
		return SignedIn{}, err
	}
	// A browser that signed in here before keeps its own count: strangers who try this address can't slow it down.
	// The device is asked for unknown addresses too, so that both take the same way.
	known, err := c.Rows.KnownDevice(ctx, staff.ID, cmd.Device.Hash())
	if err != nil {
		return SignedIn{}, err
	}
	keys := throttleKeys(email, cmd.Address, cmd.Device, known)
	wait, err := c.Rows.Try(ctx, keys)
	if err != nil {
		return SignedIn{}, err
	}
	if wait > 0 {
		return SignedIn{}, &SlowDownError{Wait: wait}
	}
	if len(cmd.Password) > 4*account.PasswordMax { // four bytes a character at most
		cmd.Password = ""
	}
	right, stale, err := c.Hasher.Verify(ctx, phc, cmd.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if !right || !ok {
		return SignedIn{}, account.ErrSignIn
	}
	return c.open(ctx, staff, cmd, stale, keys)
}

func (c Commands) open(ctx context.Context, staff Staff, cmd SignIn, stale bool, keys []ThrottleKey) (SignedIn, error) {
	if err := c.Rows.Forgive(ctx, keys[0], keys[1]); err != nil {
		return SignedIn{}, err
	}
	if stale {
		phc, err := c.Hasher.Hash(ctx, cmd.Password)
		if err != nil {
			return SignedIn{}, err
		}
		if err := c.Rows.Rehash(ctx, staff.ID, phc); err != nil {
			return SignedIn{}, err
		}
	}
	in, row := newSession(staff, cmd)
	if err := c.Rows.OpenSession(ctx, row); err != nil {
		return SignedIn{}, err
	}
	return in, nil
}

// Enter opens a session for somebody whose passkey answered (F8). cmd says from where; its address and password count for
// nothing. ErrSession for somebody who has left.
func (c Commands) Enter(ctx context.Context, staff uuid.UUID, cmd SignIn) (SignedIn, error) {
	s, ok, err := c.Rows.ByID(ctx, staff)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, account.ErrSession
	}
	in, row := newSession(s, cmd)
	row.Second = true
	return in, c.Rows.OpenSession(ctx, row)
}

// Open opens a session for somebody whom a provider of identity knows (rule 21); a second factor is asked for as after a
// password.
func (c Commands) Open(ctx context.Context, staff Staff, cmd SignIn) (SignedIn, error) {
	in, row := newSession(staff, cmd)
	return in, c.Rows.OpenSession(ctx, row)
}

// ByID is an active person as somebody with second factors; ok is false for nobody.
func (c Commands) ByID(ctx context.Context, firm int32, staff uuid.UUID) (p Person, ok bool, err error) {
	s, ok, err := c.Rows.ByID(ctx, staff)
	return s.Person(), ok && s.Firm == firm, err
}

// Pass gives a session in which the second factor was shown its rights, and another id. ErrSession.
func (c Commands) Pass(ctx context.Context, id Secret) (Secret, error) {
	next := newSecret("")
	return next, c.Rows.PassSession(ctx, id.Hash(), next.Hash())
}

// Refresh notes that the person behind a session has just proved who they are. ErrSession.
func (c Commands) Refresh(ctx context.Context, id Secret) error {
	return c.Rows.RefreshSession(ctx, id.Hash())
}

func newSession(staff Staff, cmd SignIn) (SignedIn, NewSession) {
	in := SignedIn{Staff: staff, Session: newSecret(""), Device: newSecret("")}
	row := NewSession{
		Staff: staff.ID, ID: in.Session.Hash(), Old: cmd.Session.Hash(), Device: in.Device.Hash(), OldDevice: cmd.Device.Hash(),
		Agent: agent(cmd.Agent),
	}
	if cmd.Address.IsValid() {
		row.Address = cmd.Address.Unmap().WithZone("").String()
	}
	return in, row
}

// Session is who holds the session id. ErrSession for one that is unknown, too old, idle, or ended.
func (c Commands) Session(ctx context.Context, id Secret) (Staff, error) {
	if !id.shaped("") {
		return Staff{}, account.ErrSession
	}
	return c.Rows.Session(ctx, id.Hash())
}

// SignOut ends a session; one that has ended already is no error.
func (c Commands) SignOut(ctx context.Context, id Secret) error {
	return c.Rows.CloseSession(ctx, id.Hash())
}

// Ended is whose session somebody has ended, zero for one that has only run out of time: who was signed out leaves nothing
// in the browser, and who comes back finds what they typed.
func (c Commands) Ended(ctx context.Context, id Secret) (uuid.UUID, error) {
	if !id.shaped("") {
		return uuid.Nil, nil
	}
	return c.Rows.EndedSession(ctx, id.Hash())
}

// CreateToken makes an API token.
type CreateToken struct {
	ID    uuid.UUID
	Firm  int32
	Staff uuid.UUID
	Name  string // what it is for
}

// CreateToken makes an API token with the rights of its person and shows it this once. Errors: ErrName, ErrUnknown.
func (c Commands) CreateToken(ctx context.Context, cmd CreateToken) (Secret, error) {
	if err := account.CheckName(cmd.Name); err != nil {
		return "", err
	}
	secret := newSecret(TokenPrefix)
	if err := c.Rows.AddToken(ctx, cmd.Firm, TokenRow{ID: cmd.ID, Staff: cmd.Staff, Name: cmd.Name}, secret.Hash()); err != nil {
		return "", err
	}
	return secret, nil
}

// Token is whose API token that is. ErrToken.
func (c Commands) Token(ctx context.Context, secret Secret) (Staff, error) {
	if !secret.shaped(TokenPrefix) {
		return Staff{}, account.ErrToken
	}
	return c.Rows.Token(ctx, secret.Hash())
}

// BearerToken is the API token in an Authorization header, "Bearer ptk_…" (RFC 6750); ok tells that there is one.
func BearerToken(header string) (token Secret, ok bool) {
	scheme, text, found := strings.Cut(header, " ")
	return Secret(text), found && strings.EqualFold(scheme, "Bearer")
}

// RevokeToken ends an API token at its next request. ErrToken.
func (c Commands) RevokeToken(ctx context.Context, firm int32, token uuid.UUID) error {
	return c.Rows.RevokeToken(ctx, firm, token)
}
