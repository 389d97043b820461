package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/adapters/postgres/pgtest"
	accountapp "portico/app/account"
	clientapp "portico/app/client"
	"portico/app/es"
	firmapp "portico/app/firm"
	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/ports/web/uitest"

	"github.com/google/uuid"
)

// TestPages uses the product as people do, in Chromium, over the whole house on a database of its own. Each case opens
// pages of its own and fails over anything that they complain of.
func TestPages(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	for name, walk := range map[string]func(*testing.T, *portal){
		"from sign-in to download":                        mainJob,
		"files are dropped, folders refused":              dropping,
		"refused before a byte travels":                   refusedEarly,
		"refused by the server":                           refusedLate,
		"the connection goes and comes back":              offline,
		"the page is reloaded half-way":                   reloaded,
		"the server is restarted half-way":                restarted,
		"paused, continued, cancelled":                    paused,
		"sent before the time is over":                    sendEarly,
		"two devices, one countdown":                      twoDevices,
		"another day":                                     anotherDay,
		"expired":                                         expired,
		"revoked under an upload":                         revokedMidway,
		"a newer mail was sent":                           replaced,
		"without script":                                  withoutScript,
		"by keyboard alone":                               keyboard,
		"a practitioner's mistakes in a form":             mistakes,
		"every page, at every size, light and dark":       looks,
		"what the practice sees while files are arriving": arriving,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walk(t, p)
		})
	}
}

// portal is the whole house as serve runs it, with its mails as files.
type portal struct {
	base   string
	db     string
	folder string
	keys   keys
	log    *journal
	mails  mailadapter.Files
	house  *house
	calm   practice // has the window that practices have at first: ten minutes
	brisk  practice // has a short one
}

// brief is the correction window of the practice that a test can wait for.
const brief = 12 * time.Second

// practice is one practice with one person in it.
type practice struct {
	id       uuid.UUID
	firm     int32
	name     string
	staff    uuid.UUID
	email    string
	password string
	session  string // a cookie's value
}

func openPortal(t *testing.T) *portal {
	t.Helper()
	p := &portal{db: pgtest.DB(t), folder: t.TempDir(), log: &journal{}}
	c := config{MasterKey: hidden(freshKey()), LinkKeys: hidden("1:" + freshKey())}
	k, mistakes := c.readKeys()
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	p.keys, p.mails = k, mailadapter.Files{Dir: filepath.Join(p.folder, "mail")}
	one := p.node(t, "127.0.0.1:0")
	p.base, p.house = one.base, one.house
	t.Cleanup(func() {
		if told := p.log.String(); strings.Contains(told, "level=ERROR") {
			t.Errorf("the portal's log:\n%s", told)
		}
	})
	p.calm = p.found(t, "Harbour & Finch", "mary@harbour.example", "Mary O’Neill", "Europe/London")
	p.brisk = p.found(t, "Quick & Sons", "sam@quick.example", "Sam Quick", "Europe/Berlin")
	_, err := p.house.firms.SetUploadPolicy(t.Context(), firmapp.SetUploadPolicy{
		By: p.brisk.by(), ID: p.brisk.id, Channel: firm.LinkChannel, Policy: firm.Policy{Window: brief, Deliver: firm.After},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// journal is a log that several write.
type journal struct {
	sync.Mutex
	b bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.Lock()
	defer j.Unlock()
	return j.b.Write(b)
}

func (j *journal) String() string {
	j.Lock()
	defer j.Unlock()
	return j.b.String()
}

// node is one process of several, as far as one process can play it.
type node struct {
	base  string
	house *house
	line  *line
	stop  func()
}

// line is a listener whose connections can be cut, as a train does that enters a tunnel.
type line struct {
	net.Listener
	mu   sync.Mutex
	dead bool
	open []net.Conn
}

func (l *line) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		dead := l.dead
		if !dead {
			l.open = append(l.open, c)
		}
		l.mu.Unlock()
		if !dead {
			return c, nil
		}
		c.Close()
	}
}

func (l *line) cut(dead bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead = dead; !dead {
		return
	}
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}

// node serves on the address until the test ends or stop is called.
func (p *portal) node(t *testing.T, address string) *node {
	t.Helper()
	tcp, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	listener := &line{Listener: tcp}
	h, err := build(t.Context(), p.keys, p.db, slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	n := &node{base: "http://" + listener.Addr().String(), house: h, line: listener}
	base := p.base
	if base == "" {
		base = n.base
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- h.serve(ctx, site{
			listener: listener, baseURL: base, files: filepath.Join(p.folder, "files"), transport: p.mails, mailFrom: "portal@harbour.example",
			mails: mailbox{p.mails}, trusted: []netip.Prefix{}, grace: 100 * time.Millisecond, ready: func() { close(ready) },
		})
	}()
	n.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !strings.Contains(err.Error(), "deadline exceeded") {
			t.Errorf("serve: %v", err)
		}
		h.close()
	})
	t.Cleanup(n.stop)
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("serve ended: %v", err)
	}
	return n
}

// found opens a practice and lets its first person in.
func (p *portal) found(t *testing.T, name, email, person, zone string) practice {
	t.Helper()
	ctx := t.Context()
	pr := practice{id: newID(t), staff: newID(t), name: name, email: email, password: "a horse eats staples daily"}
	no, err := p.house.db.NumberFirm(ctx, pr.id)
	if err != nil {
		t.Fatal(err)
	}
	pr.firm = no
	if _, err := p.house.firms.Found(ctx, firmapp.Found{
		By: es.By{Firm: no, Actor: event.Actor{Kind: event.Operator}}, ID: pr.id, Name: name, Email: "office@" + strings.Split(email, "@")[1], Zone: zone,
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.house.account.AddStaff(ctx, accountapp.AddStaff{
		ID: pr.staff, Firm: no, Email: email, Name: person, Role: account.Admin, Password: pr.password,
	}); err != nil {
		t.Fatal(err)
	}
	in, err := p.house.account.SignIn(ctx, accountapp.SignIn{Email: email, Password: pr.password, Address: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	pr.session = string(in.Session)
	return pr
}

func (pr practice) by() es.By {
	return es.By{Firm: pr.firm, Actor: event.Actor{Kind: event.Staff, ID: pr.staff}}
}

func newID(t *testing.T) uuid.UUID {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// staffPage is a page on which the practice's person is signed in.
func (p *portal) staffPage(t *testing.T, pr practice, settings ...uitest.Setting) *uitest.Page {
	t.Helper()
	page := uitest.Open(t, settings...)
	page.Cookie(p.base, strings.TrimPrefix(accountapp.SessionCookie, "__Host-"), pr.session)
	return page
}

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
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if there() {
			return
		}
	}
	t.Fatalf("%s: not there after 30 seconds", what)
}

// enter opens a mailed link and presses the button of its first page.
func (p *portal) enter(page *uitest.Page, l sentLink) {
	page.Visit(p.base + l.path)
	page.Click("button", "Continue to upload files")
	page.WaitFor("button", "Add a file")
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
