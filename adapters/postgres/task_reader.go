package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TaskList reads tasks. It implements app/task.Reader.
type TaskList struct{ DB *DB }

var _ app.Reader = TaskList{}

var taskColumns = `c.id, c.client_id, c.subject_id, c.kind, c.title, c.due_on, c.internal_due_on, c.owner_id, c.priority, ` + standsNow + `, c.part, c.outcome, c.ticked, c.entries,
	c.nth, c.every > 0, c.hold_until, c.assigned_at, c.closed_at, c.job_id, c.review`

func scanTask(r pgx.CollectableRow, more ...any) (t app.Row, err error) {
	var hold, closed *time.Time
	err = r.Scan(append([]any{
		&t.ID, &t.Client, &t.Contact, &t.Kind, &t.Title, &t.DueOn, &t.InternalDueOn, &t.Owner, &t.Priority, &t.Stand, &t.Part, &t.Outcome, &t.Ticked, &t.Entries,
		&t.Nth, &t.Repeats, &hold, &t.AssignedAt, &closed, &t.Job, &t.ToReview,
	}, more...)...)
	t.HoldUntil, t.ClosedAt = timeOr(hold), timeOr(closed)
	if t.Client != uuid.Nil {
		t.Contact = uuid.Nil
	}
	return t, err
}

// Tasks lists a firm's tasks. Each order has its index, so that the page after the last one costs as much as the first.
func (l TaskList) Tasks(ctx context.Context, firm int32, q app.Query) (rows []app.Row, next string, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		broad, err := areBroad(ctx, tx, firm, q)
		if err != nil {
			return err
		}
		sql, args, err := tasksSQL(firm, q, broad)
		if err != nil {
			return err
		}
		found, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		var keys []string
		rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (app.Row, error) {
			var key string
			t, err := scanTask(r, &key)
			keys = append(keys, key)
			return t, err
		})
		if limit := pageLimit(q.Limit); err == nil && len(rows) > limit {
			rows, next = rows[:limit], nextClient(rows[limit-1].ID, keys[limit-1])
		}
		if err != nil {
			return err
		}
		if err := addNobodyActs(ctx, tx, rows); err != nil {
			return err
		}
		if err := addNumbers(ctx, tx, rows); err != nil {
			return err
		}
		return addTaskClients(ctx, tx, rows)
	})
	if err == nil {
		err = l.addTaskOwners(ctx, firm, rows)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list tasks: %w", err)
	}
	return rows, next, nil
}

func tasksSQL(firm int32, q app.Query, broad []bool) (sql string, args []any, err error) {
	after, id, err := clientCursor(q.After)
	if err != nil {
		return "", nil, err
	}
	key, beyond, order := `c.due_key`, `(c.due_key, c.id) > (%s, %s)`, `c.due_key, c.id`
	if q.Order == app.Newest {
		key, beyond, order = `to_char(c.assigned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`, `(c.assigned_at, c.id) < (%s::timestamptz, %s)`, `c.assigned_at DESC, c.id DESC`
	}
	where := conditions{args: []any{firm, pageLimit(q.Limit) + 1}, broad: broad}
	tasksWhere(q, &where)
	if q.After != "" {
		where.where += ` AND ` + fmt.Sprintf(beyond, where.ask(after), where.ask(id))
	}
	return able + `SELECT ` + taskColumns + `, ` + key + ` FROM portal.task c WHERE c.firm_no = $1` + where.sql() + ` ORDER BY ` + order + ` LIMIT $2`, where.args, nil
}

// titledTask is what a task is called, for other models.
type titledTask struct {
	title  string
	client uuid.UUID
}

func taskTitles(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]titledTask, error) {
	rows, err := tx.Query(ctx, `SELECT id, title, client_id FROM portal.task WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]titledTask, len(ids))
	var id uuid.UUID
	var t titledTask
	_, err = pgx.ForEachRow(rows, []any{&id, &t.title, &t.client}, func() error {
		out[id] = t
		return nil
	})
	return out, err
}

func addTaskClients(ctx context.Context, tx pgx.Tx, rows []app.Row) error {
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.Client
	}
	names, err := clientNames(ctx, tx, ids)
	for i := range rows {
		rows[i].ClientName = names[rows[i].Client]
	}
	return err
}

func (l TaskList) addTaskOwners(ctx context.Context, firm int32, rows []app.Row) error {
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.Owner
	}
	names, err := l.DB.staffNames(ctx, firm, ids)
	for i := range rows {
		rows[i].OwnerName = names[rows[i].Owner]
	}
	return err
}

// Task is one task.
func (l TaskList) Task(ctx context.Context, firm int32, id uuid.UUID) (d app.Detail, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT `+taskColumns+`, c.description, c.everybody, c.contacts, c.without, c.each, c.finish_together, c.every, c.unit, c.origin, c.wait, c.on_day,
				c.series_id, c.next_id, c.sender_id, c.reason, c.zone
			FROM portal.task c WHERE c.id = $1`, id)
		if err != nil {
			return err
		}
		rows, err := pgx.CollectRows(found, func(r pgx.CollectableRow) (d app.Detail, err error) {
			d.Row, err = scanTask(r, &d.Description, &d.Audience.All, &d.Audience.Contacts, &d.Without, &d.Each, &d.FinishTogether, &d.Recurrence.Every, &d.Recurrence.Unit,
				&d.Recurrence.From, &d.Recurrence.Wait, &d.Recurrence.OnDay, &d.Series, &d.Next, &d.Sender, &d.Reason, &d.Zone)
			return d, err
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return task.ErrNotFound
		}
		d = rows[0]
		named := []app.Row{d.Row}
		if err := addTaskClients(ctx, tx, named); err != nil {
			return err
		}
		if err := addNobodyActs(ctx, tx, named); err != nil {
			return err
		}
		d.Row = named[0]
		if d.Checklist, err = taskEntries(ctx, tx, id); err != nil {
			return err
		}
		d.People, err = taskParts(ctx, tx, id)
		return err
	})
	if err == nil {
		var names map[uuid.UUID]string
		names, err = l.DB.staffNames(ctx, firm, []uuid.UUID{d.Owner, d.Sender})
		d.OwnerName, d.SenderName = names[d.Owner], names[d.Sender]
	}
	if err != nil {
		return app.Detail{}, fmt.Errorf("read task %s: %w", id, err)
	}
	return d, nil
}

func taskEntries(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]app.Entry, error) {
	found, err := tx.Query(ctx, `SELECT e.id, e.body, e.ticked_at, e.ticked_kind, e.ticked_by FROM portal.task_entry e WHERE e.task_id = $1 ORDER BY e.n`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (e app.Entry, err error) {
		var at *time.Time
		err = r.Scan(&e.ID, &e.Text, &at, &e.TickedBy.Kind, &e.TickedBy.ID)
		e.TickedAt = timeOr(at)
		return e, err
	})
}

const taskPartColumns = `p.contact_id, p.told_at, p.failed_at, p.seen_at, p.done_at, p.done_by, p.note, p.confirmed_at, p.outcome, p.reason, p.reopened_at`

func taskParts(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]app.Part, error) {
	found, err := tx.Query(ctx, `SELECT `+taskPartColumns+` FROM portal.task_part p WHERE p.task_id = $1 ORDER BY p.contact_id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (p app.Part, err error) {
		var told, failed, seen, done, confirmed, reopened *time.Time
		err = r.Scan(&p.Contact, &told, &failed, &seen, &done, &p.DoneBy, &p.Note, &confirmed, &p.Outcome, &p.Reason, &reopened)
		p.ToldAt, p.FailedAt, p.SeenAt, p.DoneAt, p.ConfirmedAt, p.ReopenedAt = timeOr(told), timeOr(failed), timeOr(seen), timeOr(done), timeOr(confirmed), timeOr(reopened)
		return p, err
	})
}

// Life is what happened to a task, oldest first. Who did it is in the log.
func (l TaskList) Life(ctx context.Context, firm int32, id uuid.UUID) (rows []app.LifeRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT f.at, f.what, f.contact_id, f.detail, coalesce(e.meta #>> '{actor,kind}', ''), coalesce((e.meta #>> '{actor,id}')::uuid, $2)
			FROM portal.task_life f LEFT JOIN es.events e ON e.stream_id = f.task_id AND e.version = f.version AND e.firm_no = f.firm_no
			WHERE f.task_id = $1 ORDER BY f.version`, id, uuid.Nil)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (f app.LifeRow, err error) {
			return f, r.Scan(&f.At, &f.Type, &f.Contact, &f.Detail, &f.By.Kind, &f.By.ID)
		})
		return err
	})
	ids := []uuid.UUID{}
	for _, f := range rows {
		if f.By.Kind == event.Staff {
			ids = append(ids, f.By.ID)
		}
	}
	if err == nil {
		var names map[uuid.UUID]string
		names, err = l.DB.staffNames(ctx, firm, ids)
		for i := range rows {
			rows[i].ByName = names[rows[i].By.ID]
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of task %s: %w", id, err)
	}
	return rows, nil
}
