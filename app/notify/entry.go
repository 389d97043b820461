package notify

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/account"
)

// The kinds of effects about how a contact signs in. Their words are stored.
const (
	PasswordResetMail   = "mail.password_reset"   // args: Generation
	AddressOldMail      = "mail.address_old"      // args: Generation; to the present address
	AddressNewMail      = "mail.address_new"      // args: Generation; to the one that is wished for
	NewDeviceMail       = "mail.new_device"       // args: Version
	PasswordChangedMail = "mail.password_changed" // args: Version
)

// Entry is a mail about how a contact signs in: with a button that acts, or with news that they should know of.
type Entry struct {
	ID       string // stable over tries
	At       time.Time
	Kind     string
	To       Person
	Practice Person
	Sender   string // the name that mails come in; empty: the practice's
	Language string // BCP 47
	URL      string // of the button; where it acts it opens an account: never logged
	From     string // of a change of address: the present one
	Wanted   string // and the one that is wished for
	Device   string // "Firefox on Windows"
	Address  string // network address
	When     time.Time
	Until    time.Time // when the button stops to work; zero: never
	Zone     string    // IANA
}

// sendEntry mails one button while it is the newest of its kind and still works, or one piece of news (rule 14).
func (s Sender) sendEntry(ctx context.Context, e es.Effect) (Outcome, error) {
	a, version, now, err := es.State[account.Account, account.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	if version == 0 {
		return withdrawn("there is no such account")
	}
	person := account.PersonOf(e.Stream.ID)
	to, err := s.Contact(ctx, e.Firm, person)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the contact: %w", err)
	}
	m := Entry{ID: fmt.Sprintf("%s.%s.%d", dashed(e.Kind), e.Stream.ID, e.Args.Generation+e.Args.Version), Kind: e.Kind, At: now, To: Person{Name: to.Name, Email: to.Email}}
	token := secret.AccountToken{Person: person, Generation: e.Args.Generation}
	switch e.Kind {
	case PasswordResetMail:
		if a.MayReset(e.Args.Generation, now) != nil {
			return withdrawn("the link was used, replaced, or is too old")
		}
		m.URL, m.Until = s.BaseURL+"/portal/reset/"+s.Keys.PasswordReset(token).Reveal(), a.ResetUntil()
	case AddressOldMail, AddressNewMail:
		wanted, _, _, err := a.Move(e.Args.Generation, now)
		if err != nil {
			return withdrawn("the change was made, called off, replaced, or is too old")
		}
		m.URL = s.BaseURL + "/portal/address/" + s.Keys.AddressChange(token, e.Kind == AddressNewMail).Reveal()
		m.From, m.Wanted, m.Until = to.Email, wanted.Text, a.MoveUntil()
		if e.Kind == AddressNewMail {
			m.To.Email = wanted.Text
		}
	default:
		if why, err := s.news(ctx, e, &m); err != nil || why != "" {
			return Outcome{Status: Withdrawn, Detail: why}, err
		}
		m.URL = s.BaseURL + "/portal/settings/devices"
	}
	if m.To.Email == "" {
		return withdrawn("the contact has no address, or was erased")
	}
	return s.mailEntry(ctx, e, m, to.Language)
}

func (s Sender) mailEntry(ctx context.Context, e es.Effect, m Entry, language string) (Outcome, error) {
	house, err := s.House(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find how the practice writes: %w", err)
	}
	if m.Practice, err = s.Practice(ctx, e.Firm); err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m.Sender, m.Language, m.Zone = house.Sender, cmp.Or(language, house.Language), house.Zone
	return s.Mailer.Entry(ctx, m)
}

// news fills in what a notice tells of, or says why there is none. The first sign-in of all is no news: the person has just
// chosen their password there.
func (s Sender) news(ctx context.Context, e es.Effect, m *Entry) (none string, err error) {
	earlier := false
	for r, err := range s.Events.Load(ctx, e.Firm, e.Stream, 0) {
		if err != nil {
			return "", fmt.Errorf("read %s: %w", e.Stream, err)
		}
		in, signedIn := r.Event.(account.SignedIn)
		if r.Version < e.Args.Version {
			earlier = earlier || signedIn
			continue
		}
		if signedIn && e.Kind == NewDeviceMail {
			if !earlier {
				return "it is the first device", nil
			}
			m.Device, m.Address, m.When = in.Agent.Text, in.From.Text, in.At
			return "", nil
		}
		if set, ok := r.Event.(account.PasswordSet); ok && e.Kind == PasswordChangedMail {
			m.When = set.At
			return "", nil
		}
		break
	}
	return "there is no such event", nil
}

func dashed(kind string) string {
	out := []rune{}
	for _, c := range kind[len("mail."):] {
		if c == '_' {
			c = '-'
		}
		out = append(out, c)
	}
	return string(out)
}
