// Package paper prints questionnaires as PDF, on A4, in letters that are embedded.
package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	taskapp "portico/app/task"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// Measures in millimetres, and sizes of letters in points.
const (
	margin    = 20.0
	foot      = 18.0 // below the text
	width     = 210 - 2*margin
	letters   = "go"
	pages     = "\ue000" // stands for the number of pages; nobody's text has it, as it can't be printed
	textSize  = 10.5
	smallSize = 8.5
)

// sheet is a document that is being printed.
type sheet struct {
	*fpdf.Fpdf
	paper taskapp.Paper
	lost  bool // a letter was
}

// Write prints p. A letter that the fonts don't have, and any above the first 65,536, is a LostMark, and the end says so.
// A logo that is no picture is left out. It fails as w does.
func Write(w io.Writer, p taskapp.Paper) error {
	f := fpdf.New("P", "mm", "A4", "")
	f.AddUTF8FontFromBytes(letters, "", goregular.TTF)
	f.AddUTF8FontFromBytes(letters, "B", gobold.TTF)
	f.AliasNbPages(pages)
	s := &sheet{Fpdf: f, paper: p}
	f.SetCatalogSort(true)
	f.SetCreationDate(p.Made.UTC())
	f.SetModificationDate(p.Made.UTC())
	f.SetTitle(p.Title, true)
	f.SetAuthor(p.Practice, true)
	f.SetCreator("Portico", true)
	f.SetProducer("Portico", true)
	f.SetLang(p.Language)
	f.SetDisplayMode("fullwidth", "continuous")
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin+foot-margin/2)
	f.SetCellMargin(0)
	f.SetFooterFunc(s.footer)
	f.AddPage()
	s.head()
	for _, section := range p.Sections {
		s.section(section)
	}
	if s.lost {
		s.room(20)
		f.Ln(4)
		s.small(p.Lost)
	}
	if err := f.Output(w); err != nil {
		return fmt.Errorf("print “%s”: %w", p.Title, err)
	}
	return nil
}

// footer is at the foot of each page: whose and what it is, and which page.
func (s *sheet) footer() {
	s.SetY(-foot + 4)
	s.ink(110)
	s.SetFont(letters, "", smallSize)
	page := s.paper.Page(fmt.Sprint(s.PageNo()), pages)
	end := s.GetStringWidth(strings.Replace(page, pages, "00", 1))
	what := s.clean(s.paper.Practice + " · " + s.paper.Title)
	if lines := s.SplitText(what, width-end-12); len(lines) > 1 {
		what = strings.TrimSpace(lines[0]) + "…"
	}
	s.CellFormat(width-end, 4, what, "", 0, "L", false, 0, "")
	s.CellFormat(0, 4, page, "", 0, "L", false, 0, "")
}

// head is the letterhead, and what the paper is.
func (s *sheet) head() {
	top := s.GetY()
	if len(s.paper.Logo) > 0 {
		top = s.logo(top)
	}
	s.SetXY(margin, top)
	s.text("B", 12, 5.5, 40, s.paper.Practice)
	s.SetDrawColor(200, 200, 200)
	s.Line(margin, s.GetY()+3, margin+width, s.GetY()+3)
	s.Ln(9)
	s.text("B", 18, 8, 0, s.paper.Title)
	s.Ln(3)
	names := 0.0
	s.SetFont(letters, "", textSize)
	for _, fact := range s.paper.Facts {
		names = max(names, s.GetStringWidth(s.clean(fact.Name))+6)
	}
	names = min(names, width/3)
	for _, fact := range s.paper.Facts {
		s.room(6)
		y := s.GetY()
		s.ink(90)
		s.SetFont(letters, "", textSize)
		s.CellFormat(names, 5.5, s.clean(fact.Name), "", 0, "L", false, 0, "")
		s.ink(0)
		s.SetLeftMargin(margin + names)
		s.SetXY(margin+names, y)
		s.MultiCell(width-names, 5.5, s.clean(fact.Value), "", "L", false)
		s.SetLeftMargin(margin)
		s.SetX(margin)
	}
	s.Ln(3)
}

// logo stands at the top, and what follows below it.
func (s *sheet) logo(top float64) float64 {
	kind := map[bool]string{true: "PNG", false: "JPG"}[bytes.HasPrefix(s.paper.Logo, []byte("\x89PNG"))]
	options := fpdf.ImageOptions{ImageType: kind}
	info := s.RegisterImageOptionsReader("logo", options, bytes.NewReader(s.paper.Logo))
	if s.Err() || info.Width() <= 0 || info.Height() <= 0 {
		s.ClearError()
		return top
	}
	scale := min(50/info.Width(), 16/info.Height())
	s.ImageOptions("logo", margin, top, info.Width()*scale, info.Height()*scale, false, options, 0, "")
	return top + info.Height()*scale + 3
}

func (s *sheet) section(section taskapp.PaperSection) {
	s.room(30)
	s.Ln(5)
	s.text("B", 13, 6.5, 0, section.Title)
	s.SetDrawColor(200, 200, 200)
	s.Line(margin, s.GetY()+1, margin+width, s.GetY()+1)
	s.Ln(4)
	if section.Note != "" {
		s.text("", smallSize+1, 4.6, 60, section.Note)
		s.Ln(3)
	}
	for _, part := range section.Parts {
		switch {
		case !part.Group, len(part.Rows) == 0:
			s.answer(part.Question, part.Answer)
		case s.narrow(part):
			s.table(part)
		default:
			s.list(part)
		}
	}
}

// answer is a question with its answer below it.
func (s *sheet) answer(question string, a taskapp.PaperAnswer) {
	s.room(13)
	s.text("", smallSize+.5, 4.4, 90, question)
	s.Ln(.4)
	if a.Text == "" {
		s.text("", textSize, 5.2, 120, a.None)
	} else {
		s.text("", textSize, 5.2, 0, a.Text)
	}
	if a.Note != "" {
		s.small(a.Note)
	}
	s.Ln(2.6)
}

func (s *sheet) small(text string) { s.text("", smallSize, 4.2, 110, text) }

// text goes over the whole width, and over as many pages as it needs.
func (s *sheet) text(style string, size, line float64, grey int, text string) {
	s.ink(grey)
	s.SetFont(letters, style, size)
	s.MultiCell(0, line, s.clean(text), "", "L", false)
	s.ink(0)
}

func (s *sheet) ink(grey int) { s.SetTextColor(grey, grey, grey) }

// room begins a new page where less is left of this one, so that no heading stands alone at its end.
func (s *sheet) room(high float64) {
	_, page := s.GetPageSize()
	if s.GetY()+high > page-margin-foot+margin/2 {
		s.AddPage()
	}
}

var face = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic("paper: the font is none: " + err.Error()) // it is part of the program
	}
	return f
})

// clean is text in letters that can be printed. What joins or shapes others, and is no letter itself, is left out.
func (s *sheet) clean(text string) string {
	var b strings.Builder
	var buffer sfnt.Buffer
	for _, r := range norm.NFC.String(text) {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case r == '\u202f' || r == '\u2009' || r == '\u2007': // narrow blanks, which the fonts lack
			b.WriteRune('\u00a0')
		case r == '\u00ad', '\u200b' <= r && r <= '\u200d', '\ufe00' <= r && r <= '\ufe0f', r == '\u2060', r == '\ufeff':
		default:
			if i, err := face().GlyphIndex(&buffer, r); r > 0xFFFF || err != nil || i == 0 {
				s.lost = true
				r = []rune(taskapp.LostMark)[0]
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
