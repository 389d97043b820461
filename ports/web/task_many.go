package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	clientapp "portico/app/client"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/fault"
	"portico/domain/task"
	jobs "portico/domain/taskjob"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// newManyTask is the form of what is asked of many clients: those of the address, or all that its filters choose.
func (s *Server) newManyTask(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	clients := v.Get("clients")
	if ticked := v["client"]; ticked != nil {
		clients = url.Values{"client": ticked}.Encode()
	}
	f := views.TaskFields{Kind: string(task.ToDo), Priority: string(task.Normal), Everybody: true, OfClient: true}
	if kind := v.Get("kind"); kind == string(task.Documents) || kind == string(task.FormFilling) {
		f.Kind, f.Form, f.Again = kind, v.Get("form"), kind == string(task.FormFilling)
	}
	var err error
	if _, f.Cadence, err = s.cadenceChoices(r, ""); err != nil {
		return err
	}
	page := views.TaskNew{ID: newID(), Command: newID(), Fields: f, Many: &views.TaskMany{Clients: clients}}
	if err := s.copyTask(r, &page); err != nil {
		return err
	}
	if err := s.useTemplate(r, &page); err != nil {
		return err
	}
	return s.taskForm(w, r, http.StatusOK, page)
}

// manyTaskForm completes the form.
func (s *Server) manyTaskForm(w http.ResponseWriter, r *http.Request, code int, page views.TaskNew) error {
	ids, words, err := s.meantClients(r, page.Many.Clients)
	if err != nil {
		return err
	}
	if len(ids) == 0 && len(page.Fields.Problems) == 0 {
		page.Fields.Problems = views.Problems{{Field: "clients", Text: jobs.ErrNothing.Message}}
		page.Title = "Error: " + page.Title
	}
	if page.Filling {
		page.Forms, _, err = s.usableForms(r)
		if err != nil {
			return err
		}
	}
	page.Many.Count, page.Many.Chosen = views.Count(len(ids), "client", "clients"), words
	s.page(w, r, code, page)
	return nil
}

// meantClients are the clients whom a form means, in the order of their names, and how they were chosen in words.
func (s *Server) meantClients(r *http.Request, clients string) (ids []uuid.UUID, words string, err error) {
	v, err := url.ParseQuery(clients)
	if err != nil {
		return nil, "", errForm
	}
	q, _ := clientQueryOf(v, user(r).ID)
	q.After, q.Limit, q.Fresh = "", 0, true
	if ids, err = s.ClientList.Matching(r.Context(), user(r).Firm, q); err != nil {
		return nil, "", err
	}
	if ticked := idsOf(v["client"]); ticked != nil {
		chosen := map[uuid.UUID]bool{}
		for _, id := range ticked {
			chosen[id] = true
		}
		var some []uuid.UUID
		for _, id := range ids {
			if chosen[id] {
				some = append(some, id)
			}
		}
		return some, "Ticked clients", nil
	}
	words = clientWords(q)
	return ids, words, nil
}

// clientWords says how clients are chosen.
func clientWords(q clientapp.Query) string {
	var words []string
	for _, s := range standing {
		if s.portal != clientapp.AnyPortal && s.portal == q.Portal {
			words = append(words, s.word)
		}
	}
	if q.Sort != "" {
		words = append(words, wordOf(sorts, string(q.Sort)))
	}
	if q.Tag != "" {
		words = append(words, "tag “"+q.Tag+"”")
	}
	if q.Text != "" {
		words = append(words, "search “"+q.Text+"”")
	}
	if q.Owner != uuid.Nil {
		words = append(words, "mine")
	}
	return cmp.Or(strings.Join(words, ", "), "All clients")
}

// prepareManyTask keeps whom somebody means and leads to the preview. Nobody is asked by it.
func (s *Server) prepareManyTask(w http.ResponseWriter, r *http.Request) error {
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
	page := views.TaskNew{ID: id, Command: by.Command, Fields: typed, Many: &views.TaskMany{Clients: r.PostForm.Get("clients")}}
	if refused || r.PostForm.Has("more") {
		return s.taskForm(w, r, codeOf(refused), page)
	}
	if !s.doubt(r, &page.Fields) {
		return s.taskForm(w, r, http.StatusUnprocessableEntity, page)
	}
	asking, err := s.askingMany(r, typed)
	if err != nil {
		return err
	}
	ids, words, err := s.meantClients(r, page.Many.Clients)
	if err != nil {
		return err
	}
	_, err = s.TaskJobs.Prepare(r.Context(), taskjob.Prepare{By: by, ID: id, Targets: ids, Words: words, Plan: taskjob.Plan{Act: jobs.Assign, Asking: asking}})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		page.Fields.Problems, _ = problemOfTask(err)
		if errors.Is(err, jobs.ErrNothing) || errors.Is(err, jobs.ErrTooMany) {
			page.Fields.Problems = views.Problems{{Field: "clients", Text: f.Message}}
		}
		return s.taskForm(w, r, statuses[f.Kind], page)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/tasks/jobs/"+id.String(), 0)
	return nil
}

// askingMany is what each client is asked.
func (s *Server) askingMany(r *http.Request, typed views.TaskFields) (a taskjob.Asking, err error) {
	u := user(r)
	a = taskjob.Asking{
		Kind: task.Sort(typed.Kind), Title: typed.Title, Description: typed.Description, DueOn: strings.TrimSpace(typed.DueOn), InternalDueOn: strings.TrimSpace(typed.InternalDueOn),
		OfClient: typed.OfClient, Priority: task.Priority(typed.Priority), Each: typed.Each, Together: typed.Together, Recurrence: recurrenceOf(typed), Zone: zone(u.Practice.Zone).String(),
	}
	if !a.OfClient {
		if a.Owner, err = s.ownerOf(r, typed.Owner, uuid.Nil); err != nil {
			return a, err
		}
	}
	for _, l := range entriesOf(typed.Checklist) {
		a.Checklist = append(a.Checklist, l.Text)
	}
	if a.Kind == task.Documents {
		a.Items = askingOf(typed.Items)
	}
	if a.Kind == task.FormFilling {
		a.Form, _ = uuid.Parse(typed.Form) // where it is none, it is refused beside its field
		a.Again, a.Each = typed.Again, false
	}
	a.Template, _ = uuid.Parse(typed.Template)
	a.Cadence, _ = uuid.Parse(typed.Cadence) // none is none
	blanks, err := s.blanksOf(r, "", a.DueOn)
	a.Due, a.Year, a.Month, a.LastMonth = blanks.Due, blanks.Year, blanks.Month, blanks.LastMonth
	return a, err
}

// blanksOf are what blanks stand for in what is asked of a client, as the practice's clients read it.
func (s *Server) blanksOf(r *http.Request, client, dueOn string) (task.Blanks, error) {
	p, err := s.Firms.Portal(r.Context(), user(r).Firm)
	return taskapp.BlanksOf(language.For(p.Language), client, dueOn, s.Now().In(zone(user(r).Practice.Zone))), err
}
