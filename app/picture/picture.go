// Package picture turns a picture that somebody brings into one that we have written ourselves, so that nothing in it but
// what is seen reaches a browser.
//
//  1. A picture is at most 4 MB, and is PNG, JPEG, GIF, WebP or SVG by its first bytes, whatever its name says.
//  2. One of pixels has at most 6,000 on a side and 16 million in all, by every head in it that a decoder believes; these
//     are read before a pixel is. Decoding that takes longer than 5 seconds is given up.
//  3. It is written as PNG, at most 640 wide and 320 high, from its pixels alone: no text, place, profile or animation of it
//     is left.
//  4. One of lines (SVG) is written from a list of elements and attributes that only draw. Scripts, events, animations,
//     pictures in it, references to anything but its own gradients and clips, entities and foreign words are left out.
//     It has at most 5,000 elements and is at most 40 deep.
//  5. What has nothing to see is refused.
package picture

import (
	"bytes"
	"time"

	"portico/domain/fault"
)

// MaxBytes is the largest picture that is looked at (rule 1).
const MaxBytes = 4 << 20

// The bounds of rules 2 and 3.
const (
	maxSide   = 6_000
	maxPixels = 16_000_000
	maxWidth  = 640
	maxHeight = 320
)

// patience is how long decoding may take (rule 2).
var patience = 5 * time.Second

// What can be wrong with a picture.
var (
	ErrKind  = fault.New(fault.Unsupported, "picture.kind", "Choose a picture: PNG, JPEG, GIF, WebP or SVG.")
	ErrBytes = fault.New(fault.TooLarge, "picture.bytes", "This picture has more than 4 MB. Choose a smaller one.")
	ErrSize  = fault.New(fault.TooLarge, "picture.size",
		"This picture has too many pixels. It may have up to 6,000 on a side and 16 million in all; choose a smaller one.")
	ErrBroken = fault.New(fault.Unsupported, "picture.broken", "This picture could not be read. Save it anew, as PNG for instance, and choose that one.")
	ErrEmpty  = fault.New(fault.Unsupported, "picture.empty",
		"Nothing is left of this picture: it holds only what can’t be taken, like text in a font or pictures inside. Save it as PNG and choose that one.")
)

// Picture is one that we have written.
type Picture struct {
	Media         string // "image/png", "image/svg+xml"
	Body          []byte
	Width, Height int // as it is meant to be seen, in pixels
}

// The media types of pictures that we write.
const (
	PNG = "image/png"
	SVG = "image/svg+xml"
)

// Clean writes the picture in source anew. It returns ErrKind, ErrBytes, ErrSize, ErrBroken, ErrEmpty.
func Clean(source []byte) (Picture, error) {
	if len(source) > MaxBytes {
		return Picture{}, ErrBytes
	}
	for _, f := range formats {
		if f.is(source) {
			return raster(source, f)
		}
	}
	if looksLikeSVG(source) {
		return vector(source)
	}
	return Picture{}, ErrKind
}

// Media is the type of a picture that Clean has written, by its first bytes.
func Media(body []byte) string {
	if bytes.HasPrefix(body, []byte("<svg ")) {
		return SVG
	}
	return PNG
}

// looksLikeSVG tells whether source is markup that names svg near its start.
func looksLikeSVG(source []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(source, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<")) && bytes.Contains(head[:min(len(head), 4096)], []byte("<svg"))
}
