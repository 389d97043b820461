package postgres

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

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
