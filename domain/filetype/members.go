package filetype

import (
	"path"
	"strings"
)

// Members are what a container holds.
type Members struct {
	// Compound tells a compound file (OLE2) from a zip.
	Compound bool
	Names    []string
	More     bool // there are more names than anybody should need, and they were not read
	// Declared is the content of a zip's member "mimetype", which OpenDocument files have.
	Declared string
	// Root is the class id of a compound file's root, as 16 bytes in file order; zeros say nothing.
	Root [16]byte
}

// Within decides by the members of a whole file (rules 3, 4, 6), and names what was found. It returns ErrType.
func (f Format) Within(m Members) (media string, err error) {
	if f.members == nil {
		return "", ErrType
	}
	media, ok := f.members(m)
	if !ok {
		return "", ErrType.Withf("This file is named .%s, but its content is something else. Nothing of it was kept.", f.Extension)
	}
	return media, nil
}

const (
	mediaDocx    = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	mediaXlsx    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaXlsm    = "application/vnd.ms-excel.sheet.macroenabled.12"
	mediaPptx    = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	mediaOdt     = "application/vnd.oasis.opendocument.text"
	mediaOds     = "application/vnd.oasis.opendocument.spreadsheet"
	mediaXps     = "application/vnd.ms-xpsdocument"
	mediaXod     = "application/vnd.ms-xpsdocument.web"
	mediaZip     = "application/zip"
	mediaDoc     = "application/msword"
	mediaXls     = "application/vnd.ms-excel"
	mediaPpt     = "application/vnd.ms-powerpoint"
	mediaMsg     = "application/vnd.ms-outlook"
	installer    = "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
	contentTypes = "[content_types].xml"
)

func docx(m Members) (string, bool) { return mediaDocx, m.openXML("word/") && !m.macro() }
func xlsx(m Members) (string, bool) {
	return mediaXlsx, m.openXML("xl/") && !m.macro() && !m.has("xl/workbook.bin")
}
func xlsm(m Members) (string, bool) {
	return mediaXlsm, m.openXML("xl/") && !m.has("xl/workbook.bin")
}
func pptx(m Members) (string, bool) { return mediaPptx, m.openXML("ppt/") && !m.macro() }

func odt(m Members) (string, bool) { return mediaOdt, m.openDocument(mediaOdt) }
func ods(m Members) (string, bool) { return mediaOds, m.openDocument(mediaOds) }

func xps(m Members) (string, bool) {
	return mediaXps, !m.Compound && m.begins(contentTypes) && m.contains(".fdseq") && !m.java() && !m.More
}

// xod is an XPS laid out for reading over a line, with parts that differ from one writer to the next.
func xod(m Members) (string, bool) {
	return mediaXod, !m.Compound && (m.begins(contentTypes) || m.contains(".fdseq")) && !m.java() && !m.macro() && !m.More
}

func anyZip(m Members) (string, bool) { return mediaZip, !m.Compound && !m.java() }

func word97(m Members) (string, bool) { return mediaDoc, m.compound("worddocument") }
func excel97(m Members) (string, bool) {
	return mediaXls, m.compound("workbook") || m.compound("book")
}
func powerpoint97(m Members) (string, bool) { return mediaPpt, m.compound("powerpoint document") }
func outlook(m Members) (string, bool)      { return mediaMsg, m.compound("__properties_version1.0") }

// openXML tells an Office file since 2007 with parts under dir, or one with a password, which Office wraps into a
// compound file ([MS-OFFCRYPTO] 2.3.4.4) and nobody but its reader can look into.
func (m Members) openXML(dir string) bool {
	if m.Compound {
		return m.has("encryptedpackage") && m.has("encryptioninfo")
	}
	return m.begins(contentTypes) && m.begins(dir) && !m.java() && !m.More
}

func (m Members) openDocument(media string) bool {
	return !m.Compound && strings.TrimSpace(m.Declared) == media && m.has("meta-inf/manifest.xml") && !m.java() && !m.More
}

func (m Members) compound(stream string) bool {
	return m.Compound && string(m.Root[:]) != installer && m.has(stream)
}

// macro finds the parts in which Office keeps programs: VBA, and the macro sheets from before it.
func (m Members) macro() bool {
	return m.any(func(n string) bool {
		base := path.Base(n)
		return base == "vbaproject.bin" || base == "vbadata.xml" || strings.HasPrefix(n, "xl/macrosheets/")
	})
}

// java finds what makes a zip a program: a manifest, or Android's compiled code.
func (m Members) java() bool { return m.has("meta-inf/manifest.mf") || m.has("classes.dex") }

func (m Members) has(name string) bool { return m.any(func(n string) bool { return n == name }) }

func (m Members) begins(prefix string) bool {
	return m.any(func(n string) bool { return strings.HasPrefix(n, prefix) })
}

func (m Members) contains(part string) bool {
	return m.any(func(n string) bool { return strings.Contains(n, part) })
}

// any compares as Windows does: no case, either slash.
func (m Members) any(f func(name string) bool) bool {
	for _, n := range m.Names {
		if f(strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(n, `\`, "/")), "/")) {
			return true
		}
	}
	return false
}
