package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	reminderapp "portico/app/reminder"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// calendar is reminders that a test tells of.
type calendar struct {
	h     *house
	rows  []reminderapp.Row
	asked reminderapp.Query
}

// Candidates are all tasks of the store.
func (c *calendar) Candidates(context.Context, int32, uuid.UUID) (ids []uuid.UUID, err error) {
	for _, r := range c.h.store.Log() {
		if _, ok := r.Event.(task.Assigned); ok {
			ids = append(ids, r.Stream.ID)
		}
	}
	return ids, nil
}

func (c *calendar) Concerned(context.Context, int32) (clients, contacts []uuid.UUID, err error) {
	return nil, nil, nil
}

func (c *calendar) Reminders(_ context.Context, _ int32, q reminderapp.Query) ([]reminderapp.Row, string, error) {
	c.asked = q
	return c.rows, "", nil
}

func (h *house) reminders() reminderapp.Commands {
	h.calendar.h = h
	return reminderapp.Commands{Blocked: h.blocked, Book: reminderapp.Book{
		Events: h.store, List: &h.calendar, Practice: func(context.Context, int32) (uuid.UUID, string, error) { return harbour, "Europe/London", nil },
		Zone: func(context.Context, int32, uuid.UUID) (string, error) { return "Asia/Kolkata", nil },
		Since: func(context.Context, int32, uuid.UUID, uuid.UUID) (time.Time, error) {
			return noon.AddDate(0, -1, 0), nil
		},
	}}
}

func (h *house) blocked(context.Context, int32, uuid.UUID, uuid.UUID) (string, error) {
	return h.shut, nil
}

func (h *house) lastRule() event.Event {
	all := h.store.Stream(reminder.RulesStream(harbour))
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// A practice sets its cadences and quiet hours; what is refused stands beside its field with what was typed.
func TestReminderSettings(t *testing.T) {
	h := living(t)
	h.signIn()
	home := "/settings/reminders"
	h.get(home).want(t, 200, "Standard", "7, 3 and 1 days before, on the day, then every 7 days, 8 times; at 09:00", "Unless another is chosen", `value="20:00"`, `aria-current="page">Reminders`)
	id := newTestID(60).String()
	typed := url.Values{"id": {id}, "name": {"Sharp"}, "days": {"−2, 0, +3"}, "hour": {"10:30"}, "usual": {"1"}, "every": {""}, "times": {""}}
	h.sendTo(home+"/new", home, typed).want(t, http.StatusSeeOther)
	if e, ok := h.lastRule().(reminder.DefaultSet); !ok || e.Cadence.String() != id {
		t.Errorf("%+v", h.lastRule())
	}
	h.get(home+"/"+id).want(t, 200, `value="-2, 0, 3"`, `value="10:30"`, "Change cadence")
	h.get(home+"?done=cadence").want(t, 200, "2 days before, on the day, 3 days after; at 10:30", "The cadence is saved")
	for field, bad := range map[string]url.Values{
		"name": {"name": {"STANDARD"}}, "days": {"days": {"soon"}}, "every": {"every": {"7"}, "times": {""}}, "hour": {"hour": {"25:00"}},
	} {
		again := url.Values{"id": {newTestID(61).String()}, "name": {"Other"}, "days": {"0"}, "hour": {"09:00"}}
		for k, v := range bad {
			again[k] = v
		}
		h.sendTo(home+"/new", home, again).want(t, http.StatusUnprocessableEntity, `href="#`+field+`"`, `id="`+field+`-problem"`, "New cadence", "<title>Error: ")
	}
	h.sendTo(home, home+"/quiet", url.Values{"from": {"18:00"}, "to": {"07:30"}, "weekends": {"1"}}).want(t, http.StatusSeeOther)
	if e, ok := h.lastRule().(reminder.QuietSet); !ok || e.Quiet != (reminder.Quiet{From: 18 * 60, To: 7*60 + 30, Weekends: true}) {
		t.Errorf("%+v", h.lastRule())
	}
	h.sendTo(home, home+"/quiet", url.Values{"from": {"00:00"}, "to": {"23:30"}}).want(t, http.StatusUnprocessableEntity, `id="from-problem"`, `value="23:30"`)
	h.sendTo(home+"/"+id, home+"/"+id+"/removal", url.Values{}).want(t, http.StatusSeeOther)
	h.get(home+"?done=no-cadence").want(t, 200, "The cadence is removed").lacks(t, "Sharp", "Unless another is chosen")
	h.get(home+"/"+id).want(t, http.StatusNotFound)
}

// S3.i4, T9: what is to come stands under its day, with what blocks or pauses it, and the next one can be skipped, once.
func TestReminderCalendar(t *testing.T) {
	h := asks(t)
	h.signIn()
	h.store.SetNow(noon)
	slot := noon.AddDate(0, 0, 1)
	h.store.Given(1, task.Stream(ledgerTask), task.DueSet{DueOn: "2026-11-22"}, task.CadenceSet{Cadence: reminder.Standard.ID})
	h.store.Given(1, reminder.Stream(ingrid.Contact), reminder.Planned{Contact: ingrid.Contact, Slot: slot, Tasks: []uuid.UUID{ledgerTask, newTestID(99)}, At: noon})
	h.calendar.rows = []reminderapp.Row{{
		Contact: ingrid.Contact, Name: "Ingrid Solberg", Next: slot, Wake: slot, Tasks: []uuid.UUID{ledgerTask, newTestID(99)}, Last: reminderapp.Last{At: noon, State: reminderapp.Blocked, Reason: "the client is archived", Tasks: []uuid.UUID{ledgerTask}},
	}}
	h.shut = "their access was removed"
	page := h.get("/reminders").want(t, 200, slot.Format("Monday 2 January 2006"), "Ingrid Solberg", "Send the ledger", "1 task of another client", "their access was removed", "17:30 where they are", "The last one was blocked on "+noon.Format("2 Jan")+": the client is archived")
	if !strings.Contains(page.text, slot.Format(time.RFC3339)) {
		t.Error("it can’t be skipped")
	}
	h.get("/reminders?show=withheld").want(t, 200, "Send the ledger")
	if !h.calendar.asked.Withheld {
		t.Errorf("asked for %+v", h.calendar.asked)
	}
	h.get("/reminders?person=x").want(t, http.StatusNotFound)
	skip := "/reminders/" + ingrid.Contact.String() + "/skip"
	h.sendTo("/reminders", skip, url.Values{"slot": {slot.Add(time.Hour).Format(time.RFC3339)}}).want(t, http.StatusConflict)
	h.sendTo("/reminders", skip, url.Values{"slot": {"soon"}}).want(t, http.StatusConflict)
	h.sendTo("/reminders", skip, url.Values{"slot": {slot.Format(time.RFC3339)}}).want(t, http.StatusSeeOther)
	all := h.store.Stream(reminder.Stream(ingrid.Contact))
	if e, ok := all[len(all)-1].(reminder.Skipped); !ok || e.Who != priya.ID || !e.Slot.Equal(slot) {
		t.Errorf("%+v", all[len(all)-1])
	}
	h.calendar.rows = nil
	h.get("/reminders?done=skip").want(t, 200, "No reminder is to come", "Skipped.")
}

// A task has the cadence that its form says, and its page tells whom it reminds next.
func TestTaskCadence(t *testing.T) {
	h := asks(t)
	h.signIn()
	h.plan.detail[0].Audience = task.Audience{All: true}
	of := "/tasks/" + ledgerTask.String()
	h.get(of).want(t, 200, "None: the task has no cadence", "Standard: 7, 3 and 1 days before")
	change := url.Values{"title": {"Send the ledger"}, "due_on": {"2026-11-30"}, "priority": {"normal"}, "cadence": {reminder.Standard.ID.String()}}
	h.sendTo(of, of+"/details", change).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.CadenceSet); !ok || e.Cadence != reminder.Standard.ID {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	h.get(of).want(t, 200, `value="`+reminder.Standard.ID.String()+`" selected`, "</a> Next: ", "/reminders?person="+ingrid.Contact.String())
	h.store.Given(1, reminder.RulesStream(harbour), reminder.CadenceRemoved{Cadence: reminder.Standard.ID})
	h.get(of).want(t, 200, "One that was removed: no reminders", "None: the task has no cadence")
	h.store.Given(1, reminder.RulesStream(harbour), reminder.CadenceSaved{Cadence: reminder.Standard}, reminder.DefaultSet{Cadence: reminder.Standard.ID})
	delete(change, "command")
	delete(change, "cadence") // a form from before
	h.sendTo(of, of+"/details", change).want(t, http.StatusSeeOther)
	h.get(of).want(t, 200, `value="`+reminder.Standard.ID.String()+`" selected`)
	delete(change, "command")
	change.Set("cadence", "")
	h.sendTo(of, of+"/details", change).want(t, http.StatusSeeOther)
	h.get(of).want(t, 200, "None: the task has no cadence")
	reviews(t).get("/tasks/new?client="+farrow.String()).want(t, 200, `value="`+reminder.Standard.ID.String()+`" selected`)
}
