package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// milli is a time as programs read it: RFC 3339, UTC, milliseconds.
func milli(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// uploadState is the upload page for programs, and what its own module asks for. Its fields are fixed; more may come.
type uploadState struct {
	*problem             // of a link that takes nothing any more
	Link     linkState   `json:"link"`
	Now      string      `json:"now"`
	Batch    *batchState `json:"batch"`
	Files    []fileState `json:"files"`
	Earlier  int         `json:"earlier_files,omitempty"` // sent before those in files; their receipts name them

	Receipts []receiptState `json:"receipts,omitempty"` // of released batches, at receipts/{batch}
}

type receiptState struct {
	Batch      uuid.UUID `json:"batch"`
	ReleasedAt string    `json:"released_at"`
	Files      int       `json:"files"`
}

type linkState struct {
	State     string `json:"state"` // open, expired, revoked, replaced
	ExpiresAt string `json:"expires_at"`
	Client    string `json:"client"`
	Practice  string `json:"practice"`
	AskedAt   string `json:"asked_at,omitempty"` // when its holder asked for a new link; 24 hours later they may again

	MaxFileBytes int64 `json:"max_file_bytes,omitempty"` // where the practice has a limit of its own
}

// batchState is the newest open batch; where none is open, the newest one.
type batchState struct {
	State       linkapp.BatchState `json:"state"`
	Deadline    string             `json:"deadline"`
	RemainingMS int64              `json:"remaining_ms"` // by the server's clock; 0 when it is over (U7)
}

type fileState struct {
	ID       uuid.UUID         `json:"id"`
	Name     string            `json:"name"`
	Size     int64             `json:"size"`
	SHA256   string            `json:"sha256"`
	State    linkapp.FileState `json:"state"`
	Deadline string            `json:"deadline,omitempty"` // of its own batch, while it can be changed
	Renamed  bool              `json:"renamed,omitempty"`  // it got a suffix because its name was taken
	SameAs   uuid.UUID         `json:"same_as,omitzero"`
	Scan     linkapp.ScanState `json:"scan,omitempty"`      // where a scanner is configured (U8)
	ScanNote string            `json:"scan_note,omitempty"` // of an infected file what was found

	Withdrawal *withdrawalState `json:"withdrawal,omitempty"` // of a file that has been sent

	// Of a file that is still being received: how many bytes are here, and by what its sender knows it again.
	Offset      int64  `json:"offset,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

// stateOf takes running, the transfers that are under way, where they matter.
func stateOf(p linkapp.UploadPage, running map[uuid.UUID]transfer.Row) uploadState {
	st := uploadState{
		Link: linkState{State: "open", ExpiresAt: milli(p.ExpiresAt), Client: p.ClientName, Practice: p.Practice, MaxFileBytes: p.MaxFile},
		Now:  milli(p.Now), Files: []fileState{}, Earlier: p.Earlier,
	}
	if p.State == linkapp.LinkExpired || p.State == linkapp.LinkRevoked {
		st.Link.State = string(p.State)
	}
	if !p.AskedAt.IsZero() {
		st.Link.AskedAt = milli(p.AskedAt)
	}
	if b, ok := newestBatch(p); ok {
		st.Batch = &batchState{State: b.State, Deadline: milli(b.Deadline)}
		if b.State == linkapp.BatchOpen {
			st.Batch.RemainingMS = max(0, b.Deadline.Sub(p.Now).Milliseconds())
		}
	}
	for _, b := range released(p.Batches) {
		st.Receipts = append(st.Receipts, receiptState{Batch: b.ID, ReleasedAt: milli(b.ReleasedAt), Files: b.Files})
	}
	for _, f := range p.Files {
		if !listed(f) {
			continue
		}
		fs := fileState{ID: f.ID, Name: f.Name, Size: f.Size, SHA256: f.SHA256, State: f.State, Renamed: numbered(f, p.Files), SameAs: f.SameAs, Scan: f.Scan, ScanNote: f.ScanNote, Withdrawal: withdrawalOf(f)}
		if changeable(f, p.Now) {
			fs.Deadline = milli(f.Deadline)
		}
		if row, ok := running[f.ID]; ok && f.State == linkapp.FileReceiving {
			fs.Offset, fs.Fingerprint = row.Offset, row.Fingerprint
		}
		st.Files = append(st.Files, fs)
	}
	return st
}

func newestBatch(p linkapp.UploadPage) (best linkapp.BatchRow, ok bool) {
	for _, b := range p.Batches {
		open, bestOpen := b.State == linkapp.BatchOpen, best.State == linkapp.BatchOpen
		if !ok || open && !bestOpen || open == bestOpen && b.Deadline.After(best.Deadline) {
			best, ok = b, true
		}
	}
	return best, ok
}

// changeable tells that a file is in its window at now (U6: the clock decides, not the job).
func changeable(f linkapp.UploadFile, now time.Time) bool {
	return f.State == linkapp.FileReceived && f.Deadline.After(now)
}

// listed tells that a file is there for its uploader: what was deleted or never came is not.
func listed(f linkapp.UploadFile) bool {
	return f.State != linkapp.FileDeleted && f.State != linkapp.FileAbandoned
}

// unfinished tells that something can still happen through a link that takes nothing new: a file is in its window
// (S1.i16), on its way (L4), or waits for a virus check (U8).
func unfinished(p linkapp.UploadPage) bool {
	return slices.ContainsFunc(p.Files, func(f linkapp.UploadFile) bool {
		return f.State == linkapp.FileReceiving || f.State == linkapp.FileChecking || changeable(f, p.Now)
	})
}

// uploadRows are the files that a page shows to their uploader, newest first.
func uploadRows(p linkapp.UploadPage, base string, running map[uuid.UUID]transfer.Row) []views.UploadRow {
	var rows []views.UploadRow
	for _, f := range slices.Backward(p.Files) {
		if !listed(f) {
			continue
		}
		row := views.UploadRow{Base: base, ID: f.ID, State: string(f.State), Icon: "check", Name: f.Name}
		switch f.State {
		case linkapp.FileReceiving:
			row.Icon, row.Note = "hourglass", "Not complete yet"+here(running[f.ID])+". Choose it again to go on."
		case linkapp.FileReceived:
			row.Note = "Received · " + views.Size(f.Size) + checking(f)
			if changeable(f, p.Now) {
				row.Editable, row.Deadline, row.Left = true, views.At(f.Deadline, time.UTC), clock(f.Deadline.Sub(p.Now))
			}
		case linkapp.FileReleased, linkapp.FileWithdrawn:
			sentRow(&row, f, p.Practice)
		case linkapp.FileChecking:
			row.Icon, row.Note = "hourglass", "Received · "+views.Size(f.Size)+waits(f, p.Practice)
		case linkapp.FileInfected:
			row.Icon, row.Note = "circle-alert", infected(f, p.Practice)
		case linkapp.FileDeleted, linkapp.FileAbandoned:
		}
		row.Note += remarks(f, p.Files)
		rows = append(rows, row)
	}
	return rows
}

// checking is what the virus check adds to a file in its window; file-rows.js says the same here and in the two below.
func checking(f linkapp.UploadFile) string {
	if f.Scan == linkapp.ScanAwaited || f.Scan == linkapp.ScanHeld {
		return " · being checked for viruses"
	}
	return ""
}

// waits tells why a file whose window is over is not with the practice yet (U8).
func waits(f linkapp.UploadFile, practice string) string {
	switch f.Scan {
	case linkapp.ScanAwaited:
		return " · being checked for viruses, then it goes to " + practice
	case linkapp.ScanHeld:
		return " · it could not be checked for viruses yet, so it waits. Ask " + practice + " if it is urgent."
	case linkapp.NoScan, linkapp.ScanClean, linkapp.ScanInfected, linkapp.ScanNone, linkapp.ScanDestroyed:
	}
	return " · goes to " + practice + " when the files sent with it have been checked for viruses"
}

func infected(f linkapp.UploadFile, practice string) string {
	return "Not sent to " + practice + ": a virus was found (" + f.ScanNote + "). Have this device checked, then send a clean copy."
}

// here is how much of an unfinished file has come: ": 63 % is here".
func here(row transfer.Row) string {
	if row.Size == 0 || row.Offset*100 < row.Size {
		return ""
	}
	return fmt.Sprintf(": %d %% is here", row.Offset*100/row.Size)
}

// remarks is what its sender should know of a file; file-rows.js says the same (S1.i12, T15).
func remarks(f linkapp.UploadFile, all []linkapp.UploadFile) (said string) {
	if numbered(f, all) {
		said = " · a file of that name was here already, so this one got a number"
	}
	if f.SameAs == uuid.Nil {
		return said
	}
	i := slices.IndexFunc(all, func(other linkapp.UploadFile) bool { return other.ID == f.SameAs && listed(other) })
	if i < 0 {
		return said + " · same content as an earlier file"
	}
	return said + " · same content as “" + all[i].Name + "”"
}

var suffixed = regexp.MustCompile(`^(.+) \(\d+\)(\.[^.]*)?$`)

// numbered tells that a file was given a number because its name was taken (S1.i12): there is, or was, another one of the
// name without it.
func numbered(f linkapp.UploadFile, all []linkapp.UploadFile) bool {
	m := suffixed.FindStringSubmatch(f.Name)
	return f.Renamed && m != nil && slices.ContainsFunc(all, func(other linkapp.UploadFile) bool {
		return other.ID != f.ID && strings.EqualFold(other.Name, m[1]+m[2]) && other.State != linkapp.FileReceiving && other.State != linkapp.FileAbandoned
	})
}

// clock is 9m41.2s as "9:42".
func clock(d time.Duration) string {
	s := max(0, d+time.Second-1) / time.Second
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
