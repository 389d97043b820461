package invite

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// How much an invitation holds.
const (
	MaxSendings = 1_000
	MaxLife     = 366 * 24 * time.Hour // of one sending
	MaxHold     = time.Hour
	MaxMessage  = 5_000 // letters
	MaxReason   = 1_000 // letters
)

// What can be wrong with an invitation that is to be sent.
var (
	ErrName = fault.New(fault.Invalid, "invite.name",
		"This person has no first name yet, which the invitation greets them with. Add it, then send.")
	ErrNoEmail = fault.New(fault.Invalid, "invite.no_email",
		"This person has no e-mail address. Add one, or invite by text message.")
	ErrNoPhone = fault.New(fault.Invalid, "invite.no_phone",
		"This person has no mobile number. Add one, or invite by e-mail.")
	ErrUnreachable = fault.New(fault.Invalid, "invite.unreachable",
		"This person has neither an e-mail address nor a mobile number. Add one of them, then send.")
	ErrChannels = fault.New(fault.Invalid, "invite.channels",
		"Choose how the invitation goes: “email”, “text”, “both”, or “none” for now.")
	ErrAccess = fault.New(fault.Invalid, "invite.access",
		"Choose how the person comes in: with an “account” or by the “link” alone.")
	ErrMessage = fault.New(fault.Invalid, "invite.message",
		"This message is too long. Shorten it.")
	ErrDueOn = fault.New(fault.Invalid, "invite.due_on",
		"The due date is a day of the calendar, like 2026-05-12.")
	ErrExpiry = fault.New(fault.Invalid, "invite.expiry",
		"An invitation expires at the end of a day from today on, within a year. Choose another day.")
	ErrHold = fault.New(fault.Invalid, "invite.hold",
		"An invitation is held back for an hour at most, and leaves before it expires.")
	ErrIn = fault.New(fault.Conflict, "invite.in",
		"This person has accepted already and can sign in. There is nothing to send. Did they forget the password? The sign-in page has a link for that.")
	ErrInactive = fault.New(fault.Conflict, "invite.inactive",
		"This client is archived, and nobody enters the portal through an archived client. Restore the client, then invite.")
	ErrTooManySendings = fault.New(fault.TooMany, "invite.too_many_sendings",
		"This person has been invited 1,000 times. Add them as a new contact.")
	ErrNeverSent = fault.New(fault.Conflict, "invite.never_sent",
		"This person has not been invited yet, so there is nothing to send again. Invite them first.")
)

// Person is whom a sending goes to, as the practice knows them at that moment. Any text may be empty.
type Person struct {
	Contact uuid.UUID
	Given   string // "Ingrid": mails greet with it
	Name    string // "Ingrid Solberg"
	Email   string
	Phone   string // E.164
}

// Sending is what a practitioner chooses for one sending.
type Sending struct {
	To        Person
	Client    uuid.UUID // whose portal it is about; zero: somebody who is no client (S3.9)
	Inactive  bool      // the client is archived, or all that the contact belongs to are
	Sender    uuid.UUID // staff, in whose name it goes; zero: the practice's
	Channels  Channels
	Message   string // may be empty
	Access    Access
	DueOn     string    // "2026-05-12", or empty
	Bundle    uuid.UUID // of requests; zero: none
	Job       uuid.UUID // in bulk; zero: one by one
	Again     bool      // in bulk: who has an invitation that waits for an answer gets another one
	ExpiresAt time.Time // the end of a day
	Zone      string    // IANA, printed beside the date
	HoldUntil time.Time // zero: it leaves at once
}

// Send invites (rules 1 to 5, 9, 12, 16, 17). It refuses with ErrInactive, ErrName, ErrNoEmail, ErrNoPhone, ErrUnreachable,
// ErrChannels, ErrAccess, ErrMessage, ErrDueOn, ErrExpiry, ErrHold, ErrIn, ErrTooManySendings; in bulk also with ErrWaits,
// ErrCameBack, ErrShut. Without a mail it refuses with ErrIn and ErrWaits who has been mailed one.
func (i Invite) Send(s Sending, now time.Time) ([]Event, error) {
	i, due := i.ahead(now)
	if s.Job != uuid.Nil {
		if slices.Contains(i.jobs, s.Job) {
			return nil, nil
		}
		if err := i.passes(s.To, s.Again); err != nil {
			return nil, err
		}
	}
	if s.Inactive {
		return nil, ErrInactive
	}
	message, err := s.check(now)
	if err != nil {
		return nil, err
	}
	if s.Channels == ByNone { // it would end what has been mailed, and nothing would take its place
		switch {
		case i.in != "":
			return nil, ErrIn
		case i.pending() != nil:
			return nil, ErrWaits
		}
	}
	of := func(text string) event.Personal { return event.Of(s.To.Contact, text) }
	if i.in == ByAccount {
		if s.Client == uuid.Nil || slices.Contains(i.told, s.Client) {
			return nil, ErrIn
		}
		return append(due, Told{
			Client: s.Client, Sender: s.Sender, Name: of(s.To.Name), Email: s.To.at(s.To.Email), Phone: s.To.at(s.To.Phone), Message: of(message), Job: s.Job, At: now,
		}), nil
	}
	if len(i.sendings) >= MaxSendings {
		return nil, ErrTooManySendings
	}
	if !s.HoldUntil.After(now) || s.Channels == ByNone {
		s.HoldUntil = time.Time{}
	}
	return append(due, Sent{
		Nth: len(i.sendings) + 1, Contact: s.To.Contact, Client: s.Client, Sender: s.Sender,
		Name: of(s.To.Name), Email: s.To.at(s.To.Email), Phone: s.To.at(s.To.Phone),
		Channels: s.Channels, Message: of(message), Access: s.Access, DueOn: s.DueOn, Bundle: s.Bundle, Job: s.Job,
		ExpiresAt: s.ExpiresAt, Zone: s.Zone, HoldUntil: s.HoldUntil, At: now,
	}), nil
}

// Client is whose portal the sending that stands is about, which Resend sends again; zero: nobody's, or there is none.
func (i Invite) Client() uuid.UUID {
	if s := i.nth(i.current()); s != nil {
		return s.client
	}
	return uuid.Nil
}

// Resend is Send with what the sending before said, to where the contact is now (rule 3). What was given without a mail is
// mailed (rule 16). inactive is as in Sending. It
// refuses like Send, and with ErrNeverSent.
func (i Invite) Resend(to Person, sender uuid.UUID, inactive bool, expiresAt time.Time, zone string, now time.Time) ([]Event, error) {
	last := i.nth(i.current())
	if last == nil {
		return nil, ErrNeverSent
	}
	channels := last.channels
	if channels == ByNone {
		channels = ByEmail
	}
	s := Sending{
		To: to, Client: last.client, Inactive: inactive, Sender: sender, Channels: channels, Message: last.message, Access: last.access, DueOn: last.dueOn,
		Bundle: last.bundle, ExpiresAt: expiresAt, Zone: zone,
	}
	return i.Send(s, now)
}

// check refuses what no invite can be sent with, and returns the message as it is kept.
func (s Sending) check(now time.Time) (message string, err error) {
	if err := s.To.Reachable(s.Channels); err != nil {
		return "", err
	}
	if s.Access != ByAccount && s.Access != ByLink {
		return "", ErrAccess
	}
	message = manyLines(s.Message)
	if n := utf8.RuneCountInString(message); n > MaxMessage {
		return "", ErrMessage.Withf("The message has %d letters; at most %d fit. Shorten it.", n, MaxMessage)
	}
	if s.DueOn != "" {
		if day, err := time.Parse(time.DateOnly, s.DueOn); err != nil || day.Year() < 2000 || day.Year() > 9999 {
			return "", ErrDueOn
		}
	}
	switch {
	case !s.ExpiresAt.After(now), s.ExpiresAt.Sub(now) > MaxLife, s.Zone == "":
		return "", ErrExpiry
	case s.HoldUntil.Sub(now) > MaxHold, !s.HoldUntil.Before(s.ExpiresAt):
		return "", ErrHold
	}
	return message, nil
}

// Reachable tells whether an invitation on these channels can go to p (rule 2): nil, or ErrName, ErrNoEmail, ErrNoPhone,
// ErrUnreachable, ErrChannels. Pages say it beside a control that is off (S5.i2).
func (p Person) Reachable(channels Channels) error {
	switch {
	case channels != ByEmail && channels != ByText && channels != ByBoth && channels != ByNone:
		return ErrChannels
	case channels.carries(Email) && channels != ByBoth && p.Email == "":
		return ErrNoEmail
	case channels == ByText && p.Phone == "":
		return ErrNoPhone
	case p.Email == "" && p.Phone == "":
		return ErrUnreachable
	case strings.TrimSpace(p.Given) == "":
		return ErrName
	}
	return nil
}

// at is an address or number of p. Where there is none it is about nobody, so that whoever can't read it still knows.
func (p Person) at(text string) event.Personal {
	if text == "" {
		return event.Personal{}
	}
	return event.Of(p.Contact, text)
}

// Uses tells that a sending on c goes by the channel, if there is an address for it.
func (c Channels) Uses(channel Channel) bool {
	return c == ByBoth || c == ByEmail && channel == Email || c == ByText && channel == Text
}

// carries tells besides that the channel is the one on which a secret goes that was given without a mail (rule 16).
func (c Channels) carries(channel Channel) bool {
	return c.Uses(channel) || c == ByNone && channel == Email
}

// manyLines is text without characters that don't show but for line ends and tabs, trimmed.
func manyLines(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, text))
}
