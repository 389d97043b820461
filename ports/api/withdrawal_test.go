package api

import (
	"archive/zip"
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/app/archive"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// asked puts a released file into a link, which its sender asks to withdraw.
func (h *house) asked() {
	to := uuid.UUID{15: 9}
	h.store.Given(1, uploadlink.Stream(linkA),
		uploadlink.Issued{Subject: linkA, ExpiresAt: noon.Add(48 * time.Hour), Zone: "UTC", Recipients: []uploadlink.Recipient{{ID: to}}},
		uploadlink.TransferStarted{File: fileA, Recipient: to, Name: event.Of(linkA, "x.pdf"), Size: 10, At: noon},
		uploadlink.BatchOpened{Batch: batchA, Recipient: to, At: noon},
		uploadlink.FileReceived{File: fileA, Batch: batchA, Recipient: to, Name: event.Of(linkA, "x.pdf"), Size: 10, Deadline: noon},
		uploadlink.BatchReleased{Batch: batchA, Files: []uuid.UUID{fileA}, Cause: uploadlink.NoWindow, At: noon},
		uploadlink.WithdrawalRequested{File: fileA, Reason: event.Of(linkA, "Wrong month"), At: noon})
	h.file.Withdrawal = linkapp.Withdrawal{State: linkapp.WithdrawalAsked, Asks: 1, AskedAt: noon, Reason: "Wrong month"}
}

// U5: a program may do what the pages do.
func TestWithdrawals(t *testing.T) {
	answer := base + "/files/" + fileA.String() + "/withdrawal/"
	t.Run("what waits for an answer", func(t *testing.T) {
		h := newHouse(t)
		if a := h.call(maryToken, "GET", base+"/withdrawals", ""); string(a.body) != `{"items":[],"next":null}`+"\n" {
			t.Errorf("%s", a.body)
		}
		if a := h.call(maryToken, "GET", base+"/files/"+fileA.String(), ""); strings.Contains(string(a.body), "withdrawal") {
			t.Errorf("%s", a.body)
		}
		h.asked()
		a := h.call(maryToken, "GET", base+"/withdrawals", "")
		w := a.value("items").([]any)[0].(map[string]any)["withdrawal"].(map[string]any)
		if w["state"] != "asked" || w["reason"] != "Wrong month" || w["asks"] != 1.0 || w["asked_at"] != "2026-11-21T12:00:00.000Z" || w["answered_at"] != nil {
			t.Errorf("%s", a.body)
		}
	})
	t.Run("given up, once for one key", func(t *testing.T) {
		h := newHouse(t)
		h.asked()
		for range 2 {
			if a := h.call(maryToken, "POST", answer+"acceptance", "", "Idempotency-Key", "k"); a.status != 200 || a.text("state") != "accepted" || a.text("upload_link_id") != linkA.String() {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if n := len(h.store.Stream(uploadlink.Stream(linkA))); n != 7 {
			t.Errorf("%d events, want one more than 6", n)
		}
		h.call(maryToken, "POST", answer+"refusal", `{"reason":"no"}`).is(410, uploadlink.ErrWithdrawn.Code)
	})
	t.Run("kept, for a reason", func(t *testing.T) {
		h := newHouse(t)
		h.asked()
		h.call(maryToken, "POST", answer+"refusal", `{"reason":" "}`).is(422, uploadlink.ErrNoReason.Code)
		h.call(maryToken, "POST", answer+"refusal", `{}`).is(422, "api.invalid")
		for range 2 {
			if a := h.call(maryToken, "POST", answer+"refusal", `{"reason":"In the return"}`, "Idempotency-Key", "k"); a.status != 200 || a.text("state") != "refused" {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		h.call(maryToken, "POST", answer+"acceptance", "").is(409, uploadlink.ErrNoWithdrawal.Code)
	})
	t.Run("another practice's file is unknown", func(t *testing.T) {
		h := newHouse(t)
		h.asked()
		h.call(pietToken, "POST", answer+"acceptance", "").is(404, uploadlink.ErrFileNotFound.Code)
		h.call(pietToken, "POST", answer+"refusal", `{"reason":"x"}`).is(404, uploadlink.ErrFileNotFound.Code)
		h.call(maryToken, "POST", base+"/files/x/withdrawal/acceptance", "").is(404, uploadlink.ErrFileNotFound.Code)
	})
}

// S1.i8, and several files at once.
func TestBatchesAndArchives(t *testing.T) {
	h := newHouse(t)
	a := h.call(maryToken, "GET", base+"/batches", "")
	b := a.value("items").([]any)[0].(map[string]any)
	if b["id"] != batchA.String() || b["count"] != 1.0 || b["size"] != 10.0 || len(b["files"].([]any)) != 1 {
		t.Errorf("%s", a.body)
	}
	if a := h.call(pietToken, "GET", base+"/batches", ""); len(a.value("items").([]any)) != 0 {
		t.Errorf("%s", a.body)
	}
	for _, zipped := range []answer{
		h.call(maryToken, "GET", base+"/batches/"+batchA.String()+"/content.zip", ""),
		h.call(maryToken, "POST", base+"/files/archive", `{"files":["`+fileA.String()+`","`+fileA.String()+`"]}`),
	} {
		if zipped.status != 200 || zipped.header.Get("Content-Type") != "application/zip" || zipped.header.Get("Content-Length") != strconv.Itoa(len(zipped.body)) ||
			!strings.Contains(zipped.header.Get("Content-Security-Policy"), "sandbox") || zipped.header.Get("Content-Disposition") != "attachment; filename=files.zip" {
			t.Errorf("%d %v", zipped.status, zipped.header)
		}
		z, err := zip.NewReader(bytes.NewReader(zipped.body), int64(len(zipped.body)))
		if err != nil || len(z.File) != 1 || z.File[0].Name != "Lønslip _1_.pdf" {
			t.Fatalf("%v, %+v", err, z)
		}
		r, err := z.File[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		if content, err := io.ReadAll(r); err != nil || string(content) != "0123456789" {
			t.Errorf("%q, %v", content, err)
		}
	}
	h.call(maryToken, "POST", base+"/files/archive", `{"files":[]}`).is(422, "api.invalid")
	h.call(maryToken, "POST", base+"/files/archive", `{"files":["`+uuid.NewString()+`"]}`).is(404, uploadlink.ErrFileNotFound.Code)
	h.call(pietToken, "POST", base+"/files/archive", `{"files":["`+fileA.String()+`"]}`).is(404, uploadlink.ErrFileNotFound.Code)
	h.call(maryToken, "GET", base+"/batches/"+uuid.NewString()+"/content.zip", "").is(404, linkapp.ErrBatchNotFound.Code)
	h.call(pietToken, "GET", base+"/batches/"+batchA.String()+"/content.zip", "").is(404, linkapp.ErrBatchNotFound.Code)
	if archive.MaxFiles != 10_000 {
		t.Errorf("the API's schema says 10000, an archive takes %d", archive.MaxFiles)
	}
}
