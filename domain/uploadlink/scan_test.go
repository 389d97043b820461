package uploadlink_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

const engine = "ClamAV 1.4.3"

// scanning is a link with one file that arrived at noon where a scanner is configured.
func scanning() []ev { return append(oneInWindow(), uploadlink.ScanAwaited{File: fileA, At: noon}) }

func sealedAt(batch uuid.UUID, at time.Time) ev {
	return uploadlink.BatchSealed{Batch: batch, Cause: uploadlink.WindowEnded, At: at}
}

func verdict(file uuid.UUID, v uploadlink.Verdict, at time.Time) uploadlink.FileScanned {
	e := uploadlink.FileScanned{File: file, Verdict: v, Engine: engine, At: at}
	switch v {
	case uploadlink.Infected:
		e.Finding = "Eicar-Signature"
	case uploadlink.NotScanned:
		e.Reason = "too large"
	case uploadlink.Clean:
	}
	return e
}

func heldAt(file uuid.UUID, at time.Time) uploadlink.FileScanned {
	e := verdict(file, uploadlink.NotScanned, at)
	e.Held = true
	return e
}

// say gives a verdict; scanned is the same for a file that may not go on unscanned.
func say(file uuid.UUID, v uploadlink.Verdict, now time.Time) decision {
	e := verdict(file, v, now)
	return func(l state) ([]ev, error) {
		return l.Scanned(uploadlink.Scan{File: file, Verdict: v, Finding: e.Finding, Reason: e.Reason, Engine: engine}, now)
	}
}

func hold(file uuid.UUID, v uploadlink.Verdict, now time.Time) decision {
	e := verdict(file, v, now)
	return func(l state) ([]ev, error) {
		return l.Scanned(uploadlink.Scan{File: file, Verdict: v, Finding: e.Finding, Reason: e.Reason, Engine: engine, Hold: true}, now)
	}
}

func scanAgain(file uuid.UUID, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.ScanAgain(file, now) }
}

func letGo(file uuid.UUID, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.LetGo(file, now) }
}

func emptyQuarantine(file uuid.UUID, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.EmptyQuarantine(file, now) }
}

func withScanner(_ *uploadlink.Receipt, p *uploadlink.Policy) { p.Scan = true }

func TestReleaseWaitsForTheScan(t *testing.T) { // U8
	early, late := after(time.Minute), at10(time.Hour)
	t.Run("a file that arrives awaits its verdict", func(t *testing.T) {
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(receive(fileA, batch1, noon, withScanner)).Then(
			opened(batch1, noon), got(fileA, batch1, "a.pdf", noon), uploadlink.ScanAwaited{File: fileA, At: noon})
	})
	t.Run("without a scanner nothing awaits anything", func(t *testing.T) {
		given(t, oneInWindow()...).When(say(fileA, uploadlink.Clean, early)).ThenNothing()
		given(t, oneInWindow()...).When(scanAgain(fileA, early)).ThenError(uploadlink.ErrNoScan)
	})
	t.Run("a verdict inside the window changes nothing of it", func(t *testing.T) {
		given(t, scanning()...).When(say(fileA, uploadlink.Clean, early)).Then(verdict(fileA, uploadlink.Clean, early)).
			When(rename(holder, fileA, "b", early)).Then(uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, "b.pdf"), At: early}).
			When(elapse(at10(0))).Then(releasedAt(batch1, at10(0), fileA))
	})
	t.Run("S1.i4: from the deadline on nothing changes, and nothing is released before the verdict", func(t *testing.T) {
		sealed := given(t, scanning()...).When(elapse(late)).Then(sealedAt(batch1, at10(0)))
		sealed.When(elapse(late.Add(24 * time.Hour))).ThenNothing()
		sealed.When(rename(holder, fileA, "b", late)).ThenError(uploadlink.ErrWindowClosed)
		sealed.When(remove(holder, fileA, late)).ThenError(uploadlink.ErrWindowClosed)
		sealed.When(say(fileA, uploadlink.Clean, late)).Then(verdict(fileA, uploadlink.Clean, late), releasedAt(batch1, late, fileA))
	})
	t.Run("U6: the verdict comes before the alarm: sealed at the deadline, released with the verdict", func(t *testing.T) {
		given(t, scanning()...).When(say(fileA, uploadlink.Clean, late)).Then(
			sealedAt(batch1, at10(0)), verdict(fileA, uploadlink.Clean, late), releasedAt(batch1, late, fileA)).
			When(elapse(late.Add(time.Hour))).ThenNothing()
	})
	t.Run("the batch waits for the last of its files", func(t *testing.T) {
		two := append(scanning(), started(fileB, "b.pdf", noon), got(fileB, batch1, "b.pdf", noon, digest(digestB)),
			uploadlink.ScanAwaited{File: fileB, At: noon}, sealedAt(batch1, at10(0)))
		given(t, two...).When(say(fileB, uploadlink.Clean, late)).Then(verdict(fileB, uploadlink.Clean, late)).
			When(say(fileA, uploadlink.Clean, late.Add(1))).Then(verdict(fileA, uploadlink.Clean, late.Add(1)), releasedAt(batch1, late.Add(1), fileA, fileB))
	})
	t.Run("U3: send now seals, and the second press is no error", func(t *testing.T) {
		seal := uploadlink.BatchSealed{Batch: batch1, Cause: uploadlink.SentNow, At: early}
		sent := given(t, scanning()...).When(sendNow(holder, early)).Then(seal)
		sent.When(sendNow(holder, early)).ThenNothing()
		sent.When(elapse(late)).ThenNothing()
		sent.When(remove(holder, fileA, early)).ThenError(uploadlink.ErrWindowClosed)
		sent.When(say(fileA, uploadlink.Clean, late)).Then(verdict(fileA, uploadlink.Clean, late),
			uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA}, Cause: uploadlink.SentNow, At: late})
	})
	t.Run("U2: no window: the file is not the practice's before its verdict", func(t *testing.T) {
		none := func(e *uploadlink.FileReceived) { e.WindowMS, e.Deadline = 0, noon }
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon), started(fileB, "b.pdf", noon)).
			When(receive(fileA, batch1, noon, window(0), withScanner)).Then(
			opened(batch1, noon), got(fileA, batch1, "a.pdf", noon, none), uploadlink.ScanAwaited{File: fileA, At: noon},
			uploadlink.BatchSealed{Batch: batch1, Cause: uploadlink.NoWindow, At: noon}).
			When(receive(fileB, batch2, noon, window(0), content(digestB), withScanner)).Then( // a sealed batch takes nothing
			opened(batch2, noon), got(fileB, batch2, "b.pdf", noon, none, digest(digestB)), uploadlink.ScanAwaited{File: fileB, At: noon},
			uploadlink.BatchSealed{Batch: batch2, Cause: uploadlink.NoWindow, At: noon}).
			When(say(fileA, uploadlink.Clean, early)).Then(verdict(fileA, uploadlink.Clean, early),
			uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA}, Cause: uploadlink.NoWindow, At: early})
	})
	t.Run("U4: a file deleted while it is scanned stays deleted", func(t *testing.T) {
		given(t, scanning()...).When(remove(holder, fileA, early)).Then(
			uploadlink.FileDeleted{File: fileA, Batch: batch1, Name: event.Of(acme, "a.pdf"), Size: 100, SHA256: digestA, Reason: uploadlink.ByUploader, At: early},
			uploadlink.BatchCancelled{Batch: batch1, At: early}).
			When(say(fileA, uploadlink.Infected, late)).ThenNothing().
			When(elapse(late)).ThenNothing()
	})
	t.Run("the second verdict changes nothing", func(t *testing.T) {
		once := given(t, scanning()...).When(say(fileA, uploadlink.Clean, early)).Then(verdict(fileA, uploadlink.Clean, early))
		once.When(say(fileA, uploadlink.Infected, early)).ThenNothing()
		given(t, append(scanning(), verdict(fileA, uploadlink.Clean, early), releasedAt(batch1, at10(0), fileA))...).
			When(say(fileA, uploadlink.Infected, late)).ThenNothing()
		given(t, issuedToIdaAndBen).When(say(fileA, uploadlink.Clean, noon)).ThenError(uploadlink.ErrNotFound)
	})
	t.Run("L3: revoking with discard leaves alone what was sealed, and deletes what is in its window", func(t *testing.T) {
		given(t, append(scanning(), sealedAt(batch1, at10(0)))...).When(revoke(uploadlink.Discard, late)).Then(
			uploadlink.Revoked{Reason: event.Of(acme, "left the firm"), Unreleased: uploadlink.Discard, At: late}).
			When(say(fileA, uploadlink.Clean, late)).Then(verdict(fileA, uploadlink.Clean, late), releasedAt(batch1, late, fileA))
		given(t, scanning()...).When(revoke(uploadlink.Discard, early)).Then(
			uploadlink.Revoked{Reason: event.Of(acme, "left the firm"), Unreleased: uploadlink.Discard, At: early},
			uploadlink.FileDeleted{File: fileA, Batch: batch1, Name: event.Of(acme, "a.pdf"), Size: 100, SHA256: digestA, Reason: uploadlink.ByRevocation, At: early},
			uploadlink.BatchCancelled{Batch: batch1, At: early}).
			When(say(fileA, uploadlink.Clean, late)).ThenNothing()
	})
	t.Run("U7: when the clock goes back, the release does not come before the deadline", func(t *testing.T) {
		given(t, append(scanning(), sealedAt(batch1, at10(0)))...).When(say(fileA, uploadlink.Clean, early)).Then(
			verdict(fileA, uploadlink.Clean, early), releasedAt(batch1, at10(0), fileA))
	})
}

func TestInfectedFiles(t *testing.T) { // U8
	early, late := after(time.Minute), at10(time.Hour)
	found := verdict(fileA, uploadlink.Infected, early)
	t.Run("never released, and nobody's to change; its batch is cancelled where it was alone", func(t *testing.T) {
		next := given(t, scanning()...).When(say(fileA, uploadlink.Infected, early)).Then(found, uploadlink.BatchCancelled{Batch: batch1, At: early})
		next.When(rename(holder, fileA, "b", early)).ThenError(uploadlink.ErrInfected)
		next.When(remove(holder, fileA, early)).ThenError(uploadlink.ErrInfected)
		next.When(sendNow(holder, early)).ThenError(uploadlink.ErrNothingToSend)
		next.When(elapse(late)).ThenNothing()
	})
	t.Run("the other files of its batch go on", func(t *testing.T) {
		two := append(scanning(), started(fileB, "b.pdf", noon), got(fileB, batch1, "b.pdf", noon, digest(digestB)), uploadlink.ScanAwaited{File: fileB, At: noon})
		given(t, append(two, verdict(fileB, uploadlink.Clean, early))...).When(say(fileA, uploadlink.Infected, early)).Then(found).
			When(elapse(late)).Then(releasedAt(batch1, at10(0), fileB))
		given(t, append(two, sealedAt(batch1, at10(0)))...).When(say(fileB, uploadlink.Clean, late)).Then(verdict(fileB, uploadlink.Clean, late)).
			When(say(fileA, uploadlink.Infected, late)).Then(verdict(fileA, uploadlink.Infected, late), releasedAt(batch1, late, fileB))
		given(t, append(two, sealedAt(batch1, at10(0)))...).When(say(fileB, uploadlink.Infected, late)).Then(verdict(fileB, uploadlink.Infected, late)).
			When(say(fileA, uploadlink.Infected, late)).Then(verdict(fileA, uploadlink.Infected, late), uploadlink.BatchCancelled{Batch: batch1, At: late})
	})
	t.Run("its name is free again, and its content is no earlier file's", func(t *testing.T) {
		history := append(scanning(), found, uploadlink.BatchCancelled{Batch: batch1, At: early}, started(fileB, "a.pdf", noon))
		given(t, history...).When(receive(fileB, batch2, early)).Then(opened(batch2, early), got(fileB, batch2, "a.pdf", early))
	})
	t.Run("its bytes are destroyed after 30 days, or earlier by the operator, once", func(t *testing.T) {
		history := append(scanning(), found, uploadlink.BatchCancelled{Batch: batch1, At: early}, uploadlink.Expired{At: expiry})
		limit := early.Add(30 * 24 * time.Hour)
		gone := uploadlink.QuarantineEmptied{File: fileA, Cause: uploadlink.KeptLong, At: limit}
		given(t, history...).When(elapse(limit.Add(-tick))).ThenNothing()
		if wake := given(t, history...).State().Wake(); !wake.Equal(limit) {
			t.Errorf("wakes at %s, want %s", wake, limit)
		}
		given(t, history...).When(elapse(limit.Add(time.Hour))).Then(gone).
			When(elapse(limit.Add(time.Hour))).ThenNothing().
			When(emptyQuarantine(fileA, limit)).ThenNothing()
		given(t, history...).When(emptyQuarantine(fileA, late)).Then(uploadlink.QuarantineEmptied{File: fileA, Cause: uploadlink.ByOperator, At: late}).
			When(elapse(limit)).ThenNothing()
		given(t, scanning()...).When(emptyQuarantine(fileA, early)).ThenError(uploadlink.ErrNotInfected)
		given(t, scanning()...).When(emptyQuarantine(fileB, early)).ThenError(uploadlink.ErrNotFound)
	})
}

func TestFilesThatCannotBeScanned(t *testing.T) { // U8
	early, late := after(time.Minute), at10(time.Hour)
	t.Run("go on with a mark", func(t *testing.T) {
		given(t, append(scanning(), sealedAt(batch1, at10(0)))...).When(say(fileA, uploadlink.NotScanned, late)).Then(
			verdict(fileA, uploadlink.NotScanned, late), releasedAt(batch1, late, fileA))
	})
	t.Run("or are held, and their batch with them", func(t *testing.T) {
		held := given(t, scanning()...).When(hold(fileA, uploadlink.NotScanned, early)).Then(heldAt(fileA, early)).
			When(hold(fileA, uploadlink.NotScanned, early)).ThenNothing().
			When(elapse(late)).Then(sealedAt(batch1, at10(0)))
		held.When(elapse(late.Add(72 * time.Hour))).ThenNothing()
		held.When(say(fileA, uploadlink.Clean, late)).Then(verdict(fileA, uploadlink.Clean, late), releasedAt(batch1, late, fileA))
		held.When(hold(fileA, uploadlink.Infected, late)).Then(verdict(fileA, uploadlink.Infected, late), uploadlink.BatchCancelled{Batch: batch1, At: late})
		held.When(scanAgain(fileA, late)).Then(uploadlink.ScanAwaited{File: fileA, At: late}).
			When(hold(fileA, uploadlink.NotScanned, late)).Then(heldAt(fileA, late))
		held.When(letGo(fileA, late)).Then(
			uploadlink.FileScanned{File: fileA, Verdict: uploadlink.NotScanned, Reason: "let go by the operator", At: late}, releasedAt(batch1, late, fileA))
	})
	t.Run("the operator can only let go what waits", func(t *testing.T) {
		clean := append(scanning(), verdict(fileA, uploadlink.Clean, early))
		given(t, clean...).When(letGo(fileA, early)).ThenError(uploadlink.ErrNoScan)
		given(t, clean...).When(scanAgain(fileA, early)).ThenError(uploadlink.ErrNoScan)
		given(t, clean...).When(letGo(fileB, early)).ThenError(uploadlink.ErrNotFound)
		given(t, clean...).When(scanAgain(fileB, early)).ThenError(uploadlink.ErrNotFound)
	})
}
