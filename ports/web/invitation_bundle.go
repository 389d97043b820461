package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// mostModels are how many of a client's newest requests an invitation may be given the like of.
const mostModels = 20

// models are what requests that go along with an invitation are made of (S4.7): the practice's templates, with their blanks
// filled for the client, and the client's own newest requests. What another client was asked for is nobody else's to read.
func (s *Server) models(r *http.Request, client uuid.UUID, name, dueOn string, chosen []string) (choices []views.ModelChoice, err error) {
	templates, err := s.TaskTemplates.Templates(r.Context(), user(r).Firm)
	if err != nil {
		return nil, err
	}
	for _, t := range templates {
		if t.Asking.Kind != task.Documents {
			continue
		}
		a, err := s.filledTemplate(r, t, uuid.Nil, taskjob.Target{ID: client, Name: name}, dueOn)
		if err != nil {
			return nil, err
		}
		choices = append(choices, views.ModelChoice{ID: t.ID, Title: a.Title, Of: "Template: " + t.Name, Ticked: slices.Contains(chosen, t.ID.String())})
	}
	rows, _, err := s.TaskList.Tasks(r.Context(), user(r).Firm, taskapp.Query{Client: client, Kind: task.Documents, Shelf: taskapp.AllShelf, Order: taskapp.Newest, Limit: mostModels})
	for _, t := range rows {
		choices = append(choices, views.ModelChoice{ID: t.ID, Title: t.Title, Of: "Asked on " + dayShort(t.AssignedAt.In(zone(user(r).Practice.Zone)).Format(time.DateOnly)), Ticked: slices.Contains(chosen, t.ID.String())})
	}
	return choices, err
}

// filledTemplate is what a template asks of a client by a day; without one, by the day that the template says.
func (s *Server) filledTemplate(r *http.Request, t taskjob.Template, bundle uuid.UUID, to taskjob.Target, dueOn string) (task.Assigning, error) {
	z := zone(user(r).Practice.Zone)
	if _, ok := civilDate(dueOn); !ok {
		dueOn = t.DueOn(s.Now().In(z))
	}
	blanks, err := s.blanksOf(r, to.Name, dueOn)
	a := t.Asking
	a.DueOn, a.Zone, a.Due, a.Year, a.Month, a.LastMonth = dueOn, z.String(), blanks.Due, blanks.Year, blanks.Month, blanks.LastMonth
	of := a.Of(task.InBulk(bundle, t.ID), to)
	of.Job = uuid.Nil
	return of, err
}

// checkBundle says what is in the way of requests that go along, before anybody is invited: people who couldn't see them.
func checkBundle(page *views.InviteNew, people []contactapp.Linked) {
	if len(page.Chosen) == 0 {
		return
	}
	for _, p := range people {
		if page.Ticked[p.ID.String()] && !p.Rights.May("tasks") {
			page.Problems = append(page.Problems, views.Problem{Field: "bundle", Text: p.Name() + " has no right to tasks, and would not see the requests. Give it to them on the client’s page, or send none along."})
		}
	}
}

// sendBundle asks those who were invited for what the chosen requests asked for, by the day that the invitation names.
// A form that is sent again for others lets them see the same requests.
func (s *Server) sendBundle(r *http.Request, by es.By, client uuid.UUID, page views.InviteNew, to []uuid.UUID) (position int64, err error) {
	for _, text := range page.Chosen {
		model, err := uuid.Parse(text)
		if err != nil {
			return position, errForm
		}
		res, err := s.askLike(r, by, client, model, page, to)
		if err != nil {
			return position, err
		}
		position = max(position, res.Position)
	}
	return position, nil
}

// likeOf is the request that a model makes: a template, or a request of the same client.
func (s *Server) likeOf(r *http.Request, by es.By, client, model uuid.UUID, page views.InviteNew) (a task.Assigning, err error) {
	templates, err := s.TaskTemplates.Templates(r.Context(), by.Firm)
	if err != nil {
		return a, err
	}
	for _, t := range templates {
		if t.ID == model && t.Asking.Kind == task.Documents {
			c, err := s.ClientList.Client(r.Context(), by.Firm, client)
			if err != nil {
				return a, err
			}
			return s.filledTemplate(r, t, page.Bundle, taskjob.Target{ID: client, Name: c.Name}, page.DueOn)
		}
	}
	t, err := s.TaskList.Task(r.Context(), by.Firm, model)
	if err == nil && (t.Client != client || t.Kind != task.Documents) {
		err = task.ErrNotFound
	}
	if err != nil {
		return a, err
	}
	all, err := s.TaskItems.Items(r.Context(), by.Firm, model)
	if err != nil {
		return a, err
	}
	examples, err := s.examplesOf(r, model)
	if err != nil {
		return a, err
	}
	id := task.InBulk(page.Bundle, model) // the same for a form that is sent again
	a = task.Assigning{
		Task: id, Client: client, Kind: task.Documents, Title: t.Title, Description: t.Description, DueOn: page.DueOn, Each: t.Each, FinishTogether: t.FinishTogether, Priority: t.Priority,
		Copied: model, Zone: user(r).Practice.Zone,
	}
	for _, i := range all[model] {
		if i.Cancelled {
			continue
		}
		item := task.Asking{ID: task.InBulk(id, i.ID), Title: i.Title, Help: i.Help, Example: i.Example, Types: i.Types, Most: i.Most, Optional: i.Optional, Own: i.Own}
		for _, e := range examples[i.ID] {
			of, from, _ := strings.Cut(e.Ref, ".")
			example, err := s.adoptExample(r, id, of, from)
			if err != nil {
				return a, err
			}
			item.Examples = append(item.Examples, example)
		}
		a.Items = append(a.Items, item)
	}
	return a, nil
}

// askLike assigns one request of a bundle, or lets further people see it.
func (s *Server) askLike(r *http.Request, by es.By, client, model uuid.UUID, page views.InviteNew, to []uuid.UUID) (last es.Result, err error) {
	a, err := s.likeOf(r, by, client, model, page)
	if err != nil {
		return last, err
	}
	rules, err := s.Reminders.Rules(r.Context(), by.Firm)
	if err != nil {
		return last, err
	}
	a.Owner, a.Audience, a.Cadence = by.Actor.ID, task.Audience{Contacts: to}, rules.Default()
	if invite.Channels(page.Channels) != invite.ByNone {
		a.Bundle = page.Bundle // the invitation tells of it; without one it is told of by itself
	}
	id := a.Task
	of := func(what uuid.UUID) es.By { // one form, several commands: each takes effect once
		by := by
		by.Command = uuid.NewSHA1(by.Command, what[:])
		return by
	}
	if last, err = s.Tasks.Assign(r.Context(), taskapp.Assign{By: of(id), Task: a}); err != nil {
		return last, err
	}
	for _, c := range to {
		res, err := s.Tasks.AddContact(r.Context(), taskapp.AddContact{By: of(task.InBulk(id, c)), Task: id, Contact: c, From: task.FromStart})
		if err != nil {
			return last, err
		}
		if res.Position > last.Position {
			last = res
		}
	}
	return last, nil
}

// bundleProblem is a refusal of a request that was to go along, beside its field. Whoever was invited by then stays so.
func bundleProblem(err error) (views.Problem, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !slices.Contains([]fault.Kind{fault.Invalid, fault.Conflict, fault.NotFound}, f.Kind) {
		return views.Problem{}, false
	}
	return views.Problem{Field: "bundle", Text: "The requests did not go along: " + f.Message}, true
}
