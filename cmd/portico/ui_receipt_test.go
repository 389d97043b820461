package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/domain/receipt"
	"portico/ports/web/uitest"

	"github.com/chromedp/chromedp/kb"
)

// receiptWalks are what people do with receipts.
var receiptWalks = map[string]func(*testing.T, *portal){
	"a receipt, kept and printed":               receiptKept,
	"a receipt is checked in the browser":       receiptChecked,
	"a receipt is checked without script":       receiptCheckedWithoutScript,
	"the browser and the command check alike":   checksAgree,
	"a receipt is checked by keyboard, offline": receiptByKeyboard,
}

// everyMethod is what a page may ask a server with.
var everyMethod = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// receiptKept: after the release the receipt is there without a reload, for both sides, as page, paper and file (S1.i14).
func receiptKept(t *testing.T, p *portal) {
	l := p.send(t, p.calm, "Ragna Rud")
	person := uitest.Open(t, uitest.Phone(390, 844))
	p.enter(person, l)
	person.Choose("Add a file", file(t, "Lease.pdf", page("Lease")), file(t, "Ledger.csv", table(1)))
	person.WaitFor("link", "Rename Lease.pdf")
	person.WaitFor("link", "Rename Ledger.csv")
	if person.Has("heading", "Receipts") {
		t.Error("there is a receipt for what has not been sent")
	}
	person.Click("button", "I’m done, send now")
	person.WaitFor("heading", "Receipts")
	person.Wait("2 files, sent")
	person.Click("link", "Receipt")
	person.WaitFor("heading", "Receipt")
	sum := sha256.Sum256(page("Lease"))
	for _, told := range []string{p.calm.name, "Ragna Rud", "Lease.pdf", "Ledger.csv", hex.EncodeToString(sum[:]), l.id.String()} {
		person.Wait(told)
	}
	person.Axe("receipt")
	person.Set(uitest.Phone(320, 640), uitest.Dark())
	person.Axe("receipt on a small phone, dark")
	person.Fits("receipt on a small phone")
	person.Small("receipt on a small phone", 44)

	name, raw := person.Download(func() { person.Click("link", "Save the receipt (JSON)") })
	found := receipt.Check(raw, p.keys.receipts.Public())
	if found.Answer != receipt.Genuine || len(found.Receipt.Files) != 2 || !strings.HasSuffix(name, ".json") {
		t.Errorf("saved as %s: %+v", name, found)
	}

	person.Set(uitest.Paper())
	person.Until("what is for pressing is not on paper", func() string {
		if text := person.Text(); strings.Contains(text, "Save the receipt") || strings.Contains(text, "Print or save") || strings.Contains(text, "Back to your files") {
			return text
		}
		return ""
	})
	person.Wait(hex.EncodeToString(sum[:]))
	person.Wait("/verify")
	person.Set(uitest.Screen())
	if pdf := person.PDF(); !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf, []byte("/Type /Page")) {
		t.Errorf("printed: %.40q", pdf)
	}

	staff := p.staffPage(t, p.calm)
	staff.Visit(p.base + "/upload-links/" + l.id.String())
	staff.WaitFor("heading", "Receipts")
	staff.Click("link", "Receipt")
	staff.WaitFor("heading", "Receipt")
	if _, theirs := staff.Download(func() { staff.Click("link", "Save the receipt (JSON)") }); !bytes.Equal(raw, theirs) {
		t.Errorf("the practice has\n%s\nand the uploader\n%s", theirs, raw)
	}
	other := p.staffPage(t, p.brisk) // of another practice
	other.Allow("404")
	if status := other.Visit(p.base + "/upload-links/" + l.id.String() + "/receipts/" + found.Receipt.Batch.String()); status != http.StatusNotFound {
		t.Errorf("another practice gets %d", status)
	}
}

// signedReceipt is a receipt of this portal about files with the contents, and as it would be in other hands.
func (p *portal) signedReceipt(t *testing.T, files map[string][]byte) (doc receipt.Document, raw []byte) {
	t.Helper()
	at := receipt.Time(time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC))
	r := receipt.Receipt{
		Version: receipt.Version, Practice: receipt.Practice{Name: "Harbour & Vale", Email: "office@harbourvale.example"}, Link: newID(t), Batch: newID(t),
		Recipient: receipt.Recipient{ID: newID(t), Name: `Ida "Í" <b>`}, ReleasedAt: at, Cause: "sent_now", Files: []receipt.File{},
	}
	for name, content := range files {
		sum := sha256.Sum256(content)
		r.Files = append(r.Files, receipt.File{
			ID: newID(t), Name: name, SentAs: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), Media: "application/pdf", StartedAt: at, ReceivedAt: at,
		})
	}
	doc, err := p.keys.receipts.Sign(r)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = doc.Bytes(); err != nil {
		t.Fatal(err)
	}
	return doc, raw
}

// receiptChecked: each answer on the public page, and no byte of what is checked leaves the browser.
func receiptChecked(t *testing.T, p *portal) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 6<<20) // 96 MB
	_, raw := p.signedReceipt(t, map[string][]byte{"Lease.pdf": page("Lease"), "Film.mov": large})
	good := file(t, "receipt.json", raw)
	anyone := uitest.Open(t)
	anyone.Visit(p.base + "/verify")
	anyone.WaitFor("button", "Choose receipt and files")
	anyone.Axe("check a receipt")
	before := len(anyone.Requests("", everyMethod...))
	verdict := func(want receipt.Answer, head string, paths ...string) {
		t.Helper()
		anyone.Choose("Choose receipt and files", paths...)
		anyone.Until("the answer is "+string(want), func() string {
			if got := uitest.Eval[string](anyone, `document.querySelector("#verdict").dataset.answer ?? ""`); got != string(want) {
				return "it is " + got
			}
			return ""
		})
		anyone.WaitFor("heading", head)
		anyone.Until("screen readers hear it", func() string {
			if said := uitest.Eval[string](anyone, `document.querySelector("#status").textContent`); !strings.HasPrefix(said, head) {
				return fmt.Sprintf("they hear %q", said)
			}
			return ""
		})
	}
	verdict(receipt.Genuine, "Genuine", good)
	for _, told := range []string{"Harbour & Vale", "Lease.pdf", "Film.mov", "not compared", `Ida "Í" <b>`} {
		anyone.Wait(told)
	}
	anyone.Axe("a genuine receipt")
	verdict(receipt.Genuine, "Genuine", file(t, "renamed.pdf", page("Lease")), file(t, "Film.mov", large))
	anyone.Wait("The same file, byte for byte as Lease.pdf")
	anyone.Gone("not compared")
	verdict(receipt.FileMismatch, "A file does not match", file(t, "Lease.pdf", page("Leese")))
	anyone.Wait("Not the file that was sent: its content differs")
	anyone.Axe("a file that does not match")
	verdict(receipt.FileMismatch, "A file does not match", good, file(t, "stranger.txt", []byte("something else")))
	anyone.Wait("Not in this receipt")
	verdict(receipt.Altered, "Altered", file(t, "altered.json", bytes.Replace(raw, []byte("Harbour"), []byte("Harbor"), 1)), file(t, "Lease.pdf", page("Lease")))
	if strings.Contains(anyone.Text(), "Harbor &") {
		t.Error("what is not genuine is shown as if it were")
	}
	verdict(receipt.UnknownKey, "Unknown key", file(t, "foreign.json", bytes.Replace(raw, []byte(`"key": "`), []byte(`"key": "x`), 1)))
	verdict(receipt.NotAReceipt, "Not a receipt", file(t, "other.json", []byte(`{"a": 1}`)))
	verdict(receipt.NotAReceipt, "Not a receipt", file(t, "cut.json", raw[:len(raw)/2]))
	verdict("several", "Several receipts", good, file(t, "again.json", raw))
	verdict(receipt.Genuine, "Genuine", file(t, "receipt.txt", raw), file(t, "Lease.pdf", page("Lease"))) // a mail program renamed it

	folder := uitest.Open(t, uitest.Phone(320, 640), uitest.Dark())
	folder.Visit(p.base + "/verify")
	folder.Drop("h1", file(t, "Lease.pdf", page("Lease")), good)
	folder.Wait("byte for byte")
	folder.Axe("checked on a phone, dark")
	folder.Fits("checked on a phone")
	folder.Small("checked on a phone", 44)
	if sent := anyone.Requests("", everyMethod...); len(sent) != before {
		t.Errorf("checking asked a server: %+v", sent[before:])
	}
}

// receiptByKeyboard: the page needs neither a mouse nor, once it is there, a network.
func receiptByKeyboard(t *testing.T, p *portal) {
	_, raw := p.signedReceipt(t, map[string][]byte{"Lease.pdf": page("Lease")})
	anyone := uitest.Open(t)
	anyone.Visit(p.base + "/verify")
	anyone.WaitFor("button", "Choose receipt and files")
	anyone.Offline(true)
	anyone.Tab("Choose receipt and files")
	anyone.ChooseBy(func() { anyone.Press(kb.Enter) }, file(t, "Lease.pdf", page("Lease"))) // the file first
	anyone.Until("the receipt is asked for", func() string {
		if said := uitest.Eval[string](anyone, `document.querySelector("#status").textContent`); !strings.Contains(said, "Now add the receipt") {
			return "they hear " + said
		}
		return ""
	})
	anyone.WaitFor("heading", "Now add the receipt") // and they see it
	anyone.ChooseBy(func() { anyone.Press(kb.Enter) }, file(t, "receipt.json", raw))
	anyone.Wait("byte for byte")
	anyone.WaitFor("heading", "Genuine")
	anyone.Offline(false)

	uitest.Eval[bool](anyone, `Object.defineProperty(crypto, "subtle", { value: undefined }) === crypto`) // an old browser
	anyone.ChooseBy(func() { anyone.Press(kb.Enter) }, file(t, "receipt.json", raw))
	anyone.WaitFor("heading", "Not checked")
	anyone.Wait("Use a newer one, or the command below.")
}

// receiptCheckedWithoutScript: the page says how it is done by command, and shows nothing that does not work.
func receiptCheckedWithoutScript(t *testing.T, p *portal) {
	anyone := uitest.Open(t, uitest.WithoutScript())
	anyone.Visit(p.base + "/verify")
	anyone.WaitFor("heading", "Check a receipt")
	anyone.Wait("portico receipt verify")
	if anyone.Has("button", "Choose receipt and files") {
		t.Error("there is a button that needs a script")
	}
	anyone.Axe("check a receipt without script")
	_, keys := anyone.Download(func() { anyone.Click("link", "public keys") })
	if set, err := receipt.ParseKeys(keys); err != nil || len(set) != 1 {
		t.Errorf("the keys are %s: %v", keys, err)
	}
}

// checksAgree: the browser says of every document what the command says; with one byte flipped anywhere neither says
// that it is genuine.
func checksAgree(t *testing.T, p *portal) {
	_, raw := p.signedReceipt(t, map[string][]byte{
		"Über \"quoted\" \\ back.pdf": page("a"), "😀 \u2028\u2029 </script>.txt": page("b"), "\u0301decomposed e\u0301.pdf": page("c"), "tab\tand\u007f.pdf": page("d"), strings.Repeat("ü", 120) + ".pdf": page("e"),
	})
	keys := p.keys.receipts.Public()
	edit := func(from, to string) []byte {
		if !bytes.Contains(raw, []byte(from)) {
			t.Fatalf("no %q in %s", from, raw)
		}
		return bytes.Replace(raw, []byte(from), []byte(to), 1)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		t.Fatal(err)
	}
	documents := [][]byte{
		raw, compact.Bytes(), append([]byte("\uFEFF"), raw...), bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")), edit("Ü", `\u00dc`), edit("😀", `\ud83d\ude00`),
		edit(`"late": false`, `"late": true`), edit(`"late": false`, `"late": false, "late": false`), edit(`"version": 1`, `"version": 1.0`), edit(`"version": 1`, `"version": "1"`), edit(`"version": 1`, `"version": 2`),
		edit(`"signature": {`, `"more": 1, "signature": {`), edit(`"algorithm"`, `"more": 1, "algorithm"`), edit(`"Ed25519"`, `"none"`), edit(`"key": "`, `"key": "x`), edit(`"value": "`, `"value": "A`),
		edit(`"value": "`, `"value": "=`), edit(`"cause": "sent_now",`, ``), []byte(`{"receipt":[],"signature":{"algorithm":"Ed25519","key":"a","value":""}}`), []byte(`null`), []byte(`"receipt"`), nil,
		append(bytes.Clone(raw), '!'), bytes.Replace(raw, []byte(`"files"`), []byte(`"__proto__": {}, "files"`), 1), bytes.Replace(raw, []byte(`"files"`), []byte(`"constructor": 1, "files"`), 1),
	}
	plain := len(documents)
	for at := range raw {
		bad := bytes.Clone(raw)
		bad[at] ^= 1 << (at % 8)
		documents = append(documents, bad)
	}
	anyone := uitest.Open(t)
	anyone.Visit(p.base + "/verify")
	anyone.WaitFor("button", "Choose receipt and files")
	asked, err := json.Marshal(documents) // bytes as base64
	if err != nil {
		t.Fatal(err)
	}
	module := uitest.Eval[string](anyone, `performance.getEntriesByType("resource").map((r) => r.name).find((n) => n.includes("/receipt-proof."))`)
	answers := uitest.Eval[[]string](anyone, fmt.Sprintf(`import(%q).then(async ({ check }) => {
		const keys = JSON.parse(document.querySelector("receipt-check").dataset.keys).keys, answers = []
		for (const raw of %s) answers.push((await check(new File([Uint8Array.from(atob(raw ?? ""), (c) => c.charCodeAt(0))], "r.json"), keys)).answer)
		return answers
	})`, module, asked))
	if len(answers) != len(documents) {
		t.Fatalf("%d answers to %d documents", len(answers), len(documents))
	}
	for i, d := range documents {
		here := receipt.Check(d, keys).Answer
		switch {
		case i < plain && string(here) != answers[i]:
			t.Errorf("the command says %s and the browser %s of\n%.300s", here, answers[i], d)
		case i >= plain && (here == receipt.Genuine || answers[i] == string(receipt.Genuine)):
			t.Errorf("with byte %d flipped the command says %s and the browser %s", i-plain, here, answers[i])
		}
	}
	if answers[0] != string(receipt.Genuine) {
		t.Errorf("the untouched one is %s", answers[0])
	}
}
