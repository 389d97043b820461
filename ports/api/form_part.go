package api

import (
	"context"
	"slices"

	"portico/app/es"
	formapp "portico/app/form"
	"portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// OfForm names a section or a field in an address.
type OfForm struct {
	ByID
	Part string `path:"part" doc:"UUID; of a new one, one that you draw"`
}

// FormPlace says where a section or a field comes to stand.
type FormPlace struct {
	AfterID *string `json:"after_id,omitempty" doc:"Right below which; empty: at the top. Where it is left out, it stays where it is, and a new one comes below the others"`
}

func (p FormPlace) parse() (after uuid.UUID, last bool, err error) {
	if p.AfterID == nil {
		return uuid.Nil, true, nil
	}
	after, err = optionalID(*p.AfterID, form.ErrGone)
	return after, false, err
}

type putFormSection struct {
	OfForm
	Idempotent
	Body struct {
		FormPlace
		Title string         `json:"title"`
		Help  string         `json:"help,omitempty"`
		If    *FormCondition `json:"if,omitempty" doc:"When it is shown; leave out for always"`
	}
}

func (s *Server) putFormSection(ctx context.Context, in *putFormSection) (*body[FormDetail], error) {
	b := in.Body
	section, err := ByID{ID: in.Part}.parse(form.ErrGone)
	if err != nil {
		return nil, err
	}
	after, last, err := b.FormPlace.parse()
	if err != nil {
		return nil, err
	}
	shown, err := b.If.parse()
	if err != nil {
		return nil, err
	}
	return s.onForm(ctx, in.ByID, in.Key, b, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Forms.PutSection(ctx, formapp.PutSection{By: by, Form: id, Section: questionnaire.Section{ID: section, Title: b.Title, Help: b.Help, If: shown}, After: after, Last: last})
	})
}

type putFormField struct {
	OfForm
	Idempotent
	Body struct {
		FormPlace
		SectionID string         `json:"section_id"`
		Kind      string         `json:"kind" enum:"text,long,number,money,date,one,many,yesno,file,group"`
		Label     string         `json:"label"`
		Help      string         `json:"help,omitempty"`
		Required  bool           `json:"required,omitempty"`
		Options   []PutOption    `json:"options,omitempty" nullable:"false" doc:"To choose from, of one and many"`
		Currency  string         `json:"currency,omitempty" doc:"Of money, like EUR"`
		Min       string         `json:"min,omitempty" doc:"Of number, money and date"`
		Max       string         `json:"max,omitempty" doc:"Likewise"`
		Most      int            `json:"most,omitempty" minimum:"0" doc:"Letters of text and long, files of file, rows of group; 0: as many as there can be"`
		GroupID   string         `json:"group_id,omitempty" doc:"The group whose column it is"`
		If        *FormCondition `json:"if,omitempty" doc:"When it is shown; leave out for always"`
	}
}

// PutOption is an answer to choose as it is sent.
type PutOption struct {
	ID   string `json:"id,omitempty" doc:"Leave it out for a new one; one whose text stays is the same one anyway"`
	Text string `json:"text"`
}

func (s *Server) putFormField(ctx context.Context, in *putFormField) (*body[FormDetail], error) {
	b := in.Body
	f := questionnaire.Field{Kind: questionnaire.Kind(b.Kind), Label: b.Label, Help: b.Help, Required: b.Required, Currency: b.Currency, Min: b.Min, Max: b.Max, Most: b.Most}
	var err error
	if f.ID, err = (ByID{ID: in.Part}).parse(form.ErrGone); err != nil {
		return nil, err
	}
	section, err := ByID{ID: b.SectionID}.parse(form.ErrGone)
	if err != nil {
		return nil, err
	}
	if f.Group, err = optionalID(b.GroupID, questionnaire.ErrGroup); err != nil {
		return nil, err
	}
	after, last, err := b.FormPlace.parse()
	if err != nil {
		return nil, err
	}
	if f.If, err = b.If.parse(); err != nil {
		return nil, err
	}
	return s.onForm(ctx, in.ByID, in.Key, b, func(by es.By, id uuid.UUID) (es.Result, error) {
		d, err := s.FormDB.Draft(ctx, by.Firm, id)
		if err != nil {
			return es.Result{}, err
		}
		_, was, _ := d.Field(f.ID)
		if f.Options, err = optionsOf(f.ID, b.Options, was.Options); err != nil {
			return es.Result{}, err
		}
		return s.Forms.PutField(ctx, formapp.PutField{By: by, Form: id, Section: section, Field: f, After: after, Last: last})
	})
}

// optionsOf are the answers to choose as they were sent: one without an id is the one that has its text, or a new one.
func optionsOf(field uuid.UUID, sent []PutOption, were []questionnaire.Option) (options []questionnaire.Option, err error) {
	for _, o := range sent {
		id, err := optionalID(o.ID, questionnaire.ErrOptions)
		if err != nil {
			return nil, err
		}
		if id == uuid.Nil {
			id = uuid.NewSHA1(field, []byte(o.Text))
			if i := slices.IndexFunc(were, func(w questionnaire.Option) bool { return w.Text == o.Text }); i >= 0 {
				id = were[i].ID
			}
		}
		options = append(options, questionnaire.Option{ID: id, Text: o.Text})
	}
	return options, nil
}

type deleteFormPart struct {
	OfForm
	Idempotent
}

func (s *Server) onPart(ctx context.Context, in *deleteFormPart, do func(context.Context, formapp.Part) (es.Result, error)) (*body[FormDetail], error) {
	part, err := ByID{ID: in.Part}.parse(form.ErrGone)
	if err != nil {
		return nil, err
	}
	return s.onForm(ctx, in.ByID, in.Key, nil, func(by es.By, id uuid.UUID) (es.Result, error) {
		return do(ctx, formapp.Part{By: by, Form: id, ID: part})
	})
}

func (s *Server) deleteFormSection(ctx context.Context, in *deleteFormPart) (*body[FormDetail], error) {
	return s.onPart(ctx, in, s.Forms.RemoveSection)
}

func (s *Server) deleteFormField(ctx context.Context, in *deleteFormPart) (*body[FormDetail], error) {
	return s.onPart(ctx, in, s.Forms.RemoveField)
}
