package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

// shelf is the bytes of files.
type shelf map[uuid.UUID][]byte

func (s shelf) open(id uuid.UUID) (io.ReadCloser, error) {
	b, ok := s[id]
	if !ok {
		return nil, io.ErrClosedPipe
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func of(t *testing.T, files ...File) Archive {
	t.Helper()
	a, err := Of(files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRoundTrip(t *testing.T) {
	bytesOf := shelf{id(1): []byte("first"), id(2): bytes.Repeat([]byte("second "), 100_000), id(3): nil}
	a := of(t, File{id(1), "Lønslip.pdf", 5, noon}, File{id(2), "lønslip.PDF", 700_000, noon.Add(time.Hour)}, File{id(3), "empty.txt", 0, time.Time{}.Add(1)})
	var b bytes.Buffer
	if err := a.Write(t.Context(), &b, bytesOf.open); err != nil {
		t.Fatal(err)
	}
	if a.Length() != int64(b.Len()) {
		t.Errorf("the length was to be %d and is %d", a.Length(), b.Len())
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"Lønslip.pdf", "lønslip (2).PDF", "empty.txt"} {
		f := z.File[i]
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r) // checks the CRC
		if err != nil || f.Name != name || f.NonUTF8 || f.Method != zip.Store || !bytes.Equal(got, bytesOf[id(byte(i+1))]) || f.UncompressedSize64 != uint64(len(got)) {
			t.Errorf("entry %d is %q with %d bytes, %v", i, f.Name, len(got), err)
		}
		if ascii := strings.IndexFunc(name, func(r rune) bool { return r > 127 }) < 0; !ascii && f.Flags&0x800 == 0 {
			t.Errorf("%q is not marked as UTF-8", f.Name)
		}
	}
	if at := z.File[1].Modified; !at.Equal(noon.Add(time.Hour)) {
		t.Errorf("changed at %s", at)
	}
	t.Run("other programs agree", func(t *testing.T) {
		unzip, err := exec.LookPath("unzip")
		if err != nil {
			unzip, err = exec.LookPath("python3")
		}
		if err != nil {
			t.Fatal("neither unzip nor python3 is here: .tools/install installs unzip")
		}
		path := filepath.Join(t.TempDir(), "a.zip")
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-t", path}
		if filepath.Base(unzip) == "python3" {
			args = []string{"-m", "zipfile", "-t", path}
		}
		if out, err := exec.Command(unzip, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// What can't be read to its end leaves an archive that no program opens.
func TestAFileThatFailsFailsTheArchive(t *testing.T) {
	for name, bytesOf := range map[string]shelf{
		"missing":   {id(1): []byte("first")},
		"too short": {id(1): []byte("first"), id(2): []byte("sec")},
		"too long":  {id(1): []byte("first"), id(2): []byte("second and more")},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			err := of(t, File{id(1), "a.pdf", 5, noon}, File{id(2), "b.pdf", 6, noon}).Write(t.Context(), &b, bytesOf.open)
			if err == nil || !strings.Contains(err.Error(), id(2).String()) || strings.Contains(err.Error(), "b.pdf") {
				t.Errorf("error %v; want one that names the file by its id alone", err)
			}
			if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
				t.Error("what was written can be opened as if it were whole")
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := of(t, File{id(1), "a.pdf", 5, noon}).Write(ended, io.Discard, shelf{}.open); !errors.Is(err, context.Canceled) {
		t.Errorf("the reader has gone: %v", err)
	}
}

func TestOf(t *testing.T) {
	if _, err := Of(nil); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := Of(make([]File, MaxFiles+1)); !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), "10001") {
		t.Errorf("too many: %v", err)
	}
	files := make([]File, MaxFiles)
	for i := range files {
		files[i].Name = "Photo.jpg"
	}
	a := of(t, files...)
	if last := a.files[MaxFiles-1].Name; last != "Photo (10000).jpg" {
		t.Errorf("the last one is %q", last)
	}
}

// sparse keeps what is written, but for long runs of zeros.
type sparse struct {
	parts []part
	size  int64
}

type part struct {
	at    int64
	bytes []byte // nil: zeros
	n     int
}

func (s *sparse) Write(p []byte) (int, error) {
	keep := part{at: s.size, n: len(p)}
	if len(p) > len(nothing) || !bytes.Equal(p, nothing[:len(p)]) {
		keep.bytes = bytes.Clone(p)
	}
	s.parts, s.size = append(s.parts, keep), s.size+int64(len(p))
	return len(p), nil
}

func (s *sparse) ReadAt(p []byte, off int64) (n int, err error) {
	clear(p)
	for _, part := range s.parts {
		for i, b := range part.bytes {
			if at := part.at + int64(i) - off; at >= 0 && at < int64(len(p)) {
				p[at] = b
			}
		}
	}
	if rest := s.size - off; rest < int64(len(p)) {
		return int(rest), io.EOF
	}
	return len(p), nil
}

var nothing = make([]byte, 1<<20)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// S1.i11: the largest file that is taken, beyond 4 GiB, and one behind it.
func TestBeyondFourGiB(t *testing.T) {
	const most = 5_368_002_597
	a := of(t, File{id(1), "Film.mov", most, noon}, File{id(2), "after.txt", 5, noon})
	var w sparse
	open := func(which uuid.UUID) (io.ReadCloser, error) {
		if which == id(1) {
			return io.NopCloser(io.LimitReader(zeros{}, most)), nil
		}
		return io.NopCloser(strings.NewReader("after")), nil
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := a.Write(t.Context(), &w, open); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 { // the list of parts is most of it
		t.Errorf("%d bytes were allocated for it", used)
	}
	if a.Length() != w.size {
		t.Errorf("the length was to be %d and is %d", a.Length(), w.size)
	}
	z, err := zip.NewReader(&w, w.size)
	if err != nil {
		t.Fatal(err)
	}
	if z.File[0].UncompressedSize64 != most || z.File[1].Name != "after.txt" {
		t.Errorf("entries %+v, %+v", z.File[0].FileHeader, z.File[1].FileHeader)
	}
	r, err := z.File[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "after" {
		t.Errorf("the file behind it is %q, %v", got, err)
	}
}

// T22, T25: names as people and attackers give them.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"a.pdf":                            "a.pdf",
		"Überweisung März.pdf":             "Überweisung März.pdf",
		"family \U0001F46A.jpg":            "family \U0001F46A.jpg",
		"../../etc/passwd":                 "_.._.._etc_passwd",
		`..\..\evil.pdf`:                   "_.._.._evil.pdf",
		"/abs.pdf":                         "_abs.pdf",
		`C:\a.pdf`:                         "C__a.pdf",
		"..":                               "_",
		".":                                "_",
		"":                                 "_",
		".htaccess.txt":                    "_.htaccess.txt",
		"a.pdf.":                           "a.pdf",
		"a.pdf . ":                         "a.pdf",
		" a.pdf":                           "a.pdf",
		`say "hi".pdf`:                     "say _hi_.pdf",
		"what?*<>|.pdf":                    "what_____.pdf",
		"a\r\nb.pdf":                       "a__b.pdf",
		"a\x00.pdf":                        "a_.pdf",
		"bill\u202efdp.exe":                "bill_fdp.exe",
		"a\u2028b.pdf":                     "a_b.pdf",
		"a\xffb.pdf":                       "a_b.pdf",
		"CON.pdf":                          "_CON.pdf",
		"nul":                              "_nul",
		"com1.tar.zip":                     "_com1.tar.zip",
		"LPT9":                             "_LPT9",
		"Contract.pdf":                     "Contract.pdf",
		"COM10.pdf":                        "COM10.pdf",
		strings.Repeat("é", 200) + ".pdf":  strings.Repeat("é", 125) + ".pdf",
		strings.Repeat("x", 255):           strings.Repeat("x", 255),
		strings.Repeat("x", 251) + ".jpeg": strings.Repeat("x", 250) + ".jpeg",
	} {
		if got := Safe(name); got != want {
			t.Errorf("Safe(%q) = %q, want %q", name, got, want)
		}
	}
	taken := names{}
	for i, want := range []string{"a.pdf", "A (2).PDF", "a (3).pdf", "a (2) (2).pdf", "a (4).pdf"} {
		if got := taken.free([]string{"a.pdf", "A.PDF", "a.pdf", "a (2).pdf", "a.pdf"}[i]); got != want {
			t.Errorf("name %d is %q, want %q", i, got, want)
		}
	}
	long := strings.Repeat("é", 125) + ".pdf"
	taken.free(long)
	if got := taken.free(long); len(got) > 255 || !strings.HasSuffix(got, " (2).pdf") || !utf8.ValidString(got) {
		t.Errorf("a long name twice is %q", got)
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.pdf", "../x", "\u202e", "CON", strings.Repeat("é", 300), "\xff."} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := Safe(name)
		if got == "" || len(got) > 255 || !utf8.ValidString(got) || strings.ContainsAny(got, `/\`) || strings.HasPrefix(got, ".") || filepath.Base(got) != got || !filepath.IsLocal(got) {
			t.Errorf("Safe(%q) = %q", name, got)
		}
		if again := Safe(got); again != got {
			t.Errorf("Safe(%q) = %q, and that becomes %q", name, got, again)
		}
		taken := names{}
		seen := map[string]bool{}
		for range 3 {
			n := strings.ToLower(taken.free(got))
			if seen[n] {
				t.Errorf("%q is there twice", n)
			}
			seen[n] = true
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	content := shelf{id(1): bytes.Repeat([]byte("0123456789abcdef"), 4<<20)}
	a, err := Of([]File{{id(1), "a.pdf", 64 << 20, noon}})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(64 << 20)
	for b.Loop() {
		if err := a.Write(b.Context(), io.Discard, content.open); err != nil {
			b.Fatal(err)
		}
	}
}
