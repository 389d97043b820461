package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/operation"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Operations are what operators see of the subscriptions, and do to them.
type Operations struct {
	DB    *DB
	Store *Store
	Tail  *Tail // told of what is appended here
}

// Standing tells where one subscription stands.
type Standing struct {
	Name       string
	Version    int // of the code
	Generation int // of the tables; 0: a subscription without any
	Position   int64
	Lag        int64         // events in the log behind Position
	Behind     time.Duration // since the oldest of them was recorded
	Failures   int
	HaltedAt   int64 // 0: it goes on
	LastError  string
	Skipped    []int64
	UpdatedAt  time.Time
	Building   int   // the generation that a rebuild fills at this moment; 0: none
	Done       int64 // events that it has folded
}

// Projections lists every subscription that has a checkpoint: read models, reactors and sagas.
func (o Operations) Projections(ctx context.Context) ([]Standing, error) {
	rows, err := o.DB.Work.Query(ctx, `
		SELECT p.name, p.version, p.generation, p.position, l.lag, coalesce(extract(epoch FROM clock_timestamp() - l.oldest), 0)::float8,
		       p.failures, coalesce(p.halted_at, 0), coalesce(p.last_error, ''), p.skipped, p.updated_at, coalesce(g.generation, 0), coalesce(g.done, 0)
		FROM es.projections p
		CROSS JOIN LATERAL (SELECT count(*) AS lag, min(e.recorded_at) AS oldest FROM es.events e WHERE e.position > p.position) AS l
		LEFT JOIN es.generations g ON g.name = p.name AND g.version = p.version AND g.state = 'building'
		ORDER BY p.name, p.version`)
	if err != nil {
		return nil, fmt.Errorf("list the projections: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Standing, err error) {
		var behind float64
		err = row.Scan(&s.Name, &s.Version, &s.Generation, &s.Position, &s.Lag, &behind, &s.Failures, &s.HaltedAt, &s.LastError,
			&s.Skipped, &s.UpdatedAt, &s.Building, &s.Done)
		s.Behind = max(0, time.Duration(behind*float64(time.Second)))
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the projections: %w", err)
	}
	return list, nil
}

// Resume lets a halted subscription try again, with as many tries as at first. It refuses with operation.ErrNotHalted.
func (o Operations) Resume(ctx context.Context, name string) error {
	tag, err := o.DB.Work.Exec(ctx, `
		UPDATE es.projections SET halted_at = NULL, failures = 0, last_error = NULL, updated_at = clock_timestamp()
		WHERE name = $1 AND halted_at IS NOT NULL`, name)
	if err != nil {
		return fmt.Errorf("resume %s: %w", name, err)
	}
	if tag.RowsAffected() == 0 {
		return operation.ErrNotHalted
	}
	return nil
}

// Skip makes a halted subscription pass over the event that it halted at, and records that: both or neither. It refuses
// with operation.ErrNotHalted and operation.ErrReason.
func (o Operations) Skip(ctx context.Context, act uuid.UUID, name string, position int64, reason string) (r es.Result, err error) {
	err = pgx.BeginFunc(ctx, o.DB.Work, func(tx pgx.Tx) error {
		s := operation.Skipping{Act: act, Projection: name, Position: position, Reason: reason}
		var by es.By
		err := tx.QueryRow(ctx, `
			SELECT p.version, p.halted_at, e.firm_no, e.stream_id, e.version, e.type
			FROM es.projections p JOIN es.events e ON e.position = p.halted_at WHERE p.name = $1 AND p.halted_at = $2 FOR UPDATE OF p`,
			name, position).Scan(&s.CodeVersion, &s.HaltedAt, &by.Firm, &s.Stream, &s.Version, &s.Type)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		events, err := operation.Skip(s)
		if err != nil {
			return err
		}
		by.Actor = event.Actor{Kind: event.Operator}
		if r, err = appendIn(ctx, tx, o.Store, by, operation.Stream(act), 0, [32]byte{}, events...); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE es.projections SET skipped = skipped || $3::bigint, halted_at = NULL, failures = 0, last_error = NULL, updated_at = clock_timestamp()
			WHERE name = $1 AND version = $2`, name, s.CodeVersion, position)
		return err
	})
	if err != nil {
		return es.Result{}, fmt.Errorf("pass over position %d in %s: %w", position, name, err)
	}
	o.Tail.Poke()
	return r, nil
}

// appendIn appends inside a transaction, together with what else it does, by the database's clock.
func appendIn[E event.Event](ctx context.Context, tx pgx.Tx, store *Store, by es.By, stream event.Stream, expected int, prev [32]byte, events ...E) (es.Result, error) {
	a := es.Append{By: by, Stream: stream, Expected: expected, Prev: prev}
	if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&a.At); err != nil {
		return es.Result{}, err
	}
	a.At = a.At.Truncate(time.Millisecond)
	for _, e := range events {
		a.Events = append(a.Events, e)
	}
	rows, err := store.prepare(ctx, a)
	if err != nil {
		return es.Result{}, err
	}
	verdicts, position, err := appendBatch(ctx, tx, []*pending{{Append: a, rows: rows}})
	if err != nil {
		return es.Result{}, err
	}
	if verdicts[0] != verdictWritten {
		return es.Result{}, es.ErrConflict
	}
	return es.Result{Stream: stream, Version: expected + len(rows), Position: position, Hash: rows[len(rows)-1].hash}, nil
}
