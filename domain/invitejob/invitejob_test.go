package invitejob_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/invitejob"

	"github.com/google/uuid"
)

type (
	state = invitejob.Job
	ev    = invitejob.Event
)

var (
	id     = uuid.UUID{15: 1}
	mary   = uuid.UUID{15: 2}
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	hold   = noon.Add(30 * time.Second)
	asked  = invitejob.Started{Staff: mary, People: 10, SHA256: "ab", Channels: "email", Access: "account", ExpiresOn: "2026-04-01", Zone: "Europe/London", HoldUntil: hold}
	result = invitejob.Ended{Sent: 6, Skipped: 3, Failed: 1}
)

func started(change ...func(*invitejob.Started)) invitejob.Started {
	s := asked
	s.Message, s.At = event.Of(id, "Welcome"), noon
	for _, f := range change {
		f(&s)
	}
	return s
}

func given(t *testing.T, history ...ev) eventtest.Scenario[state, ev] {
	return eventtest.Given[state](t, history...)
}

func start(now time.Time, change ...func(*invitejob.Started)) func(state) ([]ev, error) {
	s := asked
	for _, f := range change {
		f(&s)
	}
	return func(j state) ([]ev, error) { return j.Start(id, "Welcome", s, now) }
}

func stop(now time.Time) func(state) ([]ev, error) {
	return func(j state) ([]ev, error) { return j.Stop(now) }
}

func end(r invitejob.Ended) func(state) ([]ev, error) {
	return func(j state) ([]ev, error) { return j.End(r, noon) }
}

// Rules 1, 3, 4; S3.13, S3.i6, S3.i9.
func TestJob(t *testing.T) {
	ended := result
	ended.At = noon
	given(t).When(start(noon)).Then(started()).When(start(noon)).ThenNothing().When(end(result)).Then(ended).When(end(result)).ThenNothing()
	given(t).When(stop(noon)).ThenError(invitejob.ErrNotStarted)
	given(t).When(end(result)).ThenError(invitejob.ErrNotStarted)
	given(t, started(), ended).When(stop(noon)).ThenError(invitejob.ErrEnded)
	given(t).When(start(noon, func(s *invitejob.Started) { s.People = 0 })).ThenError(invitejob.ErrNobody)
	given(t).When(start(noon, func(s *invitejob.Started) { s.People = invitejob.MaxPeople + 1 })).ThenError(invitejob.ErrTooMany)
	given(t).When(start(noon, func(s *invitejob.Started) { s.HoldUntil = noon.Add(time.Hour + 1) })).ThenError(invitejob.ErrHold)
	given(t).When(start(hold)).Then(started(func(s *invitejob.Started) { s.HoldUntil, s.At = time.Time{}, hold }))

	short := result
	short.Sent--
	given(t, started()).When(end(short)).ThenError(invitejob.ErrSum)
	short.Left = 1
	given(t, started()).When(end(short)).ThenError(invitejob.ErrSum) // nobody has stopped it
	given(t, started(), invitejob.Stopped{At: hold}).When(end(short)).Then(invitejob.Ended{Sent: 5, Skipped: 3, Failed: 1, Left: 1, At: noon})
}

// Rule 2: until the hold is over all of it can be undone (T5).
func TestUndo(t *testing.T) {
	before := hold.Add(-time.Millisecond)
	given(t, started()).When(stop(before)).Then(invitejob.Stopped{At: before}, invitejob.Ended{Left: 10, At: before}).When(stop(hold)).ThenNothing()
	given(t, started()).When(stop(hold)).Then(invitejob.Stopped{At: hold}).When(stop(hold)).ThenNothing()
}

func TestStates(t *testing.T) {
	stopped := invitejob.Stopped{At: noon}
	for want, c := range map[invitejob.State]struct {
		history []ev
		now     time.Time
	}{
		invitejob.Draft:    {nil, noon},
		invitejob.Holding:  {[]ev{started()}, noon},
		invitejob.Running:  {[]ev{started()}, hold},
		invitejob.Stopping: {[]ev{started(), stopped}, hold},
		invitejob.Undone:   {[]ev{started(), stopped, invitejob.Ended{Left: 10}}, hold},
		invitejob.Halted:   {[]ev{started(), stopped, invitejob.Ended{Sent: 1, Left: 9}}, hold},
		invitejob.Done:     {[]ev{started(), invitejob.Ended{Sent: 10}}, hold},
	} {
		if got := event.Fold[state, ev](state{}, c.history...).State(c.now); got != want {
			t.Errorf("%+v: %s, want %s", c.history, got, want)
		}
	}
}
