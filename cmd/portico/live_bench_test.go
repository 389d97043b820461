package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/app/live"
	"portico/app/secret"
	taskapp "portico/app/task"
	"portico/domain/contact"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

// BenchmarkLive writes PORTICO_BENCH_EVENTS messages, 500 by default, in turn from the practice on one node and from a
// contact on another, and tells how long each takes from the press of the button to the other side's page that shows it,
// while 200 pages are open: 20 of the tasks that are talked on, which ask for themselves again as browsers do, and 180
// others, which hear that something has changed elsewhere. The floor is how long the message itself takes and a page.
func BenchmarkLive(b *testing.B) {
	const talks, others, pause = 10, 180, 100 * time.Millisecond
	events := 500
	if text := os.Getenv("PORTICO_BENCH_EVENTS"); text != "" {
		var err error
		if events, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	var second string
	d := newPractice(b, 0, func(_ *house, server *pgtest.Server) (base string) {
		_, base = serveApart(b, server)
		_, second = serveApart(b, server)
		return base
	})
	staff, who := d.staff(b), uuid.Must(uuid.NewV7())
	visitor := d.visitor(b, second, who)
	tasks := make([]uuid.UUID, talks)
	for i := range tasks {
		tasks[i] = uuid.Must(uuid.NewV7())
		if _, err := d.tasks.Assign(b.Context(), taskapp.Assign{By: d.by, Contact: who, Task: task.Assigning{Task: tasks[i], Title: fmt.Sprintf("Talk %d", i), Zone: "UTC"}}); err != nil {
			b.Fatal(err)
		}
	}
	sides := [2]struct {
		client             *http.Client
		base, stream, page string
	}{
		{staff, d.base, "/live", "/tasks/"},
		{visitor, second, "/portal/live", "/portal/todos/"},
	}
	for _, s := range sides { // until both nodes show the last of them
		for end := time.Now().Add(time.Minute); fetch(b.Context(), s.client, s.base+s.page+tasks[talks-1].String(), "Talk", 1) != nil; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				b.Fatalf("%s does not show the task", s.base)
			}
		}
	}
	var seen [2][talks]chan string
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	opened := make(chan error, 2*talks+others)
	for n, s := range sides {
		for i, id := range tasks {
			seen[n][i] = make(chan string, 16)
			go attend(ctx, s.client, s.base+s.stream, s.base+s.page+id.String(), live.Change{Kind: "task", ID: id}, seen[n][i], opened)
		}
		for range others / len(sides) {
			go attend(ctx, s.client, s.base+s.stream, "", live.Change{Kind: "task", ID: d.person}, nil, opened)
		}
	}
	for range 2*talks + others {
		if err := <-opened; err != nil {
			b.Fatal(err)
		}
	}
	var took, floor []float64
	for b.Loop() {
		for i := range events {
			from, to := sides[i%2], (i+1)%2
			text, n := fmt.Sprintf("Message number %d, %s.", i, uuid.NewString()), i/2%talks
			began := time.Now()
			say(b, from.client, from.base+from.page+tasks[n].String()+"/messages", text)
			posted := time.Since(began)
			for late := time.After(30 * time.Second); ; {
				select {
				case page := <-seen[to][n]:
					if strings.Contains(page, text) {
						took = append(took, time.Since(began).Seconds()*1e3)
						break
					}
					continue
				case <-late:
					b.Fatalf("message %d is not seen", i)
				}
				break
			}
			read := time.Now()
			if err := fetch(b.Context(), sides[to].client, sides[to].base+sides[to].page+tasks[n].String(), text, 1); err != nil {
				b.Fatal(err)
			}
			floor = append(floor, (posted+time.Since(read)).Seconds()*1e3)
			time.Sleep(pause)
		}
	}
	slices.Sort(took)
	slices.Sort(floor)
	b.ReportMetric(0, "ns/op")
	for name, list := range map[string][]float64{"seen": took, "floor": floor} {
		b.ReportMetric(list[len(list)/2], name+"-p50-ms")
		b.ReportMetric(list[len(list)*99/100], name+"-p99-ms")
	}
}

// attend is an open page: it hears what changes and asks for itself again when that is what it shows.
func attend(ctx context.Context, client *http.Client, stream, page string, shows live.Change, seen chan<- string, opened chan<- error) {
	patient := &http.Client{Jar: client.Jar} // without a limit of time, on connections of its own
	for first := true; ctx.Err() == nil; first = false {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, stream, nil)
		if err == nil {
			var answer *http.Response
			if answer, err = patient.Do(r); err == nil {
				if first {
					opened <- nil
				}
				hearOut(ctx, answer.Body, client, page, shows, seen)
				answer.Body.Close()
				continue
			}
		}
		if first {
			opened <- err
		}
		return
	}
}

func hearOut(ctx context.Context, stream io.Reader, client *http.Client, page string, shows live.Change, seen chan<- string) {
	for lines := bufio.NewScanner(stream); lines.Scan(); {
		text, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		var heard live.Change
		if !ok || json.Unmarshal(text, &heard) != nil || heard.Kind != "" && heard != shows {
			continue
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
		if err != nil {
			return
		}
		answer, err := client.Do(r)
		if err != nil {
			return
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return
		}
		select {
		case seen <- string(body):
		case <-ctx.Done():
			return
		}
	}
}

// say sends a message by the form of a page.
func say(b *testing.B, client *http.Client, address, text string) {
	b.Helper()
	form := url.Values{"command": {uuid.NewString()}, "message": {uuid.Must(uuid.NewV7()).String()}, "talk": {"all"}, "text": {text}}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	plain := *client
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := plain.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		page, _ := io.ReadAll(answer.Body)
		b.Fatalf("a message: %s %.600s", answer.Status, page)
	}
}

// visitor is the browser of a contact who has accepted an invitation on a node.
func (d *benchPractice) visitor(b *testing.B, base string, who uuid.UUID) *http.Client {
	b.Helper()
	if _, err := d.contacts.Add(b.Context(), contactapp.Add{By: d.by, ID: who, Details: contact.Entry{Given: "Imogen", Family: "Farrow", Email: "imogen@people.example"}}); err != nil {
		b.Fatal(err)
	}
	if _, err := d.invites.Send(b.Context(), inviteapp.Send{By: d.by, Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC}); err != nil {
		b.Fatal(err)
	}
	door := base + "/i/" + d.ring.Invitation(secret.InvitationToken{Invite: invite.ID(who), Generation: 1}).Reveal() + "/acceptance"
	client := cookies(b)
	var page []byte
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer, err := client.Get(door)
		if err != nil {
			b.Fatal(err)
		}
		page, err = io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			b.Fatal(err)
		}
		if answer.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(end) {
			b.Fatalf("the invitation: %s %.300s", answer.Status, page)
		}
	}
	form := url.Values{"command": {string(commandField.FindSubmatch(page)[1])}, "new": {"harbour violin crust"}, "terms": {"1"}, "agree": {"1"}}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, door, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Request.URL.Path, "/portal") {
		b.Fatalf("the acceptance: %s at %s", answer.Status, answer.Request.URL.Path)
	}
	return client
}
