package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// sent sends files in one batch and ends their window.
func (u *usedLink) sent(t *testing.T, names ...string) (files []uuid.UUID) {
	t.Helper()
	for _, name := range names {
		files = append(files, u.send(t, name))
	}
	r, err := u.cmd.SendNow(t.Context(), app.SendNow{By: u.by(), Link: u.id, Holder: u.holder})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	return files
}

func (u *usedLink) inbox(t *testing.T, q app.InboxQuery) ([]app.InboxRow, string) {
	t.Helper()
	rows, next, err := u.list.Inbox(t.Context(), u.firm, q)
	if err != nil {
		t.Fatal(err)
	}
	return rows, next
}

func namesOf(files []app.FileRow) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

// S1.i8, S1.i1: the inbox has one entry a batch, nothing that is in its window, and pages by time.
func TestInbox(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	if rows, next := u.inbox(t, app.InboxQuery{}); len(rows) != 0 || next != "" {
		t.Errorf("before anything: %+v", rows)
	}
	u.sent(t, "a.pdf", "b.pdf")
	files := make([]string, app.InboxFiles+2)
	for i := range files {
		files[i] = fmt.Sprintf("page %02d.pdf", i)
	}
	u.sent(t, files...)
	u.sent(t, "c.pdf")
	waiting := u.send(t, "secret.pdf")

	rows, next := u.inbox(t, app.InboxQuery{Limit: 2})
	if len(rows) != 2 || next == "" || namesOf(rows[0].Files) != "c.pdf" || rows[0].RecipientName != "Imogen Farrow" || rows[0].Link != u.id {
		t.Fatalf("first page %+v, then %q", rows, next)
	}
	if long := rows[1]; long.Count != len(files) || long.Size != int64(10*len(files)) || namesOf(long.Files) != strings.Join(files[:app.InboxFiles], " ") {
		t.Errorf("a long batch is %d files, %d bytes, shown %q", long.Count, long.Size, namesOf(long.Files))
	}
	last, end := u.inbox(t, app.InboxQuery{Limit: 2, After: next})
	if len(last) != 1 || end != "" || namesOf(last[0].Files) != "a.pdf b.pdf" || !last[0].ArrivedAt.Before(rows[1].ArrivedAt) {
		t.Errorf("second page %+v, then %q", last, end)
	}
	if one, err := u.list.Batch(t.Context(), u.firm, last[0].ID); err != nil || one.Count != 2 || one.Size != 20 || !one.ArrivedAt.Equal(last[0].ArrivedAt) {
		t.Errorf("by itself it is %+v, %v", one, err)
	}
	all, _, err := u.list.Files(t.Context(), u.firm, app.FileQuery{Batch: last[0].ID})
	if err != nil || namesOf(all) != "b.pdf a.pdf" {
		t.Errorf("its files: %q, %v", namesOf(all), err)
	}
	if some, err := u.list.FilesByID(t.Context(), u.firm, []uuid.UUID{all[0].ID, waiting, uuid.New()}); err != nil || namesOf(some) != "b.pdf" {
		t.Errorf("chosen ones: %q, %v", namesOf(some), err)
	}

	t.Run("what is in its window is nowhere", func(t *testing.T) {
		page, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		open := page.Batches[len(page.Batches)-1]
		if _, err := u.list.Batch(t.Context(), u.firm, open.ID); !errors.Is(err, app.ErrBatchNotFound) {
			t.Errorf("an open batch: %v", err)
		}
		if found, _, err := u.list.Files(t.Context(), u.firm, app.FileQuery{Name: "secret"}); err != nil || len(found) != 0 {
			t.Errorf("by name: %+v, %v", found, err)
		}
	})
	t.Run("another practice sees nothing", func(t *testing.T) {
		other := h.found(t)
		if rows, _, err := u.list.Inbox(t.Context(), other, app.InboxQuery{}); err != nil || len(rows) != 0 {
			t.Errorf("its inbox has %+v, %v", rows, err)
		}
		if _, err := u.list.Batch(t.Context(), other, last[0].ID); !errors.Is(err, app.ErrBatchNotFound) {
			t.Errorf("a batch: %v", err)
		}
		if some, err := u.list.FilesByID(t.Context(), other, []uuid.UUID{all[0].ID}); err != nil || len(some) != 0 {
			t.Errorf("files: %+v, %v", some, err)
		}
	})
	t.Run("by a part of a name, taken as it stands", func(t *testing.T) {
		for part, want := range map[string]int{"PAGE": 12, "page 1": 2, "%": 0, "_": 0, "": 15, "nothing like it": 0, `\`: 0} {
			found, _, err := u.list.Files(t.Context(), u.firm, app.FileQuery{Name: part, Limit: 200})
			if err != nil || len(found) != want {
				t.Errorf("%q finds %d, want %d; %v", part, len(found), want, err)
			}
		}
	})
	t.Run("a damaged cursor is refused", func(t *testing.T) {
		if _, _, err := u.list.Inbox(t.Context(), u.firm, app.InboxQuery{After: "x"}); err == nil {
			t.Error("accepted")
		}
	})
}

// U2: where the practice sees files at once, the batch is there with the first of them.
func TestInboxWithFilesSeenAtOnce(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.cmd.Policies = policy{Window: time.Hour, AtOnce: true}
	u.send(t, "a.pdf")
	first, _ := u.inbox(t, app.InboxQuery{})
	second := u.send(t, "b.pdf")
	rows, _ := u.inbox(t, app.InboxQuery{})
	if len(first) != 1 || len(rows) != 1 || rows[0].Count != 2 || !rows[0].ArrivedAt.After(first[0].ArrivedAt) {
		t.Fatalf("%+v became %+v", first, rows)
	}
	r, err := u.cmd.Delete(t.Context(), app.Delete{By: u.by(), Link: u.id, Holder: u.holder, File: second})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	if rows, _ := u.inbox(t, app.InboxQuery{}); len(rows) != 1 || namesOf(rows[0].Files) != "a.pdf" || !rows[0].ArrivedAt.Equal(first[0].ArrivedAt) {
		t.Errorf("after the deletion %+v", rows)
	}
}

// U5: a request shows on both sides, its answer ends it, and what was given up is in no list of the practice.
func TestWithdrawalInTheReadModel(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	files := u.sent(t, "a.pdf", "b.pdf") // the same content
	staff := h.by()
	staff.Actor = event.Actor{Kind: event.Staff, ID: u.sender}
	ask := func(t *testing.T, file uuid.UUID, why string) {
		t.Helper()
		r, err := u.cmd.AskWithdrawal(t.Context(), app.AskWithdrawal{By: u.by(), Link: u.id, Holder: u.holder, File: file, Reason: why})
		if err != nil {
			t.Fatal(err)
		}
		u.see(t, r.Position)
	}
	asked := func(t *testing.T) []app.FileRow {
		t.Helper()
		rows, err := u.list.Withdrawals(t.Context(), u.firm)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	row := func(t *testing.T, file uuid.UUID) app.FileRow {
		t.Helper()
		f, err := u.list.File(t.Context(), u.firm, file)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := row(t, files[1]); f.SameAs != files[0] || f.SameName != "a.pdf" || f.Withdrawal != (app.Withdrawal{}) { // T15
		t.Errorf("before anything %+v", f)
	}
	ask(t, files[1], "Wrong month")
	ask(t, files[0], "")
	if rows := asked(t); namesOf(rows) != "b.pdf a.pdf" || rows[0].Withdrawal.Reason != "Wrong month" || rows[0].Withdrawal.State != app.WithdrawalAsked || rows[0].Withdrawal.AskedAt.IsZero() {
		t.Errorf("waiting: %+v", rows)
	}
	if rows, err := u.list.Withdrawals(t.Context(), h.found(t)); err != nil || len(rows) != 0 {
		t.Errorf("another practice sees %+v, %v", rows, err)
	}
	r, err := u.cmd.RefuseWithdrawal(t.Context(), app.RefuseWithdrawal{By: staff, Link: u.id, File: files[1], Reason: "It is in the return"})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	if w := row(t, files[1]).Withdrawal; w.State != app.WithdrawalRefused || w.Answer != "It is in the return" || w.Asks != 1 || w.AnsweredAt.IsZero() || !w.Askable() {
		t.Errorf("kept: %+v", w)
	}
	ask(t, files[1], "Please")
	if w := row(t, files[1]).Withdrawal; w.State != app.WithdrawalAsked || w.Answer != "" || w.Asks != 2 || w.Askable() {
		t.Errorf("asked again: %+v", w)
	}
	if r, err = u.cmd.AcceptWithdrawal(t.Context(), app.AcceptWithdrawal{By: staff, Link: u.id, File: files[0]}); err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	if _, err := u.list.File(t.Context(), u.firm, files[0]); !errors.Is(err, uploadlink.ErrWithdrawn) {
		t.Errorf("a withdrawn file: %v", err)
	}
	if _, err := u.list.File(t.Context(), h.found(t), files[0]); !errors.Is(err, uploadlink.ErrFileNotFound) {
		t.Errorf("another practice is told %v", err)
	}
	if of, err := u.list.LinkOf(t.Context(), u.firm, files[0]); of != u.id || err != nil { // who answers twice is still understood
		t.Errorf("its link is %s, %v", of, err)
	}
	if _, err := u.list.LinkOf(t.Context(), h.found(t), files[0]); !errors.Is(err, uploadlink.ErrFileNotFound) {
		t.Errorf("another practice finds its link: %v", err)
	}
	if rows := asked(t); namesOf(rows) != "b.pdf" {
		t.Errorf("waiting: %q", namesOf(rows))
	}
	if f := row(t, files[1]); f.SameName != "" {
		t.Errorf("a withdrawn file is named: %+v", f)
	}
	d, err := u.list.Link(t.Context(), u.firm, u.id)
	if err != nil || namesOf(d.Files) != "b.pdf" || d.Withdrawn != 1 || d.Delivered != 1 {
		t.Errorf("the link: %+v, %v", d, err)
	}
	page, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(page.Files, func(f app.UploadFile) bool { return f.ID == files[0] }); page.Files[i].State != app.FileWithdrawn || page.Files[i].Withdrawal.State != app.WithdrawalAccepted {
		t.Errorf("its sender sees %+v", page.Files[i])
	}
	if rows, _ := u.inbox(t, app.InboxQuery{}); len(rows) != 1 || rows[0].Count != 1 {
		t.Errorf("inbox %+v", rows)
	}
	if r, err = u.cmd.AcceptWithdrawal(t.Context(), app.AcceptWithdrawal{By: staff, Link: u.id, File: files[1]}); err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	if rows, _ := u.inbox(t, app.InboxQuery{}); len(rows) != 0 {
		t.Errorf("an empty batch is in the inbox: %+v", rows)
	}
}
