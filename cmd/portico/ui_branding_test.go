package main

import (
	"testing"

	"portico/ports/web/uitest"
)

// ownLook: the practice chooses a colour, which the page shows at once, and a logo, which stands on every page; each page
// of settings can be read by everybody, on a phone as well.
func ownLook(t *testing.T, p *portal) {
	pr := p.found(t, "Look & Feel", "luna@look.example", "Luna Look", "Europe/Tallinn")
	staff := p.staffPage(t, pr, uitest.Phone(320, 700))
	staff.Visit(p.base + "/settings/branding")
	uitest.Eval[bool](staff, `(() => { const hue = document.querySelector("#hue"); hue.value = 20; hue.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)
	if at := uitest.Eval[string](staff, `document.documentElement.dataset.accent + " " + getComputedStyle(document.documentElement).getPropertyValue("--accent-hue").trim()`); at != "20 20" {
		t.Errorf("while it is chosen the colour is %q", at)
	}
	staff.Click("button", "Save the colour")
	staff.Wait("All pages have this colour now.")
	staff.Attach("#logo", file(t, "logo.svg", []byte(demoLogo)))
	staff.Click("button", "Use this logo")
	staff.Wait("This is your logo now.")
	if w := uitest.Eval[int](staff, `document.querySelector(".brand__logo img").naturalWidth`); w == 0 {
		t.Error("the logo isn't shown")
	}
	for _, page := range []string{"practice", "branding", "portal", "contact", "help", "terms"} {
		staff.Visit(p.base + "/settings/" + page)
		staff.Axe("the settings: " + page)
		if wide := uitest.Eval[int](staff, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("/settings/%s is %d px too wide", page, wide)
		}
	}
}
