package api

import (
	"context"

	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// recipientIDs reads ids of a body.
func recipientIDs(texts []string) (ids []uuid.UUID, err error) {
	for _, text := range texts {
		id, err := ByID{ID: text}.parse(uploadlink.ErrRecipientUnknown)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

type renewLink struct {
	ByID
	Idempotent
	Body struct {
		ExpiresOn  string   `json:"expires_on" doc:"The new last day, in the practice's time zone: 2026-12-04. A link that lasts longer keeps its own"`
		Recipients []string `json:"recipients,omitempty" nullable:"false" doc:"Ids of those who get a new mail; leave out for all"`
	}
}

func (s *Server) renewLink(ctx context.Context, in *renewLink) (*body[UploadLinkDetail], error) {
	cmd := linkapp.Renew{}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if cmd.ExpiresOn, err = day(in.Body.ExpiresOn); err != nil {
		return nil, err
	}
	if cmd.Recipients, err = recipientIDs(in.Body.Recipients); err != nil {
		return nil, err
	}
	if cmd.Zone, err = s.zone(ctx); err != nil {
		return nil, err
	}
	r, err := s.Links.Renew(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, cmd.Link)
}

type dismissRequest struct {
	ByID
	Idempotent
	Body struct {
		Recipient string `json:"recipient_id" doc:"Who asks"`
	}
}

func (s *Server) dismissRequest(ctx context.Context, in *dismissRequest) (*body[UploadLinkDetail], error) {
	cmd := linkapp.DismissRequest{}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if cmd.Recipient, err = (ByID{ID: in.Body.Recipient}).parse(uploadlink.ErrRecipientUnknown); err != nil {
		return nil, err
	}
	r, err := s.Links.DismissRequest(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, cmd.Link)
}

type correctAddress struct {
	ByID
	Idempotent
	Body struct {
		Recipient string `json:"recipient_id" doc:"Whose address was wrong"`
		Name      string `json:"name"`
		Email     string `json:"email"`
	}
}

func (s *Server) correctAddress(ctx context.Context, in *correctAddress) (*body[UploadLinkDetail], error) {
	cmd := linkapp.CorrectAddress{Name: in.Body.Name, Email: in.Body.Email}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if cmd.Recipient, err = (ByID{ID: in.Body.Recipient}).parse(uploadlink.ErrRecipientUnknown); err != nil {
		return nil, err
	}
	r, err := s.Links.CorrectAddress(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, cmd.Link)
}

type copyLink struct {
	ByID
	Idempotent
	Body struct {
		Recipient string `json:"recipient_id" doc:"Whose link"`
	}
}

// LinkCopy is a recipient's link.
type LinkCopy struct {
	RecipientID ID     `json:"recipient_id"`
	Generation  int    `json:"generation"`
	URL         string `json:"url" doc:"Whoever has it can send files in the recipient's name: keep it secret"`
}

func (s *Server) copyLink(ctx context.Context, in *copyLink) (*body[LinkCopy], error) {
	cmd := linkapp.Copy{}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if cmd.Recipient, err = (ByID{ID: in.Body.Recipient}).parse(uploadlink.ErrRecipientUnknown); err != nil {
		return nil, err
	}
	copied, r, err := s.Links.Copy(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	token := s.Keys.UploadLink(secret.UploadToken{Link: cmd.Link, Recipient: copied.Recipient, Generation: copied.Generation})
	return &body[LinkCopy]{Body: LinkCopy{RecipientID: ID(copied.Recipient), Generation: copied.Generation, URL: s.BaseURL + "/u/" + token.Reveal()}}, nil
}
