package reminder_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/fault"
	"portico/domain/reminder"

	"github.com/google/uuid"
)

type (
	state = reminder.Reminders
	ev    = reminder.Event
)

var (
	ida   = uuid.UUID{15: 21}
	mary  = event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 22}}
	mail  = uuid.UUID{15: 23}
	slot  = at("2026-03-10 09:00")
	later = at("2026-03-11 08:00")
	ended = at("2026-03-10 23:59")

	planned = reminder.Planned{Contact: ida, Slot: slot, Tasks: []uuid.UUID{tax, payroll}, At: at("2026-03-01 12:00")}
	due     = reminder.Due{Contact: ida, Slot: slot, Nth: 1, At: slot}
	gone    = reminder.Sent{Contact: ida, Slot: slot, Tasks: []uuid.UUID{tax}, Mail: mail, Upto: ended, At: slot}
)

func given(t *testing.T, history ...ev) eventtest.Scenario[state, ev] {
	return eventtest.Given[state](t, history...)
}

func plan(c reminder.Coming, now time.Time) func(state) ([]ev, error) {
	return func(r state) ([]ev, error) { return r.Plan(ida, c, now), nil }
}

func elapse(now time.Time) func(state) ([]ev, error) {
	return func(r state) ([]ev, error) { return r.Elapse(now), nil }
}

func send(slot, now time.Time) func(state) ([]ev, error) {
	return func(r state) ([]ev, error) { return r.Send(slot, mail, []uuid.UUID{tax}, ended, now), nil }
}

func skip(slot time.Time) func(state) ([]ev, error) {
	return func(r state) ([]ev, error) { return r.Skip(slot, mary, ended, at("2026-03-02 12:00")) }
}

func TestReminders(t *testing.T) {
	both := reminder.Coming{Slot: slot, Tasks: []uuid.UUID{payroll}, Paused: []uuid.UUID{tax}}
	t.Run("what comes is planned, with what is paused", func(t *testing.T) {
		given(t).When(plan(both, planned.At)).Then(planned)
	})
	t.Run("what stands so already is no event", func(t *testing.T) {
		given(t, planned).When(plan(both, later)).Then()
		given(t).When(plan(reminder.Coming{}, later)).Then()
	})
	t.Run("nothing more to come", func(t *testing.T) {
		given(t, planned).When(plan(reminder.Coming{}, later)).Then(reminder.Planned{Contact: ida, At: later})
	})
	t.Run("it comes at its slot, once", func(t *testing.T) {
		given(t, planned).When(elapse(slot.Add(-time.Millisecond))).Then()
		given(t, planned).When(elapse(slot)).Then(due)
		given(t, planned, due).When(elapse(later)).Then()
	})
	t.Run("nothing is planned while one is on its way", func(t *testing.T) {
		given(t, planned, due).When(plan(reminder.Coming{Slot: later}, slot)).Then()
	})
	t.Run("quiet hours put it off (rule 2)", func(t *testing.T) {
		put := reminder.Postponed{Contact: ida, Slot: slot, Until: later, At: slot}
		given(t, planned, due).When(func(r state) ([]ev, error) { return r.Postpone(slot, later, slot), nil }).Then(put)
		given(t, planned, due, put).When(elapse(later.Add(-time.Minute))).Then()
		again := due
		again.Nth, again.At = 2, later
		given(t, planned, due, put).When(elapse(later)).Then(again)
	})
	t.Run("what became of it is recorded once (rule 7)", func(t *testing.T) {
		given(t, planned, due).When(send(slot, slot)).Then(gone)
		given(t, planned, due, gone).When(send(slot, later)).Then()
		given(t, planned, due).When(send(later, later)).Then()
		given(t, planned, due, gone).When(func(r state) ([]ev, error) {
			return r.Withhold(slot, nil, reminder.Idle, "", ended, later), nil
		}).Then()
	})
	t.Run("the practice skips the next one (rule 6)", func(t *testing.T) {
		given(t, planned).When(skip(slot)).Then(reminder.Skipped{
			Contact: ida, Slot: slot, Tasks: planned.Tasks, By: event.Staff, Who: mary.ID, Upto: ended, At: at("2026-03-02 12:00"),
		})
		given(t, planned).When(skip(later)).ThenError(reminder.ErrNext)
		given(t, planned, due).When(skip(slot)).ThenError(reminder.ErrNext)
		given(t).When(skip(time.Time{})).ThenError(reminder.ErrNext)
	})
	t.Run("what is told of a mail is noted once", func(t *testing.T) {
		report := func(delivered bool) func(state) ([]ev, error) {
			return func(r state) ([]ev, error) { return r.Report(mail, delivered, "550", later), nil }
		}
		back := reminder.Bounced{Contact: ida, Mail: mail, Code: "550", At: later}
		came := reminder.Delivered{Contact: ida, Mail: mail, At: later}
		given(t, planned, due, gone).When(report(true)).Then(came)
		given(t, planned, due, gone, came).When(report(true)).Then()
		given(t, planned, due, gone, came).When(report(false)).Then(back)
		given(t, planned, due, gone, back).When(report(false)).Then()
		given(t, planned).When(report(false)).Then()
	})
}

// Rule 1: what a practice may set, and what it begins with.
func TestRules(t *testing.T) {
	var fresh reminder.Rules
	if c, ok := fresh.Cadence(fresh.Default()); !ok || c.Name != "Standard" {
		t.Errorf("a practice begins with %v", fresh.Cadences())
	}
	save := func(change func(*reminder.Cadence)) ([]reminder.RulesEvent, error) {
		c := weekly
		change(&c)
		return ours.Save(c)
	}
	for name, c := range map[string]struct {
		change func(*reminder.Cadence)
		want   *fault.Error
	}{
		"no name":            {func(c *reminder.Cadence) { c.Name = " \u202e " }, reminder.ErrName},
		"another one's name": {func(c *reminder.Cadence) { c.Name = "STANDARD" }, reminder.ErrName},
		"no days":            {func(c *reminder.Cadence) { c.Days = nil }, reminder.ErrDays},
		"a day too far":      {func(c *reminder.Cadence) { c.Days = []int{-366} }, reminder.ErrDays},
		"every, but no time": {func(c *reminder.Cadence) { c.Times = 0 }, reminder.ErrEvery},
		"too often":          {func(c *reminder.Cadence) { c.Times = 53 }, reminder.ErrEvery},
		"no hour":            {func(c *reminder.Cadence) { c.Minute = 24 * 60 }, reminder.ErrHour},
	} {
		if events, err := save(c.change); err != c.want || len(events) > 0 {
			t.Errorf("%s: %v, %v", name, events, err)
		}
	}
	if events, err := save(func(*reminder.Cadence) {}); err != nil || len(events) > 0 {
		t.Errorf("what stands so already: %v, %v", events, err)
	}
	if _, err := ours.SetDefault(uuid.UUID{15: 77}); err != reminder.ErrUnknown {
		t.Errorf("an unknown default: %v", err)
	}
	without := rulesOf(reminder.CadenceRemoved{Cadence: reminder.Standard.ID})
	if without.Default() != uuid.Nil || len(without.Cadences()) != 0 {
		t.Errorf("without the standard: %v, %v", without.Default(), without.Cadences())
	}
	if _, err := fresh.SetQuiet(reminder.Quiet{From: 0, To: 1439}); err != reminder.ErrQuiet {
		t.Errorf("quiet for all day: %v", err)
	}
	if events, err := fresh.SetQuiet(reminder.Quiet{}); err != nil || len(events) != 1 {
		t.Errorf("never quiet: %v, %v", events, err)
	}
	full := ours
	for n := byte(0); len(full.Cadences()) < reminder.MaxCadences; n++ {
		full = full.Apply(reminder.CadenceSaved{Cadence: reminder.Cadence{ID: uuid.UUID{14: 1, 15: n}, Name: string('a' + rune(n)), Days: []int{0}}})
	}
	if _, err := full.Save(reminder.Cadence{ID: uuid.UUID{14: 2}, Name: "One more", Days: []int{0}}); err != reminder.ErrTooMany {
		t.Errorf("one too many: %v", err)
	}
}
