package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// ledger is what people were told. Only what was answered counts: what a kill left unanswered may have happened or not.
type ledger struct {
	mu      sync.Mutex
	claims  []*claim
	unsure  map[string]string    // digests of files whose announcement was not answered, and their names
	broken  []string             // what contradicts an earlier answer
	first   map[string]time.Time // when the practice saw a file first; watch's alone
	arrived atomic.Int64
	resumed atomic.Int64

	cancelled, renamed, deleted, sentNow atomic.Int64
}

// claim is one file, as the answers to its sender describe it.
type claim struct {
	id, recipient string
	names         []string // it has one of them; the first was acknowledged
	size          int
	sum           string // hex
	offset        int    // acknowledged
	offered       int    // sent at most
	whole         bool   // all of it is acknowledged
	deleted       fate
	cancelled     bool
	askedNow      bool // "send now" was asked for after it was whole
	sent          bool // and acknowledged
}

// fate is whether something that was asked for has happened.
type fate int

const (
	untouched fate = iota
	unsure
	sure
)

func (l *ledger) breach(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = append(l.broken, fmt.Sprintf(format, args...))
}

// all tells whether each thing that people do has been done at least once.
func (l *ledger) all(h habits) bool {
	done := func(ofHundred int, n *atomic.Int64) bool { return ofHundred == 0 || n.Load() > 0 }
	return done(h.cancelled, &l.cancelled) && done(h.renamed, &l.renamed) && done(h.deleted, &l.deleted) && done(h.sentNow, &l.sentNow)
}

// habits are how often, of a hundred times, somebody does something.
type habits struct{ inOneGo, cancelled, renamed, deleted, sentNow int }

// watch is the practice, looking all the time: nothing may show before its window has ended (S1.i1).
func (s *siege) watch() {
	for {
		select {
		case <-s.stop:
			return
		case <-time.After(50 * time.Millisecond):
		}
		r, err := http.NewRequestWithContext(s.Context(), "GET", s.url("/api/v1/files?limit=200"), nil)
		if err != nil {
			s.Error(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+s.staff.token)
		answer, err := patient.Do(r)
		if err != nil {
			continue
		}
		var shown listed
		err = json.NewDecoder(answer.Body).Decode(&shown)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			continue
		}
		now := time.Now()
		for _, f := range shown.Items {
			if _, known := s.ledger.first[f.ID]; !known {
				s.ledger.first[f.ID] = now
			}
		}
	}
}

// postbag is a mail server that outlives the node, and keeps when what came.
type postbag struct {
	mu      sync.Mutex
	letters []letter
}

type letter struct {
	at           time.Time
	id, to, text string
}

func (b *postbag) NewSession(*smtp.Conn) (smtp.Session, error) { return &postSession{bag: b}, nil }

type postSession struct {
	bag *postbag
	to  string
}

func (*postSession) Reset()                                      {}
func (*postSession) Logout() error                               { return nil }
func (*postSession) Mail(string, *smtp.MailOptions) error        { return nil }
func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *postSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	id, _, _ := strings.Cut(strings.Trim(message.Header.Get("Message-Id"), "<>"), "@")
	// Quoted-printable breaks long lines by "=" at the end, and writes "=" as "=3D".
	text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(raw))
	s.bag.mu.Lock()
	defer s.bag.mu.Unlock()
	s.bag.letters = append(s.bag.letters, letter{time.Now(), id, s.to, text})
	return nil
}

// link is the address in the newest mail to a person, without the host; empty while there is none.
func (b *postbag) link(to string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range slices.Backward(b.letters) {
		if found := uploadPath.FindString(l.text); l.to == to && found != "" {
			return found
		}
	}
	return ""
}
