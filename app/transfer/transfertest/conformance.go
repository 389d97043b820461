package transfertest

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// Conformance is what every Rows does. age makes a transfer as old as if d had passed since it last moved.
func Conformance(t *testing.T, rows transfer.Rows, age func(id uuid.UUID, d time.Duration)) {
	limits := transfer.Standard(1<<30, nil)
	owner := transfer.Owner{Firm: 1, Link: NewID(), Recipient: NewID()}
	insert := func(t *testing.T, state transfer.State) transfer.Row {
		t.Helper()
		r := transfer.Row{ID: NewID(), Owner: owner, Size: 1000, Extension: "pdf", Declared: "application/pdf", State: state}
		if state == transfer.Finishing {
			r.SHA256, r.Found = bytes.Repeat([]byte{7}, 32), "application/pdf"
		}
		row, err := rows.Insert(t.Context(), r, limits, 0)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	load := func(t *testing.T, id uuid.UUID) transfer.Row {
		t.Helper()
		row, err := rows.Load(t.Context(), owner, id)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	take := func(t *testing.T, id uuid.UUID, offset int64) transfer.Row {
		t.Helper()
		row, ok, err := rows.Take(t.Context(), owner, id, offset)
		if err != nil || !ok {
			t.Fatalf("take at %d: %v, %v", offset, ok, err)
		}
		return row
	}
	stale := func(t *testing.T, id uuid.UUID) bool {
		t.Helper()
		list, err := rows.Stale(t.Context(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(list, func(r transfer.Row) bool { return r.ID == id })
	}

	t.Run("a life", func(t *testing.T) {
		r := insert(t, transfer.Receiving)
		if r.Offset != 0 || r.Expired || r.State != transfer.Receiving || !r.ExpiresAt.Equal(load(t, r.ID).ExpiresAt) {
			t.Fatalf("%+v", r)
		}
		r = take(t, r.ID, 0)
		r.Offset, r.HashState = 400, []byte("state")
		r, err := rows.Checkpoint(t.Context(), r, limits)
		if err != nil || r.Offset != 400 || string(r.HashState) != "state" {
			t.Fatalf("%+v, %v", r, err)
		}
		r.SHA256, r.Found = bytes.Repeat([]byte{1}, 32), "application/pdf"
		if r, err = rows.Finish(t.Context(), r); err != nil || r.State != transfer.Finishing || r.Offset != 1000 || r.HashState != nil {
			t.Fatalf("the hash state goes with completion: %+v, %v", r, err)
		}
		for range 2 {
			if err := rows.Receive(t.Context(), 1, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		if r = load(t, r.ID); r.State != transfer.Received || !bytes.Equal(r.SHA256, bytes.Repeat([]byte{1}, 32)) || r.Found != "application/pdf" {
			t.Fatalf("%+v", r)
		}
		if _, ok, err := rows.Abandon(t.Context(), 1, r.ID, transfer.Idle); ok || err != nil {
			t.Fatalf("abandoned what had arrived: %v", err)
		}
		if r, ok, err := rows.Discard(t.Context(), 1, r.ID); !ok || err != nil || r.State != transfer.Discarded {
			t.Fatalf("%+v, %v, %v", r, ok, err)
		}
	})

	t.Run("what is running, and by what it is known again", func(t *testing.T) {
		mine := transfer.Owner{Firm: 1, Link: NewID(), Recipient: NewID()}
		row := transfer.Row{ID: NewID(), Owner: mine, Size: 1000, Extension: "pdf", State: transfer.Receiving, Fingerprint: "abc"}
		r, err := rows.Insert(t.Context(), row, limits, 0)
		if err != nil || r.Fingerprint != "abc" {
			t.Fatalf("%+v, %v", r, err)
		}
		for _, other := range []transfer.Owner{{Firm: 1, Link: mine.Link, Recipient: NewID()}, {Firm: 1, Link: NewID(), Recipient: mine.Recipient}, {Firm: 2, Link: mine.Link, Recipient: mine.Recipient}, {Firm: 1, Kind: transfer.OfStaff, Link: mine.Link, Recipient: mine.Recipient}} {
			if list, err := rows.Running(t.Context(), other); err != nil || len(list) != 0 {
				t.Errorf("%+v sees %+v, %v", other, list, err)
			}
		}
		running := func() []transfer.Row {
			list, err := rows.Running(t.Context(), mine)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if list := running(); len(list) != 1 || list[0].ID != r.ID || list[0].Fingerprint != "abc" {
			t.Fatalf("running: %+v", list)
		}
		if r, _, err = rows.Take(t.Context(), mine, r.ID, 0); err != nil {
			t.Fatal(err)
		}
		r.SHA256 = bytes.Repeat([]byte{1}, 32)
		if r, err = rows.Finish(t.Context(), r); err != nil || r.Fingerprint != "" || len(running()) != 0 {
			t.Fatalf("the fingerprint goes with completion: %+v, %v", r, err)
		}
		row.ID = NewID()
		if _, err := rows.Insert(t.Context(), row, limits, 0); err != nil {
			t.Fatal(err)
		}
		if r, ok, err := rows.Abandon(t.Context(), 1, row.ID, transfer.Cancelled); !ok || err != nil || r.Fingerprint != "" || len(running()) != 0 {
			t.Fatalf("and with the end: %+v, %v, %v", r, ok, err)
		}
	})

	t.Run("whole", func(t *testing.T) {
		r := insert(t, transfer.Finishing)
		if r.Offset != 1000 || len(r.SHA256) != 32 || r.Found != "application/pdf" {
			t.Fatalf("%+v", r)
		}
	})

	t.Run("the newest epoch wins", func(t *testing.T) {
		id := insert(t, transfer.Receiving).ID
		older, newer := take(t, id, 0), take(t, id, 0)
		older.Offset, newer.Offset = 500, 300
		if _, err := rows.Checkpoint(t.Context(), older, limits); !errors.Is(err, transfer.ErrLocked) {
			t.Fatalf("a fenced checkpoint: %v", err)
		}
		if _, err := rows.Checkpoint(t.Context(), newer, limits); err != nil {
			t.Fatal(err)
		}
		older.SHA256 = bytes.Repeat([]byte{1}, 32)
		if _, err := rows.Finish(t.Context(), older); !errors.Is(err, transfer.ErrLocked) {
			t.Fatalf("a fenced end: %v", err)
		}
		if r, ok, err := rows.Take(t.Context(), owner, id, 0); ok || err != nil || r.Offset != 300 {
			t.Fatalf("taken at the wrong offset: %+v, %v, %v", r, ok, err)
		}
	})

	t.Run("32 at once, each with its own epoch", func(t *testing.T) {
		id := insert(t, transfer.Receiving).ID
		var wg sync.WaitGroup
		epochs := make([]int64, 32)
		for i := range epochs {
			wg.Go(func() {
				r, ok, err := rows.Take(t.Context(), owner, id, 0)
				if !ok || err != nil {
					t.Errorf("%v, %v", ok, err)
				}
				epochs[i] = r.Epoch
			})
		}
		wg.Wait()
		slices.Sort(epochs)
		if n := len(slices.Compact(epochs)); n != 32 {
			t.Errorf("%d epochs", n)
		}
	})

	t.Run("strangers", func(t *testing.T) {
		id := insert(t, transfer.Receiving).ID
		for _, o := range []transfer.Owner{
			{Firm: 2, Link: owner.Link, Recipient: owner.Recipient}, {Firm: 1, Link: NewID(), Recipient: owner.Recipient},
			{Firm: 1, Link: owner.Link, Recipient: NewID()}, {Firm: 1, Kind: transfer.OfContact, Link: owner.Link, Recipient: owner.Recipient},
		} {
			if _, err := rows.Load(t.Context(), o, id); !errors.Is(err, transfer.ErrUnknown) {
				t.Errorf("Load by %+v: %v", o, err)
			}
			if _, ok, err := rows.Take(t.Context(), o, id, 0); ok || !errors.Is(err, transfer.ErrUnknown) {
				t.Errorf("Take by %+v: %v, %v", o, ok, err)
			}
		}
		if _, ok, err := rows.Abandon(t.Context(), 2, id, transfer.Idle); ok || err != nil {
			t.Errorf("another firm abandoned it: %v, %v", ok, err)
		}
		if _, err := rows.Load(t.Context(), owner, NewID()); !errors.Is(err, transfer.ErrUnknown) {
			t.Errorf("an id of nothing: %v", err)
		}
	})

	t.Run("L4: idle and old", func(t *testing.T) {
		id := insert(t, transfer.Receiving).ID
		if d := load(t, id).ExpiresAt.Sub(load(t, id).CreatedAt); d < limits.Idle-time.Second || d > limits.Idle+time.Second {
			t.Errorf("expires after %v, want %v", d, limits.Idle)
		}
		age(id, 23*time.Hour)
		if stale(t, id) {
			t.Error("stale after 23 h")
		}
		r := take(t, id, 0)
		r.Offset = 1
		if r, err := rows.Checkpoint(t.Context(), r, limits); err != nil || r.ExpiresAt.Sub(r.CreatedAt) < 46*time.Hour {
			t.Errorf("progress gives another day: %+v, %v", r, err)
		}
		age(id, 24*time.Hour)
		if _, ok, _ := rows.Take(t.Context(), owner, id, 1); ok || !load(t, id).Expired || !stale(t, id) {
			t.Error("alive after a day without progress")
		}

		id = insert(t, transfer.Receiving).ID
		for offset := int64(0); offset < 4; offset++ { // progress every 20 h: 60 h, then the last stretch is cut
			r := take(t, id, offset)
			r.Offset++
			r, err := rows.Checkpoint(t.Context(), r, limits)
			if err != nil {
				t.Fatal(err)
			}
			if offset == 3 && r.ExpiresAt.Sub(r.CreatedAt).Round(time.Minute) != limits.Age {
				t.Errorf("at 60 h it expires after %v, want %v", r.ExpiresAt.Sub(r.CreatedAt), limits.Age)
			}
			age(id, 20*time.Hour)
		}
		if !load(t, id).Expired {
			t.Error("alive after 80 h")
		}
	})

	t.Run("bytes that are used again", func(t *testing.T) { reuse(t, rows, limits) })

	t.Run("a quota", func(t *testing.T) { quota(t, rows, limits) })

	t.Run("U8: a quarantined one is nobody's to finish or collect, and can be discarded", func(t *testing.T) {
		id := insert(t, transfer.Finishing).ID
		if err := rows.Receive(t.Context(), 1, id); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := rows.Quarantine(t.Context(), 2, id); ok || err != nil {
			t.Errorf("another firm quarantined it: %v, %v", ok, err)
		}
		if r, ok, err := rows.Quarantine(t.Context(), 1, id); !ok || err != nil || r.State != transfer.Quarantined {
			t.Fatalf("%+v, %v, %v", r, ok, err)
		}
		if r, ok, err := rows.Quarantine(t.Context(), 1, id); ok || err != nil || r.State != transfer.Quarantined {
			t.Errorf("twice: %+v, %v, %v", r, ok, err)
		}
		if err := rows.Receive(t.Context(), 1, id); err != nil || load(t, id).State != transfer.Quarantined {
			t.Errorf("received once more: %+v, %v", load(t, id), err)
		}
		age(id, 100*time.Hour)
		if _, ok, _ := rows.Abandon(t.Context(), 1, id, transfer.Idle); ok || stale(t, id) {
			t.Error("it was abandoned, or waits for something")
		}
		if r, ok, err := rows.Discard(t.Context(), 1, id); !ok || err != nil || r.State != transfer.Discarded {
			t.Errorf("discarded: %+v, %v, %v", r, ok, err)
		}
		receiving := insert(t, transfer.Receiving).ID
		if r, ok, err := rows.Quarantine(t.Context(), 1, receiving); ok || err != nil || r.State != transfer.Receiving {
			t.Errorf("one on its way: %+v, %v, %v", r, ok, err)
		}
	})

	t.Run("what is kept", func(t *testing.T) {
		var all []uuid.UUID
		for range 3 {
			id := insert(t, transfer.Finishing).ID
			if err := rows.Receive(t.Context(), 1, id); err != nil {
				t.Fatal(err)
			}
			all = append(all, id)
		}
		insert(t, transfer.Receiving)
		before := all[0]
		clear(before[8:]) // the ids of a test are made in order; these bytes are chance
		var found []uuid.UUID
		for after := before; ; after = found[len(found)-1] {
			page, err := rows.Kept(t.Context(), after, 2)
			if err != nil || len(page) > 2 {
				t.Fatalf("%d rows, %v", len(page), err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				found = append(found, r.ID)
				if r.State != transfer.Received {
					t.Errorf("%s is %s", r.ID, r.State)
				}
			}
		}
		for _, id := range all {
			if !slices.Contains(found, id) {
				t.Errorf("%s is forgotten", id)
			}
		}
		if _, ok, err := rows.Discard(t.Context(), 1, all[0]); !ok || err != nil {
			t.Fatal(err)
		}
		if page, err := rows.Kept(t.Context(), before, 1); err != nil || len(page) == 1 && page[0].ID == all[0] {
			t.Errorf("a discarded one is listed: %v, %v", page, err)
		}
	})

	t.Run("what is left to do", func(t *testing.T) {
		finishing, abandoned := insert(t, transfer.Finishing).ID, insert(t, transfer.Receiving).ID
		r, ok, err := rows.Abandon(t.Context(), 1, abandoned, transfer.RefusedType)
		if !ok || err != nil || r.State != transfer.Abandoned || r.Reason != transfer.RefusedType {
			t.Fatalf("%+v, %v, %v", r, ok, err)
		}
		if _, ok, _ := rows.Abandon(t.Context(), 1, abandoned, transfer.Idle); ok {
			t.Error("abandoned twice")
		}
		if stale(t, finishing) || stale(t, abandoned) {
			t.Error("a request is still at it")
		}
		age(finishing, 2*time.Minute)
		age(abandoned, 2*time.Minute)
		if !stale(t, finishing) || !stale(t, abandoned) {
			t.Error("forgotten")
		}
		if err := rows.Emptied(t.Context(), 1, abandoned); err != nil || stale(t, abandoned) {
			t.Errorf("emptied and still listed: %v", err)
		}
		none := NewID()
		if ids, err := rows.Unknown(t.Context(), []uuid.UUID{finishing, none, abandoned}); err != nil || len(ids) != 1 || ids[0] != none {
			t.Errorf("unknown: %v, %v", ids, err)
		}
	})
}
