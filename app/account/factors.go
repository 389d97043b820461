package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// TrustCookie carries the mark of a device on which a second factor was shown (F4). Attributes as SessionCookie's.
const (
	TrustCookie = "__Host-portico-trusted"
	TrustAge    = account.TrustFor
)

// Standing is what a session has shown of its person.
type Standing struct {
	Enrolled bool // the person has a second factor
	Second   bool // it was shown in this session, or its device is trusted
	Fresh    bool // the person proved who they are not long ago (F6)
}

// Person is whose second factors they are.
type Person struct {
	ID    uuid.UUID
	Firm  int32
	Kind  account.PersonKind
	Email string // how the person knows their account
	Name  string
}

// Person is s as somebody with second factors.
func (s Staff) Person() Person {
	return Person{ID: s.ID, Firm: s.Firm, Kind: account.OfStaff, Email: s.Email, Name: s.Name}
}

func (p Person) by() es.By {
	kind := event.Staff
	if p.Kind == account.OfContact {
		kind = event.Contact
	}
	return es.By{Firm: p.Firm, Actor: event.Actor{Kind: kind, ID: p.ID}}
}

// Factors are the second factors of people.
type Factors struct {
	Events   es.Store
	Rows     FactorRows
	Throttle Throttle
	Keys     secret.KeyRing
	Passkeys Passkeys
	Texts    bool // codes can be sent to telephones
}

// Throttle counts tries. Implementation: the same as Rows.
type Throttle interface {
	Try(ctx context.Context, keys []ThrottleKey) (wait time.Duration, err error)
	Forgive(ctx context.Context, own, shared ThrottleKey) error
}

// Factor is one method of a person.
type Factor struct {
	ID         uuid.UUID
	Method     account.Method
	Label      string // of a passkey: what its person calls it; of a text: the number
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never
}

// KeptFactor is a factor with what it works with, which nobody is shown.
type KeptFactor struct {
	Factor
	Pending bool   // it was begun and is no method yet
	Secret  []byte // of an app: its key; of a passkey: the credential
}

// FactorRows keeps what opens second factors. Implementation: adapters/postgres. Every time in it is the database's.
type FactorRows interface {
	// Factors are a person's confirmed methods, the oldest first.
	Factors(ctx context.Context, p Person) ([]KeptFactor, error)
	// Begun is a method that isn't confirmed yet. ErrFactorGone.
	Begun(ctx context.Context, p Person, factor uuid.UUID) (KeptFactor, error)
	// Begin stores a method that is to be confirmed, in place of another of its kind that was begun and left. A code that
	// was sent to another number is good no more. ErrFactorMany.
	Begin(ctx context.Context, p Person, f KeptFactor) error
	// Confirm makes it a method; step is the half minute of the app's code. ErrFactorGone, ErrFactorHad.
	Confirm(ctx context.Context, p Person, factor uuid.UUID, step int64) error
	// AddPasskey stores a passkey, confirmed. ErrPasskeyTaken, ErrFactorMany.
	AddPasskey(ctx context.Context, p Person, f KeptFactor, credential Hash) error
	// Remove takes a method away, ends trust on all devices, and with the last method the recovery codes. left are the
	// methods that remain. Where keep is set the last one stays: ErrRequired. ErrFactorGone.
	Remove(ctx context.Context, p Person, factor uuid.UUID, keep bool) (left int, err error)
	// Reset takes all methods, recovery codes and trust away, and tells how many methods there were.
	Reset(ctx context.Context, p Person) (had int, err error)

	// UseStep marks a half minute of an app as used; false: that one or a later one was used before.
	UseStep(ctx context.Context, factor uuid.UUID, step int64) (bool, error)
	// UsePasskey stores what an answer changed in a passkey.
	UsePasskey(ctx context.Context, p Person, f KeptFactor) error
	// Passkey finds whose a passkey is: id, practice and kind. ok is false for nobody's.
	Passkey(ctx context.Context, credential Hash) (p Person, ok bool, err error)
	// Spend marks a challenge as answered; false: it was answered before.
	Spend(ctx context.Context, challenge Hash) (bool, error)

	// NextCode makes the next generation of a purpose's code the only good one.
	NextCode(ctx context.Context, person uuid.UUID, purpose account.Purpose) (generation int, err error)
	// TryCode counts a try at the newest code and tells its generation; ok is false where it is good for no more.
	TryCode(ctx context.Context, person uuid.UUID, purpose account.Purpose) (generation int, ok bool, err error)
	// SpendCode marks a code as used; false: it was used or replaced meanwhile.
	SpendCode(ctx context.Context, person uuid.UUID, purpose account.Purpose, generation int) (bool, error)

	// SetRecovery replaces all recovery codes of a person who has a method. ErrFactorGone.
	SetRecovery(ctx context.Context, person uuid.UUID, codes []Hash) error
	// SpendRecovery uses a recovery code up; ok is false for none of this person.
	SpendRecovery(ctx context.Context, person uuid.UUID, code Hash) (left int, ok bool, err error)
	// RecoveryLeft counts them.
	RecoveryLeft(ctx context.Context, person uuid.UUID) (int, error)

	// Trust remembers a device in place of old.
	Trust(ctx context.Context, person uuid.UUID, device, old Hash) error
	// Trusted tells whether a device is still trusted.
	Trusted(ctx context.Context, person uuid.UUID, device Hash) (bool, error)
	// TrustedDevices counts them; Distrust forgets them all.
	TrustedDevices(ctx context.Context, person uuid.UUID) (int, error)
	Distrust(ctx context.Context, person uuid.UUID) error

	Now(ctx context.Context) (time.Time, error)
}

// Methods are a person's methods as they are shown.
func (f Factors) Methods(ctx context.Context, p Person) ([]Factor, error) {
	kept, err := f.Rows.Factors(ctx, p)
	shown := make([]Factor, len(kept))
	for i, k := range kept {
		shown[i] = k.Factor
	}
	return shown, err
}

// RecoveryLeft counts a person's recovery codes.
func (f Factors) RecoveryLeft(ctx context.Context, p Person) (int, error) {
	return f.Rows.RecoveryLeft(ctx, p.ID)
}

// Enrolment is an authenticator app that is to be set up.
type Enrolment struct {
	ID     uuid.UUID
	Secret string // base32, for typing
	URI    string // for the QR code and for apps on the same device
}

// BeginApp prepares an authenticator app. Errors: ErrFactorHad, ErrFactorMany.
func (f Factors) BeginApp(ctx context.Context, p Person) (uuid.UUID, error) {
	if err := f.free(ctx, p, account.ByApp); err != nil {
		return uuid.Nil, err
	}
	key := make([]byte, sha256.Size/2+4) // 160 bits, as RFC 4226 wants
	_, _ = rand.Read(key)                // never fails: the runtime ends the process instead
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("name a factor: %w", err)
	}
	return id, f.Rows.Begin(ctx, p, KeptFactor{Factor: Factor{ID: id, Method: account.ByApp}, Secret: key})
}

// free refuses what a person may not add, or has.
func (f Factors) free(ctx context.Context, p Person, m account.Method) error {
	if err := account.CheckMethod(p.Kind, m); err != nil {
		return err
	}
	held, err := f.Rows.Factors(ctx, p)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(held, func(k KeptFactor) bool { return k.Method == m && m != account.ByPasskey }) {
		return account.ErrFactorHad
	}
	return nil
}

var base32Key = base32.StdEncoding.WithPadding(base32.NoPadding)

// App is what a person needs to set up the app that was begun. issuer is what the app will call it. ErrFactorGone.
func (f Factors) App(ctx context.Context, p Person, factor uuid.UUID, issuer string) (Enrolment, error) {
	k, err := f.Rows.Begun(ctx, p, factor)
	if err != nil {
		return Enrolment{}, err
	}
	if k.Method != account.ByApp {
		return Enrolment{}, account.ErrFactorGone
	}
	e := Enrolment{ID: factor, Secret: base32Key.EncodeToString(k.Secret)}
	issuer = strings.ReplaceAll(issuer, ":", " ") // it parts the name from the account
	e.URI = "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(p.Email) + "?" +
		"secret=" + e.Secret + "&issuer=" + url.QueryEscape(issuer) + "&algorithm=SHA1&digits=6&period=30"
	e.URI = strings.ReplaceAll(e.URI, "+", "%20") // apps don't read + as a space
	return e, nil
}

// Confirm makes a begun app or number a method of its person, by a code of it. codes are new recovery codes, where the
// person had none; they are shown this once. Errors: ErrCode, ErrFactorGone, ErrFactorHad, ErrSlowDown with the wait.
func (f Factors) Confirm(ctx context.Context, p Person, factor uuid.UUID, code string, from netip.Addr) (codes []string, err error) {
	k, err := f.Rows.Begun(ctx, p, factor)
	if err != nil {
		return nil, err
	}
	step := int64(0)
	err = f.counted(ctx, p, "", from, func() (right bool, err error) {
		switch k.Method {
		case account.ByApp:
			step, right, err = f.appStep(ctx, k.Secret, account.Code(code))
			return right, err
		case account.ByText:
			return f.sentCode(ctx, p, account.ForNumber, account.Code(code))
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	if err := f.Rows.Confirm(ctx, p, factor, step); err != nil {
		return nil, err
	}
	return f.added(ctx, p, factor, k.Method)
}

// added records a new method, and gives recovery codes with the first one (F3).
func (f Factors) added(ctx context.Context, p Person, factor uuid.UUID, m account.Method) ([]string, error) {
	if err := f.record(ctx, p.by(), p.ID, func(held account.Factors, now time.Time) []account.Event { return held.Add(factor, m, now) }); err != nil {
		return nil, err
	}
	left, err := f.Rows.RecoveryLeft(ctx, p.ID)
	if err != nil || left > 0 {
		return nil, err
	}
	return f.NewRecoveryCodes(ctx, p)
}

func (f Factors) record(ctx context.Context, by es.By, person uuid.UUID, decide func(account.Factors, time.Time) []account.Event) error {
	_, err := es.Execute(ctx, f.Events, by, account.Stream(person), func(held account.Factors, now time.Time) ([]account.Event, error) {
		return decide(held, now), nil
	})
	if err != nil {
		return fmt.Errorf("record a change of second factors: %w", err)
	}
	return nil
}

// MayRemove refuses to take away the last passkey of somebody who has no password (F8): ErrOnlyWay.
func (f Factors) MayRemove(ctx context.Context, p Person, factor uuid.UUID) error {
	held, err := f.Rows.Factors(ctx, p)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(held), func(k KeptFactor) bool { return k.Method != account.ByPasskey || k.ID == factor })
	if len(others) == 0 && slices.ContainsFunc(held, func(k KeptFactor) bool { return k.Method == account.ByPasskey && k.ID == factor }) {
		return account.ErrOnlyWay
	}
	return nil
}

// Remove takes one method away (S3.i14). Where the practice demands one, required is set and the last one stays. Errors:
// ErrFactorGone, ErrRequired.
func (f Factors) Remove(ctx context.Context, p Person, factor uuid.UUID, required bool) error {
	if _, err := f.Rows.Remove(ctx, p, factor, required); err != nil {
		return err
	}
	return f.record(ctx, p.by(), p.ID, func(held account.Factors, now time.Time) []account.Event { return held.Remove(factor, now) })
}

// Reset takes all methods of a person away, for one who lost them (S3.i15). by is who does it, and reason what they say
// of it. A person without any keeps an unchanged history. ErrResetReason for a long one.
func (f Factors) Reset(ctx context.Context, by es.By, p Person, reason string) error {
	if len([]rune(reason)) > account.ReasonMost {
		return account.ErrResetReason
	}
	had, err := f.Rows.Reset(ctx, p)
	if err != nil || had == 0 {
		return err
	}
	return f.record(ctx, by, p.ID, func(_ account.Factors, now time.Time) []account.Event {
		return []account.Event{account.FactorsReset{By: by.Actor.ID, Reason: event.Of(p.ID, reason), At: now}}
	})
}

// ResetColleague is Reset for somebody of the practice, by one who may change its people. Errors: those of
// account.MayReset, ErrResetReason.
func (f Factors) ResetColleague(ctx context.Context, by es.By, actor Staff, of StaffRow, reason string) error {
	if err := account.MayReset(actor.ID, actor.Role, of.ID, of.Role); err != nil {
		return err
	}
	return f.Reset(ctx, by, Person{ID: of.ID, Firm: by.Firm, Kind: account.OfStaff, Email: of.Email, Name: of.Name}, reason)
}

// NewRecoveryCodes ends a person's recovery codes and makes ten others, shown this once. ErrFactorGone without a method.
func (f Factors) NewRecoveryCodes(ctx context.Context, p Person) (codes []string, err error) {
	var kept []Hash
	for range account.RecoveryCount {
		text := strings.ToLower(rand.Text()[:16]) // 80 bits
		codes = append(codes, strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-"))
		kept = append(kept, recoveryHash(p.ID, text))
	}
	if err := f.Rows.SetRecovery(ctx, p.ID, kept); err != nil {
		return nil, err
	}
	return codes, f.record(ctx, p.by(), p.ID, func(_ account.Factors, now time.Time) []account.Event {
		return []account.Event{account.RecoveryCodesMade{Count: len(codes), At: now}}
	})
}

func recoveryHash(person uuid.UUID, code string) Hash {
	return sha256.Sum256(append(person[:], code...))
}

// BeginNumber keeps a telephone number that is to be proved, and sends a code there (F10). Errors: ErrNumber, ErrNoText,
// ErrFactorHad, ErrFactorMany, ErrSlowDown with the wait.
func (f Factors) BeginNumber(ctx context.Context, p Person, number string) (uuid.UUID, error) {
	canonical, err := account.CanonicalNumber(number)
	if err != nil {
		return uuid.Nil, err
	}
	if err := f.free(ctx, p, account.ByText); err != nil {
		return uuid.Nil, err
	}
	if err := f.mayAsk(ctx, p, account.ForNumber, account.TextChannel); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("name a factor: %w", err)
	}
	if err := f.Rows.Begin(ctx, p, KeptFactor{Factor: Factor{ID: id, Method: account.ByText, Label: canonical}}); err != nil {
		return uuid.Nil, err
	}
	return id, f.sendCode(ctx, p, account.ForNumber, account.TextChannel)
}

// Begun is a method that was begun and isn't confirmed. ErrFactorGone.
func (f Factors) Begun(ctx context.Context, p Person, factor uuid.UUID) (Factor, error) {
	k, err := f.Rows.Begun(ctx, p, factor)
	return k.Factor, err
}

// UseMail makes codes by mail a method of a contact, whose address was proved when they came in. codes as in Confirm.
// Errors: ErrMethod for staff (F5), ErrFactorHad, ErrFactorMany.
func (f Factors) UseMail(ctx context.Context, p Person) (codes []string, err error) {
	if err := f.free(ctx, p, account.ByMail); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("name a factor: %w", err)
	}
	if err := f.Rows.Begin(ctx, p, KeptFactor{Factor: Factor{ID: id, Method: account.ByMail}}); err != nil {
		return nil, err
	}
	if err := f.Rows.Confirm(ctx, p, id, 0); err != nil {
		return nil, err
	}
	return f.added(ctx, p, id, account.ByMail)
}

// Trust makes a device one on which the second factor isn't asked for 30 days (F4). old is the mark that it had.
func (f Factors) Trust(ctx context.Context, p Person, old Secret) (Secret, error) {
	mark := newSecret("")
	return mark, f.Rows.Trust(ctx, p.ID, mark.Hash(), old.Hash())
}

// Trusted tells whether a device shows a mark of this person that is good still.
func (f Factors) Trusted(ctx context.Context, p Person, device Secret) (bool, error) {
	if !device.shaped("") {
		return false, nil
	}
	return f.Rows.Trusted(ctx, p.ID, device.Hash())
}

// TrustedDevices counts them.
func (f Factors) TrustedDevices(ctx context.Context, p Person) (int, error) {
	return f.Rows.TrustedDevices(ctx, p.ID)
}

// Distrust asks for the second factor on all devices again.
func (f Factors) Distrust(ctx context.Context, p Person) error { return f.Rows.Distrust(ctx, p.ID) }
