package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	taskapp "portico/app/task"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// spareRows are how many rows of the form are empty; twice as many where that was too little.
const spareRows = 8

// itemRows are what was typed, and empty rows after it.
func itemRows(typed []views.ItemFields, more bool) []views.ItemFields {
	rows := slices.DeleteFunc(slices.Clone(typed), func(f views.ItemFields) bool { return f.Title == "" && !f.Fuller() })
	spare := spareRows
	if more {
		spare += spareRows
	}
	for range spare {
		rows = append(rows, views.ItemFields{ID: newID()})
	}
	for i := range rows {
		rows[i].N, rows[i].Accept = i+1, exampleTypes()
	}
	return rows
}

// typedItems are the rows of a form, the empty ones as well.
func typedItems(f url.Values) (rows []views.ItemFields) {
	at := func(name string, i int) string {
		if i < len(f[name]) {
			return f[name][i]
		}
		return ""
	}
	for i, text := range f["item"] {
		id, err := uuid.Parse(text)
		if err != nil {
			id = newID()
		}
		rows = append(rows, views.ItemFields{
			ID: id, Title: at("item-title", i), Help: at("item-help", i), Types: at("item-types", i), Most: at("item-most", i),
			Optional: slices.Contains(f["item-optional"], text), Own: slices.Contains(f["item-own"], text), Examples: typedExamples(f, text),
		})
	}
	return rows
}

// askingOf is what the rows ask for. What was left empty is not asked for.
func askingOf(rows []views.ItemFields) (items []task.Asking) {
	for _, f := range rows {
		if f.Title == "" && !f.Fuller() {
			continue
		}
		a := task.Asking{ID: f.ID, Title: f.Title, Help: f.Help, Optional: f.Optional, Own: f.Own}
		for _, t := range strings.FieldsFunc(f.Types, func(r rune) bool { return strings.ContainsRune(" ,;\t", r) }) {
			a.Types = append(a.Types, strings.ToLower(strings.TrimLeft(t, "*.")))
		}
		if most := strings.TrimSpace(f.Most); most != "" {
			n, err := strconv.Atoi(most)
			if a.Most = n; err != nil || n <= 0 {
				a.Most = -1 // refused beside its field
			}
		}
		for _, e := range f.Examples {
			example, _ := uuid.Parse(e.Ref) // what is none is refused as one that is gone
			a.Examples = append(a.Examples, example)
		}
		items = append(items, a)
	}
	return items
}

// fieldsOf is an item as a form shows it.
func fieldsOf(i taskapp.Item) views.ItemFields {
	f := fieldsOfAsked(task.Asking{Title: i.Title, Help: i.Help, Types: i.Types, Most: i.Most, Optional: i.Optional, Own: i.Own})
	f.ID = i.ID
	return f
}

// fieldsOfAsked is an item of a new task.
func fieldsOfAsked(i task.Asking) views.ItemFields {
	f := views.ItemFields{ID: newID(), Title: i.Title, Help: i.Help, Types: strings.Join(i.Types, ", "), Optional: i.Optional, Own: i.Own}
	if i.Most > 0 {
		f.Most = strconv.Itoa(i.Most)
	}
	for _, e := range i.Examples {
		f.Examples = append(f.Examples, views.ItemExample{Ref: e.String()})
	}
	return f
}

// copyTask fills a form with what the task asks for that the address names: the next one is made from the last.
func (s *Server) copyTask(r *http.Request, page *views.TaskNew) error {
	text := r.URL.Query().Get("copy")
	if text == "" {
		return nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return errNotFound
	}
	t, err := s.TaskList.Task(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	items, err := s.TaskItems.Items(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	f := &page.Fields
	f.Title, f.Description, f.Priority, f.Each, f.Together, f.Copied, f.Checklist = t.Title, t.Description, string(t.Priority), t.Each, t.FinishTogether, text, checklistOf(t.Checklist)
	f.Kind = string(t.Kind)
	switch t.Kind {
	case task.FormFilling:
		given, err := s.Answers.Sheet(r.Context(), user(r).Firm, id)
		if err != nil {
			return err
		}
		f.Form = given.Form.String()
	case task.Documents, task.Question:
	case task.ToDo, task.Signing:
		f.Kind = string(task.ToDo)
	}
	repeatsAs(f, t.Recurrence)
	page.Model = t.Title
	examples, err := s.examplesOf(r, id)
	if err != nil {
		return err
	}
	for _, i := range items[id] {
		if !i.Cancelled {
			row := fieldsOf(i)
			row.ID, row.Examples = newID(), examples[i.ID]
			f.Items = append(f.Items, row)
		}
	}
	return nil
}
