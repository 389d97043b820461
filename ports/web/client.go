package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	clientapp "portico/app/client"
	"portico/app/message"
	taskapp "portico/app/task"
	linkapp "portico/app/uploadlink"
	"portico/domain/address"
	"portico/domain/client"
	"portico/domain/fault"
	"portico/ports/web/views"
)

const pageSize = 50 // rows of a list

func (s *Server) clients(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	q, mine := clientQuery(r)
	rows, next, err := s.ClientList.Clients(r.Context(), u.Firm, q)
	if err != nil {
		return err
	}
	counts, err := s.ClientList.Counts(r.Context(), u.Firm, q, u.ID)
	if err != nil {
		return err
	}
	page := views.Clients{
		Shell: s.shell(r, "Clients", "clients"), Query: q.Text, Pager: pager(r, next, len(rows), "client", "clients"),
		Found: views.Count(counts.Found, "client", "clients"),
	}
	page.Filters, page.Orders, page.Kept = clientFilters(r, q, mine, counts)
	page.Stale, page.Find = !current, q.Text
	for _, row := range rows {
		page.Rows = append(page.Rows, clientLine(row, zone(u.Practice.Zone)))
	}
	page.Chosen = chosenClients(r)
	page.Empty, page.Invitations = noClients(q), listURL("/invitations", invitationsOf(r))
	return s.show(w, r, page)
}

// noClients says why a list has nobody on it.
func noClients(q clientapp.Query) views.Empty {
	filtered := q
	filtered.Text, filtered.After, filtered.Order, filtered.Limit, filtered.Fresh = "", "", "", 0, false
	switch {
	case q.Text != "":
		return views.Empty{Icon: "search", Title: "No client matches", Text: "No word of a name, address or reference begins with “" + q.Text + "”, neither of a client nor of their people.", Action: "Show all clients", Href: "/clients"}
	case filtered != clientapp.Query{}:
		return views.Empty{Icon: "users", Title: "No client is like this", Text: "None of your clients passes all the filters that are on.", Action: "Show all clients", Href: "/clients"}
	}
	return views.Empty{Icon: "users", Title: "No clients yet", Text: "Add the first one. Then you can send upload links and keep what comes back in one place.", Action: "Add the first client", Href: "/clients/new"}
}

// pager leads to the page after this one, with the same filters.
func pager(r *http.Request, next string, shown int, one, many string) views.Pager {
	p := views.Pager{Shown: views.Count(shown, one, many)}
	if next != "" {
		q := r.URL.Query()
		q.Set("after", next)
		q.Del("at")
		q.Del("did")
		p.Next = r.URL.Path + "?" + q.Encode()
	}
	return p
}

func (s *Server) newClient(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, views.ClientNew{Shell: s.shell(r, "New client", "clients"), ID: newID(), Command: newID(), Sort: string(client.Person), Sorts: sorts})
}

func (s *Server) createClient(w http.ResponseWriter, r *http.Request) error {
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
	cmd := clientapp.Create{
		By: by, ID: id, Name: r.PostForm.Get("name"), Email: r.PostForm.Get("email"), Sort: client.Sort(r.PostForm.Get("sort")),
		Reference: r.PostForm.Get("reference"), Owner: by.Actor.ID,
	}
	res, err := s.Clients.Create(r.Context(), cmd)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return s.newClientAgain(w, r, cmd, f)
	}
	if err == nil {
		err = once(r.Context(), s.Clients.Events, by, res)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/"+id.String(), res.Position)
	return nil
}

// newClientAgain shows the form with everything that was typed and the problem beside its field.
func (s *Server) newClientAgain(w http.ResponseWriter, r *http.Request, cmd clientapp.Create, f *fault.Error) error {
	field := "name"
	switch {
	case errors.Is(f, address.ErrInvalid):
		field = "email"
	case errors.Is(f, client.ErrReference):
		field = "reference"
	case errors.Is(f, client.ErrSort):
		field = "sort"
	}
	s.page(w, r, statuses[f.Kind], views.ClientNew{
		Shell: s.shell(r, "Error: New client", "clients"), ID: cmd.ID, Command: cmd.By.Command, Name: cmd.Name, Email: cmd.Email,
		Reference: cmd.Reference, Sort: string(cmd.Sort), Sorts: sorts, Problems: views.Problems{{Field: field, Text: f.Message}},
	})
	return nil
}

func (s *Server) client(w http.ResponseWriter, r *http.Request) error {
	return s.clientPage(w, r, http.StatusOK, nil)
}

// newestTasks are how many tasks a client's page shows.
const newestTasks = 5

// clientPage is the page of one client; typed is what a refused form for one more person held.
func (s *Server) clientPage(w http.ResponseWriter, r *http.Request, code int, typed *views.PersonForm) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	row, err := s.ClientList.Client(r.Context(), u.Firm, id)
	if errors.Is(err, client.ErrNotFound) && !current {
		return s.notYet(w, r)
	}
	if err != nil {
		return err
	}
	page := views.Client{Client: clientLine(row, zone(u.Practice.Zone)), Shell: s.shell(r, row.Name, "clients"), Command: newID()}
	page.Stale = !current
	if page.People, err = s.peopleOf(r, row); err != nil {
		return err
	}
	page.Person = newPerson(row, len(page.People) == 0)
	if typed != nil {
		page.Person, page.Person.Open, page.Title = *typed, true, "Error: "+page.Title
	}
	today := s.Now().In(zone(u.Practice.Zone)).Format(time.DateOnly)
	if page.Tasks, _, err = s.taskLines(r, taskapp.Query{Client: id, Shelf: taskapp.AllShelf, Order: taskapp.Newest, Today: today, Limit: newestTasks}); err != nil {
		return err
	}
	links, _, err := s.LinkList.Links(r.Context(), u.Firm, linkapp.LinkQuery{Client: id, Limit: 200})
	if err != nil {
		return err
	}
	page.Links = linkLines(links)
	for i := range page.Links {
		page.Links[i].Own = true
	}
	q := linkapp.FileQuery{Client: id, Name: r.URL.Query().Get("name"), Limit: pageSize, After: r.URL.Query().Get("after")}
	files, next, err := s.LinkList.Files(r.Context(), u.Firm, q)
	if err != nil {
		return err
	}
	if page.Messages, err = s.messagesAbout(r, row.Name, message.Query{Client: id}); err != nil {
		return err
	}
	page.Files, page.Pager = fileLines(files, zone(u.Practice.Zone)), pager(r, next, len(files), "file", "files")
	page.Name, page.Later, page.Modules = q.Name, q.After != "", []string{"pick-files.js"}
	for i := range page.Files {
		page.Files[i].Pick = true
	}
	s.page(w, r, code, page)
	return nil
}

// notYet says that something is saved and can't be shown yet; the browser looks again by itself.
func (s *Server) notYet(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Refresh", "2")
	return s.show(w, r, views.Failure{
		Plain: views.Plain{Title: "Saved"}, Text: "It is saved, and will show here in a moment. This page looks again by itself.",
		Action: "Look again", Href: (&url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}).String(),
	})
}
