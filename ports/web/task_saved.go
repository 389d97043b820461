package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	filterapp "portico/app/taskfilter"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// savedFilters puts what is looked for again and again above the list.
func (s *Server) savedFilters(r *http.Request, page *views.Tasks) error {
	u := user(r)
	all, err := s.TaskFilters.Filters(r.Context(), u.Firm, u.ID)
	if err != nil {
		return err
	}
	names := map[uuid.UUID]string{}
	if len(all) > 0 {
		people, err := s.Staff.Staff(r.Context(), u.Firm)
		if err != nil {
			return err
		}
		for _, p := range people {
			names[p.ID] = p.Name
		}
	}
	page.Saved.ID = newID()
	here := filterapp.Says(r.URL.Query())
	for _, f := range all {
		line := views.SavedFilter{ID: f.ID, Name: f.Name, Typed: f.Name, Ticked: f.Shared, Href: "/tasks", Current: f.Says == here, Mine: f.Owner == u.ID || u.Role.May(accounts.ChangeTexts)}
		if f.Says != "" {
			line.Href += "?" + f.Says
		}
		if f.ID == page.Saved.Wrong {
			line.Typed, line.Ticked = page.Saved.Name, page.Saved.Shared
		}
		if f.Owner != u.ID {
			line.From = names[f.Owner]
		}
		page.Saved.Lines = append(page.Saved.Lines, line)
	}
	if page.Saved.Wrong != uuid.Nil {
		page.Saved.Name, page.Saved.Shared = "", false
	}
	return nil
}

// saveTaskFilter keeps what the list shows under a name: in place of one's own of that name, or as one more.
func (s *Server) saveTaskFilter(w http.ResponseWriter, r *http.Request) error {
	return s.onTaskFilter(w, r, func(cmd *filterapp.Save, here *url.URL) error {
		id, err := formID(r, "id")
		if err != nil {
			return err
		}
		all, err := s.TaskFilters.Filters(r.Context(), user(r).Firm, user(r).ID)
		if err != nil {
			return err
		}
		says := filterapp.Says(here.Query())
		cmd.ID, cmd.Says = id, &says
		for _, f := range all {
			if f.Owner == user(r).ID && strings.EqualFold(f.Name, strings.Join(strings.Fields(cmd.Name), " ")) {
				cmd.ID = f.ID
			}
		}
		return nil
	})
}

func (s *Server) renameTaskFilter(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	return s.onTaskFilter(w, r, func(cmd *filterapp.Save, _ *url.URL) error {
		cmd.ID = id
		return nil
	})
}

// onTaskFilter saves a filter as a form says, and leads back to the list. What is wrong with it stands there, too.
func (s *Server) onTaskFilter(w http.ResponseWriter, r *http.Request, complete func(cmd *filterapp.Save, here *url.URL) error) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	back := backToTasks(r)
	if back == "" {
		back = "/tasks"
	}
	here, err := url.Parse(back)
	if err != nil {
		return errForm
	}
	cmd := filterapp.Save{By: by, Name: r.PostForm.Get("filter"), Shared: r.PostForm.Has("shared"), Keeps: user(r).Role.May(accounts.ChangeTexts)}
	if err := complete(&cmd, here); err != nil {
		return err
	}
	res, err := s.FilterActs.Save(r.Context(), cmd)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		list := r.Clone(r.Context())
		list.Method, list.URL = http.MethodGet, here
		saved := views.SavedFilters{Problems: views.Problems{{Field: "filter-name", Text: f.Message}}, Name: cmd.Name, Shared: cmd.Shared}
		if cmd.Says == nil {
			saved.Wrong, saved.Problems[0].Field = cmd.ID, "filter-"+cmd.ID.String()
		}
		return s.tasksPage(w, list, statuses[f.Kind], views.TaskActs{}, saved, nil)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, withAt(back, res.Position), http.StatusSeeOther)
	return nil
}

func (s *Server) removeTaskFilter(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := s.FilterActs.Remove(r.Context(), by, id, user(r).Role.May(accounts.ChangeTexts))
	if err != nil {
		return err
	}
	back := backToTasks(r)
	if back == "" {
		back = "/tasks"
	}
	http.Redirect(w, r, withAt(back, res.Position), http.StatusSeeOther)
	return nil
}
