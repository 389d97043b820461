package api

import (
	"context"

	"portico/app/es"
	formapp "portico/app/form"
	"portico/domain/account"
	"portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// Form is one line of the list of questionnaires.
type Form struct {
	ID          ID        `json:"id"`
	Title       string    `json:"title"`
	Sections    int       `json:"section_count"`
	Fields      int       `json:"field_count"`
	Versions    int       `json:"versions" doc:"That were published; clients are asked with the last one"`
	Changed     bool      `json:"changed" doc:"The draft differs from the last version"`
	ChangedAt   Time      `json:"changed_at"`
	PublishedAt MaybeTime `json:"published_at"`
	ArchivedAt  MaybeTime `json:"archived_at"`
}

func showForm(f formapp.Row) Form {
	return Form{
		ID: ID(f.ID), Title: f.Title, Sections: f.Sections, Fields: f.Fields, Versions: f.Versions, Changed: f.Changed, ChangedAt: Time(f.ChangedAt), PublishedAt: MaybeTime(f.PublishedAt),
		ArchivedAt: MaybeTime(f.ArchivedAt),
	}
}

// FormDetail is a questionnaire as it stands in its draft, or in a version of it.
type FormDetail struct {
	ID       ID            `json:"id"`
	Versions int           `json:"versions" doc:"That were published; clients are asked with the last one"`
	Changed  bool          `json:"changed" doc:"The draft differs from the last version"`
	Archived bool          `json:"archived"`
	Title    string        `json:"title"`
	Intro    string        `json:"intro" doc:"Markdown"`
	Sections []FormSection `json:"sections" nullable:"false"`
}

// FormSection is a part of a questionnaire.
type FormSection struct {
	ID     ID             `json:"id"`
	Title  string         `json:"title"`
	Help   string         `json:"help"`
	If     *FormCondition `json:"if,omitempty" doc:"When it is shown; left out: always"`
	Fields []FormField    `json:"fields" nullable:"false"`
}

// FormField is one question.
type FormField struct {
	ID       ID             `json:"id"`
	Kind     string         `json:"kind" doc:"text, long, number, money, date, one, many, yesno, file or group"`
	Label    string         `json:"label"`
	Help     string         `json:"help"`
	Required bool           `json:"required"`
	Options  []FormOption   `json:"options" nullable:"false" doc:"To choose from"`
	Currency string         `json:"currency"`
	Min      string         `json:"min"`
	Max      string         `json:"max"`
	Most     int            `json:"most" doc:"Letters, files or rows; 0: as many as there can be"`
	GroupID  MaybeID        `json:"group_id" doc:"The group whose column it is"`
	If       *FormCondition `json:"if,omitempty" doc:"When it is shown; left out: always"`
}

// FormOption is an answer to choose.
type FormOption struct {
	ID   ID     `json:"id"`
	Text string `json:"text"`
}

// FormCondition says when something is shown.
type FormCondition struct {
	FieldID string `json:"field_id" doc:"Whose answer is looked at; it stands above"`
	Test    string `json:"test" enum:"answered,is,is_not"`
	Value   string `json:"value,omitempty" doc:"The id of an option, or yes or no"`
}

func showCondition(c questionnaire.Condition) *FormCondition {
	if c == (questionnaire.Condition{}) {
		return nil
	}
	return &FormCondition{FieldID: c.Field.String(), Test: string(c.Test), Value: c.Value}
}

func (c *FormCondition) parse() (questionnaire.Condition, error) {
	if c == nil {
		return questionnaire.Condition{}, nil
	}
	field, err := ByID{ID: c.FieldID}.parse(questionnaire.ErrCondition)
	return questionnaire.Condition{Field: field, Test: questionnaire.Test(c.Test), Value: c.Value}, err
}

func showFormDetail(d formapp.Draft) FormDetail {
	out := FormDetail{ID: ID(d.ID), Versions: d.Versions, Changed: d.Changed, Archived: d.Archived, Title: d.Title, Intro: d.Intro, Sections: make([]FormSection, len(d.Sections))}
	for i, sec := range d.Sections {
		fields := make([]FormField, len(sec.Fields))
		for j, f := range sec.Fields {
			fields[j] = FormField{
				ID: ID(f.ID), Kind: string(f.Kind), Label: f.Label, Help: f.Help, Required: f.Required, Options: make([]FormOption, len(f.Options)), Currency: f.Currency, Min: f.Min, Max: f.Max,
				Most: f.Most, GroupID: MaybeID(f.Group), If: showCondition(f.If),
			}
			for k, o := range f.Options {
				fields[j].Options[k] = FormOption{ID: ID(o.ID), Text: o.Text}
			}
		}
		out.Sections[i] = FormSection{ID: ID(sec.ID), Title: sec.Title, Help: sec.Help, If: showCondition(sec.If), Fields: fields}
	}
	return out
}

// formRoutes are those of questionnaires.
func (s *Server) formRoutes(a huma.API) {
	const get, post, put, del = "GET", "POST", "PUT", "DELETE"
	register(s, a, account.SeeTasks, op(get, "/forms", "list-forms", "Questionnaires", "List questionnaires, those in use first"), s.listForms)
	register(s, a, account.ChangeTexts, created(op(post, "/forms", "create-form", "Questionnaires", "Begin a questionnaire, empty or as another one")), s.createForm)
	register(s, a, account.SeeTasks, op(get, "/forms/{id}", "get-form", "Questionnaires", "Get the draft of a questionnaire, or a version of it"), s.getForm)
	register(s, a, account.ChangeTexts, op(put, "/forms/{id}/title", "put-form-title", "Questionnaires", "Set what a questionnaire is called and how it begins"), s.putFormTitle)
	register(s, a, account.ChangeTexts, op(put, "/forms/{id}/sections/{part}", "put-form-section", "Questionnaires", "Save a section, whose fields stay; one that isn't there is made"), s.putFormSection)
	register(s, a, account.ChangeTexts, op(del, "/forms/{id}/sections/{part}", "delete-form-section", "Questionnaires", "Remove a section with its fields"), s.deleteFormSection)
	register(s, a, account.ChangeTexts, op(put, "/forms/{id}/fields/{part}", "put-form-field", "Questionnaires", "Save a field; one that isn't there is made"), s.putFormField)
	register(s, a, account.ChangeTexts, op(del, "/forms/{id}/fields/{part}", "delete-form-field", "Questionnaires", "Remove a field, a group with its columns"), s.deleteFormField)
	register(s, a, account.ChangeTexts, op(post, "/forms/{id}/publication", "publish-form", "Questionnaires", "Make the draft the next version, which never changes"), s.publishForm)
	register(s, a, account.ChangeTexts, op(post, "/forms/{id}/archival", "archive-form", "Questionnaires", "Ask nobody further with it; who was asked still is"), s.archiveForm)
	register(s, a, account.ChangeTexts, op(post, "/forms/{id}/restoration", "restore-form", "Questionnaires", "Use an archived questionnaire again"), s.restoreForm)
}

func (s *Server) listForms(ctx context.Context, _ *struct{}) (*body[Page[Form]], error) {
	rows, err := s.FormDB.Forms(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return page(rows, "", showForm), nil
}

type getForm struct {
	ByID
	Version int `query:"version" minimum:"0" doc:"One that was published; 0: the draft"`
}

func (s *Server) getForm(ctx context.Context, in *getForm) (*body[FormDetail], error) {
	id, err := in.parse(form.ErrNotFound)
	if err != nil {
		return nil, err
	}
	d, err := s.FormDB.Draft(ctx, from(ctx).Firm, id)
	if err == nil && in.Version > 0 {
		d.Questionnaire, err = s.FormDB.Version(ctx, from(ctx).Firm, id, in.Version)
	}
	if err != nil {
		return nil, err
	}
	return &body[FormDetail]{Body: showFormDetail(d)}, nil
}

type createForm struct {
	Idempotent
	Body struct {
		Title  string `json:"title"`
		Intro  string `json:"intro,omitempty" doc:"Markdown; a copy begins as the other one"`
		FromID string `json:"from_id,omitempty" doc:"The questionnaire whose draft is copied; its parts get ids of their own"`
	}
}

func (s *Server) createForm(ctx context.Context, in *createForm) (*body[FormDetail], error) {
	of, err := optionalID(in.Body.FromID, form.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	id := uuid.NewSHA1(who.Command, []byte("form"))
	var r es.Result
	if of == uuid.Nil {
		r, err = s.Forms.Create(ctx, formapp.Create{By: who, Form: id, Title: in.Body.Title, Intro: in.Body.Intro})
	} else {
		r, err = s.Forms.Copy(ctx, formapp.Copy{By: who, Form: id, From: of, Title: in.Body.Title})
	}
	return s.formAfter(ctx, r, err)
}

// formAfter is how a questionnaire stands after a command.
func (s *Server) formAfter(ctx context.Context, r es.Result, err error) (*body[FormDetail], error) {
	if err == nil {
		err = s.shown(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return s.getForm(ctx, &getForm{ByID: ByID{ID: r.Stream.ID.String()}})
}

// onForm runs one command on a questionnaire.
func (s *Server) onForm(ctx context.Context, in ByID, key string, sent any, do func(by es.By, id uuid.UUID) (es.Result, error)) (*body[FormDetail], error) {
	id, err := in.parse(form.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, key, sent)
	if err != nil {
		return nil, err
	}
	r, err := do(who, id)
	r.Stream = form.Stream(id) // also where nothing had to be written
	return s.formAfter(ctx, r, err)
}

type putFormTitle struct {
	ByID
	Idempotent
	Body struct {
		Title string `json:"title"`
		Intro string `json:"intro,omitempty" doc:"Markdown"`
	}
}

func (s *Server) putFormTitle(ctx context.Context, in *putFormTitle) (*body[FormDetail], error) {
	return s.onForm(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Forms.Retitle(ctx, formapp.Retitle{By: by, Form: id, Title: in.Body.Title, Intro: in.Body.Intro})
	})
}

type turnForm struct {
	ByID
	Idempotent
}

func (s *Server) turnForm(ctx context.Context, in *turnForm, do func(context.Context, formapp.One) (es.Result, error)) (*body[FormDetail], error) {
	return s.onForm(ctx, in.ByID, in.Key, nil, func(by es.By, id uuid.UUID) (es.Result, error) { return do(ctx, formapp.One{By: by, Form: id}) })
}

func (s *Server) publishForm(ctx context.Context, in *turnForm) (*body[FormDetail], error) {
	return s.turnForm(ctx, in, s.Forms.Publish)
}

func (s *Server) archiveForm(ctx context.Context, in *turnForm) (*body[FormDetail], error) {
	return s.turnForm(ctx, in, s.Forms.Archive)
}

func (s *Server) restoreForm(ctx context.Context, in *turnForm) (*body[FormDetail], error) {
	return s.turnForm(ctx, in, s.Forms.Restore)
}
