package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	accessapp "portico/app/access"
	clientapp "portico/app/client"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// errMended is for a button that was pressed when nothing was left to mend, or something else.
var errMended = fault.New(fault.Conflict, "access.mended", "This has changed meanwhile. Look at the answer again.")

// why answers whether a contact sees something, by which rule and because of which event.
func (s *Server) why(w http.ResponseWriter, r *http.Request) error {
	return s.whyPage(w, r, http.StatusOK, nil)
}

func (s *Server) whyPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems) error {
	u := user(r)
	contact, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	who, err := s.ContactList.Contact(r.Context(), u.Firm, contact) // one that this person may see
	if err != nil {
		return err
	}
	page := views.Why{
		Shell: s.shell(r, "Why can’t "+who.Name()+" see it?", "contacts"), Contact: contact, Name: who.Name(), Command: newID(), Problems: problems,
	}
	if len(problems) > 0 {
		page.Title = "Error: " + page.Title
	}
	page.Stale = !current
	object, client, err := s.asked(r)
	if err != nil {
		return err
	}
	things, err := s.Access.Objects(r.Context(), u.Firm, contact)
	if err != nil {
		return err
	}
	for _, t := range things {
		page.Objects = append(page.Objects, views.Choice{Value: t.Object.String(), Word: t.Word})
	}
	of, err := s.ContactList.ClientsOf(r.Context(), u.Firm, contact)
	if err != nil {
		return err
	}
	if len(of) > 1 {
		for _, m := range of {
			page.Clients = append(page.Clients, views.Choice{Value: m.Client.String(), Word: m.ClientName})
		}
	}
	page.Object = object.String()
	if client != uuid.Nil {
		page.Client = client.String()
	}
	a, err := s.explain(r.Context(), accessapp.Question{Firm: u.Firm, Person: contact, Object: object, Client: client})
	if err != nil {
		return err
	}
	page.Answer, err = s.answerLines(r, a)
	if err != nil {
		return err
	}
	s.page(w, r, code, page)
	return nil
}

// asked is what an address or a form asks about; the portal where it says nothing.
func (s *Server) asked(r *http.Request) (o accessapp.Object, client uuid.UUID, err error) {
	v := r.URL.Query()
	if r.Method == http.MethodPost {
		v = r.PostForm
	}
	if v.Get("object") == "" {
		v = url.Values{"object": {"portal"}, "client": v["client"]}
	}
	if o, err = accessapp.ParseObject(v.Get("object")); err != nil {
		return o, client, err
	}
	if text := v.Get("client"); text != "" {
		if client, err = uuid.Parse(text); err != nil {
			return o, client, errForm
		}
		if _, err = s.ClientList.Client(r.Context(), user(r).Firm, client); err != nil { // one that this person may see
			return o, client, err
		}
	}
	return o, client, nil
}

func (s *Server) explain(ctx context.Context, q accessapp.Question) (accessapp.Answer, error) {
	return s.Access.Explain(ctx, q)
}

// answerLines are an answer as the page shows it. The button is there for who may press it.
func (s *Server) answerLines(r *http.Request, a accessapp.Answer) (*views.WhyAnswer, error) {
	u := user(r)
	line := &views.WhyAnswer{Sees: a.Sees, Rule: a.Rule, Text: a.Text}
	if !a.Because.None() {
		by, err := s.actor(r, a.Because.Actor)
		if err != nil {
			return nil, err
		}
		line.Event = &views.WhyEvent{
			Type: a.Because.Type, At: views.At(a.Because.At, zone(u.Practice.Zone)), By: by, Position: a.Because.Position, Stream: a.Because.Stream.String(), Version: a.Because.Version,
			Behalf: a.Because.For != uuid.Nil,
		}
	}
	if a.Repair.Act != "" {
		line.Repair = &views.WhyRepair{Act: string(a.Repair.Act), Word: a.Repair.Word, Page: a.Repair.Page, Right: a.Repair.Right}
	}
	return line, nil
}

// actor is who did it, in words.
func (s *Server) actor(r *http.Request, a event.Actor) (string, error) {
	switch a.Kind {
	case event.Staff:
		rows, err := s.Staff.Staff(r.Context(), user(r).Firm, a.ID)
		if err != nil || len(rows) == 0 {
			return "somebody of the practice", err
		}
		return rows[0].Name, nil
	case event.Contact:
		return "the person", nil
	case event.Uploader:
		return "whoever had the link", nil
	case event.Operator:
		return "the operator", nil
	case event.System:
	}
	return "the portal by itself", nil
}

// mend does what the answer offers, as it is at this moment: the form names no more than which of the acts was meant.
func (s *Server) mend(w http.ResponseWriter, r *http.Request) error {
	contact, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	if _, err := s.ContactList.Contact(r.Context(), by.Firm, contact); err != nil { // one that this person may see
		return err
	}
	object, client, err := s.asked(r)
	if err != nil {
		return err
	}
	a, err := s.explain(r.Context(), accessapp.Question{Firm: by.Firm, Person: contact, Object: object, Client: client})
	if err != nil {
		return err
	}
	res, err := s.repair(r, by, contact, a.Repair)
	if f, ok := asRefusal(err); ok {
		return s.whyAgain(w, r, f)
	}
	if err != nil {
		return err
	}
	q := url.Values{"object": {object.String()}}
	if client != uuid.Nil {
		q.Set("client", client.String())
	}
	if res.Position > 0 {
		q.Set("at", strconv.FormatInt(res.Position, 10))
	}
	http.Redirect(w, r, "/contacts/"+contact.String()+"/why?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// repair runs one act for who has its right. What was done already, by this form or another way, is errMended.
func (s *Server) repair(r *http.Request, by es.By, contact uuid.UUID, to accessapp.Repair) (es.Result, error) {
	if string(to.Act) != r.PostForm.Get("act") {
		if res, done, err := s.People.Events.Done(r.Context(), by); err != nil || done {
			return res, err
		}
		return es.Result{}, errMended
	}
	if err := user(r).Role.Require(to.Right); err != nil {
		return es.Result{}, err
	}
	switch to.Act {
	case accessapp.Invite:
		return s.inviteAgain(r, by, contact)
	case accessapp.Restore:
		return s.Clients.Restore(r.Context(), clientapp.Archive{By: by, Client: to.Client})
	case accessapp.Grant:
		rights := make([]client.Right, len(to.Rights))
		for i, right := range to.Rights {
			rights[i] = client.Right(right)
		}
		return s.Clients.SetContactRights(r.Context(), clientapp.LinkContact{By: by, Client: to.Client, Contact: contact, Rights: rights})
	case accessapp.UseTab:
		return s.useTab(r, by, firm.Tab(to.Tab))
	case accessapp.Look:
	}
	return es.Result{}, errForm
}

// useTab switches a tab on, beside those that are.
func (s *Server) useTab(r *http.Request, by es.By, tab firm.Tab) (es.Result, error) {
	setup, err := s.Firms.Portal(r.Context(), by.Firm)
	if err != nil {
		return es.Result{}, err
	}
	return s.Settings.SetTabs(r.Context(), firmapp.SetTabs{By: by, ID: setup.ID, Tabs: append(setup.Tabs, tab)})
}

// asRefusal is a rule's refusal that the page itself can tell.
func asRefusal(err error) (*fault.Error, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	return f, ok && f.Kind != fault.NotFound && f.Kind != fault.Forbidden
}

// whyAgain shows the answer as it is now, and why the button did nothing.
func (s *Server) whyAgain(w http.ResponseWriter, r *http.Request, f *fault.Error) error {
	return s.whyPage(w, r, statuses[f.Kind], views.Problems{{Field: "object", Text: f.Message}})
}
