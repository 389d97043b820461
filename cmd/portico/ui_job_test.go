package main

import (
	"bytes"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/ports/web/uitest"

	"github.com/google/uuid"
)

// mainJob is the product's reason: S1.1, S1.2, S1.4, S1.9, S1.10, S1.17 to S1.23, S1.i1, S1.i3, S1.i8, S1.i13, S1.i19,
// S1.i20, S1.i22, L1, U1, U2, U4, U7.
func mainJob(t *testing.T, p *portal) {
	staff := uitest.Open(t)
	link := newLinkByHand(t, p, staff)

	// The mail, to each of the two, with a secret of their own.
	first, second := p.mailed(t, "ingrid@solberg.example"), p.mailed(t, "books@keeper.example")
	if first == second {
		t.Error("both recipients got the same secret (S1.i20)")
	}
	letter := p.letters(t, "ingrid@solberg.example")[0]
	day := time.Now().In(time.FixedZone("", 0)).AddDate(0, 0, 9).Format("2 January 2006")
	if !regexp.MustCompile(`(?s)<a [^>]*class="button"[^>]*>Upload Files</a></p>\s*<p[^>]*><em>This link expires on [A-Z][a-z]+day ` + day + `[^<]*time[^<]*</em>`).MatchString(letter.HTML) {
		t.Errorf("no button with the date in italics beneath it (S1.9, S1.10, S1.i22):\n%s", letter.HTML)
	}
	if !strings.Contains(letter.Text, p.base+first) || !strings.Contains(letter.Text, day) {
		t.Errorf("the text of the mail lacks the address or the date:\n%s", letter.Text)
	}

	// Looking at the first page is nothing.
	before := p.events(t, link)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		program{t: t}.ask(method, p.base+first, http.StatusOK, nil, "User-Agent", "Scanner")
	}
	person := uitest.Open(t, uitest.Phone(390, 844))
	person.Visit(p.base + first)
	if n := uitest.Eval[int](person, `document.querySelectorAll("button").length`); n != 1 {
		t.Errorf("the first page has %d buttons", n)
	}
	if now := p.events(t, link); now != before {
		t.Errorf("looking added %d events (L1, S1.i19)", now-before)
	}
	person.Click("button", "Continue to upload files")
	person.WaitFor("heading", "Send files to Quick & Sons")
	person.Wait("Bank statements") // what is wanted
	if now := p.events(t, link); now != before+1 {
		t.Errorf("redeeming added %d events", now-before)
	}

	sendTwo(t, p, person, staff, link)

	// What comes too late is refused, in words, and does nothing (S1.22, S1.i4).
	sent := p.state(t, sentLink{path: first}).Files[0]
	for _, late := range []struct{ method, path, body string }{
		{http.MethodPut, "/name", `{"name":"Too late"}`}, {http.MethodDelete, "", ""},
	} {
		_, raw := program{t: t}.ask(late.method, p.base+first+"/files/"+sent.ID+late.path, http.StatusConflict, []byte(late.body), "Content-Type", "application/json")
		if told := read[struct{ Type, Detail string }](t, raw); told.Detail == "" || !strings.Contains(told.Type, "window") {
			t.Errorf("too late for %s: %s", late.method, raw)
		}
	}

	// The practice has it, by itself.
	staff.Visit(p.base + "/inbox")
	staff.WaitFor("link", "Download Bank statement March.pdf")
	for _, never := range []string{"scan0001", "Private.txt"} {
		if strings.Contains(strings.ReplaceAll(staff.Text(), "sent as scan0001.pdf", ""), never) {
			t.Errorf("the inbox shows %s:\n%s", never, staff.Text())
		}
	}
	name, content := staff.Download(func() { staff.Click("link", "Download Bank statement March.pdf") })
	if name != "Bank statement March.pdf" || !bytes.Equal(content, page("March")) {
		t.Errorf("downloaded %q with %d bytes", name, len(content))
	}
	eventually(t, "one notice that names the file (S1.i8)", func() bool {
		notices := 0
		for _, l := range p.letters(t, p.brisk.email) {
			if strings.Contains(l.Text, "Ingrid Solberg") {
				notices++
				if !strings.Contains(l.Text, "Bank statement March.pdf") || strings.Contains(l.Text, "Private") {
					t.Errorf("the notice says:\n%s", l.Text)
				}
			}
		}
		return notices == 1
	})
}

// newLinkByHand signs in, adds a client and sends them a link, and somebody else as well.
func newLinkByHand(t *testing.T, p *portal, staff *uitest.Page) (link uuid.UUID) {
	staff.Visit(p.base + "/")
	staff.Fill("E-mail address", p.brisk.email)
	staff.Fill("Password", p.brisk.password)
	staff.Click("button", "Sign in")
	staff.WaitFor("heading", "Clients")
	staff.Click("link", "New client")
	staff.Fill("Name", "Ingrid Solberg")
	staff.Fill("E-mail address (optional)", "ingrid@solberg.example")
	staff.Click("button", "Add client")
	staff.WaitFor("heading", "Ingrid Solberg")
	staff.Click("link", "New upload link")
	staff.WaitFor("heading", "New upload link")
	if named := uitest.Eval[string](staff, `document.querySelector("#recipient-1-email").value`); named != "ingrid@solberg.example" {
		t.Errorf("the first recipient is %q, not the client", named)
	}
	staff.Fill("Name of recipient 2", "Dele the bookkeeper")
	staff.Fill("E-mail address of recipient 2", "books@keeper.example")
	staff.Fill("Message (optional)", "The year end is near.")
	staff.Fill("What you need (optional, one thing per line)", "Bank statements")
	staff.Fill("Works until the end of", time.Now().AddDate(0, 0, 9).Format(time.DateOnly))
	staff.Click("button", "Send upload link")
	staff.WaitFor("heading", "Upload link for Ingrid Solberg")
	staff.Wait("Dele the bookkeeper")
	return uuid.MustParse(path.Base(staff.Path()))
}

// sendTwo uploads two files, renames the first, deletes the second, and watches the countdown to its end.
func sendTwo(t *testing.T, p *portal, person, staff *uitest.Page, link uuid.UUID) {
	person.Choose("Choose photos or files", file(t, "scan0001.pdf", page("March")))
	person.WaitFor("link", "Rename scan0001.pdf")
	person.Click("link", "Rename scan0001.pdf")
	person.WaitFor("dialog", "Rename file")
	if typed := uitest.Eval[string](person, `document.querySelector("#rename-name").value`); typed != "scan0001" {
		t.Errorf("the dialog offers %q; the ending is not to be typed (S1.i13)", typed)
	}
	person.Fill("Name", "Bank statement March")
	person.Click("button", "Save")
	person.WaitFor("link", "Delete Bank statement March.pdf")

	// A second file: both have the whole window again (S1.19, U1).
	person.Choose("Add a file", file(t, "Private.txt", []byte("Not for you.\n")))
	person.WaitFor("link", "Delete Private.txt")
	first := uitest.Eval[string](person, `document.querySelector("#countdown").textContent`)
	person.Click("link", "Delete Private.txt")
	person.WaitFor("dialog", "Delete this file?")
	person.Click("button", "Delete")
	person.Gone("Private.txt")

	// The practice knows that something is on its way, and nothing else (S1.i1, U2).
	staff.Visit(p.base + "/upload-links/" + link.String())
	staff.Wait("1 arriving")
	for _, secret := range []string{"Bank statement", ".pdf", "scan", "Private"} {
		if main := uitest.Eval[string](staff, `document.querySelector("#list").textContent`); strings.Contains(main, secret) {
			t.Errorf("the practice sees %q within the window: %s", secret, main)
		}
	}
	person.Until("the countdown ticks (S1.i3)", func() string {
		if now := uitest.Eval[string](person, `document.querySelector("#countdown").textContent`); now == first {
			return "it stands at " + now
		}
		return ""
	})
	person.Click("link", "Rename Bank statement March.pdf")
	person.WaitFor("dialog", "Rename file")
	person.WaitNo("dialog", "Rename file") // its time is over: nobody types for nothing
	person.Wait("Sent to Quick & Sons · ") // without a reload: S1.i3, S1.22
	person.WaitNo("link", "Rename Bank statement March.pdf")
	person.WaitNo("link", "Delete Bank statement March.pdf")
	person.WaitNo("button", "I’m done, send now")
	if visits := person.Requests("/up/"+link.String()+"/", http.MethodGet); len(visits) == 0 {
		t.Error("the page never asked how things are")
	}
	if again := uitest.Eval[int](person, `performance.getEntriesByType("navigation").filter((n) => n.type === "reload").length`); again != 0 {
		t.Error("the page was reloaded")
	}
}

// arriving: what the practice sees comes and goes on open pages by itself, and is neutral (S1.i1, S1.i7, U2).
func arriving(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Arne Aasen")
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.Wait("Nothing has been sent through this link yet.")
	person := uitest.Open(t)
	p.enter(person, l)
	person.Choose("Add a file", file(t, "One.pdf", page("One")), file(t, "Two.pdf", page("Two")))
	person.WaitFor("link", "Rename One.pdf")
	person.WaitFor("link", "Rename Two.pdf")
	staff.Wait("2 arriving")
	if strings.Contains(staff.Text(), ".pdf") {
		t.Errorf("the practice sees a name: %s", staff.Text())
	}
	for _, name := range []string{"One.pdf", "Two.pdf"} { // deleting all cancels: the practice gets nothing (S1.i7)
		person.Click("link", "Delete "+name)
		person.Click("button", "Delete")
		person.WaitNo("link", "Delete "+name)
	}
	person.WaitNo("button", "I’m done, send now")
	staff.Gone("arriving")
	staff.Wait("Nothing has been sent through this link yet.")
}

// sendEarly ends the window early (U3), for good (S1.22), and leaves a receipt; then it tries the link's right elsewhere.
func sendEarly(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Berit Bakke")
	person := uitest.Open(t)
	p.enter(person, l)
	person.Choose("Add a file", file(t, "Lease of Berit.pdf", page("Lease")))
	person.WaitFor("link", "Rename Lease of Berit.pdf")
	person.Click("button", "I’m done, send now")
	person.Wait("Sent to Harbour & Finch · ")
	person.WaitNo("link", "Delete Lease of Berit.pdf")
	person.Until("screen readers hear of it (S1.i26)", func() string {
		if said := uitest.Eval[string](person, `document.querySelector("[role=status]#status").textContent`); !strings.Contains(said, "have been sent") {
			return "they heard " + said
		}
		return ""
	})
	staff := p.staffPage(t, p.calm)
	if got := p.arrived(t, staff, "Lease of Berit.pdf"); !bytes.Equal(got, page("Lease")) {
		t.Errorf("%d bytes arrived", len(got))
	}
	person.Reload()
	person.Wait("Sent to Harbour & Finch · ") // the receipt stays

	// The right of a link is of that link alone: it shows nothing of the practice (S1.3), and whoever opens a link while
	// they are signed in stays so (L9).
	person.Allow("401")
	person.Visit(p.base + "/clients")
	person.WaitFor("heading", "Sign in")
	p.enter(staff, l)
	staff.Visit(p.base + "/clients")
	staff.WaitFor("heading", "Clients")
}

// twoDevices: the window is the server's; a phone shows what the computer shows (S1.i2, U7). The phone's clock is wrong.
func twoDevices(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Cato Crane")
	desk := uitest.Open(t, uitest.Zone("Asia/Tokyo"))
	p.enter(desk, l)
	desk.Wait("UK time")
	desk.Wait("(Tokyo) where you are.") // S1.i22: the practice's day, and the reader's own time
	desk.Choose("Add a file", file(t, "Deed.pdf", page("Deed")))
	desk.WaitFor("link", "Rename Deed.pdf")
	phone := uitest.Open(t, uitest.Phone(390, 844), uitest.ClockOff(-3*time.Hour))
	p.enter(phone, l)
	phone.WaitFor("link", "Rename Deed.pdf")
	left := func(p *uitest.Page) int {
		return uitest.Eval[int](p, `document.querySelector("#countdown").textContent.split(":").reduce((m, s) => m * 60 + Number(s), 0)`)
	}
	if a, b := left(desk), left(phone); a-b > 2 || b-a > 2 || a < 500 || a > 600 {
		t.Errorf("the computer shows %d seconds, the phone %d", a, b)
	}
	phone.Click("link", "Delete Deed.pdf")
	phone.Click("button", "Delete")
	phone.Gone("Deed.pdf")
	desk.Reload()
	desk.WaitFor("button", "Add a file")
	if strings.Contains(desk.Text(), "Deed.pdf") {
		t.Error("the computer still shows what the phone has deleted")
	}
}

// anotherDay: the same mail opens again to add files; what went before stays as it is (S1.24, S1.i6, S1.i12).
func anotherDay(t *testing.T, p *portal) {
	l := p.sendAgo(t, p.calm, "Dag Dahl", 3*24*time.Hour, 14)
	first := uitest.Open(t)
	p.enter(first, l)
	first.Choose("Add a file", file(t, "June.pdf", page("June")))
	first.WaitFor("link", "Rename June.pdf")
	first.Click("button", "I’m done, send now")
	first.Wait("Sent to Harbour & Finch · ")

	again := uitest.Open(t) // knows nothing of the first
	p.enter(again, l)
	again.Wait("Sent to Harbour & Finch · ")
	again.Choose("Add a file", file(t, "June.pdf", page("June, corrected")))
	again.WaitFor("link", "Rename June (2).pdf")
	again.Wait("a file of that name was here already")
	if again.Has("link", "Rename June.pdf") || again.Has("link", "Delete June.pdf") {
		t.Error("what was sent can be changed again (S1.i6)")
	}
	again.Click("button", "I’m done, send now")
	again.WaitNo("link", "Rename June (2).pdf")
	staff := p.staffPage(t, p.calm)
	if got := p.arrived(t, staff, "June (2).pdf"); !bytes.Equal(got, page("June, corrected")) {
		t.Errorf("%d bytes arrived", len(got))
	}
	staff.WaitFor("link", "Download June.pdf")
}
