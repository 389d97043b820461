package uitest

import (
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Press sends keys to what has the focus. See the constants of chromedp/kb.
//
// A key goes down "raw", as from a keyboard: only then a key that was put to use, as Enter on a link, types nothing into
// what it has opened.
func (p *Page) Press(keys string) {
	p.t.Helper()
	for _, r := range keys {
		for _, event := range kb.Encode(r) {
			if event.Type == kb.KeyDown {
				event.Type = input.DispatchKeyEventTypeRawKeyDown
			}
			p.must("press a key", call(p.ctx, input.DispatchKeyEvent, *event))
		}
	}
}

// Tab presses Tab until what has the name has the focus; it must be in sight and show that it has it.
func (p *Page) Tab(name string) {
	p.t.Helper()
	var passed []string
	for range 60 {
		p.Press(kb.Tab)
		at := p.Focus()
		if at == name {
			if hidden := Eval[string](p, focusSeen); hidden != "" {
				p.t.Errorf("the focus on %q: %s", name, hidden)
			}
			return
		}
		passed = append(passed, at)
	}
	p.t.Fatalf("Tab does not lead to %q, only to %q", name, passed)
}

// focusSeen says why people don't see what has the focus, or nothing (WCAG 2.4.7, 2.4.11).
const focusSeen = `(() => {
	const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at)
	if (style.outlineStyle === "none" && style.boxShadow === "none") return "nothing shows it"
	const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
	return !there || at === there || at.contains(there) || there.contains(at) ? "" : "it is covered by " + there.outerHTML.slice(0, 120)
})()`

// Focus is the name of what has the focus, as assistive technology reads it; "" for the page itself.
func (p *Page) Focus() string {
	p.t.Helper()
	at, err := chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement"})
	p.must("find the focus", err)
	if at.Result.ObjectID == "" {
		return ""
	}
	tree, err := chromedp.Call(p.ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{
		ObjectID: at.Result.ObjectID, FetchRelatives: new(false),
	})
	p.must("find the focus", err)
	if len(tree.Nodes) == 0 || value(tree.Nodes[0].Role) == "RootWebArea" || value(tree.Nodes[0].Role) == "generic" {
		return ""
	}
	return value(tree.Nodes[0].Name)
}
