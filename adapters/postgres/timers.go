package postgres

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"portico/app/deadline"
	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	alarmBatch    = 500
	alarmCap      = 30 * time.Second // the longest sleep: what a lost poke can cost
	alarmOfOthers = 50 * time.Millisecond
	alarmPace     = 50 * time.Millisecond  // at most twenty claims a second
	alarmBackoff  = time.Second            // doubled each time an aggregate cannot be decided, up to an hour
	alarmRetry    = 250 * time.Millisecond // after a claim that failed as a whole
)

// Timers rings the alarms of the saga. A timer is an alarm clock, not the truth: the aggregate decides again, by the
// database's clock, and has nothing to say when it is asked too early, too late or twice (rule U6).
//
// One transaction claims what is due, decides, appends, and re-arms or removes: a crash anywhere leaves everything or
// nothing. Any number of nodes share the work without a leader, because a claim skips what another has locked. Locks are
// taken timer first, stream second, here and in es.append.
type Timers struct {
	db       *DB
	store    *Store
	tail     *Tail
	deciders map[event.Kind]deadline.Decide
	log      *slog.Logger
	queries  atomic.Int64 // sent to the database: what idling costs
}

// NewTimers decides with one function a kind of stream.
func NewTimers(db *DB, store *Store, tail *Tail, deciders map[event.Kind]deadline.Decide, log *slog.Logger) *Timers {
	return &Timers{db: db, store: store, tail: tail, deciders: deciders, log: log.With("saga", "deadline")}
}

// Queries counts what was asked of the database so far.
func (t *Timers) Queries() int64 { return t.queries.Load() }

// Run rings until ctx ends. It sleeps to the next alarm by the database's clock; an append may arm an earlier one, so
// new events wake it where their alarm is nearer than the sleep.
func (t *Timers) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, moved := t.tail.Safe()
		claimed, next, err := t.ring(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			t.log.Error("ringing alarms", "err", err)
			sleep(ctx, alarmRetry)
			continue
		case claimed == alarmBatch:
			continue // more are due
		}
		t.rest(ctx, next, moved)
	}
	return nil
}

// rest sleeps until next, or until somebody arms an alarm that is nearer. Every commit moves the tail, so a sleep that
// is still long looks at most once in alarmPace for a nearer one, and not at all while nothing happens.
func (t *Timers) rest(ctx context.Context, next time.Duration, moved <-chan struct{}) {
	until := time.Now().Add(min(next, alarmCap))
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(until)):
			return
		case <-moved:
		}
		sleep(ctx, min(alarmPace, time.Until(until)))
		_, moved = t.tail.Safe()
		nearer, err := t.next(ctx, t.db.Work, []uuid.UUID{})
		if err != nil {
			return
		}
		if at := time.Now().Add(nearer); at.Before(until) {
			until = at
		}
	}
}

// next is how long until the earliest alarm that is not among ours, by the database's clock. The bound on due_at spares
// it the dead entries at the left end of the index; claim looks without it, once in alarmCap. An alarm that is due and
// not ours is being rung by another node, which may die: we look again soon.
func (t *Timers) next(ctx context.Context, q querier, ours []uuid.UUID) (time.Duration, error) {
	t.queries.Add(1)
	var ms float64
	err := q.QueryRow(ctx, `
		SELECT coalesce(extract(epoch FROM min(due_at) - clock_timestamp()) * 1000, 1e9)::float8
		FROM es.timers WHERE due_at > statement_timestamp() - interval '1 minute' AND stream_id <> ALL ($1)`, ours).Scan(&ms)
	if err != nil {
		return 0, fmt.Errorf("find the next alarm: %w", err)
	}
	if ms < 0 {
		return alarmOfOthers, nil
	}
	return time.Duration(ms * float64(time.Millisecond)), nil
}

// alarm is a due timer.
type alarm struct {
	stream   event.Stream
	firm     int32
	due      time.Time
	attempts int
}

// verdictOn is what became of one alarm.
type verdictOn struct {
	alarm
	wake time.Time // when it wants to ring again; zero: not
	err  error
}

// ring claims what is due and decides it, and says how long until the next alarm.
func (t *Timers) ring(ctx context.Context) (claimed int, next time.Duration, err error) {
	t.queries.Add(1)
	rang := false
	err = pgx.BeginFunc(ctx, t.db.Work, func(tx pgx.Tx) error {
		due, now, wait, err := t.claim(ctx, tx)
		claimed, next = len(due), wait
		if err != nil || len(due) == 0 {
			return err
		}
		t.queries.Add(3)
		batch, verdicts, err := t.decide(ctx, tx, due, now)
		if err != nil {
			return err
		}
		if rang = len(batch) > 0; rang {
			lost, err := t.append(ctx, tx, batch)
			if err != nil {
				return err
			}
			verdicts = slices.DeleteFunc(verdicts, func(v verdictOn) bool { return lost[v.stream.ID] }) // stays due, and rings again at once
			if len(lost) > 0 {
				next = 0
			}
		}
		again, err := t.rearm(ctx, tx, verdicts, now)
		next = min(next, again)
		return err
	})
	if rang && err == nil {
		t.tail.Poke()
	}
	return claimed, next, err
}

// claim locks due timers. statement_timestamp() is one value a statement, so the index bounds the search.
func (t *Timers) claim(ctx context.Context, tx pgx.Tx) (due []alarm, now time.Time, next time.Duration, err error) {
	rows, err := tx.Query(ctx, `
		SELECT stream_id, kind, firm_no, due_at, attempts, clock_timestamp() FROM es.timers
		WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`, alarmBatch)
	if err != nil {
		return nil, now, 0, fmt.Errorf("claim alarms: %w", err)
	}
	var a alarm
	var kind string
	_, err = pgx.ForEachRow(rows, []any{&a.stream.ID, &kind, &a.firm, &a.due, &a.attempts, &now}, func() error {
		a.stream.Kind = event.Kind(kind)
		due = append(due, a)
		return nil
	})
	if err != nil {
		return nil, now, 0, fmt.Errorf("claim alarms: %w", err)
	}
	if len(due) < alarmBatch {
		ours := make([]uuid.UUID, len(due))
		for i, a := range due {
			ours[i] = a.stream.ID
		}
		if next, err = t.next(ctx, tx, ours); err != nil {
			return nil, now, 0, err
		}
	}
	return due, now.Truncate(time.Millisecond), next, nil
}

// decide loads all streams in one query and asks each aggregate. One that cannot be decided does not hold up the rest.
func (t *Timers) decide(ctx context.Context, tx pgx.Tx, due []alarm, now time.Time) (batch []*pending, verdicts []verdictOn, err error) {
	ids := make([]uuid.UUID, len(due))
	for i, a := range due {
		ids[i] = a.stream.ID
	}
	rows, err := tx.Query(ctx, `
		SELECT position, stream_id, version, firm_no, type, schema_ver, occurred_at, recorded_at, data, pii, hash
		FROM es.events WHERE stream_id = ANY ($1) ORDER BY stream_id, version`, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("load due streams: %w", err)
	}
	histories := map[uuid.UUID][]raw{}
	var r raw
	_, err = pgx.ForEachRow(rows, []any{&r.position, &r.stream.ID, &r.version, &r.firm, &r.typ, &r.schema, &r.at, &r.recorded, &r.data, &r.pii, &r.hash}, func() error {
		r.stream.Kind = kindOf(r.typ)
		histories[r.stream.ID] = append(histories[r.stream.ID], r)
		r.data, r.pii, r.hash = nil, nil, nil
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("load due streams: %w", err)
	}
	var all []raw
	for _, h := range histories {
		all = append(all, h...)
	}
	if err := t.store.vault.prefetch(ctx, subjectsOf(all)); err != nil {
		return nil, nil, err
	}
	for _, a := range due {
		p, wake, err := t.decideOne(ctx, a, histories[a.stream.ID], now)
		if p != nil {
			batch = append(batch, p)
		}
		verdicts = append(verdicts, verdictOn{a, wake, err})
	}
	return batch, verdicts, nil
}

func (t *Timers) decideOne(ctx context.Context, a alarm, history []raw, now time.Time) (p *pending, wake time.Time, err error) {
	decide := t.deciders[a.stream.Kind]
	if decide == nil {
		return nil, wake, fmt.Errorf("no aggregate of kind %q has deadlines", a.stream.Kind)
	}
	if len(history) == 0 {
		return nil, wake, nil
	}
	keys := t.store.vault.finder(ctx, a.firm)
	events := make([]event.Event, len(history))
	for i := range history {
		rec, err := t.store.codec.record(&history[i], keys)
		if err != nil {
			return nil, wake, err
		}
		events[i] = rec.Event
	}
	out, wake, err := guarded(decide, events, now)
	if err != nil || len(out) == 0 {
		return nil, wake, err
	}
	last := history[len(history)-1]
	ap := es.Append{
		By: es.By{Firm: a.firm, Actor: event.Actor{Kind: event.System}}, Stream: a.stream,
		Expected: last.version, Prev: [32]byte(last.hash), At: now, Events: out,
	}
	rows, err := t.store.prepare(ctx, ap)
	if err != nil {
		return nil, wake, err
	}
	return &pending{Append: ap, rows: rows}, wake, nil
}

// guarded turns a panic over one history into an error: the other alarms ring, and the house stands.
func guarded(decide deadline.Decide, history []event.Event, now time.Time) (out []event.Event, wake time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return decide(history, now)
}

// append writes all decisions in one call and names the streams that somebody else moved meanwhile.
func (t *Timers) append(ctx context.Context, tx pgx.Tx, batch []*pending) (lost map[uuid.UUID]bool, err error) {
	slices.SortFunc(batch, func(a, b *pending) int { return bytes.Compare(a.Stream.ID[:], b.Stream.ID[:]) })
	verdicts, _, err := appendBatch(ctx, tx, batch)
	if err != nil {
		return nil, fmt.Errorf("append what time has caused: %w", err)
	}
	lost = map[uuid.UUID]bool{}
	for i, v := range verdicts {
		if v != verdictWritten {
			lost[batch[i].Stream.ID] = true
		}
	}
	return lost, nil
}

// rearm moves or removes the claimed timers, and says how long after now the first of them rings again. One whose
// aggregate could not be decided rings later each time.
func (t *Timers) rearm(ctx context.Context, tx pgx.Tx, verdicts []verdictOn, now time.Time) (next time.Duration, err error) {
	next = alarmCap
	slices.SortFunc(verdicts, func(a, b verdictOn) int {
		return bytes.Compare(a.stream.ID[:], b.stream.ID[:])
	})
	var gone, again []uuid.UUID
	var at []time.Time
	for _, v := range verdicts {
		switch {
		case v.err != nil:
			t.log.Error("deciding what time has caused", "stream", v.stream.String(), "err", v.err)
			backoff := min(alarmBackoff<<min(v.attempts, 12), time.Hour)
			if _, err := tx.Exec(ctx, `
				UPDATE es.timers SET due_at = clock_timestamp() + $2::interval, attempts = attempts + 1, last_error = $3 WHERE stream_id = $1`,
				v.stream.ID, backoff, v.err.Error()); err != nil {
				return 0, fmt.Errorf("put off an alarm: %w", err)
			}
			next = min(next, backoff)
		case v.wake.IsZero():
			gone = append(gone, v.stream.ID)
		default:
			again, at = append(again, v.stream.ID), append(at, v.wake)
			next = min(next, v.wake.Sub(now))
		}
	}
	if len(gone) > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM es.timers WHERE stream_id = ANY ($1)`, gone); err != nil {
			return 0, fmt.Errorf("remove alarms: %w", err)
		}
	}
	if len(again) > 0 {
		if _, err := tx.Exec(ctx, `
			UPDATE es.timers t SET due_at = u.at, generation = t.generation + 1, attempts = 0, last_error = NULL
			FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) WHERE t.stream_id = u.id`, again, at); err != nil {
			return 0, fmt.Errorf("re-arm alarms: %w", err)
		}
	}
	return next, nil
}
