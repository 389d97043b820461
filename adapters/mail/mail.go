// Package mail composes Portico's mails and hands them over: to a mail server by SMTP, or to a folder as .eml files.
package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/app/notify"

	gomail "github.com/wneessen/go-mail"
)

// Mail is one mail to one person, and a copy of it.
type Mail struct {
	ID      string // letters, digits, dots, hyphens; stable over tries: the Message-ID and the file's name
	At      time.Time
	From    notify.Person
	To      notify.Person
	Cc      notify.Person // zero: nobody
	ReplyTo notify.Person // zero: From
	Subject string
	Text    string
	HTML    string
}

// ErrMail says that a mail can't be sent as it is: an address or a name that could be read as something else.
var ErrMail = errors.New("this mail can't be written")

// Transport takes a mail off our hands. An error means that the mail can't be written; what a server says is an outcome.
type Transport interface {
	Send(ctx context.Context, m Mail) (notify.Outcome, error)
}

// write puts the mail on w as RFC 5322, with a text and an HTML part of equal content. Errors: ErrMail, or w's.
func (m Mail) write(w io.Writer) error {
	msg, err := m.message()
	if err != nil {
		return err
	}
	_, err = msg.WriteTo(w)
	return err
}

var idShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$`)

// message checks every value that reaches a header: what is on more than one line or needs quotes to be an address is
// refused, whatever the library would make of it.
func (m Mail) message() (*gomail.Msg, error) {
	if !idShape.MatchString(m.ID) {
		return nil, fmt.Errorf("%w: its id", ErrMail)
	}
	if !oneLine(m.Subject) || m.Subject == "" {
		return nil, fmt.Errorf("%w: its subject", ErrMail)
	}
	from, err := address("sender", m.From)
	if err != nil {
		return nil, err
	}
	to, err := address("recipient", m.To)
	if err != nil {
		return nil, err
	}
	// No boundary is set: the library draws a new one each time, so that nothing in a body can imitate it.
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	if m.Cc != (notify.Person{}) {
		cc, err := address("copy", m.Cc)
		if err != nil {
			return nil, err
		}
		msg.CcMailAddress(cc)
	}
	if m.ReplyTo != (notify.Person{}) {
		reply, err := address("reply address", m.ReplyTo)
		if err != nil {
			return nil, err
		}
		msg.ReplyToMailAddress(reply)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetMessageIDWithValue(m.ID + "@" + domain)
	msg.SetDateWithValue(m.At)
	msg.Subject(m.Subject)
	// Answering machines should leave this mail alone (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if plain(m.Text) {
		msg.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(m.Text, "\n", "\r\n"), gomail.WithPartEncoding(gomail.NoEncoding))
	} else {
		msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	}
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}

// plain says that a text can travel as it is: ASCII without carriage returns, in lines that every server takes (RFC 5322,
// 2.1.1). Then its link stands whole on its line, where quoted-printable would break it for whoever reads the source.
func plain(text string) bool {
	for line := range strings.Lines(text) {
		if len(line) > 900 {
			return false
		}
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf || r == '\r' || r == 0 })
}

// address refuses quoted local parts and everything else that net/mail had to unwrap. The error names no address:
// it may reach a log.
func address(whose string, p notify.Person) (*mail.Address, error) {
	a, err := mail.ParseAddress(p.Email)
	if err != nil || a.Name != "" || a.Address != p.Email || len(p.Email) > 254 || strings.ContainsAny(p.Email, "\"\\<>(),;: \t") || !oneLine(p.Email) {
		return nil, fmt.Errorf("%w: the address of its %s", ErrMail, whose)
	}
	if !oneLine(p.Name) {
		return nil, fmt.Errorf("%w: the name of its %s", ErrMail, whose)
	}
	return &mail.Address{Name: p.Name, Address: p.Email}, nil
}

// oneLine tells whether text can stand in a header: valid UTF-8 without control characters and line separators.
func oneLine(text string) bool {
	return utf8.ValidString(text) && len(text) <= 500 && strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}) < 0
}
