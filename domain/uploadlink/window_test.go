package uploadlink_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func at10(d time.Duration) time.Time { return after(d + 10*time.Minute) }

func TestWindow(t *testing.T) {
	t.Run("S1.17, S1.18, S1.22, S1.23: open until the deadline, released at it", func(t *testing.T) {
		last := at10(-tick)
		given(t, oneInWindow()...).When(elapse(last)).ThenNothing()
		given(t, oneInWindow()...).When(rename(holder, fileA, "b", last)).Then(uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, "b.pdf"), At: last})
		given(t, oneInWindow()...).When(elapse(at10(0))).Then(releasedAt(batch1, at10(0), fileA))
	})
	t.Run("S1.i4, S1.22: at the deadline and after it nothing is accepted, whatever the alarm does (U6)", func(t *testing.T) {
		for _, now := range []time.Time{at10(0), at10(tick), at10(time.Hour)} {
			given(t, oneInWindow()...).When(rename(holder, fileA, "b", now)).ThenError(uploadlink.ErrWindowClosed)
			given(t, oneInWindow()...).When(remove(holder, fileA, now)).ThenError(uploadlink.ErrWindowClosed)
		}
	})
	t.Run("U6: a late alarm releases at the deadline, and once", func(t *testing.T) {
		given(t, oneInWindow()...).When(elapse(at10(5 * time.Hour))).Then(releasedAt(batch1, at10(0), fileA)).
			When(elapse(at10(6 * time.Hour))).ThenNothing()
	})
	t.Run("S1.19, U1: a later file gives all of them its minutes", func(t *testing.T) {
		second := after(9 * time.Minute)
		given(t, append(oneInWindow(), started(fileB, "b.pdf", noon))...).
			When(receive(fileB, batch2, second, content(digestB))).Then(got(fileB, batch1, "b.pdf", second, digest(digestB))).
			When(elapse(at10(0))).ThenNothing().
			When(elapse(at10(9 * time.Minute))).Then(releasedAt(batch1, at10(9*time.Minute), fileA, fileB))
	})
	t.Run("S1.i5, S1.i6: a file that ends its transfer after the window opens its own", func(t *testing.T) {
		later := at10(0)
		given(t, append(oneInWindow(), started(fileB, "b.pdf", noon))...).
			When(receive(fileB, batch2, later, content(digestB))).Then(
			releasedAt(batch1, at10(0), fileA), opened(batch2, later), got(fileB, batch2, "b.pdf", later, digest(digestB))).
			When(elapse(at10(10 * time.Minute))).Then(releasedAt(batch2, at10(10*time.Minute), fileB))
	})
	t.Run("S1.i14: each recipient has their own batches", func(t *testing.T) {
		bens := uploadlink.TransferStarted{File: fileB, Recipient: ben, Name: event.Of(acme, "b.pdf"), Size: 100, At: noon}
		of := func(e *uploadlink.FileReceived) { e.Recipient = ben }
		given(t, append(oneInWindow(), bens)...).When(receive(fileB, batch2, after(time.Minute), content(digestB))).Then(
			uploadlink.BatchOpened{Batch: batch2, Recipient: ben, At: after(time.Minute)},
			got(fileB, batch2, "b.pdf", after(time.Minute), of, digest(digestB)))
	})
}

func TestABatchTakesFilesForAnHour(t *testing.T) { // U1
	long := window(24 * time.Hour)
	day := func(e *uploadlink.FileReceived) { e.WindowMS, e.Deadline = 86_400_000, e.ReceivedAt.Add(24*time.Hour) }
	history := []ev{
		issuedToIdaAndBen, started(fileA, "a.pdf", noon), started(fileB, "b.pdf", noon), started(fileC, "c.pdf", noon),
		opened(batch1, noon), got(fileA, batch1, "a.pdf", noon, day),
	}
	before, at := after(time.Hour-tick), after(time.Hour)
	next := given(t, history...).When(receive(fileB, batch2, before, long, content(digestB))).Then(got(fileB, batch1, "b.pdf", before, day, digest(digestB))).
		When(receive(fileC, batch2, at, long, content(digestB))).Then(
		opened(batch2, at), got(fileC, batch2, "c.pdf", at, day, digest(digestB), func(e *uploadlink.FileReceived) { e.SameAs = fileB }))
	if got, want := next.State().Wake(), before.Add(24*time.Hour); !got.Equal(want) {
		t.Errorf("wakes at %s, want the first deadline %s", got, want)
	}
	next.When(rename(holder, fileA, "x", before.Add(24*time.Hour-tick))).Then( // two batches are open
		uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, "x.pdf"), At: before.Add(24*time.Hour - tick)})
	next.When(elapse(after(48*time.Hour))).Then(
		releasedAt(batch1, before.Add(24*time.Hour), fileA, fileB), releasedAt(batch2, at.Add(24*time.Hour), fileC))
	next.When(sendNow(holder, at)).Then(
		uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA, fileB}, Cause: uploadlink.SentNow, At: at},
		uploadlink.BatchReleased{Batch: batch2, Files: []uuid.UUID{fileC}, Cause: uploadlink.SentNow, At: at})
}

func TestPolicies(t *testing.T) { // U2
	start := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon)}
	t.Run("no window: released when received", func(t *testing.T) {
		for _, w := range []time.Duration{0, -time.Minute, time.Microsecond} {
			given(t, start...).When(receive(fileA, batch1, noon, window(w))).Then(
				opened(batch1, noon), got(fileA, batch1, "a.pdf", noon, func(e *uploadlink.FileReceived) { e.WindowMS, e.Deadline = 0, noon }),
				uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA}, Cause: uploadlink.NoWindow, At: noon}).
				When(elapse(after(time.Hour))).ThenNothing()
		}
	})
	t.Run("delivered at once, and still the recipient's for 30 minutes", func(t *testing.T) {
		atOnce := func(_ *uploadlink.Receipt, p *uploadlink.Policy) { p.Window, p.AtOnce = 30*time.Minute, true }
		want := func(e *uploadlink.FileReceived) {
			e.WindowMS, e.Deadline, e.Delivered = 1_800_000, after(30*time.Minute), true
		}
		given(t, start...).When(receive(fileA, batch1, noon, atOnce)).Then(opened(batch1, noon), got(fileA, batch1, "a.pdf", noon, want)).
			When(rename(holder, fileA, "b", after(30*time.Minute-tick))).Then(
			uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, "b.pdf"), At: after(30*time.Minute - tick)})
	})
	t.Run("a file under another policy opens another batch: nobody's minutes change", func(t *testing.T) {
		history := append(oneInWindow(), started(fileB, "b.pdf", noon))
		half := func(e *uploadlink.FileReceived) { e.WindowMS, e.Deadline = 300_000, after(5*time.Minute) }
		given(t, history...).When(receive(fileB, batch2, noon, window(5*time.Minute), content(digestB))).Then(
			opened(batch2, noon), got(fileB, batch2, "b.pdf", noon, half, digest(digestB))).
			When(elapse(after(time.Hour))).Then(releasedAt(batch2, after(5*time.Minute), fileB), releasedAt(batch1, at10(0), fileA))
	})
	t.Run("nor what the practice sees of them", func(t *testing.T) {
		history := append(oneInWindow(), started(fileB, "b.pdf", noon))
		atOnce := func(_ *uploadlink.Receipt, p *uploadlink.Policy) { p.AtOnce = true }
		given(t, history...).When(receive(fileB, batch2, noon, atOnce, content(digestB))).Then(
			opened(batch2, noon), got(fileB, batch2, "b.pdf", noon, digest(digestB), func(e *uploadlink.FileReceived) { e.Delivered = true }))
	})
	t.Run("U7: when the clock goes back, the deadline does not", func(t *testing.T) {
		back := after(-time.Minute)
		given(t, append(oneInWindow(), started(fileB, "b.pdf", noon))...).When(receive(fileB, batch2, back, content(digestB))).Then(
			got(fileB, batch1, "b.pdf", back, digest(digestB), func(e *uploadlink.FileReceived) { e.Deadline = at10(0) }))
	})
}

func TestExpiryAndWindow(t *testing.T) {
	nearly := expiry.Add(-time.Minute)
	at := func(e *uploadlink.FileReceived) { e.StartedAt = nearly }
	history := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", nearly), opened(batch1, nearly), got(fileA, batch1, "a.pdf", nearly, at)}
	deadline := nearly.Add(10 * time.Minute)
	t.Run("S1.i16: the remaining minutes are honoured, nothing new is taken", func(t *testing.T) {
		next := given(t, history...).When(rename(holder, fileA, "b", expiry)).Then(
			uploadlink.Expired{At: expiry}, uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, "b.pdf"), At: expiry})
		next.When(start(holder, fileB, "b.pdf", 1, expiry)).ThenError(uploadlink.ErrExpired)
		next.When(elapse(deadline)).Then(releasedAt(batch1, deadline, fileA))
		next.When(remove(holder, fileA, deadline.Add(-tick))).Then(
			uploadlink.FileDeleted{File: fileA, Batch: batch1, Name: event.Of(acme, "b.pdf"), Size: 100, SHA256: digestA, Reason: uploadlink.ByUploader, At: deadline.Add(-tick)},
			uploadlink.BatchCancelled{Batch: batch1, At: deadline.Add(-tick)})
	})
	t.Run("what time caused is told in the order in which it came about", func(t *testing.T) {
		given(t, history...).When(elapse(expiry.AddDate(1, 0, 0))).Then(uploadlink.Expired{At: expiry}, releasedAt(batch1, deadline, fileA))
		all := append(history, started(fileB, "b.pdf", nearly))
		given(t, all...).When(elapse(expiry.AddDate(1, 0, 0))).Then(uploadlink.Expired{At: expiry}, releasedAt(batch1, deadline, fileA),
			uploadlink.TransferAbandoned{File: fileB, Reason: uploadlink.TooOld, At: nearly.Add(72 * time.Hour)})
	})
}

func TestWake(t *testing.T) {
	for name, c := range map[string]struct {
		history []ev
		want    time.Time
	}{
		"not issued":               {nil, time.Time{}},
		"issued: its expiry":       {[]ev{issuedToIdaAndBen}, expiry},
		"a window":                 {oneInWindow(), at10(0)},
		"a window that has passed": {append(oneInWindow(), releasedAt(batch1, at10(0), fileA)), expiry},
		"cancelled": {append(oneInWindow(),
			uploadlink.FileDeleted{File: fileA, Batch: batch1}, uploadlink.BatchCancelled{Batch: batch1, At: noon}), expiry},
		"a transfer":      {[]ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon)}, after(72 * time.Hour)},
		"expired":         {[]ev{issuedToIdaAndBen, uploadlink.Expired{At: expiry}}, time.Time{}},
		"revoked":         {[]ev{issuedToIdaAndBen, revokedAtNoon}, time.Time{}},
		"extended expiry": {[]ev{issuedToIdaAndBen, uploadlink.Expired{At: expiry}, uploadlink.Extended{ExpiresAt: expiry.AddDate(0, 0, 1)}}, expiry.AddDate(0, 0, 1)},
	} {
		if got := given(t, c.history...).State().Wake(); !got.Equal(c.want) {
			t.Errorf("%s: wakes at %s, want %s", name, got, c.want)
		}
	}
}

func TestSendNow(t *testing.T) { // U3
	now := after(time.Minute)
	sent := uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA}, Cause: uploadlink.SentNow, At: now}
	t.Run("ends the window", func(t *testing.T) {
		next := given(t, oneInWindow()...).When(sendNow(holder, now)).Then(sent)
		next.When(rename(holder, fileA, "b", now)).ThenError(uploadlink.ErrWindowClosed)
		next.When(remove(holder, fileA, now)).ThenError(uploadlink.ErrWindowClosed)
		next.When(elapse(at10(0))).ThenNothing()
	})
	t.Run("a second press is no error", func(t *testing.T) {
		given(t, oneInWindow()...).When(sendNow(holder, now)).Then(sent).When(sendNow(holder, now)).ThenNothing()
		given(t, oneInWindow()...).When(sendNow(holder, at10(0))).Then(releasedAt(batch1, at10(0), fileA))
	})
	t.Run("nothing there", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(sendNow(holder, now)).ThenError(uploadlink.ErrNothingToSend)
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(sendNow(holder, now)).ThenError(uploadlink.ErrNothingToSend)
	})
	t.Run("S1.i14: only one's own", func(t *testing.T) {
		given(t, oneInWindow()...).When(sendNow(other, now)).ThenError(uploadlink.ErrNothingToSend)
	})
	t.Run("L2: not with an older secret", func(t *testing.T) {
		given(t, append(oneInWindow(), resentToIda)...).When(sendNow(holder, now)).ThenError(uploadlink.ErrReplaced)
		given(t, append(oneInWindow(), resentToIda)...).When(sendNow(uploadlink.Holder{Recipient: ida, Generation: 2}, now)).Then(sent)
	})
}
