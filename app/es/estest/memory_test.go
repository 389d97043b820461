package estest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	stream = uploadlink.Stream(uuid.UUID{15: 9})
)

func TestMemoryConforms(t *testing.T) {
	estest.Conformance(t, func(*testing.T) es.Store { return estest.NewMemory(noon) })
}

func TestAlarmsAreReplacedWhereTheAppendSaysSo(t *testing.T) {
	m := estest.NewMemory(noon)
	set := func(alarm time.Time, rearm bool) {
		t.Helper()
		a := es.Append{By: es.By{Firm: 1}, Stream: stream, At: noon, Events: []event.Event{uploadlink.Expired{At: noon}}, Alarm: alarm, Rearm: rearm}
		for r := range m.Load(t.Context(), 1, stream, 0) {
			a.Expected, a.Prev = r.Version, r.Hash
		}
		if _, err := m.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct {
		alarm time.Time
		rearm bool
		want  time.Time
	}{
		{noon.Add(time.Hour), true, noon.Add(time.Hour)},
		{time.Time{}, false, noon.Add(time.Hour)},
		{noon.Add(time.Minute), true, noon.Add(time.Minute)},
		{time.Time{}, true, time.Time{}},
	} {
		set(step.alarm, step.rearm)
		if got := m.Alarm(stream); !got.Equal(step.want) {
			t.Errorf("step %d: the alarm stands at %s, want %s", i, got, step.want)
		}
	}
	set(noon.Add(time.Hour), true)
	m.Advance(time.Hour - 1)
	if due := m.Due(); len(due) != 0 {
		t.Errorf("due before its time: %v", due)
	}
	m.Advance(1)
	if due := m.Due(); len(due) != 1 || due[0] != stream {
		t.Errorf("due at its time: %v, want the stream", due)
	}
}

func TestExecuteDecidesAgainAfterAConflictAndGivesUpAfterFive(t *testing.T) {
	m := estest.NewMemory(noon)
	m.Given(1, stream, uploadlink.Expired{At: noon})
	decided := 0
	decide := func(uploadlink.Link, time.Time) ([]uploadlink.Event, error) {
		decided++
		return []uploadlink.Event{uploadlink.Expired{At: noon}}, nil
	}
	meddle := 1
	m.BeforeAppend(func(es.Append) error {
		if meddle > 0 {
			meddle--
			m.Given(1, stream, uploadlink.Expired{At: noon})
		}
		return nil
	})
	if r, err := es.Execute(context.Background(), m, es.By{Firm: 1}, stream, decide); err != nil || decided != 2 || r.Version != 3 {
		t.Errorf("after one conflict: %+v, %v, decided %d times; want version 3 by the second decision", r, err, decided)
	}
	decided, meddle = 0, 100
	if _, err := es.Execute(context.Background(), m, es.By{Firm: 1}, stream, decide); !errors.Is(err, es.ErrConflict) || decided != es.MaxTries {
		t.Errorf("under endless conflicts: %v after %d decisions, want ErrConflict after %d", err, decided, es.MaxTries)
	}
}
