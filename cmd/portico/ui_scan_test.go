package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	linkapp "portico/app/uploadlink"
	"portico/ports/web/uitest"

	"github.com/google/uuid"
)

// TestScan uses the house with a scanner: what is sent waits for it, who sent it sees why, the practice gets what is clean
// with one notice, and an infected file nowhere but in quarantine (U8).
func TestScan(t *testing.T) {
	t.Parallel()
	clamd := startClamd(t)
	p := openPortal(t, func(p *portal) { p.scan = clamd.scanning() })
	clamd.gate.Lock()
	l := p.send(t, p.calm, "Vera Visser")
	person := uitest.Open(t, uitest.Phone(390, 844), uitest.Dark())
	p.enter(person, l)
	infected := append(page("Invoice"), []byte("\n% "+testVirus+"\n")...)
	person.Choose("Add a file", file(t, "Statement.pdf", page("Statement")), file(t, "Invoice.pdf", infected), file(t, "Ledger.csv", long(2<<20)))
	person.WaitFor("link", "Rename Invoice.pdf")
	person.WaitFor("link", "Rename Ledger.csv")
	person.Wait(" · being checked for viruses")
	person.Axe("a file that is being checked")
	person.Click("link", "Rename Statement.pdf") // nothing is in the way of that
	person.Fill("Name", "Bank statement")
	person.Click("button", "Save")
	person.WaitFor("link", "Delete Bank statement.pdf")
	person.Click("button", "I’m done, send now")
	person.Wait("being checked for viruses, then it goes to Harbour & Finch")
	person.WaitNo("link", "Delete Bank statement.pdf")
	person.Fits("files that are being checked")
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.Wait("arriving")
	if strings.Contains(staff.Text(), "Bank statement") {
		t.Error("the practice sees a file before its verdict (S1.i1)")
	}

	clamd.gate.Unlock()
	person.Wait("Sent to Harbour & Finch · ")
	person.Wait("Not sent to Harbour & Finch: a virus was found (Eicar-Signature)")
	person.Axe("a file with a virus")
	person.Fits("a file with a virus")
	for where, settings := range map[string][]uitest.Setting{
		"a virus, at a desk": {uitest.Size(1360, 860), uitest.Light()}, "a virus, on a small phone": {uitest.Phone(320, 640), uitest.Light()},
	} {
		other := uitest.Open(t, settings...)
		p.enter(other, l)
		other.Wait("a virus was found (Eicar-Signature)")
		other.Axe(where)
		other.Fits(where)
	}
	if got := p.arrived(t, staff, "Bank statement.pdf"); !bytes.Equal(got, page("Statement")) {
		t.Errorf("%d bytes arrived", len(got))
	}
	staff.Visit(p.base + "/inbox")
	staff.Wait("not checked for viruses") // the ledger is larger than the scanner takes
	staff.Axe("an inbox with a file that was not checked")
	if strings.Contains(staff.Text(), "Invoice") {
		t.Error("the practice sees the infected file")
	}
	p.toldOfTheVirus(t)
	p.quarantined(t)
}

// TestScanHolds: where the operator wants it so, what can't be scanned waits for them, its sender and the practice know,
// and it goes on with a mark when they let it (U8).
func TestScanHolds(t *testing.T) {
	t.Parallel()
	clamd := startClamd(t)
	p := openPortal(t, func(p *portal) { p.scan = clamd.scanning(); p.scan.hold = true })
	l := p.send(t, p.calm, "Hugo Holm")
	person := uitest.Open(t)
	p.enter(person, l)
	person.Choose("Add a file", file(t, "Ledger.csv", long(2<<20)), file(t, "Statement.pdf", page("Statement")))
	person.WaitFor("link", "Rename Ledger.csv")
	person.WaitFor("link", "Rename Statement.pdf")
	person.Click("button", "I’m done, send now")
	person.Wait("it could not be checked for viruses yet, so it waits. Ask Harbour & Finch if it is urgent.")
	person.Wait("goes to Harbour & Finch when the files sent with it have been checked for viruses")
	person.Axe("a file that is held")
	var held []linkapp.ScanRow
	eventually(t, "the operator sees it", func() (there bool) {
		var err error
		held, err = p.house.linkList.Scans(t.Context(), p.calm.firm)
		return err == nil && len(held) == 1 && held[0].State == linkapp.ScanHeld
	})
	eventually(t, "the practice is told", func() bool {
		for _, letter := range p.letters(t, "office@harbour.example") {
			if strings.Contains(letter.Text, held[0].File.String()) && !strings.Contains(letter.Text, "Ledger") {
				return true
			}
		}
		return false
	})
	if !strings.Contains(p.log.String(), "portico scan list") {
		t.Errorf("the log doesn't say it:\n%s", p.log)
	}
	if rows, _, err := p.house.linkList.Files(t.Context(), p.calm.firm, linkapp.FileQuery{}); err != nil || len(rows) > 0 {
		t.Errorf("the practice has %+v, %v", rows, err)
	}
	if err := p.house.actOnScan(t.Context(), p.calm.firm, held[0].File, scanAct{do: linkapp.Commands.LetGo}); err != nil {
		t.Fatal(err)
	}
	person.Wait("Sent to Harbour & Finch · ") // the page sees it by itself
	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/inbox")
	staff.Wait("not checked for viruses")
	staff.Wait("Statement.pdf")
}

// toldOfTheVirus wants one mail to the practice's address, one to who sent the file, and one notice that doesn't name it.
func (p *portal) toldOfTheVirus(t *testing.T) {
	t.Helper()
	for to, subjects := range map[string][]string{
		"office@harbour.example": {"A file was stopped: a virus was found"}, "vera.visser@example.org": {"Your file was not sent: a virus was found"},
		p.calm.email: {"2 files have arrived"},
	} {
		for _, subject := range subjects {
			eventually(t, "a mail to "+to+": "+subject, func() bool {
				n := 0
				for _, letter := range p.letters(t, to) {
					if letter.Subject != subject {
						continue
					}
					n++
					if named := strings.Contains(letter.Text, "Invoice.pdf"); named != (to != p.calm.email) {
						t.Errorf("the mail to %s says %s", to, letter.Text)
					}
				}
				return n == 1
			})
		}
	}
}

// quarantined wants the infected file's bytes apart, out of everybody's reach, until the operator has them destroyed.
func (p *portal) quarantined(t *testing.T) {
	t.Helper()
	rows, err := p.house.linkList.Scans(t.Context(), p.calm.firm)
	if err != nil || len(rows) != 1 || rows[0].State != linkapp.ScanInfected || rows[0].Note != "Eicar-Signature" {
		t.Fatalf("%+v, %v; want one infected file", rows, err)
	}
	id := rows[0].File
	apart := filepath.Join(p.folder, "files", "quarantine", id.String())
	eventually(t, "its bytes are kept apart", func() bool { _, err := os.Stat(apart); return err == nil })
	if found, _ := filepath.Glob(filepath.Join(p.folder, "files", "??", id.String())); len(found) > 0 {
		t.Errorf("its bytes are still at %v", found)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/files/"+id.String()+"/content", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "portico", Value: p.calm.session})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("the practice's person gets %s", answer.Status)
	}
	destroy := scanAct{do: linkapp.Commands.EmptyQuarantine}
	if err := p.house.actOnScan(t.Context(), p.calm.firm, id, destroy); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its bytes are destroyed", func() bool { _, err := os.Stat(apart); return os.IsNotExist(err) })
	eventually(t, "the list is empty", func() bool {
		rows, err := p.house.linkList.Scans(t.Context(), p.calm.firm)
		return err == nil && len(rows) == 0
	})
	if err := p.house.actOnScan(t.Context(), p.calm.firm, uuid.New(), destroy); err == nil {
		t.Error("a file that nobody knows was destroyed")
	}
}
