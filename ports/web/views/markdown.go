package views

import (
	"bytes"
	"html/template"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Markdown is what people of a practice have written for clients, as HTML. It is the only way from their text to a page.
//
// Two walls stand one behind the other: the first renders no raw HTML, no picture and no link but to https, http, mailto
// and tel; the second lets through a short list of elements and attributes, whatever the first has made. Pictures become
// their words: one from elsewhere would tell that site who reads. Headings begin at the second level, because each page
// has its own first. A text that can't be rendered, or only at a cost that grows with the square of its length, is shown
// as it was typed.
func Markdown(source string) template.HTML {
	var b bytes.Buffer
	if tangled(source) || markdown().Convert([]byte(source), &b) != nil {
		return template.HTML(`<p class="pre">` + template.HTMLEscapeString(source) + `</p>`)
	}
	return template.HTML(allowed().SanitizeBytes(b.Bytes()))
}

// What a text may hold before it is no longer one that a person has written to be read.
const (
	maxNesting = 50    // quotes and lists that a line opens
	maxMarks   = 2_000 // of emphasis, code, links and tags in one paragraph
)

// tangled tells of a text on which a parser would spend the square of its length.
func tangled(source string) bool {
	marks := 0
	for line := range strings.Lines(source) {
		rest := strings.TrimLeft(line, "> \t\r\n-+*.)0123456789")
		if rest == "" {
			marks = 0 // an empty line, or a rule, ends the paragraph
		}
		if opened := line[:len(line)-len(rest)]; len(strings.Fields(opened)) > maxNesting || strings.Count(opened, ">") > maxNesting {
			return true
		}
		for i := range len(line) {
			switch line[i] {
			case '*', '_', '~', '`', '[', ']', '<', '&':
				marks++
			}
		}
		if marks > maxMarks {
			return true
		}
	}
	return false
}

var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Strikethrough, extension.Table),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(tamed{}, 100))),
		goldmark.WithRendererOptions(html.WithHardWraps()), // a line that somebody ended stays one
	)
})

var allowed = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "del", "code", "pre", "blockquote",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true) // who reads help while doing something must not lose it
	return p
})

// tamed moves headings a level down and puts words where pictures are.
type tamed struct{}

// Transform is parser.ASTTransformer.
func (tamed) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var pictures []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		switch n := n.(type) {
		case *ast.Heading:
			if entering {
				n.Level = min(n.Level+1, 6)
			}
		case *ast.Image:
			if entering {
				pictures = append(pictures, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, p := range pictures {
		parent := p.Parent()
		for child := p.FirstChild(); child != nil; child = p.FirstChild() {
			p.RemoveChild(p, child)
			parent.InsertBefore(parent, p, child)
		}
		parent.RemoveChild(parent, p)
	}
}
