// Package filename makes of a name that a stranger's computer gave a file one that people can read and file systems take.
package filename

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Max is the longest shown name, in bytes of UTF-8: what file systems take.
const Max = 255

const maxExtension = len(".jpeg") + 11 // longer ones are no extension

// Shown is a name as it was sent, as people see it: what follows the last path separator, without control and bidi
// characters, in NFC, cut to 255 bytes before its extension.
func Shown(sent string) string {
	if i := strings.LastIndexAny(sent, `/\`); i >= 0 {
		sent = sent[i+1:]
	}
	name := strings.Map(func(r rune) rune {
		if Hidden(r) {
			return -1
		}
		return r
	}, sent)
	name = strings.TrimSpace(norm.NFC.String(name))
	return WithSuffix(name, "")
}

// Hidden tells a character that can make a name look like another one: control characters, line and paragraph
// separators, bidi overrides, and the spaces of no width that no script needs.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.In(r, unicode.Zl, unicode.Zp) ||
		r == '\u200b' || r == '\ufeff'
}

// Free is name, or name with the first suffix that makes it differ from all of taken, whatever the case of letters
// (S1.i12).
func Free(name string, taken []string) string {
	names := make(map[string]struct{}, len(taken)) // a look at every name for every suffix would be quadratic
	for _, n := range taken {
		names[Folded(n)] = struct{}{}
	}
	free := name
	for n := 2; ; n++ {
		if _, ok := names[Folded(free)]; !ok {
			return free
		}
		free = WithSuffix(name, " ("+strconv.Itoa(n)+")")
	}
}

// WithSuffix puts suffix before name's extension and cuts what stands before it until all fits.
func WithSuffix(name, suffix string) string {
	stem, extension := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= maxExtension {
		stem, extension = name[:dot], name[dot:]
	}
	room := Max - len(suffix) - len(extension)
	if len(stem) > room {
		for room > 0 && !utf8.RuneStart(stem[room]) {
			room--
		}
		stem = stem[:room]
	}
	return stem + suffix + extension
}

// Folded is the same for two names exactly where strings.EqualFold takes them for equal: each letter becomes the smallest
// of those that differ from it by case alone.
func Folded(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case r < utf8.RuneSelf:
			return r
		}
		for { // SimpleFold goes round in a circle, upwards and from the largest to the smallest
			next := unicode.SimpleFold(r)
			if next <= r {
				return next
			}
			r = next
		}
	}, name)
}
