package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"portico/domain/uploadlink"
	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
)

// sendsBytes are the methods by which bytes travel.
var sendsBytes = []string{http.MethodPost, http.MethodPatch}

// dropping: files may be dropped anywhere; a folder is refused, and how to send it all the same is told (S1.7, S1.8).
func dropping(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Edda Eide")
	person := uitest.Open(t)
	p.enter(person, l)
	folder := filepath.Join(t.TempDir(), "Receipts 2025")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "inside.pdf"), page("inside"), 0o644); err != nil {
		t.Fatal(err)
	}
	person.Drop("#drop", folder)
	person.Wait("“Receipts 2025” is a folder")
	person.Wait("then add the zip file")
	if sent := person.Requests("/uploads/", sendsBytes...); len(sent) != 0 {
		t.Errorf("something of the folder was sent: %+v", sent)
	}
	document := filepath.Join(t.TempDir(), "Letter.pages") // a Mac keeps it as a folder
	if err := os.Mkdir(document, 0o755); err != nil {
		t.Fatal(err)
	}
	person.Drop("#drop", document)
	person.Wait("“Letter.pages” is a document that this computer keeps as a folder. Save it as a PDF")
	hover := func(kind string) string {
		return uitest.Eval[string](person, fmt.Sprintf(`(() => {
			const held = new DataTransfer()
			held.items.add(new File(["x"], "x.pdf"))
			document.querySelector("h1").dispatchEvent(new DragEvent(%q, { dataTransfer: held, bubbles: true }))
			return getComputedStyle(document.querySelector("#drop")).borderTopStyle
		})()`, kind))
	}
	if there, away := hover("dragenter"), hover("dragleave"); there != "solid" || away != "dashed" {
		t.Errorf("with a file above the page the area's border is %s, afterwards %s (S1.27)", there, away)
	}
	person.Drop("#drop", file(t, "Receipts 2025.zip", archive()))
	person.WaitFor("link", "Rename Receipts 2025.zip")
	person.Gone("is a folder")
	person.Drop("h1", file(t, "beside.pdf", page("beside the area"))) // S2.i11: nothing opens in the page's place
	person.WaitFor("link", "Rename beside.pdf")
	if state := p.state(t, l); len(state.Files) != 2 {
		t.Errorf("the server has %v", state)
	}
}

// refusedEarly: wrong types and sizes are refused before a byte travels, with the limit in the message (S1.5, S1.6,
// S1.i10, S1.i11). The file of one byte too much has no bytes on the disk.
func refusedEarly(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Finn Foss")
	person := uitest.Open(t)
	p.enter(person, l)
	huge := filepath.Join(t.TempDir(), "Film of the year.mov")
	f, err := os.Create(huge)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(uploadlink.MaxFileSize + 1); err != nil {
		t.Fatal(err)
	}
	person.Choose("Add a file", huge, file(t, "setup.exe", []byte("MZ")), file(t, "README", []byte("no ending")), file(t, "nothing.pdf", nil))
	person.Wait("This file has 5,368,002,598 bytes; at most 5,368,002,597 (4.999342 GB) are accepted. Compress it, split it, or ask Harbour & Finch for another way.")
	person.Wait("Files ending in .exe can’t be sent here. Accepted are: bmp, csv,")
	person.Wait("Files without an extension can’t be sent here")
	person.Wait("This file is empty")
	for _, ending := range uploadlink.Extensions() {
		if !strings.Contains(person.Text(), ending) {
			t.Errorf("the accepted list lacks %s", ending)
		}
	}
	if sent := person.Requests("/uploads/", sendsBytes...); len(sent) != 0 {
		t.Errorf("bytes travelled: %+v", sent)
	}
	person.Click("button", "Remove setup.exe from this list")
	person.Gone("setup.exe")
}

// refusedLate: a program that calls itself a document is refused by its content, in a sentence (S1.i10).
func refusedLate(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Gro Gran")
	person := uitest.Open(t)
	person.Allow("415")
	p.enter(person, l)
	program := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), bytes.Repeat([]byte{0}, 4000)...)
	person.Choose("Add a file", file(t, "Invoice.pdf", program))
	person.WaitFor("button", "Remove Invoice.pdf from this list")
	if text := person.Text(); !strings.Contains(text, "Invoice.pdf") || strings.Contains(text, "Received") {
		t.Errorf("the page says: %s", text)
	}
	said := uitest.Eval[string](person, `document.querySelector(".file__note").textContent`)
	if !strings.Contains(strings.ToLower(said), "pdf") || !strings.HasSuffix(said, ".") {
		t.Errorf("the refusal says: %q", said)
	}
	person.Choose("Add a file", file(t, "Film.pdf", append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"), bytes.Repeat([]byte{7}, 3<<20)...)))
	person.WaitFor("button", "Remove Film.pdf from this list")
	person.Wait("This file is named .pdf, but its content is something else (video/mp4).")
	if sent := person.Requests("/uploads/", http.MethodPatch); len(sent) != 0 { // its first bytes go with the announcement
		t.Errorf("bytes of the film travelled: %+v", sent)
	}
	for _, f := range p.state(t, l).Files {
		if f.State == "received" || f.State == "released" {
			t.Errorf("the program has arrived: %+v", f)
		}
	}
}

// half waits until a good part of the only file is on the server, while its bytes are trickling.
func half(p *portal, t *testing.T, person *uitest.Page) {
	person.Until("part of the file is sent", func() string {
		at := uitest.Eval[float64](person, `document.querySelector("progress")?.value ?? 0`)
		if at < 20 {
			return "it stands at " + strconv.Itoa(int(at)) + " %"
		}
		if at >= 95 {
			t.Fatal("the file is too small for this connection")
		}
		return ""
	})
}

// resumed fails where an upload did not go on where it stopped: one creation, and a PATCH that begins behind the start.
func resumed(t *testing.T, person *uitest.Page, creations int) {
	t.Helper()
	if made := person.Requests("/uploads/", http.MethodPost); len(made) != creations {
		t.Errorf("the upload was created %d times on this page, not %d", len(made), creations)
	}
	patches := person.Requests("/uploads/", http.MethodPatch)
	if len(patches) == 0 {
		t.Fatal("no PATCH was sent")
	}
	last := patches[len(patches)-1]
	if at, err := strconv.Atoi(last.Header["upload-offset"]); err != nil || at == 0 {
		var began []string
		for _, p := range patches {
			began = append(began, p.Header["upload-offset"])
		}
		t.Errorf("the last PATCH began at %q: everything was sent again; they began at %q", last.Header["upload-offset"], began)
	}
}

const trickle = 2 << 20 // bytes per second

// acknowledged waits until the server has bytes of the file on its way: what the browser calls sent may still lie in
// the buffers between them.
func acknowledged(t *testing.T, person *uitest.Page, base string) {
	t.Helper()
	eventually(t, "the first bytes at the server", func() bool {
		patches := person.Requests("/uploads/", http.MethodPatch)
		if len(patches) == 0 {
			return false
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, base+"/uploads/"+path.Base(patches[0].URL), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Tus-Resumable", "1.0.0")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		at, _ := strconv.Atoi(answer.Header.Get("Upload-Offset"))
		return at > 0
	})
}

// offline: a lost connection costs nothing, and the page goes on by itself (S1.i23).
func offline(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Hedda Holm")
	tunnel := p.node(t, "127.0.0.1:0") // the others go on at the first
	person := uitest.Open(t)
	person.Allow("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET")
	person.Visit(tunnel.base + l.path)
	person.Click("button", "Continue to upload files")
	content := long(24 << 20) // twelve seconds: a slow machine must not be too late to cut it
	person.Slow(trickle)
	person.Choose("Add a file", file(t, "Ledger offline.csv", content))
	half(p, t, person)
	acknowledged(t, person, tunnel.base+l.path)
	tunnel.line.cut(true)
	person.Offline(true)
	person.Wait("Connection lost at ")
	tunnel.line.cut(false)
	person.Offline(false)
	person.WaitFor("link", "Rename Ledger offline.csv")
	resumed(t, person, 1)
	p.released(t, person, "Ledger offline.csv", content)
}

// released sends what is in its window and compares what the practice downloads.
func (p *portal) released(t *testing.T, person *uitest.Page, name string, content []byte) {
	t.Helper()
	person.Click("button", "I’m done, send now")
	person.Wait("Sent to " + p.calm.name + " · ")
	if got := p.arrived(t, p.staffPage(t, p.calm), name); !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back of %d, or others", len(got), len(content))
	}
}

// reloaded: the page forgets nothing; the same file, chosen again, goes on at the stored offset (S1.i23).
func reloaded(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Ida Iversen")
	person := uitest.Open(t)
	p.enter(person, l)
	content := long(16 << 20)
	ledger := file(t, "Ledger reloaded.csv", content)
	person.Slow(trickle)
	person.Choose("Add a file", ledger)
	half(p, t, person)
	asked := person.AnswerLeaving()
	person.Reload()
	select {
	case kind := <-asked:
		if kind != "beforeunload" {
			t.Errorf("the browser asked about %s", kind)
		}
	default:
		t.Error("the page was left without a question, while bytes were moving")
	}
	person.Wait("Choose it again to go on.")
	person.Slow(0)
	person.Choose("Add a file", ledger)
	person.WaitFor("link", "Rename Ledger reloaded.csv")
	resumed(t, person, 1)
	if heads := person.Requests("/uploads/", http.MethodHead); len(heads) == 0 {
		t.Error("nobody asked how far the upload had come")
	}
	p.released(t, person, "Ledger reloaded.csv", content)
}

// restarted: the server may go away under an upload and come back (S1.i23).
func restarted(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Jens Juul")
	other := p.node(t, "127.0.0.1:0") // the others go on at the first
	address := strings.TrimPrefix(other.base, "http://")
	person := uitest.Open(t)
	person.Allow("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET", "503")
	person.Visit(other.base + l.path)
	person.Click("button", "Continue to upload files")
	content := long(16 << 20)
	person.Slow(trickle)
	person.Choose("Add a file", file(t, "Ledger restarted.csv", content))
	half(p, t, person)
	other.stop()
	person.Wait("Connection lost at ")
	p.node(t, address)
	person.Slow(0)
	person.WaitFor("link", "Rename Ledger restarted.csv")
	resumed(t, person, 1)
	p.released(t, person, "Ledger restarted.csv", content)
}

// paused: what is on its way can be paused, continued and cancelled, by keyboard as well.
func paused(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Kari Krog")
	person := uitest.Open(t)
	person.Allow("409") // bytes of the paused request were still being written when the page asked how far it is
	p.enter(person, l)
	locks := func(want int) {
		person.Until("the screen stays on while bytes move, and no longer", func() string {
			if n := uitest.Eval[int](person, `globalThis.locks`); n != want {
				return fmt.Sprintf("it is held by %d locks, not %d", n, want)
			}
			return ""
		})
	}
	uitest.Eval[bool](person, `(() => {
		globalThis.locks = 0
		const request = async () => {
			const lock = new EventTarget()
			lock.release = async () => { locks--; lock.dispatchEvent(new Event("release")) }
			locks++
			return lock
		}
		Object.defineProperty(navigator, "wakeLock", { value: { request } })
		return true
	})()`)
	content := long(3 << 20)
	person.Slow(trickle / 2)
	person.Choose("Add a file", file(t, "Ledger paused.csv", content))
	half(p, t, person)
	locks(1)
	person.Click("button", "Pause Ledger paused.csv")
	person.Wait("Paused at ")
	locks(0)
	person.Slow(0)
	person.Click("button", "Continue Ledger paused.csv")
	person.WaitFor("link", "Rename Ledger paused.csv")
	resumed(t, person, 1)

	person.Slow(trickle / 2)
	person.Choose("Add a file", file(t, "Wrong.csv", long(3<<20)))
	person.WaitFor("button", "Cancel Wrong.csv")
	person.Press(kb.Tab) // no window is open; keys go to the page
	person.Click("button", "Cancel Wrong.csv")
	person.Gone("Wrong.csv")
	person.Slow(0)
	p.released(t, person, "Ledger paused.csv", content)
	for _, f := range p.state(t, l).Files {
		if f.Name == "Wrong.csv" && f.State != "abandoned" {
			t.Errorf("what was cancelled is %s", f.State)
		}
	}
}
