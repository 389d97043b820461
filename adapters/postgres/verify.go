package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Head is where a stream's chain ends: a row of es.streams.
type Head struct {
	Stream  event.Stream
	Firm    int32
	Version int
	Hash    [32]byte
}

// Damage is one thing that is wrong with a history.
type Damage struct {
	Stream  event.Stream
	Version int // 0: the stream as a whole
	What    string
}

// Report is what a verification has looked at, and what it found.
//
// A chain proves that a history is the one that its heads belong to. Whoever can write everything, heads as well, can
// make another: Fingerprint, noted outside of the database, shows that too.
type Report struct {
	Streams     int
	Events      int64
	Bytes       int64 // hashed
	Took        time.Duration
	Damage      []Damage
	Fingerprint string // SHA-256 over all heads, in the order of their ids
}

// fingerprint hashes heads: id (16 bytes), version (4, big-endian), hash (32).
type fingerprint struct{ hash.Hash }

func newFingerprint() fingerprint { return fingerprint{sha256.New()} }

func (f fingerprint) add(h Head) {
	f.Write(h.Stream.ID[:])
	f.Write(binary.BigEndian.AppendUint32(nil, uint32(h.Version)))
	f.Write(h.Hash[:])
}

func (f fingerprint) String() string { return hex.EncodeToString(f.Sum(nil)) }

// chainCheck walks one stream.
type chainCheck struct {
	report   *Report
	stream   event.Stream
	rows     []Entry // all of the stream, by version
	version  int     // the last one walked
	position int64
	stored   [32]byte // its hash as it stands in the row
	computed [32]byte // and as it comes out of what the row holds
}

// How far around a damaged place an event is searched that belongs there.
const searchAround = 100

// checkStream walks a stream's rows, sorted by version, and returns the walk at its end.
func checkStream(report *Report, stream event.Stream, rows []Entry) *chainCheck {
	c := &chainCheck{report: report, stream: stream, rows: rows}
	report.Streams++
	for i := range rows {
		c.step(i)
	}
	return c
}

func (c *chainCheck) find(version int, format string, args ...any) {
	c.report.Damage = append(c.report.Damage, Damage{c.stream, version, fmt.Sprintf(format, args...)})
}

func (c *chainCheck) step(i int) {
	e := &c.rows[i]
	c.report.Events++
	if i > 0 && e.Version == c.version {
		c.find(e.Version, "the version is there twice: a row was inserted at position %d", e.Position)
		return
	}
	gap := e.Version != c.version+1
	if gap {
		c.missing(c.version+1, e.Version-1)
	}
	if e.Position <= c.position {
		c.find(e.Version, "its position %d is not behind the one before it, %d", e.Position, c.position)
	}
	if e.Stream.Kind != c.stream.Kind {
		c.find(e.Version, "an event of kind %s in a stream of kind %s", e.Stream.Kind, c.stream.Kind)
	}
	sum, at := c.sum(c.stored, *e), *e
	if !gap && c.computed != c.stored {
		sum = c.settle(e, sum)
	}
	if gap { // what came before is not known, so there is nothing to hold it against
		sum = e.Hash
	}
	if sum != e.Hash {
		if j := c.belongsHere(i); j >= 0 {
			c.find(e.Version, "here belongs the event that stands at version %d", c.rows[j].Version)
			at.Hash, at.Position, sum = c.rows[j].Hash, c.rows[j].Position, c.rows[j].Hash
		}
	}
	c.version, c.position, c.stored, c.computed = e.Version, at.Position, at.Hash, sum
}

// settle says what is wrong with the event before e, whose content and hash do not fit: e was chained to its hash as it
// was written. sum is e's on top of the hash as it stands.
func (c *chainCheck) settle(e *Entry, sum [32]byte) [32]byte {
	switch e.Hash {
	case sum:
		c.find(c.version, "its content was changed")
	case c.sum(c.computed, *e):
		c.find(c.version, "its hash was changed")
	default:
		c.find(c.version, "its content was changed, or it is another event")
		c.find(e.Version, "it does not continue the chain: its content was changed, or the hash before it")
	}
	return e.Hash
}

func (c *chainCheck) missing(from, to int) {
	switch {
	case from > to:
		c.find(to+1, "a version that cannot be: they count from 1")
	case from == to:
		c.find(from, "the event is missing")
	default:
		c.find(from, "the events from version %d to %d are missing", from, to)
	}
}

// sum is an event's hash after prev; data that cannot be canonical has none.
func (c *chainCheck) sum(prev [32]byte, e Entry) [32]byte {
	data, err := canonical(bytes.Clone(e.Data))
	if err != nil {
		return [32]byte{}
	}
	meta, err := canonical(bytes.Clone(e.Meta))
	if err != nil {
		return [32]byte{}
	}
	c.report.Bytes += int64(len(data) + len(e.PII) + len(meta) + len(e.Type) + len(e.Stream.Kind) + len(e.Stream.ID) + 20)
	return chain(prev, link{
		stream: c.stream, version: e.Version, firm: e.Firm, typ: e.Type, schema: e.Schema, at: e.At, data: data, meta: meta, pii: e.PII,
	})
}

// belongsHere finds the row that continues the chain at row i, had it this row's version: the mark of swapped rows.
func (c *chainCheck) belongsHere(i int) int {
	for j := max(0, i-searchAround); j < min(len(c.rows), i+searchAround+1); j++ {
		moved := c.rows[j]
		if moved.Version = c.rows[i].Version; j != i && c.sum(c.stored, moved) == moved.Hash {
			return j
		}
	}
	return -1
}

// end holds the walk against the stream's head.
func (c *chainCheck) end(h Head) {
	last := c.version
	switch {
	case h.Stream.Kind != c.stream.Kind && len(c.rows) > 0:
		c.find(0, "the head says that the stream is of kind %s", h.Stream.Kind)
	case len(c.rows) > 0 && h.Firm != c.rows[0].Firm:
		c.find(0, "the head says that the stream belongs to practice %d", h.Firm)
	}
	if c.computed != c.stored { // the last event
		if h.Version == last && h.Hash == c.computed {
			c.find(last, "its hash was changed")
			return
		}
		c.find(last, "its content was changed")
	}
	switch {
	case h.Version > last:
		c.find(last+1, "the stream is cut: the events from version %d to %d are missing", last+1, h.Version)
	case h.Version < last:
		c.find(h.Version+1, "the events from version %d to %d stand behind the stream's head, which says version %d", h.Version+1, last, h.Version)
	case h.Hash != c.stored:
		c.find(last, "the stream's head is not the hash of its last event")
	}
}

// Verify walks the chains of everything, of one firm or of one stream, in one snapshot of the database. Zero fields
// choose everything. progress is told events; it may be nil.
func (h History) Verify(ctx context.Context, firm int32, stream event.Stream, progress func(done, total int64)) (Report, error) {
	started := time.Now()
	v := &verification{firm: firm, stream: stream, print: newFingerprint(), progress: progress}
	err := pgx.BeginTxFunc(ctx, h.DB.Work, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := v.count(ctx, tx); err != nil {
			return err
		}
		for more := true; more; {
			heads, err := v.heads(ctx, tx)
			if err != nil {
				return err
			}
			if err := v.walk(ctx, tx, heads); err != nil {
				return err
			}
			more = len(heads) == verifyPage
		}
		return v.orphans(ctx, tx)
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify: %w", err)
	}
	v.report.Took, v.report.Fingerprint = time.Since(started), v.print.String()
	return v.report, nil
}

const verifyPage = 500 // streams whose rows are in memory at once

type verification struct {
	firm     int32
	stream   event.Stream
	last     uuid.UUID
	total    int64
	report   Report
	print    fingerprint
	progress func(done, total int64)
}

// chosen is the condition on a table's stream and firm, as $1 and $2.
const chosen = ` ($1::uuid = '00000000-0000-0000-0000-000000000000' OR %[1]s.stream_id = $1) AND ($2 = 0 OR %[1]s.firm_no = $2) `

func (v *verification) count(ctx context.Context, tx pgx.Tx) error {
	return tx.QueryRow(ctx, `SELECT coalesce(sum(version), 0) FROM es.streams s WHERE`+fmt.Sprintf(chosen, "s"), v.stream.ID, v.firm).Scan(&v.total)
}

func (v *verification) heads(ctx context.Context, tx pgx.Tx) ([]Head, error) {
	rows, err := tx.Query(ctx, `
		SELECT stream_id, kind, firm_no, version, head_hash FROM es.streams s WHERE`+fmt.Sprintf(chosen, "s")+`AND stream_id > $3
		ORDER BY stream_id LIMIT $4`, v.stream.ID, v.firm, v.last, verifyPage)
	if err != nil {
		return nil, err
	}
	heads, err := pgx.CollectRows(rows, scanHead)
	if len(heads) > 0 {
		v.last = heads[len(heads)-1].Stream.ID
	}
	return heads, err
}

func scanHead(row pgx.CollectableRow) (h Head, err error) {
	var kind string
	var hash []byte
	err = row.Scan(&h.Stream.ID, &kind, &h.Firm, &h.Version, &hash)
	h.Stream.Kind = event.Kind(kind)
	copy(h.Hash[:], hash)
	return h, err
}

// walk checks a page of streams. Each is read by its id alone: rows that moved to another firm are found as well.
func (v *verification) walk(ctx context.Context, tx pgx.Tx, heads []Head) error {
	ids := make([]uuid.UUID, len(heads))
	for i, h := range heads {
		ids[i] = h.Stream.ID
		v.print.add(h)
	}
	rows, err := tx.Query(ctx, selectEntries+` WHERE stream_id = ANY ($1) ORDER BY stream_id, version, position`, ids)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return err
	}
	for _, h := range heads {
		n := 0
		for n < len(entries) && entries[n].Stream.ID == h.Stream.ID {
			n++
		}
		checkStream(&v.report, kindIn(h.Stream, entries[:n]), entries[:n]).end(h)
		entries = entries[n:]
	}
	if v.progress != nil {
		v.progress(v.report.Events, v.total)
	}
	return nil
}

// kindIn is the stream with the kind that its events are chained under: the head's, unless none of them has it.
func kindIn(s event.Stream, entries []Entry) event.Stream {
	if len(entries) == 0 || slices.ContainsFunc(entries, func(e Entry) bool { return e.Stream == s }) {
		return s
	}
	return entries[0].Stream
}

// orphans are events whose stream has no head.
func (v *verification) orphans(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, selectEntries+` AS e WHERE`+fmt.Sprintf(chosen, "e")+`
		AND NOT EXISTS (SELECT FROM es.streams s WHERE s.stream_id = e.stream_id) ORDER BY stream_id, version`, v.stream.ID, v.firm)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return err
	}
	eachStream(entries, func(stream event.Stream, rows []Entry) { noHead(&v.report, stream, rows) })
	return nil
}

func noHead(report *Report, stream event.Stream, rows []Entry) {
	c := checkStream(report, stream, rows)
	c.find(rows[0].Version, "the stream has %d events and no head", len(rows))
}

// eachStream splits entries that are sorted by stream.
func eachStream(entries []Entry, do func(stream event.Stream, rows []Entry)) {
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].Stream.ID == entries[0].Stream.ID {
			n++
		}
		do(entries[0].Stream, entries[:n])
		entries = entries[n:]
	}
}

// sortDamage puts findings into the order of streams and versions.
func sortDamage(list []Damage) {
	slices.SortStableFunc(list, func(a, b Damage) int {
		if c := strings.Compare(a.Stream.String(), b.Stream.String()); c != 0 {
			return c
		}
		return a.Version - b.Version
	})
}
