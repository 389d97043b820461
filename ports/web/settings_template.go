package web

import (
	"errors"
	"net/http"
	"strings"

	firmapp "portico/app/firm"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

func (s *Server) newTemplate(w http.ResponseWriter, r *http.Request) error {
	s.templatePage(w, r, http.StatusOK, views.Template{ID: newID(), Command: newID(), New: true})
	return nil
}

func (s *Server) template(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	t, err := s.findTemplate(r, id)
	if err != nil {
		return err
	}
	s.templatePage(w, r, http.StatusOK, views.Template{ID: t.ID, Command: newID(), Name: t.Name, Text: t.Text})
	return nil
}

func (s *Server) templatePage(w http.ResponseWriter, r *http.Request, code int, page views.Template) {
	title := "Change template"
	if page.New {
		title = "New template"
	}
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell = s.shell(r, title, "settings")
	s.page(w, r, code, page)
}

// findTemplate is one template of the practice, or firm.ErrTemplateNotFound.
func (s *Server) findTemplate(r *http.Request, id uuid.UUID) (firmapp.Template, error) {
	texts, err := s.Firms.Templates(r.Context(), user(r).Firm)
	if err != nil {
		return firmapp.Template{}, err
	}
	for _, t := range texts {
		if t.ID == id {
			return t, nil
		}
	}
	return firmapp.Template{}, firm.ErrTemplateNotFound
}

// saveTemplate makes a template or changes it. The form's ids make a form that is sent twice one template.
func (s *Server) saveTemplate(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	name, text := r.PostForm.Get("name"), lines(r.PostForm.Get("text"))
	res, err := s.Settings.SaveTemplate(r.Context(), firmapp.SaveTemplate{By: by, ID: user(r).Practice.ID, Template: id, Name: name, Text: text})
	if p, ok := problemOfSetting(err); ok {
		_, missing := s.findTemplate(r, id)
		s.templatePage(w, r, http.StatusUnprocessableEntity, views.Template{
			ID: id, Command: by.Command, New: errors.Is(missing, firm.ErrTemplateNotFound), Name: name, Text: text, Problems: views.Problems{p},
		})
		return nil
	}
	if err != nil {
		return err
	}
	return backToSettings(w, r, "text", res)
}

func (s *Server) removeTemplate(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	res, err := s.Settings.RemoveTemplate(r.Context(), firmapp.RemoveTemplate{By: by, ID: user(r).Practice.ID, Template: id})
	if err != nil {
		return err
	}
	return backToSettings(w, r, "removal", res)
}

// draftLink puts a template into the message of the form for a new link and keeps everything else that was typed. It
// changes nothing: it is how browsers without script fill the form, which would not fit an address.
func (s *Server) draftLink(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	typed := typedLink(r, id, by.Command)
	texts, err := s.Firms.Templates(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	message, ok := filled(typed.Message, typed.Template, texts)
	if !ok {
		typed.Problems = views.Problems{{Field: "template", Text: "Choose one of the templates first."}}
		return s.linkForm(w, r, statuses[fault.Invalid], typed)
	}
	typed.Message, typed.Drafted = message, true
	return s.linkForm(w, r, http.StatusOK, typed)
}

// filled is the message with the chosen template in it. A template takes the place of another one that nobody has
// changed; after words of somebody's own it is added. template-choice.js does the same.
func filled(message, chosen string, texts []firmapp.Template) (string, bool) {
	written, text, own := strings.TrimSpace(message), "", true
	for _, t := range texts {
		if t.ID.String() == chosen {
			text = t.Text
		}
		own = own && written != t.Text
	}
	switch {
	case text == "":
		return message, false
	case written == "" || !own:
		return text, true
	}
	return written + "\n\n" + text, true
}
