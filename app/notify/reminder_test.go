package notify

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	reminderapp "portico/app/reminder"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// reminding is a sender whose ida has tasks due on the day of noon; its slot has come at noon.
type reminding struct {
	*telling
	slot time.Time
}

// some are the tasks that there are.
type some struct{ tasks []uuid.UUID }

func (l some) Candidates(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) {
	return l.tasks, nil
}
func (l some) Concerned(context.Context, int32) (clients, contacts []uuid.UUID, err error) {
	return nil, nil, nil
}
func (l some) Reminders(context.Context, int32, reminderapp.Query) ([]reminderapp.Row, string, error) {
	return nil, "", nil
}

func remindingIda(t *testing.T, history ...event.Event) *reminding {
	t.Helper()
	w := &reminding{telling: tellingIda(t, history...), slot: noon}
	w.Reminders = reminderapp.Book{
		Events: w.store, List: some{[]uuid.UUID{ledger, taxes}},
		Practice: func(context.Context, int32) (uuid.UUID, string, error) { return mary, "Europe/London", nil },
		Zone:     func(context.Context, int32, uuid.UUID) (string, error) { return "Asia/Kolkata", nil },
		Since: func(context.Context, int32, uuid.UUID, uuid.UUID) (time.Time, error) {
			return noon.AddDate(0, 0, -30), nil
		},
	}
	everyHour := reminder.Cadence{ID: cadence, Name: "At noon", Days: []int{0}, Minute: 60*12 + 5*60 + 30} // of Kolkata
	w.store.SetNow(noon.AddDate(0, 0, -30))
	w.store.Given(1, reminder.RulesStream(mary), reminder.CadenceSaved{Cadence: everyHour})
	w.given(ledger, dueToday(boats, "Send the ledger"))
	w.given(taxes, dueToday(bakery, "Sign the return"))
	w.store.SetNow(noon)
	w.store.Given(1, reminder.Stream(ida), reminder.Planned{Contact: ida, Slot: noon, At: noon}, reminder.Due{Contact: ida, Slot: noon, Nth: 1, At: noon})
	return w
}

var cadence = uuid.MustParse("0197f000-0000-7000-8000-0000000000f9")

func dueToday(client uuid.UUID, title string) task.Assigned {
	return assignedTo(client, title, func(e *task.Assigned) {
		e.DueOn, e.Cadence, e.At = noon.Format(time.DateOnly), cadence, noon.AddDate(0, 0, -30)
	})
}

func (w *reminding) remind() error {
	_, err := w.Perform(w.Context(), es.Effect{Kind: ReminderMail, Key: "r", Firm: 1, Stream: reminder.Stream(ida), Args: es.EffectArgs{Recipient: ida, Since: w.slot}, Person: ida})
	return err
}

func (w *reminding) became() event.Event {
	all := w.store.Stream(reminder.Stream(ida))
	return all[len(all)-1]
}

// S3.i4, I5, T8, T13: one mail for all clients and tasks, which says how long there is, and each of them knows of it; once.
func TestReminderMail(t *testing.T) {
	w := remindingIda(t)
	if err := w.remind(); err != nil {
		t.Fatal(err)
	}
	m := w.box.tasks[0]
	if len(w.box.tasks) != 1 || !m.Reminder || len(m.Clients) != 2 || m.Clients[0].Client != "Solberg Boats Ltd" || m.Clients[1].Tasks[0].Title != "Sign the return" || m.URL != "https://portal.example/portal" {
		t.Fatalf("%+v", w.box.tasks)
	}
	if line := m.Clients[0].Tasks[0]; line.About != task.OfReminder || line.Left != 0 || !strings.HasSuffix(line.URL, "/portal/todos/"+ledger.String()+"?client="+boats.String()) {
		t.Errorf("%+v", line)
	}
	sent, ok := w.became().(reminder.Sent)
	if !ok || sent.Mail != reminderapp.MailID(ida, noon) || !strings.HasSuffix(m.ID, sent.Mail.String()) || len(sent.Tasks) != 2 || !sent.Upto.After(noon) {
		t.Errorf("%+v", w.became())
	}
	for _, id := range []uuid.UUID{ledger, taxes} {
		if n, ok := w.last(id).(task.Notified); !ok || n.About != task.OfReminder || n.Mail != sent.Mail {
			t.Errorf("%+v", w.last(id))
		}
	}
	if err := w.remind(); err != nil || len(w.box.tasks) != 1 || !reflect.DeepEqual(w.became(), event.Event(sent)) {
		t.Errorf("the second time: %v, %d mails, %+v", err, len(w.box.tasks), w.became())
	}
}

// Rule 2, T8: where the node died between the record on the reminder and those on the tasks, nothing goes twice.
func TestReminderAfterACrash(t *testing.T) {
	w := remindingIda(t)
	w.store.Given(1, reminder.Stream(ida), reminder.Sent{Contact: ida, Slot: noon, Tasks: []uuid.UUID{ledger}, Mail: reminderapp.MailID(ida, noon), Upto: noon, At: noon})
	if err := w.remind(); err != nil || len(w.box.tasks) > 0 {
		t.Errorf("%v, %d mails", err, len(w.box.tasks))
	}
	if _, ok := w.last(ledger).(task.Notified); !ok {
		t.Errorf("%+v", w.last(ledger))
	}
}

// T9, S3.i4: who can't be reached or can do nothing about it is not reminded, and staff read why.
func TestReminderIsWithheld(t *testing.T) {
	accepted := invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon}
	finish := func(w *reminding, by uuid.UUID, ids ...uuid.UUID) {
		for _, id := range ids {
			w.given(id, task.Posted{By: task.Who{Kind: event.Contact, ID: by}, At: noon})
		}
	}
	for name, c := range map[string]struct {
		invite []event.Event
		change func(*reminding)
		cause  reminder.Cause
		why    string
	}{
		"invited":          {[]event.Event{sentTo(1)}, func(*reminding) {}, reminder.Blocked, "not accepted their invitation yet"},
		"removed":          {[]event.Event{sentTo(1), accepted, invite.AccessRemoved{At: noon}}, func(*reminding) {}, reminder.Blocked, "their access was removed"},
		"clients archived": {nil, func(w *reminding) { w.archived = true }, reminder.Blocked, "the client is archived"},
		"mails come back":  {nil, func(w *reminding) { w.came = true }, reminder.Blocked, "came back"},
		"not wanted": {nil, func(w *reminding) {
			w.store.Given(1, account.Stream(ida), account.NoticesChosen{Off: []account.NoticeSort{account.AskedNotices}, At: noon})
		}, reminder.Blocked, "chosen to get no mails"},
		"busy with it":       {nil, func(w *reminding) { finish(w, ida, ledger, taxes) }, reminder.Paused, "since the reminder before"},
		"nothing is left":    {nil, func(w *reminding) { w.closed(ledger, taxes) }, reminder.Idle, "nothing is left"},
		"the server refuses": {nil, func(w *reminding) { w.box.outcome = Outcome{Status: Refused, Code: "550"} }, reminder.Failed, "refused it with 550"},
	} {
		t.Run(name, func(t *testing.T) {
			w := remindingIda(t, c.invite...)
			c.change(w)
			err := w.remind()
			refused, _ := errors.AsType[*es.RefusedError](err)
			if !errors.Is(err, es.ErrWithdrawn) && refused == nil {
				t.Errorf("%v", err)
			}
			got, ok := w.became().(reminder.Withheld)
			if !ok || got.Cause != c.cause || !strings.Contains(got.Reason, c.why) || !got.Upto.After(noon) {
				t.Errorf("%+v", w.became())
			}
		})
	}
}

func (w *reminding) closed(ids ...uuid.UUID) {
	for _, id := range ids {
		w.given(id, task.Closed{Outcome: task.Completed, By: byMary, At: noon})
	}
}

// Rule 16: a mail names only what can be done about; the rest is left out.
func TestReminderLeavesOut(t *testing.T) {
	w := remindingIda(t)
	w.Archived = func(_ context.Context, _ int32, _, client uuid.UUID) (bool, error) { return client == bakery, nil }
	if err := w.remind(); err != nil || len(w.box.tasks) != 1 || len(w.box.tasks[0].Clients) != 1 {
		t.Fatalf("%v, %+v", err, w.box.tasks)
	}
	if sent, ok := w.became().(reminder.Sent); !ok || !reflect.DeepEqual(sent.Tasks, []uuid.UUID{ledger}) {
		t.Errorf("%+v", w.became())
	}
}

// Rule 2 of reminders: in a quiet hour it is put off, and one that another has taken the place of is none.
func TestReminderIsPutOff(t *testing.T) {
	w := remindingIda(t)
	w.store.SetNow(noon.Add(3 * time.Hour)) // 20:30 in Kolkata
	if err := w.remind(); !errors.Is(err, es.ErrWithdrawn) {
		t.Error(err)
	}
	until := time.Date(noon.Year(), noon.Month(), noon.Day()+1, 2, 30, 0, 0, time.UTC)
	if put, ok := w.became().(reminder.Postponed); !ok || !put.Until.Equal(until) {
		t.Errorf("%+v", w.became())
	}
	if err := w.remind(); !errors.Is(err, es.ErrWithdrawn) || len(w.box.tasks) > 0 {
		t.Errorf("%v, %d mails", err, len(w.box.tasks))
	}
	e := es.Effect{Kind: ReminderMail, Firm: 1, Stream: reminder.Stream(ida), Args: es.EffectArgs{Recipient: ida, Since: noon}}
	w.store.SetNow(until)
	w.store.Given(1, reminder.Stream(ida), reminder.Due{Contact: ida, Slot: noon, Nth: 2, At: until})
	if err := w.GaveUp(t.Context(), e, 10); err != nil {
		t.Fatal(err)
	}
	if got, ok := w.became().(reminder.Withheld); !ok || got.Cause != reminder.Failed {
		t.Errorf("%+v", w.became())
	}
}
