package transfertest

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// reuse checks that bytes outlive all but the last of their uses.
func reuse(t *testing.T, rows transfer.Rows, limits transfer.Limits) {
	ctx, link := t.Context(), NewID()
	insert := func(t *testing.T) uuid.UUID {
		t.Helper()
		r := transfer.Row{
			ID: NewID(), Owner: transfer.Owner{Firm: 1, Link: link, Recipient: NewID()}, Size: 10, Extension: "pdf", Declared: "application/pdf", State: transfer.Finishing,
			SHA256: bytes.Repeat([]byte{7}, 32), Found: "application/pdf",
		}
		if _, err := rows.Insert(ctx, r, limits, 0); err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	use := func(of uuid.UUID) transfer.Use {
		return transfer.Use{Firm: 1, Transfer: of, ID: NewID(), Target: NewID()}
	}
	hold := func(t *testing.T, u transfer.Use) {
		t.Helper()
		if err := rows.Hold(ctx, u); err != nil {
			t.Fatal(err)
		}
	}
	discard := func(t *testing.T, id uuid.UUID) (last bool) {
		t.Helper()
		_, last, err := rows.Discard(ctx, 1, id)
		if err != nil {
			t.Fatal(err)
		}
		return last
	}

	t.Run("whichever is given up last ends the transfer", func(t *testing.T) {
		for _, originalLast := range []bool{true, false} {
			of := insert(t)
			u, v := use(of), use(of)
			hold(t, u)
			hold(t, v)
			hold(t, v)
			uses, err := rows.Uses(ctx, 1, u.ID)
			if err != nil || len(uses) != 3 || !slices.Contains(uses, u) || !slices.Contains(uses, transfer.Use{Firm: 1, Transfer: of, ID: of, Target: link}) {
				t.Fatalf("%+v, %v", uses, err)
			}
			order := []uuid.UUID{of, u.ID, v.ID}
			if originalLast {
				slices.Reverse(order)
			}
			for _, id := range []uuid.UUID{order[0], order[0], order[1]} { // one of them twice
				if discard(t, id) {
					t.Error("ended while it is used")
				}
			}
			if _, ok, err := rows.Discard(ctx, 2, order[2]); ok || err != nil {
				t.Errorf("another firm ended it: %v", err)
			}
			row, last, err := rows.Discard(ctx, 1, order[2])
			if err != nil || !last || row.ID != of || row.State != transfer.Discarded {
				t.Errorf("%+v, %v, %v", row, last, err)
			}
			if discard(t, order[2]) {
				t.Error("ended twice")
			}
			if err := rows.Hold(ctx, use(of)); !errors.Is(err, transfer.ErrGone) {
				t.Errorf("held what is gone: %v", err)
			}
		}
	})
	t.Run("a use that begins while another is given up has its bytes, or is told that they are gone", func(t *testing.T) {
		for range 20 {
			of := insert(t)
			u := use(of)
			var held error
			var last bool
			var wg sync.WaitGroup
			wg.Go(func() { held = rows.Hold(ctx, u) })
			wg.Go(func() { last = discard(t, of) })
			wg.Wait()
			if (held == nil) == last || held != nil && !errors.Is(held, transfer.ErrGone) {
				t.Fatalf("held: %v, ended: %v", held, last)
			}
		}
	})
	t.Run("two that are given up at once: one of them is the last", func(t *testing.T) {
		for range 20 {
			of := insert(t)
			u := use(of)
			hold(t, u)
			var ended [2]bool
			var wg sync.WaitGroup
			for i, id := range []uuid.UUID{of, u.ID} {
				wg.Go(func() { ended[i] = discard(t, id) })
			}
			wg.Wait()
			if ended[0] == ended[1] {
				t.Fatalf("ended: %v", ended)
			}
		}
	})
	t.Run("U8: what is put apart is apart for all, and nobody's to use", func(t *testing.T) {
		of := insert(t)
		u := use(of)
		hold(t, u)
		if row, ok, err := rows.Quarantine(ctx, 1, u.ID); err != nil || !ok || row.ID != of {
			t.Errorf("%+v, %v, %v", row, ok, err)
		}
		for _, id := range []uuid.UUID{of, u.ID} {
			if apart, err := rows.Apart(ctx, 1, id); err != nil || !apart {
				t.Errorf("%v, %v", apart, err)
			}
		}
		if apart, err := rows.Apart(ctx, 2, of); err != nil || apart {
			t.Errorf("another firm: %v, %v", apart, err)
		}
		if err := rows.Hold(ctx, use(of)); !errors.Is(err, transfer.ErrGone) {
			t.Errorf("held: %v", err)
		}
		if discard(t, of) || !discard(t, u.ID) {
			t.Error("its bytes go with the last")
		}
	})
	t.Run("nobody holds what is another's, or has not come", func(t *testing.T) {
		u := use(insert(t))
		u.Firm = 2
		if err := rows.Hold(ctx, u); !errors.Is(err, transfer.ErrGone) {
			t.Errorf("%v", err)
		}
		if err := rows.Hold(ctx, use(NewID())); !errors.Is(err, transfer.ErrGone) {
			t.Errorf("%v", err)
		}
	})
	t.Run("an example has a name, and what its bytes are", func(t *testing.T) {
		of := insert(t)
		e := transfer.Use{Firm: 1, Transfer: of, ID: of, Target: of, Name: "Like this.pdf"}
		template := transfer.Use{Firm: 1, Transfer: of, ID: NewID(), Target: NewID(), Name: "Like this.pdf"}
		task := use(of)
		hold(t, e)
		hold(t, template)
		hold(t, task)
		want := func(apart bool) {
			t.Helper()
			all, err := rows.Examples(ctx, 1, []uuid.UUID{of, template.ID, task.ID, NewID()})
			if err != nil || len(all) != 2 {
				t.Fatalf("%+v, %v", all, err)
			}
			for _, x := range all {
				if x.Use != e && x.Use != template || x.Size != 10 || !bytes.Equal(x.SHA256, bytes.Repeat([]byte{7}, 32)) || x.Media != "application/pdf" || x.Apart != apart {
					t.Errorf("%+v", x)
				}
			}
		}
		want(false)
		if all, err := rows.Examples(ctx, 2, []uuid.UUID{of}); err != nil || len(all) != 0 {
			t.Errorf("another firm: %+v, %v", all, err)
		}
		if uses, err := rows.Confirmed(ctx, 1, template.Target); err != nil || len(uses) != 0 {
			t.Errorf("not confirmed: %+v, %v", uses, err)
		}
		if err := rows.Confirm(ctx, 1, template.ID); err != nil {
			t.Fatal(err)
		}
		if uses, err := rows.Confirmed(ctx, 1, template.Target); err != nil || !slices.Equal(uses, []transfer.Use{template}) {
			t.Errorf("%+v, %v", uses, err)
		}
		if _, ok, err := rows.Quarantine(ctx, 1, task.ID); err != nil || !ok {
			t.Fatal(ok, err)
		}
		want(true)
		if discard(t, task.ID) || discard(t, of) || !discard(t, template.ID) { // the first use of an example is no other's
			t.Error("its bytes go with the last")
		}
	})
	t.Run("a fresh use is not asked after", func(t *testing.T) {
		u := use(insert(t))
		hold(t, u)
		waiting, err := rows.Unconfirmed(ctx, 500)
		if err != nil || slices.Contains(waiting, u) {
			t.Errorf("%+v, %v", waiting, err)
		}
		if err := rows.Confirm(ctx, 1, u.ID); err != nil {
			t.Error(err)
		}
	})
}
