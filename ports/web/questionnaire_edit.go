package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	formapp "portico/app/form"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/fault"
	"portico/domain/questionnaire"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// newQuestion is the page of one more question in a section, or of one more column of a group.
func (s *Server) newQuestion(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d, sec, err := s.draftAt(r, q.Get("section"))
	if err != nil {
		return err
	}
	page := views.FormQuestion{ID: newID(), New: true, Kind: string(questionnaire.Text), Currency: "EUR"}
	if text := q.Get("group"); text != "" {
		if page.Group, err = uuid.Parse(text); err != nil {
			return errNotFound
		}
	}
	s.questionPage(w, r, http.StatusOK, d, sec, page)
	return nil
}

// question is the page of a question that is there.
func (s *Server) question(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "field")
	if err != nil {
		return err
	}
	form, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if _, err := s.caughtUp(r); err != nil {
		return err
	}
	d, err := s.FormList.Draft(r.Context(), user(r).Firm, form)
	if err != nil {
		return err
	}
	sec, f, ok := d.Field(id)
	if !ok {
		return errNotFound
	}
	page := views.FormQuestion{
		ID: f.ID, Group: f.Group, Kind: string(f.Kind), Label: f.Label, Help: f.Help, Required: f.Required, Currency: f.Currency, Min: f.Min, Max: f.Max, If: conditionText(f.If),
	}
	var texts []string
	for _, o := range f.Options {
		texts = append(texts, o.Text)
	}
	if f.Kind == questionnaire.File {
		page.Types = strings.Join(texts, ", ")
	} else {
		page.Options = strings.Join(texts, "\n")
	}
	if f.Most > 0 {
		page.Most = strconv.Itoa(f.Most)
	}
	s.questionPage(w, r, http.StatusOK, d, sec, page)
	return nil
}

func (s *Server) questionPage(w http.ResponseWriter, r *http.Request, code int, d formapp.Draft, sec questionnaire.Section, page views.FormQuestion) {
	title := "Change question"
	if page.New {
		title = "New question"
	}
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell, page.Form, page.Section, page.Command = s.shell(r, title, "tasks"), d.ID, sec.ID, newID()
	page.FormName, page.SectionName = d.Title, sec.Title
	for _, k := range questionnaire.Kinds() {
		if word, ok := fieldKinds[k]; ok && (k != questionnaire.Group && k != questionnaire.File || page.Group == uuid.Nil) {
			page.Kinds = append(page.Kinds, views.Choice{Value: string(k), Word: word})
		}
	}
	field := page.ID
	if page.New {
		field = uuid.Max // below everything in its section
		d.Sections = slices.Clone(d.Sections)
		at := slices.IndexFunc(d.Sections, func(x questionnaire.Section) bool { return x.ID == sec.ID })
		d.Sections = d.Sections[:at+1]
	}
	page.Ifs = conditions(d.Questionnaire, uuid.Nil, field, page.Group)
	page.Modules = append(page.Modules, "answer-kind.js")
	s.page(w, r, code, page)
}

// putQuestion adds a question below the others of its section, or changes one where it stands.
func (s *Server) putQuestion(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	p := r.PostForm
	d, sec, err := s.draftAt(r, p.Get("section"))
	if err != nil {
		return err
	}
	_, was, there := d.Field(id)
	page := views.FormQuestion{
		ID: id, New: !there, Kind: p.Get("kind"), Label: p.Get("label"), Help: p.Get("help"), Required: p.Get("required") != "", Options: p.Get("options"), Types: p.Get("types"),
		Currency: p.Get("currency"), Min: p.Get("min"), Max: p.Get("max"), Most: p.Get("most"), If: p.Get("if"),
	}
	page.Group, _ = uuid.Parse(p.Get("group"))
	f := questionnaire.Field{
		ID: id, Kind: questionnaire.Kind(page.Kind), Label: page.Label, Help: page.Help, Required: page.Required, Options: optionsOf(page.Options, was.Options),
		Currency: strings.ToUpper(strings.TrimSpace(page.Currency)), Min: page.Min, Max: page.Max, Group: page.Group, If: conditionOf(page.If),
	}
	if f.Kind == questionnaire.File {
		f.Options = optionsOf(strings.Join(strings.FieldsFunc(page.Types, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }), "\n"), was.Options)
	}
	if text := strings.TrimSpace(page.Most); text != "" {
		if f.Most, err = strconv.Atoi(text); err != nil {
			f.Most = -1 // refused beside its field
		}
	}
	res, err := s.Forms.PutField(r.Context(), formapp.PutField{By: by, Form: d.ID, Section: sec.ID, Field: f, Last: true})
	if refused, ok := invalid(err); ok {
		page.Problems = views.Problems{{Field: inputOf(refused, f), Text: refused.Message}}
		s.questionPage(w, r, statuses[refused.Kind], d, sec, page)
		return nil
	}
	if err == nil {
		err = once(r.Context(), s.Forms.Events, by, res)
	}
	if err != nil {
		return err
	}
	to := withPosition("/forms/"+d.ID.String(), res.Position) + "#field-" + id.String()
	if p.Get("more") != "" {
		to = "/forms/" + d.ID.String() + "/fields/new?section=" + sec.ID.String()
		if page.Group != uuid.Nil {
			to += "&group=" + page.Group.String()
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// inputOf is the input that a refusal is about.
func inputOf(f *fault.Error, field questionnaire.Field) string {
	for rule, input := range map[*fault.Error]string{
		questionnaire.ErrLong: "help", questionnaire.ErrKind: "kind", questionnaire.ErrOptions: "options", questionnaire.ErrTypes: "types", questionnaire.ErrCurrency: "currency", questionnaire.ErrCondition: "if",
		questionnaire.ErrGroup: "kind",
	} {
		if errors.Is(f, rule) {
			return input
		}
	}
	switch {
	case errors.Is(f, questionnaire.ErrLimits) && field.Most != 0:
		return "most"
	case errors.Is(f, questionnaire.ErrLimits):
		return "min"
	}
	return "label"
}

// optionsOf are the answers to choose as they are typed, one a line. One whose text stays is the same one, wherever it
// stands; another line is the one that stood in its place, with another text, or a new one.
func optionsOf(text string, were []questionnaire.Option) (options []questionnaire.Option) {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	for n, line := range lines {
		o := questionnaire.Option{ID: newID(), Text: line}
		same := slices.IndexFunc(were, func(w questionnaire.Option) bool { return w.Text == line })
		switch {
		case same >= 0:
			o.ID = were[same].ID
		case n < len(were) && !slices.Contains(lines, were[n].Text):
			o.ID = were[n].ID
		}
		options = append(options, o)
	}
	return options
}

// previewForm shows the draft as a client sees it, everything shown.
func (s *Server) previewForm(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	d, err := s.FormList.Draft(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	q, a := everythingShown(d.Questionnaire)
	here := "/forms/" + id.String() + "/preview"
	page := views.FormPreview{
		Shell: s.shell(r, "Preview", "tasks"), ID: id, Name: d.Title, Intro: views.Markdown(d.Intro), Phone: r.URL.Query().Get("width") == "phone",
		Sheet: sheetLook{words: language.For("en"), zone: zone(user(r).Practice.Zone)}.sheet(q, a, taskapp.Sheet{}),
	}
	page.Widths = []views.Filter{{Word: "Desktop", Href: here, Current: !page.Phone}, {Word: "Phone", Href: here + "?width=phone", Current: page.Phone}}
	s.page(w, r, http.StatusOK, page)
	return nil
}

// everythingShown is the questionnaire without conditions, with one row in each group.
func everythingShown(q questionnaire.Questionnaire) (questionnaire.Questionnaire, questionnaire.Answers) {
	q = q.Clone()
	a := questionnaire.Answers{Rows: map[uuid.UUID][]uuid.UUID{}}
	for i := range q.Sections {
		q.Sections[i].If = questionnaire.Condition{}
		for j := range q.Sections[i].Fields {
			f := &q.Sections[i].Fields[j]
			f.If = questionnaire.Condition{}
			if f.Kind == questionnaire.Group {
				a.Rows[f.ID] = []uuid.UUID{uuid.Max}
			}
		}
	}
	return q, a
}
