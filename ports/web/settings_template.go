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
	purpose := firm.ForLink
	if r.URL.Query().Get("for") == string(firm.ForInvitation) {
		purpose = firm.ForInvitation
	}
	s.templatePage(w, r, http.StatusOK, views.Template{ID: newID(), Command: newID(), New: true, Purpose: string(purpose)})
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
	s.templatePage(w, r, http.StatusOK, views.Template{ID: t.ID, Command: newID(), Name: t.Name, Text: t.Text, Purpose: string(t.Purpose)})
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
	page.Back = views.Choice{Value: templateHome(firm.Purpose(page.Purpose)), Word: "Upload settings"}
	if page.Back.Value != templateHome(firm.ForLink) {
		page.Back.Word = "Portal"
	}
	page.Shell = s.shell(r, title, "settings")
	s.page(w, r, code, page)
}

// templateHome is the page of settings that has the templates for a purpose.
func templateHome(p firm.Purpose) string {
	if p == firm.ForInvitation {
		return "/settings/portal"
	}
	return "/settings/uploads"
}

// templateList are the templates for a purpose, as settings show them.
func (s *Server) templateList(r *http.Request, all []firmapp.Template, p firm.Purpose) views.TemplateList {
	list := views.TemplateList{
		Purpose: string(p), Heading: "Message templates", Most: firm.MaxTemplates, Full: len(all) >= firm.MaxTemplates, Role: user(r).Role,
		Lead: "Texts that you write again and again for upload links. You choose one when you send a link, and can change it there.",
	}
	if p == firm.ForInvitation {
		list.Heading = "Texts for invitations"
		list.Lead = "Texts that you write again and again for invitations. You choose one when you invite, and can change it there. The button with the link is always in the mail."
	}
	for _, t := range firmapp.For(all, p) {
		list.Lines = append(list.Lines, views.TemplateLine{ID: t.ID, Name: t.Name, Start: start(t.Text)})
	}
	return list
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
	name, text, purpose := r.PostForm.Get("name"), lines(r.PostForm.Get("text")), firm.Purpose(r.PostForm.Get("purpose"))
	res, err := s.Settings.SaveTemplate(r.Context(), firmapp.SaveTemplate{By: by, ID: user(r).Practice.ID, Template: id, Name: name, Text: text, Purpose: purpose})
	if p, ok := problemOfSetting(err); ok {
		_, missing := s.findTemplate(r, id)
		s.templatePage(w, r, http.StatusUnprocessableEntity, views.Template{
			ID: id, Command: by.Command, New: errors.Is(missing, firm.ErrTemplateNotFound), Name: name, Text: text, Purpose: string(purpose), Problems: views.Problems{p},
		})
		return nil
	}
	if err != nil {
		return err
	}
	backTo(w, r, templateHome(purpose), "text", res)
	return nil
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
	home := templateHome(firm.ForLink)
	if t, err := s.findTemplate(r, id); err == nil { // pressed twice, it is gone already
		home = templateHome(t.Purpose)
	}
	res, err := s.Settings.RemoveTemplate(r.Context(), firmapp.RemoveTemplate{By: by, ID: user(r).Practice.ID, Template: id})
	if err != nil {
		return err
	}
	backTo(w, r, home, "removal", res)
	return nil
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
	texts, err := s.templatesFor(r, firm.ForLink)
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

// templatesFor are the practice's texts for one purpose.
func (s *Server) templatesFor(r *http.Request, p firm.Purpose) ([]firmapp.Template, error) {
	texts, err := s.Firms.Templates(r.Context(), user(r).Firm)
	return firmapp.For(texts, p), err
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
