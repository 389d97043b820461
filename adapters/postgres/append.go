package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

const commitLimit = 8 * time.Second

// ErrUnconfirmed says that the connection broke while an append was on its way and the database could not be asked in
// time whether it was kept. Nobody may tell a person "sent" or "not sent": repeat with the same command id.
var ErrUnconfirmed = errors.New("it is not confirmed yet whether this was kept")

// pending is an append that waits for its commit.
type pending struct {
	es.Append
	rows  []row
	reply chan outcome
}

// row is one event as es.append takes it.
type row struct {
	encoded
	version int
	pii     []byte
	hash    [32]byte
}

type outcome struct {
	verdict  int16
	position int64
	err      error
}

// The verdicts of es.append.
const (
	verdictWritten  = 0
	verdictConflict = 1
	verdictRepeated = 2
)

// Append joins the next commit. Appends that arrive while a commit is on its way share the one after it; an idle store
// commits at once.
func (s *Store) Append(ctx context.Context, a es.Append) (es.Result, error) {
	if len(a.Events) == 0 {
		return es.Result{Stream: a.Stream, Version: a.Expected}, nil
	}
	rows, err := s.prepare(ctx, a)
	if err != nil {
		return es.Result{}, fmt.Errorf("append to %s: %w", a.Stream, err)
	}
	if err := ctx.Err(); err != nil {
		return es.Result{}, err
	}
	p := &pending{Append: a, rows: rows, reply: make(chan outcome, 1)}
	if err := s.queue.join(p, s.commit); err != nil {
		return es.Result{}, err
	}
	o := <-p.reply // a commit has its own time limit: leaving early would only hide how it ended
	r, err := s.result(ctx, a, o)
	if err == nil && !r.Repeated && r.Position != 0 {
		r.Hash = rows[len(rows)-1].hash
	}
	return r, err
}

func (s *Store) result(ctx context.Context, a es.Append, o outcome) (es.Result, error) {
	switch {
	case o.err != nil:
		return es.Result{}, fmt.Errorf("append to %s: %w", a.Stream, o.err)
	case o.verdict == verdictConflict:
		return es.Result{}, es.ErrConflict
	case o.verdict == verdictRepeated:
		r, ok, err := s.Done(ctx, a.By)
		switch {
		case err == nil && !ok:
			return r, es.ErrConflict
		case err != nil && !errors.Is(err, es.ErrCommandReused): // it was kept, but nobody can say as what
			return r, fmt.Errorf("%w: %w", ErrUnconfirmed, err)
		}
		return r, err
	}
	return es.Result{Stream: a.Stream, Version: a.Expected + len(a.Events), Position: o.position}, nil
}

// prepare encodes, seals and chains in the caller's goroutine: only the commit is shared.
func (s *Store) prepare(ctx context.Context, a es.Append) ([]row, error) {
	rows := make([]row, len(a.Events))
	var subjects []subjectOf
	for i, e := range a.Events {
		enc, err := s.codec.encode(e)
		if err != nil {
			return nil, err
		}
		if kindOf(enc.name) != a.Stream.Kind {
			return nil, fmt.Errorf("event %s is not of this stream", enc.name)
		}
		rows[i] = row{encoded: enc, version: a.Expected + 1 + i}
		for _, t := range enc.texts {
			subjects = append(subjects, subjectOf{a.By.Firm, t.subject})
		}
	}
	if subjects != nil {
		if err := s.vault.ensure(ctx, subjects); err != nil {
			return nil, err
		}
	}
	keys := s.vault.finder(ctx, a.By.Firm)
	meta := metaOf(a.By)
	at := a.At.UTC().Truncate(time.Microsecond)
	prev := a.Prev
	for i := range rows {
		r := &rows[i]
		var err error
		if r.pii, err = seal(r.texts, sealContext{a.Stream.ID, r.version, r.name}, keys); err != nil {
			return nil, err
		}
		r.hash = chain(prev, link{
			stream: a.Stream, version: r.version, firm: a.By.Firm, typ: r.name, schema: r.schema, at: at,
			data: r.data, pii: r.pii, meta: meta,
		})
		prev = r.hash
	}
	return rows, nil
}

func metaOf(by es.By) []byte {
	return encodeMeta(event.Meta{Actor: by.Actor, For: by.For, Command: by.Command, Correlation: by.Correlation, Causation: by.Causation})
}

// commit writes a batch and answers everybody in it. Data that the database cannot take fails alone.
func (s *Store) commit(batch []*pending) {
	ctx, cancel := context.WithTimeout(context.Background(), commitLimit)
	defer cancel()
	slices.SortFunc(batch, func(a, b *pending) int { return bytes.Compare(a.Stream.ID[:], b.Stream.ID[:]) })
	conn, err := s.reach(ctx)
	if err != nil {
		for _, p := range batch {
			p.reply <- outcome{err: err}
		}
		return
	}
	verdicts, position, err := appendBatch(ctx, conn, batch)
	if warned, ok := conn.Conn().PgConn().CustomData()[warning]; ok && err == nil {
		// The one warning that an append can meet: it was committed here, and no standby is known to have it. It may be
		// lost with this server, so it is no success; the connection is not used again.
		for _, p := range batch {
			p.reply <- outcome{err: fmt.Errorf("%w: %v", ErrUnconfirmed, warned)}
		}
		conn.Conn().Close(ctx)
		conn.Release()
		s.poke()
		return
	}
	conn.Release()
	var pg *pgconn.PgError
	switch {
	case err == nil:
		for i, p := range batch {
			p.reply <- outcome{verdict: verdicts[i], position: position}
		}
		s.poke()
	case len(batch) > 1 && errors.As(err, &pg) && certainlyRefused(pg):
		for _, p := range batch {
			s.commit([]*pending{p})
		}
	case errors.As(err, &pg) && certainlyRefused(pg):
		batch[0].reply <- outcome{err: err}
	default:
		ctx, cancel := context.WithTimeout(context.Background(), commitLimit) // for all of them
		defer cancel()
		for _, p := range batch {
			p.reply <- s.settle(ctx, p, err)
		}
		s.poke()
	}
}

// reach takes a connection and waits for a server that is being restarted. After its error nothing has been sent, so
// nothing is kept.
func (s *Store) reach(ctx context.Context) (*pgxpool.Conn, error) {
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		conn, err := s.pool.Acquire(ctx)
		if err == nil {
			return conn, nil
		}
		if sleep(ctx, wait); ctx.Err() != nil {
			return nil, fmt.Errorf("reach the database: %w", err)
		}
	}
}

// certainlyRefused: the server answered that the statement failed, so nothing of it was kept. Class 57 and 08 end the
// connection, and its answer may be about something else than our commit.
func certainlyRefused(pg *pgconn.PgError) bool {
	return !strings.HasPrefix(pg.Code, "57") && !strings.HasPrefix(pg.Code, "08")
}

// settle finds out how a commit ended whose answer was lost: the event with our hash is there, or it is not.
func (s *Store) settle(ctx context.Context, p *pending, cause error) outcome {
	last := p.rows[len(p.rows)-1]
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		var position int64
		var hash []byte
		err := s.pool.QueryRow(ctx, `SELECT position, hash FROM es.events WHERE stream_id = $1 AND version = $2`,
			p.Stream.ID, last.version).Scan(&position, &hash)
		switch {
		case err == nil && bytes.Equal(hash, last.hash[:]):
			return outcome{verdict: verdictWritten, position: position}
		case err == nil:
			return outcome{verdict: verdictConflict}
		case errors.Is(err, pgx.ErrNoRows):
			return outcome{err: fmt.Errorf("%w: %w", ErrUnconfirmed, cause)} // the lost session may still be committing
		}
		select {
		case <-ctx.Done():
			return outcome{err: fmt.Errorf("%w: %w", ErrUnconfirmed, cause)}
		case <-time.After(wait):
		}
	}
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// appendBatch calls es.append: one round trip, on a pool or inside a transaction. batch is sorted by stream id and
// names each stream once. position is the last event's of the whole batch: who waits for it reads their own write too.
func appendBatch(ctx context.Context, q querier, batch []*pending) (verdicts []int16, position int64, err error) {
	n := len(batch)
	events := 0
	for _, p := range batch {
		events += len(p.rows)
	}
	var (
		streams  = make([]pgtype.UUID, n)
		kinds    = make([]string, n)
		firms    = make([]int32, n)
		expected = make([]int32, n)
		prevs    = make([][]byte, n)
		versions = make([]int32, n)
		heads    = make([][]byte, n)
		alarms   = make([]pgtype.Timestamptz, n)
		commands = make([]pgtype.UUID, n)
		prints   = make([][]byte, n)

		owner   = make([]int32, 0, events)
		vers    = make([]int32, 0, events)
		types   = make([]string, 0, events)
		schemas = make([]int16, 0, events)
		ats     = make([]time.Time, 0, events)
		data    = make([]string, 0, events)
		piis    = make([][]byte, 0, events)
		metas   = make([]string, 0, events)
		hashes  = make([][]byte, 0, events)
	)
	for i, p := range batch {
		last := &p.rows[len(p.rows)-1]
		streams[i] = pgtype.UUID{Bytes: p.Stream.ID, Valid: true}
		kinds[i], firms[i], expected[i], prevs[i] = string(p.Stream.Kind), p.By.Firm, int32(p.Expected), p.Prev[:]
		versions[i], heads[i], alarms[i] = int32(last.version), last.hash[:], alarmOf(p.Append)
		prints[i] = p.By.Fingerprint[:]
		commands[i] = pgtype.UUID{Bytes: p.By.Command, Valid: p.By.Command != uuid.Nil}
		meta := string(metaOf(p.By))
		for j := range p.rows {
			r := &p.rows[j]
			owner, vers = append(owner, int32(i+1)), append(vers, int32(r.version))
			types, schemas, ats = append(types, r.name), append(schemas, r.schema), append(ats, p.At.UTC().Truncate(time.Microsecond))
			data, piis = append(data, string(r.data)), append(piis, r.pii)
			metas, hashes = append(metas, meta), append(hashes, r.hash[:])
		}
	}
	var last *int64
	err = q.QueryRow(ctx, `SELECT * FROM es.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		streams, kinds, firms, expected, prevs, versions, heads, alarms, commands, prints,
		owner, vers, types, schemas, ats, data, piis, metas, hashes).Scan(&verdicts, &last)
	if last != nil {
		position = *last
	}
	return verdicts, position, err
}

// alarmOf says what becomes of the stream's alarm: NULL leaves it, infinity clears it.
func alarmOf(a es.Append) pgtype.Timestamptz {
	switch {
	case !a.Rearm:
		return pgtype.Timestamptz{}
	case a.Alarm.IsZero():
		return pgtype.Timestamptz{Valid: true, InfinityModifier: pgtype.Infinity}
	}
	return pgtype.Timestamptz{Valid: true, Time: a.Alarm}
}
