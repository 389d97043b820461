package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// noDatabase takes what a folder writes and counts it.
type noDatabase struct {
	pgx.Tx
	statements int
}

func (d *noDatabase) SendBatch(_ context.Context, b *pgx.Batch) pgx.BatchResults {
	d.statements += b.Len()
	return taken{}
}

type taken struct{ pgx.BatchResults }

func (taken) Close() error { return nil }

// sentThrough is a link through which n files came, each in a batch of its own.
func sentThrough(t testing.TB, n int) (v View, apply func(uploadlink.Event)) {
	t.Helper()
	stream := uploadlink.Stream(uuid.UUID{1})
	view, version := uploadLinkModel.New(stream, 1), 0
	apply = func(e uploadlink.Event) {
		version++
		if err := view.Apply(event.Recorded{Stream: stream, Firm: 1, Version: version, Event: e}); err != nil {
			t.Fatal(err)
		}
	}
	at, ida := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), uuid.UUID{2}
	apply(uploadlink.Issued{Recipients: []uploadlink.Recipient{{ID: ida}}, ExpiresAt: at.AddDate(0, 1, 0)})
	for i := range n {
		file, batch := uuid.UUID{3, byte(i >> 8), byte(i)}, uuid.UUID{4, byte(i >> 8), byte(i)}
		name := event.Of(ida, fmt.Sprintf("scan %d.pdf", i))
		apply(uploadlink.TransferStarted{File: file, Recipient: ida, Name: name, Size: 1, At: at})
		apply(uploadlink.BatchOpened{Batch: batch, Recipient: ida, At: at})
		apply(uploadlink.FileReceived{File: file, Batch: batch, Recipient: ida, Name: name, ReceivedAt: at, Deadline: at.Add(time.Minute)})
		apply(uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{file}, At: at.Add(time.Minute)})
	}
	return view, apply
}

func BenchmarkOneEventOfManyFiles(b *testing.B) {
	v, apply := sentThrough(b, 10_000)
	f, tx := newFolder(uploadLinkModel, nil, nil), &noDatabase{}
	f.touched = map[uuid.UUID]*standing{{1}: {view: v, known: true}}
	if err := f.write(b.Context(), tx, 1); err != nil {
		b.Fatal(err)
	}
	tx.statements = 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		apply(uploadlink.FileRenamed{File: uuid.UUID{3, 0, byte(i)}, Name: event.Of(uuid.UUID{2}, fmt.Sprintf("renamed %d.pdf", i))})
		if err := f.write(b.Context(), tx, 1); err != nil {
			b.Fatal(err)
		}
	}
	if tx.statements != b.N {
		b.Errorf("%d statements for %d events that change one row each", tx.statements, b.N)
	}
}

// countedView tells how often it was asked for its rows.
type countedView struct {
	View
	asked int
}

func (v *countedView) Rows() [][]Row { v.asked++; return v.View.Rows() }

// The rows of a big stream are dear: a batch of events asks for them once, and writes what has changed and nothing else.
func TestWriteAsksOnceForRows(t *testing.T) {
	view, apply := sentThrough(t, 300)
	v := &countedView{View: view}
	f, tx := newFolder(uploadLinkModel, nil, nil), &noDatabase{}
	f.touched = map[uuid.UUID]*standing{{1}: {view: v, known: true}}
	for i, step := range []struct {
		name       string
		event      uploadlink.Event
		statements int
	}{
		{"all", nil, 1 + 1 + 300 + 300 + 2},
		{"nothing", nil, 0},
		{"a new name", uploadlink.FileRenamed{File: uuid.UUID{3, 0, 7}, Name: event.Of(uuid.UUID{2}, "b.pdf")}, 1},
		{"a new file", uploadlink.TransferStarted{File: uuid.UUID{5}, Recipient: uuid.UUID{2}, Name: event.Of(uuid.UUID{2}, "c.pdf")}, 1},
	} {
		if tx.statements = 0; step.event != nil {
			apply(step.event)
		}
		if err := f.write(t.Context(), tx, 1); err != nil {
			t.Fatal(err)
		}
		if tx.statements != step.statements || v.asked != i+1 {
			t.Errorf("%s: %d statements, want %d; asked for rows %d times in %d writes", step.name, tx.statements, step.statements, v.asked, i+1)
		}
	}
}

// diffByMaps says what diff has to come to, the slow way.
func diffByMaps(before, now []Row, key []int, put, drop func(Row)) {
	old := make(map[string]Row, len(before))
	for _, r := range before {
		old[fmt.Sprint(pick(r, key)...)] = r
	}
	for _, r := range now {
		k := fmt.Sprint(pick(r, key)...)
		if o, ok := old[k]; !ok || !reflect.DeepEqual(o, r) {
			put(r)
		}
		delete(old, k)
	}
	for _, r := range old {
		drop(r)
	}
}

func TestDiff(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	cell := func() any {
		return []any{
			nil, "", "a", int32(1), int64(1), 1, true, noon, noon.In(time.FixedZone("", 3600)), noon.Add(1), uuid.UUID{1}, []string{"a"}, []string{"b"}, []string(nil),
		}[chance.IntN(14)]
	}
	row := func(n int) Row { return Row{uuid.UUID{9}, int32(n), cell(), cell()} }
	for range 20_000 {
		var before, now []Row
		for _, n := range chance.Perm(6)[:chance.IntN(7)] {
			before = append(before, row(n))
		}
		for _, r := range before { // most stay as they are
			switch chance.IntN(8) {
			case 0:
			case 1:
				now = append(now, row(int(r[1].(int32))))
			default:
				now = append(now, slices.Clone(r))
			}
		}
		if chance.IntN(4) == 0 {
			chance.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
		}
		for n := range chance.IntN(3) {
			now = append(now, row(6+n))
		}
		said := func(by func(before, now []Row, key []int, put, drop func(Row))) (out []string) {
			by(before, now, []int{0, 1}, func(r Row) { out = append(out, fmt.Sprintf("put %#v", r)) }, func(r Row) { out = append(out, fmt.Sprintf("drop %#v", r)) })
			slices.Sort(out)
			return out
		}
		if want, got := said(diffByMaps), said(diff); !slices.Equal(want, got) {
			t.Fatalf("from %v\nto %v\ngot  %v\nwant %v", before, now, got, want)
		}
	}
}
