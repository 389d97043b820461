package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/questionnaire"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// questionnaire is the questionnaire that a task asks for, with what was answered so far.
func (s *Server) questionnaire(r *http.Request, firm int32, id uuid.UUID) (q questionnaire.Questionnaire, given taskapp.Sheet, err error) {
	if given, err = s.Answers.Sheet(r.Context(), firm, id); err != nil {
		return q, given, err
	}
	q, err = s.FormList.Version(r.Context(), firm, given.Form, given.FormVersion)
	return q, given, err
}

// portalLook is how the person sees a questionnaire: what others of them have answered says so.
func (s *Server) portalLook(r *http.Request, in inPortal, t taskapp.Todo) (sheetLook, error) {
	people, err := s.readersOf(r.Context(), in.Firm, t.Row, t.For)
	if err != nil {
		return sheetLook{}, err
	}
	names := map[uuid.UUID]string{}
	for _, p := range people {
		names[p.ID] = p.Name()
	}
	return sheetLook{
		words: in.words.Words, zone: in.zone, practice: in.setup.Name, open: t.Open(), action: in.at("/todos/"+t.ID.String()+"/answers") + in.query(),
		name: func(who task.Who) string {
			c := who.Contact()
			switch {
			case c == in.Contact:
				return ""
			case c == uuid.Nil:
				return in.setup.Name
			}
			return names[c]
		},
	}, nil
}

// portalSheet is the questionnaire of a task as the person fills it in.
func (s *Server) portalSheet(r *http.Request, in inPortal, t taskapp.Todo, card *views.TaskFiles, typed url.Values, problems views.Problems) (*views.PortalSheet, error) {
	q, given, err := s.questionnaire(r, in.Firm, t.ID)
	if err != nil {
		return nil, err
	}
	look, err := s.portalLook(r, in, t)
	if err != nil {
		return nil, err
	}
	if look.files, err = s.portalAnswerFiles(r, in, t, q, given, card); err != nil {
		return nil, err
	}
	look.problems, look.typed = problems, map[string]string{}
	for name := range typed {
		if strings.HasPrefix(name, "a-") {
			look.typed[name] = strings.Join(typed[name], ",")
		}
	}
	v := &views.PortalSheet{
		W: in.words.Words, Practice: in.setup.Name, Intro: views.Markdown(q.Intro), Sheet: look.sheet(q, given.Of(), given), Review: in.at("/todos/"+t.ID.String()+"/review") + in.query(),
		PDF: in.paperHref(t.ID), Client: in.client.ClientName, Open: look.open,
	}
	v.Sheet.Key = in.draftOf(t.ID)
	return v, nil
}

// fillTodo keeps answers of the person, those that hold where others of the same form are refused, and adds or removes a
// row. What was typed and refused is drawn again.
func (s *Server) fillTodo(w http.ResponseWriter, r *http.Request, in inPortal) error {
	t, by, err := s.postedTodo(w, r, in)
	if err != nil {
		return err
	}
	q, given, err := s.questionnaire(r, in.Firm, t.ID)
	if err != nil {
		return err
	}
	a := taskapp.Act{By: by, Task: t.ID, Contact: in.Contact}
	answers, problems := s.typedAnswers(r, in, q, given)
	position := int64(0)
	if len(answers) > 0 {
		res, err := s.Tasks.Fill(r.Context(), taskapp.Fill{Act: a, Answers: answers})
		if f, ok := refusedMessage(err); ok {
			return s.todoPage(w, r, in, statuses[f.Kind], r.PostForm, views.Problems{{Field: "sheet", Text: in.words.Fault(f.Code, f.Message)}})
		}
		if err == nil {
			err = once(r.Context(), s.Tasks.Events, by, res)
		}
		if err != nil {
			return err
		}
		position = res.Position
	}
	res, err := s.turnRow(r, a)
	if f, ok := refusedMessage(err); ok {
		problems = append(problems, views.Problem{Field: "sheet", Text: in.words.Fault(f.Code, f.Message)})
	} else if err != nil {
		return err
	}
	if position = max(position, res.Position); len(problems) == 0 {
		s.toTodo(w, r, in, t.ID, position)
		return nil
	}
	if position > 0 { // what holds is on the page that says what doesn't
		if _, err := s.LinkList.Wait(r.Context(), position); err != nil {
			return err
		}
	}
	return s.todoPage(w, r, in, http.StatusUnprocessableEntity, r.PostForm, problems)
}

// typedAnswers are what a form answers: what was typed, without what was refused, and what it says still holds. An answer
// from an earlier year that was left as it stood says nothing.
func (s *Server) typedAnswers(r *http.Request, in inPortal, q questionnaire.Questionnaire, given taskapp.Sheet) (answers []questionnaire.Answer, problems views.Problems) {
	deed, what, _ := strings.Cut(r.PostForm.Get("do"), ":")
	section := r.PostForm.Get("section")
	for sec, f := range q.Fields {
		rows := []uuid.UUID{uuid.Nil}
		if f.Group != uuid.Nil {
			rows = given.Rows[f.Group]
		}
		for _, row := range rows {
			p := questionnaire.Place{Field: f.ID, Row: row}
			name, was := inputName(p), given.Answers[p]
			keeps := deed == "keep" && was.Unsure && (what == placeText(p) || what == "" && sec.ID.String() == section)
			if !keeps && !r.PostForm.Has(name) && !r.PostForm.Has("has-"+name) || f.Kind == questionnaire.Group || f.Kind == questionnaire.File {
				continue
			}
			value, err := was.Value, error(nil)
			if r.PostForm.Has(name) || r.PostForm.Has("has-"+name) {
				value, err = f.Canonical(strings.Join(r.PostForm[name], ","))
			}
			if refused, ok := errors.AsType[*fault.Error](err); ok {
				problems = append(problems, views.Problem{Field: name, Text: f.Label + ": " + in.words.Fault(refused.Code, refused.Message)})
				continue
			}
			if value != was.Value || keeps {
				answers = append(answers, questionnaire.Answer{Place: p, Value: value})
			}
		}
	}
	return answers, problems
}

// turnRow adds or removes the row that a button names.
func (s *Server) turnRow(r *http.Request, a taskapp.Act) (es.Result, error) {
	deed, what, _ := strings.Cut(r.PostForm.Get("do"), ":")
	first, second, _ := strings.Cut(what, ":")
	group, err := uuid.Parse(first)
	if deed != "add" && deed != "remove" {
		return es.Result{}, nil
	}
	if err != nil {
		return es.Result{}, errForm
	}
	row := taskapp.FillRow{Act: a, Row: questionnaire.Row{Group: group}}
	row.By.Command = event.Beside(a.By.Command, 'r') // beside that of the answers in the same form
	if deed == "add" {
		row.Row.ID = event.Beside(a.By.Command, 'n') // the same one, however often the form is sent
		return s.Tasks.AddRow(r.Context(), row)
	}
	if row.Row.ID, err = uuid.Parse(second); err != nil {
		return es.Result{}, errForm
	}
	return s.Tasks.RemoveRow(r.Context(), row)
}

// reviewTodo shows a questionnaire with all answers, and what is missing, before it is submitted.
func (s *Server) reviewTodo(w http.ResponseWriter, r *http.Request, in inPortal) error {
	return s.reviewPage(w, r, in, http.StatusOK, nil)
}

func (s *Server) reviewPage(w http.ResponseWriter, r *http.Request, in inPortal, code int, problems views.Problems) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	t, err := s.mine(r, in)
	if err != nil {
		return err
	}
	if t.Kind != task.FormFilling {
		return errTab
	}
	q, given, err := s.questionnaire(r, in.Firm, t.ID)
	if err != nil {
		return err
	}
	look, err := s.portalLook(r, in, t)
	if err != nil {
		return err
	}
	if look.files, err = s.portalAnswerFiles(r, in, t, q, given, nil); err != nil {
		return err
	}
	page := views.PortalReview{
		Portal: s.around(r, in, in.tabOf(t.Kind), in.words.T("form.review.head")), Command: newID(), ID: t.ID, Back: in.todoHref(t.ID), PDF: in.paperHref(t.ID), Of: t.Title,
		Sheet: look.sheet(q, given.Of(), given), Open: look.open, Problems: problems,
	}
	page.Stale, page.Sheet.Key = !current, in.draftOf(t.ID)
	if len(problems) > 0 {
		page.Title = in.words.T("portal.error", page.Title)
	}
	page.Modules = append(page.Modules, "page-print.js", "answers-kept.js")
	s.page(w, r, code, page)
	return nil
}

// submitTodo hands a questionnaire over.
func (s *Server) submitTodo(w http.ResponseWriter, r *http.Request, in inPortal) error {
	t, by, err := s.postedTodo(w, r, in)
	if err != nil {
		return err
	}
	res, err := s.Tasks.Submit(r.Context(), taskapp.Act{By: by, Task: t.ID, Contact: in.Contact})
	if f, ok := refusedMessage(err); ok {
		if slices.Contains([]string{task.ErrNoForm.Code, task.ErrClosed.Code}, f.Code) {
			return s.todoPage(w, r, in, statuses[f.Kind], nil, views.Problems{{Field: "sheet", Text: in.words.Fault(f.Code, f.Message)}})
		}
		return s.reviewPage(w, r, in, statuses[f.Kind], views.Problems{{Field: "missing", Text: in.words.Fault(f.Code, f.Message)}})
	}
	if err == nil {
		err = once(r.Context(), s.Tasks.Events, by, res)
	}
	if err != nil {
		return err
	}
	s.toTodo(w, r, in, t.ID, res.Position)
	return nil
}
