package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	scanadapter "portico/adapters/scan"
	"portico/app/es"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"

	"github.com/google/uuid"
)

// unscanned is what becomes of a file that can't be scanned.
type unscanned string

const (
	release unscanned = "release" // it goes on, with a mark
	hold    unscanned = "hold"    // it waits for the operator: portico scan
)

// checkScanner checks what can be checked without asking the scanner.
func (c config) checkScanner() (mistakes []error) {
	complain := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if c.Clamd != "" {
		if _, _, err := scanadapter.Parse(c.Clamd); err != nil {
			complain("PORTICO_CLAMD: %w", err)
		}
	}
	if c.Scan.Unscanned != release && c.Scan.Unscanned != hold {
		complain("PORTICO_SCAN_UNSCANNED is %q; it must be %s or %s", c.Scan.Unscanned, release, hold)
	}
	if c.Scan.Max < 1<<20 || c.Scan.Max > scanadapter.Largest {
		complain("PORTICO_SCAN_MAX is %d; it must be a number of bytes from 1048576 to %d, which is the most that clamd looks at", c.Scan.Max, scanadapter.Largest)
	}
	return mistakes
}

// scanning is how files are scanned. A nil scanner: not at all, and what still waits from earlier goes on as not scanned.
type scanning struct {
	scanner *scanadapter.Clamd
	hold    bool
}

func (c config) scanning() scanning {
	return scanning{scanner: c.clamd(), hold: c.Scan.Unscanned == hold}
}

// greet logs what the scanner says of a test virus. It may not run yet, because clamd takes a while to load its
// signatures; nothing is scanned before it has found that virus, so a start without it does no harm.
func (s scanning) greet(ctx context.Context, log *slog.Logger) {
	if s.scanner == nil {
		return
	}
	engine, err := s.scanner.Ready(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		log.Warn("files wait until the virus scanner works", "err", err)
	default:
		log.Info("files are scanned", "engine", engine, "max", s.scanner.MaxSize, "hold", s.hold)
	}
}

// clamd is nil where none is configured. The configuration was checked.
func (c config) clamd() *scanadapter.Clamd {
	if c.Clamd == "" {
		return nil
	}
	network, address, _ := scanadapter.Parse(c.Clamd)
	return &scanadapter.Clamd{Network: network, Address: address, MaxSize: c.Scan.Max}
}

func (s scanning) performer(events es.Store, transfers *transfer.Service) linkapp.ScanPerformer {
	p := linkapp.ScanPerformer{Events: events, Hold: s.hold, Open: func(file uuid.UUID) (io.ReadSeekCloser, error) { return transfers.Open(file) }}
	if s.scanner != nil {
		p.Scanner = s.scanner
	}
	return p
}

// byAggregate leads an effect to who performs it, by the kind of its stream.
type byAggregate map[event.Kind]es.Performer

func (b byAggregate) of(e es.Effect) (es.Performer, error) {
	p, ok := b[e.Stream.Kind]
	if !ok {
		return nil, fmt.Errorf("nobody performs %s of %s", e.Kind, e.Stream)
	}
	return p, nil
}

func (b byAggregate) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	p, err := b.of(e)
	if err != nil {
		return nil, err
	}
	return p.Perform(ctx, e)
}

func (b byAggregate) GaveUp(ctx context.Context, e es.Effect, tries int) error {
	p, err := b.of(e)
	if err != nil {
		return err
	}
	return p.GaveUp(ctx, e, tries)
}

// byKind leads an effect to who performs it, by the word before the dot of its kind.
type byKind map[string]es.Performer

func (b byKind) of(kind string) (es.Performer, error) {
	word, _, _ := strings.Cut(kind, ".")
	p, ok := b[word]
	if !ok {
		return nil, fmt.Errorf("nobody performs effects of kind %q", kind)
	}
	return p, nil
}

func (b byKind) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	p, err := b.of(e.Kind)
	if err != nil {
		return nil, err
	}
	return p.Perform(ctx, e)
}

func (b byKind) GaveUp(ctx context.Context, e es.Effect, tries int) error {
	p, err := b.of(e.Kind)
	if err != nil {
		return err
	}
	return p.GaveUp(ctx, e, tries)
}

// examineScanner has the scanner find a test virus. Without one files are not scanned.
func examineScanner(ctx context.Context, c config) finding {
	const check = "scanner"
	if err := joined(c.checkScanner()); err != nil {
		return wrong(check, "Correct PORTICO_CLAMD and PORTICO_SCAN_….", "%v", err)
	}
	clamd := c.clamd()
	if clamd == nil {
		return fine(check, "no virus scanner is configured; PORTICO_CLAMD names one")
	}
	ctx, cancel := context.WithTimeout(ctx, operatorLimit)
	defer cancel()
	engine, err := clamd.Ready(ctx)
	if err != nil {
		return wrong(check, "Start clamd, and change its clamd.conf as it says.", "%v", err)
	}
	return fine(check, "%s finds test viruses in files of up to %d bytes; what it can't scan is %s", engine, c.Scan.Max,
		map[unscanned]string{release: "released with a mark", hold: "held"}[c.Scan.Unscanned])
}
