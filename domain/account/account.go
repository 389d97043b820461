// Package account holds the rules for people who sign in: those of a practice, and its contacts. What opens an account
// is kept in rows: passwords and session ids are never in the log. What happened to it is a history of facts.
//
//  1. A password has at least 15 and at most 128 characters, because it stands alone; no other demand on its
//     composition (NIST 800-63B-4).
//  2. A password is none of the well-known ones, and isn't made of the person's own name and address.
//  3. An address is written one way: lower case, no quoted local part. Two spellings are one account.
//  4. A wrong password costs time, not the account: after some free tries each further one waits longer, up to a limit.
//  5. A session ends an hour after its last request and twelve hours after sign-in, whichever comes first.
//  6. People see their own sessions and end any of them, or all at once.
//  7. A new password needs the present one, whose wrong tries count as those of rule 4. It ends all other sessions, and
//     the one it was given in goes on under a new id. One that the operator gives ends them all.
//  8. The log of a practice is read by its owners, admins and auditors only: it holds facts of files that haven't reached
//     the practice.
//  9. Who leaves the practice is locked out at their next request, by session and by API token. Their name stays in the
//     history, and their address belongs to that account for good.
//  10. A contact's password has at least 12 and at most 128 characters, is none of those that are known from breaches,
//     isn't made of the person's own words, and is hard to guess by a stated estimate.
//  11. A contact's session ends 24 hours after its last request and 30 days after sign-in. That of who came by the link
//     alone ends an hour after its last request, and a day after it began (S4.i6).
//  12. The terms are accepted by version, with time and address. A newer version is asked for before anything else (S3.i13).
//  13. A forgotten password is set anew by a mailed link: the newest one, within an hour, once. Asking again gives a new
//     one, at most five an hour: past that the newest stays good, so that asking in somebody's name locks nobody out.
//  14. An address is changed when both ends have agreed to the newest wish within a day. Whoever holds the old end may
//     call it off (S3.i12).
//  15. A new password ends all sessions but the one it was set in, and all devices are unknown again (S3.i14).
//  16. Everybody of the practice has one role, and a role is a preset of rights: what a page or an operation asks for is
//     a right, never a role. An auditor reads everything and changes nothing; an operator sees nothing of clients.
//  17. Only an owner makes and unmakes owners, nobody changes their own role, and a practice that has an owner keeps one.
//  18. Whose role is limited to assigned clients sees those they own, and of nobody else a name, a file or a figure.
//  19. Somebody joins the practice by a mailed invitation, to an address that has no account: the newest one, within seven
//     days, once. Until then they are nobody here who could sign in.
//  20. The clients of who leaves, and what is to be heard of their links, go to a colleague who stays.
//  21. What a provider of identity calls a person is issuer and subject. The address it tells is no name: where the provider
//     has verified it, it finds an open invitation, and nothing else.
//  22. A contact chooses which sorts of mails about tasks they do without. Those about their security, and invitations,
//     always come.
package account

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/fault"
)

// The limits of a session (rule 5), by the database's clock.
const (
	SessionIdle  = time.Hour
	SessionLimit = 12 * time.Hour
)

// The length of a password in characters (rule 1).
const (
	PasswordMin = 15
	PasswordMax = 128

	ContactPasswordMin = 12 // of contacts (rule 10)
)

// The refusals.
var (
	ErrSignIn        = fault.New(fault.Unauthenticated, "account.sign_in", "This address and password don't belong together. Check both and try again.")
	ErrSlowDown      = fault.New(fault.TooMany, "account.slow_down", "Too many tries. Wait a little and try again.")
	ErrBusy          = fault.New(fault.Unavailable, "account.busy", "Many people are signing in just now. Try again in a few seconds.")
	ErrSession       = fault.New(fault.Unauthenticated, "account.session", "Your session has ended. Sign in again.")
	ErrToken         = fault.New(fault.Unauthenticated, "account.token", "This API token is unknown or was revoked. Create a new one.")
	ErrEmailTaken    = fault.New(fault.Conflict, "account.email_taken", "Somebody with this e-mail address already has an account.")
	ErrName          = fault.New(fault.Invalid, "account.name", "Enter a name of at most 100 characters, on one line.")
	ErrRole          = fault.New(fault.Invalid, "account.role", "Choose one of the roles: owner, admin, practitioner, practitioner_no_billing, assigned, assigned_no_billing, auditor, operator.")
	ErrPassword      = fault.New(fault.Invalid, "account.password", "Choose a password of 15 to 128 characters.")
	ErrPasswordWeak  = fault.New(fault.Invalid, "account.password_weak", "This password is easy to guess. Choose three or four words that don't belong together.")
	ErrShort         = fault.New(fault.Invalid, "account.short", "Choose a password of 12 to 128 characters.")
	ErrPasswordKnown = fault.New(fault.Invalid, "account.password_known", "This password is on the lists that thieves try first. Choose another one.")
	ErrTermsFirst    = fault.New(fault.Invalid, "account.terms_first", "Read the terms and tick the box to accept them.")
	ErrNoPassword    = fault.New(fault.Invalid, "account.no_password", "Choose a password. The practice asks for one.")
	ErrDevice        = fault.New(fault.Forbidden, "account.device", "This link was opened on another device before. Enter the code that was sent to you.")
	ErrInactive      = fault.New(fault.Forbidden, "account.inactive", "The practice has closed this portal. Ask them if you still need it.")
	ErrSessionGone   = fault.New(fault.NotFound, "account.session_gone", "This session has ended already. Reload the page to see those that are left.")
	ErrPresent       = fault.New(fault.Invalid, "account.present_password", "This is not your present password. Type it again.")
	ErrSame          = fault.New(fault.Invalid, "account.same_password", "The new password is the present one. Choose another.")
	ErrWhich         = fault.New(fault.Conflict, "account.which", "Several people sign in with this address. Choose who you are and type the password again.")
	ErrUnknown       = fault.New(fault.NotFound, "account.unknown", "There is no such person in this practice.")
)

// CanonicalEmail is the one way an address is written (rule 3), or address.ErrInvalid.
func CanonicalEmail(text string) (string, error) {
	a, err := address.Parse(text)
	if err != nil {
		return "", err
	}
	return strings.ToLower(a), nil
}

// CheckName refuses an empty name, one of more than 100 characters and one with control characters.
func CheckName(name string) error {
	n := utf8.RuneCountInString(name)
	if strings.TrimSpace(name) == "" || n > 100 || !utf8.ValidString(name) || strings.IndexFunc(name, unicode.IsControl) >= 0 {
		return ErrName
	}
	return nil
}

// CheckPassword applies rules 1 and 2. own are words about the person: address, name, practice.
func CheckPassword(password string, own ...string) error {
	if n := utf8.RuneCountInString(password); n < PasswordMin || n > PasswordMax || !utf8.ValidString(password) {
		return ErrPassword
	}
	rest := letters(password)
	for _, word := range slices.Concat(wellKnown, ownWords(own)) {
		rest = strings.ReplaceAll(rest, word, "")
	}
	if distinct(rest) < 5 {
		return ErrPasswordWeak
	}
	return nil
}

// wellKnown are what nearly all guessed passwords are built of.
var wellKnown = []string{
	"password", "passwort", "passw0rd", "letmein", "welcome", "iloveyou", "qwertyuiop", "qwerty", "asdfghjkl", "asdf", "zxcvbnm",
	"1234567890", "0123456789", "123456789", "12345678", "1234567", "123456", "12345", "1234", "123", "abcdefgh", "abc", "admin", "accountant",
	"changeme", "secret", "portico", "spring", "summer", "autumn", "winter", "monday", "friday", "login", "master", "dragon", "football", "monkey",
	"2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027",
}

// ownWords are the words of at least four letters in texts.
func ownWords(texts []string) (words []string) {
	for _, t := range texts {
		for _, w := range strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) >= 4 {
				words = append(words, w)
			}
		}
	}
	return words
}

func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

func distinct(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}

// Throttle says how wrong tries are slowed down for one key (rule 4): Free tries cost nothing, the next one costs a
// second, and each further one twice as much up to Most. What lies longer back than Forget doesn't count.
type Throttle struct {
	Free   int
	Most   time.Duration
	Forget time.Duration
}

// The throttles. Most is short, so that a stranger who keeps trying can't keep the owner out for long; a device that
// signed in before isn't counted with strangers at all.
var (
	PerAccount = Throttle{Free: 5, Most: 30 * time.Second, Forget: time.Hour}
	PerNetwork = Throttle{Free: 20, Most: time.Minute, Forget: time.Hour}
)

// Delay is how long the try after the nth wrong one waits.
func (t Throttle) Delay(n int) time.Duration {
	if n < t.Free {
		return 0
	}
	return min(t.Most, time.Second<<min(n-t.Free, 20))
}
