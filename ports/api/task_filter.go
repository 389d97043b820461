package api

import (
	"context"
	"net/url"
	"strings"

	filterapp "portico/app/taskfilter"
	"portico/domain/account"
	"portico/domain/fault"
	"portico/domain/taskfilter"
)

var errSays = fault.New(fault.Invalid, "api.says", "Write what is looked for as the address of the page of tasks does, like due=overdue&of=mine.")

// TaskFilter is what somebody looks for again and again in the list of tasks.
type TaskFilter struct {
	ID      ID     `json:"id"`
	Name    string `json:"name"`
	Says    string `json:"says" doc:"As the address of the page of tasks does: due=overdue&of=mine"`
	Shared  bool   `json:"shared" doc:"Colleagues find it, too"`
	OwnerID ID     `json:"owner_id"`
}

// TaskFilterList are the caller's own ones, and those that colleagues share.
type TaskFilterList struct {
	Items []TaskFilter `json:"items" nullable:"false" doc:"By name"`
}

func (s *Server) listTaskFilters(ctx context.Context, _ *struct{}) (*body[TaskFilterList], error) {
	all, err := s.Filters.Filters(ctx, from(ctx).Firm, from(ctx).ID)
	if err != nil {
		return nil, err
	}
	out := TaskFilterList{Items: make([]TaskFilter, len(all))}
	for i, f := range all {
		out.Items[i] = showTaskFilter(f)
	}
	return &body[TaskFilterList]{Body: out}, nil
}

func showTaskFilter(f filterapp.Filter) TaskFilter {
	return TaskFilter{ID: ID(f.ID), Name: f.Name, Says: f.Says, Shared: f.Shared, OwnerID: ID(f.Owner)}
}

type putTaskFilter struct {
	ByID
	Idempotent
	Body struct {
		Name   string  `json:"name"`
		Says   *string `json:"says,omitempty" maxLength:"1000" doc:"Where none is sent, what it looks for stays"`
		Shared bool    `json:"shared,omitempty"`
	}
}

// putTaskFilter saves a filter; one that isn't there is made.
func (s *Server) putTaskFilter(ctx context.Context, in *putTaskFilter) (*body[TaskFilter], error) {
	id, err := in.parse(taskfilter.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	cmd := filterapp.Save{By: who, ID: id, Name: in.Body.Name, Shared: in.Body.Shared, Keeps: from(ctx).Role.May(account.ChangeTexts)}
	if in.Body.Says != nil {
		v, err := url.ParseQuery(strings.TrimPrefix(*in.Body.Says, "?"))
		if err != nil {
			return nil, errSays
		}
		says := filterapp.Says(v)
		cmd.Says = &says
	}
	r, err := s.FilterActs.Save(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	all, err := s.Filters.Filters(ctx, who.Firm, who.Actor.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.ID == id {
			return &body[TaskFilter]{Body: showTaskFilter(f)}, nil
		}
	}
	return nil, taskfilter.ErrNotFound
}

func (s *Server) deleteTaskFilter(ctx context.Context, in *deleteSaved) (*struct{}, error) {
	id, err := in.parse(taskfilter.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, nil)
	if err != nil {
		return nil, err
	}
	r, err := s.FilterActs.Remove(ctx, who, id, from(ctx).Role.May(account.ChangeTexts))
	if err != nil {
		return nil, err
	}
	return nil, s.shown(ctx, r)
}
