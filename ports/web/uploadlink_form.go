package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	clientapp "portico/app/client"
	"portico/app/notify"
	linkapp "portico/app/uploadlink"
	"portico/domain/address"
	"portico/domain/client"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

const (
	suggestedDays = 30   // until a new link expires
	shownRows     = 4    // of recipients; the rest is folded away
	mostChoices   = 2000 // clients in the form's list
)

// newLink is the form, filled with what is known of the client it is for, or with what another link says.
func (s *Server) newLink(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	page := views.LinkNew{ID: newID(), Command: newID(), ExpiresOn: s.Now().In(zone(u.Practice.Zone)).AddDate(0, 0, suggestedDays).Format(time.DateOnly)}
	if id, err := uuid.Parse(r.URL.Query().Get("client")); err == nil {
		c, err := s.ClientList.Client(r.Context(), u.Firm, id)
		if err != nil && !errors.Is(err, client.ErrNotFound) {
			return err
		}
		if err == nil {
			page.ClientID = c.ID.String()
			page.Recipients = []views.RecipientFields{{Name: c.Name, Email: c.Email}}
		}
	}
	if id, err := uuid.Parse(r.URL.Query().Get("like")); err == nil {
		d, err := s.LinkList.Link(r.Context(), u.Firm, id)
		if err != nil && !errors.Is(err, uploadlink.ErrNotFound) {
			return err
		}
		if err == nil {
			like(&page, d)
		}
	}
	return s.linkForm(w, r, http.StatusOK, page)
}

// like fills the form with what a link says that was sent before.
func like(page *views.LinkNew, d linkapp.LinkDetail) {
	if d.Client != uuid.Nil {
		page.ClientID = d.Client.String()
	}
	page.Message, page.Wanted = d.Message, strings.Join(d.Wanted, "\n")
	for _, r := range d.Recipients {
		page.Recipients = append(page.Recipients, views.RecipientFields{Name: r.Name, Email: r.Email})
	}
}

// linkForm completes the form with what doesn't come from what was typed.
func (s *Server) linkForm(w http.ResponseWriter, r *http.Request, code int, page views.LinkNew) error {
	u := user(r)
	title := "New upload link"
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell = s.shell(r, title, "links")
	page.Modules = []string{"more-rows.js", "client-choice.js", "template-choice.js"}
	z := zone(u.Practice.Zone)
	page.MinExpires = s.Now().In(z).Format(time.DateOnly)
	_, page.Zone = notify.LastDay(s.Now(), z.String())
	page.Folds, page.Unfolded = shownRows+1, len(page.Recipients) > shownRows
	for range uploadlink.MaxRecipients - len(page.Recipients) {
		page.Recipients = append(page.Recipients, views.RecipientFields{})
	}
	for i := range page.Recipients {
		page.Recipients[i].N = i + 1
	}
	texts, err := s.templatesFor(r, firm.ForLink)
	if err != nil {
		return err
	}
	for _, t := range texts {
		page.Templates = append(page.Templates, views.TemplateChoice{Value: t.ID.String(), Word: t.Name, Text: t.Text})
	}
	if page.Clients, err = s.clientChoices(r); err != nil {
		return err
	}
	s.page(w, r, code, page)
	return nil
}

// clientChoices are the clients that a form can be about, by name.
func (s *Server) clientChoices(r *http.Request) (choices []views.ClientChoice, err error) {
	for after := ""; len(choices) < mostChoices; {
		rows, next, err := s.ClientList.Clients(r.Context(), user(r).Firm, clientapp.Query{Limit: 200, After: after})
		if err != nil {
			return nil, err
		}
		for _, c := range rows {
			choices = append(choices, views.ClientChoice{Value: c.ID.String(), Word: c.Name, Email: c.Email})
		}
		if after = next; next == "" {
			break
		}
	}
	return choices, nil
}

// issueLink sends a link. The form's ids make a form that is sent twice one link.
func (s *Server) issueLink(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	typed := typedLink(r, id, by.Command)
	cmd := linkapp.Issue{By: by, ID: id, Message: typed.Message, Wanted: strings.Split(typed.Wanted, "\n"), Zone: zone(user(r).Practice.Zone)}
	for _, p := range typed.Recipients {
		cmd.Recipients = append(cmd.Recipients, linkapp.NewRecipient{Name: p.Name, Email: p.Email})
	}
	if err := s.checkLink(r, &typed, &cmd); err != nil {
		return err
	}
	if len(typed.Problems) > 0 {
		return s.linkForm(w, r, http.StatusUnprocessableEntity, typed)
	}
	res, err := s.Links.Issue(r.Context(), cmd)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		typed.Problems = views.Problems{{Field: fieldOf(f, typed), Text: f.Message}}
		return s.linkForm(w, r, statuses[f.Kind], typed)
	}
	if err == nil {
		err = once(r.Context(), s.Links.Events, by, res)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/upload-links/"+id.String(), res.Position)
	return nil
}

// typedLink is the form as it was typed; rows of recipients that are empty are left out.
func typedLink(r *http.Request, id, command uuid.UUID) views.LinkNew {
	p := views.LinkNew{
		ID: id, Command: command, ClientID: r.PostForm.Get("client"), Template: r.PostForm.Get("template"), Message: lines(r.PostForm.Get("message")),
		Wanted: lines(r.PostForm.Get("wanted")), ExpiresOn: r.PostForm.Get("expires_on"),
	}
	names, emails := r.PostForm["recipient_name"], r.PostForm["recipient_email"]
	for i := range max(len(names), len(emails)) {
		var f views.RecipientFields
		if i < len(names) {
			f.Name = strings.TrimSpace(names[i])
		}
		if i < len(emails) {
			f.Email = strings.TrimSpace(emails[i])
		}
		if f.Name != "" || f.Email != "" {
			p.Recipients = append(p.Recipients, f)
		}
	}
	return p
}

// checkLink finds all that is wrong at once and says beside which field; the link itself decides in the end.
func (s *Server) checkLink(r *http.Request, typed *views.LinkNew, cmd *linkapp.Issue) error {
	if typed.ClientID != "" {
		id, err := uuid.Parse(typed.ClientID)
		if err == nil {
			_, err = s.ClientList.Client(r.Context(), user(r).Firm, id)
		}
		if f, ok := errors.AsType[*fault.Error](err); err != nil && (!ok || f.Kind != fault.NotFound) && id != uuid.Nil {
			return err
		}
		if err != nil {
			typed.Problems = append(typed.Problems, views.Problem{Field: "client", Text: "This client is unknown. Choose one from the list."})
		}
		cmd.Client = id
	}
	if len(typed.Recipients) == 0 {
		typed.Problems = append(typed.Problems, views.Problem{Field: "recipient-1-email", Text: "Enter at least one recipient’s e-mail address."})
	}
	for i, p := range typed.Recipients {
		if _, err := address.Parse(p.Email); err != nil {
			typed.Problems = append(typed.Problems, views.Problem{Field: fmt.Sprintf("recipient-%d-email", i+1), Text: err.Error()})
		}
	}
	day, ok := civilDate(typed.ExpiresOn)
	if !ok {
		typed.Problems = append(typed.Problems, views.Problem{Field: "expires_on", Text: "Choose the last day of the link."})
	}
	cmd.ExpiresOn = day
	return nil
}

// fieldOf is where the refusal of the link itself belongs.
func fieldOf(f *fault.Error, typed views.LinkNew) string {
	switch {
	case errors.Is(f, uploadlink.ErrExpiry):
		return "expires_on"
	case errors.Is(f, uploadlink.ErrText) && utf8.RuneCountInString(typed.Message) > uploadlink.MaxMessage:
		return "message"
	case errors.Is(f, uploadlink.ErrText):
		for i, p := range typed.Recipients {
			if utf8.RuneCountInString(p.Name) > uploadlink.MaxPerson {
				return fmt.Sprintf("recipient-%d-name", i+1)
			}
		}
		return "wanted"
	}
	return "recipients"
}

// lines makes a form's line ends plain ones.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
