package transfer

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"portico/domain/filetype"
)

// What a zip's list of members takes of the memory does not grow with their names: beyond 4 MiB the rest is not read, and
// only what may hold anything is taken then.
func TestZipWithEndlessNames(t *testing.T) {
	long := strings.Repeat("N", 60_000)
	named := func(n int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		add := func(name string) {
			if _, err := z.CreateHeader(&zip.FileHeader{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		add("[Content_Types].xml")
		add("word/document.xml")
		for i := range n {
			add(fmt.Sprintf("%s%05d", long, i))
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, c := range []struct {
		extension string
		members   int
		want      error
	}{
		{"docx", 60, nil},               // 3.6 MB of names
		{"docx", 400, filetype.ErrType}, // 24 MB
		{"zip", 400, nil},
	} {
		content := named(c.members)
		format, err := filetype.Of("a."+c.extension, []string{c.extension})
		if err != nil {
			t.Fatal(err)
		}
		v := &sieve{format: format, size: int64(len(content))}
		if err := v.pass(content); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = inspect(v, bytes.NewReader(content), v.size)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) {
			t.Errorf("%s with %d members: %v, want %v", c.extension, c.members, err, c.want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("%s with %d members: its list took %d bytes of memory", c.extension, c.members, took)
		}
	}
}
