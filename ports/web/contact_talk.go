package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/app/language"
	taskapp "portico/app/task"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// mostSaid is how many messages one page of a talk with a contact shows.
const mostSaid = 50

// contactTalkRoutes are those of what was said with a contact, over all tasks (S4.1, S4.10).
func (s *Server) contactTalkRoutes(staff func(string, accounts.Right, handler)) {
	staff("GET /contacts/{id}/messages", accounts.SeeTasks, s.contactTalk)
	staff("POST /contacts/{id}/messages", accounts.ChangeTasks, s.onContactTalk(s.answerContact))
	staff("POST /contacts/{id}/messages/reading", accounts.ChangeTasks, s.onContactTalk(s.readContact))
}

func (s *Server) contactTalk(w http.ResponseWriter, r *http.Request) error {
	return s.contactTalkPage(w, r, http.StatusOK, nil)
}

// contactTalkPage is what the practice and a contact have said to each other, in order of time, with a box to answer in.
func (s *Server) contactTalkPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems) error {
	u, z := user(r), zone(user(r).Practice.Zone)
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	c, err := s.ContactList.Contact(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	q := taskapp.SaidQuery{Limit: mostSaid + 1}
	if before := r.URL.Query().Get("before"); before != "" {
		if q.Before, err = uuid.Parse(before); err != nil {
			return task.ErrMessage
		}
	}
	said, err := s.Threads.Said(r.Context(), u.Firm, u.ID, id, q)
	if err != nil {
		return err
	}
	here := "/contacts/" + id.String() + "/messages"
	page := views.ContactTalk{
		Shell: s.shell(r, "Messages with "+c.Name(), "contacts"), Contact: id, Name: c.Name(), Command: newID(), Message: newID(), Max: task.MaxMessage, Problems: problems,
		Typed: r.PostForm.Get("text"), Task: r.PostForm.Get("task"), Talk: r.PostForm.Get("talk"),
	}
	page.Stale, page.Follows, page.Modules = !current, string(task.Kind), []string{"draft-box.js", "at-names.js"}
	if len(said) > mostSaid {
		said = said[:mostSaid]
		page.Older = here + "?before=" + said[mostSaid-1].ID.String()
	}
	if q.Before != uuid.Nil {
		page.Newest = here
	}
	me := event.Actor{Kind: event.Staff, ID: u.ID}
	var tasks, messages []uuid.UUID
	for _, m := range said {
		tasks, messages = append(tasks, m.Task), append(messages, m.ID)
	}
	files, err := s.TaskFiles.Enclosed(r.Context(), u.Firm, tasks, messages)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(said) {
		l := talkLine(m, me, z)
		l.Files, l.Late = sentWith(language.For("en"), files[m.ID], func(f taskapp.File) bool { return f.Arrived(s.Now()) || f.Mark() }, func(f taskapp.File) views.TaskFile {
			return s.staffFile(f, taskapp.Detail{Row: taskapp.Row{ID: m.Task}}, alike{}, z)
		})
		page.Lines = append(page.Lines, l)
	}
	s.fillContactTalk(r, &page, c, said)
	if page.Task != "" {
		if page.People, err = s.namesOn(r, page.Task); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		page.Title = "Error: " + page.Title
		command, err := formID(r, "command")
		message, missing := formID(r, "message")
		if err == nil && missing == nil && !slices.ContainsFunc(problems, func(p views.Problem) bool { return p.Text == errSaid.Message }) {
			page.Command, page.Message = command, message
		}
	}
	s.page(w, r, code, page)
	return nil
}

func talkLine(m taskapp.SaidOn, me event.Actor, z *time.Location) views.ContactTalkLine {
	l := views.ContactTalkLine{Task: m.Task, Title: m.Title, ThreadLine: views.ThreadLine{
		ID: m.ID, By: cmp.Or(m.ByName, "Somebody who is no longer here"), Own: m.By == me, Practice: m.By.Kind == event.Staff, Hand: m.HandName, Text: views.Said(m.Text, called(m.Named)),
		At: views.At(m.At, time.UTC).ISO(), Moment: views.At(m.At, z).Short(), Edited: !m.EditedAt.IsZero(), Deleted: !m.DeletedAt.IsZero(), New: m.New,
	}}
	if m.Talk.With != uuid.Nil {
		l.With = "Only " + cmp.Or(m.WithName, "somebody who is linked no more") + " and us"
	}
	return l
}

// fillContactTalk says on which tasks an answer may be and what is new: said is the newest first. Unless its writer says
// otherwise an answer stays between the contact and the practice.
func (s *Server) fillContactTalk(r *http.Request, page *views.ContactTalk, c contactapp.Row, said []taskapp.SaidOn) {
	seen := map[uuid.UUID]bool{}
	for _, m := range said {
		if m.New {
			page.Unread++
		}
		if seen[m.Task] {
			continue
		}
		seen[m.Task] = true
		if slices.ContainsFunc(said, func(o taskapp.SaidOn) bool { return o.Task == m.Task && o.New }) {
			page.Reads = append(page.Reads, m.Task.String()+" "+m.ID.String())
		}
		if m.Over {
			continue
		}
		page.About = append(page.About, views.Choice{Value: m.Task.String(), Word: m.Title})
		if len(page.About) == 1 {
			page.Task = cmp.Or(page.Task, m.Task.String())
		}
	}
	page.Talks = []views.Choice{{Value: c.ID.String(), Word: "Only " + c.Name() + " and us"}, {Value: talkAll, Word: "Everybody on the task"}}
}

// onContactTalk runs what somebody of the practice does about the talk with the contact of the address, and leads back to it.
func (s *Server) onContactTalk(do func(r *http.Request, by es.By, contact uuid.UUID) (es.Result, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, err := posted(w, r)
		if err != nil {
			return err
		}
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		if _, err := s.ContactList.Contact(r.Context(), user(r).Firm, id); err != nil {
			return err
		}
		res, err := do(r, by, id)
		if f, ok := refusedMessage(err); ok {
			return s.contactTalkPage(w, r, statuses[f.Kind], views.Problems{{Field: "text", Text: f.Message}})
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, withPosition("/contacts/"+id.String()+"/messages", res.Position)+"#talk", http.StatusSeeOther)
		return nil
	}
}

// errAbout refuses an answer that says not on which task it is.
var errAbout = fault.New(fault.Invalid, "task.talk_about", "Choose what the message is about.")

// answerContact says something on one of the contact's tasks, to them alone or to everybody on it.
func (s *Server) answerContact(r *http.Request, by es.By, contact uuid.UUID) (es.Result, error) {
	id, err := uuid.Parse(r.PostForm.Get("task"))
	if err != nil {
		return es.Result{}, errAbout
	}
	d, err := s.TaskList.Task(r.Context(), by.Firm, id)
	if errors.Is(err, task.ErrNotFound) || err == nil && !d.For(contact) { // one that this person may see, and the contact
		return es.Result{}, errAbout
	}
	if err != nil {
		return es.Result{}, err
	}
	if to := r.PostForm.Get("talk"); to != talkAll && to != contact.String() {
		return es.Result{}, task.ErrTalk
	}
	res, err := s.postMessage(r, taskapp.Act{By: by, Task: id})
	if err == nil {
		err = once(r.Context(), s.Tasks.Events, by, res)
	}
	return res, err
}

// readContact records that the practice has read the talk: on each task, up to the message that was shown.
func (s *Server) readContact(r *http.Request, by es.By, _ uuid.UUID) (last es.Result, err error) {
	for _, read := range r.PostForm["read"] {
		of, upto, _ := strings.Cut(read, " ")
		id, err := uuid.Parse(of)
		message, wrong := uuid.Parse(upto)
		if err != nil || wrong != nil || len(r.PostForm["read"]) > mostSaid {
			return last, errForm
		}
		if _, err := s.TaskList.Task(r.Context(), by.Firm, id); err != nil {
			return last, err
		}
		each := by
		each.Command = uuid.NewSHA1(by.Command, id[:])
		res, err := s.Tasks.Read(r.Context(), taskapp.OfMessage{Act: taskapp.Act{By: each, Task: id}, Message: message})
		if err != nil {
			return last, err
		}
		if res.Position > last.Position {
			last = res
		}
	}
	return last, nil
}
