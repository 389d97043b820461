package postgres_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/audit"
	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func (h *house) history() postgres.History {
	return postgres.History{DB: h.db, Codec: h.codec, Vault: h.vault}
}

// longLink writes a link of seven events, by appends of several and of one, with personal text in versions 1, 2 and 4.
func (h *house) longLink(t testing.TB) event.Stream {
	t.Helper()
	id, ida, file := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	stream := uploadlink.Stream(id)
	redeemed := func(n int) event.Event {
		return uploadlink.Redeemed{Recipient: ida, Generation: n, Device: event.Of(ida, "Firefox"), Address: event.Of(ida, "192.0.2.1"), At: noon}
	}
	a := es.Append{By: h.by(), Stream: stream, At: noon, Events: []event.Event{
		uploadlink.Issued{
			Subject: id, Sender: ida, ExpiresAt: noon.AddDate(0, 0, 14), Zone: "Europe/London", Message: event.Of(id, "Your papers, please."),
			Recipients: []uploadlink.Recipient{{ID: ida, Name: event.Of(ida, "Imogen Farrow"), Email: event.Of(ida, "imogen@example.org")}},
		},
		redeemed(1),
		uploadlink.MailHandedOver{Recipient: ida, Generation: 1, At: noon},
	}}
	r, err := h.store.Append(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []event.Event{
		uploadlink.TransferStarted{File: file, Recipient: ida, Name: event.Of(id, "statement.pdf"), Size: 10, At: noon},
		uploadlink.TransferAbandoned{File: file, Reason: uploadlink.Idle, At: noon},
		uploadlink.Extended{ExpiresAt: noon.AddDate(0, 1, 0), Zone: "Europe/London"},
		uploadlink.Expired{At: noon.AddDate(0, 1, 0)},
	} {
		a.Expected, a.Prev, a.Events = r.Version, r.Hash, []event.Event{e}
		if r, err = h.store.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return stream
}

// forge runs statements as a superuser who has switched the triggers off. $1 is the stream.
func (h *house) forge(t *testing.T, stream event.Stream, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Superuser(t, h.url))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range append([]string{`SET session_replication_role = replica`}, statements...) {
		if !strings.Contains(sql, "$1") {
			_, err = conn.Exec(t.Context(), sql)
		} else {
			var tag interface{ RowsAffected() int64 }
			if tag, err = conn.Exec(t.Context(), sql, stream.ID); err == nil && tag.RowsAffected() == 0 {
				t.Fatalf("%s: changed nothing", sql)
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

const (
	insertRow = `INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, pii, meta, hash)
		SELECT stream_id, %d, firm_no, type, schema_ver, occurred_at, data, pii, meta, hash FROM es.events WHERE stream_id = $1 AND version = %d`
	setVersion = `UPDATE es.events SET version = %d WHERE stream_id = $1 AND version = %d`
)

// Notes on the event store, section 13: tampering. Each fault is found, and named with stream and version, in the
// database and in an export made from it.
func TestTampering(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		name     string
		does     []string
		versions []int // where damage is named; exactly there
		says     string
	}{
		{"nothing", []string{`SELECT 1`}, nil, ""},
		{"a fact", []string{`UPDATE es.events SET data = jsonb_set(data::jsonb, '{generation}', '2') WHERE stream_id = $1 AND version = 2`}, []int{2}, "content was changed"},
		{"a byte of the last event", []string{`UPDATE es.events SET data = jsonb_set(data::jsonb, '{at}', '"2026-04-01T12:00:01Z"') WHERE stream_id = $1 AND version = 7`}, []int{7}, "content was changed"},
		{"a byte of sealed text", []string{`UPDATE es.events SET pii = set_byte(pii, 40, get_byte(pii, 40) # 1) WHERE stream_id = $1 AND version = 4`}, []int{4}, "content was changed"},
		{"who did it", []string{`UPDATE es.events SET meta = jsonb_set(meta::jsonb, '{actor,kind}', '"staff"') WHERE stream_id = $1 AND version = 3`}, []int{3}, "content was changed"},
		{"when it was", []string{`UPDATE es.events SET occurred_at = occurred_at + interval '1 microsecond' WHERE stream_id = $1 AND version = 1`}, []int{1}, "content was changed"},
		{"what it was", []string{`UPDATE es.events SET type = 'uploadlink.revoked' WHERE stream_id = $1 AND version = 6`}, []int{6}, "content was changed"},
		{"a kind that it cannot be", []string{`UPDATE es.events SET type = 'task.opened' WHERE stream_id = $1 AND version = 6`}, []int{6}, "kind task"},
		{"its shape's number", []string{`UPDATE es.events SET schema_ver = 2 WHERE stream_id = $1 AND version = 6`}, []int{6}, "content was changed"},
		{"whose it is", []string{`UPDATE es.events SET firm_no = 99 WHERE stream_id = $1 AND version = 5`}, []int{5}, "content was changed"},
		{"a number that JSON does not carry", []string{`UPDATE es.events SET data = '{"n": 12345678901234567890123}' WHERE stream_id = $1 AND version = 3`}, []int{3}, "content was changed"},
		{"a byte of a hash", []string{`UPDATE es.events SET hash = set_byte(hash, 3, get_byte(hash, 3) # 1) WHERE stream_id = $1 AND version = 4`}, []int{4}, "hash was changed"},
		{"a byte of the last hash", []string{`UPDATE es.events SET hash = set_byte(hash, 31, get_byte(hash, 31) # 128) WHERE stream_id = $1 AND version = 7`}, []int{7}, "hash was changed"},
		{"a deleted row", []string{`DELETE FROM es.events WHERE stream_id = $1 AND version = 3`}, []int{3}, "missing"},
		{"the first rows deleted", []string{`DELETE FROM es.events WHERE stream_id = $1 AND version <= 2`}, []int{1}, "from version 1 to 2 are missing"},
		{"a cut tail", []string{`DELETE FROM es.events WHERE stream_id = $1 AND version >= 6`}, []int{6}, "the stream is cut: the events from version 6 to 7"},
		{"everything deleted", []string{`DELETE FROM es.events WHERE stream_id = $1`}, []int{1}, "the stream is cut"},
		{"neighbours swapped", []string{fmt.Sprintf(setVersion, 1002, 2), fmt.Sprintf(setVersion, 2, 3), fmt.Sprintf(setVersion, 3, 1002)}, []int{2, 3}, "here belongs the event that stands at version"},
		{"a pair swapped", []string{fmt.Sprintf(setVersion, 1002, 2), fmt.Sprintf(setVersion, 2, 6), fmt.Sprintf(setVersion, 6, 1002)}, []int{2, 6}, "here belongs the event that stands at version"},
		{"what two rows say swapped", []string{`UPDATE es.events e SET data = o.data FROM es.events o WHERE e.stream_id = $1 AND o.stream_id = e.stream_id AND (e.version, o.version) IN ((3, 5), (5, 3))`}, []int{3, 5}, "content was changed"},
		{"a row after the last", []string{fmt.Sprintf(insertRow, 8, 7)}, []int{8}, ""},
		{"a row in a gap", []string{`DELETE FROM es.events WHERE stream_id = $1 AND version = 5`, fmt.Sprintf(insertRow, 5, 3)}, []int{5, 6}, "it is another event"},
		{"a row pushed in between", []string{
			`UPDATE es.events SET version = version + 1000 WHERE stream_id = $1 AND version >= 6`,
			`UPDATE es.events SET version = version - 999 WHERE stream_id = $1 AND version >= 1000`, fmt.Sprintf(insertRow, 6, 3),
		}, []int{6, 7, 8}, ""},
		{"a changed head", []string{`UPDATE es.streams SET head_hash = set_byte(head_hash, 0, get_byte(head_hash, 0) # 1) WHERE stream_id = $1`}, []int{7}, "head is not the hash"},
		{"a head moved back", []string{`UPDATE es.streams SET version = 5 WHERE stream_id = $1`}, []int{6}, "behind the stream's head"},
		{"a head moved on", []string{`UPDATE es.streams SET version = 9 WHERE stream_id = $1`}, []int{8}, "from version 8 to 9"},
		{"a head of another practice", []string{`UPDATE es.streams SET firm_no = 99 WHERE stream_id = $1`}, []int{0}, "belongs to practice 99"},
		{"a head of another kind", []string{`UPDATE es.streams SET kind = 'task' WHERE stream_id = $1`}, []int{0}, "of kind task"},
		{"a lost head", []string{`DELETE FROM es.streams WHERE stream_id = $1`}, []int{1}, "no head"},
		{"an order of the log that cannot be", []string{`UPDATE es.events SET position = position + 100000 WHERE stream_id = $1 AND version = 2`}, []int{3}, "is not behind the one before it"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.longLink(t)
			stream := h.longLink(t)
			h.longLink(t)
			h.forge(t, stream, fault.does...)
			report, err := h.history().Verify(t.Context(), 0, event.Stream{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			named(t, report, stream, fault.versions, fault.says)
			if report.Streams < 4 || report.Events < 15 || report.Bytes < 1000 || len(report.Fingerprint) != 64 {
				t.Errorf("looked at %+v", report)
			}
			var file bytes.Buffer
			if err := h.history().Export(t.Context(), h.firm, &file, nil); err != nil {
				t.Fatal(err)
			}
			if fault.name == "a lost head" || fault.name == "a head of another practice" || fault.name == "a head of another kind" {
				return // the export is of what the heads say
			}
			offline, err := postgres.VerifyFile(&file, nil)
			if err != nil {
				t.Fatal(err)
			}
			named(t, offline, stream, fault.versions, fault.says)
			if offline.Fingerprint != report.Fingerprint {
				t.Errorf("the export's fingerprint is %s and the database's is %s", offline.Fingerprint, report.Fingerprint)
			}
		})
	}
}

// named holds a report against where damage must be named, and what must be said somewhere.
func named(t *testing.T, r postgres.Report, stream event.Stream, versions []int, says string) {
	t.Helper()
	found, said := map[int]bool{}, len(versions) == 0
	for _, d := range r.Damage {
		if d.Stream == (event.Stream{}) {
			continue // the sums of a file
		}
		if d.Stream.ID != stream.ID {
			t.Errorf("%s is whole, and is said to be damaged: %+v", d.Stream, d)
		}
		found[d.Version] = true
		said = said || strings.Contains(d.What, says)
	}
	for _, v := range versions {
		if !found[v] {
			t.Errorf("version %d is not named in %+v", v, r.Damage)
		}
		delete(found, v)
	}
	if len(found) > 0 || !said {
		t.Errorf("wanted %v, %q; found %+v", versions, says, r.Damage)
	}
}

// A verification looks at what it was asked for and no further.
func TestVerifyChooses(t *testing.T) {
	h := newHouse(t)
	whole := h.longLink(t)
	other := *h
	other.firm = h.found(t)
	damaged := other.longLink(t)
	h.forge(t, damaged, `DELETE FROM es.events WHERE stream_id = $1 AND version = 3`)
	for _, c := range []struct {
		firm    int32
		stream  event.Stream
		damaged bool
	}{
		{h.firm, event.Stream{}, false}, {other.firm, event.Stream{}, true}, {0, whole, false}, {0, damaged, true}, {0, event.Stream{}, true},
	} {
		r, err := h.history().Verify(t.Context(), c.firm, c.stream, nil)
		if err != nil {
			t.Fatal(err)
		}
		if (len(r.Damage) > 0) != c.damaged {
			t.Errorf("firm %d, stream %s: %+v", c.firm, c.stream, r)
		}
	}
}

// A file that was changed after the export is found as well, line by line.
func TestTamperedExport(t *testing.T) {
	h := newHouse(t)
	h.longLink(t)
	h.longLink(t)
	var file bytes.Buffer
	if err := h.history().Export(t.Context(), h.firm, &file, nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(file.String(), "\n"), "\n")
	// 0 header, 1 firm, 2–8 and 9–15 links, 16–18 heads
	if len(lines) != 19 || !strings.Contains(lines[0], `"count":15`) || !strings.Contains(lines[0], "RFC 8785") || !strings.Contains(lines[16], `{"head":"firm-`) {
		t.Fatalf("%d lines:\n%s", len(lines), file.String())
	}
	if strings.Contains(file.String(), "Imogen") || strings.Contains(file.String(), "imogen") {
		t.Error("the export shows personal text")
	}
	check := func(name string, change func(lines []string) []string, damaged bool) {
		r, err := postgres.VerifyFile(strings.NewReader(strings.Join(change(append([]string(nil), lines...)), "")), nil)
		if err != nil || (len(r.Damage) > 0) != damaged {
			t.Errorf("%s: %+v, %v", name, r.Damage, err)
		}
	}
	check("as it is", func(l []string) []string { return l }, false)
	check("a changed line", func(l []string) []string {
		l[3] = strings.Replace(l[3], `"generation":1`, `"generation":2`, 1)
		return l
	}, true)
	check("a line less", func(l []string) []string { return append(l[:5], l[6:]...) }, true)
	check("swapped lines", func(l []string) []string { l[4], l[5] = l[5], l[4]; return l }, true)
	check("a line of another stream", func(l []string) []string { l[4], l[12] = l[12], l[4]; return l }, true)
	check("a line twice", func(l []string) []string { return append(l[:6], l[5:]...) }, true)
	check("a head less", func(l []string) []string { return append(l[:17], l[18:]...) }, true)
	check("a stream less, with its head", func(l []string) []string { return append(l[:9:9], l[16:18]...) }, true)
	check("cut", func(l []string) []string { return l[:10] }, true)
	check("other spacing and order", func(l []string) []string {
		l[3] = strings.Replace(l[3], `"data":{`, `"data":  {`, 1)
		return l
	}, false)
	for name, text := range map[string]string{"empty": "", "something else": "{}\n", "no JSON": lines[0] + "no\n", "no hash": lines[0] + `{"stream":"firm-` + uuid.NewString() + `","occurred_at":"2026-03-01T12:00:00Z","hash":"00"}`} {
		if _, err := postgres.VerifyFile(strings.NewReader(text), nil); err == nil {
			t.Errorf("%s was taken for an export", name)
		}
	}
}

// The reader of pages and programs shows facts, of one practice, as far as reading is safe.
func TestAuditReader(t *testing.T) {
	h := newHouse(t)
	stream := h.longLink(t)
	second := h.longLink(t)
	var reader audit.Reader = h.history()
	all, err := reader.Events(t.Context(), h.firm, audit.Query{Limit: 1000})
	if err != nil || len(all) != 15 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	for i, r := range all {
		if i > 0 && r.Position <= all[i-1].Position {
			t.Errorf("position %d after %d", r.Position, all[i-1].Position)
		}
		if text := fmt.Sprintf("%+v %s", r, r.Data); strings.Contains(text, "Imogen") || strings.Contains(text, "statement.pdf") || strings.Contains(text, "192.0.2.1") {
			t.Errorf("personal text in %s", text)
		}
	}
	one, err := reader.Events(t.Context(), h.firm, audit.Query{After: all[2].Position, Stream: second, Limit: 3})
	if err != nil || len(one) != 3 || one[0].Version != 1 || one[0].Stream != second || one[0].Actor.Kind != event.System || one[0].Hash == [32]byte{} || !one[0].At.Equal(noon) {
		t.Errorf("%+v, %v", one, err)
	}
	if none, err := reader.Events(t.Context(), h.found(t), audit.Query{Stream: stream, Limit: 1000}); err != nil || len(none) != 0 {
		t.Errorf("another practice reads %+v, %v", none, err)
	}
	wrongKind := event.Stream{Kind: "client", ID: stream.ID}
	if none, err := reader.Events(t.Context(), h.firm, audit.Query{Stream: wrongKind, Limit: 1000}); err != nil || len(none) != 0 {
		t.Errorf("a stream of another kind has %d events, %v", len(none), err)
	}
}

// What has been shown once never gets a predecessor later: a reader without a tail waits for those who write.
func TestHistoryWaitsForWriters(t *testing.T) {
	h := newHouse(t)
	h.longLink(t)
	tx, err := h.db.Work.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `
		INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, meta, hash)
		VALUES ($1, 1, $2, 'client.created', 1, now(), '{}', '{"actor":{"id":"00000000-0000-0000-0000-000000000000","kind":"system"}}', sha256(''))`, uuid.New(), h.firm); err != nil {
		t.Fatal(err)
	}
	last := h.longLink(t)
	read := make(chan []postgres.Entry, 1)
	go func() {
		list, err := h.history().Find(t.Context(), postgres.Search{Limit: 1000})
		if err != nil {
			t.Error(err)
		}
		read <- list
	}()
	select {
	case list := <-read:
		t.Errorf("%d events were shown while one before them was on its way", len(list))
	case <-time.After(100 * time.Millisecond):
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := <-read; len(list) != 16 || list[15].Stream != last || list[8].Type != "client.created" {
		t.Errorf("%d events", len(list))
	}
}
