package postgres

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// An export is a file of JSON Lines that proves itself without the server: a header, every event of a firm by stream
// and version, and at the end the head of each stream, so that a cut file shows.

const exportFormat = "portico.events/1"

// hashRule tells a stranger how to check a line. It is the text of chain.go.
const hashRule = `hash = SHA-256( hash of the stream's version before, 32 zero bytes before version 1 | "portico.event.v1\n" | ` +
	`the stream's UUID, 16 bytes | len(kind) kind | version, 4 bytes | firm, 4 bytes | schema_ver, 4 bytes | ` +
	`occurred_at in microseconds since 1970-01-01T00:00:00Z, 8 bytes | len(type) type | len(data) data | len(pii) pii | len(meta) meta ). ` +
	`Numbers and len are big-endian, len has 4 bytes; kind is the part of stream before the first "-"; data and meta are canonical JSON ` +
	`in UTF-8; pii is decoded from base64, and empty where it is null. The last hash of each stream is the one of its head, ` +
	`and the version of its head is the number of its events.`

type exportHeader struct {
	Format     string    `json:"format"`
	Firm       int32     `json:"firm"`
	Practice   uuid.UUID `json:"practice"`
	ExportedAt time.Time `json:"exported_at"`
	Streams    int64     `json:"streams"`
	Count      int64     `json:"count"` // events
	Canonical  string    `json:"canonicalisation"`
	Hash       string    `json:"hash"`
}

type exportEvent struct {
	Position   int64           `json:"position"`
	Stream     string          `json:"stream"`
	Version    int             `json:"version"`
	Firm       int32           `json:"firm"`
	Type       string          `json:"type"`
	Schema     int16           `json:"schema_ver"`
	At         string          `json:"occurred_at"`
	RecordedAt string          `json:"recorded_at"`
	Data       json.RawMessage `json:"data"`
	PII        []byte          `json:"pii"`
	Meta       json.RawMessage `json:"meta"`
	Hash       string          `json:"hash"`
}

type exportHead struct {
	Head    string `json:"head"` // the stream
	Firm    int32  `json:"firm"`
	Version int    `json:"version"`
	Hash    string `json:"hash"`
}

// micro is RFC 3339 with microseconds: what the chain covers.
const micro = "2006-01-02T15:04:05.000000Z07:00"

// ErrNoPractice says that there is no practice of this number.
var ErrNoPractice = errors.New("there is no practice of this number")

// Export writes everything of one firm that a verifier needs. Personal text stays sealed. progress is told events; it
// may be nil.
func (h History) Export(ctx context.Context, firm int32, to io.Writer, progress func(done, total int64)) error {
	out := bufio.NewWriterSize(to, 1<<16)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	err := pgx.BeginTxFunc(ctx, h.DB.Work, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		head, err := exportHeaderOf(ctx, tx, firm)
		if err != nil {
			return err
		}
		if err := lines.Encode(head); err != nil {
			return err
		}
		var heads []Head
		v := &verification{firm: firm}
		for more := true; more; {
			page, err := v.heads(ctx, tx)
			if err != nil {
				return err
			}
			heads, more = append(heads, page...), len(page) == verifyPage
		}
		done := int64(0)
		for page := range slices.Chunk(heads, verifyPage) {
			n, err := exportPage(ctx, tx, page, lines)
			if err != nil {
				return err
			}
			if done += n; progress != nil {
				progress(done, head.Count)
			}
		}
		for _, h := range heads {
			if err := lines.Encode(exportHead{Head: h.Stream.String(), Firm: h.Firm, Version: h.Version, Hash: hex.EncodeToString(h.Hash[:])}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("export practice %d: %w", firm, err)
	}
	return nil
}

func exportHeaderOf(ctx context.Context, tx pgx.Tx, firm int32) (exportHeader, error) {
	h := exportHeader{Format: exportFormat, Firm: firm, Canonical: "RFC 8785", Hash: hashRule}
	err := tx.QueryRow(ctx, `
		SELECT f.id, statement_timestamp(), s.streams, s.events
		FROM es.firms f, (SELECT count(*) AS streams, coalesce(sum(version), 0) AS events FROM es.streams WHERE firm_no = $1) AS s
		WHERE f.no = $1`, firm).Scan(&h.Practice, &h.ExportedAt, &h.Streams, &h.Count)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrNoPractice
	}
	return h, err
}

func exportPage(ctx context.Context, tx pgx.Tx, heads []Head, lines *json.Encoder) (n int64, err error) {
	ids := make([]uuid.UUID, len(heads))
	for i, h := range heads {
		ids[i] = h.Stream.ID
	}
	rows, err := tx.Query(ctx, selectEntries+` WHERE stream_id = ANY ($1) ORDER BY stream_id, version`, ids)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return n, err
		}
		if err := lines.Encode(exported(e)); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

func exported(e Entry) exportEvent {
	return exportEvent{
		Position: e.Position, Stream: e.Stream.String(), Version: e.Version, Firm: e.Firm, Type: e.Type, Schema: e.Schema,
		At: e.At.UTC().Format(micro), RecordedAt: e.RecordedAt.UTC().Format(micro),
		Data: e.Data, PII: e.PII, Meta: e.Meta, Hash: hex.EncodeToString(e.Hash[:]),
	}
}

// VerifyFile walks the chains of an export without any database. It fails on a file that is no export; what is wrong
// inside of one is damage. progress is told events; it may be nil.
func VerifyFile(from io.Reader, progress func(done, total int64)) (Report, error) {
	started := time.Now()
	f := &fileCheck{walks: map[uuid.UUID]*chainCheck{}, print: newFingerprint()}
	lines := bufio.NewReaderSize(from, 1<<16)
	for number := 1; ; number++ {
		text, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(text) == 0 {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return Report{}, fmt.Errorf("read line %d: %w", number, err)
		}
		if number == 1 {
			err = f.start(text)
		} else {
			err = f.line(text)
		}
		if err != nil {
			return Report{}, fmt.Errorf("line %d: %w", number, err)
		}
		if progress != nil && number%1000 == 0 {
			progress(f.events, f.header.Count)
		}
	}
	if f.header.Format == "" {
		return Report{}, errNoExport
	}
	f.end()
	f.report.Took, f.report.Fingerprint = time.Since(started), f.print.String()
	return f.report, nil
}

var errNoExport = fmt.Errorf("this is no export of a history (%s)", exportFormat)

type fileCheck struct {
	header exportHeader
	report Report
	print  fingerprint
	events int64
	heads  int64
	run    []Entry // of the stream that is being read
	walks  map[uuid.UUID]*chainCheck
	headed map[uuid.UUID]bool
	last   uuid.UUID // of the heads
}

func (f *fileCheck) start(text []byte) error {
	f.headed = map[uuid.UUID]bool{}
	if err := json.Unmarshal(text, &f.header); err != nil || f.header.Format != exportFormat {
		f.header.Format = ""
		return errNoExport
	}
	return nil
}

// line is an event, or a head.
func (f *fileCheck) line(text []byte) error {
	var head exportHead
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("this is no JSON, or no line of an export: %w", err)
	}
	if head.Head != "" {
		h, err := head.head()
		if err != nil {
			return err
		}
		f.close()
		f.head(h)
		return nil
	}
	var line exportEvent
	if err := json.Unmarshal(text, &line); err != nil {
		return fmt.Errorf("this is no event: %w", err)
	}
	e, err := line.entry()
	if err != nil {
		return err
	}
	f.events++
	if len(f.run) > 0 && f.run[0].Stream.ID != e.Stream.ID {
		f.close()
	}
	f.run = append(f.run, e)
	return nil
}

func (l exportEvent) entry() (e Entry, err error) {
	e = Entry{Position: l.Position, Version: l.Version, Firm: l.Firm, Type: l.Type, Schema: l.Schema, Data: l.Data, PII: l.PII, Meta: l.Meta}
	if e.Stream, err = event.ParseStream(l.Stream); err != nil {
		return e, err
	}
	if e.At, err = time.Parse(time.RFC3339Nano, l.At); err != nil {
		return e, err
	}
	return e, unhex(&e.Hash, l.Hash)
}

func (l exportHead) head() (h Head, err error) {
	h = Head{Firm: l.Firm, Version: l.Version}
	if h.Stream, err = event.ParseStream(l.Head); err != nil {
		return h, err
	}
	return h, unhex(&h.Hash, l.Hash)
}

func unhex(to *[32]byte, text string) error {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 32 {
		return fmt.Errorf("%q is no hash", text)
	}
	copy(to[:], b)
	return nil
}

// close walks the stream whose lines have ended.
func (f *fileCheck) close() {
	if len(f.run) == 0 {
		return
	}
	rows := f.run
	f.run = nil
	stream := rows[0].Stream
	if f.walks[stream.ID] != nil {
		f.report.Damage = append(f.report.Damage, Damage{stream, rows[0].Version, "the event stands outside of its stream's lines: it was inserted or moved"})
		f.report.Events += int64(len(rows))
		return
	}
	for i := 1; i < len(rows); i++ {
		if rows[i].Version < rows[i-1].Version {
			f.report.Damage = append(f.report.Damage, Damage{stream, rows[i].Version, fmt.Sprintf("its line stands behind the one of version %d", rows[i-1].Version)})
		}
	}
	slices.SortStableFunc(rows, func(a, b Entry) int { return a.Version - b.Version })
	c := checkStream(&f.report, stream, rows)
	c.rows = rows[:1:1] // the rest is not needed any more
	f.walks[stream.ID] = c
}

func (f *fileCheck) head(h Head) {
	f.heads++
	if f.headed[h.Stream.ID] || bytes.Compare(h.Stream.ID[:], f.last[:]) < 0 {
		f.report.Damage = append(f.report.Damage, Damage{h.Stream, 0, "the stream's head is there twice, or not in its place"})
	}
	f.last, f.headed[h.Stream.ID] = h.Stream.ID, true
	f.print.add(h)
	c := f.walks[h.Stream.ID]
	if c == nil {
		c = checkStream(&f.report, h.Stream, nil)
	}
	c.end(h)
}

func (f *fileCheck) end() {
	f.close()
	for id, c := range f.walks {
		if !f.headed[id] {
			c.find(c.version, "the stream has events and no head: the file is cut or a line was taken out")
		}
	}
	if f.events != f.header.Count || f.heads != f.header.Streams {
		f.report.Damage = append(f.report.Damage, Damage{What: fmt.Sprintf("the header announces %d events and %d streams; the file holds %d and %d",
			f.header.Count, f.header.Streams, f.events, f.heads)})
	}
	sortDamage(f.report.Damage)
}
