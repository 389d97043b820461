package uitest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show something. It is long, because it is only used up by what fails.
const patience = time.Minute

// Page is one tab in a context of its own. Its methods end the test when something can't be done.
type Page struct {
	t         testing.TB
	ctx       context.Context
	downloads string
	log       *record

	scriptless bool // pages run nothing
	touch      bool // it is a phone
}

// Setting is how a page is looked at.
type Setting func(p *Page) error

// Size is the window of a desk with a mouse, in CSS pixels.
func Size(width, height int64) Setting {
	return func(p *Page) error {
		if p.touch { // Chromium would take the mouse away together with the touch screen
			return errors.New("a phone does not become a desk; open another page")
		}
		return call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: height, DeviceScaleFactor: 1,
		})
	}
}

// Phone is a touch screen of the size.
func Phone(width, height int64) Setting {
	return func(p *Page) error {
		p.touch = true
		return chromedp.Do(p.ctx, chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
	}
}

// Light and Dark are the colours that the reader's system asks for.
func Light() Setting { return scheme("light") }

func Dark() Setting { return scheme("dark") }

func scheme(value string) Setting {
	return func(p *Page) error {
		return call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: value},
		}})
	}
}

// Zone is the reader's time zone.
func Zone(name string) Setting {
	return func(p *Page) error {
		return call(p.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: name})
	}
}

// ClockOff is a device whose clock is wrong.
func ClockOff(by time.Duration) Setting {
	return func(p *Page) error {
		_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: fmt.Sprintf(`{ const right = Date.now; Date.now = () => right.call(Date) + %d }`, by.Milliseconds()),
		})
		return err
	}
}

// Hurry lets a page measure that so many times the time has passed; its timers stay as they are.
func Hurry(times int) Setting {
	return func(p *Page) error {
		_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: fmt.Sprintf(`{ const right = performance.now; performance.now = () => right.call(performance) * %d }`, times),
		})
		return err
	}
}

// Unwound is a browser in which nothing comes every so often: what a page shows by itself, it was told of.
func Unwound() Setting {
	return func(p *Page) error {
		_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `globalThis.setInterval = () => 0`})
		return err
	}
}

// Calm is a system that asks for less motion.
func Calm() Setting {
	return func(p *Page) error {
		return call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
	}
}

// WithoutScript is a browser in which pages run nothing.
func WithoutScript() Setting {
	return func(p *Page) error {
		p.scriptless = true
		return p.scripts(false)
	}
}

// Open gives a fresh page, closed with the test. At its end the page must be clean; see Allow.
func Open(t testing.TB, settings ...Setting) *Page {
	t.Helper()
	parent, err := shared.get()
	if err != nil {
		t.Fatalf("no browser to test with: %v", err)
	}
	p := &Page{t: t, downloads: t.TempDir(), log: newRecord()}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.log.hear))
	p.ctx = ctx
	t.Cleanup(func() {
		p.finish()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a page: %v", err)
	}
	p.must("keep the focus", call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	_, err = chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: p.downloads,
		BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, EventsEnabled: new(true),
	})
	p.must("take downloads", err)
	for _, set := range settings {
		p.must("set the page up", set(p))
	}
	return p
}

// Visit loads an address and returns the status.
func (p *Page) Visit(url string) int64 {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(url))
	if err != nil || answer == nil {
		p.t.Fatalf("visit %s: %v", url, err)
	}
	return answer.Status
}

// Reload loads the page again; what it asks before it is left is agreed to.
func (p *Page) Reload() {
	p.t.Helper()
	p.step("reload", chromedp.Reload())
}

// Path is the path of the address that is shown.
func (p *Page) Path() string { return Eval[string](p, `location.pathname`) }

func (p *Page) scripts(on bool) error {
	return call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// Cookie puts a cookie in, as if url had set it.
func (p *Page) Cookie(url, name, value string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url, HTTPOnly: new(true)})
	p.must("set a cookie", err)
}

// Set changes how the page is looked at.
func (p *Page) Set(settings ...Setting) {
	p.t.Helper()
	for _, set := range settings {
		p.must("set the page up", set(p))
	}
}

// Download does what starts a download and returns the file's name and bytes.
func (p *Page) Download(start func()) (name string, content []byte) {
	p.t.Helper()
	begins := chromedp.BrowserEvents(p.ctx, browser.DownloadWillBegin)
	moves := chromedp.BrowserEvents(p.ctx, browser.DownloadProgress)
	start()
	frame := p.frame()
	var guid string
	for e, err := range begins {
		p.must("wait for a download", err)
		if e.FrameID == frame {
			guid, name = e.GUID, e.SuggestedFilename
			break
		}
	}
	for e, err := range moves {
		p.must("wait for a download", err)
		if e.GUID == guid && e.State == browser.DownloadProgressStateCompleted {
			break
		}
		if e.GUID == guid && e.State == browser.DownloadProgressStateCanceled {
			p.t.Fatalf("the download of %s was cut off", name)
		}
	}
	content, err := os.ReadFile(filepath.Join(p.downloads, guid))
	p.must("read the download", err)
	return name, content
}

func (p *Page) frame() cdp.FrameID {
	tree, err := chromedp.Call(p.ctx, page.GetFrameTree, cdp.Empty{})
	p.must("find the frame", err)
	return tree.FrameTree.Frame.ID
}

// Screenshot writes the whole page, or only what the window shows, as PNG, once nothing moves any more.
func (p *Page) Screenshot(path string, whole bool) {
	p.t.Helper()
	p.Still()
	shot := chromedp.CaptureScreenshot()
	if whole {
		shot = chromedp.FullScreenshot(100)
	}
	png, err := chromedp.Run(p.ctx, shot)
	p.must("take a screenshot", err)
	p.must("write a screenshot", os.WriteFile(path, png, 0o644))
}

// Still waits until every movement has come to its end; colours that are on their way have no contrast to measure.
func (p *Page) Still() {
	p.t.Helper()
	if p.scriptless { // nor do timers
		return
	}
	Eval[bool](p, `new Promise((still) => requestAnimationFrame(() => requestAnimationFrame(still)))
		.then(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime < Infinity).map((a) => a.finished))).then(() => true)`)
}

// Eval is the value of an expression in the page, or of the promise that it gives. Tests use it for what can't be seen
// otherwise.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.must(fmt.Sprintf("evaluate %.60s", expression), err)
	return v
}

func (p *Page) step(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.must(what, chromedp.Do(ctx, actions...))
}

func (p *Page) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func call[P any](ctx context.Context, command cdp.Command[P, cdp.Empty], params P) error {
	_, err := chromedp.Call(ctx, command, params)
	return err
}
