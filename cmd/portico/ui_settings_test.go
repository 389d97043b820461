package main

import (
	"fmt"
	"strings"
	"testing"

	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
)

// ownSettings: a practice takes less than the product does, in its own words, and its people are told: the time for
// corrections (U2), the mail's button (S1.9), its largest file and its storage (S1.i10, S1.i11).
func ownSettings(t *testing.T, p *portal) {
	pr := p.found(t, "Small & Strict", "kari@strict.example", "Kari Krag", "Europe/Oslo")
	before := p.send(t, pr, "Anne Aas")
	if text := p.letters(t, "anne.aas@example.org")[0].Text; !strings.Contains(text, "\nUpload Files (") {
		t.Errorf("the mail says %s", text)
	}
	staff := p.staffPage(t, pr)
	staff.Visit(p.base + "/clients")
	staff.Click("link", "Settings")
	staff.WaitFor("heading", "Practice")
	staff.Click("link", "Uploads")
	staff.WaitFor("heading", "Upload settings")
	staff.Click("radio", "No time for corrections: you see each file as soon as it has arrived.")
	staff.Click("button", "Save the time for corrections")
	staff.Wait("Files that arrive from now on have this time.")
	staff.Fill("Largest file, in MB", "1")
	staff.Fill("Storage in all, in GB", "0.002")
	staff.Click("button", "Save the limits")
	staff.Wait("0 bytes of 2 MB used (0 %)")
	staff.Fill("Words on the button", "Send papers to Kari")
	staff.Click("button", "Save the words on the button")
	staff.Wait("The next mails have this button.")
	if !uitest.Eval[bool](staff, `document.querySelector("[name=window][value=none]").checked`) {
		t.Error("the time for corrections that was saved is not the chosen one")
	}
	after := p.send(t, pr, "Berit Berg")
	letter := p.letters(t, "berit.berg@example.org")[0]
	if !strings.Contains(letter.HTML, ">Send papers to Kari</a>") || !strings.Contains(letter.Text, "\nSend papers to Kari (") {
		t.Errorf("the mail says %s", letter.Text)
	}

	const most = 1 << 20
	person := uitest.Open(t)
	p.enter(person, before)
	person.Wait("up to 1 MB each")
	person.Choose("Add a file", file(t, "Too large.csv", long(most+1)))
	person.Wait("at most 1,048,576 (1 MB) are accepted")
	if sent := person.Requests("/uploads/", sendsBytes...); len(sent) != 0 {
		t.Errorf("bytes travelled: %+v", sent)
	}
	person.Choose("Add a file", file(t, "Exactly.csv", long(most)))
	person.Wait("Sent to " + pr.name + " · ") // no window: at once
	p.arrived(t, staff, "Exactly.csv")

	// The storage has 2,147,483 bytes: a second file of 1 MB fits, a third doesn't, from whomever.
	other := uitest.Open(t, uitest.WithoutScript())
	other.Allow("413", "507")
	other.Visit(p.base + after.path)
	other.Click("button", "Continue to upload files")
	other.WaitFor("button", "Upload")
	other.Attach("#plain-files", file(t, "Beyond.csv", long(most+1)))
	other.Click("button", "Upload")
	other.Wait("“Beyond.csv”: The file has more than 1 MB (1,048,576 bytes), which is the most that can be sent here.")
	if other.Has("link", "Receipt") || strings.Contains(other.Text(), "Sent to "+pr.name) {
		t.Errorf("a file beyond the limit came in by the form: %s", other.Text())
	}
	other.Attach("#plain-files", file(t, "Second.csv", long(most)))
	other.Click("button", "Upload")
	other.Wait("Second.csv")
	person.Allow("507")
	person.Choose("Add a file", file(t, "Third.csv", long(most)))
	person.Wait("The practice’s storage has no room for this file of 1 MB (1,048,576 bytes). Tell the practice")
	person.Axe("a full storage")
	staff.Visit(p.base + "/inbox")
	staff.Wait("Your storage is 97 % full (2 MB of 2 MB)")
	staff.Axe("a storage that is nearly full")
	staff.Click("link", "See the limits")
	staff.Fill("Storage in all, in GB", "")
	staff.Click("button", "Save the limits")
	staff.Wait("2 MB used. There is no limit but the disk’s.")
	staff.Gone("Your storage is")
	person.Click("button", "Remove Third.csv from this list")
	person.Choose("Add a file", file(t, "Third again.csv", long(most)))
	person.WaitNo("button", "Pause Third again.csv")
	p.arrived(t, staff, "Third again.csv")
}

// templates: a text that is written once is in the message at a choice, with script and without.
func templates(t *testing.T, p *portal) {
	pr := p.found(t, "Often & Alike", "lars@alike.example", "Lars Lie", "Europe/Oslo")
	l := p.send(t, pr, "Cille Carl")
	staff := p.staffPage(t, pr)
	staff.Allow("422")
	for name, text := range map[string]string{"Year end": "Please send your papers for the year.", "VAT": "Please send your VAT papers."} {
		staff.Visit(p.base + "/settings/uploads")
		staff.Click("link", "New template")
		staff.Fill("Text", text)
		staff.Click("button", "Save template")
		staff.Wait("Give the template a name")
		staff.Axe("a template without a name")
		staff.Fill("Name", name)
		staff.Click("button", "Save template")
		staff.Wait("The template is saved.")
		staff.WaitFor("link", name)
	}
	message := func(page *uitest.Page) string {
		return uitest.Eval[string](page, `document.querySelector("#message").value`)
	}
	choose := func(page *uitest.Page, name string) {
		uitest.Eval[bool](page, fmt.Sprintf(`(() => { const s = document.querySelector("#template"); s.value = [...s.options].find((o) => o.text === %q).value; return s.dispatchEvent(new Event("change", { bubbles: true })) })()`, name))
	}
	staff.Visit(p.base + "/upload-links/new?client=" + l.client.String())
	if staff.Has("button", "Use it") {
		t.Error("there is a button that nobody needs")
	}
	for _, c := range []struct{ choose, want string }{
		{"Year end", "Please send your papers for the year."}, {"VAT", "Please send your VAT papers."}, {"None", "Please send your VAT papers."},
	} {
		choose(staff, c.choose)
		if got := message(staff); got != c.want {
			t.Errorf("after %s the message is %q", c.choose, got)
		}
	}
	staff.Fill("Message (optional)", "Dear Cille,")
	choose(staff, "Year end")
	if got := message(staff); got != "Dear Cille,\n\nPlease send your papers for the year." {
		t.Errorf("after words of somebody's own the message is %q", got)
	}
	staff.Click("button", "Send upload link")
	staff.Wait("Please send your papers for the year.")

	plain := p.staffPage(t, pr, uitest.WithoutScript())
	plain.Visit(p.base + "/upload-links/new?client=" + l.client.String())
	plain.Fill("What you need (optional, one thing per line)", "P60")
	plain.Tab("Template (optional)")
	plain.Press("V")
	plain.Click("button", "Use it")
	plain.Wait("The template is in the message.")
	plain.Axe("a drafted link")
	plain.Tab("E-mail address of recipient 1")
	plain.Press(kb.Enter) // sends, and does not ask for the template again
	plain.WaitFor("heading", "Upload link for Cille Carl")
	plain.Wait("Please send your VAT papers.")
	plain.Wait("P60")
	plain.Wait("cille.carl@example.org")

	staff.Visit(p.base + "/settings/uploads")
	staff.Click("link", "VAT")
	staff.Click("DisclosureTriangle", "Remove this template")
	staff.Click("button", "Remove template")
	staff.Wait("The template is removed.")
	if staff.Has("link", "VAT") {
		t.Error("it is still there")
	}
}
