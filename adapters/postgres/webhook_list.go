package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	app "portico/app/webhook"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// webhookModel owns portal.webhook, the practice's endpoints but for those that were removed.
var webhookModel = Model{
	Name: "webhook_list", Version: 1, Kinds: []event.Kind{webhook.Kind},
	Tables: []Table{{
		Name: "webhook",
		Columns: []string{
			"id uuid NOT NULL", "firm_no integer NOT NULL", "url text NOT NULL", "types text[] NOT NULL", "is_off boolean NOT NULL", "cause text NOT NULL", "off_at timestamptz",
			"secret integer NOT NULL", "earlier_until timestamptz", "added_at timestamptz NOT NULL",
		},
		Key:     []string{"id"},
		Indexes: []string{"firm_no"},
	}},
	New: func(s event.Stream, firm int32) View { return &webhookView{id: s.ID, firm: firm} },
}

type webhookView struct {
	id             uuid.UUID
	firm           int32
	is             webhook.Webhook
	secret         int
	addedAt, offAt time.Time
}

func (v *webhookView) Apply(r event.Recorded) error {
	e, ok := r.Event.(webhook.Event)
	if !ok {
		return unexpected(r)
	}
	v.is = v.is.Apply(e)
	switch e := e.(type) {
	case webhook.Added:
		v.addedAt, v.secret = e.At, e.Secret.Nth
	case webhook.SecretRotated:
		v.secret = e.Secret.Nth
	case webhook.SwitchedOff:
		v.offAt = e.At
	case webhook.SwitchedOn:
		v.offAt = time.Time{}
	case webhook.Changed, webhook.Tested, webhook.Replayed, webhook.Removed:
	}
	return nil
}

func (v *webhookView) Rows() [][]Row {
	if !v.is.Exists() {
		return [][]Row{nil}
	}
	return [][]Row{{{
		v.id, v.firm, v.is.URL(), v.is.Types(), !v.is.On(), string(v.is.Cause()), nullable(v.offAt), int32(v.secret), nullable(v.is.EarlierUntil()), v.addedAt, //nolint:gosec // at most 65535
	}}}
}

// Webhooks reads endpoints, and the ledger of what they were sent.
type Webhooks struct{ DB *DB }

var _ app.Reader = Webhooks{}

const webhookRows = `SELECT w.id, w.url, w.types, w.is_off, w.cause, w.off_at, w.secret, w.earlier_until, w.added_at FROM portal.webhook w`

// Endpoints is app.Reader.
func (l Webhooks) Endpoints(ctx context.Context, firm int32) (rows []app.Row, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, webhookRows+` ORDER BY w.added_at, w.id`)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, webhookRow)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	return rows, nil
}

// Endpoint is app.Reader.
func (l Webhooks) Endpoint(ctx context.Context, firm int32, id uuid.UUID) (row app.Row, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, webhookRows+` WHERE w.id = $1`, id)
		if err != nil {
			return err
		}
		row, err = pgx.CollectExactlyOneRow(found, webhookRow)
		return err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return row, webhook.ErrNotFound
	case err != nil:
		return row, fmt.Errorf("read a webhook: %w", err)
	}
	return row, nil
}

func webhookRow(r pgx.CollectableRow) (w app.Row, err error) {
	var off, earlier *time.Time
	err = r.Scan(&w.ID, &w.URL, &w.Types, &w.Off, &w.Cause, &off, &w.Secret, &earlier, &w.AddedAt)
	w.OffAt, w.EarlierUntil = timeOr(off), timeOr(earlier)
	return w, err
}

// Ever are all endpoints that any practice has ever had, by their practice. It looks through all streams: at a start, and
// not for a page.
func (l Webhooks) Ever(ctx context.Context) (firms map[uuid.UUID]int32, err error) {
	firms = map[uuid.UUID]int32{}
	rows, err := l.DB.Work.Query(ctx, `SELECT stream_id, firm_no FROM es.streams WHERE kind = $1`, string(webhook.Kind))
	if err != nil {
		return nil, fmt.Errorf("find webhooks: %w", err)
	}
	var id uuid.UUID
	var firm int32
	if _, err := pgx.ForEachRow(rows, []any{&id, &firm}, func() error {
		firms[id] = firm
		return nil
	}); err != nil {
		return nil, fmt.Errorf("find webhooks: %w", err)
	}
	return firms, nil
}
