package web

import (
	"errors"
	"net/http"
	"strings"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/address"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// languages are those that the portal speaks, in the order of forms.
var languages = []views.Choice{
	{Value: "en", Word: "English"}, {Value: "es", Word: "Spanish"}, {Value: "de", Word: "German"}, {Value: "fr", Word: "French"}, {Value: "et", Word: "Estonian"},
}

func (s *Server) contacts(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	q := contactapp.Query{Text: v.Get("q"), Loose: v.Get("of") == "nobody", Unset: v.Get("address") == "none", After: v.Get("after"), Limit: pageSize}
	rows, next, err := s.ContactList.Contacts(r.Context(), u.Firm, q)
	if err != nil {
		return err
	}
	page := views.Contacts{
		Shell: s.shell(r, "Contacts", "contacts"), Query: q.Text, Pager: pager(r, next, len(rows), "person", "people"),
		Filters: []views.Filter{toggle(r, "No client", "of", "nobody", q.Loose), toggle(r, "No address", "address", "none", q.Unset)},
	}
	page.Stale = !current
	for _, row := range rows {
		page.Rows = append(page.Rows, contactLine(row))
	}
	page.Empty = views.Empty{Icon: "user", Title: "No contacts yet", Text: "A contact is a person with an address: of a client, of several, or of none.", Action: "Add the first contact", Href: "/contacts/new"}
	if q.Text != "" || q.Loose || q.Unset {
		page.Empty = views.Empty{Icon: "search", Title: "Nobody matches", Text: "No contact is like this. A search looks for the beginnings of names, addresses and numbers.", Action: "Show all contacts", Href: "/contacts"}
	}
	return s.show(w, r, page)
}

// toggle is a filter of the list of contacts.
func toggle(r *http.Request, word, name, value string, current bool) views.Filter {
	v := changed(r, name, value)
	if current {
		v.Del(name)
	}
	return views.Filter{Word: word, Href: listURL("/contacts", v), Current: current}
}

func contactLine(c contactapp.Row) views.ContactLine {
	return views.ContactLine{ID: c.ID, Name: c.Name(), Email: c.Email, Phone: c.Phone, Clients: c.Clients}
}

func (s *Server) newContact(w http.ResponseWriter, r *http.Request) error {
	return s.contactForm(w, r, http.StatusOK, views.ContactNew{ID: newID(), Command: newID()})
}

func (s *Server) contactForm(w http.ResponseWriter, r *http.Request, code int, page views.ContactNew) error {
	title := "New contact"
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell, page.Languages = s.shell(r, title, "contacts"), languages
	s.page(w, r, code, page)
	return nil
}

// addContact adds somebody who is no client's (S3.9).
func (s *Server) addContact(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	fields := typedPerson(r)
	again := func(code int) error {
		return s.contactForm(w, r, code, views.ContactNew{ID: id, Command: by.Command, ContactFields: fields})
	}
	if same, err := s.sameAddress(r, fields.Email, id); err != nil {
		return err
	} else if len(same) > 0 && r.PostForm.Get("same") != "another" {
		fields.Same = same
		return again(http.StatusUnprocessableEntity)
	}
	res, err := s.People.Add(r.Context(), contactapp.Add{By: by, ID: id, Details: entryOf(fields)})
	if p, ok := problemOfContact(err); ok {
		fields.Problems = p
		return again(http.StatusUnprocessableEntity)
	}
	if err == nil {
		err = once(r.Context(), s.People.Events, by, res)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/contacts/"+id.String(), res.Position)
	return nil
}

// sameAddress are the people who have an address already, but for one (S5.i4, S3.i11).
func (s *Server) sameAddress(r *http.Request, email string, but uuid.UUID) (same []views.ContactLine, err error) {
	canonical, err := address.Parse(email)
	if err != nil {
		return nil, nil // the contact itself says why
	}
	rows, err := s.ContactList.ByEmail(r.Context(), user(r).Firm, canonical)
	for _, row := range rows {
		if row.ID != but {
			same = append(same, contactLine(row))
		}
	}
	return same, err
}

func typedPerson(r *http.Request) views.ContactFields {
	f := r.PostForm
	return views.ContactFields{
		Given: f.Get("given"), Family: f.Get("family"), Email: f.Get("email"), Phone: f.Get("phone"), Language: f.Get("language"), Zone: f.Get("zone"), Languages: languages,
	}
}

func entryOf(f views.ContactFields) contact.Entry {
	return contact.Entry{Given: f.Given, Family: f.Family, Email: f.Email, Phone: f.Phone, Language: f.Language, Zone: strings.TrimSpace(f.Zone)}
}

// problemOfContact is a refusal beside its field.
func problemOfContact(err error) (views.Problems, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid && !errors.Is(f, contact.ErrTheirs) {
		return nil, false
	}
	field := "given"
	switch {
	case errors.Is(f, contact.ErrFamily):
		field = "family"
	case errors.Is(f, contact.ErrPhone):
		field = "phone"
	case errors.Is(f, contact.ErrLanguage):
		field = "language"
	case errors.Is(f, contact.ErrZone):
		field = "zone"
	case errors.Is(f, address.ErrInvalid), errors.Is(f, contact.ErrTheirs):
		field = "email"
	case errors.Is(f, client.ErrRight):
		field = "rights"
	}
	return views.Problems{{Field: field, Text: f.Message}}, true
}

func (s *Server) contact(w http.ResponseWriter, r *http.Request) error {
	return s.personPage(w, r, http.StatusOK, nil)
}

// personPage is the page of one person; typed is what a refused form held.
func (s *Server) personPage(w http.ResponseWriter, r *http.Request, code int, typed *views.ContactFields) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	row, err := s.ContactList.Contact(r.Context(), u.Firm, id)
	if errors.Is(err, contact.ErrNotFound) && !current {
		return s.notYet(w, r)
	}
	if err != nil {
		return err
	}
	of, err := s.ContactList.ClientsOf(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	page := views.Contact{
		Shell: s.shell(r, row.Name(), "contacts"), ID: id, Command: newID(), Heading: row.Name(), Added: views.At(row.AddedAt, zone(u.Practice.Zone)),
		ContactFields: views.ContactFields{
			Given: row.Given, Family: row.Family, Email: row.Email, Phone: row.Phone, Language: row.Language, Zone: row.Zone, Languages: languages,
		},
	}
	if typed != nil {
		page.ContactFields = *typed
		page.Title = "Error: " + page.Title
	}
	page.Stale = !current
	for _, m := range of {
		page.Clients = append(page.Clients, views.MembershipLine{Client: m.Client, Name: m.ClientName, Rights: rightsOf(m.Rights), Archived: !m.Active})
	}
	s.page(w, r, code, page)
	return nil
}

func (s *Server) changeContact(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	row, err := s.ContactList.Contact(r.Context(), by.Firm, id) // one that this person may see
	if err != nil {
		return err
	}
	fields := typedPerson(r)
	if !strings.EqualFold(strings.TrimSpace(fields.Email), row.Email) && r.PostForm.Get("same") != "another" {
		if fields.Same, err = s.sameAddress(r, fields.Email, id); err != nil {
			return err
		}
		if len(fields.Same) > 0 {
			return s.personPage(w, r, http.StatusUnprocessableEntity, &fields)
		}
	}
	res, err := s.People.Change(r.Context(), contactapp.Change{By: by, Contact: id, Details: entryOf(fields)})
	if p, ok := problemOfContact(err); ok {
		fields.Problems = p
		return s.personPage(w, r, http.StatusUnprocessableEntity, &fields)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/contacts/"+id.String(), res.Position)
	return nil
}

// addPerson adds somebody to a client, with rights: somebody new, or one whom the practice knows by the address (S5.2,
// S5.i4, S5.i6). It invites nobody (S5.4).
func (s *Server) addPerson(w http.ResponseWriter, r *http.Request) error {
	of, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	if _, err := s.ClientList.Client(r.Context(), by.Firm, of); err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	typed := views.PersonForm{ID: id, Command: by.Command, ContactFields: typedPerson(r), Rights: rightBoxes("new-", r.PostForm["right"])}
	who := id
	if known, err := uuid.Parse(r.PostForm.Get("same")); err == nil {
		if _, err := s.ContactList.Contact(r.Context(), by.Firm, known); err != nil { // one that this person may see
			return err
		}
		who = known
	} else if typed.Same, err = s.sameAddress(r, typed.Email, id); err != nil {
		return err
	} else if len(typed.Same) > 0 && r.PostForm.Get("same") != "another" {
		return s.clientPage(w, r, http.StatusUnprocessableEntity, &typed)
	}
	last, err := all(
		func() (es.Result, error) {
			if who != id {
				return es.Result{}, nil
			}
			return s.People.Add(r.Context(), contactapp.Add{By: by, ID: id, Details: entryOf(typed.ContactFields)})
		},
		func() (es.Result, error) {
			return s.Clients.LinkContact(r.Context(), clientapp.LinkContact{By: also(by, "link"), Client: of, Contact: who, Rights: typedRights(r)})
		},
	)
	if f, ok := errors.AsType[*fault.Error](err); ok && errors.Is(f, client.ErrContacts) {
		typed.Problems = views.Problems{{Field: "given", Text: f.Message}}
		return s.clientPage(w, r, statuses[f.Kind], &typed)
	}
	if p, ok := problemOfContact(err); ok {
		typed.Problems = p
		return s.clientPage(w, r, http.StatusUnprocessableEntity, &typed)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/"+of.String(), last.Position)
	return nil
}

func (s *Server) setPersonsRights(w http.ResponseWriter, r *http.Request) error {
	return s.changePerson(w, r, func(by es.By, of, who uuid.UUID) (es.Result, error) {
		return s.Clients.SetContactRights(r.Context(), clientapp.LinkContact{By: by, Client: of, Contact: who, Rights: typedRights(r)})
	})
}

func (s *Server) removePerson(w http.ResponseWriter, r *http.Request) error {
	return s.changePerson(w, r, func(by es.By, of, who uuid.UUID) (es.Result, error) {
		return s.Clients.UnlinkContact(r.Context(), clientapp.UnlinkContact{By: by, Client: of, Contact: who})
	})
}

func (s *Server) changePerson(w http.ResponseWriter, r *http.Request, do func(by es.By, of, who uuid.UUID) (es.Result, error)) error {
	who, err := pathID(r, "contact")
	if err != nil {
		return err
	}
	return s.onClient(w, r, func(by es.By, of uuid.UUID) (es.Result, error) { return do(by, of, who) })
}
