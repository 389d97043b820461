package uitest

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Choose presses a button that opens the system's window of files, and chooses the paths there.
func (p *Page) Choose(button string, paths ...string) {
	p.t.Helper()
	p.ChooseBy(func() { p.Click("button", button) }, paths...)
}

// ChooseBy is Choose for any other way to the window of files.
func (p *Page) ChooseBy(open func(), paths ...string) {
	p.t.Helper()
	p.must("answer file windows", call(p.ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true}))
	opened := chromedp.Events(p.ctx, page.FileChooserOpened)
	open()
	for e, err := range opened {
		p.must("wait for the file window", err)
		p.must("choose files", call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, BackendNodeID: e.BackendNodeID}))
		return
	}
}

// Attach puts files into a file field, for pages on which no script runs.
func (p *Page) Attach(selector string, paths ...string) {
	p.t.Helper()
	p.step("attach files", chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}

// Drop carries files or folders of the disk over the element and lets go.
func (p *Page) Drop(selector string, paths ...string) {
	p.t.Helper()
	at := Eval[[]float64](p, fmt.Sprintf(`(() => { const box = document.querySelector(%q).getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2] })()`, selector))
	for _, event := range []input.DispatchDragEventType{
		input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop,
	} {
		p.must("drop files", call(p.ctx, input.DispatchDragEvent, input.DispatchDragEventParams{
			Type: event, X: at[0], Y: at[1], Data: &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1},
		}))
	}
}

// AnswerLeaving agrees to whatever the browser asks before a page is left, and tells on the channel that it was asked.
func (p *Page) AnswerLeaving() <-chan string {
	asked := make(chan string, 8)
	dialogs := chromedp.Events(p.ctx, page.JavascriptDialogOpening)
	go func() {
		for e, err := range dialogs {
			if err != nil {
				return // the page is closed
			}
			asked <- string(e.Type)
			_ = call(context.WithoutCancel(p.ctx), page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}) // a page that is gone asks nothing
		}
	}()
	return asked
}
