package blob_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"portico/adapters/blob"
	app "portico/app/firm"

	"github.com/google/uuid"
)

func TestWholeFiles(t *testing.T) {
	dir := t.TempDir()
	store, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	w, id := blob.Whole{Store: store}, uuid.Must(uuid.NewV7())
	files := func() (n int) {
		_ = fs.WalkDir(os.DirFS(dir), ".", func(_ string, d fs.DirEntry, _ error) error {
			if !d.IsDir() {
				n++
			}
			return nil
		})
		return n
	}
	if _, err := w.Open(id); !errors.Is(err, app.ErrFileGone) {
		t.Errorf("before: %v", err)
	}
	broken := errors.New("the line broke")
	if _, fresh, err := w.Keep(id, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))); !errors.Is(err, broken) || fresh || files() != 0 {
		t.Errorf("of half a file %d are left; %t, %v", files(), fresh, err)
	}
	want := app.Kept{Bytes: 5, SHA256: sha256.Sum256([]byte("whole"))}
	for try, from := range []string{"whole", "another"} { // what is there stays
		if kept, fresh, err := w.Keep(id, strings.NewReader(from)); err != nil || kept != want || fresh != (try == 0) {
			t.Errorf("try %d: %+v, %t, %v", try, kept, fresh, err)
		}
	}
	f, err := w.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, []byte("whole")) {
		t.Errorf("%q, %v", got, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := w.Remove(id); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Open(id); !errors.Is(err, app.ErrFileGone) || files() != 0 {
		t.Errorf("after: %v, %d files", err, files())
	}
}
