package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// FormAnswers reads what questionnaires were answered.
type FormAnswers struct{ DB *DB }

var _ app.AnswerReader = FormAnswers{}

// Sheet is app.AnswerReader.
func (l FormAnswers) Sheet(ctx context.Context, firm int32, id uuid.UUID) (s app.Sheet, err error) {
	s.Answers, s.Rows, s.Back = map[questionnaire.Place]app.Given{}, map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID]app.Back{}
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		var submitted, answered *time.Time
		err := tx.QueryRow(ctx, `SELECT s.form_id, s.form_version, s.submitted_at, s.submitted_by, s.answered_at FROM portal.form_sheet s WHERE s.task_id = $1`, id).
			Scan(&s.Form, &s.FormVersion, &submitted, &s.SubmittedBy, &answered)
		if err != nil {
			return err
		}
		s.SubmittedAt, s.AnsweredAt = timeOr(submitted), timeOr(answered)
		return sheetRows(ctx, tx, id, &s)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return s, task.ErrNoForm
	case err != nil:
		return s, fmt.Errorf("read the answers of a task: %w", err)
	}
	return s, nil
}

func sheetRows(ctx context.Context, tx pgx.Tx, id uuid.UUID, s *app.Sheet) error {
	rows, err := tx.Query(ctx, `SELECT a.field_id, a.row_id, a.value, a.by_kind, a.by_id, a.by_for, a.at, a.unsure, a.corrected, a.was, a.reason
		FROM portal.form_answer a WHERE a.task_id = $1`, id)
	if err != nil {
		return err
	}
	var at questionnaire.Place
	var g app.Given
	to := []any{&at.Field, &at.Row, &g.Value, &g.By.Kind, &g.By.ID, &g.By.For, &g.At, &g.Unsure, &g.Corrected, &g.Was, &g.Reason}
	if _, err = pgx.ForEachRow(rows, to, func() error { s.Answers[at] = g; return nil }); err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, `SELECT r.group_id, r.row_id FROM portal.form_row r WHERE r.task_id = $1 ORDER BY r.n`, id); err != nil {
		return err
	}
	var group, row uuid.UUID
	if _, err = pgx.ForEachRow(rows, []any{&group, &row}, func() error { s.Rows[group] = append(s.Rows[group], row); return nil }); err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, `SELECT b.section_id, b.reason, b.by_id, b.at FROM portal.form_back b WHERE b.task_id = $1`, id); err != nil {
		return err
	}
	var section uuid.UUID
	b := app.Back{By: task.Who{Kind: event.Staff}}
	_, err = pgx.ForEachRow(rows, []any{&section, &b.Reason, &b.By.ID, &b.At}, func() error { s.Back[section] = b; return nil })
	return err
}

// Earlier is app.AnswerReader.
func (l FormAnswers) Earlier(ctx context.Context, firm int32, client, form uuid.UUID) (rows []app.EarlierRow, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT s.task_id, s.form_id, s.title, s.answered_at FROM portal.form_sheet s
			WHERE s.client_id = $1 AND ($2::uuid = '00000000-0000-0000-0000-000000000000' OR s.form_id = $2) AND s.answered_at IS NOT NULL
			ORDER BY s.answered_at DESC, s.task_id LIMIT 50`, client, form)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, pgx.RowToStructByPos[app.EarlierRow])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what a client has answered before: %w", err)
	}
	return rows, nil
}
