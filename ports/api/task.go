package api

import (
	"context"
	"time"

	taskapp "portico/app/task"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/form"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Task is one line of the list of tasks.
type Task struct {
	ID            ID        `json:"id"`
	ClientID      MaybeID   `json:"client_id" doc:"null: it is contact_id's alone"`
	Client        string    `json:"client" doc:"Its name"`
	ContactID     MaybeID   `json:"contact_id" doc:"Whose it is, where it is of no client"`
	Kind          string    `json:"kind" doc:"todo, question, documents, form or signature"`
	Title         string    `json:"title"`
	DueOn         string    `json:"due_on" doc:"2026-12-04, for the client; empty: no day"`
	InternalDueOn string    `json:"internal_due_on" doc:"For the practice; clients don't see it"`
	OwnerID       MaybeID   `json:"owner_id" doc:"The practitioner in charge"`
	Owner         string    `json:"owner"`
	Priority      string    `json:"priority" doc:"low, normal or high"`
	Stand         string    `json:"client_state" doc:"Of the client who is furthest behind: assigned, seen, done or confirmed"`
	Practice      string    `json:"practice_state" doc:"open, doing, waiting or done"`
	Outcome       string    `json:"outcome" doc:"completed or cancelled; empty: open"`
	Unread        int       `json:"unread" doc:"Messages that the caller has not read"`
	HeldUntil     MaybeTime `json:"held_until" doc:"Nobody but the practice sees it before"`
	AssignedAt    Time      `json:"assigned_at"`
	ClosedAt      MaybeTime `json:"closed_at"`
}

func showTask(t taskapp.Row) Task {
	out := Task{
		ID: ID(t.ID), ClientID: MaybeID(t.Client), Client: t.ClientName, Kind: string(t.Kind), Title: t.Title, DueOn: t.DueOn, InternalDueOn: t.InternalDueOn, OwnerID: MaybeID(t.Owner), Owner: t.OwnerName,
		Priority: string(t.Priority), Stand: string(t.Stand), Practice: string(t.Part), Outcome: string(t.Outcome), Unread: t.Unread, HeldUntil: MaybeTime(t.HoldUntil), AssignedAt: Time(t.AssignedAt), ClosedAt: MaybeTime(t.ClosedAt),
	}
	if t.Client == uuid.Nil {
		out.ContactID = MaybeID(t.Contact)
	}
	return out
}

// TaskDetail is one task.
type TaskDetail struct {
	Task
	Description string      `json:"description" doc:"Markdown"`
	Everybody   bool        `json:"everybody" doc:"It is for whoever may see the client's tasks, but for without_ids"`
	ContactIDs  []ID        `json:"contact_ids" nullable:"false" doc:"Whom it is for, where it isn't for everybody"`
	WithoutIDs  []ID        `json:"without_ids" nullable:"false"`
	Reason      string      `json:"reason" doc:"Why it was closed"`
	Checklist   []TaskEntry `json:"checklist" nullable:"false"`
	Parts       []TaskPart  `json:"parts" nullable:"false" doc:"What has become of it for those who did something"`
}

// TaskEntry is one line of a checklist.
type TaskEntry struct {
	ID       ID        `json:"id"`
	Text     string    `json:"text"`
	TickedAt MaybeTime `json:"ticked_at"`
}

// TaskPart is what has become of a task for one contact, or for all.
type TaskPart struct {
	ContactID   MaybeID   `json:"contact_id" doc:"null: for all"`
	SeenAt      MaybeTime `json:"seen_at"`
	DoneAt      MaybeTime `json:"done_at"`
	Note        string    `json:"note"`
	ConfirmedAt MaybeTime `json:"confirmed_at"`
	Outcome     string    `json:"outcome" doc:"completed or cancelled; empty: open"`
	Reason      string    `json:"reason" doc:"Why it was closed or opened again"`
}

func idsOf(ids []uuid.UUID) []ID {
	out := make([]ID, len(ids))
	for i, id := range ids {
		out[i] = ID(id)
	}
	return out
}

func showTaskDetail(t taskapp.Detail) TaskDetail {
	d := TaskDetail{
		Task: showTask(t.Row), Description: t.Description, Everybody: t.Audience.All, ContactIDs: idsOf(t.Audience.Contacts), WithoutIDs: idsOf(t.Without), Reason: t.Reason,
		Checklist: make([]TaskEntry, len(t.Checklist)), Parts: make([]TaskPart, len(t.People)),
	}
	for i, e := range t.Checklist {
		d.Checklist[i] = TaskEntry{ID: ID(e.ID), Text: e.Text, TickedAt: MaybeTime(e.TickedAt)}
	}
	for i, p := range t.People {
		d.Parts[i] = TaskPart{
			ContactID: MaybeID(p.Contact), SeenAt: MaybeTime(p.SeenAt), DoneAt: MaybeTime(p.DoneAt), Note: p.Note, ConfirmedAt: MaybeTime(p.ConfirmedAt), Outcome: string(p.Outcome), Reason: p.Reason,
		}
	}
	return d
}

type listTasks struct {
	Paging
	TasksOf
	Order string `query:"order" enum:"due,newest" doc:"due, where none is sent"`
}

func (s *Server) listTasks(ctx context.Context, in *listTasks) (*body[Page[Task]], error) {
	q, err := s.tasksQuery(ctx, in.TasksOf)
	if err != nil {
		return nil, err
	}
	q.After, q.Limit = in.Cursor, in.Limit
	if in.Order == string(taskapp.Newest) {
		q.Order = taskapp.Newest
	}
	rows, next, err := s.TaskDB.Tasks(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	if err := s.addUnread(ctx, rows); err != nil {
		return nil, err
	}
	return page(rows, next, showTask), nil
}

type createTask struct {
	Idempotent
	Body struct {
		ClientID      string   `json:"client_id,omitempty"`
		ContactID     string   `json:"contact_id,omitempty" doc:"Who is asked, where there is no client"`
		Kind          string   `json:"kind,omitempty" enum:"todo,question,form" doc:"todo, where none is sent"`
		FormID        string   `json:"form_id,omitempty" doc:"Of form: the questionnaire, in its newest version"`
		EarlierID     string   `json:"earlier_task_id,omitempty" doc:"Of form: a task of the client whose answers to it this one begins with"`
		Title         string   `json:"title"`
		Description   string   `json:"description,omitempty" doc:"Markdown; the client reads it"`
		DueOn         string   `json:"due_on,omitempty"`
		InternalDueOn string   `json:"internal_due_on,omitempty"`
		OwnerID       string   `json:"owner_id,omitempty" doc:"The practitioner in charge; empty: nobody"`
		Priority      string   `json:"priority,omitempty" enum:"low,normal,high" doc:"normal, where none is sent"`
		ContactIDs    []string `json:"contact_ids,omitempty" nullable:"false" doc:"Whom it is for; none: everybody who may see the client's tasks"`
		Each          bool     `json:"each,omitempty" doc:"Everybody has to do it, and not one for all"`
		Checklist     []string `json:"checklist,omitempty" nullable:"false"`
		CadenceID     string   `json:"cadence_id,omitempty" doc:"Of reminders, by the due date; empty: none"`
		HoldSeconds   int      `json:"hold_seconds,omitempty" minimum:"0" maximum:"3600" doc:"How long it can be taken back before anybody but the practice sees it"`
	}
}

func (s *Server) createTask(ctx context.Context, in *createTask) (*body[TaskDetail], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	b := in.Body
	of, err := optionalID(b.ClientID, client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	only, err := optionalID(b.ContactID, contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if of != uuid.Nil { // one that the caller may see, and so below
		_, err = s.ClientDB.Client(ctx, who.Firm, of)
	} else {
		_, err = s.ContactDB.Contact(ctx, who.Firm, only)
	}
	if err != nil {
		return nil, err
	}
	owner, err := s.taskOwner(ctx, who.Firm, b.OwnerID)
	if err != nil {
		return nil, err
	}
	practice, err := s.FirmDB.Firm(ctx, who.Firm)
	if err != nil {
		return nil, err
	}
	a := task.Assigning{
		Task: uuid.NewSHA1(who.Command, []byte("task")), Client: of, Kind: task.Sort(b.Kind), Title: b.Title, Description: b.Description, DueOn: b.DueOn, InternalDueOn: b.InternalDueOn, Owner: owner,
		Audience: task.Audience{All: len(b.ContactIDs) == 0}, Each: b.Each, Priority: task.Priority(b.Priority), Zone: practice.Zone,
	}
	if a.Cadence, err = s.cadenceOf(ctx, b.CadenceID); err != nil {
		return nil, err
	}
	if a.Form, err = optionalID(b.FormID, form.ErrNotFound); err != nil {
		return nil, err
	}
	earlier, err := optionalID(b.EarlierID, task.ErrNotFound)
	if err == nil && earlier != uuid.Nil {
		_, err = s.TaskDB.Task(ctx, who.Firm, earlier)
	}
	if err != nil {
		return nil, err
	}
	for _, text := range b.ContactIDs {
		id, err := ByID{ID: text}.parse(task.ErrStranger)
		if err != nil {
			return nil, err
		}
		a.Audience.Contacts = append(a.Audience.Contacts, id)
	}
	for i, text := range b.Checklist {
		a.Checklist = append(a.Checklist, task.Line{ID: uuid.NewSHA1(a.Task, []byte{byte(i >> 8), byte(i)}), Text: text})
	}
	r, err := s.Tasks.Assign(ctx, taskapp.Assign{By: who, Contact: only, Task: a, Earlier: earlier, Hold: time.Duration(b.HoldSeconds) * time.Second})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.task(ctx, r.Stream.ID) // of the first time, where the command is repeated
}

// taskOwner is a colleague who works here.
func (s *Server) taskOwner(ctx context.Context, firm int32, text string) (uuid.UUID, error) {
	owner, err := optionalID(text, errOwner)
	if err != nil || owner == uuid.Nil {
		return uuid.Nil, err
	}
	return owner, s.employed(ctx, firm, owner)
}

func (s *Server) employed(ctx context.Context, firm int32, id uuid.UUID) error {
	people, err := s.Staff.Staff(ctx, firm, id)
	if err == nil && (len(people) == 0 || !people[0].DeactivatedAt.IsZero()) {
		err = errOwner
	}
	return err
}

func (s *Server) getTask(ctx context.Context, in *ByID) (*body[TaskDetail], error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.task(ctx, id)
}

func (s *Server) task(ctx context.Context, id uuid.UUID) (*body[TaskDetail], error) {
	t, err := s.TaskDB.Task(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	row := []taskapp.Row{t.Row}
	if err := s.addUnread(ctx, row); err != nil {
		return nil, err
	}
	t.Row = row[0]
	return &body[TaskDetail]{Body: showTaskDetail(t)}, nil
}
