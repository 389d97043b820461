package filetype

import (
	"bytes"
	"slices"

	"github.com/gabriel-vasile/mimetype"
)

// formats are the extensions that have a rule. Which of them are accepted is the caller's list.
var formats = map[string]Format{
	"bmp": {class: photo}, "heic": {class: photo}, "jp2": {class: photo}, "jpeg": {class: photo}, "jpg": {class: photo},
	"png": {class: photo}, "tif": {class: photo}, "tiff": {class: photo},
	"mkv": {class: film}, "mov": {class: film}, "mp4": {class: film},
	"pdf": {class: pdf},
	"csv": {class: text}, "txt": {class: text},
	"eml": {class: mail},
	"htm": {class: page}, "html": {class: page},
	"rtf": {class: rich},
	"emf": {class: metafile},

	"doc": {class: compound, members: word97}, "xls": {class: compound, members: excel97},
	"ppt": {class: compound, members: powerpoint97}, "msg": {class: compound, members: outlook},

	"docx": {class: zip, members: docx}, "xlsx": {class: zip, members: xlsx}, "xlsm": {class: zip, members: xlsm},
	"pptx": {class: zip, members: pptx}, "odt": {class: zip, members: odt}, "ods": {class: zip, members: ods},
	"xps": {class: zip, members: xps}, "xod": {class: zip, members: xod}, "zip": {class: zip, members: anyZip},
}

func office(ext string) bool {
	return slices.Contains([]string{"docx", "xlsx", "xlsm", "pptx"}, ext)
}

func in(found *mimetype.MIME, types ...string) bool { return slices.ContainsFunc(types, found.Is) }

// within tells whether found is the family or one of its members: mimetype's tree knows docx below zip.
func within(found *mimetype.MIME, family string) bool {
	for m := found; m != nil; m = m.Parent() {
		if m.Is(family) {
			return true
		}
	}
	return false
}

func plain(found *mimetype.MIME) bool { return within(found, "text/plain") }

func markup(found *mimetype.MIME) bool {
	return within(found, "text/html") || within(found, "text/xml") || within(found, "image/svg+xml")
}

// program tells what must never come in, whatever its name (rule 4). The signatures are looked at first: a program can
// carry another format's mark a few bytes further on.
func program(found *mimetype.MIME, head []byte) bool {
	for _, magic := range []string{"MZ", "\x7fELF", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xca\xfe\xba\xbe", "#!"} {
		if bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte(magic)) {
			return true
		}
	}
	return in(found, "application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
		"application/x-ms-installer", "application/x-ms-shortcut", "application/java-archive",
		"application/vnd.android.package-archive", "application/wasm", "text/x-shellscript", "text/x-php")
}

// emf tells an enhanced metafile: its first record is the header, 1, and " EMF" stands at byte 40.
// Source: [MS-EMF] 2.3.4.2.
func emf(head []byte) bool {
	return len(head) >= 44 && bytes.HasPrefix(head, []byte{1, 0, 0, 0}) && string(head[40:44]) == " EMF"
}

// mark names the photos that mimetype doesn't: TIFF of more than 4 GB, and JPEG 2000 without its wrapping, as scanners
// write it. Sources: BigTIFF design (version 43, offsets of 8 bytes); ISO/IEC 15444-1, A.4 (SOC, SIZ).
func mark(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("II\x2b\x00\x08\x00")), bytes.HasPrefix(head, []byte("MM\x00\x2b\x00\x08")):
		return "image/tiff"
	case bytes.HasPrefix(head, []byte("\xff\x4f\xff\x51")):
		return "image/j2c"
	}
	return ""
}

// quickTime tells a film without a file type box: it starts with any other atom, 4 bytes of size and 4 of name.
// Source: QuickTime File Format, "Atoms".
func quickTime(head []byte) bool {
	return len(head) >= 8 && head[0] < 0x20 && slices.Contains([]string{"moov", "mdat", "wide", "free", "skip", "pnot"}, string(head[4:8]))
}

// unframed is text without the control characters that banks frame their files with (SOH, STX, ETX, EOT) and DOS ends them
// with (SUB). They are no reason to take text for something else.
func unframed(head []byte) []byte {
	return slices.DeleteFunc(bytes.Clone(head), func(b byte) bool { return b >= 1 && b <= 4 || b == 0x1a })
}

func utf16(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff})
}

// startsWithHeader tells whether the first line is a mail's: "Name: value", or mbox's "From ".
// Source: RFC 5322, 2.2 (printable US-ASCII except the colon).
func startsWithHeader(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\r\n")
	if bytes.HasPrefix(head, []byte("From ")) {
		return true
	}
	for i, b := range head {
		if b == ':' {
			return i > 0
		}
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return false
}
