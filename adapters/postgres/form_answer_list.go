package postgres

import (
	"slices"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// formAnswerModel owns portal.form_sheet, portal.form_answer, portal.form_row and portal.form_back: what the questionnaires
// of tasks were answered. A task that was taken back, or asks for none, has no rows.
var formAnswerModel = Model{
	Name: "form_answer_list", Version: 1, Kinds: []event.Kind{task.Kind},
	Tables: []Table{
		{
			Name: "form_sheet",
			Columns: taskOf("form_id uuid NOT NULL", "form_version integer NOT NULL", "title text NOT NULL", "submitted_at timestamptz", "submitted_by uuid NOT NULL",
				"answered_at timestamptz"),
			Key:     []string{"task_id"},
			Indexes: []string{"client_id, form_id"},
			Own:     taskOwn,
		},
		{
			Name: "form_answer",
			Columns: taskOf("field_id uuid NOT NULL", "row_id uuid NOT NULL", "value text NOT NULL", "by_kind text NOT NULL", "by_id uuid NOT NULL", "by_for uuid NOT NULL",
				"at timestamptz NOT NULL", "unsure boolean NOT NULL", "corrected boolean NOT NULL", "was text NOT NULL", "reason text NOT NULL"),
			Key: []string{"task_id", "field_id", "row_id"},
			Own: taskOwn,
		},
		{
			Name:    "form_row",
			Columns: taskOf("n integer NOT NULL", "group_id uuid NOT NULL", "row_id uuid NOT NULL"),
			Key:     []string{"task_id", "n"},
			Own:     taskOwn,
		},
		{
			Name:    "form_back",
			Columns: taskOf("section_id uuid NOT NULL", "reason text NOT NULL", "by_id uuid NOT NULL", "at timestamptz NOT NULL"),
			Key:     []string{"task_id", "section_id"},
			Own:     taskOwn,
		},
	},
	New: func(s event.Stream, firm int32) View {
		return &sheetView{id: s.ID, firm: firm, answers: map[questionnaire.Place]app.Given{}, back: map[uuid.UUID]app.Back{}}
	},
}

type sheetView struct {
	id          uuid.UUID
	firm        int32
	says        task.Assigned
	takenBack   bool
	answers     map[questionnaire.Place]app.Given
	rows        []questionnaire.Row
	back        map[uuid.UUID]app.Back
	submittedAt time.Time
	submittedBy uuid.UUID
	answeredAt  time.Time
}

func (v *sheetView) Apply(r event.Recorded) error {
	e, ok := r.Event.(task.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case task.Assigned:
		v.says = e
	case task.Retitled:
		v.says.Title = e.Title
	case task.TakenBack:
		v.takenBack = true
	case task.Answered:
		v.put(e.Field, e.Row, app.Given{Value: e.Value.String(), By: e.By, At: e.At})
	case task.AnswerCorrected:
		v.put(e.Field, e.Row, app.Given{
			Value: e.Value.String(), By: e.By, At: e.At, Corrected: true, Was: e.Was.String(), Reason: e.Reason.String(),
		})
	case task.AnswersPrefilled:
		for _, r := range e.Rows {
			v.rows = append(v.rows, questionnaire.Row{Group: r.Group, ID: r.Row})
		}
		for _, g := range e.Answers {
			v.put(g.Field, g.Row, app.Given{Value: g.Value.String(), At: e.At, Unsure: true})
		}
	case task.RowAdded:
		v.rows = append(v.rows, questionnaire.Row{Group: e.Group, ID: e.Row})
	case task.RowRemoved:
		v.rows = slices.DeleteFunc(slices.Clone(v.rows), func(r questionnaire.Row) bool { return r.ID == e.Row && r.Group == e.Group })
		for at := range v.answers {
			if at.Row == e.Row {
				delete(v.answers, at)
			}
		}
	case task.SectionSentBack:
		v.back[e.Section] = app.Back{Reason: e.Reason.String(), By: e.By, At: e.At}
	case task.DoneByClient:
		v.submittedAt, v.submittedBy = e.At, e.Contact
		clear(v.back)
	case task.UndoneByClient, task.Reopened:
		v.submittedAt, v.submittedBy = time.Time{}, uuid.Nil
	case task.Described, task.DueSet, task.InternalDueSet, task.OwnerSet, task.AudienceSet, task.ContactAdded, task.ContactRemoved, task.PrioritySet,
		task.ChecklistSet, task.CadenceSet, task.RecurrenceSet, task.Repeated, task.Ticked, task.Unticked, task.Seen, task.Confirmed, task.Progressed,
		task.Closed, task.ItemAdded, task.ItemChanged, task.ItemCancelled, task.ItemReturned, task.ItemNotApplicable, task.ItemReviewBegun, task.ItemAccepted,
		task.ItemSentBack, task.ItemReopened, task.AttachmentStarted, task.AttachmentReceived, task.AttachmentAbandoned, task.AttachmentRenamed,
		task.AttachmentDiscarded, task.AttachmentScanned, task.AttachmentScanAsked, task.AttachmentReleased, task.AttachmentShared, task.AttachmentRemoved, task.AttachmentRestored,
		task.AttachmentDestroyed, task.FilesSubmitted, task.Posted, task.MessageEdited, task.MessageDeleted, task.MessagesRead, task.ReplyRefused, task.Notified, task.NoticeDelivered,
		task.NoticeFailed: // they are in other tables
	}
	return nil
}

func (v *sheetView) put(field, row uuid.UUID, g app.Given) {
	at := questionnaire.Place{Field: field, Row: row}
	v.answeredAt = g.At
	if g.Value == "" && !g.Corrected {
		delete(v.answers, at)
		return
	}
	v.answers[at] = g
}

func (v *sheetView) Rows() [][]Row {
	if v.takenBack || v.says.Kind != task.FormFilling {
		return make([][]Row, len(formAnswerModel.Tables))
	}
	row := func(more ...any) Row { return append(Row{v.id, v.firm, v.says.Client, v.says.Subject}, more...) }
	sheet := row(v.says.Form, int32(v.says.FormVersion), v.says.Title.String(), nullable(v.submittedAt), v.submittedBy, nullable(v.answeredAt))
	answers, rows, back := make([]Row, 0, len(v.answers)), make([]Row, len(v.rows)), make([]Row, 0, len(v.back))
	for at, g := range v.answers {
		answers = append(answers, row(at.Field, at.Row, g.Value, string(g.By.Kind), g.By.ID, g.By.For, g.At, g.Unsure, g.Corrected, g.Was, g.Reason))
	}
	for n, r := range v.rows {
		rows[n] = row(int32(n+1), r.Group, r.ID)
	}
	for section, b := range v.back {
		back = append(back, row(section, b.Reason, b.By.ID, b.At))
	}
	return [][]Row{{sheet}, answers, rows, back}
}
