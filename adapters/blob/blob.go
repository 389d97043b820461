// Package blob keeps bytes on a local disk, one file an id: DIR/ab/abcdef… with 256 directories by the id's last two
// digits, because the first ones of ids made on one day are equal. What a virus was found in lies in DIR/quarantine.
//
// Nothing a client says becomes part of a path: names are ids, in one spelling. os.Root keeps even a mistake inside DIR.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// Store is one directory of blobs. Several processes may share it.
type Store struct{ root *os.Root }

// Open makes dir ready, with its 256 directories, and holds on to it. Files are for their owner's eyes only (0600).
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the blob directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the blob directory: %w", err)
	}
	for i := range 256 {
		if err := root.Mkdir(fmt.Sprintf("%02x", i), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the blob directories: %w", err)
		}
	}
	if err := root.Mkdir(quarantine, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the quarantine: %w", err)
	}
	s := &Store{root: root}
	if err := s.syncDir("."); err != nil {
		return nil, err
	}
	return s, nil
}

// Close lets go of the directory. Blobs that are open stay usable.
func (s *Store) Close() error { return s.root.Close() }

// shelf is the directory of an id.
func shelf(id uuid.UUID) string { return fmt.Sprintf("%02x", id[15]) }

func path(id uuid.UUID) string { return shelf(id) + "/" + id.String() }

// Create implements transfer.Blobs.
func (s *Store) Create(id uuid.UUID) error {
	f, err := s.root.OpenFile(path(id), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return full(err)
	}
	return f.Close()
}

// Writer implements transfer.Blobs. The lock is the kernel's and ends with the process; there are no lock files.
func (s *Store) Writer(id uuid.UUID) (transfer.Writer, error) {
	f, err := s.root.OpenFile(path(id), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, transfer.ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("open the blob: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, transfer.ErrBusy
		}
		return nil, fmt.Errorf("lock the blob: %w", err)
	}
	return &writer{File: f, store: s, shelf: shelf(id)}, nil
}

// Open implements transfer.Blobs.
func (s *Store) Open(id uuid.UUID) (transfer.Reader, error) {
	f, err := s.root.Open(path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, transfer.ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("open the blob: %w", err)
	}
	return f, nil
}

// quarantine is the directory of blobs that nobody may read.
const quarantine = "quarantine"

// Quarantine implements transfer.Blobs.
func (s *Store) Quarantine(id uuid.UUID) error {
	apart := quarantine + "/" + id.String()
	err := s.root.Rename(path(id), apart)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := s.root.Lstat(apart); errors.Is(err, fs.ErrNotExist) {
			return transfer.ErrMissing
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("move the blob: %w", err)
	}
	return errors.Join(s.syncDir(quarantine), s.syncDir(shelf(id)))
}

// Remove implements transfer.Blobs.
func (s *Store) Remove(id uuid.UUID) error {
	for _, name := range []string{path(id), quarantine + "/" + id.String()} {
		if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the blob: %w", err)
		}
	}
	return nil
}

// Old implements transfer.Blobs. Files that aren't named as a blob are left alone.
func (s *Store) Old(ctx context.Context, age time.Duration) (ids []uuid.UUID, err error) {
	before := time.Now().Add(-age)
	err = fs.WalkDir(s.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		id, perr := uuid.Parse(d.Name())
		if perr != nil || path(id) != filepath.ToSlash(p) {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err == nil && info.ModTime().Before(before) {
			ids = append(ids, id)
		}
		return err
	})
	return ids, err
}

// Free implements transfer.Blobs.
func (s *Store) Free() (int64, error) {
	d, err := s.root.Open(".")
	if err != nil {
		return 0, fmt.Errorf("open the blob directory: %w", err)
	}
	defer d.Close()
	var st syscall.Statfs_t
	if err := syscall.Fstatfs(int(d.Fd()), &st); err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

func (s *Store) syncDir(name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return fmt.Errorf("open the blob directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("flush the blob directory: %w", err)
	}
	return nil
}

// writer is a locked blob, its file positioned at the end.
type writer struct {
	*os.File
	store  *Store
	shelf  string
	fresh  bool // its name may not be on disk yet
	broken error
	ahead  int64 // bytes since the kernel was last asked to start writing
	at     int64
}

// Reset implements transfer.Writer.
func (w *writer) Reset(offset int64) error {
	info, err := w.Stat()
	if err != nil {
		return fmt.Errorf("look at the blob: %w", err)
	}
	if info.Size() < offset {
		return transfer.ErrMissing
	}
	if err := w.Truncate(offset); err != nil {
		return fmt.Errorf("cut the blob at %d: %w", offset, err)
	}
	if _, err := w.Seek(offset, 0); err != nil {
		return fmt.Errorf("go to %d: %w", offset, err)
	}
	w.fresh, w.at = offset == 0, offset
	return nil
}

// Write implements transfer.Writer. The kernel is asked to start writing every few MiB, so that Sync finds little left.
func (w *writer) Write(p []byte) (int, error) {
	n, err := w.File.Write(p)
	w.at += int64(n)
	if w.ahead += int64(n); w.ahead >= startEvery {
		startWriting(w.File, w.at-w.ahead, w.ahead)
		w.ahead = 0
	}
	return n, full(err)
}

const startEvery = 8 << 20

// Sync implements transfer.Writer. A failed flush is final: the kernel forgets what it couldn't write, and the next
// flush would call it safe. The directory is flushed before the first offset beyond 0 can be recorded.
func (w *writer) Sync() error {
	if w.broken != nil {
		return w.broken
	}
	err := flush(w.File)
	if err == nil && w.fresh {
		err = w.store.syncDir(w.shelf)
		w.fresh = err != nil
	}
	if err != nil {
		w.broken = fmt.Errorf("flush the blob: %w", err)
	}
	return w.broken
}

func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w (%w)", transfer.ErrFull, err)
	}
	return err
}
