package postgres

import (
	"context"
	"fmt"

	app "portico/app/taskfilter"
	"portico/domain/event"
	"portico/domain/taskfilter"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// taskFilterModel owns portal.task_filter.
var taskFilterModel = Model{
	Name: "task_filter_list", Version: 1, Kinds: []event.Kind{taskfilter.Kind},
	Tables: []Table{{
		Name: "task_filter",
		Columns: []string{
			"id uuid NOT NULL", "firm_no integer NOT NULL", "owner_id uuid NOT NULL", "name text NOT NULL", `name_key text COLLATE "C" NOT NULL`, "says text NOT NULL", "shared boolean NOT NULL",
		},
		Key:     []string{"id"},
		Indexes: []string{"firm_no, name_key, id"},
		Own:     ofPractice,
	}},
	New: func(s event.Stream, firm int32) View { return &taskFilterView{id: s.ID, firm: firm} },
}

type taskFilterView struct {
	id    uuid.UUID
	firm  int32
	says  taskfilter.Saved
	there bool
}

func (v *taskFilterView) Apply(r event.Recorded) error {
	e, ok := r.Event.(taskfilter.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case taskfilter.Saved:
		v.says, v.there = e, true
	case taskfilter.Removed:
		v.there = false
	}
	return nil
}

func (v *taskFilterView) Rows() [][]Row {
	s := v.says
	if !v.there || s.Name.Erased || s.Says.Erased { // whose it was is forgotten, and so is what they looked for
		return make([][]Row, 1)
	}
	return [][]Row{{{v.id, v.firm, s.Owner, s.Name.Text, fold(s.Name.Text), s.Says.Text, s.Shared}}}
}

// TaskFilters reads saved filters.
type TaskFilters struct{ DB *DB }

var _ app.Reader = TaskFilters{}

// Filters is app.Reader.
func (l TaskFilters) Filters(ctx context.Context, firm int32, staff uuid.UUID) (all []app.Filter, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT f.id, f.owner_id, f.name, f.says, f.shared FROM portal.task_filter f
			WHERE f.firm_no = $1 AND (f.owner_id = $2 OR f.shared) ORDER BY f.name_key, f.id`, firm, staff)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (f app.Filter, err error) {
			err = r.Scan(&f.ID, &f.Owner, &f.Name, &f.Says, &f.Shared)
			return f, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list saved filters of tasks: %w", err)
	}
	return all, nil
}
