package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	app "portico/app/invite"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// InviteList reads invitations. It implements app/invite.Reader.
type InviteList struct{ DB *DB }

var _ app.Reader = InviteList{}

// inviteState is State in SQL, by the database's clock. An expiry counts from its instant on, whether or not the alarm
// has rung; what holds is on its way once its hold has ended.
const inviteState = `CASE
	WHEN i.state IN ('given', 'sent', 'delivered', 'bounced', 'opened') AND i.expires_at <= statement_timestamp() THEN 'expired'
	WHEN i.state = 'sent' AND i.handed_over_at IS NULL AND i.hold_until > statement_timestamp() THEN 'holding'
	ELSE i.state END`

// comesIn holds for a contact who is in, or can still come in by the invitation that they have.
func comesIn(contact string) string {
	return `EXISTS (SELECT FROM portal.invite i WHERE i.contact_id = ` + contact + `
		AND (i.is_in OR i.state IN ('given', 'sent', 'delivered', 'opened') AND i.expires_at > statement_timestamp()))`
}

// comeIn are the ids of all of whom comesIn holds.
const comeIn = `SELECT i.contact_id FROM portal.invite i
	WHERE i.is_in OR i.state IN ('given', 'sent', 'delivered', 'opened') AND i.expires_at > statement_timestamp()`

const inviteColumns = `i.contact_id, i.client_id, ` + inviteState + `, i.access, i.is_in, i.nth, i.sendings, i.name, i.email, i.phone, i.channels, i.message, i.due_on,
	i.expires_at, i.zone, i.job_id, i.sent_at, i.hold_until, i.handed_over_at, i.delivered_at, i.bounced_at, i.bounce_code, i.bounce_detail, i.opened_at, i.accepted_at,
	i.ended_at, i.removed_at, (
		SELECT CASE WHEN e.meta #>> '{actor,kind}' = 'staff' THEN (e.meta #>> '{actor,id}')::uuid END
		FROM es.events e WHERE e.stream_id = i.id AND e.version = i.version AND e.firm_no = i.firm_no)`

func scanInvite(r pgx.CollectableRow) (i app.Row, err error) {
	var hold, handedOver, delivered, bounced, opened, accepted, ended, removed *time.Time
	var by *uuid.UUID
	err = r.Scan(&i.Contact, &i.Client, &i.State, &i.Access, &i.In, &i.Nth, &i.Count, &i.Name, &i.Email, &i.Phone, &i.Channels, &i.Message, &i.DueOn,
		&i.ExpiresAt, &i.Zone, &i.Job, &i.SentAt, &hold, &handedOver, &delivered, &bounced, &i.BounceCode, &i.BounceDetail, &opened, &accepted,
		&ended, &removed, &by)
	i.HoldUntil, i.HandedOverAt, i.DeliveredAt, i.BouncedAt = timeOr(hold), timeOr(handedOver), timeOr(delivered), timeOr(bounced)
	i.OpenedAt, i.AcceptedAt, i.EndedAt, i.RemovedAt = timeOr(opened), timeOr(accepted), timeOr(ended), timeOr(removed)
	if i.State == app.Expired && i.EndedAt.IsZero() {
		i.EndedAt = i.ExpiresAt
	}
	if by != nil {
		i.By = *by
	}
	return i, err
}

// Invites lists a firm's invitations, the newest sending first.
func (l InviteList) Invites(ctx context.Context, firm int32, q app.Query) (rows []app.Row, next string, err error) {
	at, after, err := timeCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	if q.Contacts == nil {
		q.Contacts = []uuid.UUID{}
	}
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT `+inviteColumns+` FROM portal.invite i
			WHERE i.firm_no = $1 AND ($2::uuid = $3::uuid OR i.client_id = $2) AND ($4::uuid = $3 OR i.job_id = $4)
			  AND ($5::text = '' OR `+inviteState+` = $5) AND ($6::uuid[] = '{}' OR i.contact_id = ANY ($6))
			  AND ($7::uuid = $3 OR (i.sent_at, i.contact_id) < ($8, $7))
			ORDER BY i.sent_at DESC, i.contact_id DESC LIMIT $9`,
			firm, q.Client, uuid.Nil, q.Job, string(q.State), q.Contacts, after, at, limit+1)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, scanInvite)
		return err
	})
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = nextAfter(last.SentAt, last.Contact)
	}
	if err == nil {
		err = l.addSenders(ctx, firm, rows)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list invitations: %w", err)
	}
	return rows, next, nil
}

// Invite is a contact's invitation, the zero Row where there is none.
func (l InviteList) Invite(ctx context.Context, firm int32, contact uuid.UUID) (row app.Row, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+inviteColumns+` FROM portal.invite i WHERE i.contact_id = $1`, contact)
		if err != nil {
			return err
		}
		row, err = pgx.CollectExactlyOneRow(found, scanInvite)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return app.Row{Contact: contact}, nil
	}
	rows := []app.Row{row}
	if err == nil {
		err = l.addSenders(ctx, firm, rows)
	}
	if err != nil {
		return app.Row{}, fmt.Errorf("read the invitation of %s: %w", contact, err)
	}
	return rows[0], nil
}

func (l InviteList) addSenders(ctx context.Context, firm int32, rows []app.Row) error {
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		ids[i] = rows[i].By
	}
	names, err := l.DB.staffNames(ctx, firm, ids)
	for i := range rows {
		rows[i].ByName = names[rows[i].By]
	}
	return err
}

// Life is what happened to a contact's invitation, oldest first. An expiry counts from its instant on.
func (l InviteList) Life(ctx context.Context, firm int32, contact uuid.UUID) (rows []app.LifeRow, err error) {
	var state app.State
	var nth int
	var expires time.Time
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT f.at, f.what, f.nth, f.channel, f.channels, f.detail, f.until, f.client_id,
				CASE WHEN e.meta #>> '{actor,kind}' = 'staff' THEN (e.meta #>> '{actor,id}')::uuid END
			FROM portal.invite_life f LEFT JOIN es.events e ON e.stream_id = f.id AND e.version = f.version AND e.firm_no = f.firm_no
			WHERE f.contact_id = $1 ORDER BY f.n`, contact)
		if err != nil {
			return err
		}
		if rows, err = pgx.CollectRows(found, scanInviteLife); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT `+inviteState+`, i.nth, i.expires_at FROM portal.invite i WHERE i.contact_id = $1`, contact).Scan(&state, &nth, &expires)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	told := func(l app.LifeRow) bool { return l.What == app.LifeExpired && l.Nth == nth }
	if state == app.Expired && !slices.ContainsFunc(rows, told) {
		rows = append(rows, app.LifeRow{At: expires, What: app.LifeExpired, Nth: nth})
	}
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		ids[i] = rows[i].By
	}
	if err == nil {
		var names map[uuid.UUID]string
		names, err = l.DB.staffNames(ctx, firm, ids)
		for i := range rows {
			rows[i].ByName = names[rows[i].By]
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of the invitation of %s: %w", contact, err)
	}
	return rows, nil
}

func scanInviteLife(r pgx.CollectableRow) (l app.LifeRow, err error) {
	var until *time.Time
	var by *uuid.UUID
	err = r.Scan(&l.At, &l.What, &l.Nth, &l.Channel, &l.Channels, &l.Detail, &until, &l.Client, &by)
	if l.Until = timeOr(until); by != nil {
		l.By = *by
	}
	return l, err
}
