package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"golang.org/x/image/draw"
)

// Icon is a picture that Clean has written, in the middle of a white square of size pixels, for screens that show
// programs. It is at most percent of the square wide and high: what is masked keeps a wide edge. Lines stay lines.
// ErrBroken, where body is none that Clean has written.
func Icon(body []byte, size, percent int) (Picture, error) {
	inner := size * percent / 100
	edge := (size - inner) / 2
	if Media(body) == SVG {
		framed := fmt.Appendf(nil, `<svg xmlns="%s" viewBox="0 0 %d %d"><rect width="%d" height="%d" fill="#fff"/><svg x="%d" y="%d" width="%d" height="%d" %s</svg>`,
			svgSpace, size, size, size, size, edge, edge, inner, inner, bytes.TrimPrefix(body, []byte("<svg ")))
		return Picture{Media: SVG, Body: framed, Width: size, Height: size}, nil
	}
	c, err := png.DecodeConfig(bytes.NewReader(body))
	if err != nil || c.Width > maxWidth || c.Height > maxHeight {
		return Picture{}, ErrBroken
	}
	img, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		return Picture{}, ErrBroken
	}
	width, height := inner, max(1, inner*c.Height/c.Width)
	if c.Height > c.Width {
		width, height = max(1, inner*c.Width/c.Height), inner
	}
	square := image.NewNRGBA(image.Rect(0, 0, size, size))
	draw.Draw(square, square.Bounds(), image.White, image.Point{}, draw.Src)
	at := image.Rect(0, 0, width, height).Add(image.Pt((size-width)/2, (size-height)/2))
	draw.ApproxBiLinear.Scale(square, at, img, img.Bounds(), draw.Over, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, square); err != nil {
		return Picture{}, ErrBroken
	}
	return Picture{Media: PNG, Body: b.Bytes(), Width: size, Height: size}, nil
}
