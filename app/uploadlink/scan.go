package uploadlink

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// ScanFile is the kind of the effect that scans a file; Args: File. The word is stored.
const ScanFile = "scan.file"

// Scans are the scans that one event asks for. The key holds the event's place in its stream, so that each ScanAwaited is
// one scan.
func Scans(r event.Recorded) []es.Effect {
	e, ok := r.Event.(uploadlink.ScanAwaited)
	if !ok {
		return nil
	}
	return []es.Effect{{
		Kind: ScanFile, Key: fmt.Sprintf("%s/%s/%d", ScanFile, e.File, r.Version),
		Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{File: e.File},
	}}
}

// OfFile names one file of a link, for the operator's acts on scans.
type OfFile struct {
	By   es.By
	Link uuid.UUID
	File uuid.UUID
}

// ScanAgain asks for another scan of a file that has no verdict yet.
func (c Commands) ScanAgain(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.ScanAgain(cmd.File, now)
	})
}

// LetGo lets a file go on without a scan.
func (c Commands) LetGo(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.LetGo(cmd.File, now)
	})
}

// EmptyQuarantine has the bytes of an infected file destroyed before their time.
func (c Commands) EmptyQuarantine(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.EmptyQuarantine(cmd.File, now)
	})
}

// ScanRow is a file that a scan keeps from the practice: it awaits its verdict, is held, or is infected. It names no
// person and no file: operators need neither.
type ScanRow struct {
	Link, File uuid.UUID
	State      ScanState
	Note       string // of an infected one what was found, of a held one why it was not scanned
	Size       int64  // bytes
	ReceivedAt time.Time
}

// ScanState is what a scan has come to.
type ScanState string

// The states of a scan.
const (
	NoScan       ScanState = ""        // no scanner was configured when the file arrived
	ScanAwaited  ScanState = "awaited" // being checked
	ScanHeld     ScanState = "held"    // it could not be checked, and waits for the operator
	ScanClean    ScanState = "clean"
	ScanInfected ScanState = "infected"
	ScanNone     ScanState = "not_scanned" // it could not be checked, and went on

	ScanDestroyed ScanState = "destroyed" // it was infected, and its bytes are gone
)
