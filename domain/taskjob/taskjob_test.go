package taskjob

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	job  = uuid.UUID{15: 1}
)

func fold(events ...Event) (j Job) {
	for _, e := range events {
		j = j.Apply(e)
	}
	return j
}

func TestStart(t *testing.T) {
	want := Started{Act: Close, Targets: 3, Value: "completed", Words: event.Of(job, "Thanks"), HoldUntil: noon.Add(time.Minute), At: noon}
	asked := Started{Act: Close, Targets: 3, Value: "completed", HoldUntil: noon.Add(time.Minute)}
	if got, err := (Job{}).Start(job, "Thanks", asked, noon); err != nil || !reflect.DeepEqual(got, []Event{want}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := fold(want).Start(job, "Again", asked, noon); err != nil || got != nil {
		t.Errorf("the second time: %+v, %v (rule 1)", got, err)
	}
	past, _ := Job{}.Start(job, "", Started{Act: Confirm, Targets: 1, HoldUntil: noon}, noon)
	if s, ok := past[0].(Started); !ok || !s.HoldUntil.IsZero() || s.Words != (event.Personal{}) {
		t.Errorf("a hold that is over, and no words: %+v", past)
	}
	for want, s := range map[error]Started{
		ErrNothing: {Act: Close}, ErrTooMany: {Act: Close, Targets: MaxTargets + 1}, ErrAct: {Act: "burn", Targets: 1}, ErrHold: {Act: Close, Targets: 1, HoldUntil: noon.Add(MaxHold + 1)},
	} {
		if _, err := (Job{}).Start(job, "", s, noon); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", s, err, want)
		}
	}
}

// Rules 2, 3, 4.
func TestLife(t *testing.T) {
	held, began := Started{Act: Assign, Targets: 3, HoldUntil: noon.Add(time.Minute)}, Started{Act: Assign, Targets: 3}
	later := noon.Add(time.Minute)
	for name, c := range map[string]struct {
		events []Event
		at     time.Time
		want   State
	}{
		"nothing":             {nil, noon, Draft},
		"held":                {[]Event{held}, later.Add(-1), Holding},
		"held until now":      {[]Event{held}, later, Running},
		"stopped":             {[]Event{began, Stopped{}}, noon, Stopping},
		"stopped in time":     {[]Event{held, Stopped{}, Ended{Left: 3}}, noon, Undone},
		"stopped on the way":  {[]Event{began, Stopped{}, Ended{Done: 1, Left: 2}}, noon, Halted},
		"all of it":           {[]Event{began, Ended{Done: 2, Refused: 1}}, noon, Done},
		"stopped at the end":  {[]Event{began, Stopped{}, Ended{Done: 3}}, noon, Halted},
		"nothing but refused": {[]Event{began, Ended{Refused: 3}}, noon, Done},
	} {
		if got := fold(c.events...).State(c.at); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got, err := fold(held).Stop(noon); err != nil || !reflect.DeepEqual(got, []Event{Stopped{At: noon}, Ended{Left: 3, At: noon}}) {
		t.Errorf("undone: %+v, %v", got, err)
	}
	if got, err := fold(held).Stop(later); err != nil || !reflect.DeepEqual(got, []Event{Stopped{At: later}}) {
		t.Errorf("stopped: %+v, %v", got, err)
	}
	if got, err := fold(began, Stopped{}).Stop(noon); err != nil || got != nil {
		t.Errorf("stopped twice: %+v, %v", got, err)
	}
	if _, err := (Job{}).Stop(noon); !errors.Is(err, ErrNotStarted) {
		t.Error(err)
	}
	if _, err := fold(began, Ended{Done: 3}).Stop(noon); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
	if got, err := fold(began).End(Ended{Done: 2, Refused: 1}, noon); err != nil || !reflect.DeepEqual(got, []Event{Ended{Done: 2, Refused: 1, At: noon}}) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		j Job
		e Ended
	}{"too few": {fold(began), Ended{Done: 2}}, "some are left": {fold(began), Ended{Done: 2, Left: 1}}} {
		if _, err := c.j.End(c.e, noon); !errors.Is(err, ErrSum) {
			t.Errorf("%s: %v (rule 4)", name, err)
		}
	}
	if got, err := fold(began, Ended{Done: 3}).End(Ended{Done: 3}, noon); err != nil || got != nil {
		t.Errorf("ended twice: %+v, %v", got, err)
	}
}
