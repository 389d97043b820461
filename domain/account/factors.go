package account

import (
	"slices"
	"strings"
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// The rules of second factors. They hold for staff and for contacts, where nothing else is said.
//
//	F1 A code has six digits and is good for ten minutes, five tries and one use; only the newest of its purpose is.
//	F2 A code of an authenticator app is good in its half minute and in the one after, not before, and once.
//	F3 There are ten recovery codes, each good once. New ones end the old. They come with the first method and go with the last.
//	F4 On a device where the second factor was shown, and its person wished so, it isn't asked again for 30 days (S3.24).
//	   A new password, the removal of a method and a reset end that on all devices (S3.i14).
//	F5 Staff get no codes by mail: mail isn't a second factor for those who read other people's papers.
//	F6 Who changes their methods has signed in, or given the password again, within the last 15 minutes.
//	F7 Wrong codes cost time, counted by person whatever devices and networks they come from. A device that has shown the
//	   factor before has a count of its own, so that a stranger with the password can't keep the person out.
//	F8 A passkey belongs to one person and makes sure of its holder (by finger, face or PIN); with it no password is asked.
//	   Who accepts an invitation may make one in place of a password, as long as they have no second factor; without a
//	   password the last passkey stays.
//	F9 Where the practice demands a second factor of its people, who has none can do nothing but add one.
//	F10 A telephone number becomes a method once a code sent to it was typed.
//	F11 Adding, removing and resetting methods is told to the person by mail, and staff who reset them are named in the
//	    history (S3.i15).

// The limits of codes, devices and sessions, by the database's clock.
const (
	CodeDigits = 6
	CodeLife   = 10 * time.Minute
	CodeTries  = 5

	AppStep = 30 * time.Second

	RecoveryCount = 10

	TrustFor = 30 * 24 * time.Hour // F4
	FreshFor = 15 * time.Minute    // F6

	FactorsMost = 10 // of one person
	LabelMost   = 60 // characters
	ReasonMost  = 500
)

// The throttles of second factors (F7). Slow is that of a person, whoever tries; Shown that of one device that has shown
// the factor before; Asking is for codes that are sent.
var (
	Slow   = Throttle{Free: 5, Most: 15 * time.Minute, Forget: 24 * time.Hour}
	Shown  = Throttle{Free: 10, Most: 5 * time.Minute, Forget: 24 * time.Hour}
	Asking = Throttle{Free: 4, Most: 15 * time.Minute, Forget: 24 * time.Hour}
)

// The refusals.
var (
	ErrCode         = fault.New(fault.Invalid, "account.code", "This code is wrong, too old or was used before. Type the newest one, or ask for another.")
	ErrSecond       = fault.New(fault.Unauthenticated, "account.second_factor", "Type the code of your second factor first.")
	ErrEnrol        = fault.New(fault.Forbidden, "account.enrol", "Your practice asks for a second factor. Add one to go on.")
	ErrStale        = fault.New(fault.Forbidden, "account.stale", "You signed in a while ago. Type your password again to change this.")
	ErrFactorGone   = fault.New(fault.NotFound, "account.factor_gone", "This method isn't there any more. Reload the page to see those that are.")
	ErrFactorMany   = fault.New(fault.Conflict, "account.factor_many", "You have ten methods already. Remove one first.")
	ErrFactorHad    = fault.New(fault.Conflict, "account.factor_had", "You have this method already. Remove it first to set it up anew.")
	ErrMethod       = fault.New(fault.Invalid, "account.method", "Choose one of the methods on this page.")
	ErrLabel        = fault.New(fault.Invalid, "account.label", "Give it a name of at most 60 characters, on one line.")
	ErrNumber       = fault.New(fault.Invalid, "account.number", "Enter a phone number with its country, like +44 7700 900123.")
	ErrPasskey      = fault.New(fault.Invalid, "account.passkey", "This passkey could not be used here. Try again, or choose another way to sign in.")
	ErrPasskeyTaken = fault.New(fault.Conflict, "account.passkey_taken", "This passkey is in use already. Choose another device or password manager.")
	ErrRequired     = fault.New(fault.Conflict, "account.factor_required", "Your practice asks for a second factor. Add another method before you remove this one.")
	ErrOnlyWay      = fault.New(fault.Conflict, "account.only_way", "This passkey is how you sign in. Set a password first, or add another passkey.")
	ErrResetReason  = fault.New(fault.Invalid, "account.reset_reason", "Shorten the reason to 500 characters.")
	ErrNoText       = fault.New(fault.Unavailable, "account.no_text", "Codes can’t be sent to phones here just now. Choose another method.")
)

// PersonKind is whether somebody works for the practice.
type PersonKind string

// The kinds of people. Their words are stored.
const (
	OfStaff   PersonKind = "staff"
	OfContact PersonKind = "contact"
)

// Offered are the methods that such a person may add as a second factor, the recommended first (F5).
func Offered(k PersonKind) []Method {
	if k == OfContact {
		return []Method{ByMail, ByText, ByApp, ByPasskey}
	}
	return []Method{ByApp, ByPasskey, ByText}
}

// CheckMethod refuses what such a person may not add. ErrMethod.
func CheckMethod(k PersonKind, m Method) error {
	if !slices.Contains(Offered(k), m) {
		return ErrMethod
	}
	return nil
}

// CheckLabel is a method's name as its person wrote it, without spaces around. ErrLabel.
func CheckLabel(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > LabelMost || CheckName(text) != nil {
		return "", ErrLabel
	}
	return text, nil
}

// CanonicalNumber is a telephone number in the one way that it is written, "+447700900123". ErrNumber.
func CanonicalNumber(text string) (string, error) {
	var b strings.Builder
	for i, r := range strings.TrimSpace(text) {
		switch {
		case r == '+' && i == 0, r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -./()\u00a0", r):
		default:
			return "", ErrNumber
		}
	}
	n := b.String()
	if rest, ok := strings.CutPrefix(n, "00"); ok {
		n = "+" + rest
	}
	n = strings.Replace(n, "+440", "+44", 1) // "+44 (0)7700": nobody dials that
	if !strings.HasPrefix(n, "+") || len(n) < 8 || len(n) > 16 || n[1] == '0' {
		return "", ErrNumber
	}
	return n, nil
}

// MaskedNumber shows as much of a number as its owner needs to know it again: "+44 ••• 123".
func MaskedNumber(number string) string {
	if len(number) < 8 {
		return "•••"
	}
	return number[:3] + " ••• " + number[len(number)-3:]
}

// Code is what somebody typed as a code of six digits, without what people put between; "" where it can't be one.
func Code(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, text)
	if len(text) != CodeDigits || strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return text
}

// RecoveryCode is what somebody typed as a recovery code, without what people put between, in the letters in which it is
// kept; "" where it can't be one.
func RecoveryCode(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u00a0':
			return -1
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == '0': // neither 0 nor 1 is in the alphabet
			return 'o'
		case r == '1':
			return 'l'
		}
		return r
	}, text)
	if len(text) != 16 || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return ""
	}
	return text
}

// AppSteps are the half minutes whose codes are good at a time: its own and the one before (F2).
func AppSteps(now time.Time) []int64 {
	step := now.Unix() / int64(AppStep/time.Second)
	return []int64{step, step - 1}
}

// Factors is what an account's history says of its second factors. Like every fold's state it belongs to its fold: Apply
// reuses its memory.
type Factors struct {
	held map[uuid.UUID]bool
}

// Apply assigns what e says.
func (f Factors) Apply(e Event) Factors {
	switch e := e.(type) {
	case FactorAdded:
		if f.held == nil {
			f.held = map[uuid.UUID]bool{}
		}
		f.held[e.Factor] = true
	case FactorRemoved:
		delete(f.held, e.Factor)
	case FactorsReset:
		clear(f.held)
	case PasswordSet, TermsAccepted, SignedIn, CodeRequested, ResetRequested, AddressChangeRequested, AddressChangeAgreed, AddressChangeRefused,
		AddressChanged, RecoveryCodesMade, RecoveryCodeUsed, SessionsEnded,
		StaffAdded, StaffInvited, StaffJoined, StaffRoleSet, StaffDeactivated, StaffReactivated, ProviderLinked, NoticesChosen:
		// They change no method.
	}
	return f
}

// Add records a method; one that is there already is no news.
func (f Factors) Add(factor uuid.UUID, m Method, now time.Time) []Event {
	if f.held[factor] {
		return nil
	}
	return []Event{FactorAdded{Factor: factor, Method: m, At: now}}
}

// Remove records that a method is gone; one that isn't there is no news.
func (f Factors) Remove(factor uuid.UUID, now time.Time) []Event {
	if !f.held[factor] {
		return nil
	}
	return []Event{FactorRemoved{Factor: factor, At: now}}
}
