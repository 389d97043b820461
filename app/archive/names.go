package archive

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

const maxName = 255 // bytes, what file systems take

// Safe is a name that every system takes as one plain, visible file: no separators of paths, nothing that Windows
// forbids or keeps for its devices, no control or bidi characters, no dot at the start, no dot or space at the end.
func Safe(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, strings.ContainsRune(`/\:*?"<>|`, r), unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.In(r, unicode.Zl, unicode.Zp):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(strings.TrimSpace(name), ". ")
	if strings.HasPrefix(name, ".") {
		name = "_" + name
	}
	stem, _, _ := strings.Cut(name, ".")
	if device(strings.ToUpper(strings.TrimSpace(stem))) {
		name = "_" + name
	}
	if name == "" {
		name = "_"
	}
	return strings.TrimRight(suffixed(name, ""), ". ")
}

// device tells a name that Windows keeps for a device, whatever its extension.
func device(stem string) bool {
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	port := strings.TrimPrefix(strings.TrimPrefix(stem, "COM"), "LPT")
	return len(stem) > len(port) && (len(port) == 1 && port >= "0" && port <= "9" || port == "¹" || port == "²" || port == "³")
}

// names are those that are taken, in one letter case: many systems take "a.pdf" and "A.PDF" for the same.
type names map[string]int

// free is name, or name with the first free number before its extension.
func (n names) free(name string) string {
	key := cases.Fold().String(name)
	free := name
	for n[cases.Fold().String(free)] > 0 {
		n[key]++ // go on counting where the last one of this name stopped
		free = suffixed(name, fmt.Sprintf(" (%d)", n[key]))
	}
	n[cases.Fold().String(free)] = 1
	return free
}

// suffixed puts suffix before name's extension and cuts what stands before it until all fits.
func suffixed(name, suffix string) string {
	stem, extension := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 16 {
		stem, extension = name[:dot], name[dot:]
	}
	room := maxName - len(suffix) - len(extension)
	if len(stem) > room {
		for room > 0 && !utf8.RuneStart(stem[room]) {
			room--
		}
		stem = strings.TrimRight(stem[:room], " ")
	}
	return stem + suffix + extension
}
