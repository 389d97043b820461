package account

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// laterLimit bounds what goes on after an answer.
const laterLimit = 30 * time.Second

func (c Contacts) later(ctx context.Context, work func(ctx context.Context)) {
	if c.Later != nil {
		c.Later(work)
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), laterLimit)
		defer cancel()
		work(ctx)
	}()
}

// Forgotten asks for a link that sets a new password.
type Forgotten struct {
	Firm  int32 // 0: in all practices that know the address
	Email string
	From  netip.Addr
}

// perAsking is how asking for links is slowed down for a network, whoever they are for.
var perAsking = account.Throttle{Free: 10, Most: time.Minute, Forget: time.Hour}

// Forgotten asks for a link that sets a new password, for everybody with this address who may enter. What it answers, and
// when, is the same for an address that nobody has: whether anybody has it is looked up after the answer. Errors:
// ErrSlowDown with the wait in its sentence.
func (c Contacts) Forgotten(ctx context.Context, cmd Forgotten, failed func(error)) error {
	email, err := account.CanonicalEmail(cmd.Email)
	if err != nil {
		email = "" // nobody has it, and it is counted all the same
	}
	wait, err := c.Throttle.Try(ctx, []ThrottleKey{{Hash: throttleHash("forgotten", Network(cmd.From)), Limit: perAsking}})
	if err != nil {
		return err
	}
	if wait > 0 {
		return &SlowDownError{Wait: wait}
	}
	c.later(ctx, func(ctx context.Context) {
		if err := c.requestResets(ctx, cmd.Firm, email); err != nil {
			failed(err)
		}
	})
	return nil
}

func (c Contacts) requestResets(ctx context.Context, firm int32, email string) error {
	logins, err := c.Rows.ByEmail(ctx, firm, email)
	for _, l := range logins {
		if _, refused := c.Door.MayEnter(ctx, l.Firm, l.Contact); refused != nil {
			continue // a new password would open nothing
		}
		_, failed := c.execute(ctx, l, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) { return a.RequestReset(now) })
		err = errors.Join(err, failed)
	}
	return err
}

// MayReset tells whether a mailed link sets a new password at this moment, and whose. Errors: ErrResetGone, the door's.
func (c Contacts) MayReset(ctx context.Context, firm int32, contact uuid.UUID, generation int) (Known, error) {
	if _, err := c.Door.MayEnter(ctx, firm, contact); err != nil {
		return Known{}, err
	}
	err := es.Look(ctx, c.Events, firm, account.Stream(contact), func(a account.Account, _ int, now time.Time) error { return a.MayReset(generation, now) })
	if err != nil {
		return Known{}, err
	}
	return c.Book.Person(ctx, firm, contact)
}

// Reset sets a new password by a mailed link.
type Reset struct {
	Firm       int32
	Contact    uuid.UUID
	Generation int
	Password   string
}

// Reset sets a new password by a mailed link; all sessions end, all devices are unknown again (rules 13, 15). It opens
// none: whoever has the mail still has no second factor. Errors: ErrResetGone, the door's, ErrShort, ErrPasswordKnown,
// ErrPasswordWeak, ErrBusy.
func (c Contacts) Reset(ctx context.Context, cmd Reset) error {
	k, err := c.MayReset(ctx, cmd.Firm, cmd.Contact, cmd.Generation)
	if err != nil {
		return err
	}
	p, err := c.Policy(ctx, cmd.Firm)
	if err != nil {
		return err
	}
	phc, err := c.hash(ctx, cmd.Password, k, p.Practice)
	if err != nil {
		return err
	}
	l := Login{Contact: cmd.Contact, Firm: cmd.Firm, Email: k.Email}
	// The link is used up first: of two who use it at once one is refused. Should the rest not happen, asking again helps.
	if _, err := c.execute(ctx, l, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) {
		return a.Reset(cmd.Generation, now)
	}); err != nil {
		return err
	}
	return c.renew(ctx, l, phc, nil)
}

// renew replaces the password, and with it ends sessions, devices and their trust (rule 15, S3.i14).
func (c Contacts) renew(ctx context.Context, l Login, phc string, next *NewVisit) error {
	if err := c.Rows.Renew(ctx, l.Contact, phc, next); err != nil {
		return err
	}
	return c.Codes.Distrust(ctx, l.person(""))
}

// ContactPassword is a contact's wish for another password. Present is empty where there is none yet.
type ContactPassword struct {
	Visit        Visit
	Present, New string
	Browser      Browser
}

// ChangePassword gives the contact a new password and ends all their sessions; the browser that asks goes on with the one
// that is returned (rules 7, 15). Errors: ErrPresent, ErrSame, ErrShort, ErrPasswordKnown, ErrPasswordWeak, ErrSlowDown with
// the wait in its sentence, ErrBusy.
func (c Contacts) ChangePassword(ctx context.Context, cmd ContactPassword) (Entered, error) {
	v := cmd.Visit
	k, err := c.Book.Person(ctx, v.Firm, v.Contact)
	if err != nil {
		return Entered{}, err
	}
	p, err := c.Policy(ctx, v.Firm)
	if err != nil {
		return Entered{}, err
	}
	if v.Password {
		if err := c.present(ctx, v, cmd.Present, cmd.Browser); err != nil {
			return Entered{}, err
		}
		if cmd.New == cmd.Present {
			return Entered{}, account.ErrSame
		}
	}
	k.Email = v.Email
	phc, err := c.hash(ctx, cmd.New, k, p.Practice)
	if err != nil {
		return Entered{}, err
	}
	l := Login{Contact: v.Contact, Firm: v.Firm, Email: v.Email}
	res, err := c.execute(ctx, l, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) {
		return a.SetPassword(account.ByChange, now)
	})
	if err != nil {
		return Entered{}, err
	}
	in, row := newVisit(l, v.ByLink, uuid.Must(uuid.NewV7()), cmd.Browser)
	in.Position = res.Position
	return in, c.renew(ctx, l, phc, &row)
}

// present checks the visitor's present password; wrong tries are slowed down like those of a sign-in. That of somebody
// else with the same address (S3.i11) is a wrong one.
func (c Contacts) present(ctx context.Context, v Visit, password string, b Browser) error {
	fitting, err := c.prove(ctx, ContactSignIn{Firm: v.Firm, Email: v.Email, Password: password, Browser: b})
	if errors.Is(err, account.ErrSignIn) || err == nil && !slices.ContainsFunc(fitting, func(l Login) bool { return l.Contact == v.Contact }) {
		return account.ErrPresent
	}
	return err
}

// AcceptTerms agrees to a newer version of the terms. Errors: ErrTermsFirst, ErrTerms where there is one still newer.
func (c Contacts) AcceptTerms(ctx context.Context, v Visit, version int, b Browser) error {
	p, err := c.Policy(ctx, v.Firm)
	switch {
	case err != nil:
		return err
	case version == 0:
		return account.ErrTermsFirst
	case version != p.Terms:
		return account.ErrTerms
	}
	if _, err := c.execute(ctx, Login{Contact: v.Contact, Firm: v.Firm}, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) {
		return a.AcceptTerms(version, event.Of(v.Contact, b.from()), now)
	}); err != nil {
		return err
	}
	return c.Rows.Agree(ctx, v.Contact, version)
}

// MoveTo asks for another address, with the present password where there is one.
type MoveTo struct {
	Visit    Visit
	Email    string
	Password string
	Browser  Browser
}

// RequestAddress asks for another address, which both ends have to agree to (rule 14). Errors: address.ErrInvalid,
// ErrPresent, ErrSlowDown with the wait in its sentence, ErrMoveSame, ErrMoves, ErrBusy.
func (c Contacts) RequestAddress(ctx context.Context, cmd MoveTo) error {
	v := cmd.Visit
	email, err := account.CanonicalEmail(cmd.Email)
	if err != nil {
		return err
	}
	if v.Password {
		if err := c.present(ctx, v, cmd.Password, cmd.Browser); err != nil {
			return err
		}
	}
	_, err = c.execute(ctx, Login{Contact: v.Contact, Firm: v.Firm}, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) {
		return a.RequestAddress(v.Email, event.Of(v.Contact, email), now)
	})
	return err
}

// Moving is a change of address as its ends see it.
type Moving struct {
	From, To string
	Old, New bool // who has agreed
	Mailed   int  // its generation; 0: there is none
}

// Moving is the visitor's open change of address.
func (c Contacts) Moving(ctx context.Context, v Visit) (m Moving, err error) {
	m.From = v.Email
	err = es.Look(ctx, c.Events, v.Firm, account.Stream(v.Contact), func(a account.Account, _ int, now time.Time) error {
		to, generation, old, fresh := a.OpenMove(now)
		m.To, m.Mailed, m.Old, m.New = to.Text, generation, old, fresh
		return nil
	})
	return m, err
}

// Move is what a mailed link of a change of address is about. Errors: ErrMoveGone, the door's.
func (c Contacts) Move(ctx context.Context, firm int32, contact uuid.UUID, generation int) (m Moving, err error) {
	if _, err := c.Door.MayEnter(ctx, firm, contact); err != nil {
		return Moving{}, err
	}
	l, ok, err := c.Rows.Login(ctx, firm, contact)
	if err != nil || !ok {
		return Moving{}, errors.Join(err, account.ErrMoveGone)
	}
	m.From, m.Mailed = l.Email, generation
	err = es.Look(ctx, c.Events, firm, account.Stream(contact), func(a account.Account, _ int, now time.Time) error {
		to, old, fresh, err := a.Move(generation, now)
		m.To, m.Old, m.New = to.Text, old, fresh
		return err
	})
	return m, err
}

// AgreeAddress says yes at one end; the second yes changes the address everywhere. done tells that it was the second.
// Errors: ErrMoveGone, the door's.
func (c Contacts) AgreeAddress(ctx context.Context, firm int32, contact uuid.UUID, generation int, end account.End) (done bool, err error) {
	m, err := c.Move(ctx, firm, contact, generation)
	if err != nil {
		return false, err
	}
	_, err = c.execute(ctx, Login{Contact: contact, Firm: firm}, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) {
		events, err := a.AgreeAddress(generation, end, event.Of(contact, m.From), now)
		done = len(events) == 2
		return events, err
	})
	if err != nil || !done {
		return false, err
	}
	if err := c.Rows.Relocate(ctx, firm, contact, m.From, m.To); err != nil {
		return false, err
	}
	return true, c.Book.Move(ctx, actingAs(firm, contact), contact, m.To)
}

// Moved does once more what a change of address brings with it, for where the node died that heard the second yes. Where
// login and book have another address than the old one by now, it changes nothing.
func (c Contacts) Moved(ctx context.Context, firm int32, contact uuid.UUID, old, email string) error {
	if old == "" || email == "" { // the contact was erased
		return nil
	}
	if err := c.Rows.Relocate(ctx, firm, contact, old, email); err != nil {
		return err
	}
	known, err := c.Book.Person(ctx, firm, contact)
	if err != nil || !strings.EqualFold(known.Email, old) {
		return err
	}
	return c.Book.Move(ctx, actingAs(firm, contact), contact, email)
}

func actingAs(firm int32, contact uuid.UUID) es.By {
	return es.By{Firm: firm, Actor: event.Actor{Kind: event.Contact, ID: contact}}
}

// RefuseAddress calls a change of address off. Errors: ErrMoveGone.
func (c Contacts) RefuseAddress(ctx context.Context, firm int32, contact uuid.UUID, generation int) error {
	_, err := c.execute(ctx, Login{Contact: contact, Firm: firm}, uuid.Nil, func(a account.Account, now time.Time) ([]account.Event, error) {
		return a.RefuseAddress(generation, now)
	})
	return err
}
