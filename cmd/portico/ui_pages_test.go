package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	contactapp "portico/app/contact"
	firmapp "portico/app/firm"
	"portico/app/secret"
	taskapp "portico/app/task"
	linkapp "portico/app/uploadlink"
	"portico/domain/contact"
	"portico/domain/task"
	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
)

// expired: after its date a link does nothing, and says what to do (S1.11, L6).
func expired(t *testing.T, p *portal) {
	l := p.lapsed(t, p.calm, "Liv Lund")
	person := uitest.Open(t, uitest.Phone(390, 844))
	person.Allow("410")
	if status := person.Visit(p.base + l.path); status != http.StatusGone {
		t.Errorf("status %d", status)
	}
	person.WaitFor("heading", "This link has expired")
	person.Wait("UK time")
	person.Wait("Ask Mary O’Neill of Harbour & Finch for a new link")
	if person.Has("button", "Continue to upload files") {
		t.Error("there is a button")
	}
	person.Axe("expired")
	person.Set(uitest.Phone(320, 640), uitest.Dark())
	person.Axe("expired, dark")
	person.Fits("expired")
}

// lapsed is a link that expired nearly two weeks ago; its mail is not sent any more, so its secret is made here.
func (p *portal) lapsed(t *testing.T, pr practice, person string) sentLink {
	t.Helper()
	l := sentLink{id: newID(t), person: person}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	links := linkapp.Commands{Events: earlier{p.house.store, 20 * day}, Policies: p.house.firmList}
	res, err := links.Issue(t.Context(), linkapp.Issue{
		By: pr.by(), ID: l.id, Recipients: []linkapp.NewRecipient{{Name: person, Email: "nobody@example.org"}},
		ExpiresOn: time.Now().AddDate(0, 0, -13), Zone: zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	holder, err := (&demo{house: p.house, firm: pr.firm}).holder(t.Context(), l.id)
	if err != nil {
		t.Fatal(err)
	}
	l.path = "/u/" + p.keys.links.UploadLink(secret.UploadToken{Link: l.id, Recipient: holder.Recipient, Generation: holder.Generation}).Reveal()
	if _, err := p.house.linkList.Wait(t.Context(), res.Position); err != nil {
		t.Fatal(err)
	}
	return l
}

// revokedMidway: at the next request nothing works any more, not even an upload that is under way (L3, S1.i18).
func revokedMidway(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Mads Moe")
	person := uitest.Open(t)
	person.Allow("410", "ERR_")
	p.enter(person, l)
	person.Slow(trickle / 4)
	person.Choose("Add a file", file(t, "Ledger.csv", long(3<<20)))
	half(p, t, person)

	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.Click("DisclosureTriangle", "Revoke this link")
	staff.Fill("Reason (only you see it)", "Sent to the wrong Mads")
	staff.Click("button", "Revoke link")
	staff.Wait("Revoked")

	person.Slow(0)
	person.Wait("closed")
	person.Until("the upload has ended", func() string {
		if person.Has("button", "Pause Ledger.csv") {
			return "it goes on"
		}
		return ""
	})
	if strings.Contains(person.Text(), "wrong Mads") {
		t.Error("the person reads the reason")
	}
	person.Visit(p.base + l.path)
	person.WaitFor("heading", "This link has been closed")
	person.Wait("reply to the e-mail that brought you here")
	person.Axe("revoked")
}

// replaced: a newer mail ends the older link, which says so, and to which address (S1.12, S1.i17, L2).
func replaced(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Nora Nygaard")
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.Click("button", "Send again")
	staff.Wait("Mailed")
	var newer string
	eventually(t, "a newer mail", func() bool { newer = p.mailed(t, "nora.nygaard@example.org"); return newer != l.path })
	person := uitest.Open(t)
	person.Allow("410")
	if status := person.Visit(p.base + l.path); status != http.StatusGone {
		t.Errorf("status %d", status)
	}
	person.WaitFor("heading", "There is a newer link")
	text := person.Text()
	if strings.Contains(text, "nora.nygaard@") || !strings.Contains(text, "@example.org") || !strings.Contains(text, time.Now().Format("January 2006")) {
		t.Errorf("the page says: %s", text)
	}
	person.Axe("replaced")
	l.path = newer
	p.enter(person, l)
}

// withoutScript: everything works by plain forms; only the ticking is missing.
func withoutScript(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Odd Olsen")
	person := uitest.Open(t, uitest.WithoutScript())
	person.Visit(p.base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Upload")
	if person.Has("button", "Add a file") || person.Has("button", "Take a photo") {
		t.Error("there are buttons that need a script")
	}
	person.Attach("#plain-files", file(t, "Deed.pdf", page("Deed")), file(t, "Wrong.pdf", page("Wrong")))
	person.Click("button", "Upload")
	person.WaitFor("link", "Rename Deed.pdf")
	person.Wait("left")
	person.Axe("upload without script")
	person.Click("link", "Rename Deed.pdf")
	person.WaitFor("heading", "Rename file")
	person.Axe("rename without script")
	person.Fill("Name", "a/b")
	person.Allow("422")
	person.Click("button", "Save")
	person.Wait("Leave them out.")
	person.Fill("Name", "Deed of the house")
	person.Click("button", "Save")
	person.WaitFor("link", "Delete Deed of the house.pdf")
	person.Click("link", "Delete Wrong.pdf")
	person.WaitFor("heading", "Delete this file?")
	person.Axe("delete without script")
	person.Click("button", "Delete")
	person.WaitNo("link", "Delete Wrong.pdf")
	p.released(t, person, "Deed of the house.pdf", page("Deed"))
}

// keyboard: the main job without a mouse (S1.20, S1.21, S1.i26): every step is reached with Tab, and the focus is never lost.
func keyboard(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Per Pettersen")
	person := uitest.Open(t)
	person.Visit(p.base + l.path)
	person.Tab("Continue to upload files")
	person.Press(kb.Enter)
	person.WaitFor("button", "Add a file")
	person.Press(kb.Tab)
	if at := person.Focus(); at != "Skip to the page" {
		t.Errorf("the first Tab leads to %q", at)
	}
	person.Tab("Choose photos or files")
	person.ChooseBy(func() { person.Press(kb.Enter) }, file(t, "Deed.pdf", page("Deed")))
	person.WaitFor("link", "Rename Deed.pdf")
	person.Tab("Rename Deed.pdf")
	person.Press(kb.Enter)
	person.WaitFor("dialog", "Rename file")
	if at := person.Focus(); at != "Name" {
		t.Errorf("the dialog puts the focus on %q", at)
	}
	person.Press(kb.Escape)
	person.WaitNo("dialog", "Rename file")
	if at := person.Focus(); at != "Rename Deed.pdf" {
		t.Errorf("closing the dialog puts the focus on %q", at)
	}
	person.Press(kb.Enter)
	person.WaitFor("dialog", "Rename file")
	person.Allow("422")
	person.Press("title/deed")
	person.Press(kb.Enter)
	person.Wait("Leave them out.") // S1.i13, in the dialog
	person.Fill("Name", "Title deed")
	person.Press(kb.Enter)
	person.WaitFor("link", "Delete Title deed.pdf")
	person.Tab("Delete Title deed.pdf")
	person.Press(kb.Enter)
	person.WaitFor("dialog", "Delete this file?")
	if at := person.Focus(); at != "Keep it" {
		t.Errorf("the question begins at %q, not at what does no harm", at)
	}
	person.Press(kb.Enter)
	person.WaitNo("dialog", "Delete this file?")
	person.Tab("I’m done, send now")
	person.Press(kb.Enter)
	person.Wait("Sent to " + p.calm.name + " · ")
	person.Until("the focus goes to the list", func() string {
		if at := person.Focus(); at != "Your files" {
			return "it is on " + at
		}
		return ""
	})
}

// pressed: the button of a mail works where dev shows the mail: the first thing in its frame leads where the mail leads.
func pressed(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Siri Sand")
	reader := uitest.Open(t)
	reader.Visit(p.base + "/dev/mail")
	reader.Wait("siri.sand@example.org")
	reader.Visit(p.base + "/dev/mail/" + p.letters(t, "siri.sand@example.org")[0].ID)
	reader.Until("Tab leads into the mail", func() string {
		reader.Press(kb.Tab)
		if at := uitest.Eval[string](reader, `document.activeElement.tagName`); at != "IFRAME" {
			return "it is on " + at
		}
		return ""
	})
	reader.Press(kb.Enter)
	reader.WaitTab(p.base + l.path)
}

// mistakes: choosing a client saves typing; what is wrong is said beside the field and above the form, and what was typed
// stays.
func mistakes(t *testing.T, p *portal) {
	staff := p.staffPage(t, p.calm)
	staff.Allow("422", "401", "403")
	l := p.send(t, p.calm, "Tove Torp")
	staff.Visit(p.base + "/upload-links/new")
	for _, c := range []struct{ client, email string }{{l.client.String(), "tove.torp@example.org"}, {"", ""}} { // a suggestion goes as it came
		uitest.Eval[bool](staff, fmt.Sprintf(`(() => { const s = document.querySelector("#client"); s.value = %q; return s.dispatchEvent(new Event("change", { bubbles: true })) })()`, c.client))
		if named := uitest.Eval[string](staff, `document.querySelector("#recipient-1-email").value`); named != c.email {
			t.Errorf("choosing the client %q fills the first recipient with %q", c.client, named)
		}
	}
	staff.Fill("Name of recipient 1", "Quentin")
	staff.Fill("E-mail address of recipient 1", "nowhere")
	staff.Click("button", "Send upload link")
	staff.WaitFor("alert", "")
	staff.Wait("Please check one thing")
	staff.Axe("a form with a mistake")
	if typed := uitest.Eval[string](staff, `document.querySelector("#recipient-1-email").value`); typed != "nowhere" {
		t.Errorf("what was typed is %q now", typed)
	}
	stranger := uitest.Open(t)
	stranger.Allow("401", "403", "422")
	stranger.Visit(p.base + "/clients")
	stranger.Fill("E-mail address", "nobody@harbour.example")
	stranger.Fill("Password", "open sesame, please")
	stranger.Click("button", "Sign in")
	stranger.WaitFor("alert", "")
	stranger.Axe("sign-in refused")
}

// view is a page, and how to come to it.
type view struct {
	name string
	path string
	open func(*uitest.Page)
}

// looks: every page in every size, light and dark: no rule of accessibility broken, nothing sticks out at 320 pixels, and
// clients' targets are as large as fingers (WCAG 1.4.10, 2.5.8).
func looks(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Rune Rolfsen")
	holder := uitest.Open(t)
	p.enter(holder, l)
	holder.Choose("Add a file", file(t, "Deed with quite a long name, as scanners and people give them.pdf", page("Deed")))
	holder.WaitFor("button", "I’m done, send now")
	holder.Click("button", "I’m done, send now")
	holder.Wait("Sent to " + p.calm.name + " · ")
	holder.Choose("Add a file", file(t, "Second.pdf", page("Second")))
	holder.WaitFor("link", "Rename Second.pdf")
	letter := p.letters(t, "rune.rolfsen@example.org")[0]
	template := newID(t)
	if _, err := p.house.firms.SaveTemplate(t.Context(), firmapp.SaveTemplate{
		By: p.calm.by(), ID: p.calm.id, Template: template, Name: "Year end, for companies that have a bookkeeper", Text: strings.Repeat("Please send your papers. ", 20),
	}); err != nil {
		t.Fatal(err)
	}
	shown, err := p.house.linkList.Link(t.Context(), p.calm.firm, l.id)
	if err != nil || len(shown.Files) != 1 {
		t.Fatalf("the practice has %+v, %v", shown.Files, err)
	}
	sent := shown.Files[0]
	person, asked := newID(t), newID(t)
	if _, err := p.house.contacts.Add(t.Context(), contactapp.Add{By: p.calm.by(), ID: person, Details: contact.Entry{Given: "Rune", Family: "Rolfsen", Email: "rune.rolfsen@example.org"}}); err != nil {
		t.Fatal(err)
	}
	r, err := p.house.tasks.Assign(t.Context(), taskapp.Assign{By: p.calm.by(), Contact: person, Task: task.Assigning{
		Task: asked, Kind: task.Documents, Title: "Papers of the year", Zone: "Europe/London", DueOn: time.Now().AddDate(0, 0, 5).Format(time.DateOnly),
		Items: []task.Asking{{ID: newID(t), Title: "Bank statements to the end of the year"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := p.house.linkList.Wait(t.Context(), r.Position); !ok || err != nil {
		t.Fatal(ok, err)
	}
	staff := []view{
		{name: "file", path: "/files/" + sent.ID.String()}, {name: "sending", path: "/batches/" + sent.Batch.String()},
		{name: "settings", path: "/settings/uploads"}, {name: "new template", path: "/settings/templates/new"}, {name: "template", path: "/settings/templates/" + template.String()},
		{name: "clients", path: "/clients"}, {name: "new client", path: "/clients/new"}, {name: "edit client", path: "/clients/" + l.client.String() + "/edit"}, {name: "contacts", path: "/contacts"},
		{name: "tasks", path: "/tasks"}, {name: "board", path: "/tasks?view=board"}, {name: "new task", path: "/tasks/new?client=" + l.client.String()}, {name: "task", path: "/tasks/" + asked.String()},
		{name: "reminders", path: "/reminders"}, {name: "questionnaires", path: "/forms"}, {name: "cadences", path: "/settings/reminders"}, {name: "new webhook", path: "/settings/webhooks/new"},
		{name: "client", path: "/clients/" + l.client.String()}, {name: "links", path: "/upload-links"},
		{name: "new link", path: "/upload-links/new?client=" + l.client.String()}, {name: "link", path: "/upload-links/" + l.id.String()},
		{name: "the practice's receipt", path: "/upload-links/" + l.id.String(), open: func(v *uitest.Page) { v.Click("link", "Receipt") }},
		{name: "inbox", path: "/inbox"}, {name: "messages", path: "/messages"}, {name: "account", path: "/account"}, {name: "mails", path: "/dev/mail"}, {name: "mail", path: "/dev/mail/" + letter.ID},
	}
	visitor := []view{
		{name: "door", path: l.path}, {name: "upload", path: "/up/" + l.id.String() + "/"}, {name: "login", path: "/login"},
		{name: "receipt", path: "/up/" + l.id.String() + "/", open: func(v *uitest.Page) { v.Click("link", "Receipt") }}, {name: "check a receipt", path: "/verify"},
		{name: "rename", path: "/up/" + l.id.String() + "/", open: func(v *uitest.Page) { v.Click("link", "Rename Second.pdf") }},
		{name: "delete", path: "/up/" + l.id.String() + "/", open: func(v *uitest.Page) { v.Click("link", "Delete Second.pdf") }},
		{name: "ask to withdraw", path: "/up/" + l.id.String() + "/", open: func(v *uitest.Page) { v.Click("link", "Ask to withdraw "+sent.Name) }},
		{name: "ask to withdraw, on a page", path: "/up/" + l.id.String() + "/files/" + sent.ID.String() + "/withdrawal"},
	}
	desk := []uitest.Setting{uitest.Size(1360, 860), uitest.Light()}
	phone := []uitest.Setting{uitest.Phone(320, 640), uitest.Dark()}
	for _, group := range []struct {
		page   *uitest.Page
		views  []view
		target int // pixels that a finger or a mouse gets; 0: not measured
	}{
		{p.staffPage(t, p.calm, desk...), staff, 0}, {p.staffPage(t, p.calm, phone...), staff, 24},
		{uitest.Open(t, desk...), visitor, 0}, {uitest.Open(t, phone...), visitor, 44},
	} {
		if &group.views[0] == &visitor[0] {
			p.enter(group.page, l)
		}
		for _, v := range group.views {
			where := v.name
			if group.target > 0 {
				where += " on a phone"
			}
			group.page.Visit(p.base + v.path)
			if v.open != nil {
				v.open(group.page)
			}
			group.page.Axe(where)
			group.page.Fits(where)
			if group.target > 0 {
				group.page.Small(where, group.target)
				group.page.Set(uitest.Phone(390, 844))
				group.page.Fits(where + ", a larger one")
				group.page.Set(uitest.Phone(320, 640))
			}
		}
	}
}
