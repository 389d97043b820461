package blob_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"portico/adapters/blob"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"

	"github.com/google/uuid"
)

func open(t testing.TB, dir string) *blob.Store {
	t.Helper()
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestFaultsOnDisk(t *testing.T) {
	transfertest.Faults(t, func(t *testing.T) *transfertest.World {
		return transfertest.NewWorld(&transfertest.Rows{}, open(t, t.TempDir()))
	})
}

func TestBlob(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir) // as two processes
	id := uuid.MustParse("0190d8f2-0000-7000-8000-0000000000ab")
	if _, err := s.Writer(id); !errors.Is(err, transfer.ErrMissing) {
		t.Fatalf("no blob yet: %v", err)
	}
	if err := s.Create(id); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "ab", id.String()))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}

	w, err := s.Writer(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []*blob.Store{s, other} {
		if _, err := who.Writer(id); !errors.Is(err, transfer.ErrBusy) {
			t.Fatalf("a second writer: %v", err)
		}
	}
	if err := w.Reset(1); !errors.Is(err, transfer.ErrMissing) {
		t.Fatalf("reset beyond the end: %v", err)
	}
	if err := w.Reset(0); err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("hello world"))
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := w.Reset(5); err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("!"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := other.Writer(id)
	if err != nil {
		t.Fatalf("after Close the lock is free: %v", err)
	}
	again.Close()

	r, err := s.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(r); !bytes.Equal(got, []byte("hello!")) {
		t.Fatalf("%q", got)
	}
	r.Close()

	if err := s.Remove(id); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(id); err != nil {
		t.Fatalf("removing twice: %v", err)
	}
	if _, err := s.Open(id); !errors.Is(err, transfer.ErrMissing) {
		t.Fatalf("removed: %v", err)
	}
	if free, err := s.Free(); err != nil || free <= 0 {
		t.Fatalf("free %d, %v", free, err)
	}
}

// F23: blobs are found by age, and nothing else in the directory is taken for one.
func TestOld(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	old, young := transfertest.NewID(), transfertest.NewID()
	for _, id := range []uuid.UUID{old, young} {
		if err := s.Create(id); err != nil {
			t.Fatal(err)
		}
	}
	day := time.Now().Add(-25 * time.Hour)
	find := func(id uuid.UUID) string {
		m, _ := filepath.Glob(filepath.Join(dir, "*", id.String()))
		return m[0]
	}
	strange := filepath.Join(dir, "00", "notes.txt")
	misplaced := filepath.Join(dir, "lost+found")
	for _, f := range []string{strange, misplaced} {
		os.WriteFile(f, nil, 0o600)
		os.Chtimes(f, day, day)
	}
	os.Chtimes(find(old), day, day)
	ids, err := s.Old(t.Context(), 24*time.Hour)
	if err != nil || len(ids) != 1 || ids[0] != old {
		t.Fatalf("got %v, %v; want %v", ids, err, old)
	}
}

// U8: what is in quarantine is read by nobody, isn't swept, and can be removed.
func TestQuarantine(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	id := transfertest.NewID()
	if err := s.Quarantine(id); !errors.Is(err, transfer.ErrMissing) {
		t.Fatalf("no blob yet: %v", err)
	}
	if err := s.Create(id); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Quarantine(id); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(id); !errors.Is(err, transfer.ErrMissing) {
			t.Errorf("it can be read: %v", err)
		}
		if _, err := s.Writer(id); !errors.Is(err, transfer.ErrMissing) {
			t.Errorf("it can be written: %v", err)
		}
	}
	apart := filepath.Join(dir, "quarantine", id.String())
	long := time.Now().Add(-1000 * time.Hour)
	if err := os.Chtimes(apart, long, long); err != nil {
		t.Fatal(err)
	}
	if ids, err := s.Old(t.Context(), time.Hour); err != nil || len(ids) != 0 {
		t.Errorf("old ones: %v, %v", ids, err)
	}
	if err := s.Remove(id); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(apart); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its bytes are still there: %v", err)
	}
}

// A link out of the directory leads nowhere.
func TestNoWayOut(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	os.WriteFile(outside, []byte("secret"), 0o600)
	s := open(t, dir)
	id := uuid.MustParse("0190d8f2-0000-7000-8000-0000000000cd")
	if err := os.Symlink(outside, filepath.Join(dir, "cd", id.String())); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Open(id); err == nil {
		got, _ := io.ReadAll(r)
		t.Fatalf("read %q through a link", got)
	}
	if _, err := s.Writer(id); err == nil {
		t.Fatal("wrote through a link")
	}
}
