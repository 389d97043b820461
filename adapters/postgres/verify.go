package postgres

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"portico/domain/event"
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

// sortDamage puts findings into the order of streams and versions.
func sortDamage(list []Damage) {
	slices.SortStableFunc(list, func(a, b Damage) int {
		if c := strings.Compare(a.Stream.String(), b.Stream.String()); c != 0 {
			return c
		}
		return a.Version - b.Version
	})
}
