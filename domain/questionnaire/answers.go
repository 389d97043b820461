package questionnaire

import (
	"slices"

	"github.com/google/uuid"
)

// Place is where an answer stands: a field, and the row of its group where it is a column.
type Place struct {
	Field uuid.UUID
	Row   uuid.UUID
}

// Answers are what was answered so far.
type Answers struct {
	Values map[Place]string
	Unsure map[Place]bool            // taken from another year, and not yet said to hold
	Rows   map[uuid.UUID][]uuid.UUID // of each group, in order
}

// Part is a section with what is shown of it.
type Part struct {
	Section Section
	Lines   []Line
	Given   int // answers
	Wanted  int // answers that have to be given
	Missing int // of those wanted
	Unsure  int // answers to be looked at again
}

// Done tells that nothing of the part is missing.
func (p Part) Done() bool { return p.Missing == 0 && p.Unsure == 0 }

// Line is a field that is shown, in one row where it is a column.
type Line struct {
	Field   Field
	Row     uuid.UUID
	Nth     int // of the row, from 1
	Value   string
	Rows    []uuid.UUID // of a group
	Missing bool
	Unsure  bool
}

// Place is where the line's answer stands.
func (l Line) Place() Place { return Place{Field: l.Field.ID, Row: l.Row} }

// Lines is the questionnaire as these answers show it: sections and fields whose conditions are met, and of each group
// its rows (rule 3).
func (q Questionnaire) Lines(a Answers) (parts []Part) {
	counts := map[Place]string{} // of what is shown
	for _, s := range q.Sections {
		if !s.If.met(q, counts, uuid.Nil) {
			continue
		}
		p := Part{Section: s}
		for _, f := range s.Fields {
			if f.Group != uuid.Nil || !f.If.met(q, counts, uuid.Nil) {
				continue
			}
			p.add(Line{Field: f, Value: a.Values[Place{Field: f.ID}], Rows: a.Rows[f.ID]}, a, counts)
			if f.Kind != Group {
				continue
			}
			columns := s.Columns(f.ID)
			for n, row := range a.Rows[f.ID] {
				for _, c := range columns {
					if c.If.met(q, counts, row) {
						p.add(Line{Field: c, Row: row, Nth: n + 1, Value: a.Values[Place{Field: c.ID, Row: row}]}, a, counts)
					}
				}
			}
		}
		parts = append(parts, p)
	}
	return parts
}

func (p *Part) add(l Line, a Answers, counts map[Place]string) {
	value := l.Value
	if l.Field.Kind == Group && len(l.Rows) > 0 {
		value = itoa(len(l.Rows))
	}
	counts[l.Place()] = value
	l.Missing = l.Field.Required && value == ""
	l.Unsure = a.Unsure[l.Place()] && value != ""
	if value != "" {
		p.Given++
	}
	if l.Field.Required {
		p.Wanted++
	}
	if l.Missing {
		p.Missing++
	}
	if l.Unsure {
		p.Unsure++
	}
	p.Lines = append(p.Lines, l)
}

// met tells whether an answer shows what has the condition. row is the row of the column that has it.
func (c Condition) met(q Questionnaire, counts map[Place]string, row uuid.UUID) bool {
	if c == (Condition{}) {
		return true
	}
	_, f, ok := q.Field(c.Field)
	if !ok {
		return false
	}
	at := Place{Field: c.Field}
	if f.Group != uuid.Nil {
		at.Row = row
	}
	value := counts[at]
	has := value == c.Value || f.Kind == Many && slices.Contains(List(value), c.Value)
	switch c.Test {
	case Answered:
		return value != ""
	case Is:
		return value != "" && has
	case IsNot:
		return value != "" && !has
	}
	return false
}

// Missing are the places that still have to be answered or looked at, in order (rule 6).
func (q Questionnaire) Missing(a Answers) (places []Place) {
	for _, p := range q.Lines(a) {
		for _, l := range p.Lines {
			if l.Missing || l.Unsure {
				places = append(places, l.Place())
			}
		}
	}
	return places
}

// Kept is what of another year's answers can be said again here: what is shown there, to fields that are here of the same
// sort, and takes today's limits. Files are not among it. Rows keep their ids.
func (q Questionnaire) Kept(then Questionnaire, a Answers) (values []Answer, rows []Row) {
	for _, p := range then.Lines(a) {
		for _, l := range p.Lines {
			_, f, ok := q.Field(l.Field.ID)
			if !ok || f.Kind != l.Field.Kind || f.Group != l.Field.Group || f.Kind == File {
				continue
			}
			if f.Kind == Group {
				for _, id := range l.Rows {
					rows = append(rows, Row{Group: f.ID, ID: id})
				}
				continue
			}
			if value, err := f.Canonical(l.Value); err == nil && value != "" {
				values = append(values, Answer{Place: l.Place(), Value: value})
			}
		}
	}
	return values, rows
}

// Answer is one answer.
type Answer struct {
	Place
	Value string
}

// Row is one row of a group.
type Row struct{ Group, ID uuid.UUID }
