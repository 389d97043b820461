package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"portico/domain/event"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Subscription hears every event of its types in order of position, each exactly once in effect: what Handle writes and
// the checkpoint move in one transaction. Any node may take the next batch; nobody leads.
//
// A handler that fails rolls the whole batch back and meets it again. The third failure takes the events one by one and
// halts at the exact one that cannot be handled; the others of the house go on. `portico projections` shows it.
type Subscription struct {
	Name    string
	Version int      // of the code; another version has a checkpoint of its own
	Types   []string // stored names; nil hears all
	Handle  func(ctx context.Context, tx pgx.Tx, b Batch) error
	After   func(committed bool) // optional: when the batch's transaction has ended
	Private bool                 // hears personal text unsealed
	Limit   time.Duration        // of one batch; zero: handlerLimit
}

// Batch is what one transaction handles: the events in order, and the generation of tables that serves.
type Batch struct {
	Generation int
	After      int64 // everything up to this position was handled before, here or on another node
	Through    int64 // everything up to this position is handled when the batch commits
	Events     []event.Recorded
	Skipped    []int64 // positions that an operator had passed over; they are not among Events
}

const (
	subscriptionBatch = 500
	handlerLimit      = 30 * time.Second
	lockedRetry       = 25 * time.Millisecond
	failedRetry       = 200 * time.Millisecond
	poisonTries       = 3
	passEvery         = time.Second // how far a checkpoint may lag behind a log without events for it
)

// Subscriber runs one subscription on this node.
type Subscriber struct {
	db    *DB
	codec *Codec
	vault *Vault
	tail  *Tail
	log   *slog.Logger
	sub   Subscription

	through  int64        // everything up to here is handled, on this node or another
	careful  int64        // up to here events are taken one by one: one of them has failed twice
	position atomic.Int64 // how far this node has handled or passed the log
	lag      atomic.Int64 // nanoseconds from recorded to handled, of the newest batch
}

// NewSubscriber prepares sub; Run hears.
func NewSubscriber(db *DB, codec *Codec, vault *Vault, tail *Tail, log *slog.Logger, sub Subscription) *Subscriber {
	return &Subscriber{db: db, codec: codec, vault: vault, tail: tail, log: log.With("subscription", sub.Name), sub: sub}
}

// Name is the subscription's.
func (s *Subscriber) Name() string { return s.sub.Name }

// Lag is how long the newest event of the newest batch took from its row to here, and how many positions of the log
// this node knows of and has not handled or seen handled. Another node may be ahead.
func (s *Subscriber) Lag() (took time.Duration, behind int64) {
	safe, _ := s.tail.Safe()
	return time.Duration(s.lag.Load()), max(0, safe-s.position.Load())
}

// errLocked: another node has the checkpoint at this moment.
var errLocked = errors.New("another node handles the next batch")

// ErrHalted says that a subscription stands at an event that it could not handle three times.
var ErrHalted = errors.New("halted at an event that cannot be handled")

// Run handles batches until ctx ends.
func (s *Subscriber) Run(ctx context.Context) error {
	s.begin(ctx)
	s.db.waits.hear(s.sub.Name, func(after, through int64) bool { return s.tail.Quiet(s.sub.Types, after, through) })
	for ctx.Err() == nil {
		safe, moved := s.tail.Safe()
		if safe > s.through && s.passes(ctx) {
			continue
		}
		more, err := s.batch(ctx, safe)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errLocked):
			sleep(ctx, lockedRetry)
			continue
		case errors.Is(err, ErrHalted):
			sleep(ctx, 2*time.Second) // an operator may resume it at any time
			continue
		case err != nil:
			s.log.Error("handling events", "err", err)
			s.failed(ctx, err)
			sleep(ctx, failedRetry)
			continue
		case more:
			continue
		}
		select {
		case <-ctx.Done():
		case <-moved:
		}
	}
	return nil
}

// passes waits while nothing comes for the subscription: most events are for one or two of the many, and the others need
// no transaction to learn so. A checkpoint that has been left behind follows after passEvery.
func (s *Subscriber) passes(ctx context.Context) (passed bool) {
	follow := time.NewTimer(passEvery)
	defer follow.Stop()
	for {
		safe, moved := s.tail.Safe()
		if !s.tail.Quiet(s.sub.Types, s.through, safe) {
			return passed
		}
		passed = true
		s.position.Store(max(s.position.Load(), safe))
		select {
		case <-ctx.Done():
			return true
		case <-moved:
		case <-follow.C:
			return false
		}
	}
}

// begin makes the checkpoint of a subscription that has never run; a model's was made with its tables.
func (s *Subscriber) begin(ctx context.Context) {
	for ctx.Err() == nil {
		_, err := s.db.Work.Exec(ctx, `INSERT INTO es.projections (name, version, generation, position) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
			s.sub.Name, s.sub.Version)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.Error("making a checkpoint", "err", err)
		sleep(ctx, time.Second)
	}
}

// checkpoint is a row of es.projections.
type checkpoint struct {
	position   int64
	generation int
	failures   int
	halted     *int64
	skipped    []int64
}

// claim locks the checkpoint for this transaction. SKIP LOCKED under READ COMMITTED reads the newest row or none: a
// try-lock in the same statement would read the one before.
func claim(ctx context.Context, tx pgx.Tx, name string, version int) (c checkpoint, err error) {
	err = tx.QueryRow(ctx, `
		SELECT position, generation, failures, halted_at, skipped FROM es.projections WHERE name = $1 AND version = $2 FOR UPDATE SKIP LOCKED`,
		name, version).Scan(&c.position, &c.generation, &c.failures, &c.halted, &c.skipped)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, errLocked
	}
	return c, err
}

func (s *Subscriber) batch(ctx context.Context, safe int64) (more bool, err error) {
	limit := s.sub.Limit
	if limit == 0 {
		limit = handlerLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if s.sub.After != nil {
		defer func() { s.sub.After(err == nil) }()
	}
	var through int64
	err = pgx.BeginFunc(ctx, s.db.Proj, func(tx pgx.Tx) error {
		c, err := claim(ctx, tx, s.sub.Name, s.sub.Version)
		if err != nil {
			return err
		}
		if c.halted != nil {
			return ErrHalted
		}
		if through = safe; safe <= c.position {
			return nil
		}
		limit := subscriptionBatch
		if c.failures >= poisonTries-1 || c.position < s.careful {
			limit = 1
		}
		if more, through, err = s.next(ctx, tx, c, safe, limit); err == nil || tx.Conn().IsClosed() && ctx.Err() == nil {
			return err // a session that was lost says nothing about the events
		}
		if c.failures >= poisonTries-2 {
			s.careful = max(s.careful, safe)
		}
		return &handlingError{err, c.position, limit == 1}
	})
	if err == nil {
		s.through = max(s.through, through)
		s.position.Store(max(s.position.Load(), through))
	}
	return more, err
}

// next handles the batch after c and moves the checkpoint through it.
func (s *Subscriber) next(ctx context.Context, tx pgx.Tx, c checkpoint, safe int64, limit int) (more bool, through int64, err error) {
	b := Batch{Generation: c.generation, After: c.position, Skipped: c.skipped}
	if b.Events, b.Through, err = s.read(ctx, tx, c.position, safe, limit, c.skipped); err != nil {
		return false, 0, err
	}
	more = b.Through < safe
	if len(b.Events) > 0 {
		if err := s.handle(ctx, tx, b); err != nil {
			return false, 0, err
		}
	}
	tag, err := tx.Exec(ctx, `
		UPDATE es.projections SET position = $4, failures = 0, last_error = NULL, updated_at = clock_timestamp()
		WHERE name = $1 AND version = $2 AND position = $3`, s.sub.Name, s.sub.Version, c.position, b.Through)
	if err == nil && tag.RowsAffected() != 1 {
		err = fmt.Errorf("the checkpoint of %s moved under its lock", s.sub.Name)
	}
	if err == nil && len(b.Events) > 0 {
		s.lag.Store(int64(time.Since(b.Events[len(b.Events)-1].RecordedAt)))
	}
	return more, b.Through, err
}

// handle turns a panic of the handler into an error: the transaction is rolled back all the same.
func (s *Subscriber) handle(ctx context.Context, tx pgx.Tx, b Batch) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.sub.Handle(ctx, tx, b)
}

// handlingError is a failure that the events after a checkpoint may have caused.
type handlingError struct {
	error
	after int64
	one   bool // it can only have been the very next event
}

func (e *handlingError) Unwrap() error { return e.error }

// passing tells of errors that say nothing about the events: the server stops, cannot be reached, has no room, or
// broke a deadlock.
func passing(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return slices.Contains([]string{"08", "40", "53", "55", "57", "58"}, pg.Code[:2])
	}
	_, unreachable := errors.AsType[*pgconn.ConnectError](err)
	_, broken := errors.AsType[*net.OpError](err)
	return unreachable || broken || errors.Is(err, io.ErrUnexpectedEOF)
}

// read takes the next events of the subscription's types, without those that are to be passed over, and says how far
// that goes. Positions up to safe are complete (Tail).
func (s *Subscriber) read(ctx context.Context, tx pgx.Tx, after, safe int64, limit int, skipped []int64) (events []event.Recorded, through int64, err error) {
	rows, err := tx.Query(ctx, `
		SELECT position, stream_id, version, firm_no, type, schema_ver, occurred_at, recorded_at, data, pii
		FROM es.events WHERE position > $1 AND position <= $2 AND ($4::text[] IS NULL OR type = ANY ($4))
		ORDER BY position LIMIT $3`, after, safe, limit, s.sub.Types)
	if err != nil {
		return nil, after, fmt.Errorf("read events after %d: %w", after, err)
	}
	list, err := collectRaw(rows)
	if err != nil {
		return nil, after, fmt.Errorf("read events after %d: %w", after, err)
	}
	if through = safe; len(list) == limit {
		through = list[limit-1].position
	}
	if list = without(list, skipped); s.sub.Private {
		if err := s.vault.prefetch(ctx, subjectsOf(list)); err != nil {
			return nil, after, err
		}
	}
	events = make([]event.Recorded, len(list))
	for i := range list {
		if !s.sub.Private {
			list[i].pii = nil
		}
		if events[i], err = s.codec.record(&list[i], s.vault.finder(ctx, list[i].firm)); err != nil {
			return nil, after, fmt.Errorf("position %d, %s: %w", list[i].position, list[i].stream, err)
		}
	}
	return events, through, nil
}

// without leaves out what an operator has passed over.
func without(list []raw, skipped []int64) []raw {
	if len(skipped) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(r raw) bool { return slices.Contains(skipped, r.position) })
}

// collectRaw reads rows of: position, stream_id, version, firm_no, type, schema_ver, occurred_at, recorded_at, data, pii.
func collectRaw(rows pgx.Rows) (out []raw, err error) {
	var r raw
	_, err = pgx.ForEachRow(rows, []any{&r.position, &r.stream.ID, &r.version, &r.firm, &r.typ, &r.schema, &r.at, &r.recorded, &r.data, &r.pii}, func() error {
		r.stream.Kind = kindOf(r.typ)
		out = append(out, r)
		r.data, r.pii = nil, nil
		return nil
	})
	return out, err
}

// failed counts a failure in a transaction of its own; the third one of an event that was taken alone halts there.
func (s *Subscriber) failed(ctx context.Context, cause error) {
	e, ok := errors.AsType[*handlingError](cause)
	if !ok || passing(cause) {
		return
	}
	_, err := s.db.Proj.Exec(ctx, `
		UPDATE es.projections SET failures = failures + 1, last_error = $4, updated_at = clock_timestamp(),
			halted_at = CASE WHEN $5 AND failures + 1 >= $6 THEN (
				SELECT min(e.position) FROM es.events e WHERE e.position > $3 AND ($7::text[] IS NULL OR e.type = ANY ($7))) ELSE halted_at END
		WHERE name = $1 AND version = $2 AND position = $3`, s.sub.Name, s.sub.Version, e.after, cause.Error(), e.one, poisonTries, s.sub.Types)
	if err != nil && ctx.Err() == nil {
		s.log.Error("counting a failure", "err", err)
	}
}
