package uploadlink_test

import (
	"errors"
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
	awaited  bool                    // a scanner was configured when it arrived
	verdict  *uploadlink.FileScanned // the one that let it go on, or not
	sealed   bool                    // its batch waits for verdicts

	asks, refusals, withdrawn int
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
		case uploadlink.ScanAwaited:
			f.awaited = f.awaited || e.File == file
		case uploadlink.FileScanned:
			if e.File == file && !e.Held {
				if f.verdict != nil {
					h.Fatalf("%s has two verdicts: %+v and %+v", file, *f.verdict, e)
				}
				f.verdict = &e
			}
		case uploadlink.BatchSealed:
			f.sealed = f.sealed || f.arrived && e.Batch == f.received.Batch
		case uploadlink.WithdrawalRequested:
			f.asks += count(e.File == file)
		case uploadlink.WithdrawalRefused:
			f.refusals += count(e.File == file)
		case uploadlink.WithdrawalAccepted:
			f.withdrawn += count(e.File == file)
		}
	}
	return f
}

func (f fate) infected() bool { return f.verdict != nil && f.verdict.Verdict == uploadlink.Infected }

// waits tells that a verdict is missing.
func (f fate) waits() bool { return f.awaited && f.verdict == nil && f.deleted == 0 }

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// asked checks that a file was asked back only by its sender, once released, and not while a request was open (U5).
func (h *history) asked(file uuid.UUID, by uploadlink.Holder, before fate, err error) {
	after := h.fate(file)
	open := before.asks > before.refusals+before.withdrawn
	may := before.arrived && before.received.Recipient == by.Recipient && before.withdrawn == 0 && len(after.released) == 1 &&
		!h.revoked && (open || before.refusals < uploadlink.MaxWithdrawals)
	if may != (err == nil) || after.asks != before.asks+count(may && !open) {
		h.Fatalf("at %s, before %+v, after %+v: %v", h.now, before, after, err)
	}
}

// answered checks that exactly what was asked back is answered, and once.
func (h *history) answered(before fate, err error) {
	open := before.asks > before.refusals+before.withdrawn
	if open != (err == nil) && before.withdrawn == 0 {
		h.Fatalf("at %s, %+v: %v", h.now, before, err)
	}
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
		!before.sealed && !before.infected() && h.now.Before(deadline) && !h.revoked
	if may != (err == nil) {
		h.Fatalf("at %s, deadline %s, %+v: %v", h.now, deadline, before, err)
	}
}

func (h *history) act() {
	switch rapid.SampledFrom([]string{
		"start", "start", "receive", "receive", "receive", "receive", "rename", "delete", "send now", "elapse", "wait", "wait", "wait", "policy", "resend", "abandon", "revoke", "ask", "copy", "correct",
		"verdict", "verdict", "verdict", "scan again",
		"ask back", "ask back", "give up", "keep",
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
	case "ask back":
		file, by := h.anyFile(), h.holder()
		before := h.fate(file)
		h.asked(file, by, before, h.take(h.link.AskWithdrawal(by, file, "", h.now)))
	case "give up":
		file := h.anyFile()
		before := h.fate(file)
		h.answered(before, h.take(h.link.AcceptWithdrawal(file, h.now)))
	case "keep":
		file := h.anyFile()
		before := h.fate(file)
		h.answered(before, h.take(h.link.RefuseWithdrawal(file, "no", h.now)))
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
	case "ask":
		by := h.holder()
		by.Generation = rapid.IntRange(1, by.Generation).Draw(h.T, "an older secret")
		works := h.link.Access(by, h.now) == nil
		if err := h.take(h.link.RequestNewLink(by, "", h.now)); works && !errors.Is(err, uploadlink.ErrStillWorks) {
			h.Fatalf("asked for a new link with one that works: %v", err)
		}
	case "copy":
		h.take(h.link.Copy(h.holder().Recipient, h.now))
	case "correct":
		h.next++
		who := h.holder().Recipient
		before := h.gen[who]
		if h.take(h.link.CorrectAddress(uploadlink.Addressee{ID: who, Email: fmt.Sprintf("p%d@example.org", h.next)}, h.now)) == nil {
			h.gen[who]++
			if err := h.link.Access(uploadlink.Holder{Recipient: who, Generation: before}, h.now); !errors.Is(err, uploadlink.ErrMisdirected) {
				h.Fatalf("the secret that went to a wrong address answers %v", err)
			}
			if h.sent(who) {
				h.Fatalf("%s has sent files and got another address (S1.i14)", who)
			}
		}
	case "verdict":
		v := rapid.SampledFrom([]uploadlink.Verdict{uploadlink.Clean, uploadlink.Infected, uploadlink.NotScanned}).Draw(h.T, "verdict")
		h.say(h.waiting(), v, rapid.Bool().Draw(h.T, "hold"))
	case "scan again":
		file := h.anyFile()
		may := h.fate(file).waits()
		if err := h.take(h.link.ScanAgain(file, h.now)); may != (err == nil) {
			h.Fatalf("scan %s again: %v", file, err)
		}
	case "abandon":
		h.take(h.link.Abandon(h.anyFile(), uploadlink.Cancelled, h.now))
	case "revoke":
		if rapid.IntRange(0, 9).Draw(h.T, "really") == 0 {
			h.revoked = h.take(h.link.Revoke("", rapid.SampledFrom([]uploadlink.Unreleased{uploadlink.Keep, uploadlink.Discard}).Draw(h.T, "unreleased"), h.now)) == nil
		}
	}
}

// say gives a verdict, which counts exactly where one is missing.
func (h *history) say(file uuid.UUID, v uploadlink.Verdict, hold bool) {
	before, n := h.fate(file), len(h.events)
	h.take(h.link.Scanned(uploadlink.Scan{File: file, Verdict: v, Hold: hold}, h.now))
	if !before.waits() && len(h.events) != n {
		h.Fatalf("%s was waiting for no verdict, and %q caused %v", file, v, h.events[n:])
	}
	if final := v != uploadlink.NotScanned || !hold; final && before.waits() && h.fate(file).waits() {
		h.Fatalf("%s waits on after %q", file, v)
	}
}

// waiting is mostly a file that waits for a verdict.
func (h *history) waiting() uuid.UUID {
	for _, file := range h.started {
		if h.fate(file).waits() && rapid.IntRange(0, 3).Draw(h.T, "this") > 0 {
			return file
		}
	}
	return h.anyFile()
}

// sent tells that a transfer of who was ever started.
func (h *history) sent(who uuid.UUID) bool {
	for _, e := range h.events {
		if e, ok := e.(uploadlink.TransferStarted); ok && e.Recipient == who {
			return true
		}
	}
	return false
}

func (h *history) setPolicy() {
	h.policy.Scan = rapid.Bool().Draw(h.T, "scan")
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
		for _, file := range h.started { // the scanner comes to its end, too
			h.say(file, rapid.SampledFrom([]uploadlink.Verdict{uploadlink.Clean, uploadlink.Infected, uploadlink.NotScanned}).Draw(t, "last verdict"), false)
			h.check()
		}
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
		if f.withdrawn > 1 || f.withdrawn+f.refusals > f.asks || f.asks > uploadlink.MaxWithdrawals {
			h.Fatalf("%s was asked back %d times, kept %d times, withdrawn %d times (U5)", file, f.asks, f.refusals, f.withdrawn)
		}
		if f.infected() && len(f.released) != 0 {
			h.Fatalf("%s is infected and was released (U8)", file)
		}
		if !f.infected() && f.deleted+len(f.released) != 1 || f.infected() && f.deleted != 0 {
			h.Fatalf("%s was deleted %d times and released %d times, infected %t: want one of it once", file, f.deleted, len(f.released), f.infected())
		}
		for _, r := range f.released {
			h.releasedInTime(f, r, opened[r.Batch])
		}
	}
}

func (h *history) releasedInTime(f fate, r uploadlink.BatchReleased, opened time.Time) {
	window := time.Duration(f.received.WindowMS) * time.Millisecond
	full := f.received.ReceivedAt.Add(window)
	end, sealed := h.end(r)
	switch {
	case f.awaited && f.verdict == nil:
		h.Fatalf("released without the verdict that it waited for (U8)")
	case f.awaited && r.At.Before(f.verdict.At):
		h.Fatalf("released at %s, its verdict came at %s (U8)", r.At, f.verdict.At)
	case sealed && !r.At.Equal(end) && !r.At.Equal(h.lastVerdict(r.Batch)):
		h.Fatalf("sealed at %s, the last verdict came at %s, and released at %s (U8)", end, h.lastVerdict(r.Batch), r.At)
	case r.Batch != f.received.Batch:
		h.Fatalf("released with batch %s, received into %s", r.Batch, f.received.Batch)
	case r.Cause == uploadlink.WindowEnded && (end.Before(full) || !end.Equal(h.deadline(r.Batch))):
		h.Fatalf("released at %s, its full window ends at %s, its batch at %s (S1.23, U1)", r.At, full, h.deadline(r.Batch))
	case r.Cause == uploadlink.NoWindow && window != 0:
		h.Fatalf("released at once under a window of %s", window)
	case end.After(opened.Add(uploadlink.BatchTakes + window)):
		h.Fatalf("opened at %s and ended at %s: postponed for more than 60 minutes and the window (U1)", opened, end)
	case !f.received.ReceivedAt.Before(opened.Add(uploadlink.BatchTakes)):
		h.Fatalf("a batch of %s took a file at %s (U1)", opened, f.received.ReceivedAt)
	}
}

// end is when the window of a released batch ended: with its release, or when it was sealed.
func (h *history) end(r uploadlink.BatchReleased) (at time.Time, sealed bool) {
	at = r.At
	for _, e := range h.events {
		if e, ok := e.(uploadlink.BatchSealed); ok && e.Batch == r.Batch {
			if sealed {
				h.Fatalf("%s was sealed twice", r.Batch)
			}
			at, sealed = e.At, true
		}
	}
	return at, sealed
}

func (h *history) lastVerdict(batch uuid.UUID) (last time.Time) {
	for _, file := range h.started {
		if f := h.fate(file); f.received.Batch == batch && f.verdict != nil && f.verdict.At.After(last) {
			last = f.verdict.At
		}
	}
	return last
}

// Two histories that part do not disturb each other, as long as each goes on with its own copy of the events.
func TestDecisionsLeaveTheirStateAlone(t *testing.T) {
	l := given(t, append(scanning(), started(fileB, "b.pdf", noon))...).State()
	want := normal(l)
	for _, decide := range []decision{
		elapse(expiry.AddDate(1, 0, 0)), receive(fileB, batch2, after(time.Hour)), rename(holder, fileA, "x", noon), remove(holder, fileA, noon),
		sendNow(holder, expiry), revoke(uploadlink.Discard, expiry), resend(after(time.Hour)), start(holder, fileC, "c.pdf", 1, after(time.Hour)),
		abandon(fileB, uploadlink.Idle, expiry), redeem(holder, after(time.Hour)), extend(expiry.AddDate(0, 0, 1), expiry),
		say(fileA, uploadlink.Clean, expiry), say(fileA, uploadlink.Infected, noon), hold(fileA, uploadlink.NotScanned, expiry),
		scanAgain(fileA, expiry), letGo(fileA, expiry),
		renew(expiry.AddDate(0, 0, 1), expiry, ida), ask(holder, "", expiry), copied(ida, after(time.Hour)), dismiss(ida, expiry), correct(ben, "B", "b@example.org", after(time.Hour)),
	} {
		if _, err := decide(l); err != nil {
			t.Errorf("refused: %v", err)
		}
		if got := normal(l); got != want {
			t.Fatalf("state is\n%s\nand was\n%s", got, want)
		}
	}
}
