package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"portico/app/taskjob"
	"portico/domain/event"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// taskTemplateModel owns portal.task_template. What a template asks for is there as JSON: a form needs all of it or nothing.
var taskTemplateModel = Model{
	Name: "task_template_list", Version: 1, Kinds: []event.Kind{tasktemplate.Kind},
	Tables: []Table{{
		Name:    "task_template",
		Columns: []string{"id uuid NOT NULL", "firm_no integer NOT NULL", `name_key text COLLATE "C" NOT NULL`, "asked jsonb NOT NULL"},
		Key:     []string{"id"},
		Indexes: []string{"firm_no, name_key, id"},
		Own:     ofPractice,
	}},
	New: func(s event.Stream, firm int32) View { return &taskTemplateView{id: s.ID, firm: firm} },
}

type taskTemplateView struct {
	id    uuid.UUID
	firm  int32
	says  tasktemplate.Saved
	there bool
}

func (v *taskTemplateView) Apply(r event.Recorded) error {
	e, ok := r.Event.(tasktemplate.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case tasktemplate.Saved:
		v.says, v.there = e, true
	case tasktemplate.Removed:
		v.there = false
	}
	return nil
}

func (v *taskTemplateView) Rows() [][]Row {
	if !v.there {
		return make([][]Row, 1)
	}
	asked, err := json.Marshal(v.says)
	if err != nil { // it came from JSON
		panic(err)
	}
	return [][]Row{{{v.id, v.firm, fold(v.says.Name), string(asked)}}}
}

var _ taskjob.TemplateList = TaskJobs{}

// Templates is taskjob.TemplateList.
func (j TaskJobs) Templates(ctx context.Context, firm int32) (all []taskjob.Template, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT c.id, c.asked FROM portal.task_template c WHERE c.firm_no = $1 ORDER BY c.name_key, c.id`, firm)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (taskjob.Template, error) {
			var id uuid.UUID
			var asked []byte
			var e tasktemplate.Saved
			if err := r.Scan(&id, &asked); err != nil {
				return taskjob.Template{}, err
			}
			err := json.Unmarshal(asked, &e)
			return taskjob.TemplateOf(id, e), err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list templates of tasks: %w", err)
	}
	return all, nil
}
