package uploadlink

import (
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/filename"

	"github.com/google/uuid"
)

// How much a link holds (rules 1, 2).
const (
	MaxRecipients = 20
	MaxLife       = 366 * 24 * time.Hour
	MaxMessage    = 5_000 // letters
	MaxWanted     = 50    // lines of what the practice would like to have
	MaxWantedLine = 200   // letters
	MaxPerson     = 200   // letters of a recipient's name
)

// What can be wrong with a link that is to be sent.
var (
	ErrRecipients = fault.New(fault.Invalid, "uploadlink.recipients",
		"Name 1 to 20 people with different e-mail addresses.")
	ErrRecipientUnknown = fault.New(fault.NotFound, "uploadlink.recipient_not_found",
		"This person is no recipient of the link. Reload the page to see who is.")
	ErrText = fault.New(fault.Invalid, "uploadlink.text",
		"This text is too long. Shorten it.")
	ErrExpiry = fault.New(fault.Invalid, "uploadlink.expiry",
		"A link expires at the end of a day from today on, within a year. Choose another day.")
	ErrNotLater = fault.New(fault.Invalid, "uploadlink.not_later",
		"The new day must be later than the present one. To end a link sooner, revoke it.")
)

// Issuing is what a practitioner enters for a new link.
type Issuing struct {
	Link       uuid.UUID
	Client     uuid.UUID // zero: for nobody's client
	Sender     uuid.UUID // staff
	Recipients []Addressee
	Message    string
	Wanted     []string
	ExpiresAt  time.Time // from day.End
	Zone       string    // IANA, printed beside the date
}

// Addressee is one person who gets a secret. Name may be empty.
type Addressee struct {
	ID          uuid.UUID
	Name, Email string
}

// Issue opens the link (rules 1, 2). Issuing it again changes nothing, so that a form sent twice is one link. It refuses
// with ErrRecipients, address.ErrInvalid, ErrText, ErrExpiry.
func (l Link) Issue(i Issuing, now time.Time) ([]Event, error) {
	if l.subject != uuid.Nil {
		return nil, nil
	}
	recipients, err := addressed(i.Recipients)
	if err != nil {
		return nil, err
	}
	if err := checkExpiry(i.ExpiresAt, now); err != nil {
		return nil, err
	}
	subject := i.Client
	if subject == uuid.Nil {
		subject = i.Link
	}
	message := strings.TrimSpace(valid(i.Message))
	if n := utf8.RuneCountInString(message); n > MaxMessage {
		return nil, ErrText.Withf("The message has %d letters; at most %d fit. Shorten it.", n, MaxMessage)
	}
	wanted, err := wantedLines(subject, i.Wanted)
	if err != nil {
		return nil, err
	}
	return []Event{Issued{
		Client: i.Client, Subject: subject, Sender: i.Sender, Recipients: recipients,
		Message: event.Of(subject, message), Wanted: wanted, ExpiresAt: i.ExpiresAt, Zone: i.Zone,
	}}, nil
}

func addressed(people []Addressee) ([]Recipient, error) {
	if len(people) == 0 || len(people) > MaxRecipients {
		return nil, ErrRecipients.Withf("Name 1 to %d people; these are %d.", MaxRecipients, len(people))
	}
	seen := map[string]bool{}
	var recipients []Recipient
	for _, p := range people {
		r, err := p.recipient()
		if err != nil {
			return nil, err
		}
		if key := strings.ToLower(r.Email.Text); seen[key] {
			return nil, ErrRecipients.Withf("The address %s is there twice. Each person needs an address of their own.", r.Email.Text)
		} else {
			seen[key] = true
		}
		recipients = append(recipients, r)
	}
	return recipients, nil
}

func (a Addressee) recipient() (Recipient, error) {
	email, err := address.Parse(a.Email)
	if err != nil {
		return Recipient{}, err
	}
	name := oneLine(a.Name)
	if n := utf8.RuneCountInString(name); n > MaxPerson {
		return Recipient{}, ErrText.Withf("A name has %d letters; at most %d fit. Shorten it.", n, MaxPerson)
	}
	return Recipient{ID: a.ID, Name: event.Of(a.ID, name), Email: event.Of(a.ID, email)}, nil
}

func wantedLines(subject uuid.UUID, lines []string) ([]event.Personal, error) {
	var wanted []event.Personal
	for _, line := range lines {
		line = oneLine(line)
		if line == "" {
			continue
		}
		if n := utf8.RuneCountInString(line); n > MaxWantedLine {
			return nil, ErrText.Withf("A line of what you would like to have has %d letters; at most %d fit. Shorten it.", n, MaxWantedLine)
		}
		wanted = append(wanted, event.Of(subject, line))
	}
	if len(wanted) > MaxWanted {
		return nil, ErrText.Withf("You ask for %d things; at most %d fit on one link. Use a second link.", len(wanted), MaxWanted)
	}
	return wanted, nil
}

func checkExpiry(at, now time.Time) error {
	if !at.After(now) || at.Sub(now) > MaxLife {
		return ErrExpiry
	}
	return nil
}

// oneLine is text without control characters, trimmed.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if filename.Hidden(r) {
			return ' '
		}
		return r
	}, valid(text)))
}

func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// about is text about subject, at most limit bytes of it.
func about(subject uuid.UUID, text string, limit int) event.Personal {
	if len(text) > limit {
		text = text[:limit]
	}
	return event.Of(subject, strings.ToValidUTF8(text, ""))
}
