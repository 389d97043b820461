package uploadlink_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	uploadlinkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var (
	ida        = uuid.UUID{15: 10}
	batch      = uuid.UUID{15: 30}
	stream     = uploadlink.Stream(link)
	scanOfFile = es.Effect{Kind: "scan.file", Key: "scan.file/x/5", Firm: firm, Stream: stream, Args: es.EffectArgs{File: file}}
)

// scanner answers as told and remembers what it was shown.
type scanner struct {
	answer uploadlinkapp.ScanAnswer
	err    error
	saw    []string
}

func (s *scanner) Scan(_ context.Context, file io.Reader, size int64) (uploadlinkapp.ScanAnswer, error) {
	all, err := io.ReadAll(file)
	if err != nil || int64(len(all)) != size {
		return uploadlinkapp.ScanAnswer{}, errors.Join(err, errors.New("the size is wrong"))
	}
	s.saw = append(s.saw, string(all))
	return s.answer, s.err
}

type content struct{ *bytes.Reader }

func (content) Close() error { return nil }

// performer stands over a link with one file in its window, whose scan is awaited.
func performer(t *testing.T, s *scanner, more ...uploadlink.Event) (uploadlinkapp.ScanPerformer, *estest.Memory) {
	t.Helper()
	store := estest.NewMemory(noon)
	events := append([]uploadlink.Event{
		uploadlink.Issued{
			Subject: link, Message: event.Of(link, ""), ExpiresAt: noon.AddDate(0, 0, 30), Zone: "UTC",
			Recipients: []uploadlink.Recipient{{ID: ida, Name: event.Of(ida, "Ida"), Email: event.Of(ida, "ida@example.org")}},
		},
		uploadlink.TransferStarted{File: file, Recipient: ida, Name: event.Of(link, "a.pdf"), Size: 5, At: noon},
		uploadlink.BatchOpened{Batch: batch, Recipient: ida, At: noon},
		uploadlink.FileReceived{
			File: file, Batch: batch, Recipient: ida, Name: event.Of(link, "a.pdf"), SentAs: event.Of(link, "a.pdf"), Size: 5,
			SHA256: strings.Repeat("a1", 32), StartedAt: noon, ReceivedAt: noon, WindowMS: 600_000, Deadline: noon.Add(10 * time.Minute),
		},
		uploadlink.ScanAwaited{File: file, At: noon},
	}, more...)
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}
	_, err := es.Execute(t.Context(), store, by, stream, func(uploadlink.Link, time.Time) ([]uploadlink.Event, error) { return events, nil })
	if err != nil {
		t.Fatal(err)
	}
	p := uploadlinkapp.ScanPerformer{Events: store, Open: func(id uuid.UUID) (io.ReadSeekCloser, error) {
		if id != file {
			return nil, errors.New("another file")
		}
		return content{bytes.NewReader([]byte("hello"))}, nil
	}}
	if s != nil {
		p.Scanner = s
	}
	return p, store
}

// verdicts are what is recorded of scans.
func verdicts(store *estest.Memory) (all []uploadlink.FileScanned) {
	for _, e := range store.Stream(stream) {
		if e, ok := e.(uploadlink.FileScanned); ok {
			all = append(all, e)
		}
	}
	return all
}

func TestVerdictsAreRecordedOnce(t *testing.T) { // U8
	for name, c := range map[string]struct {
		answer uploadlinkapp.ScanAnswer
		hold   bool
		want   uploadlink.FileScanned
	}{
		"clean":    {uploadlinkapp.ScanAnswer{Verdict: uploadlink.Clean, Engine: "X 1"}, false, uploadlink.FileScanned{File: file, Verdict: uploadlink.Clean, Engine: "X 1", At: noon}},
		"infected": {uploadlinkapp.ScanAnswer{Verdict: uploadlink.Infected, Finding: "Eicar"}, true, uploadlink.FileScanned{File: file, Verdict: uploadlink.Infected, Finding: "Eicar", At: noon}},
		"marked":   {uploadlinkapp.ScanAnswer{Verdict: uploadlink.NotScanned, Reason: "big"}, false, uploadlink.FileScanned{File: file, Verdict: uploadlink.NotScanned, Reason: "big", At: noon}},
		"held":     {uploadlinkapp.ScanAnswer{Verdict: uploadlink.NotScanned, Reason: "big"}, true, uploadlink.FileScanned{File: file, Verdict: uploadlink.NotScanned, Reason: "big", Held: true, At: noon}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scanner{answer: c.answer}
			p, store := performer(t, s)
			p.Hold = c.hold
			if _, err := p.Perform(t.Context(), scanOfFile); err != nil {
				t.Fatal(err)
			}
			if got := verdicts(store); len(got) != 1 || got[0] != c.want {
				t.Errorf("recorded %+v, want %+v", got, c.want)
			}
			if !slices.Equal(s.saw, []string{"hello"}) {
				t.Errorf("the scanner saw %q", s.saw)
			}
			if _, err := p.Perform(t.Context(), scanOfFile); !c.want.Held && !errors.Is(err, es.ErrWithdrawn) {
				t.Errorf("the second time: %v", err)
			}
			if err := p.GaveUp(t.Context(), scanOfFile, 6); err != nil || len(verdicts(store)) != 1 {
				t.Errorf("given up after the verdict: %v, %+v", err, verdicts(store))
			}
		})
	}
}

// A scanner that fails is no verdict until the tries are used up, and then the file is not called clean.
func TestTheScannerIsGone(t *testing.T) {
	s := &scanner{answer: uploadlinkapp.ScanAnswer{Verdict: uploadlink.Clean}, err: errors.New("connection refused")}
	p, store := performer(t, s)
	if _, err := p.Perform(t.Context(), scanOfFile); err == nil || errors.Is(err, es.ErrWithdrawn) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("answered %v, want another try", err)
	}
	if got := verdicts(store); len(got) != 0 {
		t.Errorf("recorded %+v", got)
	}
	if err := p.GaveUp(t.Context(), scanOfFile, 6); err != nil {
		t.Fatal(err)
	}
	want := uploadlink.FileScanned{File: file, Verdict: uploadlink.NotScanned, Reason: "the scanner could not be reached in 6 tries", At: noon}
	if got := verdicts(store); len(got) != 1 || got[0] != want {
		t.Errorf("recorded %+v, want %+v", got, want)
	}
}

func TestNoScannerAnyMore(t *testing.T) {
	p, store := performer(t, nil)
	if _, err := p.Perform(t.Context(), scanOfFile); err != nil {
		t.Fatal(err)
	}
	if got := verdicts(store); len(got) != 1 || got[0].Verdict != uploadlink.NotScanned || got[0].Reason != "no scanner is configured" {
		t.Errorf("recorded %+v", got)
	}
}

func TestADeletedFileIsNotScanned(t *testing.T) { // U4
	s := &scanner{}
	p, store := performer(t, s, uploadlink.FileDeleted{File: file, Batch: batch}, uploadlink.BatchCancelled{Batch: batch, At: noon})
	if _, err := p.Perform(t.Context(), scanOfFile); !errors.Is(err, es.ErrWithdrawn) || len(s.saw) != 0 || len(verdicts(store)) != 0 {
		t.Errorf("answered %v, looked at %d files, recorded %+v", err, len(s.saw), verdicts(store))
	}
}
