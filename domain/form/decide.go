package form

import (
	"slices"
	"time"

	"portico/domain/fault"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// What can stand in the way of the practice.
var (
	ErrNotFound = fault.New(fault.NotFound, "form.unknown",
		"There is no such questionnaire.")
	ErrGone = fault.New(fault.NotFound, "form.gone",
		"This part of the questionnaire is gone. Reload the page.")
	ErrArchived = fault.New(fault.Conflict, "form.archived",
		"This questionnaire is archived. Restore it first.")
	ErrEmpty = fault.New(fault.Conflict, "form.empty",
		"Every section needs a question, and a questionnaire a section, before clients are asked.")
	ErrNeeded = fault.New(fault.Conflict, "form.needed",
		"A condition asks for this. Change the condition first.")
	ErrVersion = fault.New(fault.Invalid, "form.version",
		"This version was not published. Choose one that was.")
)

// Create begins a questionnaire (rule 1). Again it changes nothing. It refuses as questionnaire.Check does.
func (f Form) Create(title, intro string, now time.Time) ([]Event, error) {
	if f.created {
		return nil, nil
	}
	q, err := questionnaire.Questionnaire{Title: title, Intro: intro}.Check()
	if err != nil {
		return nil, err
	}
	return []Event{Created{Title: q.Title, Intro: q.Intro, At: now}}, nil
}

// Copy begins a questionnaire as another one, whose draft is then. fresh makes ids (rule 1). Again it changes nothing. It
// refuses as questionnaire.Check does.
func (f Form) Copy(from uuid.UUID, then questionnaire.Questionnaire, title string, fresh func() uuid.UUID, now time.Time) ([]Event, error) {
	if f.created {
		return nil, nil
	}
	then.Title = title
	q, err := renewed(then, fresh).Check()
	if err != nil {
		return nil, err
	}
	events := []Event{Created{Title: q.Title, Intro: q.Intro, Copied: from, At: now}}
	var above uuid.UUID
	for _, s := range q.Sections {
		fields := s.Fields
		s.Fields = nil
		events = append(events, SectionPut{Section: s, After: above, At: now})
		above = s.ID
		var after uuid.UUID
		for _, x := range fields {
			events = append(events, FieldPut{Section: s.ID, After: after, Field: x, At: now})
			after = x.ID
		}
	}
	return events, nil
}

// renewed is the same questionnaire with other ids.
func renewed(q questionnaire.Questionnaire, fresh func() uuid.UUID) questionnaire.Questionnaire {
	q = q.Clone()
	ids := map[uuid.UUID]uuid.UUID{uuid.Nil: uuid.Nil}
	renew := func(id uuid.UUID) uuid.UUID {
		if _, ok := ids[id]; !ok {
			ids[id] = fresh()
		}
		return ids[id]
	}
	of := func(c questionnaire.Condition) questionnaire.Condition {
		c.Field = renew(c.Field)
		if option, err := uuid.Parse(c.Value); err == nil {
			c.Value = renew(option).String()
		}
		return c
	}
	for i := range q.Sections {
		s := &q.Sections[i]
		s.ID, s.If = renew(s.ID), of(s.If)
		for j := range s.Fields {
			f := &s.Fields[j]
			f.ID, f.Group, f.If = renew(f.ID), renew(f.Group), of(f.If)
			for k := range f.Options {
				f.Options[k].ID = renew(f.Options[k].ID)
			}
		}
	}
	return q
}

// changeable refuses changes of what is not there or archived.
func (f Form) changeable() error {
	switch {
	case !f.created:
		return ErrNotFound
	case f.archived:
		return ErrArchived
	}
	return nil
}

// Retitle states anew what it is called (rule 2). It refuses with ErrNotFound, ErrArchived and as questionnaire.Check does.
func (f Form) Retitle(title, intro string, now time.Time) ([]Event, error) {
	q := f.draft
	q.Title, q.Intro = title, intro
	q, err := f.checked(q)
	switch {
	case err != nil:
		return nil, err
	case q.Title == f.draft.Title && q.Intro == f.draft.Intro:
		return nil, nil
	}
	return []Event{Retitled{Title: q.Title, Intro: q.Intro, At: now}}, nil
}

// checked is a draft that may stand.
func (f Form) checked(q questionnaire.Questionnaire) (questionnaire.Questionnaire, error) {
	if err := f.changeable(); err != nil {
		return q, err
	}
	return q.Check()
}

// PutSection adds a section below another one, changes it or moves it (rule 2). What stands so already is no event. It
// refuses with ErrNotFound, ErrArchived, ErrGone and as questionnaire.Check does.
func (f Form) PutSection(s questionnaire.Section, after uuid.UUID, now time.Time) ([]Event, error) {
	if _, ok := f.draft.Section(after); after != uuid.Nil && (!ok || after == s.ID) {
		return nil, ErrGone
	}
	q, err := f.checked(putSection(f.draft.Clone(), s, after))
	switch {
	case err != nil:
		return nil, err
	case same(q, f.draft):
		return nil, nil
	}
	s, _ = q.Section(s.ID)
	s.Fields = nil
	return []Event{SectionPut{Section: s, After: after, At: now}}, nil
}

// PutField adds a field to a section below another field, changes it or moves it (rule 2). What stands so already is no
// event. It refuses with ErrNotFound, ErrArchived, ErrGone and as questionnaire.Check does.
func (f Form) PutField(section, after uuid.UUID, x questionnaire.Field, now time.Time) ([]Event, error) {
	if err := f.changeable(); err != nil {
		return nil, err
	}
	in, ok := f.draft.Section(section)
	if !ok {
		return nil, ErrGone
	}
	here := slices.ContainsFunc(in.Fields, func(y questionnaire.Field) bool { return y.ID == after && y.Group != x.ID })
	if after != uuid.Nil && (!here || after == x.ID) {
		return nil, ErrGone
	}
	if _, was, ok := f.draft.Field(x.ID); ok && was.Kind == questionnaire.Group && x.Kind != was.Kind && len(in.Columns(x.ID)) > 0 {
		return nil, ErrNeeded.Withf("“%s” has columns. Remove them first, or leave it a group.", was.Label)
	}
	q, err := f.checked(putField(f.draft.Clone(), section, after, x))
	switch {
	case err != nil:
		return nil, err
	case same(q, f.draft):
		return nil, nil
	}
	_, x, _ = q.Field(x.ID)
	return []Event{FieldPut{Section: section, After: after, Field: x, At: now}}, nil
}

// RemoveSection takes a section away with its fields (rule 2). What is gone already is no event. It refuses with
// ErrNotFound, ErrArchived, and ErrNeeded while a condition elsewhere asks for a field of it.
func (f Form) RemoveSection(id uuid.UUID, now time.Time) ([]Event, error) {
	if err := f.changeable(); err != nil {
		return nil, err
	}
	s, ok := f.draft.Section(id)
	if !ok {
		return nil, nil
	}
	var going []uuid.UUID
	for _, x := range s.Fields {
		going = append(going, x.ID)
	}
	if err := f.needed(going, id); err != nil {
		return nil, err
	}
	return []Event{SectionRemoved{Section: id, At: now}}, nil
}

// RemoveField takes a field away, a group with its columns (rule 2). What is gone already is no event. It refuses with
// ErrNotFound, ErrArchived, and ErrNeeded while a condition asks for it.
func (f Form) RemoveField(id uuid.UUID, now time.Time) ([]Event, error) {
	if err := f.changeable(); err != nil {
		return nil, err
	}
	s, x, ok := f.draft.Field(id)
	if !ok {
		return nil, nil
	}
	going := []uuid.UUID{x.ID}
	for _, c := range s.Columns(id) {
		going = append(going, c.ID)
	}
	if err := f.needed(going, uuid.Nil); err != nil {
		return nil, err
	}
	return []Event{FieldRemoved{Field: id, At: now}}, nil
}

// needed refuses to take fields away that the condition of something that stays asks for.
func (f Form) needed(going []uuid.UUID, section uuid.UUID) error {
	refuse := func(field uuid.UUID, by string) error {
		_, x, _ := f.draft.Field(field)
		return ErrNeeded.Withf("“%s” is shown by the answer to “%s”. Change that condition first.", by, x.Label)
	}
	for _, s := range f.draft.Sections {
		if s.ID != section && slices.Contains(going, s.If.Field) {
			return refuse(s.If.Field, s.Title)
		}
		for _, x := range s.Fields {
			if !slices.Contains(going, x.ID) && slices.Contains(going, x.If.Field) {
				return refuse(x.If.Field, x.Label)
			}
		}
	}
	return nil
}

// Publish makes the draft the next version (rule 3). Where nothing has changed there is none. It refuses with ErrNotFound,
// ErrArchived, ErrEmpty.
func (f Form) Publish(now time.Time) ([]Event, error) {
	if err := f.changeable(); err != nil {
		return nil, err
	}
	if len(f.draft.Sections) == 0 {
		return nil, ErrEmpty
	}
	for _, s := range f.draft.Sections {
		if len(s.Fields) == 0 {
			return nil, ErrEmpty.Withf("Section “%s” asks nothing yet. Add a question, or remove it.", s.Title)
		}
		for _, x := range s.Fields {
			if x.Kind == questionnaire.Group && len(s.Columns(x.ID)) == 0 {
				return nil, ErrEmpty.Withf("“%s” is answered by rows, but has no columns yet. Add one.", x.Label)
			}
		}
	}
	if !f.Changed() {
		return nil, nil
	}
	return []Event{Published{Version: len(f.versions) + 1, At: now}}, nil
}

// Asks is the version that clients are asked with; 0: the newest (rules 3, 5). It refuses with ErrNotFound, ErrArchived,
// ErrVersion.
func (f Form) Asks(version int) (n int, err error) {
	if err := f.changeable(); err != nil {
		return 0, err
	}
	if version == 0 {
		version = len(f.versions)
	}
	if _, ok := f.Version(version); !ok {
		return 0, ErrVersion
	}
	return version, nil
}

// Archive says that nobody is to be asked with it any more (rule 5). Again it changes nothing. It refuses with ErrNotFound.
func (f Form) Archive(now time.Time) ([]Event, error) {
	switch {
	case !f.created:
		return nil, ErrNotFound
	case f.archived:
		return nil, nil
	}
	return []Event{Archived{At: now}}, nil
}

// Restore takes that back. Again it changes nothing. It refuses with ErrNotFound.
func (f Form) Restore(now time.Time) ([]Event, error) {
	switch {
	case !f.created:
		return nil, ErrNotFound
	case !f.archived:
		return nil, nil
	}
	return []Event{Restored{At: now}}, nil
}
