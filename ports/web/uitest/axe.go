package uitest

import (
	"crypto/sha512"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// axe-core finds faults of accessibility. It is evaluated through the browser's own wire, so it runs under any policy,
// and is never served.
//
//go:embed testdata/axe.min.js
var axe string

//go:embed testdata/axe.lock.json
var axeLock []byte

// axeIntact tells whether the file is the one that was written down.
func axeIntact() error {
	var lock struct{ SHA512 string }
	if err := json.Unmarshal(axeLock, &lock); err != nil {
		return fmt.Errorf("read axe.lock.json: %w", err)
	}
	if sum := sha512.Sum512([]byte(axe)); hex.EncodeToString(sum[:]) != lock.SHA512 {
		return fmt.Errorf("axe.min.js is not the file of axe.lock.json")
	}
	return nil
}

// Violation is one rule that the page breaks, and where.
type Violation struct {
	ID, Help string
	Nodes    []struct {
		HTML, FailureSummary string
	}
}

// Axe fails the test over every rule that the page breaks, of WCAG 2.2 AA and of good practice.
func (p *Page) Axe(where string) {
	p.t.Helper()
	p.must("check axe", axeIntact())
	if p.scriptless { // the page has been loaded without its scripts; axe may run
		p.must("let axe run", p.scripts(true))
		defer func() { p.must("stop scripts again", p.scripts(false)) }()
	}
	if !Eval[bool](p, `typeof window.axe === "object"`) {
		p.step("load axe", chromedp.Evaluate[chromedp.Void](axe))
	}
	p.Still()
	// What users sent is shown in frames without an origin, which axe can't enter and would complain about.
	found := Eval[[]Violation](p, `axe.run(document, { iframes: false, resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }).then((r) => r.violations)`)
	for _, v := range found {
		var places []string
		for _, n := range v.Nodes {
			places = append(places, fmt.Sprintf("  %.300s\n    %s", n.HTML, strings.ReplaceAll(n.FailureSummary, "\n", "\n    ")))
		}
		p.t.Errorf("%s: %s (%s)\n%s", where, v.Help, v.ID, strings.Join(places, "\n"))
	}
}

// Fits fails the test where the page is wider than its window, and names what sticks out.
func (p *Page) Fits(where string) {
	p.t.Helper()
	out := Eval[[]string](p, `(() => {
		const wide = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= wide) return []
		return [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > wide + 1).map((e) => e.outerHTML.slice(0, 120))
	})()`)
	for _, html := range out {
		p.t.Errorf("%s: sticks out to the right: %s", where, html)
	}
}

// Small names the things to press that are smaller than size CSS pixels either way; links within text are not meant.
func (p *Page) Small(where string, size int) {
	p.t.Helper()
	small := Eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("button, .btn, select, input:not([type=hidden])")].filter((e) => {
		const box = e.getBoundingClientRect()
		return e.checkVisibility() && box.width > 1 && (box.width < %[1]d || box.height < %[1]d)
	}).map((e) => e.outerHTML.slice(0, 120))`, size))
	for _, html := range small {
		p.t.Errorf("%s: smaller than %d pixels: %s", where, size, html)
	}
}
