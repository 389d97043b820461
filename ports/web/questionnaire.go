package web

import (
	"errors"
	"net/http"
	"strings"

	"portico/app/es"
	formapp "portico/app/form"
	accounts "portico/domain/account"
	"portico/domain/fault"
	forms "portico/domain/form"
	"portico/domain/questionnaire"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// formRoutes are what the practice does with its questionnaires.
func (s *Server) formRoutes(staff func(route string, right accounts.Right, h handler)) {
	staff("GET /forms", accounts.SeeTasks, s.forms)
	staff("POST /forms", accounts.ChangeTexts, s.createForm)
	staff("GET /forms/{id}", accounts.SeeTasks, s.form)
	staff("GET /forms/{id}/preview", accounts.SeeTasks, s.previewForm)
	staff("POST /forms/{id}/title", accounts.ChangeTexts, s.retitleForm)
	staff("POST /forms/{id}/sections", accounts.ChangeTexts, s.putSection)
	staff("POST /forms/{id}/sections/{section}/place", accounts.ChangeTexts, s.moveSection)
	staff("POST /forms/{id}/sections/{section}/removal", accounts.ChangeTexts, s.removeSection)
	staff("GET /forms/{id}/fields/new", accounts.ChangeTexts, s.newQuestion)
	staff("GET /forms/{id}/fields/{field}/edit", accounts.ChangeTexts, s.question)
	staff("POST /forms/{id}/fields", accounts.ChangeTexts, s.putQuestion)
	staff("POST /forms/{id}/fields/{field}/place", accounts.ChangeTexts, s.moveQuestion)
	staff("POST /forms/{id}/fields/{field}/removal", accounts.ChangeTexts, s.removeQuestion)
	staff("POST /forms/{id}/publication", accounts.ChangeTexts, s.publishForm)
	staff("POST /forms/{id}/archiving", accounts.ChangeTexts, s.archiveForm)
	staff("POST /forms/{id}/restoration", accounts.ChangeTexts, s.restoreForm)
}

var fieldKinds = map[questionnaire.Kind]string{
	questionnaire.Text: "Short text", questionnaire.Long: "Long text", questionnaire.Number: "Number", questionnaire.Money: "Amount of money", questionnaire.Date: "Day",
	questionnaire.One: "One of several", questionnaire.Many: "Some of several", questionnaire.YesNo: "Yes or no", questionnaire.File: "Files", questionnaire.Group: "Table with rows",
}

func (s *Server) forms(w http.ResponseWriter, r *http.Request) error {
	return s.formsPage(w, r, http.StatusOK, newID(), "", nil)
}

func (s *Server) formsPage(w http.ResponseWriter, r *http.Request, code int, id uuid.UUID, title string, problems views.Problems) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	rows, err := s.FormList.Forms(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page := views.Forms{Shell: s.shell(r, "Questionnaires", "tasks"), New: id, Command: newID(), Title: title, Problems: problems}
	page.Stale = !current
	z := zone(user(r).Practice.Zone)
	for _, f := range rows {
		line := views.FormLine{
			ID: f.ID, Title: f.Title, Asks: views.Count(f.Fields, "question", "questions") + " in " + views.Count(f.Sections, "section", "sections"),
			State: formBadge(f.Versions, f.Changed, !f.ArchivedAt.IsZero()), Changed: views.At(f.ChangedAt, z),
		}
		if !f.PublishedAt.IsZero() {
			line.Published = views.At(f.PublishedAt, z)
		}
		if f.ArchivedAt.IsZero() {
			page.Rows = append(page.Rows, line)
		} else {
			page.Archived = append(page.Archived, line)
		}
	}
	s.page(w, r, code, page)
	return nil
}

func formBadge(versions int, changed, archived bool) views.Badge {
	switch {
	case archived:
		return views.Badge{Tone: "quiet", Icon: "folder", Word: "Archived"}
	case versions == 0:
		return views.Badge{Tone: "quiet", Icon: "pencil", Word: "Draft"}
	case changed:
		return views.Badge{Tone: "warn", Icon: "pencil", Word: "Changed since"}
	}
	return views.Badge{Tone: "ok", Icon: "circle-check", Word: "Published"}
}

// createForm begins a questionnaire, or a copy of one.
func (s *Server) createForm(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	title := r.PostForm.Get("title")
	var res es.Result
	if from := r.PostForm.Get("from"); from != "" {
		of, err2 := uuid.Parse(from)
		if err2 != nil {
			return errForm
		}
		res, err = s.Forms.Copy(r.Context(), formapp.Copy{By: by, Form: id, From: of, Title: title})
	} else {
		res, err = s.Forms.Create(r.Context(), formapp.Create{By: by, Form: id, Title: title})
	}
	if f, ok := invalid(err); ok {
		return s.formsPage(w, r, http.StatusUnprocessableEntity, id, title, views.Problems{{Field: "title", Text: f.Message}})
	}
	if err == nil {
		err = once(r.Context(), s.Forms.Events, by, res)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/forms/"+id.String(), res.Position)
	return nil
}

// invalid is a refusal that a form shows beside what was typed.
func invalid(err error) (*fault.Error, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	return f, ok && (f.Kind == fault.Invalid || f.Kind == fault.Conflict)
}

func (s *Server) form(w http.ResponseWriter, r *http.Request) error {
	return s.formPage(w, r, http.StatusOK, nil)
}

// formPage is where a questionnaire is built; problems are of a form on it that was refused.
func (s *Server) formPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	d, err := s.FormList.Draft(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	title := d.Title
	if len(problems) > 0 {
		title = "Error: " + title
	}
	page := views.Form{
		Shell: s.shell(r, title, "tasks"), ID: id, Command: newID(), Name: d.Title, Intro: d.Intro, State: formBadge(d.Versions, d.Changed, d.Archived), Versions: d.Versions,
		Changed: d.Changed, Archived: d.Archived, Fresh: newID(), Copy: newID(), NewTitle: r.PostForm.Get("title"), Problems: problems,
	}
	page.Stale = !current
	if len(problems) == 0 || problems[0].Field != "section" {
		page.NewTitle = ""
	}
	if problems.For("title") != nil {
		page.Name, page.Intro = r.PostForm.Get("title"), r.PostForm.Get("intro")
	}
	for i, sec := range d.Sections {
		v := views.FormSection{
			ID: sec.ID, Title: sec.Title, Help: sec.Help, If: shownIf(d.Questionnaire, sec.If), IfValue: conditionText(sec.If),
			Ifs: conditions(d.Questionnaire, sec.ID, uuid.Nil, uuid.Nil), First: i == 0, Last: i == len(d.Sections)-1,
		}
		if problems.For("section-"+sec.ID.String()) != nil {
			v.Open, v.Title, v.Help, v.IfValue = true, r.PostForm.Get("title"), r.PostForm.Get("help"), r.PostForm.Get("if")
		}
		for _, f := range sec.Fields {
			v.Fields = append(v.Fields, fieldRow(d.Questionnaire, sec, f))
		}
		page.Sections = append(page.Sections, v)
	}
	s.page(w, r, code, page)
	return nil
}

func fieldRow(q questionnaire.Questionnaire, sec questionnaire.Section, f questionnaire.Field) views.FormField {
	var own []uuid.UUID
	for _, other := range sec.Fields {
		if other.Group == f.Group {
			own = append(own, other.ID)
		}
	}
	return views.FormField{
		ID: f.ID, Label: f.Label, Kind: fieldKinds[f.Kind], Required: f.Required, Column: f.Group != uuid.Nil, Group: f.Kind == questionnaire.Group, If: shownIf(q, f.If),
		First: own[0] == f.ID, Last: own[len(own)-1] == f.ID,
	}
}

// conditionText is a condition as the choice of a form.
func conditionText(c questionnaire.Condition) string {
	if c == (questionnaire.Condition{}) {
		return ""
	}
	return c.Field.String() + " " + string(c.Test) + " " + c.Value
}

func conditionOf(text string) questionnaire.Condition {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) != 3 {
		return questionnaire.Condition{}
	}
	id, err := uuid.Parse(parts[0])
	if err != nil {
		id = uuid.Max // is no field's: the rule refuses it
	}
	return questionnaire.Condition{Field: id, Test: questionnaire.Test(parts[1]), Value: parts[2]}
}

// shownIf says in words when something is shown.
func shownIf(q questionnaire.Questionnaire, c questionnaire.Condition) string {
	if c == (questionnaire.Condition{}) {
		return ""
	}
	_, f, _ := q.Field(c.Field)
	return "Shown if “" + f.Label + "” " + testWord(f, c.Test, c.Value)
}

func testWord(f questionnaire.Field, test questionnaire.Test, value string) string {
	if o, ok := f.Option(value); ok {
		value = o.Text
	}
	switch test {
	case questionnaire.Is:
		return "is “" + value + "”"
	case questionnaire.IsNot:
		return "is not “" + value + "”"
	case questionnaire.Answered:
	}
	return "is answered"
}

// conditions are what can be asked for by what stands in a section: by the section itself where field is zero, otherwise by
// that field, a column of group.
func conditions(q questionnaire.Questionnaire, section, field, group uuid.UUID) (all []views.FormChoices) {
	for sec, f := range q.Fields {
		if sec.ID == section && field == uuid.Nil || f.ID == field && field != uuid.Nil {
			break
		}
		if f.Group != uuid.Nil && f.Group != group {
			continue
		}
		c := views.FormChoices{Label: f.Label}
		add := func(test questionnaire.Test, value string) {
			text := conditionText(questionnaire.Condition{Field: f.ID, Test: test, Value: value})
			c.Choices = append(c.Choices, views.Choice{Value: text, Word: "if “" + f.Label + "” " + testWord(f, test, value)})
		}
		var values []string
		if f.Kind == questionnaire.YesNo {
			values = []string{questionnaire.Yes, questionnaire.No}
		}
		for _, o := range f.Options {
			values = append(values, o.ID.String())
		}
		for _, v := range values {
			add(questionnaire.Is, v)
		}
		if len(values) > 2 {
			for _, v := range values {
				add(questionnaire.IsNot, v)
			}
		}
		add(questionnaire.Answered, "")
		all = append(all, c)
	}
	return all
}

// onForm runs one command on the questionnaire of the address and leads back to it; a refusal is shown there, at field.
func (s *Server) onForm(w http.ResponseWriter, r *http.Request, field, anchor string, do func(by es.By, id uuid.UUID) (es.Result, error)) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := do(by, id)
	if f, ok := invalid(err); ok {
		return s.formPage(w, r, statuses[f.Kind], views.Problems{{Field: field, Text: f.Message}})
	}
	if err == nil {
		err = once(r.Context(), s.Forms.Events, by, res)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, withPosition("/forms/"+id.String(), res.Position)+anchor, http.StatusSeeOther)
	return nil
}

func (s *Server) retitleForm(w http.ResponseWriter, r *http.Request) error {
	return s.onForm(w, r, "title", "", func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Forms.Retitle(r.Context(), formapp.Retitle{By: by, Form: id, Title: r.PostForm.Get("title"), Intro: r.PostForm.Get("intro")})
	})
}

// putSection adds a section, or changes one where it stands.
func (s *Server) putSection(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	field := "section"
	if r.PostForm.Has("help") { // that of one that is there
		field = "section-" + r.PostForm.Get("id")
	}
	return s.onForm(w, r, field, "#section-"+r.PostForm.Get("id"), func(by es.By, id uuid.UUID) (es.Result, error) {
		section, err := formID(r, "id")
		if err != nil {
			return es.Result{}, err
		}
		return s.Forms.PutSection(r.Context(), formapp.PutSection{By: by, Form: id, Last: true, Section: questionnaire.Section{
			ID: section, Title: r.PostForm.Get("title"), Help: r.PostForm.Get("help"), If: conditionOf(r.PostForm.Get("if")),
		}})
	})
}

func (s *Server) moveSection(w http.ResponseWriter, r *http.Request) error {
	return s.onPart(w, r, "section", func(p formapp.Part) (es.Result, error) {
		return s.Forms.MoveSection(r.Context(), p, r.PostForm.Get("up") != "")
	})
}

func (s *Server) removeSection(w http.ResponseWriter, r *http.Request) error {
	return s.onPart(w, r, "section", func(p formapp.Part) (es.Result, error) { return s.Forms.RemoveSection(r.Context(), p) })
}

func (s *Server) moveQuestion(w http.ResponseWriter, r *http.Request) error {
	return s.onPart(w, r, "field", func(p formapp.Part) (es.Result, error) {
		return s.Forms.MoveField(r.Context(), p, r.PostForm.Get("up") != "")
	})
}

func (s *Server) removeQuestion(w http.ResponseWriter, r *http.Request) error {
	return s.onPart(w, r, "field", func(p formapp.Part) (es.Result, error) { return s.Forms.RemoveField(r.Context(), p) })
}

// onPart runs one command on a section or a field, kind says which, that the address names.
func (s *Server) onPart(w http.ResponseWriter, r *http.Request, kind string, do func(formapp.Part) (es.Result, error)) error {
	part, err := pathID(r, kind)
	if err != nil {
		return err
	}
	at := kind + "-" + part.String()
	return s.onForm(w, r, at, "#"+at, func(by es.By, id uuid.UUID) (es.Result, error) { return do(formapp.Part{By: by, Form: id, ID: part}) })
}

func (s *Server) publishForm(w http.ResponseWriter, r *http.Request) error {
	return s.onForm(w, r, "section", "", func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Forms.Publish(r.Context(), formapp.One{By: by, Form: id})
	})
}

func (s *Server) archiveForm(w http.ResponseWriter, r *http.Request) error {
	return s.onForm(w, r, "title", "", func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Forms.Archive(r.Context(), formapp.One{By: by, Form: id})
	})
}

func (s *Server) restoreForm(w http.ResponseWriter, r *http.Request) error {
	return s.onForm(w, r, "title", "", func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Forms.Restore(r.Context(), formapp.One{By: by, Form: id})
	})
}

// draftAt is the questionnaire of the address, and the section that a form names.
func (s *Server) draftAt(r *http.Request, section string) (d formapp.Draft, sec questionnaire.Section, err error) {
	id, err := pathID(r, "id")
	if err != nil {
		return d, sec, err
	}
	if d, err = s.FormList.Draft(r.Context(), user(r).Firm, id); err != nil {
		return d, sec, err
	}
	of, err := uuid.Parse(section)
	if err != nil {
		return d, sec, errNotFound
	}
	sec, ok := d.Section(of)
	if !ok {
		return d, sec, forms.ErrGone
	}
	return d, sec, nil
}
