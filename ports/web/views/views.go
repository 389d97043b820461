// Package views turns page structs into HTML. One .html file and one struct per page; the parts they share are in
// parts/. Templates are parsed when the program starts, and a test renders every page full and empty, so that a
// misspelt field never waits for a reader to find it.
package views

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed *.html parts/*.html
var sources embed.FS

// Page is one page's data. File is the name of its template, "clients.html".
type Page interface{ File() string }

// Views is all parsed templates.
type Views struct{ pages map[string]*template.Template }

// New parses every template. asset gives the URL of a static file by its plain name; an unknown name fails the page
// that asks for it.
func New(asset func(name string) (string, error)) (*Views, error) {
	base := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"asset": asset, "size": Size, "initials": initials, "hue": hue, "count": Count, "ext": path.Ext, "stem": stem,
	})
	base, err := base.ParseFS(sources, "parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("parsing the parts: %w", err)
	}
	names, err := fs.Glob(sources, "*.html")
	if err != nil {
		return nil, fmt.Errorf("listing the pages: %w", err)
	}
	v := &Views{pages: make(map[string]*template.Template, len(names))}
	for _, name := range names {
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("parsing %s: %w", name, err)
		}
		if v.pages[name], err = t.ParseFS(sources, name); err != nil {
			return nil, fmt.Errorf("parsing %s: %w", name, err)
		}
	}
	return v, nil
}

// Render writes the page. Nothing is written when the template fails, so that half a page never reaches anybody.
func (v *Views) Render(w io.Writer, p Page) error {
	t, ok := v.pages[p.File()]
	if !ok {
		return fmt.Errorf("no page %q", p.File())
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, p.File(), p); err != nil {
		return fmt.Errorf("rendering %s: %w", p.File(), err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("writing %s: %w", p.File(), err)
	}
	return nil
}

// Size is bytes as people say them: "812 KB", "1.5 MB", "2.4 GB".
func Size(bytes int64) string {
	const k = 1000
	switch {
	case bytes == 1:
		return "1 byte"
	case bytes < k:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 999_500:
		return fmt.Sprintf("%.0f KB", float64(bytes)/k)
	case bytes < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(bytes)/k/k)
	default:
		return fmt.Sprintf("%.2f GB", float64(bytes)/k/k/k)
	}
}

// initials is at most two letters of a name.
func initials(name string) string {
	var out []rune
	words := strings.Fields(name)
	for i, w := range words {
		if i == 0 || i == len(words)-1 {
			out = append(out, []rune(w)[0])
		}
	}
	return strings.ToUpper(string(out))
}

// hue spreads names over the six colours of avatars.
func hue(name string) int {
	sum := 0
	for _, r := range name {
		sum += int(r)
	}
	return sum % 6
}

// Count is "1 file", "2 files".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number is "1,234".
func Number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }
