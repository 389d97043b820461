// Package static serves what the pages are dressed in: stylesheets, modules, icons, the font. Every file is embedded
// and reachable only under a name that holds its content's hash, so that a browser may keep it for ever and a new
// release never meets an old file.
//
// Nothing is built: the stylesheets are joined in the order of their names, and names inside them and inside modules
// are replaced by the hashed ones at start-up.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed all:css js font icon image all:vendor
var files embed.FS

// Prefix is where the handler expects to be mounted.
const Prefix = "/static/"

// Set is all files, ready to be served.
type Set struct {
	byURL  map[string]file   // "/static/app.0123456789.css"
	byName map[string]string // "app.css" → URL
}

type file struct {
	media  string
	body   []byte
	zipped []byte // gzip; nil where it would not help
}

// Load reads, joins, renames and compresses every file. An error names the file that refers to one that isn't there.
func Load() (*Set, error) {
	s := &Set{byURL: map[string]file{}, byName: map[string]string{}}
	for _, dir := range []string{"font", "icon", "image"} {
		if err := s.addDir(dir); err != nil {
			return nil, err
		}
	}
	css, err := joined("css")
	if err != nil {
		return nil, err
	}
	if css, err = s.rewrite(cssURL, "app.css", css); err != nil {
		return nil, err
	}
	if err := s.add("app.css", css); err != nil {
		return nil, err
	}
	return s, s.addModules()
}

// URL is where name ("app.css") is served. An unknown name is an error, so that a template with a misspelt one fails.
func (s *Set) URL(name string) (string, error) {
	u, ok := s.byName[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return u, nil
}

// Body is the content of name as it is served.
func (s *Set) Body(name string) ([]byte, error) {
	u, err := s.URL(name)
	return s.byURL[u].body, err
}

// ServeHTTP answers with a file and lets it be kept for a year. It never looks outside of the set.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.byURL[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.body
	if f.zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away: nothing to do about it
	}
}

func (s *Set) addDir(dir string) error {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return fmt.Errorf("listing %s: %w", dir, err)
	}
	for _, e := range entries {
		body, err := files.ReadFile(path.Join(dir, e.Name()))
		if err != nil {
			return fmt.Errorf("reading %s: %w", e.Name(), err)
		}
		if err := s.add(e.Name(), body); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) add(name string, body []byte) error {
	ext := path.Ext(name)
	media := map[string]string{".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8"}[ext]
	if media == "" {
		media = mime.TypeByExtension(ext)
	}
	sum := sha256.Sum256(body)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	f := file{media: media, body: body}
	if ext != ".woff2" {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return fmt.Errorf("compressing %s: %w", name, err)
		}
		if _, err := z.Write(body); err != nil {
			return fmt.Errorf("compressing %s: %w", name, err)
		}
		if err := z.Close(); err != nil {
			return fmt.Errorf("compressing %s: %w", name, err)
		}
		f.zipped = b.Bytes()
	}
	s.byURL[url], s.byName[name] = f, url
	return nil
}

// joined is every file of dir in the order of their names: _tokens.css, which declares the layers, comes first.
func joined(dir string) ([]byte, error) {
	names, err := fs.Glob(files, dir+"/*")
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, n := range names {
		body, err := files.ReadFile(n)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", n, err)
		}
		b.Write(body)
	}
	return b.Bytes(), nil
}

var (
	cssURL   = regexp.MustCompile(`url\("\./([^"]+)"\)`)
	jsImport = regexp.MustCompile(`(?:from|import) "\./([^"]+)"`)
)

// rewrite puts hashed names in the place of plain ones.
func (s *Set) rewrite(ref *regexp.Regexp, owner string, body []byte) ([]byte, error) {
	var failed error
	out := ref.ReplaceAllFunc(body, func(m []byte) []byte {
		name := string(ref.FindSubmatch(m)[1])
		url, err := s.URL(name)
		if err != nil {
			failed = fmt.Errorf("%s: %w", owner, err)
			return m
		}
		return bytes.Replace(m, []byte("./"+name), []byte(url), 1)
	})
	return out, failed
}

// addModules adds each module after those that it imports, because its hash covers their hashed names.
func (s *Set) addModules() error {
	open := map[string][]byte{}
	for _, dir := range []string{"js", "vendor"} {
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			return fmt.Errorf("listing %s: %w", dir, err)
		}
		for _, e := range entries {
			if open[e.Name()], err = files.ReadFile(path.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("reading %s: %w", e.Name(), err)
			}
		}
	}
	for len(open) > 0 {
		before := len(open)
		var stuck error
		for name, body := range open {
			out, err := s.rewrite(jsImport, name, body)
			if err != nil {
				stuck = err
				continue
			}
			if err := s.add(name, out); err != nil {
				return err
			}
			delete(open, name)
		}
		if len(open) == before {
			return fmt.Errorf("modules that import one another in a circle, or a missing one: %w", stuck)
		}
	}
	return nil
}
