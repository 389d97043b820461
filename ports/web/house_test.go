package web

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es/estest"
	firmapp "portico/app/firm"
	"portico/app/firm/firmtest"
	formapp "portico/app/form"
	"portico/app/live"
	"portico/app/secret"
	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/app/taskjob/taskjobtest"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	linkapp "portico/app/uploadlink"
	webhookapp "portico/app/webhook"
	accounts "portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

var (
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	expiry = time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC) // the end of Friday 4 December in London

	priya  = account.Staff{ID: newTestID(1), Firm: 1, Email: "priya@example.org", Name: "Priya Nair", Role: accounts.Admin}
	farrow = newTestID(2)
	link   = newTestID(3)
	imogen = newTestID(4)
	statem = newTestID(5)
	batch  = newTestID(6)

	harbour = newTestID(7)
)

func newTestID(n byte) uuid.UUID {
	return uuid.UUID{0x01, 0x93, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n}
}

// house is the pages over a store in memory, with one practice, one client and one link.
type house struct {
	t        *testing.T
	store    *estest.Memory
	shelf    *shelf
	server   *Server
	http     http.Handler
	log      *journal
	usher    *usher
	crowd    *crowd
	plan     plan
	calendar calendar
	shut     string // why somebody would not be reminded
	jobs     taskjobtest.Lists
	jar      []*http.Cookie

	logos, films firmtest.Files
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ring, err := secret.NewKeyRing(secret.Key{ID: 1, Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: estest.NewMemory(noon), log: &journal{}, usher: &usher{}}
	h.crowd = &crowd{store: h.store}
	h.shelf = &shelf{upload: linkapp.UploadPage{
		Link: link, Practice: "Harbour & Vale", SenderName: "Priya Nair", ClientName: "Farrow, Imogen", MailedTo: "i•••n@example.org", Message: "Please send your papers.",
		Wanted: []string{"P60"}, ExpiresAt: expiry, Zone: "Europe/London", State: linkapp.LinkMailed, Generation: 1, Now: noon,
	}}
	h.store.Given(1, uploadlink.Stream(link), uploadlink.Issued{
		Client: farrow, Subject: farrow, Sender: priya.ID, ExpiresAt: expiry, Zone: "Europe/London",
		Recipients: []uploadlink.Recipient{{ID: imogen, Name: event.Of(imogen, "Imogen"), Email: event.Of(imogen, "imogen@example.org")}},
	})
	h.store.Given(1, firm.Stream(harbour), firm.Founded{Name: "Harbour & Vale", Email: "office@harbour.example", Zone: "Europe/London"})
	h.shelf.policy = firm.DefaultPolicy(firm.LinkChannel)
	h.shelf.Reader = firmtest.Reader{Store: h.store, No: 1, ID: harbour}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	world := transfertest.NewWorld(&transfertest.Rows{}, &transfertest.Blobs{})
	h.server = &Server{
		Accounts: &doorkeeper{}, Contacts: h.usher, Notices: account.Notices{Events: h.store}, Person: people, Clients: clientapp.Commands{Events: h.store}, Links: linkapp.Commands{Events: h.store, Policies: policies10{}},
		People: contactapp.Commands{Events: h.store}, ContactList: h.crowd, DueOn: h.crowd.DueOn, Sendings: h.crowd,
		Factors: account.Factors{Rows: bare{}}, Staff: colleagues{},
		ClientList: h.shelf, LinkList: h.shelf, TaskList: &h.plan, TaskFiles: &h.plan, Threads: &h.plan, Forms: formapp.Commands{Events: h.store}, FormList: formShelf{h.store}, Reminders: h.reminders(), TaskItems: &h.plan, TaskDrafts: &h.plan, Tasks: taskapp.Commands{Events: h.store, People: &h.plan, Colleagues: mates{&h.plan}, Policies: &h.plan}, Firms: h.shelf, Storage: h.shelf,
		Settings: firmapp.Commands{Events: h.store, MaxFile: uploadlink.MaxFileSize, Logos: &h.logos, Films: &h.films}, Logos: &h.logos, Films: &h.films, Keys: ring, FirmOf: h.firmOf, Blobs: h.shelf,
		Uploads: Uploads{Transfers: &transfer.Service{Rows: world.Rows, Blobs: &transfertest.Blobs{}, Link: world.Link, Limits: world.Limit}, Log: log},
		Hooks:   webhookapp.Commands{Events: h.store, Keys: ring, Reader: hookBook{h.store}},
		Ledger:  &ledger{}, Live: &live.Hub{},
		Mails: mailbox{}, Ready: func(context.Context) error { return h.shelf.down },
		Receipts: receipts(t, h.store), BaseURL: "https://portal.example",
		Log: log, Now: func() time.Time { return noon },
	}
	h.server.TaskTemplates = &h.jobs
	h.server.TaskFilters, h.server.FilterActs = savedShelf{h.store}, filterapp.Commands{Events: h.store}
	h.server.TaskJobs = taskjob.Commands{Events: h.store, Lists: &h.jobs, Clients: &h.jobs, Tasks: h.server.Tasks}
	h.build()
	return h
}

func (h *house) build() {
	h.t.Helper()
	h.server.Metrics = prometheus.NewRegistry() // each server registers its own
	handler, err := h.server.Handler()
	if err != nil {
		h.t.Fatal(err)
	}
	h.http = handler
}

func (h *house) firmOf(_ context.Context, s event.Stream) (int32, bool, error) {
	return 1, len(h.store.Stream(s)) > 0, nil
}

// arrived puts a file into Imogen's window, which ends at deadline.
func (h *house) arrived(deadline time.Time) {
	h.store.Given(1, uploadlink.Stream(link),
		uploadlink.TransferStarted{File: statem, Recipient: imogen, Name: event.Of(farrow, "scan.pdf"), Size: 1000, At: noon},
		uploadlink.BatchOpened{Batch: batch, Recipient: imogen, At: noon},
		uploadlink.FileReceived{
			File: statem, Batch: batch, Recipient: imogen, Name: event.Of(farrow, "scan.pdf"), SentAs: event.Of(farrow, "scan.pdf"), Size: 1000,
			SHA256: strings.Repeat("ab", 32), Media: "application/pdf", StartedAt: noon, ReceivedAt: noon, WindowMS: 600_000, Deadline: deadline,
		})
	h.shelf.upload.Files = []linkapp.UploadFile{{ID: statem, Batch: batch, Name: "scan.pdf", Size: 1000, SHA256: strings.Repeat("ab", 32), State: linkapp.FileReceived, Deadline: deadline}}
	h.shelf.upload.Batches = []linkapp.BatchRow{{ID: batch, Recipient: imogen, State: linkapp.BatchOpen, Files: 1, OpenedAt: noon, Deadline: deadline}}
}

func (h *house) token() string { return h.tokenOf(1) }

func (h *house) tokenOf(generation int) string {
	return h.server.Keys.UploadLink(secret.UploadToken{Link: link, Recipient: imogen, Generation: generation}).Reveal()
}

// signIn gives the requests that follow a session.
func (h *house) signIn() *house {
	h.jar = append(h.jar, &http.Cookie{Name: "portico", Value: session})
	return h
}

// redeemed gives the requests that follow the cookie of the link.
func (h *house) redeemed() *house {
	value := h.server.Keys.UploadCookie(secret.UploadToken{Link: link, Recipient: imogen, Generation: 1}).Reveal()
	h.jar = append(h.jar, &http.Cookie{Name: "portico-upload", Value: value})
	return h
}

type reply struct {
	*httptest.ResponseRecorder
	text string
}

// do sends a request as a browser's navigation does; headers are pairs, and replace those.
func (h *house) do(method, target string, body io.Reader, headers ...string) reply {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, target, body)
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("User-Agent", "Test/1.0")
	if target == "/metrics" {
		r.RemoteAddr = "10.1.2.3:9090" // who measures is a neighbour
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for _, c := range h.jar {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.http.ServeHTTP(w, r)
	return reply{w, w.Body.String()}
}

func (h *house) get(target string, headers ...string) reply {
	h.t.Helper()
	return h.do(http.MethodGet, target, nil, headers...)
}

func (h *house) post(target string, form url.Values, headers ...string) reply {
	h.t.Helper()
	return h.do(http.MethodPost, target, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

func (r reply) want(t *testing.T, code int, texts ...string) reply {
	t.Helper()
	if r.Code != code {
		t.Errorf("status %d, want %d; %.300s", r.Code, code, r.text)
	}
	for _, text := range texts {
		if !strings.Contains(r.text, text) {
			t.Errorf("the answer lacks %q: %.2000s", text, r.text)
		}
	}
	return r
}

func (r reply) lacks(t *testing.T, texts ...string) reply {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.text, text) {
			t.Errorf("the answer holds %q", text)
		}
	}
	return r
}

// cookie is how one is set; empty where it is not.
func (r reply) cookie(name string) string {
	for _, c := range r.Header().Values("Set-Cookie") {
		if strings.HasPrefix(c, name+"=") {
			return c
		}
	}
	return ""
}

// hidden are the hidden fields of a page's form.
func hidden(page string) url.Values {
	v := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

// events are the stored names of what the link's stream holds beyond the first n.
func (h *house) events(stream event.Stream, beyond int) string {
	var names []string
	for _, e := range h.store.Stream(stream)[beyond:] {
		names = append(names, e.EventType())
	}
	return strings.Join(names, " ")
}

// journal is a log that several write while a test reads.
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

type policies10 struct{}

func (policies10) LinkPolicy(context.Context, int32) (uploadlink.Policy, error) {
	return uploadlink.Policy{Window: 10 * time.Minute}, nil
}

// session is the one that doorkeeper knows.
const session = "c2Vzc2lvbi1zZWNyZXQtb2YtcHJpeWE"

type doorkeeper struct {
	signedOut bool
	ended     []uuid.UUID
	role      accounts.Role // empty: priya's
}

func (d *doorkeeper) SignIn(_ context.Context, cmd account.SignIn) (account.SignedIn, error) {
	switch {
	case cmd.Email == "slow@example.org":
		return account.SignedIn{}, &account.SlowDownError{Wait: 7 * time.Second}
	case cmd.Email != priya.Email || cmd.Password != "correct horse battery":
		return account.SignedIn{}, accounts.ErrSignIn
	}
	return account.SignedIn{Staff: priya, Session: session, Device: "device"}, nil
}

func (d *doorkeeper) Session(_ context.Context, id account.Secret) (account.Staff, error) {
	if d.signedOut || id != session {
		return account.Staff{}, accounts.ErrSession
	}
	who := priya
	who.Role = cmp.Or(d.role, who.Role)
	return who, nil
}

const apiToken account.Secret = "ptk_of-priya"

func (d *doorkeeper) Token(_ context.Context, token account.Secret) (account.Staff, error) {
	if token != apiToken {
		return account.Staff{}, accounts.ErrToken
	}
	who := priya
	who.Role = cmp.Or(d.role, who.Role)
	return who, nil
}

// bare is a practice in which nobody has a second factor.
type bare struct{ account.FactorRows }

func (bare) Factors(context.Context, account.Person) ([]account.KeptFactor, error) { return nil, nil }

func (bare) Trusted(context.Context, uuid.UUID, account.Hash) (bool, error) { return false, nil }

func (bare) TrustedDevices(context.Context, uuid.UUID) (int, error) { return 0, nil }

func (bare) RecoveryLeft(context.Context, uuid.UUID) (int, error) { return 0, nil }

func (d *doorkeeper) Enter(context.Context, uuid.UUID, account.SignIn) (account.SignedIn, error) {
	return account.SignedIn{}, accounts.ErrSession
}

func (d *doorkeeper) ByID(context.Context, int32, uuid.UUID) (account.Person, bool, error) {
	return account.Person{}, false, nil
}

func (d *doorkeeper) Pass(context.Context, account.Secret) (account.Secret, error) {
	return "bmV4dCBzZXNzaW9u", nil
}

func (d *doorkeeper) Refresh(context.Context, account.Secret) error { return nil }

func (d *doorkeeper) Reconfirm(_ context.Context, cmd account.ChangePassword) error {
	if cmd.Present != "correct horse battery" {
		return accounts.ErrPresent
	}
	return nil
}

func (d *doorkeeper) SignOut(context.Context, account.Secret) error { d.signedOut = true; return nil }

func (d *doorkeeper) Ended(_ context.Context, id account.Secret) (uuid.UUID, error) {
	if d.signedOut && id == session {
		return priya.ID, nil
	}
	return uuid.Nil, nil
}

func (d *doorkeeper) Sessions(_ context.Context, staff uuid.UUID, own account.Secret) ([]account.SessionRow, error) {
	rows := []account.SessionRow{{ID: newTestID(21), Device: "Firefox on Windows", Address: "192.0.2.7", CreatedAt: noon, LastSeenAt: noon, Current: own == session}}
	if len(d.ended) == 0 {
		rows = append(rows, account.SessionRow{ID: newTestID(22), Device: "Safari on iPhone", Address: "198.51.100.9", CreatedAt: noon, LastSeenAt: noon})
	}
	if staff != priya.ID {
		return nil, nil
	}
	return rows, nil
}

func (d *doorkeeper) EndSession(_ context.Context, staff, id uuid.UUID) error {
	if staff != priya.ID || id != newTestID(22) || len(d.ended) > 0 {
		return accounts.ErrSessionGone
	}
	d.ended = append(d.ended, id)
	return nil
}

func (d *doorkeeper) EndSessions(context.Context, uuid.UUID) error { d.signedOut = true; return nil }

func (d *doorkeeper) ChangePassword(_ context.Context, cmd account.ChangePassword) (account.SignedIn, error) {
	switch {
	case cmd.Present == "slow":
		return account.SignedIn{}, &account.SlowDownError{Wait: 7 * time.Second}
	case cmd.Present != "correct horse battery" || cmd.Session != session || cmd.Staff != priya || cmd.Agent != "Test/1.0":
		return account.SignedIn{}, accounts.ErrPresent
	case len(cmd.New) < accounts.PasswordMin:
		return account.SignedIn{}, accounts.ErrPassword
	}
	return account.SignedIn{Staff: priya, Session: "bmV4dCBzZXNzaW9u", Device: "device"}, nil
}

// shelf is the read models with what a test puts there.
type shelf struct {
	mu      sync.Mutex
	upload  linkapp.UploadPage
	clients []clientapp.ClientRow
	links   []linkapp.LinkRow
	files   []linkapp.FileRow
	batches []linkapp.BatchRow
	sent    []linkapp.InboxRow
	gone    map[uuid.UUID]error // files that are asked for and not handed out
	missing map[uuid.UUID]bool  // files whose bytes aren't there
	next    string
	counts  clientapp.Counts

	firmtest.Reader // of the practice's settings, but for those that follow
	templates       []firmapp.Template
	limits          firm.Limits
	policy          firm.Policy
	used            int64
	lags            bool
	down            error
	asked           []any
	blob            []byte
}

func (s *shelf) note(q any) { s.mu.Lock(); s.asked = append(s.asked, q); s.mu.Unlock() }

func (s *shelf) Links(_ context.Context, _ int32, q linkapp.LinkQuery) ([]linkapp.LinkRow, string, error) {
	s.note(q)
	return s.links, s.next, nil
}

func (s *shelf) Link(_ context.Context, firm int32, id uuid.UUID) (linkapp.LinkDetail, error) {
	for _, l := range s.links {
		if l.ID == id && firm == 1 {
			return linkapp.LinkDetail{LinkRow: l, Message: "Please", Wanted: []string{"P60"}, Files: s.files, Next: s.next, Batches: s.batches}, nil
		}
	}
	return linkapp.LinkDetail{}, uploadlink.ErrNotFound
}

func (s *shelf) Upload(_ context.Context, _ int32, id, recipient uuid.UUID) (linkapp.UploadPage, error) {
	if id != link || recipient != imogen {
		return linkapp.UploadPage{}, uploadlink.ErrNotFound
	}
	return s.upload, nil
}

func (s *shelf) Files(_ context.Context, _ int32, q linkapp.FileQuery) ([]linkapp.FileRow, string, error) {
	s.note(q)
	return s.files, s.next, nil
}

func (s *shelf) Inbox(_ context.Context, _ int32, q linkapp.InboxQuery) ([]linkapp.InboxRow, string, error) {
	s.note(q)
	return s.sent, s.next, nil
}

func (s *shelf) Batch(_ context.Context, _ int32, id uuid.UUID) (linkapp.InboxRow, error) {
	for _, b := range s.sent {
		if b.ID == id {
			return b, nil
		}
	}
	return linkapp.InboxRow{}, linkapp.ErrBatchNotFound
}

func (s *shelf) FilesByID(_ context.Context, _ int32, ids []uuid.UUID) (rows []linkapp.FileRow, err error) {
	for _, f := range s.files {
		if slices.Contains(ids, f.ID) && s.gone[f.ID] == nil {
			rows = append(rows, f)
		}
	}
	return rows, nil
}

func (s *shelf) LinkOf(_ context.Context, _ int32, id uuid.UUID) (uuid.UUID, error) {
	if id != statem {
		return uuid.Nil, uploadlink.ErrFileNotFound
	}
	return link, nil
}

func (s *shelf) Withdrawals(context.Context, int32) (rows []linkapp.FileRow, err error) {
	for _, f := range s.files {
		if f.Withdrawal.State == linkapp.WithdrawalAsked {
			rows = append(rows, f)
		}
	}
	return rows, nil
}

func (s *shelf) File(_ context.Context, _ int32, id uuid.UUID) (linkapp.FileRow, error) {
	if err := s.gone[id]; err != nil {
		return linkapp.FileRow{}, err
	}
	for _, f := range s.files {
		if f.ID == id {
			return f, nil
		}
	}
	return linkapp.FileRow{}, uploadlink.ErrFileNotFound
}

func (s *shelf) Wait(_ context.Context, position int64) (bool, error) {
	s.note(position)
	return !s.lags, nil
}

func (s *shelf) Clients(_ context.Context, _ int32, q clientapp.Query) ([]clientapp.ClientRow, string, error) {
	s.note(q)
	if q.Limit == 200 { // the choices of a form
		return s.clients, "", nil
	}
	return s.clients, s.next, nil
}

func (s *shelf) Counts(_ context.Context, _ int32, _ clientapp.Query, _ uuid.UUID) (clientapp.Counts, error) {
	return s.counts, nil
}

func (s *shelf) Matching(context.Context, int32, clientapp.Query) (ids []uuid.UUID, err error) {
	for _, c := range s.clients {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

func (s *shelf) Client(_ context.Context, _ int32, id uuid.UUID) (clientapp.ClientRow, error) {
	for _, c := range s.clients {
		if c.ID == id {
			return c, nil
		}
	}
	return clientapp.ClientRow{}, client.ErrNotFound
}

func (s *shelf) Firm(ctx context.Context, no int32) (firmapp.Practice, error) {
	p, err := s.Reader.Firm(ctx, no)
	p.Limits = s.limits
	return p, err
}

func (s *shelf) UploadPolicy(ctx context.Context, no int32, c firm.Channel) (firm.Policy, error) {
	if c == firm.TaskChannel {
		return s.Reader.UploadPolicy(ctx, no, c)
	}
	return s.policy, nil
}

func (s *shelf) Used(context.Context, int32) (int64, error) { return s.used, nil }

func (s *shelf) Templates(context.Context, int32) ([]firmapp.Template, error) {
	return s.templates, nil
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (s *shelf) Open(id uuid.UUID) (transfer.Reader, error) {
	if s.missing[id] {
		return nil, transfer.ErrMissing
	}
	return blob{bytes.NewReader(s.blob)}, nil
}

type mailbox struct{}

func (mailbox) List() ([]Letter, error) {
	return []Letter{{ID: "m1", To: "imogen@example.org", Subject: "Priya Nair asks you for files", Date: noon}}, nil
}

func (mailbox) Read(id string) (Letter, error) {
	if id != "m1" {
		return Letter{}, fs.ErrNotExist
	}
	return Letter{ID: "m1", From: "Harbour & Vale", To: "imogen@example.org", Subject: "Priya Nair asks you for files", Date: noon, Text: "the text", HTML: "<p>the mail</p>"}, nil
}

func farrowRow() clientapp.ClientRow {
	return clientapp.ClientRow{ID: farrow, Name: "Farrow, Imogen", Email: "imogen@example.org", Sort: client.Person, Reference: "C-00601", OwnerName: "Priya Nair", CreatedAt: noon, LastActivity: noon}
}

func linkRow() linkapp.LinkRow {
	return linkapp.LinkRow{
		ID: link, Client: farrow, ClientName: "Farrow, Imogen", SenderName: "Priya Nair", State: linkapp.LinkMailed, IssuedAt: noon, ExpiresAt: expiry, Zone: "Europe/London", Arriving: 2, Delivered: 1,
		Recipients: []linkapp.RecipientRow{{ID: imogen, Name: "Imogen", Email: "imogen@example.org", Generation: 1, MailedAt: noon, HandedOverAt: noon}},
	}
}

func fileRow() linkapp.FileRow {
	return linkapp.FileRow{
		ID: statem, Link: link, Client: farrow, ClientName: "Farrow, Imogen", Recipient: imogen, RecipientName: "Imogen", Batch: batch, Name: "Überweisung \"März\".pdf", SentAs: "scan.pdf",
		Size: 11, SHA256: strings.Repeat("ab", 32), Media: "application/pdf", StartedAt: noon, ReceivedAt: noon, ReleasedAt: noon,
	}
}
