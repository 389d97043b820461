// Package sheet reads and writes tables as spreadsheet programs keep them: CSV and XLSX.
//
//  1. The first row that isn't empty is the header. Empty rows are left out; every other row keeps the number that people
//     see in their own program.
//  2. CSV is UTF-8 or UTF-16 with its mark, or Windows-1252; it is separated by comma, semicolon or tab, whichever the
//     header holds most of.
//  3. Of a workbook the first sheet that isn't hidden counts, its cells as they are shown.
//  4. What is too large is refused with the limit, before all of it is unpacked.
//  5. What is written can't act: a text that a spreadsheet program would run as a formula has an apostrophe before it
//     (OWASP, CSV injection), and the same apostrophe is taken off again when it is read.
package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"portico/app/clientimport"
	"portico/domain/fault"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// The limits of a table.
const (
	MaxRows    = 20_000
	MaxColumns = 60
	MaxCell    = 2_000 // letters

	maxUnpacked = 100 << 20 // of a workbook
)

// What can be wrong with a file.
var (
	ErrSize    = fault.New(fault.TooLarge, "sheet.size", "This file is larger than 20 MB. Split it, or take out what the import doesn't need.")
	ErrKind    = fault.New(fault.Invalid, "sheet.kind", "This is no CSV and no XLSX file. Save the list as one of these in your spreadsheet program, and choose it again.")
	ErrEmpty   = fault.New(fault.Invalid, "sheet.empty", "This file has no rows below its header. The first row names the columns, each further one is a client or a person.")
	ErrRows    = fault.New(fault.Invalid, "sheet.rows", "This file has more than 20,000 rows. Split it and import the parts one after the other.")
	ErrColumns = fault.New(fault.Invalid, "sheet.columns", "This file has more than 60 columns. Take out those that the import doesn't need.")
	ErrCell    = fault.New(fault.Invalid, "sheet.cell", "A cell holds more than 2,000 letters.")
)

// Read reads a file of one of both kinds, which its first bytes tell. It refuses with ErrSize, ErrKind, ErrEmpty, ErrRows,
// ErrColumns, ErrCell, the last two with the row.
func Read(content []byte) (clientimport.Table, error) {
	if len(content) > clientimport.MaxBytes {
		return clientimport.Table{}, ErrSize
	}
	t := &table{}
	var err error
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		err = t.workbook(content)
	} else {
		err = t.text(content)
	}
	if err != nil {
		return clientimport.Table{}, err
	}
	if len(t.Rows) == 0 {
		return clientimport.Table{}, ErrEmpty
	}
	return t.Table, nil
}

type table struct{ clientimport.Table }

// add takes the row with the number that people see, 1 for the first.
func (t *table) add(no int, cells []string) error {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	empty := true
	for i, c := range cells {
		cells[i] = strings.TrimSpace(unescape(c))
		if utf8.RuneCountInString(cells[i]) > MaxCell {
			return ErrCell.Withf("Row %d has a cell with more than 2,000 letters. Shorten it and choose the file again.", no)
		}
		empty = empty && cells[i] == ""
	}
	switch {
	case empty:
		return nil
	case len(cells) > MaxColumns:
		return ErrColumns.Withf("Row %d has %d columns; at most 60 are read. Take out those that the import doesn't need.", no, len(cells))
	case t.Header == nil:
		t.Header = cells
		return nil
	case len(t.Rows) == MaxRows:
		return ErrRows
	}
	t.Rows = append(t.Rows, clientimport.Cells{No: no, Cells: cells})
	return nil
}

func (t *table) workbook(content []byte) (err error) {
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return ErrKind
	}
	defer func() { _ = f.Close() }() // what it unpacked to is in memory or a temporary file of its own
	name := ""
	for _, sheet := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(sheet); err == nil && visible {
			name = sheet
			break
		}
	}
	rows, err := f.Rows(name)
	if err != nil {
		return ErrKind
	}
	defer func() { _ = rows.Close() }()
	for no := 1; rows.Next(); no++ {
		cells, err := rows.Columns()
		if err != nil {
			return ErrKind
		}
		if err := t.add(no, cells); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return ErrKind
	}
	return nil
}

func (t *table) text(content []byte) error {
	decoded, err := decode(content)
	if err != nil || bytes.IndexByte(decoded, 0) >= 0 {
		return ErrKind
	}
	r := csv.NewReader(bytes.NewReader(decoded))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = separator(decoded), -1, true, false
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return ErrKind
		}
		line, _ := r.FieldPos(0)
		if err := t.add(line, cells); err != nil {
			return err
		}
	}
}

// decode is content in UTF-8 (rule 2).
func decode(content []byte) ([]byte, error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		return content[3:], nil
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case utf8.Valid(content):
		return content, nil
	default:
		from = charmap.Windows1252
	}
	out, err := from.NewDecoder().Bytes(content)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return out, nil
}

// separator is what the first line has most of.
func separator(content []byte) rune {
	line, _ := bufio.NewReader(bytes.NewReader(content)).ReadString('\n')
	best, most := ',', strings.Count(line, ",")
	for _, r := range ";\t" {
		if n := strings.Count(line, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}
