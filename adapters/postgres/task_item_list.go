package postgres

import (
	"slices"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// taskItemModel owns portal.task_item and portal.task_round. A task that was taken back has no rows.
var taskItemModel = Model{
	Name: "task_item_list", Version: 1, Kinds: []event.Kind{task.Kind},
	Tables: []Table{
		{
			Name: "task_item",
			Columns: taskOf("n integer NOT NULL", "id uuid NOT NULL", "title text NOT NULL", "help text NOT NULL", "example_id uuid NOT NULL", "types text[] NOT NULL",
				"most integer NOT NULL", "optional boolean NOT NULL", "own boolean NOT NULL", "cancelled boolean NOT NULL"),
			Key: []string{"task_id", "n"},
			Own: taskOwn,
		},
		{
			Name: "task_round",
			Columns: taskOf("n integer NOT NULL", "item_id uuid NOT NULL", "contact_id uuid NOT NULL", "nth integer NOT NULL", "stands text NOT NULL",
				"not_applicable boolean NOT NULL", "by_kind text NOT NULL", "by_id uuid NOT NULL", "by_for uuid NOT NULL", "files uuid[] NOT NULL", "note text NOT NULL",
				"at timestamptz NOT NULL", "judged_by uuid NOT NULL", "judged_at timestamptz", "reason text NOT NULL"),
			Key: []string{"task_id", "n"},
			Own: taskOwn,
		},
	},
	New: func(s event.Stream, firm int32) View {
		return &taskItemView{id: s.ID, firm: firm, cancelled: map[uuid.UUID]bool{}}
	},
}

type taskItemView struct {
	id              uuid.UUID
	firm            int32
	client, subject uuid.UUID
	takenBack       bool
	items           []task.Item
	cancelled       map[uuid.UUID]bool
	rounds          []itemRound // in the order in which they were returned
}

type itemRound struct {
	item uuid.UUID
	app.Round
}

func (v *taskItemView) Apply(r event.Recorded) error {
	e, ok := r.Event.(task.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case task.Assigned:
		v.client, v.subject, v.items = e.Client, e.Subject, slices.Clone(e.Items)
	case task.TakenBack:
		v.takenBack = true
	case task.ItemAdded:
		v.items = append(v.items, e.Item)
	case task.ItemChanged:
		for i := range v.items {
			if v.items[i].ID == e.Item.ID {
				v.items[i] = e.Item
			}
		}
	case task.ItemCancelled:
		v.cancelled[e.Item] = true
	case task.ItemReturned:
		v.rounds = append(v.rounds, itemRound{e.Item, app.Round{
			For: e.For, Nth: e.Round, Stands: app.Returned, By: e.By, Files: e.Files, Note: e.Note.String(), At: e.At,
		}})
	case task.ItemNotApplicable:
		v.rounds = append(v.rounds, itemRound{e.Item, app.Round{
			For: e.For, Nth: e.Round, Stands: app.Returned, NotApplicable: true, By: e.By, Note: e.Note.String(), At: e.At,
		}})
	case task.ItemReviewBegun:
		v.judge(e.Item, e.For, app.InReview, e.By, time.Time{}, "")
	case task.ItemAccepted:
		v.judge(e.Item, e.For, app.Accepted, e.By, e.At, "")
	case task.ItemSentBack:
		v.judge(e.Item, e.For, app.SentBack, e.By, e.At, e.Reason.String())
	case task.ItemReopened:
		v.judge(e.Item, e.For, app.Returned, task.Who{}, time.Time{}, "")
	case task.Retitled, task.Described, task.DueSet, task.InternalDueSet, task.OwnerSet, task.AudienceSet, task.ContactAdded, task.ContactRemoved, task.PrioritySet,
		task.ChecklistSet, task.CadenceSet, task.RecurrenceSet, task.Repeated, task.Ticked, task.Unticked, task.Seen, task.DoneByClient, task.UndoneByClient,
		task.Confirmed, task.Reopened, task.Progressed, task.Closed, task.AttachmentStarted, task.AttachmentReceived, task.AttachmentAbandoned,
		task.AttachmentRenamed, task.AttachmentDiscarded, task.AttachmentScanned, task.AttachmentScanAsked, task.AttachmentReleased, task.AttachmentShared, task.AttachmentRemoved,
		task.AttachmentRestored, task.Answered, task.AnswersPrefilled, task.AnswerCorrected, task.RowAdded, task.RowRemoved, task.SectionSentBack, task.FilesSubmitted,
		task.AttachmentDestroyed, task.Posted, task.MessageEdited, task.MessageDeleted, task.MessagesRead, task.ReplyRefused, task.Notified,
		task.NoticeDelivered, task.NoticeFailed: // they are in other tables
	}
	return nil
}

// judge changes the newest round.
func (v *taskItemView) judge(item, whose uuid.UUID, stands app.Stands, by task.Who, at time.Time, reason string) {
	for i := range slices.Backward(v.rounds) {
		if r := &v.rounds[i]; r.item == item && r.For == whose {
			r.Stands, r.JudgedBy, r.JudgedAt, r.Reason = stands, by.ID, at, reason
			return
		}
	}
}

func (v *taskItemView) Rows() [][]Row {
	if v.takenBack {
		return make([][]Row, len(taskItemModel.Tables))
	}
	row := func(more ...any) Row { return append(Row{v.id, v.firm, v.client, v.subject}, more...) }
	items, rounds := make([]Row, len(v.items)), make([]Row, len(v.rounds))
	for n, i := range v.items {
		items[n] = row(int32(n+1), i.ID, i.Title.String(), i.Help.String(), i.Example, list(i.Types), int32(i.Most), i.Optional, i.Own, v.cancelled[i.ID])
	}
	for n, r := range v.rounds {
		rounds[n] = row(int32(n+1), r.item, r.For, int32(r.Nth), string(r.Stands), r.NotApplicable, string(r.By.Kind), r.By.ID, r.By.For, list(r.Files), r.Note, r.At,
			r.JudgedBy, nullable(r.JudgedAt), r.Reason)
	}
	return [][]Row{items, rounds}
}
