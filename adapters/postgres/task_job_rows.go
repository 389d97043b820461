package postgres

import (
	"context"
	"fmt"

	app "portico/app/taskjob"
	"portico/domain/task"
	"portico/domain/taskjob"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Waiting is app.Lists.
func (j TaskJobs) Waiting(ctx context.Context, firm int32, id uuid.UUID, limit int) (all []app.Chosen, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT r.no, r.target_id FROM intake.task_job_row r WHERE r.job_id = $1 AND r.firm_no = $2 AND r.outcome = '' ORDER BY r.no LIMIT nullif($3, 0)`, id, firm, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (c app.Chosen, err error) { return c, r.Scan(&c.No, &c.Target) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is left of a job: %w", err)
	}
	return all, nil
}

// Note is app.Lists.
func (j TaskJobs) Note(ctx context.Context, firm int32, id uuid.UUID, noted []app.Noted) error {
	if len(noted) == 0 {
		return nil
	}
	targets, outcomes, codes, notes := make([]uuid.UUID, len(noted)), make([]string, len(noted)), make([]string, len(noted)), make([]string, len(noted))
	for i, n := range noted {
		targets[i], outcomes[i], codes[i], notes[i] = n.Target, string(n.Outcome), n.Code, n.Note
	}
	return j.write(ctx, firm, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE intake.task_job_row r SET outcome = n.outcome, code = n.code, note = n.note
			FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) AS n (target, outcome, code, note)
			WHERE r.job_id = $1 AND r.firm_no = $2 AND r.target_id = n.target`, id, firm, targets, outcomes, codes, notes)
		return err
	})
}

// Tally is app.Lists.
func (j TaskJobs) Tally(ctx context.Context, firm int32, id uuid.UUID) (n app.Tally, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT count(*), count(*) FILTER (WHERE r.outcome = ''), count(*) FILTER (WHERE r.outcome = 'done'), count(*) FILTER (WHERE r.outcome = 'refused')
			FROM intake.task_job_row r WHERE r.job_id = $1 AND r.firm_no = $2`, id, firm).Scan(&n.Targets, &n.Waiting, &n.Done, &n.Refused)
	})
	if err != nil {
		return n, fmt.Errorf("count the targets of a job: %w", err)
	}
	return n, nil
}

// Rows is app.Lists.
func (j TaskJobs) Rows(ctx context.Context, firm int32, d app.Draft, outcome *app.Outcome, after, limit int) (all []app.Row, err error) {
	where, args := ``, []any{d.ID, firm, after, limit}
	if outcome != nil {
		where, args = ` AND r.outcome = $5`, append(args, string(*outcome))
	}
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT r.no, r.target_id, r.outcome, r.code, r.note FROM intake.task_job_row r
			WHERE r.job_id = $1 AND r.firm_no = $2`+where+` AND r.no > $3 ORDER BY r.no LIMIT nullif($4, 0)`, args...)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (row app.Row, err error) {
			err = r.Scan(&row.No, &row.Target, &row.Outcome, &row.Code, &row.Note)
			row.Task = row.Target
			if d.Act == taskjob.Assign {
				row.Task, row.Client = task.InBulk(d.ID, row.Target), row.Target
			}
			return row, err
		})
		if err != nil {
			return err
		}
		return nameJobRows(ctx, tx, all)
	})
	if err != nil {
		return nil, fmt.Errorf("list the targets of a job: %w", err)
	}
	return all, nil
}

// nameJobRows adds what other models know, as far as who looks may see it.
func nameJobRows(ctx context.Context, tx pgx.Tx, all []app.Row) error {
	tasks, clients := make([]uuid.UUID, len(all)), make([]uuid.UUID, len(all))
	for i, r := range all {
		tasks[i] = r.Task
	}
	titles, err := taskTitles(ctx, tx, tasks)
	if err != nil {
		return err
	}
	for i := range all {
		if t, ok := titles[all[i].Task]; ok {
			all[i].Title, all[i].Client = t.title, t.client
		}
		clients[i] = all[i].Client
	}
	names, err := clientNames(ctx, tx, clients)
	for i := range all {
		all[i].ClientName = names[all[i].Client]
	}
	return err
}
