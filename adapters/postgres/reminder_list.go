package postgres

import (
	"time"

	app "portico/app/reminder"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// reminderModel owns portal.reminder, what is planned for each person and what became of the last one, and
// portal.reminder_task, the open tasks of which somebody may be reminded.
var reminderModel = Model{
	Name: "reminder_list", Version: 1, Kinds: []event.Kind{reminder.Kind, task.Kind},
	Tables: []Table{
		{
			Name: "reminder",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "contact_id uuid NOT NULL", "next_at timestamptz", "wake_at timestamptz", "ringing boolean NOT NULL", "tasks uuid[] NOT NULL",
				"last_at timestamptz", "last_state text NOT NULL", "last_reason text NOT NULL", "last_tasks uuid[] NOT NULL",
			},
			Key:     []string{"id"},
			Own:     "contact_id IN (SELECT portal.own_contacts())",
			Indexes: []string{"contact_id", "firm_no, next_at, contact_id", "firm_no, last_at DESC, contact_id"},
		},
		{
			Name:    "reminder_task",
			Columns: taskOf("cadence_id uuid NOT NULL"),
			Key:     []string{"task_id"},
			Own:     taskOwn,
			Indexes: []string{"client_id", "subject_id"},
		},
	},
	New: func(s event.Stream, firm int32) View {
		if s.Kind == task.Kind {
			return &remindedView{id: s.ID, firm: firm}
		}
		return &reminderView{id: s.ID, firm: firm}
	},
}

type reminderView struct {
	id   uuid.UUID
	firm int32
	app.Row
	mail uuid.UUID // the last one
}

func (v *reminderView) Apply(r event.Recorded) error {
	e, ok := r.Event.(reminder.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case reminder.Planned:
		if !e.Slot.Equal(v.Next) {
			v.Wake = e.Slot
		}
		v.Next, v.Tasks = e.Slot, e.Tasks
	case reminder.Due:
		v.Ringing = true
	case reminder.Postponed:
		v.Ringing, v.Wake = false, e.Until
	case reminder.Sent:
		v.over(app.Last{At: e.At, State: app.Sent, Tasks: e.Tasks})
		v.mail = e.Mail
	case reminder.Withheld:
		v.over(app.Last{At: e.At, State: app.State(e.Cause), Reason: e.Reason, Tasks: e.Tasks})
	case reminder.Skipped:
		v.over(app.Last{At: e.At, State: app.Skipped, Tasks: e.Tasks})
	case reminder.Delivered:
	case reminder.Bounced:
		if e.Mail == v.mail {
			v.Last.State, v.Last.Reason = app.Bounced, e.Code
		}
	}
	return nil
}

func (v *reminderView) over(last app.Last) {
	v.Next, v.Wake, v.Ringing, v.Tasks, v.Last, v.mail = time.Time{}, time.Time{}, false, nil, last, uuid.Nil
}

func (v *reminderView) Rows() [][]Row {
	return [][]Row{{{
		v.id, v.firm, reminder.ContactOf(v.id), nullable(v.Next), nullable(v.Wake), v.Ringing, ids(v.Tasks), nullable(v.Last.At), string(v.Last.State), v.Last.Reason, ids(v.Last.Tasks),
	}}, nil}
}

// ids are never NULL.
func ids(list []uuid.UUID) []uuid.UUID { return append([]uuid.UUID{}, list...) }

// remindedView is a task as reminders look for it: whether there is anything to find. What it is for whom, its own
// history says.
type remindedView struct {
	id, client, subject, cadence uuid.UUID
	firm                         int32
	open                         bool
}

func (v *remindedView) Apply(r event.Recorded) error {
	if _, ok := r.Event.(task.Event); !ok {
		return unexpected(r)
	}
	switch e := r.Event.(type) {
	case task.Assigned:
		v.client, v.subject, v.cadence, v.open = e.Client, e.Subject, e.Cadence, true
	case task.TakenBack:
		v.open = false
	case task.CadenceSet:
		v.cadence = e.Cadence
	case task.Closed:
		v.open = v.open && e.Contact != uuid.Nil
	case task.Reopened:
		v.open = v.open || e.Contact == uuid.Nil
	}
	return nil
}

func (v *remindedView) Rows() [][]Row {
	if !v.open || v.cadence == uuid.Nil {
		return [][]Row{nil, nil}
	}
	return [][]Row{nil, {{v.id, v.firm, v.client, v.subject, v.cadence}}}
}
