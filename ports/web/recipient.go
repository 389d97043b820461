package web

import (
	"errors"
	"net/http"
	"strings"

	"portico/app/es"
	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// recipients are the people of a link that a form is about; none: all of them.
func recipients(r *http.Request) (ids []uuid.UUID, err error) {
	for _, text := range r.PostForm["recipient"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, uploadlink.ErrRecipientUnknown
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// oneRecipient is the person that a form is about.
func oneRecipient(r *http.Request) (uuid.UUID, error) {
	ids, err := recipients(r)
	if err != nil || len(ids) != 1 {
		return uuid.Nil, uploadlink.ErrRecipientUnknown
	}
	return ids[0], nil
}

// renewLink answers who asks for a new link: a later day and a new mail in one press.
func (s *Server) renewLink(w http.ResponseWriter, r *http.Request) error {
	return s.changeLink(w, r, func(by es.By, link uuid.UUID) (es.Result, error) {
		to, err := recipients(r)
		if err != nil {
			return es.Result{}, err
		}
		day, ok := civilDate(r.PostForm.Get("expires_on"))
		if !ok {
			return es.Result{}, uploadlink.ErrExpiry.Withf("Choose a day.")
		}
		return s.Links.Renew(r.Context(), linkapp.Renew{By: by, Link: link, Recipients: to, ExpiresOn: day, Zone: zone(user(r).Practice.Zone)})
	})
}

// dismissRequest answers with no.
func (s *Server) dismissRequest(w http.ResponseWriter, r *http.Request) error {
	return s.changeLink(w, r, func(by es.By, link uuid.UUID) (es.Result, error) {
		who, err := oneRecipient(r)
		if err != nil {
			return es.Result{}, err
		}
		return s.Links.DismissRequest(r.Context(), linkapp.DismissRequest{By: by, Link: link, Recipient: who})
	})
}

// correctAddress sends the mail to another address and kills the secret that went to the old one (I6). What was typed
// survives a refusal.
func (s *Server) correctAddress(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	typed := views.Correction{Name: strings.TrimSpace(r.PostForm.Get("name")), Email: strings.TrimSpace(r.PostForm.Get("email"))}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	if typed.Recipient, err = oneRecipient(r); err != nil {
		return err
	}
	res, err := s.Links.CorrectAddress(r.Context(), linkapp.CorrectAddress{By: by, Link: id, Recipient: typed.Recipient, Name: typed.Name, Email: typed.Email})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.NotFound {
		field := typed.EmailID()
		if errors.Is(f, uploadlink.ErrText) {
			field = typed.NameID()
		}
		return s.linkPage(w, r, statuses[f.Kind], views.Problems{{Field: field, Text: f.Message}}, typed)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/upload-links/"+id.String(), res.Position)
	return nil
}

// copyLink shows a recipient's link to the practice, once it is recorded who took it (L8). It answers the POST itself: the
// secret is in no address and no GET ever shows it.
func (s *Server) copyLink(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	who, err := oneRecipient(r)
	if err != nil {
		return err
	}
	copied, res, err := s.Links.Copy(r.Context(), linkapp.Copy{By: by, Link: id, Recipient: who})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.NotFound {
		return s.linkPage(w, r, statuses[f.Kind], views.Problems{{Field: "main", Text: f.Message}}, views.Correction{})
	}
	if err != nil {
		return err
	}
	s.wait(r, res)
	d, err := s.LinkList.Link(r.Context(), by.Firm, id)
	if err != nil {
		return err
	}
	page := views.LinkCopy{
		Shell: s.shell(r, "Copy of a link", "links"), Back: "/upload-links/" + id.String(),
		Address: s.BaseURL + "/u/" + s.Keys.UploadLink(secret.UploadToken{Link: id, Recipient: copied.Recipient, Generation: copied.Generation}).Reveal(),
	}
	page.Modules = []string{"copy-button.js"}
	for _, p := range d.Recipients {
		if p.ID == who {
			page.Person, page.Email = p.Name, p.Email
		}
	}
	return s.show(w, r, page)
}

// backToLink leads whoever reloads a copy's address to the link.
func (s *Server) backToLink(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/upload-links/"+id.String(), http.StatusSeeOther)
	return nil
}
