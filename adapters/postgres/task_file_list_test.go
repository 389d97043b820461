package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Each file can be read with what became of it, and each of two contacts and the practice see what they may (S2.i5, T3,
// T4, U8); the same content is found on other tasks of the client (T15).
func TestTaskFiles(t *testing.T) {
	a := newAsked(t)
	files := postgres.TaskFiles{DB: a.db}
	byMary := task.Who{Kind: event.Staff, ID: a.mary}
	item := newID()
	id := a.assign(t, func(n *task.Assigning) {
		n.Kind, n.Items = task.Documents, []task.Asking{{ID: item, Title: "Ledger"}}
	})
	send := func(to, who uuid.UUID, name, content string, place task.Place, p task.FilePolicy) uuid.UUID {
		file, by := newID(), byMary
		if who != uuid.Nil {
			by = a.by1(who)
		}
		a.do(t, to, func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.TakeFile(task.Sending{Attachment: file, Contact: who, Place: place, Name: name, Size: 9},
				task.Receipt{Attachment: file, Size: 9, SHA256: strings.Repeat(content, 32), Media: "application/pdf"}, p, by, now)
		})
		return file
	}
	run := func(decide func(s task.Task, now time.Time) ([]task.Event, error)) { a.do(t, id, decide) }
	none, now, scanned := task.Place{}, task.FilePolicy{AtOnce: true}, task.FilePolicy{AtOnce: true, Scan: true}

	open := send(id, a.ida, "open.pdf", "a1", none, now)
	twin := send(id, a.bo, "open.pdf", "a1", none, now)
	private := send(id, a.ida, "private.pdf", "a2", task.Place{Talk: task.Talk{With: a.ida}}, now)
	inside := send(id, uuid.Nil, "ours.pdf", "a3", task.Place{Talk: task.Talk{Internal: true}}, now)
	checked := send(id, a.ida, "checked.pdf", "a4", none, scanned)
	bad := send(id, a.ida, "bad.pdf", "a5", none, scanned)
	window := send(id, a.ida, "window.pdf", "a6", none, task.FilePolicy{Window: time.Hour})
	enclosed := send(id, a.ida, "enclosed.pdf", "a9", task.Place{Message: newID()}, now)
	draft := send(id, a.ida, "draft.pdf", "a7", task.Place{Item: item}, now)
	gone := send(id, a.bo, "gone.pdf", "a8", none, now)
	coming := newID()
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.StartFile(task.Sending{Attachment: coming, Contact: a.ida, Name: "coming.pdf", Size: 9}, scanned, a.by1(a.ida), now)
	})
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.ScanFile(task.Scan{Attachment: bad, Verdict: task.Infected, Finding: "Eicar"}, now)
	})
	run(func(s task.Task, now time.Time) ([]task.Event, error) { return s.RemoveFile(gone, byMary, now) })
	other := a.assign(t, func(n *task.Assigning) { n.Title = "Another one" })
	elsewhere := send(other, a.ida, "again.pdf", "a1", none, now)
	foreign := a.assign(t, func(n *task.Assigning) { n.Client = a.globex })
	send(foreign, a.ida, "foreign.pdf", "a2", none, now)
	a.seen(t)

	list, err := files.Files(t.Context(), a.firm, id)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	var ida, bo, practice []uuid.UUID
	byID := map[uuid.UUID]app.File{}
	for _, f := range list {
		byID[f.ID] = f
		if f.SeenBy(a.ida, at) {
			ida = append(ida, f.ID)
		}
		if f.SeenBy(a.bo, at) {
			bo = append(bo, f.ID)
		}
		if f.Arrived(at) {
			practice = append(practice, f.ID)
		}
	}
	for who, c := range map[string]struct{ got, want []uuid.UUID }{
		"Ida":          {ida, []uuid.UUID{open, twin, private, checked, bad, window, enclosed, draft, gone, coming}},
		"Bo":           {bo, []uuid.UUID{open, twin, draft, gone}},
		"the practice": {practice, []uuid.UUID{open, twin, private, inside}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s sees %v, want %v", who, c.got, c.want)
		}
	}
	if f := byID[twin]; f.Name != "open (2).pdf" || f.SameAs != open || f.Size != 9 || f.Media != "application/pdf" || f.At.IsZero() || f.Sender() != a.bo {
		t.Errorf("%+v", f)
	}
	if f := byID[gone]; !f.Mark() || f.RemovedBy != a.mary || f.Until.Sub(f.RemovedAt) != task.RestoreLimit || f.Readable() {
		t.Errorf("%+v", f)
	}
	if f := byID[bad]; f.State != app.FileInfected || f.Finding != "Eicar" || f.Readable() {
		t.Errorf("%+v", f)
	}
	if f := byID[window]; !f.Arrived(at.Add(2*time.Hour)) || !f.Takeable(at) || f.Takeable(at.Add(2*time.Hour)) {
		t.Errorf("U6: %+v", f)
	}
	if f := byID[coming]; f.State != app.FileComing || !f.At.IsZero() {
		t.Errorf("%+v", f)
	}

	sent, err := files.Enclosed(t.Context(), a.firm, []uuid.UUID{id, other}, []uuid.UUID{byID[enclosed].Place.Message})
	if got := sent[byID[enclosed].Place.Message]; err != nil || len(sent) != 1 || len(got) != 1 || got[0].ID != enclosed || got[0].Name != "enclosed.pdf" {
		t.Errorf("with a message: %+v, %v", sent, err)
	}
	if sent, err := files.Enclosed(t.Context(), a.firm, []uuid.UUID{other}, []uuid.UUID{byID[enclosed].Place.Message}); err != nil || len(sent) != 0 {
		t.Errorf("of another task: %+v, %v", sent, err)
	}
	same, err := files.Same(t.Context(), a.firm, id, []string{byID[open].SHA256, byID[private].SHA256})
	if got := same[byID[open].SHA256]; err != nil || len(same) != 1 || got.Task != other || got.Title != "Another one" || got.File != elsewhere || got.Name != "again.pdf" {
		t.Errorf("%+v, %v", same, err)
	}
	mine := func(who, id uuid.UUID) map[string]app.Elsewhere {
		got, err := files.SameSent(t.Context(), a.firm, who, id, []string{byID[open].SHA256, byID[private].SHA256})
		if err != nil {
			t.Error(err)
		}
		return got
	}
	if got := mine(a.ida, id); len(got) != 1 || got[byID[open].SHA256].File != elsewhere || got[byID[open].SHA256].Title != "Another one" {
		t.Errorf("Ida has sent %+v", got)
	}
	if got := mine(a.bo, id); len(got) != 0 {
		t.Errorf("Bo has sent %+v", got)
	}
	if got := mine(a.bo, other); len(got) != 1 || got[byID[open].SHA256].File != twin {
		t.Errorf("Bo has sent %+v", got)
	}
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.RemoveContact(a.bo, []uuid.UUID{a.ida, a.bo}, now)
	})
	a.seen(t)
	if got := mine(a.bo, other); len(got) != 0 {
		t.Errorf("Bo, who does not see the task any more, has sent %+v", got)
	}
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.AddContact(a.bo, task.FromStart, []uuid.UUID{a.ida, a.bo}, now)
	})
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Return(task.Answering{Item: item, Contact: a.ida, Files: []uuid.UUID{draft}, People: []uuid.UUID{a.ida, a.bo}}, a.by1(a.ida), now)
	})
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.ScanFile(task.Scan{Attachment: checked, Verdict: task.Clean}, now)
	})
	message := newID()
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.AddContact(a.bo, task.FromNow, []uuid.UUID{a.ida, a.bo}, now)
	})
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Post(task.Posting{Message: message, Contact: a.ida, Files: []uuid.UUID{enclosed}, Via: task.ByPage}, nil, a.by1(a.ida), now)
	})
	run(func(s task.Task, now time.Time) ([]task.Event, error) { return s.ShareFile(private, byMary, now) })
	run(func(s task.Task, now time.Time) ([]task.Event, error) { return s.RestoreFile(gone, byMary, now) })
	run(func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.AbandonFile(coming, task.GivenUp, now)
	})
	a.seen(t)
	if list, err = files.Files(t.Context(), a.firm, id); err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		switch f.ID {
		case enclosed:
			if f.Place.Message != message || !f.Arrived(at) || !f.SeenBy(a.bo, at) { // it came before Bo, and its message after
				t.Errorf("%+v", f)
			}
		case draft, checked, gone:
			if !f.Arrived(at) || !f.SeenBy(a.bo, at) {
				t.Errorf("%+v", f)
			}
		case private:
			if !f.SeenBy(a.bo, at) {
				t.Errorf("%+v", f)
			}
		case coming:
			if f.SeenBy(a.ida, at) || f.Reason != task.GivenUp {
				t.Errorf("%+v", f)
			}
		}
	}
	earlier := func(who uuid.UUID, q app.EarlierQuery) (names []string) {
		found, err := files.Earlier(t.Context(), a.firm, who, other, q)
		if err != nil {
			t.Error(err)
		}
		for _, f := range found {
			if f.Transfer == uuid.Nil || f.Size != 9 || f.Title == "" || f.At.IsZero() {
				t.Errorf("%+v", f)
			}
			names = append(names, f.Name)
		}
		return names
	}
	for _, c := range []struct {
		who  uuid.UUID
		q    app.EarlierQuery
		want []string
	}{
		{a.ida, app.EarlierQuery{}, []string{"again.pdf", "draft.pdf", "enclosed.pdf", "checked.pdf", "private.pdf", "open.pdf"}}, // neither the window's nor the infected one
		{a.ida, app.EarlierQuery{Skip: 1, Limit: 2}, []string{"draft.pdf", "enclosed.pdf"}},
		{a.ida, app.EarlierQuery{Text: "ANOTHER"}, []string{"again.pdf"}},
		{a.ida, app.EarlierQuery{Text: "PRIV"}, []string{"private.pdf"}},
		{a.ida, app.EarlierQuery{Text: "%"}, nil},
		{a.bo, app.EarlierQuery{}, []string{"gone.pdf", "open (2).pdf"}},
		{a.mary, app.EarlierQuery{}, nil},
	} {
		if got := earlier(c.who, c.q); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.q, got, c.want)
		}
	}
	if found, err := files.Earlier(t.Context(), a.firm+1, a.ida, other, app.EarlierQuery{}); err != nil || len(found) != 0 {
		t.Errorf("another practice finds %+v, %v", found, err)
	}
	var from task.Source
	run(func(s task.Task, now time.Time) (_ []task.Event, err error) {
		from, err = s.Reusable(private, a.ida, now)
		from.Task = id
		return nil, err
	})
	again := newID()
	a.do(t, other, func(s task.Task, at time.Time) ([]task.Event, error) {
		return s.Reuse(task.Sending{Attachment: again, Contact: a.ida}, from, now, a.by1(a.ida), at)
	})
	a.seen(t)
	if list, err = files.Files(t.Context(), a.firm, other); err != nil || len(list) != 2 || list[0].SourceTask != uuid.Nil || list[1].ID != again || list[1].SourceTask != id || list[1].Transfer != private {
		t.Errorf("what was used again: %+v, %v", list, err)
	}
	stuck := send(other, a.ida, "stuck.pdf", "b1", none, scanned)
	waits := send(other, a.ida, "waits.pdf", "b2", none, scanned)
	hold := func(file uuid.UUID) {
		a.do(t, other, func(s task.Task, now time.Time) ([]task.Event, error) {
			return s.ScanFile(task.Scan{Attachment: file, Verdict: task.NotScanned, Reason: "too large", Hold: true}, now)
		})
	}
	hold(stuck)
	hold(waits)
	a.do(t, other, func(s task.Task, now time.Time) ([]task.Event, error) { return s.ScanAgain(waits, now) })
	a.seen(t)
	rows, err := files.Scans(t.Context(), a.firm)
	if err != nil || len(rows) != 3 {
		t.Fatalf("%+v, %v", rows, err)
	}
	for i, want := range []app.ScanRow{{Task: id, File: bad, State: app.ScanBad, Note: "Eicar"}, {Task: other, File: stuck, State: app.ScanHeld, Note: "too large"}, {Task: other, File: waits, State: app.ScanAwaited}} {
		got := rows[i]
		if got.Size != 9 || got.ReceivedAt.IsZero() {
			t.Errorf("%+v", got)
		}
		if got.Size, got.ReceivedAt = 0, (time.Time{}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if rows, err := files.Scans(t.Context(), a.firm+1); err != nil || len(rows) != 0 {
		t.Errorf("another practice lists %+v, %v", rows, err)
	}
	if list, err := files.Files(t.Context(), a.firm+1, id); err != nil || len(list) != 0 {
		t.Errorf("another practice sees %+v, %v", list, err)
	}
}
