package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"

	"github.com/google/uuid"
)

// uploads is the whole product behind one address, on a database that waits for the disk, with links to upload to; and
// beside it, on the same disk, a plain handler that hashes and writes a body.
type uploads struct {
	product string
	plain   string
	tokens  []string
}

func newUploads(b *testing.B, links int) *uploads {
	b.Helper()
	h, ring, _ := benchHouse(b)
	dir := b.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "plain"), 0o700); err != nil {
		b.Fatal(err)
	}
	plain := httptest.NewServer(plainHandler(filepath.Join(dir, "plain")))
	b.Cleanup(plain.Close)
	u := &uploads{product: serveHouse(b, h, dir), plain: plain.URL}
	for range links {
		u.tokens = append(u.tokens, uploadToken(b, h, ring))
	}
	return u
}

// benchHouse is a house that does not serve yet, on a database of its own that waits for the disk, and its ring of link keys.
func benchHouse(b *testing.B) (*house, secret.KeyRing, *pgtest.Server) {
	b.Helper()
	ring, err := secret.NewKeyRing(secret.Key{ID: 1, Secret: bytes.Repeat([]byte{2}, 32)})
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	server := pgtest.Durable(b)
	h, err := build(b.Context(), keys{master: bytes.Repeat([]byte{1}, 32), links: ring}, server.URL(), log)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(h.close)
	return h, ring, server
}

// serveHouse runs h as serve does and returns its address.
func serveHouse(b *testing.B, h *house, dir string) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() {
		ended <- h.serve(ctx, site{
			listener: listener, baseURL: base, files: filepath.Join(dir, "blobs"), grace: time.Second,
			transport: mailadapter.Files{Dir: filepath.Join(dir, "mail")}, mailFrom: "bench@bench.example",
			ready: func() { close(ready) },
		})
	}()
	b.Cleanup(func() { stop(); <-ended })
	select {
	case err := <-ended:
		b.Fatal(err)
	case <-ready:
	}
	return base
}

func uploadToken(b *testing.B, h *house, ring secret.KeyRing) string {
	b.Helper()
	ctx := b.Context()
	id := uuid.Must(uuid.NewV7())
	firm, err := h.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		b.Fatal(err)
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.Staff, ID: demoID(1)}}
	if _, err := h.firms.Found(ctx, firmapp.Found{By: by, ID: demoID(0), Name: "Bench", Email: "a@bench.example", Zone: "Europe/London"}); err != nil {
		b.Fatal(err)
	}
	if _, err := h.links.Issue(ctx, linkapp.Issue{
		By: by, ID: id, Recipients: []linkapp.NewRecipient{{Name: "A", Email: "b@bench.example"}},
		ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: time.UTC,
	}); err != nil {
		b.Fatal(err)
	}
	holder, err := (&demo{house: h, firm: firm}).holder(ctx, id)
	if err != nil {
		b.Fatal(err)
	}
	return ring.UploadLink(secret.UploadToken{Link: id, Recipient: holder.Recipient, Generation: holder.Generation}).Reveal()
}

// plainHandler is the floor: net/http, SHA-256, a file. ?sync waits for the disk, as the product does.
func plainHandler(dir string) http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := os.Create(filepath.Join(dir, strconv.FormatInt(n.Add(1), 10)))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer os.Remove(f.Name())
		defer f.Close()
		sum := sha256.New()
		_, err = io.Copy(io.MultiWriter(sum, f), r.Body)
		if err == nil && r.URL.Query().Has("sync") {
			err = syscall.Fdatasync(int(f.Fd()))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%x", sum.Sum(nil))
	})
}

// content is n bytes that pass for a PDF, made without cost: one block again and again.
func content(n int64) io.Reader { return &blocks{left: n} }

var block = sync.OnceValue(func() []byte {
	b := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(b)
	copy(b, "%PDF-1.7\n")
	return b
})

type blocks struct{ left, at int64 }

func (c *blocks) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	from := block()[c.at%(1<<20):]
	n := copy(p, from[:min(int64(len(from)), c.left)])
	c.at, c.left = c.at+int64(n), c.left-int64(n)
	return n, nil
}

func (u *uploads) send(ctx context.Context, client *http.Client, method, url string, body io.Reader, length int64, want int, header ...string) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = length
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != want {
		err = fmt.Errorf("%s: %d %s", method, resp.StatusCode, text)
	}
	return resp.Header, err
}

var pdfName = "filename " + base64.StdEncoding.EncodeToString([]byte("a.pdf"))

// BenchmarkUploadLarge sends one file in one PATCH through the whole product, and the same bytes to the plain handler,
// in turn. PORTICO_BENCH_BYTES is the file's size, 1 GiB by default. plain flushes once, at the end; the product every
// 64 MiB, so that a crash costs no more.
func BenchmarkUploadLarge(b *testing.B) {
	size := int64(1 << 30)
	if text := os.Getenv("PORTICO_BENCH_BYTES"); text != "" {
		var err error
		if size, err = strconv.ParseInt(text, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	u := newUploads(b, 1)
	ctx, client := b.Context(), &http.Client{}
	var product, flushed, unflushed []float64
	rate := func(began time.Time) float64 { return float64(size) / 1e6 / time.Since(began).Seconds() }
	var peak uint64
	for b.Loop() {
		began := time.Now()
		if _, err := u.send(ctx, client, "PUT", u.plain, content(size), size, 200); err != nil {
			b.Fatal(err)
		}
		unflushed = append(unflushed, rate(began))
		began = time.Now()
		if _, err := u.send(ctx, client, "PUT", u.plain+"?sync", content(size), size, 200); err != nil {
			b.Fatal(err)
		}
		flushed = append(flushed, rate(began))

		began = time.Now()
		h, err := u.send(ctx, client, "POST", u.product+"/u/"+u.tokens[0]+"/uploads/", nil, 0, 201,
			"Upload-Length", strconv.FormatInt(size, 10), "Upload-Metadata", pdfName)
		if err != nil {
			b.Fatal(err)
		}
		watch := watchHeap()
		_, err = u.send(ctx, client, "PATCH", u.product+h.Get("Location"), content(size), size, 204,
			"Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
		peak = max(peak, watch())
		if err != nil {
			b.Fatal(err)
		}
		product = append(product, rate(began))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(product), "MB/s")
	b.ReportMetric(median(unflushed), "plain-MB/s")
	b.ReportMetric(median(flushed), "plain+flush-MB/s")
	b.ReportMetric(median(product)/median(unflushed), "of-plain")
	b.ReportMetric(median(product)/median(flushed), "of-plain+flush")
	b.ReportMetric(float64(peak)/1e6, "MB-heap")
}

// BenchmarkUploadSmall sends files of 64 KiB, 200 at a time, each inside the request that announces it, through the
// whole product; and to the plain handler, which flushes each.
func BenchmarkUploadSmall(b *testing.B) {
	const size, together, files = 64 << 10, 200, 1000
	u := newUploads(b, 50)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: together, MaxConnsPerHost: together}}
	var product, plain, p99 []float64
	for b.Loop() {
		began := time.Now()
		storm(b, files, together, func(ctx context.Context, _ int) error {
			_, err := u.send(ctx, client, "PUT", u.plain+"?sync", content(size), size, 200)
			return err
		})
		plain = append(plain, files/time.Since(began).Seconds())
		began = time.Now()
		took := storm(b, files, together, func(ctx context.Context, i int) error {
			_, err := u.send(ctx, client, "POST", u.product+"/u/"+u.tokens[i%len(u.tokens)]+"/uploads/", content(size), size, 201,
				"Upload-Length", strconv.Itoa(size), "Upload-Metadata", pdfName, "Content-Type", "application/offset+octet-stream")
			return err
		})
		product = append(product, files/time.Since(began).Seconds())
		p99 = append(p99, took[len(took)*99/100].Seconds()*1e3)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(product), "files/s")
	b.ReportMetric(median(plain), "plain-files/s")
	b.ReportMetric(median(product)/median(plain), "of-plain")
	b.ReportMetric(median(p99), "p99-ms")
}

// storm runs n jobs, some together, and returns how long each took, shortest first.
func storm(b *testing.B, n, together int, job func(ctx context.Context, i int) error) []time.Duration {
	b.Helper()
	took := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range together {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				began := time.Now()
				if err := job(b.Context(), i); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(began)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took
}

// watchHeap samples the heap until its result is asked for: the most bytes in use.
func watchHeap() func() uint64 {
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		var peak uint64
		for {
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(5 * time.Millisecond):
				metrics.Read(sample)
				peak = max(peak, sample[0].Value.Uint64())
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
