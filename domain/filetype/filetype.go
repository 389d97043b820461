// Package filetype decides whether a file is what its name says.
//
//  1. A file's extension names a class; each class accepts some kinds of content (S1.5, S1.i9).
//  2. The first HeadSize bytes decide first, whatever the pieces they came in (S1.i10).
//  3. A container (zip, compound file) is decided by the names of its members, which only the whole file shows.
//  4. Programs and scripts are never accepted, whatever their name.
//  5. Text holds no NUL byte and doesn't start as markup, except where the name says that it is markup.
//  6. A macro needs a name that says so: .xlsm is accepted, an .xlsx with macros is not.
//  7. Two spellings of one ending are one: who accepts .jpg accepts .jpeg.
//  8. A photo, a film and a PDF carry a signature that says so; content that is nothing known is none of them.
//
// The photos form one class, and so do the films: phones give them each other's extension, and no program minds.
package filetype

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"portico/domain/fault"

	"github.com/gabriel-vasile/mimetype"
)

// HeadSize is how many bytes, from the start of a file, decide about it; a smaller file is decided by all of it.
const HeadSize = 3072

// ErrType says that a file's name or content is of a kind that isn't accepted.
var ErrType = fault.New(fault.Unsupported, "uploadlink.type", "Files of this type can’t be sent here.")

// The classes of content.
type class uint8

const (
	unknown class = iota
	photo
	film
	pdf
	text
	mail
	page
	rich
	metafile
	compound // OLE2: Office up to 2003, Outlook
	zip      // a container that is decided by its members
)

// Format is one accepted extension with what its content must be.
type Format struct {
	Extension string // lower case, no dot
	class     class
	members   func(Members) (media string, ok bool) // containers only
}

// Of finds the format of a file by its name. accepted are lower-case extensions without dot, the practice's list.
// It returns ErrType, with the list in its sentence.
func Of(name string, accepted []string) (Format, error) {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(visible(name)), "."))
	f, ok := formats[ext]
	if !ok || !slices.Contains(Spellings(accepted), ext) {
		what := "Files without an extension"
		if ext != "" {
			what = "Files ending in ." + ext
		}
		return Format{}, ErrType.Withf("%s can’t be sent here. Accepted are: %s.", what, strings.Join(accepted, ", "))
	}
	f.Extension = ext
	return f, nil
}

// Spellings are extensions, lower case without dot, each followed by its other spelling where it isn't among them (rule 7).
func Spellings(extensions []string) []string {
	var all []string
	for _, e := range extensions {
		all = append(all, e)
		if other, ok := spellings[e]; ok && !slices.Contains(extensions, other) {
			all = append(all, other)
		}
	}
	return all
}

var spellings = map[string]string{"jpg": "jpeg", "jpeg": "jpg", "tif": "tiff", "tiff": "tif", "htm": "html", "html": "htm"}

// visible is a name without what nobody sees, so that no extension hides behind a space or a mark of direction.
func visible(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, name))
}

// Known tells whether an extension, lower case without dot, has a format.
func Known(extension string) bool { _, ok := formats[extension]; return ok }

// Text tells that the content must not hold a NUL byte anywhere (rule 5). head is the start of the file: UTF-16, which
// is full of them, announces itself there.
func (f Format) Text(head []byte) bool {
	return (f.class == text || f.class == mail || f.class == page) && !utf16(head)
}

// Contained tells that Members must decide, too. media is what Head found: a .doc may be rich text, which has none.
func (f Format) Contained(media string) bool { return f.members != nil && media != "text/rtf" }

// Head decides by the first HeadSize bytes of a file, or all of a smaller one (rules 2, 4, 5), and names what was
// found, "application/pdf". It returns ErrType.
func (f Format) Head(head []byte) (media string, err error) {
	found := f.detect(head)
	if !f.accepts(found, head) {
		return "", f.mismatch(found, head)
	}
	return f.media(found, head), nil
}

// Hint decides by fewer bytes than Head wants, and refuses only what no further byte could make right: a page can ask
// before it sends gigabytes. It returns ErrType.
func (f Format) Hint(start []byte) error {
	found := f.detect(start)
	switch {
	case program(found, start):
		return f.mismatch(found, start)
	case f.class == photo && len(start) >= signature && !f.accepts(found, start):
		return f.mismatch(found, start)
	case found.Is(nothingKnown), found.Is("text/plain"), found.Is("application/zip"), found.Is("application/x-ole-storage"):
		return nil // a signature may follow later than this
	case !f.accepts(found, start):
		return f.mismatch(found, start)
	}
	return nil
}

// nothingKnown is what content without any known signature is called.
const nothingKnown = "application/octet-stream"

// signature is within how many bytes every photo has said what it is.
const signature = 64

func (f Format) detect(head []byte) *mimetype.MIME {
	if f.class == text {
		head = unframed(head)
	}
	return mimetype.Detect(head)
}

func (f Format) accepts(found *mimetype.MIME, head []byte) bool {
	if program(found, head) {
		return false
	}
	switch f.class {
	case photo:
		return in(found, "image/bmp", "image/jpeg", "image/png", "image/apng", "image/tiff", "image/jp2", "image/jpx", "image/jpm",
			"image/heic", "image/heic-sequence", "image/heif", "image/heif-sequence") || mark(head) != "" && found.Is(nothingKnown)
	case film:
		return in(found, "video/mp4", "video/quicktime", "video/matroska", "video/webm", "video/x-m4v", "video/3gpp", "video/3gpp2",
			"video/mj2", "video/vnd.dvb.file", "audio/mp4", "audio/x-m4a") || quickTime(head)
	case pdf:
		return in(found, "application/pdf")
	case text:
		return plain(found) && !markup(found)
	case mail:
		return plain(found) && !markup(found) && startsWithHeader(head)
	case page:
		return plain(found) && !found.Is("image/svg+xml")
	case rich:
		return in(found, "text/rtf")
	case metafile:
		return emf(head)
	case compound:
		return within(found, "application/x-ole-storage") || f.Extension == "doc" && in(found, "text/rtf")
	case zip:
		return within(found, "application/zip") || office(f.Extension) && in(found, "application/x-ole-storage") // encrypted
	case unknown:
	}
	return false
}

// media names what was found, as the event keeps it. A container gets its name from its members.
func (f Format) media(found *mimetype.MIME, head []byte) string {
	switch {
	case f.class == metafile:
		return "image/emf"
	case f.class == photo && found.Is(nothingKnown):
		return mark(head)
	case f.class == film && found.Is(nothingKnown):
		return "video/quicktime"
	}
	name, _, _ := strings.Cut(found.String(), ";")
	return name
}

// mismatch says in a person's words what was found, and in a program's where there are none.
func (f Format) mismatch(found *mimetype.MIME, head []byte) error {
	name, _, _ := strings.Cut(found.String(), ";")
	switch {
	case program(found, head):
		return ErrType.Withf("This file is named .%s, but it is a program. Programs can’t be sent; nothing of it was kept.", f.Extension)
	case name == nothingKnown:
		return ErrType.Withf("This file is named .%s, but its content isn’t that of such a file. It may be damaged: open it to see, save it anew, and send that.", f.Extension)
	}
	return ErrType.Withf("This file is named .%s, but its content is something else (%s). Nothing of it was kept.", f.Extension, name)
}
