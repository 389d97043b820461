package firmtest

import (
	"bytes"
	"crypto/sha256"
	"io"
	"sync"

	app "portico/app/firm"

	"github.com/google/uuid"
)

// Files keep bytes in memory. The zero value is empty.
type Files struct {
	mu   sync.Mutex
	kept map[uuid.UUID][]byte
}

var _ app.Files = (*Files)(nil)

// Keep implements app.Files.
func (f *Files) Keep(id uuid.UUID, from io.Reader) (app.Kept, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, there := f.kept[id]
	if !there {
		var err error
		if body, err = io.ReadAll(from); err != nil {
			return app.Kept{}, false, err
		}
		if f.kept == nil {
			f.kept = map[uuid.UUID][]byte{}
		}
		f.kept[id] = body
	}
	return app.Kept{Bytes: int64(len(body)), SHA256: sha256.Sum256(body)}, !there, nil
}

// Open implements app.Files.
func (f *Files) Open(id uuid.UUID) (io.ReadSeekCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, ok := f.kept[id]
	if !ok {
		return nil, app.ErrFileGone
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(body), io.NopCloser(nil)}, nil
}

// Remove implements app.Files.
func (f *Files) Remove(id uuid.UUID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.kept, id)
	return nil
}

// Len is how many files there are.
func (f *Files) Len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.kept)
}
