package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	taskapp "portico/app/task"
	"portico/domain/fault"
	"portico/domain/filetype"
	"portico/domain/questionnaire"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// earlierPage is how many files one page of earlier ones shows.
const earlierPage = 25

// forMessage says that a file is for the message that is being written, whichever that will be.
const forMessage = "message"

// portalEarlier lists what the person has sent before, for use on the task of the address or on one of its items (T15).
func (s *Server) portalEarlier(w http.ResponseWriter, r *http.Request, in inPortal) error {
	return s.earlierPage(w, r, in, http.StatusOK, nil)
}

func (s *Server) earlierPage(w http.ResponseWriter, r *http.Request, in inPortal, code int, problems views.Problems) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	t, err := s.mine(r, in)
	if err != nil {
		return err
	}
	words := in.words.Words
	item, err := s.itemFor(r, in, t)
	if errors.Is(err, task.ErrItem) {
		return errTab
	}
	if err != nil {
		return err
	}
	q := taskapp.EarlierQuery{Text: strings.TrimSpace(r.FormValue("q")), Limit: earlierPage + 1}
	if n, err := strconv.Atoi(r.FormValue("skip")); err == nil {
		q.Skip = min(max(n, 0), task.MaxAttachments*earlierPage)
	}
	page := views.PortalEarlier{
		Portal: s.around(r, in, in.tabOf(t.Kind), words.T("earlier.title")), Back: in.todoHref(t.ID), Of: t.Title, Item: item.ID, Action: in.at("/todos/"+t.ID.String()+"/earlier") + in.query(),
		Here: in.at("/todos/" + t.ID.String() + "/earlier"), Text: q.Text, Problems: problems,
	}
	page.Stale, page.Message = !current, r.FormValue("for") == forMessage
	if item.ID != uuid.Nil {
		page.Of, page.Back = item.Title, page.Back+"#"+anchorOf(t, item.ID)
	}
	if page.Message {
		page.Back += "#talk-form"
	}
	files, err := s.TaskFiles.Earlier(r.Context(), in.Firm, in.Contact, t.ID, q)
	if err != nil {
		return err
	}
	if in.query() != "" {
		page.Whose = in.client.Client.String()
	}
	page.Newer, page.Older, page.All = earlierTurns(page, q, len(files))
	there, err := s.TaskFiles.Files(r.Context(), in.Firm, t.ID)
	if err != nil {
		return err
	}
	for _, f := range files[:min(len(files), earlierPage)] {
		row := views.EarlierFile{
			ID: f.File, Task: f.Task, New: newID(), Command: newID(), Icon: sortOf(f.Name).icon, Name: f.Name,
			Note: strings.Join([]string{words.T("earlier.of", f.Title), words.ShortMoment(f.At, in.zone), words.Size(f.Size)}, " · "),
		}
		switch {
		case slices.ContainsFunc(there, func(o taskapp.File) bool { return lies(o, f, item.ID, page.Message, in.Contact) }):
			row.Why = words.T("earlier.here")
		case !takesType(item, f.Name):
			row.Why = words.T("earlier.type")
		}
		page.Files = append(page.Files, row)
	}
	if len(problems) > 0 {
		page.Title = words.T("portal.error", page.Title)
	}
	s.page(w, r, code, page)
	return nil
}

// itemFor is the item that the address or the form names, or the question as one; zero where it names none.
func (s *Server) itemFor(r *http.Request, in inPortal, t taskapp.Todo) (taskapp.Item, error) {
	text := r.FormValue("item")
	if text == "" {
		return taskapp.Item{}, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return taskapp.Item{}, task.ErrItem
	}
	if t.Kind == task.FormFilling {
		q, _, err := s.questionnaire(r, in.Firm, t.ID)
		if err != nil {
			return taskapp.Item{}, err
		}
		_, f, ok := q.Field(id)
		if !ok || f.Kind != questionnaire.File {
			return taskapp.Item{}, task.ErrItem
		}
		return taskapp.Item{ID: f.ID, Title: f.Label, Types: f.Types()}, nil
	}
	all, err := s.TaskItems.Items(r.Context(), in.Firm, t.ID)
	if err != nil {
		return taskapp.Item{}, err
	}
	i := slices.IndexFunc(all[t.ID], func(i taskapp.Item) bool { return i.ID == id && !i.Cancelled })
	if i < 0 {
		return taskapp.Item{}, task.ErrItem
	}
	return all[t.ID][i], nil
}

// anchorOf is where on the task's page an item, or a question, stands.
func anchorOf(t taskapp.Todo, item uuid.UUID) string {
	if t.Kind == task.FormFilling {
		return "line-" + item.String()
	}
	return "item-" + item.String()
}

// lies tells that an earlier file is where it would be used: the same bytes, on the task, as a draft on the item, or in the
// message that is being written.
func lies(there taskapp.File, f taskapp.Earlier, item uuid.UUID, message bool, contact uuid.UUID) bool {
	if message {
		return there.Transfer == f.Transfer && there.Readable() && there.Unsent() && there.Sender() == contact
	}
	return there.Transfer == f.Transfer && there.Readable() && there.Place.Item == item && there.Place.Message == uuid.Nil && there.Place.Talk == (task.Talk{}) &&
		(item == uuid.Nil || there.Draft() && (there.Place.For == uuid.Nil || there.Place.For == contact))
}

func takesType(i taskapp.Item, name string) bool {
	if len(i.Types) == 0 {
		return true
	}
	_, err := filetype.Of(name, i.Types)
	return err == nil
}

// earlierTurns are the addresses of the pages before and after, empty where there is none, and that of all files.
func earlierTurns(page views.PortalEarlier, q taskapp.EarlierQuery, found int) (newer, older, all string) {
	turn := func(text string, skip int) string {
		v := url.Values{}
		if page.Item != uuid.Nil {
			v.Set("item", page.Item.String())
		}
		if page.Message {
			v.Set("for", forMessage)
		}
		if page.Whose != "" {
			v.Set("client", page.Whose)
		}
		if text != "" {
			v.Set("q", text)
		}
		if skip > 0 {
			v.Set("skip", strconv.Itoa(skip))
		}
		return withQuery(page.Here, v)
	}
	if q.Skip > 0 {
		newer = turn(q.Text, max(q.Skip-earlierPage, 0))
	}
	if found > earlierPage {
		older = turn(q.Text, q.Skip+earlierPage)
	}
	return newer, older, turn("", 0)
}

// useEarlier puts a file on the task of the address, or on one of its items, that the person has sent before.
func (s *Server) useEarlier(w http.ResponseWriter, r *http.Request, in inPortal) error {
	t, by, err := s.postedTodo(w, r, in)
	if err != nil {
		return err
	}
	cmd := taskapp.Reuse{Act: taskapp.Act{By: by, Task: t.ID, Contact: in.Contact}}
	for field, into := range map[string]*uuid.UUID{"new": &cmd.File, "task": &cmd.FromTask, "file": &cmd.From} {
		if *into, err = formID(r, field); err != nil {
			return err
		}
	}
	if r.PostForm.Get("item") != "" {
		if cmd.Place.Item, err = formID(r, "item"); err != nil {
			return err
		}
	}
	if r.PostForm.Get("for") == forMessage { // posted, the message says which it is
		cmd.Place.Message = uuid.NewSHA1(t.ID, in.Contact[:])
	}
	res, err := s.Tasks.Reuse(r.Context(), cmd)
	if err == nil {
		err = once(r.Context(), s.Tasks.Events, by, res)
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && slices.Contains(append(toldOnPage, fault.Conflict, fault.NotFound, fault.Gone), f.Kind) {
		return s.earlierPage(w, r, in, statuses[f.Kind], views.Problems{{Field: "files", Text: in.words.Fault(f.Code, f.Message)}})
	}
	if err != nil {
		return err
	}
	s.toTodo(w, r, in, t.ID, res.Position)
	return nil
}

// usesEarlier tells whether there is anything that the person could use again on a task.
func (s *Server) usesEarlier(r *http.Request, in inPortal, t taskapp.Todo) (bool, error) {
	files, err := s.TaskFiles.Earlier(r.Context(), in.Firm, in.Contact, t.ID, taskapp.EarlierQuery{Limit: 1})
	return len(files) > 0, err
}
