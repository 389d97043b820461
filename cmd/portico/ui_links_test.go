package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	mailadapter "portico/adapters/mail"
	clientapp "portico/app/client"
	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/ports/web/uitest"

	"github.com/google/uuid"
)

// sentLink is a link whose mail has been read.
type sentLink struct {
	id     uuid.UUID
	client uuid.UUID
	person string // the client, and the first recipient
	path   string // /u/…
}

// send issues a link to one person, who is a new client, and reads its mail.
func (p *portal) send(t *testing.T, pr practice, person string) sentLink {
	t.Helper()
	return p.sendAgo(t, pr, person, 0, 14)
}

// sendAgo is send as of some time ago, for days from then.
func (p *portal) sendAgo(t *testing.T, pr practice, person string, ago time.Duration, days int) sentLink {
	t.Helper()
	ctx := t.Context()
	l := sentLink{id: newID(t), client: newID(t), person: person}
	email := strings.ToLower(strings.ReplaceAll(person, " ", ".")) + "@example.org"
	if _, err := p.house.clients.Create(ctx, clientapp.Create{By: pr.by(), ID: l.client, Name: person, Email: email, Sort: client.Person}); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	links := linkapp.Commands{Events: earlier{p.house.store, ago}, Policies: p.house.firmList}
	if _, err := links.Issue(ctx, linkapp.Issue{
		By: pr.by(), ID: l.id, Client: l.client, Recipients: []linkapp.NewRecipient{{Name: person, Email: email}},
		ExpiresOn: time.Now().Add(-ago).AddDate(0, 0, days), Zone: zone,
	}); err != nil {
		t.Fatal(err)
	}
	l.path = p.mailed(t, email)
	return l
}

var uploadPath = regexp.MustCompile(`/u/[A-Za-z0-9_-]+`)

// letters are the mails to an address, newest first.
func (p *portal) letters(t *testing.T, to string) (found []mailadapter.Letter) {
	t.Helper()
	all, err := p.mails.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if strings.Contains(l.To, to) {
			read, err := p.mails.Read(l.ID)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, read)
		}
	}
	return found
}

// mailed waits for a mail with a link and returns the link's path. Where there are several it is the newest.
func (p *portal) mailed(t *testing.T, to string) (path string) {
	t.Helper()
	eventually(t, "a mail to "+to, func() bool {
		for _, l := range p.letters(t, to) {
			if path = uploadPath.FindString(l.Text); path != "" {
				return true
			}
		}
		return false
	})
	return path
}

// events counts what the link's history holds.
func (p *portal) events(t *testing.T, link uuid.UUID) (n int) {
	t.Helper()
	if err := p.house.db.Work.QueryRow(t.Context(), `SELECT count(*) FROM es.events WHERE stream_id = $1`, link).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits until a state is there that no page shows.
func eventually(t *testing.T, what string, there func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if there() {
			return
		}
	}
	t.Fatalf("%s: not there after a minute", what)
}

// enter opens a mailed link and presses the button of its first page.
func (p *portal) enter(page *uitest.Page, l sentLink) {
	page.Visit(p.base + l.path)
	page.Click("button", "Continue to upload files")
	page.WaitFor("button", "Add a file")
	knowsList(page)
}

// knowsList waits until the upload page has asked the server for its list. What the server has drawn is there earlier, and
// until then its links lead to pages, as without script.
func knowsList(page *uitest.Page) {
	page.Until("the upload page knows its list", func() string {
		if uitest.Eval[bool](page, `!!document.querySelector("upload-desk")?.page`) {
			return ""
		}
		return "it has none yet"
	})
}

// file writes a file for a test to send and returns its path.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// long is text of so many bytes.
func long(bytesLong int) []byte {
	line := []byte("Date;Payee;Amount;Balance;Reference of the bookkeeper\n")
	return bytes.Repeat(line, bytesLong/len(line)+1)[:bytesLong]
}

// arrived waits until the practice can download the file, and returns its name and bytes.
func (p *portal) arrived(t *testing.T, page *uitest.Page, name string) []byte {
	t.Helper()
	page.Visit(p.base + "/inbox")
	page.WaitFor("link", "Download "+name)
	got, content := page.Download(func() { page.Click("link", "Download "+name) })
	if got != name {
		t.Errorf("the browser saves %q as %q", name, got)
	}
	return content
}

// state is the upload page for programs.
func (p *portal) state(t *testing.T, l sentLink) uploadPage {
	t.Helper()
	_, raw := program{t: t}.ask(http.MethodGet, p.base+l.path, http.StatusOK, nil, "Accept", "application/json")
	return read[uploadPage](t, raw)
}

type uploadPage struct {
	Batch *struct {
		State       string
		RemainingMS int64 `json:"remaining_ms"`
	}
	Files []struct{ ID, Name, State string }
}

func (u uploadPage) String() string { return fmt.Sprintf("%+v %+v", u.Batch, u.Files) }
