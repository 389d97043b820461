package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	clientapp "portico/app/client"
	"portico/app/es"
	firmapp "portico/app/firm"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// desk is an operator's: a database with a practice, a client and a used link, and the command line before it.
type desk struct {
	t      *testing.T
	url    string
	env    []string
	h      *house
	firm   int32
	client uuid.UUID
	link   uuid.UUID
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, url: pgtest.DB(t), client: uuid.Must(uuid.NewV7()), link: uuid.Must(uuid.NewV7())}
	d.env = []string{"DATABASE_URL=" + d.url, "PORTICO_MASTER_KEY=" + freshKey(), "PORTICO_LINK_KEYS=1:" + freshKey()}
	c, err := readConfig(environ(d.env...))
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.keysFor("", false)
	if err != nil {
		t.Fatal(err)
	}
	if d.h, err = build(t.Context(), k, d.url, newLog(io.Discard, c)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.h.close)
	d.fill()
	return d
}

// fill writes what the tests look at, and builds the read models.
func (d *desk) fill() {
	d.t.Helper()
	ctx := d.t.Context()
	id := uuid.Must(uuid.NewV7())
	var err error
	if d.firm, err = d.h.db.NumberFirm(ctx, id); err != nil {
		d.t.Fatal(err)
	}
	by := es.By{Firm: d.firm, Actor: event.Actor{Kind: event.Staff, ID: uuid.Must(uuid.NewV7())}}
	must := func(_ es.Result, err error) {
		d.t.Helper()
		if err != nil {
			d.t.Fatal(err)
		}
	}
	must(d.h.firms.Found(ctx, firmapp.Found{By: by, ID: id, Name: "Harbour & Vale", Email: "office@harbour.example", Zone: "Europe/London"}))
	must(d.h.clients.Create(ctx, clientapp.Create{By: by, ID: d.client, Name: "Ottoline Marchbanks", Email: "ottoline@example.org"}))
	must(d.h.links.Issue(ctx, linkapp.Issue{
		By: by, ID: d.link, Client: d.client, Recipients: []linkapp.NewRecipient{{Name: "Imogen Farrow", Email: "imogen@example.org"}},
		Message: "Your papers, please.", ExpiresOn: time.Now().AddDate(0, 0, 9), Zone: time.UTC,
	}))
	must(d.h.links.Revoke(ctx, linkapp.Revoke{By: by, Link: d.link, Reason: "sent twice", Unreleased: uploadlink.Discard}))
	if err := d.h.withTail(ctx, func(ctx context.Context) error { return d.h.forgotten(ctx, 4) }); err != nil {
		d.t.Fatal(err)
	}
}

// says runs a command and holds its exit code and what it prints against what is wanted.
func (d *desk) says(code int, args []string, wanted ...string) string {
	d.t.Helper()
	var out, errs bytes.Buffer
	if got := run(under(d.t.Context(), d.env...), args, strings.NewReader(""), &out, &errs); got != code {
		d.t.Errorf("portico %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out.String(), errs.String())
	}
	for _, want := range wanted {
		if text := out.String() + errs.String(); !strings.Contains(text, want) {
			d.t.Errorf("portico %s: no %q in\n%s", strings.Join(args, " "), want, text)
		}
	}
	return out.String()
}

func (d *desk) forge(sql string, args ...any) {
	d.t.Helper()
	conn, err := pgx.Connect(d.t.Context(), pgtest.Superuser(d.t, d.url))
	if err != nil {
		d.t.Fatal(err)
	}
	defer conn.Close(d.t.Context())
	if _, err := conn.Exec(d.t.Context(), `SET session_replication_role = replica`); err != nil {
		d.t.Fatal(err)
	}
	if tag, err := conn.Exec(d.t.Context(), sql, args...); err != nil || tag.RowsAffected() == 0 {
		d.t.Fatalf("%s: %v, %v", sql, tag, err)
	}
}

func TestEventsCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	stream := uploadlink.Stream(d.link).String()

	list := d.says(0, []string{"events", "list"}, "POSITION", "firm.founded", "client.created", stream, "uploadlink.revoked", "staff ")
	if n := strings.Count(list, "\n"); n != 5 {
		t.Errorf("%d lines:\n%s", n, list)
	}
	d.says(0, []string{"events", "list", "--type", "uploadlink", "--after", "3", "--limit", "1"}, "uploadlink.revoked")
	lines := strings.Split(strings.TrimSpace(d.says(0, []string{"events", "list", "--json", "--firm", "1", "--stream", stream})), "\n")
	var first struct {
		Position int64
		Stream   string
		Version  int
		Type     string
		Data     map[string]any
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != 2 || first.Position != 3 || first.Stream != stream || first.Version != 1 || first.Data["message"] == nil {
		t.Errorf("%+v, %v in %q", first, err, lines)
	}
	d.says(1, []string{"events", "list", "--firm", "7"}, "there is no practice 7")
	d.says(1, []string{"events", "list", "--stream", "nonsense"}, "KIND-UUID")

	show := d.says(0, []string{"events", "show", stream}, "uploadlink.issued", "recipients.0.name   (sealed)", "reason      (sealed)")
	if strings.Contains(show, "Imogen") || strings.Contains(show, "twice") {
		t.Errorf("personal text without --unseal:\n%s", show)
	}
	d.says(0, []string{"events", "show", d.link.String(), "--unseal"}, "Imogen Farrow", "imogen@example.org", "sent twice")
	d.says(0, []string{"events", "show", stream, "--json", "--unseal"}, `"name":"Imogen Farrow"`)
	d.says(1, []string{"events", "show", "client-" + uuid.NewString()}, "there is no stream")

	d.says(0, []string{"events", "replay", "--stream", stream, "--version", "1"}, "version 1 of 2", "upload_link", "message     (sealed)")
	d.says(0, []string{"events", "replay", "--stream", stream, "--unseal"}, "Your papers, please.", "revoked_at")
	d.says(0, []string{"events", "replay", "--stream", stream, "--at", "2999-01-01", "--json"}, `"version":2`, `"pending":[]`)
	d.says(1, []string{"events", "replay", "--stream", stream, "--at", "2001-01-01"}, "no events there")
	d.says(1, []string{"events", "replay", "--stream", stream, "--at", "soon"}, "--at is a time like")
}

func TestEventsVerifyAndExport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	stream := uploadlink.Stream(d.link).String()
	file := filepath.Join(t.TempDir(), "history.jsonl")
	d.says(0, []string{"events", "verify"}, "Checked 3 streams with 4 events", "Every chain is whole.", "Fingerprint ")
	d.says(0, []string{"events", "export", "--firm", "1", "--file", file})
	d.says(1, []string{"events", "export", "--firm", "1", "--file", file}, "file exists")
	whole := d.says(0, []string{"events", "verify", "--file", file, "--json"}, `"ok":true`, `"events":4`)

	d.forge(`UPDATE es.events SET meta = jsonb_set(meta::jsonb, '{actor,kind}', '"system"') WHERE stream_id = $1 AND version = 2`, d.link)
	d.says(1, []string{"events", "verify"}, "DAMAGED  "+stream+" version 2: its content was changed", "1 places are damaged")
	d.says(1, []string{"events", "verify", "--stream", stream, "--json"}, `"ok":false`, `"version":2`)
	d.says(0, []string{"events", "verify", "--stream", "client-" + d.client.String()}, "Checked 1 streams")
	d.says(1, []string{"events", "verify", "--firm", "1"}, stream)
	damaged := filepath.Join(t.TempDir(), "damaged.jsonl")
	if err := os.WriteFile(damaged, []byte(d.says(0, []string{"events", "export"})), 0o600); err != nil {
		t.Fatal(err)
	}

	// A file needs no database.
	d.env = append(d.env, "DATABASE_URL=postgres://nobody@127.0.0.1:1/none")
	d.says(1, []string{"events", "verify", "--file", damaged}, "DAMAGED  "+stream+" version 2")
	if again := d.says(0, []string{"events", "verify", "--file", file, "--json"}); again[strings.Index(again, "fingerprint"):] == "" || !strings.Contains(whole, again[strings.Index(again, "fingerprint"):strings.Index(again, "fingerprint")+80]) {
		t.Errorf("%s\n%s", whole, again)
	}
	d.says(1, []string{"events", "verify", "--file", file + ".none"}, "open the export")
	d.says(1, []string{"events", "verify", "--file", file, "--firm", "1"}, "none of the others can be")
}

// lineWriter hands over what is written, line by line.
type lineWriter struct {
	mu    sync.Mutex
	text  strings.Builder
	lines chan string
}

func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range string(b) {
		if c != '\n' {
			w.text.WriteRune(c)
			continue
		}
		w.lines <- w.text.String()
		w.text.Reset()
	}
	return len(b), nil
}

func TestEventsTail(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &lineWriter{lines: make(chan string, 100)}
	ended := make(chan int, 1)
	go func() {
		ended <- run(under(ctx, d.env...), []string{"events", "tail", "--after", "2", "--json", "--type", "uploadlink"}, strings.NewReader(""), out, io.Discard)
	}()
	next := func(want string) {
		t.Helper()
		select {
		case line := <-out.lines:
			if !strings.Contains(line, want) {
				t.Errorf("the tail says %s, want %s", line, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("the tail says nothing of %s", want)
		}
	}
	next("uploadlink.issued")
	next("uploadlink.revoked")
	by := es.By{Firm: d.firm, Actor: event.Actor{Kind: event.Staff, ID: uuid.Must(uuid.NewV7())}}
	if _, err := d.h.clients.Create(t.Context(), clientapp.Create{By: by, ID: uuid.Must(uuid.NewV7()), Name: "Tom"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.h.links.Issue(t.Context(), linkapp.Issue{
		By: by, ID: uuid.Must(uuid.NewV7()), Recipients: []linkapp.NewRecipient{{Email: "tom@example.org"}}, ExpiresOn: time.Now().AddDate(0, 0, 9), Zone: time.UTC,
	}); err != nil {
		t.Fatal(err)
	}
	next(`"position":6`)
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("Ctrl-C ends it with exit code %d", code)
	}
}

func TestProjectionsCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.says(0, []string{"projections", "list"}, "NAME", "client_list", "upload_link_list", "ok")
	var list []map[string]any
	if err := json.Unmarshal([]byte(d.says(0, []string{"projections", "list", "--json"})), &list); err != nil || len(list) != len(postgres.Models()) {
		t.Errorf("%v, %v", list, err)
	}
	d.says(0, []string{"projections", "verify", "client_list"}, "live rows compared", "Every row is what its history comes to.")
	d.forge(`UPDATE rm.client_1 SET name = 'Somebody else' WHERE id = $1`, d.client)
	wrong := d.says(1, []string{"projections", "verify", "client_list"}, "DIFFERS  portal.client id="+d.client.String()+": differs name", "projections rebuild client_list")
	if strings.Contains(wrong, "Ottoline") || strings.Contains(wrong, "Somebody") {
		t.Errorf("personal text without --values:\n%s", wrong)
	}
	d.says(1, []string{"projections", "verify", "client_list", "--values"}, `live "Somebody else", fresh "Ottoline Marchbanks"`)
	d.says(1, []string{"projections", "verify", "client_list", "--json"}, `"ok":false`, `"columns":["name"]`)
	d.says(0, []string{"projections", "rebuild", "client_list"}, "generation 2 serves")
	d.says(0, []string{"projections", "verify", "client_list"}, "generation 2", "Every row")
	d.says(1, []string{"projections", "rebuild", "nothing"}, "there is no read model", "client_list")

	d.says(1, []string{"projections", "resume", "client_list"}, "does not stand there")
	d.forge(`UPDATE es.projections SET halted_at = 2, failures = 3, last_error = 'cannot be folded', position = 1 WHERE name = 'client_list'`)
	d.says(0, []string{"projections", "list"}, "HALTED at position 2", "client_list: cannot be folded")
	d.says(1, []string{"projections", "skip", "client_list", "--position", "3", "--reason", "why"}, "does not stand there")
	d.says(1, []string{"projections", "skip", "client_list", "--position", "2"}, "reason")
	d.says(0, []string{"projections", "skip", "client_list", "--position", "2", "--reason", "names a currency that is gone"}, "recorded as operation-")
	d.says(0, []string{"projections", "list"}, "passes over [2]")
	d.says(0, []string{"events", "list", "--type", "operation"}, "operation.event_skipped", "operator")
	d.says(0, []string{"events", "verify"}, "Every chain is whole.")
}

func TestSubjectErase(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.client.String()
	d.says(1, []string{"subject", "erase", "--subject", id}, "--yes")
	d.says(1, []string{"subject", "erase", "--subject", uuid.NewString(), "--yes"}, "no sealed data of this subject")
	d.says(0, []string{"events", "show", "client-" + id, "--unseal"}, "Ottoline Marchbanks")
	d.says(0, []string{"subject", "erase", "--firm", fmt.Sprint(d.firm), "--subject", id, "--yes"}, "erased from 2 streams")
	d.says(0, []string{"events", "show", "client-" + id, "--unseal"}, "(erased)")
	d.says(0, []string{"events", "show", uploadlink.Stream(d.link).String(), "--unseal"}, "(erased)", "Imogen Farrow")
	d.says(0, []string{"events", "verify"}, "Every chain is whole.")
	row, err := d.h.clientList.Client(t.Context(), d.firm, d.client)
	if err != nil || row.Name != "(erased)" {
		t.Errorf("the list of clients shows %+v, %v", row, err)
	}
	d.says(0, []string{"projections", "verify", "client_list"}, "Every row")
	d.says(0, []string{"subject", "erase", "--subject", id, "--yes"}, "was erased before")
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, "rebuild")
	p.set(1, 10)
	if out.Len() > 0 {
		t.Errorf("within a second it says %q", out.String())
	}
	p.started = time.Now().Add(-2 * time.Second)
	p.set(5, 10)
	p.set(6, 10)
	p.end()
	if out.String() != "rebuild: 5 of 10 (50 %)\n" {
		t.Errorf("it says %q", out.String())
	}
}
