package task_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// Whatever the practice, the contacts and the clock do, in whatever order:
//
//   - nothing becomes of a task before it is assigned or after it was taken back, and nobody but the practice acts inside the hold;
//   - only who sees it acts, and never while it is closed for them or for all;
//   - somebody sees it, always (T1);
//   - what is done is done once until it is undone or reopened, and undone only while it is not confirmed;
//   - nothing is recorded that stands so already: no tick twice, no first sight twice, one successor;
//   - a late alarm makes no difference (U6), and time alone has something to say exactly from Wake on.
func TestTaskProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s state
		var history []ev
		now := noon
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 24 * time.Hour, 20 * 24 * time.Hour}).Draw(rt, "later"))
			decide := drawDecision(rt, now)
			before := event.Fold(state{}, history...)
			events, err := decide(s)
			if !reflect.DeepEqual(before, s) {
				rt.Fatal("the decision changed its state")
			}
			rung, errRung := decide(event.Fold(event.Fold(state{}, history...), s.Elapse(now)...))
			if !errors.Is(err, errRung) && err != errRung || err == nil && !reflect.DeepEqual(withoutRepeat(events), withoutRepeat(rung)) {
				rt.Fatalf("with the alarm on time %v, %v; without %v, %v", rung, errRung, events, err)
			}
			if err != nil && len(events) > 0 {
				rt.Fatalf("refused with %v, and yet %v", err, events)
			}
			for _, e := range events {
				checkEvent(rt, history, e, now)
				history = append(history, e)
			}
			s = event.Fold(s, events...)
			checkState(rt, s, history, now)
		}
	})
}

func drawDecision(rt *rapid.T, now time.Time) decision {
	contact := rapid.SampledFrom([]uuid.UUID{ida, bo, ida, bo, eve}).Draw(rt, "contact")
	one := rapid.SampledFrom([]uuid.UUID{uuid.Nil, ida, bo}).Draw(rt, "one or all")
	entry := rapid.SampledFrom([]uuid.UUID{first, second}).Draw(rt, "entry")
	on := rapid.Bool().Draw(rt, "on")
	actions := []string{
		"assign", "finish", "finish", "undo", "see", "tick", "confirm", "reopen", "close", "progress", "audience", "add", "remove", "take back", "due", "repeat", "elapse",
	}
	switch rapid.SampledFrom(actions).Draw(rt, "what") {
	case "assign":
		a := assigning(func(a *task.Assigning) {
			a.Each, a.FinishTogether = on, rapid.Bool().Draw(rt, "together")
			a.Checklist = []task.Line{{first, "January"}, {second, "February"}}
			a.DueOn = now.Format(time.DateOnly)
			a.Recurrence = rapid.SampledFrom([]task.Recurrence{{}, monthly, {Every: 1, Unit: task.Week, From: task.OnCompletion}, {Every: 3, Unit: task.Day, From: task.OnSchedule, Wait: true}}).Draw(rt, "recurrence")
			a.Audience = rapid.SampledFrom([]task.Audience{everybody, onlyIda, {}}).Draw(rt, "audience")
			if rapid.Bool().Draw(rt, "held") {
				a.HoldUntil = now.Add(time.Minute)
			}
		})
		return func(s state) ([]ev, error) { return s.Assign(a, now) }
	case "finish":
		return func(s state) ([]ev, error) { return s.Finish(contact, "", people, by(contact), now) }
	case "undo":
		return func(s state) ([]ev, error) { return s.Undo(contact, by(contact), now) }
	case "see":
		return func(s state) ([]ev, error) { return s.See(contact, now) }
	case "tick":
		return func(s state) ([]ev, error) { return s.Tick(entry, on, contact, by(contact), now) }
	case "confirm":
		return func(s state) ([]ev, error) { return s.Confirm(one, byMary, now) }
	case "reopen":
		return func(s state) ([]ev, error) { return s.Reopen(one, "Again", byMary, now) }
	case "close":
		return func(s state) ([]ev, error) { return s.Close(one, task.Completed, "", byMary, now) }
	case "progress":
		to := rapid.SampledFrom([]task.Progress{task.Open, task.Doing, task.Done}).Draw(rt, "progress")
		return func(s state) ([]ev, error) { return s.Progress(to, byMary, now) }
	case "audience":
		a := rapid.SampledFrom([]task.Audience{everybody, onlyIda, {Contacts: people}, {}}).Draw(rt, "audience")
		return func(s state) ([]ev, error) { return s.SetAudience(a, people, now) }
	case "add":
		return func(s state) ([]ev, error) { return s.AddContact(contact, task.FromNow, people, now) }
	case "remove":
		return func(s state) ([]ev, error) { return s.RemoveContact(contact, people, now) }
	case "take back":
		return func(s state) ([]ev, error) { return s.TakeBack(byMary, now) }
	case "due":
		day := now.AddDate(0, 0, rapid.IntRange(-3, 3).Draw(rt, "days")).Format(time.DateOnly)
		return func(s state) ([]ev, error) { return s.Change(task.Changing{DueOn: &day}, now) }
	case "repeat":
		r := rapid.SampledFrom([]task.Recurrence{{}, monthly}).Draw(rt, "recurrence")
		return func(s state) ([]ev, error) { return s.Change(task.Changing{Recurrence: &r}, now) }
	}
	return func(s state) ([]ev, error) { return s.Elapse(now), nil }
}

func withoutRepeat(events []ev) []ev {
	return append([]ev{}, slices.DeleteFunc(slices.Clone(events), func(e ev) bool { _, ok := e.(task.Repeated); return ok })...)
}

// told is what a history says in so many words.
type told struct {
	assigned  *task.Assigned
	takenBack bool
	repeated  bool
	sees      map[uuid.UUID]bool
	seen      map[uuid.UUID]bool
	done      map[uuid.UUID]bool // uuid.Nil where one does it for all
	confirmed map[uuid.UUID]bool
	shut      map[uuid.UUID]bool // uuid.Nil: for all
	ticked    map[uuid.UUID]bool
}

func (h told) whose(c uuid.UUID) uuid.UUID {
	if h.assigned != nil && h.assigned.Each {
		return c
	}
	return uuid.Nil
}

func tell(history []ev) told {
	h := told{seen: map[uuid.UUID]bool{}, done: map[uuid.UUID]bool{}, confirmed: map[uuid.UUID]bool{}, shut: map[uuid.UUID]bool{}, ticked: map[uuid.UUID]bool{}}
	audience := func(a task.Audience) {
		h.sees = map[uuid.UUID]bool{}
		for _, c := range []uuid.UUID{ida, bo, eve} {
			h.sees[c] = a.All || slices.Contains(a.Contacts, c)
		}
	}
	for _, e := range history {
		switch e := e.(type) {
		case task.Assigned:
			h.assigned = &e
			audience(e.Audience)
		case task.AudienceSet:
			audience(e.Audience)
		case task.ContactAdded:
			h.sees[e.Contact] = true
		case task.ContactRemoved:
			h.sees[e.Contact] = false
		case task.TakenBack:
			h.takenBack = true
		case task.Repeated:
			h.repeated = true
		case task.Seen:
			h.seen[e.Contact] = true
		case task.DoneByClient:
			h.done[h.whose(e.Contact)] = true
		case task.UndoneByClient:
			h.done[h.whose(e.Contact)] = false
		case task.Confirmed:
			h.confirmed[e.Contact] = true
			for c, done := range h.done {
				h.confirmed[c] = h.confirmed[c] || e.Contact == uuid.Nil && done
			}
		case task.Closed:
			h.shut[e.Contact] = true
		case task.Reopened:
			for _, c := range []uuid.UUID{uuid.Nil, ida, bo, eve} {
				if e.Contact == uuid.Nil || c == e.Contact {
					h.done[c], h.confirmed[c], h.shut[c] = false, false, false
				}
			}
			h.confirmed[uuid.Nil] = false
		case task.Ticked:
			h.ticked[e.Entry] = true
		case task.Unticked:
			h.ticked[e.Entry] = false
		}
	}
	return h
}

func checkEvent(rt *rapid.T, history []ev, e ev, now time.Time) {
	h := tell(history)
	if _, ok := e.(task.Assigned); ok == (h.assigned != nil) || h.takenBack {
		rt.Fatalf("%+v on a task that is there: %v, taken back: %v", e, h.assigned != nil, h.takenBack)
	}
	acts := func(c uuid.UUID, quietly bool) {
		if c != uuid.Nil && (!h.sees[c] || now.Before(h.assigned.HoldUntil) || !quietly && (h.shut[c] || h.shut[uuid.Nil])) {
			rt.Fatalf("%+v, by somebody who may not", e)
		}
	}
	wrong := false
	switch e := e.(type) {
	case task.Seen:
		acts(e.Contact, true)
		wrong = h.seen[e.Contact]
	case task.DoneByClient:
		acts(e.Contact, false)
		wrong = h.done[h.whose(e.Contact)]
	case task.UndoneByClient:
		acts(e.Contact, false)
		wrong = !h.done[h.whose(e.Contact)] || h.confirmed[h.whose(e.Contact)]
	case task.Ticked:
		acts(e.By.ID, false)
		wrong = h.ticked[e.Entry]
	case task.Unticked:
		acts(e.By.ID, false)
		wrong = !h.ticked[e.Entry]
	case task.TakenBack:
		wrong = !now.Before(h.assigned.HoldUntil)
	case task.Repeated:
		wrong = h.repeated || e.At.After(now) || e.DueOn < e.At.In(time.UTC).Format(time.DateOnly)
	case task.Closed:
		wrong = h.shut[uuid.Nil] || h.shut[e.Contact]
	}
	if wrong {
		rt.Fatalf("%+v, and before it %+v", e, h)
	}
}

func checkState(rt *rapid.T, s state, history []ev, now time.Time) {
	h := tell(history)
	shown := 0
	for _, c := range []uuid.UUID{ida, bo, eve} {
		want := h.assigned != nil && !h.takenBack && !now.Before(h.assigned.HoldUntil) && h.sees[c]
		if got := s.Shown(c, now) == nil; got != want {
			rt.Fatalf("shown to %s: %v, want %v", c, got, want)
		}
		if got := s.Takes(c) == nil; got == (h.shut[c] || h.shut[uuid.Nil]) {
			rt.Fatalf("takes from %s: %v, and %+v", c, got, h)
		}
		if h.sees[c] && c != eve {
			shown++
		}
	}
	if h.assigned != nil && shown == 0 {
		rt.Fatal("nobody sees it")
	}
	wake, due := s.Wake(), s.Elapse(now)
	if (len(due) > 0) != (!wake.IsZero() && !now.Before(wake)) {
		rt.Fatalf("wakes at %s, and at %s time has caused %v", wake, now, due)
	}
	if after := event.Fold(event.Fold(state{}, history...), due...); len(after.Elapse(now)) > 0 || len(due) > 0 && !after.Wake().IsZero() {
		rt.Fatal("time has caused the same thing twice")
	}
}
