package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// How long a sender may say nothing, and how slow it may be. A phone on a bad line stays above; one byte a second, which
// would hold a connection for years, does not.
const (
	idleLimit  = 60 * time.Second
	floorSpan  = 2 * time.Minute
	floorBytes = 1 << 10 * int64(floorSpan/time.Second)
)

var (
	errStopped = errors.New("another request continues this upload")
	errTooSlow = errors.New("the sender is too slow")
)

// body reads a request's body patiently, but not for ever, and can be stopped from outside.
type body struct {
	in io.ReadCloser
	rc *http.ResponseController

	mu       sync.Mutex // between Stop and the deadline's extension, which could undo it
	stopped  bool
	extended time.Time
	err      error // of the last Read
	since    time.Time
	read     int64
}

func newBody(in io.ReadCloser, rc *http.ResponseController) *body {
	return &body{in: in, rc: rc, since: time.Now()}
}

// Read gives the sender idleLimit to say something.
func (b *body) Read(p []byte) (int, error) {
	if err := b.extend(); err != nil {
		return 0, err
	}
	n, err := b.in.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		err = errStopped
	} else if slow := b.pace(n); err == nil {
		err = slow
	}
	b.err = err
	return n, err
}

// extend moves the deadline at most once a second: each move costs.
func (b *body) extend() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return errStopped
	}
	if now := time.Now(); now.Sub(b.extended) >= time.Second {
		_ = b.rc.SetReadDeadline(now.Add(idleLimit)) // where it isn't supported nothing waits, either
		b.extended = now
	}
	return nil
}

func (b *body) pace(n int) error {
	b.read += int64(n)
	now := time.Now()
	if now.Sub(b.since) < floorSpan {
		return nil
	}
	slow := b.read < floorBytes
	b.since, b.read = now, 0
	if slow {
		return errTooSlow
	}
	return nil
}

// Stop implements transfer.Body.
func (b *body) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped {
		b.stopped = true
		_ = b.rc.SetReadDeadline(time.Unix(1, 0))
	}
}

// Close implements io.ReadCloser.
func (b *body) Close() error { return b.in.Close() }

// failed tells whether err comes from reading this body.
func (b *body) failed(err error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err != nil && !errors.Is(b.err, io.EOF) && (errors.Is(err, b.err) || errors.Is(err, os.ErrDeadlineExceeded))
}

// drain reads on for a moment after a refusal: a browser that is still sending sees a reset line instead of the answer.
func (b *body) drain() {
	b.mu.Lock()
	stopped := b.stopped
	b.mu.Unlock()
	if !stopped && b.rc.SetReadDeadline(time.Now().Add(2*time.Second)) == nil {
		_, _ = io.CopyN(io.Discard, b.in, 1<<20)
	}
}
