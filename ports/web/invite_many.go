package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	clientapp "portico/app/client"
	"portico/app/clientimport"
	"portico/app/es"
	"portico/app/invitejob"
	"portico/domain/client"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// InviteJobs invite many people at once. Implementation: invitejob.Commands.
type InviteJobs interface {
	Candidates(ctx context.Context, firm int32, c invitejob.Choice, after string, limit int) ([]invitejob.Candidate, string, error)
	Counts(ctx context.Context, firm int32, c invitejob.Choice) (invitejob.Counts, error)
	Export(ctx context.Context, firm int32, c invitejob.Choice, w io.Writer) error
	Prepare(ctx context.Context, cmd invitejob.Prepare) (invitejob.Draft, error)
	Preview(ctx context.Context, firm int32, d invitejob.Draft) ([]invitejob.Planned, error)
	Start(ctx context.Context, by es.By, id uuid.UUID, hold time.Duration) (es.Result, error)
	Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Recent(ctx context.Context, firm int32) ([]invitejob.Draft, error)
	Look(ctx context.Context, firm int32, id uuid.UUID) (invitejob.Progress, error)
	Page(ctx context.Context, firm int32, id uuid.UUID, part invitejob.Part, after, limit int) ([]invitejob.Row, error)
	Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error
}

// choiceFields are what an address or a form says of whom it means, but for ticked people.
var choiceFields = []string{"q", "tag", "kind", "mine", "of", "portal"}

const maxTicked = 500 // clients or people that one address names

// choiceOf reads whom an address or a form means. What is unknown is left out. of is where a client's people stand
// together, portal where the person does.
func choiceOf(v url.Values, me uuid.UUID) (c invitejob.Choice) {
	c.Of = clientapp.Query{Text: v.Get("q"), Tag: v.Get("tag"), Fresh: v.Get("at") != ""}
	if v.Get("mine") != "" {
		c.Of.Owner = me
	}
	for _, s := range sorts {
		if s.Value == v.Get("kind") {
			c.Of.Sort = client.Sort(s.Value)
		}
	}
	for _, s := range standing {
		if string(s.portal) == v.Get("of") {
			c.Of.Portal = s.portal
		}
		if string(s.portal) == v.Get("portal") {
			c.Stand = s.portal
		}
	}
	c.Clients = idsOf(v["client"])
	if v.Get("all") == "" && v["person"] != nil {
		c.People = idsOf(v["person"])
	}
	return c
}

// idsOf are the ids among texts; nil where there is no text.
func idsOf(texts []string) (ids []uuid.UUID) {
	for _, text := range texts[:min(len(texts), maxTicked)] {
		if id, err := uuid.Parse(text); err == nil {
			ids = append(ids, id)
		}
	}
	if texts != nil && ids == nil {
		return []uuid.UUID{}
	}
	return ids
}

// keptOf are the fields that a form carries on.
func keptOf(v url.Values, more ...string) (kept []views.Choice) {
	for _, name := range append(choiceFields, more...) {
		for i, value := range v[name] {
			if value != "" && i < maxTicked {
				kept = append(kept, views.Choice{Value: name, Word: value})
			}
		}
	}
	return kept
}

// wordsOf says how people are chosen.
func wordsOf(c invitejob.Choice) string {
	var words []string
	if n := len(c.People); n > 0 {
		words = append(words, views.Count(n, "person ticked", "people ticked"))
	}
	for _, s := range standing {
		if s.portal != clientapp.AnyPortal && s.portal == c.Stand {
			words = append(words, s.word)
		}
		if s.portal != clientapp.AnyPortal && s.portal == c.Of.Portal {
			words = append(words, "clients: "+s.word)
		}
	}
	if n := len(c.Clients); n > 0 {
		words = append(words, views.Count(n, "client ticked", "clients ticked"))
	}
	for _, s := range sorts {
		if s.Value == string(c.Of.Sort) {
			words = append(words, s.Word)
		}
	}
	for _, part := range []struct{ format, value string }{{"tag “%s”", c.Of.Tag}, {"search “%s”", c.Of.Text}} {
		if part.value != "" {
			words = append(words, fmt.Sprintf(part.format, part.value))
		}
	}
	if c.Of.Owner != uuid.Nil {
		words = append(words, "mine")
	}
	if len(words) == 0 {
		return "Everybody"
	}
	return strings.Join(words, ", ")
}

// invitations is where client portals are managed: whom one could invite, and what was sent together (S3.11, S3.12).
func (s *Server) invitations(w http.ResponseWriter, r *http.Request) error {
	u, v := user(r), r.URL.Query()
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	choice := choiceOf(v, u.ID)
	choice.People = nil
	n, err := s.InviteJobs.Counts(r.Context(), u.Firm, choice)
	if err != nil {
		return err
	}
	rows, next, err := s.InviteJobs.Candidates(r.Context(), u.Firm, choice, v.Get("after"), pageSize)
	if err != nil {
		return err
	}
	page := views.Invitations{
		Shell: s.shell(r, "Manage client portals", "clients"), Query: choice.Of.Text, Kept: keptOf(v, "client"), Found: views.Count(n.Found, "person", "people"),
		All: views.Number(n.Choosable), Choosable: n.Choosable > 0, Pager: pager(r, next, len(rows), "person", "people"),
		Export: listURL("/invitations/export.csv", changed(r, "", "")),
		Empty:  views.Empty{Icon: "users", Title: "Nobody is like this", Text: "No client’s person passes all the filters that are on.", Action: "Show everybody", Href: "/invitations"},
	}
	page.Stale, page.Modules = !current, []string{"pick-all.js"}
	if choice.Stand = clientapp.AnyPortal; wordsOf(choice) != "Everybody" {
		page.Chosen = wordsOf(choice)
	}
	for _, p := range standing {
		on := string(p.portal) == v.Get("portal")
		q := changed(r, "portal", string(p.portal))
		if on {
			q.Del("portal")
		}
		page.Filters = append(page.Filters, views.Filter{Word: p.word, Href: listURL("/invitations", q), Count: views.Number(n.Stand[p.portal]), Current: on})
	}
	for _, c := range rows {
		page.Rows = append(page.Rows, candidateLine(c))
	}
	jobs, err := s.InviteJobs.Recent(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		page.Recent = append(page.Recent, views.JobLine{ID: j.ID, Chosen: j.Chosen, People: j.People, At: views.At(j.CreatedAt, zone(u.Practice.Zone))})
	}
	return s.show(w, r, page)
}

func candidateLine(c invitejob.Candidate) views.CandidateLine {
	line := views.CandidateLine{Contact: c.Contact, Name: c.Name, Client: c.Client, ClientName: c.ClientName, Email: c.Email, Phone: c.Phone, Choosable: c.Addressed()}
	switch {
	case c.Contact == uuid.Nil:
		line.Why = invitejob.ErrNobodyThere.Message
	case !line.Choosable:
		line.Why = "Has no address. Add one, and they can be invited."
	}
	if c.Contact != uuid.Nil {
		line.State = inviteBadge(c.State)
	}
	return line
}

// invitationsOf are the filters of the list of clients, for the list of their people.
func invitationsOf(r *http.Request) url.Values {
	v, out := r.URL.Query(), url.Values{}
	for _, name := range []string{"q", "tag", "kind", "mine"} {
		if v.Get(name) != "" {
			out.Set(name, v.Get(name))
		}
	}
	if v.Get("portal") != "" {
		out.Set("of", v.Get("portal"))
	}
	return out
}

// chosenClients are the filters of the list of clients, for what is asked of all of them.
func chosenClients(r *http.Request) string {
	v, out := r.URL.Query(), url.Values{}
	for _, name := range []string{"q", "tag", "kind", "mine", "portal"} {
		if v.Get(name) != "" {
			out.Set(name, v.Get(name))
		}
	}
	return out.Encode()
}

func (s *Server) exportInvitations(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	choice := choiceOf(r.URL.Query(), user(r).ID)
	choice.People = nil
	if err := s.InviteJobs.Export(r.Context(), user(r).Firm, choice, &b); err != nil {
		return err
	}
	sendSheet(w, "Client portals "+s.Now().UTC().Format(time.DateOnly), clientimport.CSV, b.Bytes())
	return nil
}
