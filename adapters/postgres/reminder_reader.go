package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/reminder"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ReminderList reads the read model of reminders. It implements app/reminder.Reader.
type ReminderList struct{ DB *DB }

var _ app.Reader = ReminderList{}

// Candidates is app.Reader.
func (l ReminderList) Candidates(ctx context.Context, firm int32, contact uuid.UUID) (tasks []uuid.UUID, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		of, err := membershipsOf(ctx, tx, contact)
		if err != nil {
			return err
		}
		clients := make([]uuid.UUID, len(of))
		for i, m := range of {
			clients[i] = m.Client
		}
		rows, err := tx.Query(ctx, `
			SELECT c.task_id FROM portal.reminder_task c WHERE c.client_id = ANY ($2)
			UNION SELECT c.task_id FROM portal.reminder_task c WHERE c.subject_id = $1 AND c.client_id = $3 ORDER BY 1`, contact, clients, uuid.Nil)
		if err != nil {
			return err
		}
		tasks, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find what somebody may be reminded of: %w", err)
	}
	return tasks, nil
}

// Concerned is app.Reader.
func (l ReminderList) Concerned(ctx context.Context, firm int32) (clients, contacts []uuid.UUID, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT DISTINCT c.client_id FROM portal.reminder_task c WHERE c.client_id <> $1`, uuid.Nil)
		if err != nil {
			return err
		}
		if clients, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `
			SELECT c.subject_id FROM portal.reminder_task c WHERE c.client_id = $1
			UNION SELECT c.contact_id FROM portal.reminder c`, uuid.Nil)
		if err != nil {
			return err
		}
		contacts, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find whose reminders there are: %w", err)
	}
	return clients, contacts, nil
}

// Reminders is app.Reader.
func (l ReminderList) Reminders(ctx context.Context, firm int32, q app.Query) (rows []app.Row, next string, err error) {
	sql, args, err := remindersSQL(firm, q)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, scanReminder)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			at := rows[limit-1].Wake
			if q.Withheld {
				at = rows[limit-1].Last.At
			}
			next = nextClient(rows[limit-1].Contact, at.UTC().Format(time.RFC3339Nano))
		}
		return nameReminded(ctx, tx, rows)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list reminders: %w", err)
	}
	return rows, next, nil
}

func remindersSQL(firm int32, q app.Query) (sql string, args []any, err error) {
	key, id, err := clientCursor(q.After)
	if err != nil {
		return "", nil, err
	}
	var at time.Time
	if q.After != "" {
		if at, err = time.Parse(time.RFC3339Nano, key); err != nil {
			return "", nil, ErrCursor
		}
	}
	where, beyond, order := `c.wake_at IS NOT NULL`, ` AND (c.wake_at, c.contact_id) > ($3, $4)`, `c.wake_at, c.contact_id`
	switch {
	case q.Contact != uuid.Nil:
		return remindersFrom + `c.contact_id = $3 LIMIT $2`, []any{firm, 1, q.Contact}, nil
	case q.Withheld:
		where = `c.last_state IN ('blocked', 'failed', 'bounced', 'paused', 'skipped')`
		beyond, order = ` AND (c.last_at, c.contact_id) < ($3, $4)`, `c.last_at DESC, c.contact_id DESC`
	}
	args = []any{firm, pageLimit(q.Limit) + 1}
	if q.After != "" {
		where, args = where+beyond, append(args, at, id)
	}
	return remindersFrom + where + ` ORDER BY ` + order + ` LIMIT $2`, args, nil
}

const remindersFrom = `
	SELECT c.contact_id, c.next_at, c.wake_at, c.ringing, c.tasks, c.last_at, c.last_state, c.last_reason, c.last_tasks
	FROM portal.reminder c WHERE c.firm_no = $1 AND `

func scanReminder(r pgx.CollectableRow) (row app.Row, err error) {
	var next, wake, last *time.Time
	err = r.Scan(&row.Contact, &next, &wake, &row.Ringing, &row.Tasks, &last, &row.Last.State, &row.Last.Reason, &row.Last.Tasks)
	row.Next, row.Wake, row.Last.At = timeOr(next), timeOr(wake), timeOr(last)
	return row, err
}

func nameReminded(ctx context.Context, tx pgx.Tx, rows []app.Row) error {
	people := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		people[i] = row.Contact
	}
	names, err := contactNames(ctx, tx, people)
	for i := range rows {
		rows[i].Name = names[rows[i].Contact]
	}
	return err
}
