package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/app/language"
	"portico/app/notify"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/domain/invite"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// furtherPeople are how many rows the form has for people who are no contacts yet.
const furtherPeople = 4

// furtherRights are what somebody may do who is added while inviting; the client's page changes it (S5.i6).
var furtherRights = []client.Right{client.Files, client.Tasks, client.Sign}

// newInvitations is the form that invites people of a client: contacts by check box, and further ones in the same step
// (S3.2, S3.3).
func (s *Server) newInvitations(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	p, err := s.Firms.Portal(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page := views.InviteNew{
		Channels: string(invite.ByEmail), Access: string(p.Access.Access), Ticked: map[string]bool{},
		ExpiresOn: s.Now().In(zone(p.Zone)).AddDate(0, 0, p.Access.ExpiryDays).Format(time.DateOnly),
	}
	for _, who := range r.URL.Query()["contact"] {
		page.Ticked[who] = true
	}
	return s.inviteForm(w, r, http.StatusOK, id, page)
}

// inviteForm completes the form with what doesn't come from what was typed.
func (s *Server) inviteForm(w http.ResponseWriter, r *http.Request, code int, id uuid.UUID, page views.InviteNew) error {
	u := user(r)
	c, err := s.ClientList.Client(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	people, err := s.ContactList.OfClient(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	rows, err := s.invitesOf(r, people)
	if err != nil {
		return err
	}
	title := "Invite people of " + c.Name
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell = s.shell(r, title, "clients")
	if page.Models, err = s.models(r, id, c.Name, page.DueOn, page.Chosen); err != nil {
		return err
	}
	if page.Bundle == uuid.Nil {
		page.Bundle = newID()
	}
	page.Modules = []string{"more-rows.js", "template-choice.js"}
	page.Client, page.ClientName, page.Command = id, c.Name, newID()
	z := zone(u.Practice.Zone)
	page.MinExpires = s.Now().In(z).Format(time.DateOnly)
	_, page.Zone = notify.LastDay(s.Now(), z.String())
	for _, p := range people {
		choice := views.InviteChoice{ID: p.ID, Name: p.Name(), To: cmp.Or(p.Email, p.Phone), State: inviteBadge(rows[p.ID].State), Ticked: page.Ticked[p.ID.String()]}
		if rows[p.ID].In && rows[p.ID].Access == invite.ByAccount {
			choice.Why = "Has accepted, and can sign in"
		} else if err := personOf(p.Row).Reachable(invite.ByBoth); err != nil {
			choice.Why = err.Error()
		}
		page.People = append(page.People, choice)
	}
	for range furtherPeople - len(page.Further) {
		page.Further = append(page.Further, views.FurtherPerson{ID: newID()})
	}
	for i := range page.Further {
		page.Further[i].N = i + 1
	}
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

func (s *Server) invitesOf(r *http.Request, people []contactapp.Linked) (map[uuid.UUID]inviteapp.Row, error) {
	out := map[uuid.UUID]inviteapp.Row{}
	if len(people) == 0 {
		return out, nil
	}
	ids := make([]uuid.UUID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	rows, _, err := s.InviteList.Invites(r.Context(), user(r).Firm, inviteapp.Query{Contacts: ids, Limit: 200})
	for _, row := range rows {
		out[row.Contact] = row
	}
	return out, err
}

// typedInvites is the form as it was typed; rows of further people that are empty are left out.
func typedInvites(r *http.Request) views.InviteNew {
	f := r.PostForm
	page := views.InviteNew{
		Ticked: map[string]bool{}, Template: f.Get("template"), Message: lines(f.Get("message")), Channels: f.Get("channels"), Access: f.Get("access"),
		DueOn: strings.TrimSpace(f.Get("due_on")), ExpiresOn: f.Get("expires_on"), Chosen: f["model"],
	}
	if id, err := uuid.Parse(f.Get("bundle")); err == nil {
		page.Bundle = id
	}
	for _, id := range f["contact"] {
		page.Ticked[id] = true
	}
	at := func(name string, i int) string {
		if values := f[name]; i < len(values) {
			return strings.TrimSpace(values[i])
		}
		return ""
	}
	for i := range min(len(f["further_id"]), furtherPeople) {
		p := views.FurtherPerson{Given: at("further_given", i), Family: at("further_family", i), Email: at("further_email", i), Phone: at("further_phone", i)}
		id, err := uuid.Parse(at("further_id", i))
		if p != (views.FurtherPerson{}) && err == nil {
			p.ID = id
			page.Further = append(page.Further, p)
		}
	}
	return page
}

// draftInvitations puts a template into the message and shows what the invitation will say. It changes nothing.
func (s *Server) draftInvitations(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if _, err := posted(w, r); err != nil {
		return err
	}
	page := typedInvites(r)
	texts, err := s.templatesFor(r, firm.ForInvitation)
	if err != nil {
		return err
	}
	if r.PostForm.Has("use") {
		message, ok := filled(page.Message, page.Template, texts)
		if !ok {
			page.Problems = views.Problems{{Field: "template", Text: "Choose one of the templates first."}}
			return s.inviteForm(w, r, statuses[fault.Invalid], id, page)
		}
		page.Message, page.Drafted = message, true
		return s.inviteForm(w, r, http.StatusOK, id, page)
	}
	if page.Preview, err = s.invitePreview(r, id, page); err != nil {
		return err
	}
	return s.inviteForm(w, r, http.StatusOK, id, page)
}

// invitePreview is what the first of the chosen people will read, in their language.
func (s *Server) invitePreview(r *http.Request, id uuid.UUID, page views.InviteNew) (*views.InvitePreview, error) {
	p, err := s.Firms.Portal(r.Context(), user(r).Firm)
	if err != nil {
		return nil, err
	}
	c, err := s.ClientList.Client(r.Context(), user(r).Firm, id)
	if err != nil {
		return nil, err
	}
	people, err := s.ContactList.OfClient(r.Context(), user(r).Firm, id)
	if err != nil {
		return nil, err
	}
	given, name, tag := "", "", p.Language
	if i := slices.IndexFunc(people, func(l contactapp.Linked) bool { return page.Ticked[l.ID.String()] }); i >= 0 {
		given, name, tag = people[i].Given, people[i].Name(), cmp.Or(people[i].Language, p.Language)
	} else if len(page.Further) > 0 {
		given, name = page.Further[0].Given, strings.TrimSpace(page.Further[0].Given+" "+page.Further[0].Family)
	}
	words, practice := language.For(tag), cmp.Or(p.MailSender, p.Name)
	out := &views.InvitePreview{
		Lang: words.Tag(), Subject: words.T("invite.mail.title", practice), Hello: words.T("invite.mail.hello.plain"), Message: page.Message,
		Lead: []string{words.T("invite.mail.lead", practice)}, Button: words.T("invite.mail.button.account"),
	}
	if given != "" {
		out.Hello = words.T("invite.mail.hello", given)
	}
	if page.Access == string(invite.ByLink) {
		out.Button = words.T("invite.mail.button.link")
	}
	if c.Name != name {
		out.Lead = append(out.Lead, words.T("invite.mail.client", c.Name))
	}
	if due, ok := civilDate(page.DueOn); ok {
		out.Lead = append(out.Lead, words.T("invite.mail.due", words.Date(due, time.UTC)))
	}
	if day, ok := civilDate(page.ExpiresOn); ok {
		z := zone(p.Zone)
		out.Expires = words.T("invite.mail.expires", words.Date(day, time.UTC), words.Zone(z))
	}
	return out, nil
}

// sendInvitations invites everybody who was chosen. Each is decided for itself: who is refused stands in the form again
// with the reason, and the others have their invitation (I2).
func (s *Server) sendInvitations(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	page := typedInvites(r)
	cmd, err := s.inviteCommand(r, id, &page)
	if err != nil {
		return err
	}
	people, err := s.ContactList.OfClient(r.Context(), by.Firm, id)
	if err != nil {
		return err
	}
	checkBundle(&page, people)
	if len(page.Problems) > 0 {
		return s.inviteForm(w, r, http.StatusUnprocessableEntity, id, page)
	}
	var last int64
	var invited []uuid.UUID
	send := func(to uuid.UUID) (*fault.Error, error) {
		one := cmd
		one.Contact, one.By = to, by
		one.By.Command = uuid.NewSHA1(by.Command, to[:]) // one form, several people: each takes effect once
		res, err := s.Invites.Send(r.Context(), one)
		last = max(last, res.Position)
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return f, nil
		}
		invited = append(invited, to)
		return nil, err
	}
	for _, p := range people {
		if !page.Ticked[p.ID.String()] {
			continue
		}
		refused, err := send(p.ID)
		if err != nil {
			return err
		}
		if refused != nil {
			page.Problems = append(page.Problems, views.Problem{Field: "contact-" + p.ID.String(), Text: p.Name() + ": " + refused.Message})
			continue
		}
		delete(page.Ticked, p.ID.String())
		page.Sent = append(page.Sent, p.Name())
	}
	var left []views.FurtherPerson
	for i, p := range page.Further {
		to, refused, err := s.addFurther(r, by, id, p)
		if err == nil && refused == nil {
			refused, err = send(to)
		}
		if err != nil {
			return err
		}
		if refused != nil {
			left = append(left, p)
			page.Problems = append(page.Problems, views.Problem{Field: views.FurtherPerson{N: len(left)}.FieldID(fieldOfPerson(refused)), Text: nameOr(p.Given, page.Further[i].Email) + ": " + refused.Message})
			continue
		}
		page.Sent = append(page.Sent, nameOr(strings.TrimSpace(p.Given+" "+p.Family), p.Email))
	}
	page.Further = left
	if len(invited) > 0 {
		asked, err := s.sendBundle(r, by, id, page, invited)
		last = max(last, asked)
		if p, ok := bundleProblem(err); ok {
			page.Problems = append(page.Problems, p)
		} else if err != nil {
			return err
		}
	}
	if len(page.Problems) > 0 {
		s.wait(r, es.Result{Position: last})
		return s.inviteForm(w, r, http.StatusUnprocessableEntity, id, page)
	}
	seeOther(w, r, "/clients/"+id.String(), last)
	return nil
}

// inviteCommand is what is the same for everybody; what is wrong with it goes to the form.
func (s *Server) inviteCommand(r *http.Request, id uuid.UUID, page *views.InviteNew) (inviteapp.Send, error) {
	c, err := s.ClientList.Client(r.Context(), user(r).Firm, id)
	if err != nil {
		return inviteapp.Send{}, err
	}
	cmd := inviteapp.Send{
		Client: id, Channels: invite.Channels(page.Channels), Message: page.Message, Access: invite.Access(page.Access), DueOn: page.DueOn,
		Zone: zone(user(r).Practice.Zone),
	}
	if len(page.Chosen) > 0 {
		cmd.Bundle = page.Bundle
	}
	problem := func(field, text string) {
		page.Problems = append(page.Problems, views.Problem{Field: field, Text: text})
	}
	if !c.ArchivedAt.IsZero() { // before further people are added (S3.i23)
		problem("people", invite.ErrInactive.Message)
	}
	if len(page.Ticked) == 0 && len(page.Further) == 0 {
		problem("people", "Tick somebody, or enter a further person.")
	}
	if !cmd.Channels.Uses(invite.Email) && !cmd.Channels.Uses(invite.Text) && cmd.Channels != invite.ByNone {
		problem("channels", invite.ErrChannels.Message)
	}
	var ok bool
	if cmd.ExpiresOn, ok = civilDate(page.ExpiresOn); !ok || cmd.ExpiresOn.Format(time.DateOnly) < s.Now().In(cmd.Zone).Format(time.DateOnly) {
		problem("expires_on", "Choose the last day of the invitation, from today on.")
	}
	if _, ok := civilDate(page.DueOn); page.DueOn != "" && !ok {
		problem("due_on", invite.ErrDueOn.Message)
	}
	if n := len([]rune(page.Message)); n > invite.MaxMessage {
		problem("message", invite.ErrMessage.Withf("The message has %d letters; at most %d fit. Shorten it.", n, invite.MaxMessage).Message)
	}
	return cmd, nil
}

// addFurther makes somebody a contact of the client. A person who is there already under this name and address is taken
// as they are (S5.i4).
func (s *Server) addFurther(r *http.Request, by es.By, of uuid.UUID, p views.FurtherPerson) (uuid.UUID, *fault.Error, error) {
	refusal := func(err error) (uuid.UUID, *fault.Error, error) {
		f, ok := errors.AsType[*fault.Error](err)
		if ok {
			err = nil
		}
		return uuid.Nil, f, err
	}
	id := p.ID
	known := []contactapp.Row(nil)
	if p.Email != "" {
		var err error
		if known, err = s.ContactList.ByEmail(r.Context(), by.Firm, p.Email); err != nil {
			return uuid.Nil, nil, err
		}
	}
	if i := slices.IndexFunc(known, func(k contactapp.Row) bool { return strings.EqualFold(k.Given, p.Given) }); i >= 0 {
		id = known[i].ID
	} else {
		add := by
		add.Command = uuid.NewSHA1(by.Command, append([]byte("add"), id[:]...))
		entry := contact.Entry{Given: p.Given, Family: p.Family, Email: p.Email, Phone: p.Phone}
		if _, err := s.People.Add(r.Context(), contactapp.Add{By: add, ID: id, Details: entry}); err != nil {
			return refusal(err)
		}
	}
	link := by
	link.Command = uuid.NewSHA1(by.Command, append([]byte("link"), id[:]...))
	if _, err := s.Clients.LinkContact(r.Context(), clientapp.LinkContact{By: link, Client: of, Contact: id, Rights: furtherRights}); err != nil {
		return refusal(err)
	}
	return id, nil, nil
}

// fieldOfPerson is where the refusal of a further person belongs.
func fieldOfPerson(f *fault.Error) string {
	switch {
	case errors.Is(f, contact.ErrName), errors.Is(f, invite.ErrName):
		return "given"
	case errors.Is(f, contact.ErrPhone), errors.Is(f, invite.ErrNoPhone):
		return "phone"
	}
	return "email"
}
