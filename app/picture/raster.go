package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"sync"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// format is one kind of picture of pixels.
type format struct {
	magic  string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF8", gif.DecodeConfig, gif.Decode}, // its first frame
	{"RIFF", webp.DecodeConfig, webp.Decode},
}

func (f format) is(source []byte) bool {
	return bytes.HasPrefix(source, []byte(f.magic)) && (f.magic != "RIFF" || len(source) >= 12 && string(source[8:12]) == "WEBP")
}

// one lets a single picture be decoded at a time: 16 million pixels are 128 MB while they are read.
var one sync.Mutex

// raster reads pixels and writes them as PNG (rules 2, 3).
func raster(source []byte, f format) (Picture, error) {
	c, err := f.config(bytes.NewReader(source))
	if err != nil {
		return Picture{}, ErrBroken
	}
	if !affordable(c.Width, c.Height) || f.magic == "RIFF" && !webpAffordable(source) {
		return Picture{}, ErrSize
	}
	one.Lock()
	defer one.Unlock()
	img, err := f.decode(&hasty{Reader: bytes.NewReader(source), until: time.Now().Add(patience)})
	if errors.Is(err, errSlow) {
		return Picture{}, ErrSize
	}
	if err != nil || img.Bounds().Empty() {
		return Picture{}, ErrBroken
	}
	size := img.Bounds().Size()
	width, height := fit(size.X, size.Y)
	small := image.NewNRGBA(image.Rect(0, 0, width, height))
	if width == size.X && height == size.Y {
		draw.Copy(small, image.Point{}, img, img.Bounds(), draw.Src, nil)
	} else {
		draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	}
	if !seen(small) {
		return Picture{}, ErrEmpty
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small); err != nil {
		return Picture{}, ErrBroken
	}
	return Picture{Media: PNG, Body: b.Bytes(), Width: width, Height: height}, nil
}

func affordable(width, height int) bool {
	return width > 0 && height > 0 && width <= maxSide && height <= maxSide && width*height <= maxPixels
}

// fit is the size within rule 3 that has the same shape.
func fit(width, height int) (int, int) {
	if width <= maxWidth && height <= maxHeight {
		return width, height
	}
	if width*maxHeight > height*maxWidth {
		return maxWidth, max(1, height*maxWidth/width)
	}
	return max(1, width*maxHeight/height), maxHeight
}

// seen tells whether any pixel shows.
func seen(img *image.NRGBA) bool {
	for i := 3; i < len(img.Pix); i += 4 {
		if img.Pix[i] > 0 {
			return true
		}
	}
	return false
}

// hasty is a reader that gives up in time: a JPEG of a few kilobytes can ask for as many passes as it likes.
type hasty struct {
	*bytes.Reader
	until time.Time
	reads int
}

var errSlow = errors.New("decoding takes too long")

// Read gives little at a time, so that it is asked often.
func (h *hasty) Read(p []byte) (int, error) {
	if time.Now().After(h.until) {
		return 0, errSlow
	}
	return h.Reader.Read(p[:min(len(p), 512)])
}

// ReadByte keeps decoders from going around Read.
func (h *hasty) ReadByte() (byte, error) {
	if h.reads++; h.reads%512 == 0 && time.Now().After(h.until) {
		return 0, errSlow
	}
	return h.Reader.ReadByte()
}

// webpAffordable looks at every size that a WebP states. Older decoders believed a frame that was larger than its canvas;
// this does not depend on which one is built in.
func webpAffordable(source []byte) bool {
	frames := 0
	for rest := source[12:]; len(rest) >= 8; {
		id, n := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if n > int64(len(body)) {
			n = int64(len(body))
		}
		chunk := body[:n]
		width, height, ok := webpSize(id, chunk)
		if ok && !affordable(width, height) {
			return false
		}
		if ok && id != "VP8X" {
			frames++
		}
		rest = body[min(n+n%2, int64(len(body))):]
	}
	return frames == 1
}

// webpSize is what one chunk says; ok is false where it says nothing about a size.
func webpSize(id string, b []byte) (width, height int, ok bool) {
	switch {
	case id == "VP8X" && len(b) >= 10:
		return 1 + int(b[4]) + int(b[5])<<8 + int(b[6])<<16, 1 + int(b[7]) + int(b[8])<<8 + int(b[9])<<16, true
	case id == "VP8 " && len(b) >= 10:
		return int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff), true
	case id == "VP8L" && len(b) >= 5:
		bits := binary.LittleEndian.Uint32(b[1:])
		return 1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff), true
	}
	return 0, 0, false
}
