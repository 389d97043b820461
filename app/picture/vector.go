package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"

	maxElements = 5_000
	maxDepth    = 40
	maxSVG      = 512 << 10 // bytes of what is written
)

// drawing are the elements that draw or hold what does; the value says whether something is seen where it stands.
var drawing = map[string]bool{
	"svg": false, "g": false, "defs": false, "clipPath": false, "linearGradient": false, "radialGradient": false, "stop": false,
	"path": true, "rect": true, "circle": true, "ellipse": true, "line": true, "polyline": true, "polygon": true,
}

// groups are elements that matter only for what is in them.
var groups = map[string]string{"a": "g", "switch": "g"}

// What attributes may say. Nothing in any of them names an address: url(#id) is the picture's own.
var (
	lengthShape    = regexp.MustCompile(`^[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,3})?(px|pt|mm|cm|in|em|%)?$`)
	lengthsShape   = regexp.MustCompile(`^[-+0-9.,eE \t\r\n%px]*$`)
	pathShape      = regexp.MustCompile(`^[-+0-9.,eE \t\r\nMmZzLlHhVvCcSsQqTtAa]*$`)
	transformShape = regexp.MustCompile(`^(\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\([-+0-9.,eE \t\r\n]*\)\s*,?)+$`)
	colourShape    = regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}|(rgb|rgba|hsl|hsla)\([0-9.,%/ deg]*\))$`)
	ownShape       = regexp.MustCompile(`^url\(\s*['"]?#([A-Za-z_][A-Za-z0-9_.-]{0,99})['"]?\s*\)$`)
	idShape        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)
	wordShape      = regexp.MustCompile(`^[a-zA-Z-]{1,30}$`)
	ratioShape     = regexp.MustCompile(`^[a-zA-Z ]{1,30}$`)
)

// paint is a colour or one of the picture's own gradients.
func paint(v string) bool { return colourShape.MatchString(v) || ownShape.MatchString(v) }

// own is none or one of the picture's own clips.
func own(v string) bool { return v == "none" || ownShape.MatchString(v) }

// saying are the attributes, and what each may say.
var saying = map[string]func(string) bool{
	"d": pathShape.MatchString, "points": lengthsShape.MatchString, "viewBox": lengthsShape.MatchString,
	"transform": transformShape.MatchString, "gradientTransform": transformShape.MatchString,
	"id": idShape.MatchString, "preserveAspectRatio": ratioShape.MatchString,
	"fill": paint, "stroke": paint, "color": colourShape.MatchString, "stop-color": colourShape.MatchString, "clip-path": own,
	"stroke-dasharray": lengthsOrNone,
}

func lengthsOrNone(v string) bool { return v == "none" || lengthsShape.MatchString(v) }

func init() {
	for _, name := range strings.Fields(`x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height offset opacity fill-opacity stroke-opacity stop-opacity
		stroke-width stroke-miterlimit stroke-dashoffset`) {
		saying[name] = lengthShape.MatchString
	}
	for _, name := range strings.Fields(`fill-rule clip-rule stroke-linecap stroke-linejoin gradientUnits spreadMethod clipPathUnits vector-effect`) {
		saying[name] = wordShape.MatchString
	}
}

// styling are the attributes that a style may hold as well.
var styling = strings.Fields(`fill stroke color stop-color clip-path stroke-dasharray opacity fill-opacity stroke-opacity stop-opacity stroke-width
	stroke-miterlimit stroke-dashoffset fill-rule clip-rule stroke-linecap stroke-linejoin vector-effect`)

// vector writes lines anew (rule 4).
func vector(source []byte) (Picture, error) {
	classes, err := readClasses(source)
	if err != nil {
		return Picture{}, ErrBroken
	}
	w := &writer{classes: classes}
	if err := w.copy(source); err != nil {
		return Picture{}, err
	}
	if !w.seen {
		return Picture{}, ErrEmpty
	}
	width, height := 1, 1
	if w.width > 0 && w.height > 0 && w.width <= 1e6 && w.height <= 1e6 {
		scale := min(maxWidth/w.width, maxHeight/w.height)
		width, height = max(1, int(math.Round(w.width*scale))), max(1, int(math.Round(w.height*scale)))
	}
	return Picture{Media: SVG, Body: w.out.Bytes(), Width: width, Height: height}, nil
}

func decoder(source []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(source)) // strict: an entity that it doesn't know is an error, and it knows five
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") || strings.EqualFold(charset, "utf8") {
			return in, nil
		}
		return nil, fmt.Errorf("the charset %q", charset)
	}
	return d
}

var classShape = regexp.MustCompile(`((?:\s*\.[A-Za-z_][A-Za-z0-9_-]*\s*,?)+)\{([^{}]*)\}`)

// readClasses reads simple rules of <style>, ".a, .b { fill: #123 }": programs that draw write colours so. What else a
// style sheet can do is left out with it.
func readClasses(source []byte) (map[string]string, error) {
	classes := map[string]string{}
	d, inside := decoder(source), false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return classes, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			inside = t.Name.Local == "style"
		case xml.EndElement:
			inside = false
		case xml.CharData:
			if !inside {
				continue
			}
			for _, rule := range classShape.FindAllStringSubmatch(string(t), 2*maxElements) {
				for name := range strings.SplitSeq(rule[1], ",") {
					name = strings.TrimPrefix(strings.TrimSpace(name), ".")
					if len(classes[name]) < 1000 {
						classes[name] += rule[2] + ";"
					}
				}
			}
		}
	}
}

// writer writes one SVG.
type writer struct {
	out           bytes.Buffer
	classes       map[string]string
	elements      int
	seen          bool
	width, height float64 // of what is shown
}

// copy writes what may stay of source. Elements that are left out are so with all that is in them.
func (w *writer) copy(source []byte) error {
	d, depth, left := decoder(source), 0, 0 // left: how deep inside of something that is left out
	var defs int                            // how deep inside of what shows nothing by itself
	var stack []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return ErrBroken
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			w.elements++
			if depth > maxDepth || w.elements > maxElements || w.out.Len() > maxSVG {
				return ErrSize.Withf("This picture has too many parts. It may have up to %d elements, at most %d deep; save it as PNG and choose that one.", maxElements, maxDepth)
			}
			if as, ok := groups[t.Name.Local]; ok {
				t.Name.Local = as
			}
			draws, known := drawing[t.Name.Local]
			if left > 0 || !known || t.Name.Space != svgSpace && t.Name.Space != "" || (t.Name.Local == "svg") != (depth == 1) {
				left++
				continue
			}
			if t.Name.Local == "defs" || t.Name.Local == "clipPath" {
				defs++
			}
			w.seen = w.seen || draws && defs == 0
			stack = append(stack, t.Name.Local)
			w.open(t, depth == 1, slices.Contains(stack, "clipPath"))
		case xml.EndElement:
			depth--
			if left > 0 {
				left--
				continue
			}
			name := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if name == "defs" || name == "clipPath" {
				defs--
			}
			w.out.WriteString("</" + name + ">")
		}
	}
	if w.out.Len() > maxSVG {
		return ErrSize
	}
	return nil
}

// open writes a start tag. Within a clip nothing is clipped again: clips of clips can be made to cost a browser any time.
func (w *writer) open(t xml.StartElement, root, clip bool) {
	said := map[string]string{}
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "" && a.Name.Local == "style":
			restyle(said, a.Value)
		case a.Name.Space == "" && a.Name.Local == "class":
			for class := range strings.FieldsSeq(a.Value) {
				restyle(said, w.classes[class])
			}
		}
	}
	for _, a := range t.Attr {
		value := strings.TrimSpace(a.Value)
		gradient := t.Name.Local == "linearGradient" || t.Name.Local == "radialGradient"
		if a.Name.Local == "href" && (a.Name.Space == "" || a.Name.Space == xlinkSpace) && gradient && strings.HasPrefix(value, "#") && idShape.MatchString(value[1:]) {
			said["href"] = value
			continue
		}
		if _, styled := said[a.Name.Local]; a.Name.Space != "" || styled { // a style is stronger
			continue
		}
		if fits := saying[a.Name.Local]; fits != nil && fits(value) {
			said[a.Name.Local] = value
		}
	}
	if clip {
		delete(said, "clip-path")
	}
	w.out.WriteString("<" + t.Name.Local)
	if root {
		w.root(said)
	}
	names := make([]string, 0, len(said))
	for name := range said {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w.out.WriteString(" " + name + `="`)
		_ = xml.EscapeText(&w.out, []byte(said[name])) // a buffer takes everything
		w.out.WriteString(`"`)
	}
	w.out.WriteString(">")
}

// root writes what only the root says, and finds out how large the picture is.
func (w *writer) root(said map[string]string) {
	w.out.WriteString(` xmlns="` + svgSpace + `"`)
	width, height := number(said["width"]), number(said["height"])
	box := strings.FieldsFunc(said["viewBox"], func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
	switch {
	case len(box) == 4 && number(box[2]) > 0 && number(box[3]) > 0:
		w.width, w.height = number(box[2]), number(box[3])
	case width > 0 && height > 0:
		w.width, w.height = width, height
		said["viewBox"] = fmt.Sprintf("0 0 %g %g", width, height)
	default:
		w.width, w.height = 300, 150 // as browsers do
		said["viewBox"] = "0 0 300 150"
	}
	for _, name := range []string{"x", "y", "width", "height", "transform"} {
		delete(said, name) // the page says how large it is
	}
}

// number is a plain length; 0 for everything else.
func number(text string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "px"), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n
}

// restyle turns what a style says into attributes.
func restyle(said map[string]string, style string) {
	for part := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(part, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if ok && slices.Contains(styling, name) && saying[name](value) {
			said[name] = value
		}
	}
}
