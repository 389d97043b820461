package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

type lock struct {
	Packages []struct {
		Package, Version, License string
		LicenseText               string `json:"license_text"`
		Files                     []struct{ Path, SHA512 string }
	}
}

// Files of others are the ones that the lock file pins, byte for byte, each with a license text.
func TestVendoredFilesAreThePinnedOnes(t *testing.T) {
	raw, err := os.ReadFile("vendor.lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var l lock
	if err := json.Unmarshal(raw, &l); err != nil {
		t.Fatal(err)
	}
	pinned := map[string]bool{}
	for _, p := range l.Packages {
		if text, err := os.ReadFile(p.LicenseText); err != nil || len(text) < 200 {
			t.Errorf("%s: no license text: %v", p.Package, err)
		}
		for _, f := range p.Files {
			body, err := files.ReadFile(f.Path)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha512.Sum512(body)
			if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != f.SHA512 {
				t.Errorf("%s is not the pinned file: %s", f.Path, got)
			}
			pinned[f.Path] = true
		}
	}
	for _, dir := range []string{"vendor", "font", "icon"} {
		entries, err := fs.ReadDir(files, dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !pinned[path.Join(dir, e.Name())] {
				t.Errorf("%s/%s is in no package of the lock file", dir, e.Name())
			}
		}
	}
}

func TestFilesAreServedUnderTheirHashForEver(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	url, err := s.URL("app.css")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, url, http.NoBody)
	r.Header.Set("Accept-Encoding", "br, gzip")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" ||
		!strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	css, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(css, []byte("@layer reset, base, components, utilities;")) {
		t.Errorf("the layers are not declared first: %.80s", css)
	}
	if bytes.Contains(css, []byte(`url("./`)) {
		t.Error("a plain name is left in the stylesheet")
	}
}

func TestOtherNamesAreNotThere(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"/static/app.css", "/static/", "/static/../static.go", "/static/css/_tokens.css"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, p, http.NoBody))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
	if _, err := s.URL("app.ccs"); err == nil {
		t.Error("a misspelt name has a URL")
	}
}

// The policy of the pages forbids what these would do; they must not creep in.
func TestOwnModulesUseNoMarkupSinks(t *testing.T) {
	entries, err := fs.ReadDir(files, "js")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		body, err := files.ReadFile("js/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser", "style="} {
			if bytes.Contains(body, []byte(bad)) {
				t.Errorf("%s uses %s", e.Name(), bad)
			}
		}
	}
}

// Old browsers get the light half of every pair, and all of them.
// colour is one colour of the tokens, with a variable in it or not.
const colour = `oklch\((?:[^()]|\([^()]*\))*\)`

func TestFallbackColoursAreTheLightHalves(t *testing.T) {
	css, err := files.ReadFile("css/_tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	pairs, fallback, ok := strings.Cut(string(css), "@supports not")
	if !ok {
		t.Fatal("no fallback")
	}
	for _, m := range regexp.MustCompile(`(--[a-z0-9-]+): ([^;]*light-dark[^;]*);`).FindAllStringSubmatch(pairs, -1) {
		light := regexp.MustCompile(`light-dark\((`+colour+`), `+colour+`\)`).ReplaceAllString(m[2], "$1")
		if want := m[1] + ": " + light + ";"; !strings.Contains(fallback, want) {
			t.Errorf("the fallback lacks %s", want)
		}
	}
}
