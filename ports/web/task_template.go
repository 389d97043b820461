package web

import (
	"errors"
	"net/http"
	"time"

	"portico/app/es"
	"portico/app/taskjob"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/domain/tasktemplate"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// taskTemplates lists what the practice asks for again and again.
func (s *Server) taskTemplates(w http.ResponseWriter, r *http.Request) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	all, err := s.TaskTemplates.Templates(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page := views.TaskTemplates{Shell: s.shell(r, "Templates of tasks", "tasks"), Empty: views.Empty{
		Icon: "copy", Title: "No templates yet", Text: "Write a task as you will need it again, and keep it as a template at the end of the form.", Action: "New task", Href: "/tasks/new",
	}}
	page.Stale = !current
	for _, t := range all {
		line := views.TaskTemplateLine{ID: t.ID, Name: t.Name, Title: t.Asking.Title, Kind: taskWords[t.Asking.Kind], Href: "/tasks/new?template=" + t.ID.String(), Repeats: t.Asking.Recurrence.Every > 0}
		if t.Asking.Kind == task.Documents {
			line.Href = "/tasks/new?kind=documents&template=" + t.ID.String()
		}
		if t.DueIn >= 0 {
			line.Due = "Due after " + views.Count(t.DueIn, "day", "days")
		}
		page.Rows = append(page.Rows, line)
	}
	return s.show(w, r, page)
}

// useTemplate fills a form with what the template says that the address names. Its blanks are filled when it is asked.
func (s *Server) useTemplate(r *http.Request, page *views.TaskNew) error {
	text := r.URL.Query().Get("template")
	if text == "" {
		return nil
	}
	all, err := s.TaskTemplates.Templates(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID.String() == text {
			templateInto(&page.Fields, t, s.Now().In(zone(user(r).Practice.Zone)))
			return nil
		}
	}
	return tasktemplate.ErrNotFound
}

func templateInto(f *views.TaskFields, t taskjob.Template, today time.Time) {
	a := t.Asking
	f.Kind, f.Title, f.Description, f.DueOn, f.Priority, f.Each, f.Together = string(a.Kind), a.Title, a.Description, t.DueOn(today), string(a.Priority), a.Each, a.Together
	f.Template, f.TemplateName, f.Checklist = t.ID.String(), t.Name, ""
	for _, line := range a.Checklist {
		f.Checklist += line + "\n"
	}
	repeatsAs(f, a.Recurrence)
	for _, i := range a.Items {
		f.Items = append(f.Items, fieldsOfAsked(i))
	}
}

// templateChoices are the templates of the sort of task that a form is for.
func (s *Server) templateChoices(r *http.Request, documents bool) (choices []views.Choice, err error) {
	all, err := s.TaskTemplates.Templates(r.Context(), user(r).Firm)
	for _, t := range all {
		if (t.Asking.Kind == task.Documents) == documents {
			choices = append(choices, views.Choice{Value: t.ID.String(), Word: t.Name})
		}
	}
	return choices, err
}

// saveTaskTemplate keeps a form as a template: the one it was made from where the name is still that one's, a new one otherwise.
func (s *Server) saveTaskTemplate(w http.ResponseWriter, r *http.Request) error {
	by, problems, err := s.postedAsking(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	typed := typedTask(r)
	refused, err := s.withExamples(r, id, &typed, problems)
	if err != nil {
		return err
	}
	again := func(code int, problems views.Problems) error {
		page := views.TaskNew{ID: id, Command: by.Command, ClientID: r.PostForm.Get("client"), Fields: typed}
		if r.PostForm.Has("clients") {
			page.Many = &views.TaskMany{Clients: r.PostForm.Get("clients")}
		}
		page.Fields.Problems = problems
		return s.taskForm(w, r, code, page)
	}
	if refused {
		return again(codeOf(true), typed.Problems)
	}
	asking, err := s.askingMany(r, typed)
	if err != nil {
		return err
	}
	t := taskjob.Template{ID: uuid.NewSHA1(id, []byte("template")), Name: typed.TemplateName, Asking: asking, DueIn: s.daysUntil(r, typed.DueOn)}
	all, err := s.TaskTemplates.Templates(r.Context(), by.Firm)
	if err != nil {
		return err
	}
	for _, was := range all {
		if was.ID.String() == typed.Template && was.Name == t.Name {
			t.ID = was.ID
		}
	}
	res, err := s.TaskJobs.SaveTemplate(r.Context(), taskjob.SaveTemplate{By: by, Template: t})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		problems, _ := problemOfTask(err)
		switch {
		case errors.Is(err, tasktemplate.ErrName):
			problems = views.Problems{{Field: "template-name", Text: f.Message}}
		case errors.Is(err, tasktemplate.ErrDueIn):
			problems = views.Problems{{Field: "due_on", Text: f.Message}}
		}
		return again(statuses[f.Kind], problems)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/tasks/templates", res.Position)
	return nil
}

// daysUntil is how many days lie between today and a day that was typed; -1: it is none.
func (s *Server) daysUntil(r *http.Request, dueOn string) int {
	day, ok := civilDate(dueOn)
	if !ok {
		return -1
	}
	y, m, d := s.Now().In(zone(user(r).Practice.Zone)).Date()
	return max(0, int(day.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours()/24))
}

func (s *Server) removeTaskTemplate(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	var res es.Result
	if res, err = s.TaskJobs.RemoveTemplate(r.Context(), by, id); err != nil {
		return err
	}
	seeOther(w, r, "/tasks/templates", res.Position)
	return nil
}
