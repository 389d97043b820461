package views

import (
	"strings"
	"testing"
	"time"

	"portico/domain/account"
)

func reminderSettings(s Shell) SettingsReminders {
	return SettingsReminders{
		Settings: Settings{Shell: s, Here: "reminders", Command: one, Done: "Saved.", Problems: Problems{{"from", "Leave an hour."}}}, Most: 20, From: "20:00", To: "08:00", Weekends: true,
		Cadences: []CadenceLine{{one, "Standard", "7, 3, 1 days before; at 09:00", true}, {two, "<b>Sharp</b>", "on the day; at 10:00", false}},
	}
}

func cadenceForm(s Shell) CadenceForm {
	return CadenceForm{
		Shell: s, ID: one, Command: two, Name: "Standard", Days: "-7, 0", Every: "7", Times: "2", Hour: "09:00", Usual: true,
		Problems: Problems{{"name", "Name it."}, {"days", "Write days."}, {"every", "Every?"}, {"hour", "When?"}},
	}
}

// reminded is one person of whom two tasks stand here, one of them paused.
func reminded() ReminderLine {
	noon := At(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), time.UTC)
	return ReminderLine{
		Contact: one, Name: "Ida <i>Berg</i>", At: noon, Where: "17:30", Slot: "2026-11-20T12:00:00Z", Blocked: "the client is archived", Last: "Last one sent on 2 Nov", Hidden: 2,
		Tasks: []RemindedTask{{ID: one, Title: "Send <b>it</b>", Client: "Acme", Due: "22 Nov 2026"}, {ID: two, Title: "Sign", Paused: noon}},
	}
}

func reminders(s Shell) Reminders {
	moving := reminded()
	moving.Contact, moving.Moving, moving.Blocked, moving.Slot = two, true, "", ""
	return Reminders{
		Shell: s, Chips: []Chip{{"To come", "/reminders", true}, {"Not sent", "/reminders?show=withheld", false}}, Done: "Skipped.",
		Days: []ReminderDay{{"Today", []ReminderLine{moving, reminded()}}}, Pager: Pager{Next: "/reminders?after=x", Shown: "50 people"},
	}
}

// What is to come says who, when there, of what, what is left out and why, and what stands in the way.
func TestReminders(t *testing.T) {
	page := reminders(Shell{Title: "Reminders", Role: account.Owner})
	out := rendered(t, page)
	for _, want := range []string{"Ida &lt;i&gt;Berg", "17:30 where they are", "On its way", "the client is archived", "Paused: something was done on", "2 tasks of other clients", "Acme", "due 22 Nov 2026", `name="slot" value="2026-11-20T12:00:00Z"`} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Count(out, `name="slot"`) != 1 {
		t.Error("what is on its way can be skipped")
	}
	task := taskSample(Shell{Title: "Send", Role: account.Owner})
	for what, r := range map[string]*TaskReminders{
		"no cadence": {}, "no due date": {Cadence: "Standard", Undue: true}, "Nobody has anything": {Cadence: "Standard"}, "the client is archived": {Cadence: "Standard", People: []ReminderLine{reminded()}},
		"Nothing to come": {Cadence: "Standard", People: []ReminderLine{{Contact: one, Name: "Ida"}}},
	} {
		if task.Reminders = r; !strings.Contains(rendered(t, task), what) {
			t.Errorf("a task’s page lacks %q", what)
		}
	}
}
