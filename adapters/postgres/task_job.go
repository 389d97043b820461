package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"portico/app/account"
	app "portico/app/taskjob"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TaskJobs keeps what is to be done to many (app.Lists), and says what clients are like who are asked (app.Targets).
type TaskJobs struct{ DB *DB }

var (
	_ app.Lists   = TaskJobs{}
	_ app.Targets = TaskJobs{}
)

// Save is app.Lists. Drafts that nobody has confirmed for long enough are deleted on the way.
func (j TaskJobs) Save(ctx context.Context, firm int32, d app.Draft, targets []uuid.UUID) error {
	if _, err := j.DB.Work.Exec(ctx, `DELETE FROM intake.task_job WHERE kept_until <= statement_timestamp()`); err != nil {
		return fmt.Errorf("delete drafts of jobs: %w", err)
	}
	plan, err := json.Marshal(d.Plan)
	if err != nil {
		return fmt.Errorf("write down a plan: %w", err)
	}
	return j.write(ctx, firm, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO intake.task_job (id, firm_no, staff, chosen, act, plan, targets, sha256, kept_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, statement_timestamp() + $9::interval) ON CONFLICT DO NOTHING`,
			d.ID, firm, d.Staff, d.Chosen, string(d.Act), plan, len(targets), d.SHA256, app.KeepDraft)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO intake.task_job_row (job_id, firm_no, no, target_id) SELECT $1, $2, t.no, t.id FROM unnest($3::uuid[]) WITH ORDINALITY AS t (id, no)`,
			d.ID, firm, targets)
		return err
	})
}

// write is a transaction of one firm that changes something.
func (j TaskJobs) write(ctx context.Context, firm int32, do func(tx pgx.Tx) error) error {
	begin := `BEGIN; SET LOCAL portico.firm = '` + strconv.Itoa(int(firm)) + `'`
	return pgx.BeginTxFunc(ctx, j.DB.App, pgx.TxOptions{BeginQuery: begin}, do)
}

const taskJobColumns = `SELECT j.id, j.staff, j.chosen, j.plan, j.targets, j.sha256, j.created_at FROM intake.task_job j WHERE j.firm_no = $1 AND ($2::uuid = '00000000-0000-0000-0000-000000000000' OR j.staff = $2)`

func (j TaskJobs) drafts(ctx context.Context, firm int32, more string, args ...any) (all []app.Draft, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, taskJobColumns+more, append([]any{firm, account.Only(ctx)}, args...)...)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (d app.Draft, err error) {
			var plan []byte
			if err := r.Scan(&d.ID, &d.Staff, &d.Chosen, &plan, &d.Targets, &d.SHA256, &d.CreatedAt); err != nil {
				return d, err
			}
			return d, json.Unmarshal(plan, &d.Plan)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	return all, nil
}

// Draft is app.Lists.
func (j TaskJobs) Draft(ctx context.Context, firm int32, id uuid.UUID) (app.Draft, error) {
	all, err := j.drafts(ctx, firm, ` AND j.id = $3`, id)
	if err == nil && len(all) == 0 {
		err = app.ErrUnknown
	}
	if err != nil {
		return app.Draft{}, err
	}
	return all[0], nil
}

// Drafts is app.Lists.
func (j TaskJobs) Drafts(ctx context.Context, firm int32, limit int) ([]app.Draft, error) {
	return j.drafts(ctx, firm, ` AND j.kept_until IS NULL ORDER BY j.created_at DESC, j.id LIMIT $3`, limit)
}

// Keep is app.Lists.
func (j TaskJobs) Keep(ctx context.Context, firm int32, id, staff uuid.UUID) error {
	return j.write(ctx, firm, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE intake.task_job SET staff = CASE WHEN kept_until IS NULL THEN staff ELSE $3 END, kept_until = NULL WHERE id = $1 AND firm_no = $2`, id, firm, staff)
		if err == nil && tag.RowsAffected() == 0 {
			return app.ErrUnknown
		}
		return err
	})
}

// Targets is app.Targets.
func (j TaskJobs) Targets(ctx context.Context, firm int32, clients []uuid.UUID) (out map[uuid.UUID]app.Target, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		all, err := clientsAsked(ctx, tx, clients)
		out = all
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read whom a job asks: %w", err)
	}
	return out, nil
}
