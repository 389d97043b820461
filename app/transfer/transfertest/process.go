package transfertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// ErrKilled is what everything answers once a process is dead.
var ErrKilled = errors.New("the process was killed")

// Process is a Service that can be killed: from then on it reaches neither rows nor blobs nor link, and its locks are
// gone, as the kernel sees to. At kills it at a chosen moment.
type Process struct {
	*transfer.Service
	dead atomic.Bool
	mu   sync.Mutex
	open []transfer.Writer

	// At is asked before and after each call, "Finish", "Receive" …; true kills at once.
	At func(call string, after bool) bool
}

// Start runs a Service over parts that others share.
func Start(rows transfer.Rows, blobs transfer.Blobs, link transfer.Link, limits transfer.Limits) *Process {
	p := &Process{}
	p.Service = &transfer.Service{Rows: mortalRows{rows, p}, Blobs: mortalBlobs{blobs, p}, Link: mortalLink{link, p}, Limits: limits}
	return p
}

// Kill ends the process.
func (p *Process) Kill() {
	p.dead.Store(true)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.open {
		_ = w.Close()
	}
	p.open = nil
}

// alive runs f unless the process is dead, or dies now.
func (p *Process) alive(call string, f func() error) error {
	if p.At != nil && p.At(call, false) {
		p.Kill()
	}
	if p.dead.Load() {
		return ErrKilled
	}
	err := f()
	if p.At != nil && p.At(call, true) {
		p.Kill()
	}
	if p.dead.Load() {
		return ErrKilled
	}
	return err
}

type mortalRows struct {
	transfer.Rows
	p *Process
}

func (m mortalRows) Take(ctx context.Context, o transfer.Owner, id uuid.UUID, offset int64) (r transfer.Row, ok bool, err error) {
	err = m.p.alive("Take", func() (err error) { r, ok, err = m.Rows.Take(ctx, o, id, offset); return err })
	return r, ok, err
}

func (m mortalRows) Checkpoint(ctx context.Context, row transfer.Row, l transfer.Limits) (r transfer.Row, err error) {
	err = m.p.alive("Checkpoint", func() (err error) { r, err = m.Rows.Checkpoint(ctx, row, l); return err })
	return r, err
}

func (m mortalRows) Insert(ctx context.Context, row transfer.Row, l transfer.Limits, quota int64) (r transfer.Row, err error) {
	err = m.p.alive("Insert", func() (err error) { r, err = m.Rows.Insert(ctx, row, l, quota); return err })
	return r, err
}

func (m mortalRows) Finish(ctx context.Context, row transfer.Row) (r transfer.Row, err error) {
	err = m.p.alive("Finish", func() (err error) { r, err = m.Rows.Finish(ctx, row); return err })
	return r, err
}

func (m mortalRows) Receive(ctx context.Context, firm int32, id uuid.UUID) error {
	return m.p.alive("Mark", func() error { return m.Rows.Receive(ctx, firm, id) })
}

func (m mortalRows) Abandon(ctx context.Context, firm int32, id uuid.UUID, why transfer.Reason) (r transfer.Row, ok bool, err error) {
	err = m.p.alive("Abandon", func() (err error) { r, ok, err = m.Rows.Abandon(ctx, firm, id, why); return err })
	return r, ok, err
}

func (m mortalRows) Emptied(ctx context.Context, firm int32, id uuid.UUID) error {
	return m.p.alive("Emptied", func() error { return m.Rows.Emptied(ctx, firm, id) })
}

type mortalLink struct {
	transfer.Link
	p *Process
}

func (m mortalLink) Start(ctx context.Context, o transfer.Owner, f transfer.File) error {
	return m.p.alive("Start", func() error { return m.Link.Start(ctx, o, f) })
}

func (m mortalLink) Take(ctx context.Context, o transfer.Owner, f transfer.File, admitted time.Time, c transfer.Content) (at int64, err error) {
	err = m.p.alive("Take", func() (err error) { at, err = m.Link.Take(ctx, o, f, admitted, c); return err })
	return at, err
}

func (m mortalLink) Receive(ctx context.Context, o transfer.Owner, id uuid.UUID, c transfer.Content) (at int64, err error) {
	err = m.p.alive("Receive", func() (err error) { at, err = m.Link.Receive(ctx, o, id, c); return err })
	return at, err
}

func (m mortalLink) Abandon(ctx context.Context, o transfer.Owner, id uuid.UUID, why transfer.Reason) error {
	return m.p.alive("End", func() error { return m.Link.Abandon(ctx, o, id, why) })
}

type mortalBlobs struct {
	transfer.Blobs
	p *Process
}

func (m mortalBlobs) Create(id uuid.UUID) error {
	return m.p.alive("Create", func() error { return m.Blobs.Create(id) })
}

func (m mortalBlobs) Remove(id uuid.UUID) error {
	return m.p.alive("Remove", func() error { return m.Blobs.Remove(id) })
}

func (m mortalBlobs) Writer(id uuid.UUID) (w transfer.Writer, err error) {
	err = m.p.alive("Writer", func() (err error) { w, err = m.Blobs.Writer(id); return err })
	if err != nil {
		return nil, err
	}
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	m.p.open = append(m.p.open, w)
	return mortalWriter{w, m.p}, nil
}

type mortalWriter struct {
	transfer.Writer
	p *Process
}

func (m mortalWriter) Write(b []byte) (n int, err error) {
	err = m.p.alive("Write", func() (err error) { n, err = m.Writer.Write(b); return err })
	return n, err
}

func (m mortalWriter) Sync() error { return m.p.alive("Sync", m.Writer.Sync) }

func (m mortalWriter) Close() error {
	if m.p.dead.Load() {
		return nil // the kernel did it, and somebody else may hold the blob now
	}
	return m.Writer.Close()
}

// Body is a request's body of the bytes in it, which then ends, breaks or hangs.
type Body struct {
	bytes *bytes.Reader
	then  error // io.EOF ends well; nil hangs until Stop
	once  sync.Once
	stop  chan struct{}
	// Piece is the most that one Read gives; 0 as much as fits.
	Piece int
	// Pace is waited before each Read.
	Pace time.Duration
}

// Ends is a body that arrives wholly.
func Ends(p []byte) *Body { return newBody(p, io.EOF) }

// Breaks is a body whose connection drops after p.
func Breaks(p []byte) *Body { return newBody(p, io.ErrUnexpectedEOF) }

// Hangs is a body whose connection died unnoticed after p.
func Hangs(p []byte) *Body { return newBody(p, nil) }

func newBody(p []byte, then error) *Body {
	return &Body{bytes: bytes.NewReader(p), then: then, stop: make(chan struct{})}
}

func (b *Body) Read(p []byte) (int, error) {
	select {
	case <-b.stop:
		return 0, errStopped
	default:
	}
	if b.Pace > 0 {
		time.Sleep(b.Pace)
	}
	if b.Piece > 0 {
		p = p[:min(len(p), b.Piece)]
	}
	if n, err := b.bytes.Read(p); err == nil {
		return n, nil
	}
	if b.then != nil {
		return 0, b.then
	}
	<-b.stop
	return 0, errStopped
}

var errStopped = errors.New("the body was stopped")

// Left is how many bytes nobody has read.
func (b *Body) Left() int { return b.bytes.Len() }

// Stop implements transfer.Body.
func (b *Body) Stop() { b.once.Do(func() { close(b.stop) }) }
