package transfertest

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"portico/app/transfer"
)

// quota: what is kept for a practice never goes beyond its quota, however many begin at once, and what is destroyed makes
// room again. Each case has a practice of its own.
func quota(t *testing.T, rows transfer.Rows, limits transfer.Limits) {
	add := func(firm int32, size, quota int64, state transfer.State) (transfer.Row, error) {
		r := transfer.Row{ID: NewID(), Owner: transfer.Owner{Firm: firm, Link: NewID(), Recipient: NewID()}, Size: size, Extension: "pdf", State: state}
		if state == transfer.Finishing {
			r.SHA256 = bytes.Repeat([]byte{7}, 32)
		}
		return rows.Insert(t.Context(), r, limits, quota)
	}
	used := func(firm int32, want int64) {
		t.Helper()
		if got, err := rows.Used(t.Context(), firm); err != nil || got != want {
			t.Errorf("practice %d uses %d, %v; want %d", firm, got, err, want)
		}
	}

	t.Run("to the byte", func(t *testing.T) {
		used(101, 0)
		if _, err := add(101, 1001, 1000, transfer.Receiving); !errors.Is(err, transfer.ErrQuota) {
			t.Fatalf("the first one, a byte too much: %v", err)
		}
		used(101, 0)
		if _, err := add(101, 600, 1000, transfer.Receiving); err != nil {
			t.Fatal(err)
		}
		if _, err := add(101, 401, 1000, transfer.Finishing); !errors.Is(err, transfer.ErrQuota) {
			t.Fatalf("a byte too much: %v", err)
		}
		if _, err := add(101, 400, 1000, transfer.Finishing); err != nil {
			t.Fatalf("exactly full: %v", err)
		}
		if _, err := add(102, 1000, 1000, transfer.Receiving); err != nil {
			t.Fatalf("another practice: %v", err)
		}
		if _, err := add(101, 1, 1000, transfer.Receiving); !errors.Is(err, transfer.ErrQuota) {
			t.Fatalf("when it is full: %v", err)
		}
		if _, err := add(101, 5, 0, transfer.Receiving); err != nil {
			t.Fatalf("no quota any more: %v", err)
		}
		used(101, 1005)
		if _, err := add(101, 1, 500, transfer.Receiving); !errors.Is(err, transfer.ErrQuota) {
			t.Fatalf("a quota below what is there: %v", err)
		}
		used(102, 1000)
	})

	t.Run("given back once, when the bytes are gone", func(t *testing.T) {
		abandoned, err := add(103, 700, 1000, transfer.Receiving)
		if err != nil {
			t.Fatal(err)
		}
		received, err := add(103, 300, 1000, transfer.Finishing)
		if err != nil {
			t.Fatal(err)
		}
		if err := rows.Emptied(t.Context(), 103, abandoned.ID); err != nil {
			t.Fatal(err)
		}
		used(103, 1000) // a live one is not emptied
		if _, ok, err := rows.Abandon(t.Context(), 103, abandoned.ID, transfer.Cancelled); !ok || err != nil {
			t.Fatal(ok, err)
		}
		used(103, 1000) // its bytes are still there
		for range 3 {
			if err := rows.Emptied(t.Context(), 103, abandoned.ID); err != nil {
				t.Fatal(err)
			}
			used(103, 300)
		}
		if err := rows.Receive(t.Context(), 103, received.ID); err != nil {
			t.Fatal(err)
		}
		used(103, 300)
		if _, ok, err := rows.Discard(t.Context(), 103, received.ID); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := rows.Emptied(t.Context(), 103, received.ID); err != nil {
			t.Fatal(err)
		}
		used(103, 0)
	})

	t.Run("64 at once", func(t *testing.T) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		in, out := 0, 0
		for i := range 64 {
			wg.Go(func() {
				state := transfer.Receiving
				if i%2 == 0 {
					state = transfer.Finishing
				}
				_, err := add(104, 100, 1050, state)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					in++
				case errors.Is(err, transfer.ErrQuota):
					out++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in != 10 || out != 54 {
			t.Errorf("%d came in and %d stayed out, want 10 and 54", in, out)
		}
		used(104, 1000)
	})
}
