// Package uitest drives the pages in Chromium, as people use them: it finds things by their role and name, presses real
// keys, moves a real mouse, and waits for what is to be seen instead of for time to pass.
//
// One browser serves the test binary; each page has a context of its own, so cookies and storage are never shared. Where
// Chromium is missing a test fails and says what to install. A page that reports anything to its console, breaks its
// content security policy or fails a request fails its test, unless the test said that it expects that.
package uitest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"

	"github.com/chromedp/chromedp"
)

// names are what the program is called on the systems that people use. Those that only draw pages come first: the window
// around a page, which nobody sees, costs as much as the page.
var names = []string{"chromium-headless-shell", "headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"}

// process is the browser of this test binary. It ends with the process, however that ends: its pipe closes.
type process struct {
	sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
}

var shared process

// get starts the browser at the first call.
func (b *process) get() (context.Context, error) {
	b.Lock()
	defer b.Unlock()
	if b.ctx != nil {
		return b.ctx, nil
	}
	path, err := program()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		// The address bar draws its suggestions as two pages of its own, for each window anew: half of what a page costs.
		// A renderer that is started in advance mostly serves nobody: each page here is of a context of its own. A
		// renderer that is started in advance mostly serves nobody, as each page here is of a context of its own.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,SpareRendererForSitePerProcess"),
		chromedp.Flag("disable-field-trial-config", true), chromedp.Flag("disable-component-update", true), // each start is like the other
		chromedp.ExecPath(path), chromedp.NoSandbox, // the pages are ours, and root has no sandbox
		chromedp.WindowSize(1360, 860), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-GB"),
		// A machine without a screen has no mouse either, and pages would take it for a phone.
		chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		stop()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	b.ctx, b.cancel = ctx, func() { cancel(); stop() }
	return ctx, nil
}

// Close ends the browser and removes its profile; TestMain calls it after the last test.
func Close() {
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx != nil {
		shared.cancel()
		shared.ctx = nil
	}
}

// program is the Chromium of this machine; PORTICO_CHROMIUM names another.
func program() (string, error) {
	if path := os.Getenv("PORTICO_CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium on this machine. Install it with: apt-get install chromium-headless-shell, or run: task install")
}
