package transfer_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	"portico/domain/filetype"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// F10: however the line breaks and the pieces fall, what arrives is what was sent, once.
func TestCuts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := memory(t)
		w.Limit.CheckpointBytes = rapid.Int64Range(1, 50_000).Draw(r, "checkpoint")
		p := w.Start()
		content := transfertest.PDF(rapid.IntRange(9, 120_000).Draw(r, "size"), 3)
		id := w.Create(t, p, "a.pdf", content)
		for range 300 {
			row, err := p.Head(t.Context(), w.Owner, id)
			if err != nil {
				r.Fatal(err)
			}
			if row.State == transfer.Received {
				break
			}
			rest := content[row.Offset:]
			part := rest[:rapid.IntRange(0, len(rest)).Draw(r, "part")]
			body := transfertest.Breaks(part)
			switch rapid.IntRange(0, 3).Draw(r, "end") {
			case 0:
				body = transfertest.Ends(part)
			case 1:
				body = transfertest.Ends(rest)
			}
			body.Piece = rapid.IntRange(1, 70_000).Draw(r, "piece")
			if len(rest) > 5000 && body.Piece < 100 {
				body.Piece = 100
			}
			after, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, body)
			if err == nil && after.Offset < row.Offset+int64(len(part)) {
				r.Fatalf("acknowledged %d of %d", after.Offset, row.Offset+int64(len(part)))
			}
			if rapid.IntRange(0, 9).Draw(r, "fate") == 0 {
				p.Kill()
				w.Blobs.(*transfertest.Blobs).PowerCut() // F2: what was acknowledged survives
				p = w.Start()
			}
		}
		w.CheckArrived(t, id, content)
	})
}

// send delivers content in pieces of at most n bytes, one request each, and tells how it ended.
func send(t testing.TB, w *transfertest.World, p *transfertest.Process, name string, content []byte, n int) (uuid.UUID, error) {
	t.Helper()
	id := w.Create(t, p, name, content)
	for at := 0; at < len(content); at += n {
		if _, err := p.Append(t.Context(), w.Owner, id, int64(at), -1, transfertest.Ends(content[at:min(at+n, len(content))])); err != nil {
			return id, err
		}
	}
	return id, nil
}

func zipOf(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		name, content, _ := strings.Cut(m, "=")
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if content == "" {
			content = "<x/>"
		}
		if content == "BIG" {
			content = strings.Repeat("big custom part ", 200)
		}
		w.Write([]byte(content))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// compound is the smallest compound file with streams of these names ([MS-CFB]).
func compound(names ...string) []byte {
	b := bytes.Repeat([]byte{0xff}, 3*512) // header, allocation table, directory
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	clear(b[8:24])
	for at, v := range map[int]uint16{24: 0x3e, 26: 3, 28: 0xfffe, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(b[at:], v)
	}
	for at, v := range map[int]uint32{44: 1, 48: 1, 56: 4096, 60: 0xfffffffe, 64: 0, 68: 0xfffffffe, 72: 0, 76: 0, 512: 0xfffffffd, 516: 0xfffffffe} {
		binary.LittleEndian.PutUint32(b[at:], v)
	}
	clear(b[1024:])
	for i, name := range append([]string{"Root Entry"}, names...) {
		e := b[1024+128*i:]
		for j, u := range utf16.Encode([]rune(name)) {
			binary.LittleEndian.PutUint16(e[2*j:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = 2
		if i == 0 {
			e[66] = 5
		}
	}
	return b
}

// F16: the same verdict at any cut, by name, by the first bytes, by the members that only the end shows.
func TestTypesAtAnyCut(t *testing.T) {
	const types = "[Content_Types].xml"
	for _, c := range []struct {
		what, name string
		content    []byte
		media      string // "": refused
	}{
		{"a PDF", "a.pdf", transfertest.PDF(3300, 1), "application/pdf"},
		{"a PDF of 20 bytes", "a.pdf", transfertest.PDF(20, 1), "application/pdf"},
		{"a program", "a.pdf", append([]byte("MZ\x90\x00"), make([]byte, 3200)...), ""},
		{"a page", "a.pdf", []byte("<!DOCTYPE html><html>" + strings.Repeat("x", 4000)), ""},
		{"a script", "a.txt", []byte("#!/bin/sh\necho\n"), ""},
		{"bank data in Windows-1252", "a.csv", []byte(strings.Repeat("01.02.2026;12,50;M\xfcller\r\n", 150)), "text/csv"},
		{"text with a hole behind the head", "a.txt", []byte(strings.Repeat("word ", 700) + "\x00" + strings.Repeat("word ", 10)), ""},
		{"UTF-16 text", "a.txt", append([]byte("\xff\xfe"), bytes.Repeat([]byte("w\x00"), 1700)...), "text/plain"},
		{"a docx", "a.docx", zipOf(t, types, "word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a docx with big parts first", "a.docx", zipOf(t, "customXml/item1.xml=BIG", types, "word/document.xml"),
			"application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a sheet called docx", "a.docx", zipOf(t, "customXml/item1.xml=BIG", types, "xl/workbook.xml"), ""},
		{"an xlsm called xlsx", "a.xlsx", zipOf(t, types, "xl/workbook.xml", "xl/vbaProject.bin"), ""},
		{"a zip called xlsx", "a.xlsx", zipOf(t, "a.txt"), ""},
		{"a zip", "a.zip", zipOf(t, "a.txt", "b/c.pdf"), "application/zip"},
		{"a jar called zip", "a.zip", zipOf(t, "a.txt=BIG", "META-INF/MANIFEST.MF"), ""},
		{"a zip without its end", "a.zip", zipOf(t, "a.txt=BIG", "b.txt")[:3300], ""},
		{"an old document", "a.doc", compound("WordDocument", "1Table"), "application/msword"},
		{"an old sheet called doc", "a.doc", compound("Workbook"), ""},
		{"a sheet with a password", "a.xlsx", compound("EncryptionInfo", "EncryptedPackage"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"an old sheet called xlsx", "a.xlsx", compound("Workbook"), ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			for _, n := range []int{1, 7, 512, 3071, 3073, 1 << 20} {
				w := memory(t)
				p := w.Start()
				id, err := send(t, w, p, c.name, c.content, n)
				if c.media == "" {
					if !errors.Is(err, filetype.ErrType) {
						t.Fatalf("in pieces of %d: %v, want ErrType", n, err)
					}
					if got := w.Link.Ended(id); len(got) != 1 || got[0] != transfer.RefusedType {
						t.Errorf("in pieces of %d: the link heard %v", n, got)
					}
					if _, err := w.Blobs.Open(id); err == nil {
						t.Errorf("in pieces of %d: the bytes were kept", n)
					}
					continue
				}
				if err != nil {
					t.Fatalf("in pieces of %d: %v", n, err)
				}
				w.CheckArrived(t, id, c.content)
				if got := w.Link.Arrived(id)[0].Media; got != c.media {
					t.Errorf("in pieces of %d: %q, want %q", n, got, c.media)
				}
			}
		})
	}
}
