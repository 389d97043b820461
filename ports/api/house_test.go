package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	accessapp "portico/app/access"
	accountapp "portico/app/account"
	"portico/app/audit"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es/estest"
	firmapp "portico/app/firm"
	"portico/app/firm/firmtest"
	formapp "portico/app/form"
	inviteapp "portico/app/invite"
	"portico/app/secret"
	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var (
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	mary   = accountapp.Staff{ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000a1"), Firm: 1, Name: "Mary", Role: account.Admin}
	piet   = accountapp.Staff{ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000a2"), Firm: 2, Name: "Piet", Role: account.Admin}
	nell   = accountapp.Staff{ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000a3"), Firm: 1, Name: "Nell", Role: account.Practitioner}
	house1 = uuid.MustParse("0197f000-0000-7000-8000-000000000001")
	fileA  = uuid.MustParse("0197f000-0000-7000-8000-0000000000f1")
	linkA  = uuid.MustParse("0197f000-0000-7000-8000-0000000000b1")
	batchA = uuid.MustParse("0197f000-0000-7000-8000-0000000000b2")
)

const (
	maryToken = "ptk_mary"
	pietToken = "ptk_piet"
	nellToken = "ptk_nell" // no admin
)

// house is the API over an event store in memory; its read models are folded from the store at each look.
type house struct {
	t       *testing.T
	store   *estest.Memory
	handler http.Handler
	openapi map[string]any
	file    linkapp.FileRow
	blob    []byte
	late    bool // read models don't catch up
	desk    desk
	posted  posted
	guests  *guests
	board   *board
	factors *methods
	wants   *wants
	jobs    *jobsOf
	logged  *bytes.Buffer

	firmtest.Reader // of the practice's settings
	logos           firmtest.Files
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, guests: &guests{}, factors: &methods{reset: map[uuid.UUID]account.PersonKind{}}, store: estest.NewMemory(noon), logged: &bytes.Buffer{}, blob: []byte("0123456789")}
	h.board = &board{store: h.store, took: map[uuid.UUID]bool{}}
	h.wants = &wants{h.board}
	h.file = linkapp.FileRow{
		ID: fileA, Name: "Lønslip \"1\".pdf", SentAs: "x.pdf", Size: 10, SHA256: strings.Repeat("ab", 32), Media: "application/pdf",
		StartedAt: noon, ReceivedAt: noon, ReleasedAt: noon.Add(time.Minute),
	}
	h.Reader = firmtest.Reader{Store: h.store, No: 1, ID: house1}
	h.store.Given(1, firm.Stream(house1), firm.Founded{Name: "Harbour", Email: "office@harbour.example", Zone: "Europe/London"})
	ring, err := secret.NewKeyRing(secret.Key{ID: 1, Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		Tokens: h, Accounts: &h.desk, Clients: clientapp.Commands{Events: h.store}, Links: linkapp.Commands{Events: h.store}, Firms: firmapp.Commands{Events: h.store, MaxFile: uploadlink.MaxFileSize, Logos: &h.logos},
		Invites: inviteapp.Commands{Events: h.store, Contacts: known{h.guests}}, InviteDB: h.guests, Contacts: contactapp.Commands{Events: h.store}, ContactDB: h.guests,
		Staff: staffed{}, Factors: accountapp.Factors{Events: h.store, Rows: h.factors},
		Tasks: taskapp.Commands{Events: h.store, People: h.board, Colleagues: workmates{}, Policies: h.board, Bytes: held{}, Forms: formapp.Commands{Events: h.store}}, Forms: formapp.Commands{Events: h.store}, FormDB: cabinet{h.store}, Answers: cabinet{h.store}, Paper: plainly, TaskDB: h.board, TaskItems: h.wants, Threads: h.board, TaskFiles: h.board, Incoming: h.board, Reminders: h.reminders(),
		Storage: h, Keys: ring, BaseURL: "https://portal.example",
		ClientDB: h, LinkDB: h, FirmDB: h, Access: accessapp.Explainers{"portal": oracle{}, "tab": oracle{}}, History: h, Ledger: &h.posted, Content: h, Receipts: receipts(t, h.store), Version: "1.0.0", Log: slog.New(slog.NewTextHandler(h.logged, nil)),
	}
	lists := &jobsOf{store: h.store}
	h.jobs = lists
	s.TaskJobs = taskjob.Commands{Events: h.store, Lists: lists, Clients: lists, Tasks: s.Tasks, Forms: s.Tasks.Forms, Answers: cabinet{h.store}, Write: sheet}
	s.Templates, s.Filters, s.FilterActs = lists, lists, filterapp.Commands{Events: h.store}
	if h.handler, err = s.Handler(); err != nil {
		t.Fatal(err)
	}
	h.call("", "GET", document, "").decode(&h.openapi)
	return h
}

func (h *house) Token(_ context.Context, secret accountapp.Secret) (accountapp.Staff, error) {
	switch secret {
	case maryToken:
		return mary, nil
	case pietToken:
		return piet, nil
	case nellToken:
		return nell, nil
	}
	return accountapp.Staff{}, account.ErrToken
}

func (h *house) Client(_ context.Context, no int32, id uuid.UUID) (clientapp.ClientRow, error) {
	for _, r := range h.store.Log() {
		if e, ok := r.Event.(client.Created); ok && r.Firm == no && r.Stream.ID == id {
			return clientapp.ClientRow{ID: id, Name: e.Name.Text, Email: e.Email.Text, Sort: e.Sort, Reference: e.Reference, Owner: e.Owner, CreatedAt: r.At}, nil
		}
	}
	return clientapp.ClientRow{}, client.ErrNotFound
}

func (h *house) Counts(context.Context, int32, clientapp.Query, uuid.UUID) (c clientapp.Counts, err error) {
	return c, nil
}

func (h *house) Matching(_ context.Context, no int32, _ clientapp.Query) (ids []uuid.UUID, err error) {
	for _, r := range h.store.Log() {
		if _, ok := r.Event.(client.Created); ok && r.Firm == no {
			ids = append(ids, r.Stream.ID)
		}
	}
	return ids, nil
}

func (h *house) Clients(ctx context.Context, no int32, q clientapp.Query) (rows []clientapp.ClientRow, next string, err error) {
	start, _ := strconv.Atoi(q.After)
	n := 0
	for _, r := range h.store.Log() {
		if e, ok := r.Event.(client.Created); ok && r.Firm == no && strings.Contains(e.Name.Text, q.Text) {
			if n++; n <= start {
				continue
			}
			if len(rows) == q.Limit {
				return rows, strconv.Itoa(n - 1), nil
			}
			c, err := h.Client(ctx, no, r.Stream.ID)
			if err != nil {
				return nil, "", err
			}
			rows = append(rows, c)
		}
	}
	return rows, "", nil
}

func (h *house) Link(_ context.Context, no int32, id uuid.UUID) (d linkapp.LinkDetail, err error) {
	for _, r := range h.store.Log() {
		if r.Firm != no || r.Stream != uploadlink.Stream(id) {
			continue
		}
		if e, ok := r.Event.(uploadlink.Event); ok {
			d.ID = id
			foldLink(&d, e, r.At)
		}
	}
	if d.ID == uuid.Nil {
		return d, uploadlink.ErrNotFound
	}
	return d, nil
}

func foldLink(d *linkapp.LinkDetail, e uploadlink.Event, at time.Time) {
	switch e := e.(type) {
	case uploadlink.Issued:
		d.Client, d.Sender, d.State, d.IssuedAt, d.ExpiresAt, d.Zone = e.Client, e.Sender, linkapp.LinkIssued, at, e.ExpiresAt, e.Zone
		d.Message = e.Message.Text
		for _, r := range e.Recipients {
			d.Recipients = append(d.Recipients, linkapp.RecipientRow{ID: r.ID, Name: r.Name.Text, Email: r.Email.Text, Generation: 1, MailedAt: at})
		}
	case uploadlink.Resent:
		for _, s := range e.Secrets {
			for i := range d.Recipients {
				if d.Recipients[i].ID == s.Recipient {
					d.Recipients[i].Generation = s.Generation
				}
			}
		}
	case uploadlink.NewLinkRequested:
		d.AskedAt = e.At
	case uploadlink.NewLinkRequestDismissed:
		d.AskedAt = time.Time{}
	case uploadlink.AddressCorrected:
		for i := range d.Recipients {
			if r := &d.Recipients[i]; r.ID == e.Recipient {
				r.Name, r.Email, r.Generation = e.Name.Text, e.Email.Text, e.Generation
			}
		}
	case uploadlink.Copied:
		d.Life = append(d.Life, linkapp.LifeRow{At: e.At, What: linkapp.LifeCopied, Recipient: e.Recipient, Generation: e.Generation, By: mary.ID, ByName: "Mary"})
	case uploadlink.Extended:
		d.ExpiresAt = e.ExpiresAt
	case uploadlink.Revoked:
		d.State = linkapp.LinkRevoked
	}
}

func (h *house) Links(ctx context.Context, no int32, q linkapp.LinkQuery) (rows []linkapp.LinkRow, next string, err error) {
	for _, r := range h.store.Log() {
		if _, ok := r.Event.(uploadlink.Issued); ok && r.Firm == no {
			d, err := h.Link(ctx, no, r.Stream.ID)
			if err != nil {
				return nil, "", err
			}
			if (q.State == "" || q.State == d.State) && (!q.Asking || !d.AskedAt.IsZero()) {
				rows = append(rows, d.LinkRow)
			}
		}
	}
	return rows, "", nil
}

func (h *house) Upload(context.Context, int32, uuid.UUID, uuid.UUID) (linkapp.UploadPage, error) {
	return linkapp.UploadPage{}, uploadlink.ErrNotFound
}

func (h *house) Files(_ context.Context, no int32, _ linkapp.FileQuery) ([]linkapp.FileRow, string, error) {
	if no != 1 {
		return nil, "", nil
	}
	return []linkapp.FileRow{h.file}, "", nil
}

func (h *house) Inbox(_ context.Context, no int32, q linkapp.InboxQuery) ([]linkapp.InboxRow, string, error) {
	if no != 1 {
		return nil, "", nil
	}
	return []linkapp.InboxRow{{ID: batchA, Link: linkA, RecipientName: "Ingrid", ArrivedAt: noon, Count: 1, Size: h.file.Size, Files: []linkapp.FileRow{h.file}}}, "", nil
}

func (h *house) Batch(_ context.Context, no int32, id uuid.UUID) (linkapp.InboxRow, error) {
	if no != 1 || id != batchA {
		return linkapp.InboxRow{}, linkapp.ErrBatchNotFound
	}
	return linkapp.InboxRow{ID: batchA}, nil
}

func (h *house) FilesByID(_ context.Context, no int32, ids []uuid.UUID) ([]linkapp.FileRow, error) {
	if no != 1 || !slices.Contains(ids, fileA) {
		return nil, nil
	}
	return []linkapp.FileRow{h.file}, nil
}

func (h *house) LinkOf(_ context.Context, no int32, id uuid.UUID) (uuid.UUID, error) {
	if no != 1 || id != fileA {
		return uuid.Nil, uploadlink.ErrFileNotFound
	}
	return linkA, nil
}

func (h *house) Withdrawals(_ context.Context, no int32) ([]linkapp.FileRow, error) {
	if no != 1 || h.file.Withdrawal.State != linkapp.WithdrawalAsked {
		return nil, nil
	}
	return []linkapp.FileRow{h.file}, nil
}

func (h *house) File(_ context.Context, no int32, id uuid.UUID) (linkapp.FileRow, error) {
	if no != 1 || id != fileA {
		return linkapp.FileRow{}, uploadlink.ErrFileNotFound
	}
	return h.file, nil
}

func (h *house) Wait(context.Context, int64) (bool, error) { return !h.late, nil }

func (h *house) Used(_ context.Context, no int32) (int64, error) { return 1000 * int64(no), nil }

func (h *house) Events(_ context.Context, no int32, q audit.Query) (rows []audit.Row, err error) {
	for _, r := range h.store.Log() {
		if r.Firm == no && r.Position > q.After && len(rows) < q.Limit && (q.Stream == (event.Stream{}) || q.Stream == r.Stream) {
			rows = append(rows, audit.Row{
				Position: r.Position, Stream: r.Stream, Version: r.Version, Type: r.Event.EventType(), At: r.At, RecordedAt: r.RecordedAt,
				Actor: r.Meta.Actor, Data: json.RawMessage(`{"fact":1}`), Hash: r.Hash,
			})
		}
	}
	return rows, nil
}

type bytesBlob struct{ *bytes.Reader }

func (bytesBlob) Close() error { return nil }

func (h *house) Open(id uuid.UUID) (transfer.Reader, error) {
	if id != fileA && !h.board.took[id] {
		return nil, fault.New(fault.NotFound, "blob.missing", "The bytes aren’t there.")
	}
	return bytesBlob{bytes.NewReader(h.blob)}, nil
}

// answer is what came back; its JSON has been held against the OpenAPI document.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (h *house) call(token, method, path, body string, headers ...string) answer {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	all, err := io.ReadAll(w.Result().Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{t: h.t, status: w.Code, header: w.Header(), body: all}
	if h.openapi != nil {
		h.conforms(method, r.URL.Path, a)
	}
	return a
}

func (a answer) decode(to any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, to); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

// value is one field of the answer, by its path: "items.0.id".
func (a answer) value(path string) any {
	a.t.Helper()
	var v any
	a.decode(&v)
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				a.t.Fatalf("there is no %s in %s", path, a.body)
			}
			v = at[i]
		default:
			a.t.Fatalf("there is no %s in %s", path, a.body)
		}
	}
	return v
}

func (a answer) text(path string) string {
	a.t.Helper()
	s, ok := a.value(path).(string)
	if !ok {
		a.t.Fatalf("%s is no text in %s", path, a.body)
	}
	return s
}

func (a answer) number(path string) int64 {
	a.t.Helper()
	n, ok := a.value(path).(float64)
	if !ok {
		a.t.Fatalf("%s is no number in %s", path, a.body)
	}
	return int64(n)
}

// is checks for a problem of a status and a rule.
func (a answer) is(status int, code string) {
	a.t.Helper()
	if a.status != status || a.header.Get("Content-Type") != "application/problem+json" || a.text("type") != "/problems/"+code ||
		a.value("status") != float64(status) || a.text("detail") == "" {
		a.t.Errorf("want %d %s, got %d %s\n%s", status, code, a.status, a.header.Get("Content-Type"), a.body)
	}
}

// conforms holds an answer against the OpenAPI document as it was served, read by its own rules.
func (h *house) conforms(method, path string, a answer) {
	h.t.Helper()
	operation := h.operation(method, path)
	if operation == nil {
		return
	}
	responses := operation["responses"].(map[string]any)
	response, ok := responses[strconv.Itoa(a.status)].(map[string]any)
	if !ok {
		response, ok = responses["default"].(map[string]any)
	}
	if !ok {
		h.t.Errorf("%s %s: the document knows no answer %d", method, path, a.status)
		return
	}
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	content, _ := response["content"].(map[string]any)
	of, ok := content[media].(map[string]any)
	if !ok {
		if _, bytes := content["application/octet-stream"]; !bytes && len(a.body) > 0 {
			h.t.Errorf("%s %s %d: the document knows no %s", method, path, a.status, media)
		}
		return
	}
	if media == "text/plain" || media == "application/zip" {
		return
	}
	var v any
	a.decode(&v)
	for _, wrong := range h.mismatches(of["schema"].(map[string]any), v, "") {
		h.t.Errorf("%s %s %d: %s in %s", method, path, a.status, wrong, a.body)
	}
}

func (h *house) operation(method, path string) map[string]any {
	for pattern, item := range h.openapi["paths"].(map[string]any) {
		if matches(pattern, path) {
			op, _ := item.(map[string]any)[strings.ToLower(method)].(map[string]any)
			return op
		}
	}
	return nil
}

func matches(pattern, path string) bool {
	p, s := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(p) != len(s) {
		return false
	}
	for i := range p {
		if p[i] != s[i] && !strings.HasPrefix(p[i], "{") {
			return false
		}
	}
	return true
}

// mismatches is the part of JSON Schema that the document uses.
func (h *house) mismatches(schema map[string]any, v any, at string) (all []string) {
	if ref, ok := schema["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		found, ok := h.openapi["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any)
		if !ok {
			return []string{at + ": " + ref + " leads nowhere"}
		}
		return h.mismatches(found, v, at)
	}
	if !hasType(schema["type"], v) {
		return []string{at + " isn't " + strings.Join(types(schema["type"]), " or ")}
	}
	switch v := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, r := range required {
			if _, ok := v[r.(string)]; !ok {
				all = append(all, at+"."+r.(string)+" is missing")
			}
		}
		for name, value := range v {
			p, ok := properties[name].(map[string]any)
			if !ok && schema["additionalProperties"] == false {
				all = append(all, at+"."+name+" isn't described")
			}
			if ok {
				all = append(all, h.mismatches(p, value, at+"."+name)...)
			}
		}
	case []any:
		for _, value := range v {
			all = append(all, h.mismatches(schema["items"].(map[string]any), value, at+"[]")...)
		}
	case string:
		if schema["format"] == "date-time" {
			if _, err := time.Parse("2006-01-02T15:04:05.000Z", v); err != nil {
				all = append(all, at+" isn't UTC with milliseconds: "+v)
			}
		}
		if _, err := uuid.Parse(v); schema["format"] == "uuid" && err != nil {
			all = append(all, at+" is no UUID: "+v)
		}
	}
	return all
}

func types(t any) (names []string) {
	switch t := t.(type) {
	case string:
		return []string{t}
	case []any:
		for _, n := range t {
			names = append(names, n.(string))
		}
	}
	return names
}

func hasType(t, v any) bool {
	if t == nil {
		return true
	}
	for _, name := range types(t) {
		switch v := v.(type) {
		case nil:
			if name == "null" {
				return true
			}
		case bool:
			if name == "boolean" {
				return true
			}
		case string:
			if name == "string" {
				return true
			}
		case float64:
			if name == "number" || (name == "integer" && v == float64(int64(v))) {
				return true
			}
		case []any:
			if name == "array" {
				return true
			}
		case map[string]any:
			if name == "object" {
				return true
			}
		}
	}
	return false
}
