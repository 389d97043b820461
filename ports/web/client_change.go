package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	clientapp "portico/app/client"
	"portico/app/es"
	"portico/domain/address"
	"portico/domain/client"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

func (s *Server) editClient(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	row, err := s.ClientList.Client(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	page := views.ClientEdit{
		ID: id, Was: row.Name, Name: row.Name, Email: row.Email, Reference: row.Reference, Sort: string(row.Sort), Tags: strings.Join(row.Tags, ", "),
		Archived: !row.ArchivedAt.IsZero(),
	}
	if row.Owner != uuid.Nil {
		page.Owner = row.Owner.String()
	}
	return s.clientForm(w, r, http.StatusOK, page)
}

// clientForm completes the form with what doesn't come from what was typed.
func (s *Server) clientForm(w http.ResponseWriter, r *http.Request, code int, page views.ClientEdit) error {
	title := "Edit " + page.Was
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell, page.Command, page.Sorts = s.shell(r, title, "clients"), newID(), sorts
	var err error
	if page.Owners, err = s.ownerChoices(r, page.Owner); err != nil {
		return err
	}
	s.page(w, r, code, page)
	return nil
}

// changeClient saves the whole form: the record, its owner and its tags. Each is a command of its own, whose id comes from
// the form's, so that a form sent twice takes effect once.
func (s *Server) changeClient(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	row, err := s.ClientList.Client(r.Context(), by.Firm, id)
	if err != nil {
		return err
	}
	f := r.PostForm
	page := views.ClientEdit{
		ID: id, Was: row.Name, Name: f.Get("name"), Email: f.Get("email"), Reference: f.Get("reference"), Sort: f.Get("sort"), Owner: f.Get("owner"), Tags: f.Get("tags"),
		Archived: !row.ArchivedAt.IsZero(),
	}
	owner, err := s.ownerOf(r, page.Owner, row.Owner)
	if err != nil {
		return err
	}
	last, err := all(
		func() (es.Result, error) {
			return s.Clients.Change(r.Context(), clientapp.Change{By: by, Client: id, Name: page.Name, Email: page.Email, Sort: client.Sort(page.Sort), Reference: page.Reference})
		},
		func() (es.Result, error) {
			return s.Clients.SetTags(r.Context(), clientapp.SetTags{By: also(by, "tags"), Client: id, Tags: strings.Split(page.Tags, ",")})
		},
		func() (es.Result, error) {
			return s.Clients.SetOwner(r.Context(), clientapp.SetOwner{By: also(by, "owner"), Client: id, Owner: owner})
		},
	)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		page.Problems = views.Problems{{Field: fieldOfClient(f), Text: f.Message}}
		return s.clientForm(w, r, statuses[f.Kind], page)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/"+id.String(), last.Position)
	return nil
}

// also is the same sender with a further command that comes from the same form.
func also(by es.By, what string) es.By {
	by.Command = uuid.NewSHA1(by.Command, []byte(what))
	return by
}

// all does one after the other, as far as the first refusal; the result is that of the last which wrote something.
func all(acts ...func() (es.Result, error)) (last es.Result, err error) {
	for _, act := range acts {
		r, err := act()
		if err != nil {
			return last, err
		}
		if r.Position > 0 {
			last = r
		}
	}
	return last, nil
}

// ownerChoices are the people of the practice who can be in charge, and now, who is.
func (s *Server) ownerChoices(r *http.Request, now string) (choices []views.Choice, err error) {
	people, err := s.Staff.Staff(r.Context(), user(r).Firm)
	for _, p := range people {
		if p.DeactivatedAt.IsZero() || p.ID.String() == now {
			choices = append(choices, views.Choice{Value: p.ID.String(), Word: p.Name})
		}
	}
	return choices, err
}

// ownerOf is the person of the practice that a form names. Nobody else can be in charge, but who is already.
func (s *Server) ownerOf(r *http.Request, typed string, now uuid.UUID) (uuid.UUID, error) {
	id, err := uuid.Parse(typed)
	if err != nil || id == now {
		return id, nil
	}
	people, err := s.Staff.Staff(r.Context(), user(r).Firm, id)
	if err != nil {
		return uuid.Nil, err
	}
	if len(people) == 0 || !people[0].DeactivatedAt.IsZero() {
		return uuid.Nil, errForm
	}
	return id, nil
}

func fieldOfClient(f *fault.Error) string {
	switch {
	case errors.Is(f, address.ErrInvalid):
		return "email"
	case errors.Is(f, client.ErrReference):
		return "reference"
	case errors.Is(f, client.ErrSort):
		return "sort"
	case errors.Is(f, client.ErrTag):
		return "tags"
	}
	return "name"
}

func (s *Server) archiveClient(w http.ResponseWriter, r *http.Request) error {
	return s.onClient(w, r, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Clients.Archive(r.Context(), clientapp.Archive{By: by, Client: id})
	})
}

func (s *Server) restoreClient(w http.ResponseWriter, r *http.Request) error {
	return s.onClient(w, r, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Clients.Restore(r.Context(), clientapp.Archive{By: by, Client: id})
	})
}

// onClient does one thing to a client that this person may see, and shows it.
func (s *Server) onClient(w http.ResponseWriter, r *http.Request, do func(by es.By, id uuid.UUID) (es.Result, error)) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	if _, err := s.ClientList.Client(r.Context(), by.Firm, id); err != nil { // one that this person may see
		return err
	}
	res, err := do(by, id)
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/"+id.String(), res.Position)
	return nil
}

// rightWords say what each right of a person lets them do in the portal, in the order of forms.
var rightWords = []struct {
	right      client.Right
	word, hint string
}{
	{client.Files, "Files", "see and send files"},
	{client.Tasks, "To-dos", "see and finish to-dos and requests"},
	{client.Billing, "Billing", "see invoices, payments and balances"},
	{client.Schedule, "Schedule", "book appointments"},
	{client.Sign, "Sign", "sign documents"},
}

// usualRights are ticked for somebody new: all but what is about money.
var usualRights = []string{string(client.Files), string(client.Tasks), string(client.Schedule), string(client.Sign)}

// rightBoxes are the boxes of a form, with those of has ticked.
func rightBoxes(prefix string, has []string) (boxes []views.Box) {
	for _, r := range rightWords {
		boxes = append(boxes, views.Box{ID: prefix + string(r.right), Value: string(r.right), Word: r.word, Hint: r.hint, Ticked: slices.Contains(has, string(r.right))})
	}
	return boxes
}

func rightsOf(has []string) (words []string) {
	for _, r := range rightWords {
		if slices.Contains(has, string(r.right)) {
			words = append(words, r.word)
		}
	}
	return words
}

func typedRights(r *http.Request) (rights []client.Right) {
	for _, word := range r.PostForm["right"] {
		rights = append(rights, client.Right(word))
	}
	return rights
}
