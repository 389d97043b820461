package uitest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	Close()
	os.Exit(code)
}

// watched is a test whose failures are looked at instead of counted.
type watched struct {
	testing.TB
	said     []string
	cleanups []func()
}

func (w *watched) Helper()                      {}
func (w *watched) Errorf(f string, args ...any) { w.said = append(w.said, fmt.Sprintf(f, args...)) }
func (w *watched) Failed() bool                 { return false }
func (w *watched) Cleanup(f func())             { w.cleanups = append(w.cleanups, f) }
func (w *watched) end() (said string) {
	for _, f := range w.cleanups {
		f()
	}
	return strings.Join(w.said, "\n")
}

func serve(t *testing.T, html string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'")
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><html lang="en"><title>T</title><link rel="icon" href="/icon"><main><h1>Page</h1>%s</main></html>`, html)
		case "/icon":
		case "/throw.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `throw new Error("broken")`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestSees feeds each check a page with the fault that it is there for.
func TestSees(t *testing.T) {
	axe := func(p *Page) { p.Axe("it") }
	measure := func(p *Page) { p.Fits("it"); p.Small("it", 24) }
	for name, c := range map[string]struct {
		html  string
		check func(*Page)
		want  string
	}{
		"an inline script":        {`<script>1</script>`, measure, "Content Security Policy"},
		"an inline style":         {`<p style="color:red">x</p>`, measure, "Content Security Policy"},
		"an exception":            {`<script src="/throw.js"></script>`, measure, "broken"},
		"a request that fails":    {`<img src="/none.png" alt="x">`, measure, "404"},
		"a field without a name":  {`<input>`, axe, "(label)"},
		"a button without a name": {`<button></button>`, axe, "(button-name)"},
		"what sticks out":         {`<table><tr><td>` + strings.Repeat("x", 4000) + `</td></tr></table>`, measure, "sticks out"},
		"a small target":          {`<button>x</button>`, measure, "smaller than 24"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &watched{TB: t}
			p := Open(w)
			p.Visit(serve(t, c.html) + "/")
			c.check(p)
			if said := w.end(); !strings.Contains(said, c.want) {
				t.Errorf("said only: %s", said)
			}
		})
	}
	t.Run("nothing where nothing is wrong", func(t *testing.T) {
		t.Parallel()
		w := &watched{TB: t}
		p := Open(w)
		p.Visit(serve(t, `<p>Good.</p>`) + "/")
		axe(p)
		measure(p)
		if said := w.end(); said != "" {
			t.Errorf("said: %s", said)
		}
	})
}

// TestFinds: by role and name, as people have them; not what is hidden, nor one of several.
func TestFinds(t *testing.T) {
	p := Open(t)
	p.Visit(serve(t, `<button>One</button><button hidden>Two</button><a href="/x">Three</a><a href="/y">Three</a>
		<label>Word <input type="text"></label><dialog open><h2>In</h2></dialog>`) + "/")
	for _, c := range []struct {
		role, name string
		want       bool
	}{
		{"button", "One", true}, {"button", "O…", true}, {"button", "On", false}, {"button", "Two", false}, {"link", "One", false},
		{"link", "Three", false}, {"textbox", "Word", true}, {"heading", "In", true},
	} {
		if got := p.Has(c.role, c.name); got != c.want {
			t.Errorf("%s %q: %v", c.role, c.name, got)
		}
	}
	p.Fill("Word", "häßlich")
	if typed := Eval[string](p, `document.querySelector("input").value`); typed != "häßlich" {
		t.Errorf("typed %q", typed)
	}
}

func TestAxeIsTheOneWrittenDown(t *testing.T) {
	if err := axeIntact(); err != nil {
		t.Error(err)
	}
	whole := axe
	defer func() { axe = whole }()
	axe += " "
	if axeIntact() == nil {
		t.Error("a changed file is taken for the right one")
	}
}
