package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
	"portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/invitejob"
	domainaccount "portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"
	jobdomain "portico/domain/invitejob"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
)

// BenchmarkBulk invites PORTICO_BENCH_PEOPLE people at once, 5,000 by default, through a mail server that refuses 2 % of
// them and stalls for 5 s at each 500th mail, while the product, a process of its own, is killed twice and somebody reads the
// list of clients. Each person must have been mailed one invitation, by its Message-ID, or be listed with a reason.
func BenchmarkBulk(b *testing.B) {
	people := 5_000
	if text := os.Getenv("PORTICO_BENCH_PEOPLE"); text != "" {
		var err error
		if people, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	h, _, server := benchHouse(b)
	by := invitable(b, h, people)
	post := &strictPost{mails: map[string]map[string]int{}}
	node := &mortal{b: b, env: post.serve(b, server)}
	node.start()
	b.Cleanup(node.kill)
	staff := browser(b, node.base, "a@bench.example", benchPassword)
	for b.Loop() {
		job := uuid.Must(uuid.NewV7())
		d, err := h.jobs.Prepare(b.Context(), invitejob.Prepare{By: by, ID: job, Words: "all", Settings: invitejob.Settings{
			Channels: invite.ByEmail, Access: invite.ByAccount, ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: "Europe/London", Again: true,
		}})
		if err != nil || d.People < people*9/10 {
			b.Fatal(d.People, err)
		}
		began := time.Now()
		if _, err := h.jobs.Start(b.Context(), by, job, 0); err != nil {
			b.Fatal(err)
		}
		reading, stop := context.WithCancel(b.Context())
		read := readClients(reading, staff, node.base)
		kills, created := 0, time.Duration(0)
		for {
			p, err := h.jobs.Look(b.Context(), by.Firm, job)
			if err != nil {
				b.Fatal(err)
			}
			if done := p.People - p.Tally.Waiting; kills < 2 && done > (kills+1)*p.People/3 {
				node.kill()
				node.start()
				kills++
			}
			if created == 0 && p.State == jobdomain.Done {
				created = time.Since(began)
			}
			if p.State == jobdomain.Done && p.Tally.HandedOver+p.Tally.Bounced >= p.Tally.Sent {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		took := time.Since(began)
		stop()
		pages := <-read
		slices.Sort(pages)
		again := post.judge(b, h, by.Firm, job)
		b.ReportMetric(float64(d.People)/created.Seconds(), "created/s")
		b.ReportMetric(float64(d.People)/took.Seconds(), "mailed/s")
		b.ReportMetric(float64(again), "again-same-id")
		b.ReportMetric(pages[len(pages)*95/100].Seconds()*1e3, "clients-p95-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// invitable founds a practice with so many clients of one person each.
func invitable(b *testing.B, h *house, people int) es.By {
	b.Helper()
	ctx := b.Context()
	no, err := h.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		b.Fatal(err)
	}
	by := es.By{Firm: no, Actor: event.Actor{Kind: event.Staff, ID: demoID(1)}}
	if _, err := h.firms.Found(ctx, firmapp.Found{By: by, ID: demoID(0), Name: "Bench", Email: "a@bench.example", Zone: "Europe/London"}); err != nil {
		b.Fatal(err)
	}
	if err := h.account.AddStaff(ctx, account.AddStaff{ID: demoID(1), Firm: no, Email: "a@bench.example", Name: "Ann Bench", Role: domainaccount.Admin, Password: benchPassword}); err != nil {
		b.Fatal(err)
	}
	storm(b, people, 32, func(ctx context.Context, i int) error {
		of, who := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		if _, err := h.clients.Create(ctx, clientapp.Create{By: by, ID: of, Name: fmt.Sprintf("Client %05d", i), Sort: client.Company}); err != nil {
			return err
		}
		if _, err := h.contacts.Add(ctx, contactapp.Add{By: by, ID: who, Details: contact.Entry{Given: "Ida", Email: fmt.Sprintf("p%d@people.example", i)}}); err != nil {
			return err
		}
		_, err := h.clients.LinkContact(ctx, clientapp.LinkContact{By: by, Client: of, Contact: who, Rights: []client.Right{client.Files}})
		return err
	})
	return by
}

// readClients reads the list of clients until ctx ends, and says how long each answer took. Nobody answers while the
// product is dead.
func readClients(ctx context.Context, staff *http.Client, base string) <-chan []time.Duration {
	out := make(chan []time.Duration, 1)
	go func() {
		took := []time.Duration{0}
		for ctx.Err() == nil {
			began := time.Now()
			if err := fetch(ctx, staff, base+"/clients", "Client ", 50); err == nil {
				took = append(took, time.Since(began))
			}
			time.Sleep(20 * time.Millisecond)
		}
		out <- took
	}()
	return out
}

// mortal is the product as a process that is killed and started again at the same address.
type mortal struct {
	b    *testing.B
	env  []string
	base string
	cmd  *exec.Cmd
}

func (m *mortal) start() {
	m.b.Helper()
	m.cmd = exec.Command(os.Args[0], "serve")
	m.cmd.Env, m.cmd.Stderr = environ(m.env...), os.Stderr
	for _, v := range m.env {
		if base, ok := bytes.CutPrefix([]byte(v), []byte("PORTICO_BASE_URL=")); ok {
			m.base = string(base)
		}
	}
	if err := m.cmd.Start(); err != nil {
		m.b.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(m.base + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
	}
	m.b.Fatal("serve does not get ready")
}

func (m *mortal) kill() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait() // it was killed
}

// strictPost is a mail server that refuses some and is slow at times. It keeps who was mailed what.
type strictPost struct {
	sync.Mutex
	mails map[string]map[string]int // recipient, Message-ID: how often
	taken int
}

// serve begins to take mails and returns the product's environment.
func (p *strictPost) serve(b *testing.B, server *pgtest.Server) []string {
	b.Helper()
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	mails, post, free := smtp.NewServer(p), listen(), listen()
	go func() { _ = mails.Serve(post) }() // ends with Close
	b.Cleanup(func() { mails.Close() })
	address := free.Addr().String()
	free.Close()
	key := func(of byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{of}, 32)) }
	return []string{
		"DATABASE_URL=" + server.URL(), "PORTICO_DATA=" + b.TempDir(), "PORTICO_BASE_URL=http://" + address, "PORTICO_LISTEN=" + address,
		"PORTICO_MASTER_KEY=" + key(1), "PORTICO_LINK_KEYS=1:" + key(2), "PORTICO_RECEIPT_KEYS=" + freshReceiptKey(), "PORTICO_LOG_LEVEL=error",
		"PORTICO_MAIL_FROM=bench@bench.example", "PORTICO_SMTP_HOST=127.0.0.1", "PORTICO_SMTP_PORT=" + strconv.Itoa(post.Addr().(*net.TCPAddr).Port),
		"PORTICO_SMTP_ENCRYPTION=none",
	}
}

// NewSession is smtp.Backend.
func (p *strictPost) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &strictSession{post: p}, nil
}

type strictSession struct {
	post *strictPost
	to   string
}

func (s *strictSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt refuses one address in 50, always the same ones.
func (s *strictSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	var n int
	if _, err := fmt.Sscanf(to, "p%d@", &n); err == nil && n%50 == 7 {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	s.to = to
	return nil
}

func (s *strictSession) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, m.Body) // what is cut was counted all the same
	s.post.Lock()
	s.post.taken++
	slow := s.post.taken%500 == 0
	s.post.Unlock()
	if slow {
		time.Sleep(5 * time.Second)
	}
	s.post.Lock()
	defer s.post.Unlock()
	if s.post.mails[s.to] == nil {
		s.post.mails[s.to] = map[string]int{}
	}
	s.post.mails[s.to][m.Header.Get("Message-Id")]++
	return nil
}

func (s *strictSession) Reset()        {}
func (s *strictSession) Logout() error { return nil }

// judge holds what the mail server has against what the job says of each person, forgets it, and counts mails that came
// again under the same Message-ID, as they may where the product died between the server's OK and its record.
func (p *strictPost) judge(b *testing.B, h *house, no int32, job uuid.UUID) (again int) {
	b.Helper()
	rows, err := h.jobs.Page(b.Context(), no, job, invitejob.All, 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	p.Lock()
	defer p.Unlock()
	for _, r := range rows {
		ids := p.mails[r.Email]
		if len(ids) != 1 && (len(ids) > 1 || r.Reason() == "") {
			b.Errorf("%s has %d invitations and the reason %q", r.Email, len(ids), r.Reason())
		}
		for _, n := range ids {
			again += n - 1
		}
		delete(p.mails, r.Email)
	}
	if len(p.mails) > 0 {
		b.Errorf("%d people were mailed who are on no list", len(p.mails))
	}
	p.mails = map[string]map[string]int{}
	return again
}
