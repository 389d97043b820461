package web

import (
	"net/http"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// taskReaders is who sees a task, and whom it could be shown to besides. A task of no client is one contact's, and stays so.
func (s *Server) taskReaders(r *http.Request, d taskapp.Detail, problems views.Problems) (*views.TaskReaders, error) {
	if d.Client == uuid.Nil {
		return nil, nil
	}
	linked, err := s.ContactList.OfClient(r.Context(), user(r).Firm, d.Client)
	if err != nil {
		return nil, err
	}
	v := &views.TaskReaders{
		Task: d.ID, Command: newID(), Everybody: d.Audience.All && len(d.Without) == 0, Open: d.Outcome == "", Contact: r.PostForm.Get("contact"), From: r.PostForm.Get("from"),
		Problem: problems.For("reader"),
	}
	for _, p := range linked {
		switch c := (views.Choice{Value: p.ID.String(), Word: p.Name()}); {
		case p.Rights.May("tasks") && d.For(p.ID):
			v.See = append(v.See, c)
		case p.Rights.May("tasks"):
			v.Others = append(v.Others, c)
		default:
			v.Without = append(v.Without, p.Name())
		}
	}
	return v, nil
}

// addReader lets one more person see a task. What they read of the messages so far has to be said (T4).
func (s *Server) addReader(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	contact, err := uuid.Parse(r.PostForm.Get("contact"))
	if err != nil {
		return es.Result{}, task.ErrStranger
	}
	return s.Tasks.AddContact(r.Context(), taskapp.AddContact{By: by, Task: id, Contact: contact, From: task.History(r.PostForm.Get("from"))})
}

func (s *Server) removeReader(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	contact, err := pathID(r, "contact")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.RemoveContact(r.Context(), taskapp.RemoveContact{By: by, Task: id, Contact: contact})
}

// showToAll lets everybody see a task who may see those of the client, now and later, and all of its thread that is for all.
func (s *Server) showToAll(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	return s.Tasks.SetAudience(r.Context(), taskapp.SetAudience{By: by, Task: id, Audience: task.Audience{All: true}})
}
