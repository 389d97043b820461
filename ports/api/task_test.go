package api

import (
	"context"
	"strings"
	"testing"

	"portico/app/es/estest"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// board is tasks as their events tell them. Ida and Kai could see those of any client.
type board struct {
	taskapp.Reader
	store *estest.Memory
	asked taskapp.Query
	took  map[uuid.UUID]bool // files

	archived bool // the client
}

var kai = uuid.MustParse("0197f000-0000-7000-8000-0000000000c3")

var errNoColleague = fault.New(fault.Invalid, "x.colleague", "Nobody of the practice is called so.")

func (b *board) OfClient(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) {
	if b.archived {
		return nil, nil
	}
	return []uuid.UUID{ida, kai}, nil
}

func (b *board) Active(context.Context, int32, uuid.UUID) (bool, error) { return !b.archived, nil }

func (*board) Known(context.Context, int32, uuid.UUID) error { return nil }

// workmates are the people of practice 1.
type workmates struct{}

func (workmates) Known(_ context.Context, _ int32, staff []uuid.UUID) error {
	for _, id := range staff {
		if id != mary.ID && id != nell.ID {
			return errNoColleague
		}
	}
	return nil
}

func (b *board) Task(_ context.Context, no int32, id uuid.UUID) (d taskapp.Detail, err error) {
	err = task.ErrNotFound
	for _, r := range b.store.Log() {
		if r.Firm != no || r.Stream != task.Stream(id) {
			continue
		}
		switch e := r.Event.(type) {
		case task.Assigned:
			err = nil
			d.Row = taskapp.Row{ID: id, Client: e.Client, Kind: e.Kind, Title: e.Title.Text, DueOn: e.DueOn, Owner: e.Owner, Priority: e.Priority, Stand: taskapp.NotSeen, Part: task.Open, HoldUntil: e.HoldUntil, AssignedAt: e.At}
			if e.Client == uuid.Nil {
				d.Contact = e.Subject
			}
			d.Description, d.Audience = e.Description.Text, e.Audience
			for _, l := range e.Checklist {
				d.Checklist = append(d.Checklist, taskapp.Entry{ID: l.ID, Text: l.Text.Text})
			}
		case task.TakenBack:
			err = task.ErrNotFound
		case task.Retitled:
			d.Title = e.Title.Text
		case task.OwnerSet:
			d.Owner = e.Owner
		case task.Progressed:
			d.Part = e.State
		case task.ContactAdded:
			d.Audience.Contacts = append(d.Audience.Contacts, e.Contact)
		case task.DoneByClient:
			d.People = []taskapp.Part{{Contact: e.Contact, DoneAt: e.At, Note: e.Note.Text}}
		case task.Closed:
			d.Outcome, d.Reason, d.ClosedAt = e.Outcome, e.Reason.Text, e.At
		case task.Reopened:
			d.Outcome = ""
		}
	}
	return d, err
}

func (b *board) Tasks(ctx context.Context, no int32, q taskapp.Query) (rows []taskapp.Row, next string, err error) {
	b.asked = q
	for _, r := range b.store.Log() {
		if d, err := b.Task(ctx, no, r.Stream.ID); err == nil && r.Version == 1 {
			rows = append(rows, d.Row)
		}
	}
	return rows, "more", nil
}

func (b *board) Thread(_ context.Context, no int32, id, staff uuid.UUID) (t taskapp.Thread, err error) {
	for _, r := range b.store.Log() {
		if r.Firm != no || r.Stream != task.Stream(id) {
			continue
		}
		switch e := r.Event.(type) {
		case task.Posted:
			t.Messages = append(t.Messages, taskapp.Message{ID: e.Message, N: len(t.Messages) + 1, By: event.Actor{Kind: e.By.Kind, ID: e.By.ID}, Text: e.Text.Text, Talk: e.Talk, Mentions: e.Mentions, Via: e.Via, At: e.At, New: e.By.ID != staff})
		case task.MessageEdited:
			t.Messages[0].Text, t.Messages[0].EditedAt = e.Text.Text, e.At
		case task.MessageDeleted:
			t.Messages[0].Text, t.Messages[0].DeletedAt = "", e.At
		case task.MessagesRead:
			t.Readers = append(t.Readers, taskapp.ThreadReader{Who: event.Actor{Kind: e.By.Kind, ID: e.By.ID}, Name: "Mary", Upto: 1, At: e.At})
		}
	}
	return t, nil
}

func (b *board) ThreadOf(context.Context, int32, uuid.UUID, uuid.UUID) (taskapp.Thread, error) {
	return taskapp.Thread{}, nil
}

func (b *board) Unread(_ context.Context, _ int32, who event.Actor, tasks []uuid.UUID) (map[uuid.UUID]int, error) {
	out := map[uuid.UUID]int{}
	for _, id := range tasks {
		if who == (event.Actor{Kind: event.Staff, ID: mary.ID}) {
			out[id] = 2
		}
	}
	return out, nil
}

func (b *board) Newest(context.Context, int32, event.Actor, []uuid.UUID) (map[uuid.UUID]taskapp.Message, error) {
	return nil, nil
}

func (b *board) Said(context.Context, int32, uuid.UUID, uuid.UUID, taskapp.SaidQuery) ([]taskapp.SaidOn, error) {
	return nil, nil
}

// Programs ask, change, confirm, open again and close by the commands of the pages.
func TestTasks(t *testing.T) {
	h := newHouse(t)
	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	ask := `{"client_id":"` + of + `","title":"Send the ledger","due_on":"2026-12-04","checklist":["January","February"],"owner_id":"` + nell.ID.String() + `","contact_ids":["` + ida.String() + `"],"hold_seconds":60}`
	a := h.call(maryToken, "POST", base+"/tasks", ask, "Idempotency-Key", "t-1")
	if a.status != 201 || a.text("title") != "Send the ledger" || a.text("kind") != "todo" || a.text("checklist.1.text") != "February" || a.text("contact_ids.0") != ida.String() || a.value("held_until") == nil || a.value("unread") != float64(2) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if again := h.call(maryToken, "POST", base+"/tasks", ask, "Idempotency-Key", "t-1"); again.status != 201 || again.text("id") != a.text("id") {
		t.Errorf("%d %s", again.status, again.body)
	}
	held := base + "/tasks/" + a.text("id")
	if got := h.call(maryToken, "POST", held+"/retraction", ""); got.status != 204 {
		t.Errorf("%d %s", got.status, got.body)
	}
	h.call(maryToken, "GET", held, "").is(404, "task.not_found")
	for body, code := range map[string]string{
		`{"client_id":"` + of + `","title":""}`: "task.title", `{"client_id":"` + of + `","title":"x","owner_id":"` + uuid.NewString() + `"}`: "api.owner",
		`{"client_id":"` + of + `","title":"x","contact_ids":["y"]}`: "task.stranger", `{"client_id":"` + of + `","title":"x","kind":"signature"}`: "api.invalid",
	} {
		h.call(maryToken, "POST", base+"/tasks", body).is(422, code)
	}
	h.board.archived = true
	h.call(maryToken, "POST", base+"/tasks", `{"title":"x","client_id":"`+of+`"}`).is(409, "task.archived")
	h.board.archived = false
	h.call(maryToken, "POST", base+"/tasks", `{"title":"x","client_id":"`+uuid.NewString()+`"}`).is(404, "client.not_found")
	h.call(maryToken, "POST", base+"/tasks", `{"title":"x"}`).is(404, "contact.not_found")
	if got := h.call(maryToken, "POST", base+"/tasks", `{"title":"x","contact_id":"`+ida.String()+`"}`); got.status != 201 || got.text("contact_id") != ida.String() || got.value("client_id") != nil {
		t.Errorf("%d %s", got.status, got.body)
	}
	id := h.call(maryToken, "POST", base+"/tasks", `{"client_id":"`+of+`","title":"Send the ledger","contact_ids":["`+ida.String()+`"]}`).text("id")
	it := base + "/tasks/" + id
	h.store.Given(1, task.Stream(uuid.MustParse(id)), task.DoneByClient{Contact: ida, Note: event.Of(uuid.MustParse(of), "There"), By: task.Who{Kind: event.Contact, ID: ida}, At: noon})
	for _, c := range []struct{ method, path, body, field, want string }{
		{"PATCH", "", `{"title":"Send all of it","owner_id":""}`, "title", "Send all of it"},
		{"PUT", "/progress", `{"state":"doing"}`, "practice_state", "doing"},
		{"POST", "/confirmation", "", "parts.0.note", "There"},
		{"PUT", "/contacts/" + kai.String(), `{"from":"start"}`, "contact_ids.1", kai.String()},
		{"DELETE", "/contacts/" + kai.String(), "", "id", id},
		{"POST", "/closing", `{"outcome":"completed","reason":"Thanks"}`, "outcome", "completed"},
		{"POST", "/reopening", `{"reason":"March is missing"}`, "outcome", ""},
		{"DELETE", "/recurrence", "", "id", id},
		{"GET", "", "", "owner", ""},
	} {
		if got := h.call(maryToken, c.method, it+c.path, c.body); got.status != 200 || got.text(c.field) != c.want {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
		h.call(pietToken, c.method, it+c.path, c.body).is(404, "task.not_found")
	}
	var types []string
	for _, e := range h.store.Stream(task.Stream(uuid.MustParse(id))) {
		types = append(types, strings.TrimPrefix(e.EventType(), "task."))
	}
	if got := strings.Join(types, " "); got != "assigned done_by_client retitled progressed confirmed contact_added contact_removed closed reopened" {
		t.Errorf("recorded %s", got)
	}
	if got := h.call(maryToken, "GET", base+"/tasks?of=mine&due=week&shelf=open&order=due&client_id="+of, ""); got.status != 200 || got.text("items.0.title") == "" || got.text("next") != "more" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if q := h.board.asked; q.Of != taskapp.OfMe || q.Me != mary.ID || q.Due != taskapp.DueWeek || q.Shelf != taskapp.OpenShelf || q.Order != taskapp.ByDue || q.Client.String() != of || len(q.Today) != 10 {
		t.Errorf("asked %+v", q)
	}
}

// Programs write on a task as their person does.
func TestTaskMessages(t *testing.T) {
	h := newHouse(t)
	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	id := h.call(maryToken, "POST", base+"/tasks", `{"client_id":"`+of+`","title":"Send the ledger"}`).text("id")
	at := base + "/tasks/" + id
	hello := `{"text":"Hello @Nell","audience":"contact","contact_id":"` + ida.String() + `","mention_ids":["` + nell.ID.String() + `"]}`
	a := h.call(maryToken, "POST", at+"/messages", hello, "Idempotency-Key", "m-1")
	if a.status != 201 || a.text("items.0.text") != "Hello @Nell" || a.text("items.0.audience") != "contact" || a.text("items.0.contact_id") != ida.String() || a.text("items.0.via") != "api" || a.text("items.0.mention_ids.0") != nell.ID.String() {
		t.Fatalf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", at+"/messages", hello, "Idempotency-Key", "m-1")
	message := at + "/messages/" + a.text("items.0.id")
	for body, code := range map[string]string{
		`{"text":" ","audience":"all"}`: "task.message_text", `{"text":"x","audience":"contact"}`: "task.message_talk", `{"text":"x","audience":"all","contact_id":"` + ida.String() + `"}`: "task.message_talk",
		`{"text":"x","audience":"all","mention_ids":["` + uuid.NewString() + `"]}`: "x.colleague", `{"text":"x","audience":"some"}`: "api.invalid",
	} {
		h.call(maryToken, "POST", at+"/messages", body).is(422, code)
	}
	h.call(nellToken, "PUT", message, `{"text":"Mine"}`).is(403, "task.message_author")
	if got := h.call(maryToken, "PUT", message, `{"text":"Hello, Nell"}`); got.status != 200 || got.text("items.0.text") != "Hello, Nell" || len(got.value("items").([]any)) != 1 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := h.call(nellToken, "PUT", at+"/reading", `{"upto":"`+a.text("items.0.id")+`"}`); got.status != 200 || got.value("readers.0.upto") != float64(1) {
		t.Errorf("%d %s", got.status, got.body)
	}
	h.call(maryToken, "POST", at+"/messages", `{"text":"In a hurry","audience":"internal"}`)
	if got := h.call(maryToken, "DELETE", message, ""); got.status != 200 || got.text("items.0.text") != "" || got.value("items.0.deleted_at") == nil || got.text("items.1.audience") != "internal" {
		t.Errorf("%d %s", got.status, got.body)
	}
	h.call(maryToken, "PUT", message, `{"text":"x"}`).is(404, "task.message_not_found")
	if got := h.call(maryToken, "GET", at+"/messages", ""); got.status != 200 || len(got.value("items").([]any)) != 2 {
		t.Errorf("%d %s", got.status, got.body)
	}
	for method, path := range map[string]string{"GET": at + "/messages", "DELETE": message} {
		h.call(pietToken, method, path, "").is(404, "task.not_found")
	}
}
