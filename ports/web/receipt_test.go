package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	receiptapp "portico/app/receipt"
	linkapp "portico/app/uploadlink"
	"portico/domain/receipt"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// receipts signs with a key that tests know.
func receipts(t *testing.T, store es.Store) receiptapp.Receipts {
	t.Helper()
	ring, err := receiptapp.ParseRing(receiptapp.FormatKey([32]byte(bytes.Repeat([]byte{1}, 32))))
	if err != nil {
		t.Fatal(err)
	}
	return receiptapp.Receipts{Events: store, Keys: ring, Practice: func(context.Context, int32, time.Time) (receipt.Practice, error) {
		return receipt.Practice{Name: "Harbour & Vale", Email: "office@example.org"}, nil
	}}
}

// sentReceipt is a house in which Imogen's batch was released a minute ago.
func sentReceipt(t *testing.T) *house {
	h := newHouse(t)
	h.arrived(noon.Add(-time.Minute))
	h.store.Given(1, uploadlink.Stream(link), uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{statem}, Cause: uploadlink.WindowEnded, At: noon.Add(-time.Minute)})
	h.shelf.upload.Batches[0].State, h.shelf.upload.Batches[0].ReleasedAt = linkapp.BatchReleased, noon.Add(-time.Minute)
	h.shelf.upload.Files[0].State = linkapp.FileReleased
	return h
}

// Where very many files were sent, the page says how many more there were than it shows; receipts name them all.
func TestUploadPageCountsEarlierFiles(t *testing.T) {
	h := sentReceipt(t).redeemed()
	up := "/up/" + link.String() + "/"
	h.get(up).want(t, 200, `id="earlier" hidden`)
	h.get(up, "Accept", "application/json").want(t, 200).lacks(t, "earlier_files")
	h.shelf.upload.Earlier = 734
	h.get(up).want(t, 200, "734 more files were sent earlier. The receipts name every one.").lacks(t, `id="earlier" hidden`)
	h.get(up, "Accept", "application/json").want(t, 200, `"earlier_files":734`)
	h.shelf.upload.Earlier = 1
	h.store.SetNow(expiry.Add(time.Hour))
	h.shelf.upload.State, h.shelf.upload.Now = linkapp.LinkExpired, expiry.Add(time.Hour)
	h.get(up).want(t, http.StatusGone, "1 more file was sent earlier.")
}

// S1.i14: the uploader has a lasting receipt, as a page and as a file that can be checked.
func TestReceiptOfAnUploader(t *testing.T) {
	h := sentReceipt(t).redeemed()
	up, u := "/up/"+link.String()+"/", "/u/"+h.token()+"/"
	h.get(up).want(t, 200, "Receipts", `href="`+up+"receipts/"+batch.String()+`"`, "1 file, sent")
	h.get(up, "Accept", "application/json").want(t, 200, `"receipts":[{"batch":"`+batch.String()+`","released_at":"2026-11-21T11:59:00.000Z","files":1}]`)
	for _, base := range []string{up, u} {
		page := h.get(base+"receipts/"+batch.String()).want(t, 200, "Harbour &amp; Vale", "office@example.org", "Imogen", "scan.pdf", "1,000 bytes", strings.Repeat("ab", 32),
			"Sat 21 Nov 2026, 11:59 GMT", "21 Nov 2026, 12:00:00 GMT", `href="`+base+"receipts/"+batch.String()+`/receipt.json"`, `href="`+base+`"`, "example.com/verify")
		if base == up {
			page.lacks(t, h.token())
		}
		file := h.get(base+"receipts/"+batch.String()+"/receipt.json").want(t, 200)
		if f := receipt.Check(file.Body.Bytes(), h.server.Receipts.Keys.Public()); f.Answer != receipt.Genuine || f.Receipt.Files[0].Name != "scan.pdf" {
			t.Errorf("the file is %+v", f)
		}
		if d := file.Header().Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="receipt-2026-11-21-`) || !strings.Contains(d, ".json") {
			t.Errorf("it is saved as %s", d)
		}
		if again := h.get(base+"receipts/"+batch.String(), "Accept", "application/json"); again.text != file.text {
			t.Errorf("programs get something else: %s", again.text)
		}
	}

	t.Run("L6: also when the link has expired", func(t *testing.T) {
		h.store.SetNow(expiry.Add(time.Hour))
		h.shelf.upload.State, h.shelf.upload.Now = linkapp.LinkExpired, expiry.Add(time.Hour)
		h.get(up).want(t, http.StatusGone, "This link has expired", `href="`+up+"receipts/"+batch.String()+`"`)
		h.get(up+"receipts/"+batch.String()).want(t, 200, "scan.pdf")
	})
	t.Run("L3: not through a revoked one", func(t *testing.T) {
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon})
		h.get(up+"receipts/"+batch.String()).want(t, http.StatusGone, "This link has been closed").lacks(t, "scan.pdf")
	})
}

func TestReceiptsThatAreNotThere(t *testing.T) {
	h := newHouse(t).redeemed().signIn()
	h.arrived(noon.Add(time.Minute))
	up := "/up/" + link.String() + "/receipts/"
	h.get("/up/"+link.String()+"/").want(t, 200, "<receipt-list").lacks(t, `class="link" href="`+up) // S1.i1: nothing to prove yet
	h.get(up+batch.String()).want(t, http.StatusConflict, "Not yet", "have not been sent yet").lacks(t, "scan.pdf")
	h.get(up+batch.String()+"/receipt.json", "Accept", "*/*").want(t, http.StatusConflict, "/problems/receipt.not_released")
	h.get("/upload-links/"+link.String()+"/receipts/"+batch.String()).want(t, http.StatusConflict, "have not been sent yet").lacks(t, "scan.pdf")
	for _, unknown := range []string{uuid.NewString(), "x"} {
		h.get(up+unknown).want(t, http.StatusNotFound, "There is no such receipt").lacks(t, "This link is unknown")
		h.get("/upload-links/"+link.String()+"/receipts/"+unknown).want(t, http.StatusNotFound, "There is no such receipt")
	}
	h.get("/upload-links/"+uuid.NewString()+"/receipts/"+batch.String()).want(t, http.StatusNotFound)
	h.jar = nil
	h.get(up+batch.String()).want(t, http.StatusUnauthorized)
	h.get("/upload-links/"+link.String()+"/receipts/"+batch.String()).want(t, http.StatusSeeOther)
}

// The practice has the same receipt, byte for byte.
func TestReceiptOfThePractice(t *testing.T) {
	h := sentReceipt(t).signIn().redeemed()
	h.shelf.links = []linkapp.LinkRow{linkRow()}
	empty := newTestID(90) // infected, or not known to be released yet
	h.shelf.batches = append(h.shelf.upload.Batches[:1:1], linkapp.BatchRow{ID: empty, Recipient: imogen, State: linkapp.BatchReleased, ReleasedAt: noon})
	path := "/upload-links/" + link.String() + "/receipts/" + batch.String()
	h.get("/upload-links/"+link.String()).want(t, 200, "Receipts", `href="`+path+`"`, "by Imogen").lacks(t, empty.String())
	h.get(path).want(t, 200, "scan.pdf", strings.Repeat("ab", 32), path+"/receipt.json", `href="/upload-links/`+link.String()+`"`)
	mine, theirs := h.get(path+"/receipt.json").want(t, 200), h.get("/up/"+link.String()+"/receipts/"+batch.String()+"/receipt.json").want(t, 200)
	if mine.text != theirs.text {
		t.Errorf("the practice has\n%s\nand the uploader\n%s", mine.text, theirs.text)
	}
}

// Anybody may fetch the public keys and check by themselves; nothing private is among them.
func TestPublicKeysAndThePageToCheck(t *testing.T) {
	h := sentReceipt(t)
	a := h.get("/.well-known/portico-keys.json", "Accept", "*/*").want(t, 200, `"kty":"OKP"`, `"crv":"Ed25519"`).lacks(t, `"d"`)
	for name, want := range map[string]string{"Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"} {
		if got := a.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	keys, err := receipt.ParseKeys([]byte(a.text))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	page := h.get("/verify").want(t, 200, "Check a receipt", "nothing is uploaded", "portico receipt verify", `href="/.well-known/portico-keys.json"`, keys[0].ID)
	if p := page.Header().Get("Content-Security-Policy"); p != pagePolicy {
		t.Errorf("policy %q", p)
	}
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal([]byte(a.text), &set); err != nil || len(set.Keys) != 1 || set.Keys[0]["kid"] != keys[0].ID {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestExactly(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1,000 bytes", 812_345: "812,345 bytes", 5_368_002_597: "5,368,002,597 bytes"} {
		if got := exactly(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}
