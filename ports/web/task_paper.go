package web

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"

	"portico/app/clientimport"
	firmapp "portico/app/firm"
	"portico/app/language"
	pictures "portico/app/picture"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// answersCSV is what was answered as a table, one answer a row.
func (s *Server) answersCSV(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	t, err := s.TaskList.Task(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	q, given, err := s.questionnaire(r, user(r).Firm, id)
	if err != nil {
		return err
	}
	look := sheetLook{words: language.For("en"), zone: zone(user(r).Practice.Zone)}
	if look.files, err = s.staffAnswerFiles(r, user(r).Firm, id, q); err != nil {
		return err
	}
	var rows [][]string
	for _, sec := range look.sheet(q, given.Of(), given).Sections {
		heading := ""
		for _, line := range sec.Lines {
			heading = cmp.Or(line.Heading, heading)
			if line.Row == uuid.Nil {
				heading = ""
			}
			place, _ := placeOf(line.Place)
			row := []string{sec.Title, heading, line.Label, line.Shown, "", ""}
			if _, f, _ := q.Field(place.Field); f.Kind == questionnaire.Money && given.Answers[place].Value != "" {
				row[3] = given.Answers[place].Value + " " + f.Currency // programs read it, too
			}
			if g, ok := given.Answers[place]; ok {
				row[4], row[5] = g.At.UTC().Format("2006-01-02T15:04:05Z"), whoAnswered(g)
			}
			if line.Kind != string(questionnaire.Group) {
				rows = append(rows, row)
			}
		}
	}
	var b bytes.Buffer
	err = s.Table(&b, clientimport.CSV, []string{"Section", "Row", "Question", "Answer", "Answered at", "By"}, func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	sendSheet(w, t.Title, clientimport.CSV, b.Bytes())
	return nil
}

func whoAnswered(g taskapp.Given) string {
	switch {
	case g.Unsure:
		return "earlier task"
	case g.By.Kind == event.Staff && g.By.For == uuid.Nil:
		return "practice"
	}
	return "client"
}

// answersPDF is what was answered, as the practice prints it.
func (s *Server) answersPDF(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	u := user(r)
	t, err := s.TaskList.Task(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	q, given, err := s.questionnaire(r, u.Firm, id)
	if err != nil {
		return err
	}
	names, err := s.taskPeople(r, t)
	if err != nil {
		return err
	}
	p, err := s.Firms.Firm(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	files, err := s.staffAnswerFiles(r, u.Firm, id, q)
	if err != nil {
		return err
	}
	return s.sendPaper(w, p.Logo, taskapp.PaperOf{
		Words: language.For("en"), Zone: zone(p.Zone), Practice: p.Name, Client: cmp.Or(t.ClientName, names[t.Contact]), Task: t.Title, Sheet: given, Asks: q, Files: files.names(),
		Name: func(w task.Who) string {
			if w.Contact() == uuid.Nil {
				return p.Name
			}
			return names[w.Contact()]
		},
	})
}

// todoPaper is the same as a person keeps it, in their language.
func (s *Server) todoPaper(w http.ResponseWriter, r *http.Request, in inPortal) error {
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
	files, err := s.portalAnswerFiles(r, in, t, q, given, nil)
	if err != nil {
		return err
	}
	return s.sendPaper(w, in.setup.Logo, taskapp.PaperOf{
		Words: in.words.Words, Zone: in.zone, Practice: in.setup.Name, Client: cmp.Or(in.client.ClientName, in.person.Name()), Task: t.Title, Sheet: given, Asks: q, Files: files.names(),
		Name: func(w task.Who) string {
			if w.Contact() == in.Contact {
				return in.person.Name()
			}
			return look.name(w)
		},
	})
}

func (in inPortal) paperHref(id uuid.UUID) string {
	return in.at("/todos/"+id.String()+"/answers.pdf") + in.query()
}

// sendPaper prints a questionnaire with the practice's logo, where that has pixels.
func (s *Server) sendPaper(w http.ResponseWriter, logo firmapp.Logo, of taskapp.PaperOf) error {
	of.Now = s.Now()
	if logo.Media == pictures.PNG {
		file, err := s.Logos.Open(logo.ID)
		if err == nil {
			of.Logo, err = io.ReadAll(io.LimitReader(file, pictures.MaxBytes))
			_ = file.Close() // it was only read
		}
		if err != nil && !errors.Is(err, firmapp.ErrFileGone) {
			return fmt.Errorf("read logo %s: %w", logo.ID, err)
		}
	}
	var b bytes.Buffer
	if err := s.Paper(&b, of.Paper()); err != nil {
		return err
	}
	sendSheet(w, of.Task, "pdf", b.Bytes())
	return nil
}
