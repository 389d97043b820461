package uitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// glance is the pause between two looks at a page that does not show yet what is waited for.
const glance = 25 * time.Millisecond

// until looks again and again, and ends the test when patience is over; look tells what is missing.
func (p *Page) until(what string, look func(ctx context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	var missing error
	for {
		err := look(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			missing = err
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("%s: %v", what, missing)
		case <-time.After(glance):
		}
	}
}

// Until waits until look says nothing, which is what is still missing.
func (p *Page) Until(what string, look func() (missing string)) {
	p.t.Helper()
	p.until(what, func(context.Context) error {
		if missing := look(); missing != "" {
			return errors.New(missing)
		}
		return nil
	})
}

// Wait waits until people see the text, wherever it stands.
func (p *Page) Wait(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("wait for %q", text), func(ctx context.Context) error {
		seen, err := p.text(ctx)
		if err == nil && !strings.Contains(seen, text) {
			err = fmt.Errorf("the page shows:\n%s", seen)
		}
		return err
	})
}

// Gone waits until people don't see the text any more.
func (p *Page) Gone(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("wait until %q is gone", text), func(ctx context.Context) error {
		seen, err := p.text(ctx)
		if err == nil && strings.Contains(seen, text) {
			err = fmt.Errorf("the page shows:\n%s", seen)
		}
		return err
	})
}

// Text is what people see at this moment, blanks of every kind as one.
func (p *Page) Text() string {
	p.t.Helper()
	text, err := p.text(p.ctx)
	p.must("read the page", err)
	return text
}

func (p *Page) text(ctx context.Context) (string, error) {
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
	return strings.Join(strings.Fields(text), " "), err
}

// Click presses the mouse on what has the role and the name, once it is there, in sight and not covered. A name that
// ends with "…" stands for all that begin so.
func (p *Page) Click(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("click the %s %q", role, name), func(ctx context.Context) error {
		node, err := p.find(ctx, role, name)
		if err != nil {
			return err
		}
		at, err := onNode[[]float64](ctx, node, reach)
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.MouseClickXY(at[0], at[1])); err != nil || p.scriptless {
			return err
		}
		// What was replaced or moved between the look and the press was not clicked; people press again, and so do we.
		if hit, err := onNode[bool](ctx, node, `function () { return this.uitestClicked !== false }`); err == nil && !hit {
			return errors.New("the click went elsewhere")
		}
		return nil // an error says that the click has led to another page
	})
}

// WaitTab waits until a tab shows the address, and closes it.
func (p *Page) WaitTab(url string) {
	p.t.Helper()
	p.until("wait for a tab with "+url, func(context.Context) error {
		tabs, err := chromedp.Targets(p.ctx)
		if err != nil {
			return err
		}
		var others []string
		for _, tab := range tabs {
			if tab.URL == url {
				_, err := chromedp.CallBrowser(p.ctx, target.CloseTarget, target.CloseTargetParams{TargetID: tab.TargetID})
				return err
			}
			others = append(others, tab.URL)
		}
		return fmt.Errorf("there are only %q", others)
	})
}

// reach brings an element into view and gives the point to press, or says why it can't be pressed.
const reach = `function () {
	if (this.disabled) throw new Error("it is disabled")
	this.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" })
	const box = this.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2
	const there = document.elementFromPoint(x, y)
	this.uitestClicked = false
	this.addEventListener("click", () => { this.uitestClicked = true }, { capture: true, once: true })
	if (!there || !(this === there || this.contains(there) || there.contains(this))) throw new Error("it is covered by " + (there?.outerHTML ?? "nothing").slice(0, 200))
	return [x, y]
}`

// Fill replaces what stands in the field of that name by typing.
func (p *Page) Fill(name, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("fill %q", name), func(ctx context.Context) error {
		var node cdp.BackendNodeID
		err := errors.New("")
		for _, role := range []string{"textbox", "searchbox", "Date", "combobox"} {
			if node, err = p.find(ctx, role, name); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
		kind, err := onNode[string](ctx, node, `function () { this.focus(); this.select?.(); return this.type }`)
		if err != nil || kind != "date" {
			if text == "" {
				return errors.Join(err, chromedp.Do(ctx, chromedp.KeyEvent("\b")))
			}
			return errors.Join(err, chromedp.Do(ctx, chromedp.KeyEvent(text)))
		}
		_, err = onNode[bool](ctx, node, fmt.Sprintf(`function () { this.value = %q; this.dispatchEvent(new Event("input", { bubbles: true })); return true }`, text))
		return err
	})
}

// Has tells whether the one thing of the role and the name is there for people and their screen readers now.
func (p *Page) Has(role, name string) bool {
	p.t.Helper()
	_, err := p.find(p.ctx, role, name)
	if err != nil && !errors.Is(err, errNotThere) && !errors.Is(err, errSeveral) {
		p.must(fmt.Sprintf("look for the %s %q", role, name), err)
	}
	return err == nil
}

// WaitFor waits until something of the role and the name is there.
func (p *Page) WaitFor(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("wait for the %s %q", role, name), func(ctx context.Context) error {
		_, err := p.find(ctx, role, name)
		return err
	})
}

// find wraps these where the page has answered and has no such element, or more than one.
var (
	errNotThere = errors.New("it is not there")
	errSeveral  = errors.New("there are several")
)

// WaitNo waits until nothing of the role and the name is there. A page that can't be asked has not said so.
func (p *Page) WaitNo(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("wait until no %s %q is there", role, name), func(ctx context.Context) error {
		switch _, err := p.find(ctx, role, name); {
		case err == nil:
			return errors.New("it is still there")
		case errors.Is(err, errNotThere):
			return nil
		default:
			return err
		}
	})
}

// find looks for the only element of a role and a name, as assistive technology has them.
func (p *Page) find(ctx context.Context, role, name string) (cdp.BackendNodeID, error) {
	root, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document"})
	if err != nil {
		return 0, err
	}
	answer, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root.Result.ObjectID, Role: role})
	if err != nil {
		return 0, err
	}
	var found cdp.BackendNodeID
	var others []string
	for _, node := range answer.Nodes {
		if node.Ignored {
			continue
		}
		has := value(node.Name)
		start, many := strings.CutSuffix(name, "…")
		if has != name && (!many || !strings.HasPrefix(has, start)) {
			others = append(others, fmt.Sprintf("%q", has))
			continue
		}
		if found != 0 {
			return 0, fmt.Errorf("%w of the role %s with the name %q", errSeveral, role, name)
		}
		found = node.BackendDOMNodeID
	}
	if found == 0 {
		return 0, fmt.Errorf("%w: of the role %s there are only: %s", errNotThere, role, strings.Join(others, ", "))
	}
	return found, nil
}

func value(v *accessibility.Value) (s string) {
	if v != nil {
		_ = json.Unmarshal(v.Value, &s) // a name that is no text is none
	}
	return strings.Join(strings.Fields(s), " ")
}

// onNode calls a function of the page with the element as this.
func onNode[T any](ctx context.Context, node cdp.BackendNodeID, function string) (v T, err error) {
	object, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		return v, err
	}
	return chromedp.Run(ctx, chromedp.CallFunctionOn[T](function, func(c *runtime.CallFunctionOnParams) {
		c.ObjectID = object.Object.ObjectID
	}))
}
