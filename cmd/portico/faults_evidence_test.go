package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"portico/adapters/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// evidence is everything that can be known from outside about what a siege has come to.
type evidence struct {
	claims  []claim
	unsure  map[string]string
	broken  []string
	resumed int64
	kills   []time.Time
	events  []told
	files   []practiceFile
	first   map[string]time.Time
	letters []letter
	rows    map[string]transferRow
	blobs   map[string]int64 // bytes, by name
	alarms  []string         // what portico's own checks say
}

// told is an event of a link.
type told struct {
	Type       string
	Stream     string
	RecordedAt time.Time `json:"recorded_at"`
	Data       struct {
		File, Batch, Cause string
		Files              []string
		At, Deadline       time.Time
	}
}

// practiceFile is a file as the practice has it.
type practiceFile struct {
	ID, Name, SHA256 string
	BatchID          string `json:"batch_id"`
	Size             int
	content          string // digest of the bytes that came back
}

type transferRow struct {
	state        string
	size, offset int64
	stored       bool
}

func (e evidence) String() string {
	return fmt.Sprintf("%d files announced and answered, %d not answered, %d looked for again; the practice has %d in %d letters; %d events",
		len(e.claims), len(e.unsure), e.resumed, len(e.files), len(e.letters), len(e.events))
}

// blind names what this run has not met.
func (e evidence) blind() (what []string) {
	var renamed, deleted, cancelled, sentNow, byTime int
	for _, c := range e.claims {
		renamed += ofBool(strings.HasSuffix(c.names[0], " b.pdf"))
		deleted += ofBool(c.deleted == sure)
		cancelled += ofBool(c.cancelled)
	}
	for _, x := range e.events {
		sentNow += ofBool(x.Data.Cause == "sent_now")
		byTime += ofBool(x.Data.Cause == "window_ended")
	}
	for name, n := range map[string]int{
		"resuming": int(e.resumed), "renaming": renamed, "deleting": deleted, "cancelling": cancelled, "sending now": sentNow,
		"windows that end": byTime, "what the practice sees": len(e.first), "letters": len(e.letters),
	} {
		if n == 0 {
			what = append(what, name)
		}
	}
	return what
}

func ofBool(b bool) int {
	if b {
		return 1
	}
	return 0
}

// gather waits until the node has nothing left to do, and then looks at everything.
func (s *siege) gather() evidence {
	s.Helper()
	conn := s.superuser()
	s.quiet(conn)
	e := evidence{
		unsure: s.ledger.unsure, broken: s.ledger.broken, resumed: s.ledger.resumed.Load(), kills: s.kills, first: s.ledger.first,
		rows: map[string]transferRow{}, blobs: map[string]int64{},
	}
	for _, c := range s.ledger.claims {
		e.claims = append(e.claims, *c)
	}
	for after := ""; ; {
		_, raw := s.staff.ask("GET", s.url("/api/v1/events?limit=1000&after="+after), 200, nil)
		page := read[struct {
			Items []told
			Next  *string
		}](s.T, raw)
		e.events = append(e.events, page.Items...)
		if page.Next == nil {
			break
		}
		after = *page.Next
	}
	e.files = s.practice()
	s.post.mu.Lock()
	e.letters = append(e.letters, s.post.letters...)
	s.post.mu.Unlock()
	rows, err := conn.Query(s.Context(), `SELECT id, state, size, byte_offset, storage_key IS NOT NULL FROM transfer.upload_transfer`)
	if err != nil {
		s.Fatal(err)
	}
	var id uuid.UUID
	var row transferRow
	if _, err := pgx.ForEachRow(rows, []any{&id, &row.state, &row.size, &row.offset, &row.stored}, func() error {
		e.rows[id.String()] = row
		return nil
	}); err != nil {
		s.Fatal(err)
	}
	if err := filepath.WalkDir(filesFolder(s.files), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			e.blobs[d.Name()] = info.Size()
		}
		return err
	}); err != nil {
		s.Fatal(err)
	}
	e.alarms = s.alarms()
	return e
}

// quiet waits until every window has ended and what follows from that has been done. What isn't done in time, the judge
// will see.
func (s *siege) quiet(conn *pgx.Conn) {
	s.Helper()
	time.Sleep(window)
	for end := time.Now().Add(s.patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var left int
		if err := conn.QueryRow(s.Context(), `
			SELECT (SELECT count(*) FROM es.effects WHERE state = 'waiting')
				+ (SELECT count(*) FROM es.events WHERE type = 'uploadlink.batch_opened')
				- (SELECT count(*) FROM es.events WHERE type IN ('uploadlink.batch_released', 'uploadlink.batch_cancelled'))
				+ (SELECT count(*) FROM es.projections WHERE position < (SELECT max(position) FROM es.events))`).Scan(&left); err != nil {
			s.Fatal(err)
		}
		if left == 0 {
			return
		}
	}
}

// practice lists and downloads every file.
func (s *siege) practice() (all []practiceFile) {
	s.Helper()
	for cursor := ""; ; {
		_, raw := s.staff.ask("GET", s.url("/api/v1/files?limit=200&cursor="+cursor), 200, nil)
		page := read[struct {
			Items []practiceFile
			Next  *string
		}](s.T, raw)
		all = append(all, page.Items...)
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	for i, f := range all {
		request, err := http.NewRequestWithContext(s.Context(), "GET", s.url("/api/v1/files/"+f.ID+"/content"), nil)
		if err != nil {
			s.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+s.staff.token)
		all[i].content = s.digest(request)
	}
	return all
}

// digest is the SHA-256 of an answer's bytes, in hex, or what went wrong.
func (s *siege) digest(r *http.Request) string {
	answer, err := patient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Sprintf("%s, %v", answer.Status, err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// alarms runs the checks that an operator has: a chain that doesn't hold, a read model that isn't what its history comes
// to, a rebuild that a killed one stands in the way of; and looks for what no log should hold.
func (s *siege) alarms() (found []string) {
	checks := [][]string{{"events", "verify"}}
	for _, m := range postgres.Models() {
		checks = append(checks, []string{"projections", "verify", m.Name})
	}
	checks = append(checks, []string{"projections", "rebuild", "upload_link_list"}, []string{"projections", "verify", "upload_link_list"})
	for _, args := range checks {
		if out, err := s.command(args...).CombinedOutput(); err != nil {
			found = append(found, fmt.Sprintf("portico %s: %v\n%s", strings.Join(args, " "), err, out))
		}
	}
	words := s.words()
	for _, bad := range []string{"panic", "DATA RACE", "halted"} {
		if i := strings.Index(words, bad); i >= 0 {
			found = append(found, fmt.Sprintf("the log says %s: %s", bad, words[i:min(len(words), i+2000)]))
		}
	}
	return found
}
