package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/task"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TaskFiles reads the files of tasks. It implements app/task.Files.
type TaskFiles struct{ DB *DB }

var _ app.Files = TaskFiles{}

const taskFiles = `SELECT f.id, f.transfer_id, f.by_kind, f.by_id, f.hand_id, f.item_id, f.for_id, f.message_id, f.with_id, f.internal, f.name, f.size,
	f.sha256, f.media, f.same_as, f.source_task_id, f.state, f.scan, f.finding, f.returned, f.started_at, f.at, f.deadline, f.delivered, f.removed_by, f.removed_at, f.until,
	f.hidden, f.reason FROM portal.task_file f `

// Enclosed are the files that were sent with messages, by message.
func (l TaskFiles) Enclosed(ctx context.Context, firm int32, tasks, messages []uuid.UUID) (map[uuid.UUID][]app.File, error) {
	out := map[uuid.UUID][]app.File{}
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, taskFiles+`WHERE f.task_id = ANY ($1) AND f.message_id = ANY ($2) ORDER BY f.task_id, f.n`, tasks, messages)
		if err != nil {
			return err
		}
		files, err := pgx.CollectRows(rows, scanTaskFile)
		for _, f := range files {
			out[f.Place.Message] = append(out[f.Place.Message], f)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of messages: %w", err)
	}
	return out, nil
}

// Files are those of a task, the newest last.
func (l TaskFiles) Files(ctx context.Context, firm int32, task uuid.UUID) (files []app.File, err error) {
	names := map[uuid.UUID]string{} // of contacts
	staff := []uuid.UUID{}
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, taskFiles+`WHERE f.task_id = $1 ORDER BY f.n`, task)
		if err != nil {
			return err
		}
		if files, err = pgx.CollectRows(rows, scanTaskFile); err != nil {
			return err
		}
		contacts := []uuid.UUID{}
		for _, f := range files {
			contacts, staff = append(contacts, f.Sender()), append(staff, f.RemovedBy)
			if f.By.Kind == event.Staff {
				staff = append(staff, f.By.ID)
			}
		}
		names, err = contactNames(ctx, tx, contacts)
		return err
	})
	var colleagues map[uuid.UUID]string
	if err == nil {
		colleagues, err = l.DB.staffNames(ctx, firm, staff)
	}
	if err != nil {
		return nil, fmt.Errorf("read the files of task %s: %w", task, err)
	}
	for i := range files {
		f := &files[i]
		f.ByName, f.Remover = colleagues[f.By.ID], colleagues[f.RemovedBy]
		if f.By.Kind == event.Contact {
			f.ByName = names[f.By.ID]
		}
	}
	return files, nil
}

func scanTaskFile(r pgx.CollectableRow) (f app.File, err error) {
	var at, deadline, removed, until *time.Time
	err = r.Scan(&f.ID, &f.Transfer, &f.By.Kind, &f.By.ID, &f.Hand, &f.Place.Item, &f.Place.For, &f.Place.Message, &f.Place.Talk.With, &f.Place.Talk.Internal, &f.Name,
		&f.Size, &f.SHA256, &f.Media, &f.SameAs, &f.SourceTask, &f.State, &f.Scan, &f.Finding, &f.Returned, &f.StartedAt, &at, &deadline, &f.Delivered, &f.RemovedBy, &removed, &until,
		&f.Hidden, &f.Reason)
	f.At, f.Deadline, f.RemovedAt, f.Until = timeOr(at), timeOr(deadline), timeOr(removed), timeOr(until)
	return f, err
}

// Same are files of the same content on other tasks of the same client, or of the same contact where there is no client.
func (l TaskFiles) Same(ctx context.Context, firm int32, task uuid.UUID, digests []string) (same map[string]app.Elsewhere, err error) {
	return l.same(ctx, firm, digests, `
		SELECT DISTINCT ON (f.sha256) f.sha256, f.task_id, t.title, f.id, f.name, f.at
		FROM portal.task here JOIN portal.task_file f ON f.client_id = here.client_id AND f.subject_id = here.subject_id AND f.task_id <> here.id
			JOIN portal.task t ON t.id = f.task_id
		WHERE here.id = $1 AND f.sha256 = ANY ($2) AND (f.returned OR f.item_id = '00000000-0000-0000-0000-000000000000' AND f.message_id = '00000000-0000-0000-0000-000000000000')
			AND (f.state = 'released' OR f.state = 'received' AND f.scan NOT IN ('awaited', 'held') AND (f.delivered OR f.deadline <= statement_timestamp()))
		ORDER BY f.sha256, f.at, f.id`, task)
}

// SameSent is Same for a contact: of what they have sent themselves, on other tasks that they see.
func (l TaskFiles) SameSent(ctx context.Context, firm int32, contact, task uuid.UUID, digests []string) (same map[string]app.Elsewhere, err error) {
	return l.same(ctx, firm, digests, `
		WITH seen AS NOT MATERIALIZED (SELECT c.id, c.title, c.client_id, c.subject_id `+todoFrom+`)
		SELECT DISTINCT ON (f.sha256) f.sha256, f.task_id, t.title, f.id, f.name, f.at
		FROM seen here JOIN portal.task_file f ON f.client_id = here.client_id AND f.subject_id = here.subject_id AND f.task_id <> here.id JOIN seen t ON t.id = f.task_id
		WHERE here.id = $3 AND f.sha256 = ANY ($2) AND f.by_kind = 'contact' AND f.by_id = $1 AND f.state IN ('received', 'released')
			AND (f.returned OR f.message_id = '00000000-0000-0000-0000-000000000000')
		ORDER BY f.sha256, f.at, f.id`, contact, task)
}

// same runs a query for files by their digests, which are its second argument.
func (l TaskFiles) same(ctx context.Context, firm int32, digests []string, query string, first any, more ...any) (same map[string]app.Elsewhere, err error) {
	same = map[string]app.Elsewhere{}
	if len(digests) == 0 {
		return same, nil
	}
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query, append([]any{first, digests}, more...)...)
		if err != nil {
			return err
		}
		var digest string
		var e app.Elsewhere
		_, err = pgx.ForEachRow(rows, []any{&digest, &e.Task, &e.Title, &e.File, &e.Name, &e.At}, func() error {
			same[digest] = e
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for the same content elsewhere: %w", err)
	}
	return same, nil
}

// Scans lists a firm's files on tasks that a scan keeps from it: those that await their verdict, are held, or are infected.
// Oldest first.
func (l TaskFiles) Scans(ctx context.Context, firm int32) (rows []app.ScanRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT f.task_id, f.id, f.scan, f.finding, f.size, f.at FROM portal.task_file f
			WHERE f.firm_no = $1 AND (f.state = 'received' AND f.scan IN ('awaited', 'held') OR f.state = 'infected') ORDER BY f.at, f.id`, firm)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, pgx.RowToStructByPos[app.ScanRow])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list scans of files on tasks: %w", err)
	}
	return rows, nil
}

// Earlier are files that a contact can use again on a task.
func (l TaskFiles) Earlier(ctx context.Context, firm int32, contact, task uuid.UUID, q app.EarlierQuery) (files []app.Earlier, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			WITH seen AS NOT MATERIALIZED (SELECT c.id, c.title, c.client_id, c.subject_id `+todoFrom+`)
			SELECT * FROM (
				SELECT DISTINCT ON (f.sha256, f.name) f.task_id, t.title, f.id, f.name, f.at, f.transfer_id, f.size
				FROM seen here JOIN portal.task_file f ON f.client_id = here.client_id AND f.subject_id = here.subject_id JOIN seen t ON t.id = f.task_id
				WHERE here.id = $2 AND f.by_kind = 'contact' AND f.by_id = $1
					AND (f.returned OR f.item_id = '00000000-0000-0000-0000-000000000000' AND f.message_id = '00000000-0000-0000-0000-000000000000')
					AND (f.state = 'released' OR f.state = 'received' AND f.scan NOT IN ('awaited', 'held') AND (f.delivered OR f.deadline <= statement_timestamp()))
					AND ($3 = '' OR position(lower($3) IN lower(f.name)) > 0 OR position(lower($3) IN lower(t.title)) > 0)
				ORDER BY f.sha256, f.name, f.at DESC, f.id) AS mine
			ORDER BY mine.at DESC, mine.id DESC LIMIT $4 OFFSET $5`, contact, task, q.Text, pageLimit(q.Limit), q.Skip)
		if err != nil {
			return err
		}
		files, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (e app.Earlier, err error) {
			err = r.Scan(&e.Task, &e.Title, &e.File, &e.Name, &e.At, &e.Transfer, &e.Size)
			return e, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list what contact %s has sent: %w", contact, err)
	}
	return files, nil
}
