package main

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/adapters/postgres/pgtest"
	smsadapter "portico/adapters/sms"
	accountapp "portico/app/account"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/account"
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
	walks := map[string]func(*testing.T, *portal){
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
		"a mail in dev":                                   pressed,
		"by keyboard alone":                               keyboard,
		"a practitioner's mistakes in a form":             mistakes,
		"one person, two devices, another password":       ownSessions,
		"a passkey, an app, a device that is trusted":     secondFactor,
		"a passkey in place of a password":                passkeyInstead,
		"a client in the portal":                          clientsPortal,
		"somebody of the practice looks into a portal":    lookingIn,
		"a contact, a code by mail":                       codeByMail,
		"whatever is typed stays text":                    hostile,
		"a practice's own settings":                       ownSettings,
		"a practice's own look":                           ownLook,
		"message templates":                               templates,
		"every page, at every size, light and dark":       looks,
		"what the practice sees while files are arriving": arriving,
	}
	maps.Copy(walks, deskWalks)
	maps.Copy(walks, receiptWalks)
	maps.Copy(walks, withdrawWalks)
	maps.Copy(walks, linkWalks)
	for name, walk := range walks {
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
	config config // its keys
	keys   keys
	log    *journal
	mails  mailadapter.Files
	scan   scanning // none, unless a test sets it
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

func openPortal(t *testing.T, settings ...func(*portal)) *portal {
	t.Helper()
	p := &portal{db: pgtest.Lists(t), folder: t.TempDir(), log: &journal{}}
	c := config{MasterKey: hidden(freshKey()), LinkKeys: hidden("1:" + freshKey()), ReceiptKeys: hidden(freshReceiptKey())}
	k, mistakes := c.readKeys()
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	p.config, p.keys, p.mails = c, k, mailadapter.Files{Dir: filepath.Join(p.folder, "mail")}
	for _, set := range settings {
		set(p)
	}
	one := p.node(t, "127.0.0.1:0")
	p.base, p.house = one.base, one.house
	t.Cleanup(func() {
		if told := p.log.String(); strings.Contains(told, "level=ERROR") {
			t.Errorf("the portal's log:\n%s", told)
		}
	})
	p.calm = p.found(t, "Harbour & Finch", "mary@harbour.example", "Mary O’Neill", "Europe/London")
	p.brisk = p.found(t, "Quick & Sons", "sam@quick.example", "Sam Quick", "Europe/Berlin")
	r, err := p.house.firms.SetUploadPolicy(t.Context(), firmapp.SetUploadPolicy{
		By: p.brisk.by(), ID: p.brisk.id, Channel: firm.LinkChannel, Policy: firm.Policy{Window: brief, Deliver: firm.After},
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "pages that know both practices", func() bool {
		ok, err := p.house.linkList.Wait(t.Context(), r.Position)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	})
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
	// Hashing at its full cost is a second of work under the race detector, and tests sign in side by side; TestDev does
	// it at that cost.
	*h.account.Hasher = *accountapp.NewHasher(accountapp.Cost{Memory: 64, Time: 1, Threads: 1})
	texts := smsadapter.Files{Dir: filepath.Join(p.folder, "sms")}
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
			mails: mailbox{p.mails, texts}, texts: texts, trusted: []netip.Prefix{}, callable: ownMachine, scan: p.scan, grace: 100 * time.Millisecond, ready: func() { close(ready) },
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
