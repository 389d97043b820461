package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/app/clientimport"
	"portico/app/invitejob"
	"portico/app/notify"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/domain/invite"
	jobs "portico/domain/invitejob"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// newInviteJob is the form with what is the same for everybody who was chosen (S3.4, S3.13).
func (s *Server) newInviteJob(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Firms.Portal(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page := views.InviteMany{
		ID: newID(), Channels: string(invite.ByEmail), Access: string(p.Access.Access),
		ExpiresOn: s.Now().In(zone(p.Zone)).AddDate(0, 0, p.Access.ExpiryDays).Format(time.DateOnly),
	}
	return s.inviteManyForm(w, r, http.StatusOK, r.URL.Query(), page)
}

// inviteManyForm completes the form; v says who is chosen.
func (s *Server) inviteManyForm(w http.ResponseWriter, r *http.Request, code int, v url.Values, page views.InviteMany) error {
	u := user(r)
	n, err := s.choosable(r, v)
	if err != nil {
		return err
	}
	if n == 0 && len(page.Problems) == 0 {
		page.Problems = views.Problems{{Field: "people", Text: jobs.ErrNobody.Message}}
		code = statuses[fault.Invalid]
	}
	title := "Invite " + views.Count(n, "person", "people")
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell = s.shell(r, title, "clients")
	page.Modules = []string{"template-choice.js"}
	page.People, page.Chosen = views.Count(n, "person", "people"), wordsOf(choiceOf(v, u.ID))
	page.Kept = keptOf(v, "client", "person", "all")
	page.Back = listURL("/invitations", backOf(v))
	z := zone(u.Practice.Zone)
	page.MinExpires = s.Now().In(z).Format(time.DateOnly)
	_, page.Zone = notify.LastDay(s.Now(), z.String())
	texts, err := s.templatesFor(r, firm.ForInvitation)
	if err != nil {
		return err
	}
	for _, t := range texts {
		page.Templates = append(page.Templates, views.TemplateChoice{Value: t.ID.String(), Word: t.Name, Text: t.Text})
	}
	s.page(w, r, code, page)
	return nil
}

// choosable is how many people of a choice have an address.
func (s *Server) choosable(r *http.Request, v url.Values) (int, error) {
	choice := choiceOf(v, user(r).ID)
	if v.Get("all") == "" && choice.People == nil {
		return 0, nil
	}
	if choice.People == nil {
		n, err := s.InviteJobs.Counts(r.Context(), user(r).Firm, choice)
		return n.Choosable, err
	}
	rows, _, err := s.InviteJobs.Candidates(r.Context(), user(r).Firm, choice, "", 0)
	seen := map[uuid.UUID]bool{}
	for _, c := range rows {
		if c.Addressed() {
			seen[c.Contact] = true
		}
	}
	return len(seen), err
}

// backOf leads back to the list with its filters.
func backOf(v url.Values) url.Values {
	out := url.Values{}
	for _, k := range keptOf(v, "client") {
		out.Add(k.Value, k.Word)
	}
	return out
}

// typedMany is the form as it was typed.
func typedMany(r *http.Request) (views.InviteMany, error) {
	id, err := formID(r, "id")
	f := r.PostForm
	return views.InviteMany{
		ID: id, Template: f.Get("template"), Message: lines(f.Get("message")), Channels: f.Get("channels"), Access: f.Get("access"),
		DueOn: strings.TrimSpace(f.Get("due_on")), ExpiresOn: f.Get("expires_on"), Again: f.Get("again") != "",
	}, err
}

// draftInviteJob puts a template into the message. It changes nothing.
func (s *Server) draftInviteJob(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	page, err := typedMany(r)
	if err != nil {
		return err
	}
	texts, err := s.templatesFor(r, firm.ForInvitation)
	if err != nil {
		return err
	}
	message, ok := filled(page.Message, page.Template, texts)
	if !ok {
		page.Problems = views.Problems{{Field: "template", Text: "Choose one of the templates first."}}
		return s.inviteManyForm(w, r, statuses[fault.Invalid], r.PostForm, page)
	}
	page.Message, page.Drafted = message, true
	return s.inviteManyForm(w, r, http.StatusOK, r.PostForm, page)
}

// prepareInviteJob keeps who is chosen and leads to the preview. Nobody is invited by it.
func (s *Server) prepareInviteJob(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	u := user(r)
	page, err := typedMany(r)
	if err != nil {
		return err
	}
	settings := s.manySettings(r, &page)
	if len(page.Problems) > 0 {
		return s.inviteManyForm(w, r, statuses[fault.Invalid], r.PostForm, page)
	}
	choice := choiceOf(r.PostForm, u.ID)
	if r.PostForm.Get("all") == "" && choice.People == nil {
		choice.People = []uuid.UUID{}
	}
	cmd := invitejob.Prepare{ID: page.ID, Choice: choice, Words: wordsOf(choice), Settings: settings}
	cmd.By.Firm, cmd.By.Actor = u.Firm, event.Actor{Kind: event.Staff, ID: u.ID}
	_, err = s.InviteJobs.Prepare(r.Context(), cmd)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		page.Problems = views.Problems{{Field: "people", Text: f.Message}}
		return s.inviteManyForm(w, r, statuses[f.Kind], r.PostForm, page)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/invitations/jobs/"+page.ID.String(), 0)
	return nil
}

// manySettings is what is the same for everybody; what is wrong with it goes to the form.
func (s *Server) manySettings(r *http.Request, page *views.InviteMany) invitejob.Settings {
	z := zone(user(r).Practice.Zone)
	out := invitejob.Settings{
		Channels: invite.Channels(page.Channels), Message: page.Message, Access: invite.Access(page.Access), DueOn: page.DueOn, Zone: z.String(), Again: page.Again,
	}
	problem := func(field, text string) {
		page.Problems = append(page.Problems, views.Problem{Field: field, Text: text})
	}
	if !out.Channels.Uses(invite.Email) && !out.Channels.Uses(invite.Text) {
		problem("channels", invite.ErrChannels.Message)
	}
	if out.Access != invite.ByAccount && out.Access != invite.ByLink {
		problem("access", invite.ErrAccess.Message)
	}
	var ok bool
	if out.ExpiresOn, ok = civilDate(page.ExpiresOn); !ok || out.ExpiresOn.Format(time.DateOnly) < s.Now().In(z).Format(time.DateOnly) || out.ExpiresOn.Sub(s.Now()) > invite.MaxLife-48*time.Hour {
		problem("expires_on", invite.ErrExpiry.Message)
	}
	if _, ok := civilDate(page.DueOn); page.DueOn != "" && !ok {
		problem("due_on", invite.ErrDueOn.Message)
	}
	if n := len([]rune(page.Message)); n > invite.MaxMessage {
		problem("message", invite.ErrMessage.Withf("The message has %d letters; at most %d fit. Shorten it.", n, invite.MaxMessage).Message)
	}
	return out
}

func (s *Server) startInviteJob(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := s.InviteJobs.Start(r.Context(), by, id, invitejob.Hold)
	if err != nil {
		return err
	}
	seeOther(w, r, "/invitations/jobs/"+id.String(), res.Position)
	return nil
}

func (s *Server) stopInviteJob(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := s.InviteJobs.Stop(r.Context(), by, id)
	if err != nil {
		return err
	}
	seeOther(w, r, "/invitations/jobs/"+id.String(), res.Position)
	return nil
}

func (s *Server) inviteJobReport(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.InviteJobs.Report(r.Context(), user(r).Firm, id, &b); err != nil {
		return err
	}
	sendSheet(w, "Invitations", clientimport.CSV, b.Bytes())
	return nil
}
