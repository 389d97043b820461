package uploadlink

import (
	"strings"
	"unicode/utf8"

	"portico/domain/fault"
	"portico/domain/filename"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"
)

// Lengths in bytes of UTF-8.
const (
	maxSent   = 1_024 // of a name as it was sent
	maxDevice = 512   // of a user agent or network address
)

// What can be wrong with a file's name.
var (
	ErrNoName = fault.New(fault.Invalid, "uploadlink.no_name",
		"The file needs a name. Type one, or leave it as it was.")
	ErrNameCharacters = fault.New(fault.Invalid, "uploadlink.name_characters",
		"A file's name can't contain / or \\ or invisible control characters. Leave them out.")
	ErrNameTooLong = fault.New(fault.Invalid, "uploadlink.name_too_long",
		"This name is too long. Use at most 255 bytes, about 250 letters.")
	ErrExtension = fault.New(fault.Invalid, "uploadlink.extension",
		"A file keeps its extension. Type the name without one.")
)

// asSent is a name as the history keeps it: any text, made valid UTF-8, that shown can make a name of.
func asSent(name string) (string, error) {
	if len(name) > maxSent {
		return "", ErrNameTooLong.Withf("This name has %d bytes. Shorten the file's name to at most 255 and send it again.", len(name))
	}
	name = strings.ToValidUTF8(name, "\uFFFD")
	s := shown(name)
	if s == "" {
		return "", ErrNoName
	}
	return name, checkType(s)
}

// shown is a sent name as people see it (rule 12).
func shown(sent string) string { return filename.Shown(sent) }

// renamed is the name that a person typed for a file now called old (rule 13).
func renamed(old, typed string) (string, error) {
	if !utf8.ValidString(typed) || strings.ContainsAny(typed, `/\`) || strings.ContainsFunc(typed, filename.Hidden) {
		return "", ErrNameCharacters
	}
	name := strings.TrimSpace(norm.NFC.String(typed))
	dot := strings.LastIndexByte(old, '.')
	stem, extension := name, old[max(dot, 0):]
	if n := len(name) - len(extension); n >= 0 && strings.EqualFold(name[n:], extension) {
		stem = name[:n]
	} else if looksLikeExtension(name) {
		return "", ErrExtension.Withf("A file keeps its extension. End the name with %s, or leave the extension out.", extension)
	}
	stem = strings.TrimRight(stem, " .")
	if stem == "" {
		return "", ErrNoName
	}
	if n := len(stem) + len(extension); n > filename.Max {
		return "", ErrNameTooLong.Withf("This name has %d bytes; at most %d fit. Shorten it.", n, filename.Max)
	}
	return stem + extension, nil
}

// looksLikeExtension tells "report.exe" from "Invoice 3.2" and "Mr. Smith".
func looksLikeExtension(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return false
	}
	letters := 0
	for _, r := range name[dot+1:] {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letters++
		case r < '0' || r > '9':
			return false
		}
	}
	return letters > 0 && len(name)-dot-1 <= 5
}

// freeName is name, or name with the first free suffix where recipient has another file called that, whatever the case
// of its letters (S1.i12). A deleted file's name is free again.
func (l Link) freeName(recipient, file uuid.UUID, name string) string {
	if !l.taken(recipient, file, name) {
		return name
	}
	var names []string
	for i := range l.files {
		if f := &l.files[i]; f.keepsName(recipient, file) {
			names = append(names, f.name)
		}
	}
	return filename.Free(name, names)
}

func (l Link) taken(recipient, except uuid.UUID, name string) bool {
	for i := range l.files {
		if f := &l.files[i]; f.keepsName(recipient, except) && strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// keepsName tells that f is a file of recipient, not except, whose name no other one may have.
func (f *file) keepsName(recipient, except uuid.UUID) bool {
	return f.recipient == recipient && f.id != except && (f.state == received || f.state == released)
}

func withSuffix(name, suffix string) string { return filename.WithSuffix(name, suffix) }

func folded(name string) string { return filename.Folded(name) }
