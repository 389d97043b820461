package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	app "portico/app/webhook"
	"portico/domain/webhook"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// webhookState is app.State in SQL.
const webhookState = `CASE
	WHEN f.state = 'done' THEN 'delivered'
	WHEN f.state = 'withdrawn' THEN 'not_sent'
	WHEN f.state IN ('gave_up', 'refused') THEN 'failed'
	WHEN f.last_error IS NULL THEN 'waiting'
	ELSE 'retrying' END`

// webhookDeliveries finds the page first and looks up its last tries then. A replay says nothing of its type: the first
// delivery does.
const webhookDeliveries = `
	WITH page AS (
		SELECT f.key, f.stream_id, f.args, ` + webhookState + ` AS stands, f.attempts, f.created_at, CASE WHEN f.state = 'waiting' THEN f.due_at END AS next_at, f.ended_at
		FROM es.effects f WHERE f.stream_id = $1 AND f.kind = 'webhook.delivery'%s
		ORDER BY f.created_at DESC, f.key DESC LIMIT %d)
	SELECT p.key, p.stream_id, coalesce(p.args ->> 'type', o.args ->> 'type', ''), p.args ->> 'source', (p.args ->> 'version')::integer, p.stands, p.attempts, p.created_at, p.next_at, p.ended_at,
		coalesce(a.n, 0), a.at, coalesce(a.took_ms, 0), coalesce(a.status, 0), coalesce(a.why, ''), coalesce(a.answer, '')
	FROM page p
	LEFT JOIN es.effects o ON o.key = split_part(p.key, '/replay/', 1)
	LEFT JOIN LATERAL (SELECT * FROM webhook.attempt t WHERE t.effect_key = p.key ORDER BY t.n DESC LIMIT 1) a ON true
	ORDER BY p.created_at DESC, p.key DESC`

// Deliveries is app.Reader.
func (l Webhooks) Deliveries(ctx context.Context, firm int32, q app.Query) (rows []app.Delivery, next string, err error) {
	at, key, err := messageCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	where, args := "", []any{q.Endpoint}
	if q.State != "" {
		args = append(args, string(q.State))
		where = fmt.Sprintf(` AND `+webhookState+` = $%d`, len(args))
	}
	if q.After != "" {
		args = append(args, at, key)
		where += fmt.Sprintf(` AND (f.created_at, f.key) < ($%d, $%d)`, len(args)-1, len(args))
	}
	limit := pageLimit(q.Limit)
	if rows, err = l.deliveries(ctx, firm, fmt.Sprintf(webhookDeliveries, where, limit+1), args...); err != nil {
		return nil, "", fmt.Errorf("read deliveries: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = afterEffect(rows[limit-1].CreatedAt, rows[limit-1].Key)
	}
	return rows, next, nil
}

// Delivery is app.Reader.
func (l Webhooks) Delivery(ctx context.Context, firm int32, endpoint uuid.UUID, key string) (app.Delivery, error) {
	rows, err := l.deliveries(ctx, firm, fmt.Sprintf(webhookDeliveries, ` AND f.key = $2`, 1), endpoint, key)
	switch {
	case err != nil:
		return app.Delivery{}, fmt.Errorf("read a delivery: %w", err)
	case len(rows) == 0:
		return app.Delivery{}, webhook.ErrDelivery
	}
	return rows[0], nil
}

func (l Webhooks) deliveries(ctx context.Context, firm int32, sql string, args ...any) (rows []app.Delivery, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (d app.Delivery, err error) {
			var next, ended, tried *time.Time
			var ms int64
			err = r.Scan(&d.Key, &d.Endpoint, &d.Type, &d.Source, &d.Version, &d.State, &d.Tries, &d.CreatedAt, &next, &ended,
				&d.Last.N, &tried, &ms, &d.Last.Status, &d.Last.Why, &d.Last.Answer)
			d.NextAt, d.EndedAt, d.Last.At, d.Last.Took = timeOr(next), timeOr(ended), timeOr(tried), time.Duration(ms)*time.Millisecond
			d.ID, d.Replay = webhookID(d.Source, d.Version), strings.Contains(d.Key, "/replay/")
			return d, err
		})
		return err
	})
	return rows, err
}

// Attempts is app.Reader.
func (l Webhooks) Attempts(ctx context.Context, firm int32, key string) (tries []app.Attempt, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT n, at, took_ms, status, why, answer FROM webhook.attempt WHERE effect_key = $1 ORDER BY n DESC`, key)
		if err != nil {
			return err
		}
		tries, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (a app.Attempt, err error) {
			var ms int64
			err = r.Scan(&a.N, &a.At, &ms, &a.Status, &a.Why, &a.Answer)
			a.Took = time.Duration(ms) * time.Millisecond
			return a, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the tries of a delivery: %w", err)
	}
	return tries, nil
}
