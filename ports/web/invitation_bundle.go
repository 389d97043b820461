package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	contactapp "portico/app/contact"
	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// mostModels are how many of the newest requests an invitation may be given the like of.
const mostModels = 20

// models are the practice's newest requests: an invitation carries new ones that ask for the same (S4.7).
func (s *Server) models(r *http.Request, chosen []string) (choices []views.ModelChoice, err error) {
	rows, _, err := s.TaskList.Tasks(r.Context(), user(r).Firm, taskapp.Query{Kind: task.Documents, Shelf: taskapp.AllShelf, Order: taskapp.Newest, Limit: mostModels})
	for _, t := range rows {
		choices = append(choices, views.ModelChoice{ID: t.ID, Title: t.Title, Of: t.ClientName, Ticked: slices.Contains(chosen, t.ID.String())})
	}
	return choices, err
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

// askLike assigns one request of a bundle, or lets further people see it.
func (s *Server) askLike(r *http.Request, by es.By, client, model uuid.UUID, page views.InviteNew, to []uuid.UUID) (last es.Result, err error) {
	t, err := s.TaskList.Task(r.Context(), by.Firm, model)
	if err != nil {
		return last, err
	}
	all, err := s.TaskItems.Items(r.Context(), by.Firm, model)
	if err != nil {
		return last, err
	}
	id := task.InBulk(page.Bundle, model) // the same for a form that is sent again
	a := task.Assigning{
		Task: id, Client: client, Kind: task.Documents, Title: t.Title, Description: t.Description, DueOn: page.DueOn, Owner: by.Actor.ID, Audience: task.Audience{Contacts: to},
		Each: t.Each, FinishTogether: t.FinishTogether, Priority: t.Priority, Copied: model, Zone: user(r).Practice.Zone,
	}
	rules, err := s.Reminders.Rules(r.Context(), by.Firm)
	if err != nil {
		return last, err
	}
	a.Cadence = rules.Default()
	if invite.Channels(page.Channels) != invite.ByNone {
		a.Bundle = page.Bundle // the invitation tells of it; without one it is told of by itself
	}
	examples, err := s.examplesOf(r, model)
	if err != nil {
		return last, err
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
				return last, err
			}
			item.Examples = append(item.Examples, example)
		}
		a.Items = append(a.Items, item)
	}
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
