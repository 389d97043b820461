package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	app "portico/app/form"
	"portico/domain/event"
	"portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// formModel owns portal.form and portal.form_version. What is asked is kept as JSON: pages need all of it or nothing.
var formModel = Model{
	Name: "form_list", Version: 1, Kinds: []event.Kind{form.Kind},
	Tables: []Table{
		{
			Name: "form",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "title text NOT NULL", "draft jsonb NOT NULL", "sections integer NOT NULL", "fields integer NOT NULL",
				"versions integer NOT NULL", "changed boolean NOT NULL", "changed_at timestamptz NOT NULL", "published_at timestamptz", "archived_at timestamptz",
			},
			Key:     []string{"id"},
			Indexes: []string{"firm_no"},
			Own:     ofPractice,
		},
		{
			Name:    "form_version",
			Columns: []string{"form_id uuid NOT NULL", "firm_no integer NOT NULL", "n integer NOT NULL", "content jsonb NOT NULL"},
			Key:     []string{"form_id", "n"},
			Own:     ofPractice,
		},
	},
	New: func(s event.Stream, firm int32) View { return &formView{id: s.ID, firm: firm} },
}

type formView struct {
	id                               uuid.UUID
	firm                             int32
	form                             form.Form
	changedAt, publishedAt, archived time.Time
}

func (v *formView) Apply(r event.Recorded) error {
	e, ok := r.Event.(form.Event)
	if !ok {
		return unexpected(r)
	}
	v.form = v.form.Apply(e)
	switch e := e.(type) {
	case form.Created, form.Retitled, form.SectionPut, form.SectionRemoved, form.FieldPut, form.FieldRemoved:
		v.changedAt = r.At
	case form.Published:
		v.changedAt, v.publishedAt = e.At, e.At
	case form.Archived:
		v.archived = e.At
	case form.Restored:
		v.archived = time.Time{}
	}
	return nil
}

func (v *formView) Rows() [][]Row {
	draft, fields := v.form.Draft(), 0
	for range draft.Fields {
		fields++
	}
	row := Row{
		v.id, v.firm, draft.Title, asJSON(draft), int32(len(draft.Sections)), int32(fields), int32(v.form.Versions()), v.form.Changed(), v.changedAt,
		nullable(v.publishedAt), nullable(v.archived),
	}
	versions := make([]Row, v.form.Versions())
	for i := range versions {
		q, _ := v.form.Version(i + 1)
		versions[i] = Row{v.id, v.firm, int32(i + 1), asJSON(q)}
	}
	return [][]Row{{row}, versions}
}

// asJSON cannot fail: a questionnaire is words and numbers.
func asJSON(q questionnaire.Questionnaire) string {
	text, _ := json.Marshal(q)
	return string(text)
}

// FormList reads the practice's questionnaires.
type FormList struct{ DB *DB }

var _ app.Reader = FormList{}

// Forms is app.Reader.
func (l FormList) Forms(ctx context.Context, firm int32) (rows []app.Row, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT f.id, f.title, f.sections, f.fields, f.versions, f.changed, f.changed_at, f.published_at, f.archived_at
			FROM portal.form f ORDER BY f.archived_at IS NOT NULL, lower(f.title), f.id`)
		if err != nil {
			return err
		}
		rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (f app.Row, err error) {
			var published, archived *time.Time
			err = r.Scan(&f.ID, &f.Title, &f.Sections, &f.Fields, &f.Versions, &f.Changed, &f.ChangedAt, &published, &archived)
			f.PublishedAt, f.ArchivedAt = timeOr(published), timeOr(archived)
			return f, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read questionnaires: %w", err)
	}
	return rows, nil
}

// Draft is app.Reader.
func (l FormList) Draft(ctx context.Context, firm int32, id uuid.UUID) (d app.Draft, err error) {
	d.ID = id
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT f.draft, f.versions, f.changed, f.archived_at IS NOT NULL FROM portal.form f WHERE f.id = $1`, id).
			Scan(&d.Questionnaire, &d.Versions, &d.Changed, &d.Archived)
	})
	return d, formUnknown(err, form.ErrNotFound)
}

// Version is app.Reader.
func (l FormList) Version(ctx context.Context, firm int32, id uuid.UUID, n int) (q questionnaire.Questionnaire, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT v.content FROM portal.form_version v WHERE v.form_id = $1 AND v.n = $2`, id, n).Scan(&q)
	})
	return q, formUnknown(err, form.ErrVersion)
}

func formUnknown(err, unknown error) error {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return unknown
	case err != nil:
		return fmt.Errorf("read a questionnaire: %w", err)
	}
	return nil
}
