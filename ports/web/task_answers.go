package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"portico/app/es"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/questionnaire"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// taskAnswers is what a questionnaire was answered, as the practice sees it. problems are of a correction that was refused.
func (s *Server) taskAnswers(r *http.Request, t taskapp.Detail, names map[uuid.UUID]string, problems views.Problems) (*views.TaskAnswers, error) {
	u := user(r)
	q, given, err := s.questionnaire(r, u.Firm, t.ID)
	if err != nil {
		return nil, err
	}
	z := zone(u.Practice.Zone)
	look := sheetLook{words: language.For("en"), zone: z, practice: u.Practice.Name, open: true, typed: map[string]string{}}
	if look.files, err = s.staffAnswerFiles(r, u.Firm, t.ID, q); err != nil {
		return nil, err
	}
	wrong, name := "", "a-"+r.PostForm.Get("place")
	if p := problems.For("answers"); p != nil && name != "a-" {
		wrong, look.problems = r.PostForm.Get("place"), views.Problems{{Field: name, Text: p.Text}}
		look.typed[name] = strings.Join(r.PostForm[name], ",")
	}
	page := &views.TaskAnswers{Task: t.ID, Form: given.Form, Name: q.Title, Version: given.FormVersion, Takes: t.Outcome == ""}
	if !given.SubmittedAt.IsZero() {
		page.Submitted = fmt.Sprintf("Submitted %s by %s", look.words.ShortMoment(given.SubmittedAt, z), cmp.Or(names[given.SubmittedBy], "somebody"))
	}
	for _, sec := range look.sheet(q, given.Of(), given).Sections {
		v := views.TaskAnswerSection{ID: sec.ID, Title: sec.Title, Progress: sec.Progress, Done: sec.Done, Back: sec.Back}
		for _, line := range sec.Lines {
			a := views.SheetAnswer{Line: line, Command: newID(), Open: line.Place == wrong}
			if a.Open {
				a.Reason = r.PostForm.Get("reason")
			}
			if place, ok := placeOf(line.Place); ok {
				a.By, a.Line.Corrected = answeredBy(look, q, given, place, names)
			}
			a.Line.Off, a.Line.Unsure = true, line.Unsure // it has no buttons of its own
			v.Lines = append(v.Lines, a)
		}
		page.Sections = append(page.Sections, v)
	}
	return page, nil
}

// answeredBy says who has given an answer, and what the practice has put right.
func answeredBy(l sheetLook, q questionnaire.Questionnaire, given taskapp.Sheet, at questionnaire.Place, names map[uuid.UUID]string) (by, corrected string) {
	g, ok := given.Answers[at]
	_, f, _ := q.Field(at.Field)
	switch {
	case !ok || g.Unsure:
		return "", ""
	case g.Corrected:
		corrected = fmt.Sprintf("Corrected %s by %s. Before: %s", l.words.ShortDate(g.At, l.zone), cmp.Or(names[g.By.ID], "the practice"), cmp.Or(l.shown(f, g.Was), "nothing"))
		if g.Reason != "" {
			corrected += "\n" + g.Reason
		}
		return "", corrected
	}
	return fmt.Sprintf("%s, %s", cmp.Or(names[g.By.Contact()], "somebody"), l.words.ShortDate(g.At, l.zone)), ""
}

// correctAnswer puts one answer right.
func (s *Server) correctAnswer(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	place, ok := placeOf(r.PostForm.Get("place"))
	if !ok {
		return es.Result{}, errForm
	}
	answer := questionnaire.Answer{Place: place, Value: strings.Join(r.PostForm[inputName(place)], ",")}
	return s.Tasks.CorrectAnswer(r.Context(), taskapp.CorrectAnswer{By: by, Task: id, Answer: answer, Reason: r.PostForm.Get("reason")})
}

// sendBackSections asks for parts of what was submitted again.
func (s *Server) sendBackSections(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	var sections []uuid.UUID
	for _, text := range r.PostForm["section"] {
		section, err := uuid.Parse(text)
		if err != nil {
			return es.Result{}, errForm
		}
		sections = append(sections, section)
	}
	return s.Tasks.SendBackSections(r.Context(), taskapp.SendBackSections{By: by, Task: id, Sections: sections, Reason: r.PostForm.Get("reason")})
}
