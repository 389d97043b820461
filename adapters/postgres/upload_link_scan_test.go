package postgres_test

import (
	"testing"
	"time"

	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// said records a verdict and waits until it can be read.
func (u *usedLink) said(t testing.TB, s uploadlink.Scan) {
	t.Helper()
	by := es.By{Firm: u.firm, Actor: event.Actor{Kind: event.System}}
	r, err := es.Execute(t.Context(), u.store, by, uploadlink.Stream(u.id), func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Scanned(s, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
}

// view is what both sides see: the uploader's files by id, the link's batches, and the practice's files.
func (u *usedLink) view(t testing.TB) (mine map[uuid.UUID]app.UploadFile, d app.LinkDetail, theirs map[uuid.UUID]app.FileRow) {
	t.Helper()
	page, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = u.list.Link(t.Context(), u.firm, u.id); err != nil {
		t.Fatal(err)
	}
	rows, _, err := u.list.Files(t.Context(), u.firm, app.FileQuery{})
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs = map[uuid.UUID]app.UploadFile{}, map[uuid.UUID]app.FileRow{}
	for _, f := range page.Files {
		mine[f.ID] = f
	}
	for _, f := range rows {
		theirs[f.ID] = f
	}
	if len(d.Files) != len(theirs) {
		t.Errorf("the link's page shows %d files and the list %d", len(d.Files), len(theirs))
	}
	return mine, d, theirs
}

// U8: a batch reaches the practice with its last verdict, an infected file never, and the marks are there.
func TestFilesWaitForTheirScan(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.cmd.Scans = true
	clean, virus, large := u.send(t, "clean.pdf"), u.send(t, "virus.pdf"), u.send(t, "large.pdf")
	u.said(t, uploadlink.Scan{File: clean, Verdict: uploadlink.Clean, Engine: "X 1"})

	mine, d, theirs := u.view(t)
	if mine[clean].Scan != app.ScanClean || mine[virus].Scan != app.ScanAwaited || mine[virus].State != app.FileReceived || mine[virus].Deadline.IsZero() {
		t.Errorf("in the window: %+v", mine)
	}
	if len(theirs) != 0 || d.Arriving != 3 || d.Batches[0].State != app.BatchOpen || d.Batches[0].Files != 0 {
		t.Errorf("in the window the practice sees %+v, %d arriving, %+v", theirs, d.Arriving, d.Batches)
	}

	r, err := u.cmd.SendNow(t.Context(), app.SendNow{By: u.by(), Link: u.id, Holder: u.holder})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	mine, d, theirs = u.view(t)
	if f := mine[clean]; f.State != app.FileChecking || !f.Deadline.IsZero() {
		t.Errorf("sealed: %+v", f)
	}
	if len(theirs) != 0 || d.Arriving != 3 || d.Batches[0].State != app.BatchSealed || d.Batches[0].Files != 0 || !d.Batches[0].ReleasedAt.IsZero() {
		t.Errorf("sealed: the practice sees %+v, %d arriving, %+v", theirs, d.Arriving, d.Batches)
	}

	u.said(t, uploadlink.Scan{File: large, Verdict: uploadlink.NotScanned, Reason: "too large", Hold: true})
	if mine, _, theirs = u.view(t); mine[large].Scan != app.ScanHeld || mine[large].State != app.FileChecking || len(theirs) != 0 {
		t.Errorf("held: %+v, and the practice sees %+v", mine[large], theirs)
	}
	u.said(t, uploadlink.Scan{File: virus, Verdict: uploadlink.Infected, Finding: "Eicar"})
	if mine, d, theirs = u.view(t); mine[virus].State != app.FileInfected || mine[virus].ScanNote != "Eicar" || len(theirs) != 0 || d.Arriving != 2 {
		t.Errorf("infected: %+v, and the practice sees %+v, %d arriving", mine[virus], theirs, d.Arriving)
	}
	u.said(t, uploadlink.Scan{File: large, Verdict: uploadlink.NotScanned, Reason: "too large"})
	mine, d, theirs = u.view(t)
	if len(theirs) != 2 || theirs[clean].Scan != app.ScanClean || theirs[large].Scan != app.ScanNone || theirs[large].ScanNote != "too large" {
		t.Errorf("released: the practice sees %+v", theirs)
	}
	if mine[large].State != app.FileReleased || mine[virus].State != app.FileInfected || d.Batches[0].State != app.BatchReleased || d.Batches[0].Files != 2 || d.Arriving != 0 || d.Delivered != 2 {
		t.Errorf("released: %+v, %+v", mine, d)
	}
	if _, err := u.list.File(t.Context(), u.firm, virus); err == nil {
		t.Error("the practice can read the infected file")
	}
}

// U2, U8: what is delivered at once is delivered with its own verdict, whatever the other files do.
func TestAtOnceWaitsForItsOwnScan(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.cmd.Scans, u.cmd.Policies = true, policy{Window: time.Hour, AtOnce: true}
	first, second := u.send(t, "first.pdf"), u.send(t, "second.pdf")
	if _, d, theirs := u.view(t); len(theirs) != 0 || d.Arriving != 2 {
		t.Errorf("before any verdict the practice sees %+v, %d arriving", theirs, d.Arriving)
	}
	u.said(t, uploadlink.Scan{File: first, Verdict: uploadlink.Clean})
	if mine, d, theirs := u.view(t); len(theirs) != 1 || theirs[first].ID != first || d.Arriving != 1 || d.Batches[0].Files != 1 || mine[first].State != app.FileReceived {
		t.Errorf("after the first one: %+v, %d arriving, %+v", theirs, d.Arriving, mine[first])
	}
	u.said(t, uploadlink.Scan{File: second, Verdict: uploadlink.Infected, Finding: "Eicar"})
	if _, d, theirs := u.view(t); len(theirs) != 1 || d.Arriving != 0 {
		t.Errorf("after the second one: %+v, %d arriving", theirs, d.Arriving)
	}
}

// U6, U8: a window that has ended seals by the clock, whatever the alarm does, and a release at the deadline needs no alarm.
func TestScanByTheClock(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, 300*time.Millisecond)
	u.cmd.Scans = true
	file := u.send(t, "a.pdf")
	time.Sleep(400 * time.Millisecond)
	if mine, d, theirs := u.view(t); mine[file].State != app.FileChecking || len(theirs) != 0 || d.Batches[0].State != app.BatchSealed {
		t.Errorf("%+v, %+v, %+v", mine[file], d.Batches, theirs)
	}
	u.said(t, uploadlink.Scan{File: file, Verdict: uploadlink.Clean})
	if mine, _, theirs := u.view(t); mine[file].State != app.FileReleased || len(theirs) != 1 {
		t.Errorf("%+v, %+v", mine[file], theirs)
	}
}
