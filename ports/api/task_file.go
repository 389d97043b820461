package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// Incoming takes files that come in one go.
type Incoming interface {
	Whole(ctx context.Context, owner transfer.Owner, f transfer.File, limit int64, body io.Reader) (transfer.Row, error)
}

// MaxAttachment is what one upload may hold, in bytes. What is larger is sent as the pages send it, where it can be resumed.
const MaxAttachment = 20 << 20

// TaskAttachment is one file on a task, or the mark of one that was taken away.
type TaskAttachment struct {
	ID        ID        `json:"id"`
	Name      string    `json:"name"`
	Size      int64     `json:"size" doc:"Bytes"`
	SHA256    string    `json:"sha256"`
	Media     string    `json:"media" doc:"Found in its content"`
	State     string    `json:"state" doc:"received: it can be fetched; removed: it can be restored; destroyed: it is gone; infected: it is kept apart; draft: it waits for its message or answer"`
	Scan      string    `json:"scan" doc:"awaited, held, clean, not_scanned, infected; empty where no scanner is used"`
	ByKind    string    `json:"by_kind" doc:"contact or staff"`
	ByID      ID        `json:"by_id"`
	By        string    `json:"by" doc:"Their name"`
	HandID    MaybeID   `json:"sent_by_id" doc:"Who of the practice sent it in a contact's place"`
	Audience  string    `json:"audience" doc:"all, contact: only contact_id and the practice, or internal: the practice alone"`
	ContactID MaybeID   `json:"contact_id"`
	ItemID    MaybeID   `json:"item_id" doc:"Of a request"`
	MessageID MaybeID   `json:"message_id" doc:"It stands with this message as well"`
	SameAsID  MaybeID   `json:"same_as_id" doc:"Another file of the task with the same content"`
	At        Time      `json:"at"`
	RemovedAt MaybeTime `json:"removed_at"`
	RemovedBy MaybeID   `json:"removed_by_id"`
	Until     MaybeTime `json:"restorable_until"`
}

func showAttachment(f taskapp.File) TaskAttachment {
	a := TaskAttachment{
		ID: ID(f.ID), Name: f.Name, Size: f.Size, SHA256: f.SHA256, Media: f.Media, State: "received", Scan: string(f.Scan), ByKind: string(f.By.Kind), ByID: ID(f.By.ID), By: f.ByName,
		HandID: MaybeID(f.Hand), Audience: "all", ContactID: MaybeID(f.Place.Talk.With), ItemID: MaybeID(f.Place.Item), MessageID: MaybeID(f.Place.Message), SameAsID: MaybeID(f.SameAs), At: Time(f.At),
		RemovedAt: MaybeTime(f.RemovedAt), RemovedBy: MaybeID(f.RemovedBy), Until: MaybeTime(f.Until),
	}
	switch {
	case f.Place.Talk.Internal:
		a.Audience = "internal"
	case f.Place.Talk.With != uuid.Nil:
		a.Audience = "contact"
	}
	switch {
	case f.Draft():
		a.State = "draft"
	case f.State == taskapp.FileRemoved, f.State == taskapp.FileDestroyed, f.State == taskapp.FileInfected:
		a.State = string(f.State)
	}
	return a
}

// attachments are the files of a task that the caller sees: what the practice has, marks, and their own drafts.
func (s *Server) attachments(ctx context.Context, id uuid.UUID) (files []taskapp.File, err error) {
	c := from(ctx)
	if _, err := s.TaskDB.Task(ctx, c.Firm, id); err != nil { // one that the caller may see
		return nil, err
	}
	all, err := s.TaskFiles.Files(ctx, c.Firm, id)
	now := time.Now()
	for _, f := range all {
		own := f.By == event.Actor{Kind: event.Staff, ID: c.ID} || f.Hand == c.ID
		if f.Arrived(now) || f.Mark() || f.Draft() && own && f.Readable() || f.State == taskapp.FileInfected && (own || c.Role.May(account.ChangeSettings)) {
			files = append(files, f)
		}
	}
	return files, err
}

func (s *Server) attachment(ctx context.Context, id, file uuid.UUID) (taskapp.File, error) {
	files, err := s.attachments(ctx, id)
	if err != nil {
		return taskapp.File{}, err
	}
	i := slices.IndexFunc(files, func(f taskapp.File) bool { return f.ID == file })
	if i < 0 {
		return taskapp.File{}, task.ErrAttachment
	}
	return files[i], nil
}

type taskAttachments struct {
	Items []TaskAttachment `json:"items" nullable:"false" doc:"Oldest first"`
}

func (s *Server) listAttachments(ctx context.Context, in *ByID) (*body[taskAttachments], error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	files, err := s.attachments(ctx, id)
	if err != nil {
		return nil, err
	}
	out := taskAttachments{Items: make([]TaskAttachment, len(files))}
	for i, f := range files {
		out.Items[i] = showAttachment(f)
	}
	return &body[taskAttachments]{Body: out}, nil
}

// ByAttachment names a file on a task in an address.
type ByAttachment struct {
	ByID
	Attachment string `path:"attachment" doc:"UUID"`
}

func (in ByAttachment) ids() (id, file uuid.UUID, err error) {
	if id, err = in.parse(task.ErrNotFound); err != nil {
		return id, file, err
	}
	file, err = ByID{ID: in.Attachment}.parse(task.ErrAttachment)
	return id, file, err
}

func (s *Server) getAttachment(ctx context.Context, in *ByAttachment) (*body[TaskAttachment], error) {
	id, file, err := in.ids()
	if err != nil {
		return nil, err
	}
	f, err := s.attachment(ctx, id, file)
	if err != nil {
		return nil, err
	}
	return &body[TaskAttachment]{Body: showAttachment(f)}, nil
}

func (s *Server) attachmentContent(ctx context.Context, in *ByAttachment) (*huma.StreamResponse, error) {
	id, file, err := in.ids()
	if err != nil {
		return nil, err
	}
	f, err := s.attachment(ctx, id, file)
	if err == nil && !f.Readable() {
		err = task.ErrAttachment
	}
	if err != nil {
		return nil, err
	}
	blob, err := s.Content.Open(f.Transfer)
	if err != nil {
		return nil, err
	}
	row := linkapp.FileRow{Name: f.Name, Media: f.Media, SHA256: f.SHA256}
	return &huma.StreamResponse{Body: func(hc huma.Context) { serve(hc, row, blob) }}, nil
}

type sendAttachment struct {
	ByID
	Idempotent
	Name     string `query:"name" maxLength:"1024" doc:"With its extension"`
	Audience string `query:"audience" enum:"all,contact,internal,message" default:"all" doc:"Everybody on the task, only contact_id and the practice, the practice alone, or whoever reads the message that is posted with it next"`
	Contact  string `query:"contact_id"`
	For      string `query:"for_contact_id" doc:"In whose place it is sent"`
	Item     string `query:"item_id" doc:"Of a request; for_contact_id answers it then with attachment_ids, and without one it is an example of what is meant"`
	RawBody  []byte `contentType:"application/octet-stream"`
}

// transferred is where the file goes, and in whose place it is sent.
func (in *sendAttachment) transferred() (p transfer.Place, err error) {
	if p.With, err = optionalID(in.Contact, task.ErrTalk); err != nil || (in.Audience == "contact") != (p.With != uuid.Nil) {
		return p, task.ErrTalk
	}
	p.Internal = in.Audience == "internal"
	if in.Audience == "message" {
		if p.Message, err = newID("message"); err != nil {
			return p, err
		}
	}
	if p.Item, err = optionalID(in.Item, task.ErrItem); err != nil {
		return p, err
	}
	p.Of, err = optionalID(in.For, contact.ErrNotFound)
	return p, err
}

func (s *Server) createAttachment(ctx context.Context, in *sendAttachment) (*body[TaskAttachment], error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	c := from(ctx)
	place, err := in.transferred()
	switch {
	case err != nil:
		return nil, err
	case place.Of != uuid.Nil && !c.Role.May(account.ActForClient):
		return nil, account.ErrRight
	}
	who, err := by(ctx, in.Key, in.Name)
	if err != nil {
		return nil, err
	}
	file := uuid.NewSHA1(who.Command, []byte("attachment"))
	f, err := s.attachment(ctx, id, file) // the same request, sent again
	if err == nil || !errors.Is(err, task.ErrAttachment) {
		return &body[TaskAttachment]{Body: showAttachment(f)}, err
	}
	if _, err := s.Incoming.Whole(ctx, transfer.Owner{Firm: c.Firm, Kind: transfer.OfStaff, Link: id, Recipient: c.ID},
		transfer.File{ID: file, Name: in.Name, Size: int64(len(in.RawBody)), Place: place}, MaxAttachment, bytes.NewReader(in.RawBody)); err != nil {
		return nil, err
	}
	if f, err = s.attachment(ctx, id, file); errors.Is(err, task.ErrAttachment) { // a scanner has it before the practice does
		f, err = taskapp.File{ID: file, Name: in.Name, Size: int64(len(in.RawBody)), By: event.Actor{Kind: event.Staff, ID: c.ID}, State: taskapp.FileReceived, Scan: taskapp.ScanAwaited, At: time.Now()}, nil
	}
	return &body[TaskAttachment]{Body: showAttachment(f)}, err
}

type changeAttachment struct {
	ByAttachment
	Idempotent
}

// onAttachment runs one command on a file of a task that the caller may see, and answers with how it stands then.
func (s *Server) onAttachment(do func(ctx context.Context, cmd taskapp.OfFile) (es.Result, error)) func(context.Context, *changeAttachment) (*body[TaskAttachment], error) {
	return func(ctx context.Context, in *changeAttachment) (*body[TaskAttachment], error) {
		_, file, err := in.ids()
		if err != nil {
			return nil, err
		}
		id, err := s.doTask(ctx, in.ByID, in.Key, nil, func(who es.By, id uuid.UUID) (es.Result, error) {
			return do(ctx, taskapp.OfFile{Act: taskapp.Act{By: who, Task: id}, File: file})
		})
		if err != nil {
			return nil, err
		}
		f, err := s.attachment(ctx, id, file)
		if err != nil {
			return nil, err
		}
		return &body[TaskAttachment]{Body: showAttachment(f)}, nil
	}
}

// attachmentRoutes are those of files on tasks.
func (s *Server) attachmentRoutes(a huma.API) {
	sized := func(o huma.Operation) huma.Operation { o.MaxBodyBytes = MaxAttachment; return o }
	const of = "/tasks/{id}/attachments"
	register(s, a, account.SeeTasks, op(http.MethodGet, of, "list-task-attachments", "Tasks", "List the files on a task, and the marks of those that were removed"), s.listAttachments)
	create := sized(created(op(http.MethodPost, of, "create-task-attachment", "Tasks", "Put a file of at most 20 MB on a task, for a message, or in a contact's place")))
	create.Description = "Larger ones are sent in pieces, as tus 1.0.0, to /tasks/{id}/uploads/ with the same token. The last part of their Location is their id here."
	register(s, a, account.ChangeTasks, create, s.createAttachment)
	register(s, a, account.SeeTasks, op(http.MethodGet, of+"/{attachment}", "get-task-attachment", "Tasks", "Get what is known of a file on a task"), s.getAttachment)
	register(s, a, account.SeeTasks, download(op(http.MethodGet, of+"/{attachment}/content", "get-task-attachment-content", "Tasks", "Get its bytes")), s.attachmentContent)
	register(s, a, account.ChangeTasks, op(http.MethodDelete, of+"/{attachment}", "remove-task-attachment", "Tasks", "Take a file away from everybody; a mark stays, and for 30 days it can be restored"), s.onAttachment(s.Tasks.RemoveFile))
	register(s, a, account.ChangeTasks, op(http.MethodPost, of+"/{attachment}/restoration", "restore-task-attachment", "Tasks", "Give a removed file back"), s.onAttachment(s.Tasks.RestoreFile))
	register(s, a, account.ChangeTasks, created(op(http.MethodPost, of+"/{attachment}/uses", "reuse-task-attachment", "Tasks", "Put the same file on another task of the client, without sending its bytes again")), s.reuseAttachment)
	register(s, a, account.ChangeTasks, op(http.MethodPost, of+"/{attachment}/sharing", "share-task-attachment", "Tasks", "Show a file to everybody on the task that was not for everybody"), s.onAttachment(s.Tasks.ShareFile))
}
