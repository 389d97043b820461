package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
)

// BenchmarkClientsPage asks a practice with PORTICO_BENCH_CLIENTS clients, 20,000 by default, for their list in each way to
// choose, one request after the other, signed in and over HTTP; and, in turn with each, a plain handler for the same bytes
// as the floor. In milliseconds, with the ratio of the medians.
func BenchmarkClientsPage(b *testing.B) {
	clients := 20_000
	if text := os.Getenv("PORTICO_BENCH_CLIENTS"); text != "" {
		var err error
		if clients, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	d := newPractice(b, 0, func(h *house, _ *pgtest.Server) string {
		addClients(b, h, clients)
		return serveHouse(b, h, b.TempDir())
	})
	staff := d.staff(b)
	pages := []struct{ name, query string }{
		{"all", ""}, {"mine", "?mine=1"}, {"tag", "?tag=vat"}, {"kind", "?kind=company"}, {"without-portal", "?portal=without"}, {"newest", "?order=newest"},
		{"rare-word", "?q=c-01234"}, {"common-word", "?q=solberg"}, {"two-letters", "?q=so"}, {"two-words", "?q=solberg+11"},
	}
	bodies := map[string][]byte{}
	floor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(bodies[r.URL.Path[1:]])
	}))
	defer floor.Close()
	read := func(address string) (body []byte, took time.Duration) {
		began := time.Now()
		answer, err := staff.Get(address)
		if err != nil {
			b.Fatal(err)
		}
		defer answer.Body.Close()
		if body, err = io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(address, answer.Status, err)
		}
		return body, time.Since(began)
	}
	for _, p := range pages {
		bodies[p.name], _ = read(d.base + "/clients" + p.query)
	}
	took, plain := map[string][]time.Duration{}, map[string][]time.Duration{}
	for b.Loop() {
		for range 40 {
			for _, p := range pages {
				_, t := read(d.base + "/clients" + p.query)
				took[p.name] = append(took[p.name], t)
				_, t = read(floor.URL + "/" + p.name)
				plain[p.name] = append(plain[p.name], t)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	at := func(all []time.Duration, percent int) float64 {
		return slices.Sorted(slices.Values(all))[len(all)*percent/100].Seconds() * 1e3
	}
	for _, p := range pages {
		b.ReportMetric(at(took[p.name], 50), p.name+"-p50-ms")
		b.ReportMetric(at(took[p.name], 95), p.name+"-p95-ms")
		b.ReportMetric(at(took[p.name], 50)/at(plain[p.name], 50), p.name+"-×static")
	}
	b.ReportMetric(float64(len(bodies["all"]))/1024, "page-KiB")
}

// addClients adds clients with one person each, and waits for nothing.
func addClients(b *testing.B, h *house, n int) {
	b.Helper()
	no, err := h.db.NumberFirm(b.Context(), demoID(0))
	if err != nil {
		b.Fatal(err)
	}
	by := es.By{Firm: no, Actor: event.Actor{Kind: event.Staff, ID: demoID(1)}}
	names := []string{"Ashdown", "Bauer", "Calder", "Delgado", "Eastgate", "Farrow", "Solberg", "Moreau", "Nair", "Tamm"}
	sorts := []client.Sort{client.Person, client.Company, client.Trust}
	people := clientapp.Commands{Events: h.store, Known: (contactapp.Commands{Events: h.store}).Known}
	storm(b, n, 64, func(ctx context.Context, i int) error {
		id, who, name := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), fmt.Sprintf("%s %d", names[i%len(names)], i)
		owner := demoID(1)
		if i%5 != 0 {
			owner = uuid.Nil
		}
		if _, err := people.Create(ctx, clientapp.Create{By: by, ID: id, Name: name, Sort: sorts[i%len(sorts)], Reference: fmt.Sprintf("C-%05d", i), Owner: owner}); err != nil {
			return err
		}
		if i%9 == 0 {
			if _, err := people.SetTags(ctx, clientapp.SetTags{By: by, Client: id, Tags: []string{"vat"}}); err != nil {
				return err
			}
		}
		if _, err := (contactapp.Commands{Events: h.store}).Add(ctx, contactapp.Add{
			By: by, ID: who, Details: contact.Entry{Given: "Ida", Family: name, Email: fmt.Sprintf("p%d@people.example", i)},
		}); err != nil {
			return err
		}
		_, err := people.LinkContact(ctx, clientapp.LinkContact{By: by, Client: id, Contact: who, Rights: []client.Right{client.Files}})
		return err
	})
}
