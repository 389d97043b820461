package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// pump moves one body into one blob. The request's goroutine reads and writes; a second one hashes, and records
// checkpoints: it alone knows how far both have come, and it is free while a read waits.
type pump struct {
	s     *Service
	row   Row // as last recorded
	blob  Writer
	sieve *sieve
	hold  *hold
	body  Body

	full   chan chunk // written, to be hashed; closed at the end of the body
	idle   chan error // the second goroutine's result
	broken atomic.Bool

	sum    digest
	hashed int64       // bytes of the file in sum
	asked  int64       // up to where the newest checkpoint goes
	saved  chan result // of the one that is under way; nil: none is
}

type result struct {
	row Row
	err error
}

type chunk struct {
	buf  *[]byte
	n    int
	pool *sync.Pool
}

// A request that trickles holds one small buffer; one that keeps filling it gets large ones: 6 in the channel, one on
// each side.
const (
	smallBuffer = 32 << 10
	largeBuffer = 256 << 10
	inFlight    = 6
)

var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, smallBuffer); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, largeBuffer); return &b }}
)

// turns are the buffers that are being written or hashed at this moment, over all transfers of the process. A few suffice
// to keep every core at it; without a limit, some fifty bodies that come fast put as many goroutines before each page.
var turns = make(chan struct{}, 2*runtime.GOMAXPROCS(0))

func inTurn(work func()) {
	turns <- struct{}{}
	defer func() { <-turns }()
	work()
}

// run returns the row as recorded, Finishing where all bytes have come.
func (p *pump) run(ctx context.Context) (Row, error) {
	p.full, p.idle = make(chan chunk, inFlight), make(chan error, 1)
	go func() { p.idle <- p.digest(ctx) }()
	err := p.read()
	close(p.full)
	if derr := <-p.idle; derr != nil {
		return p.row, derr // a fence, a revocation or the disk: the reader was stopped because of it
	}
	if refused(err) {
		return p.row, err
	}
	if p.hashed == p.row.Size {
		return p.finish(ctx)
	}
	if cerr := p.checkpoint(ctx); cerr != nil {
		return p.row, cerr
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return p.row, err
}

// read returns io.EOF at the end of the body, nil at the end of the file.
func (p *pump) read() error {
	pool, filled := &smallBuffers, 0
	for left := p.row.Size - p.row.Offset; left > 0; {
		buf := pool.Get().(*[]byte)
		room := (*buf)[:min(int64(len(*buf)), left)]
		n, err := p.body.Read(room)
		if n > 0 {
			if err := p.keep(room[:n]); err != nil {
				return err
			}
			p.full <- chunk{buf: buf, n: n, pool: pool}
			left -= int64(n)
		} else {
			pool.Put(buf)
		}
		if err != nil {
			return err
		}
		if p.broken.Load() || p.hold.stopped.Load() {
			return ErrLocked
		}
		if n == smallBuffer {
			if filled++; filled == 8 {
				pool = &largeBuffers
			}
		}
	}
	return nil
}

// keep looks at a part and writes it.
func (p *pump) keep(part []byte) (err error) {
	inTurn(func() {
		if err = p.sieve.pass(part); err != nil {
			return
		}
		if _, werr := p.blob.Write(part); werr != nil {
			err = fmt.Errorf("write the blob: %w", werr)
		}
	})
	return err
}

// digest hashes what was written and has checkpoints recorded until the body ends. After an error it stops the reader.
func (p *pump) digest(ctx context.Context) error {
	every := time.NewTicker(p.s.Limits.CheckpointEvery)
	defer every.Stop()
	for {
		var err error
		select {
		case c, ok := <-p.full:
			if !ok {
				return p.settled()
			}
			inTurn(func() { p.sum.Write((*c.buf)[:c.n]) })
			p.hashed += int64(c.n)
			c.pool.Put(c.buf)
			if p.saved == nil && p.hashed-p.asked >= p.s.Limits.CheckpointBytes {
				err = p.start(ctx, true)
			}
		case <-every.C:
			if p.saved == nil {
				err = p.start(ctx, true)
			}
		case r := <-p.saved:
			err = p.took(r)
		case done := <-p.hold.flush:
			err = p.checkpoint(ctx)
			close(done)
		}
		if err != nil {
			p.broken.Store(true)
			p.body.Stop()
			for range p.full { // lets the reader get to its end
			}
			return errors.Join(err, p.settled())
		}
	}
}

// checkpoint makes all that was hashed survive, and returns when that is recorded.
func (p *pump) checkpoint(ctx context.Context) error {
	if err := p.settled(); err != nil {
		return err
	}
	if err := p.start(ctx, false); err != nil {
		return err
	}
	return p.settled()
}

// settled waits for the checkpoint under way.
func (p *pump) settled() error {
	if p.saved == nil {
		return nil
	}
	return p.took(<-p.saved)
}

func (p *pump) took(r result) error {
	p.saved = nil
	if r.row.ID == p.row.ID {
		p.row = r.row
	}
	return r.err
}

// start begins a checkpoint of all that was hashed; hashing goes on meanwhile, and only one is under way. The last byte
// is for finish to record (rule 4). Where ask is set a revoked link ends the transfer here (spec L3), and a storage that
// runs full stops it (rule 9).
func (p *pump) start(ctx context.Context, ask bool) error {
	if p.hashed == p.asked || p.hashed == p.row.Size {
		return nil
	}
	state, err := p.sum.state()
	if err != nil {
		return err
	}
	next := p.row
	next.Offset, next.HashState, p.asked = p.hashed, state, p.hashed
	p.saved = make(chan result, 1)
	go func(saved chan<- result) { saved <- p.record(ctx, next, ask) }(p.saved)
	return nil
}

// record makes the bytes below next.Offset survive, then says so (rule 2).
func (p *pump) record(ctx context.Context, next Row, ask bool) result {
	if err := p.blob.Sync(); err != nil {
		return result{err: fmt.Errorf("%w (%w)", ErrDamaged, err)}
	}
	ctx, cancel := detached(ctx)
	defer cancel()
	row, err := p.s.Rows.Checkpoint(ctx, next, p.s.Limits)
	if err != nil {
		return result{err: fmt.Errorf("record the offset: %w", err)}
	}
	if ask {
		if err := p.s.Link.Check(ctx, row.Owner, row.ID); refused(err) {
			return result{row: row, err: fmt.Errorf("ask the link: %w", err)}
		}
		if err := p.s.reserve(0); errors.Is(err, ErrNoSpace) {
			return result{row: row, err: err}
		}
	}
	return result{row: row}
}

// finish looks at the whole file and records that it is there.
func (p *pump) finish(ctx context.Context) (Row, error) {
	if err := p.blob.Sync(); err != nil {
		return p.row, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	media, err := inspect(p.sieve, p.blob, p.row.Size)
	if err != nil {
		return p.row, err
	}
	ctx, cancel := detached(ctx)
	defer cancel()
	next := p.row
	next.SHA256, next.Found = p.sum.Sum(nil), media
	row, err := p.s.Rows.Finish(ctx, next)
	if err != nil {
		return p.row, fmt.Errorf("record the file: %w", err)
	}
	return row, nil
}
