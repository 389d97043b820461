package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	ledger, taxes, visit = uuid.MustParse("0197f000-0000-7000-8000-0000000000a1"), uuid.MustParse("0197f000-0000-7000-8000-0000000000a2"), uuid.MustParse("0197f000-0000-7000-8000-0000000000a3")
	bakery               = uuid.MustParse("0197f000-0000-7000-8000-0000000000c1")
	byMary               = task.Who{Kind: event.Staff, ID: mary}
	hello                = uuid.MustParse("0197f000-0000-7000-8000-0000000000d1")
)

// telling is a sender over some tasks of ida, who is in.
type telling struct {
	*testing.T
	Sender
	store    *estest.Memory
	box      outbox
	archived bool
	came     bool
	linked   []uuid.UUID
	effects  int
}

func tellingIda(t *testing.T, history ...event.Event) *telling {
	t.Helper()
	w := &telling{T: t, linked: []uuid.UUID{ida}}
	if history == nil {
		history = []event.Event{sentTo(1), invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon}}
	}
	w.Sender, w.store = inviting(t, &w.box, history...)
	w.Client = func(_ context.Context, _ int32, id uuid.UUID) (string, error) {
		return map[uuid.UUID]string{boats: "Solberg Boats Ltd", bakery: "Acme Bakery"}[id], nil
	}
	w.TaskPeople = func(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) { return w.linked, nil }
	w.Archived = func(context.Context, int32, uuid.UUID, uuid.UUID) (bool, error) { return w.archived, nil }
	w.CameBack = func(context.Context, int32, uuid.UUID) (bool, error) { return w.came, nil }
	return w
}

func assignedTo(client uuid.UUID, title string, change ...func(*task.Assigned)) task.Assigned {
	e := task.Assigned{
		Client: client, Subject: client, Kind: task.ToDo, Title: event.Of(client, title), Audience: task.Audience{All: true}, Zone: "Europe/London", Sender: mary, At: noon,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

// tell performs one effect that has gathered the last event of each of those tasks.
func (w *telling) tell(kind string, to uuid.UUID, tasks ...uuid.UUID) error {
	w.effects++
	e := es.Effect{Kind: kind, Key: fmt.Sprintf("%s/%d", kind, w.effects), Firm: 1, Args: es.EffectArgs{Recipient: to}, Person: ida}
	for _, id := range tasks {
		e.Stream = task.Stream(id)
		e.Causes = append(e.Causes, es.Cause{Stream: id, Version: len(w.store.Stream(task.Stream(id)))})
	}
	_, err := w.Perform(w.Context(), e)
	return err
}

func (w *telling) given(id uuid.UUID, events ...event.Event) {
	w.store.Given(1, task.Stream(id), events...)
}

func (w *telling) last(id uuid.UUID) event.Event {
	all := w.store.Stream(task.Stream(id))
	return all[len(all)-1]
}

// T5, I5, T13: several tasks of several clients are one mail, which names them and leads to the portal, and each task knows of it.
func TestTaskMail(t *testing.T) {
	w := tellingIda(t)
	w.given(ledger, assignedTo(boats, "Send the ledger", func(e *task.Assigned) { e.DueOn = "2026-12-04" }))
	w.given(taxes, assignedTo(bakery, "Sign the return"))
	w.given(visit, assignedTo(boats, "Answer"), task.TakenBack{By: byMary, At: noon})
	if err := w.tell(TaskMail, ida, ledger, taxes, visit); err != nil {
		t.Fatal(err)
	}
	m := w.box.tasks[0]
	if len(w.box.tasks) != 1 || len(m.Clients) != 2 || m.Clients[0].Client != "Solberg Boats Ltd" || len(m.Clients[0].Tasks) != 1 || m.Clients[1].Tasks[0].Title != "Sign the return" {
		t.Fatalf("%+v", w.box.tasks)
	}
	if line := m.Clients[0].Tasks[0]; line.About != task.OfAssignment || line.DueOn.Format(time.DateOnly) != "2026-12-04" || line.URL != "https://portal.example/portal/todos/"+ledger.String()+"?client="+boats.String() {
		t.Errorf("%+v", line)
	}
	if m.To != (Person{"Ida Berg", "ida@example.org"}) || m.Given != "Ida" || m.Language != "de" || m.URL != "https://portal.example/portal" || m.Sender != (Person{"Mary", "mary@harbour.example"}) || m.Messages {
		t.Errorf("%+v", m)
	}
	mail := w.last(ledger).(task.Notified)
	if mail.Contact != ida || mail.Channel != task.Email || mail.About != task.OfAssignment || !strings.HasSuffix(m.ID, mail.Mail.String()) || w.last(taxes) != event.Event(mail) {
		t.Errorf("%+v, %+v", w.last(ledger), w.last(taxes))
	}
	if _, ok := w.last(visit).(task.TakenBack); !ok {
		t.Errorf("what was taken back knows of %+v", w.last(visit))
	}
	if err := w.tell(TaskMail, ida, ledger); !errors.Is(err, es.ErrWithdrawn) { // another event, which says the same
		t.Error(err)
	}
	if len(w.box.tasks) != 1 {
		t.Errorf("%d mails", len(w.box.tasks))
	}
}

// Rule 2: where the node died between the server's OK and a record, nothing goes twice, and the rest is recorded.
func TestTaskMailAfterACrash(t *testing.T) {
	w := tellingIda(t)
	w.given(ledger, assignedTo(boats, "Send the ledger"))
	w.given(taxes, assignedTo(boats, "Sign the return"))
	e := es.Effect{Kind: TaskMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: ida}, Causes: []es.Cause{{Stream: ledger, Version: 1}, {Stream: taxes, Version: 1}}}
	w.given(ledger, task.Notified{Contact: ida, Channel: task.Email, About: task.OfAssignment, Mail: TaskMailID(e), At: noon})
	handed, err := w.Perform(t.Context(), e)
	if err != nil || len(handed) != 1 || len(w.box.tasks) > 0 {
		t.Errorf("%v, %v, %d mails", handed, err, len(w.box.tasks))
	}
	if n, ok := w.last(taxes).(task.Notified); !ok || n.Mail != TaskMailID(e) {
		t.Errorf("%+v", w.last(taxes))
	}
}

// What was sent back is reopened, too, and is one notice; a new task is new whatever else became of it.
func TestOneNoticeForEachTask(t *testing.T) {
	item := uuid.MustParse("0197f000-0000-7000-8000-0000000000e1")
	w := tellingIda(t)
	w.given(ledger, assignedTo(boats, "Papers", func(e *task.Assigned) {
		e.Kind, e.Items = task.Documents, []task.Item{{ID: item, Title: event.Of(boats, "Bank statement")}}
	}), task.ItemReturned{Item: item, Round: 1, By: task.Who{Kind: event.Contact, ID: ida}, At: noon}, task.DoneByClient{Contact: ida, At: noon},
		task.ItemSentBack{Item: item, Round: 1, By: byMary, At: noon}, task.Reopened{By: byMary, At: noon})
	e := es.Effect{Kind: TaskMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: ida}, Causes: []es.Cause{{Stream: ledger, Version: 5}, {Stream: ledger, Version: 4}}}
	if _, err := w.Perform(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	line := w.box.tasks[0].Clients[0].Tasks[0]
	if len(w.box.tasks[0].Clients[0].Tasks) != 1 || line.About != task.OfSendBack || !slices.Equal(line.Items, []string{"Bank statement"}) {
		t.Errorf("%+v", w.box.tasks[0])
	}
	if n, ok := w.last(ledger).(task.Notified); !ok || n.About != task.OfSendBack {
		t.Errorf("%+v", w.last(ledger))
	}
	e.Key, e.Causes = "l", append(e.Causes, es.Cause{Stream: ledger, Version: 1})
	if _, err := w.Perform(t.Context(), e); err != nil || w.box.tasks[1].Clients[0].Tasks[0].About != task.OfAssignment {
		t.Errorf("%v, %+v", err, w.box.tasks)
	}
}

// T9: who can't come in, can't open it, or whose mails come back is told nothing, and the ledger says why.
func TestTaskMailIsHeldBack(t *testing.T) {
	accepted := invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon}
	for name, c := range map[string]struct {
		invite []event.Event
		change func(*telling)
		why    string
	}{
		"never invited":      {[]event.Event{}, func(*telling) {}, "no access to the portal yet"},
		"invited":            {[]event.Event{sentTo(1)}, func(*telling) {}, "not accepted their invitation yet"},
		"removed":            {[]event.Event{sentTo(1), accepted, invite.AccessRemoved{At: noon}}, func(*telling) {}, "their access was removed"},
		"expired":            {[]event.Event{sentTo(1, func(e *invite.Sent) { e.ExpiresAt = noon })}, func(*telling) {}, "it has expired"},
		"linked no more":     {nil, func(w *telling) { w.linked = nil }, "no right to the client’s tasks"},
		"of an archived one": {nil, func(w *telling) { w.archived = true }, "the client is archived"},
		"mails come back":    {nil, func(w *telling) { w.came = true }, "came back"},
		"not wanted": {nil, func(w *telling) {
			w.store.Given(1, account.Stream(ida), account.NoticesChosen{Off: []account.NoticeSort{account.AskedNotices}, At: noon})
		}, "chosen to get no mails"},
		"erased": {nil, func(w *telling) {
			w.Contact = func(context.Context, int32, uuid.UUID) (Contact, error) { return Contact{}, nil }
		}, "no address"},
	} {
		t.Run(name, func(t *testing.T) {
			w := tellingIda(t, c.invite...)
			if c.invite != nil && len(c.invite) == 0 {
				w.store = estest.NewMemory(noon)
				w.Events = w.store
			}
			w.given(ledger, assignedTo(boats, "Send the ledger"))
			c.change(w)
			if err := w.tell(TaskMail, ida, ledger); !errors.Is(err, es.ErrWithdrawn) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v", err)
			}
			if len(w.box.tasks) > 0 || len(w.store.Stream(task.Stream(ledger))) != 1 {
				t.Errorf("%+v", w.box.tasks)
			}
		})
	}
}

// T13: what a server refuses for good, or never takes, is recorded as that.
func TestTaskMailFails(t *testing.T) {
	w := tellingIda(t)
	w.given(ledger, assignedTo(boats, "Send the ledger"))
	w.box.outcome = Outcome{Status: Passing, Code: "451"}
	if err := w.tell(TaskMail, ida, ledger); err == nil || len(w.store.Stream(task.Stream(ledger))) != 1 {
		t.Errorf("%v, %+v", err, w.last(ledger))
	}
	e := es.Effect{Kind: TaskMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: ida}, Causes: []es.Cause{{Stream: ledger, Version: 1}}}
	if err := w.GaveUp(t.Context(), e, 10); err != nil {
		t.Fatal(err)
	}
	if f, ok := w.last(ledger).(task.NoticeFailed); !ok || f.Tries != 10 || f.Mail != TaskMailID(e) {
		t.Errorf("%+v", w.last(ledger))
	}
	w.box.outcome = Outcome{Status: Refused, Code: "550", Detail: "no such user"}
	var refused *es.RefusedError
	w.given(taxes, assignedTo(boats, "Sign the return"))
	if err := w.tell(TaskMail, ida, taxes); !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
	if f, ok := w.last(taxes).(task.NoticeFailed); !ok || f.Code != "550" || f.Detail.Text != "no such user" {
		t.Errorf("%+v", w.last(taxes))
	}
}

// Who comes by the link of their invitation alone has no other way in: the mail carries it (S4.5).
func TestTaskMailByLink(t *testing.T) {
	w := tellingIda(t, sentTo(1, func(e *invite.Sent) { e.Access = invite.ByLink }), invite.Accepted{Nth: 1, Access: invite.ByLink, From: event.Of(ida, ""), At: noon})
	w.given(ledger, assignedTo(boats, "Send the ledger"))
	if err := w.tell(TaskMail, ida, ledger); err != nil || !strings.HasPrefix(w.box.tasks[0].URL, "https://portal.example/i/") {
		t.Errorf("%v, %+v", err, w.box.tasks)
	}
}

// I4: the first mail of who was given access without one brings the way in, and is what became of that; until they have come
// in, each brings it.
func TestFirstMailBringsTheWayIn(t *testing.T) {
	unmailed := sentTo(1, func(e *invite.Sent) { e.Channels = invite.ByNone })
	w := tellingIda(t, unmailed)
	w.given(ledger, assignedTo(boats, "Send the ledger"))
	if err := w.tell(TaskMail, ida, ledger); err != nil {
		t.Fatal(err)
	}
	m := w.box.tasks[0]
	token, _ := strings.CutPrefix(m.URL, "https://portal.example/i/")
	if got, err := keys(t).ParseInvitation(token); err != nil || got != (secret.InvitationToken{Invite: invite.ID(ida), Generation: 1}) {
		t.Errorf("the address opens %+v, %v", got, err)
	}
	if m.Pass.Nth != 1 || !m.Pass.ExpiresAt.Equal(unmailed.ExpiresAt) || m.Clients[0].Tasks[0].URL != m.URL || m.HelpURL != "https://portal.example/portal/help" {
		t.Errorf("%+v", m)
	}
	handed := invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}
	if last(w.store) != event.Event(handed) {
		t.Errorf("recorded %+v", last(w.store))
	}
	w.given(taxes, assignedTo(boats, "Sign the return"))
	if err := w.tell(TaskMail, ida, taxes); err != nil || w.box.tasks[1].Pass.Nth != 1 || last(w.store) != event.Event(handed) {
		t.Errorf("%v, %+v", err, last(w.store))
	}
	w = tellingIda(t, unmailed)
	w.given(ledger, assignedTo(boats, "Send the ledger"))
	w.box.outcome = Outcome{Status: Refused, Code: "550"}
	if err := w.tell(TaskMail, ida, ledger); err == nil {
		t.Error("nothing failed")
	}
	if b, ok := last(w.store).(invite.Bounced); !ok || b.Nth != 1 || b.Code != "550" {
		t.Errorf("recorded %+v", last(w.store))
	}
	w = tellingIda(t, unmailed, invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon})
	w.given(ledger, assignedTo(boats, "Send the ledger"))
	if err := w.tell(TaskMail, ida, ledger); err != nil || w.box.tasks[0].Pass.Nth != 0 || !strings.Contains(w.box.tasks[0].URL, "/portal/todos/") {
		t.Errorf("%v, %+v", err, w.box.tasks)
	}
}

// S2.10, T5: a message is told with who has written, not what; once it was read or deleted, not at all.
func TestMessageMail(t *testing.T) {
	w := tellingIda(t)
	posted := task.Posted{Message: hello, By: byMary, Text: event.Of(boats, "Secret"), At: noon}
	w.given(ledger, assignedTo(boats, "Send the ledger"), posted)
	if err := w.tell(TaskMessageMail, ida, ledger); err != nil {
		t.Fatal(err)
	}
	m := w.box.tasks[0]
	if line := m.Clients[0].Tasks[0]; !m.Messages || line.About != task.OfMessage || !slices.Equal(line.From, []string{"Mary"}) || m.URL != line.URL {
		t.Errorf("%+v", m)
	}
	if n, ok := w.last(ledger).(task.Notified); !ok || n.About != task.OfMessage {
		t.Errorf("%+v", w.last(ledger))
	}
	for why, after := range map[string]task.Event{
		"they have read it": task.MessagesRead{By: task.Who{Kind: event.Contact, ID: ida}, Upto: hello, At: noon},
		"it was deleted":    task.MessageDeleted{Message: hello, By: byMary, At: noon},
	} {
		w := tellingIda(t)
		w.given(ledger, assignedTo(boats, "Send the ledger"), posted)
		e := es.Effect{Kind: TaskMessageMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: ida}, Causes: []es.Cause{{Stream: ledger, Version: 2}}}
		w.given(ledger, after)
		if _, err := w.Perform(t.Context(), e); !errors.Is(err, es.ErrWithdrawn) || !strings.Contains(err.Error(), why) || len(w.box.tasks) > 0 {
			t.Errorf("%v, %+v", err, w.box.tasks)
		}
	}
}

// Who is in charge hears of what clients write, once for all; the practice does where nobody is.
func TestStaffMessageMail(t *testing.T) {
	w := tellingIda(t)
	byIda := task.Who{Kind: event.Contact, ID: ida}
	w.given(ledger, assignedTo(boats, "Send the ledger"), task.Posted{Message: hello, By: byIda, Text: event.Of(boats, "Secret"), At: noon})
	w.given(taxes, assignedTo(bakery, "Sign the return"), task.Posted{Message: hello, By: byIda, Text: event.Of(bakery, "Secret"), At: noon})
	if err := w.tell(StaffMessageMail, mary, ledger, taxes); err != nil {
		t.Fatal(err)
	}
	m := w.box.staff[0]
	if m.To != (Person{"Mary", "mary@harbour.example"}) || len(m.Tasks) != 2 || m.Tasks[1].Client != "Acme Bakery" || !slices.Equal(m.Tasks[0].From, []string{"Ida Berg"}) || m.URL != "https://portal.example/tasks" {
		t.Errorf("%+v", m)
	}
	if err := w.tell(StaffMessageMail, uuid.Nil, ledger); err != nil || w.box.staff[1].To.Email != "office@harbour.example" || w.box.staff[1].URL != "https://portal.example/tasks/"+ledger.String() {
		t.Errorf("%v, %+v", err, w.box.staff)
	}
	e := es.Effect{Kind: MentionMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: mary}, Causes: []es.Cause{{Stream: ledger, Version: 2}}}
	w.given(ledger, task.MessagesRead{By: byMary, Upto: hello, At: noon})
	if _, err := w.Perform(t.Context(), e); !errors.Is(err, es.ErrWithdrawn) || len(w.box.staff) != 2 {
		t.Errorf("%v, %d mails", err, len(w.box.staff))
	}
}

// S2.i10: one mail tells of all files, answers and finished tasks, as far as they are still so.
func TestWorkMail(t *testing.T) {
	item := uuid.MustParse("0197f000-0000-7000-8000-0000000000e1")
	w := tellingIda(t)
	by := task.Who{Kind: event.Contact, ID: ida}
	file := func(n byte, name string) task.AttachmentReceived {
		return task.AttachmentReceived{Attachment: uuid.UUID{15: n}, By: by, Name: event.Of(boats, name), Delivered: true, Deadline: noon, At: noon}
	}
	w.given(ledger, assignedTo(boats, "Papers", func(e *task.Assigned) {
		e.Kind, e.Items = task.Documents, []task.Item{{ID: item, Title: event.Of(boats, "Bank statement")}}
	}), file(1, "a.pdf"), file(2, "b.pdf"), task.ItemReturned{Item: item, Round: 1, By: by, At: noon}, task.DoneByClient{Contact: ida, By: by, At: noon},
		task.AttachmentRemoved{Attachment: uuid.UUID{15: 2}, Until: noon, At: noon})
	causes := []es.Cause{{Stream: ledger, Version: 2}, {Stream: ledger, Version: 3}, {Stream: ledger, Version: 4}, {Stream: ledger, Version: 5}}
	e := es.Effect{Kind: WorkMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: mary}, Causes: causes}
	if _, err := w.Perform(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	m := w.box.staff[0]
	if line := m.Tasks[0]; !m.Work || len(m.Tasks) != 1 || !slices.Equal(line.Files, []string{"a.pdf"}) || !slices.Equal(line.Items, []string{"Bank statement"}) || !line.Done || !slices.Equal(line.From, []string{"Ida Berg"}) {
		t.Errorf("%+v", m)
	}
	w.given(ledger, task.AttachmentRemoved{Attachment: uuid.UUID{15: 1}, Until: noon, At: noon})
	e.Key, e.Causes = "l", causes[:2]
	if _, err := w.Perform(t.Context(), e); !errors.Is(err, es.ErrWithdrawn) || len(w.box.staff) != 1 {
		t.Errorf("%v, %+v", err, w.box.staff)
	}
	w.given(taxes, assignedTo(boats, "Sign"), task.Posted{Message: hello, By: byMary, Text: event.Of(boats, "x"), Talk: task.Talk{Internal: true}, At: noon},
		task.MessagesRead{By: task.Who{Kind: event.Staff, ID: mary}, Upto: hello, At: noon}, task.MessageEdited{Message: hello, Text: event.Of(boats, "y"), Mentions: []uuid.UUID{mary}, At: noon})
	e = es.Effect{Kind: MentionMail, Key: "m", Firm: 1, Stream: task.Stream(taxes), Args: es.EffectArgs{Recipient: mary}, Causes: []es.Cause{{Stream: taxes, Version: 4}}}
	if _, err := w.Perform(t.Context(), e); err != nil || !w.box.staff[1].Mention || !slices.Equal(w.box.staff[1].Tasks[0].From, []string{"Mary"}) {
		t.Errorf("named later: %v, %+v", err, w.box.staff)
	}
	w.given(taxes, task.MessageEdited{Message: hello, Text: event.Of(boats, "z"), At: noon})
	e.Key = "n"
	if _, err := w.Perform(t.Context(), e); !errors.Is(err, es.ErrWithdrawn) {
		t.Errorf("%v", err)
	}
}
