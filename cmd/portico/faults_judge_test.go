package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// judge holds what was told to people against what there is. Each line is something that must never be.
func judge(e evidence) []string {
	j := &judgement{evidence: e, byID: map[string]practiceFile{}, batches: map[string]*batchStory{}}
	j.wrong = append(j.wrong, e.broken...)
	for _, f := range e.files {
		j.byID[f.ID] = f
	}
	j.history()
	j.promises()
	j.strangers()
	j.releases()
	j.notices()
	j.storage()
	j.wrong = append(j.wrong, e.alarms...)
	return j.wrong
}

type judgement struct {
	evidence
	byID     map[string]practiceFile
	batches  map[string]*batchStory
	received map[string]string // batches, by file
	wrong    []string
}

// batchStory is one batch as the events tell it.
type batchStory struct {
	received, deleted []string // files
	deadline          time.Time
	released          []told
	cancelled         int
}

func (j *judgement) complain(format string, args ...any) {
	j.wrong = append(j.wrong, fmt.Sprintf(format, args...))
}

// history reads the events: nothing happens to a file or to a batch twice.
func (j *judgement) history() {
	seen := map[string]int{}
	j.received = map[string]string{}
	of := func(batch string) *batchStory {
		if j.batches[batch] == nil {
			j.batches[batch] = &batchStory{}
		}
		return j.batches[batch]
	}
	for _, x := range j.events {
		d := x.Data
		switch kind := strings.TrimPrefix(x.Type, "uploadlink."); kind {
		case "transfer_started", "transfer_abandoned", "file_received", "file_deleted":
			if seen[kind+d.File]++; seen[kind+d.File] == 2 {
				j.complain("file %s: %s is recorded twice", d.File, kind)
			}
			if kind == "file_received" {
				b := of(d.Batch)
				b.received, b.deadline = append(b.received, d.File), d.Deadline
				j.received[d.File] = d.Batch
			}
			if kind == "file_deleted" {
				of(d.Batch).deleted = append(of(d.Batch).deleted, d.File)
			}
		case "batch_released":
			of(d.Batch).released = append(of(d.Batch).released, x)
		case "batch_cancelled":
			of(d.Batch).cancelled++
		}
	}
}

// promises holds each file's answers against what the practice has.
func (j *judgement) promises() {
	for _, c := range j.claims {
		f, there := j.byID[c.id]
		_, received := j.received[c.id]
		switch {
		case c.cancelled && (there || received):
			j.complain("%s was cancelled, and arrived", c.names[0])
		case c.deleted == sure && there:
			j.complain("%s was deleted, and the practice has it", c.names[0])
		case c.cancelled, c.deleted == sure, c.deleted == unsure && !there:
		case !c.whole:
			j.complain("%s never became whole: it stands at %d of %d", c.names[0], c.offset, c.size)
		case !there:
			j.complain("%s is lost: its arrival was acknowledged, and the practice doesn't have it", c.names[0])
		case !slices.Contains(c.names, f.Name):
			j.complain("%s is called %s", strings.Join(c.names, " or "), f.Name)
		case f.Size != c.size || f.SHA256 != c.sum:
			j.complain("%s has %d bytes with the digest %s; sent were %d with %s", f.Name, f.Size, f.SHA256, c.size, c.sum)
		}
	}
}

// strangers looks at files from the practice's side: the bytes are those that were sent, once each.
func (j *judgement) strangers() {
	known, sums := map[string]bool{}, map[string]int{}
	for _, c := range j.claims {
		known[c.id] = true
	}
	for _, f := range j.files {
		if f.content != f.SHA256 {
			j.complain("%s comes back with the digest %s, not %s", f.Name, f.content, f.SHA256)
		}
		if sums[f.SHA256]++; sums[f.SHA256] == 2 {
			j.complain("%s has arrived twice", f.Name)
		}
		if _, announced := j.unsure[f.SHA256]; !known[f.ID] && !announced {
			j.complain("%s was sent by nobody", f.Name)
		}
	}
}

// releases asks of each batch whether it was released once, whole, and not before its time.
func (j *judgement) releases() {
	asked := map[string]bool{}
	for _, c := range j.claims {
		asked[c.id] = c.askedNow
		if b := j.batches[j.received[c.id]]; c.sent && c.deleted != sure && (b == nil || len(b.released) == 0) {
			j.complain("%s was to be sent now, and was not", c.names[0])
		}
	}
	for id, b := range j.batches {
		if n := len(b.released) + b.cancelled; n != 1 {
			j.complain("batch %s was released or cancelled %d times", id, n)
			continue
		}
		left := slices.DeleteFunc(slices.Clone(b.received), func(f string) bool { return slices.Contains(b.deleted, f) })
		if b.cancelled > 0 {
			if len(left) > 0 {
				j.complain("batch %s was cancelled with %d files in it", id, len(left))
			}
			continue
		}
		r := b.released[0]
		if !slices.Equal(slices.Sorted(slices.Values(left)), slices.Sorted(slices.Values(r.Data.Files))) {
			j.complain("batch %s was released with %d files, and had %d", id, len(r.Data.Files), len(left))
		}
		for _, f := range left {
			if j.byID[f].BatchID != id {
				j.complain("file %s of batch %s is shown in batch %q", f, id, j.byID[f].BatchID)
			}
			if first, seen := j.first[f]; seen && first.Before(r.Data.At) {
				j.complain("file %s was seen %v before its release", f, r.Data.At.Sub(first))
			}
		}
		switch early := b.deadline.Sub(r.Data.At); {
		case r.RecordedAt.Before(r.Data.At):
			j.complain("the release of batch %s was recorded %v before it came about", id, r.Data.At.Sub(r.RecordedAt))
		case r.Data.Cause == "window_ended" && early != 0:
			j.complain("batch %s was released %v before its deadline", id, early)
		case r.Data.Cause == "sent_now" && !slices.ContainsFunc(r.Data.Files, func(f string) bool { _, claimed := asked[f]; return asked[f] || !claimed }):
			j.complain("batch %s was sent now, and nobody had asked for it", id)
		}
	}
}

// notices: one letter a released batch, naming its files and no others. The same letter comes twice only where a kill
// came between the mail server's OK and the note of it.
func (j *judgement) notices() {
	came := map[string][]letter{}
	for _, l := range j.letters {
		came[l.id] = append(came[l.id], l)
	}
	for id, b := range j.batches {
		letters := came["batch-notice."+id]
		switch {
		case len(b.released) == 0 && len(letters) > 0:
			j.complain("there is a letter on batch %s, which was never released", id)
			continue
		case len(b.released) == 0:
			continue
		case len(letters) == 0:
			j.complain("there is no letter on batch %s", id)
			continue
		case letters[0].at.Before(b.released[0].Data.At):
			j.complain("the letter on batch %s came before its release", id)
		}
		for _, f := range j.files {
			if named := strings.Contains(letters[0].text, f.Name); named != (f.BatchID == id) {
				j.complain("the letter on batch %s names %s of batch %s: %v", id, f.Name, f.BatchID, named)
			}
		}
	}
	for id, letters := range came {
		for i := range letters[1:] {
			if !slices.ContainsFunc(j.kills, func(k time.Time) bool { return k.After(letters[i].at.Add(-time.Second)) && k.Before(letters[i+1].at) }) {
				j.complain("letter %s came twice, and no kill between", id)
			}
		}
	}
}

// storage holds rows against bytes, both ways. A kill between the two leaves bytes that no row knows, which a sweep
// removes after a day: no more of them than announcements that a kill can have cut off.
func (j *judgement) storage() {
	for _, c := range j.claims {
		row, there := j.rows[c.id]
		want := "received"
		switch {
		case c.cancelled:
			want = "abandoned"
		case c.deleted == sure:
			want = "discarded"
		case !c.whole, c.deleted == unsure:
			continue
		}
		if row.state == "finishing" && want == "received" {
			continue // the mark was lost with the database; the event is what counts, and the collector marks it again
		}
		if !there || row.state != want {
			j.complain("the row of %s is %q, want %s", c.names[0], row.state, want)
		}
	}
	orphans := 0
	for name, size := range j.blobs {
		switch row, there := j.rows[name]; {
		case !there:
			orphans++
		case row.state == "abandoned" || row.state == "discarded":
			if !row.stored { // where it is noted that they are still to be destroyed, the collector does so
				j.complain("the bytes of %s, which is %s, are still there", name, row.state)
			}
		case row.state == "received" && size != row.size, size < row.offset:
			j.complain("%s is %s at %d bytes, and %d are on the disk", name, row.state, row.offset, size)
		}
	}
	if most := min(len(j.unsure), senders*len(j.kills)); orphans > most {
		j.complain("%d blobs belong to no row; a kill cuts off %d announcements at most, and %d were not answered", orphans, senders, len(j.unsure))
	}
	for id, row := range j.rows {
		if _, there := j.blobs[id]; !there && (row.state == "received" || row.state == "finishing" || row.offset > 0 && row.state == "receiving") {
			j.complain("the bytes of %s, which is %s at %d, are gone", id, row.state, row.offset)
		}
	}
}
