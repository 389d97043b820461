package postgres_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// many lets n files come through u and reach the practice, the first one first; one more is in its window, and one is on
// its way; these two were begun before all others.
func (u *usedLink) many(t *testing.T, n int) (files []uuid.UUID, open, coming uuid.UUID) {
	t.Helper()
	at, to := time.Now().UTC().Truncate(time.Millisecond), u.holder.Recipient
	var events []event.Event
	start := func(name string) uuid.UUID {
		id := uuid.Must(uuid.NewV7())
		events = append(events, uploadlink.TransferStarted{File: id, Recipient: to, Name: event.Of(to, name), Size: 1, At: at})
		return id
	}
	got := func(file, batch uuid.UUID, name string, deadline time.Time) {
		events = append(events, uploadlink.FileReceived{
			File: file, Batch: batch, Recipient: to, Name: event.Of(to, name), SentAs: event.Of(to, name), Size: 1, SHA256: digest, Media: "application/pdf",
			StartedAt: at, ReceivedAt: at, WindowMS: time.Hour.Milliseconds(), Deadline: deadline,
		})
	}
	coming, open = start("coming.pdf"), start("open.pdf")
	batches := []uuid.UUID{uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())}
	events = append(events, uploadlink.BatchOpened{Batch: batches[0], Recipient: to, At: at})
	for i := range n {
		name := fmt.Sprintf("scan %d.pdf", i)
		files = append(files, start(name))
		got(files[i], batches[0], name, at)
	}
	events = append(events, uploadlink.BatchReleased{Batch: batches[0], Files: files, Cause: uploadlink.SentNow, At: at})
	events = append(events, uploadlink.BatchOpened{Batch: batches[1], Recipient: to, At: at})
	got(open, batches[1], "open.pdf", at.Add(time.Hour))

	var r es.Result
	for rec, err := range u.store.Load(t.Context(), u.firm, uploadlink.Stream(u.id), 0) {
		if err != nil {
			t.Fatal(err)
		}
		r.Version, r.Hash = rec.Version, rec.Hash
	}
	for some := range slices.Chunk(events, 100) {
		var err error
		if r, err = u.store.Append(t.Context(), es.Append{By: u.by(), Stream: uploadlink.Stream(u.id), Expected: r.Version, Prev: r.Hash, At: at, Events: some}); err != nil {
			t.Fatal(err)
		}
	}
	u.see(t, r.Position)
	return files, open, coming
}

// A link may have thousands of files: its page shows the newest ones, counts all, and leads to the rest.
func TestLinkShowsTheNewestOfManyFiles(t *testing.T) {
	h := newHouse(t)
	h.project(t)
	u := h.issue(t, time.Hour)
	files, _, _ := u.many(t, 2*app.LinkFiles+1)
	d, err := u.list.Link(t.Context(), u.firm, u.id)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Files) != app.LinkFiles || d.Delivered != len(files) || d.Arriving != 2 || d.Next == "" {
		t.Fatalf("%d files are shown, %d delivered, %d arriving, next %q", len(d.Files), d.Delivered, d.Arriving, d.Next)
	}
	found, next := d.Files, d.Next
	for next != "" {
		var rows []app.FileRow
		if rows, next, err = u.list.Files(t.Context(), u.firm, app.FileQuery{Link: u.id, After: next, Limit: app.LinkFiles}); err != nil {
			t.Fatal(err)
		}
		found = append(found, rows...)
	}
	slices.Reverse(found)
	if ids := idsOf(found, func(f app.FileRow) uuid.UUID { return f.ID }); !slices.Equal(ids, files) {
		t.Errorf("%d files are found page by page, want %d in their order", len(ids), len(files))
	}

	few := h.issue(t, time.Hour)
	few.many(t, app.LinkFiles)
	if d, err = few.list.Link(t.Context(), few.firm, few.id); err != nil || len(d.Files) != app.LinkFiles || d.Next != "" {
		t.Errorf("%d files, next %q, %v: want all of them and nothing to go on to", len(d.Files), d.Next, err)
	}
}

// What can still be changed is always on its uploader's page; of what has been sent the newest files and how many more.
func TestUploadPageShowsTheNewestOfManySentFiles(t *testing.T) {
	h := newHouse(t)
	h.project(t)
	u := h.issue(t, time.Hour)
	files, open, coming := u.many(t, app.SentFiles+20)
	p, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	want := append([]uuid.UUID{coming, open}, files[20:]...)
	if ids := idsOf(p.Files, func(f app.UploadFile) uuid.UUID { return f.ID }); !slices.Equal(ids, want) || p.Earlier != 20 {
		t.Errorf("%d files and %d earlier ones, want %d and 20", len(ids), p.Earlier, len(want))
	}
	if p.Files[0].State != app.FileReceiving || p.Files[1].State != app.FileReceived || p.Files[2].State != app.FileReleased {
		t.Errorf("states %s, %s, %s", p.Files[0].State, p.Files[1].State, p.Files[2].State)
	}

	few := h.issue(t, time.Hour)
	few.many(t, app.SentFiles)
	if p, err = few.list.Upload(t.Context(), few.firm, few.id, few.holder.Recipient); err != nil || len(p.Files) != app.SentFiles+2 || p.Earlier != 0 {
		t.Errorf("%d files and %d earlier ones, %v: want all of them", len(p.Files), p.Earlier, err)
	}
}

func idsOf[T any](rows []T, id func(T) uuid.UUID) (out []uuid.UUID) {
	for _, r := range rows {
		out = append(out, id(r))
	}
	return out
}
