package postgres

import (
	"bytes"
	"crypto/cipher"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// smallExport is one stream of three events, made without a database.
func smallExport(tb testing.TB) string {
	tb.Helper()
	stream := event.Stream{Kind: "client", ID: uuid.MustParse("0190d8f2-0000-7000-8000-000000000001")}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	write := func(v any) {
		if err := lines.Encode(v); err != nil {
			tb.Fatal(err)
		}
	}
	write(exportHeader{Format: exportFormat, Firm: 1, Streams: 1, Count: 3})
	var prev [32]byte
	for v := 1; v <= 3; v++ {
		e := Entry{
			Position: int64(v), Stream: stream, Version: v, Firm: 1, Type: "client.created", Schema: 1, At: time.Unix(1772366400, 0).UTC(),
			Data: []byte(`{"sort":"person"}`), PII: []byte{1, byte(v)}, Meta: []byte(`{"actor":{"kind":"system"}}`),
		}
		e.Hash = chain(prev, link{stream: stream, version: v, firm: 1, typ: e.Type, schema: 1, at: e.At, data: e.Data, pii: e.PII, meta: e.Meta})
		prev = e.Hash
		write(exported(e))
	}
	write(exportHead{Head: stream.String(), Firm: 1, Version: 3, Hash: hex.EncodeToString(prev[:])})
	return out.String()
}

// A file that somebody hands over may hold anything: it is whole, damaged or no export, and never more events than lines.
func FuzzVerifyFile(f *testing.F) {
	whole := smallExport(f)
	if r, err := VerifyFile(strings.NewReader(whole), nil); err != nil || len(r.Damage) > 0 || r.Events != 3 {
		f.Fatalf("the seed: %+v, %v", r, err)
	}
	f.Add(whole)
	f.Add(strings.Replace(whole, `"version":2`, `"version":-1`, 1))
	f.Add(strings.Replace(whole, `"version":3`, `"version":2147483647`, 2))
	f.Add(strings.Replace(whole, `{"sort":"person"}`, `null`, 1))
	f.Add(strings.Replace(whole, `"meta":{`, `"meta":[],"x":{`, 1))
	f.Add(strings.SplitAfter(whole, "\n")[0])
	f.Fuzz(func(t *testing.T, text string) {
		r, err := VerifyFile(strings.NewReader(text), nil)
		if err == nil && r.Events > int64(strings.Count(text, "\n")+1) {
			t.Errorf("%d events in %d lines", r.Events, strings.Count(text, "\n"))
		}
	})
}

// The sealed part is read from the database, and from exports: whatever it holds, it is split or refused.
func FuzzSections(f *testing.F) {
	aead, err := gcm(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	at := sealContext{stream: uuid.UUID{15: 1}, version: 1, typ: "client.created"}
	keys := func(uuid.UUID) (cipher.AEAD, error) { return aead, nil }
	pii, err := seal([]personalTexts{{uuid.UUID{15: 2}, []string{"a", "b"}}, {uuid.UUID{15: 3}, []string{""}}}, at, keys)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pii)
	f.Add(pii[:len(pii)-1])
	f.Add([]byte{piiVersion})
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, pii []byte) {
		total := 0
		err := sections(pii, func(_ uuid.UUID, sealed []byte) error {
			total += 20 + len(sealed)
			return nil
		})
		if err == nil && len(pii) > 0 && total != len(pii)-1 {
			t.Errorf("sections of %d bytes in %d", total, len(pii))
		}
		_, _ = openSections(pii, at, keys) // it must not panic
	})
}
