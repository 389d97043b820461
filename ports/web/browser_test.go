package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	taskapp "portico/app/task"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/task"
	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/uuid"
)

func TestMain(m *testing.M) {
	code := m.Run()
	uitest.Close()
	os.Exit(code)
}

// street is a house that a browser goes to. One request at a time reads what the test tells, but for those without an end.
type street struct {
	*house
	sync.Mutex
	base  string
	down  bool   // a POST arrives nowhere
	lost  bool   // it arrives, and its answer doesn't
	stuck bool   // files get no further
	then  func() // after something was posted
	posts []string
}

func (h *house) opens(t *testing.T) *street {
	t.Helper()
	h.jar = nil
	s := &street{house: h}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.base = server.URL
	return s
}

func (s *street) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/live") {
		s.http.ServeHTTP(w, r)
		return
	}
	s.Lock()
	defer s.Unlock()
	if s.stuck && r.Method == http.MethodPatch {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if r.Method == http.MethodPost {
		s.posts = append(s.posts, r.URL.Path)
		if s.lost {
			s.http.ServeHTTP(httptest.NewRecorder(), r)
		}
		if s.down || s.lost {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
	}
	s.http.ServeHTTP(w, r)
	if s.then != nil && r.Method == http.MethodPost {
		s.then()
	}
}

// now changes what the house tells.
func (s *street) now(change func()) {
	s.Lock()
	defer s.Unlock()
	change()
}

// sent is how often something was posted to an address with that end.
func (s *street) sent(end string) (n int) {
	s.now(func() {
		for _, p := range s.posts {
			if strings.HasSuffix(p, end) {
				n++
			}
		}
	})
	return n
}

// comes is a page of who has that cookie.
func (s *street) comes(t *testing.T, cookie, value string, settings ...uitest.Setting) *uitest.Page {
	t.Helper()
	p := uitest.Open(t, settings...)
	p.Cookie(s.base, cookie, value)
	return p
}

// kept are the names of what a browser keeps.
func kept(p *uitest.Page) string {
	return uitest.Eval[string](p, `Object.keys(localStorage).filter((name) => name.startsWith("portico-")).sort().join(" ")`)
}

func until(p *uitest.Page, what, expression string) {
	p.Until(what, func() string {
		if uitest.Eval[bool](p, expression) {
			return ""
		}
		return "it is not so: " + expression
	})
}

// A message outlives a line that is down, an answer that is lost, a reload and a session that has run out of time; it arrives once, and
// then nothing of it is left. What was never sent goes with who is signed out, and somebody is asked first; nobody else
// finds it (U2, issue 5 section 4).
func TestDraftsInABrowser(t *testing.T) {
	t.Parallel()
	s := talks(t).opens(t)
	p := s.comes(t, "portico-portal", visit)
	at := s.base + "/portal/todos/" + ledgerTask.String()
	mine := "portico-draft/contact/" + ingrid.Contact.String() + "/" + ledgerTask.String()
	typed := `document.querySelector("draft-box textarea").value`
	p.Visit(at)
	p.Fill("Your message", "The wrong year, sorry")
	p.Reload()
	until(p, "the text survives a reload", typed+` === "The wrong year, sorry"`)
	p.Allow("503", "ERR_")
	p.Offline(true)
	p.Click("button", "Send message")
	p.Wait("It could not be sent")
	p.Offline(false)
	s.now(func() { s.lost = true })
	p.Click("button", "Send message")
	until(p, "it says so again", `!document.querySelector("[data-failed]").hidden && !document.querySelector("draft-box").dataset.state`)
	s.now(func() { s.lost = false })
	p.Reload()
	p.Click("button", "Send message")
	until(p, "the box is empty again", typed+` === ""`)
	if got := kept(p); got != "" {
		t.Errorf("what has arrived is still kept: %s", got)
	}
	said := 0
	for _, e := range s.store.Stream(task.Stream(ledgerTask)) {
		if e, ok := e.(task.Posted); ok && e.Text.Text == "The wrong year, sorry" {
			said++
		}
	}
	if said != 1 || s.sent("/messages") < 2 {
		t.Errorf("it was said %d times, by %d requests", said, s.sent("/messages"))
	}

	others := "portico-draft/contact/" + bo.String() + "/" + ledgerTask.String()
	staffs := "portico-draft/staff/" + priya.ID.String() + "/" + ledgerTask.String()
	uitest.Eval[bool](p, fmt.Sprintf(`localStorage.setItem(%q, '{"text":"Bo’s"}') ?? localStorage.setItem(%q, '{"text":"Priya’s"}') ?? true`, others, staffs))
	p.Reload()
	until(p, "nothing of another person is left, or shown", typed+` === ""`)
	if got := kept(p); got != staffs {
		t.Errorf("kept after Ingrid has come: %s, want %s", got, staffs)
	}

	p.Fill("Your message", "Not yet sent")
	s.now(func() { s.usher.refused = accounts.ErrSession }) // it has run out of time
	p.Visit(at)
	p.Wait("Sign in")
	s.now(func() { s.usher.refused = nil })
	p.Visit(at)
	until(p, "who comes back finds their text", typed+` === "Not yet sent"`)

	uitest.Eval[bool](p, `document.querySelector(".tabs__foot [data-signs-out] button").click() ?? true`)
	p.Wait("Something you wrote isn’t sent yet")
	p.Axe("asked before signing out")
	p.Click("link", "Open it")
	p.Gone("Something you wrote isn’t sent yet")
	p.Visit(s.base + "/portal/settings/devices") // everywhere
	p.Click("button", "Sign out everywhere, here as well")
	p.Wait("Something you wrote isn’t sent yet")
	if href := uitest.Eval[string](p, `document.querySelector("[data-unsent-at]").getAttribute("href")`); href != "/portal/todos/"+ledgerTask.String()+"#talk-form" {
		t.Errorf("it can be sent from %s", href)
	}
	p.Press("\x1b")
	p.Gone("Something you wrote isn’t sent yet")
	if !strings.Contains(kept(p), mine) {
		t.Error("a question that is not answered throws a text away")
	}
	p.Click("button", "Sign out everywhere, here as well")
	p.Click("button", "Throw it away and sign out")
	p.Wait("Sign in")
	if got := kept(p); got != staffs {
		t.Errorf("kept after Ingrid was signed out: %s, want %s", got, staffs)
	}

	s.now(func() { s.usher.left = false })
	p.Cookie(s.base, "portico-portal", visit)
	p.Visit(at)
	p.Fill("Your message", "Typed at the library")
	s.now(func() { s.usher.left = true }) // from elsewhere
	p.Reload()
	p.Wait("Sign in")
	if got := kept(p); got != staffs {
		t.Errorf("kept after Ingrid was signed out from elsewhere: %s, want %s", got, staffs)
	}
}

// What changes on the other side shows by itself, but for what somebody is at work in; a session that has ended leads to
// the sign-in (issue 5 sections 3 and 7).
func TestLiveInABrowser(t *testing.T) {
	t.Parallel()
	s := talks(t).opens(t)
	p := s.comes(t, "portico-portal", visit, uitest.Unwound())
	p.Visit(s.base + "/portal/todos/" + ledgerTask.String())
	tell := func(n byte, text string) {
		s.now(func() {
			s.plan.theirs.Messages = append(s.plan.theirs.Messages, taskapp.Message{
				ID: newTestID(n), N: len(s.plan.theirs.Messages) + 1, By: event.Actor{Kind: event.Staff, ID: tom}, ByName: "Tom Okafor", Text: text, At: noon,
			})
		})
		s.server.Live.Stir()
	}
	p.Until("the page hears of changes", func() string { // a stream that is just being opened hears of later ones only
		tell(100, "The one of 2025")
		if !strings.Contains(p.Text(), "The one of 2025") {
			return "it doesn’t show them"
		}
		return ""
	})
	loads := len(p.Requests("/portal/todos/", "GET"))
	p.Fill("Your message", "I am looking")
	tell(101, "And the receipts")
	p.Wait("And the receipts")
	if typed := uitest.Eval[string](p, `document.querySelector("draft-box textarea").value`); typed != "I am looking" {
		t.Errorf("a message from the other side leaves %q in the box", typed)
	}
	if loads == 0 {
		t.Error("the page was not asked for")
	}
	change := `document.querySelector("#thread details")`
	uitest.Eval[bool](p, change+`.open = true; document.addEventListener("fresh-page", () => { document.body.dataset.fresh = "" }); true`)
	tell(102, "Only the large ones")
	until(p, "the page has looked", `document.body.dataset.fresh === ""`)
	if open := uitest.Eval[bool](p, change+`.open`); !open || strings.Contains(p.Text(), "Only the large ones") {
		t.Error("what somebody is at work in was replaced")
	}
	uitest.Eval[bool](p, change+`.open = false; document.activeElement.blur(); true`)
	s.server.Live.Stir()
	p.Wait("Only the large ones")
	s.now(func() { s.usher.left = true })
	s.server.Live.Stir()
	p.Wait("Forgotten your password?")
}

// Cards of the board are moved by keys and by dragging; what is refused goes back and says so (issue 5 section 1). After an
// @ colleagues are offered; who is taken is mentioned, and nobody of the same name (section 4).
func TestBoardInABrowser(t *testing.T) {
	t.Parallel()
	s := talks(t)
	s.plan.detail[1].Part, s.plan.ours = task.Doing, taskapp.Thread{}
	st := s.opens(t)
	p := st.comes(t, "portico", session)
	p.Visit(st.base + "/tasks?view=board")
	in := func(title, part string) string {
		return fmt.Sprintf(`[...document.querySelectorAll("[data-part=%s] .task-card")].some((card) => card.textContent.includes(%q) && card.dataset.busy === undefined)`, part, title)
	}
	recorded := func(id uuid.UUID, want task.Progress) {
		t.Helper()
		if e, ok := s.lastOf(id).(task.Progressed); !ok || e.State != want || e.By.ID != priya.ID {
			t.Errorf("recorded %+v, want %s", s.lastOf(id), want)
		}
	}
	p.Press("j")
	if at := p.Focus(); !strings.Contains(at, "Send the ledger") {
		t.Errorf("j leads to %q", at)
	}
	p.Press("l")
	until(p, "l moves it on", in("Send the ledger", "doing"))
	p.Wait("“Send the ledger” moved to")
	recorded(ledgerTask, task.Doing)
	if at := p.Focus(); !strings.HasPrefix(at, "Send the ledger") {
		t.Errorf("the focus is on %q after it", at)
	}
	p.Press("h")
	until(p, "h moves it back", in("Send the ledger", "open"))
	recorded(ledgerTask, task.Open)
	drag := func(title, part string) {
		uitest.Eval[bool](p, fmt.Sprintf(`(() => {
			const card = [...document.querySelectorAll(".task-card")].find((c) => c.textContent.includes(%q)), to = document.querySelector("[data-part=%s]"), dataTransfer = new DataTransfer()
			const say = (type, at) => at.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }))
			say("dragstart", card)
			if (say("dragover", to)) return false
			say("drop", to)
			return say("dragend", card)
		})()`, title, part))
	}
	drag("Which bank?", "waiting")
	until(p, "it is where it was dropped", in("Which bank?", "waiting"))
	p.Wait("“Which bank?” moved to")
	recorded(bankTask, task.Waiting)
	p.Allow("503")
	st.now(func() { st.down = true })
	drag("Which bank?", "done")
	p.Wait("“Which bank?” could not be moved.")
	until(p, "it is back", in("Which bank?", "waiting"))
	recorded(bankTask, task.Waiting)
	st.now(func() { st.down = false })
	st.mentions(t, p)
}

func (s *street) mentions(t *testing.T, p *uitest.Page) {
	p.Visit(s.base + "/tasks/" + ledgerTask.String())
	uitest.Eval[bool](p, `document.querySelector("draft-box textarea").focus() ?? true`)
	p.Press("Ask @to")
	p.Wait("2 colleagues. Arrow keys choose, Enter takes.")
	p.Axe("colleagues are offered")
	marked := func() string {
		return uitest.Eval[string](p, `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))?.dataset.name ?? ""`)
	}
	first := marked()
	p.Press(kb.ArrowDown)
	if second := marked(); second == first || second == "" {
		t.Errorf("the arrow leads from %q to %q", first, second)
	}
	p.Press("\x1b")
	p.Press("m Oka")
	p.Wait("Tom Okafor")
	p.Press("\r")
	p.Press("and @pri")
	if got, want := uitest.Eval[string](p, `document.querySelector("draft-box textarea").value`), "Ask @Tom Okafor and @pri"; got != want {
		t.Errorf("the box says %q, want %q", got, want)
	}
	p.Reload()
	until(p, "who was taken is still meant", `document.querySelector("[name=mention]:checked")?.value === "`+tom.String()+`"`)
	p.Click("button", "Send")
	until(p, "it is sent", `document.querySelector("draft-box textarea").value === ""`)
	if e, ok := s.lastOf(ledgerTask).(task.Posted); !ok || !slices.Equal(e.Mentions, []uuid.UUID{tom}) {
		t.Errorf("recorded %+v", s.lastOf(ledgerTask))
	}
}
