package api

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/transfer"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

func (*board) TaskPolicy(context.Context, int32) (task.FilePolicy, error) {
	return task.FilePolicy{AtOnce: true}, nil
}

// Files are those of a task as its events tell them.
func (b *board) Enclosed(context.Context, int32, []uuid.UUID, []uuid.UUID) (map[uuid.UUID][]taskapp.File, error) {
	return nil, nil
}

func (b *board) Files(_ context.Context, no int32, id uuid.UUID) (files []taskapp.File, err error) {
	change := func(id uuid.UUID, do func(*taskapp.File)) {
		for i := range files {
			if files[i].ID == id {
				do(&files[i])
			}
		}
	}
	for _, r := range b.store.Log() {
		if r.Firm != no || r.Stream != task.Stream(id) {
			continue
		}
		switch e := r.Event.(type) {
		case task.AttachmentReceived:
			f := taskapp.File{ID: e.Attachment, Transfer: e.Attachment, By: event.Actor{Kind: e.By.Kind, ID: e.By.ID}, Place: e.Place, Name: e.Name.Text, Size: e.Size, SHA256: e.SHA256, Media: e.Media, State: taskapp.FileReceived, Delivered: true, At: e.At}
			if e.By.For != uuid.Nil {
				f.By, f.Hand = event.Actor{Kind: event.Contact, ID: e.By.For}, e.By.ID
			}
			files = append(files, f)
		case task.Posted:
			for _, id := range e.Files {
				change(id, func(f *taskapp.File) { f.Returned, f.Place = true, task.Place{Message: e.Message, Talk: e.Talk} })
			}
		case task.AttachmentShared:
			change(e.Attachment, func(f *taskapp.File) { f.Place.Talk = task.Talk{} })
		case task.AttachmentRemoved:
			change(e.Attachment, func(f *taskapp.File) { f.State, f.RemovedAt, f.Until = taskapp.FileRemoved, e.At, e.Until })
		case task.AttachmentRestored:
			change(e.Attachment, func(f *taskapp.File) { f.State, f.RemovedAt = taskapp.FileReleased, time.Time{} })
		}
	}
	return files, nil
}

func (*board) SameSent(context.Context, int32, uuid.UUID, uuid.UUID, []string) (map[string]taskapp.Elsewhere, error) {
	return nil, nil
}

func (*board) Earlier(context.Context, int32, uuid.UUID, uuid.UUID, taskapp.EarlierQuery) ([]taskapp.Earlier, error) {
	return nil, nil
}

func (*board) Same(context.Context, int32, uuid.UUID, []string) (map[string]taskapp.Elsewhere, error) {
	return nil, nil
}

// Whole puts a file on its task, as transfers do once its bytes are safe.
func (b *board) Whole(ctx context.Context, o transfer.Owner, f transfer.File, _ int64, _ io.Reader) (transfer.Row, error) {
	c := taskapp.Commands{Events: b.store, People: b, Policies: b}
	_, err := c.TakeFile(ctx, taskapp.TakeFile{
		StartFile: taskapp.StartFile{
			Act: taskapp.Act{By: es.By{Firm: o.Firm, Actor: event.Actor{Kind: event.Staff, ID: o.Recipient}}, Task: o.Link, Contact: f.Place.Of}, File: f.ID, Name: f.Name, Size: f.Size,
			Place: task.Place{Item: f.Place.Item, Message: f.Place.Message, Talk: task.Talk{With: f.Place.With, Internal: f.Place.Internal}},
		},
		SHA256: strings.Repeat("ab", 32), Media: "application/pdf",
	})
	if err == nil {
		b.took[f.ID] = true
	}
	return transfer.Row{}, err
}

// held has all bytes.
type held struct{}

func (held) Hold(context.Context, int32, uuid.UUID, uuid.UUID, uuid.UUID) error { return nil }
func (held) Confirm(context.Context, int32, uuid.UUID) error                    { return nil }
func (held) Keep(context.Context, int32, taskapp.Example, uuid.UUID) error      { return nil }
func (held) Examples(context.Context, int32, []uuid.UUID) (map[uuid.UUID]taskapp.Example, error) {
	return nil, nil
}

// Programs put files on tasks, for messages and in a contact's place, fetch them, and take them away.
func TestTaskAttachments(t *testing.T) {
	h := newHouse(t)
	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	at := base + "/tasks/" + h.call(maryToken, "POST", base+"/tasks", `{"client_id":"`+of+`","title":"Send the ledger"}`).text("id")
	files := at + "/attachments"
	send := func(token, query string, headers ...string) answer {
		return h.call(token, "POST", files+"?"+query, "%PDF-", append([]string{"Content-Type", "application/octet-stream"}, headers...)...)
	}
	a := send(maryToken, "name=Slip.pdf&audience=contact&contact_id="+ida.String(), "Idempotency-Key", "f-1")
	if a.status != 201 || a.text("name") != "Slip.pdf" || a.text("audience") != "contact" || a.text("contact_id") != ida.String() || a.text("state") != "received" || a.text("by_id") != mary.ID.String() {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if again := send(maryToken, "name=Slip.pdf&audience=contact&contact_id="+ida.String(), "Idempotency-Key", "f-1"); again.text("id") != a.text("id") {
		t.Errorf("%s", again.body)
	}
	for query, code := range map[string]string{"name=x.pdf&audience=contact": "task.message_talk", "name=x.pdf&contact_id=" + ida.String(): "task.message_talk", "name=x.pdf&item_id=" + ida.String(): "task.item"} {
		if got := send(maryToken, query); got.status < 400 || !strings.Contains(string(got.body), strings.Split(code, ".")[1]) {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	one := files + "/" + a.text("id")
	if got := h.call(maryToken, "GET", one+"/content", ""); got.status != 200 || string(got.body) != string(h.blob) || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %s", got.status, got.body)
	}
	for _, c := range []struct{ method, path, field, want string }{
		{"POST", "/sharing", "audience", "all"}, {"DELETE", "", "state", "removed"}, {"GET", "", "state", "removed"}, {"POST", "/restoration", "state", "received"},
	} {
		if got := h.call(maryToken, c.method, one+c.path, ""); got.status != 200 || got.text(c.field) != c.want {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
		h.call(pietToken, c.method, one+c.path, "").is(404, "task.not_found")
	}

	draft := send(maryToken, "name=Draft.pdf&audience=message")
	if draft.text("state") != "draft" {
		t.Errorf("%s", draft.body)
	}
	h.call(nellToken, "GET", files+"/"+draft.text("id"), "").is(404, "task.file_not_found")
	said := h.call(maryToken, "POST", at+"/messages", `{"text":"","audience":"internal","attachment_ids":["`+draft.text("id")+`"]}`)
	if got := h.call(nellToken, "GET", files, ""); said.status != 201 || got.text("items.1.message_id") != said.text("items.0.id") || got.text("items.1.audience") != "internal" {
		t.Errorf("%s %s", said.body, got.body)
	}
	other := h.call(maryToken, "POST", base+"/tasks", `{"client_id":"`+of+`","title":"Send it once more"}`).text("id")
	use := `{"task_id":"` + other + `"}`
	if got := h.call(maryToken, "POST", one+"/uses", use, "Idempotency-Key", "f-2"); got.status != 201 || got.text("name") != "Slip.pdf" || got.text("audience") != "all" || got.text("id") == a.text("id") {
		t.Errorf("%d %s", got.status, got.body)
	} else if again := h.call(maryToken, "POST", one+"/uses", use, "Idempotency-Key", "f-2"); again.status != 201 || again.text("id") != got.text("id") {
		t.Errorf("%d %s", again.status, again.body)
	}
	h.call(maryToken, "POST", one+"/uses", use).is(409, "task.file_here")
	h.call(maryToken, "POST", one+"/uses", `{"task_id":"`+a.text("id")+`"}`).is(404, "task.not_found")
	h.call(pietToken, "POST", one+"/uses", use).is(404, "task.not_found")
	if got := send(maryToken, "name=Theirs.pdf&for_contact_id="+ida.String()); got.status != 201 || got.text("by_id") != ida.String() || got.text("sent_by_id") != mary.ID.String() {
		t.Errorf("%d %s", got.status, got.body)
	}
}
