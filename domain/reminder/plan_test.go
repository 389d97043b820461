package reminder_test

import (
	"reflect"
	"testing"
	"time"

	"portico/domain/reminder"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var (
	tax      = uuid.UUID{15: 1}
	payroll  = uuid.UUID{15: 2}
	lastYear = uuid.UUID{15: 3}
	weekly   = reminder.Cadence{ID: uuid.UUID{15: 8}, Name: "Weekly", Days: []int{0}, Every: 7, Times: 2, Minute: 9 * 60}
	early    = reminder.Cadence{ID: uuid.UUID{15: 9}, Name: "Early bird", Days: []int{-1, 0}, Minute: 6*60 + 30}
)

func place(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// at is a moment in London, as in "2026-03-02 09:00".
func at(text string) time.Time { return in("Europe/London", text) }

func in(zone, text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, place(zone))
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func rulesOf(events ...reminder.RulesEvent) (r reminder.Rules) {
	for _, e := range events {
		r = r.Apply(e)
	}
	return r
}

var ours = rulesOf(reminder.CadenceSaved{Cadence: weekly}, reminder.CadenceSaved{Cadence: early})

func london(r reminder.Rules) reminder.Calendar {
	return reminder.Calendar{Rules: r, Zone: place("Europe/London")}
}

func duty(task uuid.UUID, due string, change ...func(*reminder.Duty)) reminder.Duty {
	d := reminder.Duty{Task: task, Series: task, Cadence: reminder.Standard.ID, DueOn: due, Since: at("2026-01-01 12:00")}
	for _, f := range change {
		f(&d)
	}
	return d
}

func by(c reminder.Cadence) func(*reminder.Duty) {
	return func(d *reminder.Duty) { d.Cadence = c.ID }
}
func since(text string) func(*reminder.Duty) {
	return func(d *reminder.Duty) { d.Since = at(text) }
}
func moved(text string) func(*reminder.Duty) {
	return func(d *reminder.Duty) { d.Moved = at(text) }
}

// slots are all reminders that follow each other, when each goes at its slot.
func slots(c reminder.Calendar, duties []reminder.Duty, upto time.Time) (all []string) {
	for range 40 {
		next := c.Next(duties, upto)
		if next.Slot.IsZero() {
			return all
		}
		all = append(all, next.Slot.In(c.Zone).Format("2006-01-02 15:04"))
		upto = c.EndOfDay(next.Slot)
	}
	return append(all, "…")
}

// Rules 1, 2: 7, 3, 1 days before, on the day, then weekly.
func TestSlots(t *testing.T) {
	for name, c := range map[string]struct {
		calendar reminder.Calendar
		duties   []reminder.Duty
		want     []string
	}{
		"the standard": {london(ours), []reminder.Duty{duty(tax, "2026-03-10")}, []string{
			"2026-03-03 09:00", "2026-03-07 09:00", "2026-03-09 09:00", "2026-03-10 09:00", // Saturdays are as good as others
			"2026-03-17 09:00", "2026-03-24 09:00", "2026-03-31 09:00", "2026-04-07 09:00", "2026-04-14 09:00", "2026-04-21 09:00", "2026-04-28 09:00", "2026-05-05 09:00",
		}},
		"no due date":       {london(ours), []reminder.Duty{duty(tax, "")}, nil},
		"no cadence":        {london(ours), []reminder.Duty{duty(tax, "2026-03-10", by(reminder.Cadence{}))}, nil},
		"a cadence removed": {london(rulesOf(reminder.CadenceRemoved{Cadence: reminder.Standard.ID})), []reminder.Duty{duty(tax, "2026-03-10")}, nil},
		"an hour inside of quiet hours is the first one after them": {london(ours), []reminder.Duty{duty(tax, "2026-03-10", by(early))}, []string{"2026-03-09 08:00", "2026-03-10 08:00"}},
		"quiet weekends move to Monday, and are one with its own": {
			london(rulesOf(reminder.QuietSet{Quiet: reminder.Quiet{From: 20 * 60, To: 8 * 60, Weekends: true}}, reminder.CadenceSaved{Cadence: early})),
			[]reminder.Duty{duty(tax, "2026-03-15", by(early)), duty(payroll, "2026-03-16", by(early))},
			[]string{"2026-03-16 08:00"},
		},
		"what was given out today begins with the next slot (T7)": {london(ours), []reminder.Duty{duty(tax, "2026-03-10", since("2026-03-09 08:30"), by(early))}, []string{"2026-03-10 08:00"}},
		"in the person's zone": {reminder.Calendar{Rules: ours, Zone: place("Pacific/Auckland")}, []reminder.Duty{duty(tax, "2026-03-10", by(weekly))}, []string{
			"2026-03-10 09:00", "2026-03-17 09:00", "2026-03-24 09:00",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := slots(c.calendar, c.duties, at("2026-02-01 12:00")); !reflect.DeepEqual(got, c.want) {
				t.Errorf("reminders at\n%v, want\n%v", got, c.want)
			}
		})
	}
}

// Rules 3–5: what one mail is about.
func TestComing(t *testing.T) {
	sibling := func(d *reminder.Duty) { d.Series = tax }
	for name, c := range map[string]struct {
		duties        []reminder.Duty
		upto, now     string
		tasks, paused []uuid.UUID
	}{
		"all whose day it is, at whatever hour": {
			[]reminder.Duty{duty(tax, "2026-03-10"), duty(payroll, "2026-03-10", by(early)), duty(lastYear, "2026-03-12")}, "2026-03-09 23:59", "2026-03-10 08:00",
			[]uuid.UUID{tax, payroll}, nil,
		},
		"what has missed several slots, once (T8)": {
			[]reminder.Duty{duty(tax, "2026-03-10"), duty(payroll, "2026-03-08")}, "2026-03-02 23:59", "2026-03-11 14:00", []uuid.UUID{tax, payroll}, nil,
		},
		"nothing that was reopened since (T7)":    {[]reminder.Duty{duty(tax, "2026-03-10", since("2026-03-10 08:59"))}, "2026-03-02 23:59", "2026-03-10 14:00", nil, nil},
		"the one before it of the series (T10)":   {[]reminder.Duty{duty(tax, "2026-03-11"), duty(lastYear, "2025-12-11", sibling)}, "2026-03-09 23:59", "2026-03-10 09:00", []uuid.UUID{tax, lastYear}, nil},
		"not what somebody is busy with":          {[]reminder.Duty{duty(tax, "2026-03-10", moved("2026-03-09 15:00")), duty(payroll, "2026-03-10")}, "2026-03-09 23:59", "2026-03-10 09:00", []uuid.UUID{payroll}, []uuid.UUID{tax}},
		"what they did before the slot before it": {[]reminder.Duty{duty(tax, "2026-03-10", moved("2026-03-09 08:59"))}, "2026-03-09 23:59", "2026-03-10 09:00", []uuid.UUID{tax}, nil},
		"what they did long ago":                  {[]reminder.Duty{duty(tax, "2026-03-10", moved("2026-02-23 09:00"))}, "2026-03-01 23:59", "2026-03-03 09:00", []uuid.UUID{tax}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := london(ours).At(c.duties, at(c.upto), at(c.now))
			if !reflect.DeepEqual(got.Tasks, c.tasks) || !reflect.DeepEqual(got.Paused, c.paused) {
				t.Errorf("it is about %v and leaves out %v, want %v and %v", got.Tasks, got.Paused, c.tasks, c.paused)
			}
		})
	}
}

// Where clocks change, a slot is at its hour, or at the end of the quiet time (rule 2).
func TestClocksChange(t *testing.T) {
	half := reminder.Cadence{ID: uuid.UUID{15: 7}, Name: "Night", Days: []int{-1, 0, 1}, Minute: 2*60 + 30}
	night := reminder.Calendar{
		Rules: rulesOf(reminder.CadenceSaved{Cadence: half}, reminder.QuietSet{Quiet: reminder.Quiet{From: 60, To: 2*60 + 15}}), Zone: place("Europe/Berlin"),
	}
	d := duty(tax, "2026-03-29", by(half)) // at 02:00 it is 03:00
	if got, want := slots(night, []reminder.Duty{d}, at("2026-03-01 00:00")), []string{"2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"}; !reflect.DeepEqual(got, want) {
		t.Errorf("in spring at %v, want %v", got, want)
	}
	d.DueOn = "2026-10-25"
	if got, want := slots(night, []reminder.Duty{d}, at("2026-10-01 00:00")), []string{"2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30"}; !reflect.DeepEqual(got, want) {
		t.Errorf("in autumn at %v, want %v", got, want)
	}
	beirut := reminder.Calendar{Zone: place("Asia/Beirut")} // its days begin at 01:00 when clocks go forward
	if got, want := beirut.EndOfDay(in("Asia/Beirut", "2026-03-28 12:00")), in("Asia/Beirut", "2026-03-29 01:00").Add(-time.Millisecond); !got.Equal(want) {
		t.Errorf("the day ends at %s, want %s", got, want)
	}
}

// Whatever is asked of a person, done by them, and however long nothing runs:
//
//   - no reminder leaves inside the quiet hours, and no two on one day of the person (rules 2, 3);
//   - each is about something, all of it open and not paused, and each task in it once;
//   - what has missed its slots is in the first one that leaves (T8), and what began within twelve hours in none (T7);
//   - the alarm makes no difference that is late (U6), and nothing is recorded that stands so already.
func TestPlanProperties(t *testing.T) {
	zones := []string{"Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "Asia/Beirut", "America/St_Johns"}
	rapid.Check(t, func(rt *rapid.T) {
		quiet := reminder.Quiet{From: rapid.IntRange(0, 1439).Draw(rt, "from"), Weekends: rapid.Bool().Draw(rt, "weekends")}
		quiet.To = (quiet.From + rapid.IntRange(0, 1380).Draw(rt, "asleep")) % 1440
		c := reminder.Calendar{Zone: place(rapid.SampledFrom(zones).Draw(rt, "zone"))}
		c.Rules = rulesOf(
			reminder.CadenceSaved{Cadence: reminder.Cadence{ID: weekly.ID, Name: "A", Days: []int{-3, 0}, Every: 2, Times: 3, Minute: rapid.IntRange(0, 1439).Draw(rt, "minute")}},
			reminder.CadenceSaved{Cadence: early}, reminder.QuietSet{Quiet: quiet})
		now := in("Europe/London", "2026-03-20 12:00")
		duties := map[uuid.UUID]reminder.Duty{}
		var s reminder.Reminders
		var left []time.Time
		list := func() (all []reminder.Duty) {
			for n := byte(1); n <= 4; n++ {
				if d, ok := duties[uuid.UUID{15: n}]; ok {
					all = append(all, d)
				}
			}
			return all
		}
		apply := func(events ...reminder.Event) {
			for _, e := range events {
				s = s.Apply(e)
			}
		}
		plan := func() {
			apply(s.Plan(tax, c.Next(list(), s.Upto()), now)...)
			if again := s.Plan(tax, c.Next(list(), s.Upto()), now); len(again) > 0 {
				rt.Fatalf("planned again: %v", again)
			}
		}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{time.Minute, 3 * time.Hour, 26 * time.Hour, 9 * 24 * time.Hour}).Draw(rt, "later"))
			id := uuid.UUID{15: byte(rapid.IntRange(1, 4).Draw(rt, "task"))}
			d, known := duties[id]
			switch rapid.SampledFrom([]string{"ask", "move", "done", "wait", "wait"}).Draw(rt, "act") {
			case "ask":
				due := now.Add(time.Duration(rapid.IntRange(-5, 10).Draw(rt, "due")) * 24 * time.Hour).Format(time.DateOnly)
				duties[id] = reminder.Duty{Task: id, Series: id, DueOn: due, Since: now, Cadence: rapid.SampledFrom([]uuid.UUID{weekly.ID, early.ID, reminder.Standard.ID}).Draw(rt, "cadence")}
			case "move":
				if d.Moved = now; known {
					duties[id] = d
				}
			case "done":
				delete(duties, id)
			}
			plan()
			wake := s.Wake()
			rung := s.Elapse(now)
			if (len(rung) > 0) != (!wake.IsZero() && !wake.After(now)) {
				rt.Fatalf("wakes at %s; at %s it says %v", wake, now, rung)
			}
			if apply(rung...); len(rung) == 0 {
				continue
			}
			slot := s.Next()
			if allowed := c.Allowed(now); allowed.After(now) {
				if apply(s.Postpone(slot, allowed, now)...); !s.Wake().Equal(allowed) {
					rt.Fatalf("it comes again at %s, not at %s", s.Wake(), allowed)
				}
				continue
			}
			it := c.At(list(), s.Upto(), now)
			if len(it.Tasks) == 0 {
				apply(s.Withhold(slot, nil, reminder.Idle, "", c.EndOfDay(now), now)...)
			} else {
				checkMail(rt, c, duties, it, s.Upto(), now, left)
				left = append(left, now)
				apply(s.Send(slot, uuid.UUID{15: 99}, it.Tasks, c.EndOfDay(now), now)...)
				if again := s.Send(slot, uuid.UUID{15: 99}, it.Tasks, c.EndOfDay(now), now); len(again) > 0 {
					rt.Fatalf("sent twice: %v", again)
				}
			}
			plan()
		}
	})
}

func checkMail(rt *rapid.T, c reminder.Calendar, duties map[uuid.UUID]reminder.Duty, it reminder.Coming, upto, now time.Time, left []time.Time) {
	if !c.Allowed(now).Equal(now) {
		rt.Fatalf("leaves at %s, inside the quiet hours", now)
	}
	day := now.In(c.Zone).Format(time.DateOnly)
	if len(left) > 0 && left[len(left)-1].In(c.Zone).Format(time.DateOnly) == day {
		rt.Fatalf("the second one of %s", day)
	}
	seen := map[uuid.UUID]bool{}
	for _, id := range it.Tasks {
		d, open := duties[id]
		if !open || seen[id] || now.Sub(d.Since) < 0 {
			rt.Fatalf("%s is in it: open %t, twice %t, since %s", id, open, seen[id], d.Since)
		}
		seen[id] = true
	}
	for id, d := range duties { // whatever has missed a slot is in it, or paused
		first := c.Next([]reminder.Duty{d}, upto)
		if !first.Slot.IsZero() && !first.Slot.After(now) && !seen[id] && d.Moved.IsZero() {
			rt.Fatalf("%s had a slot at %s and is not in the mail at %s", id, first.Slot, now)
		}
	}
}
