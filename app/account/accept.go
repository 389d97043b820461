package account

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Invitations are the way in. Implementation: app/invite.
type Invitations interface {
	// Holder tells what the secret of a contact's nth sending is good for, or why for nothing.
	Holder(ctx context.Context, firm int32, contact uuid.UUID, nth int) (Right, error)
	// Accept lets the contact in by it.
	Accept(ctx context.Context, by es.By, contact uuid.UUID, nth int, from string) (es.Result, error)
}

// Right is what the secret of an invitation is good for.
type Right struct {
	ByLink bool // the link alone opens the portal
	In     bool // it was accepted, and opens the portal again
}

// Book is what the practice knows of its contacts. Implementation: app/contact.
type Book interface {
	// Person is a contact as they are known at this moment.
	Person(ctx context.Context, firm int32, contact uuid.UUID) (Known, error)
	// Move writes a contact's new address down, as the contact.
	Move(ctx context.Context, by es.By, contact uuid.UUID, email string) error
}

// Known is a contact in the practice's book.
type Known struct {
	Name     string
	Email    string // canonical
	Language string // BCP 47; "": the practice's
}

// Policy is what a practice asks of its contacts.
type Policy struct {
	Practice     string // its name
	Terms        int    // the newest version
	LinkPassword bool   // who comes in by link chooses a password on the first visit
}

// Acceptance is a contact's yes to an invitation.
type Acceptance struct {
	Firm        int32
	Contact     uuid.UUID
	Nth         int
	Command     uuid.UUID
	Fingerprint [32]byte
	Password    string // "" with a passkey, and by a link where the practice wants none
	Passkey     Answer // in place of a password, for an account; zero: none
	Terms       int    // the version that was shown and agreed to; 0: none
	Browser     Browser
}

// Entrance is what an invitation's holder sees before they come in.
type Entrance struct {
	Right
	Known
	Policy
	Password  bool // there is one, and it is asked for
	OnDevice  bool // this browser was in before
	Committed bool // with a password the practice asks for
	Passkey   bool // can be used in place of a password
}

// Entrance tells what the holder of an invitation has to do to come in. Errors: those of Invitations.Holder.
func (c Contacts) Entrance(ctx context.Context, firm int32, contact uuid.UUID, nth int, b Browser) (e Entrance, err error) {
	if e.Right, err = c.Invitations.Holder(ctx, firm, contact, nth); err != nil {
		return Entrance{}, err
	}
	if e.Known, err = c.Book.Person(ctx, firm, contact); err != nil {
		return Entrance{}, err
	}
	if e.Policy, err = c.Policy(ctx, firm); err != nil {
		return Entrance{}, err
	}
	e.Committed = !e.ByLink || e.LinkPassword
	if !e.ByLink && !e.In && c.Codes.Passkeys.Work() {
		methods, err := c.Codes.Methods(ctx, e.person(firm, contact))
		if err != nil {
			return e, err
		}
		e.Passkey = len(methods) == 0 // who has a second factor shows that first: a mail takes nobody around it
	}
	l, ok, err := c.Rows.Login(ctx, firm, contact)
	if err != nil || !ok || !e.In {
		return e, err
	}
	e.Password = l.Hash != ""
	device, err := c.Rows.Device(ctx, contact, b.Device.Hash())
	e.OnDevice = device != uuid.Nil
	return e, err
}

func (e Entrance) person(firm int32, contact uuid.UUID) Person {
	return Person{ID: contact, Firm: firm, Kind: account.OfContact, Email: e.Email, Name: cmp.Or(e.Name, e.Email)}
}

// ChallengeEntrance asks the browser of an invitation's holder for a new passkey. Errors: those of Invitations.Holder,
// ErrPasskey where it can't be used.
func (c Contacts) ChallengeEntrance(ctx context.Context, firm int32, contact uuid.UUID, nth int, b Browser) (Challenge, error) {
	e, err := c.Entrance(ctx, firm, contact, nth, b)
	if err != nil {
		return Challenge{}, err
	}
	if !e.Passkey {
		return Challenge{}, account.ErrPasskey
	}
	return c.Codes.ChallengeNew(ctx, e.person(firm, contact))
}

// Accept lets a contact in: by an account with a password or a passkey and the terms agreed to, or by the link alone. The
// invitation decides first and once: a link that was used sets no password. Errors: those of Invitations, ErrShort,
// ErrPasswordKnown, ErrPasswordWeak, ErrNoPassword, ErrPasskey, ErrPasskeyTaken, ErrTermsFirst, ErrTerms, ErrBusy.
func (c Contacts) Accept(ctx context.Context, cmd Acceptance) (Entered, error) {
	e, err := c.Entrance(ctx, cmd.Firm, cmd.Contact, cmd.Nth, cmd.Browser)
	l := Login{Contact: cmd.Contact, Firm: cmd.Firm, Email: e.Email}
	by := es.By{Firm: cmd.Firm, Actor: event.Actor{Kind: event.Contact, ID: cmd.Contact}, Command: cmd.Command, Fingerprint: cmd.Fingerprint}
	if err != nil {
		return c.again(ctx, cmd, by, err)
	}
	if e.In {
		return c.EnterByLink(ctx, ByLink{Firm: cmd.Firm, Contact: cmd.Contact, Nth: cmd.Nth, Password: cmd.Password, Browser: cmd.Browser})
	}
	phc, made, err := c.chosen(ctx, cmd, e)
	if err != nil {
		return Entered{}, err
	}
	// What stands in rows only opens something once the invitation says so, and the person can always set a password anew
	// by mail: whatever is interrupted here leaves nobody outside.
	if err := c.Rows.Admit(ctx, l); err != nil {
		return Entered{}, err
	}
	res, err := c.Invitations.Accept(ctx, by, cmd.Contact, cmd.Nth, cmd.Browser.from())
	if err != nil {
		return Entered{}, err
	}
	if res.Repeated {
		return c.again(ctx, cmd, by, nil)
	}
	if err := c.Rows.Renew(ctx, cmd.Contact, phc, nil); err != nil {
		return Entered{}, err
	}
	if made == nil {
		return c.welcome(ctx, cmd, e, l, phc)
	}
	codes, err := c.Codes.keepPasskey(ctx, e.person(cmd.Firm, cmd.Contact), *made)
	if err != nil {
		return Entered{}, err
	}
	in, err := c.welcome(ctx, cmd, e, l, "")
	if err != nil {
		return in, err
	}
	in.Codes = codes
	in.Session, err = c.Pass(ctx, in.Session) // it has just been shown
	return in, err
}

// chosen is the hash of the password that the person has chosen, "" for none, or the passkey that they have made instead.
func (c Contacts) chosen(ctx context.Context, cmd Acceptance, e Entrance) (phc string, made *madePasskey, err error) {
	if !e.ByLink && cmd.Terms != e.Terms {
		if cmd.Terms == 0 {
			return "", nil, account.ErrTermsFirst
		}
		return "", nil, account.ErrTerms
	}
	if cmd.Passkey != (Answer{}) {
		if !e.Passkey {
			return "", nil, account.ErrPasskey
		}
		passkey, err := c.Codes.newPasskey(ctx, e.person(cmd.Firm, cmd.Contact), cmp.Or(Device(cmd.Browser.Agent), "Passkey"), cmd.Passkey)
		return "", &passkey, err
	}
	if cmd.Password == "" && e.ByLink {
		if e.LinkPassword {
			return "", nil, account.ErrNoPassword
		}
		return "", nil, nil
	}
	phc, err = c.hash(ctx, cmd.Password, e.Known, e.Practice)
	return phc, nil, err
}

// hash judges a new password and hashes it, with the salt that the address has.
func (c Contacts) hash(ctx context.Context, password string, k Known, practice string) (string, error) {
	if err := CheckContactPassword(password, k.Email, k.Name, practice); err != nil {
		return "", err
	}
	beside, err := c.Rows.ByEmail(ctx, 0, k.Email)
	if err != nil {
		return "", err
	}
	return c.Hasher.HashBeside(ctx, hashes(beside), password)
}

// welcome records what the acceptance came with, and opens the first session.
func (c Contacts) welcome(ctx context.Context, cmd Acceptance, e Entrance, l Login, phc string) (Entered, error) {
	in, row := newVisit(l, e.ByLink, uuid.Must(uuid.NewV7()), cmd.Browser)
	method := account.ByLink
	if !e.ByLink {
		method = account.ByPasskey
	}
	res, err := c.execute(ctx, l, uuid.Nil, func(a account.Account, now time.Time) (events []account.Event, err error) {
		if phc != "" {
			method = account.ByPassword
			events = append(events, account.PasswordSet{Cause: account.AtAcceptance, At: now})
		}
		if !e.ByLink {
			terms, err := a.AcceptTerms(cmd.Terms, event.Of(l.Contact, row.Address), now)
			if err != nil {
				return nil, err
			}
			events = append(events, terms...)
		}
		return append(events, account.SignIn(l.Contact, method, row.Device, true, row.Address, Device(row.Agent), now)), nil
	})
	if err != nil {
		return Entered{}, err
	}
	if !e.ByLink {
		if err := c.Rows.Agree(ctx, l.Contact, cmd.Terms); err != nil {
			return Entered{}, err
		}
	}
	in.Position = res.Position
	return in, c.Rows.Open(ctx, row)
}

// again is for a form that is sent twice: who has just come in by it is in, with the password that was typed. Everybody
// else is told what the invitation says.
func (c Contacts) again(ctx context.Context, cmd Acceptance, by es.By, refusal error) (Entered, error) {
	if refusal != nil {
		if f, ok := errors.AsType[*fault.Error](refusal); !ok || f.Kind != fault.Gone || cmd.Password == "" {
			return Entered{}, refusal
		}
		if _, done, err := c.Events.Done(ctx, by); err != nil || !done {
			return Entered{}, errors.Join(refusal, err)
		}
	}
	l, ok, err := c.Rows.Login(ctx, cmd.Firm, cmd.Contact)
	if err != nil || !ok {
		return Entered{}, errors.Join(refusal, err, account.ErrSignIn)
	}
	return c.SignIn(ctx, ContactSignIn{Firm: cmd.Firm, Contact: cmd.Contact, Email: l.Email, Password: cmd.Password, Browser: cmd.Browser})
}

// ByLink is a further visit through the link of an invitation that was accepted by link.
type ByLink struct {
	Firm     int32
	Contact  uuid.UUID
	Nth      int
	Password string // where there is one
	Code     string // on a new device without a password: the one that was sent
	Browser  Browser
}

// EnterByLink opens the portal again: with the password where there is one, on a device that was here before, or with a
// code that was sent to the contact's address (L10). Errors: those of Invitations.Holder, ErrSignIn, ErrSlowDown,
// ErrDevice where a code is needed, those of Codes.
func (c Contacts) EnterByLink(ctx context.Context, cmd ByLink) (Entered, error) {
	e, err := c.Entrance(ctx, cmd.Firm, cmd.Contact, cmd.Nth, cmd.Browser)
	if err != nil {
		return Entered{}, err
	}
	if !e.In || !e.ByLink {
		return Entered{}, account.ErrSignIn
	}
	l, _, err := c.Rows.Login(ctx, cmd.Firm, cmd.Contact)
	if err != nil {
		return Entered{}, err
	}
	switch {
	case e.Password:
		return c.SignIn(ctx, ContactSignIn{Firm: cmd.Firm, Contact: cmd.Contact, Email: l.Email, Password: cmd.Password, Browser: cmd.Browser})
	case e.OnDevice:
		return c.enter(ctx, l, true, account.ByLink, cmd.Browser)
	case cmd.Code == "":
		return Entered{}, account.ErrDevice
	}
	if err := c.Codes.CheckCode(ctx, l.person(e.Name), account.ForDevice, cmd.Code, cmd.Browser.Address); err != nil {
		return Entered{}, err
	}
	return c.enter(ctx, l, true, account.ByMail, cmd.Browser)
}

// SendCode sends the code that a new device needs (L10). Errors: those of Invitations.Holder and Codes.
func (c Contacts) SendCode(ctx context.Context, firm int32, contact uuid.UUID, nth int, b Browser) error {
	e, err := c.Entrance(ctx, firm, contact, nth, b)
	if err != nil {
		return err
	}
	if !e.In || e.Password {
		return nil
	}
	return c.Codes.AskCode(ctx, Login{Contact: contact, Firm: firm, Email: e.Email}.person(e.Name), account.ForDevice, account.MailChannel)
}

func (l Login) person(name string) Person {
	return Person{ID: l.Contact, Firm: l.Firm, Kind: account.OfContact, Email: l.Email, Name: name}
}

// CheckCode checks a code that was sent for a purpose of its own, and uses it up. Wrong ones are counted before they are
// looked at (F7). Errors: ErrCode, ErrSlowDown with the wait in its sentence.
func (f Factors) CheckCode(ctx context.Context, p Person, purpose account.Purpose, code string, from netip.Addr) error {
	return f.counted(ctx, p, "", from, func() (bool, error) { return f.sentCode(ctx, p, purpose, account.Code(code)) })
}
