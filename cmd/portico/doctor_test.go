package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portico/adapters/blob"
	mailadapter "portico/adapters/mail"
	"portico/adapters/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

// examined runs doctor on the database at url, with more variables, and returns its findings by check, and the exit code.
func examined(t *testing.T, url string, more ...string) (map[string]finding, int) {
	t.Helper()
	settings := []string{"DATABASE_URL=" + url, "PORTICO_MASTER_KEY=" + freshKey(), "PORTICO_LINK_KEYS=1:" + freshKey(), "PORTICO_RECEIPT_KEYS=" + freshReceiptKey()}
	var out, errs bytes.Buffer
	code := run(under(t.Context(), append(settings, more...)...), []string{"doctor", "--json", "--data", t.TempDir()}, nil, &out, &errs)
	var list []finding
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), errs.String())
	}
	findings := map[string]finding{}
	for _, f := range list {
		findings[f.Check] = f
	}
	return findings, code
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	server := pgtest.Durable(t)
	findings, code := examined(t, server.URL())
	for _, f := range findings {
		if !f.OK {
			t.Errorf("%s: %s → %s", f.Check, f.Found, f.Do)
		}
	}
	if code != 0 || len(findings) < 10 {
		t.Errorf("exit code %d after %d findings", code, len(findings))
	}
}

// TestDoctorFinds breaks one thing at a time: a check that can't fail proves nothing.
func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct{ check, breaks string }{
		{"rights", `GRANT UPDATE ON es.events TO portico_app`},
		{"rights", `GRANT INSERT ON es.events TO portico_app`},
		{"rights", `REVOKE SELECT ON es.events FROM portico_app`},
		{"rights", `REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA es FROM portico_app`},
		{"log is final", `ALTER TABLE es.events DISABLE TRIGGER ALL`},
		{"positions", `ALTER SEQUENCE es.position_seq CACHE 20`},
		{"positions", `ALTER SEQUENCE es.position_seq INCREMENT 2`},
		{"positions", `ALTER TABLE es.events ALTER position DROP DEFAULT`},
		{"schema", `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`},
		{"schema", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999999, true)`},
		{"outbox", `INSERT INTO es.effects (key, firm_no, kind, stream_id, args, due_at)
			VALUES ('late', 1, 'mail.upload_link', gen_random_uuid(), '{}', clock_timestamp() - interval '61 minutes')`},
		{"clock", `CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '3 seconds' $$;
			DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$`},
		{"read models", `INSERT INTO es.projections (name, version, generation, position, halted_at) VALUES ('broken', 1, 1, 3, 4)`},
	} {
		t.Run(fault.check+": "+fault.breaks, func(t *testing.T) {
			url := pgtest.DB(t)
			conn, err := pgx.Connect(t.Context(), pgtest.Superuser(t, url))
			if err != nil {
				t.Fatal(err)
			}
			_, err = conn.Exec(t.Context(), fault.breaks)
			if closed := conn.Close(t.Context()); err != nil || closed != nil {
				t.Fatal(err, closed)
			}
			findings, code := examined(t, url)
			if f := findings[fault.check]; f.OK || f.Do == "" || code != 1 {
				t.Errorf("exit code %d, %+v", code, f)
			}
		})
	}
	t.Run("no database", func(t *testing.T) {
		if findings, code := examined(t, "postgres://nobody@127.0.0.1:1/none"); code != 1 || findings["database"].OK {
			t.Errorf("exit code %d, %+v", code, findings)
		}
	})
	t.Run("keys", func(t *testing.T) { // examined takes another key than the one that the desk's people were sealed with
		if findings, code := examined(t, newDesk(t).url); code != 1 || findings["keys"].OK || !strings.Contains(findings["keys"].Do, "PORTICO_MASTER_KEY") {
			t.Errorf("exit code %d, %+v", code, findings["keys"])
		}
	})
	t.Run("durability", func(t *testing.T) {
		if findings, _ := examined(t, pgtest.DB(t)); findings["durability"].OK {
			t.Error("the tests' own server waits for no disk, and nobody noticed")
		}
	})
}

// TestDoctorFindsOutside breaks what lies outside of the database.
func TestDoctorFindsOutside(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, port := postOffice(t)
	for _, fault := range []struct {
		name, says string
		found      []finding
	}{
		{"a folder that is a file", "is a file", examineStorage(file, 0)},
		{"a folder below a file", "is a file", examineStorage(filepath.Join(file, "data"), 0)},
		{"a folder that takes no files", "/proc", examineStorage("/proc/portico", 0)},
		{"a full disk", "GiB", examineStorage(t.TempDir(), 1<<62)},
		{"no mail server", "refused", mailAt(t, 1, mailadapter.None)},
		{"a mail server without TLS", "STARTTLS", mailAt(t, port, mailadapter.StartTLS)},
		{"a provider of texts that is away", "refused", textsAt(t, "http://127.0.0.1:1")},
		{"a provider of texts without encryption", "https", textsAt(t, "http://sms.example")},
		{"an impossible way of encryption", "rot13", mailAt(t, port, "rot13")},
	} {
		t.Run(fault.name, func(t *testing.T) {
			last := fault.found[len(fault.found)-1]
			if last.OK || last.Do == "" || !strings.Contains(last.Found, fault.says) {
				t.Errorf("%+v, want %q", last, fault.says)
			}
		})
	}
	provider := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer provider.Close()
	for _, f := range slices.Concat(examineStorage(t.TempDir(), 1), mailAt(t, port, mailadapter.None), textsAt(t, provider.URL), []finding{examineTexts(t.Context(), config{})}) {
		if !f.OK {
			t.Errorf("%+v", f)
		}
	}
}

// textsAt examines the provider of texts at an address.
func textsAt(t *testing.T, address string) []finding {
	t.Helper()
	return []finding{examineTexts(t.Context(), config{SMS: smsConfig{Provider: twilio, URL: address, Account: "AC1", Token: "token", From: "MG1"}})}
}

// mailAt examines the mail server on a port of this machine.
func mailAt(t *testing.T, port int, e mailadapter.Encryption) []finding {
	t.Helper()
	return []finding{examineMail(t.Context(), config{SMTP: smtpConfig{Host: "127.0.0.1", Port: port, Encryption: e}}, "")}
}

// A file of the database that isn't in the folder is told, and the folder is never made.
func TestDoctorMissesFiles(t *testing.T) {
	t.Parallel()
	url, dir := pgtest.DB(t), t.TempDir()
	if f := examineFiles(t.Context(), url, filepath.Join(dir, "files")); !f.OK || !strings.Contains(f.Found, "none") {
		t.Errorf("nothing has arrived: %+v", f)
	}
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	id := newID(t)
	if _, err := c.Exec(t.Context(), `
		INSERT INTO transfer.upload_transfer (id, firm_no, link_id, recipient_id, size, byte_offset, sha256, extension, declared_media, storage_key, state, expires_at)
		VALUES ($1, 1, $1, $1, 5, 5, sha256('hello'), 'txt', '', 'there', 'received', now())`, id); err != nil {
		t.Fatal(err)
	}
	if f := examineFiles(t.Context(), url, filepath.Join(dir, "files")); f.OK || f.Do == "" {
		t.Errorf("the folder is gone: %+v", f)
	}
	if _, err := os.Stat(filepath.Join(dir, "files")); err == nil {
		t.Error("doctor has made the folder")
	}
	blobs, err := blob.Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	if f := examineFiles(t.Context(), url, filepath.Join(dir, "files")); f.OK || !strings.Contains(f.Found, id.String()) {
		t.Errorf("the file is gone: %+v", f)
	}
	if err := blobs.Create(id); err != nil {
		t.Fatal(err)
	}
	w, err := blobs.Writer(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if f := examineFiles(t.Context(), url, filepath.Join(dir, "files")); !f.OK {
		t.Errorf("the file is there: %+v", f)
	}
}
