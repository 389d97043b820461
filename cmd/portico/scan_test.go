package main

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/task"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// scanned sends a file through a link of the desk, and gives it a verdict; an empty one is missing.
func (d *desk) scanned(link uuid.UUID, holder uploadlink.Holder, s uploadlink.Scan) (file uuid.UUID, position int64) {
	d.t.Helper()
	ctx, file := d.t.Context(), newID(d.t)
	links := d.h.links
	links.Scans = true
	r, err := links.Take(ctx, linkapp.Take{
		StartTransfer: linkapp.StartTransfer{
			By: es.By{Firm: d.firm, Actor: event.Actor{Kind: event.Uploader, ID: holder.Recipient}}, Link: link, Holder: holder,
			File: file, Name: "Payslip of Imogen.pdf", Size: 3,
		},
		SHA256: strings.Repeat("a1", 32), Media: "application/pdf",
	})
	if err != nil || s.Verdict == "" {
		return file, d.position(r, err)
	}
	s.File = file
	return file, d.position(es.Execute(ctx, d.h.store, es.By{Firm: d.firm, Actor: event.Actor{Kind: event.System}}, uploadlink.Stream(link),
		func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) { return l.Scanned(s, now) }))
}

// onTask puts two files on a task, of which one is held, and a virus is found in the other.
func (d *desk) onTask() (files [2]uuid.UUID, position int64) {
	d.t.Helper()
	id, ida := newID(d.t), newID(d.t)
	files = [2]uuid.UUID{newID(d.t), newID(d.t)}
	do := func(decide func(t task.Task, now time.Time) ([]task.Event, error)) {
		d.t.Helper()
		position = d.position(es.Execute(d.t.Context(), d.h.store, es.By{Firm: d.firm, Actor: event.Actor{Kind: event.System}}, task.Stream(id), decide))
	}
	do(func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.Assign(task.Assigning{Task: id, Client: d.client, People: []uuid.UUID{ida}, Audience: task.Audience{All: true}, Title: "Send Imogen’s payslip", Zone: "Europe/London"}, now)
	})
	for i, file := range files {
		do(func(t task.Task, now time.Time) ([]task.Event, error) {
			return t.TakeFile(task.Sending{Attachment: file, Contact: ida, Name: "Payslip of Imogen.pdf", Size: 3},
				task.Receipt{Attachment: file, Size: 3, SHA256: strings.Repeat("b1", 32), Media: "application/pdf"}, task.FilePolicy{AtOnce: true, Scan: true}, task.Who{Kind: event.Contact, ID: ida}, now)
		})
		verdict := []task.Scan{{Verdict: task.NotScanned, Reason: "too large", Hold: true}, {Verdict: task.Infected, Finding: "Test-Signature"}}[i]
		verdict.Attachment = file
		do(func(t task.Task, now time.Time) ([]task.Event, error) { return t.ScanFile(verdict, now) })
	}
	return files, position
}

func (d *desk) position(r es.Result, err error) int64 {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return r.Position
}

// seen lets another program keep the read models up until they show what was written at position.
func (d *desk) seen(position int64) {
	d.t.Helper()
	c, err := readConfig(environ(d.env...))
	if err != nil {
		d.t.Fatal(err)
	}
	k, err := c.keysFor("", false)
	if err != nil {
		d.t.Fatal(err)
	}
	h, err := build(d.t.Context(), k, d.url, newLog(io.Discard, c))
	if err != nil {
		d.t.Fatal(err)
	}
	defer h.close()
	if err := h.withTail(d.t.Context(), func(ctx context.Context) error { return h.forgotten(ctx, position) }); err != nil {
		d.t.Fatal(err)
	}
}

// U8: the operator sees what a scan keeps from the practice, without a name, and acts on it.
func TestScanCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.says(0, []string{"scan", "list"}, "No file waits")
	link := newID(t)
	d.position(d.h.links.Issue(t.Context(), linkapp.Issue{
		By: es.By{Firm: d.firm, Actor: event.Actor{Kind: event.Staff, ID: newID(t)}}, ID: link,
		Recipients: []linkapp.NewRecipient{{Name: "Imogen Farrow", Email: "imogen@example.org"}}, ExpiresOn: time.Now().AddDate(0, 0, 9), Zone: time.UTC,
	}))
	holder := uploadlink.Holder{Generation: 1}
	for r, err := range d.h.store.Load(t.Context(), d.firm, uploadlink.Stream(link), 0) {
		if err != nil {
			t.Fatal(err)
		}
		holder.Recipient = r.Event.(uploadlink.Issued).Recipients[0].ID
	}
	waits, _ := d.scanned(link, holder, uploadlink.Scan{})
	held, _ := d.scanned(link, holder, uploadlink.Scan{Verdict: uploadlink.NotScanned, Reason: "no verdict within 15m0s", Hold: true})
	virus, _ := d.scanned(link, holder, uploadlink.Scan{Verdict: uploadlink.Infected, Finding: "Eicar-Signature"})
	onTask, position := d.onTask()
	stuck, bad := onTask[0], onTask[1]
	d.seen(position)

	out := d.says(0, []string{"scan", "list"}, waits.String()+"  awaited", held.String()+"  held", "no verdict within 15m0s", virus.String()+"  infected", "Eicar-Signature",
		stuck.String()+"  held", "too large", bad.String()+"  infected", "Test-Signature")
	if strings.Contains(out, "Payslip") || strings.Contains(out, "Imogen") {
		t.Errorf("the list names a file or a person:\n%s", out)
	}
	var lines []scanLine
	if err := json.Unmarshal([]byte(d.says(0, []string{"scan", "list", "--json"})), &lines); err != nil || len(lines) != 5 || lines[2].File != virus || lines[2].Size != 3 || lines[3].Task == uuid.Nil || lines[3].Link != uuid.Nil {
		t.Errorf("%+v, %v", lines, err)
	}

	d.says(1, []string{"scan", "again", "nonsense"}, `"nonsense" is no file's id. List them: portico scan list`)
	d.says(1, []string{"scan", "again", link.String()}, "does not wait for a verdict")
	d.says(1, []string{"scan", "again", virus.String()}, "does not wait for a verdict")
	d.says(1, []string{"scan", "release", virus.String(), "--yes"}, "does not wait for a verdict")
	d.says(1, []string{"scan", "destroy", held.String(), "--yes"}, "is not in quarantine")
	d.says(1, []string{"scan", "release", held.String()}, "unscanned. Repeat it with --yes")
	d.says(1, []string{"scan", "destroy", virus.String()}, "for good. Repeat it with --yes")
	d.says(0, []string{"scan", "again", waits.String()}, "is scanned again")
	d.says(0, []string{"scan", "release", held.String(), "--yes"}, "marked as not checked for viruses")
	d.says(0, []string{"scan", "destroy", virus.String(), "--yes"}, "are destroyed as soon as a node runs")
	d.says(1, []string{"scan", "destroy", stuck.String(), "--yes"}, "is not in quarantine")
	d.says(1, []string{"scan", "release", bad.String(), "--yes"}, "does not wait for a verdict")
	d.says(0, []string{"scan", "again", stuck.String()}, "is scanned again")
	d.says(0, []string{"scan", "release", stuck.String(), "--yes"}, "marked as not checked for viruses")
	d.says(0, []string{"scan", "destroy", bad.String(), "--yes"}, "are destroyed as soon as a node runs")
	var ends []string
	for r, err := range d.h.store.Load(t.Context(), d.firm, task.Stream(lines[3].Task), 0) {
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, r.Event.EventType())
	}
	if got := strings.Join(ends[len(ends)-4:], " "); got != "task.attachment_scan_asked task.attachment_scanned task.attachment_released task.attachment_destroyed" {
		t.Errorf("of the task: %s", got)
	}

	var last []event.Recorded
	for r, err := range d.h.store.Load(t.Context(), d.firm, uploadlink.Stream(link), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = append(last, r)
	}
	last = last[len(last)-3:]
	if e, ok := last[0].Event.(uploadlink.ScanAwaited); !ok || e.File != waits {
		t.Errorf("again: %+v", last[0].Event)
	}
	if e, ok := last[1].Event.(uploadlink.FileScanned); !ok || e.File != held || e.Held || e.Verdict != uploadlink.NotScanned {
		t.Errorf("release: %+v", last[1].Event)
	}
	var by string
	if err := d.h.db.Work.QueryRow(t.Context(), `SELECT meta #>> '{actor,kind}' FROM es.events WHERE stream_id = $1 AND version = $2`,
		link, last[1].Version).Scan(&by); err != nil || by != string(event.Operator) {
		t.Errorf("released by %q, %v", by, err)
	}
	if e, ok := last[2].Event.(uploadlink.QuarantineEmptied); !ok || e.File != virus || e.Cause != uploadlink.ByOperator {
		t.Errorf("destroy: %+v", last[2].Event)
	}
}

// The doctor believes a scanner only when it finds the test virus.
func TestDoctorAsksTheScanner(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	if findings, _ := examined(t, url); !findings["scanner"].OK || !strings.Contains(findings["scanner"].Found, "no virus scanner is configured") {
		t.Errorf("none: %+v", findings["scanner"])
	}
	most, none := "PORTICO_SCAN_MAX=1048576", "PORTICO_CLAMD=unix:"+filepath.Join(t.TempDir(), "none")
	if findings, _ := examined(t, url, most, "PORTICO_CLAMD=unix:"+startClamd(t).address); !findings["scanner"].OK || !strings.Contains(findings["scanner"].Found, "ClamAV 1.4.3") {
		t.Errorf("one that works: %+v", findings["scanner"])
	}
	if findings, code := examined(t, url, most, none); findings["scanner"].OK || findings["scanner"].Do == "" || code != 1 || !strings.Contains(findings["scanner"].Found, "reach clamd") {
		t.Errorf("none there: %+v", findings["scanner"])
	}
	if findings, code := examined(t, url, most, none, "PORTICO_SCAN_UNSCANNED=ignore"); findings["scanner"].OK || code != 1 || !strings.Contains(findings["scanner"].Found, "PORTICO_SCAN_UNSCANNED") {
		t.Errorf("a mistake: %+v", findings["scanner"])
	}
}
