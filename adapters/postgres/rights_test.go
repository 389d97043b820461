package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Nobody changes the history: the role of pages and programs has no right to, and triggers refuse the owner too.
func TestNobodyChangesTheHistory(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	h.issue(t, time.Hour)
	const insert = `INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, meta, hash)
		VALUES (gen_random_uuid(), 1, 1, 'a.b', 1, now(), '{}', '{}', sha256(''))`
	const denied, refused = "42501", "ES004"
	for _, c := range []struct {
		pool *pgxpool.Pool
		sql  string
		code string
	}{
		{h.db.App, `UPDATE es.events SET type = type`, denied},
		{h.db.App, `DELETE FROM es.events`, denied},
		{h.db.App, `TRUNCATE es.events`, denied},
		{h.db.App, insert, denied},
		{h.db.App, `UPDATE es.streams SET version = version`, denied},
		{h.db.App, `DELETE FROM es.streams`, denied},
		{h.db.App, `SELECT setval('es.position_seq', 1)`, denied},
		{h.db.App, `UPDATE es.projections SET position = 0`, denied},
		{h.db.App, `DELETE FROM es.effects`, denied},
		{h.db.App, `UPDATE vault.subject_keys SET kek_id = ''`, denied},
		{h.db.App, `DELETE FROM vault.subject_keys`, denied},
		{h.db.App, `UPDATE rm.upload_file_1 SET name = ''`, denied},
		{h.db.App, `DELETE FROM portal.upload_link`, denied},
		{h.db.App, `ALTER TABLE es.events DISABLE TRIGGER ALL`, denied},
		{h.db.App, `SET session_replication_role = replica`, denied},
		{h.db.Work, `UPDATE es.events SET type = type`, refused},
		{h.db.Work, `DELETE FROM es.events`, refused},
		{h.db.Work, `TRUNCATE es.events`, refused},
		{h.db.Work, `SET session_replication_role = replica`, denied},
	} {
		_, err := c.pool.Exec(t.Context(), c.sql)
		if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != c.code {
			t.Errorf("%s: %v, want %s", c.sql, err, c.code)
		}
	}
	report, err := h.history().Verify(t.Context(), 0, event.Stream{}, nil)
	if err != nil || len(report.Damage) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

// A query that forgets the practice sees nothing, and one of another practice sees nothing of ours.
func TestWallsBetweenPractices(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	h.issue(t, time.Hour)
	other := h.found(t)
	for firm, want := range map[string]int{"": 0, fmt.Sprint(other): 0, fmt.Sprint(h.firm): 1} {
		tx, err := h.db.App.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `SELECT set_config('portico.firm', $1, true)`, firm); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM portal.upload_link`).Scan(&n); err != nil || n != want {
			t.Errorf("as practice %q %d links are seen, %v; want %d", firm, n, err, want)
		}
		_ = tx.Rollback(t.Context()) // it only read
	}
}

// Notes on the event store, section 13: of an append that loses nothing is there, and no position was drawn for it.
func TestLosingAppendLeavesNothing(t *testing.T) {
	h := newHouse(t)
	stream := h.longLink(t)
	var before, after, written int64
	drawn := func(to *int64) {
		if err := h.db.Work.QueryRow(t.Context(), `SELECT last_value FROM es.position_seq`).Scan(to); err != nil {
			t.Fatal(err)
		}
	}
	drawn(&before)
	stale := es.Append{
		By: h.by(), Stream: stream, Expected: 3, At: noon, Alarm: noon, Rearm: true,
		Events: []event.Event{uploadlink.Expired{At: noon}, uploadlink.Expired{At: noon}},
	}
	stale.By.Command = uuid.New()
	// Losers and winners share commits: each is decided alone.
	var all sync.WaitGroup
	var mu sync.Mutex
	for i := range 60 {
		all.Go(func() {
			a, want := stale, es.ErrConflict
			if i%2 == 0 {
				a.Stream, a.Expected, want = uploadlink.Stream(uuid.Must(uuid.NewV7())), 0, nil
			}
			a.By.Command = uuid.New()
			_, err := h.store.Append(context.Background(), a)
			mu.Lock()
			defer mu.Unlock()
			if !errors.Is(err, want) {
				t.Errorf("append %d: %v, want %v", i, err, want)
			}
			if err == nil {
				written += 2
			}
		})
	}
	all.Wait()
	if _, err := h.store.Append(t.Context(), stale); !errors.Is(err, es.ErrConflict) {
		t.Errorf("a stale append: %v", err)
	}
	drawn(&after)
	if after-before != written || written != 60 {
		t.Errorf("%d positions were drawn for %d events", after-before, written)
	}
	for _, table := range []string{"es.timers", "es.commands"} {
		var lost, won int
		if err := h.db.Work.QueryRow(t.Context(), fmt.Sprintf(`
			SELECT count(*) FILTER (WHERE stream_id = $1), count(*) FILTER (WHERE stream_id <> $1) FROM %s`, table), stream.ID).Scan(&lost, &won); err != nil {
			t.Fatal(err)
		}
		if lost != 0 || won != 30 {
			t.Errorf("%s: %d rows of losers, %d of winners", table, lost, won)
		}
	}
}

// Whatever people type reaches no open column. The practice's own address is a fact: it is printed in every mail.
func TestOpenColumnsHoldNoAddress(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	file := u.send(t, "imogen@example.org statement.pdf")
	if _, err := u.cmd.Rename(t.Context(), renaming(u, file, "for tom@example.org.pdf")); err != nil {
		t.Fatal(err)
	}
	if _, err := u.cmd.Revoke(t.Context(), revoking(u, "asked by priya@example.org")); err != nil {
		t.Fatal(err)
	}
	entries, err := h.history().Find(t.Context(), postgres.Search{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	sealed := 0
	for _, e := range entries {
		if len(e.PII) > 0 {
			sealed++
		}
		if open := string(e.Data) + string(e.Meta) + e.Type; e.Type != "firm.founded" && looksPersonal(open) {
			t.Errorf("%s version %d: %s", e.Stream, e.Version, open)
		}
		if looksPersonal(string(e.PII)) {
			t.Errorf("%s version %d is not sealed", e.Stream, e.Version)
		}
	}
	if sealed < 5 || len(entries) < 7 {
		t.Errorf("looked at %d events with %d sealed parts only", len(entries), sealed)
	}
	if !looksPersonal(`{"name":"for tom@example.org"}`) || !looksPersonal(`{"name":"Imogen"}`) || looksPersonal(`{"of":"0190"}`) {
		t.Error("the search is blind")
	}
}

var addressShape = regexp.MustCompile(`[^\s@"]+@[^\s@"]+\.[a-z]{2,}`)

func looksPersonal(text string) bool {
	return addressShape.MatchString(text) || strings.Contains(text, "Imogen") || strings.Contains(text, "papers")
}

func renaming(u *usedLink, file uuid.UUID, name string) app.Rename {
	return app.Rename{By: u.by(), Link: u.id, Holder: u.holder, File: file, Name: name}
}

func revoking(u *usedLink, reason string) app.Revoke {
	by := u.house.by()
	by.Actor = event.Actor{Kind: event.Staff, ID: u.sender}
	return app.Revoke{By: by, Link: u.id, Reason: reason, Unreleased: uploadlink.Discard}
}
