package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	taskapp "portico/app/task"
	"portico/domain/fault"
	forms "portico/domain/form"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// newTask is the form of a new task, for the client or the contact that the address names.
func (s *Server) newTask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := views.TaskFields{Kind: string(task.ToDo), Priority: string(task.Normal), Everybody: true, Owner: user(r).ID.String()}
	if kind := q.Get("kind"); kind == string(task.Documents) || kind == string(task.FormFilling) {
		f.Kind, f.Form = kind, q.Get("form")
	}
	var err error
	if _, f.Cadence, err = s.cadenceChoices(r, ""); err != nil {
		return err
	}
	page := views.TaskNew{ID: newID(), Command: newID(), ClientID: q.Get("client"), Fields: f}
	if err := s.copyTask(r, &page); err != nil {
		return err
	}
	if err := s.useTemplate(r, &page); err != nil {
		return err
	}
	return s.taskForm(w, r, http.StatusOK, page)
}

func (s *Server) taskForm(w http.ResponseWriter, r *http.Request, code int, page views.TaskNew) error {
	title := "New task"
	if page.Fields.Kind == string(task.Documents) {
		title, page.Documents, page.Rows = "New document request", true, itemRows(page.Fields.Items, r.PostForm.Has("more"))
		if _, err := s.nameExamples(r, user(r).Firm, page.Rows); err != nil {
			return err
		}
	}
	if page.Fields.Kind == string(task.FormFilling) {
		title, page.Filling = "New questionnaire for a client", true
	}
	if len(page.Fields.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell, page.Kinds, page.Fields.Priorities, page.Fields.Units = s.shell(r, title, "tasks"), taskKinds, priorities, repeating
	page.Modules, page.Blanks = []string{"more-rows.js"}, task.BlankWords
	var err error
	if page.Fields.Cadences, _, err = s.cadenceChoices(r, page.Fields.Cadence); err != nil {
		return err
	}
	if page.Fields.Owners, err = s.ownerChoices(r, page.Fields.Owner); err != nil {
		return err
	}
	if page.Templates, err = s.templateChoices(r, page.Documents); err != nil {
		return err
	}
	if page.Many != nil {
		return s.manyTaskForm(w, r, code, page)
	}
	if page.ClientID == "" {
		return s.chooseClient(w, r, code, page)
	}
	id, err := uuid.Parse(page.ClientID)
	if err != nil {
		return errNotFound
	}
	c, err := s.ClientList.Client(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	people, err := s.ContactList.OfClient(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	page.Client = c.Name
	for _, p := range people {
		if p.Rights.May("tasks") {
			page.People = append(page.People, views.TaskPerson{ID: p.ID, Name: p.Name(), Chosen: page.Fields.Named[p.ID.String()]})
		}
	}
	if err := s.formChoices(r, id, &page); err != nil {
		return err
	}
	s.page(w, r, code, page)
	return nil
}

// formChoices are the questionnaires that clients can be asked with, and the answers with which this one can begin.
func (s *Server) formChoices(r *http.Request, client uuid.UUID, page *views.TaskNew) error {
	if !page.Filling {
		return nil
	}
	forms, usable, err := s.usableForms(r)
	if err != nil {
		return err
	}
	page.Forms = forms
	earlier, err := s.Answers.Earlier(r.Context(), user(r).Firm, client, uuid.Nil)
	if err != nil {
		return err
	}
	for _, e := range earlier {
		if title, ok := usable[e.Form]; ok {
			page.Earlier = append(page.Earlier, views.Choice{Value: e.Task.String(), Word: title + ": " + e.Title + ", " + dayShort(e.At.In(zone(user(r).Practice.Zone)).Format(time.DateOnly))})
		}
	}
	return nil
}

// usableForms are the questionnaires that clients can be asked with, and their titles.
func (s *Server) usableForms(r *http.Request) (choices []views.Choice, titles map[uuid.UUID]string, err error) {
	rows, err := s.FormList.Forms(r.Context(), user(r).Firm)
	titles = map[uuid.UUID]string{}
	for _, f := range rows {
		if f.Versions > 0 && f.ArchivedAt.IsZero() {
			titles[f.ID] = f.Title
			choices = append(choices, views.Choice{Value: f.ID.String(), Word: f.Title})
		}
	}
	return choices, titles, err
}

// chooseClient asks first whose task it is.
func (s *Server) chooseClient(w http.ResponseWriter, r *http.Request, code int, page views.TaskNew) error {
	choices, err := s.clientChoices(r)
	page.Clients = choices
	if err != nil {
		return err
	}
	s.page(w, r, code, page)
	return nil
}

func typedTask(r *http.Request) views.TaskFields {
	f := r.PostForm
	named := map[string]bool{}
	for _, id := range f["contact"] {
		named[id] = true
	}
	return views.TaskFields{
		Kind: f.Get("kind"), Title: f.Get("title"), Description: f.Get("description"), DueOn: f.Get("due_on"), InternalDueOn: f.Get("internal_due_on"), Priority: f.Get("priority"),
		Everybody: f.Get("audience") != "named", Named: named, Each: f.Get("each") != "", Together: f.Get("together") != "", Owner: f.Get("owner"), Checklist: f.Get("checklist"),
		Template: f.Get("template"), TemplateName: f.Get("template-name"), OfClient: f.Get("of_client") != "", Every: f.Get("every"), Unit: f.Get("unit"), Completion: f.Get("from") == "completion", Wait: f.Get("wait") != "", Priorities: priorities, Items: typedItems(f), Copied: f.Get("copied"), Cadence: f.Get("cadence"), Form: f.Get("form"), Earlier: f.Get("earlier"), Again: f.Get("again") != "",
	}
}

// problemOfTask is a refusal beside its field.
func problemOfTask(err error) (views.Problems, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid && !errors.Is(f, taskapp.ErrArchived) {
		return nil, false
	}
	field := "title"
	for of, rules := range map[string][]error{
		"description": {task.ErrDescription}, "due_on": {task.ErrDueOn}, "priority": {task.ErrPriority}, "checklist": {task.ErrChecklist},
		"audience": {task.ErrAudience, task.ErrNobody, task.ErrStranger, taskapp.ErrArchived}, "every": {task.ErrRecurrence, task.ErrRepeated}, "kind": {task.ErrKind}, "form": {forms.ErrVersion}, "items": {task.ErrItems, task.ErrItemTitle, task.ErrHelp, task.ErrItemFiles, task.ErrExamples, taskapp.ErrExample},
	} {
		for _, rule := range rules {
			if errors.Is(f, rule) {
				field = of
			}
		}
	}
	return views.Problems{{Field: field, Text: f.Message}}, true
}

// entriesOf are a checklist as it is typed, one entry a line.
func entriesOf(text string) (out []task.Line) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, task.Line{ID: newID(), Text: line})
		}
	}
	return out
}

// checklistOf is a checklist as it is typed.
func checklistOf(entries []taskapp.Entry) string {
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = e.Text
	}
	return strings.Join(lines, "\n")
}

// changedChecklist is a checklist as it was typed anew. A line that stays as it was keeps its tick.
func changedChecklist(text string, was []taskapp.Entry) []task.Line {
	lines, kept := entriesOf(text), map[uuid.UUID]bool{}
	for i, l := range lines {
		at := slices.IndexFunc(was, func(e taskapp.Entry) bool { return e.Text == l.Text && !kept[e.ID] })
		if at >= 0 {
			lines[i].ID = was[at].ID
			kept[was[at].ID] = true
		}
	}
	return lines
}

// repeatsAs puts into a form how a task comes again.
func repeatsAs(f *views.TaskFields, r task.Recurrence) {
	if r.Every > 0 {
		f.Every, f.Unit, f.Completion, f.Wait = strconv.Itoa(r.Every), string(r.Unit), r.From == task.OnCompletion, r.Wait
	}
}

// recurrenceOf is how a form says that a task comes again.
func recurrenceOf(typed views.TaskFields) (r task.Recurrence) {
	if typed.Unit == "" {
		return r
	}
	r = task.Recurrence{Unit: task.Unit(typed.Unit), From: task.OnSchedule, Wait: typed.Wait}
	var err error
	if r.Every, err = strconv.Atoi(strings.TrimSpace(typed.Every)); err != nil || r.Every == 0 {
		r.Every = -1 // refused beside its field
	}
	if typed.Completion {
		r.From = task.OnCompletion
	}
	return r
}

// assignTask assigns a task; until its hold has ended it can be taken back (T5).
func (s *Server) assignTask(w http.ResponseWriter, r *http.Request) error {
	by, problems, err := s.postedAsking(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	of, err := formID(r, "client")
	if err != nil {
		return err
	}
	u, typed := user(r), typedTask(r)
	c, err := s.ClientList.Client(r.Context(), u.Firm, of)
	if err != nil {
		return err
	}
	a := task.Assigning{
		Task: id, Client: of, Kind: task.Sort(typed.Kind), Title: typed.Title, Description: typed.Description, DueOn: typed.DueOn, InternalDueOn: typed.InternalDueOn,
		Audience: task.Audience{All: typed.Everybody}, Each: typed.Each, FinishTogether: typed.Together, Priority: task.Priority(typed.Priority), Checklist: entriesOf(typed.Checklist),
		HoldUntil: s.Now().Add(taskHold), Zone: u.Practice.Zone,
	}
	refused, err := s.withExamples(r, id, &typed, problems)
	if err != nil {
		return err
	}
	if refused || r.PostForm.Has("more") {
		return s.taskForm(w, r, codeOf(refused), views.TaskNew{ID: id, Command: by.Command, ClientID: of.String(), Fields: typed})
	}
	if a.Owner, err = s.ownerOf(r, typed.Owner, uuid.Nil); err != nil {
		return err
	}
	a.Cadence, _ = uuid.Parse(typed.Cadence) // none is none
	if a.Kind == task.Documents {
		a.Items = askingOf(typed.Items)
	}
	a.Copied, _ = uuid.Parse(typed.Copied) // where it is none, it is new
	var earlier uuid.UUID
	if a.Kind == task.FormFilling {
		a.Form, _ = uuid.Parse(typed.Form) // where it is none, it is refused beside its field
		earlier, _ = uuid.Parse(typed.Earlier)
	}
	for text := range typed.Named {
		if c, err := uuid.Parse(text); err == nil && !typed.Everybody {
			a.Audience.Contacts = append(a.Audience.Contacts, c)
		}
	}
	a.Recurrence = recurrenceOf(typed)
	a.Template, _ = uuid.Parse(typed.Template)
	if !s.doubt(r, &typed) {
		return s.taskForm(w, r, http.StatusUnprocessableEntity, views.TaskNew{ID: id, Command: by.Command, ClientID: of.String(), Fields: typed})
	}
	blanks, err := s.blanksOf(r, c.Name, a.DueOn)
	if err != nil {
		return err
	}
	res, err := s.Tasks.Assign(r.Context(), taskapp.Assign{By: by, Task: blanks.Of(a), Earlier: earlier})
	if p, ok := problemOfTask(err); ok {
		typed.Problems = p
		return s.taskForm(w, r, http.StatusUnprocessableEntity, views.TaskNew{ID: id, Command: by.Command, ClientID: of.String(), Fields: typed})
	}
	if err == nil {
		err = once(r.Context(), s.Tasks.Events, by, res)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/tasks/"+id.String(), res.Position)
	return nil
}

// changeTask states anew what a task says.
func (s *Server) changeTask(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	t, err := s.TaskList.Task(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	typed := typedTask(r)
	priority, owner := task.Priority(typed.Priority), t.Owner
	if r.PostForm.Has("owner") {
		if owner, err = s.ownerOf(r, typed.Owner, t.Owner); err != nil {
			return err
		}
	}
	to := task.Changing{
		Title: &typed.Title, Description: &typed.Description, DueOn: &typed.DueOn, InternalDueOn: &typed.InternalDueOn, Priority: &priority, Owner: &owner,
	}
	if r.PostForm.Has("checklist") {
		lines := changedChecklist(typed.Checklist, t.Checklist)
		to.Checklist = &lines
	}
	if again := recurrenceOf(typed); r.PostForm.Has("unit") {
		to.Recurrence = &again
	}
	if cadence, err := uuid.Parse(typed.Cadence); err == nil || typed.Cadence == "" && r.PostForm.Has("cadence") {
		to.Cadence = &cadence
	}
	res, err := s.Tasks.Change(r.Context(), taskapp.Change{By: by, Task: id, To: to})
	if f, ok := errors.AsType[*fault.Error](err); ok && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		p, beside := problemOfTask(err)
		if !beside {
			p = views.Problems{{Field: "act", Text: f.Message}}
		}
		return s.taskPage(w, r, statuses[f.Kind], p, &typed)
	}
	if err == nil {
		err = once(r.Context(), s.Tasks.Events, by, res)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/tasks/"+id.String(), res.Position)
	return nil
}
