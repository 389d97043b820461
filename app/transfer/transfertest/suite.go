package transfertest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// World is one storage with one link on it; processes come and go over it.
type World struct {
	Rows  transfer.Rows
	Blobs transfer.Blobs
	Link  *Link
	Owner transfer.Owner
	Limit transfer.Limits
}

// NewWorld checkpoints often, so that small files show what large ones would.
func NewWorld(rows transfer.Rows, blobs transfer.Blobs) *World {
	l := transfer.Standard(1<<30, []string{"pdf", "txt", "docx", "xlsx", "zip", "csv", "doc", "xls"})
	l.CheckpointBytes, l.CheckpointEvery, l.Reserve, l.Yield = 64<<10, 20*time.Millisecond, 0, 5*time.Second
	return &World{
		Rows: rows, Blobs: blobs, Link: &Link{}, Limit: l,
		Owner: transfer.Owner{Firm: 1, Link: NewID(), Recipient: NewID()},
	}
}

// Start runs a process in the world.
func (w *World) Start() *Process { return Start(w.Rows, w.Blobs, w.Link, w.Limit) }

// NewID is a version 7 id.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// PDF is n bytes that are accepted as a PDF, different for each seed.
func PDF(n int, seed uint64) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	b := make([]byte, n)
	r.Read(b)
	copy(b, "%PDF-1.7\n")
	return b
}

// Create begins a transfer of len(content) bytes named name.
func (w *World) Create(t testing.TB, p *Process, name string, content []byte) uuid.UUID {
	t.Helper()
	row, err := p.Create(t.Context(), w.Owner, transfer.File{ID: NewID(), Name: name, Size: int64(len(content))})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return row.ID
}

// CheckArrived wants exactly one event, with content's digest, and content in the blob.
func (w *World) CheckArrived(t testing.TB, id uuid.UUID, content []byte) {
	t.Helper()
	got := w.Link.Arrived(id)
	if len(got) != 1 || got[0].SHA256 != sha256.Sum256(content) || got[0].Size != int64(len(content)) {
		t.Fatalf("received events of %s: %d, want one with the digest of what was sent: %+v", id, len(got), got)
	}
	f, err := w.Blobs.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if kept, err := io.ReadAll(f); err != nil || !bytes.Equal(kept, content) {
		t.Fatalf("the blob differs from what was sent (%d bytes of %d, %v)", len(kept), len(content), err)
	}
}

// Faults are the cases of notes/uploads.md, section 8, that a storage and its rows can show.
func Faults(t *testing.T, world func(t *testing.T) *World) {
	ctx := func(t *testing.T) (*World, *Process) { w := world(t); return w, w.Start() }

	t.Run("F1: killed in the middle", func(t *testing.T) {
		for seed := range uint64(10) {
			w, p := ctx(t)
			content := PDF(1<<20, seed)
			id := w.Create(t, p, "a.pdf", content)
			cut := rand.N(len(content))
			body := Hangs(content[:cut])
			ended := make(chan error, 1)
			go func() { _, err := p.Append(t.Context(), w.Owner, id, 0, -1, body); ended <- err }()
			waitFor(t, func() bool { // all that came is hashed, and all but the newest of it recorded
				row, err := w.Rows.Load(t.Context(), w.Owner, id)
				return err == nil && row.Offset > int64(cut)-w.Limit.CheckpointBytes
			})
			p.Kill()
			body.Stop()
			<-ended

			p = w.Start()
			row, err := p.Head(t.Context(), w.Owner, id)
			if err != nil || row.Offset > int64(cut) || row.Offset < int64(cut)-w.Limit.CheckpointBytes {
				t.Fatalf("cut at %d: resumed at %d, %v", cut, row.Offset, err)
			}
			if _, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, Ends(content[row.Offset:])); err != nil {
				t.Fatal(err)
			}
			w.CheckArrived(t, id, content)
		}
	})

	t.Run("F3, F4: killed at each call around the end", func(t *testing.T) {
		for _, call := range []string{"Sync", "Finish", "Receive", "Mark"} {
			for _, after := range []bool{false, true} {
				w, p := ctx(t)
				p.Limits.CheckpointBytes = 1000 // one falls on the last byte
				content := PDF(30_000, 7)
				id := w.Create(t, p, "a.pdf", content)
				p.At = func(c string, a bool) bool { return c == call && a == after }
				if _, err := p.Append(t.Context(), w.Owner, id, 0, -1, Ends(content)); !errors.Is(err, ErrKilled) {
					t.Fatalf("%s after=%v: %v, want killed", call, after, err)
				}
				if row, err := w.Rows.Load(t.Context(), w.Owner, id); err != nil || row.State == transfer.Receiving && row.Offset == row.Size {
					t.Fatalf("%s after=%v: the row shows the whole length before the event: %+v, %v", call, after, row, err)
				}
				p = w.Start()
				row, err := p.Head(t.Context(), w.Owner, id)
				if err != nil {
					t.Fatal(err)
				}
				if got := len(w.Link.Arrived(id)); (row.Offset == row.Size) != (got == 1) {
					t.Fatalf("%s after=%v: offset %d of %d with %d events", call, after, row.Offset, row.Size, got)
				}
				if row.Offset < row.Size {
					if _, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, Ends(content[row.Offset:])); err != nil {
						t.Fatal(err)
					}
				}
				w.CheckArrived(t, id, content)
				if row, err := p.Append(t.Context(), w.Owner, id, row.Size, 0, Ends(nil)); err != nil || row.State != transfer.Received {
					t.Fatalf("asking again changes nothing: %+v, %v", row, err)
				}
				w.CheckArrived(t, id, content)
			}
		}
	})

	t.Run("F5: a dead connection yields at once", func(t *testing.T) {
		w, p := ctx(t)
		w.Limit.CheckpointEvery = time.Minute // the newcomer's question makes the checkpoint, not the clock
		p.Limits = w.Limit
		content := PDF(200_000, 1)
		id := w.Create(t, p, "a.pdf", content)
		ended := make(chan error, 1)
		go func() {
			_, err := p.Append(t.Context(), w.Owner, id, 0, int64(len(content)), Hangs(content[:50_000]))
			ended <- err
		}()
		var row transfer.Row
		waitFor(t, func() (ok bool) {
			row, _ = p.Head(t.Context(), w.Owner, id)
			return row.Offset == 50_000
		})
		began := time.Now()
		if _, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, Ends(content[row.Offset:])); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 200*time.Millisecond {
			t.Errorf("took over after %v, want 0.2 s at most", took)
		}
		if err := <-ended; !errors.Is(err, transfer.ErrLocked) {
			t.Errorf("the one before was told %v, want ErrLocked", err)
		}
		w.CheckArrived(t, id, content)
	})

	for _, processes := range []int{1, 2} {
		t.Run("F6: two writers, processes: "+string(rune('0'+processes)), func(t *testing.T) { pairs(t, world, processes) })
	}
}

// pairs sends different bytes to one offset from two requests at once, again and again.
func pairs(t *testing.T, world func(t *testing.T) *World, processes int) {
	w := world(t)
	ps := []*Process{w.Start(), w.Start()}
	for round := range uint64(60) {
		start := PDF(4000, round)
		tails := [][]byte{slices.Concat(start, PDF(40_000, 2*round)), slices.Concat(start, PDF(40_000, 2*round+1))}
		id := w.Create(t, ps[0], "a.pdf", tails[0])
		if _, err := ps[0].Append(t.Context(), w.Owner, id, 0, -1, Ends(start)); err != nil {
			t.Fatal(err)
		}
		errs := make([]chan error, 2)
		for i := range errs {
			errs[i] = make(chan error, 1)
			body := Ends(tails[i][4000:])
			body.Piece, body.Pace = 7000, rand.N(time.Millisecond)
			go func() {
				_, err := ps[i%processes].Append(t.Context(), w.Owner, id, 4000, -1, body)
				errs[i] <- err
			}()
		}
		a, b := <-errs[0], <-errs[1]
		for _, err := range []error{a, b} {
			if err != nil && !errors.Is(err, transfer.ErrLocked) && !errors.Is(err, transfer.ErrOffset) {
				t.Fatalf("round %d: %v, want 409 or 423", round, err)
			}
		}
		if (a == nil) == (b == nil) {
			t.Fatalf("round %d: %v and %v, want one winner", round, a, b)
		}
		if a == nil {
			w.CheckArrived(t, id, tails[0])
		} else {
			w.CheckArrived(t, id, tails[1])
		}
	}
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("it didn’t come to pass within 10 s")
}
