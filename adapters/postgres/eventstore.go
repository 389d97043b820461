package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store is the event store. It implements es.Store.
type Store struct {
	pool  *pgxpool.Pool
	codec *Codec
	vault *Vault
	queue *commitQueue
	poke  func() // after each commit: somebody may want to read
}

// NewStore appends through pool, whose role needs EXECUTE on es.append and no more. poke is called after each commit
// and must not block. Close ends it.
func NewStore(pool *pgxpool.Pool, codec *Codec, vault *Vault, poke func()) *Store {
	return &Store{pool: pool, codec: codec, vault: vault, poke: poke, queue: newCommitQueue()}
}

// Close lets the commits that are on their way end. Appends that come later fail.
func (s *Store) Close() { s.queue.close() }

// Now is the database's clock.
func (s *Store) Now(ctx context.Context) (now time.Time, err error) {
	if err := s.pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return now, fmt.Errorf("read the database's clock: %w", err)
	}
	return now, nil
}

// raw is a row of es.events.
type raw struct {
	position           int64
	stream             event.Stream
	version            int
	firm               int32
	typ                string
	schema             int16
	at, recorded, read time.Time
	data, pii, meta    []byte
	hash               []byte
}

// kindOf is the aggregate's kind: the part of a stored name before the first dot.
func kindOf(typ string) event.Kind {
	kind, _, _ := strings.Cut(typ, ".")
	return event.Kind(kind)
}

// Load leaves out what a decision does not read: Position, RecordedAt and Meta.
func (s *Store) Load(ctx context.Context, firm int32, stream event.Stream, after int) iter.Seq2[event.Recorded, error] {
	return func(yield func(event.Recorded, error) bool) {
		history, err := s.history(ctx, firm, stream, after)
		if err != nil {
			yield(event.Recorded{}, fmt.Errorf("load %s: %w", stream, err))
			return
		}
		keys := s.vault.finder(ctx, firm)
		for i := range history {
			r, err := s.codec.record(&history[i], keys)
			if err != nil {
				yield(event.Recorded{}, fmt.Errorf("load %s: %w", stream, err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// history reads all rows before anything is decoded, so that looking up a key needs no second connection meanwhile.
func (s *Store) history(ctx context.Context, firm int32, stream event.Stream, after int) ([]raw, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT version, type, schema_ver, occurred_at, data, pii, hash, (SELECT clock_timestamp())
		FROM es.events WHERE stream_id = $1 AND firm_no = $2 AND version > $3 ORDER BY version`, stream.ID, firm, after)
	if err != nil {
		return nil, err
	}
	var out []raw
	var r raw
	_, err = pgx.ForEachRow(rows, []any{&r.version, &r.typ, &r.schema, &r.at, &r.data, &r.pii, &r.hash, &r.read}, func() error {
		r.stream, r.firm = stream, firm
		out = append(out, r)
		r.data, r.pii, r.hash = nil, nil, nil
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) > 0 && kindOf(out[0].typ) != stream.Kind {
		return nil, nil // another aggregate's id: for this one it does not exist
	}
	return out, s.vault.prefetch(ctx, subjectsOf(out))
}

func subjectsOf(rows []raw) (out []subjectOf) {
	for i := range rows {
		_ = sections(rows[i].pii, func(subject uuid.UUID, _ []byte) error { // a malformed one is told when it is opened
			out = append(out, subjectOf{rows[i].firm, subject})
			return nil
		})
	}
	return out
}

// record decodes a row.
func (c *Codec) record(r *raw, keys keyFinder) (event.Recorded, error) {
	e, err := c.decode(r.typ, r.schema, r.data, r.pii, sealContext{r.stream.ID, r.version, r.typ}, keys)
	if err != nil {
		return event.Recorded{}, fmt.Errorf("version %d: %w", r.version, err)
	}
	out := event.Recorded{
		Position: r.position, Stream: r.stream, Version: r.version, Firm: r.firm,
		At: r.at, RecordedAt: r.recorded, Event: e, ReadAt: r.read,
	}
	copy(out.Hash[:], r.hash)
	return out, nil
}

// Done finds what a command id did.
func (s *Store) Done(ctx context.Context, by es.By) (es.Result, bool, error) {
	var r es.Result
	var kind string
	var hash, print []byte
	err := s.pool.QueryRow(ctx, `
		SELECT c.stream_id, s.kind, c.version, e.position, e.hash, c.fingerprint
		FROM es.commands c JOIN es.streams s ON s.stream_id = c.stream_id JOIN es.events e ON e.stream_id = c.stream_id AND e.version = c.version
		WHERE c.firm_no = $1 AND c.command_id = $2`,
		by.Firm, by.Command).Scan(&r.Stream.ID, &kind, &r.Version, &r.Position, &hash, &print)
	if errors.Is(err, pgx.ErrNoRows) {
		return es.Result{}, false, nil
	}
	if err != nil {
		return es.Result{}, false, fmt.Errorf("look up command %s: %w", by.Command, err)
	}
	if [32]byte(print) != by.Fingerprint {
		return es.Result{}, false, es.ErrCommandReused
	}
	r.Stream.Kind, r.Hash, r.Repeated = event.Kind(kind), [32]byte(hash), true
	return r, true, nil
}

// FirmOf finds whose stream it is: what a link's secret leads to before anybody is known.
func (s *Store) FirmOf(ctx context.Context, stream event.Stream) (firm int32, ok bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT firm_no FROM es.streams WHERE stream_id = $1 AND kind = $2`, stream.ID, string(stream.Kind)).Scan(&firm)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("find the practice of %s: %w", stream, err)
	}
	return firm, true, nil
}
