package task

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// ScanAttachment is the kind of the effect that scans a file of a task; Args: File. The word is stored.
const ScanAttachment = "scan.attachment"

// Scans are the scans that one event asks for. The operator's key holds the event's place in its stream, so that each asking
// is one scan.
func Scans(r event.Recorded) []es.Effect {
	var file uuid.UUID
	var key string
	switch e := r.Event.(type) {
	case task.AttachmentReceived:
		if e.Awaited {
			file, key = e.Attachment, fmt.Sprintf("%s/%s", ScanAttachment, e.Attachment)
		}
	case task.AttachmentScanAsked:
		file, key = e.Attachment, fmt.Sprintf("%s/%s/%d", ScanAttachment, e.Attachment, r.Version)
	}
	if key == "" {
		return nil
	}
	return []es.Effect{{Kind: ScanAttachment, Key: key, Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{File: file}}}
}

// ScanAgain asks for another scan of a file that has no verdict yet.
func (c Commands) ScanAgain(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) { return t.ScanAgain(cmd.File, now) })
}

// LetGo lets a file go on without a scan.
func (c Commands) LetGo(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) { return t.LetGo(cmd.File, now) })
}

// EmptyQuarantine has the bytes of an infected file destroyed before their time.
func (c Commands) EmptyQuarantine(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) { return t.EmptyQuarantine(cmd.File, now) })
}

// ScanRow is a file that a scan keeps from the practice: it awaits its verdict, is held, or is infected. It names no person
// and no file: operators need neither.
type ScanRow struct {
	Task, File uuid.UUID
	State      FileScan
	Note       string // of an infected one what was found, of a held one why it was not scanned
	Size       int64  // bytes
	ReceivedAt time.Time
}

// ScanPerformer performs the effects that scan files of tasks. A scan may come twice, late, or for a file that is gone.
type ScanPerformer struct {
	Events es.Store
	// Scan is what the scanner says of some bytes. An error means that nobody knows, and that asking again is right.
	Scan func(ctx context.Context, transfer uuid.UUID) (task.Scan, error)
	Hold bool // what can't be scanned waits for the operator, instead of going on with a mark
}

var _ es.Performer = ScanPerformer{}

// Perform scans one file and records the verdict. Errors: es.ErrWithdrawn for one that waits for none, or one that asks
// for another try.
func (p ScanPerformer) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	t, _, _, err := es.State[task.Task, task.Event](ctx, p.Events, e.Firm, e.Stream)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	transfer, ok := t.AwaitsScan(e.Args.File)
	if !ok {
		return nil, fmt.Errorf("%w: the file was taken away or has its verdict", es.ErrWithdrawn)
	}
	answer, err := p.Scan(ctx, transfer)
	if err != nil {
		return nil, err
	}
	return nil, p.record(ctx, e, answer)
}

// GaveUp records that no try has reached the scanner.
func (p ScanPerformer) GaveUp(ctx context.Context, e es.Effect, tries int) error {
	return p.record(ctx, e, task.Scan{Verdict: task.NotScanned, Reason: fmt.Sprintf("the scanner could not be reached in %d tries", tries)})
}

func (p ScanPerformer) record(ctx context.Context, e es.Effect, s task.Scan) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	s.Attachment, s.Hold = e.Args.File, p.Hold
	_, err := es.Execute(ctx, p.Events, by, e.Stream, func(t task.Task, now time.Time) ([]task.Event, error) { return t.ScanFile(s, now) })
	if err != nil {
		return fmt.Errorf("record the verdict on %s: %w", e.Args.File, err)
	}
	return nil
}
