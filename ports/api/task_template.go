package api

import (
	"context"

	"portico/app/taskjob"
	"portico/domain/task"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
)

// TaskTemplate is what the practice asks for again.
type TaskTemplate struct {
	ID             ID          `json:"id"`
	Name           string      `json:"name"`
	Kind           string      `json:"kind"`
	Title          string      `json:"title" doc:"With its blanks: {client}, {due}, {month}, {last month}, {year} and {last year}; a task that repeats has them filled anew each time"`
	Description    string      `json:"description" doc:"Markdown"`
	DueIn          *int        `json:"due_in" doc:"Days after it is asked; null: it has no due date"`
	Priority       string      `json:"priority"`
	Each           bool        `json:"each"`
	FinishTogether bool        `json:"finish_together"`
	Checklist      []string    `json:"checklist" nullable:"false"`
	Items          []AskedItem `json:"items" nullable:"false"`
	Repeat         *TaskRepeat `json:"repeat" doc:"null: it doesn't come again"`
	SavedAt        Time        `json:"saved_at"`
}

func showTaskTemplate(t taskjob.Template) TaskTemplate {
	a := t.Asking
	out := TaskTemplate{
		ID: ID(t.ID), Name: t.Name, Kind: string(a.Kind), Title: a.Title, Description: a.Description, Priority: string(a.Priority), Each: a.Each, FinishTogether: a.Together,
		Checklist: append([]string{}, a.Checklist...), Items: make([]AskedItem, len(a.Items)), SavedAt: Time(t.At),
	}
	for n, i := range a.Items {
		out.Items[n] = AskedItem{Title: i.Title, Help: i.Help, Types: i.Types, Most: i.Most, Optional: i.Optional, Own: i.Own}
		for _, e := range i.Examples {
			out.Items[n].Examples = append(out.Items[n].Examples, e.String())
		}
	}
	if t.DueIn >= 0 {
		out.DueIn = &t.DueIn
	}
	if r := a.Recurrence; r.Every > 0 {
		out.Repeat = &TaskRepeat{Every: r.Every, Unit: string(r.Unit), From: string(r.From), Wait: r.Wait}
	}
	return out
}

// TaskTemplateList are all of a practice.
type TaskTemplateList struct {
	Items []TaskTemplate `json:"items" nullable:"false" doc:"By name"`
}

func (s *Server) listTaskTemplates(ctx context.Context, _ *struct{}) (*body[TaskTemplateList], error) {
	all, err := s.Templates.Templates(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	out := TaskTemplateList{Items: make([]TaskTemplate, len(all))}
	for i, t := range all {
		out.Items[i] = showTaskTemplate(t)
	}
	return &body[TaskTemplateList]{Body: out}, nil
}

func (s *Server) taskTemplate(ctx context.Context, id uuid.UUID) (taskjob.Template, error) {
	all, err := s.Templates.Templates(ctx, from(ctx).Firm)
	if err != nil {
		return taskjob.Template{}, err
	}
	for _, t := range all {
		if t.ID == id {
			return t, nil
		}
	}
	return taskjob.Template{}, tasktemplate.ErrNotFound
}

type putTaskTemplate struct {
	ByID
	Idempotent
	Body struct {
		Name           string      `json:"name"`
		Kind           string      `json:"kind,omitempty" enum:"todo,question,documents" doc:"todo, where none is sent"`
		Title          string      `json:"title"`
		Description    string      `json:"description,omitempty"`
		DueIn          *int        `json:"due_in,omitempty" minimum:"0" maximum:"3660" doc:"Days after it is asked; none: it has no due date"`
		Priority       string      `json:"priority,omitempty" enum:"low,normal,high"`
		Each           bool        `json:"each,omitempty"`
		FinishTogether bool        `json:"finish_together,omitempty"`
		Checklist      []string    `json:"checklist,omitempty" nullable:"false"`
		Items          []AskedItem `json:"items,omitempty" nullable:"false" maxItems:"200"`
		Repeat         *TaskRepeat `json:"repeat,omitempty"`
	}
}

// putTaskTemplate states all of a template anew; one that isn't there is made.
func (s *Server) putTaskTemplate(ctx context.Context, in *putTaskTemplate) (*body[TaskTemplate], error) {
	id, err := in.parse(tasktemplate.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	b := in.Body
	t := taskjob.Template{ID: id, Name: b.Name, DueIn: -1, Asking: taskjob.Asking{
		Kind: task.Sort(b.Kind), Title: b.Title, Description: b.Description, Priority: task.Priority(b.Priority), Each: b.Each, Together: b.FinishTogether, Checklist: b.Checklist,
		Recurrence: b.Repeat.recurrence(),
	}}
	if b.Kind == "" {
		t.Asking.Kind = task.ToDo
	}
	if b.Priority == "" {
		t.Asking.Priority = task.Normal
	}
	if b.DueIn != nil {
		t.DueIn = *b.DueIn
	}
	for _, i := range b.Items {
		t.Asking.Items = append(t.Asking.Items, i.asking(uuid.Nil))
	}
	r, err := s.TaskJobs.SaveTemplate(ctx, taskjob.SaveTemplate{By: who, Template: t})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	if t, err = s.taskTemplate(ctx, id); err != nil {
		return nil, err
	}
	return &body[TaskTemplate]{Body: showTaskTemplate(t)}, nil
}

type deleteSaved struct {
	ByID
	Idempotent
}

func (s *Server) deleteTaskTemplate(ctx context.Context, in *deleteSaved) (*struct{}, error) {
	id, err := in.parse(tasktemplate.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, nil)
	if err != nil {
		return nil, err
	}
	r, err := s.TaskJobs.RemoveTemplate(ctx, who, id)
	if err != nil {
		return nil, err
	}
	return nil, s.shown(ctx, r)
}
