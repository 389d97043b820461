package views

import (
	"portico/app/language"

	"github.com/google/uuid"
)

// sheetSample has an answer of every sort, in every state.
func sheetSample(text string, open bool) Sheet { return sheetIn(language.For("en"), text, open) }

func sheetIn(w *language.Words, text string, open bool) Sheet {
	line := func(kind string) SheetLine {
		return SheetLine{W: w, Name: "a-" + kind, Place: kind, Kind: kind, Label: text, Help: text, Required: kind == "text", Value: text, Shown: text, Limits: text, Note: text, Off: !open}
	}
	long, money, day, one, many, yes, group, cell := line("long"), line("money"), line("date"), line("one"), line("many"), line("yesno"), line("group"), line("number")
	long.Unsure, long.Problem, money.Currency, money.Corrected = true, &Problem{"a-long", text}, text, text
	day.Min, day.Max, day.Value = "2026-01-01", "2026-12-31", "2026-03-02"
	one.Options, many.Options, yes.Options = []SheetOption{{"x", text, true}, {"y", text, false}}, []SheetOption{{"x", text, true}}, []SheetOption{{"yes", text, true}, {"no", text, false}}
	many.Missing, group.Add, cell.Group, cell.Row, cell.Heading = true, open, two, first, text
	action := ""
	if open {
		action = "/portal/todos/" + first.String() + "/answers"
	}
	return Sheet{W: w, Action: action, Off: !open, Given: 3, Missing: 2, Sections: []SheetSection{
		{W: w, Action: action, Off: !open, ID: first, Command: two, Title: text, Help: text, Progress: text, Back: text, Unsure: true, Lines: []SheetLine{line("text"), long, money, day, one, many, yes, group, cell}},
		{W: w, Action: action, Off: !open, ID: two, Command: first, Title: text, Progress: text, Done: true},
	}}
}

var first = one // beside a line called one

func formPages(s Shell) []Page {
	ifs := []FormChoices{{"Married", []Choice{{"x is yes", "if “Married” is “yes”"}}}}
	field := FormField{ID: one, Label: "Name", Kind: "Short text", Required: true, If: "Shown if “Married” is “yes”", First: true}
	group, column := FormField{ID: two, Label: "Children", Kind: "Table with rows", Group: true}, FormField{ID: uuid.Max, Label: "First name", Kind: "Short text", Column: true, First: true, Last: true}
	line := FormLine{ID: one, Title: "Tax return", Asks: "12 questions in 3 sections", State: Badge{"ok", "circle-check", "Published"}, Changed: noon, Published: noon, Usable: true}
	never := FormLine{ID: two, Title: "New", Asks: "1 question in 1 section", State: Badge{"quiet", "pencil", "Draft"}, Changed: noon}
	return []Page{
		Forms{Shell: s, New: one, Command: two, Title: "x", Rows: []FormLine{line, never}, Archived: []FormLine{line}, Problems: Problems{{"title", "Give it a title."}}},
		Form{Shell: s, ID: one, Command: two, Name: "Tax return", Intro: "Hello", State: Badge{"warn", "pencil", "Changed since"}, Versions: 1, Changed: true, Fresh: one, Copy: two, NewTitle: "x", Problems: Problems{{"section", "Give it a title."}}, Sections: []FormSection{
			{ID: one, Title: "You", Help: "All of it", First: true, Fields: []FormField{field, group, column}}, {ID: two, Title: "Empty", If: "Shown if “Married” is “yes”", IfValue: "x is yes", Ifs: ifs, Last: true, Open: true},
		}},
		Form{Shell: s, ID: one, Command: two, Name: "Tax return", State: Badge{"quiet", "folder", "Archived"}, Versions: 2, Archived: true, Sections: []FormSection{{ID: one, Title: "You", Fields: []FormField{field}}}},
		FormQuestion{Shell: s, Form: one, Section: two, ID: one, Command: two, FormName: "Tax return", SectionName: "You", New: true, Kind: "one", Label: "x", Options: "a\nb", If: "x is yes", Kinds: []Choice{{"one", "One of several"}}, Ifs: ifs, Problems: Problems{{"label", "Enter it."}, {"options", "Write some."}, {"if", "Above."}, {"kind", "Choose."}}},
		FormQuestion{Shell: s, Form: one, Section: two, Group: one, ID: one, Command: two, FormName: "Tax return", SectionName: "You", Kind: "text", Kinds: []Choice{{"text", "Short text"}}},
		Task{Shell: s, Task: TaskLine{ID: one, Title: "Tax"}, Answers: &TaskAnswers{Task: one, Form: two, Name: "Tax return", Version: 2, Submitted: "Submitted", Takes: true, Sections: answersSample("Name")}},
		FormPreview{Shell: s, ID: one, Name: "Tax return", Intro: "Hello", Phone: true, Widths: []Filter{{Word: "Desktop", Href: "/forms"}, {Word: "Phone", Href: "/forms?width=phone", Current: true}}, Sheet: sheetSample("Name", false)},
	}
}

func noForms() []Page { return []Page{Forms{}, Form{}, FormQuestion{}, FormPreview{}} }

// answersSample are a section's answers as the practice sees them.
func answersSample(text string) []TaskAnswerSection {
	sec := sheetSample(text, true).Sections[0]
	v := TaskAnswerSection{ID: one, Title: text, Progress: text, Back: text}
	for i, line := range sec.Lines {
		line.Off = true
		v.Lines = append(v.Lines, SheetAnswer{Line: line, Command: two, By: text, Open: i == 0, Reason: text})
	}
	return []TaskAnswerSection{v, {ID: two, Title: text, Progress: text, Done: true}}
}

// evilForms are pages with markup in what people wrote.
func evilForms(evil string) []Page {
	return []Page{
		Forms{Title: evil, Rows: []FormLine{{Title: evil}}},
		Form{Name: evil, Intro: evil, NewTitle: evil, Sections: []FormSection{{Title: evil, Help: evil, If: evil, IfValue: evil, Ifs: []FormChoices{{evil, []Choice{{evil, evil}}}}, Fields: []FormField{{Label: evil, If: evil}}}}},
		FormQuestion{FormName: evil, SectionName: evil, Label: evil, Help: evil, Options: evil, Currency: evil, Min: evil, Max: evil, Most: evil, If: evil, Ifs: []FormChoices{{evil, []Choice{{evil, evil}}}}},
		Task{Answers: &TaskAnswers{Name: evil, Submitted: evil, Takes: true, Sections: answersSample(evil)}},
		FormPreview{Name: evil, Sheet: sheetSample(evil, true)},
	}
}
