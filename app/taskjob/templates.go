package taskjob

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/task"
	"portico/domain/taskjob"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
)

// Template is what a practice asks for again: a task with blanks, and how many days later it is due.
type Template struct {
	ID     uuid.UUID
	Name   string
	Asking Asking // but for dates, owner and zone
	DueIn  int    // days; -1: it has no due date
	At     time.Time
}

// TemplateList reads the templates of a practice, by name. Implementation: adapters/postgres.
type TemplateList interface {
	Templates(ctx context.Context, firm int32) ([]Template, error)
}

// DueOn is when a task is due that is asked today.
func (t Template) DueOn(today time.Time) string {
	if t.DueIn < 0 {
		return ""
	}
	return today.AddDate(0, 0, t.DueIn).Format(time.DateOnly)
}

// SaveTemplate makes a template or states all of it anew. ID is chosen by the caller (UUIDv7).
type SaveTemplate struct {
	By       es.By
	Template Template
}

// SaveTemplate keeps what is asked for again. It refuses with tasktemplate.ErrName, ErrDueIn, and as the rules of tasks do.
func (c Commands) SaveTemplate(ctx context.Context, cmd SaveTemplate) (es.Result, error) {
	t := cmd.Template
	a := t.Asking
	checked := Plan{Act: taskjob.Assign, Asking: a}
	checked.Asking.Zone, checked.Asking.DueOn = "UTC", ""
	if a.Recurrence.Every != 0 {
		checked.Asking.DueOn = "2026-01-01" // a task that repeats has a due date
	}
	examples, err := c.examples(ctx, cmd.By.Firm, t)
	if err != nil {
		return es.Result{}, err
	}
	r, err := es.Execute(ctx, c.Events, cmd.By, tasktemplate.Stream(t.ID), func(s tasktemplate.Template, now time.Time) ([]tasktemplate.Event, error) {
		if err := checked.check(now); err != nil {
			return nil, err
		}
		if t.DueIn < 0 && a.Recurrence.Every != 0 {
			return nil, task.ErrRecurrence
		}
		e := tasktemplate.Saved{
			Name: t.Name, Task: string(a.Kind), Title: a.Title, Description: a.Description, DueIn: t.DueIn, Priority: string(a.Priority), Each: a.Each, Together: a.Together,
			Checklist: a.Checklist, Repeat: tasktemplate.Repeat{Every: a.Recurrence.Every, Unit: string(a.Recurrence.Unit), From: string(a.Recurrence.From), Wait: a.Recurrence.Wait},
		}
		for n, i := range a.Items {
			e.Items = append(e.Items, tasktemplate.Item{Title: i.Title, Help: i.Help, Types: i.Types, Most: i.Most, Optional: i.Optional, Own: i.Own, Examples: examples[n]})
		}
		return s.Save(e, now)
	})
	if err != nil {
		return r, err
	}
	for _, of := range examples {
		for _, e := range of {
			if err := c.Bytes.Confirm(ctx, cmd.By.Firm, e.ID); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// examples are those of each item, held for the template: what it has already stays, and of others it has the same bytes
// under an id of its own. It refuses with taskapp.ErrExample.
func (c Commands) examples(ctx context.Context, firm int32, t Template) ([][]tasktemplate.Example, error) {
	all := make([][]tasktemplate.Example, len(t.Asking.Items))
	var ids []uuid.UUID
	for _, i := range t.Asking.Items {
		ids = append(ids, i.Examples...)
	}
	if len(ids) == 0 {
		return all, nil
	}
	kept, err := c.Bytes.Examples(ctx, firm, ids)
	if err != nil {
		return nil, err
	}
	for n, i := range t.Asking.Items {
		for _, id := range i.Examples {
			e, ok := kept[id]
			if !ok || e.Infected {
				return nil, taskapp.ErrExample
			}
			if e.Target != t.ID {
				e.ID = uuid.NewSHA1(t.ID, id[:])
				if err := c.Bytes.Keep(ctx, firm, e, t.ID); err != nil {
					return nil, fmt.Errorf("keep an example for a template: %w", err)
				}
			}
			all[n] = append(all[n], tasktemplate.Example{ID: e.ID, Name: e.Name})
		}
	}
	return all, nil
}

// Names tells whether a template shows an example.
func (c Commands) Names(ctx context.Context, firm int32, template, example uuid.UUID) (names bool, err error) {
	err = es.Look(ctx, c.Events, firm, tasktemplate.Stream(template), func(t tasktemplate.Template, _ int, _ time.Time) error {
		names = t.Names(example)
		return nil
	})
	return names, err
}

// RemoveTemplate takes a template away. It refuses with tasktemplate.ErrNotFound.
func (c Commands) RemoveTemplate(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, tasktemplate.Stream(id), func(s tasktemplate.Template, now time.Time) ([]tasktemplate.Event, error) {
		return s.Remove(now)
	})
}

// TemplateOf is a template as what was saved says.
func TemplateOf(id uuid.UUID, e tasktemplate.Saved) Template {
	t := Template{ID: id, Name: e.Name, DueIn: e.DueIn, At: e.At, Asking: Asking{
		Kind: task.Sort(e.Task), Title: e.Title, Description: e.Description, Priority: task.Priority(e.Priority), Each: e.Each, Together: e.Together, Checklist: e.Checklist, Template: id,
		Recurrence: task.Recurrence{Every: e.Repeat.Every, Unit: task.Unit(e.Repeat.Unit), From: task.Origin(e.Repeat.From), Wait: e.Repeat.Wait},
	}}
	for _, i := range e.Items {
		item := task.Asking{Title: i.Title, Help: i.Help, Types: i.Types, Most: i.Most, Optional: i.Optional, Own: i.Own}
		for _, e := range i.Examples {
			item.Examples = append(item.Examples, e.ID)
		}
		t.Asking.Items = append(t.Asking.Items, item)
	}
	return t
}
