package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/ports/web/uitest"
)

// otherDevice: another device sees what is not complete and goes on with it where the same file is chosen there; another
// file of the same name and size begins anew (S1.i2, S1.i23). The browser keeps nothing of it.
func otherDevice(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Yngve Ystad")
	desk := uitest.Open(t)
	p.enter(desk, l)
	content, other := long(6<<20), long(6<<20)
	other[len(other)-1] = '!'
	mine := file(t, "Ledger.csv", content)
	desk.Slow(trickle / 4) // it must not end while the page is being left
	desk.Choose("Add a file", mine)
	half(p, t, desk)
	if kept := uitest.Eval[int](desk, `localStorage.length + sessionStorage.length`); kept != 0 {
		t.Errorf("the browser keeps %d things", kept)
	}
	desk.AnswerLeaving()
	desk.Visit(p.base + l.path) // away from it

	phone := uitest.Open(t, uitest.Phone(390, 844))
	p.enter(phone, l)
	phone.Wait("% is here. Choose it again to go on.")
	phone.Choose("Choose photos or files", file(t, "Ledger.csv", other))
	phone.WaitFor("link", "Rename Ledger.csv")
	if made := phone.Requests("/uploads/", http.MethodPost); len(made) != 1 {
		t.Errorf("another file of the same name made %d uploads", len(made))
	}
	phone.Wait("% is here. Choose it again to go on.")
	phone.Choose("Choose photos or files", mine)
	phone.WaitFor("link", "Rename Ledger (2).csv")
	phone.Gone("Choose it again to go on.")
	resumed(t, phone, 1) // that of the other file
	p.released(t, phone, "Ledger (2).csv", content)
}

// forty: a bookkeeper's forty files: in the order in which they were chosen, few at a time, counted, and not forty
// announcements (S1.2, S1.i26).
func forty(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Aslaug Arnesen")
	person := uitest.Open(t)
	p.enter(person, l)
	overhear(person)
	folder := t.TempDir()
	var paths []string
	for i := range 40 {
		path := filepath.Join(folder, fmt.Sprintf("Invoice %02d.pdf", i+1))
		if err := os.WriteFile(path, page(fmt.Sprint("Invoice ", i+1)), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	person.Choose("Add a file", paths...)
	person.WaitFor("dialog", "Name your files")
	if fields := uitest.Eval[int](person, `document.querySelectorAll("#naming input").length`); fields != 40 {
		t.Errorf("%d names can be given", fields)
	}
	underWay := uitest.Eval[[]string](person, `[...document.querySelectorAll(".file:not([data-state=received]) .file__name")].map((n) => n.textContent)`)
	if !slices.IsSorted(underWay) { // some may have arrived already
		t.Errorf("on their way are %q, not in the order of choice", underWay)
	}
	person.Fits("forty files")
	person.Wait("40 received")
	person.Until("the round is told", func() string {
		if said := heard(person); !slices.Contains(said, "All 40 files have arrived.") || len(said) > 6 {
			return strings.Join(said, " | ")
		}
		return ""
	})
	if made := person.Requests("/uploads/", http.MethodPost); len(made) != 40 {
		t.Errorf("%d uploads were made", len(made))
	}
	if state := p.state(t, l); len(state.Files) != 40 {
		t.Errorf("the server has %d files", len(state.Files))
	}
}

// overhear keeps what a screen reader is told from now on; heard is that.
func overhear(person *uitest.Page) {
	uitest.Eval[bool](person, `(() => {
		globalThis.heard = []
		new MutationObserver(() => heard.push(document.querySelector("#status").textContent)).observe(document.querySelector("#status"), { childList: true })
		return true
	})()`)
}

func heard(person *uitest.Page) []string { return uitest.Eval[[]string](person, `globalThis.heard`) }

// announced: what happens is said politely, in one place; the ticking clock is silent (S1.i3, S1.i26).
func announced(t *testing.T, p *portal) {
	l := p.send(t, p.brisk, "Bodil Berg")
	person := uitest.Open(t, uitest.ClockOff(5*time.Hour)) // U7: the time is the server's
	person.Allow("415")
	p.enter(person, l)
	overhear(person)
	for selector, want := range map[string]string{
		"#status": "status", "#trouble": "status", "#closed": "alert", "#countdown": "timer",
	} {
		if role := uitest.Eval[string](person, fmt.Sprintf(`document.querySelector(%q).getAttribute("role")`, selector)); role != want {
			t.Errorf("%s has the role %q", selector, role)
		}
	}
	person.Choose("Add a file", file(t, "Deed.pdf", page("Deed")), file(t, "setup.exe", []byte("MZ")))
	person.WaitFor("link", "Rename Deed.pdf")
	person.Wait("left to change")
	person.Wait("Sent to " + p.brisk.name + " · ") // its window has ended: by itself, in both places (S1.i3)
	if person.Has("link", "Rename Deed.pdf") || person.Has("button", "I’m done, send now") || strings.Contains(person.Text(), "left to change") {
		t.Errorf("something can still be changed: %s", person.Text())
	}
	person.Until("all of it is said", func() string {
		said := strings.Join(heard(person), " | ")
		for _, want := range []string{
			"2 chosen, 1 not accepted.", "Deed.pdf has arrived.", "1 minute left to rename or delete files.", "Your files have been sent to Quick & Sons.",
		} {
			if !strings.Contains(said, want) {
				return "they heard " + said
			}
		}
		return ""
	})
	if said := heard(person); len(said) > 8 {
		t.Errorf("said too often: %q", said)
	}
}

// between is a proxy in front of the portal that a test can make misbehave: spoil answers a request itself and says so.
func between(t *testing.T, p *portal, spoil func(w http.ResponseWriter, r *http.Request, on http.Handler) bool) (base string) {
	t.Helper()
	to, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	on := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !spoil(w, r, on) {
			on.ServeHTTP(w, r)
		}
	})}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return "http://" + listener.Addr().String()
}

// behindProxy: a proxy takes no request of more than 10 MB and says so without words; another time the server is asked to
// be left alone for a moment. The page goes on by itself, in smaller pieces (S1.i23).
func behindProxy(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Cilla Carlsen")
	var waits atomic.Int32
	base := between(t, p, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		switch {
		case r.ContentLength > 10<<20:
			w.Header().Set("Connection", "close")
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		case r.Method == http.MethodHead && waits.Add(1) <= 2:
			http.Error(w, "wait", http.StatusServiceUnavailable)
		default:
			return false
		}
		return true
	})
	person := uitest.Open(t)
	person.Allow("413", "503", "ERR_")
	person.Visit(base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Add a file")
	content := long(12 << 20)
	person.Choose("Add a file", file(t, "Ledger by proxy.csv", content))
	person.WaitFor("link", "Rename Ledger by proxy.csv")
	if made := person.Requests("/uploads/", http.MethodPost); len(made) != 1 {
		t.Errorf("the upload was created %d times", len(made))
	}
	p.released(t, person, "Ledger by proxy.csv", content)
}

// hanging: a connection that takes bytes and never answers is given up after a while without progress, and the page goes on
// by itself (S1.i23).
func hanging(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Jorunn Jensen")
	var hung atomic.Bool
	end := make(chan struct{})
	base := between(t, p, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if r.Method != http.MethodPatch || hung.Swap(true) {
			return false
		}
		<-end
		return true
	})
	t.Cleanup(func() { close(end) })
	person := uitest.Open(t, uitest.Hurry(20)) // 30 seconds pass in one and a half
	person.Allow("ERR_")
	person.Visit(base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Add a file")
	content := long(16 << 20)
	person.Choose("Add a file", file(t, "Ledger that hung.csv", content))
	person.WaitFor("link", "Rename Ledger that hung.csv")
	if made, patched := person.Requests("/uploads/", http.MethodPost), person.Requests("/uploads/", http.MethodPatch); len(made) != 1 || len(patched) < 2 || !hung.Load() {
		t.Errorf("created %d times, sent %d times", len(made), len(patched))
	}
	p.released(t, person, "Ledger that hung.csv", content)
}

// overMeanwhile: the link expires while a file is in its window: nothing can be added, and the file can still be changed
// (S1.i16). The proxy lets the link expire for this page.
func overMeanwhile(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Magnhild Myhre")
	var over atomic.Bool
	base := between(t, p, func(w http.ResponseWriter, r *http.Request, on http.Handler) bool {
		if !over.Load() || r.Method != http.MethodGet || r.Header.Get("Accept") != "application/json" {
			return false
		}
		answer := httptest.NewRecorder()
		on.ServeHTTP(answer, r)
		w.Header().Set("Content-Type", "application/json")
		if _, err := io.WriteString(w, strings.Replace(answer.Body.String(), `"link":{"state":"open"`, `"link":{"state":"expired"`, 1)); err != nil {
			t.Error(err)
		}
		return true
	})
	person := uitest.Open(t)
	person.Visit(base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Add a file")
	person.Choose("Add a file", file(t, "Deed.pdf", page("Deed")))
	person.WaitFor("link", "Rename Deed.pdf")
	person.Click("button", "Save names")
	over.Store(true)
	person.WaitNo("button", "Add a file")
	person.Wait("This link has expired and takes no more files.")
	person.Axe("expired while a window is open")
	person.Click("link", "Rename Deed.pdf")
	person.Fill("Name", "Title deed")
	person.Click("button", "Save")
	person.WaitFor("link", "Rename Title deed.pdf")
	person.Drop("h1", file(t, "Late.pdf", page("Late"))) // nothing opens in the page's place, and nothing is sent
	person.WaitFor("link", "Rename Title deed.pdf")
	person.Click("button", "I’m done, send now")
	person.Wait("Sent to " + p.calm.name + " · ")
	if made := person.Requests("/uploads/", http.MethodPost); len(made) != 1 {
		t.Errorf("%d uploads were made", len(made))
	}
}

// endedMeanwhile: a day later the server takes no more bytes of what is still in the list; the file is sent anew (S1.i23, L4).
func endedMeanwhile(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Nanna Nes")
	first := uitest.Open(t)
	p.enter(first, l)
	ledger := file(t, "Ledger of last week.csv", long(4<<20))
	first.Slow(trickle / 4)
	first.Choose("Add a file", ledger)
	half(p, t, first)
	first.AnswerLeaving()
	first.Visit(p.base + l.path) // away from it
	eventually(t, "a part of it is at the server, and nobody sends", func() bool {
		tag, err := p.house.db.Work.Exec(t.Context(), `
			UPDATE transfer.upload_transfer SET expires_at = clock_timestamp() - interval '1 second'
			WHERE link_id = $1 AND state = 'receiving' AND byte_offset > 0`, l.id)
		return err == nil && tag.RowsAffected() == 1
	})
	again := uitest.Open(t)
	again.Allow("410")
	p.enter(again, l)
	again.Wait("Choose it again to go on.")
	again.Choose("Add a file", ledger)
	again.WaitFor("link", "Rename Ledger of last week.csv")
	gone := slices.DeleteFunc(again.Requests("/uploads/", http.MethodHead), func(q uitest.Request) bool { return q.Status != http.StatusGone })
	if made := again.Requests("/uploads/", http.MethodPost); len(made) != 1 || len(gone) != 1 {
		t.Errorf("it was created %d times, and what has ended was asked for %d times", len(made), len(gone))
	}
}

// answerLost: a small file has arrived and its answer is lost. The page tries again, finds it, and there is one file
// (S1.i12, S1.i23).
func answerLost(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Disa Dyrnes")
	var lost atomic.Bool
	base := between(t, p, func(w http.ResponseWriter, r *http.Request, on http.Handler) bool {
		w.Header().Set("Connection", "close") // over a connection that was in use before, the browser itself would ask again
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/uploads/") || lost.Swap(true) {
			return false
		}
		on.ServeHTTP(silent{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	})
	person := uitest.Open(t)
	person.Allow("ERR_")
	person.Visit(base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Add a file")
	person.Choose("Add a file", file(t, "Deed.pdf", page("Deed")))
	person.WaitFor("link", "Rename Deed.pdf")
	person.Gone("on the way")
	if state := p.state(t, l); !lost.Load() || len(state.Files) != 1 {
		t.Errorf("the server has %v", state)
	}
}

// silent is an answer that nobody gets.
type silent struct{ header http.Header }

func (s silent) Header() http.Header { return s.header }

func (s silent) Write(b []byte) (int, error) { return len(b), nil }

func (s silent) WriteHeader(int) {}

// pasted: what is in the clipboard can be pasted; a picture there has no name of its own.
func pasted(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Elin Enger")
	person := uitest.Open(t)
	p.enter(person, l)
	uitest.Eval[bool](person, `fetch(document.querySelector("link[rel=icon]").href).then(() => {
		const held = new DataTransfer(), canvas = document.createElement("canvas")
		return new Promise((done) => canvas.toBlob((b) => {
			held.items.add(new File([b], "image.png", { type: "image/png" }))
			done(document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })))
		}))
	})`)
	person.WaitFor("link", "Rename Photo 1.png")
}

// sameAgain: the same name gets a visible number, the same content is told, both are kept (S1.i12, T15).
func sameAgain(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Frida Fossum")
	person := uitest.Open(t)
	p.enter(person, l)
	overhear(person)
	person.Choose("Add a file", file(t, "June.pdf", page("June")))
	person.WaitFor("link", "Rename June.pdf")
	person.Choose("Add a file", file(t, "June.pdf", page("June")))
	person.WaitFor("link", "Rename June (2).pdf")
	const said = "a file of that name was here already, so this one got a number · same content as “June.pdf”"
	person.Wait(said)
	if !strings.Contains(strings.Join(heard(person), "\n"), said) {
		t.Errorf("screen readers heard %q", heard(person))
	}
	person.Reload()
	person.Wait(said)
	if state := p.state(t, l); len(state.Files) != 2 {
		t.Errorf("the server has %v", state)
	}
}

// tooMuchWithoutScript: a form takes 100 MB; more is refused on the same page, with the limit and the file's name, and what
// came before it is there (S1.i10).
func tooMuchWithoutScript(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Guri Grande")
	person := uitest.Open(t, uitest.WithoutScript())
	person.Allow("413", "415", "422")
	person.Visit(p.base + l.path)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Upload")
	film := filepath.Join(t.TempDir(), "Film of the year.mp4")
	f, err := os.Create(film)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(140 << 20); err != nil {
		t.Fatal(err)
	}
	person.Attach("#plain-files", file(t, "Deed.pdf", page("Deed")), film)
	person.Click("button", "Upload")
	person.Wait("“Film of the year.mp4”: The file has more than")
	person.WaitFor("link", "Rename Deed.pdf")
	person.WaitFor("button", "Upload")
	person.Axe("a refused form")
	person.Attach("#plain-files", file(t, "setup.exe", []byte("MZ")))
	person.Click("button", "Upload")
	person.Wait("“setup.exe”: Files ending in .exe can’t be sent here.")
	person.Click("button", "Upload") // nothing chosen: the browser asks, or the server says
	person.WaitFor("link", "Rename Deed.pdf")
}
