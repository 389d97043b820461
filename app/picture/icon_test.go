package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"
)

// A wide logo stands in the middle of its square, with an edge all around, and keeps its shape.
func TestIcon(t *testing.T) {
	logo, err := Clean(pngOf(t, painted(200, 100)))
	if err != nil {
		t.Fatal(err)
	}
	icon, err := Icon(logo.Body, 100, 60)
	if err != nil || icon.Media != PNG || icon.Width != 100 || icon.Height != 100 {
		t.Fatalf("%+v, %v", icon.Media, err)
	}
	img, err := png.Decode(bytes.NewReader(icon.Body))
	if err != nil || img.Bounds().Dx() != 100 || img.Bounds().Dy() != 100 {
		t.Fatalf("%v, %v", img, err)
	}
	white := color.NRGBA{255, 255, 255, 255}
	for at, painted := range map[[2]int]bool{{2, 2}: false, {50, 2}: false, {50, 30}: false, {50, 70}: false, {15, 50}: false, {22, 50}: true} {
		if got := color.NRGBAModel.Convert(img.At(at[0], at[1])); (got != white) != painted {
			t.Errorf("at %v it is %v", at, got)
		}
	}
}

// Lines stay lines, in a picture that is still well-formed and has nothing that Clean had not left in.
func TestIconOfLines(t *testing.T) {
	logo, err := Clean([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3" onload="alert(1)"><script>alert(1)</script><path d="M0 0h9v3"/></svg>`))
	if err != nil {
		t.Fatal(err)
	}
	icon, err := Icon(logo.Body, 512, 80)
	if err != nil || icon.Media != SVG || Media(icon.Body) != SVG {
		t.Fatalf("%+v, %v", icon, err)
	}
	d := xml.NewDecoder(bytes.NewReader(icon.Body))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, icon.Body)
		}
	}
	text := string(icon.Body)
	if strings.Contains(text, "alert") || strings.Count(text, "<svg ") != 2 || !strings.Contains(text, `viewBox="0 0 512 512"`) || !strings.Contains(text, `viewBox="0 0 9 3"`) {
		t.Error(text)
	}
}

func TestIconOfNothing(t *testing.T) {
	for _, body := range [][]byte{nil, []byte("x"), pngHead(t, 5000, 5000), pngOf(t, painted(700, 10))} {
		if _, err := Icon(body, 192, 80); !errors.Is(err, ErrBroken) {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}
