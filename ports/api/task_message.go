package api

import (
	"context"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// TaskThread is the talk on a task.
type TaskThread struct {
	Items   []TaskMessage `json:"items" nullable:"false" doc:"Oldest first"`
	Readers []TaskReader  `json:"readers" nullable:"false" doc:"How far others have read"`
	Unread  int           `json:"unread" doc:"Messages that the caller has not read"`
}

// TaskMessage is one message, or the mark of one that was deleted.
type TaskMessage struct {
	ID         ID        `json:"id"`
	Place      int       `json:"place" doc:"1, 2, 3"`
	ByKind     string    `json:"by_kind" doc:"contact or staff"`
	ByID       ID        `json:"by_id"`
	By         string    `json:"by" doc:"Their name"`
	HandID     MaybeID   `json:"written_by_id" doc:"Who of the practice wrote it in a contact's place"`
	Text       string    `json:"text" doc:"Plain; empty where it was deleted"`
	Audience   string    `json:"audience" doc:"all, contact: only contact_id and the practice, or internal: the practice alone"`
	ContactID  MaybeID   `json:"contact_id"`
	MentionIDs []ID      `json:"mention_ids" nullable:"false" doc:"People of the practice"`
	Via        string    `json:"via" doc:"page, mail or api"`
	At         Time      `json:"at"`
	EditedAt   MaybeTime `json:"edited_at"`
	DeletedAt  MaybeTime `json:"deleted_at"`
	New        bool      `json:"new" doc:"The caller has not read it"`
}

// TaskReader is how far somebody has read.
type TaskReader struct {
	Kind string `json:"kind" doc:"contact or staff"`
	ID   ID     `json:"id"`
	Name string `json:"name"`
	Upto int    `json:"upto" doc:"The place of a message"`
	At   Time   `json:"at"`
}

func showMessageOfTask(m taskapp.Message) TaskMessage {
	audience := "all"
	switch {
	case m.Talk.Internal:
		audience = "internal"
	case m.Talk.With != uuid.Nil:
		audience = "contact"
	}
	return TaskMessage{
		ID: ID(m.ID), Place: m.N, ByKind: string(m.By.Kind), ByID: ID(m.By.ID), By: m.ByName, HandID: MaybeID(m.Hand), Text: m.Text, Audience: audience, ContactID: MaybeID(m.Talk.With),
		MentionIDs: idsOf(m.Mentions), Via: string(m.Via), At: Time(m.At), EditedAt: MaybeTime(m.EditedAt), DeletedAt: MaybeTime(m.DeletedAt), New: m.New,
	}
}

func showThread(t taskapp.Thread) TaskThread {
	out := TaskThread{Items: make([]TaskMessage, len(t.Messages)), Readers: make([]TaskReader, len(t.Readers)), Unread: t.Unread}
	for i, m := range t.Messages {
		out.Items[i] = showMessageOfTask(m)
	}
	for i, r := range t.Readers {
		out.Readers[i] = TaskReader{Kind: string(r.Who.Kind), ID: ID(r.Who.ID), Name: r.Name, Upto: r.Upto, At: Time(r.At)}
	}
	return out
}

// addUnread says of each row what the caller has not read.
func (s *Server) addUnread(ctx context.Context, rows []taskapp.Row) error {
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
	}
	unread, err := s.Threads.Unread(ctx, from(ctx).Firm, event.Actor{Kind: event.Staff, ID: from(ctx).ID}, ids)
	for i := range rows {
		rows[i].Unread = unread[rows[i].ID]
	}
	return err
}

func (s *Server) listTaskMessages(ctx context.Context, in *ByID) (*body[TaskThread], error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if _, err := s.TaskDB.Task(ctx, from(ctx).Firm, id); err != nil { // one that the caller may see
		return nil, err
	}
	return s.thread(ctx, id)
}

func (s *Server) thread(ctx context.Context, id uuid.UUID) (*body[TaskThread], error) {
	t, err := s.Threads.Thread(ctx, from(ctx).Firm, id, from(ctx).ID)
	if err != nil {
		return nil, err
	}
	return &body[TaskThread]{Body: showThread(t)}, nil
}

// onThread runs one command on the thread of a task that the caller may see, and answers with the thread.
func (s *Server) onThread(ctx context.Context, in ByID, key string, sent any, do func(a taskapp.Act) (es.Result, error)) (*body[TaskThread], error) {
	id, err := s.doTask(ctx, in, key, sent, func(by es.By, id uuid.UUID) (es.Result, error) { return do(taskapp.Act{By: by, Task: id}) })
	if err != nil {
		return nil, err
	}
	return s.thread(ctx, id)
}

func mentioned(texts []string) (ids []uuid.UUID, err error) {
	for _, text := range texts {
		id, err := ByID{ID: text}.parse(errOwner)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func enclosed(texts []string) (files []uuid.UUID, err error) {
	for _, text := range texts {
		id, err := ByID{ID: text}.parse(task.ErrMessageFiles)
		if err != nil {
			return nil, err
		}
		files = append(files, id)
	}
	return files, nil
}

type postTaskMessage struct {
	ByID
	Idempotent
	Body struct {
		Text       string   `json:"text" doc:"Plain"`
		Audience   string   `json:"audience" enum:"all,contact,internal" doc:"Everybody on the task, only contact_id and the practice, or the practice alone"`
		ContactID  string   `json:"contact_id,omitempty"`
		MentionIDs []string `json:"mention_ids,omitempty" nullable:"false" doc:"People of the practice"`
		Files      []string `json:"attachment_ids,omitempty" nullable:"false" doc:"That were sent for a message; with them the text may be empty"`
	}
}

func (s *Server) postTaskMessage(ctx context.Context, in *postTaskMessage) (*body[TaskThread], error) {
	b := in.Body
	with, err := optionalID(b.ContactID, task.ErrTalk)
	if err != nil || (b.Audience == "contact") != (with != uuid.Nil) {
		return nil, task.ErrTalk
	}
	mentions, err := mentioned(b.MentionIDs)
	if err != nil {
		return nil, err
	}
	files, err := enclosed(b.Files)
	if err != nil {
		return nil, err
	}
	return s.onThread(ctx, in.ByID, in.Key, b, func(a taskapp.Act) (es.Result, error) {
		return s.Tasks.Post(ctx, taskapp.Post{
			Act: a, Message: uuid.NewSHA1(a.By.Command, []byte("message")), Text: b.Text, Talk: task.Talk{With: with, Internal: b.Audience == "internal"}, Files: files, Mentions: mentions, Via: task.ByAPI,
		})
	})
}

// OfThread names a message in an address.
type OfThread struct {
	ByID
	Message string `path:"message" doc:"UUID"`
}

type putTaskMessage struct {
	OfThread
	Idempotent
	Body struct {
		Text       string   `json:"text"`
		MentionIDs []string `json:"mention_ids,omitempty" nullable:"false" doc:"People of the practice"`
	}
}

func (s *Server) putTaskMessage(ctx context.Context, in *putTaskMessage) (*body[TaskThread], error) {
	message, err := ByID{ID: in.Message}.parse(task.ErrMessage)
	if err != nil {
		return nil, err
	}
	mentions, err := mentioned(in.Body.MentionIDs)
	if err != nil {
		return nil, err
	}
	return s.onThread(ctx, in.ByID, in.Key, in.Body, func(a taskapp.Act) (es.Result, error) {
		return s.Tasks.Edit(ctx, taskapp.Edit{Act: a, Message: message, Text: in.Body.Text, Mentions: mentions})
	})
}

type deleteTaskMessage struct {
	OfThread
	Idempotent
}

func (s *Server) deleteTaskMessage(ctx context.Context, in *deleteTaskMessage) (*body[TaskThread], error) {
	message, err := ByID{ID: in.Message}.parse(task.ErrMessage)
	if err != nil {
		return nil, err
	}
	return s.onThread(ctx, in.ByID, in.Key, nil, func(a taskapp.Act) (es.Result, error) {
		return s.Tasks.Delete(ctx, taskapp.OfMessage{Act: a, Message: message})
	})
}

type readTaskMessages struct {
	ByID
	Idempotent
	Body struct {
		Upto string `json:"upto" doc:"The newest message that the caller has read"`
	}
}

func (s *Server) readTaskMessages(ctx context.Context, in *readTaskMessages) (*body[TaskThread], error) {
	upto, err := ByID{ID: in.Body.Upto}.parse(task.ErrMessage)
	if err != nil {
		return nil, err
	}
	return s.onThread(ctx, in.ByID, in.Key, in.Body, func(a taskapp.Act) (es.Result, error) {
		return s.Tasks.Read(ctx, taskapp.OfMessage{Act: a, Message: upto})
	})
}
