package paper_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"portico/adapters/paper"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

// everything is a questionnaire with all that a paper can have, answered in German.
func everything(rows int) taskapp.PaperOf {
	q := questionnaire.Questionnaire{Title: "Einkommensteuer 2025 – Angaben für Õnne Ülper & Söhne", Sections: []questionnaire.Section{
		{ID: id(1), Title: "Über Sie", Fields: []questionnaire.Field{
			{ID: id(11), Kind: questionnaire.Text, Label: "Name", Required: true},
			{ID: id(12), Kind: questionnaire.YesNo, Label: "Sind Sie verheiratet?"},
			{ID: id(13), Kind: questionnaire.Money, Label: "Einkommen", Currency: "EUR"},
			{ID: id(14), Kind: questionnaire.Date, Label: "Seit wann?"},
			{ID: id(15), Kind: questionnaire.Long, Label: "Was sollen wir sonst wissen?"},
			{ID: id(16), Kind: questionnaire.Text, Label: "Nicht gefragt"},
		}},
		{ID: id(2), Title: "Kinder", Fields: []questionnaire.Field{
			{ID: id(21), Kind: questionnaire.Group, Label: "Kinder"},
			{ID: id(22), Kind: questionnaire.Text, Label: "Vorname", Group: id(21)},
			{ID: id(23), Kind: questionnaire.Date, Label: "Geboren", Group: id(21)},
			{ID: id(24), Kind: questionnaire.Money, Label: "Verdient im Jahr", Currency: "EUR", Group: id(21)},
			{ID: id(25), Kind: questionnaire.Group, Label: "Reisen"},
			{ID: id(26), Kind: questionnaire.Long, Label: "Wohin und warum", Group: id(25)},
		}},
	}}
	given := func(value string) taskapp.Given {
		return taskapp.Given{Value: value, By: task.Who{Kind: event.Contact, ID: id(90)}, At: noon}
	}
	sheet := taskapp.Sheet{Form: id(80), FormVersion: 3, SubmittedAt: noon, SubmittedBy: id(90), Rows: map[uuid.UUID][]uuid.UUID{}, Back: map[uuid.UUID]taskapp.Back{id(2): {Reason: "Bitte auch die Kinder aus erster Ehe."}},
		Answers: map[questionnaire.Place]taskapp.Given{
			{Field: id(11)}: given("Grüße aus Ääre: ŠŽšž ñ¿¡ çéèêœŒ ŁŃ – «ß» “x” … 😀 漢 👩‍👩‍👧"),
			{Field: id(12)}: given("yes"),
			{Field: id(14)}: {Value: "2020-02-29", Unsure: true, At: noon},
			{Field: id(15)}: given(strings.Repeat("Ein langer Text, der über mehrere Seiten geht und nirgends abbricht. ", 120) + "\n\nZweiter Absatz.\n" + strings.Repeat("x", 300)),
		}}
	sheet.Answers[questionnaire.Place{Field: id(13)}] = taskapp.Given{Value: "1234567.50", By: task.Who{Kind: event.Staff, ID: id(91)}, At: noon, Corrected: true, Was: "1234.50", Reason: "Laut Lohnausweis."}
	for n := range rows {
		row := uuid.UUID{0: 2, 6: 0x70, 8: 0x80, 14: byte(n >> 8), 15: byte(n)}
		sheet.Rows[id(21)] = append(sheet.Rows[id(21)], row)
		sheet.Answers[questionnaire.Place{Field: id(22), Row: row}] = given("Kind Nummer " + strconv.Itoa(n+1))
		if n%3 != 0 {
			sheet.Answers[questionnaire.Place{Field: id(24), Row: row}] = given("4500.00")
		}
		if n < 2 {
			sheet.Rows[id(25)] = append(sheet.Rows[id(25)], row)
			sheet.Answers[questionnaire.Place{Field: id(26), Row: row}] = given(strings.Repeat("Zürich, zu einem Kunden. ", 8))
		}
	}
	return taskapp.PaperOf{
		Words: language.For("de"), Zone: time.UTC, Practice: "Kröger & Partner", Client: "Õnne Ülper", Task: "Steuer 2025", Sheet: sheet, Asks: q, Now: noon,
		Name: func(w task.Who) string {
			return map[uuid.UUID]string{id(90): "Õnne Ülper", id(91): "Mary Smith"}[w.ID]
		},
	}
}

func printed(t *testing.T, p taskapp.Paper) string {
	t.Helper()
	var b bytes.Buffer
	if err := paper.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PAPERS"); dir != "" { // to be looked at
		if err := os.WriteFile(dir+"/"+strings.ReplaceAll(t.Name(), "/", "_")+".pdf", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

var numberOfPages = regexp.MustCompile(`/Count (\d+)`)

func pagesOf(t *testing.T, pdf string) int {
	t.Helper()
	m := numberOfPages.FindStringSubmatch(pdf)
	if m == nil {
		t.Fatal("it has no pages")
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// wide is text as a PDF spells it in its metadata.
func wide(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u >> 8))
		b.WriteByte(byte(u))
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	of := everything(30)
	var logo bytes.Buffer
	img := image.NewNRGBA(image.Rect(0, 0, 400, 100))
	for x := range 400 {
		for y := range 100 {
			img.Set(x, y, color.NRGBA{R: 20, G: byte(x / 2), B: 150, A: 255})
		}
	}
	if err := png.Encode(&logo, img); err != nil {
		t.Fatal(err)
	}
	of.Logo = logo.Bytes()
	pdf := printed(t, of.Paper())
	if n := pagesOf(t, pdf); n < 4 || n > 8 {
		t.Errorf("it has %d pages", n)
	}
	for _, want := range []string{"/Lang (de)", "/Subtype /Image", wide("Einkommensteuer 2025 "), "/ViewerPreferences"} {
		if want != "/ViewerPreferences" && !strings.Contains(pdf, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if again := printed(t, of.Paper()); again != pdf {
		t.Error("the same paper is another file")
	}
}

func TestWriteLittle(t *testing.T) {
	for name, change := range map[string]func(*taskapp.PaperOf){
		"nothing answered":    func(of *taskapp.PaperOf) { of.Sheet = taskapp.Sheet{Form: id(80), FormVersion: 1} },
		"nothing asked":       func(of *taskapp.PaperOf) { of.Asks.Sections = nil },
		"a logo that is none": func(of *taskapp.PaperOf) { of.Logo = []byte("\x89PNG\r\n\x1a\nno more") },
		"only strange letters": func(of *taskapp.PaperOf) {
			of.Asks.Title, of.Practice = "\U0001F600\U0010FFFF\ufe0f", "\u05d0\u0627\ue000"
		},
		"nobody has a name": func(of *taskapp.PaperOf) { of.Name = func(task.Who) string { return "" } },
	} {
		t.Run(name, func(t *testing.T) {
			of := everything(1)
			change(&of)
			if n := pagesOf(t, printed(t, of.Paper())); n < 1 || n > 4 {
				t.Errorf("it has %d pages", n)
			}
		})
	}
}

func TestPaper(t *testing.T) {
	p := everything(3).Paper()
	text := p.Title
	for _, f := range p.Facts {
		text += "\n" + f.Name + ": " + f.Value
	}
	for _, s := range p.Sections {
		text += "\n# " + s.Title + " " + s.Note
		for _, part := range s.Parts {
			text += "\n" + part.Question + " = " + part.Answer.Text + part.Answer.Note
			for _, r := range part.Rows {
				text += "\n " + r.Heading
				for _, a := range r.Answers {
					text += " | " + a.Text
				}
			}
		}
	}
	for _, want := range []string{
		"Mandant: Õnne Ülper\nAufgabe: Steuer 2025\nFassung: 3\nStand: Eingereicht am Dienstag, 12. Mai 2026, 12:00 Uhr von Õnne Ülper", "Sind Sie verheiratet? = Ja",
		"Einkommen = 1.234.567,50\u00a0EURMary Smith hat das am 12. Mai 2026 berichtigt. Vorher: 1.234,50\u00a0EUR\nLaut Lohnausweis.",
		"Seit wann? = 29. Feb. 2020Aus früheren Antworten übernommen", "# Kinder Bitte", "Kinder, 2 | Kind Nummer 2 |  | 4.500,00\u00a0EUR",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%.3000s", want, text)
		}
	}
}
