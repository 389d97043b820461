package api

import (
	"context"
	"fmt"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// UploadLimits is how much may come in. It binds files that begin to come in after it was set.
type UploadLimits struct {
	MaxFileBytes int64 `json:"max_file_bytes" doc:"The largest file; 0: the portal's own limit"`
	QuotaBytes   int64 `json:"quota_bytes" doc:"All files that are kept, those on their way with their announced size; 0: no limit"`
}

// StorageUse is UploadLimits with what is kept at the moment.
type StorageUse struct {
	UploadLimits
	UsedBytes int64 `json:"used_bytes" doc:"What is kept now, as it counts against quota_bytes"`
}

// UploadWording is the practice's own words.
type UploadWording struct {
	Button string `json:"button" doc:"The label of the button in the mail with an upload link, 1 to 40 letters"`
}

// MessageTemplate is one of the practice's texts for messages.
type MessageTemplate struct {
	ID      ID     `json:"id"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	Purpose string `json:"purpose" enum:"link,invitation" doc:"What its text is for: the messages of upload links, or of invitations"`
	SavedAt Time   `json:"saved_at"`
}

// TemplateText is what a person writes of a template.
type TemplateText struct {
	Name string `json:"name" doc:"1 to 80 letters, different from the other templates' names"`
	Text string `json:"text" doc:"1 to 5,000 letters"`

	Purpose string `json:"purpose,omitempty" enum:"link,invitation" doc:"Left out: what it is for already, and of a new one link"`
}

// setting runs one change of the caller's practice and waits until it can be read.
func (s *Server) setting(ctx context.Context, key string, body any, change func(by es.By, practice uuid.UUID) (es.Result, error)) error {
	who, err := by(ctx, key, body)
	if err != nil {
		return err
	}
	practice, err := s.FirmDB.Firm(ctx, who.Firm)
	if err != nil {
		return err
	}
	r, err := change(who, practice.ID)
	if err != nil {
		return err
	}
	return s.shown(ctx, r)
}

func (s *Server) getLimits(ctx context.Context, _ *struct{}) (*body[StorageUse], error) {
	practice, err := s.FirmDB.Firm(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	used, err := s.Storage.Used(ctx, practice.No)
	if err != nil {
		return nil, err
	}
	limits := UploadLimits{MaxFileBytes: practice.Limits.MaxFileBytes, QuotaBytes: practice.Limits.QuotaBytes}
	return &body[StorageUse]{Body: StorageUse{UploadLimits: limits, UsedBytes: used}}, nil
}

type putLimits struct {
	Idempotent
	Body UploadLimits
}

func (s *Server) putLimits(ctx context.Context, in *putLimits) (*body[StorageUse], error) {
	err := s.setting(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetUploadLimits(ctx, firmapp.SetUploadLimits{
			By: by, ID: practice, Limits: firm.Limits{MaxFileBytes: in.Body.MaxFileBytes, QuotaBytes: in.Body.QuotaBytes},
		})
	})
	if err != nil {
		return nil, err
	}
	return s.getLimits(ctx, nil)
}

func (s *Server) getWording(ctx context.Context, _ *struct{}) (*body[UploadWording], error) {
	practice, err := s.FirmDB.Firm(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return &body[UploadWording]{Body: UploadWording{Button: practice.Button}}, nil
}

type putWording struct {
	Idempotent
	Body UploadWording
}

func (s *Server) putWording(ctx context.Context, in *putWording) (*body[UploadWording], error) {
	err := s.setting(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetUploadWording(ctx, firmapp.SetUploadWording{By: by, ID: practice, Button: in.Body.Button})
	})
	if err != nil {
		return nil, err
	}
	return s.getWording(ctx, nil)
}

func showTemplate(t firmapp.Template) MessageTemplate {
	return MessageTemplate{ID: ID(t.ID), Name: t.Name, Text: t.Text, Purpose: string(t.Purpose), SavedAt: Time(t.SavedAt)}
}

func (s *Server) listTemplates(ctx context.Context, _ *struct{}) (*body[Page[MessageTemplate]], error) {
	rows, err := s.FirmDB.Templates(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return page(rows, "", showTemplate), nil
}

func (s *Server) getTemplate(ctx context.Context, in *ByID) (*body[MessageTemplate], error) {
	id, err := in.parse(firm.ErrTemplateNotFound)
	if err != nil {
		return nil, err
	}
	return s.template(ctx, id)
}

func (s *Server) template(ctx context.Context, id uuid.UUID) (*body[MessageTemplate], error) {
	rows, err := s.FirmDB.Templates(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	for _, t := range rows {
		if t.ID == id {
			return &body[MessageTemplate]{Body: showTemplate(t)}, nil
		}
	}
	return nil, firm.ErrTemplateNotFound
}

type createTemplate struct {
	Idempotent
	Body TemplateText
}

func (s *Server) createTemplate(ctx context.Context, in *createTemplate) (*body[MessageTemplate], error) {
	id, err := templateID(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return s.saveTemplate(ctx, in.Key, id, in.Body)
}

// templateID is the same one when the same key comes again.
func templateID(ctx context.Context, key string) (uuid.UUID, error) {
	if key != "" {
		c := from(ctx)
		return uuid.NewSHA1(commands, fmt.Appendf(nil, "template\x00%d\x00%s\x00%s", c.Firm, c.ID, key)), nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("draw a template's id: %w", err)
	}
	return id, nil
}

type putTemplate struct {
	ByID
	Idempotent
	Body TemplateText
}

func (s *Server) putTemplate(ctx context.Context, in *putTemplate) (*body[MessageTemplate], error) {
	id, err := in.parse(firm.ErrTemplateNotFound)
	if err != nil {
		return nil, err
	}
	return s.saveTemplate(ctx, in.Key, id, in.Body)
}

func (s *Server) saveTemplate(ctx context.Context, key string, id uuid.UUID, text TemplateText) (*body[MessageTemplate], error) {
	err := s.setting(ctx, key, text, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SaveTemplate(ctx, firmapp.SaveTemplate{By: by, ID: practice, Template: id, Name: text.Name, Text: text.Text, Purpose: firm.Purpose(text.Purpose)})
	})
	if err != nil {
		return nil, err
	}
	return s.template(ctx, id)
}

type deleteTemplate struct {
	ByID
	Idempotent
}

func (s *Server) deleteTemplate(ctx context.Context, in *deleteTemplate) (*struct{}, error) {
	id, err := in.parse(firm.ErrTemplateNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.setting(ctx, in.Key, in.ID, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.RemoveTemplate(ctx, firmapp.RemoveTemplate{By: by, ID: practice, Template: id})
	})
}
