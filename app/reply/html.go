package reply

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// textOf is what a reader sees of a mail's HTML, as plain text: blocks on lines of their own, what was quoted behind ">".
func textOf(markup string) string {
	w := &page{}
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken: // its end, or what can't be read
			w.line()
			return strings.Trim(strings.Join(w.lines, "\n"), "\n")
		case html.TextToken:
			w.say(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(z.Token())
		case html.EndTagToken:
			w.close(z.Token())
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// page is the text so far.
type page struct {
	lines  []string
	now    strings.Builder // the line that is being written
	quoted int             // how deep it is quoted
	hidden int             // how deep inside of what nobody sees
	asIs   int             // how deep inside of what keeps its lines
	href   string          // of the link that is open
	linked int             // where in the line its text began
}

// unseen hold no text of the mail.
func unseen(a atom.Atom) bool {
	return a == atom.Style || a == atom.Script || a == atom.Title || a == atom.Template
}

// blocks begin and end on lines of their own.
func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Table, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.Dl, atom.Dt, atom.Dd, atom.Address, atom.Section, atom.Article, atom.Header, atom.Footer:
		return true
	}
	return false
}

func (w *page) open(t html.Token) {
	switch {
	case unseen(t.DataAtom):
		if t.Type == html.StartTagToken {
			w.hidden++
		}
		return
	case t.DataAtom == atom.Br:
		w.end()
		return
	case block(t.DataAtom):
		w.line()
	}
	switch t.DataAtom {
	case atom.Blockquote:
		w.quoted++
	case atom.Pre:
		w.asIs++
	case atom.Li:
		w.now.WriteString("- ")
	case atom.Td, atom.Th:
		if w.now.Len() > 0 {
			w.now.WriteString(" ")
		}
	case atom.Hr:
		w.now.WriteString(ruler)
		w.line()
	case atom.A:
		w.href, w.linked = "", w.now.Len()
		for _, a := range t.Attr {
			if a.Key == "href" {
				w.href = a.Val
			}
		}
	}
}

const ruler = "________________________________"

func (w *page) close(t html.Token) {
	switch {
	case unseen(t.DataAtom):
		w.hidden = max(0, w.hidden-1)
	case t.DataAtom == atom.A:
		w.unlink()
	case block(t.DataAtom):
		w.line()
		if t.DataAtom == atom.P {
			w.gap()
		}
	}
	switch t.DataAtom {
	case atom.Blockquote:
		w.quoted = max(0, w.quoted-1)
	case atom.Pre:
		w.asIs = max(0, w.asIs-1)
	}
}

// unlink names where a link leads, if it doesn't say so itself.
func (w *page) unlink() {
	if shown := w.now.String(); strings.HasPrefix(w.href, "http") && w.linked <= len(shown) && !strings.Contains(w.href, strings.TrimSpace(shown[w.linked:])) {
		w.now.WriteString(" (" + w.href + ")")
	}
	w.href = ""
}

// say writes text with the white space that a browser would show.
func (w *page) say(text string) {
	if w.hidden > 0 {
		return
	}
	if w.asIs > 0 {
		for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
			if i > 0 {
				w.end()
			}
			w.now.WriteString(line)
		}
		return
	}
	for _, r := range text {
		switch space := unicode.IsSpace(r) && r != '\u00a0'; {
		case !space && r == '\u00a0':
			w.now.WriteByte(' ')
		case !space:
			w.now.WriteRune(r)
		case w.now.Len() > 0 && !strings.HasSuffix(w.now.String(), " "):
			w.now.WriteByte(' ')
		}
	}
}

// line ends a line that has something on it.
func (w *page) line() {
	if strings.TrimSpace(w.now.String()) != "" {
		w.end()
	}
	w.now.Reset()
}

// end ends a line, whatever it holds.
func (w *page) end() {
	text := w.now.String()
	if text != "-- " {
		text = strings.TrimRight(text, " ")
	}
	if w.quoted > 0 {
		text = strings.TrimRight(w.depth()+" "+text, " ")
	}
	w.lines = append(w.lines, text)
	w.now.Reset()
}

// depth is what stands before a line that is quoted. Deeper than anybody quotes is as deep.
func (w *page) depth() string { return strings.Repeat(">", min(w.quoted, maxDepth)) }

// gap leaves one line empty.
func (w *page) gap() {
	empty := w.depth()
	if n := len(w.lines); n > 0 && w.lines[n-1] != empty {
		w.lines = append(w.lines, empty)
	}
}
