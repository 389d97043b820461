package postgres

import (
	"slices"
	"strings"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// taskOwn: a task belongs to its client, or to the one contact whose it is.
const taskOwn = "client_id IN (SELECT portal.own_clients()) OR subject_id IN (SELECT portal.own_contacts())"

// taskOf are the columns that each table of a task begins with.
func taskOf(more ...string) []string {
	return append([]string{"task_id uuid NOT NULL", "firm_no integer NOT NULL", "client_id uuid NOT NULL", "subject_id uuid NOT NULL"}, more...)
}

// taskModel owns portal.task, portal.task_part, portal.task_entry, portal.task_life and portal.task_word. A task that was
// taken back has no rows; that a hold has ended is decided when somebody reads (rule U6).
var taskModel = Model{
	Name: "task_list", Version: 7, Kinds: []event.Kind{task.Kind},
	Tables: []Table{
		{
			Name: "task",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "client_id uuid NOT NULL", "subject_id uuid NOT NULL", "kind text NOT NULL", "title text NOT NULL",
				`name_key text COLLATE "C" NOT NULL`, "description text NOT NULL", "due_on text NOT NULL", `due_key text COLLATE "C" NOT NULL`, "internal_due_on text NOT NULL",
				"owner_id uuid NOT NULL", "everybody boolean NOT NULL", "contacts uuid[] NOT NULL", "without uuid[] NOT NULL", "narrow boolean NOT NULL", "each boolean NOT NULL",
				"finish_together boolean NOT NULL", "priority text NOT NULL", "stand text NOT NULL", "part text NOT NULL", "open boolean NOT NULL", "outcome text NOT NULL",
				"reason text NOT NULL", "closed_at timestamptz", "ticked integer NOT NULL", "entries integer NOT NULL", "series_id uuid NOT NULL", "nth integer NOT NULL",
				"next_id uuid NOT NULL", "every integer NOT NULL", "unit text NOT NULL", "origin text NOT NULL", "wait boolean NOT NULL", "on_day integer NOT NULL",
				"job_id uuid NOT NULL", "sender_id uuid NOT NULL", "zone text NOT NULL", "hold_until timestamptz", "assigned_at timestamptz NOT NULL",
				"due_day integer NOT NULL", "facets integer NOT NULL", "initial integer NOT NULL", "review boolean NOT NULL", "some_done boolean NOT NULL", "finished uuid[] NOT NULL",
			},
			Key: []string{"id"},
			Own: taskOwn,
			Indexes: []string{
				"firm_no, open, due_key, id", "firm_no, open, assigned_at, id", "firm_no, owner_id, open, due_key, id", "firm_no, open, part, due_key, id",
				"firm_no, open, stand, due_key, id", "client_id, open, due_key, id", "subject_id, open, due_key, id", "firm_no, job_id, id",
				"firm_no, narrow, open, id", "firm_no, some_done, open, id", "firm_no, review, open, due_key, id", "hold_until, firm_no, id",
				"firm_no, open, owner_id, due_day, facets, initial, client_id, subject_id, id", // counted from it alone
			},
		},
		{
			Name: "task_part",
			Columns: taskOf("contact_id uuid NOT NULL", "told_at timestamptz", "failed_at timestamptz", "seen_at timestamptz", "done_at timestamptz", "done_by uuid NOT NULL",
				"note text NOT NULL", "confirmed_at timestamptz", "outcome text NOT NULL", "reason text NOT NULL", "reopened_at timestamptz"),
			Key:     []string{"task_id", "contact_id"},
			Own:     taskOwn,
			Indexes: []string{"contact_id, task_id"},
		},
		{
			Name: "task_entry",
			Columns: taskOf("n integer NOT NULL", "id uuid NOT NULL", "body text NOT NULL", "ticked_at timestamptz", "ticked_kind text NOT NULL",
				"ticked_by uuid NOT NULL"),
			Key: []string{"task_id", "n"},
			Own: taskOwn,
		},
		{
			Name:    "task_life",
			Columns: taskOf("version integer NOT NULL", "at timestamptz NOT NULL", "what text NOT NULL", "contact_id uuid NOT NULL", "detail text NOT NULL"),
			Key:     []string{"task_id", "version"},
			Own:     taskOwn,
		},
		{
			Name:    "task_word",
			Columns: taskOf(`word text COLLATE "C" NOT NULL`),
			Key:     []string{"task_id", "word"},
			Own:     taskOwn,
			Indexes: []string{"firm_no, word, task_id, client_id, subject_id"}, // found in it alone
		},
	},
	New: func(s event.Stream, firm int32) View {
		return &taskView{id: s.ID, firm: firm, parts: map[uuid.UUID]*app.Part{}, ticks: map[uuid.UUID]app.Entry{}, asked: map[uuid.UUID]string{}, waits: map[answered]bool{}}
	},
}

type taskView struct {
	id        uuid.UUID
	firm      int32
	says      task.Assigned // as it stands
	assigned  bool
	takenBack bool
	without   []uuid.UUID
	part      task.Progress
	closed    task.Closed // for all
	next      uuid.UUID
	parts     map[uuid.UUID]*app.Part // by contact; uuid.Nil: of all
	ticks     map[uuid.UUID]app.Entry
	asked     map[uuid.UUID]string // titles of items
	waits     map[answered]bool    // answers that the practice has not judged
	life      []Row
}

func (v *taskView) Apply(r event.Recorded) error {
	e, ok := r.Event.(task.Event)
	if !ok {
		return unexpected(r)
	}
	at := r.At
	tell := func(contact uuid.UUID, detail string) {
		v.life = append(v.life, v.row(int32(r.Version), at, r.Event.EventType(), contact, detail))
	}
	switch e := e.(type) {
	case task.Assigned:
		v.says, v.assigned, v.part = e, true, task.Open
		v.asks(e.Items...)
		tell(uuid.Nil, e.DueOn)
	case task.TakenBack:
		v.takenBack = true
	case task.Retitled:
		v.says.Title = e.Title
		tell(uuid.Nil, e.Title.String())
	case task.Described:
		v.says.Description = e.Description
		tell(uuid.Nil, "")
	case task.DueSet:
		v.says.DueOn = e.DueOn
		tell(uuid.Nil, e.DueOn)
	case task.InternalDueSet:
		v.says.InternalDueOn = e.DueOn
		tell(uuid.Nil, e.DueOn)
	case task.OwnerSet:
		v.says.Owner = e.Owner
		tell(uuid.Nil, "")
	case task.AudienceSet:
		v.says.Audience, v.without = e.Audience, nil
		tell(uuid.Nil, "")
	case task.ContactAdded:
		v.join(e.Contact)
		tell(e.Contact, string(e.From))
	case task.ContactRemoved:
		v.leave(e.Contact)
		tell(e.Contact, "")
	case task.PrioritySet:
		v.says.Priority = e.Priority
		tell(uuid.Nil, string(e.Priority))
	case task.ChecklistSet:
		v.says.Checklist = e.Checklist
		tell(uuid.Nil, "")
	case task.CadenceSet:
		v.says.Cadence = e.Cadence
		tell(uuid.Nil, "")
	case task.RecurrenceSet:
		v.says.Recurrence = e.Recurrence
		tell(uuid.Nil, "")
	case task.Repeated:
		v.next = e.Next
		tell(uuid.Nil, e.DueOn)
	case task.Ticked:
		v.ticks[e.Entry] = app.Entry{TickedAt: e.At, TickedBy: event.Actor{Kind: e.By.Kind, ID: e.By.ID}}
	case task.Unticked:
		delete(v.ticks, e.Entry)
	case task.Seen:
		v.of(e.Contact).SeenAt = e.At
		tell(e.Contact, "")
	case task.DoneByClient:
		p := v.of(v.whose(e.Contact))
		p.DoneAt, p.DoneBy, p.Note = e.At, e.Contact, e.Note.String()
		tell(e.Contact, e.Note.String())
	case task.UndoneByClient:
		p := v.of(v.whose(e.Contact))
		p.DoneAt, p.DoneBy, p.Note = time.Time{}, uuid.Nil, ""
		tell(e.Contact, "")
	case task.Confirmed:
		v.confirm(e)
		tell(e.Contact, "")
	case task.Reopened:
		v.reopen(e)
		tell(e.Contact, e.Reason.String())
	case task.Progressed:
		v.part = e.State
		tell(uuid.Nil, string(e.State))
	case task.Closed:
		if e.Contact == uuid.Nil {
			v.closed = e
		} else {
			p := v.of(e.Contact)
			p.Outcome, p.Reason = e.Outcome, e.Reason.String()
		}
		tell(e.Contact, string(e.Outcome))
	case task.Notified:
		v.of(e.Contact).ToldAt = e.At
		tell(e.Contact, string(e.About))
	case task.ReplyRefused:
		tell(e.Contact, string(e.Why))
	case task.NoticeFailed:
		v.of(e.Contact).FailedAt = e.At
		tell(e.Contact, string(e.About))
	case task.ItemAdded:
		v.asks(e.Item)
		tell(uuid.Nil, v.asked[e.Item.ID])
	case task.ItemChanged:
		v.asks(e.Item)
		tell(uuid.Nil, v.asked[e.Item.ID])
	case task.ItemCancelled:
		v.cancel(e.Item)
		tell(uuid.Nil, v.asked[e.Item])
	case task.ItemReturned:
		v.waits[answered{e.Item, e.For}] = true
		tell(e.For, v.asked[e.Item])
	case task.ItemNotApplicable:
		v.waits[answered{e.Item, e.For}] = true
		tell(e.For, v.asked[e.Item])
	case task.ItemReviewBegun:
		tell(e.For, v.asked[e.Item])
	case task.ItemAccepted:
		delete(v.waits, answered{e.Item, e.For})
		tell(e.For, v.asked[e.Item])
	case task.ItemSentBack:
		delete(v.waits, answered{e.Item, e.For})
		tell(e.For, v.asked[e.Item])
	case task.ItemReopened:
		v.waits[answered{e.Item, e.For}] = true
		tell(e.For, v.asked[e.Item])
	case task.AnswerCorrected:
		tell(uuid.Nil, e.Reason.String())
	case task.SectionSentBack:
		tell(uuid.Nil, e.Reason.String())
	case task.NoticeDelivered, task.Answered, task.AnswersPrefilled, task.RowAdded, task.RowRemoved, task.FilesSubmitted,
		task.AttachmentStarted, task.AttachmentReceived, task.AttachmentAbandoned, task.AttachmentRenamed, task.AttachmentDiscarded,
		task.AttachmentScanned, task.AttachmentScanAsked, task.AttachmentReleased, task.AttachmentShared, task.AttachmentRemoved, task.AttachmentRestored, task.AttachmentDestroyed,
		task.Posted, task.MessageEdited, task.MessageDeleted, task.MessagesRead:
	}
	return nil
}

// asks keeps the titles of items, for the history.
func (v *taskView) asks(items ...task.Item) {
	for _, i := range items {
		v.asked[i.ID] = i.Title.String()
	}
}

// row begins with what each table of a task begins with.
func (v *taskView) row(more ...any) Row {
	return append(Row{v.id, v.firm, v.says.Client, v.says.Subject}, more...)
}

func (v *taskView) of(contact uuid.UUID) *app.Part {
	if v.parts[contact] == nil {
		v.parts[contact] = &app.Part{Contact: contact}
	}
	return v.parts[contact]
}

func (v *taskView) whose(contact uuid.UUID) uuid.UUID {
	if v.says.Each {
		return contact
	}
	return uuid.Nil
}

func (v *taskView) join(contact uuid.UUID) {
	v.without = slices.DeleteFunc(slices.Clone(v.without), func(c uuid.UUID) bool { return c == contact })
	if !v.says.Audience.All {
		v.says.Audience.Contacts = append(slices.Clone(v.says.Audience.Contacts), contact)
	}
}

func (v *taskView) leave(contact uuid.UUID) {
	if v.says.Audience.All {
		v.without = append(slices.Clone(v.without), contact)
		return
	}
	v.says.Audience.Contacts = slices.DeleteFunc(slices.Clone(v.says.Audience.Contacts), func(c uuid.UUID) bool { return c == contact })
}

func (v *taskView) confirm(e task.Confirmed) {
	v.of(e.Contact).ConfirmedAt = e.At
	for _, p := range v.parts {
		if e.Contact == uuid.Nil && !p.DoneAt.IsZero() {
			p.ConfirmedAt = e.At
		}
	}
}

func (v *taskView) reopen(e task.Reopened) {
	v.of(uuid.Nil).ConfirmedAt = time.Time{}
	for c, p := range v.parts {
		if c != e.Contact && e.Contact != uuid.Nil {
			continue
		}
		*p = app.Part{Contact: c, ToldAt: p.ToldAt, FailedAt: p.FailedAt, SeenAt: p.SeenAt, Reason: e.Reason.String(), ReopenedAt: e.At}
	}
	if e.Contact == uuid.Nil {
		p := v.of(uuid.Nil)
		p.Reason, p.ReopenedAt, v.closed = e.Reason.String(), e.At, task.Closed{}
	}
}

// narrow tells that it isn't for everybody who is linked to its client.
func (v *taskView) narrow() bool {
	return v.says.Client != uuid.Nil && (!v.says.Audience.All || len(v.without) > 0)
}

func (v *taskView) Rows() [][]Row {
	if !v.assigned || v.takenBack {
		return make([][]Row, len(taskModel.Tables))
	}
	a, title := v.says, v.says.Title.String()
	dueKey := a.DueOn
	if dueKey == "" {
		dueKey = "9999-99-99"
	}
	ticked := 0
	entries := make([]Row, len(a.Checklist))
	for i, e := range a.Checklist {
		tick := v.ticks[e.ID]
		if !tick.TickedAt.IsZero() {
			ticked++
		}
		entries[i] = v.row(int32(i+1), e.ID, e.Text.String(), nullable(tick.TickedAt), string(tick.TickedBy.Kind), tick.TickedBy.ID)
	}
	finished, some := v.finished()
	stand, name := v.stand(), fold(title)
	row := Row{
		v.id, v.firm, a.Client, a.Subject, string(a.Kind), title, name, a.Description.String(), a.DueOn, dueKey, a.InternalDueOn,
		a.Owner, a.Audience.All, list(a.Audience.Contacts), list(v.without), v.narrow(), a.Each, a.FinishTogether, string(a.Priority), string(stand), string(v.part),
		v.closed.Outcome == "", string(v.closed.Outcome), v.closed.Reason.String(), nullable(v.closed.At), int32(ticked), int32(len(entries)), a.Series, int32(a.Nth),
		v.next, int32(a.Recurrence.Every), string(a.Recurrence.Unit), string(a.Recurrence.From), a.Recurrence.Wait, int32(a.Recurrence.OnDay),
		a.Job, a.Sender, a.Zone, nullable(a.HoldUntil), a.At,
		dayNumber(a.DueOn, noDay), int32(facetsOf(a.Kind, a.Priority, stand, v.part, v.narrow(), len(v.waits) > 0, some)), initial(name),
		len(v.waits) > 0, some, list(finished),
	}
	contacts := make([]uuid.UUID, 0, len(v.parts))
	for c := range v.parts {
		contacts = append(contacts, c)
	}
	slices.SortFunc(contacts, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	parts := make([]Row, 0, len(contacts))
	for _, c := range contacts {
		p := v.parts[c]
		parts = append(parts, v.row(c, nullable(p.ToldAt), nullable(p.FailedAt), nullable(p.SeenAt), nullable(p.DoneAt), p.DoneBy, p.Note,
			nullable(p.ConfirmedAt), string(p.Outcome), p.Reason, nullable(p.ReopenedAt)))
	}
	found := []Row{}
	for _, w := range words(title) {
		found = append(found, v.row(w))
	}
	return [][]Row{{row}, parts, entries, v.life, found}
}

// list is ids as a column keeps them: none is an empty array.
func list[T any](ids []T) []T {
	if ids == nil {
		return []T{}
	}
	return ids
}
