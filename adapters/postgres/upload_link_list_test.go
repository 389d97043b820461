package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/deadline"
	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// run keeps the read models up to date and rings alarms until the test ends.
func (h *house) run(t testing.TB) {
	t.Helper()
	h.project(t)
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	timers := postgres.NewTimers(h.db, h.store, h.tail, deadline.Deciders(), log)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { timers.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
}

// shown waits until what was written at position can be read on every page, however long this machine takes.
func (h *house) shown(t testing.TB, position int64) {
	t.Helper()
	within(t, soon, fmt.Sprintf("position %d can be read", position), func() bool {
		ok, err := postgres.UploadLinkList{DB: h.db}.Wait(t.Context(), position)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	})
}

// project keeps the read models up to date until the test ends, or until it is stopped. They show what was there before.
func (h *house) project(t testing.TB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	b := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: log}
	if err := b.Ensure(ctx, postgres.Models(), nil); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, m := range postgres.Models() {
		wg.Go(func() { postgres.NewProjector(h.db, h.codec, h.vault, h.tail, log, m).Run(ctx) })
	}
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	h.shown(t, h.last(t))
	return stop
}

// testLog shows what the workers warn of where a test fails.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) { l.t.Log(string(b)); return len(b), nil }

// policy is a practice's rule for files that come in through links.
type policy uploadlink.Policy

func (p policy) LinkPolicy(context.Context, int32) (uploadlink.Policy, error) {
	return uploadlink.Policy(p), nil
}

// usedLink is a link with one recipient, who sent files.
type usedLink struct {
	*house
	cmd    app.Commands
	list   postgres.UploadLinkList
	id     uuid.UUID
	sender uuid.UUID
	client uuid.UUID // zero: nobody's
	holder uploadlink.Holder
}

func (h *house) issue(t testing.TB, window time.Duration) *usedLink {
	t.Helper()
	u := &usedLink{house: h, list: postgres.UploadLinkList{DB: h.db}, id: uuid.Must(uuid.NewV7()), sender: uuid.Must(uuid.NewV7())}
	u.cmd = app.Commands{Events: h.store, Policies: policy{Window: window}}
	by := h.by()
	by.Actor = event.Actor{Kind: event.Staff, ID: u.sender}
	r, err := u.cmd.Issue(t.Context(), app.Issue{
		By: by, ID: u.id, Recipients: []app.NewRecipient{{Name: "Imogen Farrow", Email: "imogen@example.org"}},
		Message: "Your papers, please.", Wanted: []string{"P60"}, ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: time.UTC,
	})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	d, err := u.list.Link(t.Context(), h.firm, u.id)
	if err != nil {
		t.Fatal(err)
	}
	u.holder = uploadlink.Holder{Recipient: d.Recipients[0].ID, Generation: 1}
	return u
}

func (u *usedLink) see(t testing.TB, position int64) {
	t.Helper()
	u.shown(t, position)
}

func (u *usedLink) by() es.By {
	return es.By{Firm: u.firm, Actor: event.Actor{Kind: event.Uploader, ID: u.holder.Recipient}}
}

const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func (u *usedLink) send(t testing.TB, name string) uuid.UUID {
	t.Helper()
	file := uuid.Must(uuid.NewV7())
	if _, err := u.cmd.StartTransfer(t.Context(), app.StartTransfer{By: u.by(), Link: u.id, Holder: u.holder, File: file, Name: name, Size: 10}); err != nil {
		t.Fatal(err)
	}
	r, err := u.cmd.Receive(t.Context(), app.Receive{By: u.by(), Link: u.id, File: file, Size: 10, SHA256: digest, Media: "application/pdf"})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	return file
}

// S1.i1, S1.i2, S1.22, S1.23, U2, U6: nobody but the uploader sees a file before its window has ended, and then the
// practice has it.
func TestFileReachesThePracticeAfterItsWindow(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, 4*time.Second) // long enough for a busy machine to look into it
	file := u.send(t, "statement.pdf")

	page, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Files) != 1 || page.Files[0].State != app.FileReceived || page.Files[0].Name != "statement.pdf" || !page.Files[0].Deadline.After(page.Now) {
		t.Errorf("the uploader sees %+v", page.Files)
	}
	if page.MailedTo != "i•••n@example.org" || page.Message != "Your papers, please." || page.Practice != "Harbour & Vale" {
		t.Errorf("page %+v", page)
	}
	d, err := u.list.Link(t.Context(), u.firm, u.id)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Files) != 0 || d.Arriving != 1 || d.Delivered != 0 || d.State != app.LinkUsed || d.Batches[0].Files != 0 {
		t.Errorf("before the window ended the practice sees %+v", d)
	}
	if _, err := u.list.File(t.Context(), u.firm, file); err == nil {
		t.Error("the practice can read a file that is in its window")
	}

	within(t, 30*time.Second, "the saga closes the window", func() bool {
		_, err := u.list.File(t.Context(), u.firm, file)
		return err == nil
	})
	recorded := false
	for r, err := range u.store.Load(t.Context(), u.firm, uploadlink.Stream(u.id), 0) {
		if err != nil {
			t.Fatal(err)
		}
		_, released := r.Event.(uploadlink.BatchReleased)
		recorded = recorded || released
	}
	if !recorded {
		t.Error("the practice sees the file, and nobody has recorded its release")
	}
	f, err := u.list.File(t.Context(), u.firm, file)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = u.list.Link(t.Context(), u.firm, u.id); err != nil || d.Batches[0].State != app.BatchReleased || d.Batches[0].Files != 1 || d.Arriving != 0 {
		t.Errorf("after the window %+v, %d arriving, %v", d.Batches, d.Arriving, err)
	}
	if page, err = u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient); err != nil || page.Batches[0].Files != 1 {
		t.Errorf("the uploader's batches %+v, %v", page.Batches, err)
	}
	if f.Name != "statement.pdf" || f.SHA256 != digest || f.RecipientName != "Imogen Farrow" {
		t.Errorf("the practice sees %+v", f)
	}
	if _, err := u.list.File(t.Context(), h.found(t), file); err == nil {
		t.Error("another practice can read the file")
	}
}

// S1.i1, U6: the clock alone delivers nothing that may still change. A model that lags doesn't know that a deadline has
// moved, and a file that has just arrived may be moving it; but where an alarm is late, the practice soon has its files.
func TestNothingIsSeenTooEarlyWhereThingsLag(t *testing.T) {
	t.Parallel()
	const window = 300 * time.Millisecond
	h := newHouse(t)
	lag := h.project(t)
	moved, still := h.issue(t, window), h.issue(t, window)
	sees := func(u *usedLink, file uuid.UUID) bool {
		_, err := u.list.File(t.Context(), u.firm, file)
		if err != nil && !errors.Is(err, uploadlink.ErrFileNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	early, quiet := moved.send(t, "early.pdf"), still.send(t, "quiet.pdf")
	lag()
	late := uuid.Must(uuid.NewV7())
	if _, err := moved.cmd.StartTransfer(t.Context(), app.StartTransfer{By: moved.by(), Link: moved.id, Holder: moved.holder, File: late, Name: "late.pdf", Size: 10}); err != nil {
		t.Fatal(err)
	}
	if _, err := moved.cmd.Receive(t.Context(), app.Receive{By: moved.by(), Link: moved.id, File: late, Size: 10, SHA256: digest, Media: "application/pdf"}); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 16*time.Second; time.Sleep(100 * time.Millisecond) {
		if sees(moved, early) || sees(still, quiet) {
			t.Fatalf("%v after its arrival the practice sees a file, by tables that don't know the log", time.Since(began))
		}
	}
	h.project(t)
	within(t, 30*time.Second, "the tables know the log, and nobody has rung", func() bool {
		return sees(moved, early) && sees(moved, late) && sees(still, quiet)
	})
	fresh := still.send(t, "fresh.pdf")
	time.Sleep(2 * window)
	if sees(still, fresh) {
		t.Error("the practice sees a file whose release nobody has recorded, as soon as its window ends")
	}
}

// The same history comes to the same rows, folded as it came or all at once.
func TestRebuiltModelEqualsTheLiveOne(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	for _, name := range []string{"a.pdf", "b.pdf", "a.pdf"} {
		u.send(t, name)
	}
	before, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	b := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: slog.New(slog.DiscardHandler)}
	for _, m := range postgres.Models() {
		if _, err := b.Rebuild(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	after, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Files) != 3 || after.Files[2].Name != "a (2).pdf" {
		t.Errorf("after the rebuild %+v", after.Files)
	}
	for i := range before.Files {
		if before.Files[i] != after.Files[i] {
			t.Errorf("file %d: %+v became %+v", i, before.Files[i], after.Files[i])
		}
	}
	u.send(t, "c.pdf") // the live projection goes on in the new tables
}
