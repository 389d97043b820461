package postgres

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	app "portico/app/webhook"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// webhookPause is how long whatever waits for an endpoint waits longer once a call has failed: one that hangs must not take
// all places from those that don't.
const webhookPause = time.Minute

// Webhooks is the reactor that hands events out to the endpoints that are there and on when each of them is heard. What it
// knows of endpoints moves with its checkpoint.
func (w *Effects) Webhooks() Subscription {
	return w.reacting("webhooks", app.Heard(), func(ctx context.Context, tx pgx.Tx, b Batch, into *pgx.Batch) error {
		boards := map[int32]app.Board{}
		for _, r := range b.Events {
			if err := handOut(ctx, tx, boards, r, into); err != nil {
				return err
			}
		}
		return nil
	})
}

func handOut(ctx context.Context, tx pgx.Tx, boards map[int32]app.Board, r event.Recorded, into *pgx.Batch) (err error) {
	board, ok := boards[r.Firm]
	if !ok {
		if board, err = webhookBoard(ctx, tx, r.Firm); err != nil {
			return err
		}
		boards[r.Firm] = board
	}
	for _, e := range board.Hear(r) {
		if err := queueEffect(into, e, r.Version); err != nil {
			return err
		}
	}
	if r.Stream.Kind != webhook.Kind {
		return nil
	}
	if p, ok := board[r.Stream.ID]; ok {
		into.Queue(`
			INSERT INTO webhook.endpoint (id, firm_no, types, is_on) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET types = excluded.types, is_on = excluded.is_on`, p.ID, r.Firm, p.Types, p.On)
	} else {
		into.Queue(`DELETE FROM webhook.endpoint WHERE id = $1`, r.Stream.ID)
	}
	return nil
}

func webhookBoard(ctx context.Context, tx pgx.Tx, firm int32) (app.Board, error) {
	rows, err := tx.Query(ctx, `SELECT id, types, is_on FROM webhook.endpoint WHERE firm_no = $1`, firm)
	if err != nil {
		return nil, fmt.Errorf("read endpoints: %w", err)
	}
	board, p := app.Board{}, app.Endpoint{}
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Types, &p.On}, func() error {
		board[p.ID] = p
		p.Types = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read endpoints: %w", err)
	}
	return board, nil
}

var _ app.Ledger = Webhooks{}

// Note is app.Ledger. A try that was noted already keeps its place.
func (l Webhooks) Note(ctx context.Context, e es.Effect, a app.Attempt, delivered bool) error {
	b := &pgx.Batch{}
	b.Queue(`
		INSERT INTO webhook.attempt (effect_key, n, firm_no, endpoint_id, took_ms, status, why, answer, delivered)
		SELECT $1, f.attempts, $2, $3, $4, $5, $6, $7, $8 FROM es.effects f WHERE f.key = $1
		ON CONFLICT (effect_key, n) DO NOTHING`, e.Key, e.Firm, e.Stream.ID, a.Took.Milliseconds(), a.Status, a.Why, a.Answer, delivered)
	b.Queue(`DELETE FROM webhook.attempt WHERE at < statement_timestamp() - $1::interval`, app.AnswersKept)
	if !delivered {
		b.Queue(`
			UPDATE es.effects SET due_at = clock_timestamp() + $3::interval
			WHERE stream_id = $1 AND kind = 'webhook.delivery' AND state = 'waiting' AND key <> $2 AND due_at < clock_timestamp() + $3::interval
			  AND (attempts = 0 OR due_at < clock_timestamp())`, e.Stream.ID, e.Key, webhookPause)
	}
	if err := l.DB.Work.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("note a try of %s: %w", e.Key, err)
	}
	return nil
}

// Silent is app.Ledger.
func (l Webhooks) Silent(ctx context.Context, e es.Effect) (silent bool, err error) {
	err = l.DB.Work.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM webhook.attempt a WHERE a.endpoint_id = f.stream_id AND a.delivered AND a.at >= f.created_at)
		FROM es.effects f WHERE f.key = $1`, e.Key).Scan(&silent)
	if err != nil {
		return false, fmt.Errorf("find whether anything was delivered since %s: %w", e.Key, err)
	}
	return silent, nil
}

// webhookID is the id of what a delivery says, for the ledger.
func webhookID(source string, version int) string {
	stream, err := event.ParseStream(source)
	if err != nil {
		stream.ID = uuid.Nil
	}
	return app.MessageID(stream, version)
}
