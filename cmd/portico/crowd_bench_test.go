package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"

	"github.com/emersion/go-smtp"
)

// BenchmarkCrowd lets 500 people send 10 kB/s each and 50 as fast as they can, all at once, while four read pages, for
// PORTICO_BENCH_SECONDS, 60 by default. The product is a process of its own, so that its memory is its own. An upload is
// broken when any request of it fails or its digest is another.
func BenchmarkCrowd(b *testing.B) {
	const slow, fast, readers, rate = 500, 50, 4, 10_000
	seconds := 60
	if text := os.Getenv("PORTICO_BENCH_SECONDS"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	var node *exec.Cmd
	d := newPractice(b, 300, func(_ *house, server *pgtest.Server) (base string) {
		node, base = serveApart(b, server)
		return base
	})
	var tokens []string
	for range (slow + fast) / 10 {
		tokens = append(tokens, uploadToken(b, d.house, d.ring))
	}
	person, staff := d.uploader(b, 50), d.staff(b)
	pages := []func(context.Context) error{
		func(ctx context.Context) error {
			return fetch(ctx, person, d.base+"/up/"+d.person.String()+"/", "receipt-", 50)
		},
		func(ctx context.Context) error {
			return fetch(ctx, staff, d.base+"/upload-links?rows=100", "Sender ", 40)
		},
	}
	var broken, bytesIn atomic.Int64
	for b.Loop() {
		idle := residentMB(b, node.Process.Pid)
		peak := watchResident(node.Process.Pid)
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: slow + fast}}
		u := &uploads{product: d.base}
		end := time.Now().Add(time.Duration(seconds) * time.Second)
		send := func(n int, size int64, slowly bool) {
			if err := u.whole(b.Context(), client, tokens[n/10], size, slowly); err != nil {
				broken.Add(1)
				b.Errorf("uploader %d: %v", n, err)
			}
			bytesIn.Add(size)
		}
		var people sync.WaitGroup
		for n := range slow {
			people.Go(func() { send(n, int64(seconds)*rate, true) })
		}
		for n := range fast {
			people.Go(func() {
				for time.Now().Before(end) {
					send(slow+n, 8<<20, false)
				}
			})
		}
		took := make([][]float64, readers)
		for n := range readers {
			people.Go(func() {
				for i := n; time.Now().Before(end); i++ {
					began := time.Now()
					if err := pages[i%len(pages)](b.Context()); err != nil {
						b.Error(err)
					}
					took[n] = append(took[n], time.Since(began).Seconds()*1e3)
					time.Sleep(50 * time.Millisecond)
				}
			})
		}
		people.Wait()
		all := slices.Concat(took...)
		slices.Sort(all)
		b.ReportMetric(all[len(all)*95/100], "page-p95-ms")
		b.ReportMetric(float64(len(all)), "pages")
		b.ReportMetric(idle, "MB-idle")
		b.ReportMetric(peak(), "MB-peak")
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(broken.Load()), "broken")
	b.ReportMetric(float64(bytesIn.Load())/1e6, "MB-received")
}

// whole announces a file, sends it in one PATCH and holds the digest of what has arrived against what was sent.
func (u *uploads) whole(ctx context.Context, client *http.Client, token string, size int64, slowly bool) error {
	h, err := u.send(ctx, client, "POST", u.product+"/u/"+token+"/uploads/", nil, 0, 201, "Upload-Length", strconv.FormatInt(size, 10), "Upload-Metadata", pdfName)
	if err != nil {
		return err
	}
	body := content(size)
	if slowly {
		body = &trickled{body}
	}
	if h, err = u.send(ctx, client, "PATCH", u.product+h.Get("Location"), body, size, 204, "Upload-Offset", "0", "Content-Type", octets); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, content(size)); err != nil {
		return err
	}
	if want := "sha-256=:" + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + ":"; h.Get("Repr-Digest") != want {
		return fmt.Errorf("arrived with %q, sent was %s", h.Get("Repr-Digest"), want)
	}
	return nil
}

// trickled gives 1,000 bytes each tenth of a second.
type trickled struct{ in io.Reader }

func (s *trickled) Read(p []byte) (int, error) {
	time.Sleep(100 * time.Millisecond)
	return s.in.Read(p[:min(len(p), 1000)])
}

// serveApart runs the product as a process of its own, with the keys of benchHouse.
func serveApart(b *testing.B, server *pgtest.Server) (*exec.Cmd, string) {
	b.Helper()
	mails := smtp.NewServer(&postbag{})
	post, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = mails.Serve(post) }() // ends with Close
	b.Cleanup(func() { mails.Close() })
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	key := func(of byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{of}, 32)) }
	cmd := exec.Command(os.Args[0], "serve")
	cmd.Env = environ(
		"DATABASE_URL="+server.URL(), "PORTICO_DATA="+b.TempDir(), "PORTICO_BASE_URL=http://"+address, "PORTICO_LISTEN="+address,
		"PORTICO_MASTER_KEY="+key(1), "PORTICO_LINK_KEYS=1:"+key(2), "PORTICO_RECEIPT_KEYS="+freshReceiptKey(), "PORTICO_LOG_LEVEL=error",
		"PORTICO_MAIL_FROM=bench@bench.example", "PORTICO_SMTP_HOST=127.0.0.1", "PORTICO_SMTP_PORT="+strconv.Itoa(post.Addr().(*net.TCPAddr).Port),
		"PORTICO_SMTP_ENCRYPTION=none",
	)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get("http://" + address + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return cmd, "http://" + address
			}
		}
	}
	b.Fatal("serve does not get ready")
	return nil, ""
}

// residentMB is what a process keeps in memory.
func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	mb, err := resident(pid)
	if err != nil {
		b.Fatal(err)
	}
	return mb
}

func resident(pid int) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 64)
			return n / 1e3, err
		}
	}
	return 0, fmt.Errorf("process %d has no memory", pid)
}

// watchResident samples a process's memory until its result is asked for: the most.
func watchResident(pid int) func() float64 {
	stop, most := make(chan struct{}), make(chan float64)
	go func() {
		peak := 0.0
		for {
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(100 * time.Millisecond):
				if mb, err := resident(pid); err == nil {
					peak = max(peak, mb)
				}
			}
		}
	}()
	return func() float64 { close(stop); return <-most }
}
