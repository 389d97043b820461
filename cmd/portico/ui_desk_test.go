package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
)

// deskWalks are the cases of TestPages about the upload page alone.
var deskWalks = map[string]func(*testing.T, *portal){
	"names are given while the bytes move":        namedOnTheWay,
	"names that are refused":                      namesRefused,
	"a phone names only when asked":               namedOnPhone,
	"another device goes on":                      otherDevice,
	"forty files at once":                         forty,
	"a proxy that swallows large requests":        behindProxy,
	"an answer that was lost":                     answerLost,
	"a connection that hangs":                     hanging,
	"at a desk, from the mail":                    fromTheMail,
	"over while a window is open":                 overMeanwhile,
	"what has ended at the server":                endedMeanwhile,
	"pasted":                                      pasted,
	"the same name and the same content":          sameAgain,
	"without script, more than fits":              tooMuchWithoutScript,
	"what screen readers are told":                announced,
	"every state of a file, at every size":        deskLooks,
	"a practice where phones show what was taken": sources,
}

// namedOnTheWay: the naming window opens by itself, the bytes move meanwhile, Save ends it, and names count whether given
// before or after arrival (S1.16, S1.28, S1.i13).
func namedOnTheWay(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Tiril Thorsen")
	person := uitest.Open(t)
	p.enter(person, l)
	person.Slow(trickle)
	person.Choose("Add a file", file(t, "Export.csv", long(5<<20)), file(t, "scan0001.pdf", page("Lease")))
	person.WaitFor("dialog", "Name your files")
	if at := person.Focus(); at != "Name of Export.csv" {
		t.Errorf("the window puts the focus on %q", at)
	}
	half(p, t, person) // nobody has pressed anything yet
	person.Fill("Name of Export.csv", "Ledger of the year")
	person.Fill("Name of scan0001.pdf", "Lease")
	person.Axe("naming")
	person.Press(kb.Enter) // as Save does
	person.WaitNo("dialog", "Name your files")
	person.WaitFor("button", "Name the files")
	person.Wait("Ledger of the year.csv")
	person.Slow(0)
	person.WaitFor("link", "Rename Ledger of the year.csv")
	person.WaitFor("link", "Rename Lease.pdf")
	person.Click("button", "Name the files") // again, after arrival
	person.Fill("Name of Lease.pdf", "Lease of the shop")
	person.Click("button", "Save names")
	person.WaitFor("link", "Rename Lease of the shop.pdf")

	person.Choose("Add a file", file(t, "Kept.pdf", page("Kept")))
	person.WaitFor("link", "Rename Kept.pdf")
	person.Fill("Name of Kept.pdf", "Thrown away")
	person.Press(kb.Escape) // closing keeps the names
	person.WaitNo("dialog", "Name your files")
	person.Choose("Add a file", file(t, "Typed.pdf", page("Typed")))
	person.WaitFor("link", "Rename Typed.pdf")
	person.Fill("Name of Typed.pdf", "Sent with its name")
	person.Click("button", "I’m done, send now") // what is typed is not lost
	person.Wait("Sent to " + p.calm.name + " · ")
	var names []string
	for _, f := range p.state(t, l).Files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if want := "Kept.pdf, Lease of the shop.pdf, Ledger of the year.csv, Sent with its name.pdf"; strings.Join(names, ", ") != want {
		t.Errorf("the server has %q, want %s", names, want)
	}
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.Wait("scan0001.pdf") // the history keeps it
}

// namesRefused: the server is the judge; what was typed stays, and the row says why (S1.i13).
func namesRefused(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Ulla Ustad")
	person := uitest.Open(t)
	person.Allow("422")
	p.enter(person, l)
	person.Choose("Add a file", file(t, "Deed.pdf", page("Deed")))
	person.WaitFor("link", "Rename Deed.pdf")
	person.Fill("Name of Deed.pdf", "title/deed")
	person.Click("button", "Save names")
	person.Wait("Leave them out.")
	if at := person.Focus(); at != "Name of Deed.pdf" {
		t.Errorf("the focus goes to %q", at)
	}
	if typed := uitest.Eval[string](person, `document.activeElement.value`); typed != "title/deed" {
		t.Errorf("what was typed is %q now", typed)
	}
	person.Axe("a refused name")
	person.Fill("Name of Deed.pdf", "Title deed")
	person.Click("button", "Save names")
	person.WaitFor("link", "Rename Title deed.pdf")

	person.Slow(trickle / 32) // it must not arrive while its name is typed
	person.Choose("Add a file", file(t, "Export.csv", long(4<<20)))
	person.Fill("Name of Export.csv", `back\slash`)
	person.Click("button", "Save names") // it is not there yet, so nobody can say
	person.WaitNo("dialog", "Name your files")
	person.Slow(0)
	person.Wait(`It could not be named “back\slash.csv”.`)
	person.WaitFor("link", "Rename Export.csv") // under its own name, and nothing is lost
}

// namedOnPhone: on a phone nothing opens by itself, and photos that it called the same get names (S1.13, S1.15, S1.16).
func namedOnPhone(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Vera Vik")
	person := uitest.Open(t, uitest.Phone(390, 844))
	p.enter(person, l)
	first, second := file(t, "image.png", picture()), file(t, "image.png", append(picture(), 0))
	person.Choose("Take a photo", first)
	person.WaitFor("link", "Rename Photo 1.png")
	person.Choose("Take a photo", second)
	person.WaitFor("link", "Rename Photo 2.png")
	if person.Has("dialog", "Name your files") {
		t.Error("a window is in the way")
	}
	person.Click("button", "Name the files")
	person.WaitFor("dialog", "Name your files")
	person.Small("naming on a phone", 44)
	person.Axe("naming on a phone")
	person.Fill("Name of Photo 1.png", "Receipt of the printer")
	person.Click("button", "Save names")
	person.WaitFor("link", "Rename Receipt of the printer.png")
	if at := person.Focus(); at != "Name the files" {
		t.Errorf("closing the window puts the focus on %q", at)
	}
	person.Click("button", "Name the files")
	person.Click("button", "Close and keep the names")
	person.WaitNo("dialog", "Name your files")
}

// fromTheMail: at a desk the mail is read first; its button opens the same page, which says the same day, and the rules are
// the same: each change has a window of its own, the last file gives all of them the whole time again, and it ends
// (S1.17 to S1.22, S1.25, S1.29).
func fromTheMail(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Kirsti Kolstad")
	letter := p.letters(t, "kirsti.kolstad@example.org")[0]
	day := time.Now().In(time.FixedZone("", 0)).AddDate(0, 0, 14).Format("2 January 2006")
	if !strings.Contains(letter.Text, day) || !strings.Contains(letter.HTML, day) {
		t.Errorf("the mail does not name %s:\n%s", day, letter.Text)
	}
	person := uitest.Open(t, uitest.Size(1360, 860))
	person.Visit(p.base + l.path)
	person.Wait(day)
	person.Click("button", "Continue to upload files")
	person.Wait("This link works until the end of")
	person.Wait(day)
	person.Choose("Add a file", file(t, "First.pdf", page("First")))
	person.WaitFor("link", "Rename First.pdf")
	left := func() int {
		return uitest.Eval[int](person, `document.querySelector("#countdown").textContent.split(":").reduce((m, s) => m * 60 + Number(s), 0)`)
	}
	person.Until("some seconds have passed", func() string {
		if left() > 597 {
			return "the clock is still at the start"
		}
		return ""
	})
	before := left()
	person.Choose("Add a file", file(t, "Second.pdf", page("Second")))
	person.WaitFor("link", "Rename Second.pdf")
	person.Until("all have the whole time again (S1.19)", func() string {
		if now := left(); now <= before {
			return fmt.Sprintf("%d seconds are left, %d were", now, before)
		}
		return ""
	})
	person.Click("button", "Close and keep the names")
	person.Click("link", "Rename First.pdf")
	person.WaitFor("dialog", "Rename file")
	person.Fill("Name", "Renamed")
	person.Click("button", "Save")
	person.WaitFor("link", "Delete Renamed.pdf")
	person.Click("link", "Delete Second.pdf")
	person.WaitFor("dialog", "Delete this file?")
	person.Click("button", "Keep it")
	person.WaitNo("dialog", "Delete this file?")
	person.Click("link", "Delete Second.pdf")
	person.Click("button", "Delete")
	person.WaitNo("link", "Delete Second.pdf")

	short := p.send(t, p.brisk, "Lajla Lie")
	p.enter(person, short)
	person.Choose("Add a file", file(t, "Third.pdf", page("Third")))
	person.Wait("Sent to " + p.brisk.name + " · ")
	for _, gone := range []string{"Rename Third.pdf", "Delete Third.pdf"} {
		if person.Has("link", gone) {
			t.Errorf("after the time: %s (S1.22)", gone)
		}
	}
}

// sources: the three sources of a phone. The camera's button opens the camera and nothing else; the other one offers the
// photo library and files, because it asks for no camera (S1.14, S1.15, S1.26).
func sources(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Wenche Wold")
	person := uitest.Open(t, uitest.Phone(390, 844))
	p.enter(person, l)
	for id, want := range map[string]string{
		"camera": "image/*,video/* environment false", "pick": strings.Join(accepted(person), ",") + " none true",
	} {
		if got := uitest.Eval[string](person, fmt.Sprintf(`(() => { const i = document.querySelector("#%s"); return [i.accept, i.getAttribute("capture") ?? "none", i.multiple].join(" ") })()`, id)); got != want {
			t.Errorf("#%s is %q, want %q", id, got, want)
		}
	}
	for name, where := range map[string]string{
		"Add a file": `box.top >= 0 && box.bottom <= 80 && box.right > innerWidth - 40`, "Take a photo": `box.height >= 44`, "Choose photos or files": `box.height >= 44`,
	} {
		if !uitest.Eval[bool](person, fmt.Sprintf(`(() => { const b = [...document.querySelectorAll("button")].find((b) => b.innerText.trim() === %q), box = b.getBoundingClientRect(); return %s })()`, name, where)) {
			t.Errorf("%q is not where it should be", name)
		}
	}
}

func accepted(person *uitest.Page) []string {
	return strings.Split(uitest.Eval[string](person, `document.querySelector("upload-desk").dataset.accept`), ",")
}

// deskLooks: a page with a file in every state, at every size, light and dark, at 200 % (S1.i26; WCAG 1.4.4, 1.4.10).
func deskLooks(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Hilde Haugland")
	earlier := uitest.Open(t)
	p.enter(earlier, l)
	earlier.Choose("Add a file", file(t, "Sent before.pdf", page("Sent before")))
	earlier.WaitFor("link", "Rename Sent before.pdf")
	earlier.Click("button", "I’m done, send now")
	earlier.Wait("Sent to " + p.calm.name + " · ")
	earlier.Slow(trickle)
	earlier.Choose("Add a file", file(t, "Half of it is here.csv", long(6<<20)))
	half(p, t, earlier)
	earlier.AnswerLeaving()
	earlier.Visit(p.base + l.path) // away from it

	random := make([]byte, 6<<20)
	seeded := rand.NewChaCha8([32]byte{1})
	_, _ = seeded.Read(random) // it never fails
	for name, settings := range map[string][]uitest.Setting{
		"a desk": {uitest.Size(1360, 860), uitest.Light()}, "a desk, dark": {uitest.Size(1360, 860), uitest.Dark()},
		"a desk at 200 %": {uitest.Size(680, 430), uitest.Light()}, "a phone": {uitest.Phone(390, 844), uitest.Light()}, "a calm desk": {uitest.Size(1360, 860), uitest.Calm()},
		"a small phone, dark": {uitest.Phone(320, 640), uitest.Dark()},
	} {
		person := uitest.Open(t, settings...)
		p.enter(person, l)
		person.Wait("Choose it again to go on.")
		choose := "Add a file"
		person.Choose(choose, file(t, "A deed with quite a long name, as scanners and people give them, for "+name+".pdf", page(name)), file(t, "setup.exe", []byte("MZ")))
		person.Wait(" received")
		person.Slow(trickle / 32)
		person.Choose(choose, file(t, "Paused.mp4", append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"+name), random...)), file(t, "Moving.mp4", append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42x"+name), random...)))
		person.Click("button", "Pause Paused.mp4")
		person.Wait("Paused at ")
		if person.Has("button", "Name the files") {
			person.Click("button", "Name the files")
		}
		person.WaitFor("dialog", "Name your files")
		person.Axe(name)
		person.Fits(name)
		person.Small(name, 44)
		if moves := uitest.Eval[float64](person, `Math.max(...[...document.querySelectorAll("*")].flatMap((e) => getComputedStyle(e).transitionDuration.split(",").map(parseFloat)))`); (moves > 0.001) == strings.Contains(name, "calm") {
			t.Errorf("%s: something moves for %v s", name, moves)
		}
		if shots := os.Getenv("PORTICO_SHOTS"); shots != "" {
			person.Screenshot(filepath.Join(shots, "upload, "+name+".png"), true)
		}
		person.Click("button", "Cancel Paused.mp4")
		person.WaitNo("button", "Cancel Paused.mp4")
		person.Click("button", "Cancel Moving.mp4")
		person.Gone("Moving.mp4")
		if !strings.Contains(person.Text(), "Sent before.pdf") {
			t.Errorf("%s: what was sent is not listed", name)
		}
	}
}
