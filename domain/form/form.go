// Package form decides how a practice's questionnaires come about, and which versions of them clients are asked with.
//
//  1. A questionnaire is created once, empty or as a copy of another one, whose sections and fields get ids of their own.
//  2. It is changed as a draft. Every change leaves a draft that a client could be asked with, but for empty sections: what
//     would break a condition of another field is refused, and says of which.
//  3. Publishing makes the draft the next version, which never changes. It needs a field in every section; where nothing
//     was changed since the last version, there is no new one. Clients are asked with a version that was published.
//  4. A field stays the same one through all versions, so that a client's answers can be kept for another year.
//  5. What is archived takes no changes and asks nobody further until it is restored. Who was asked still is.
package form

import (
	"reflect"
	"slices"

	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// Form is the state of one questionnaire. The zero value has not been created.
type Form struct {
	created  bool
	archived bool
	draft    questionnaire.Questionnaire
	versions []questionnaire.Questionnaire
}

// Apply assigns what e says.
func (f Form) Apply(e Event) Form {
	switch e := e.(type) {
	case Created:
		f.created, f.draft = true, questionnaire.Questionnaire{Title: e.Title, Intro: e.Intro}
	case Retitled:
		f.draft.Title, f.draft.Intro = e.Title, e.Intro
	case SectionPut:
		f.draft = putSection(f.draft.Clone(), e.Section, e.After)
	case SectionRemoved:
		f.draft = f.draft.Clone()
		f.draft.Sections = slices.DeleteFunc(f.draft.Sections, func(s questionnaire.Section) bool { return s.ID == e.Section })
	case FieldPut:
		f.draft = putField(f.draft.Clone(), e.Section, e.After, e.Field)
	case FieldRemoved:
		f.draft = f.draft.Clone()
		for i := range f.draft.Sections {
			f.draft.Sections[i].Fields = slices.DeleteFunc(f.draft.Sections[i].Fields, func(x questionnaire.Field) bool {
				return x.ID == e.Field || x.Group == e.Field
			})
		}
	case Published:
		f.versions = append(slices.Clip(f.versions), f.draft)
	case Archived:
		f.archived = true
	case Restored:
		f.archived = false
	}
	return f
}

// Draft is what stands there now, published or not.
func (f Form) Draft() questionnaire.Questionnaire { return f.draft }

// Version is the nth that was published.
func (f Form) Version(n int) (questionnaire.Questionnaire, bool) {
	if n < 1 || n > len(f.versions) {
		return questionnaire.Questionnaire{}, false
	}
	return f.versions[n-1], true
}

// Versions is how many were published.
func (f Form) Versions() int { return len(f.versions) }

// Archived tells that nobody is to be asked with it any more.
func (f Form) Archived() bool { return f.archived }

// Changed tells that the draft differs from the last version.
func (f Form) Changed() bool {
	last, ok := f.Version(len(f.versions))
	return !ok || !same(last, f.draft)
}

func same(a, b questionnaire.Questionnaire) bool { return reflect.DeepEqual(bare(a), bare(b)) }

// bare has no slices that are empty and yet not nil.
func bare(q questionnaire.Questionnaire) questionnaire.Questionnaire {
	q = q.Clone()
	for i := range q.Sections {
		for j := range q.Sections[i].Fields {
			if f := &q.Sections[i].Fields[j]; len(f.Options) == 0 {
				f.Options = nil
			}
		}
		if len(q.Sections[i].Fields) == 0 {
			q.Sections[i].Fields = nil
		}
	}
	return q
}

func putSection(q questionnaire.Questionnaire, s questionnaire.Section, after uuid.UUID) questionnaire.Questionnaire {
	is := func(id uuid.UUID) func(questionnaire.Section) bool {
		return func(x questionnaire.Section) bool { return x.ID == id }
	}
	s.Fields = nil
	if i := slices.IndexFunc(q.Sections, is(s.ID)); i >= 0 {
		s.Fields = q.Sections[i].Fields
		q.Sections = slices.Delete(q.Sections, i, i+1)
	}
	q.Sections = slices.Insert(q.Sections, slices.IndexFunc(q.Sections, is(after))+1, s)
	return q
}

func putField(q questionnaire.Questionnaire, section, after uuid.UUID, f questionnaire.Field) questionnaire.Questionnaire {
	moving := []questionnaire.Field{f}
	for i := range q.Sections {
		s := &q.Sections[i]
		moving = append(moving, s.Columns(f.ID)...)
		s.Fields = slices.DeleteFunc(s.Fields, func(x questionnaire.Field) bool { return x.ID == f.ID || x.Group == f.ID })
	}
	i := slices.IndexFunc(q.Sections, func(s questionnaire.Section) bool { return s.ID == section })
	if i < 0 {
		return q
	}
	s := &q.Sections[i]
	at := slices.IndexFunc(s.Fields, func(x questionnaire.Field) bool { return x.ID == after }) + 1
	if f.Group == uuid.Nil { // whole below a group, and never between its columns
		for at > 0 && at < len(s.Fields) && s.Fields[at].Group != uuid.Nil {
			at++
		}
	}
	s.Fields = slices.Insert(s.Fields, at, moving...)
	return q
}
