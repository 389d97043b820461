package api

import (
	"context"
	"testing"
	"time"

	reminderapp "portico/app/reminder"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// calendar is the reminders that a test has put into the store.
type calendar struct{ h *house }

// Candidates are all tasks of the store.
func (c calendar) Candidates(context.Context, int32, uuid.UUID) (ids []uuid.UUID, err error) {
	for _, r := range c.h.store.Log() {
		if _, ok := r.Event.(task.Assigned); ok {
			ids = append(ids, r.Stream.ID)
		}
	}
	return ids, nil
}

func (c calendar) Concerned(context.Context, int32) (clients, contacts []uuid.UUID, err error) {
	return nil, nil, nil
}

// Reminders are what was planned last for each person.
func (c calendar) Reminders(_ context.Context, _ int32, q reminderapp.Query) (rows []reminderapp.Row, next string, err error) {
	for _, r := range c.h.store.Log() {
		if e, ok := r.Event.(reminder.Planned); ok && (q.Contact == uuid.Nil || q.Contact == e.Contact) && !q.Withheld {
			rows = append(rows, reminderapp.Row{Contact: e.Contact, Name: "Ida", Next: e.Slot, Wake: e.Slot, Tasks: e.Tasks, Last: reminderapp.Last{At: noon, State: reminderapp.Sent, Tasks: e.Tasks}})
		}
	}
	return rows, "", nil
}

func (h *house) reminders() reminderapp.Commands {
	return reminderapp.Commands{
		Blocked: func(context.Context, int32, uuid.UUID, uuid.UUID) (string, error) {
			return "the client is archived", nil
		},
		Book: reminderapp.Book{
			Events: h.store, List: calendar{h},
			Practice: func(context.Context, int32) (uuid.UUID, string, error) { return house1, "Europe/London", nil },
			Zone:     func(context.Context, int32, uuid.UUID) (string, error) { return "Europe/Tallinn", nil },
			Since:    func(context.Context, int32, uuid.UUID, uuid.UUID) (time.Time, error) { return noon, nil },
		},
	}
}

// sure calls, and wants that status.
func (h *house) sure(status int, token, method, path, body string, headers ...string) answer {
	h.t.Helper()
	a := h.call(token, method, path, body, headers...)
	if a.status != status {
		h.t.Errorf("%s %s: %d, want %d\n%s", method, path, a.status, status, a.body)
	}
	return a
}

// S3.i4, T9: a program reads what is to come for somebody, with what pauses and blocks it, and skips it, once.
func TestReminders(t *testing.T) {
	h := newHouse(t)
	slot := noon.Add(21 * time.Hour)
	papers, moved := uuid.MustParse("0197f000-0000-7000-8000-0000000000a1"), uuid.MustParse("0197f000-0000-7000-8000-0000000000a2")
	h.store.SetNow(noon.AddDate(0, 0, -10))
	for _, id := range []uuid.UUID{papers, moved} {
		h.store.Given(1, task.Stream(id), task.Assigned{
			Subject: ida, Kind: task.ToDo, Title: event.Of(ida, "x"), Audience: task.Audience{Contacts: []uuid.UUID{ida}}, DueOn: slot.AddDate(0, 0, 1).Format(time.DateOnly), Cadence: reminder.Standard.ID, Series: id, Zone: "UTC",
		})
	}
	h.store.SetNow(noon)
	h.store.Given(1, task.Stream(moved), task.Posted{By: task.Who{Kind: event.Contact, ID: ida}})
	h.store.Given(1, reminder.Stream(ida), reminder.Planned{Contact: ida, Slot: slot, Tasks: []uuid.UUID{papers, moved}, At: noon})
	got := h.sure(200, maryToken, "GET", "/api/v1/reminders?person="+ida.String(), "")
	for path, want := range map[string]string{
		"items.0.contact_id": ida.String(), "items.0.next_at": slot.Format("2006-01-02T15:04:05.000Z07:00"), "items.0.zone": "Europe/Tallinn", "items.0.task_ids.0": papers.String(),
		"items.0.paused_task_ids.0": moved.String(), "items.0.blocked": "the client is archived", "items.0.last.state": "sent",
	} {
		if is := got.text(path); is != want {
			t.Errorf("%s is %q, want %q", path, is, want)
		}
	}
	skip := "/api/v1/reminders/" + ida.String() + "/skip"
	h.sure(409, maryToken, "POST", skip, `{"next_at":"2020-01-01T09:00:00Z"}`)
	h.sure(204, maryToken, "POST", skip, `{"next_at":"`+slot.Format(time.RFC3339)+`"}`)
	h.sure(409, maryToken, "POST", skip, `{"next_at":"`+slot.Format(time.RFC3339)+`"}`)
	h.sure(404, maryToken, "GET", "/api/v1/reminders?person=x", "")
}

// A program sets cadences and quiet hours, and tasks have only those that are there.
func TestReminderRules(t *testing.T) {
	h := newHouse(t)
	rules := "/api/v1/settings/reminders"
	id := "0197f000-0000-7000-8000-0000000000c7"
	h.sure(200, maryToken, "PUT", rules+"/cadences/"+id, `{"name":"Sharp","days":[0,-2],"every":3,"times":2,"at":"10:30","default":true}`)
	h.sure(422, maryToken, "PUT", rules+"/cadences/"+id, `{"name":"Sharp","days":[0],"at":"25:00"}`)
	h.sure(200, maryToken, "PUT", rules+"/quiet-hours", `{"from":"18:00","to":"07:00","weekends":true}`)
	h.sure(422, maryToken, "PUT", rules+"/quiet-hours", `{"from":"18:00","to":"17:30"}`)
	got := h.sure(200, maryToken, "GET", rules, "")
	if got.text("cadences.0.name") != "Standard" || got.text("cadences.1.at") != "10:30" || got.value("cadences.1.default") != true || got.number("cadences.1.days.0") != -2 || got.text("quiet_hours.to") != "07:00" {
		t.Errorf("%s", got.body)
	}
	h.sure(204, maryToken, "DELETE", rules+"/cadences/"+id, "")
	h.sure(404, maryToken, "POST", "/api/v1/tasks", `{"contact_id":"`+ida.String()+`","title":"x","cadence_id":"`+id+`"}`)
}
