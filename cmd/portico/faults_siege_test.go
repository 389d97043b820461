package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
)

// siege is one product under load and attack: a database server of its own, one node, a mail server, people.
type siege struct {
	*testing.T
	chance   *rand.Rand // the attacker's; each sender has its own
	seed     uint64
	habits   habits
	database *pgtest.Server
	files    string // the node's data folder
	settings []string
	address  string
	node     *process
	log      *os.File // of all its lives
	staff    program
	post     *postbag
	ledger   ledger
	moments  map[string]chan struct{} // what is half done just now
	due      chan time.Time           // when a window ends
	stop     chan struct{}
	people   sync.WaitGroup
	kills    []time.Time
	patience time.Duration // with what is left to do at the end
}

const (
	window  = 1500 * time.Millisecond // the practice's policy during a siege
	senders = 6                       // who send, three to a link
)

func newSiege(t *testing.T, database *pgtest.Server, seed uint64, h habits) *siege {
	t.Helper()
	t.Logf("PORTICO_FAULTS_SEED=%d", seed)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	s := &siege{
		T: t, chance: rand.New(rand.NewPCG(seed, 0)), seed: seed, habits: h, database: database, files: t.TempDir(), address: free.Addr().String(),
		post: &postbag{}, moments: map[string]chan struct{}{"upload": make(chan struct{}), "append": make(chan struct{})},
		due: make(chan time.Time, 100), stop: make(chan struct{}), patience: time.Minute,
	}
	s.ledger.unsure, s.ledger.first = map[string]string{}, map[string]time.Time{}
	if s.log, err = os.Create(filepath.Join(s.files, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.log.Close() })
	server := smtp.NewServer(s.post)
	mails, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(mails) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	s.settings = []string{
		"DATABASE_URL=" + database.URL(), "PORTICO_DATA=" + s.files, "PORTICO_BASE_URL=http://localhost:1", "PORTICO_LISTEN=" + s.address, "PORTICO_LOG_LEVEL=warn",
		"PORTICO_MASTER_KEY=" + freshKey(), "PORTICO_LINK_KEYS=1:" + freshKey(), "PORTICO_RECEIPT_KEYS=" + freshReceiptKey(),
		"PORTICO_MAIL_FROM=portal@harbour.example",
		"PORTICO_SMTP_HOST=127.0.0.1", "PORTICO_SMTP_PORT=" + strconv.Itoa(mails.Addr().(*net.TCPAddr).Port), "PORTICO_SMTP_ENCRYPTION=none",
	}
	s.staff = program{t, prepare(t, s.settings)}
	return s
}

// begin starts the node, sends two links to three people each, and lets everybody begin.
func (s *siege) begin() {
	s.Helper()
	s.start()
	s.ready()
	s.staff.ask("PUT", s.url("/api/v1/upload-policies/link"), 200, fmt.Appendf(nil, `{"window_ms":%d,"deliver":"after"}`, window.Milliseconds()))
	for link := range 2 {
		var people []string
		for n := range 3 {
			people = append(people, fmt.Sprintf(`{"name":"Person %d","email":"p%d@people.example"}`, link*3+n, link*3+n))
		}
		s.staff.ask("POST", s.url("/api/v1/upload-links"), 201, fmt.Appendf(nil, `{"recipients":[%s],"message":"","expires_on":%q}`,
			strings.Join(people, ","), time.Now().AddDate(0, 0, 7).Format(time.DateOnly)), "Idempotency-Key", strconv.Itoa(link))
	}
	for n := range senders {
		var base string
		eventually(s.T, "the mail with the link", func() bool { base = s.post.link(fmt.Sprintf("p%d@people.example", n)); return base != "" })
		p := &sender{siege: s, base: base, place: n, chance: rand.New(rand.NewPCG(s.seed, uint64(n+1)))}
		s.people.Go(p.run)
	}
	s.people.Go(s.watch)
}

func (s *siege) url(path string) string { return "http://" + s.address + path }

func (s *siege) start() {
	s.Helper()
	p := &process{cmd: s.command("serve"), done: make(chan struct{}), base: s.url("")}
	p.cmd.Stderr = s.log
	if err := p.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the exit code is read from ProcessState
		close(p.done)
	}()
	s.Cleanup(p.kill)
	s.node = p
}

// ready waits until the node answers.
func (s *siege) ready() {
	s.Helper()
	client := &http.Client{Timeout: 5 * time.Second}
	eventually(s.T, "the node answers", func() bool {
		s.alive()
		response, err := client.Get(s.url("/readyz"))
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// words are what the node has said in all its lives, the last of them.
func (s *siege) words() string {
	raw, _ := os.ReadFile(s.log.Name()) // they are for the reader of a failure only
	return string(raw[max(0, len(raw)-4000):])
}

func (s *siege) alive() {
	s.Helper()
	select {
	case <-s.node.done:
		s.Fatalf("the node has ended by itself: %s\n%s", s.node.cmd.ProcessState, s.words())
	default:
	}
}

func (s *siege) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = environ(s.settings...)
	return cmd
}

func (s *siege) superuser() *pgx.Conn {
	s.Helper()
	conn, err := pgx.Connect(s.Context(), pgtest.Superuser(s.T, s.database.URL()))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = conn.Close(s.Context()) }) // the server may have been killed since
	return conn
}

// goOn lets people work until some files more have arrived.
func (s *siege) goOn() {
	s.Helper()
	want := s.ledger.arrived.Load() + 4
	time.Sleep(s.within(500 * time.Millisecond))
	eventually(s.T, "files arrive again", func() bool { s.alive(); return s.ledger.arrived.Load() >= want })
}

// end lets everybody finish what they have begun, and the node do what is left: it is stopped in order and started once
// more, and meanwhile the leases of effects that a kill cut off are taken to be over.
func (s *siege) end() {
	s.Helper()
	eventually(s.T, "everybody has done everything", func() bool { return s.ledger.all(s.habits) })
	close(s.stop)
	s.people.Wait()
	s.node.interrupt(s.T)
	if code := s.node.cmd.ProcessState.ExitCode(); code != 0 {
		s.Errorf("the node was stopped in order and says %d", code)
	}
	conn := s.superuser()
	if _, err := conn.Exec(s.Context(), `UPDATE es.effects SET due_at = clock_timestamp() WHERE state = 'waiting'`); err != nil {
		s.Fatal(err)
	}
	s.start()
	s.ready()
}
