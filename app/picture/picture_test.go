package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// painted is a picture with a red half.
func painted(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width / 2 {
			img.SetNRGBA(x, y, color.NRGBA{200, 30, 30, 255})
		}
	}
	return img
}

func encoded(t *testing.T, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

// webpPixel is 1 × 1, lossless.
var webpPixel, _ = base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")

func TestPixelsAreWrittenAnew(t *testing.T) { // rules 1, 3
	sources := map[string][]byte{
		"png":  pngOf(t, painted(1000, 250)),
		"jpeg": encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, painted(1000, 250), nil) }),
		"gif":  encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, painted(1000, 250), nil) }),
	}
	for name, source := range sources {
		p, err := Clean(source)
		if err != nil || p.Media != PNG || p.Width != 640 || p.Height != 160 || Media(p.Body) != PNG {
			t.Fatalf("%s: %s %d × %d, %v", name, p.Media, p.Width, p.Height, err)
		}
		img, err := png.Decode(bytes.NewReader(p.Body))
		if err != nil || img.Bounds().Dx() != 640 || img.Bounds().Dy() != 160 {
			t.Fatalf("%s: %v %v", name, img.Bounds(), err)
		}
		if r, g, _, _ := img.At(20, 20).RGBA(); r>>8 < 180 || g>>8 > 60 {
			t.Errorf("%s: its red is %d, %d", name, r>>8, g>>8)
		}
	}
	if p, err := Clean(pngOf(t, painted(40, 30))); err != nil || p.Width != 40 || p.Height != 30 {
		t.Errorf("a small one: %d × %d, %v", p.Width, p.Height, err)
	}
	if p, err := Clean(pngOf(t, painted(100, 5000))); err != nil || p.Height != 320 || p.Width != 6 {
		t.Errorf("a tall one: %d × %d, %v", p.Width, p.Height, err)
	}
	if _, err := Clean(webpPixel); !errors.Is(err, ErrEmpty) { // it was read: its one pixel doesn't show
		t.Errorf("webp: %v", err)
	}
}

// What is beside the pixels stays behind: words, places, whatever follows the end.
func TestNothingButPixelsIsLeft(t *testing.T) {
	source := pngOf(t, painted(40, 30))
	secret := []byte("tEXtComment\x00SECRET <script>alert(1)</script>")
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(secret)-4))
	chunk = append(chunk, secret...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(secret))
	with := append(append(bytes.Clone(source[:33]), chunk...), source[33:]...)
	with = append(with, "<script>SECRET</script>PK\x03\x04"...)
	p, err := Clean(with)
	if err != nil || bytes.Contains(p.Body, []byte("SECRET")) || bytes.Contains(p.Body, []byte("script")) || bytes.Contains(p.Body, []byte("tEXt")) {
		t.Errorf("%q, %v", p.Body, err)
	}
}

func TestWhatIsNoPicture(t *testing.T) { // rule 1
	for source, want := range map[string]error{
		"": ErrKind, "hello": ErrKind, "<!doctype html><script>alert(1)</script>": ErrKind, "%PDF-1.7": ErrKind, "MZ\x90": ErrKind, "BM\x00\x00": ErrKind,
		"\x89PNG\r\n\x1a\n": ErrBroken, "\xff\xd8\xff": ErrBroken, "GIF89a": ErrBroken, "RIFF\x00\x00\x00\x00WEBP": ErrBroken, "RIFF\x00\x00\x00\x00WAVE": ErrKind,
		"\x89PNG\r\n\x1a\n<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>": ErrBroken,
		"<svg": ErrBroken, "<svg></svg>": ErrEmpty, "\x00<svg></svg>": ErrKind,
	} {
		if _, err := Clean([]byte(source)); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", source, err, want)
		}
	}
	if _, err := Clean(make([]byte, MaxBytes+1)); !errors.Is(err, ErrBytes) {
		t.Errorf("too many bytes: %v", err)
	}
	if _, err := Clean(pngOf(t, image.NewNRGBA(image.Rect(0, 0, 20, 20)))); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing to see: %v", err)
	}
}

// pngHead is a PNG that says how large it is and holds almost nothing.
func pngHead(t *testing.T, width, height uint32) []byte {
	source := pngOf(t, painted(2, 2))
	binary.BigEndian.PutUint32(source[16:], width)
	binary.BigEndian.PutUint32(source[20:], height)
	binary.BigEndian.PutUint32(source[29:], crc32.ChecksumIEEE(source[12:29]))
	return source
}

// webpOf is a WebP of these chunks.
func webpOf(chunks ...[]byte) []byte {
	b := append([]byte("RIFF\x00\x00\x00\x00WEBP"), bytes.Join(chunks, nil)...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func webpChunk(id string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body)))
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

// vp8l is a frame in which each pixel is the same and takes no bit: any size is 13 bytes.
func vp8l(width, height uint32) []byte {
	body := bytes.Clone(webpPixel[20:33])
	binary.LittleEndian.PutUint32(body[1:], binary.LittleEndian.Uint32(body[1:])&^0xfffffff|width-1|(height-1)<<14)
	return body
}

// canvas is a head that says 1 × 1, with or without an alpha plane.
func canvas(flags byte) []byte { return webpChunk("VP8X", []byte{flags, 0, 0, 0, 0, 0, 0, 0, 0, 0}) }

// Rule 2: few bytes that ask for a lot of memory get none of it.
func TestBombs(t *testing.T) {
	vp8 := append([]byte{0x30, 0, 0, 0x9d, 0x01, 0x2a}, 0xff, 0x3f, 0xff, 0x3f, 0, 0, 0, 0)
	gifBomb := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00;")
	jpegBomb := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, painted(8, 8), nil) })
	sof := bytes.Index(jpegBomb, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(jpegBomb[sof+5:], 65_000)
	binary.BigEndian.PutUint16(jpegBomb[sof+7:], 65_000)
	for name, source := range map[string][]byte{
		"png": pngHead(t, 50_000, 50_000), "png of one line": pngHead(t, 1<<30, 1), "png of the most": pngHead(t, 6_000, 6_000), "gif": gifBomb, "jpeg": jpegBomb,
		"webp, lossless": webpOf(webpChunk("VP8L", vp8l(16_384, 16_384))), "webp, lossy": webpOf(webpChunk("VP8 ", vp8)),
		"webp with a small canvas, lossless": webpOf(canvas(0), webpChunk("VP8L", vp8l(16_384, 16_384))),
		"webp with a small canvas, lossy":    webpOf(canvas(0), webpChunk("VP8 ", vp8)),
		"webp with a second frame":           webpOf(webpChunk("VP8L", vp8l(1, 1)), webpChunk("VP8L", vp8l(16_384, 16_384))),
		"webp with a huge canvas":            webpOf(webpChunk("VP8X", []byte{16, 0, 0, 0, 255, 255, 255, 255, 255, 255}), webpChunk("ALPH", make([]byte, 4)), webpChunk("VP8 ", vp8)),
		"webp hidden behind a long chunk":    webpOf(canvas(0), webpChunk("EXIF", make([]byte, 301)), webpChunk("VP8L", vp8l(16_384, 16_384))),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Clean(source)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
			t.Errorf("%s took %d MB", name, grown>>20)
		}
		if !errors.Is(err, ErrSize) && !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// manyScans is a progressive JPEG that asks for its pixels again and again: 40 bytes a time.
func manyScans(width, height uint16, scans int) []byte {
	b := []byte{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0}
	b = append(b, bytes.Repeat([]byte{1}, 64)...)
	b = append(b, 0xff, 0xc2, 0, 11, 8)
	b = binary.BigEndian.AppendUint16(b, height)
	b = binary.BigEndian.AppendUint16(b, width)
	b = append(b, 1, 1, 0x11, 0)
	for _, class := range []byte{0x00, 0x10} { // one code of one bit each: for DC 0, for AC the longest run without anything
		b = append(b, 0xff, 0xc4, 0, 20, class, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		b = append(b, map[byte]byte{0x00: 0x00, 0x10: 0xe0}[class])
	}
	blocks := int(width+7) / 8 * (int(height+7) / 8)
	scan := []byte{0xff, 0xda, 0, 8, 1, 1, 0x00, 1, 63, 0x00}
	bits := strings.Repeat("0"+"11011011011011", blocks/30_000+2) // the code, and how many blocks beyond 16,384 have nothing
	for len(bits)%8 != 0 {
		bits += "1"
	}
	for i := 0; i < len(bits); i += 8 {
		n, _ := strconv.ParseUint(bits[i:i+8], 2, 8)
		scan = append(scan, byte(n))
	}
	return append(append(b, bytes.Repeat(scan, scans)...), 0xff, 0xd9)
}

// Rule 2: nor does one get as much time as it likes.
func TestSlowPicture(t *testing.T) {
	defer func(usual time.Duration) { patience = usual }(patience)
	patience = 300 * time.Millisecond
	if _, err := Clean(manyScans(4000, 4000, 60_000)); !errors.Is(err, ErrSize) { // 1.7 MB that would take minutes, and then be broken
		t.Errorf("it was not cut off: %v", err)
	}
}

func cleanSVG(t *testing.T, inside string) string {
	t.Helper()
	p, err := Clean([]byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">` + inside + `<rect width="9" height="9"/></svg>`))
	if err != nil {
		t.Fatalf("%s: %v", inside, err)
	}
	return string(p.Body)
}

// Rule 4: what programs that draw write stays as it looks.
func TestLinesAreWrittenAnew(t *testing.T) {
	source := `<?xml version="1.0" encoding="UTF-8"?><!-- made by a program --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" id="Layer_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 width="200px" height="100px" viewBox="0 0 200 100" style="enable-background:new 0 0 200 100;" xml:space="preserve" inkscape:version="1.2">
<metadata><rdf xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#">x</rdf></metadata>
<style type="text/css">.st0{fill:#0B6E4F;} .st1,.st2{fill:none;stroke:#fff;stroke-width:2;-webkit-x:y} @import url(https://evil.example/x.css);</style>
<defs><linearGradient id="a" x1="0%" x2="100%"><stop offset="0" stop-color="#fff"/><stop offset="1" style="stop-color:rgb(1, 2, 3);stop-opacity:.5"/></linearGradient>
<linearGradient id="b" xlink:href="#a" gradientTransform="rotate(45)"/></defs>
<g id="icon" transform="translate(10,20) scale(1.5)" inkscape:label="x"><path class="st0" d="M0,0 L10,10 a5,5 0 0 1 3.2e1-4z"/><circle class="st1" cx="5" cy="5" r="3"/>
<rect fill="url(#b)" style="fill: red" x="1" y="2" width="10" height="10" rx="2"/></g></svg>`
	p, err := Clean([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	want := `<svg xmlns="http://www.w3.org/2000/svg" id="Layer_1" viewBox="0 0 200 100"><defs><linearGradient id="a" x1="0%" x2="100%"><stop offset="0" stop-color="#fff"></stop>` +
		`<stop offset="1" stop-color="rgb(1, 2, 3)" stop-opacity=".5"></stop></linearGradient><linearGradient gradientTransform="rotate(45)" href="#a" id="b"></linearGradient></defs>` +
		`<g id="icon" transform="translate(10,20) scale(1.5)"><path d="M0,0 L10,10 a5,5 0 0 1 3.2e1-4z" fill="#0B6E4F"></path>` +
		`<circle cx="5" cy="5" fill="none" r="3" stroke="#fff" stroke-width="2"></circle><rect fill="red" height="10" rx="2" width="10" x="1" y="2"></rect></g></svg>`
	if string(p.Body) != want {
		t.Errorf("it is\n%s\nwant\n%s", p.Body, want)
	}
	if p.Media != SVG || Media(p.Body) != SVG || p.Width != 640 || p.Height != 320 {
		t.Errorf("%s, %d × %d", p.Media, p.Width, p.Height)
	}
	again, err := Clean(p.Body)
	if err != nil || !bytes.Equal(again.Body, p.Body) {
		t.Errorf("written again it is %s, %v", again.Body, err)
	}
}

// hostile are parts of pictures that do more than draw.
var hostile = []string{
	`<script>alert(1)</script>`, `<script href="https://evil.example/x.js"/>`, `<g onload="alert(1)" onclick='alert(1)'/>`, `<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/></foreignObject>`,
	`<image href="https://evil.example/pixel.png" width="1" height="1"/>`, `<image xlink:href="data:image/svg+xml;base64,PHN2Zz4="/>`, `<use href="https://evil.example/x.svg#a"/>`, `<use xlink:href="#a"/>`,
	`<a href="javascript:alert(1)"><rect width="1" height="1"/></a>`, `<a xlink:href="https://evil.example"><path d="M0 0"/></a>`,
	`<animate attributeName="href" values="javascript:alert(1)"/>`, `<set attributeName="onmouseover" to="alert(1)"/>`, `<animateTransform/>`,
	`<style>@import "https://evil.example/x.css";</style>`, `<style>rect{fill:url(https://evil.example/x)}</style>`, `<style>.a{fill:url(https://evil.example/x);background:url(//evil.example)}</style><path class="a" d="M0 0"/>`,
	`<rect fill="url(https://evil.example/x#a)" width="1" height="1"/>`, `<rect style="fill:url(javascript:alert(1))" width="1" height="1"/>`, `<rect style="behavior:url(x);-moz-binding:url(x)" width="1" height="1"/>`,
	`<path d="M0 0&quot; onload=&quot;alert(1)"/>`, `<path d="M0 0" fill="red&quot;/&gt;&lt;script&gt;alert(1)&lt;/script&gt;"/>`, `<g id="x&quot; onload=&quot;alert(1)"/>`,
	`<filter id="f"><feImage href="https://evil.example/x"/></filter>`, `<pattern id="p"><image href="https://evil.example/x"/></pattern>`, `<mask id="m"><image href="//evil.example"/></mask>`,
	`<handler xmlns="http://www.w3.org/2001/xml-events">alert(1)</handler>`, `<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>`, `<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>`,
	`<svg><script>alert(1)</script></svg>`, `<title><script>alert(1)</script></title>`, `<text>EVIL<tspan>x</tspan></text>`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml-stylesheet href="https://evil.example/x.css"?>`,
	`<linearGradient href="https://evil.example/x#a" id="g"/>`, `<linearGradient xlink:href="javascript:alert(1)" id="g"/>`, `<g xml:base="https://evil.example/"/>`, `<g style="fill:expression(alert(1))"/>`,
	`<metadata><script xmlns="http://www.w3.org/2000/svg">alert(1)</script></metadata>`, `<g xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></g>`, `<SCRIPT>alert(1)</SCRIPT>`, `<discard/>`, `<view id="v"/>`, `<cursor href="//evil.example"/>`,
}

// alive says what in a written picture does more than draw.
func alive(t *testing.T, body string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			if err.Error() != "EOF" {
				t.Errorf("it is broken: %v in %s", err, body)
			}
			break
		}
		switch e := token.(type) {
		case xml.StartElement:
			if _, ok := drawing[e.Name.Local]; !ok || e.Name.Space != svgSpace {
				t.Errorf("there is %v in %s", e.Name, body)
			}
			for _, a := range e.Attr {
				if a.Name.Local == "href" && strings.HasPrefix(a.Value, "#") || a.Name.Local == "xmlns" && a.Value == svgSpace {
					continue
				}
				if saying[a.Name.Local] == nil || a.Name.Space != "" || !saying[a.Name.Local](a.Value) {
					t.Errorf("there is %v=%q in %s", a.Name, a.Value, body)
				}
			}
		case xml.EndElement:
		default:
			t.Errorf("there is %T %q in %s", token, token, body)
		}
	}
	low := strings.ToLower(body)
	for _, word := range []string{"script", "evil", "onload", "onclick", "http://www.w3.org/1999", "import", "data:", "url(h", "url(j", "//e", "alert", "&", "entity"} {
		if strings.Contains(low, word) {
			t.Errorf("there is %q in %s", word, body)
		}
	}
}

func TestLinesAreInert(t *testing.T) {
	for _, part := range hostile {
		alive(t, cleanSVG(t, part))
		alive(t, cleanSVG(t, "<g><defs>"+part+"</defs></g>"))
	}
	for root, ok := range map[string]bool{
		`onload="alert(1)"`: true, `style="background:url(https://evil.example)"`: true, `xmlns:on="x" on:load="alert(1)"`: true, `viewBox="0 0 1 1" baseProfile="full"`: true,
	} {
		p, err := Clean([]byte(`<svg xmlns="http://www.w3.org/2000/svg" ` + root + `><path d="M0 0"/></svg>`))
		if (err == nil) != ok {
			t.Errorf("%s: %v", root, err)
		}
		alive(t, string(p.Body))
	}
}

func TestLinesThatAreRefused(t *testing.T) { // rules 4, 5
	open := `<svg xmlns="http://www.w3.org/2000/svg">`
	laughs := `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>` + open + `<path d="&c;"/></svg>`
	for source, want := range map[string]error{
		laughs: ErrBroken,
		`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + open + `<path d="&x;"/></svg>`: ErrBroken,
		open + strings.Repeat("<g>", 41) + "<path/>" + strings.Repeat("</g>", 41) + "</svg>":        ErrSize,
		open + strings.Repeat("<path/>", 5001) + "</svg>":                                           ErrSize,
		open + `<path d="` + strings.Repeat("L1 1", 150_000) + `"/></svg>`:                          ErrSize,
		open + `<text>A</text></svg>`:                                                               ErrEmpty, open + `<image href="x.png"/></svg>`: ErrEmpty, open + `<defs><path d="M0 0"/></defs></svg>`: ErrEmpty,
		open + `<path d="M0 0"/>`: ErrBroken, `<svg><path></svg>`: ErrBroken,
		`<html><svg xmlns="http://www.w3.org/2000/svg"><path/></svg></html>`: ErrEmpty,
		`<?xml version="1.0" encoding="UTF-7"?>` + open + `<path/></svg>`:    ErrBroken,
		`<svg xmlns="http://www.w3.org/1999/xhtml"><path/></svg>`:            ErrEmpty,
		"<" + strings.Repeat(" ", 5000) + "svg>":                             ErrKind,
	} {
		if _, err := Clean([]byte(source)); !errors.Is(err, want) {
			t.Errorf("%.80s: %v, want %v", source, err, want)
		}
	}
	// clips of clips
	if body := cleanSVG(t, `<clipPath id="a"><path clip-path="url(#b)" d="M0 0"/></clipPath><g clip-path="url(#a)"><path d="M0 0"/></g>`); strings.Count(body, "clip-path") != 1 {
		t.Errorf("a clip is clipped: %s", body)
	}
}

func FuzzClean(f *testing.F) {
	for _, part := range hostile {
		f.Add([]byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><path d="M0 0"/>` + part + `</svg>`))
	}
	f.Add(webpPixel)
	f.Fuzz(func(t *testing.T, source []byte) {
		p, err := Clean(source)
		if err != nil {
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width > maxWidth || p.Height > maxHeight {
			t.Errorf("%d × %d", p.Width, p.Height)
		}
		if p.Media == SVG {
			d := xml.NewDecoder(bytes.NewReader(p.Body))
			for {
				token, err := d.Token()
				if err != nil {
					break
				}
				if e, ok := token.(xml.StartElement); ok {
					if _, ok := drawing[e.Name.Local]; !ok || strings.HasPrefix(e.Name.Local, "on") {
						t.Errorf("there is %v in %s", e.Name, p.Body)
					}
					for _, a := range e.Attr {
						if a.Name.Local != "href" && a.Name.Local != "xmlns" && (saying[a.Name.Local] == nil || !saying[a.Name.Local](a.Value)) {
							t.Errorf("there is %v=%q", a.Name, a.Value)
						}
					}
				}
			}
		}
	})
}
