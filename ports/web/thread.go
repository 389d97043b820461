package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// Who may read a message, as forms say it; of the practice's a contact's id as well.
const (
	talkAll      = "all"
	talkInternal = "internal"
)

// errSaid is the refusal of a form that was sent before: what it said then has arrived.
var errSaid = fault.New(fault.Conflict, "task.message_sent", "What you sent before has arrived: it is in the list. Your text as it is now stands here; send it if it says more.")

// readersOf are the contacts who see a task: whom it is for, and who may see the client's tasks at all.
func (s *Server) readersOf(ctx context.Context, firm int32, t taskapp.Row, isFor func(contact uuid.UUID) bool) (people []contactapp.Row, err error) {
	if t.Client == uuid.Nil {
		c, err := s.ContactList.Contact(ctx, firm, t.Contact)
		return []contactapp.Row{c}, err
	}
	linked, err := s.ContactList.OfClient(ctx, firm, t.Client)
	for _, p := range linked {
		if p.Rights.May("tasks") && isFor(p.ID) {
			people = append(people, p.Row)
		}
	}
	return people, err
}

// taskThread is the talk on a task for the practice.
func (s *Server) taskThread(r *http.Request, d taskapp.Detail, files *views.TaskFiles, problem *views.Problem) (*views.Thread, error) {
	u, z := user(r), zone(user(r).Practice.Zone)
	t, err := s.Threads.Thread(r.Context(), u.Firm, d.ID, u.ID)
	if err != nil {
		return nil, err
	}
	people, err := s.readersOf(r.Context(), u.Firm, d.Row, d.For)
	if err != nil {
		return nil, err
	}
	v := &views.Thread{Base: "/tasks/" + d.ID.String(), Key: writer(event.Staff, u.ID) + "/" + d.ID.String(), Writes: true}
	s.fillThread(v, t, event.Actor{Kind: event.Staff, ID: u.ID}, files, d.Outcome != "")
	for i, m := range t.Messages {
		l := &v.Lines[i]
		l.By = cmp.Or(l.By, "Somebody who is no longer here")
		l.Moment = views.At(m.At, z).Short()
		if m.Talk.With != uuid.Nil {
			l.With = "Only " + cmp.Or(m.WithName, "somebody who is linked no more") + " and us"
		}
	}
	v.Box = boxOf(r, files, problem)
	v.Box.Hint = "Links can be clicked. @ and the name of a colleague mentions them."
	if v.Box.People, err = s.namesFor(r, d.Row); err != nil {
		return nil, err
	}
	if d.Outcome == "" {
		v.Box.Talks = append(v.Box.Talks, views.Choice{Value: talkAll, Word: "Everybody on the task"})
		for _, p := range people {
			v.Box.Talks = append(v.Box.Talks, views.Choice{Value: p.ID.String(), Word: "Only " + p.Name() + " and us"})
		}
	}
	v.Box.Talks = append(v.Box.Talks, views.Choice{Value: talkInternal, Word: "Internal note: the practice alone"})
	v.Box.Talk = cmp.Or(r.PostForm.Get("talk"), answering(t.Messages))
	return v, nil
}

// answering is who reads an answer unless its writer says otherwise: those who have read the question. What was said
// between two stays between them.
func answering(messages []taskapp.Message) string {
	for _, m := range slices.Backward(messages) {
		switch {
		case m.Talk.Internal:
		case m.Talk.With != uuid.Nil:
			return m.Talk.With.String()
		default:
			return talkAll
		}
	}
	return talkAll
}

// todoThread is the talk on a task for a contact, or for who looks into their portal, whose reading doesn't count (S4.i1).
func (s *Server) todoThread(r *http.Request, in inPortal, t taskapp.Todo, files *views.TaskFiles, problem *views.Problem) (*views.Thread, error) {
	words := in.words.Words
	thread, err := s.Threads.ThreadOf(r.Context(), in.Firm, t.ID, in.Contact)
	if err != nil {
		return nil, err
	}
	people, err := s.readersOf(r.Context(), in.Firm, t.Row, t.For)
	if err != nil {
		return nil, err
	}
	v := &views.Thread{W: words, Practice: in.setup.Name, Base: in.at("/todos/" + t.ID.String()), Query: in.query(), Key: in.draftOf(t.ID), Writes: !t.Closed}
	who := event.Actor{Kind: event.Contact, ID: in.Contact}
	s.fillThread(v, thread, who, files, t.Closed)
	if in.view != nil {
		v.Upto = ""
	}
	for i, m := range thread.Messages {
		l := &v.Lines[i]
		l.By, l.Moment = cmp.Or(l.By, in.setup.Name), words.ShortMoment(m.At, in.zone)
		if m.Talk.With != uuid.Nil {
			l.With = words.T("thread.private", in.setup.Name)
		}
	}
	v.Box = boxOf(r, files, problem)
	v.Writes = v.Writes || v.Box.Typed != "" // it was closed meanwhile: what was typed can still be copied
	var others []string
	for _, p := range people {
		if p.ID != in.Contact {
			others = append(others, p.Name())
		}
	}
	v.Box.Hint = words.T("thread.alone", in.setup.Name)
	if len(others) > 0 { // S2.i5: unless they say otherwise it is between them and the practice
		v.Box.Hint, v.Box.Talk = "", cmp.Or(r.PostForm.Get("talk"), in.Contact.String())
		v.Box.Talks = []views.Choice{
			{Value: in.Contact.String(), Word: words.T("thread.to.practice", in.setup.Name)}, {Value: talkAll, Word: words.T("thread.to.all", in.setup.Name, strings.Join(others, ", "))},
		}
	}
	return v, nil
}

// fillThread puts messages into lines, as far as both sides show them alike.
func (s *Server) fillThread(v *views.Thread, t taskapp.Thread, who event.Actor, files *views.TaskFiles, closed bool) {
	v.Unread = t.Unread
	if t.Unread > 0 {
		v.Upto, v.Reading = t.Last().String(), commandOf(t.Last(), who, "read")
	}
	for _, m := range t.Messages {
		l := views.ThreadLine{
			ID: m.ID, By: m.ByName, Own: m.By == who, Practice: m.By.Kind == event.Staff, Hand: m.HandName, Mailed: m.Via == task.ByMail, Text: views.Said(m.Text, called(m.Named)), Typed: m.Text, Mentions: m.Mentions, Internal: m.Talk.Internal,
			At: views.At(m.At, time.UTC).ISO(), Edited: !m.EditedAt.IsZero(), Deleted: !m.DeletedAt.IsZero(), New: m.New,
			Files: files.Said[m.ID], Late: files.Late[m.ID],
		}
		if l.Own && !l.Deleted && (!closed || m.Talk.Internal) {
			l.Delete = commandOf(m.ID, who, "delete")
			if s.Now().Before(m.At.Add(task.EditWindow)) {
				l.Change = commandOf(m.ID, who, "change "+m.EditedAt.Format(time.RFC3339Nano))
			}
		}
		v.Lines = append(v.Lines, l)
	}
	for _, reader := range t.Readers {
		for i, m := range slices.Backward(t.Messages) {
			if m.N > reader.Upto {
				continue
			}
			if m.By != reader.Who && reader.Name != "" {
				v.Lines[i].Read = strings.TrimPrefix(v.Lines[i].Read+", "+reader.Name, ", ")
			}
			break
		}
	}
}

// called are names as people write them after an @: whole, or the first of them.
func called(names []string) (all []string) {
	for _, name := range names {
		first, _, _ := strings.Cut(name, " ")
		all = append(all, name, first)
	}
	return all
}

// commandOf is the id of what somebody may do once about a message. It is the same at every look, so that a page which
// asks again finds nothing new.
func commandOf(message uuid.UUID, who event.Actor, what string) string {
	return uuid.NewSHA1(message, []byte(string(who.Kind)+" "+who.ID.String()+" "+what)).String()
}

// boxOf is where a message is written, with what was typed if it was refused. What was sent under another id, or can't be
// sent under this one any more, gets a new one.
func boxOf(r *http.Request, files *views.TaskFiles, problem *views.Problem) views.ThreadBox {
	b := views.ThreadBox{Command: newID(), Message: newID(), Max: task.MaxMessage, Clip: files.Clip}
	if r.PostForm.Has("drop") {
		b.Typed = r.PostForm.Get("text")
	}
	if problem == nil {
		return b
	}
	b.Problem, b.Typed = problem, r.PostForm.Get("text")
	command, err := formID(r, "command")
	message, missing := formID(r, "message")
	if err == nil && missing == nil && problem.Text != errSaid.Message {
		b.Command, b.Message = command, message
	}
	return b
}

// refusedMessage is why a form of a thread wasn't taken, where its page can say so beside what was typed.
func refusedMessage(err error) (*fault.Error, bool) {
	if errors.Is(err, es.ErrCommandReused) {
		return errSaid, true
	}
	f, ok := errors.AsType[*fault.Error](err)
	return f, ok && (f.Kind == fault.Invalid || f.Kind == fault.Conflict || errors.Is(f, task.ErrFilesOver))
}

// onThread runs one command of the practice on the thread of the address, and leads back to its page.
func (s *Server) onThread(do func(r *http.Request, a taskapp.Act) (es.Result, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, err := posted(w, r)
		if err != nil {
			return err
		}
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		if _, err := s.TaskList.Task(r.Context(), user(r).Firm, id); err != nil { // one that this person may see
			return err
		}
		if r.PostForm.Has("drop") {
			if err := s.dropped(r, taskapp.Act{By: by, Task: id}); err != nil {
				return err
			}
			return s.taskPage(w, r, http.StatusOK, nil, nil)
		}
		res, err := do(r, taskapp.Act{By: by, Task: id})
		if err == nil {
			err = once(r.Context(), s.Tasks.Events, by, res)
		}
		if f, ok := refusedMessage(err); ok {
			return s.taskPage(w, r, statuses[f.Kind], views.Problems{{Field: "text", Text: f.Message}}, nil)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, withPosition("/tasks/"+id.String(), res.Position)+"#talk", http.StatusSeeOther)
		return nil
	}
}

func (s *Server) postMessage(r *http.Request, a taskapp.Act) (es.Result, error) {
	id, err := formID(r, "message")
	if err != nil {
		return es.Result{}, err
	}
	text := r.PostForm.Get("text")
	mentions, err := s.mentions(r, a.Task, text)
	if err != nil {
		return es.Result{}, err
	}
	post := taskapp.Post{Act: a, Message: id, Text: text, Mentions: mentions, Via: task.ByPage}
	switch to := r.PostForm.Get("talk"); to {
	case talkAll:
	case talkInternal:
		post.Talk.Internal = true
	default:
		if post.Talk.With, err = uuid.Parse(to); err != nil || post.Talk.With == uuid.Nil {
			return es.Result{}, task.ErrTalk
		}
	}
	return s.post(r, post)
}

func (s *Server) changeMessage(r *http.Request, a taskapp.Act) (es.Result, error) {
	id, err := pathID(r, "message")
	if err != nil {
		return es.Result{}, err
	}
	text := r.PostForm.Get("text")
	mentions, err := s.mentions(r, a.Task, text)
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Edit(r.Context(), taskapp.Edit{Act: a, Message: id, Text: text, Mentions: mentions})
}

func (s *Server) deleteMessage(r *http.Request, a taskapp.Act) (es.Result, error) {
	id, err := pathID(r, "message")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Delete(r.Context(), taskapp.OfMessage{Act: a, Message: id})
}

func (s *Server) readMessages(r *http.Request, a taskapp.Act) (es.Result, error) {
	upto, err := formID(r, "upto")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Read(r.Context(), taskapp.OfMessage{Act: a, Message: upto})
}
