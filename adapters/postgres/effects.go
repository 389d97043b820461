package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"portico/app/es"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	effectLease   = 2 * time.Minute  // an effect that is being performed is nobody else's for so long
	effectNote    = 10 * time.Second // for noting what became of it
	effectTries   = 10               // with the backoff below: about a day and a half
	scanTries     = 6                // about an hour and a half: a file waits for its scan, and a person for the file
	scanLimit     = 20 * time.Minute // of one scan, whose lease is renewed meanwhile
	webhookTries  = 16               // about three days
	bulkTries     = 10_000
	bulkLimit     = 24 * time.Hour
	bulkPause     = 5 * time.Second
	bulkLease     = 20 * time.Second // so long after a node has died another one goes on
	effectPoll    = 30 * time.Second
	effectPause   = 200 * time.Millisecond // between looks while events come
	effectsAtOnce = 4                      // in each lane
)

// effectBackoff is how long after the nth try the next one comes.
func effectBackoff(tries int) time.Duration {
	return min(15*time.Second<<min(2*(tries-1), 20), 8*time.Hour)
}

// Effects performs what is due. Any number of nodes may run it.
type Effects struct {
	db    *DB
	lease time.Duration
	tail  *Tail
	do    es.Performer
	log   *slog.Logger
	wake  chan struct{} // the reactor of this node has written effects
}

// NewEffects performs with do.
func NewEffects(db *DB, tail *Tail, do es.Performer, log *slog.Logger) *Effects {
	return &Effects{db: db, lease: effectLease, tail: tail, do: do, log: log.With("worker", "effects"), wake: make(chan struct{}, 1)}
}

// Run performs until ctx ends, and returns once what it has begun is over. The reactor of this node wakes it; new events
// make it look again a little later, for what another node's reactor has written, and a poll covers the rest.
//
// Each lane has places of its own: a mail server that answers nobody holds up mails, and nothing else.
func (w *Effects) Run(ctx context.Context) error {
	busy, over := lanes{}, make(chan string)
	defer func() {
		for range busy.all() {
			<-over
		}
	}()
	for ctx.Err() == nil {
		_, moved := w.tail.Safe()
		free, full := busy.room()
		list, err := w.claim(ctx, free, full)
		if err != nil && ctx.Err() == nil {
			w.log.Error("claiming effects", "err", err)
			sleep(ctx, time.Second)
			continue
		}
		for _, c := range list {
			busy[lane(c.Kind)]++
			go func() {
				if err := w.perform(ctx, c.Effect, c.tries); err != nil {
					w.log.Error("performing effects", "effect", c.Key, "err", err)
				}
				over <- lane(c.Kind)
			}()
		}
		if len(list) == free {
			continue // there may be more
		}
		next, err := w.next(ctx, full)
		if err != nil {
			next = effectPoll
		}
		select {
		case <-ctx.Done():
		case done := <-over:
			busy[done]--
		case <-time.After(next):
		case <-w.wake:
		case <-moved:
			select {
			case <-w.wake:
			case done := <-over:
				busy[done]--
			case <-time.After(effectPause):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// lane is what an effect needs of the outside world: the word before the dot of its kind, as mail or scan.
func lane(kind string) string {
	word, _, _ := strings.Cut(kind, ".")
	return word
}

// lanes counts what is being performed.
type lanes map[string]int

func (l lanes) all() (n int) {
	for _, busy := range l {
		n += busy
	}
	return n
}

// room is how many effects, of whatever lanes, can be claimed at once, and the lanes that have no place left.
func (l lanes) room() (free int, full []string) {
	free, full = effectsAtOnce, []string{}
	for lane, busy := range l {
		if busy >= effectsAtOnce {
			full = append(full, lane)
		} else {
			free = min(free, effectsAtOnce-busy)
		}
	}
	return free, full
}

// next is how long until something is due in a lane that isn't full.
func (w *Effects) next(ctx context.Context, full []string) (time.Duration, error) {
	var ms float64
	err := w.db.Work.QueryRow(ctx, `
		SELECT coalesce(extract(epoch FROM min(due_at) - clock_timestamp()) * 1000, 1e9)::float8
		FROM es.effects WHERE state = 'waiting' AND split_part(kind, '.', 1) <> ALL ($1)`, full).Scan(&ms)
	return min(max(time.Duration(ms*float64(time.Millisecond)), 50*time.Millisecond), effectPoll), err
}

type claimed struct {
	es.Effect
	tries int
}

// claim takes up to free due effects of lanes that aren't full, by moving their due time behind a lease.
func (w *Effects) claim(ctx context.Context, free int, full []string) (list []claimed, err error) {
	rows, err := w.db.Work.Query(ctx, `
		UPDATE es.effects SET due_at = clock_timestamp() + $1::interval, attempts = attempts + 1
		WHERE key = ANY (ARRAY(
			SELECT key FROM es.effects WHERE state = 'waiting' AND due_at <= statement_timestamp() AND split_part(kind, '.', 1) <> ALL ($3)
			ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED))
		RETURNING key, firm_no, kind, stream_id, args, coalesce(person_id, $4), coalesce(client_id, $4), attempts, streams, causes`, w.lease, free, full, uuid.Nil)
	if err != nil {
		return nil, fmt.Errorf("claim effects: %w", err)
	}
	var c claimed
	var args []byte
	var streams []uuid.UUID
	var versions []int32
	_, err = pgx.ForEachRow(rows, []any{&c.Key, &c.Firm, &c.Kind, &c.Stream.ID, &args, &c.Person, &c.Client, &c.tries, &streams, &versions}, func() error {
		c.Args, c.Causes = es.EffectArgs{}, causesOf(streams, versions)
		if err := json.Unmarshal(args, &c.Args); err != nil {
			return err
		}
		list = append(list, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim effects: %w", err)
	}
	return list, nil
}

// perform does one effect and notes what became of it. When the node stops, an effect that was done is still noted.
func (w *Effects) perform(ctx context.Context, e es.Effect, tries int) error {
	handed, err := w.act(ctx, &e, tries)
	if err != nil && ctx.Err() != nil {
		return nil // we are stopping: the lease runs out and somebody tries again
	}
	note, cancel := context.WithTimeout(context.WithoutCancel(ctx), effectNote)
	defer cancel()
	if handed == nil {
		handed = es.Handed{}
	}
	refused, isRefused := errors.AsType[*es.RefusedError](err)
	switch {
	case err == nil:
		return w.end(note, e.Key, handed, "done", "", "")
	case isRefused:
		return w.end(note, e.Key, handed, "refused", refused.Code, refused.Error())
	case errors.Is(err, es.ErrWithdrawn):
		return w.end(note, e.Key, handed, "withdrawn", "", err.Error())
	case tries < mannerOf(e.Kind).tries:
		w.log.Warn("an effect failed and comes again", "effect", e.Key, "tries", tries, "err", err)
		_, err = w.db.Work.Exec(note, `UPDATE es.effects SET due_at = clock_timestamp() + $2::interval, last_error = $3, message_ids = $4 WHERE key = $1 AND state = 'waiting'`,
			e.Key, cmp.Or(mannerOf(e.Kind).pause, effectBackoff(tries)), err.Error(), handed)
		return err
	}
	w.log.Error("an effect failed for good", "effect", e.Key, "tries", tries, "err", err)
	if gerr := w.do.GaveUp(note, e, tries); gerr != nil {
		return gerr
	}
	return w.end(note, e.Key, handed, "gave_up", "", err.Error())
}

// manner is how the effects of one lane are performed.
type manner struct {
	tries  int
	limit  time.Duration // of one try
	renews bool          // its tries may be longer than a lease
	pause  time.Duration // before the next try; zero: effectBackoff
	lease  time.Duration // while it is renewed; zero: the usual one
}

func mannerOf(kind string) manner {
	switch lane(kind) {
	case "scan":
		return manner{tries: scanTries, limit: scanLimit, renews: true}
	case "import":
		return manner{tries: effectTries, limit: importTime, renews: true}
	case "webhook":
		return manner{tries: webhookTries, limit: effectLease - 2*effectNote}
	case "plan":
		return manner{tries: effectTries, limit: bulkLimit, renews: true, lease: bulkLease}
	case "bulk": // each restart of a node is a try, and a job of many hours may see many of them
		return manner{tries: bulkTries, limit: bulkLimit, renews: true, pause: bulkPause, lease: bulkLease}
	}
	return manner{tries: effectTries, limit: effectLease - 2*effectNote}
}

// act ends well before the lease does, or renews it, so that nobody else performs the same meanwhile. A panic is an
// error: the house stands.
func (w *Effects) act(ctx context.Context, e *es.Effect, tries int) (handed es.Handed, err error) {
	manner := mannerOf(e.Kind)
	ctx, cancel := context.WithTimeout(ctx, manner.limit)
	defer cancel()
	if manner.renews {
		go w.renew(ctx, e.Key, tries, cmp.Or(manner.lease, w.lease))
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := w.db.Work.QueryRow(ctx, `SELECT kind FROM es.streams WHERE stream_id = $1`, e.Stream.ID).Scan(&e.Stream.Kind); err != nil {
		return nil, fmt.Errorf("perform %s: %w", e.Key, err)
	}
	return w.do.Perform(ctx, *e)
}

// renew keeps an effect leased until ctx ends. Where it can't, the lease runs out, and an effect is harmless the second
// time.
func (w *Effects) renew(ctx context.Context, key string, tries int, lease time.Duration) {
	if lease >= w.lease { // it was claimed for so long
		sleep(ctx, lease/4)
	}
	for ; ctx.Err() == nil; sleep(ctx, lease/4) {
		_, err := w.db.Work.Exec(ctx, `
			UPDATE es.effects SET due_at = clock_timestamp() + $3::interval WHERE key = $1 AND state = 'waiting' AND attempts = $2`, key, tries, lease)
		if err != nil && ctx.Err() == nil {
			w.log.Warn("an effect's lease could not be renewed", "effect", key, "err", err)
		}
	}
}

func (w *Effects) end(ctx context.Context, key string, handed es.Handed, state, code, why string) error {
	_, err := w.db.Work.Exec(ctx, `
		UPDATE es.effects SET state = $2, code = nullif($3, ''), last_error = nullif($4, ''), message_ids = $5, ended_at = clock_timestamp()
		WHERE key = $1`, key, state, code, why, handed)
	if err != nil {
		return fmt.Errorf("note that %s is over: %w", key, err)
	}
	return nil
}

// backlog is how many messages are due and wait for somebody to hand them over, and how many of the newest failed for a
// passing reason.
func backlog(ctx context.Context, db *DB) (due, failing int, err error) {
	err = db.Work.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE due_at <= statement_timestamp()), count(*) FILTER (WHERE last_error IS NOT NULL AND attempts <= 3)
		FROM es.effects WHERE state = 'waiting' AND split_part(kind, '.', 1) IN ('mail', 'sms')`).Scan(&due, &failing)
	if err != nil {
		return 0, 0, fmt.Errorf("count messages that wait: %w", err)
	}
	return due, failing, nil
}

// errPulled is what the ledger says of a message that was pulled.
const errPulled = "withdrawn before it left: the sending in bulk was stopped"

// pull withdraws the messages of some streams' generations of which none was ever tried, so that none of them leaves. It
// returns the streams of which nothing has left; who was pulled once is said again.
func pull(ctx context.Context, db *DB, streams []uuid.UUID, generations []int32) (pulled []uuid.UUID, err error) {
	err = pgx.BeginFunc(ctx, db.Work, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			WITH asked AS (SELECT * FROM unnest($1::uuid[], $2::integer[]) AS a (stream_id, generation)),
			held AS (
				SELECT f.key, f.stream_id, f.attempts, f.state, f.last_error FROM es.effects f JOIN asked a ON a.stream_id = f.stream_id
				WHERE (f.args ->> 'generation')::integer = a.generation AND split_part(f.kind, '.', 1) IN ('mail', 'sms')
				FOR UPDATE OF f),
			unmoved AS (
				SELECT stream_id FROM held GROUP BY stream_id HAVING bool_and(attempts = 0 AND (state = 'waiting' OR last_error = $3))),
			gone AS (
				UPDATE es.effects f SET state = 'withdrawn', last_error = $3, ended_at = clock_timestamp()
				FROM held h JOIN unmoved u ON u.stream_id = h.stream_id WHERE f.key = h.key AND f.state = 'waiting')
			SELECT stream_id FROM unmoved`, streams, generations, errPulled)
		if err != nil {
			return err
		}
		pulled, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pull messages: %w", err)
	}
	return pulled, nil
}
