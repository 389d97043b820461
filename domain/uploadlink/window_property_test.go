package uploadlink_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// history drives one link through random acts at random times, and remembers only events: what it checks, it works out
// from them by itself.
type history struct {
	*rapid.T
	link    state
	now     time.Time
	events  []ev
	started []uuid.UUID
	next    uint16
	policy  uploadlink.Policy
	revoked bool
	gen     map[uuid.UUID]int
}

func (h *history) newID() uuid.UUID {
	h.next++
	return uuid.UUID{0: 9, 1: byte(h.next >> 8), 2: byte(h.next)}
}

// take applies what a decision answered, or checks that a refusal has no events.
func (h *history) take(events []ev, err error) error {
	if err != nil && len(events) != 0 {
		h.Fatalf("refused with %v, and yet %v", err, events)
	}
	h.events = append(h.events, events...)
	h.link = event.Fold(h.link, events...)
	return err
}

func (h *history) holder() uploadlink.Holder {
	who := rapid.SampledFrom([]uuid.UUID{ida, ben}).Draw(h.T, "who")
	return uploadlink.Holder{Recipient: who, Generation: h.gen[who]}
}

func (h *history) anyFile() uuid.UUID {
	if len(h.started) == 0 {
		return id(99)
	}
	return rapid.SampledFrom(h.started).Draw(h.T, "file")
}

// arriving is mostly a file that can still be received: an act that changes nothing teaches little.
func (h *history) arriving() uuid.UUID {
	for _, file := range h.started {
		if !h.fate(file).arrived && h.link.Transfer(file, h.now) == nil && rapid.IntRange(0, 3).Draw(h.T, "this") > 0 {
			return file
		}
	}
	return h.anyFile()
}

// fate is what the events say of one file.
type fate struct {
	received uploadlink.FileReceived
	arrived  bool
	deleted  int
	released []uploadlink.BatchReleased
}

func (h *history) fate(file uuid.UUID) (f fate) {
	for _, e := range h.events {
		switch e := e.(type) {
		case uploadlink.FileReceived:
			if e.File == file {
				f.received, f.arrived = e, true
			}
		case uploadlink.FileDeleted:
			if e.File == file {
				f.deleted++
			}
		case uploadlink.BatchReleased:
			for _, id := range e.Files {
				if id == file {
					f.released = append(f.released, e)
				}
			}
		}
	}
	return f
}

// deadline of a batch is its last file's arrival plus its window (U1), or the latest of them where a clock went back.
func (h *history) deadline(batch uuid.UUID) (last time.Time) {
	for _, e := range h.events {
		if e, ok := e.(uploadlink.FileReceived); ok && e.Batch == batch {
			if d := e.ReceivedAt.Add(time.Duration(e.WindowMS) * time.Millisecond); d.After(last) {
				last = d
			}
		}
	}
	return last
}

// changed checks that a rename or delete was accepted exactly while the file was its holder's to change (S1.i4, S1.22).
func (h *history) changed(file uuid.UUID, by uploadlink.Holder, before fate, deadline time.Time, err error) {
	may := before.arrived && before.received.Recipient == by.Recipient && before.deleted == 0 && len(before.released) == 0 &&
		h.now.Before(deadline) && !h.revoked
	if may != (err == nil) {
		h.Fatalf("at %s, deadline %s, %+v: %v", h.now, deadline, before, err)
	}
}

func (h *history) act() {
	switch rapid.SampledFrom([]string{
		"start", "start", "receive", "receive", "receive", "receive", "rename", "delete", "send now", "elapse", "wait", "wait", "wait", "policy", "resend", "abandon", "revoke",
	}).Draw(h.T, "act") {
	case "start":
		file := h.newID()
		if h.take(h.link.StartTransfer(h.holder(), uploadlink.Starting{File: file, Name: fmt.Sprintf("%d.pdf", h.next%3), Size: 100}, 0, h.now)) == nil {
			h.started = append(h.started, file)
		}
	case "receive":
		file := h.arriving()
		before := h.fate(file)
		events, err := h.link.Receive(uploadlink.Receipt{File: file, Batch: h.newID(), Size: 100, SHA256: digestA}, h.policy, h.now)
		if before.arrived && (err != nil || len(events) != 0) {
			h.Fatalf("received again: %v, %v; want nothing", events, err)
		}
		h.take(events, err)
	case "rename":
		file, by := h.anyFile(), h.holder()
		before := h.fate(file)
		deadline := h.deadline(before.received.Batch)
		h.changed(file, by, before, deadline, h.take(h.link.Rename(by, file, rapid.SampledFrom([]string{"x", "1", "Y"}).Draw(h.T, "name"), h.now)))
	case "delete":
		file, by := h.anyFile(), h.holder()
		before := h.fate(file)
		deadline := h.deadline(before.received.Batch)
		err := h.take(h.link.Delete(by, file, h.now))
		if before.deleted == 0 {
			h.changed(file, by, before, deadline, err)
		}
	case "send now":
		h.take(h.link.SendNow(h.holder(), h.now))
	case "elapse":
		h.take(h.link.Elapse(h.now), nil)
	case "wait":
		h.now = h.now.Add(h.pause())
	case "policy":
		h.setPolicy()
	case "resend":
		who := h.holder().Recipient
		if h.take(h.link.Resend([]uuid.UUID{who}, h.now)) == nil {
			h.gen[who]++
		}
	case "abandon":
		h.take(h.link.Abandon(h.anyFile(), uploadlink.Cancelled, h.now))
	case "revoke":
		if rapid.IntRange(0, 9).Draw(h.T, "really") == 0 {
			h.revoked = h.take(h.link.Revoke("", rapid.SampledFrom([]uploadlink.Unreleased{uploadlink.Keep, uploadlink.Discard}).Draw(h.T, "unreleased"), h.now)) == nil
		}
	}
}

func (h *history) setPolicy() {
	h.policy.Window = rapid.SampledFrom([]time.Duration{0, tick, 10 * time.Minute, 10 * time.Minute, 30 * time.Minute, 24 * time.Hour}).Draw(h.T, "window")
	h.policy.AtOnce = rapid.Bool().Draw(h.T, "at once")
}

// pause is often exactly to the edge where something changes.
func (h *history) pause() time.Duration {
	if wake := h.link.Wake(); wake.After(h.now) && rapid.Bool().Draw(h.T, "to the edge") {
		return wake.Sub(h.now) + rapid.SampledFrom([]time.Duration{-tick, 0, tick}).Draw(h.T, "beside the edge")
	}
	if rapid.Bool().Draw(h.T, "as people do") {
		return rapid.SampledFrom([]time.Duration{tick, 9 * time.Minute, 10*time.Minute - tick, 30 * time.Minute, time.Hour - tick, time.Hour}).Draw(h.T, "minutes")
	}
	return time.Duration(rapid.Int64Range(0, int64(90*time.Minute/tick)).Draw(h.T, "pause")) * tick
}

func TestWindowProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{T: t, now: noon, gen: map[uuid.UUID]int{ida: 1, ben: 1}}
		h.take([]ev{issuedToIdaAndBen}, nil)
		h.setPolicy()
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			h.act()
			h.check()
		}
		h.now = expiry.AddDate(0, 1, 0)
		h.take(h.link.Elapse(h.now), nil)
		h.check()
		h.finished()
	})
}

// check holds after every act.
func (h *history) check() {
	if folded := event.Fold(state{}, h.events...); !reflect.DeepEqual(normal(folded), normal(h.link)) {
		h.Fatalf("state:\n%+v\nfold of its events:\n%+v", h.link, folded)
	}
	if wake := h.link.Wake(); !wake.IsZero() {
		if early := h.link.Elapse(wake.Add(-tick)); len(early) != 0 {
			h.Fatalf("before it wakes at %s: %v", wake, early)
		}
		if len(h.link.Elapse(wake)) == 0 {
			h.Fatalf("wakes at %s for nothing", wake)
		}
	}
	after := event.Fold(event.Fold(state{}, h.events...), h.link.Elapse(h.now)...)
	if again := after.Elapse(h.now); len(again) != 0 {
		h.Fatalf("elapsed twice: %v", again)
	}
}

// normal shows a state as text: capacity and empty slices aside, equal texts are equal states.
func normal(l state) string { return strings.ReplaceAll(fmt.Sprintf("%+v", l), "<nil>", "") }

// finished holds when all windows are over.
func (h *history) finished() {
	opened, ended := map[uuid.UUID]time.Time{}, map[uuid.UUID]int{}
	for _, e := range h.events {
		switch e := e.(type) {
		case uploadlink.BatchOpened:
			opened[e.Batch] = e.At
		case uploadlink.BatchReleased:
			ended[e.Batch]++
			if len(e.Files) == 0 {
				h.Fatalf("%s was released empty (S1.i7)", e.Batch)
			}
		case uploadlink.BatchCancelled:
			ended[e.Batch]++
		}
	}
	for batch := range opened {
		if ended[batch] != 1 {
			h.Fatalf("%s ended %d times, want once (S1.i6)", batch, ended[batch])
		}
	}
	for _, file := range h.started {
		f := h.fate(file)
		if !f.arrived {
			if f.deleted+len(f.released) != 0 {
				h.Fatalf("%s never arrived, and yet %+v", file, f)
			}
			continue
		}
		if f.deleted+len(f.released) != 1 {
			h.Fatalf("%s was deleted %d times and released %d times, want one of it once", file, f.deleted, len(f.released))
		}
		for _, r := range f.released {
			h.releasedInTime(f, r, opened[r.Batch])
		}
	}
}

func (h *history) releasedInTime(f fate, r uploadlink.BatchReleased, opened time.Time) {
	window := time.Duration(f.received.WindowMS) * time.Millisecond
	full := f.received.ReceivedAt.Add(window)
	switch {
	case r.Batch != f.received.Batch:
		h.Fatalf("released with batch %s, received into %s", r.Batch, f.received.Batch)
	case r.Cause == uploadlink.WindowEnded && (r.At.Before(full) || !r.At.Equal(h.deadline(r.Batch))):
		h.Fatalf("released at %s, its full window ends at %s, its batch at %s (S1.23, U1)", r.At, full, h.deadline(r.Batch))
	case r.Cause == uploadlink.NoWindow && window != 0:
		h.Fatalf("released at once under a window of %s", window)
	case r.At.After(opened.Add(uploadlink.BatchTakes + window)):
		h.Fatalf("opened at %s and released at %s: postponed for more than 60 minutes and the window (U1)", opened, r.At)
	case !f.received.ReceivedAt.Before(opened.Add(uploadlink.BatchTakes)):
		h.Fatalf("a batch of %s took a file at %s (U1)", opened, f.received.ReceivedAt)
	}
}

// Two histories that part do not disturb each other, as long as each goes on with its own copy of the events.
func TestDecisionsLeaveTheirStateAlone(t *testing.T) {
	l := given(t, append(oneInWindow(), started(fileB, "b.pdf", noon))...).State()
	want := normal(l)
	for _, decide := range []decision{
		elapse(expiry.AddDate(1, 0, 0)), receive(fileB, batch2, after(time.Hour)), rename(holder, fileA, "x", noon), remove(holder, fileA, noon),
		sendNow(holder, expiry), revoke(uploadlink.Discard, expiry), resend(after(time.Hour)), start(holder, fileC, "c.pdf", 1, after(time.Hour)),
		abandon(fileB, uploadlink.Idle, expiry), redeem(holder, after(time.Hour)), extend(expiry.AddDate(0, 0, 1), expiry),
	} {
		if _, err := decide(l); err != nil {
			t.Errorf("refused: %v", err)
		}
		if got := normal(l); got != want {
			t.Fatalf("state is\n%s\nand was\n%s", got, want)
		}
	}
}
