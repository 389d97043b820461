package filetype_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"portico/domain/fault"
	"portico/domain/filetype"
)

// The published list (S1.5) and the archive that it lacks (S1.i9).
var accepted = strings.Fields(`bmp csv doc docx emf eml heic htm html jp2 jpeg jpg mkv mov mp4 msg ods odt pdf png ppt pptx
	rtf tif tiff txt xls xlsm xlsx xod xps zip`)

const (
	jpeg    = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
	png     = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
	exe     = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"
	ole     = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	heic    = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	mov     = "\x00\x00\x00\x14ftypqt  \x20\x05\x03\x00qt  "
	mp4     = "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"
	mkv     = "\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska"
	tiff    = "II*\x00\x08\x00\x00\x00"
	bmp     = "BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"
	nothing = "\x00\x01\x02\xfe\x93\x17" // of no format
	jp2     = "\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 "
)

var emf = "\x01\x00\x00\x00\x6c\x00\x00\x00" + strings.Repeat("\x00", 32) + " EMF"

func TestOf(t *testing.T) {
	for _, ext := range accepted {
		for _, name := range []string{"a." + ext, "Beleg März." + strings.ToUpper(ext), "a." + ext + " ", "a." + ext + "\u200b"} {
			if f, err := filetype.Of(name, accepted); err != nil || f.Extension != ext {
				t.Errorf("S1.5, S1.i9: Of(%q) = %q, %v", name, f.Extension, err)
			}
		}
	}
	for _, name := range []string{"a.exe", "a.pdf.exe", "a", ".pdf/", "a.svg", "a.", "a.pdf/b", "fdp.exe\u202e"} {
		_, err := filetype.Of(name, accepted)
		if !errors.Is(err, filetype.ErrType) {
			t.Errorf("Of(%q) = %v, want ErrType", name, err)
		}
		if f, ok := errors.AsType[*fault.Error](err); !ok || !strings.Contains(f.Message, "xlsx") {
			t.Errorf("S1.i10: the sentence about %q names no accepted type: %v", name, err)
		}
	}
	for name, list := range map[string]string{"a.jpeg": "jpg", "a.JPG": "jpeg", "a.tif": "tiff", "a.html": "htm"} {
		if _, err := filetype.Of(name, []string{"pdf", list}); err != nil {
			t.Errorf("%s is not .%s: %v", name, list, err)
		}
	}
	if got := filetype.Spellings([]string{"pdf", "jpg", "tif", "tiff"}); !slices.Equal(got, []string{"pdf", "jpg", "jpeg", "tif", "tiff"}) {
		t.Errorf("%q", got)
	}
	if _, err := filetype.Of("a.zip", []string{"pdf"}); err == nil {
		t.Error("a zip was accepted by a list without it")
	}
}

func TestHead(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       string // media; "" is a refusal
	}{
		{"a.pdf", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"},
		{"junk before the header.pdf", strings.Repeat("\r\n", 300) + "%PDF-1.4", "application/pdf"},
		{"a.pdf", exe, ""},
		{"both.pdf", exe + "%PDF-1.4", ""},
		{"a.pdf", "<!DOCTYPE html><html><script>alert(1)</script>", ""},
		{"a.pdf", "#!/bin/sh\nrm -rf /\n", ""},
		{"a.pdf", "just words", ""},
		{"a program before it.pdf", "\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.6\n", "application/pdf"},
		{"a Mac's header before it.pdf", strings.Repeat("\x00\x81", 64) + "%PDF-1.3\r", "application/pdf"},
		{"at the last place.pdf", strings.Repeat("x", 1019) + "%PDF-1.4", "application/pdf"}, {"too late.pdf", strings.Repeat("x", 1020) + "%PDF-1.4", ""},
		{"nothing known.pdf", nothing, ""}, {"nothing known.jpg", nothing, ""}, {"nothing known.mov", nothing, ""}, {"nothing known.heic", nothing, ""},
		{"nothing known.txt", nothing, ""}, {"nothing known.docx", nothing, ""}, {"nothing known.doc", nothing, ""},
		{"a.jpg", jpeg, "image/jpeg"}, {"a.jpeg", jpeg, "image/jpeg"}, {"a.png", png, "image/png"},
		{"a phone's png.jpg", png, "image/png"},
		{"a.jpg", exe, ""}, {"a.png", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""}, {"a.png", mp4, ""},
		{"a.heic", heic, "image/heic"}, {"a.tif", tiff, "image/tiff"}, {"a.tiff", tiff, "image/tiff"}, {"a.bmp", bmp, "image/bmp"},
		{"an iPhone's.HEIC", "\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1MiHEmiafMiHBheic", "image/heic"},
		{"a Samsung's.heic", "\x00\x00\x00\x18ftypheix\x00\x00\x00\x00mif1heix", "image/heic"}, {"a Nokia's.heic", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "image/heif"},
		{"a burst.heic", "\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00msf1hevc", "image/heif-sequence"}, {"an iPhone's after its share sheet.heic", jpeg, "image/jpeg"},
		{"a camera's.jpg", "\xff\xd8\xff\xe1\x2b\xfeExif\x00\x00MM\x00*", "image/jpeg"}, {"without any segment.jpg", "\xff\xd8\xff\xdb\x00\x43\x00", "image/jpeg"},
		{"Motorola's order.tif", "MM\x00*\x00\x00\x00\x08", "image/tiff"}, {"a big one.tif", "II+\x00\x08\x00\x00\x00" + strings.Repeat("\x00", 60), "image/tiff"},
		{"OS/2's.bmp", "BM\x1a\x02\x00\x00\x00\x00\x00\x00\x1a\x00\x00\x00\x10\x00\x00\x00", "image/bmp"},
		{"a scanner's.jp2", "\xff\x4f\xff\x51\x00\x2f\x00\x00" + strings.Repeat("\x00", 60), "image/j2c"},
		{"a.jp2", jp2, "image/jp2"}, {"a.emf", emf, "image/emf"}, {"a.emf", png, ""},
		{"a.mov", mov, "video/quicktime"}, {"a.mp4", mp4, "video/mp4"}, {"a.mkv", mkv, "video/matroska"}, {"a.mkv", jpeg, ""},
		{"an iPhone's.MOV", "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  \x00\x00\x00\x08wide\x01\x02\x03\x04mdat", "video/quicktime"},
		{"from before boxes.mov", "\x00\x00\x07\xb5moov\x00\x00\x00\x6clmvhd", "video/quicktime"}, {"data first.mov", "\x00\x12\x07\xb5mdat\xf3\x81\x10\x6c" + strings.Repeat("\xe1", 60), "video/quicktime"},
		{"an Android's.mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "video/mp4"}, {"a Sony's.mp4", "\x00\x00\x00\x1cftypXAVC\x01\x00\x1f\xffXAVCmp42iso2", "video/mp4"},
		{"a camera's.mp4", "\x00\x00\x00\x18ftypavc1\x00\x00\x00\x00avc1isom", "video/mp4"}, {"OBS.mkv", "\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x88matroska", "video/matroska"},
		{"a browser's.mkv", "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm", "video/webm"},
		{"a bank's mt940.txt", "\x01{1:F01BANKDEFFA5000000000000}{2:I940}{4:\r\n:20:STARTUMS\r\n-}\x03", "text/plain"}, {"DOS's.csv", "a,b\r\n1,2\r\n3,4\r\n\x1a", "text/csv"},
		{"OEM letters.csv", "Konto;Text\r\n1200;M\x81ller & S\x94hne\r\n", "text/plain"}, {"with a mark.csv", "\xef\xbb\xbfDatum;Betrag\r\n", "text/plain"},
		{"windows-1252.csv", "Datum;Betrag;Text\r\n01.02.2026;12,50;M\xfcller \x80\r\n", "text/plain"},
		{"mt940.txt", ":20:STARTUMS\r\n:25:10020030/1234567\r\n:28C:0\r\n", "text/plain"},
		{"ofx.txt", "OFXHEADER:100\r\nDATA:OFXSGML\r\n", "text/plain"},
		{"excel's unicode.txt", "\xff\xfea\x00;\x00b\x00\r\x00\n\x00", "text/plain"},
		{"a.csv", "a,b\n1,2\n3,4\n", "text/csv"},
		{"a.csv", "<html><body>", ""}, {"a.txt", "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", ""},
		{"a.txt", "words\x00and a hole", ""}, {"a.txt", "#!/usr/bin/env python3\n", ""},
		{"a.htm", "<!DOCTYPE html><html>", "text/html"}, {"a.html", "<p>a piece of a page</p>", "text/html"}, {"a.html", exe, ""},
		{"a.html", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""},
		{"a.eml", "Received: from a by b\r\nFrom: a@example.org\r\nSubject: x\r\n\r\n", "message/rfc822"},
		{"a.eml", "X-Odd: 1\r\n\r\nbody", "text/plain"}, {"a.eml", "no header here\r\n", ""}, {"a.eml", "<html>", ""},
		{"with a mark.eml", "\xef\xbb\xbfReturn-Path: <a@example.org>\r\nReceived: from a by b\r\n", "text/plain"}, {"a mailbox.eml", "From a@example.org Thu Jan  1 00:00:00 2026\r\nSubject: x\r\n", "text/plain"},
		{"Outlook's.msg", ole, "application/x-ole-storage"}, {"an Office photo.xps", "PK\x03\x04\x2d\x00\x00\x00\x08\x00", "application/zip"}, {"a.xod", "PK\x03\x04\x14\x00\x08\x00", "application/zip"},
		{"a.msg", nothing, ""}, {"a.xps", nothing, ""}, {"a.xod", nothing, ""}, {"a.emf", "\x01\x00\x00\x00\x6c\x00\x00\x00", ""}, {"plus.emf", emf + strings.Repeat("\x00", 80) + "EMF+", "image/emf"},
		{"a.rtf", `{\rtf1\ansi hello}`, "text/rtf"}, {"a.rtf", "plain", ""},
		{"a.doc", ole, "application/x-ole-storage"}, {"old.doc", `{\rtf1\ansi hello}`, "text/rtf"}, {"a.xls", "a\tb\n", ""},
		{"with a password.xlsx", ole, "application/x-ole-storage"}, {"a.odt", ole, ""}, {"a.zip", ole, ""},
		{"a.docx", "PK\x03\x04\x14\x00\x00\x00\x08\x00", "application/zip"}, {"a.zip", "PK\x05\x06" + strings.Repeat("\x00", 18), "application/zip"},
		{"a.docx", exe, ""}, {"a.docx", "%PDF-1.4", ""},
	} {
		f, err := filetype.Of(c.name, accepted)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Head([]byte(c.head))
		if got != c.want || (c.want == "") != errors.Is(err, filetype.ErrType) {
			t.Errorf("%s holding %.24q: %q, %v; want %q", c.name, c.head, got, err, c.want)
		}
		if hint := f.Hint([]byte(c.head)[:min(len(c.head), 512)]); c.want != "" && hint != nil {
			t.Errorf("%s: a hint refused what the head accepts: %v", c.name, hint)
		}
	}
}

func TestHintRefusesWhatNothingCanMend(t *testing.T) {
	for name, start := range map[string]string{"a.pdf": exe, "b.pdf": jpeg, "c.jpg": "<!DOCTYPE html>", "d.docx": "%PDF-1.4", "e.heic": strings.Repeat(nothing, 60)} {
		f, _ := filetype.Of(name, accepted)
		if err := f.Hint([]byte(start)); !errors.Is(err, filetype.ErrType) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithin(t *testing.T) {
	word := []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"}
	sheet := []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"}
	show := []string{"[Content_Types].xml", "ppt/presentation.xml"}
	of := func(names []string, more ...string) filetype.Members {
		return filetype.Members{Names: append(slices.Clone(names), more...)}
	}
	cfb := func(names ...string) filetype.Members { return filetype.Members{Compound: true, Names: names} }
	open := func(media string) filetype.Members {
		return filetype.Members{Declared: media, Names: []string{"mimetype", "content.xml", "META-INF/manifest.xml"}}
	}
	msi := cfb("WordDocument")
	msi.Root = [16]byte{0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}

	for _, c := range []struct {
		ext string
		m   filetype.Members
		ok  bool
	}{
		{"docx", of(word), true}, {"docx", of(sheet), false}, {"docx", of(word, "word/vbaProject.bin"), false}, {"docx", of(word, `word\VBAPROJECT.BIN`), false},
		{"xlsx", of(sheet), true}, {"xlsx", of(sheet, "xl/vbaProject.bin"), false}, {"xlsx", of(sheet, "xl/macrosheets/sheet1.xml"), false},
		{"xlsx", of(sheet, "xl/workbook.bin"), false},
		{"xlsm", of(sheet, "xl/vbaProject.bin"), true}, {"xlsm", of(sheet), true}, {"xlsm", of(word), false},
		{"pptx", of(show), true}, {"pptx", of(show, "ppt/vbaProject.bin"), false},
		{"xlsx", cfb("EncryptedPackage", "EncryptionInfo"), true}, {"xlsx", cfb("Workbook"), false},
		{"odt", open("application/vnd.oasis.opendocument.text"), true}, {"odt", open("application/vnd.oasis.opendocument.spreadsheet"), false},
		{"ods", open("application/vnd.oasis.opendocument.spreadsheet"), true},
		{"xps", of([]string{"[Content_Types].xml", "FixedDocSeq.fdseq"}), true}, {"xps", of(word), false},
		{"xps", of([]string{"[Content_Types].xml/[0].piece", "FixedDocSeq.fdseq/[0].piece"}), true},
		{"xod", of([]string{"[Content_Types].xml", "Pages/1.xaml"}), true},
		{"zip", of([]string{"a/b.pdf"}), true}, {"zip", of(nil), true}, {"zip", of([]string{"META-INF/MANIFEST.MF", "A.class"}), false}, {"zip", of([]string{"classes.dex"}), false},
		{"doc", cfb("WordDocument", "1Table"), true}, {"doc", cfb("Workbook"), false}, {"doc", msi, false}, {"doc", of(word), false},
		{"xls", cfb("Workbook"), true}, {"xls", cfb("Book"), true}, {"ppt", cfb("PowerPoint Document"), true}, {"msg", cfb("__properties_version1.0"), true}, {"msg", cfb("x"), false},
	} {
		f, err := filetype.Of("a."+c.ext, accepted)
		if err != nil {
			t.Fatal(err)
		}
		media, err := f.Within(c.m)
		if ok := err == nil && media != ""; ok != c.ok || !c.ok && !errors.Is(err, filetype.ErrType) {
			t.Errorf(".%s with %v: %q, %v; want accepted=%v", c.ext, c.m.Names, media, err, c.ok)
		}
	}
}

// A real docx whose first members are larger than the head looks like any zip there.
func TestHeadLeavesBigFirstMembersOpen(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.CreateHeader(&zip.FileHeader{Name: "customXml/item1.xml", Method: zip.Store})
	w.Write(bytes.Repeat([]byte("x"), 8192))
	z.Create("word/document.xml")
	z.Close()
	f, _ := filetype.Of("a.docx", accepted)
	media, err := f.Head(b.Bytes()[:filetype.HeadSize])
	if err != nil || !f.Contained(media) {
		t.Errorf("got %q, %v", media, err)
	}
}

func FuzzHead(f *testing.F) {
	for _, s := range []string{"%PDF-1.4", exe, ole, heic, "PK\x03\x04", "a,b\n"} {
		f.Add(uint8(0), []byte(s))
	}
	f.Fuzz(func(t *testing.T, n uint8, head []byte) {
		format, err := filetype.Of("a."+accepted[int(n)%len(accepted)], accepted)
		if err != nil {
			t.Fatal(err)
		}
		media, err := format.Head(head)
		if (media == "") != (err != nil) {
			t.Fatalf("%q, %v", media, err)
		}
		if err == nil && bytes.HasPrefix(head, []byte("MZ")) {
			t.Fatal("a program came through")
		}
	})
}

// TestRefusalsSayWhatToDo: who picked the wrong file reads what it is, not the name of a media type.
func TestRefusalsSayWhatToDo(t *testing.T) {
	pdf, err := filetype.Of("a.pdf", []string{"pdf"})
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]string{
		"MZ\x90\x00":                          "it is a program",
		"\x00\x01\x02\x03\x04\x05\x06\x07":    "open it to see",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR": "(image/png)",
	} {
		if _, err := pdf.Head([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q as a PDF: %v, want a sentence with %q", content, err, want)
		}
	}
}
