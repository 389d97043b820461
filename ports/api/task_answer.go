package api

import (
	"context"
	"errors"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/account"
	"portico/domain/contact"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// answerRoutes are those of what was answered to the questionnaire of a task.
func (s *Server) answerRoutes(a huma.API) {
	const get, post, put = "GET", "POST", "PUT"
	register(s, a, account.SeeTasks, op(get, "/tasks/{id}/answers", "get-task-answers", "Questionnaires", "Get what was answered to the questionnaire of a task, as far as it is shown"), s.getAnswers)
	register(s, a, account.SeeTasks, download(op(get, "/tasks/{id}/answers/pdf", "get-task-answers-pdf", "Questionnaires", "Get what was answered to the questionnaire of a task, as the practice prints it")), s.printAnswers)
	register(s, a, account.ActForClient, op(put, "/tasks/{id}/answers", "put-task-answers", "Questionnaires", "Give answers in a contact's place, all of them or none"), s.putAnswers)
	register(s, a, account.ActForClient, op(put, "/tasks/{id}/answers/rows/{part}", "put-task-answer-row", "Questionnaires", "Add a row to a group in a contact's place"), s.putAnswerRow)
	register(s, a, account.ActForClient, op(post, "/tasks/{id}/answers/rows/{part}/removal", "remove-task-answer-row", "Questionnaires", "Remove a row with its answers in a contact's place"), s.removeAnswerRow)
	register(s, a, account.ActForClient, op(post, "/tasks/{id}/answers/submission", "submit-task-answers", "Questionnaires", "Submit a questionnaire in a contact's place"), s.submitAnswers)
	register(s, a, account.ChangeTasks, op(post, "/tasks/{id}/answers/correction", "correct-task-answer", "Questionnaires", "Put one answer right in the practice's name"), s.correctAnswer)
	register(s, a, account.ChangeTasks, op(post, "/tasks/{id}/answers/send-back", "send-back-task-answers", "Questionnaires", "Ask the client to look at sections again that were submitted"), s.sendBackAnswers)
}

// TaskAnswers is what was answered to the questionnaire of a task.
type TaskAnswers struct {
	FormID      MaybeID         `json:"form_id" doc:"null: the task asks for no questionnaire"`
	FormVersion int             `json:"form_version"`
	SubmittedAt MaybeTime       `json:"submitted_at"`
	SubmittedBy MaybeID         `json:"submitted_by_id" doc:"A contact"`
	AnsweredAt  MaybeTime       `json:"answered_at" doc:"The last time"`
	Sections    []AnswerSection `json:"sections" nullable:"false" doc:"Those that are shown"`
}

// AnswerSection is a part of a questionnaire with its answers.
type AnswerSection struct {
	ID       ID           `json:"id"`
	Title    string       `json:"title"`
	Given    int          `json:"given" doc:"Answers"`
	Wanted   int          `json:"wanted" doc:"Answers that have to be given"`
	Missing  int          `json:"missing" doc:"Of those wanted"`
	SentBack string       `json:"sent_back" doc:"Why it was sent back; empty: it wasn't, or was submitted again"`
	Answers  []TaskAnswer `json:"answers" nullable:"false" doc:"Of the fields that are shown, answered or not"`
}

// TaskAnswer is a field that is shown, in one row where it is a column.
type TaskAnswer struct {
	FieldID   ID        `json:"field_id"`
	RowID     MaybeID   `json:"row_id" doc:"Of a column"`
	Label     string    `json:"label"`
	Kind      string    `json:"kind"`
	Value     string    `json:"value" doc:"In its one spelling; ids, with commas between them, of options and files; empty: none"`
	Chosen    []string  `json:"chosen" nullable:"false" doc:"The texts of the options"`
	RowIDs    []ID      `json:"row_ids" nullable:"false" doc:"Of a group, in order"`
	Missing   bool      `json:"missing"`
	Unsure    bool      `json:"unsure" doc:"It was taken from an earlier task, and nobody has said yet that it holds"`
	By        string    `json:"by_kind" doc:"contact or staff; empty: nobody yet"`
	ByID      MaybeID   `json:"by_id"`
	ForID     MaybeID   `json:"for_id" doc:"In which contact's place"`
	At        MaybeTime `json:"at"`
	Corrected bool      `json:"corrected" doc:"The practice has put it right since"`
	Was       string    `json:"was" doc:"Before that"`
	Reason    string    `json:"reason"`
}

func showAnswer(l questionnaire.Line, given taskapp.Sheet) TaskAnswer {
	out := TaskAnswer{
		FieldID: ID(l.Field.ID), RowID: MaybeID(l.Row), Label: l.Field.Label, Kind: string(l.Field.Kind), Value: l.Value, Chosen: []string{}, RowIDs: idsOf(l.Rows), Missing: l.Missing, Unsure: l.Unsure,
	}
	if l.Field.Kind == questionnaire.One || l.Field.Kind == questionnaire.Many {
		for _, id := range questionnaire.List(l.Value) {
			o, _ := l.Field.Option(id)
			out.Chosen = append(out.Chosen, o.Text)
		}
	}
	if g, ok := given.Answers[l.Place()]; ok {
		out.At, out.Corrected, out.Was, out.Reason = MaybeTime(g.At), g.Corrected, g.Was, g.Reason
		out.By, out.ByID, out.ForID = string(g.By.Kind), MaybeID(g.By.ID), MaybeID(g.By.For)
	}
	return out
}

func (s *Server) getAnswers(ctx context.Context, in *ByID) (*body[TaskAnswers], error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if _, err := s.TaskDB.Task(ctx, from(ctx).Firm, id); err != nil { // one that the caller may see
		return nil, err
	}
	return s.answers(ctx, id)
}

func (s *Server) answers(ctx context.Context, id uuid.UUID) (*body[TaskAnswers], error) {
	out := TaskAnswers{Sections: []AnswerSection{}}
	given, err := s.Answers.Sheet(ctx, from(ctx).Firm, id)
	if errors.Is(err, task.ErrNoForm) {
		return &body[TaskAnswers]{Body: out}, nil
	}
	if err != nil {
		return nil, err
	}
	q, err := s.FormDB.Version(ctx, from(ctx).Firm, given.Form, given.FormVersion)
	if err != nil {
		return nil, err
	}
	out.FormID, out.FormVersion, out.SubmittedAt, out.SubmittedBy, out.AnsweredAt = MaybeID(given.Form), given.FormVersion, MaybeTime(given.SubmittedAt), MaybeID(given.SubmittedBy), MaybeTime(given.AnsweredAt)
	for _, p := range q.Lines(given.Of()) {
		sec := AnswerSection{
			ID: ID(p.Section.ID), Title: p.Section.Title, Given: p.Given, Wanted: p.Wanted, Missing: p.Missing, SentBack: given.Back[p.Section.ID].Reason, Answers: make([]TaskAnswer, len(p.Lines)),
		}
		for i, l := range p.Lines {
			sec.Answers[i] = showAnswer(l, given)
		}
		out.Sections = append(out.Sections, sec)
	}
	return &body[TaskAnswers]{Body: out}, nil
}

// onAnswers runs one command on the answers of a task that the caller may see, and answers with them.
func (s *Server) onAnswers(ctx context.Context, in ByID, key string, sent any, do func(by es.By, id uuid.UUID) (es.Result, error)) (*body[TaskAnswers], error) {
	id, err := s.doTask(ctx, in, key, sent, do)
	if err != nil {
		return nil, err
	}
	return s.answers(ctx, id)
}

// answering does the same in a contact's place.
func (s *Server) answering(ctx context.Context, in ByID, key, whom string, sent any, do func(a taskapp.Act) (es.Result, error)) (*body[TaskAnswers], error) {
	c, err := ByID{ID: whom}.parse(contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.onAnswers(ctx, in, key, sent, func(by es.By, id uuid.UUID) (es.Result, error) {
		by.For = c
		return do(taskapp.Act{By: by, Task: id, Contact: c})
	})
}

// OneAnswer is one answer as it is sent.
type OneAnswer struct {
	FieldID string `json:"field_id"`
	RowID   string `json:"row_id,omitempty" doc:"Of a column"`
	Value   string `json:"value" doc:"What is chosen: the ids of options, with commas between them; empty: no answer"`
}

func (a OneAnswer) parse() (out questionnaire.Answer, err error) {
	out.Value = a.Value
	if out.Field, err = (ByID{ID: a.FieldID}).parse(task.ErrQuestion); err != nil {
		return out, err
	}
	out.Row, err = optionalID(a.RowID, task.ErrRow)
	return out, err
}

// InPlace names the contact in whose place something is answered.
type InPlace struct {
	Contact string `json:"contact_id" doc:"In whose place"`
}

type putAnswers struct {
	ByID
	Idempotent
	Body struct {
		InPlace
		Answers []OneAnswer `json:"answers" nullable:"false" minItems:"1" maxItems:"1000"`
	}
}

func (s *Server) putAnswers(ctx context.Context, in *putAnswers) (*body[TaskAnswers], error) {
	answers := make([]questionnaire.Answer, len(in.Body.Answers))
	for i, a := range in.Body.Answers {
		var err error
		if answers[i], err = a.parse(); err != nil {
			return nil, err
		}
	}
	return s.answering(ctx, in.ByID, in.Key, in.Body.Contact, in.Body, func(a taskapp.Act) (es.Result, error) {
		return s.Tasks.Fill(ctx, taskapp.Fill{Act: a, Answers: answers})
	})
}

type turnAnswerRow struct {
	OfForm
	Idempotent
	Body struct {
		InPlace
		GroupID string `json:"group_id"`
	}
}

func (s *Server) turnRow(ctx context.Context, in *turnAnswerRow, do func(context.Context, taskapp.FillRow) (es.Result, error)) (*body[TaskAnswers], error) {
	row, err := ByID{ID: in.Part}.parse(task.ErrRow)
	if err != nil {
		return nil, err
	}
	group, err := ByID{ID: in.Body.GroupID}.parse(task.ErrQuestion)
	if err != nil {
		return nil, err
	}
	return s.answering(ctx, in.ByID, in.Key, in.Body.Contact, in.Body, func(a taskapp.Act) (es.Result, error) {
		return do(ctx, taskapp.FillRow{Act: a, Row: questionnaire.Row{Group: group, ID: row}})
	})
}

func (s *Server) putAnswerRow(ctx context.Context, in *turnAnswerRow) (*body[TaskAnswers], error) {
	return s.turnRow(ctx, in, s.Tasks.AddRow)
}

func (s *Server) removeAnswerRow(ctx context.Context, in *turnAnswerRow) (*body[TaskAnswers], error) {
	return s.turnRow(ctx, in, s.Tasks.RemoveRow)
}

type submitAnswers struct {
	ByID
	Idempotent
	Body InPlace
}

func (s *Server) submitAnswers(ctx context.Context, in *submitAnswers) (*body[TaskAnswers], error) {
	return s.answering(ctx, in.ByID, in.Key, in.Body.Contact, in.Body, func(a taskapp.Act) (es.Result, error) { return s.Tasks.Submit(ctx, a) })
}

type correctAnswer struct {
	ByID
	Idempotent
	Body struct {
		OneAnswer
		Reason string `json:"reason,omitempty" doc:"The client reads it"`
	}
}

func (s *Server) correctAnswer(ctx context.Context, in *correctAnswer) (*body[TaskAnswers], error) {
	answer, err := in.Body.OneAnswer.parse()
	if err != nil {
		return nil, err
	}
	return s.onAnswers(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.CorrectAnswer(ctx, taskapp.CorrectAnswer{By: by, Task: id, Answer: answer, Reason: in.Body.Reason})
	})
}

type sendBackAnswers struct {
	ByID
	Idempotent
	Body struct {
		SectionIDs []string `json:"section_ids" nullable:"false"`
		Reason     string   `json:"reason" doc:"The client reads it"`
	}
}

func (s *Server) sendBackAnswers(ctx context.Context, in *sendBackAnswers) (*body[TaskAnswers], error) {
	var sections []uuid.UUID
	for _, text := range in.Body.SectionIDs {
		id, err := ByID{ID: text}.parse(task.ErrSections)
		if err != nil {
			return nil, err
		}
		sections = append(sections, id)
	}
	return s.onAnswers(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.SendBackSections(ctx, taskapp.SendBackSections{By: by, Task: id, Sections: sections, Reason: in.Body.Reason})
	})
}
