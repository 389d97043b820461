package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"time"

	"portico/app/audit"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// History reads the log as it stands, for auditors and operators. It implements app/audit.Reader.
type History struct {
	DB    *DB
	Tail  *Tail // the one that runs in this process; nil where none does: then each read finds out by itself what is safe
	Codec *Codec
	Vault *Vault
}

// Entry is a row of es.events. Data and Meta are canonical JSON without personal text; PII is sealed.
type Entry struct {
	Position   int64
	Stream     event.Stream
	Version    int
	Firm       int32
	Type       string
	Schema     int16
	At         time.Time // UTC, microseconds
	RecordedAt time.Time
	Data       json.RawMessage
	PII        []byte
	Meta       json.RawMessage
	Hash       [32]byte
}

// Search chooses entries. Zero fields choose everything.
type Search struct {
	Firm   int32
	Stream event.Stream
	Type   string // stored name, or a kind: "uploadlink" is all of its events
	After  int64
	Limit  int // 0: all
}

// Events are a firm's events behind a position, without their personal fields.
func (h History) Events(ctx context.Context, firm int32, q audit.Query) ([]audit.Row, error) {
	if firm == 0 {
		return nil, errors.New("read the history: of which practice?")
	}
	list, err := h.Find(ctx, Search{Firm: firm, Stream: q.Stream, After: q.After, Limit: min(max(q.Limit, 1), 1000)})
	if err != nil {
		return nil, err
	}
	rows := make([]audit.Row, len(list))
	for i, e := range list {
		if rows[i], err = e.row(); err != nil {
			return nil, fmt.Errorf("read the history: position %d: %w", e.Position, err)
		}
	}
	return rows, nil
}

// Event is one event of a firm, without its personal fields; ok is false for none. It implements app/access.History.
func (h History) Event(ctx context.Context, firm int32, stream event.Stream, version int) (r audit.Row, ok bool, err error) {
	rows, err := h.DB.App.Query(ctx, selectEntries+` WHERE firm_no = $1 AND stream_id = $2 AND version = $3 AND type LIKE $4`,
		firm, stream.ID, version, likePrefix(string(stream.Kind)+"."))
	if err != nil {
		return r, false, fmt.Errorf("read an event: %w", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEntry)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	if err == nil {
		r, err = e.row()
	}
	if err != nil {
		return r, false, fmt.Errorf("read an event: %w", err)
	}
	return r, true, nil
}

// row is the entry as auditors see it.
func (e Entry) row() (audit.Row, error) {
	meta, err := decodeMeta(e.Meta)
	return audit.Row{
		Position: e.Position, Stream: e.Stream, Version: e.Version, Type: e.Type, At: e.At, RecordedAt: e.RecordedAt,
		Actor: meta.Actor, For: meta.For, Data: e.Data, Hash: e.Hash,
	}, err
}

// Find lists entries in the order of their positions, as far as reading is safe.
func (h History) Find(ctx context.Context, s Search) ([]Entry, error) {
	safe, err := h.safe(ctx)
	if err != nil {
		return nil, fmt.Errorf("find what is safe to read: %w", err)
	}
	return h.find(ctx, s, safe)
}

func (h History) find(ctx context.Context, s Search, through int64) ([]Entry, error) {
	conditions, args := s.conditions(through)
	limit := ""
	if s.Limit > 0 {
		limit = fmt.Sprintf(` LIMIT %d`, s.Limit)
	}
	rows, err := h.DB.App.Query(ctx, selectEntries+` WHERE `+conditions+` ORDER BY position`+limit, args...)
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	return list, nil
}

func (s Search) conditions(through int64) (sql string, args []any) {
	parts := []string{"position > $1 AND position <= $2"}
	args = []any{s.After, through}
	add := func(format string, arg any) {
		args = append(args, arg)
		parts = append(parts, fmt.Sprintf(format, len(args)))
	}
	if s.Firm != 0 {
		add("firm_no = $%d", s.Firm)
	}
	if s.Stream != (event.Stream{}) {
		add("stream_id = $%d", s.Stream.ID)
		add("type LIKE $%d", likePrefix(string(s.Stream.Kind)+"."))
	}
	switch {
	case strings.Contains(s.Type, "."):
		add("type = $%d", s.Type)
	case s.Type != "":
		add("type LIKE $%d", likePrefix(s.Type+"."))
	}
	return strings.Join(parts, " AND "), args
}

func likePrefix(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

const selectEntries = `SELECT position, stream_id, version, firm_no, type, schema_ver, occurred_at, recorded_at, data, pii, meta, hash FROM es.events`

func scanEntry(row pgx.CollectableRow) (e Entry, err error) {
	var data, meta, hash []byte
	err = row.Scan(&e.Position, &e.Stream.ID, &e.Version, &e.Firm, &e.Type, &e.Schema, &e.At, &e.RecordedAt, &data, &e.PII, &meta, &hash)
	if err != nil {
		return e, err
	}
	e.Stream.Kind = kindOf(e.Type)
	e.Data, e.Meta = canonicalOrAsIs(data), canonicalOrAsIs(meta)
	copy(e.Hash[:], hash)
	return e, nil
}

// canonicalOrAsIs: what we wrote is canonical already, and a copy that went through jsonb becomes so again. What cannot
// be canonical was never written by us; the chain tells.
func canonicalOrAsIs(text []byte) json.RawMessage {
	if c, err := canonical(text); err == nil {
		return c
	}
	return text
}

// safe is how far the log can be read without missing an event that is still being committed.
func (h History) safe(ctx context.Context) (int64, error) {
	if h.Tail == nil {
		return h.DB.horizon(ctx)
	}
	if err := h.Tail.Ready(ctx); err != nil {
		return 0, err
	}
	var top int64
	if err := h.DB.App.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM es.events`).Scan(&top); err != nil {
		return 0, err
	}
	limit := time.After(tailPatience)
	for {
		position, moved := h.Tail.Safe()
		if position >= top {
			return position, nil
		}
		select {
		case <-moved:
		case <-limit: // somebody has been writing for long; what comes before is safe
			return position, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// tailPatience is how long a read waits for the tail to reach what is visible, so that people read their own writes.
const tailPatience = time.Second

// horizon is the tail's rule for a process that runs no tail: the highest position that is visible, and then a wait for
// the end of all who were writing after that was read.
func (db *DB) horizon(ctx context.Context) (int64, error) {
	t := NewTail(db.Work, slog.New(slog.DiscardHandler))
	var top int64
	if err := db.Work.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM es.events`).Scan(&top); err != nil {
		return 0, err
	}
	if err := t.drain(ctx); err != nil {
		return 0, err
	}
	return top, nil
}

// Follow yields entries behind a position as they become safe to read, until ctx ends. It needs Tail.
func (h History) Follow(ctx context.Context, s Search) iter.Seq2[Entry, error] {
	s.Limit = 500
	return func(yield func(Entry, error) bool) {
		for ctx.Err() == nil {
			safe, moved := h.Tail.Safe()
			list, err := h.find(ctx, s, safe)
			if err != nil {
				if ctx.Err() == nil {
					yield(Entry{}, err)
				}
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
			if len(list) == s.Limit {
				s.After = list[len(list)-1].Position
				continue
			}
			s.After = max(s.After, safe)
			select {
			case <-ctx.Done():
			case <-moved:
			}
		}
	}
}

func decodeMeta(text []byte) (m event.Meta, err error) {
	var stored struct {
		Actor struct {
			Kind event.ActorKind `json:"kind"`
			ID   uuid.UUID       `json:"id"`
		} `json:"actor"`
		Command     uuid.UUID `json:"command"`
		Correlation uuid.UUID `json:"correlation"`
		Causation   uuid.UUID `json:"causation"`
		For         uuid.UUID `json:"for"`
	}
	if err := json.Unmarshal(text, &stored); err != nil {
		return m, fmt.Errorf("read who acted: %w", err)
	}
	m.Actor = event.Actor{Kind: stored.Actor.Kind, ID: stored.Actor.ID}
	m.Command, m.Correlation, m.Causation, m.For = stored.Command, stored.Correlation, stored.Causation, stored.For
	return m, nil
}

// Actor is who did it, as far as the record says.
func (e Entry) Actor() event.Actor {
	m, _ := decodeMeta(e.Meta) // a record that says nothing readable names nobody
	return m.Actor
}

// For is the contact on whose behalf they did it; zero: nobody's.
func (e Entry) For() uuid.UUID {
	m, _ := decodeMeta(e.Meta)
	return m.For
}

func (e Entry) raw() raw {
	return raw{
		position: e.Position, stream: e.Stream, version: e.Version, firm: e.Firm, typ: e.Type, schema: e.Schema,
		at: e.At, recorded: e.RecordedAt, data: e.Data, pii: e.PII, meta: e.Meta, hash: e.Hash[:],
	}
}
