package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Reactor is a subscription that writes the effects which events ask for, in the transaction that moves its
// checkpoint, and wakes w once that is committed. An effect's key makes the second time nothing; another event under the
// same key is merged into it, which its row keeps.
func (w *Effects) Reactor(name string, types []string, effects func(event.Recorded) []es.Effect) Subscription {
	return w.AskingReactor(name, types, func(_ context.Context, r event.Recorded) ([]es.Effect, error) { return effects(r), nil })
}

// AskingReactor is a Reactor that may read more than the event to know what it asks for. What it knows by then counts.
func (w *Effects) AskingReactor(name string, types []string, effects func(context.Context, event.Recorded) ([]es.Effect, error)) Subscription {
	return w.reacting(name, types, func(ctx context.Context, _ pgx.Tx, b Batch, into *pgx.Batch) error {
		for _, r := range b.Events {
			asked, err := effects(ctx, r)
			if err != nil {
				return err
			}
			for _, e := range asked {
				if err := queueEffect(into, e, r.Version); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// reacting is a subscription that writes what queue puts into a batch, and wakes w once that is committed.
func (w *Effects) reacting(name string, types []string, queue func(ctx context.Context, tx pgx.Tx, b Batch, into *pgx.Batch) error) Subscription {
	wrote := false // by the batch under way; a subscriber handles one at a time
	handle := func(ctx context.Context, tx pgx.Tx, b Batch) error {
		batch := &pgx.Batch{}
		if err := queue(ctx, tx, b, batch); err != nil {
			return err
		}
		if wrote = batch.Len() > 0; !wrote {
			return nil
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("write effects: %w", err)
		}
		return nil
	}
	after := func(committed bool) {
		if committed && wrote {
			select {
			case w.wake <- struct{}{}:
			default:
			}
		}
		wrote = false
	}
	return Subscription{Name: name, Version: 1, Types: types, Handle: handle, After: after}
}

// queueEffect writes e, which the event of that version in its stream asks for.
func queueEffect(batch *pgx.Batch, e es.Effect, version int) error {
	args, err := json.Marshal(e.Args)
	if err != nil {
		return err
	}
	if e.Gathers != uuid.Nil {
		batch.Queue(gatherSQL, e.Key, e.Firm, e.Kind, e.Stream.ID, args, e.Person, e.Client, uuid.Nil, version, e.NotBefore, e.Gathers, e.Window)
		return nil
	}
	batch.Queue(`
		INSERT INTO es.effects AS f (key, firm_no, kind, stream_id, args, person_id, client_id, causes, due_at, held_until)
		VALUES ($1, $2, $3, $4, $5, nullif($6, $8::uuid), nullif($7, $8::uuid), ARRAY[$9::integer],
			greatest($10, clock_timestamp()), CASE WHEN $10 > clock_timestamp() THEN $10 END)
		ON CONFLICT (key) DO UPDATE SET causes = f.causes || excluded.causes WHERE NOT f.causes @> excluded.causes`,
		e.Key, e.Firm, e.Kind, e.Stream.ID, args, e.Person, e.Client, uuid.Nil, version, e.NotBefore)
	return nil
}

// gatherSQL puts the event into the effect that gathers for the same person and leaves no earlier than the event allows,
// or opens one. An effect that somebody has begun to perform takes nothing more, and what is in one is in no second: for
// that, one reactor asks for a kind that gathers, and its checkpoint's row lets one node at a time do so.
const gatherSQL = `
	WITH known AS (
		SELECT FROM es.effects f
		WHERE f.gathers = $11 AND f.kind = $3 AND f.firm_no = $2 AND f.streams @> ARRAY[$4::uuid]
		  AND EXISTS (SELECT FROM unnest(f.streams, f.causes) AS c (stream, version) WHERE c.stream = $4 AND c.version = $9::integer)),
	joined AS (
		UPDATE es.effects f SET streams = f.streams || $4::uuid, causes = f.causes || $9::integer,
			client_id = CASE WHEN f.client_id = $7 THEN f.client_id END -- of several clients' matters it is nobody's
		WHERE NOT EXISTS (SELECT FROM known) AND f.key = (
			SELECT key FROM es.effects w
			WHERE w.gathers = $11 AND w.kind = $3 AND w.firm_no = $2 AND w.state = 'waiting' AND w.attempts = 0 AND w.due_at >= $10
			ORDER BY w.due_at LIMIT 1 FOR UPDATE)
		RETURNING f.key)
	INSERT INTO es.effects (key, firm_no, kind, stream_id, args, person_id, client_id, gathers, streams, causes, due_at, held_until)
	SELECT $1, $2, $3, $4, $5, nullif($6, $8::uuid), nullif($7, $8::uuid), $11, ARRAY[$4::uuid], ARRAY[$9::integer],
		greatest($10::timestamptz + $12::interval, clock_timestamp()), CASE WHEN $10::timestamptz + $12::interval > clock_timestamp() THEN $10::timestamptz + $12::interval END
	WHERE NOT EXISTS (SELECT FROM known) AND NOT EXISTS (SELECT FROM joined)
	ON CONFLICT (key) DO NOTHING`

// causesOf are what an effect has gathered; none where it stands for its own stream.
func causesOf(streams []uuid.UUID, versions []int32) (causes []es.Cause) {
	for i, stream := range streams {
		causes = append(causes, es.Cause{Stream: stream, Version: int(versions[i])})
	}
	return causes
}
