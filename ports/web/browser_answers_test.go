package web

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	taskapp "portico/app/task"
	"portico/app/transfer/transfertest"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/task"
	"portico/ports/web/uitest"

	"github.com/google/uuid"
)

// Answers that are given without a connection wait in the browser, and go when it is back; those that were refused go when
// the page is opened again. Nobody looks through, or submits, without one that waits (issue 5 section 5).
func TestAnswersInABrowser(t *testing.T) {
	t.Parallel()
	s := filling(t).opens(t)
	p := s.comes(t, "portico-portal", visit)
	p.Allow("503", "ERR_")
	answered := func(what string, field uuid.UUID, want string) {
		t.Helper()
		p.Until(what, func() (missing string) {
			missing = "nothing has come"
			for _, e := range s.store.Stream(task.Stream(taxTask)) {
				if e, ok := e.(task.Answered); ok && e.Field == field {
					missing = "it is " + e.Value.Text
					if e.Value.Text == want {
						return ""
					}
				}
			}
			return missing
		})
	}
	p.Visit(s.base + "/portal/todos/" + taxTask.String())
	p.Offline(true)
	p.Fill("Full name…", "Ingrid Solberg")
	p.Wait("Kept in this browser")
	p.Offline(false)
	answered("given offline, sent later", taxName, "Ingrid Solberg")
	p.Wait("Saved")

	s.now(func() { s.down = true })
	p.Fill("Full name…", "Ingrid M. Solberg")
	p.Wait("Kept in this browser")
	s.now(func() { s.down = false })
	p.Reload()
	answered("refused, sent when the page is opened again", taxName, "Ingrid M. Solberg")
	until(p, "nothing is kept of what has arrived", `!Object.keys(localStorage).length`)
	until(p, "it is shown", `document.querySelector("[name='a-`+taxName.String()+`']").value === "Ingrid M. Solberg"`)

	s.now(func() { s.down = true })
	p.Fill("Full name…", "Ingrid Maria Solberg")
	p.Click("link", "Look through and submit")
	p.Wait("has not been sent yet")
	p.Visit(s.base + "/portal/todos/" + taxTask.String() + "/review")
	p.Wait("is still only in this browser")
	until(p, "nothing can be submitted meanwhile", `!document.querySelector("#submit")?.checkVisibility()`)
	s.now(func() { s.down = false })
	p.Click("link", "Send it first")
	answered("it was sent first", taxName, "Ingrid Maria Solberg")
	p.Wait("Saved")
	p.Fill("Full name…", "I. M. Solberg")
	p.Click("link", "Look through and submit")
	p.Wait("Look through your answers")
	answered("what waited for its time went before", taxName, "I. M. Solberg")
	until(p, "nothing is said of it", `!document.querySelector("answers-kept").checkVisibility()`)
}

// A file of an item stands on the page once while it comes, and what is returned waits for it and for its verdict (S2.i6, S4.i7,
// U8). What is typed with it outlives a line that is down and a session that has ended (U2).
func TestReturnInABrowser(t *testing.T) {
	t.Parallel()
	h := requests(t)
	h.plan.policy = task.FilePolicy{AtOnce: true, Scan: true}
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	s := h.opens(t)
	big := filepath.Join(t.TempDir(), "Big.pdf")
	if err := os.WriteFile(big, transfertest.PDF(1<<20+1, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.comes(t, "portico-portal", visit)
	p.Allow("503")
	s.stuck = true
	p.Visit(s.base + "/portal/todos/" + request.String())
	p.Fill("Your note : Bank statement", "All of March")
	p.Offline(true)
	p.Click("button", "Save draft")
	p.Wait("You are offline, so nothing was sent")
	p.Offline(false)
	s.now(func() { s.usher.refused = accounts.ErrSession }) // it has run out of time
	p.Click("button", "Save draft")
	p.Wait("Sign in")
	s.now(func() { s.usher.refused = nil })
	p.Visit(s.base + "/portal/todos/" + request.String())
	until(p, "who comes back finds what they typed", `document.getElementById("`+noteOf(statementItem)+`").value === "All of March"`)
	p.Choose("Choose photos or files : Bank statement", big)
	p.Wait("Connection lost")
	begun, ok := s.lastOf(request).(task.AttachmentStarted)
	if !ok {
		t.Fatalf("recorded %+v", s.lastOf(request))
	}
	rows := func(what string) string {
		return `[...document.querySelectorAll("#item-` + statementItem.String() + ` .file")].filter((row) => ` + what + `).length === 1`
	}
	tells := func(change func(f *taskapp.File)) {
		s.now(func() { change(&s.plan.files[0]) })
		s.server.Live.Stir()
	}
	s.now(func() {
		s.plan.files = []taskapp.File{{
			ID: begun.Attachment, Name: "Big.pdf", Size: begun.Size, State: taskapp.FileComing, StartedAt: noon, By: event.Actor{Kind: event.Contact, ID: ingrid.Contact}, Place: begun.Place,
		}}
	})
	tells(func(*taskapp.File) {})
	p.Until("the list of the server has it", func() string {
		s.server.Live.Stir() // who is just being connected hears of later ones only
		if uitest.Eval[bool](p, rows(`row.id`)) {
			return ""
		}
		return "it doesn’t"
	})
	until(p, "one row is to be seen", rows(`row.checkVisibility() && row.textContent.includes("Big.pdf")`))
	before := s.sent("/items")
	p.Click("button", "Return : Bank statement")
	p.Wait("This goes as soon as your files have arrived")
	s.now(func() { s.stuck = false })
	uitest.Eval[bool](p, `dispatchEvent(new Event("online"))`)
	p.Until("the file has come", func() string {
		if _, ok := s.lastOf(request).(task.AttachmentReceived); ok {
			return ""
		}
		return "it has not"
	})
	tells(func(f *taskapp.File) { f.State, f.Scan, f.At = taskapp.FileReceived, taskapp.ScanAwaited, noon })
	until(p, "it is being checked", rows(`row.dataset.awaited === ""`))
	if n := s.sent("/items"); n != before {
		t.Errorf("returned %d times before the verdict", n-before)
	}
	s.store.Given(1, task.Stream(request), task.AttachmentScanned{Attachment: begun.Attachment, Verdict: task.Clean, At: noon}, task.AttachmentReleased{Attachment: begun.Attachment, At: noon})
	s.now(func() {
		s.then = func() {
			for _, e := range s.store.Stream(task.Stream(request)) {
				if e, ok := e.(task.ItemReturned); ok && slices.Equal(e.Files, []uuid.UUID{begun.Attachment}) {
					s.plan.items[3].Rounds = []taskapp.Round{{Nth: 1, Stands: taskapp.Returned, By: e.By, Note: e.Note.Text, At: noon}}
				}
			}
		}
	})
	tells(func(f *taskapp.File) { f.Scan, f.Delivered = taskapp.ScanClean, true })
	p.Wait("Sent to Harbour & Vale")
	p.Wait("All of March")
	odd := filepath.Join(t.TempDir(), "Odd.exe")
	if err := os.WriteFile(odd, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Fill("Your message", "Half a question")
	p.Choose("Choose photos or files : Ledger", odd)
	p.Wait("Code: file.refused")
	s.now(func() { s.lost = true }) // it arrives, and its answer doesn't
	p.Click("button", "Send this to the practice")
	p.Wait("It could not be sent. Try again, or copy it.")
	s.now(func() { s.lost = false })
	p.Click("button", "Send this to the practice")
	p.Wait("Sent as a message, and copied.")
	told := 0
	for _, e := range s.store.Stream(task.Stream(request)) {
		if e, ok := e.(task.Posted); ok && strings.HasPrefix(e.Text.Text, "File: Odd.exe\nType: ") && strings.Contains(e.Text.Text, "Size in bytes: 1\nTime: 20") {
			told++
		}
	}
	if typed := uitest.Eval[string](p, `document.querySelector("draft-box textarea").value`); told != 1 || typed != "Half a question" {
		t.Errorf("S2.i9: told %d times, beside %q", told, typed)
	}
	p.Axe("a refused file")
	p.Fill("Your message", "")
	p.Fill("Your note : Ledger", "Half a thought")
	s.now(func() { s.plan.items[0].Rounds[0].Stands = taskapp.Accepted })
	p.Reload()
	p.Wait("there is no field for it here any more. Copy it if you need it. Half a thought")
	if got := uitest.Eval[string](p, `localStorage.getItem("portico-text/contact/`+ingrid.Contact.String()+`/`+request.String()+`")`); strings.Contains(got, "March") {
		t.Errorf("what has arrived is still kept: %s", got)
	}
	p.Click("button", "Throw it away")
	until(p, "nothing is kept", `!Object.keys(localStorage).length`)
}
