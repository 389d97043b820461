package postgres_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/privacy"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// shownIn is a column of a replayed table's only row.
func shownIn(t *testing.T, r postgres.Replayed, table, column string) any {
	t.Helper()
	for _, rt := range r.Tables {
		if rt.Name != table {
			continue
		}
		if len(rt.Rows) != 1 {
			t.Fatalf("%s has %d rows at version %d", table, len(rt.Rows), r.Version)
		}
		for i, c := range rt.Columns {
			if c == column {
				return rt.Rows[0][i]
			}
		}
	}
	t.Fatalf("there is no %s.%s in %+v", table, column, r.Tables)
	return nil
}

// The state as it was, at each version and at any time, is what the read model showed then.
func TestReplay(t *testing.T) {
	h := newHouse(t)
	link, ida, file, batch := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	stream := uploadlink.Stream(link)
	name := func(n string) event.Personal { return event.Of(link, n) }
	var r es.Result
	at := noon
	write := func(events ...event.Event) {
		var err error
		if r, err = h.store.Append(t.Context(), es.Append{By: h.by(), Stream: stream, Expected: r.Version, Prev: r.Hash, At: at, Events: events}); err != nil {
			t.Fatal(err)
		}
	}
	write(uploadlink.Issued{
		Subject: link, Sender: ida, ExpiresAt: noon.AddDate(0, 0, 14), Zone: "Europe/London", Message: name("Your papers, please."),
		Recipients: []uploadlink.Recipient{{ID: ida, Name: event.Of(ida, "Imogen Farrow"), Email: event.Of(ida, "imogen@example.org")}},
	})
	at = noon.Add(time.Minute)
	write(uploadlink.TransferStarted{File: file, Recipient: ida, Name: name("a.pdf"), Size: 10, At: at})
	at = noon.Add(2 * time.Minute)
	write(uploadlink.BatchOpened{Batch: batch, Recipient: ida, At: at}, uploadlink.FileReceived{
		File: file, Batch: batch, Recipient: ida, Name: name("a.pdf"), SentAs: name("a.pdf"), Size: 10, SHA256: digest, Media: "application/pdf",
		StartedAt: noon, ReceivedAt: at, WindowMS: 600_000, Deadline: at.Add(10 * time.Minute),
	})
	at = noon.Add(3 * time.Minute)
	write(uploadlink.FileRenamed{File: file, Name: name("b.pdf"), At: at})
	at = noon.Add(15 * time.Minute) // an alarm that was late
	write(uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{file}, Cause: uploadlink.WindowEnded, At: noon.Add(12 * time.Minute)})

	replay := func(m postgres.Moment, unseal bool) postgres.Replayed {
		t.Helper()
		out, err := h.history().Replay(t.Context(), postgres.Models(), stream, m, unseal)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		moment      postgres.Moment
		version     int
		name, state string
		pending     int
		wakes       bool
	}{
		{postgres.Moment{Version: 2}, 2, "a.pdf", "receiving", 0, true},
		{postgres.Moment{Version: 3}, 3, "a.pdf", "receiving", 0, false}, // between two events of one append there is no moment
		{postgres.Moment{Version: 4}, 4, "a.pdf", "received", 0, true},
		{postgres.Moment{Version: 5}, 5, "b.pdf", "received", 0, true},
		{postgres.Moment{At: noon.Add(3*time.Minute - time.Millisecond)}, 4, "a.pdf", "received", 0, true},
		{postgres.Moment{At: noon.Add(3 * time.Minute)}, 5, "b.pdf", "received", 0, true},
		{postgres.Moment{At: noon.Add(13 * time.Minute)}, 5, "b.pdf", "received", 1, true}, // the window had ended, and nobody had said so
		{postgres.Moment{At: noon.Add(15 * time.Minute)}, 6, "b.pdf", "released", 0, true},
		{postgres.Moment{}, 6, "b.pdf", "released", 0, true},
	} {
		got := replay(c.moment, true)
		n, s := shownIn(t, got, "upload_file", "name"), shownIn(t, got, "upload_file", "state")
		if got.Version != c.version || got.Of != 6 || n != c.name || s != c.state || len(got.Pending) != c.pending || got.Wake.IsZero() == c.wakes {
			t.Errorf("%+v: version %d of %d, %v, %v, pending %v, wakes at %s; want %+v", c.moment, got.Version, got.Of, n, s, got.Pending, got.Wake, c)
		}
		sealed := replay(c.moment, false)
		if shownIn(t, sealed, "upload_file", "name") != postgres.Sealed || strings.Contains(fmt.Sprintf("%+v", sealed), ".pdf") {
			t.Errorf("%+v without unsealing: %+v", c.moment, sealed)
		}
	}
	if _, err := h.history().Replay(t.Context(), postgres.Models(), stream, postgres.Moment{At: noon.Add(-time.Second)}, true); !errors.Is(err, postgres.ErrNoStream) {
		t.Errorf("before its beginning: %v", err)
	}
	if _, err := h.history().Replay(t.Context(), postgres.Models(), stream, postgres.Moment{Version: 7}, true); !errors.Is(err, postgres.ErrNoStream) {
		t.Errorf("a version to come: %v", err)
	}
}

// Every kind of stream replays, those that no read model folds by their events.
func TestReplayOfEveryKind(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	stream, created := newClient("Ottoline Marchbanks")
	if _, err := h.store.Append(t.Context(), es.Append{By: h.by(), Stream: stream, At: noon, Events: []event.Event{created}}); err != nil {
		t.Fatal(err)
	}
	h.longLink(t)
	if _, err := h.eraser().Erase(t.Context(), h.by(), stream.ID); err != nil {
		t.Fatal(err)
	}
	entries, err := h.history().Find(t.Context(), postgres.Search{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	folded := map[event.Kind]int{}
	for _, e := range entries {
		r, err := h.history().Replay(t.Context(), postgres.Models(), e.Stream, postgres.Moment{Version: e.Version}, true)
		if err != nil || len(r.Events) != e.Version {
			t.Errorf("%s version %d: %+v, %v", e.Stream, e.Version, r, err)
		}
		folded[e.Stream.Kind] += len(r.Tables)
	}
	if folded[firm.Kind] == 0 || folded[client.Kind] == 0 || folded[uploadlink.Kind] == 0 {
		t.Errorf("tables by kind: %v", folded)
	}
	if _, ok := folded[privacy.Kind]; !ok {
		t.Error("no erasure was replayed")
	}
}

// The header of an export says how to check it. A stranger who writes the check from those words comes to the same hashes.
func TestExportRuleIsEnough(t *testing.T) {
	h := newHouse(t)
	h.longLink(t)
	var file bytes.Buffer
	if err := h.history().Export(t.Context(), h.firm, &file, nil); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(&file)
	lines.Buffer(nil, 1<<20)
	last := map[string][]byte{}
	events, heads := 0, 0
	for lines.Scan() {
		var line struct {
			Head, Stream, Type, PII, Hash string
			Version, Firm                 uint32
			At                            string `json:"occurred_at"`
			Schema                        uint32 `json:"schema_ver"`
			Data, Meta                    json.RawMessage
		}
		if bytes.Contains(lines.Bytes(), []byte(`"format"`)) {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Head != "" {
			heads++
			if hex.EncodeToString(last[line.Head]) != line.Hash {
				t.Errorf("the head of %s is %s, its last hash %x", line.Head, line.Hash, last[line.Head])
			}
			continue
		}
		events++
		kind, id, _ := strings.Cut(line.Stream, "-")
		at, err := time.Parse(time.RFC3339Nano, line.At)
		if err != nil {
			t.Fatal(err)
		}
		pii, err := base64.StdEncoding.DecodeString(line.PII)
		if err != nil {
			t.Fatal(err)
		}
		if last[line.Stream] == nil {
			last[line.Stream] = make([]byte, 32)
		}
		var b bytes.Buffer
		counted := func(x []byte) {
			binary.Write(&b, binary.BigEndian, uint32(len(x)))
			b.Write(x)
		}
		b.Write(last[line.Stream])
		b.WriteString("portico.event.v1\n")
		u := uuid.MustParse(id)
		b.Write(u[:])
		counted([]byte(kind))
		binary.Write(&b, binary.BigEndian, []uint32{line.Version, line.Firm, line.Schema})
		binary.Write(&b, binary.BigEndian, at.UnixMicro())
		counted([]byte(line.Type))
		counted(line.Data) // the export writes it in canonical form
		counted(pii)
		counted(line.Meta)
		sum := sha256.Sum256(b.Bytes())
		if hex.EncodeToString(sum[:]) != line.Hash {
			t.Errorf("%s version %d: %x, the line says %s", line.Stream, line.Version, sum, line.Hash)
		}
		last[line.Stream] = sum[:]
	}
	if events != 8 || heads != 2 {
		t.Errorf("%d events and %d heads", events, heads)
	}
}
