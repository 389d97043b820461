package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/transfer"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// Files of tasks come in as those of mailed links do, by the same protocol; who sends them is who has the session or, of
// programs of the practice, the API token.

// taskFileRoutes are the addresses of files on tasks.
func (s *Server) taskFileRoutes(staff, scripted func(string, accounts.Right, handler), portal func(string, handler), room func(path, key string, h portalHandler), deed func(string, portalHandler)) {
	for _, method := range []string{http.MethodPost, http.MethodHead, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		scripted(method+" /tasks/{id}/uploads/*", accounts.ChangeTasks, s.filing(s.transfers))
		portal(method+" /portal/tasks/{todo}/uploads/*", s.filingIn(s.transfers))
	}
	staff("GET /tasks/{id}/files", accounts.SeeTasks, s.filing(s.ownTaskFiles))
	staff("POST /tasks/{id}/files", accounts.ChangeTasks, s.filing(s.plainTaskFiles))
	staff("GET /tasks/{id}/files/{file}/content", accounts.SeeTasks, s.taskFileContent)
	staff("POST /tasks/{id}/files/{file}/removal", accounts.ChangeTasks, s.onTask(s.removeTaskFile))
	staff("POST /tasks/{id}/files/{file}/restoration", accounts.ChangeTasks, s.onTask(s.restoreTaskFile))
	staff("POST /tasks/{id}/files/{file}/sharing", accounts.ChangeTasks, s.onTask(s.shareTaskFile))
	portal("GET /portal/tasks/{todo}/files", s.filingIn(s.ownTaskFiles))
	portal("POST /portal/tasks/{todo}/files", s.within("", s.plainTodoFiles))
	room("/todos/{todo}/files/{file}/content", "", s.portalFileContent)
	room("/todos/{todo}/earlier", "", s.portalEarlier)
	deed("/todos/{todo}/earlier", s.useEarlier)
	deed("/todos/{todo}/files/{file}/retraction", s.act(s.discardTodoFile))
}

// staffFiling is what somebody of the practice may put on the task of the address, and as which act.
func (s *Server) staffFiling(r *http.Request) (access, error) {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return access{}, task.ErrNotFound
	}
	if _, err := s.TaskList.Task(r.Context(), u.Firm, id); err != nil {
		return access{}, err
	}
	base := "/tasks/" + id.String()
	return access{Firm: u.Firm, Kind: transfer.OfStaff, Link: id, Recipient: u.ID, Base: base, Page: base}, nil
}

// portalFiling is the same of a contact. Whose papers the page is about follows from the task: an address of the protocol
// doesn't say it.
func (s *Server) portalFiling(r *http.Request, in inPortal) (access, inPortal, error) {
	id, err := pathID(r, "todo")
	if err != nil {
		return access{}, in, task.ErrNotFound
	}
	t, err := s.TaskList.Todo(r.Context(), in.Firm, in.Contact, id)
	if err != nil {
		return access{}, in, err
	}
	for _, m := range in.clients {
		if m.Client == t.Client {
			in.client = m
		}
	}
	if !in.has(t) {
		return access{}, in, task.ErrNotFound
	}
	a := access{Firm: in.Firm, Kind: transfer.OfContact, Link: id, Recipient: in.Contact, Base: "/portal/tasks/" + id.String(), Page: in.todoHref(id)}
	a.words = in.words.Words
	return a, in, nil
}

// filing lets h answer with the right of somebody of the practice.
func (s *Server) filing(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := s.staffFiling(r)
		if err != nil {
			return err
		}
		return h(w, r.WithContext(withAccess(r.Context(), a)))
	}
}

// filingIn lets h answer with the right of a contact.
func (s *Server) filingIn(h handler) handler {
	return s.within("", func(w http.ResponseWriter, r *http.Request, in inPortal) error {
		a, _, err := s.portalFiling(r, in)
		if errors.Is(err, task.ErrNotFound) && wantsPage(r, portalPage) {
			return errTab
		}
		if err != nil {
			return err
		}
		return h(w, r.WithContext(withAccess(r.Context(), a)))
	})
}

// plainFiling takes a form with files from a browser without script, and hands one that is a message to post. What is
// refused is told by show, on the page that shows what has arrived before it.
func (s *Server) plainFiling(w http.ResponseWriter, r *http.Request, post handler, show func(r *http.Request, code int, field string, f *fault.Error) error) error {
	a, _ := accessOf(r)
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{}) // a slow line may take long; newBody ends an idle one
	b := newBody(r.Body, rc, s.Patience)
	defer b.end()
	r.Body = b
	leave, err := s.paces.uploads.enter(rightID{a.Link, a.Recipient})
	field := "task-files"
	if err == nil {
		defer leave()
		var fields url.Values
		var rows []transfer.Row
		if fields, rows, err = s.Uploads.parts(r); fields.Has("message") {
			r, field = r.WithContext(withEnclosed(r.Context(), rows)), "text"
			if r.PostForm = fields; err == nil {
				return post(w, r)
			}
		} else if err == nil {
			return s.Uploads.formed(w, r, rows)
		}
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !wantsPage(r, portalPage) || !slices.Contains(append(toldOnPage, fault.Conflict, fault.NotFound), f.Kind) {
		return err
	}
	drain(r)
	return show(r, statuses[f.Kind], field, f)
}

// told is a refusal in the words of who reads it.
func (a access) told(f *fault.Error) *fault.Error {
	if a.words == nil {
		return f
	}
	return &fault.Error{Kind: f.Kind, Code: f.Code, Message: a.words.Fault(f.Code, f.Message)}
}

// place is where at its target a file goes, by what its sender says of it. audience is empty, "practice", or a contact.
func (a access) place(item, message, audience string) (p transfer.Place, err error) {
	if a.Kind == transfer.OfLink {
		return p, nil
	}
	if item != "" {
		if p.Item, err = uuid.Parse(item); err != nil {
			return p, task.ErrItem
		}
	}
	if message != "" {
		if p.Message, err = uuid.Parse(message); err != nil {
			return p, task.ErrMessage
		}
	}
	switch {
	case audience == "":
	case audience == "practice" && a.Kind == transfer.OfStaff:
		p.Internal = true
	case audience == "private" && a.Kind == transfer.OfContact:
		p.With = a.Recipient
	default:
		if p.With, err = uuid.Parse(audience); err != nil {
			return p, task.ErrTalk
		}
	}
	return p, nil
}

// filingState is what a page of a task needs to send files: what its own person has sent already, or begun to.
type filingState struct {
	Files []filingFile `json:"files"`
}

type filingFile struct {
	ID          uuid.UUID `json:"id"`
	Item        uuid.UUID `json:"item,omitzero"`
	Size        int64     `json:"size"`
	State       string    `json:"state"` // receiving, received
	SHA256      string    `json:"sha256,omitempty"`
	Fingerprint string    `json:"fingerprint,omitempty"`
	Offset      int64     `json:"offset,omitempty"`
}

// ownTaskFiles answers with the files of a task that its reader has sent or begun to send.
func (s *Server) ownTaskFiles(w http.ResponseWriter, r *http.Request) error {
	a, owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	files, err := s.TaskFiles.Files(r.Context(), a.Firm, a.Link)
	if err != nil {
		return err
	}
	running, err := s.Uploads.Transfers.Running(r.Context(), owner)
	if err != nil {
		return err
	}
	st := filingState{Files: []filingFile{}}
	for _, f := range files {
		own := f.By == event.Actor{Kind: event.Contact, ID: a.Recipient} && a.Kind == transfer.OfContact || f.By == event.Actor{Kind: event.Staff, ID: a.Recipient} && a.Kind == transfer.OfStaff
		row, moving := running[f.ID]
		switch {
		case !own:
		case f.State == taskapp.FileComing && moving:
			st.Files = append(st.Files, filingFile{ID: f.ID, Item: f.Place.Item, Size: f.Size, State: "receiving", Fingerprint: row.Fingerprint, Offset: row.Offset})
		case f.Readable():
			st.Files = append(st.Files, filingFile{ID: f.ID, Item: f.Place.Item, Size: f.Size, State: "received", SHA256: f.SHA256})
		}
	}
	s.json(w, http.StatusOK, "application/json", st)
	return nil
}

// taskContent hands a file of a task out, as files of links are: an attachment that nothing runs in (threat T22).
func (s *Server) taskContent(w http.ResponseWriter, r *http.Request, firm int32, id uuid.UUID, sees func(taskapp.File) bool) error {
	file, err := pathID(r, "file")
	if err != nil {
		return task.ErrAttachment
	}
	files, err := s.TaskFiles.Files(r.Context(), firm, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(files, func(f taskapp.File) bool { return f.ID == file && f.Readable() && sees(f) })
	if i < 0 {
		return task.ErrAttachment
	}
	f := files[i]
	return s.serveFile(w, r, f.Transfer, f.Media, f.Name, f.SHA256, f.At)
}

func (s *Server) taskFileContent(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if _, err := s.TaskList.Task(r.Context(), user(r).Firm, id); err != nil {
		return err
	}
	own := event.Actor{Kind: event.Staff, ID: user(r).ID}
	return s.taskContent(w, r, user(r).Firm, id, func(f taskapp.File) bool { return f.Arrived(s.Now()) || f.Unsent() && f.By == own })
}

func (s *Server) portalFileContent(w http.ResponseWriter, r *http.Request, in inPortal) error {
	t, err := s.mine(r, in)
	if err == nil {
		err = s.taskContent(w, r, in.Firm, t.ID, func(f taskapp.File) bool { return f.SeenBy(in.Contact, s.Now()) })
	}
	if errors.Is(err, task.ErrAttachment) {
		return errTab
	}
	return err
}

// plainTaskFiles is the form of somebody of the practice without script.
func (s *Server) plainTaskFiles(w http.ResponseWriter, r *http.Request) error {
	return s.plainFiling(w, r, s.onThread(s.postMessage), func(r *http.Request, code int, field string, f *fault.Error) error {
		return s.taskPage(w, r, code, views.Problems{{Field: field, Text: f.Message}}, nil)
	})
}

// plainTodoFiles is that of a contact.
func (s *Server) plainTodoFiles(w http.ResponseWriter, r *http.Request, in inPortal) error {
	a, in, err := s.portalFiling(r, in)
	if err != nil {
		return err
	}
	r = r.WithContext(withAccess(r.Context(), a))
	post := func(w http.ResponseWriter, r *http.Request) error { return s.act(s.postInTodo)(w, r, in) }
	return s.plainFiling(w, r, post, func(r *http.Request, code int, field string, f *fault.Error) error {
		return s.todoPage(w, r, in, code, r.PostForm, views.Problems{{Field: field, Text: f.Message}})
	})
}

// ofFile names the file of the address.
func ofFile(r *http.Request, a taskapp.Act) (taskapp.OfFile, error) {
	file, err := pathID(r, "file")
	if err != nil {
		return taskapp.OfFile{}, task.ErrAttachment
	}
	return taskapp.OfFile{Act: a, File: file}, nil
}

func (s *Server) removeTaskFile(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	cmd, err := ofFile(r, taskapp.Act{By: by, Task: id})
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.RemoveFile(r.Context(), cmd)
}

func (s *Server) restoreTaskFile(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	cmd, err := ofFile(r, taskapp.Act{By: by, Task: id})
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.RestoreFile(r.Context(), cmd)
}

func (s *Server) shareTaskFile(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	cmd, err := ofFile(r, taskapp.Act{By: by, Task: id})
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.ShareFile(r.Context(), cmd)
}

// discardTodoFile takes a file back that its sender may still take back.
func (s *Server) discardTodoFile(a taskapp.Act, r *http.Request) (es.Result, error) {
	cmd, err := ofFile(r, a)
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.DiscardFile(r.Context(), cmd)
}
