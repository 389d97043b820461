package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a thing is that takes longer than a second: as a bar on a terminal, as a line now and then
// elsewhere.
type progress struct {
	to      io.Writer
	what    string
	started time.Time
	bar     *progressbar.ProgressBar
	told    time.Time
}

const (
	progressAfter = time.Second
	progressLine  = 5 * time.Second // between lines where there is no terminal
)

func newProgress(to io.Writer, what string) *progress {
	return &progress{to: to, what: what, started: time.Now()}
}

func (p *progress) set(done, total int64) {
	if time.Since(p.started) < progressAfter || total <= 0 {
		return
	}
	if !isTerminal(p.to) {
		if time.Since(p.told) >= progressLine {
			p.told = time.Now()
			fmt.Fprintf(p.to, "%s: %d of %d (%d %%)\n", p.what, done, total, 100*done/total)
		}
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.to), progressbar.OptionSetDescription(p.what),
			progressbar.OptionSetWidth(30), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set64(min(done, total)) // a bar that cannot be drawn stops nothing
}

// end takes the bar away, so that the result stands alone.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
