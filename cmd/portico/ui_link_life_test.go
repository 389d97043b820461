package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"
	"portico/ports/web/uitest"
)

// linkWalks are what happens to links beside uploads.
var linkWalks = map[string]func(*testing.T, *portal){
	"an expired link, and who asks for a new one": askedAnew,
	"asking without script":                       askedWithoutScript,
	"a copy of a link":                            handedOn,
	"a wrong address":                             wrongAddress,
	"two devices of one person":                   secondDevice,
	"a link to many":                              toMany,
	"a mail that is read first":                   readFirst,
}

// staffLink opens the page of a link.
func (p *portal) staffLink(t *testing.T, l sentLink) *uitest.Page {
	t.Helper()
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	return staff
}

// askedAnew: on the page of an expired link its holder asks for a new one with a note; the practice reads it in a mail, in
// the list and on the link's page, and one press sends a new link (S1.11, S1.12, S1.i21, S1.i24, L6).
func askedAnew(t *testing.T, p *portal) {
	l := p.lapsed(t, p.calm, "Aud Aune")
	person := uitest.Open(t, uitest.Phone(320, 640), uitest.Dark())
	person.Allow("410")
	person.Visit(p.base + l.path)
	person.WaitFor("heading", "This link has expired")
	person.Small("expired", 44)
	person.Fill("A note to Mary O’Neill of Harbour & Finch (optional)", "I was in hospital. <b>May I still send it?</b>")
	person.Click("button", "Ask for a new link")
	person.Wait("You asked for a new link")
	if person.Has("button", "Ask for a new link") {
		t.Error("the button is still there")
	}
	person.Axe("asked for a new link")
	person.Fits("asked for a new link")
	person.Reload()
	person.Wait("You asked for a new link")

	eventually(t, "a mail to the practice", func() bool {
		for _, m := range p.letters(t, p.calm.email) {
			if strings.Contains(m.Text, "Aud Aune (nobody@example.org)") && strings.Contains(m.Text, "> I was in hospital. <b>May I still send it?</b>") &&
				strings.Contains(m.Text, p.base+"/upload-links/"+l.id.String()) && !strings.Contains(m.Subject, "Aud") {
				return true
			}
		}
		return false
	})

	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links?asking")
	staff.Wait("Aud Aune")
	staff.Axe("links of which somebody asks for a new one")
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.WaitFor("heading", "Aud Aune asks for a new link")
	staff.Wait("<b>May I still send it?</b>")
	staff.Axe("a link whose holder asks for a new one")
	phone := p.staffPage(t, p.calm, uitest.Phone(320, 640), uitest.Dark())
	phone.Visit(p.base + "/upload-links/" + l.id.String())
	phone.WaitFor("heading", "Aud Aune asks for a new link")
	small(phone, "a link whose holder asks for a new one, on a phone")
	phone.Visit(p.base + "/upload-links?asking")
	small(phone, "links of which somebody asks, on a phone")
	offered := uitest.Eval[string](staff, `document.querySelector("#act [name=expires_on]").value`)
	until, err := time.ParseInLocation(time.DateOnly, offered, london(t))
	if ahead := time.Until(until); err != nil || ahead < 28*day || ahead > 31*day { // 30 days, whatever the hour
		t.Errorf("the button offers %q, %v", offered, err)
	}
	staff.Click("button", "Extend by 30 days and send again to Aud Aune")
	staff.WaitNo("heading", "Aud Aune asks for a new link")
	staff.Wait("Extended by Mary O’Neill, to the end of " + until.Format("Monday 2 January 2006"))
	staff.Wait("Sent again to Aud Aune by Mary O’Neill")

	newer := p.mailed(t, "nobody@example.org")
	if newer == l.path {
		t.Fatal("the new mail has the old secret")
	}
	person.Visit(p.base + l.path)
	person.WaitFor("heading", "There is a newer link")
	l.path = newer
	p.enter(person, l)
}

func london(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// askedWithoutScript: a form asks, and a note that is too long stays where it was typed (S1.i17, S1.i21). The practice
// says no, in one press as well.
func askedWithoutScript(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Brage Bo")
	staff := p.staffLink(t, l)
	staff.Click("button", "Send again")
	staff.Wait("Mailed again")
	person := uitest.Open(t, uitest.WithoutScript())
	person.Allow("410")
	person.Visit(p.base + l.path)
	person.WaitFor("heading", "There is a newer link")
	person.Click("button", "Ask for a new link")
	person.Wait("You asked for a new link")
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.WaitFor("heading", "Brage Bo asks for a new link")
	staff.Click("button", "No new link for Brage Bo")
	staff.WaitNo("heading", "Brage Bo asks for a new link")
	staff.Wait("request for a new link dismissed by Mary O’Neill")
	person.Reload()
	person.Wait("You asked for a new link") // and can do so again tomorrow
}

// handedOn: staff take a copy of a link, which works like the mail's and is in the history with who took it (L8). It works
// by keyboard, and without script the address is there to be selected.
func handedOn(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Cato Coll")
	staff := p.staffLink(t, l)
	if strings.Contains(uitest.Eval[string](staff, `document.documentElement.outerHTML`), "/u/") {
		t.Error("the link's page shows a secret")
	}
	staff.Click("button", "Copy link of Cato Coll")
	staff.WaitFor("heading", "Link of Cato Coll")
	staff.Axe("a copy of a link")
	address := uitest.Eval[string](staff, `document.querySelector("#address").value`)
	if address != p.base+l.path {
		t.Errorf("the copy is %q, the mail says %q", address, p.base+l.path)
	}
	staff.Tab("Copy")
	staff.Click("button", "Copy")
	staff.Until("the address is copied or selected", func() string {
		status := uitest.Eval[string](staff, `document.querySelector("copy-button [role=status]").textContent`)
		selected := uitest.Eval[string](staff, `(() => { const f = document.querySelector("#address"); return f.value.slice(f.selectionStart, f.selectionEnd) })()`)
		if status == "" || selected != address {
			return fmt.Sprintf("it says %q and has %q selected", status, selected)
		}
		return ""
	})
	if staff.Path() != "/upload-links/"+l.id.String()+"/copies" {
		t.Errorf("the address bar says %s", staff.Path())
	}
	staff.Visit(p.base + staff.Path()) // somebody comes back to that address: the link, and no secret
	staff.WaitFor("heading", "History")
	staff.Wait("Link of Cato Coll copied by Mary O’Neill")
	p.enter(uitest.Open(t), sentLink{path: strings.TrimPrefix(address, p.base)})

	plain := p.staffPage(t, p.calm, uitest.Phone(320, 640), uitest.Dark(), uitest.WithoutScript())
	plain.Visit(p.base + "/upload-links/" + l.id.String())
	small(plain, "a link on a phone")
	plain.Click("button", "Copy link of Cato Coll")
	plain.WaitFor("heading", "Link of Cato Coll")
	plain.Wait("Whoever has this address can send files in the name of Cato Coll")
	if plain.Has("button", "Copy") {
		t.Error("without script there is a button that does nothing")
	}
	small(plain, "a copy of a link on a phone")
}

// small holds a page of the practice against a small dark screen.
func small(page *uitest.Page, where string) {
	page.Axe(where)
	page.Fits(where)
	page.Small(where, 24)
}

// wrongAddress: a bounce marks the recipient; the corrected address gets a new mail, and whoever got the first one learns
// only that it was a mistake (I6, S1.i24).
func wrongAddress(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Dina Dale")
	d, err := p.house.linkList.Link(t.Context(), p.calm.firm, l.id)
	if err != nil {
		t.Fatal(err)
	}
	who := d.Recipients[0].ID
	res, err := p.house.links.RecordMail(t.Context(), linkapp.MailOutcome{
		By: es.By{Firm: p.calm.firm, Actor: event.Actor{Kind: event.System}}, Link: l.id, Secret: uploadlink.Secret{Recipient: who, Generation: 1},
		Bounced: &linkapp.Bounce{Code: "5.1.1", Detail: "there is no Dina here"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.linkList.Wait(t.Context(), res.Position); err != nil {
		t.Fatal(err)
	}
	staff := p.staffLink(t, l)
	staff.Allow("422")
	staff.Wait("there is no Dina here")
	staff.Axe("a bounced link")
	fill := func(email string) {
		uitest.Eval[bool](staff, fmt.Sprintf(`(() => { document.querySelector("#correct-%s-email").value = %q; return true })()`, who, email))
		staff.Click("button", "Correct and send again")
	}
	fill("dina@right")
	staff.Wait("Please check one thing")
	staff.Axe("a bounced link, refused")
	phone := p.staffPage(t, p.calm, uitest.Phone(320, 640), uitest.Dark())
	phone.Visit(p.base + "/upload-links/" + l.id.String())
	small(phone, "a bounced link on a phone")
	if typed := uitest.Eval[string](staff, fmt.Sprintf(`document.querySelector("#correct-%s-email").value`, who)); typed != "dina@right" {
		t.Errorf("what was typed is %q now", typed)
	}
	fill("dina@right.example")
	staff.Wait("Address of Dina Dale corrected by Mary O’Neill")
	staff.Wait("It was dina.dale@example.org")
	right := p.mailed(t, "dina@right.example")

	stranger := uitest.Open(t)
	stranger.Allow("410")
	stranger.Visit(p.base + l.path)
	stranger.Wait("It was sent to this e-mail address by mistake")
	if text := stranger.Text(); strings.Contains(text, "right.example") || strings.Contains(text, "Dina") || stranger.Has("button", "Ask for a new link") {
		t.Errorf("a stranger reads: %s", text)
	}
	stranger.Axe("a link that went to a wrong address")
	p.enter(uitest.Open(t), sentLink{path: right})
}

// secondDevice: whoever opens a link on a second device is marked for the practice, and nothing is asked of them; the first
// device's second visit is not marked (L10).
func secondDevice(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Eli Eng")
	first := uitest.Open(t, uitest.Phone(390, 844))
	p.enter(first, l)
	p.enter(first, l)
	staff := p.staffLink(t, l)
	staff.Wait("Opened by Eli Eng")
	if strings.Contains(strings.ToLower(staff.Text()), "other device") {
		t.Error("the same device is marked as another one")
	}
	p.enter(uitest.Open(t), l)
	staff.Wait("Other device") // by itself
	staff.Wait("Link of Eli Eng opened on another device")
	staff.Axe("a link on two devices")
}

// toMany: the form grows as far as a link goes, twenty recipients, each with a secret of their own (S1.i20).
func toMany(t *testing.T, p *portal) {
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/new")
	for n := 1; n <= 7; n++ {
		if n < 7 && staff.Has("textbox", fmt.Sprintf("E-mail address of recipient %d", n+1)) && n > 1 {
			t.Errorf("row %d is there before row %d is used", n+1, n)
		}
		staff.Fill(fmt.Sprintf("E-mail address of recipient %d", n), fmt.Sprintf("many%d@example.org", n))
	}
	staff.Axe("a new link to many")
	staff.Click("button", "Send upload link")
	staff.WaitFor("heading", "History")
	paths := map[string]bool{}
	for n := 1; n <= 7; n++ {
		paths[p.mailed(t, fmt.Sprintf("many%d@example.org", n))] = true
	}
	if len(paths) != 7 {
		t.Errorf("%d secrets for 7 people", len(paths))
	}
	plain := p.staffPage(t, p.calm, uitest.WithoutScript())
	plain.Visit(p.base + "/upload-links/new")
	plain.Click("DisclosureTriangle", "More recipients")
	plain.WaitFor("textbox", "E-mail address of recipient 20")
}

// readFirst: on a computer the mail is read, then its button opens the same window; the note about the expiry says the
// same in both (S1.25, S1.i22).
func readFirst(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Ferdinand Foss")
	letter := p.letters(t, "ferdinand.foss@example.org")[0]
	var d linkapp.LinkDetail
	eventually(t, "the link in the practice's list", func() (there bool) { // the mail may be quicker
		var err error
		d, err = p.house.linkList.Link(t.Context(), p.calm.firm, l.id)
		return err == nil
	})
	day := d.ExpiresAt.Add(-time.Second).In(london(t)).Format("Monday 2 January 2006")
	if note := "This link expires on " + day + ", end of day, UK time (Europe/London)"; !strings.Contains(letter.HTML, "<em>"+note+"</em>") || !strings.Contains(letter.Text, note) {
		t.Errorf("the mail lacks %q", note)
	}
	if !strings.Contains(letter.HTML, `href="`+p.base+l.path+`"`) || !strings.Contains(letter.HTML, "Mary O’Neill") || !strings.Contains(letter.HTML, "Harbour &amp; Finch") {
		t.Error("the mail lacks its link, its sender or the practice")
	}
	desk := uitest.Open(t)
	if status := desk.Visit(p.base + l.path); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	desk.Wait("This link works until the end of " + day + ", UK time (Europe/London)")
	desk.Click("button", "Continue to upload files")
	desk.WaitFor("button", "Add a file")
	desk.Wait("This link works until the end of " + day)
}
