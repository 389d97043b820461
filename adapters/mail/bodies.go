package mail

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"unicode"

	"portico/app/es"
	"portico/app/notify"
	"portico/domain/firm"
)

//go:embed bodies
var bodies embed.FS

// Mailer writes Portico's mails and hands them to Transport. It is notify.Mailer.
type Mailer struct {
	Transport Transport
	From      string // the address that mails come from; the name beside it is the sender's or the practice's

	html *htmltemplate.Template
	text *texttemplate.Template
}

var _ notify.Mailer = (*Mailer)(nil)

// NewMailer reads the bodies of all mails; a broken one fails here and not when somebody waits for it.
func NewMailer(transport Transport, from string) (*Mailer, error) {
	m := &Mailer{Transport: transport, From: from}
	var err error
	funcs := htmltemplate.FuncMap{"heading": func(language, title string) heading { return heading{language, title} }}
	if m.html, err = htmltemplate.New("").Funcs(funcs).Option("missingkey=error").ParseFS(bodies, "bodies/*.html"); err != nil {
		return nil, fmt.Errorf("read the mails' HTML: %w", err)
	}
	// The text part is no HTML: nothing in it is interpreted, so text/template is the right one here.
	if m.text, err = texttemplate.New("").Option("missingkey=error").ParseFS(bodies, "bodies/*.txt"); err != nil {
		return nil, fmt.Errorf("read the mails' text: %w", err)
	}
	return m, nil
}

// heading is what the top of a mail's HTML says of it.
type heading struct{ Language, Title string }

// uploadLinkBody is what bodies/upload_link.* show.
type uploadLinkBody struct {
	notify.UploadLink
	Paragraphs   []string // of the sender's own words
	Day, DayZone string
	Button       string
	Asker        string // "Mary O’Neill of Harbour & Finch"
}

// UploadLink is notify.Mailer: the mail with the button (S1.9) and the day beneath it (S1.10).
func (m *Mailer) UploadLink(ctx context.Context, l notify.UploadLink) (notify.Outcome, error) {
	b := uploadLinkBody{UploadLink: l, Paragraphs: paragraphs(l.Message), Button: cmp.Or(visible(l.Wording.Button), firm.DefaultButton)}
	b.Day, b.DayZone = notify.LastDay(l.ExpiresAt, l.Zone)
	b.Asker = l.Practice.Name
	if l.Sender != l.Practice {
		b.Asker = fmt.Sprintf("%s of %s", l.Sender.Name, l.Practice.Name)
	}
	return m.send(ctx, "upload_link", b, Mail{
		ID: l.ID, At: l.At, To: l.To, ReplyTo: cmp.Or(l.ReplyTo, l.Sender),
		From:    notify.Person{Name: inTheNameOf(l.Sender, l.Practice), Email: m.From},
		Subject: fmt.Sprintf("%s asks you for files", l.Sender.Name),
	})
}

// inTheNameOf is the name beside the address that mails come from: the sender and the practice, or the practice alone
// where it stands for a sender who has left.
func inTheNameOf(sender, practice notify.Person) string {
	if sender == practice {
		return practice.Name
	}
	return fmt.Sprintf("%s, %s", sender.Name, practice.Name)
}

// batchNoticeBody is what bodies/batch_notice.* show.
type batchNoticeBody struct {
	notify.BatchNotice
	Title string
	Lines []fileLine
}

type fileLine struct{ Name, Note string }

// BatchNotice is notify.Mailer: one mail a batch, naming all of its files (S1.i8).
func (m *Mailer) BatchNotice(ctx context.Context, n notify.BatchNotice) (notify.Outcome, error) {
	b := batchNoticeBody{BatchNotice: n, Title: "A file has arrived"}
	if len(n.Files) > 1 {
		b.Title = fmt.Sprintf("%d files have arrived", len(n.Files))
	}
	for _, f := range n.Files {
		note := size(f.Size)
		if f.Late {
			note += ", arrived after the link expired, started before"
		}
		if f.Unscanned {
			note += ", not checked for viruses"
		}
		b.Lines = append(b.Lines, fileLine{Name: visible(f.Name), Note: note})
	}
	return m.send(ctx, "batch_notice", b, Mail{
		ID: n.ID, At: n.At, To: n.To,
		From:    notify.Person{Name: n.Practice.Name, Email: m.From},
		Subject: b.Title,
	})
}

// newLinkRequestBody is what bodies/new_link_request.* show.
type newLinkRequestBody struct {
	notify.NewLinkRequest
	Title      string
	Who        string   // name and address, as far as they are known
	Paragraphs []string // of the note
	Asked      string   // "Saturday 21 November 2026, 12:00"
	AskedZone  string
}

// NewLinkRequest is notify.Mailer: one mail to the sender of the link, and a copy to the practice's own address (S1.i21).
// An answer goes to who asks.
func (m *Mailer) NewLinkRequest(ctx context.Context, n notify.NewLinkRequest) (notify.Outcome, error) {
	b := newLinkRequestBody{NewLinkRequest: n, Title: "Somebody asks for a new upload link", Who: "Somebody", Paragraphs: paragraphs(n.Note)}
	b.Asked, b.AskedZone = notify.Moment(n.AskedAt, n.Zone)
	switch name := visible(n.From.Name); {
	case name != "" && n.From.Email != "":
		b.Who = fmt.Sprintf("%s (%s)", name, n.From.Email)
	case n.From.Email != "":
		b.Who = n.From.Email
	}
	mail := Mail{ID: n.ID, At: n.At, To: n.To, ReplyTo: n.From, From: notify.Person{Name: n.Practice.Name, Email: m.From}, Subject: b.Title}
	if n.From.Email == "" { // they were erased meanwhile
		mail.ReplyTo = notify.Person{}
	}
	if !strings.EqualFold(n.Practice.Email, n.To.Email) {
		mail.Cc = n.Practice
	}
	return m.send(ctx, "new_link_request", b, mail)
}

// unwritable is the status of a mail that we refuse ourselves: "bad destination mailbox address syntax" (RFC 3463).
const unwritable = "5.1.3"

func (m *Mailer) send(ctx context.Context, name string, body any, mail Mail) (notify.Outcome, error) {
	var html, text bytes.Buffer
	if err := m.html.ExecuteTemplate(&html, name+".html", body); err != nil {
		return notify.Outcome{}, fmt.Errorf("write the HTML of a mail: %w", err)
	}
	if err := m.text.ExecuteTemplate(&text, name+".txt", body); err != nil {
		return notify.Outcome{}, fmt.Errorf("write the text of a mail: %w", err)
	}
	mail.HTML, mail.Text = html.String(), text.String()
	o, err := m.Transport.Send(ctx, mail)
	o.IDs = es.Handed{mail.ID}
	if errors.Is(err, ErrMail) { // no later try can mend it: the same as a server that refuses
		return notify.Outcome{Status: notify.Refused, Code: unwritable, Detail: err.Error(), IDs: o.IDs}, nil
	}
	return o, err
}

// paragraphs are the lines of what somebody typed, without empty ones and without characters that change how the rest reads.
func paragraphs(message string) (all []string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(message, "\r\n", "\n"), "\n") {
		if line = strings.TrimSpace(visible(line)); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// visible drops control and bidi characters.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text)
}

// size is "3.4 MB", in the thousands that people know from their own folders, and in the words of the pages.
func size(bytes int64) string {
	const k = 1000
	switch {
	case bytes == 1:
		return "1 byte"
	case bytes < k:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 999_500:
		return fmt.Sprintf("%.0f KB", float64(bytes)/k)
	case bytes < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(bytes)/k/k)
	default:
		return fmt.Sprintf("%.2f GB", float64(bytes)/k/k/k)
	}
}
