package uploadlink

import (
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// QuarantineLimit is how long the bytes of an infected file are kept apart (rule 18): time for the operator to look.
const QuarantineLimit = 30 * 24 * time.Hour

// What can be wrong with an operator's act on a scan.
var (
	ErrNoScan = fault.New(fault.Conflict, "uploadlink.no_scan",
		"This file does not wait for a verdict of the scanner. List those that do: portico scan list")
	ErrNotInfected = fault.New(fault.Conflict, "uploadlink.not_infected",
		"This file is not in quarantine. List those that are: portico scan list")
)

type scanState uint8

const (
	unasked scanState = iota // no scanner was configured when it arrived
	awaited
	held
	told
)

// Scan is what a scanner says of one file.
type Scan struct {
	File    uuid.UUID
	Verdict Verdict
	Finding string // of Infected: the signature's name
	Reason  string // of NotScanned
	Engine  string
	Hold    bool // NotScanned is not to be released (rule 19)
}

// Scanned records a verdict, and what it causes: a sealed batch is released with its last one, a batch without any
// other file is cancelled (rules 17 to 19). A file that awaits none, because it was deleted or has its verdict, stays as
// it is. It returns ErrNotFound for a file that was never started.
func (l Link) Scanned(s Scan, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	f := l.file(s.File)
	hold := s.Hold && s.Verdict == NotScanned
	switch {
	case f == nil:
		return nil, ErrNotFound
	case !f.awaits(), f.scan == held && hold:
		return nil, nil
	}
	verdict := FileScanned{
		File: s.File, Verdict: s.Verdict, Finding: s.Finding, Reason: s.Reason, Engine: s.Engine, Held: hold, At: now,
	}
	after := event.Fold[Link, Event](l.fork(), verdict)
	return append(append(events, verdict), after.settled(f.batch, now)...), nil
}

// settled is what a verdict has made of its batch.
func (l Link) settled(id uuid.UUID, now time.Time) []Event {
	b := l.batch(id)
	switch {
	case b == nil:
		return nil
	case len(l.inWindow(id)) == 0:
		return []Event{BatchCancelled{Batch: id, At: now}}
	case b.sealed == "", l.awaits(id):
		return nil
	}
	if now.Before(b.deadline) { // the clock went back
		now = b.deadline
	}
	return []Event{l.end(*b, b.sealed, now)}
}

// ScanAgain asks for another scan of a file that awaits its verdict or is held (rule 19). It returns ErrNotFound, ErrNoScan.
func (l Link) ScanAgain(file uuid.UUID, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	f := l.file(file)
	switch {
	case f == nil:
		return nil, ErrNotFound
	case !f.awaits():
		return nil, ErrNoScan
	}
	return append(events, ScanAwaited{File: file, At: now}), nil
}

// LetGo lets a file go on without a scan, because the operator says so (rule 19). It returns ErrNotFound, ErrNoScan.
func (l Link) LetGo(file uuid.UUID, now time.Time) ([]Event, error) {
	ahead, _ := l.ahead(now)
	switch f := ahead.file(file); {
	case f == nil:
		return nil, ErrNotFound
	case !f.awaits():
		return nil, ErrNoScan
	}
	return l.Scanned(Scan{File: file, Verdict: NotScanned, Reason: "let go by the operator"}, now)
}

// EmptyQuarantine destroys the bytes of an infected file before its time (rule 18). The second time changes nothing. It
// returns ErrNotFound, ErrNotInfected.
func (l Link) EmptyQuarantine(file uuid.UUID, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	f := l.file(file)
	switch {
	case f == nil:
		return nil, ErrNotFound
	case f.state == destroyed:
		return nil, nil
	case f.state != infected:
		return nil, ErrNotInfected
	}
	return append(events, QuarantineEmptied{File: file, Cause: ByOperator, At: now}), nil
}

// AwaitsScan tells whether a file still awaits its verdict, held ones too.
func (l Link) AwaitsScan(file uuid.UUID) bool {
	f := l.file(file)
	return f != nil && f.awaits()
}

func (f file) awaits() bool { return f.state == received && (f.scan == awaited || f.scan == held) }

// awaits tells that a verdict of a batch is missing.
func (l Link) awaits(batch uuid.UUID) bool {
	for _, f := range l.files {
		if f.batch == batch && f.awaits() {
			return true
		}
	}
	return false
}

func (l Link) scanned(e FileScanned) {
	f := l.file(e.File)
	if f == nil {
		return
	}
	switch {
	case e.Verdict == Infected:
		f.state, f.scan, f.scannedAt = infected, told, e.At
	case e.Held:
		f.scan = held
	default:
		f.scan = told
	}
}
