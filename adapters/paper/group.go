package paper

import (
	"strconv"

	taskapp "portico/app/task"
)

const (
	mostColumns = 5
	mostLetters = 60 // of an answer in a table
	cellLine    = 4.8
	gap         = 3.0 // between columns
)

// narrow tells that a group fits into a table: few columns, and short answers with short notes.
func (s *sheet) narrow(p taskapp.PaperPart) bool {
	if len(p.Columns) > mostColumns || len(p.Columns) == 0 {
		return false
	}
	for _, row := range p.Rows {
		for _, a := range row.Answers {
			if len([]rune(a.Text)) > mostLetters || len([]rune(a.Note)) > 2*mostLetters {
				return false
			}
		}
	}
	return true
}

// table is a group with its rows below each other. Its head stands on each page that it goes over.
func (s *sheet) table(p taskapp.PaperPart) {
	s.room(32)
	s.text("", smallSize+.5, 4.4, 90, p.Question)
	s.Ln(1)
	number := 8.0
	wide := (width - number) / float64(len(p.Columns))
	head := func() {
		s.SetFont(letters, "B", smallSize+.5)
		cells := make([]cell, len(p.Columns))
		for i, c := range p.Columns {
			cells[i] = cell{text: s.SplitText(s.clean(c), wide-gap), grey: 60}
		}
		s.cells("", cells, number, wide, "B")
	}
	head()
	for n, row := range p.Rows {
		cells, high := make([]cell, len(row.Answers)), 0
		for i, a := range row.Answers {
			cells[i] = s.cell(a, wide-gap)
			high = max(high, len(cells[i].text)+len(cells[i].note))
		}
		page := s.PageNo()
		s.room(float64(high)*cellLine + 3)
		if s.PageNo() != page {
			head()
		}
		s.cells(strconv.Itoa(n+1), cells, number, wide, "")
	}
	s.Ln(3)
}

// cell is an answer, and what is noted to it, in lines of the width of a column.
type cell struct {
	text, note []string
	grey       int
}

func (s *sheet) cell(a taskapp.PaperAnswer, wide float64) (c cell) {
	shown := a.Text
	switch {
	case a.Absent:
		return cell{text: []string{"–"}, grey: 120}
	case shown == "":
		shown, c.grey = a.None, 120
	}
	s.SetFont(letters, "", textSize)
	c.text = s.SplitText(s.clean(shown), wide)
	if a.Note != "" {
		s.SetFont(letters, "", smallSize-1)
		c.note = s.SplitText(s.clean(a.Note), wide)
	}
	return c
}

// cells are one row of a table, whose lines fit on the page.
func (s *sheet) cells(number string, cells []cell, first, wide float64, style string) {
	y, size := s.GetY()+1, textSize
	if style == "B" {
		size = smallSize + .5
	}
	bottom := y
	s.SetFont(letters, style, textSize)
	s.ink(120)
	s.SetXY(margin, y)
	s.CellFormat(first, cellLine, number, "", 0, "L", false, 0, "")
	for i, c := range cells {
		at := y
		put := func(lines []string, size, high float64, grey int) {
			s.ink(grey)
			s.SetFont(letters, style, size)
			for _, line := range lines {
				s.SetXY(margin+first+float64(i)*wide, at)
				s.CellFormat(wide-gap, high, line, "", 0, "L", false, 0, "")
				at += high
			}
		}
		put(c.text, size, cellLine, c.grey)
		put(c.note, smallSize-1, 3.6, 110)
		bottom = max(bottom, at)
	}
	s.ink(0)
	s.SetDrawColor(220, 220, 220)
	s.Line(margin, bottom+.8, margin+width, bottom+.8)
	s.SetXY(margin, bottom+1)
}

// list is a group whose answers are too long for a table.
func (s *sheet) list(p taskapp.PaperPart) {
	for _, row := range p.Rows {
		s.room(22)
		s.text("B", textSize, 5.4, 40, row.Heading)
		s.Ln(1)
		for i, a := range row.Answers {
			if !a.Absent {
				s.answer(p.Columns[i], a)
			}
		}
	}
}
