package transfer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"
)

// allow gives the practice of w limits of its own.
func allow(p *transfertest.Process, own transfer.Allowance) {
	p.Allowed = func(context.Context, int32) (transfer.Allowance, error) { return own, nil }
}

// S1.i11: a practice's own limit holds to the byte, before a byte travels, and for a body of unknown size; what it
// allows beyond the product's limit counts for nothing.
func TestAPracticesOwnLimit(t *testing.T) {
	w := memory(t)
	p := w.Start()
	const most = 2 << 20
	allow(p, transfer.Allowance{MaxSize: most})
	file := func(size int64) transfer.File {
		return transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: size}
	}
	if _, err := p.Create(t.Context(), w.Owner, file(most)); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	_, err := p.Create(t.Context(), w.Owner, file(most+1))
	if !errors.Is(err, transfer.ErrTooLarge) || !strings.Contains(err.Error(), "at most 2,097,152 (2 MB) are accepted") || !strings.Contains(err.Error(), "2,097,153 bytes") {
		t.Errorf("a byte beyond: %v; want a refusal that names limit and size", err)
	}
	for _, c := range []struct {
		bytes int
		want  error
	}{{most, nil}, {most + 1, transfer.ErrTooLarge}} {
		f := file(-1)
		if _, err := p.Whole(t.Context(), w.Owner, f, 100<<20, transfertest.Ends(transfertest.PDF(c.bytes, 1))); !errors.Is(err, c.want) {
			t.Errorf("a form with %d bytes: %v, want %v", c.bytes, err, c.want)
		}
		if _, err := w.Blobs.Open(f.ID); (err == nil) != (c.want == nil) {
			t.Errorf("a form with %d bytes: its bytes: %v", c.bytes, err)
		}
	}
	allow(p, transfer.Allowance{MaxSize: w.Limit.MaxSize * 2})
	if _, err := p.Create(t.Context(), w.Owner, file(w.Limit.MaxSize+1)); !errors.Is(err, transfer.ErrTooLarge) {
		t.Errorf("beyond the product's limit: %v", err)
	}
	p.Allowed = func(context.Context, int32) (transfer.Allowance, error) {
		return transfer.Allowance{}, errors.New("the database is gone")
	}
	if _, err := p.Create(t.Context(), w.Owner, file(10)); err == nil || errors.Is(err, transfer.ErrTooLarge) {
		t.Errorf("when nobody knows the limit: %v, want an error that asks to try again", err)
	}
}

// A lowered limit does not end what has begun; what was announced is still the most that comes (rule 8).
func TestALimitThatIsLoweredMeanwhile(t *testing.T) {
	w := memory(t)
	p := w.Start()
	allow(p, transfer.Allowance{MaxSize: 300_000, Quota: 300_000})
	content := transfertest.PDF(200_000, 1)
	id := w.Create(t, p, "a.pdf", content)
	row, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content[:50_000]))
	if err != nil {
		t.Fatal(err)
	}
	allow(p, transfer.Allowance{MaxSize: 100_000, Quota: 100_000})
	if _, err := p.Append(t.Context(), w.Owner, id, row.Offset, 150_001, transfertest.Ends(make([]byte, 150_001))); !errors.Is(err, transfer.ErrTooLarge) {
		t.Errorf("more than was announced: %v", err)
	}
	if _, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, transfertest.Ends(content[row.Offset:])); err != nil {
		t.Fatal(err)
	}
	w.CheckArrived(t, id, content)
}

// A quota is reserved when a transfer begins, refused in words, and given back by whatever destroys the bytes.
func TestQuota(t *testing.T) {
	w := memory(t)
	p := w.Start()
	allow(p, transfer.Allowance{Quota: 100_000})
	content := transfertest.PDF(60_000, 1)
	running := w.Create(t, p, "a.pdf", content)
	refused := func(size int64) {
		t.Helper()
		f := transfer.File{ID: transfertest.NewID(), Name: "b.pdf", Size: size}
		_, err := p.Create(t.Context(), w.Owner, f)
		if !errors.Is(err, transfer.ErrQuota) || !strings.Contains(err.Error(), "Tell the practice") {
			t.Errorf("%d bytes: %v, want ErrQuota with what to do", size, err)
		}
		if _, started := w.Link.Started[f.ID]; started {
			t.Errorf("%d bytes: there is an event of what never began", size)
		}
	}
	refused(40_001) // the one under way counts with its announced size
	f := transfer.File{ID: transfertest.NewID(), Name: "c.pdf", Size: -1}
	if _, err := p.Whole(t.Context(), w.Owner, f, 1<<20, transfertest.Ends(transfertest.PDF(40_001, 2))); !errors.Is(err, transfer.ErrQuota) {
		t.Errorf("a form that grows beyond: %v", err)
	}
	if _, err := w.Blobs.Open(f.ID); err == nil {
		t.Error("its bytes are still there")
	}
	if _, started := w.Link.Started[f.ID]; started {
		t.Error("the link heard of it")
	}
	if err := p.Terminate(t.Context(), w.Owner, running); err != nil {
		t.Fatal(err)
	}
	second := w.Create(t, p, "d.pdf", content)
	refused(60_000)
	if _, err := p.Append(t.Context(), w.Owner, second, 0, -1, transfertest.Ends(content)); err != nil {
		t.Fatal(err)
	}
	refused(60_000) // what has arrived counts
	if err := p.Discard(t.Context(), w.Owner.Firm, second); err != nil {
		t.Fatal(err)
	}
	full := transfertest.PDF(100_000, 3)
	whole := w.Create(t, p, "e.pdf", full)
	refused(1)
	if _, err := p.Whole(t.Context(), w.Owner, transfer.File{ID: transfertest.NewID(), Name: "f.pdf", Size: -1}, 1<<20, transfertest.Ends(full)); !errors.Is(err, transfer.ErrQuota) {
		t.Errorf("a form, when the storage is full: %v", err)
	}
	if _, err := p.Append(t.Context(), w.Owner, whole, 0, -1, transfertest.Ends(full)); err != nil {
		t.Errorf("what has begun goes on: %v", err)
	}
	w.CheckArrived(t, whole, full)
}

// Rule 9: below the reserve nothing begins, and what has begun stops at a checkpoint, at no loss, until there is room.
func TestReserveOfFreeSpace(t *testing.T) {
	w := memory(t)
	w.Limit.Reserve = 1 << 20
	p := w.Start()
	blobs := w.Blobs.(*transfertest.Blobs)
	content := transfertest.PDF(500_000, 1)
	id := w.Create(t, p, "a.pdf", content)

	blobs.SetSpace(1<<20 + 99)
	if _, err := p.Create(t.Context(), w.Owner, transfer.File{ID: transfertest.NewID(), Name: "b.pdf", Size: 100}); !errors.Is(err, transfer.ErrNoSpace) {
		t.Errorf("a byte of the reserve would go: %v", err)
	}
	if _, err := p.Create(t.Context(), w.Owner, transfer.File{ID: transfertest.NewID(), Name: "b.pdf", Size: 99}); err != nil {
		t.Errorf("all but the reserve: %v", err)
	}

	p.At = func(call string, after bool) bool { // others fill the disk while it comes
		if call == "Checkpoint" && after {
			blobs.SetSpace(1<<20 - 1)
		}
		return false
	}
	body := transfertest.Ends(content)
	body.Piece, body.Pace = 10_000, 2*time.Millisecond
	row, err := p.Append(t.Context(), w.Owner, id, 0, -1, body)
	if !errors.Is(err, transfer.ErrNoSpace) || row.Offset == 0 || body.Left() == 0 {
		t.Fatalf("at %d with %d bytes unread: %v, want ErrNoSpace at a checkpoint", row.Offset, body.Left(), err)
	}
	p.At = nil
	if again, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, transfertest.Ends(content[row.Offset:])); !errors.Is(err, transfer.ErrNoSpace) || again.Offset != row.Offset {
		t.Errorf("going on without room: at %d, %v", again.Offset, err)
	}
	blobs.SetSpace(0)
	at, err := p.Head(t.Context(), w.Owner, id)
	if err != nil || at.Offset != row.Offset {
		t.Fatalf("at %d, %v; it was told %d", at.Offset, err, row.Offset)
	}
	if _, err := p.Append(t.Context(), w.Owner, id, at.Offset, -1, transfertest.Ends(content[at.Offset:])); err != nil {
		t.Fatal(err)
	}
	w.CheckArrived(t, id, content)
}
