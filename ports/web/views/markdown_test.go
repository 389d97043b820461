package views

import (
	"html/template"
	"strings"
	"testing"
	"time"

	"portico/domain/firm"

	"golang.org/x/net/html"
)

func TestMarkdown(t *testing.T) {
	for source, want := range map[string]string{
		"# Papers":                         "<h2>Papers</h2>",
		"###### Deep":                      "<h6>Deep</h6>",
		"one\ntwo":                         "<p>one<br>\ntwo</p>",
		"*a* **b** ~~c~~ `d`":              "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>",
		"3. c\n4. d":                       "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>",
		"[us](https://a.example/x?y=1)":    `<p><a href="https://a.example/x?y=1" rel="nofollow noreferrer noopener" target="_blank">us</a></p>`,
		"[call](tel:+442079460000)":        `<p><a href="tel:+442079460000" rel="nofollow noreferrer">call</a></p>`,
		"[write](mailto:a@b.example)":      `<p><a href="mailto:a@b.example" rel="nofollow noreferrer">write</a></p>`,
		"![the **plan**](https://x/p.png)": "<p>the <strong>plan</strong></p>",
		"a < b & c":                        "<p>a &lt; b &amp; c</p>",
		"":                                 "",
	} {
		if got := strings.TrimSpace(string(Markdown(source))); got != want {
			t.Errorf("%q is %q, want %q", source, got, want)
		}
	}
}

// hostile are texts that would run, load or pretend something if a wall had a hole.
var hostile = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<iframe src="https://evil.example">`, "<style>*{}</style>",
	`[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`, `[x](java&#x0A;script:alert(1))`, `[x](&#x6A;avascript:alert(1))`, "[x](\u0001javascript:alert(1))",
	`[x](vbscript:msgbox)`, `[x](data:text/html,<script>alert(1)</script>)`, `[x](data:image/svg+xml;base64,PHN2Zz4=)`, `[x](file:///etc/passwd)`, `[x](blob:x)`,
	`<javascript:alert(1)>`, `![x](javascript:alert(1))`, `![x](https://evil.example/pixel.png)`, `[![x](https://evil.example/p.png)](javascript:alert(1))`,
	"[x]: javascript:alert(1)\n\n[x]", `[x](https://a.example" onmouseover="alert(1))`, "[x](https://a.example 'y\" onmouseover=\"alert(1)')",
	"`<script>`", "```<script>alert(1)</script>\n<img src=x onerror=alert(1)>\n```", "```\" onmouseover=\"alert(1)\nx\n```", `<a href="javascript:alert(1)">x</a>`,
	`<form action="https://evil.example"><input name=password></form>`, `<base href="https://evil.example/">`, `<meta http-equiv=refresh content="0;url=//evil.example">`,
	`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, `<!--><script>alert(1)</script>-->`, `<![CDATA[<script>alert(1)</script>]]>`,
	`[x](//evil.example)`, `[x](/session/end)`, `[x](\\evil.example)`, "| a |\n|---|\n| <script>alert(1)</script> |", "# <img src=x onerror=alert(1)>",
	`&lt;script&gt;alert(1)&lt;/script&gt;`, "\x00<script>alert(1)</script>", `<div style="position:fixed;inset:0">x</div>`, `<x-y is="z">`, `<object data="x">`,
}

// attack says what is dangerous in rendered HTML, as a browser would read it.
func attack(t *testing.T, source string) {
	t.Helper()
	text := string(Markdown(source))
	doc, err := html.Parse(strings.NewReader("<!doctype html><body>" + text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("%q leaves a comment: %s", source, text)
		}
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "html", "head", "body", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "del", "code", "pre", "blockquote",
			"table", "thead", "tbody", "tr", "th", "td", "a":
		default:
			t.Errorf("%q leaves <%s>: %s", source, n.Data, text)
		}
		for _, a := range n.Attr {
			switch {
			case n.Data == "ol" && a.Key == "start", n.Data == "a" && (a.Key == "rel" || a.Key == "target"):
			case n.Data == "a" && a.Key == "href":
				scheme, _, _ := strings.Cut(strings.ToLower(a.Val), ":")
				if scheme != "https" && scheme != "http" && scheme != "mailto" && scheme != "tel" {
					t.Errorf("%q leaves a link to %q: %s", source, a.Val, text)
				}
			default:
				t.Errorf("%q leaves %s=%q on <%s>: %s", source, a.Key, a.Val, n.Data, text)
			}
		}
	}
}

func TestMarkdownIsInert(t *testing.T) {
	for _, source := range hostile {
		attack(t, source)
		attack(t, "> - "+source)
		attack(t, "[a **b** "+source+" c](https://a.example)")
	}
}

// What would cost a parser the square of its length isn't parsed, and a long text of a person is.
func TestMarkdownIsQuick(t *testing.T) {
	for name, source := range map[string]string{
		"quotes": strings.Repeat("> ", 10_000), "quotes without spaces": strings.Repeat(">", 10_000), "links": strings.Repeat("[a](", 5_000), "stars": strings.Repeat("*a ", 6_000),
		"lists": strings.Repeat("+ ", 10_000), "numbers": strings.Repeat("1. ", 6_000), "both": strings.Repeat("> - ", 5_000), "backticks": strings.Repeat("`a", 10_000),
		"brackets": strings.Repeat("[", 20_000), "angles": strings.Repeat("<a ", 6_000), "lines": strings.Repeat("*a\n", 6_000),
		"pictures": strings.Repeat("![", 10_000) + strings.Repeat("](x)", 10_000), "after a text": "# Terms\n\nFine.\n\n" + strings.Repeat("*a_ ", 2_000),
	} {
		if got := string(Markdown(source)); !strings.HasPrefix(got, `<p class="pre">`) || !strings.Contains(got, template.HTMLEscapeString(source)) {
			t.Errorf("%s: parsed", name)
		}
	}
	if got := string(Markdown(longest())); strings.Contains(got, `class="pre"`) || strings.Count(got, "<h3") != strings.Count(longest(), "## ") {
		t.Errorf("a long text of a person isn't parsed: %.200s", got)
	}
}

// longest is as long as terms may be, with about as many marks as people set.
func longest() string {
	paragraph := "## What we keep\n\n> - **Papers** that you send us, [see the law](https://law.example/par/147), and `file.pdf`\n> - 10.5 % of 2024-25\n\n---\n\n| Year | Fee |\n|---|---|\n| *2025* | 100 |\n\n"
	return strings.Repeat(paragraph, firm.MaxTerms/len(paragraph))
}

// BenchmarkMarkdown prints what rendering costs beside escaping the same text, which is the floor.
func BenchmarkMarkdown(b *testing.B) {
	for name, source := range map[string]string{"longest": longest(), "most marks": strings.Repeat(strings.Repeat("*a_ ", maxMarks/2)+"\n\n", firm.MaxTerms/(2*maxMarks))} {
		b.Run(name, func(b *testing.B) {
			var floor time.Duration
			for b.Loop() {
				began := time.Now()
				_ = template.HTMLEscapeString(source)
				floor += time.Since(began)
				Markdown(source)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(floor), "x-escaping")
		})
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, source := range hostile {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) < 5_000 {
			attack(t, source)
		}
	})
}
