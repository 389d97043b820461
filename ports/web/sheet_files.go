package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/filetype"
	"portico/domain/questionnaire"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// sheetFiles are the files that questions are answered with, as the reader of a sheet sees them.
type sheetFiles struct {
	rows    map[uuid.UUID]views.TaskFile // those that they see
	base    string                       // where more are sent; empty: none are taken
	earlier string                       // where those are that were sent before; empty: there are none
	accept  string                       // of a question that takes all types
}

// shown are the names of an answer's files, and how many there are besides.
func (l sheetLook) filesShown(value string) (rows []views.TaskFile, text string) {
	var names []string
	others := 0
	for _, id := range questionnaire.List(value) {
		parsed, _ := uuid.Parse(id)
		if row, ok := l.files.rows[parsed]; ok {
			rows, names = append(rows, row), append(names, row.Name)
		} else {
			others++
		}
	}
	if others > 0 {
		names = append(names, l.words.N("form.files.more", others))
	}
	return rows, strings.Join(names, ", ")
}

// answerFiles adds to a line what it needs where it is answered with files.
func (l sheetLook) answerFiles(v *views.SheetLine, line questionnaire.Line) {
	f := line.Field
	v.Field, v.Value = f.ID, ""
	v.Files, v.Shown = l.filesShown(line.Value)
	if l.open && l.files.base != "" {
		v.Attach = &views.ItemAttach{Base: l.files.base, Accept: cmp.Or(dotted(f.Types()), l.files.accept)}
		if l.files.earlier != "" {
			with := "?"
			if strings.Contains(l.files.earlier, with) { // it says for whose papers
				with = "&"
			}
			v.Earlier = l.files.earlier + with + "item=" + f.ID.String()
		}
		most := cmp.Or(f.Most, questionnaire.MaxFiles)
		v.Full = len(questionnaire.List(line.Value)) >= most
	}
}

func dotted(types []string) string {
	if len(types) == 0 {
		return ""
	}
	return "." + strings.Join(filetype.Spellings(types), ",.")
}

// fileLimits are those of an answer in files, in words.
func fileLimits(w *language.Words, f questionnaire.Field) string {
	var limits []string
	if types := f.Types(); len(types) > 0 {
		limits = append(limits, w.T("request.types", strings.ToUpper(strings.Join(types, ", "))))
	}
	if f.Most > 0 {
		limits = append(limits, w.N("request.most", f.Most))
	}
	return strings.Join(limits, " · ")
}

// asksForFiles tells that a question of q does.
func asksForFiles(q questionnaire.Questionnaire) bool {
	for _, f := range q.Fields {
		if f.Kind == questionnaire.File {
			return true
		}
	}
	return false
}

// portalAnswerFiles are those of a task's answers as a contact sees them, with what they may do to them. card is the page's;
// nil where none are sent from it.
func (s *Server) portalAnswerFiles(r *http.Request, in inPortal, t taskapp.Todo, q questionnaire.Questionnaire, given taskapp.Sheet, card *views.TaskFiles) (out sheetFiles, err error) {
	out.rows = map[uuid.UUID]views.TaskFile{}
	if !asksForFiles(q) {
		return out, nil
	}
	files, err := s.TaskFiles.Files(r.Context(), in.Firm, t.ID)
	if err != nil {
		return out, err
	}
	if card != nil && card.Why == "" {
		out.base, out.accept, out.earlier = card.Base, card.Accept, card.Earlier
	}
	names := map[uuid.UUID]string{}
	for _, f := range files {
		if !f.SeenBy(in.Contact, s.Now()) && f.State != taskapp.FileInfected || f.Place.Item == uuid.Nil {
			continue
		}
		row := s.portalFile(in, t, f, alike{names: names})
		names[f.ID] = f.Name
		answers := slices.Contains(questionnaire.List(given.Answers[questionnaire.Place{Field: f.Place.Item}].Value), f.ID.String())
		if answers && len(row.Acts) == 0 && (f.Returned || f.State == taskapp.FileInfected) {
			at := in.at("/todos/"+t.ID.String()+"/files/"+f.ID.String()+"/retraction") + in.query()
			row.Acts = append(row.Acts, views.TaskFileAct{Word: in.words.T("form.file.out"), Action: at, Command: newID(), Danger: true})
		}
		if in.view != nil || !t.Open() || !given.SubmittedAt.IsZero() {
			row.Acts = nil
		}
		out.rows[f.ID] = row
	}
	return out, nil
}

// staffAnswerFiles are the same as the practice sees them: what it has.
func (s *Server) staffAnswerFiles(r *http.Request, firm int32, id uuid.UUID, q questionnaire.Questionnaire) (out sheetFiles, err error) {
	out.rows = map[uuid.UUID]views.TaskFile{}
	if !asksForFiles(q) {
		return out, nil
	}
	files, err := s.TaskFiles.Files(r.Context(), firm, id)
	for _, f := range files {
		if f.Arrived(s.Now()) {
			out.rows[f.ID] = views.TaskFile{ID: f.ID, Name: f.Name, Icon: sortOf(f.Name).icon, Href: "/tasks/" + id.String() + "/files/" + f.ID.String() + "/content"}
		}
	}
	return out, err
}

// names are the files by id, for a paper.
func (f sheetFiles) names() map[string]string {
	names := map[string]string{}
	for id, row := range f.rows {
		names[id.String()] = row.Name
	}
	return names
}

// standsWithQuestion tells that a file is shown with the question that it is to answer, and not among the task's others.
func standsWithQuestion(t taskapp.Todo, f taskapp.File) bool {
	return t.Kind == task.FormFilling && f.Place.Item != uuid.Nil && !f.Returned
}
