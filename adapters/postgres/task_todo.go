package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/task"
	"portico/domain/client"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// todoColumns are a task and what has become of it for the contact $1: their own part p, and that of all a.
var todoColumns = taskColumns + `, c.description, c.everybody, c.contacts, c.without, c.each, c.reason, NOT c.open OR coalesce(p.outcome, '') <> '', p.seen_at, coalesce(p.reason, ''),
	CASE WHEN c.each THEN p.done_at ELSE a.done_at END, coalesce(CASE WHEN c.each THEN p.done_by ELSE a.done_by END, '00000000-0000-0000-0000-000000000000'),
	coalesce(CASE WHEN c.each THEN p.note ELSE a.note END, ''), CASE WHEN c.each THEN p.confirmed_at ELSE a.confirmed_at END,
	coalesce(p.outcome, ''), greatest(p.reopened_at, a.reopened_at), coalesce(a.reason, '')`

const todoFrom = ` FROM portal.task c
	LEFT JOIN portal.task_part p ON p.task_id = c.id AND p.contact_id = $1
	LEFT JOIN portal.task_part a ON a.task_id = c.id AND a.contact_id = '00000000-0000-0000-0000-000000000000'
	WHERE (c.hold_until IS NULL OR c.hold_until <= statement_timestamp())
	  AND (c.everybody OR $1 = ANY (c.contacts)) AND NOT $1 = ANY (c.without)`

func scanTodo(r pgx.CollectableRow) (t app.Todo, err error) {
	var seen, done, confirmed, reopened *time.Time
	var forAll string // why it was reopened for all
	t.Row, err = scanTask(r, &t.Description, &t.Audience.All, &t.Audience.Contacts, &t.Without, &t.Each, &t.Reason, &t.Closed, &seen, &t.Mine.Reason, &done, &t.Mine.DoneBy, &t.Mine.Note, &confirmed, &t.Mine.Outcome,
		&reopened, &forAll)
	t.SeenAt, t.Mine.SeenAt, t.Mine.DoneAt, t.Mine.ConfirmedAt, t.Mine.ReopenedAt = timeOr(seen), timeOr(seen), timeOr(done), timeOr(confirmed), timeOr(reopened)
	if t.Mine.Reason == "" {
		t.Mine.Reason = forAll
	}
	if t.Mine.Outcome != "" {
		t.Outcome, t.Reason = t.Mine.Outcome, t.Mine.Reason
	}
	return t, err
}

// Todos are the tasks of a contact. Who is linked to the client with the right to its tasks is asked elsewhere.
func (l TaskList) Todos(ctx context.Context, firm int32, contact, client uuid.UUID, q app.TodoQuery) (rows []app.Todo, err error) {
	open := ``
	if q.Open {
		open = ` AND c.open AND coalesce(p.outcome, '') = '' AND CASE WHEN c.each THEN p.done_at ELSE a.done_at END IS NULL`
	}
	whose := ` AND c.client_id = ANY ($2)`
	if client == uuid.Nil {
		whose += ` AND c.subject_id = $1`
	}
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+todoColumns+todoFrom+whose+open+`
			ORDER BY (c.open AND coalesce(p.outcome, '') = '' AND CASE WHEN c.each THEN p.done_at ELSE a.done_at END IS NULL) DESC, c.open DESC, c.due_key, c.id LIMIT $3`,
			contact, append([]uuid.UUID{client}, q.Also...), pageLimit(q.Limit))
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, scanTodo)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the tasks of a contact: %w", err)
	}
	return rows, nil
}

// Todo is one task as a contact sees it.
func (l TaskList) Todo(ctx context.Context, firm int32, contact, id uuid.UUID) (t app.Todo, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+todoColumns+todoFrom+` AND c.id = $2`, contact, id)
		if err != nil {
			return err
		}
		rows, err := pgx.CollectRows(found, scanTodo)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return task.ErrNotFound
		}
		t = rows[0]
		t.Checklist, err = taskEntries(ctx, tx, id)
		return err
	})
	if err != nil {
		return app.Todo{}, fmt.Errorf("read task %s of a contact: %w", id, err)
	}
	return t, nil
}

// seenBy are those of the contacts who see the tasks in the portal just now.
func (l TaskList) seenBy(ctx context.Context, firm int32, tasks, contacts []uuid.UUID) (by map[uuid.UUID][]uuid.UUID, err error) {
	by = map[uuid.UUID][]uuid.UUID{}
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT c.id, w.contact FROM portal.task c CROSS JOIN unnest($2::uuid[]) AS w (contact)
			WHERE c.id = ANY ($1) AND (c.hold_until IS NULL OR c.hold_until <= statement_timestamp())
			  AND (c.everybody OR w.contact = ANY (c.contacts)) AND NOT w.contact = ANY (c.without)
			  AND (c.subject_id = w.contact OR `+linkedWith(client.Tasks, "c.client_id", "k.contact_id = w.contact")+`)`, tasks, contacts)
		if err != nil {
			return err
		}
		var id, contact uuid.UUID
		_, err = pgx.ForEachRow(rows, []any{&id, &contact}, func() error { by[id] = append(by[id], contact); return nil })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find who sees %d tasks: %w", len(tasks), err)
	}
	return by, nil
}
