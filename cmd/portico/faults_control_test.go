package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// copied is evidence that can be falsified without touching the original.
func (e evidence) copied() evidence {
	e.claims, e.events, e.files, e.letters = slices.Clone(e.claims), slices.Clone(e.events), slices.Clone(e.files), slices.Clone(e.letters)
	e.rows, e.blobs, e.first, e.unsure = maps.Clone(e.rows), maps.Clone(e.blobs), maps.Clone(e.first), maps.Clone(e.unsure)
	return e
}

// doctored falsifies the evidence of a good run, one thing at a time. The judge must find each: one that finds nothing
// proves nothing.
func (e evidence) doctored(t *testing.T) {
	event := func(e *evidence, fits func(told) bool) *told {
		i := slices.IndexFunc(e.events, fits)
		if i < 0 {
			t.Fatal("the run has no such event")
		}
		return &e.events[i]
	}
	released := func(cause string) func(told) bool { return func(x told) bool { return x.Data.Cause == cause } }
	of := func(kind string) func(told) bool { return func(x told) bool { return x.Type == "uploadlink."+kind } }
	claimed := func(e *evidence, fits func(claim) bool) *claim {
		i := slices.IndexFunc(e.claims, fits)
		if i < 0 {
			t.Fatal("the run has no such file")
		}
		return &e.claims[i]
	}
	kept := func(c claim) bool { return c.whole && c.deleted == untouched && !c.cancelled }
	notice := func(e *evidence) int {
		return slices.IndexFunc(e.letters, func(l letter) bool { return strings.HasPrefix(l.id, "batch-notice.") })
	}
	for _, falsify := range []struct {
		name, found string
		by          func(e *evidence)
	}{
		{"a file that the practice hasn't", "is lost", func(e *evidence) {
			c := claimed(e, kept)
			e.files = slices.DeleteFunc(e.files, func(f practiceFile) bool { return f.ID == c.id })
		}},
		{"another name than was acknowledged", "is called", func(e *evidence) { claimed(e, kept).names = []string{"other.pdf"} }},
		{"another digest", "with the digest", func(e *evidence) { claimed(e, kept).sum = strings.Repeat("0", 64) }},
		{"other bytes", "comes back", func(e *evidence) { e.files[0].content = strings.Repeat("0", 64) }},
		{"a deleted file that arrived", "was deleted", func(e *evidence) { claimed(e, kept).deleted = sure }},
		{"a cancelled one that arrived", "was cancelled", func(e *evidence) { claimed(e, kept).cancelled = true }},
		{"a file that stopped half-way", "never became whole", func(e *evidence) { claimed(e, kept).whole = false }},
		{"a file twice", "arrived twice", func(e *evidence) { e.files = append(e.files, e.files[0]) }},
		{"a file of nobody", "sent by nobody", func(e *evidence) {
			f := e.files[0]
			f.ID, f.SHA256, f.content = "x", "y", "y"
			e.files = append(e.files, f)
		}},
		{"an event twice", "recorded twice", func(e *evidence) { e.events = append(e.events, *event(e, of("file_received"))) }},
		{"a batch released twice", "2 times", func(e *evidence) { e.events = append(e.events, *event(e, released("window_ended"))) }},
		{"a batch never released", "0 times", func(e *evidence) { event(e, released("window_ended")).Type = "uploadlink.nothing" }},
		{"a release before the deadline", "before its deadline", func(e *evidence) {
			x := event(e, released("window_ended"))
			x.Data.At = x.Data.At.Add(-time.Millisecond)
		}},
		{"a release before its time", "before it came about", func(e *evidence) {
			x := event(e, released("window_ended"))
			x.RecordedAt = x.Data.At.Add(-time.Millisecond)
		}},
		{"a release without a file", "was released with", func(e *evidence) {
			x := event(e, released("window_ended"))
			x.Data.Files = x.Data.Files[1:]
		}},
		{"a file that the practice saw too early", "before its release", func(e *evidence) {
			x := event(e, released("window_ended"))
			e.first[x.Data.Files[0]] = x.Data.At.Add(-time.Millisecond)
		}},
		{"sent now by nobody", "nobody had asked", func(e *evidence) {
			for _, f := range event(e, released("sent_now")).Data.Files {
				for i := range e.claims {
					e.claims[i].askedNow = e.claims[i].askedNow && e.claims[i].id != f
				}
			}
		}},
		{"not sent although asked", "was not", func(e *evidence) {
			claimed(e, func(c claim) bool { return kept(c) && !c.sent }).sent = true
			for i := range e.events {
				if e.events[i].Data.Cause != "" {
					e.events[i].Type = "uploadlink.nothing"
				}
			}
		}},
		{"no letter", "there is no letter", func(e *evidence) {
			id := e.letters[notice(e)].id
			for i := range e.letters { // a kill may have made two of one
				if e.letters[i].id == id {
					e.letters[i].id = "lost"
				}
			}
		}},
		{"a letter before the release", "came before", func(e *evidence) { e.letters[notice(e)].at = time.Time{} }},
		{"a letter that names nothing", "names", func(e *evidence) { e.letters[notice(e)].text = "" }},
		{"a letter twice", "came twice", func(e *evidence) { e.letters = append(e.letters, e.letters[notice(e)]); e.kills = nil }},
		{"bytes without a row", "belong to no row", func(e *evidence) { e.blobs["x"] = 1; e.unsure = nil; delete(e.rows, e.claims[0].id) }},
		{"a row without bytes", "are gone", func(e *evidence) { delete(e.blobs, claimed(e, kept).id) }},
		{"fewer bytes than recorded", "are on the disk", func(e *evidence) { e.blobs[claimed(e, kept).id]-- }},
		{"bytes of a deleted file", "are still there", func(e *evidence) {
			c := claimed(e, func(c claim) bool { return c.deleted == sure })
			e.blobs[c.id], e.rows[c.id] = 1, transferRow{state: "discarded"}
		}},
	} {
		t.Run(falsify.name, func(t *testing.T) {
			e := e.copied()
			falsify.by(&e)
			if wrong := judge(e); !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, falsify.found) }) {
				t.Errorf("the judge finds %q, want %q", wrong, falsify.found)
			}
		})
	}
}

// damaged breaks what the siege has left, behind the product's back: a byte of a file, a row of a read model, an event.
// The judge must find all three by looking again.
func (s *siege) damaged(t *testing.T) {
	s.patience = 3 * time.Second // what is broken may never be done
	conn := s.superuser()
	kept := s.practice()
	blob := filepath.Join(filesFolder(s.files), kept[0].ID[34:], kept[0].ID)
	raw, err := os.ReadFile(blob)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(blob, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`SET session_replication_role = replica`, // no trigger fires for a superuser who says so
		`DELETE FROM es.events WHERE position = (SELECT max(position) FROM es.events WHERE type = 'uploadlink.file_renamed')`,
		`UPDATE portal.upload_batch SET deadline = deadline + interval '1 hour' WHERE id = (SELECT id FROM portal.upload_batch LIMIT 1)`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	wrong := strings.Join(judge(s.gather()), "\n")
	for _, found := range []string{"comes back with the digest", "portico events verify", "portico projections verify"} {
		if !strings.Contains(wrong, found) {
			t.Errorf("%q is not among what the judge finds:\n%s", found, wrong)
		}
	}
}
