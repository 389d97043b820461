package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path"
	"strconv"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
	"portico/app/account"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	domainaccount "portico/domain/account"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// BenchmarkPages asks for pages with 8 requests at a time, in turn: the sign-in page, which asks no database, as the
// floor; the upload page of a person with 50 files in their window; and the list of links with 200 rows. The practice has
// PORTICO_BENCH_LINKS links, 20,000 by default, of which each tenth has received two files.
func BenchmarkPages(b *testing.B) {
	const requests, together, files = 400, 8, 50
	links := 20_000
	if text := os.Getenv("PORTICO_BENCH_LINKS"); text != "" {
		var err error
		if links, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	d := newPractice(b, links, func(h *house, _ *pgtest.Server) string { return serveHouse(b, h, b.TempDir()) })
	person := d.uploader(b, files)
	staff := d.staff(b)
	pages := []struct {
		name, address string
		client        *http.Client
		holds         string // in each row
		times         int
	}{
		{"static", d.base + "/login", staff, "<form", 1},
		{"upload", d.base + "/up/" + d.person.String() + "/", person, "receipt-", files},
		{"links", d.base + "/upload-links?rows=200", staff, "Sender ", min(199, links)}, // and the uploader's
	}
	rates, slowest := map[string][]float64{}, map[string][]float64{}
	for b.Loop() {
		for _, p := range pages {
			began := time.Now()
			took := storm(b, requests, together, func(ctx context.Context, _ int) error {
				return fetch(ctx, p.client, p.address, p.holds, p.times)
			})
			rates[p.name] = append(rates[p.name], requests/time.Since(began).Seconds())
			slowest[p.name] = append(slowest[p.name], took[requests*99/100].Seconds()*1e3)
		}
	}
	b.ReportMetric(0, "ns/op")
	for _, p := range pages {
		b.ReportMetric(median(rates[p.name]), p.name+"/s")
		b.ReportMetric(median(slowest[p.name]), p.name+"-p99-ms")
	}
}

// fetch reads a page, which must hold a text so many times.
func fetch(ctx context.Context, client *http.Client, address, holds string, times int) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if n := bytes.Count(page, []byte(holds)); answer.StatusCode != http.StatusOK || n < times {
		return fmt.Errorf("%s: %s, and it holds %q %d times, not %d", address, answer.Status, holds, n, times)
	}
	return nil
}

// benchPractice is a served house with a person of its staff, and links from long ago.
type benchPractice struct {
	*house
	ring   secret.KeyRing
	base   string
	by     es.By
	person uuid.UUID // the newest link
}

const benchPassword = "correct horse battery staple 7"

// newPractice issues so many links, of which each tenth receives two files, and then serves. Their mails are not asked for.
func newPractice(b *testing.B, links int, serve func(*house, *pgtest.Server) (base string)) *benchPractice {
	b.Helper()
	h, ring, server := benchHouse(b)
	ctx := b.Context()
	no, err := h.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		b.Fatal(err)
	}
	d := &benchPractice{house: h, ring: ring, by: es.By{Firm: no, Actor: event.Actor{Kind: event.Staff, ID: demoID(1)}}}
	if _, err := h.firms.Found(ctx, firmapp.Found{By: d.by, ID: demoID(0), Name: "Bench", Email: "a@bench.example", Zone: "Europe/London"}); err != nil {
		b.Fatal(err)
	}
	if err := h.account.AddStaff(ctx, account.AddStaff{
		ID: demoID(1), Firm: no, Email: "a@bench.example", Name: "Ann Bench", Role: domainaccount.Admin, Password: benchPassword,
	}); err != nil {
		b.Fatal(err)
	}
	atOnce := linkapp.Commands{Events: h.store, Policies: noWindow{}}
	storm(b, links, 64, func(ctx context.Context, i int) error { return d.issue(ctx, atOnce, i, i%10 == 0) })
	conn, err := pgx.Connect(ctx, server.URL())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `
		INSERT INTO es.projections (name, version, generation, position) SELECT 'upload_link_mails', 1, 0, max(position) FROM es.events`); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(ctx, `VACUUM ANALYZE`); err != nil { // as autovacuum would have
		b.Fatal(err)
	}
	d.base = serve(h, server)
	return d
}

// noWindow is a policy under which files are released as they arrive.
type noWindow struct{}

func (noWindow) LinkPolicy(context.Context, int32) (uploadlink.Policy, error) {
	return uploadlink.Policy{}, nil
}

func (d *benchPractice) issue(ctx context.Context, c linkapp.Commands, i int, used bool) error {
	id := uuid.Must(uuid.NewV7())
	if _, err := c.Issue(ctx, linkapp.Issue{
		By: d.by, ID: id, Recipients: []linkapp.NewRecipient{{Name: fmt.Sprintf("Sender %d", i), Email: fmt.Sprintf("p%d@people.example", i)}},
		ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: time.UTC,
	}); err != nil || !used {
		return err
	}
	holder, err := (&demo{house: d.house, firm: d.by.Firm}).holder(ctx, id)
	if err != nil {
		return err
	}
	by := es.By{Firm: d.by.Firm, Actor: event.Actor{Kind: event.Uploader, ID: holder.Recipient}}
	for n := range 2 {
		file := uuid.Must(uuid.NewV7())
		if _, err := c.StartTransfer(ctx, linkapp.StartTransfer{By: by, Link: id, Holder: holder, File: file, Name: fmt.Sprintf("receipt-%d.pdf", n), Size: 1000}); err != nil {
			return err
		}
		if _, err := c.Receive(ctx, linkapp.Receive{
			By: by, Link: id, File: file, Size: 1000, SHA256: fmt.Sprintf("%x", sha256.Sum256(file[:])), Media: "application/pdf",
		}); err != nil {
			return err
		}
	}
	return nil
}

// uploader is the browser of a person who has sent so many files, all in their window.
func (d *benchPractice) uploader(b *testing.B, files int) *http.Client {
	b.Helper()
	token := uploadToken(b, d.house, d.ring)
	u := &uploads{product: d.base}
	for n := range files {
		name := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "receipt-%d.pdf", n))
		if _, err := u.send(b.Context(), http.DefaultClient, "POST", d.base+"/u/"+token+"/uploads/", content(2000+int64(n)), 2000+int64(n), 201,
			"Upload-Length", strconv.Itoa(2000+n), "Upload-Metadata", "filename "+name, "Content-Type", octets); err != nil {
			b.Fatal(err)
		}
	}
	client := cookies(b)
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, d.base+"/u/"+token+"/redemption", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Origin", d.base)
	answer, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	answer.Body.Close()
	if d.person, err = uuid.Parse(path.Base(answer.Request.URL.Path)); err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("the button of the link leads to %s, %s", answer.Request.URL.Path, answer.Status)
	}
	return client
}

func (d *benchPractice) staff(b *testing.B) *http.Client {
	b.Helper()
	client := browser(b, d.base, "a@bench.example", benchPassword)
	client.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	return client
}

func cookies(b *testing.B) *http.Client {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	return &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}
