package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"

	"portico/app/clientimport"

	"github.com/xuri/excelize/v2"
)

// Write writes a header and rows as CSV (UTF-8 with its mark, which Excel asks for) or XLSX. It fails as the rows or w do.
func Write(w io.Writer, kind string, header []string, rows iter.Seq2[[]string, error]) error {
	if kind == clientimport.XLSX {
		return writeWorkbook(w, header, rows)
	}
	if _, err := io.WriteString(w, "\xef\xbb\xbf"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(header); err != nil {
		return err
	}
	for cells, err := range rows {
		if err != nil {
			return err
		}
		safe := make([]string, len(cells))
		for i, c := range cells {
			safe[i] = escape(c)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeWorkbook writes texts as texts, which nothing runs.
func writeWorkbook(w io.Writer, header []string, rows iter.Seq2[[]string, error]) (err error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("begin the workbook: %w", err)
	}
	no := 0
	add := func(cells []string) error {
		no++
		row := make([]any, len(cells))
		for i, c := range cells {
			row[i] = c
		}
		return sw.SetRow(fmt.Sprintf("A%d", no), row)
	}
	if err := add(header); err != nil {
		return err
	}
	for cells, err := range rows {
		if err != nil {
			return err
		}
		if err := add(cells); err != nil {
			return err
		}
	}
	if err := sw.Flush(); err != nil {
		return fmt.Errorf("end the workbook: %w", err)
	}
	return f.Write(w)
}

// starters are what makes a spreadsheet program read a cell as a formula.
const starters = "=+-@\t\r"

// escape keeps a text from being run (rule 5).
func escape(text string) string {
	if text != "" && strings.ContainsRune(starters, rune(text[0])) {
		return "'" + text
	}
	return text
}

func unescape(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && rest != "" && strings.ContainsRune(starters, rune(rest[0])) {
		return rest
	}
	return text
}
