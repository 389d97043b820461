package mail

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/notify"

	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func link() notify.UploadLink {
	london, _ := time.LoadLocation("Europe/London")
	return notify.UploadLink{
		ID: "upload-link.1.2.1", At: noon,
		To:        notify.Person{Name: "Ingrid Solberg", Email: "ingrid@solberg.example"},
		Sender:    notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice:  notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		Message:   "The year end is near.\r\nPlease send <the bank statements> & payslips.\n\nThank you!",
		Wanted:    []string{"Bank statements", "P60"},
		URL:       "https://portal.example/u/AbC_-123",
		ExpiresAt: time.Date(2026, 12, 5, 0, 0, 0, 0, london), Zone: "Europe/London",
	}
}

func notice() notify.BatchNotice {
	return notify.BatchNotice{
		ID: "batch-notice.7", At: noon,
		To:       notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		From:     notify.Person{Name: "Ingrid Solberg", Email: "ingrid@solberg.example"},
		Files: []notify.File{
			{Name: "statement <1>.pdf", Size: 482113}, {Name: "Lønslip\u202e.xlsx", Size: 999}, {Name: "scan.zip", Size: 5368002597, Late: true},
		},
		URL: "https://portal.example/inbox",
	}
}

// caught is the last mail that went to it.
type caught struct{ Mail }

func (c *caught) Send(_ context.Context, m Mail) (notify.Outcome, error) {
	c.Mail = m
	_, err := m.message()
	return notify.Outcome{Status: notify.HandedOver}, err
}

func mailer(t *testing.T, to Transport) *Mailer {
	t.Helper()
	m, err := NewMailer(to, "portal@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; if that is meant, run with -update and read the difference. Got:\n%s", name, got)
	}
}

// S1.9, S1.10, S1.i22.
func TestUploadLinkMail(t *testing.T) {
	var c caught
	if _, err := mailer(t, &c).UploadLink(t.Context(), link()); err != nil {
		t.Fatal(err)
	}
	golden(t, "upload_link.html", c.HTML)
	golden(t, "upload_link.txt", c.Text)
	day := "This link expires on Friday 4 December 2026, end of day, UK time (Europe/London)"
	button := strings.Index(c.HTML, ">Upload Files</a>")
	if beneath := strings.Index(c.HTML, "<em>"+day+"</em>"); button < 0 || beneath < button {
		t.Error("the day of expiry must stand in italics beneath the button Upload Files")
	}
	if !strings.Contains(c.Text, "\n"+link().URL+"\n") || !strings.Contains(c.Text, day) {
		t.Error("the text part needs the link on its own line, and the day")
	}
	if strings.Contains(c.Subject, "Ingrid") || strings.Contains(c.HTML, "<img") || strings.Contains(c.HTML, "<the bank") {
		t.Error("no client in the subject, no images, no markup from what people type")
	}
	if c.ReplyTo != link().Sender {
		t.Error("an answer goes to the sender")
	}
}

// U2: a practice whose window is 0 promises no time to rename or delete, in either part.
func TestUploadLinkMailWithoutAWindow(t *testing.T) {
	var c caught
	l := link()
	l.Wording.Final = true
	if _, err := mailer(t, &c).UploadLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	golden(t, "upload_link_final.html", c.HTML)
	golden(t, "upload_link_final.txt", c.Text)
	for _, part := range []string{c.HTML, c.Text} {
		if strings.Contains(part, "short time") || strings.Contains(part, "delete") || !strings.Contains(part, "Until the link expires you can open it again") {
			t.Errorf("it promises what the practice doesn't give:\n%s", part)
		}
	}
}

// Where who sent a link has left, the practice asks in its own name, and it is said once.
func TestUploadLinkMailOfThePracticeItself(t *testing.T) {
	var c caught
	l := link()
	l.Sender = l.Practice
	if _, err := mailer(t, &c).UploadLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if c.From.Name != "Harbour & Finch" || c.ReplyTo != l.Practice || !strings.HasPrefix(c.Text, "Harbour & Finch asks you for files.") ||
		!strings.Contains(c.HTML, ">Harbour &amp; Finch asks you for files<") {
		t.Errorf("from %q:\n%s", c.From.Name, c.Text)
	}
}

// S1.9: the button has the practice's own words where it has some, as text whatever they are, in both parts.
func TestUploadLinkMailInThePracticesOwnWords(t *testing.T) {
	var c caught
	l := link()
	l.Wording.Button = "Send <b>papers</b> & photos"
	if _, err := mailer(t, &c).UploadLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(c.HTML, ">Send &lt;b&gt;papers&lt;/b&gt; &amp; photos</a>") || !strings.Contains(c.Text, "\nSend <b>papers</b> & photos (") {
		t.Errorf("its own words are missing in:\n%s\n%s", c.HTML, c.Text)
	}
	if strings.Contains(c.HTML+c.Text, "Upload Files") {
		t.Error("the product's words are there as well")
	}
}

func request() notify.NewLinkRequest {
	return notify.NewLinkRequest{
		ID: "new-link-request.1.2.3", At: noon,
		To:       notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		From:     notify.Person{Name: "Ingrid Solberg", Email: "ingrid@solberg.example"},
		AskedAt:  noon.Add(-time.Minute), Note: "I was away.\nMay I send <the rest>?",
		URL: "https://portal.example/upload-links/0197f000", Zone: "Europe/London",
	}
}

// S1.i21.
func TestNewLinkRequestMail(t *testing.T) {
	var c caught
	if _, err := mailer(t, &c).NewLinkRequest(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	golden(t, "new_link_request.html", c.HTML)
	golden(t, "new_link_request.txt", c.Text)
	if c.To != request().To || c.Cc != request().Practice || c.ReplyTo != request().From {
		t.Errorf("it goes to %v and %v, answers to %v", c.To, c.Cc, c.ReplyTo)
	}
	if strings.Contains(c.Subject, "Ingrid") || strings.Contains(c.HTML, "<the rest>") {
		t.Error("no client in the subject, no markup from what people type")
	}
	message, err := c.message()
	if err != nil {
		t.Fatal(err)
	}
	if all, err := message.GetRecipients(); err != nil || len(all) != 2 {
		t.Errorf("the server is told of %v, %v; want both addresses", all, err)
	}

	t.Run("a sole practitioner gets one", func(t *testing.T) {
		n := request()
		n.To.Email = n.Practice.Email
		if _, err := mailer(t, &c).NewLinkRequest(t.Context(), n); err != nil || c.Cc != (notify.Person{}) {
			t.Errorf("%v, a copy to %v", err, c.Cc)
		}
	})
	t.Run("a revoked link can't be renewed, and the mail doesn't say so", func(t *testing.T) {
		n := request()
		n.Revoked = true
		if _, err := mailer(t, &c).NewLinkRequest(t.Context(), n); err != nil || strings.Contains(c.Text+c.HTML, "30 days") || !strings.Contains(c.Text, "make a new one") {
			t.Errorf("%v: %s", err, c.Text)
		}
	})
	t.Run("of somebody who was erased", func(t *testing.T) {
		n := request()
		n.From, n.Note = notify.Person{}, ""
		if _, err := mailer(t, &c).NewLinkRequest(t.Context(), n); err != nil || !strings.Contains(c.Text, "Somebody has an upload link") {
			t.Errorf("%v: %s", err, c.Text)
		}
	})
}

// S1.i8.
func TestBatchNotice(t *testing.T) {
	var c caught
	if _, err := mailer(t, &c).BatchNotice(t.Context(), notice()); err != nil {
		t.Fatal(err)
	}
	golden(t, "batch_notice.html", c.HTML)
	golden(t, "batch_notice.txt", c.Text)
	for _, part := range []string{c.HTML, c.Text} {
		for _, want := range []string{"Lønslip.xlsx", "scan.zip", notice().URL, "482 KB", "5.37 GB", "999 bytes"} {
			if !strings.Contains(part, want) {
				t.Errorf("%q is missing in:\n%s", want, part)
			}
		}
	}
	if c.Subject != "3 files have arrived" {
		t.Errorf("subject %q", c.Subject)
	}
}

func infected() notify.Infected {
	return notify.Infected{
		ID: "infected.9", At: noon, To: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		From:     notify.Person{Name: "Ingrid Solberg", Email: "ingrid@solberg.example"},
		File:     notify.File{Name: "Lønslip\u202e<1>.xlsx", Size: 482113}, Finding: "Win.Test.EICAR_HDB-1", FileID: uuid.UUID{15: 9},
	}
}

// U8: the practice and who sent the file are told of a virus.
func TestInfected(t *testing.T) {
	var c caught
	m := mailer(t, &c)
	for name, send := range map[string]func(context.Context, notify.Infected) (notify.Outcome, error){"infected": m.Infected, "not_sent": m.NotSent, "held": m.Held} {
		if _, err := send(t.Context(), infected()); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".html", c.HTML)
		golden(t, name+".txt", c.Text)
		for _, part := range []string{c.HTML, c.Text} {
			named := strings.Contains(part, "Lønslip") && strings.Contains(part, "482 KB")
			if !strings.Contains(part, "Win.Test.EICAR_HDB-1") || named != (name != "held") || strings.Contains(part, "\u202e") {
				t.Errorf("%s:\n%s", name, part)
			}
		}
		if strings.Contains(c.HTML, "<1>") || strings.Contains(c.Subject, "Ingrid") || strings.Contains(c.Subject, "Lønslip") {
			t.Errorf("%s: markup from a name, or a name in the subject %q", name, c.Subject)
		}
	}
}

// U8: what could not be scanned says so.
func TestUnscannedNotice(t *testing.T) {
	var c caught
	n := notice()
	n.Files = []notify.File{{Name: "film.mov", Size: 3_000_000_000, Unscanned: true}, {Name: "a.pdf", Size: 1}}
	if _, err := mailer(t, &c).BatchNotice(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{c.HTML, c.Text} {
		if strings.Count(part, "(3.00 GB, not checked for viruses)") != 1 || strings.Count(part, "not checked") != 1 {
			t.Errorf("the mark is missing, or at the wrong file:\n%s", part)
		}
	}
}

func TestFiles(t *testing.T) {
	f := Files{Dir: filepath.Join(t.TempDir(), "mail")}
	if all, err := f.List(); len(all) != 0 || err != nil {
		t.Errorf("a folder that isn't there: %v, %v", all, err)
	}
	m := mailer(t, f)
	for range 2 { // a second try is the same file
		if o, err := m.UploadLink(t.Context(), link()); o.Status != notify.HandedOver || err != nil {
			t.Fatal(o, err)
		}
	}
	n := notice()
	n.At = noon.Add(time.Minute)
	if _, err := m.BatchNotice(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	all, err := f.List()
	if err != nil || len(all) != 2 || all[0].ID != n.ID || all[1].Subject != "Mary O’Neill asks you for files" {
		t.Fatalf("list, newest first: %+v, %v", all, err)
	}
	l, err := f.Read(link().ID)
	if err != nil {
		t.Fatal(err)
	}
	var c caught
	if _, err := mailer(t, &c).UploadLink(t.Context(), link()); err != nil {
		t.Fatal(err)
	}
	if l.Text != c.Text || l.HTML != c.HTML || !l.Date.Equal(noon) || l.To != `"Ingrid Solberg" <ingrid@solberg.example>` {
		t.Errorf("what is read isn't what was written: %+v", l)
	}
	for _, id := range []string{"nobody", "../mail/" + link().ID, "..", "a/b", ""} {
		if _, err := f.Read(id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Read(%q): %v", id, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(f.Dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// T25: what could be read as another header or another address is refused, not repaired.
func TestInjectionIsRefused(t *testing.T) {
	good := Mail{
		ID: "a.1", At: noon, From: notify.Person{Name: "A", Email: "a@example.com"}, To: notify.Person{Name: "B", Email: "b@example.com"},
		Subject: "Hello", Text: "x", HTML: "<p>x</p>",
	}
	if _, err := good.message(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Mail){
		"line in subject":            func(m *Mail) { m.Subject = "x\r\nBcc: c@example.com" },
		"separator in subject":       func(m *Mail) { m.Subject = "x\u2028y" },
		"no subject":                 func(m *Mail) { m.Subject = "" },
		"line in sender's name":      func(m *Mail) { m.From.Name = "x\nBcc: c@example.com" },
		"line in recipient's name":   func(m *Mail) { m.To.Name = "x\rBcc: c@example.com" },
		"line in reply name":         func(m *Mail) { m.ReplyTo = notify.Person{Name: "\x00", Email: "c@example.com"} },
		"line in address":            func(m *Mail) { m.To.Email = "b@example.com\r\nBcc: c@example.com" },
		"two addresses":              func(m *Mail) { m.To.Email = "b@example.com, c@example.com" },
		"name in address":            func(m *Mail) { m.To.Email = "B <b@example.com>" },
		"quoted local part":          func(m *Mail) { m.To.Email = `"b c"@example.com` },
		"quoted part with recipient": func(m *Mail) { m.To.Email = `"b@evil.example> SIZE=1"@example.com` },
		"empty address":              func(m *Mail) { m.To.Email = "" },
		"no UTF-8":                   func(m *Mail) { m.To.Name = "\xff" },
		"path as id":                 func(m *Mail) { m.ID = "../x" },
		"line in id":                 func(m *Mail) { m.ID = "x\r\nBcc: c" },
	} {
		m := good
		spoil(&m)
		if err := m.write(&bytes.Buffer{}); !errors.Is(err, ErrMail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever is typed, a written mail has the headers that were meant and no other, and comes back as it was.
func FuzzMail(f *testing.F) {
	f.Add("Mary", "mary@harbour.example", "Hello", "body\n.\nQUIT\r\n", "<p>ø</p>")
	f.Add("M\r\nBcc: x", `"a b"@example.com`, "=?utf-8?q?x?=", "--boundary", "")
	f.Fuzz(func(t *testing.T, name, to, subject, text, html string) {
		m := Mail{
			ID: "a.1", At: noon, From: notify.Person{Name: name, Email: "a@example.com"}, To: notify.Person{Name: name, Email: to},
			Subject: subject, Text: text, HTML: html,
		}
		var b bytes.Buffer
		if err := m.write(&b); err != nil {
			return
		}
		msg, err := netmail.ReadMessage(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for header, values := range msg.Header {
			if len(values) != 1 || !slices.Contains([]string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}, header) {
				t.Errorf("header %s: %q", header, values)
			}
		}
		if list, err := netmail.ParseAddressList(msg.Header.Get("To")); err != nil || len(list) != 1 || list[0].Address != to {
			t.Errorf("to %v, %v", list, err)
		}
		if _, err := parse(bytes.NewReader(b.Bytes())); err != nil {
			t.Error(err)
		}
	})
}

// The address of an upload link stands whole in the source of a mail, as long as its text is plain; in other texts it is
// whole once the part is decoded.
func TestLinkStandsWholeInTheSource(t *testing.T) {
	url := "https://portal.example/u/" + strings.Repeat("Ab-_9", 20)
	m := Mail{
		ID: "upload-link.1", At: noon, From: notify.Person{Email: "portal@portal.example"}, To: notify.Person{Email: "ann@example.org"},
		Subject: "Hello", HTML: "<p>x</p>",
	}
	m.Text = "Upload files here:\n\n" + url + "\n\nHarbour & Vale\n"
	msg, err := m.message()
	if err != nil {
		t.Fatal(err)
	}
	var source bytes.Buffer
	if _, err := msg.WriteTo(&source); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(source.String(), "\r\n"+url+"\r\n") {
		t.Errorf("the link is broken in\n%s", &source)
	}
	for _, odd := range []string{"é", "a\rb", strings.Repeat("x", 901)} {
		if plain(odd) {
			t.Errorf("%.10q… cannot travel as it is", odd)
		}
	}
}
