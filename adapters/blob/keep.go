package blob

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	app "portico/app/firm"

	"github.com/google/uuid"
)

// Whole keeps files that come and go whole, each written once: a practice's logos, its films. It is app/firm.Files. What is
// being written has another name, so that a file is there with all of its bytes or not at all.
type Whole struct{ *Store }

var _ app.Files = Whole{}

// Keep implements app/firm.Files.
func (w Whole) Keep(id uuid.UUID, from io.Reader) (kept app.Kept, fresh bool, err error) {
	if there, err := w.kept(id); err == nil || !errors.Is(err, app.ErrFileGone) {
		return there, false, err
	}
	draft := shelf(id) + "/." + uuid.NewString()
	f, err := w.root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return kept, false, full(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.root.Remove(draft))
		}
	}()
	sum := sha256.New()
	kept.Bytes, err = io.Copy(io.MultiWriter(f, sum), from)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return kept, false, full(err)
	}
	sum.Sum(kept.SHA256[:0])
	if err = w.root.Rename(draft, path(id)); err != nil {
		return kept, false, fmt.Errorf("name the file: %w", err)
	}
	if err := w.syncDir(shelf(id)); err != nil {
		return kept, true, err
	}
	return kept, true, nil
}

// kept looks at what is there.
func (w Whole) kept(id uuid.UUID) (kept app.Kept, err error) {
	f, err := w.Open(id)
	if err != nil {
		return kept, err
	}
	defer f.Close()
	sum := sha256.New()
	if kept.Bytes, err = io.Copy(sum, f); err != nil {
		return kept, fmt.Errorf("read the file: %w", err)
	}
	sum.Sum(kept.SHA256[:0])
	return kept, nil
}

// Open implements app/firm.Files.
func (w Whole) Open(id uuid.UUID) (io.ReadSeekCloser, error) {
	f, err := w.root.Open(path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, app.ErrFileGone
	}
	if err != nil {
		return nil, fmt.Errorf("open the file: %w", err)
	}
	return f, nil
}
