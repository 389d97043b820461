package uploadlink_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func TestStartTransfer(t *testing.T) {
	t.Run("the name is kept as it was sent (S1.i13)", func(t *testing.T) {
		want := uploadlink.TransferStarted{File: fileA, Recipient: ida, Name: event.Of(acme, `C:\fakepath\A.PDF`), Size: 7, At: noon}
		given(t, issuedToIdaAndBen).When(start(holder, fileA, `C:\fakepath\A.PDF`, 7, noon)).Then(want).
			When(start(holder, fileA, `C:\fakepath\A.PDF`, 7, noon)).ThenNothing()
	})
	t.Run("S1.11, L4: until the expiry, not at it", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(start(holder, fileA, "a.pdf", 100, expiry.Add(-tick))).Then(started(fileA, "a.pdf", expiry.Add(-tick)))
		given(t, issuedToIdaAndBen).When(start(holder, fileA, "a.pdf", 100, expiry)).ThenError(uploadlink.ErrExpired)
	})
	t.Run("refused like Access", func(t *testing.T) {
		given(t).When(start(holder, fileA, "a.pdf", 1, noon)).ThenError(uploadlink.ErrNotFound)
		given(t, issuedToIdaAndBen, resentToIda).When(start(holder, fileA, "a.pdf", 1, noon)).ThenError(uploadlink.ErrReplaced)
		given(t, issuedToIdaAndBen, revokedAtNoon).When(start(holder, fileA, "a.pdf", 1, noon)).ThenError(uploadlink.ErrRevoked)
	})
	t.Run("S1.i14: another one's file is unknown", func(t *testing.T) {
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(start(other, fileA, "a.pdf", 100, noon)).ThenError(uploadlink.ErrNotFound)
	})
}

func TestSize(t *testing.T) {
	for _, c := range []struct {
		size, limit int64
		want        error
	}{
		{1, 0, nil},
		{5_368_002_597, 0, nil}, // S1.6, S1.i11: at the limit
		{5_368_002_598, 0, uploadlink.ErrTooLarge},
		{0, 0, uploadlink.ErrEmpty},
		{-1, 0, uploadlink.ErrEmpty},
		{1000, 1000, nil}, // S1.i11: lower per firm
		{1001, 1000, uploadlink.ErrTooLarge},
		{5_368_002_598, 6_000_000_000, uploadlink.ErrTooLarge}, // never higher
	} {
		_, err := given(t, issuedToIdaAndBen).State().StartTransfer(holder, uploadlink.Starting{File: fileA, Name: "a.pdf", Size: c.size}, c.limit, noon)
		if !errors.Is(err, c.want) {
			t.Errorf("%d bytes under a limit of %d: %v, want %v", c.size, c.limit, err, c.want)
		}
	}
}

func TestTheLimitIsInTheMessage(t *testing.T) { // S1.i10
	for limit, want := range map[int64]string{
		0:             "This file has 9,000,000,000 bytes; at most 5,368,002,597 (4.999342 GB) are accepted.",
		100 << 20:     "at most 104,857,600 (100 MB)",
		1_500_000_000: "at most 1,500,000,000 (1.396984 GB)",
		500:           "at most 500 (0 MB)",
	} {
		_, err := given(t, issuedToIdaAndBen).State().StartTransfer(holder, uploadlink.Starting{File: fileA, Name: "a.pdf", Size: 9_000_000_000}, limit, noon)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("limit %d: %v, want %q in it", limit, err, want)
		}
	}
}

func TestExtensions(t *testing.T) {
	const published = "bmp csv doc docx emf eml heic htm html jp2 jpeg jpg mkv mov mp4 msg ods odt pdf png ppt pptx rtf tif tiff txt xls xlsm xlsx xod xps" // S1.5
	if got, want := strings.Join(uploadlink.Extensions(), " "), published+" zip"; got != want || len(uploadlink.Extensions()) != 32 {
		t.Errorf("accepted are %q, want %q", got, want)
	}
	l := given(t, issuedToIdaAndBen).State()
	accepted := func(name string) bool {
		_, err := l.StartTransfer(holder, uploadlink.Starting{File: fileA, Name: name, Size: 1}, 0, noon)
		if err != nil && !errors.Is(err, uploadlink.ErrType) {
			t.Errorf("%q: %v, want ErrType or nothing", name, err)
		}
		return err == nil
	}
	for _, extension := range uploadlink.Extensions() { // S1.8, S1.i9: zip among them
		if !accepted("a."+extension) || !accepted("A."+strings.ToUpper(extension)) {
			t.Errorf(".%s is refused", extension)
		}
	}
	for _, name := range []string{"a.pdf ", "a.pdf\u202e", "a.exe\x00.pdf", "x/a.pdf"} { // what is cut away leaves a pdf
		if !accepted(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, name := range []string{
		"a.exe", "a.pdf.exe", "a", "a.", "pdf", ".pdf", "a.7z", "a.svg", "a.js", "a.docm", "a.pdfx", "a.pdf.", "a.\uff50df", "a.pdf/b",
		"a." + strings.Repeat("x", 60),
	} {
		if accepted(name) {
			t.Errorf("%q is accepted", name)
		}
	}
	given(t, issuedToIdaAndBen).When(start(holder, fileA, "scans/", 100, noon)).ThenError(uploadlink.ErrNoName) // S1.7
	_, err := l.StartTransfer(holder, uploadlink.Starting{File: fileA, Name: "a.exe", Size: 1}, 0, noon)
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Unsupported || !strings.Contains(f.Message, "pdf") || !strings.Contains(f.Message, "exe") {
		t.Errorf("%v, want 415 with what was sent and what is accepted (S1.i10)", err)
	}
}

func TestALinkHasRoomForSoManyTransfers(t *testing.T) {
	history := []ev{issuedToIdaAndBen}
	file := func(n int) uuid.UUID { return uuid.UUID{1, byte(n >> 8), byte(n)} }
	for n := range uploadlink.MaxRunning {
		history = append(history, started(file(n), "a.pdf", noon))
	}
	given(t, history...).When(start(holder, fileA, "a.pdf", 100, noon)).ThenError(uploadlink.ErrTooManyRunning)
	given(t, history...).When(start(other, fileA, "a.pdf", 100, noon)).Then(
		uploadlink.TransferStarted{File: fileA, Recipient: ben, Name: event.Of(acme, "a.pdf"), Size: 100, At: noon})
	given(t, append(history, uploadlink.TransferAbandoned{File: file(0), Reason: uploadlink.Cancelled, At: noon})...).
		When(start(holder, fileA, "a.pdf", 100, noon)).Then(started(fileA, "a.pdf", noon))
	for n := uploadlink.MaxRunning; n < uploadlink.MaxTransfers; n++ {
		history = append(history, started(file(n), "a.pdf", noon))
	}
	given(t, history...).When(start(other, fileA, "a.pdf", 100, noon)).ThenError(uploadlink.ErrTooManyTransfers)
}

func TestReceive(t *testing.T) {
	start := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon)}
	t.Run("the first file opens a batch", func(t *testing.T) {
		given(t, start...).When(receive(fileA, batch1, noon)).Then(opened(batch1, noon), got(fileA, batch1, "a.pdf", noon))
	})
	t.Run("receiving it again changes nothing, whatever has become of it", func(t *testing.T) {
		next := given(t, start...).When(receive(fileA, batch1, noon)).Then(opened(batch1, noon), got(fileA, batch1, "a.pdf", noon))
		next.When(receive(fileA, batch2, after(tick))).ThenNothing()
		next.When(receive(fileA, batch2, expiry)).ThenNothing()
		next.When(sendNow(holder, noon)).Then(uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA}, Cause: uploadlink.SentNow, At: noon}).
			When(receive(fileA, batch2, noon)).ThenNothing()
		next.When(remove(holder, fileA, noon)).Then(
			uploadlink.FileDeleted{File: fileA, Batch: batch1, Name: event.Of(acme, "a.pdf"), Size: 100, SHA256: digestA, Reason: uploadlink.ByUploader, At: noon},
			uploadlink.BatchCancelled{Batch: batch1, At: noon},
		).When(receive(fileA, batch2, noon)).ThenNothing()
	})
	t.Run("S1.i15, L4: after the expiry it is taken, and marked", func(t *testing.T) {
		late := func(e *uploadlink.FileReceived) { e.Late, e.StartedAt = true, expiry.Add(-tick) }
		history := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", expiry.Add(-tick))}
		given(t, history...).When(receive(fileA, batch1, expiry)).Then(
			uploadlink.Expired{At: expiry}, opened(batch1, expiry), got(fileA, batch1, "a.pdf", expiry, late))
		given(t, history...).When(receive(fileA, batch1, expiry.Add(-tick))).Then(
			opened(batch1, expiry.Add(-tick)), got(fileA, batch1, "a.pdf", expiry.Add(-tick), func(e *uploadlink.FileReceived) { e.StartedAt = expiry.Add(-tick) }))
	})
	t.Run("L4: a new secret does not stop a transfer", func(t *testing.T) {
		given(t, append(start, resentToIda)...).When(receive(fileA, batch1, noon)).Then(opened(batch1, noon), got(fileA, batch1, "a.pdf", noon))
	})
	t.Run("L4: 72 hours do", func(t *testing.T) {
		tooOld := uploadlink.TransferAbandoned{File: fileA, Reason: uploadlink.TooOld, At: after(72 * time.Hour)}
		next := given(t, start...).When(elapse(after(72*time.Hour - tick))).ThenNothing()
		next.When(receive(fileA, batch1, after(72*time.Hour))).ThenError(uploadlink.ErrTransferTooOld)
		next.When(elapse(after(100 * time.Hour))).Then(tooOld).When(receive(fileA, batch1, after(100*time.Hour))).ThenError(uploadlink.ErrTransferTooOld)
		if got := next.State().Wake(); !got.Equal(after(72 * time.Hour)) {
			t.Errorf("wakes at %s, want when the transfer is too old", got)
		}
	})
	t.Run("what arrived is what was announced", func(t *testing.T) {
		for _, f := range []func(*uploadlink.Receipt, *uploadlink.Policy){
			content(""), content("a1"), content(strings.Repeat("g", 64)), content(strings.ToUpper(digestA)), content(digestA + "00"),
			func(r *uploadlink.Receipt, _ *uploadlink.Policy) { r.Size = 99 },
		} {
			given(t, start...).When(receive(fileA, batch1, noon, f)).ThenError(uploadlink.ErrContent)
		}
	})
	t.Run("only what was started", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(receive(fileA, batch1, noon)).ThenError(uploadlink.ErrNotFound)
		given(t).When(receive(fileA, batch1, noon)).ThenError(uploadlink.ErrNotFound)
	})
	t.Run("T15, S1.i14: the same content is told, of one's own files only", func(t *testing.T) {
		second := append(oneInWindow(), started(fileB, "b.pdf", noon))
		given(t, second...).When(receive(fileB, batch2, noon)).Then(
			got(fileB, batch1, "b.pdf", noon, func(e *uploadlink.FileReceived) { e.SameAs = fileA }))
		given(t, second...).When(receive(fileB, batch2, noon, content(digestB))).Then(got(fileB, batch1, "b.pdf", noon, digest(digestB)))
		bens := uploadlink.TransferStarted{File: fileB, Recipient: ben, Name: event.Of(acme, "a.pdf"), Size: 100, At: noon}
		given(t, append(oneInWindow(), bens)...).When(receive(fileB, batch2, noon)).Then(
			uploadlink.BatchOpened{Batch: batch2, Recipient: ben, At: noon},
			got(fileB, batch2, "a.pdf", noon, func(e *uploadlink.FileReceived) { e.Recipient = ben }))
	})
}

func TestAbandon(t *testing.T) {
	start := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon)}
	for _, reason := range []uploadlink.AbandonReason{uploadlink.Cancelled, uploadlink.Idle, uploadlink.RefusedType} {
		next := given(t, start...).When(abandon(fileA, reason, noon)).Then(uploadlink.TransferAbandoned{File: fileA, Reason: reason, At: noon})
		next.When(abandon(fileA, uploadlink.Idle, noon)).ThenNothing()
		next.When(receive(fileA, batch1, noon)).ThenError(uploadlink.ErrTransferEnded)
		next.When(rename(holder, fileA, "x", noon)).ThenError(uploadlink.ErrTransferEnded)
	}
	given(t, oneInWindow()...).When(abandon(fileA, uploadlink.Idle, noon)).ThenNothing() // it has arrived
	given(t, start...).When(abandon(fileB, uploadlink.Idle, noon)).ThenError(uploadlink.ErrNotFound)
}

func TestTransferRight(t *testing.T) {
	start := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon)}
	revoked := append(start, revokedAtNoon, uploadlink.TransferAbandoned{File: fileA, Reason: uploadlink.LinkRevoked, At: noon})
	for i, c := range []struct {
		history []ev
		at      time.Time
		want    error
	}{
		{start, noon, nil},
		{append(start, resentToIda), noon, nil},
		{start, after(72*time.Hour - tick), nil},
		{start, after(72 * time.Hour), uploadlink.ErrTransferTooOld},
		{revoked, noon, uploadlink.ErrRevoked}, // S1.i18: at the next request
		{oneInWindow(), noon, uploadlink.ErrTransferEnded},
		{[]ev{issuedToIdaAndBen}, noon, uploadlink.ErrNotFound},
	} {
		if err := given(t, c.history...).State().Transfer(fileA, c.at); !errors.Is(err, c.want) {
			t.Errorf("case %d: %v, want %v", i, err, c.want)
		}
	}
	late := append(start, uploadlink.Expired{At: expiry})
	if err := given(t, late...).State().Transfer(fileA, after(time.Hour)); err != nil {
		t.Errorf("after the expiry: %v, want a right of its own (L4)", err)
	}
}

func ExampleErrTooLarge() {
	l := uploadlink.Link{}.Apply(issuedToIdaAndBen)
	_, err := l.StartTransfer(holder, uploadlink.Starting{File: fileA, Name: "a.mov", Size: 5_368_002_598}, 0, noon)
	fmt.Println(err)
	// Output: This file has 5,368,002,598 bytes; at most 5,368,002,597 (4.999342 GB) are accepted. Compress it, split it, or ask the practice for another way.
}

func take(file, batch uuid.UUID, name string, now time.Time) decision {
	return func(l uploadlink.Link) ([]ev, error) {
		return l.Take(holder, uploadlink.Starting{File: file, Name: name, Size: 100},
			uploadlink.Receipt{File: file, Batch: batch, Size: 100, SHA256: digestA, Media: "application/pdf"}, uploadlink.Policy{Window: 10 * time.Minute}, now)
	}
}

func TestTake(t *testing.T) {
	t.Run("starts and receives at once, one time", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(take(fileA, batch1, "a.pdf", noon)).Then(
			started(fileA, "a.pdf", noon), opened(batch1, noon), got(fileA, batch1, "a.pdf", noon)).
			When(take(fileA, batch2, "a.pdf", after(tick))).ThenNothing()
	})
	t.Run("one that had been started is received", func(t *testing.T) {
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(take(fileA, batch1, "a.pdf", noon)).Then(
			opened(batch1, noon), got(fileA, batch1, "a.pdf", noon))
	})
	t.Run("what time has caused comes first", func(t *testing.T) {
		history := []ev{issuedToIdaAndBen, started(fileA, "a.pdf", noon), opened(batch1, noon), got(fileA, batch1, "a.pdf", noon)}
		later := after(11 * time.Minute)
		given(t, history...).When(take(fileB, batch2, "b.pdf", later)).Then(
			uploadlink.BatchReleased{Batch: batch1, Files: []uuid.UUID{fileA}, Cause: uploadlink.WindowEnded, At: after(10 * time.Minute)},
			started(fileB, "b.pdf", later), opened(batch2, later), got(fileB, batch2, "b.pdf", later, func(e *uploadlink.FileReceived) { e.SameAs, e.StartedAt = fileA, later }))
	})
	t.Run("it refuses like both", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(take(fileA, batch1, "a.exe", noon)).ThenError(uploadlink.ErrType)
		given(t, issuedToIdaAndBen).When(take(fileA, batch1, "a.pdf", expiry)).ThenError(uploadlink.ErrExpired)
	})
}

// L4, S1.i15: a file that comes whole began when its link admitted it, not when its last byte was there.
func TestTakeSinceItWasAdmitted(t *testing.T) {
	admitted := after(time.Minute)
	ends := after(2 * time.Minute)
	since := func(at, now time.Time) decision {
		return func(l state) ([]ev, error) {
			return l.Take(holder, uploadlink.Starting{File: fileA, Name: "a.pdf", Size: 100, StartedAt: at},
				uploadlink.Receipt{File: fileA, Batch: batch1, Size: 100, SHA256: digestA, Media: "application/pdf"}, tenMinutes, now)
		}
	}
	begun := func(at time.Time, late bool) func(*uploadlink.FileReceived) {
		return func(e *uploadlink.FileReceived) { e.StartedAt, e.Late = at, late }
	}
	corrected := func(email string) ev {
		return uploadlink.AddressCorrected{Recipient: ida, Name: event.Of(ida, "Ida"), Email: event.Of(ida, email), Generation: 2, At: ends}
	}
	t.Run("it starts then", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(since(admitted, ends)).Then(
			started(fileA, "a.pdf", admitted), opened(batch1, ends), got(fileA, batch1, "a.pdf", ends, begun(admitted, false))).
			When(since(admitted, expiry)).ThenNothing()
	})
	t.Run("the expiry does not stop it, and it is late", func(t *testing.T) {
		before := expiry.Add(-time.Millisecond)
		given(t, issuedToIdaAndBen).When(since(before, expiry)).Then(uploadlink.Expired{At: expiry},
			started(fileA, "a.pdf", before), opened(batch1, expiry), got(fileA, batch1, "a.pdf", expiry, begun(before, true)))
		given(t, issuedToIdaAndBen, uploadlink.Expired{At: expiry}).When(since(expiry, expiry.Add(tick))).ThenError(uploadlink.ErrExpired)
	})
	t.Run("a newer secret does not stop it, whichever way it was made", func(t *testing.T) {
		for _, newer := range [][]ev{
			{resentToIdaAt(ends)}, {resentToIdaAt(admitted)}, {corrected("ida@example.org")},
			{resentToIdaAt(ends), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: 3}}, At: after(time.Hour)}},
		} {
			now := after(2 * time.Hour)
			given(t, append([]ev{issuedToIdaAndBen}, newer...)...).When(since(admitted, now)).Then(
				started(fileA, "a.pdf", admitted), opened(batch1, now), got(fileA, batch1, "a.pdf", now, begun(admitted, false)))
		}
	})
	t.Run("a secret that was dead before is dead", func(t *testing.T) {
		given(t, issuedToIdaAndBen, resentToIda).When(since(admitted, ends)).ThenError(uploadlink.ErrReplaced)
		unknown := uploadlink.Resent{Secrets: resentToIda.Secrets} // from before its time was kept
		given(t, issuedToIdaAndBen, unknown).When(since(admitted, ends)).ThenError(uploadlink.ErrReplaced)
		given(t, issuedToIdaAndBen, resentToIdaAt(ends)).When(take(fileA, batch1, "a.pdf", ends)).ThenError(uploadlink.ErrReplaced)
	})
	t.Run("what closes a link for good stops it", func(t *testing.T) {
		given(t, issuedToIdaAndBen, revokedAtNoon).When(since(nine, ends)).ThenError(uploadlink.ErrRevoked)
		given(t, issuedToIdaAndBen, resentToIdaAt(ends), revokedAtNoon).When(since(nine, ends)).ThenError(uploadlink.ErrRevoked)
		given(t, issuedToIdaAndBen, corrected("another@example.org")).When(since(admitted, after(time.Hour))).ThenError(uploadlink.ErrMisdirected)
		given(t, issuedToIdaAndBen).When(since(noon, after(uploadlink.TransferLimit))).ThenError(uploadlink.ErrTransferTooOld)
	})
	t.Run("a clock that went back gives no start in the future", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(since(ends, admitted)).Then(
			started(fileA, "a.pdf", admitted), opened(batch1, admitted), got(fileA, batch1, "a.pdf", admitted, begun(admitted, false)))
	})
}
