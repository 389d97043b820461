package task_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Rules 4 and 5: T2.
func TestFinish(t *testing.T) {
	t.Run("one for all", func(t *testing.T) {
		s := given(t, assigned()).When(finish(ida, " It is\r\ndone ")).Then(done(ida, "It is\ndone"))
		s.When(finish(bo, "")).ThenNothing()
		s.When(undo(bo)).Then(task.UndoneByClient{Contact: bo, By: by(bo), At: noon}).
			When(finish(bo, "")).Then(done(bo, ""))
	})
	t.Run("each for themselves", func(t *testing.T) {
		s := given(t, assigned(each), done(ida, ""))
		s.When(undo(bo)).ThenNothing()
		s.When(finish(ida, "")).ThenNothing()
		s.When(finish(bo, "")).Then(done(bo, ""))
	})
	t.Run("the practice in somebody's place (S4.i1)", func(t *testing.T) {
		forIda := task.Who{Kind: event.Staff, ID: mary, For: ida}
		given(t, assigned()).When(func(s state) ([]ev, error) { return s.Finish(ida, "", people, forIda, noon) }).
			Then(task.DoneByClient{Contact: ida, By: forIda, At: noon})
	})
	t.Run("a question needs an answer", func(t *testing.T) {
		given(t, assigned(asking)).When(finish(ida, " ")).ThenError(task.ErrAnswer)
		given(t, assigned(asking)).When(finish(ida, "42")).Then(done(ida, "42"))
	})
	t.Run("refuses", func(t *testing.T) {
		given(t).When(finish(ida, "")).ThenError(task.ErrNotFound)
		given(t, assigned(toIda)).When(finish(bo, "")).ThenError(task.ErrNotFound)
		given(t, assigned(held)).When(finish(ida, "")).ThenError(task.ErrNotFound)
		given(t, assigned()).When(finish(uuid.Nil, "")).ThenError(task.ErrNotFound)
		given(t, assigned()).When(finish(ida, strings.Repeat("é", task.MaxNote+1))).ThenError(task.ErrNote)
	})
	t.Run("the practice's part goes on by itself, or together where it was said so (T2)", func(t *testing.T) {
		progressed := task.Progressed{State: task.Done, By: by(ida), At: noon}
		given(t, assigned(together)).When(finish(ida, "")).Then(done(ida, ""), progressed)
		given(t, assigned(together), task.Progressed{State: task.Done, By: byMary}).When(finish(ida, "")).Then(done(ida, ""))
		given(t, assigned(together, each)).When(finish(ida, "")).Then(done(ida, ""))
		given(t, assigned(together, each), done(bo, "")).When(finish(ida, "")).Then(done(ida, ""), progressed)
		given(t, assigned(together, each, toIda)).When(finish(ida, "")).Then(done(ida, ""), progressed)
		given(t, assigned(together, each), closed(bo, task.Cancelled)).When(finish(ida, "")).Then(done(ida, ""), progressed)
	})
}

func TestConfirmAndReopen(t *testing.T) {
	given(t, assigned()).When(confirm(uuid.Nil)).ThenError(task.ErrNotDone)
	given(t).When(confirm(ida)).ThenError(task.ErrNotFound)
	t.Run("of all, where one does it for all", func(t *testing.T) {
		s := given(t, assigned(), done(ida, "")).When(confirm(ida)).Then(confirmed(uuid.Nil))
		s.When(confirm(bo)).ThenNothing()
		s.When(undo(ida)).ThenError(task.ErrConfirmed)
		s.When(reopen(bo, " ")).ThenError(task.ErrReason)
		s.When(reopen(bo, "March is missing")).Then(task.Reopened{Reason: text("March is missing"), By: byMary, At: noon}).
			When(finish(bo, "")).Then(done(bo, "")).
			When(undo(ida)).Then(task.UndoneByClient{Contact: ida, By: by(ida), At: noon})
	})
	t.Run("of one", func(t *testing.T) {
		s := given(t, assigned(each), done(ida, ""), done(bo, "")).When(confirm(ida)).Then(confirmed(ida))
		s.When(undo(ida)).ThenError(task.ErrConfirmed)
		s.When(undo(bo)).Then(task.UndoneByClient{Contact: bo, By: by(bo), At: noon})
		s.When(confirm(uuid.Nil)).Then(confirmed(uuid.Nil)).When(undo(bo)).ThenError(task.ErrConfirmed)
		s.When(reopen(ida, "Again")).Then(task.Reopened{Contact: ida, Reason: text("Again"), By: byMary, At: noon}).
			When(undo(ida)).ThenNothing()
	})
	t.Run("of all, and again of who comes later", func(t *testing.T) {
		s := given(t, assigned(each), done(ida, "")).When(confirm(uuid.Nil)).Then(confirmed(uuid.Nil))
		s.When(confirm(uuid.Nil)).ThenNothing()
		s.When(finish(bo, "")).Then(done(bo, "")).When(confirm(uuid.Nil)).Then(confirmed(uuid.Nil)).When(confirm(uuid.Nil)).ThenNothing()
	})
	t.Run("nothing to reopen", func(t *testing.T) {
		given(t, assigned()).When(reopen(uuid.Nil, "")).ThenNothing()
		given(t).When(reopen(uuid.Nil, "")).ThenError(task.ErrNotFound)
		given(t, assigned(), done(ida, "")).When(reopen(uuid.Nil, strings.Repeat("é", task.MaxReason+1))).ThenError(task.ErrReason)
	})
}

// Rule 7: S2.i8, S4.i9.
func TestClose(t *testing.T) {
	t.Run("for all: it shows everything and takes nothing", func(t *testing.T) {
		c := closed(uuid.Nil, task.Completed)
		c.Reason = text("Thank you")
		s := given(t, assigned(listed), done(ida, "")).When(shut(uuid.Nil, task.Completed, " Thank you ")).Then(c)
		if err := s.State().Shown(ida, noon); err != nil {
			t.Error(err)
		}
		if err := s.State().Takes(ida); err == nil || !strings.HasSuffix(err.Error(), "Thank you") {
			t.Errorf("refused with %q, want the reason", err)
		}
		title := "Other"
		for name, d := range map[string]decision{
			"finish": finish(bo, ""), "undo": undo(ida), "tick": tick(first, true, ida), "the practice's tick": tick(first, true, uuid.Nil),
			"confirm": confirm(ida), "change": change(task.Changing{Title: &title}),
			"progress":     func(s state) ([]ev, error) { return s.Progress(task.Doing, byMary, noon) },
			"audience":     func(s state) ([]ev, error) { return s.SetAudience(onlyIda, people, noon) },
			"one more":     func(s state) ([]ev, error) { return s.AddContact(bo, task.FromNow, people, noon) },
			"one less":     func(s state) ([]ev, error) { return s.RemoveContact(bo, people, noon) },
			"reopen a bit": func(s state) ([]ev, error) { return given(t, assigned(each), c).State().Reopen(ida, "x", byMary, noon) },
		} {
			t.Run(name, func(t *testing.T) { s.When(d).ThenError(task.ErrClosed) })
		}
		s.When(see(ida, noon)).Then(task.Seen{Contact: ida, At: noon})
		s.When(shut(uuid.Nil, task.Cancelled, "")).ThenNothing()
		s.When(shut(bo, task.Cancelled, "")).ThenNothing()
		s.When(reopen(uuid.Nil, "More")).Then(task.Reopened{Reason: text("More"), By: byMary, At: noon}).When(finish(bo, "")).Then(done(bo, ""))
	})
	t.Run("for one", func(t *testing.T) {
		s := given(t, assigned()).When(shut(ida, task.Cancelled, "")).Then(closed(ida, task.Cancelled))
		s.When(finish(ida, "")).ThenError(task.ErrClosed)
		s.When(finish(bo, "")).Then(done(bo, ""))
		s.When(reopen(ida, "")).Then(task.Reopened{Contact: ida, By: byMary, At: noon}).When(finish(ida, "")).Then(done(ida, ""))
		s.When(reopen(uuid.Nil, "")).Then(task.Reopened{By: byMary, At: noon})
		s.When(shut(uuid.Nil, task.Completed, "")).Then(closed(uuid.Nil, task.Completed))
	})
	t.Run("refuses", func(t *testing.T) {
		given(t).When(shut(uuid.Nil, task.Completed, "")).ThenError(task.ErrNotFound)
		given(t, assigned()).When(shut(uuid.Nil, "lost", "")).ThenError(task.ErrOutcome)
		given(t, assigned()).When(shut(eve, task.Completed, strings.Repeat("é", task.MaxReason+1))).ThenError(task.ErrReason)
		given(t, assigned(toIda)).When(shut(bo, task.Completed, "")).ThenError(task.ErrNotFound)
	})
}

// Rule 8.
func TestTick(t *testing.T) {
	ticked := task.Ticked{Entry: first, By: by(ida), At: noon}
	s := given(t, assigned(listed)).When(tick(first, true, ida)).Then(ticked)
	s.When(tick(first, true, bo)).ThenNothing()
	s.When(tick(first, false, bo)).Then(task.Unticked{Entry: first, By: by(bo), At: noon}).When(tick(first, false, bo)).ThenNothing()
	s.When(tick(eve, true, ida)).ThenError(task.ErrEntry)
	s.When(tick(second, true, eve)).Then(task.Ticked{Entry: second, By: by(eve), At: noon}) // everybody sees it: links are decided elsewhere
	given(t, assigned(listed, toIda)).When(tick(second, true, bo)).ThenError(task.ErrNotFound)
	given(t, assigned(listed, held)).When(tick(second, true, ida)).ThenError(task.ErrNotFound)
	t.Run("an entry that stays keeps its tick", func(t *testing.T) {
		lines := []task.Line{{second, "February"}, {first, "January 2026"}}
		s.When(change(task.Changing{Checklist: &lines})).
			Then(task.ChecklistSet{Checklist: []task.Entry{{second, text("February")}, {first, text("January 2026")}}, At: noon}).
			When(tick(first, true, ida)).ThenNothing()
	})
}

func TestProgress(t *testing.T) {
	to := func(p task.Progress) decision {
		return func(s state) ([]ev, error) { return s.Progress(p, byMary, noon) }
	}
	given(t, assigned()).When(to(task.Open)).ThenNothing()
	given(t, assigned()).When(to("lost")).ThenError(task.ErrProgress)
	given(t).When(to(task.Doing)).ThenError(task.ErrNotFound)
	given(t, assigned()).When(to(task.Done)).Then(task.Progressed{State: task.Done, By: byMary, At: noon}).
		When(finish(ida, "")).Then(done(ida, "")) // neither moves the other
}

// Rules 1 and 2, of what is there already.
func TestChange(t *testing.T) {
	title, words, day, internal, nobody, high := "Send the ledger", " ", "2026-04-01", "2026-04-02", uuid.Nil, task.High
	none := []task.Line{}
	given(t, assigned()).When(change(task.Changing{Title: &title, Description: &words, Checklist: &none})).ThenNothing()
	given(t, assigned(listed)).When(change(task.Changing{DueOn: &day, InternalDueOn: &internal, Owner: &nobody, Priority: &high, Cadence: &acme, Checklist: &none})).Then(
		task.ChecklistSet{At: noon}, task.DueSet{DueOn: day, At: noon}, task.InternalDueSet{DueOn: internal, At: noon}, task.OwnerSet{At: noon},
		task.PrioritySet{Priority: task.High, At: noon}, task.CadenceSet{Cadence: acme, At: noon})
	for want, c := range map[error]task.Changing{
		task.ErrTitle: {Title: &words}, task.ErrDueOn: {DueOn: &title}, task.ErrPriority: {Priority: (*task.Priority)(&title)},
		task.ErrChecklist: {Checklist: &[]task.Line{{}}}, task.ErrRecurrence: {Recurrence: &task.Recurrence{Every: 1}},
	} {
		given(t, assigned()).When(change(c)).ThenError(want)
	}
	given(t).When(change(task.Changing{})).ThenError(task.ErrNotFound)
}

// Rules 2 and 9: T1, T4.
func TestAudience(t *testing.T) {
	set := func(a task.Audience) decision {
		return func(s state) ([]ev, error) { return s.SetAudience(a, people, noon) }
	}
	add := func(c uuid.UUID, from task.History) decision {
		return func(s state) ([]ev, error) { return s.AddContact(c, from, people, noon) }
	}
	remove := func(c uuid.UUID) decision {
		return func(s state) ([]ev, error) { return s.RemoveContact(c, people, noon) }
	}
	given(t, assigned()).When(set(everybody)).ThenNothing()
	given(t, assigned()).When(set(task.Audience{})).ThenError(task.ErrAudience)
	given(t, assigned(toIda)).When(set(task.Audience{Contacts: []uuid.UUID{eve}})).ThenError(task.ErrStranger)
	given(t, assigned()).When(set(onlyIda)).Then(task.AudienceSet{Audience: onlyIda, At: noon}).When(finish(bo, "")).ThenError(task.ErrNotFound)
	t.Run("one more, from now on or from the start (T4)", func(t *testing.T) {
		s := given(t, assigned(toIda)).When(add(bo, task.FromNow)).Then(task.ContactAdded{Contact: bo, From: task.FromNow, At: noon})
		s.When(add(bo, task.FromStart)).ThenNothing()
		s.When(finish(bo, "")).Then(done(bo, ""))
		given(t, assigned(toIda)).When(add(bo, "")).ThenError(task.ErrHistory)
		given(t, assigned(toIda)).When(add(eve, task.FromStart)).ThenError(task.ErrStranger)
		given(t).When(add(eve, task.FromStart)).ThenError(task.ErrNotFound)
	})
	t.Run("one less, but not the last (T1)", func(t *testing.T) {
		s := given(t, assigned()).When(remove(bo)).Then(task.ContactRemoved{Contact: bo, At: noon})
		s.When(finish(bo, "")).ThenError(task.ErrNotFound)
		s.When(remove(bo)).ThenNothing()
		s.When(remove(ida)).ThenError(task.ErrLast)
		s.When(add(bo, task.FromStart)).Then(task.ContactAdded{Contact: bo, From: task.FromStart, At: noon}).When(remove(ida)).Then(task.ContactRemoved{Contact: ida, At: noon})
		given(t, assigned(toIda)).When(remove(ida)).ThenError(task.ErrLast)
		two := task.AudienceSet{Audience: task.Audience{Contacts: people}}
		given(t, assigned(toIda), two).When(remove(ida)).Then(task.ContactRemoved{Contact: ida, At: noon}).When(finish(ida, "")).ThenError(task.ErrNotFound)
		s.When(set(everybody)).Then(task.AudienceSet{Audience: everybody, At: noon}).When(finish(bo, "")).Then(done(bo, ""))
	})
}

// Rule 13: T13.
func TestRecord(t *testing.T) {
	about := task.Fate{Contact: ida, Channel: task.Email, About: task.OfAssignment, Mail: id(40)}
	record := func(f task.Fate) decision { return func(s state) ([]ev, error) { return s.Record(f, noon) } }
	handed, delivered, failed := about, about, about
	handed.Handed, delivered.Delivered = true, true
	failed.Code, failed.Detail = "550", "no such\x00 user"
	given(t).When(record(handed)).ThenError(task.ErrNotFound)
	given(t, assigned()).When(record(delivered)).ThenError(task.ErrNotFound)
	s := given(t, assigned()).When(record(handed)).Then(task.Notified{Contact: ida, Channel: task.Email, About: task.OfAssignment, Mail: id(40), At: noon})
	s.When(record(handed)).ThenNothing()
	s.When(record(delivered)).Then(task.NoticeDelivered{Contact: ida, Channel: task.Email, Mail: id(40), At: noon}).When(record(delivered)).ThenNothing()
	s.When(record(failed)).Then(task.NoticeFailed{
		Contact: ida, Channel: task.Email, About: task.OfAssignment, Mail: id(40), Code: "550", Detail: event.Of(ida, "no such user"), At: noon,
	}).When(record(failed)).ThenNothing()
}

var monthly = task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}

func repeats(r task.Recurrence, dueOn string) func(*task.Assigned) {
	return func(e *task.Assigned) { e.Recurrence, e.DueOn = r, dueOn }
}

func at(s string) time.Time {
	when, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return when.UTC()
}

// Rule 10: T10.
func TestRepeat(t *testing.T) {
	elapse := func(now time.Time) decision { return func(s state) ([]ev, error) { return s.Elapse(now), nil } }
	next := func(dueOn string, when time.Time) ev {
		return task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: dueOn, At: when}
	}
	over := func(when time.Time) ev { return task.Closed{Outcome: task.Completed, By: byMary, At: when} }
	month := func(change ...func(*task.Recurrence)) task.Recurrence {
		r := monthly
		r.OnDay = 31
		for _, f := range change {
			f(&r)
		}
		return r
	}
	waiting := func(r *task.Recurrence) { r.Wait = true }
	end := at("2026-03-31T23:00:00Z") // of 31 March in London
	onSchedule := assigned(repeats(month(), "2026-03-31"))
	t.Run("the day of the month is kept", func(t *testing.T) {
		given(t).When(assign(func(a *task.Assigning) { a.Recurrence, a.DueOn = monthly, "2026-03-31" })).Then(onSchedule)
	})
	t.Run("on schedule, when the day has ended, whatever has become of this one", func(t *testing.T) {
		given(t, onSchedule).When(elapse(end.Add(-time.Millisecond))).ThenNothing()
		given(t, onSchedule).When(elapse(end.AddDate(0, 0, 9))).Then(next("2026-04-30", end)).When(elapse(end)).ThenNothing()
		given(t, onSchedule, over(noon)).When(elapse(end)).Then(next("2026-04-30", end))
	})
	t.Run("the 31st comes back after a shorter month", func(t *testing.T) {
		given(t, assigned(repeats(month(), "2026-04-30"))).When(elapse(at("2026-04-30T23:00:00Z"))).Then(next("2026-05-31", at("2026-04-30T23:00:00Z")))
		given(t, assigned(repeats(month(func(r *task.Recurrence) { r.Unit, r.OnDay = task.Year, 29 }), "2028-02-29"))).
			When(elapse(at("2028-03-01T00:00:00Z"))).Then(next("2029-02-28", at("2028-03-01T00:00:00Z")))
	})
	t.Run("to wait is to wait for both, and misses what has passed", func(t *testing.T) {
		wait := assigned(repeats(month(waiting), "2026-03-31"))
		given(t, wait).When(elapse(end.AddDate(1, 0, 0))).ThenNothing()
		given(t, wait, over(noon)).When(elapse(end)).Then(next("2026-04-30", end))
		late := at("2026-06-10T12:00:00Z")
		given(t, wait, over(late)).When(elapse(late)).Then(next("2026-06-30", late))
		given(t, wait, over(late), task.Reopened{By: byMary, At: late}).When(elapse(late)).ThenNothing()
		given(t, wait, done(ida, ""), task.Confirmed{By: byMary, At: late}).When(elapse(late)).Then(next("2026-06-30", late))
	})
	t.Run("on completion, counted from its day in the practice's zone", func(t *testing.T) {
		weekly := assigned(repeats(task.Recurrence{Every: 2, Unit: task.Week, From: task.OnCompletion}, "2026-03-31"))
		given(t, weekly).When(elapse(end.AddDate(1, 0, 0))).ThenNothing()
		late := at("2026-06-10T23:30:00Z") // the 11th in London
		given(t, weekly, over(late)).When(elapse(late)).Then(next("2026-06-25", late))
		given(t, weekly, over(late)).When(func(s state) ([]ev, error) { return s.See(ida, late) }).Then(next("2026-06-25", late), task.Seen{Contact: ida, At: late})
	})
	t.Run("one that was taken back, or that repeats no more, has none", func(t *testing.T) {
		given(t, onSchedule, task.TakenBack{}).When(elapse(end)).ThenNothing()
		given(t, onSchedule).When(change(task.Changing{Recurrence: &task.Recurrence{}})).Then(task.RecurrenceSet{At: noon}).When(elapse(end)).ThenNothing()
		given(t, onSchedule).When(change(task.Changing{DueOn: new(string)})).ThenError(task.ErrRecurrence)
		given(t, onSchedule, next("2026-04-30", end)).When(change(task.Changing{Recurrence: &task.Recurrence{}})).ThenError(task.ErrRepeated)
		given(t, onSchedule, next("2026-04-30", end)).When(change(task.Changing{Recurrence: &monthly})).ThenNothing()
	})
	t.Run("a series ends with one that is closed, and after it", func(t *testing.T) {
		last := func(s state) ([]ev, error) { return s.CloseSeries(task.Cancelled, "They moved", byMary, noon) }
		none := func(s state) ([]ev, error) { return s.EndSeries(noon) }
		shutNow := closed(uuid.Nil, task.Cancelled)
		shutNow.Reason = text("They moved")
		given(t, onSchedule).When(last).Then(task.RecurrenceSet{At: noon}, shutNow).When(elapse(end)).ThenNothing()
		given(t, onSchedule, over(noon)).When(none).Then(task.RecurrenceSet{At: noon}).When(none).ThenNothing()
		completed := assigned(repeats(task.Recurrence{Every: 2, Unit: task.Week, From: task.OnCompletion}, "2026-03-31"))
		given(t, completed).When(last).Then(task.RecurrenceSet{At: noon}, shutNow)
		given(t, assigned()).When(last).Then(shutNow)
		given(t, onSchedule, next("2026-04-30", end)).When(last).ThenError(task.ErrRepeated)
		given(t, onSchedule, next("2026-04-30", end)).When(none).ThenError(task.ErrRepeated)
		given(t, onSchedule).When(func(s state) ([]ev, error) { return s.CloseSeries("lost", "", byMary, noon) }).ThenError(task.ErrOutcome)
		given(t, onSchedule, task.TakenBack{}).When(none).ThenError(task.ErrNotFound)
	})
	t.Run("another due date moves the day of the month", func(t *testing.T) {
		day := "2026-04-10"
		given(t, onSchedule).When(change(task.Changing{DueOn: &day})).
			Then(task.DueSet{DueOn: day, At: noon}, task.RecurrenceSet{Recurrence: month(func(r *task.Recurrence) { r.OnDay = 10 }), At: noon})
	})
	t.Run("one that is assigned late comes late", func(t *testing.T) {
		given(t, assigned(repeats(month(), "2026-01-31"))).When(elapse(noon)).Then(next("2026-03-31", noon))
	})
}

func TestFollow(t *testing.T) {
	repeated := task.Repeated{Next: task.InSeries(this, 2), Nth: 2, DueOn: "2026-04-20", At: noon}
	before := assigned(listed, held, repeats(monthly, "2026-03-20"), func(e *task.Assigned) {
		e.InternalDueOn, e.Job, e.Copied, e.Bundle = "2026-03-25", id(31), id(32), id(33)
	})
	follow := func(history ...ev) decision {
		return func(s state) ([]ev, error) {
			return s.Follow(given(t, history...).State(), repeated, task.Following{People: people}, after(time.Hour)), nil
		}
	}
	next := before
	next.Nth, next.DueOn, next.InternalDueOn, next.HoldUntil, next.At = 2, "2026-04-20", "2026-04-25", time.Time{}, after(time.Hour)
	next.Job, next.Copied, next.Bundle = uuid.Nil, uuid.Nil, uuid.Nil
	given(t).When(follow(before, done(ida, ""), closed(uuid.Nil, task.Completed))).Then(next).When(follow(before)).ThenNothing()
	newer := next
	newer.FormVersion = 3
	given(t).When(func(s state) ([]ev, error) {
		return s.Follow(given(t, before).State(), repeated, task.Following{People: people, FormVersion: 3}, after(time.Hour)), nil
	}).Then(newer)
	next.Title, next.Tell = text("Send it"), onlyIda.Contacts
	given(t).When(follow(before, task.Retitled{Title: text("Send it")}, task.ContactRemoved{Contact: bo})).
		Then(next, task.ContactRemoved{Contact: bo, At: after(time.Hour)})
	given(t).When(follow(before, task.TakenBack{})).ThenNothing()
}
