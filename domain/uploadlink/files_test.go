package uploadlink_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func renamedTo(name string) ev {
	return uploadlink.FileRenamed{File: fileA, Name: event.Of(acme, name), At: noon}
}

func TestRename(t *testing.T) { // S1.18, S1.i13
	long := strings.Repeat("é", 125)
	for typed, want := range map[string]string{
		"b":                 "b.pdf",
		"b.pdf":             "b.pdf",
		"b.PDF":             "b.pdf", // the extension stays as it was
		" b .pdf":           "b.pdf",
		"Invoice 3.2":       "Invoice 3.2.pdf",
		"a.confidential":    "a.confidential.pdf",
		"Mr. Smith":         "Mr. Smith.pdf",
		"v1.2026":           "v1.2026.pdf",
		"A\u030arsbok":      "\u00c5rsbok.pdf", // NFC
		"family \U0001F46A": "family \U0001F46A.pdf",
		long:                long + ".pdf",
	} {
		given(t, oneInWindow()...).When(rename(holder, fileA, typed, noon)).Then(renamedTo(want))
	}
	for typed, want := range map[string]error{
		"":                                uploadlink.ErrNoName,
		"   ":                             uploadlink.ErrNoName,
		".pdf":                            uploadlink.ErrNoName,
		"..":                              uploadlink.ErrNoName,
		"..pdf":                           uploadlink.ErrNoName,
		"../b":                            uploadlink.ErrNameCharacters,
		`b\c`:                             uploadlink.ErrNameCharacters,
		"b/c.pdf":                         uploadlink.ErrNameCharacters,
		"b\x00.pdf":                       uploadlink.ErrNameCharacters,
		"b\nc":                            uploadlink.ErrNameCharacters,
		"b\u0085c":                        uploadlink.ErrNameCharacters,
		"b\u202efdp.pdf":                  uploadlink.ErrNameCharacters, // shown as bpdf.pdf reversed
		"b\u2066c":                        uploadlink.ErrNameCharacters,
		"b\u200fc":                        uploadlink.ErrNameCharacters,
		"b\u2028c":                        uploadlink.ErrNameCharacters,
		"b\ufeffc":                        uploadlink.ErrNameCharacters,
		"b\xff":                           uploadlink.ErrNameCharacters,
		"b.exe":                           uploadlink.ErrExtension,
		"b.pdf.exe":                       uploadlink.ErrExtension,
		"b.docx":                          uploadlink.ErrExtension,
		strings.Repeat("é", 126):          uploadlink.ErrNameTooLong,
		strings.Repeat("x", 252):          uploadlink.ErrNameTooLong,
		strings.Repeat("x", 252) + ".pdf": uploadlink.ErrNameTooLong,
	} {
		given(t, oneInWindow()...).When(rename(holder, fileA, typed, noon)).ThenError(want)
	}
}

func TestRenameOfWhat(t *testing.T) {
	t.Run("what changes nothing is no event", func(t *testing.T) {
		for _, same := range []string{"a", "a.pdf", " a.PDF "} {
			given(t, oneInWindow()...).When(rename(holder, fileA, same, noon)).ThenNothing()
		}
		given(t, oneInWindow()...).When(rename(holder, fileA, "A", noon)).Then(renamedTo("A.pdf"))
	})
	t.Run("S1.i12: a taken name gets the suffix", func(t *testing.T) {
		history := append(oneInWindow(), started(fileB, "b.pdf", noon), got(fileB, batch1, "b.pdf", noon, digest(digestB)))
		next := given(t, history...).When(rename(holder, fileA, "B", noon)).Then(renamedTo("B (2).pdf"))
		next.When(rename(holder, fileA, "B", noon)).ThenNothing()
	})
	t.Run("only one's own, in its window, with the newest secret", func(t *testing.T) {
		given(t).When(rename(holder, fileA, "b", noon)).ThenError(uploadlink.ErrNotFound)
		given(t, oneInWindow()...).When(rename(other, fileA, "b", noon)).ThenError(uploadlink.ErrFileNotFound)
		given(t, oneInWindow()...).When(rename(holder, fileB, "b", noon)).ThenError(uploadlink.ErrFileNotFound)
		given(t, append(oneInWindow(), resentToIda)...).When(rename(holder, fileA, "b", noon)).ThenError(uploadlink.ErrReplaced)
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(rename(holder, fileA, "b", noon)).ThenError(uploadlink.ErrStillArriving)
	})
}

func TestRenamesAreBounded(t *testing.T) { // rule 16
	history := oneInWindow()
	for n := range uploadlink.MaxRenames - 1 {
		history = append(history, renamedTo(fmt.Sprintf("b%d.pdf", n)))
	}
	next := given(t, history...).When(rename(holder, fileA, "last", noon)).Then(renamedTo("last.pdf"))
	next.When(rename(holder, fileA, "one more", noon)).ThenError(uploadlink.ErrTooManyRenames)
	next.When(rename(holder, fileA, "last", noon)).ThenNothing()
	_, err := next.State().Rename(holder, fileA, "one more", noon)
	if err == nil || !strings.Contains(err.Error(), "renamed 100 times; 100 is the most") {
		t.Errorf("refused with %q, which names no limit and no value", err)
	}
	another := append(history, renamedTo("last.pdf"), started(fileB, "b.pdf", noon), got(fileB, batch1, "b.pdf", noon, digest(digestB)))
	given(t, another...).When(rename(holder, fileB, "c", noon)).Then(uploadlink.FileRenamed{File: fileB, Name: event.Of(acme, "c.pdf"), At: noon})
}

func TestDelete(t *testing.T) { // S1.17, S1.i7, U4
	gone := func(file ev) ev {
		e := file.(uploadlink.FileReceived)
		return uploadlink.FileDeleted{File: e.File, Batch: e.Batch, Name: e.Name, Size: e.Size, SHA256: e.SHA256, Reason: uploadlink.ByUploader, At: after(time.Minute)}
	}
	now := after(time.Minute)
	a, b := got(fileA, batch1, "a.pdf", noon), got(fileB, batch1, "b.pdf", noon, digest(digestB))
	history := append(oneInWindow(), started(fileB, "b.pdf", noon), b)
	t.Run("S1.i7: deleting every file cancels the delivery", func(t *testing.T) {
		next := given(t, history...).When(remove(holder, fileA, now)).Then(gone(a)).
			When(remove(holder, fileB, now)).Then(gone(b), uploadlink.BatchCancelled{Batch: batch1, At: now})
		next.When(elapse(expiry.Add(-tick))).ThenNothing()
		next.When(rename(holder, fileA, "x", now)).ThenError(uploadlink.ErrFileDeleted)
	})
	t.Run("what is left is released", func(t *testing.T) {
		given(t, history...).When(remove(holder, fileA, now)).Then(gone(a)).When(elapse(at10(0))).Then(releasedAt(batch1, at10(0), fileB))
	})
	t.Run("twice is once", func(t *testing.T) {
		next := given(t, history...).When(remove(holder, fileA, now)).Then(gone(a))
		next.When(remove(holder, fileA, now)).ThenNothing()
		next.When(remove(holder, fileA, expiry)).ThenNothing()
		next.When(remove(other, fileA, now)).ThenError(uploadlink.ErrFileNotFound)
		next.When(resend(now, ida)).Then(resentToIdaAt(now)).When(remove(holder, fileA, now)).ThenError(uploadlink.ErrReplaced)
	})
	t.Run("only one's own, with the newest secret", func(t *testing.T) {
		given(t, history...).When(remove(other, fileA, now)).ThenError(uploadlink.ErrFileNotFound)
		given(t, append(history, resentToIda)...).When(remove(holder, fileA, now)).ThenError(uploadlink.ErrReplaced)
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(remove(holder, fileA, now)).ThenError(uploadlink.ErrStillArriving)
	})
	t.Run("a cancelled batch takes no further file", func(t *testing.T) {
		next := given(t, append(oneInWindow(), started(fileB, "b.pdf", noon))...).
			When(remove(holder, fileA, now)).Then(gone(a), uploadlink.BatchCancelled{Batch: batch1, At: now})
		next.When(receive(fileB, batch2, now, content(digestB))).Then(opened(batch2, now), got(fileB, batch2, "b.pdf", now, digest(digestB)))
	})
}

func TestShownNames(t *testing.T) { // S1.i12, S1.i13
	for sent, want := range map[string]string{
		"a.pdf":                           "a.pdf",
		"  a.pdf ":                        "a.pdf",
		`C:\fakepath\a.pdf`:               "a.pdf",
		"../../etc/a.pdf":                 "a.pdf",
		"folder/a.pdf":                    "a.pdf",
		"a\x00\nb.pdf":                    "ab.pdf",
		"inv\u202efdp.exe.pdf":            "invfdp.exe.pdf",
		"A\u030arsbok.pdf":                "\u00c5rsbok.pdf",
		"a\xff.pdf":                       "a\ufffd.pdf",
		"..pdf":                           "..pdf",
		"a.tar.zip":                       "a.tar.zip",
		strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 125) + ".pdf",
	} {
		next := given(t, issuedToIdaAndBen).When(start(holder, fileA, sent, 100, noon)).Then(started(fileA, strings.ToValidUTF8(sent, "\ufffd"), noon))
		next.When(receive(fileA, batch1, noon)).Then(opened(batch1, noon), got(fileA, batch1, want, noon, sentAs(strings.ToValidUTF8(sent, "\ufffd"))))
	}
	given(t, issuedToIdaAndBen).When(start(holder, fileA, strings.Repeat("x", 1021)+".pdf", 1, noon)).ThenError(uploadlink.ErrNameTooLong)
	given(t, issuedToIdaAndBen).When(start(holder, fileA, "\u202e", 1, noon)).ThenError(uploadlink.ErrNoName)
}

func TestSameNameTwice(t *testing.T) { // S1.i12, T15
	in := func(name string) []ev { return append(oneInWindow(), started(fileB, name, noon)) }
	for sent, want := range map[string]string{
		"a.pdf":       "a (2).pdf",
		"A.PDF":       "A (2).PDF",
		"dir/a.pdf":   "a (2).pdf",
		"a (2).pdf":   "a (2).pdf",
		"a.docx":      "a.docx",
		"a\u200b.pdf": "a (2).pdf",
		"\u202ea.pdf": "a (2).pdf",
	} {
		given(t, in(sent)...).When(receive(fileB, batch2, noon, content(digestB))).Then(
			got(fileB, batch1, want, noon, sentAs(sent), digest(digestB)))
	}
	t.Run("the third counts on; a released one still has its name", func(t *testing.T) {
		now := at10(0)
		history := append(oneInWindow(), started(fileB, "a.pdf", noon), got(fileB, batch1, "a (2).pdf", noon, sentAs("a.pdf"), digest(digestB)),
			releasedAt(batch1, now, fileA, fileB), started(fileC, "a.pdf", noon))
		given(t, history...).When(receive(fileC, batch2, now, content(strings.Repeat("c3", 32)))).Then(
			opened(batch2, now), got(fileC, batch2, "a (3).pdf", now, sentAs("a.pdf"), digest(strings.Repeat("c3", 32))))
	})
	t.Run("a deleted file's name is free", func(t *testing.T) {
		gone := uploadlink.FileDeleted{File: fileA, Batch: batch1, Reason: uploadlink.ByUploader, At: noon}
		given(t, append(in("a.pdf"), gone, uploadlink.BatchCancelled{Batch: batch1, At: noon})...).When(receive(fileB, batch2, noon)).Then(
			opened(batch2, noon), got(fileB, batch2, "a.pdf", noon))
	})
	t.Run("the suffix fits into 255 bytes", func(t *testing.T) {
		name := strings.Repeat("é", 125) + ".pdf"
		history := []ev{issuedToIdaAndBen, opened(batch1, noon), started(fileA, name, noon), got(fileA, batch1, name, noon), started(fileB, name, noon)}
		given(t, history...).When(receive(fileB, batch2, noon, content(digestB))).Then(
			got(fileB, batch1, strings.Repeat("é", 123)+" (2).pdf", noon, sentAs(name), digest(digestB)))
	})
}

// Whatever is typed or sent, what is shown is a safe name with its extension.
func TestNamesAreSafe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		any := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-c./\\ \x00\x{202e}é]{0,40}`), rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "bytes"))
		}))
		sent := any.Draw(rt, "sent") + ".pdf"
		l := given(t, issuedToIdaAndBen).State()
		events, err := l.StartTransfer(holder, uploadlink.Starting{File: fileA, Name: sent, Size: 100}, 0, noon)
		if err != nil {
			return
		}
		l = event.Fold(l, events...)
		if events, err = l.Receive(uploadlink.Receipt{File: fileA, Batch: batch1, Size: 100, SHA256: digestA}, tenMinutes, noon); err != nil {
			rt.Fatalf("%q was started and is not received: %v", sent, err)
		}
		safe(rt, events[1].(uploadlink.FileReceived).Name.Text)
		typed := any.Draw(rt, "typed")
		if events, err = event.Fold(l, events...).Rename(holder, fileA, typed, noon); err == nil && len(events) == 1 {
			safe(rt, events[0].(uploadlink.FileRenamed).Name.Text)
		}
	})
}

func safe(t *rapid.T, name string) {
	stem, ok := strings.CutSuffix(name, ".pdf")
	if !ok || stem == "" || len(name) > 255 || !utf8.ValidString(name) || !norm.NFC.IsNormalString(name) || strings.ContainsAny(name, "/\\\x00\n\u202e") {
		t.Fatalf("%q is shown", name)
	}
}
