package postgres

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// VerifyFile walks the chains of an export without any database. It fails on a file that is no export; what is wrong
// inside of one is damage. progress is told events; it may be nil.
func VerifyFile(from io.Reader, progress func(done, total int64)) (Report, error) {
	started := time.Now()
	f := &fileCheck{walks: map[uuid.UUID]*chainCheck{}, print: newFingerprint()}
	lines := bufio.NewReaderSize(from, 1<<16)
	for number := 1; ; number++ {
		text, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(text) == 0 {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return Report{}, fmt.Errorf("read line %d: %w", number, err)
		}
		if number == 1 {
			err = f.start(text)
		} else {
			err = f.line(text)
		}
		if err != nil {
			return Report{}, fmt.Errorf("line %d: %w", number, err)
		}
		if progress != nil && number%1000 == 0 {
			progress(f.events, f.header.Count)
		}
	}
	if f.header.Format == "" {
		return Report{}, errNoExport
	}
	f.end()
	f.report.Took, f.report.Fingerprint = time.Since(started), f.print.String()
	return f.report, nil
}

var errNoExport = fmt.Errorf("this is no export of a history (%s)", exportFormat)

type fileCheck struct {
	header exportHeader
	report Report
	print  fingerprint
	events int64
	heads  int64
	run    []Entry // of the stream that is being read
	walks  map[uuid.UUID]*chainCheck
	headed map[uuid.UUID]bool
	last   uuid.UUID // of the heads
}

func (f *fileCheck) start(text []byte) error {
	f.headed = map[uuid.UUID]bool{}
	if err := json.Unmarshal(text, &f.header); err != nil || f.header.Format != exportFormat {
		f.header.Format = ""
		return errNoExport
	}
	return nil
}

// line is an event, or a head.
func (f *fileCheck) line(text []byte) error {
	var line struct {
		Head string `json:"head"`
		exportEvent
	}
	if err := json.Unmarshal(text, &line); err != nil {
		return fmt.Errorf("this is no line of an export: %w", err)
	}
	if line.Head != "" {
		h, err := exportHead{Head: line.Head, Firm: line.Firm, Version: line.Version, Hash: line.Hash}.head()
		if err != nil {
			return err
		}
		f.close()
		f.head(h)
		return nil
	}
	e, err := line.entry()
	if err != nil {
		return err
	}
	f.events++
	if len(f.run) > 0 && f.run[0].Stream.ID != e.Stream.ID {
		f.close()
	}
	f.run = append(f.run, e)
	return nil
}

func (l exportEvent) entry() (e Entry, err error) {
	e = Entry{Position: l.Position, Version: l.Version, Firm: l.Firm, Type: l.Type, Schema: l.Schema, Data: l.Data, PII: l.PII, Meta: l.Meta}
	if e.Stream, err = event.ParseStream(l.Stream); err != nil {
		return e, err
	}
	if e.At, err = time.Parse(time.RFC3339Nano, l.At); err != nil {
		return e, err
	}
	return e, unhex(&e.Hash, l.Hash)
}

func (l exportHead) head() (h Head, err error) {
	h = Head{Firm: l.Firm, Version: l.Version}
	if h.Stream, err = event.ParseStream(l.Head); err != nil {
		return h, err
	}
	return h, unhex(&h.Hash, l.Hash)
}

func unhex(to *[32]byte, text string) error {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 32 {
		return fmt.Errorf("%q is no hash", text)
	}
	copy(to[:], b)
	return nil
}

// close walks the stream whose lines have ended.
func (f *fileCheck) close() {
	if len(f.run) == 0 {
		return
	}
	rows := f.run
	f.run = nil
	stream := rows[0].Stream
	if f.walks[stream.ID] != nil {
		f.report.Damage = append(f.report.Damage, Damage{stream, rows[0].Version, "the event stands outside of its stream's lines: it was inserted or moved"})
		f.report.Events += int64(len(rows))
		return
	}
	for i := 1; i < len(rows); i++ {
		if rows[i].Version < rows[i-1].Version {
			f.report.Damage = append(f.report.Damage, Damage{stream, rows[i].Version, fmt.Sprintf("its line stands behind the one of version %d", rows[i-1].Version)})
		}
	}
	slices.SortStableFunc(rows, func(a, b Entry) int { return a.Version - b.Version })
	c := checkStream(&f.report, stream, rows)
	c.rows = rows[:1:1] // the rest is not needed any more
	f.walks[stream.ID] = c
}

func (f *fileCheck) head(h Head) {
	f.heads++
	if f.headed[h.Stream.ID] || bytes.Compare(h.Stream.ID[:], f.last[:]) < 0 {
		f.report.Damage = append(f.report.Damage, Damage{h.Stream, 0, "the stream's head is there twice, or not in its place"})
	}
	f.last, f.headed[h.Stream.ID] = h.Stream.ID, true
	f.print.add(h)
	c := f.walks[h.Stream.ID]
	if c == nil {
		c = checkStream(&f.report, h.Stream, nil)
	}
	c.end(h)
}

func (f *fileCheck) end() {
	f.close()
	for id, c := range f.walks {
		if !f.headed[id] {
			c.find(c.version, "the stream has events and no head: the file is cut or a line was taken out")
		}
	}
	if f.events != f.header.Count || f.heads != f.header.Streams {
		f.report.Damage = append(f.report.Damage, Damage{What: fmt.Sprintf("the header announces %d events and %d streams; the file holds %d and %d",
			f.header.Count, f.header.Streams, f.events, f.heads)})
	}
	sortDamage(f.report.Damage)
}
