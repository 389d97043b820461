package blob_test

import (
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"
)

// BenchmarkAppend receives one body of 256 MiB, flushed every 64, beside a plain handler that hashes and writes it to the
// same disk and flushes once: what the machinery costs by itself, without a database.
func BenchmarkAppend(b *testing.B) {
	const size = 256 << 20
	dir := b.TempDir()
	w := transfertest.NewWorld(&transfertest.Rows{}, open(b, dir))
	limits := transfer.Standard(1<<40, []string{"pdf"})
	limits.Reserve = 0
	s := &transfer.Service{Rows: w.Rows, Blobs: w.Blobs, Link: w.Link, Limits: limits}
	plain := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		f, _ := os.Create(filepath.Join(dir, "plain"))
		defer f.Close()
		if _, err := io.Copy(io.MultiWriter(sha256.New(), f), r.Body); err != nil || f.Sync() != nil {
			rw.WriteHeader(500)
		}
	}))
	defer plain.Close()
	product := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		row, err := s.Create(r.Context(), w.Owner, transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: size})
		if err == nil {
			_, err = s.Append(r.Context(), w.Owner, row.ID, 0, size, unstoppable{r.Body})
		}
		if err != nil {
			b.Error(err)
			rw.WriteHeader(500)
			return
		}
		_ = s.Discard(r.Context(), w.Owner.Firm, row.ID)
	}))
	defer product.Close()

	block := transfertest.PDF(1<<20, 1)
	put := func(url string) float64 {
		began := time.Now()
		r, _ := http.NewRequest(http.MethodPut, url, io.LimitReader(&again{block: block}, size))
		r.ContentLength = size
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != 200 {
			b.Fatal(resp, err)
		}
		resp.Body.Close()
		return size / 1e6 / time.Since(began).Seconds()
	}
	var ours, floor []float64
	for b.Loop() {
		floor = append(floor, put(plain.URL))
		ours = append(ours, put(product.URL))
	}
	slices.Sort(ours)
	slices.Sort(floor)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours[len(ours)/2], "MB/s")
	b.ReportMetric(floor[len(floor)/2], "plain-MB/s")
	b.ReportMetric(ours[len(ours)/2]/floor[len(floor)/2], "of-plain")
}

type unstoppable struct{ io.Reader }

func (unstoppable) Stop() {}

// again is block without end.
type again struct {
	block []byte
	at    int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.block[a.at:])
	a.at = (a.at + n) % len(a.block)
	return n, nil
}
