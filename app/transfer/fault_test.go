package transfer_test

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	"portico/domain/filetype"

	"github.com/google/uuid"
)

// S1.i10, S1.i11: refused before a byte travels, and nothing is left.
func TestAdmission(t *testing.T) {
	w := memory(t)
	p := w.Start()
	limit := w.Limit.MaxSize
	for _, c := range []struct {
		f    transfer.File
		want error
	}{
		{transfer.File{Name: "a.pdf", Size: 0}, transfer.ErrEmpty},
		{transfer.File{Name: "a.pdf", Size: limit + 1}, transfer.ErrTooLarge},
		{transfer.File{Name: "a.pdf", Size: limit}, nil},
		{transfer.File{Name: "a.exe", Size: 1}, filetype.ErrType},
		{transfer.File{Name: "a.pdf", Size: 1, Start: []byte("MZ\x90\x00")}, filetype.ErrType},
	} {
		c.f.ID = transfertest.NewID()
		if _, err := p.Create(t.Context(), w.Owner, c.f); !errors.Is(err, c.want) {
			t.Errorf("%s of %d bytes: %v, want %v", c.f.Name, c.f.Size, err, c.want)
		}
		if _, started := w.Link.Started[c.f.ID]; started != (c.want == nil) {
			t.Errorf("%s of %d bytes: started = %v", c.f.Name, c.f.Size, started)
		}
	}
}

// A crash at any call of creation leaves a transfer that can be used, or one that goes away by itself.
func TestKilledWhileCreating(t *testing.T) {
	for _, call := range []string{"Start", "Insert", "Create"} {
		for _, after := range []bool{false, true} {
			w := memory(t)
			p := w.Start()
			p.At = func(c string, a bool) bool { return c == call && a == after }
			f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: 100}
			if _, err := p.Create(t.Context(), w.Owner, f); !errors.Is(err, transfertest.ErrKilled) {
				t.Fatalf("%s after=%v: %v", call, after, err)
			}
			p = w.Start()
			if _, err := w.Rows.Load(t.Context(), w.Owner, f.ID); err != nil {
				continue // nobody was told of it
			}
			content := transfertest.PDF(100, 1)
			if _, err := p.Append(t.Context(), w.Owner, f.ID, 0, -1, transfertest.Ends(content)); err != nil {
				t.Fatalf("%s after=%v: %v", call, after, err)
			}
			w.CheckArrived(t, f.ID, content)
		}
	}
}

// A whole file in one request: killed at any call, there is one event or none, and never bytes that nothing will sweep.
func TestWholeKilledAtEachCall(t *testing.T) {
	content := transfertest.PDF(5000, 1)
	for _, call := range []string{"Create", "Writer", "Write", "Sync", "Insert", "Take", "Mark"} {
		for _, after := range []bool{false, true} {
			w := memory(t)
			p := w.Start()
			p.At = func(c string, a bool) bool { return c == call && a == after }
			f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: 5000}
			if _, err := p.Whole(t.Context(), w.Owner, f, 5000, transfertest.Ends(content)); !errors.Is(err, transfertest.ErrKilled) {
				t.Fatalf("%s after=%v: %v", call, after, err)
			}
			p = w.Start()
			if _, err := w.Rows.Load(t.Context(), w.Owner, f.ID); err == nil {
				if heard := len(w.Link.Arrived(f.ID)) > 0; heard {
					if _, err := p.Head(t.Context(), w.Owner, f.ID); err != nil {
						t.Fatalf("%s after=%v: %v", call, after, err)
					}
					w.CheckArrived(t, f.ID, content)
					continue
				}
				// The link may yet hear of it, so the bytes stay until the row expires.
				if _, err := p.Head(t.Context(), w.Owner, f.ID); err == nil {
					t.Errorf("%s after=%v: somebody was told that the file is there", call, after)
				}
				w.Rows.(*transfertest.Rows).Age(f.ID, 10*time.Minute)
				if done, err := p.Collect(t.Context()); err != nil || done != (transfer.Collected{}) {
					t.Errorf("%s after=%v: collected %+v, %v; want it left alone", call, after, done, err)
				}
				if blob, err := w.Blobs.Open(f.ID); err != nil {
					t.Errorf("%s after=%v: the bytes: %v", call, after, err)
				} else {
					blob.Close()
				}
				w.Rows.(*transfertest.Rows).Age(f.ID, 10*time.Minute)
				if done, err := p.Collect(t.Context()); err != nil || done.Abandoned != 1 {
					t.Fatalf("%s after=%v: collected %+v, %v; nobody can hear of it any more", call, after, done, err)
				}
				if _, err := p.Head(t.Context(), w.Owner, f.ID); !errors.Is(err, transfer.ErrGone) {
					t.Errorf("%s after=%v: %v; want its sender to be told to send it again", call, after, err)
				}
			}
			time.Sleep(2 * time.Millisecond)
			if _, err := p.Sweep(t.Context(), time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Blobs.Open(f.ID); err == nil || len(w.Link.Arrived(f.ID)) > 0 {
				t.Errorf("%s after=%v: left-overs", call, after)
			}
		}
	}
}

func TestWholeShortAndLong(t *testing.T) {
	w := memory(t)
	p := w.Start()
	content := transfertest.PDF(5000, 1)
	for _, c := range []struct {
		size, limit int64
		body        *transfertest.Body
		want        error
	}{
		{5000, 5000, transfertest.Ends(content[:4000]), transfer.ErrShort},
		{-1, 4999, transfertest.Ends(content), transfer.ErrTooLarge},
		{-1, 5000, transfertest.Ends(content), nil},
		{-1, 5000, transfertest.Ends(nil), transfer.ErrEmpty},
	} {
		f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: c.size}
		if _, err := p.Whole(t.Context(), w.Owner, f, c.limit, c.body); !errors.Is(err, c.want) {
			t.Errorf("announced %d, limit %d: %v, want %v", c.size, c.limit, err, c.want)
		}
		if _, err := w.Blobs.Open(f.ID); (err == nil) != (c.want == nil) {
			t.Errorf("announced %d, limit %d: bytes: %v", c.size, c.limit, err)
		}
	}
}

// meanwhile is a body in whose middle something happens.
type meanwhile struct {
	io.Reader
	at   int // bytes
	then func()
}

func (m *meanwhile) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if m.at -= n; m.at <= 0 && m.then != nil {
		m.then()
		m.then = nil
	}
	return n, err
}

// L4, S1.i15: what began before the link expired is taken when it ends after it, also where it comes whole. What begins
// later isn't read.
func TestWholeAcrossTheExpiry(t *testing.T) {
	content := transfertest.PDF(200_000, 1)
	for _, size := range []int64{-1, int64(len(content))} {
		w := memory(t)
		p := w.Start()
		f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: size}
		body := &meanwhile{Reader: transfertest.Ends(content), at: 100_000, then: w.Link.Expire}
		if row, err := p.Whole(t.Context(), w.Owner, f, 1<<20, body); err != nil || row.State != transfer.Received {
			t.Fatalf("size %d: %s, %v", size, row.State, err)
		}
		w.CheckArrived(t, f.ID, content)
		late := transfertest.Ends(content)
		f.ID = transfertest.NewID()
		if _, err := p.Whole(t.Context(), w.Owner, f, 1<<20, late); !errors.Is(err, transfertest.ErrExpired) || late.Left() != len(content) {
			t.Errorf("size %d: %v with %d bytes left; want it refused before any is read", size, err, late.Left())
		}
	}
}

// Rule 9: a storage that falls below its reserve while a file comes whole stops it within 8 MiB, and nothing stays.
func TestWholeStopsAtTheReserve(t *testing.T) {
	w := memory(t)
	w.Limit.Reserve = 1 << 30
	p := w.Start()
	blobs := w.Blobs.(*transfertest.Blobs)
	content := transfertest.PDF(20<<20, 1)
	for _, size := range []int64{-1, int64(len(content))} {
		blobs.SetSpace(0)
		f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: size}
		sent := transfertest.Ends(content)
		body := &meanwhile{Reader: sent, at: 1 << 20, then: func() { blobs.SetSpace(1<<30 - 1) }}
		if _, err := p.Whole(t.Context(), w.Owner, f, 100<<20, body); !errors.Is(err, transfer.ErrNoSpace) {
			t.Errorf("size %d: %v, want ErrNoSpace", size, err)
		}
		if read := len(content) - sent.Left(); read > 9<<20 {
			t.Errorf("size %d: %d bytes were read", size, read)
		}
		if _, err := blobs.Open(f.ID); err == nil {
			t.Errorf("size %d: its bytes are still there", size)
		}
	}
}

// A failed flush is final for its file: the kernel may have dropped what it couldn't write.
func TestFailedFlushIsFatalForTheFile(t *testing.T) {
	w := memory(t)
	p := w.Start()
	content := transfertest.PDF(50_000, 1)
	id := w.Create(t, p, "a.pdf", content)
	blobs := w.Blobs.(*transfertest.Blobs)
	blobs.SyncErr = errors.New("input/output error")
	if _, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content[:1000])); !errors.Is(err, transfer.ErrDamaged) {
		t.Fatalf("%v, want ErrDamaged", err)
	}
	blobs.SyncErr = nil
	if _, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content)); !errors.Is(err, transfer.ErrGone) {
		t.Fatalf("%v, want ErrGone", err)
	}
	if got := w.Link.Ended(id); len(got) != 1 || got[0] != transfer.StorageFailed {
		t.Errorf("the link heard %v", got)
	}
}

// F12: a full disk keeps what was acknowledged, and the upload goes on once there is room.
func TestFullDisk(t *testing.T) {
	w := memory(t)
	p := w.Start()
	content := transfertest.PDF(200_000, 1)
	id := w.Create(t, p, "a.pdf", content)
	blobs := w.Blobs.(*transfertest.Blobs)
	blobs.Room = 100_000
	row, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content))
	if !errors.Is(err, transfer.ErrNoSpace) || row.Offset == 0 {
		t.Fatalf("at %d: %v, want ErrNoSpace with what fitted", row.Offset, err)
	}
	blobs.Room = 0
	if row, err = p.Head(t.Context(), w.Owner, id); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Append(t.Context(), w.Owner, id, row.Offset, -1, transfertest.Ends(content[row.Offset:])); err != nil {
		t.Fatal(err)
	}
	w.CheckArrived(t, id, content)
}

// F15: a revoked link stops a transfer at its next checkpoint; an expired one doesn't.
func TestLinkEndsMeanwhile(t *testing.T) {
	for _, revoked := range []bool{true, false} {
		w := memory(t)
		p := w.Start()
		content := transfertest.PDF(400_000, 1)
		id := w.Create(t, p, "a.pdf", content)
		body := transfertest.Ends(content)
		body.Piece, body.Pace = 10_000, 2*time.Millisecond
		w.Link.Expire()
		time.AfterFunc(20*time.Millisecond, func() {
			if revoked {
				w.Link.Revoke()
			}
		})
		_, err := p.Append(t.Context(), w.Owner, id, 0, -1, body)
		if !revoked {
			if err != nil {
				t.Fatal(err)
			}
			w.CheckArrived(t, id, content)
			continue
		}
		if !errors.Is(err, transfertest.ErrRevoked) {
			t.Fatalf("%v, want ErrRevoked", err)
		}
		if body.Left() == 0 {
			t.Error("it was read to its end")
		}
		if got := w.Link.Ended(id); len(got) != 1 || got[0] != transfer.LinkRevoked {
			t.Errorf("the link heard %v", got)
		}
		if _, err := w.Blobs.Open(id); err == nil {
			t.Error("the bytes were kept")
		}
	}
}

// L4: nobody continues it, so it ends, with an event and without its bytes; twice changes nothing.
func TestCollect(t *testing.T) {
	w := memory(t)
	p := w.Start()
	content := transfertest.PDF(1000, 1)
	rows := w.Rows.(*transfertest.Rows)
	idle, old, live := w.Create(t, p, "a.pdf", content), w.Create(t, p, "b.pdf", content), w.Create(t, p, "c.pdf", content)
	rows.Age(idle, 25*time.Hour)
	for at := range int64(4) {
		if _, err := p.Append(t.Context(), w.Owner, old, at, -1, transfertest.Ends(content[at:at+1])); err != nil {
			t.Fatal(err)
		}
		rows.Age(old, 20*time.Hour)
	}
	for round := range 2 {
		done, err := p.Collect(t.Context())
		if want := (transfer.Collected{Abandoned: 2 * (1 - round)}); err != nil || done != want {
			t.Fatalf("round %d: %+v, %v; want %+v", round, done, err, want)
		}
	}
	for id, want := range map[uuid.UUID]transfer.Reason{idle: transfer.Idle, old: transfer.TooOld} {
		if got := w.Link.Ended(id); len(got) != 1 || got[0] != want {
			t.Errorf("the link heard %v, want %v", got, want)
		}
		if _, err := w.Blobs.Open(id); err == nil {
			t.Error("the bytes were kept")
		}
		if _, err := p.Head(t.Context(), w.Owner, id); !errors.Is(err, transfer.ErrGone) {
			t.Errorf("%v, want ErrGone", err)
		}
	}
	if _, err := p.Append(t.Context(), w.Owner, live, 0, -1, transfertest.Ends(content)); err != nil {
		t.Fatal(err)
	}
	w.CheckArrived(t, live, content)
}

// A crash between the row's end and the destruction of the bytes is made good by the collector, and so is one between
// the last byte and its event.
func TestCollectAfterACrash(t *testing.T) {
	content := transfertest.PDF(1000, 1)
	for _, call := range []string{"Abandon", "End", "Remove"} {
		w := memory(t)
		p := w.Start()
		id := w.Create(t, p, "a.pdf", content)
		p.At = func(c string, after bool) bool { return c == call && after }
		if err := p.Terminate(t.Context(), w.Owner, id); !errors.Is(err, transfertest.ErrKilled) {
			t.Fatalf("%s: %v", call, err)
		}
		w.Rows.(*transfertest.Rows).Age(id, 2*time.Minute)
		if done, err := w.Start().Collect(t.Context()); err != nil || done.Buried != 1 {
			t.Fatalf("%s: %+v, %v", call, done, err)
		}
		if _, err := w.Blobs.Open(id); err == nil || len(w.Link.Ended(id)) != 1 {
			t.Errorf("%s: not buried", call)
		}
	}

	w := memory(t)
	p := w.Start()
	id := w.Create(t, p, "a.pdf", content)
	p.At = func(c string, after bool) bool { return c == "Finish" && after }
	if _, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content)); !errors.Is(err, transfertest.ErrKilled) {
		t.Fatal(err)
	}
	w.Rows.(*transfertest.Rows).Age(id, 2*time.Minute)
	if done, err := w.Start().Collect(t.Context()); err != nil || done.Finished != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	w.CheckArrived(t, id, content)
}

// U4: the bytes of a deleted file go, also where the row hadn't heard of its event.
func TestDiscard(t *testing.T) {
	for _, call := range []string{"", "Mark"} {
		w := memory(t)
		p := w.Start()
		content := transfertest.PDF(1000, 1)
		id := w.Create(t, p, "a.pdf", content)
		p.At = func(c string, after bool) bool { return c == call && !after }
		p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content))
		w.CheckArrived(t, id, content)
		p = w.Start()
		for range 2 {
			if err := p.Discard(t.Context(), w.Owner.Firm, id); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Open(id); !errors.Is(err, transfer.ErrMissing) {
			t.Errorf("%v, want ErrMissing", err)
		}
	}
}

// A file whose bytes are gone or cut is found, and one that was deleted isn't missed.
func TestMissing(t *testing.T) {
	w := memory(t)
	p := w.Start()
	content := transfertest.PDF(1000, 1)
	var ids []uuid.UUID
	for _, name := range []string{"whole.pdf", "gone.pdf", "cut.pdf", "deleted.pdf"} {
		id := w.Create(t, p, name, content)
		if _, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Ends(content)); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	w.Create(t, p, "on its way.pdf", content)
	if err := p.Discard(t.Context(), w.Owner.Firm, ids[3]); err != nil {
		t.Fatal(err)
	}
	if missing, err := p.Missing(t.Context()); err != nil || len(missing) != 0 {
		t.Fatalf("%v, %v", missing, err)
	}
	if err := w.Blobs.Remove(ids[1]); err != nil {
		t.Fatal(err)
	}
	blob, err := w.Blobs.Writer(ids[2])
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(blob.Reset(999), blob.Close()); err != nil {
		t.Fatal(err)
	}
	missing, err := p.Missing(t.Context())
	if err != nil || len(missing) != 2 || !slices.Contains(missing, ids[1]) || !slices.Contains(missing, ids[2]) {
		t.Errorf("%v, %v; want %v", missing, err, ids[1:3])
	}
}

// F26: a state of a digest that a row holds is understood by later releases, too. This one was made by Go 1.26, after 16 bytes.
func TestStoredHashState(t *testing.T) {
	old, _ := hex.DecodeString(goldenState)
	again := sha256.New()
	if err := again.(encoding.BinaryUnmarshaler).UnmarshalBinary(old); err != nil {
		t.Fatal(err)
	}
	again.Write([]byte("the second"))
	if got, want := [32]byte(again.Sum(nil)), sha256.Sum256([]byte("the first half, the second")); got != want {
		t.Errorf("%x, want %x", got, want)
	}
}

const goldenState = "736861036a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd1974686520666972737420" +
	"68616c662c200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000010"

// L3: a link that ends a transfer by itself stops the request that is sending it, and what has come is destroyed.
func TestEndStopsTheSender(t *testing.T) {
	w := memory(t)
	p := w.Start()
	content := transfertest.PDF(100_000, 1)
	id := w.Create(t, p, "a.pdf", content)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Append(t.Context(), w.Owner, id, 0, -1, transfertest.Hangs(content[:50_000]))
		ended <- err
	}()
	for offset := int64(0); offset == 0; {
		row, err := p.Head(t.Context(), w.Owner, id)
		if err != nil {
			t.Fatal(err)
		}
		offset = row.Offset
	}
	for range 2 {
		if err := p.End(t.Context(), w.Owner.Firm, id, transfer.LinkRevoked); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-ended; !errors.Is(err, transfer.ErrGone) {
		t.Errorf("the sender was told %v, want ErrGone", err)
	}
	if _, err := w.Blobs.Open(id); err == nil {
		t.Error("the bytes were kept")
	}
	if err := p.End(t.Context(), w.Owner.Firm, transfertest.NewID(), transfer.LinkRevoked); err != nil {
		t.Errorf("a transfer without a row: %v", err)
	}
}

// between lets something happen after a row was read and before whoever read it goes on.
type between struct {
	transfer.Rows
	then func()
}

func (b *between) Load(ctx context.Context, owner transfer.Owner, id uuid.UUID) (transfer.Row, error) {
	row, err := b.Rows.Load(ctx, owner, id)
	if then := b.then; then != nil {
		b.then = nil
		then()
	}
	return row, err
}

// cut is a body whose line goes dead after its first bytes, and breaks when it is stopped.
type cut struct {
	first []byte
	dead  chan struct{} // closed once they have been taken
	stop  chan struct{}
}

func (c *cut) Read(p []byte) (int, error) {
	if c.first != nil {
		n := copy(p, c.first)
		c.first = nil
		return n, nil
	}
	close(c.dead)
	<-c.stop
	return 0, errors.New("the line broke")
}

func (c *cut) Stop() { close(c.stop) }

// S1.i23: a request that ends while somebody asks how far the transfer is has its bytes counted.
func TestHeadWhileTheSenderGoes(t *testing.T) {
	w := memory(t)
	rows := &between{Rows: w.Rows}
	s := &transfer.Service{Rows: rows, Blobs: w.Blobs, Link: w.Link, Limits: w.Limit}
	content := transfertest.PDF(100_000, 1)
	f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: int64(len(content))}
	if _, err := s.Create(t.Context(), w.Owner, f); err != nil {
		t.Fatal(err)
	}
	body := &cut{first: content[:20_000], dead: make(chan struct{}), stop: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		_, _ = s.Append(t.Context(), w.Owner, f.ID, 0, -1, body)
		close(ended)
	}()
	<-body.dead
	rows.then = func() {
		body.Stop()
		<-ended
	}
	if row, err := s.Head(t.Context(), w.Owner, f.ID); err != nil || row.Offset != 20_000 {
		t.Errorf("%d bytes are there, %v; want 20000", row.Offset, err)
	}
}
