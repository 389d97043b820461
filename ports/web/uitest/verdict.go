package uitest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// finish fails the test over what the page complained of, and keeps what helps to see why a test failed. `go test
// -artifacts` says where.
func (p *Page) finish() {
	for _, c := range p.log.unexpected() {
		p.t.Errorf("the page complains: %s", c)
	}
	if !p.t.Failed() {
		return
	}
	folder := p.t.ArtifactDir()
	if png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100)); err == nil {
		_ = os.WriteFile(filepath.Join(folder, "page.png"), png, 0o644) // the test has failed already
	}
	if html, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`)); err == nil {
		_ = os.WriteFile(filepath.Join(folder, "page.html"), []byte(html), 0o644)
	}
	var story strings.Builder
	p.log.Lock()
	defer p.log.Unlock()
	for _, q := range p.log.order {
		fmt.Fprintf(&story, "%s %s %d %s\n", q.Method, q.URL, q.Status, q.Failed)
	}
	for _, c := range p.log.complaints {
		fmt.Fprintln(&story, c)
	}
	_ = os.WriteFile(filepath.Join(folder, "network.txt"), []byte(story.String()), 0o644)
	p.t.Logf("the page, its source and its requests are in %s", folder)
}
