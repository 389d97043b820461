package uitest

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Paper shows a page as it would be printed; Screen ends that.
func Paper() Setting { return media("print") }

// Screen shows a page as readers have it.
func Screen() Setting { return media("") }

func media(kind string) Setting {
	return func(p *Page) error {
		return call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind})
	}
}

// PDF is the page as the browser saves it.
func (p *Page) PDF() []byte {
	p.t.Helper()
	printed, err := chromedp.Call(p.ctx, page.PrintToPDF, page.PrintToPDFParams{})
	p.must("print the page", err)
	return printed.Data
}
