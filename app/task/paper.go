package task

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"portico/app/language"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Paper is a questionnaire with its answers as it is printed: every word of it stands as a reader sees it.
type Paper struct {
	Language string // of its words, "de"
	Practice string
	Logo     []byte // of the practice: PNG or JPEG; empty: none
	Title    string
	Facts    []PaperFact
	Sections []PaperSection
	Made     time.Time
	Page     func(n, of string) string // what stands at the foot of each page
	Lost     string                    // what stands at the end where letters could not be printed; LostMark is theirs
}

// LostMark stands in the place of a letter that can't be printed.
const LostMark = "□"

// PaperFact is a line below the title.
type PaperFact struct{ Name, Value string }

// PaperSection is a section that is shown.
type PaperSection struct {
	Title string
	Note  string // why it was sent back; empty: it isn't
	Parts []PaperPart
}

// PaperPart is one question, or a group with its rows.
type PaperPart struct {
	Question string
	Answer   PaperAnswer
	Group    bool
	Columns  []string
	Rows     []PaperRow
}

// PaperRow is a row of a group. Where a column isn't shown in it, the answer has no place, and is Absent.
type PaperRow struct {
	Heading string
	Answers []PaperAnswer // one for each column
}

// PaperAnswer is what was answered.
type PaperAnswer struct {
	Text   string
	None   string // what stands there where Text is empty
	Note   string // who has said so and when, what it was before a correction; lines
	Absent bool
}

// PaperOf is what a paper is made of.
type PaperOf struct {
	Words    *language.Words
	Zone     *time.Location
	Practice string
	Logo     []byte
	Client   string
	Task     string // its title
	Name     func(task.Who) string
	Sheet    Sheet
	Asks     questionnaire.Questionnaire
	Files    map[string]string // names of files that are answers, by id: those that the reader sees
	Now      time.Time
}

// Paper is the questionnaire as far as it is shown, with its answers.
func (o PaperOf) Paper() Paper {
	w := o.Words
	p := Paper{
		Language: w.Tag(), Practice: o.Practice, Logo: o.Logo, Title: o.Asks.Title, Made: o.Now, Lost: w.T("form.paper.lost", LostMark),
		Page: func(n, of string) string { return w.T("form.paper.page", n, of) },
	}
	add := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, PaperFact{Name: w.T(key), Value: value})
		}
	}
	add("form.paper.client", o.Client)
	if o.Task != o.Asks.Title {
		add("form.paper.task", o.Task)
	}
	add("form.paper.version", strconv.Itoa(o.Sheet.FormVersion))
	if o.Sheet.SubmittedAt.IsZero() {
		add("form.paper.state", w.T("form.paper.open", w.Moment(o.Now, o.Zone)))
	} else {
		add("form.paper.state", w.T("form.paper.submitted", w.Moment(o.Sheet.SubmittedAt, o.Zone), o.name(task.Who{Kind: event.Contact, ID: o.Sheet.SubmittedBy})))
	}
	for _, part := range o.Asks.Lines(o.Sheet.Of()) {
		p.Sections = append(p.Sections, o.section(part))
	}
	return p
}

func (o PaperOf) name(w task.Who) string { return cmp.Or(o.Name(w), o.Words.T("form.paper.gone")) }

func (o PaperOf) section(part questionnaire.Part) PaperSection {
	s := PaperSection{Title: part.Section.Title}
	if b, ok := o.Sheet.Back[part.Section.ID]; ok {
		s.Note = o.Words.T("form.back") + "\n" + b.Reason
	}
	for _, l := range part.Lines {
		if l.Row != uuid.Nil { // its group has it
			continue
		}
		if l.Field.Kind != questionnaire.Group {
			s.Parts = append(s.Parts, PaperPart{Question: l.Field.Label, Answer: o.answer(l)})
			continue
		}
		s.Parts = append(s.Parts, o.group(part, l))
	}
	return s
}

func (o PaperOf) group(part questionnaire.Part, group questionnaire.Line) PaperPart {
	p := PaperPart{Question: group.Field.Label, Group: true, Answer: PaperAnswer{None: o.Words.T("form.review.unanswered")}}
	columns := part.Section.Columns(group.Field.ID)
	for _, c := range columns {
		p.Columns = append(p.Columns, c.Label)
	}
	for n, id := range group.Rows {
		row := PaperRow{Heading: o.Words.T("form.row", group.Field.Label, strconv.Itoa(n+1))}
		for _, c := range columns {
			a := PaperAnswer{Absent: true}
			for _, l := range part.Lines {
				if l.Row == id && l.Field.ID == c.ID {
					a = o.answer(l)
				}
			}
			row.Answers = append(row.Answers, a)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func (o PaperOf) answer(l questionnaire.Line) PaperAnswer {
	w := o.Words
	a := PaperAnswer{Text: o.shown(l.Field, l.Value), None: w.T("form.review.unanswered")}
	g, ok := o.Sheet.Answers[l.Place()]
	switch {
	case !ok:
	case g.Unsure:
		a.Note = w.T("form.paper.unsure")
	case g.Corrected:
		a.Note = w.T("form.paper.corrected", o.name(g.By), w.ShortDate(g.At, o.Zone), cmp.Or(o.shown(l.Field, g.Was), w.T("form.nothing")))
		if g.Reason != "" {
			a.Note += "\n" + g.Reason
		}
	default:
		a.Note = w.T("form.by", o.name(g.By), w.ShortDate(g.At, o.Zone))
	}
	return a
}

func (o PaperOf) shown(f questionnaire.Field, value string) string {
	if f.Kind != questionnaire.File {
		return Shown(o.Words, f, value)
	}
	var names []string
	others := 0
	for _, id := range questionnaire.List(value) {
		if name := o.Files[id]; name != "" {
			names = append(names, name)
		} else {
			others++
		}
	}
	if others > 0 {
		names = append(names, o.Words.N("form.files.more", others))
	}
	return strings.Join(names, ", ")
}

// Shown is an answer as people read it, but for one in files.
func Shown(w *language.Words, f questionnaire.Field, value string) string {
	if value == "" {
		return ""
	}
	switch f.Kind {
	case questionnaire.YesNo:
		return w.T("form." + value)
	case questionnaire.One, questionnaire.Many:
		var texts []string
		for _, id := range questionnaire.List(value) {
			if o, ok := f.Option(id); ok {
				texts = append(texts, o.Text)
			}
		}
		return strings.Join(texts, ", ")
	case questionnaire.Money:
		return w.Decimal(value) + "\u00a0" + f.Currency
	case questionnaire.Date:
		if d, err := time.Parse(time.DateOnly, value); err == nil {
			return w.ShortDate(d, time.UTC)
		}
	case questionnaire.Text, questionnaire.Long, questionnaire.Number, questionnaire.File, questionnaire.Group:
	}
	return value
}
