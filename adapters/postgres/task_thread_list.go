package postgres

import (
	"cmp"
	"slices"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// threadModel owns portal.task_message and portal.task_reader. A task that was taken back has no rows.
var threadModel = Model{
	Name: "task_thread_list", Version: 1, Kinds: []event.Kind{task.Kind},
	Tables: []Table{
		{
			Name: "task_message",
			Columns: taskOf("n integer NOT NULL", "id uuid NOT NULL", "by_kind text NOT NULL", "by_id uuid NOT NULL", "hand_id uuid NOT NULL", "body text NOT NULL",
				"with_id uuid NOT NULL", "internal boolean NOT NULL", "mentions uuid[] NOT NULL", "via text NOT NULL", "at timestamptz NOT NULL",
				"edited_at timestamptz", "deleted_at timestamptz"),
			Key: []string{"task_id", "n"},
			Own: taskOwn,
		},
		{
			Name:    "task_reader",
			Columns: taskOf("kind text NOT NULL", "person_id uuid NOT NULL", "upto integer NOT NULL", "read_at timestamptz", "since timestamptz"),
			Key:     []string{"task_id", "kind", "person_id"},
			Own:     taskOwn,
		},
	},
	New: func(s event.Stream, firm int32) View {
		return &threadView{id: s.ID, firm: firm, readers: map[event.Actor]*threadReader{}}
	},
}

type threadView struct {
	id, client, subject uuid.UUID
	firm                int32
	shown               bool // it is assigned, and wasn't taken back
	messages            []app.Message
	readers             map[event.Actor]*threadReader
}

type threadReader struct {
	upto   int
	readAt time.Time
	since  time.Time // of a contact who sees the thread from then on
}

func (v *threadView) Apply(r event.Recorded) error {
	e, ok := r.Event.(task.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case task.Assigned:
		v.client, v.subject, v.shown = e.Client, e.Subject, true
	case task.TakenBack:
		v.shown = false
	case task.AudienceSet:
		for _, p := range v.readers {
			p.since = time.Time{}
		}
	case task.ContactAdded:
		p := v.reader(event.Actor{Kind: event.Contact, ID: e.Contact})
		p.since = time.Time{}
		if e.From == task.FromNow {
			p.since = e.At
		}
	case task.Posted:
		v.post(e)
	case task.MessageEdited:
		if m := v.message(e.Message); m != nil {
			m.Text, m.Mentions, m.EditedAt = e.Text.String(), e.Mentions, e.At
		}
	case task.MessageDeleted:
		if m := v.message(e.Message); m != nil {
			m.Text, m.Mentions, m.DeletedAt = "", nil, e.At
		}
	case task.MessagesRead:
		if m := v.message(e.Upto); m != nil {
			p := v.reader(event.Actor{Kind: e.By.Kind, ID: e.By.ID})
			p.upto, p.readAt = m.N, e.At
		}
	case task.Retitled, task.Described, task.DueSet, task.InternalDueSet, task.OwnerSet, task.ContactRemoved, task.PrioritySet, task.ChecklistSet, task.CadenceSet,
		task.RecurrenceSet, task.Repeated, task.Ticked, task.Unticked, task.Seen, task.DoneByClient, task.UndoneByClient, task.Confirmed, task.Reopened, task.Progressed,
		task.Closed, task.ReplyRefused, task.Notified, task.NoticeDelivered, task.NoticeFailed, task.ItemAdded, task.ItemChanged, task.ItemCancelled, task.ItemReturned,
		task.ItemNotApplicable, task.ItemReviewBegun, task.ItemAccepted, task.ItemSentBack, task.ItemReopened,
		task.Answered, task.AnswersPrefilled, task.AnswerCorrected, task.RowAdded, task.RowRemoved, task.SectionSentBack, task.FilesSubmitted,
		task.AttachmentStarted, task.AttachmentReceived,
		task.AttachmentAbandoned, task.AttachmentRenamed, task.AttachmentDiscarded, task.AttachmentScanned, task.AttachmentScanAsked, task.AttachmentReleased, task.AttachmentShared,
		task.AttachmentRemoved, task.AttachmentRestored, task.AttachmentDestroyed:
	}
	return nil
}

// post adds a message, as that of the contact in whose place it was written.
func (v *threadView) post(e task.Posted) {
	m := app.Message{
		ID: e.Message, N: len(v.messages) + 1, By: event.Actor{Kind: e.By.Kind, ID: e.By.ID}, Text: e.Text.String(), Talk: e.Talk, Mentions: e.Mentions, Via: e.Via, At: e.At,
	}
	if e.By.For != uuid.Nil {
		m.By, m.Hand = event.Actor{Kind: event.Contact, ID: e.By.For}, e.By.ID
	}
	v.messages = append(v.messages, m)
}

func (v *threadView) message(id uuid.UUID) *app.Message {
	i := slices.IndexFunc(v.messages, func(m app.Message) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &v.messages[i]
}

func (v *threadView) reader(who event.Actor) *threadReader {
	if v.readers[who] == nil {
		v.readers[who] = &threadReader{}
	}
	return v.readers[who]
}

func (v *threadView) Rows() [][]Row {
	if !v.shown {
		return make([][]Row, len(threadModel.Tables))
	}
	messages := make([]Row, 0, len(v.messages))
	for _, m := range v.messages {
		messages = append(messages, Row{
			v.id, v.firm, v.client, v.subject, int32(m.N), m.ID, string(m.By.Kind), m.By.ID, m.Hand, m.Text, m.Talk.With, m.Talk.Internal, list(m.Mentions), string(m.Via),
			m.At, nullable(m.EditedAt), nullable(m.DeletedAt),
		})
	}
	readers := make([]Row, 0, len(v.readers))
	who := make([]event.Actor, 0, len(v.readers))
	for w := range v.readers {
		who = append(who, w)
	}
	slices.SortFunc(who, func(a, b event.Actor) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	for _, w := range who {
		p := v.readers[w]
		readers = append(readers, Row{v.id, v.firm, v.client, v.subject, string(w.Kind), w.ID, int32(p.upto), nullable(p.readAt), nullable(p.since)})
	}
	return [][]Row{messages, readers}
}
