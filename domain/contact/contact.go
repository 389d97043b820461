// Package contact decides what the practice keeps of a person.
//
//  1. A contact is added once. Adding invites nobody (S5.4), and needs no client (S3.9).
//  2. A contact has a given name, a family name or an address; each name has at most 100 letters. To be invited they
//     need a given name and an address as well (S5.i2).
//  3. An address is one that can be sent to; two people may have the same (S3.i11). A telephone number is written with
//     its country, +44 20 7946 0958, and kept without spaces.
//  4. A language is a tag like “de” or “pt-BR”, a zone an IANA name; without them the practice's hold.
//     The person may choose both for themselves.
//  5. Once somebody has accepted an invitation their address is theirs: only they change it, having proved it at both
//     ends (S3.i12). Everything else the practice may correct at any time.
//  6. It is kept who of the practice added somebody: as long as they belong to no client, of those who are limited to
//     their own clients that one alone sees them.
package contact

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxName is the longest given or family name, in letters.
const MaxName = 100

// What can be wrong with a contact.
var (
	ErrNotFound = fault.New(fault.NotFound, "contact.not_found", "This person is unknown. Look in the list of contacts.")
	ErrName     = fault.New(fault.Invalid, "contact.name", "Enter the person's first name, up to 100 letters.")
	ErrFamily   = fault.New(fault.Invalid, "contact.family", "The family name may have up to 100 letters.")
	ErrPhone    = fault.New(fault.Invalid, "contact.phone", "Enter the number with its country, like +44 20 7946 0958.")
	ErrLanguage = fault.New(fault.Invalid, "contact.language", "Choose a language from the list.")
	ErrZone     = fault.New(fault.Invalid, "contact.zone", "Choose a time zone by its IANA name, like Europe/London.")
	ErrTheirs   = fault.New(fault.Conflict, "contact.address_theirs",
		"This person has accepted their invitation, so only they can change the address. They do it in their portal's settings.")
)

// Contact is the state of one person. The zero value has not been added.
type Contact struct {
	added   bool
	by      uuid.UUID
	details Details
}

// Apply assigns what e says.
func (c Contact) Apply(e Event) Contact {
	switch e := e.(type) {
	case Added:
		c.added, c.by, c.details = true, e.By, e.Details
	case Changed:
		c.details = e.Details
	}
	return c
}

// AddedBy is who of the practice added the person (rule 6); zero: nobody of them, or nobody knows.
func (c Contact) AddedBy() uuid.UUID { return c.by }

// Entry is what a practitioner types of a person. All but one of the names or the address may be empty.
type Entry struct {
	Given, Family string
	Email         string
	Phone         string
	Language      string
	Zone          string // one that the caller could load
}

// Add makes the person known (rules 1 to 4); by is who of the practice does it. Adding again changes nothing, so that a form sent twice is one person.
// It refuses with ErrName, ErrFamily, ErrPhone, ErrLanguage, ErrZone, address.ErrInvalid.
func (c Contact) Add(id, by uuid.UUID, entry Entry) ([]Event, error) {
	if c.added {
		return nil, nil
	}
	details, err := check(id, entry)
	if err != nil {
		return nil, err
	}
	return []Event{Added{By: by, Details: details}}, nil
}

// Change states anew what is known of the person (rules 2 to 5). accepted says that they have accepted an invitation.
// What stands so already is no event. It refuses with ErrNotFound, ErrTheirs, and as Add does.
func (c Contact) Change(id uuid.UUID, entry Entry, accepted bool) ([]Event, error) {
	if !c.added {
		return nil, ErrNotFound
	}
	details, err := check(id, entry)
	switch {
	case err != nil:
		return nil, err
	case accepted && details.Email.Text != c.details.Email.Text:
		return nil, ErrTheirs
	case details == c.details:
		return nil, nil
	}
	return []Event{Changed{Details: details}}, nil
}

// Merge is Change with whatever entry leaves empty as it was. It refuses as Change does.
func (c Contact) Merge(id uuid.UUID, entry Entry, accepted bool) ([]Event, error) {
	d := c.details
	return c.Change(id, Entry{
		Given: cmp.Or(strings.TrimSpace(entry.Given), d.Given.Text), Family: cmp.Or(strings.TrimSpace(entry.Family), d.Family.Text),
		Email: cmp.Or(strings.TrimSpace(entry.Email), d.Email.Text), Phone: cmp.Or(strings.TrimSpace(entry.Phone), d.Phone.Text),
		Language: cmp.Or(entry.Language, d.Language), Zone: cmp.Or(entry.Zone, d.Zone),
	}, accepted)
}

// Move gives the person the address that they have proved to be theirs (rule 5). It refuses with ErrNotFound,
// address.ErrInvalid.
func (c Contact) Move(id uuid.UUID, email string) ([]Event, error) {
	if !c.added {
		return nil, ErrNotFound
	}
	email, err := address.Parse(email)
	if err != nil {
		return nil, err
	}
	details := c.details
	details.Email = event.Of(id, email)
	if details == c.details {
		return nil, nil
	}
	return []Event{Changed{Details: details}}, nil
}

// Prefer states the language and the zone that the person has chosen for themselves (rule 4); nil leaves what is. What
// stands so already is no event. It refuses with ErrNotFound, ErrLanguage, ErrZone.
func (c Contact) Prefer(language, zone *string) ([]Event, error) {
	if !c.added {
		return nil, ErrNotFound
	}
	details := c.details
	if language != nil {
		details.Language = *language
	}
	if zone != nil {
		details.Zone = *zone
	}
	switch {
	case details.Language != "" && !tag(details.Language):
		return nil, ErrLanguage
	case details.Zone == "Local":
		return nil, ErrZone
	case details == c.details:
		return nil, nil
	}
	return []Event{Changed{Details: details}}, nil
}

func check(id uuid.UUID, e Entry) (d Details, err error) {
	given, family, email := strings.TrimSpace(e.Given), strings.TrimSpace(e.Family), strings.TrimSpace(e.Email)
	switch {
	case given == "" && family == "" && email == "", !printable(given):
		return d, ErrName
	case !printable(family):
		return d, ErrFamily
	}
	if email != "" {
		if email, err = address.Parse(email); err != nil {
			return d, err
		}
	}
	phone, err := Number(e.Phone)
	if err != nil {
		return d, err
	}
	if e.Language != "" && !tag(e.Language) {
		return d, ErrLanguage
	}
	if e.Zone == "Local" {
		return d, ErrZone
	}
	return Details{
		Given: event.Of(id, given), Family: event.Of(id, family), Email: event.Of(id, email), Phone: event.Of(id, phone),
		Language: e.Language, Zone: e.Zone,
	}, nil
}

func printable(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= MaxName && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// Number is a telephone number in the form of E.164, "+442079460958", from how people write it; "" for nothing. Without
// its country it is ErrPhone, because nobody can tell where it rings (rule 3).
func Number(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r == '+':
			return r
		case strings.ContainsRune(" -./()\u00a0\u2009\u202f\u2010\u2011\u2013", r):
			return -1
		}
		return 'x'
	}, strings.Replace(text, "(0)", "", 1)) // +44 (0)20 is written for those who call from inside and outside
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		digits = "+" + rest
	}
	number, ok := strings.CutPrefix(digits, "+")
	if !ok || len(number) < 7 || len(number) > 15 || number[0] == '0' || strings.ContainsAny(number, "+x") {
		return "", ErrPhone
	}
	return "+" + number, nil
}

// tag tells whether text has the shape of a language tag: letters, then parts of letters and digits.
func tag(text string) bool {
	for i, part := range strings.Split(text, "-") {
		if len(part) < 2 || len(part) > 8 || i == 0 && len(part) > 3 {
			return false
		}
		for _, r := range part {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
	}
	return true
}
