package main

import (
	"strings"
	"testing"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	firmapp "portico/app/firm"
	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/uploadlink"
	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/uuid"
)

// Texts that are code wherever a page forgets to say that they are text.
const (
	evilScript = `"><script>alert(1)</script>`
	evilImage  = `'"><img src=x onerror=alert(1)>`
	evilSvg    = `</textarea></title><svg onload=alert(1)>{{7*7}}${alert(1)}`
	evilLink   = `javascript:alert(1)//`
	evilTemp   = "`-alert(1)-`\\u003cimg src=x onerror=alert(1)\\u003e"
)

var evils = []string{evilScript, evilImage, evilSvg, evilLink, evilTemp}

// hostile: whatever people type, and whatever their files are called, comes out as text on every page, in every mail and
// in every answer (threats T21, T22; notes on reliability, W1). A page of uitest fails over a dialog, over anything that
// its policy stops and over any error.
func hostile(t *testing.T, p *portal) {
	ctx := t.Context()
	pr := p.found(t, "Eve "+evilImage, "eve@hostile.example", "Eve "+evilScript, "Europe/London")
	all := strings.Join(evils, "\n")
	l := sentLink{id: newID(t), client: newID(t)}
	if _, err := p.house.clients.Create(ctx, clientapp.Create{
		By: pr.by(), ID: l.client, Name: "Mallory " + evilSvg, Email: "mallory@hostile.example", Sort: client.Person, Reference: evilScript,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.firms.SaveTemplate(ctx, firmapp.SaveTemplate{By: pr.by(), ID: pr.id, Template: newID(t), Name: evilImage, Text: all}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.firms.SetUploadWording(ctx, firmapp.SetUploadWording{By: pr.by(), ID: pr.id, Button: evilImage}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.links.Issue(ctx, linkapp.Issue{
		By: pr.by(), ID: l.id, Client: l.client, Recipients: []linkapp.NewRecipient{{Name: "Trudy " + evilImage, Email: "trudy@hostile.example"}},
		Message: all, Wanted: evils, ExpiresOn: time.Now().AddDate(0, 0, 14), Zone: time.UTC,
	}); err != nil {
		t.Fatal(err)
	}
	l.path = p.mailed(t, "trudy@hostile.example")

	holder := uitest.Open(t)
	p.enter(holder, l)
	clean(t, holder, "the upload page")
	names := []string{`<img src=x onerror=alert(1)>.pdf`, `"><svg onload=alert(1)>.pdf`, "javascript:alert(1).pdf", `' onmouseover='alert(1)' x='.pdf`, "{{constructor.constructor('alert(1)')()}}.pdf"}
	for _, name := range names {
		holder.Choose("Add a file", file(t, name, page(name)))
		holder.WaitFor("link", "Rename "+name)
	}
	clean(t, holder, "the upload page with files")
	for _, word := range []string{"Rename", "Delete"} {
		holder.Click("link", word+" "+names[0])
		clean(t, holder, word)
		holder.Press(kb.Escape)
	}
	holder.Choose("Add a file", file(t, `<b onclick=alert(1)>.exe`, []byte("MZ no program, but called one")))
	clean(t, holder, "a refused file")
	holder.Reload()
	holder.WaitFor("link", "Rename "+names[1])
	clean(t, holder, "the upload page, reloaded")
	holder.Click("button", "I’m done, send now")
	holder.Wait("Sent to ")
	clean(t, holder, "the receipt")

	// What they write to each other afterwards.
	token, err := p.keys.links.ParseUploadLink(strings.TrimPrefix(l.path, "/u/"))
	if err != nil {
		t.Fatal(err)
	}
	who := uploadlink.Holder{Recipient: token.Recipient, Generation: token.Generation}
	uploader := es.By{Firm: pr.firm, Actor: event.Actor{Kind: event.Uploader, ID: token.Recipient}}
	for i, f := range p.state(t, l).Files[:2] {
		id := uuid.MustParse(f.ID)
		if _, err := p.house.links.AskWithdrawal(ctx, linkapp.AskWithdrawal{By: uploader, Link: l.id, Holder: who, File: id, Reason: evilImage}); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		if _, err := p.house.links.RefuseWithdrawal(ctx, linkapp.RefuseWithdrawal{By: pr.by(), Link: l.id, File: id, Reason: evilSvg}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.house.links.Revoke(ctx, linkapp.Revoke{By: pr.by(), Link: l.id, Reason: evilScript, Unreleased: uploadlink.Keep}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.links.RequestNewLink(ctx, linkapp.RequestNewLink{By: uploader, Link: l.id, Holder: who, Note: evilImage}); err != nil {
		t.Fatal(err)
	}
	holder.Allow("410")
	eventually(t, "the letters about all this", func() bool {
		p.letGo(t)
		return len(p.letters(t, "hostile.example")) >= 5
	})
	holder.Visit(p.base + l.path)
	clean(t, holder, "the closed link")

	staff := p.staffPage(t, pr)
	staff.Allow("404", "422")
	visits := []string{
		"/clients", "/clients?q=" + evilQuery(evilScript), "/clients/new", "/clients/" + l.client.String(), "/upload-links", "/upload-links?state=" + evilQuery(evilImage),
		"/upload-links/new?client=" + l.client.String(), "/upload-links/" + l.id.String(), "/inbox", "/account?done=" + evilQuery(evilImage),
		"/settings/uploads", "/settings/uploads?done=" + evilQuery(evilImage), "/login?next=" + evilQuery(evilLink), "/" + evilQuery(evilImage),
	}
	for _, letter := range p.letters(t, "hostile.example") {
		visits = append(visits, "/dev/mail/"+letter.ID)
		if strings.Contains(letter.HTML, "<img src=x") || strings.Contains(letter.HTML, "<script") || strings.Contains(letter.HTML, "<svg onload") {
			t.Errorf("the mail %q holds markup of others", letter.Subject)
		}
		if strings.ContainsAny(letter.Subject, "\r\n") {
			t.Errorf("the subject %q has more than one line", letter.Subject)
		}
	}
	for _, path := range visits {
		staff.Visit(p.base + path)
		clean(t, staff, path)
	}
	if uitest.Eval[bool](staff, `(() => { const a = document.createElement("a"); a.href = "javascript:void 0"; document.body.append(a); return true })()`); len(strange(staff)) != 1 {
		t.Error("the search for strange elements is blind")
	}
	staff.Visit(p.base + "/inbox")
	for _, name := range names {
		staff.Wait(name)
	}
	name, content := staff.Download(func() { staff.Click("link", "Download "+names[0]) })
	if strings.ContainsAny(name, `<>"`) || len(content) == 0 {
		t.Errorf("the browser saves %q, %d bytes", name, len(content))
	}
}

// evilQuery escapes a text for an address.
func evilQuery(text string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", "/", "%2F", "#", "%23", "?", "%3F", "&", "%26", "{", "%7B", "}", "%7D", "\\", "%5C", "`", "%60", "'", "%27").Replace(text)
}

// clean fails the test where somebody's text has become an element.
func clean(t *testing.T, page *uitest.Page, where string) {
	t.Helper()
	for _, html := range strange(page) {
		t.Errorf("%s: a text has become %s", where, html)
	}
}

// strange are the elements that no page of ours has.
func strange(page *uitest.Page) []string {
	found := uitest.Eval[[]string](page, `[...document.querySelectorAll("img[src=x], svg[onload], script:not([src]), [onerror], [onload], [onclick], [onmouseover], a[href^='javascript:' i], form[action^='javascript:' i], style")].map((e) => e.outerHTML.slice(0, 150))`)
	return found
}
