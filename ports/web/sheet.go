package web

import (
	"strconv"
	"strings"
	"time"

	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/questionnaire"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// sheetLook is how a questionnaire is shown: in which words, and who answered as whom.
type sheetLook struct {
	words    *language.Words
	zone     *time.Location
	practice string
	name     func(task.Who) string // "": nobody's who is to be named
	open     bool                  // answers are taken
	action   string
	typed    map[string]string // what was typed and refused, by input
	problems views.Problems
	files    sheetFiles
}

// inputName is the name of the input of a place, and its id on the page.
func inputName(p questionnaire.Place) string {
	if p.Row == uuid.Nil {
		return "a-" + p.Field.String()
	}
	return "a-" + p.Field.String() + "." + p.Row.String()
}

// placeText names a place in a form.
func placeText(p questionnaire.Place) string { return strings.TrimPrefix(inputName(p), "a-") }

func placeOf(text string) (p questionnaire.Place, ok bool) {
	field, row, has := strings.Cut(text, ".")
	var err, err2 error
	p.Field, err = uuid.Parse(field)
	if has {
		p.Row, err2 = uuid.Parse(row)
	}
	return p, err == nil && err2 == nil
}

// sheet is a questionnaire with its answers, as far as it is shown.
func (l sheetLook) sheet(q questionnaire.Questionnaire, a questionnaire.Answers, given taskapp.Sheet) views.Sheet {
	w := l.words
	s := views.Sheet{W: w, Action: l.action, Off: !l.open}
	for _, p := range q.Lines(a) {
		sec := views.SheetSection{
			W: w, Action: l.action, Off: !l.open, ID: p.Section.ID, Command: newID(), Title: p.Section.Title, Help: p.Section.Help, Done: p.Done() && p.Given > 0,
			Back: given.Back[p.Section.ID].Reason, Unsure: p.Unsure > 0,
		}
		s.Given, s.Missing = s.Given+p.Given, s.Missing+p.Missing+p.Unsure
		sec.Progress = l.progress(p)
		for i, line := range p.Lines {
			v := l.line(q, line, given)
			if line.Row != uuid.Nil && (i == 0 || p.Lines[i-1].Row != line.Row) {
				_, group, _ := q.Field(line.Field.Group)
				v.Group, v.Heading = group.ID, w.T("form.row", group.Label, strconv.Itoa(line.Nth))
			}
			sec.Lines = append(sec.Lines, v)
		}
		s.Sections = append(s.Sections, sec)
	}
	return s
}

func (l sheetLook) progress(p questionnaire.Part) string {
	switch {
	case p.Missing > 0:
		return l.words.N("form.missing", p.Missing)
	case p.Unsure > 0:
		return l.words.N("form.to_confirm", p.Unsure)
	}
	return l.words.N("form.given", p.Given)
}

func (l sheetLook) line(q questionnaire.Questionnaire, line questionnaire.Line, given taskapp.Sheet) views.SheetLine {
	w, f, name := l.words, line.Field, inputName(line.Place())
	v := views.SheetLine{
		W: w, Name: name, Place: placeText(line.Place()), Kind: string(f.Kind), Label: f.Label, Help: f.Help, Required: f.Required, Value: line.Value, Shown: l.shown(f, line.Value),
		Currency: f.Currency, Min: f.Min, Max: f.Max, Limits: l.limits(f), Unsure: line.Unsure, Missing: line.Missing, Off: !l.open, Row: line.Row, Problem: l.problems.For(name),
	}
	if f.Kind == questionnaire.Group {
		most := questionnaire.MaxRows
		if f.Most > 0 {
			most = f.Most
		}
		v.Add = l.open && len(line.Rows) < most
	}
	if typed, ok := l.typed[name]; ok {
		v.Value = typed
	}
	if f.Kind == questionnaire.File {
		l.answerFiles(&v, line)
	}
	if f.Kind == questionnaire.Money && v.Value == line.Value {
		v.Value = w.Decimal(line.Value) // which is read back as it was
	}
	chosen := questionnaire.List(v.Value)
	for _, o := range l.choices(f) {
		o.Chosen = len(chosen) > 0 && contains(chosen, o.Value)
		v.Options = append(v.Options, o)
	}
	if g, ok := given.Answers[line.Place()]; ok && l.name != nil {
		switch {
		case g.Corrected:
			v.Corrected = w.T("form.corrected", l.practice, w.ShortDate(g.At, l.zone), or(l.shown(f, g.Was), w.T("form.nothing")))
			if g.Reason != "" {
				v.Corrected += "\n" + g.Reason
			}
		case !g.Unsure:
			if who := l.name(g.By); who != "" {
				v.Note = w.T("form.by", who, w.ShortDate(g.At, l.zone))
			}
		}
	}
	return v
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// choices are the answers to choose from.
func (l sheetLook) choices(f questionnaire.Field) (options []views.SheetOption) {
	if f.Kind == questionnaire.YesNo {
		return []views.SheetOption{{Value: questionnaire.Yes, Text: l.words.T("form.yes")}, {Value: questionnaire.No, Text: l.words.T("form.no")}}
	}
	for _, o := range f.Options {
		options = append(options, views.SheetOption{Value: o.ID.String(), Text: o.Text})
	}
	return options
}

// shown is an answer as people read it.
func (l sheetLook) shown(f questionnaire.Field, value string) string {
	if f.Kind == questionnaire.File {
		_, text := l.filesShown(value)
		return text
	}
	return taskapp.Shown(l.words, f, value)
}

// limits are those of an answer in words.
func (l sheetLook) limits(f questionnaire.Field) string {
	w, lowest, highest := l.words, l.shown(f, f.Min), l.shown(f, f.Max)
	switch {
	case f.Kind == questionnaire.File:
		return fileLimits(w, f)
	case lowest != "" && highest != "":
		return w.T("form.between", lowest, highest)
	case lowest != "":
		return w.T("form.from", lowest)
	case highest != "":
		return w.T("form.upto", highest)
	case f.Most > 0 && (f.Kind == questionnaire.Text || f.Kind == questionnaire.Long):
		return w.N("form.letters", f.Most)
	case f.Most > 0 && f.Kind == questionnaire.Group:
		return w.N("form.rows", f.Most)
	}
	return ""
}
