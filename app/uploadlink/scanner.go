package uploadlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// How files are looked through for viruses before they reach the practice (U8). A scan is an effect: it may come twice,
// late, or for a file that is gone.
//
//  1. Clean means that a scanner has looked at the whole file and found nothing. Whatever else it answers, nothing is
//     called clean.
//  2. Too large, too slow and the like are verdicts: not scanned, with the reason. A scanner that can't be reached is
//     none: the scan is tried again, and only when the tries are used up the file counts as not scanned.
//  3. A file that has its verdict, or was deleted meanwhile, is not scanned again.

// ScanAnswer is what a scanner says of one file.
type ScanAnswer struct {
	Verdict uploadlink.Verdict
	Finding string // of Infected: the signature's name
	Reason  string // of NotScanned
	Engine  string // as the scanner names itself
}

// Scanner looks through one file. An error means that nobody knows, and that asking again is right. Implementation:
// adapters/scan.
type Scanner interface {
	Scan(ctx context.Context, file io.Reader, size int64) (ScanAnswer, error)
}

// ScanPerformer performs the effects that are scans.
type ScanPerformer struct {
	Events  es.Store
	Open    func(file uuid.UUID) (io.ReadSeekCloser, error)
	Scanner Scanner // nil: none is configured any more; what still waits is not scanned
	Hold    bool    // what can't be scanned waits for the operator, instead of going on with a mark
}

var _ es.Performer = ScanPerformer{}

// Perform scans one file and records the verdict. Errors: es.ErrWithdrawn for one that waits for none, or one that asks
// for another try.
func (p ScanPerformer) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	l, _, _, err := es.State[uploadlink.Link, uploadlink.Event](ctx, p.Events, e.Firm, e.Stream)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	if !l.AwaitsScan(e.Args.File) {
		return nil, fmt.Errorf("%w: the file was deleted or has its verdict", es.ErrWithdrawn)
	}
	answer, err := p.Scan(ctx, e.Args.File)
	if err != nil {
		return nil, err
	}
	return nil, p.record(ctx, e, answer)
}

// Scan is what the scanner says of one file; without a scanner it was not scanned. An error asks for another try.
func (p ScanPerformer) Scan(ctx context.Context, id uuid.UUID) (a ScanAnswer, err error) {
	if p.Scanner == nil {
		return ScanAnswer{Verdict: uploadlink.NotScanned, Reason: "no scanner is configured"}, nil
	}
	file, err := p.Open(id)
	if err != nil {
		return a, fmt.Errorf("open the file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return a, fmt.Errorf("measure the file: %w", err)
	}
	if a, err = p.Scanner.Scan(ctx, file, size); err != nil {
		return a, fmt.Errorf("scan the file: %w", err)
	}
	return a, nil
}

// GaveUp records that no try has reached the scanner (rule 2).
func (p ScanPerformer) GaveUp(ctx context.Context, e es.Effect, tries int) error {
	return p.record(ctx, e, ScanAnswer{Verdict: uploadlink.NotScanned, Reason: fmt.Sprintf("the scanner could not be reached in %d tries", tries)})
}

func (p ScanPerformer) record(ctx context.Context, e es.Effect, a ScanAnswer) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	_, err := es.Execute(ctx, p.Events, by, e.Stream, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Scanned(uploadlink.Scan{
			File: e.Args.File, Verdict: a.Verdict, Finding: a.Finding, Reason: a.Reason, Engine: a.Engine, Hold: p.Hold,
		}, now)
	})
	if err != nil {
		return fmt.Errorf("record the verdict on %s: %w", e.Args.File, err)
	}
	return nil
}
