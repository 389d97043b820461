package web

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

const mostTodos = 200 // that a contact's list holds

// todos are the tasks of whoever the page is about, the open ones first: of one tab, or of all that the person sees where
// tab is empty. Nobody without the right to them has any.
func (s *Server) todos(r *http.Request, in inPortal, tab string, q taskapp.TodoQuery) ([]taskapp.Todo, error) {
	if !in.opens("todos") && !in.opens("requests") {
		return nil, nil
	}
	rows, err := s.TaskList.Todos(r.Context(), in.Firm, in.Contact, in.client.Client, q)
	rows = slices.DeleteFunc(rows, func(t taskapp.Todo) bool {
		its := in.tabOf(t.Kind)
		return !in.opens(its) || tab != "" && tab != its
	})
	if err != nil || q.Open || len(rows) == 0 { // the open ones are counted only
		return rows, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
	}
	unread, err := s.Threads.Unread(r.Context(), in.Firm, event.Actor{Kind: event.Contact, ID: in.Contact}, ids)
	for i := range rows {
		rows[i].Unread = unread[rows[i].ID]
	}
	return rows, err
}

// portalTodos lists what the practice asks of the person (S3.17).
func (s *Server) portalTodos(w http.ResponseWriter, r *http.Request, in inPortal) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	rows, err := s.todos(r, in, "todos", taskapp.TodoQuery{Limit: mostTodos})
	if err != nil {
		return err
	}
	page := views.PortalTodos{Portal: s.around(r, in, "todos", in.words.T("portal.tab.todos")), Empty: in.empty(portalTab{key: "todos", icon: "list-todo"})}
	if len(rows) == 0 && in.waiting["requests"] == 0 { // S2.i4, S2.14; otherwise the requests have the place for files
		off, err := s.Tasks.Policies.TaskPolicy(r.Context(), in.Firm)
		if err != nil {
			return err
		}
		word := "attach.notask"
		if off.Off {
			word = "attach.off"
		}
		page.Empty.Text += " " + in.words.T(word, in.setup.Name)
	}
	page.Stale = !current
	if page.Talks, err = s.talksLink(r, in); err != nil {
		return err
	}
	for _, t := range rows {
		if t.Open() {
			page.Open = append(page.Open, s.todoLine(in, t))
		} else {
			page.Done = append(page.Done, s.todoLine(in, t))
		}
	}
	return s.show(w, r, page)
}

// todoLine is one task in a list.
func (s *Server) todoLine(in inPortal, t taskapp.Todo) views.TodoLine {
	words := in.words.Words
	l := views.TodoLine{ID: t.ID, Title: t.Title, Href: in.todoHref(t.ID), New: t.SeenAt.IsZero() && t.Open(), Open: t.Open()}
	switch {
	case t.Unread > 0:
		l.News = words.N("thread.unread", t.Unread)
	case l.New:
		l.News = words.T("thread.new")
	}
	if t.Entries > 0 {
		l.Note = words.T("task.ticked", words.Number(int64(t.Ticked)), words.Number(int64(t.Entries)))
	}
	switch {
	case t.Outcome == task.Cancelled && t.Closed:
		l.Badge = &views.Badge{Icon: "x", Word: words.T("task.cancelled")}
	case t.Closed, !t.Mine.ConfirmedAt.IsZero():
		l.Badge = &views.Badge{Tone: "ok", Icon: "circle-check", Word: words.T("task.completed")}
	case !t.Mine.DoneAt.IsZero():
		l.Badge = &views.Badge{Tone: "ok", Icon: "check", Word: words.T("task.done")}
	default:
		l.Badge = s.dueOf(in, t)
	}
	return l
}

// dueOf says how long there is, nothing where no day was named (S4.i3).
func (s *Server) dueOf(in inPortal, t taskapp.Todo) *views.Badge {
	due, err := time.Parse(time.DateOnly, t.DueOn)
	if err != nil {
		return nil
	}
	return dueBadge(in.words.Words, daysLeft(due, s.Now(), in.zone))
}

func (in inPortal) todoHref(id uuid.UUID) string { return in.at("/todos/"+id.String()) + in.query() }

// mine is the task of the address, if it is of the person and of the client whose papers the page is about; otherwise
// errTab.
func (s *Server) mine(r *http.Request, in inPortal) (taskapp.Todo, error) {
	id, err := pathID(r, "todo")
	if err != nil {
		return taskapp.Todo{}, errTab
	}
	t, err := s.TaskList.Todo(r.Context(), in.Firm, in.Contact, id)
	if errors.Is(err, task.ErrNotFound) || err == nil && !in.has(t) {
		return t, errTab
	}
	return t, err
}

// has tells that a task is of the person and of the client whose papers the page is about, in a tab that is theirs.
func (in inPortal) has(t taskapp.Todo) bool {
	return t.Client == in.client.Client && (t.Client != uuid.Nil || t.Contact == in.Contact) && in.opens(in.tabOf(t.Kind))
}

// portalTodo is one task. Getting the page records nothing: a page that is on a screen says so by itself, once (seeTodo);
// who looks into somebody's portal isn't them (S4.i1).
func (s *Server) portalTodo(w http.ResponseWriter, r *http.Request, in inPortal) error {
	return s.todoPage(w, r, in, http.StatusOK, nil, nil)
}

// todoPage is the page of one task; typed is a form that was refused.
func (s *Server) todoPage(w http.ResponseWriter, r *http.Request, in inPortal, code int, typed url.Values, problems views.Problems) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	t, err := s.mine(r, in)
	if err != nil {
		return err
	}
	words := in.words.Words
	page := views.PortalTodo{
		Portal: s.around(r, in, in.tabOf(t.Kind), t.Title), Command: newID(), ID: t.ID, Back: in.href(in.tabOf(t.Kind)), Description: views.Markdown(t.Description), Open: t.Open(), Closed: t.Closed,
		Question: t.Kind == task.Question, Note: t.Mine.Note, Typed: typed.Get("note"), Problems: problems, Draft: in.draftOf(t.ID), Again: !t.Mine.ReopenedAt.IsZero() && t.Open(), Max: task.MaxNote,
	}
	page.Stale, page.Unseen, page.Modules = !current, t.SeenAt.IsZero() && in.view == nil, append(page.Modules, "seen-mark.js", "draft-box.js", "kept-text.js", "read-mark.js")
	if due, err := time.Parse(time.DateOnly, t.DueOn); err == nil && t.Open() {
		page.Due, page.DueOn = s.dueOf(in, t), words.T("portal.due.on", words.Date(due, time.UTC))
	}
	if t.Kind == task.Documents { // done by its items, not by a button
		if page.Request, err = s.portalRequest(r, in, t, typed, problems); err != nil {
			return err
		}
		page.Open = false
	}
	if page.Files, err = s.portalFilesOf(r, in, t, page.Request, problems); err != nil {
		return err
	}
	if t.Kind == task.FormFilling { // done by being submitted
		if page.Sheet, err = s.portalSheet(r, in, t, page.Files, typed, problems); err != nil {
			return err
		}
		page.Open, page.Modules = false, append(page.Modules, "answer-sheet.js")
	}
	page.Modules = append(page.Modules, "task-desk.js")
	page.Reason = t.Reason
	if page.Again {
		page.Reason = t.Mine.Reason
	}
	switch {
	case t.Closed && t.Outcome == task.Cancelled:
		page.State = words.T("task.closed.cancelled", in.setup.Name)
	case t.Closed:
		page.State = words.T("task.closed.completed", in.setup.Name)
	case !t.Mine.ConfirmedAt.IsZero():
		page.State = words.T("task.confirmed", in.setup.Name)
	case !t.Mine.DoneAt.IsZero():
		page.State, page.Undo = words.T("task.done.on", words.ShortDate(t.Mine.DoneAt, in.zone)), page.Request == nil
	}
	for _, e := range t.Checklist {
		page.Checklist = append(page.Checklist, views.TodoEntry{ID: e.ID, Command: newID(), Text: e.Text, Ticked: !e.TickedAt.IsZero()})
	}
	if page.Thread, err = s.todoThread(r, in, t, page.Files, problems.For("text")); err != nil {
		return err
	}
	if len(problems) > 0 {
		page.Title = words.T("portal.error", page.Title)
	}
	s.page(w, r, code, page)
	return nil
}

// postedTodo reads a form of the person about the task of the address, and whose act it is.
func (s *Server) postedTodo(w http.ResponseWriter, r *http.Request, in inPortal) (t taskapp.Todo, by es.By, err error) {
	if err := form(w, r); err != nil {
		return t, by, err
	}
	command, err := formID(r, "command")
	if err != nil {
		return t, by, err
	}
	t, err = s.mine(r, in)
	by = in.by()
	by.Command, by.Fingerprint = command, sha256.Sum256([]byte(r.Pattern+"\n"+t.ID.String()+"\n"+r.PostForm.Encode()))
	return t, by, err
}

// toTodo leads to the page of a task, which waits for position before it shows itself.
func (s *Server) toTodo(w http.ResponseWriter, r *http.Request, in inPortal, id uuid.UUID, position int64, marks ...string) {
	q := url.Values{}
	if position > 0 {
		q.Set("at", strconv.FormatInt(position, 10))
	}
	for _, m := range marks { // "saved", or "sent=ITEM"
		name, value, _ := strings.Cut(m, "=")
		q.Set(name, value)
	}
	if len(in.clients) > 1 && in.view == nil {
		q.Set("client", in.client.Client.String())
	}
	to := withQuery(in.at("/todos/"+id.String()), q)
	switch section, err := uuid.Parse(r.PostForm.Get("section")); {
	case r.PostForm.Has("text"): // of a message
		to += "#talk"
	case err == nil: // of a questionnaire
		to += "#section-" + section.String()
	case r.PostForm.Get("for") == forMessage: // of a file for a message
		to += "#talk-form"
	case r.PostForm.Get("new") != "" && r.PostForm.Get("item") != "": // of a file for an item
		to += "#item-" + url.QueryEscape(r.PostForm.Get("item"))
	case q.Has("sent") && q.Get("sent") != "": // of an item
		to += "#item-" + url.QueryEscape(q.Get("sent"))
	case q.Has("sent"), q.Has("saved"): // of several
		to += "#items"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// act runs one command of the person on the task of the address, and leads back to its page.
func (s *Server) act(do func(a taskapp.Act, r *http.Request) (es.Result, error)) portalHandler {
	return func(w http.ResponseWriter, r *http.Request, in inPortal) error {
		t, by, err := s.postedTodo(w, r, in)
		if err != nil {
			return err
		}
		if r.PostForm.Has("drop") {
			if err := s.dropped(r, taskapp.Act{By: by, Task: t.ID, Contact: in.Contact}); err != nil {
				return err
			}
			return s.todoPage(w, r, in, http.StatusOK, nil, nil)
		}
		res, err := do(taskapp.Act{By: by, Task: t.ID, Contact: in.Contact}, r)
		if err == nil {
			err = once(r.Context(), s.Tasks.Events, by, res)
		}
		field := "note"
		if r.PostForm.Has("text") {
			field = "text" // of a message
		}
		if f, ok := refusedMessage(err); ok && (f != errSaid || field == "text") {
			return s.todoPage(w, r, in, statuses[f.Kind], r.PostForm, views.Problems{{Field: field, Text: in.words.Fault(f.Code, f.Message)}})
		}
		if err != nil {
			return err
		}
		s.toTodo(w, r, in, t.ID, res.Position)
		return nil
	}
}

// seeTodo records that the contact has the task before them.
func (s *Server) seeTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	return s.Tasks.See(r.Context(), a)
}

func (s *Server) finishTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	return s.Tasks.Finish(r.Context(), taskapp.Finish{Act: a, Note: r.PostForm.Get("note")})
}

func (s *Server) undoTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	return s.Tasks.Undo(r.Context(), a)
}

func (s *Server) tickTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	entry, err := formID(r, "entry")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Tick(r.Context(), taskapp.Tick{Act: a, Entry: entry, On: r.PostForm.Get("on") != ""})
}

// postInTodo says something in the thread: between the person and the practice, unless they choose everybody (S2.i5).
func (s *Server) postInTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	id, err := formID(r, "message")
	if err != nil {
		return es.Result{}, err
	}
	talk := task.Talk{With: a.Contact}
	if r.PostForm.Get("talk") == talkAll {
		talk.With = uuid.Nil
	}
	return s.post(r, taskapp.Post{Act: a, Message: id, Text: r.PostForm.Get("text"), Talk: talk, Via: task.ByPage})
}

func (s *Server) changeInTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	id, err := pathID(r, "message")
	if err != nil {
		return es.Result{}, task.ErrMessage
	}
	return s.Tasks.Edit(r.Context(), taskapp.Edit{Act: a, Message: id, Text: r.PostForm.Get("text")})
}

func (s *Server) deleteInTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	id, err := pathID(r, "message")
	if err != nil {
		return es.Result{}, task.ErrMessage
	}
	return s.Tasks.Delete(r.Context(), taskapp.OfMessage{Act: a, Message: id})
}

// readTodo records up to where the contact has read the thread.
func (s *Server) readTodo(a taskapp.Act, r *http.Request) (es.Result, error) {
	upto, err := formID(r, "upto")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Read(r.Context(), taskapp.OfMessage{Act: a, Message: upto})
}
