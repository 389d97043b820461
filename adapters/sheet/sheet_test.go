package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portico/adapters/sheet"
	"portico/app/clientimport"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func lines(t clientimport.Table) string {
	out := strings.Join(t.Header, "|")
	for _, r := range t.Rows {
		out += fmt.Sprintf("\n%d:%s", r.No, strings.Join(r.Cells, "|"))
	}
	return out
}

// What spreadsheet programs of several countries write is read the same.
func TestReadCSV(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String("Name;Ort\nMüller;Köln\n")
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Name\tOrt\nMüller\tKöln\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ content, want string }{
		"commas":               {"a,b\r\n1,2\r\n", "a|b\n2:1|2"},
		"semicolons, Latin":    {latin, "Name|Ort\n2:Müller|Köln"},
		"tabs, UTF-16":         {wide, "Name|Ort\n2:Müller|Köln"},
		"a mark":               {"\xef\xbb\xbfa,b\n1,2\n", "a|b\n2:1|2"},
		"empty rows and cells": {"\n\na,b,\n,,\n1,,\n , \n2,3\n", "a|b\n5:1\n7:2|3"},
		"quoted line breaks":   {"a,b\n\"1\n2\",3\n4,5\n", "a|b\n2:1\n2|3\n4:4|5"},
		"a formula of ours":    {"a,b\n'=1+1,'-5\n'tis,x\n", "a|b\n2:=1+1|-5\n3:'tis|x"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sheet.Read([]byte(c.content))
			if err != nil || lines(got) != c.want {
				t.Errorf("%q, %v; want %q", lines(got), err, c.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	many := "a\n" + strings.Repeat("x\n", sheet.MaxRows+1)
	for name, c := range map[string]struct {
		content string
		want    error
	}{
		"nothing":          {"", sheet.ErrEmpty},
		"a header only":    {"a,b\n", sheet.ErrEmpty},
		"a picture":        {"\x89PNG\r\n\x1a\n\x00\x00", sheet.ErrKind},
		"a broken archive": {"PK\x03\x04 and no more", sheet.ErrKind},
		"too many rows":    {many, sheet.ErrRows},
		"too many columns": {"a\n" + strings.Repeat("x,", sheet.MaxColumns) + "x\n", sheet.ErrColumns},
		"a long cell":      {"a\n" + strings.Repeat("x", sheet.MaxCell+1) + "\n", sheet.ErrCell},
		"a large file":     {strings.Repeat("x", clientimport.MaxBytes+1), sheet.ErrSize},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := sheet.Read([]byte(c.content)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if _, err := sheet.Read([]byte("a\n" + strings.Repeat("x\n", sheet.MaxRows))); err != nil {
		t.Errorf("as many rows as there may be: %v", err)
	}
}

// What is written is read as it was, and no cell of it is a formula.
func TestWriteAndRead(t *testing.T) {
	rows := [][]string{{"=HYPERLINK(\"http://evil.example\")", "+47 912", "ä, \"b\"\nc"}, {"@x", "-1", "007"}, {"'quoted", "2026-03-02", ""}}
	for _, kind := range []string{clientimport.CSV, clientimport.XLSX} {
		t.Run(kind, func(t *testing.T) {
			var b bytes.Buffer
			err := sheet.Write(&b, kind, []string{"one", "two", "three"}, func(yield func([]string, error) bool) {
				for _, r := range rows {
					if !yield(slices.Clone(r), nil) {
						return
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if kind == clientimport.CSV && (strings.Contains(b.String(), "\n=") || strings.Contains(b.String(), ",+") || strings.Contains(b.String(), "\n\"=")) {
				t.Errorf("a cell can act:\n%s", b.String())
			}
			got, err := sheet.Read(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range got.Rows {
				want := slices.Clone(rows[i])
				for want[len(want)-1] == "" {
					want = want[:len(want)-1]
				}
				if !slices.Equal(r.Cells, want) {
					t.Errorf("row %d: %q, want %q", i, r.Cells, want)
				}
			}
		})
	}
	failing := errors.New("the list broke")
	if err := sheet.Write(&bytes.Buffer{}, clientimport.CSV, nil, func(yield func([]string, error) bool) { yield(nil, failing) }); !errors.Is(err, failing) {
		t.Errorf("%v, want the error of the rows", err)
	}
}
