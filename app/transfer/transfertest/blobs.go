package transfertest

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// Blobs keeps bytes in memory, and can lose what was never synced. The zero value is ready.
type Blobs struct {
	mu      sync.Mutex
	m       map[uuid.UUID]*memoryBlob
	apart   map[uuid.UUID]*memoryBlob
	SyncErr error // what Sync answers
	Room    int64 // bytes after which Write answers ErrFull; 0 is endless
	space   int64 // what Free answers; 0 is plenty
}

type memoryBlob struct {
	store   *Blobs
	data    []byte
	safe    []byte // survives a power cut
	locked  bool
	written time.Time
}

// Create implements transfer.Blobs.
func (bs *Blobs) Create(id uuid.UUID) error {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	if bs.m == nil {
		bs.m = make(map[uuid.UUID]*memoryBlob)
	}
	if bs.m[id] == nil {
		bs.m[id] = &memoryBlob{store: bs, written: time.Now()}
	}
	return nil
}

// Writer implements transfer.Blobs.
func (bs *Blobs) Writer(id uuid.UUID) (transfer.Writer, error) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b := bs.m[id]
	switch {
	case b == nil:
		return nil, transfer.ErrMissing
	case b.locked:
		return nil, transfer.ErrBusy
	}
	b.locked = true
	return b, nil
}

// Open implements transfer.Blobs.
func (bs *Blobs) Open(id uuid.UUID) (transfer.Reader, error) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b := bs.m[id]
	if b == nil {
		return nil, transfer.ErrMissing
	}
	return memoryReader{bytes.NewReader(b.data)}, nil
}

type memoryReader struct{ *bytes.Reader }

func (memoryReader) Close() error { return nil }

// Quarantine implements transfer.Blobs.
func (bs *Blobs) Quarantine(id uuid.UUID) error {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b := bs.m[id]
	switch {
	case b == nil && bs.apart[id] == nil:
		return transfer.ErrMissing
	case b == nil:
		return nil
	case bs.apart == nil:
		bs.apart = make(map[uuid.UUID]*memoryBlob)
	}
	bs.apart[id] = b
	delete(bs.m, id)
	return nil
}

// Remove implements transfer.Blobs.
func (bs *Blobs) Remove(id uuid.UUID) error {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	delete(bs.m, id)
	delete(bs.apart, id)
	return nil
}

// Old implements transfer.Blobs.
func (bs *Blobs) Old(_ context.Context, age time.Duration) (ids []uuid.UUID, err error) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	for id, b := range bs.m {
		if time.Since(b.written) > age {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Free implements transfer.Blobs.
func (bs *Blobs) Free() (int64, error) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	if bs.space > 0 {
		return bs.space, nil
	}
	return 1 << 50, nil
}

// SetSpace is what Free answers from now on; 0 is plenty.
func (bs *Blobs) SetSpace(bytes int64) { bs.mu.Lock(); bs.space = bytes; bs.mu.Unlock() }

// PowerCut loses all that was never synced, and every lock.
func (bs *Blobs) PowerCut() {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	for _, b := range bs.m {
		b.data, b.locked = bytes.Clone(b.safe), false
	}
}

func (b *memoryBlob) Write(p []byte) (int, error) {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if room := b.store.Room; room > 0 && int64(len(b.data)+len(p)) > room {
		return 0, transfer.ErrFull
	}
	b.data, b.written = append(b.data, p...), time.Now()
	return len(p), nil
}

func (b *memoryBlob) ReadAt(p []byte, at int64) (int, error) {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if at >= int64(len(b.data)) {
		return 0, io.EOF
	}
	n := copy(p, b.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (b *memoryBlob) Reset(offset int64) error {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if int64(len(b.data)) < offset {
		return transfer.ErrMissing
	}
	b.data = b.data[:offset:offset]
	return nil
}

func (b *memoryBlob) Sync() error {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if b.store.SyncErr != nil {
		return b.store.SyncErr
	}
	b.safe = b.data[:len(b.data):len(b.data)] // what is appended later lies beyond, and Reset makes appends move away
	return nil
}

func (b *memoryBlob) Close() error {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	b.locked = false
	return nil
}
