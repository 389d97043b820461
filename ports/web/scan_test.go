package web

import (
	"encoding/json"
	"testing"
	"time"

	clientapp "portico/app/client"
	linkapp "portico/app/uploadlink"
)

// U8: who sent a file sees that it is checked, what it waits for, and what was found; none of it can be changed.
func TestUploaderSeesTheScan(t *testing.T) {
	for name, c := range map[string]struct {
		state linkapp.FileState
		scan  linkapp.ScanState
		want  string
	}{
		"in its window":      {linkapp.FileReceived, linkapp.ScanAwaited, "Received · 1 KB · being checked for viruses"},
		"in it and clean":    {linkapp.FileReceived, linkapp.ScanClean, "Received · 1 KB</p>"},
		"after it":           {linkapp.FileChecking, linkapp.ScanAwaited, "being checked for viruses, then it goes to Harbour &amp; Vale"},
		"waits for another":  {linkapp.FileChecking, linkapp.ScanClean, "goes to Harbour &amp; Vale when the files sent with it have been checked"},
		"held":               {linkapp.FileChecking, linkapp.ScanHeld, "it could not be checked for viruses yet, so it waits. Ask Harbour &amp; Vale"},
		"infected":           {linkapp.FileInfected, linkapp.ScanInfected, "Not sent to Harbour &amp; Vale: a virus was found (Eicar-Signature). Have this device checked"},
		"its bytes are gone": {linkapp.FileInfected, linkapp.ScanDestroyed, "a virus was found (Eicar-Signature)"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.arrived(noon.Add(10 * time.Minute))
			f := &h.shelf.upload.Files[0]
			f.State, f.Scan = c.state, c.scan
			if f.State == linkapp.FileInfected {
				f.ScanNote = "Eicar-Signature"
			}
			changeable := f.State == linkapp.FileReceived
			if !changeable {
				f.Deadline, h.shelf.upload.Batches[0].State = time.Time{}, linkapp.BatchSealed
			}
			page := h.redeemed().get("/up/"+link.String()+"/").want(t, 200, "scan.pdf", c.want)
			if changeable {
				page.want(t, 200, `file__acts">`, `id="foot"`)
			} else {
				page.lacks(t, `file__acts"><a`)
			}
			var v uploadState
			if err := json.Unmarshal([]byte(h.get("/up/"+link.String()+"/", "Accept", "application/json").want(t, 200).text), &v); err != nil {
				t.Fatal(err)
			}
			if got := v.Files[0]; got.State != c.state || got.Scan != c.scan || got.ScanNote != f.ScanNote || (got.Deadline != "") != changeable {
				t.Errorf("JSON %+v", got)
			}
		})
	}
	t.Run("an expired link shows what is still checked", func(t *testing.T) {
		h := newHouse(t)
		h.arrived(noon)
		f := &h.shelf.upload.Files[0]
		f.State, f.Scan, f.Deadline = linkapp.FileChecking, linkapp.ScanAwaited, time.Time{}
		h.shelf.upload.State = linkapp.LinkExpired
		h.redeemed().get("/up/"+link.String()+"/").want(t, 200, "being checked for viruses")
	})
}

// U8: staff see which files could not be checked; of clean ones nothing is said, nor where no scanner was configured.
func TestStaffSeeWhatWasNotScanned(t *testing.T) {
	const mark = "not checked for viruses"
	for scan, marked := range map[linkapp.ScanState]bool{linkapp.ScanNone: true, linkapp.ScanClean: false, linkapp.NoScan: false} {
		h := newHouse(t)
		row := fileRow()
		row.Scan = scan
		h.shelf.clients, h.shelf.links, h.shelf.files = []clientapp.ClientRow{farrowRow()}, []linkapp.LinkRow{linkRow()}, []linkapp.FileRow{row}
		h.shelf.sent = []linkapp.InboxRow{sending(row)}
		h.signIn()
		for _, path := range []string{"/inbox", "/upload-links/" + link.String(), "/clients/" + farrow.String()} {
			page := h.get(path)
			if page.Code != 200 { // a page that the house has nothing for
				t.Fatalf("%s answers %d", path, page.Code)
			}
			if marked {
				page.want(t, 200, mark)
			} else {
				page.lacks(t, mark)
			}
		}
	}
}
