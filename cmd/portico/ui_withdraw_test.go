package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
)

// withdrawWalks are what happens after the window: a sent file is asked back, and the practice takes several at once.
var withdrawWalks = map[string]func(*testing.T, *portal){
	"asked back, kept, asked again, destroyed": withdrawn,
	"asked back without script":                askedBackByForms,
	"several files as one archive":             together,
}

var filePath = regexp.MustCompile(`/files/[0-9a-f-]{36}`)

// withdrawn: a file that has been sent is asked back, in a window of its own and by keyboard; the practice keeps it for a
// reason, then gives it up. Its bytes are gone, and both sides read what was decided (U5).
func withdrawn(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Vigdis Vik")
	person, kept := uitest.Open(t), " · you asked to withdraw it; "+p.calm.name+" keeps it: It is in the return"
	p.enter(person, l)
	person.Choose("Add a file", file(t, "Wrong month.pdf", page("Wrong month")))
	person.WaitFor("link", "Rename Wrong month.pdf")
	if person.Has("link", "Ask to withdraw Wrong month.pdf") {
		t.Error("a file that can be deleted can be asked back")
	}
	person.Click("button", "I’m done, send now")
	person.WaitFor("link", "Ask to withdraw Wrong month.pdf")
	person.Tab("Ask to withdraw Wrong month.pdf")
	person.Press(kb.Enter)
	person.WaitFor("dialog", "Ask to withdraw this file?")
	person.Axe("asking to withdraw")
	if at := person.Focus(); at != "Why? (optional)" {
		t.Errorf("the dialog puts the focus on %q", at)
	}
	person.Press(kb.Escape)
	person.WaitNo("dialog", "Ask to withdraw this file?")
	if at := person.Focus(); at != "Ask to withdraw Wrong month.pdf" {
		t.Errorf("closing the dialog puts the focus on %q", at)
	}
	person.Press(kb.Enter)
	person.WaitFor("dialog", "Ask to withdraw this file?")
	person.Press("It is <b>March</b>")
	person.Tab("Ask to withdraw")
	person.Press(kb.Enter)
	person.Wait(p.calm.name + " has not answered yet")
	person.WaitNo("link", "Ask to withdraw Wrong month.pdf")

	at := filePath.FindString(p.told(t, p.calm.email, "Somebody asks to withdraw a file", "Wrong month.pdf", "> It is <b>March</b>"))
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/inbox")
	staff.Wait("to withdraw a file")
	staff.Visit(p.base + at)
	staff.WaitFor("heading", "Vigdis Vik asks to withdraw this file")
	staff.Wait("It is <b>March</b>")
	staff.Axe("a file that is asked back")
	staff.Fill("Why you keep it", "It is in the return")
	staff.Click("button", "Keep the file")
	staff.Wait("and you kept it")
	p.told(t, "vigdis.vik@example.org", "Your file is kept", "Wrong month.pdf", "> It is in the return")
	person.Reload()
	person.Wait(kept)

	knowsList(person)
	person.Click("link", "Ask to withdraw Wrong month.pdf")
	person.WaitFor("dialog", "Ask to withdraw this file?")
	person.Click("button", "Ask to withdraw")
	person.Wait(p.calm.name + " has not answered yet")
	id := strings.TrimPrefix(at, "/files/")
	if !p.stored(t, id) {
		t.Fatal("its bytes aren't found even before")
	}
	staff.Visit(p.base + at)
	staff.Click("DisclosureTriangle", "Give the file up")
	staff.Click("button", "Destroy the file")
	staff.Wait("1 file was withdrawn by its sender and destroyed.")
	staff.Axe("a link with a withdrawn file")
	eventually(t, "the bytes are destroyed", func() bool { return !p.stored(t, id) })
	staff.Allow("410")
	for _, path := range []string{at, at + "/content"} {
		if status := staff.Visit(p.base + path); status != http.StatusGone {
			t.Errorf("%s answers %d", path, status)
		}
		staff.Wait("withdrawn by the person who sent it")
	}
	p.told(t, "vigdis.vik@example.org", "Your file has been withdrawn", "Wrong month.pdf")
	person.Reload()
	person.Wait("Withdrawn: " + p.calm.name + " has destroyed it.")
	person.Axe("a withdrawn file")
	if person.Has("link", "Ask to withdraw Wrong month.pdf") {
		t.Error("it can be asked back once more")
	}
}

// letGo ends the time for which mails about files that are asked back are held. The worker looks every half minute.
func (p *portal) letGo(t *testing.T) {
	t.Helper()
	if _, err := p.house.db.Work.Exec(t.Context(), `
		UPDATE es.effects SET due_at = clock_timestamp() WHERE kind = 'mail.withdrawal_request' AND state = 'waiting' AND attempts = 0`); err != nil {
		t.Fatal(err)
	}
}

// told waits for a mail and returns its text, which must hold all of these.
func (p *portal) told(t *testing.T, to, subject string, holds ...string) (text string) {
	t.Helper()
	there := func() bool {
		p.letGo(t)
		for _, letter := range p.letters(t, to) {
			if letter.Subject == subject && strings.Contains(letter.Text, holds[0]) {
				text = letter.Text
				return true
			}
		}
		return false
	}
	// A mail about files that are asked back is held; the worker looks every half minute.
	for end := time.Now().Add(2 * time.Minute); !there(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			var rows string
			_ = p.house.db.Work.QueryRow(t.Context(), `SELECT coalesce(string_agg(to_jsonb(e)::text, E'\n'), '') FROM es.effects e WHERE kind = 'mail.withdrawal_request'`).Scan(&rows)
			t.Fatalf("there is no mail to %s: %s; its effects:\n%s", to, subject, rows)
		}
	}
	for _, part := range holds {
		if !strings.Contains(text, part) {
			t.Errorf("the mail %q lacks %q:\n%s", subject, part, text)
		}
	}
	return text
}

// stored tells whether the bytes of a file are on the disk.
func (p *portal) stored(t *testing.T, id string) bool {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(p.folder, "files", "*", id))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return false
	}
	_, err = os.Stat(found[0])
	return err == nil
}

// askedBackByForms: the same by plain forms (U5).
func askedBackByForms(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Wenche Wold")
	person := uitest.Open(t, uitest.WithoutScript(), uitest.Phone(320, 640))
	person.Visit(p.base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Upload")
	person.Attach("#plain-files", file(t, "Deed of somebody else.pdf", page("Deed")))
	person.Click("button", "Upload")
	person.WaitFor("link", "Delete Deed of somebody else.pdf")
	person.Click("button", "I’m done, send now")
	person.Click("link", "Ask to withdraw Deed of somebody else.pdf")
	person.WaitFor("heading", "Ask to withdraw this file?")
	person.Axe("asking to withdraw, without script")
	person.Fits("asking to withdraw, without script")
	person.Small("asking to withdraw, without script", 44)
	person.Fill("Why? (optional)", "Not mine.")
	person.Click("button", "Ask to withdraw")
	person.Wait("has not answered yet")
	p.told(t, p.calm.email, "Somebody asks to withdraw a file", "Deed of somebody else.pdf", "> Not mine.")
}

// together: what was sent together stands together, and some of it comes as one archive.
func together(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Ylva Ytre")
	person := uitest.Open(t)
	p.enter(person, l)
	for _, name := range []string{"January.pdf", "February.pdf", "March.pdf"} {
		person.Choose("Add a file", file(t, name, page(name)))
		person.WaitFor("link", "Rename "+name)
	}
	person.Click("button", "I’m done, send now")
	person.WaitFor("link", "Ask to withdraw March.pdf")
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/inbox")
	staff.WaitFor("link", "Download all 3 (zip) from Ylva Ytre")
	name, content := staff.Download(func() { staff.Click("link", "Download all 3 (zip) from Ylva Ytre") })
	if !strings.HasPrefix(name, "Ylva Ytre") || !strings.HasSuffix(name, ".zip") {
		t.Errorf("it is saved as %q", name)
	}
	holdsPages(t, content, "January.pdf", "February.pdf", "March.pdf")

	person.Choose("Add a file", file(t, "April.pdf", page("April.pdf")))
	person.WaitFor("link", "Rename April.pdf")
	person.Click("button", "I’m done, send now")
	person.WaitFor("link", "Ask to withdraw April.pdf")
	marked := func(name string) bool {
		return uitest.Eval[bool](staff, fmt.Sprintf(`[...document.querySelectorAll("article.table-card")].find((s) => s.innerText.includes(%q)).querySelector("new-mark").checkVisibility()`, name))
	}
	staff.Visit(p.base + "/inbox")
	staff.WaitFor("link", "April.pdf")
	if !marked("April.pdf") || marked("January.pdf") {
		t.Error("what came since the last visit is not marked, or what was there is")
	}
	staff.Reload()
	staff.WaitFor("link", "April.pdf")
	if marked("April.pdf") {
		t.Error("what has been looked at is marked as new")
	}

	staff.Click("checkbox", "Choose January.pdf")
	staff.Click("checkbox", "Choose March.pdf")
	staff.WaitFor("button", "Download 2 files (zip)")
	_, content = staff.Download(func() { staff.Click("button", "Download 2 files (zip)") })
	holdsPages(t, content, "January.pdf", "March.pdf")

	staff.Visit(p.base + "/clients/" + l.client.String())
	staff.Fill("Find a file by its name", "febru")
	staff.Press(kb.Enter)
	staff.Gone("January.pdf")
	staff.WaitFor("link", "February.pdf")
	staff.Axe("files of a client, by name")
	staff.Fill("Find a file by its name", "%")
	staff.Press(kb.Enter)
	staff.Wait("No file’s name holds “%”")
}

// holdsPages wants exactly these files in a zip, each with its page.
func holdsPages(t *testing.T, content []byte, names ...string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != len(names) {
		t.Errorf("%d files, want %d", len(z.File), len(names))
	}
	for i, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || f.Name != names[i] || !bytes.Equal(got, page(names[i])) {
			t.Errorf("file %d is %q with %d bytes, %v", i, f.Name, len(got), err)
		}
	}
}
