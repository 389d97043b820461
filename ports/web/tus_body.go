package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

var (
	errStopped = errors.New("another request continues this upload")
	errLame    = errors.New("the sender is too slow")
)

// body reads a request's body patiently, but not for ever, and can be stopped from outside.
type body struct {
	in io.ReadCloser
	rc *http.ResponseController
	p  Patience

	mu       sync.Mutex // between Stop and the deadline's extension, which could undo it
	stopped  bool
	ended    bool // there is nothing more to read: the connection may serve the next request
	extended time.Time
	err      error // of the last Read
	since    time.Time
	read     int64
}

func newBody(in io.ReadCloser, rc *http.ResponseController, p Patience) *body {
	return &body{in: in, rc: rc, p: p, since: time.Now()}
}

// Read lets the sender be silent for a while, but not for ever, and ends what is slower than any line that people have.
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
	} else if errors.Is(err, io.EOF) {
		_ = b.rc.SetReadDeadline(time.Time{}) // what is done with the file may take longer than a silence
		b.ended = true
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
	if now := time.Now(); now.Sub(b.extended) >= min(time.Second, b.p.Silence/2) {
		_ = b.rc.SetReadDeadline(now.Add(b.p.Silence)) // where it isn't supported nothing waits, either
		b.extended = now
	}
	return nil
}

func (b *body) pace(n int) error {
	b.read += int64(n)
	now := time.Now()
	if now.Sub(b.since) < b.p.FloorSpan {
		return nil
	}
	slow := float64(b.read) < float64(b.p.FloorRate)*b.p.FloorSpan.Seconds()
	b.since, b.read = now, 0
	if slow {
		return errLame
	}
	return nil
}

// Stop implements transfer.Body.
func (b *body) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped && !b.ended {
		b.stopped = true
		_ = b.rc.SetReadDeadline(time.Unix(1, 0))
	}
}

// end says that the request is answered. Who stops the upload from then on, or from the end of the body on, would end the
// next request of the same connection: the server waits for that already, and takes a deadline for the reader's leaving.
func (b *body) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
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
	if !stopped && b.rc.SetReadDeadline(time.Now().Add(leftover)) == nil {
		_, _ = io.CopyN(io.Discard, b.in, 1<<20)
	}
}
