package deadline_test

import (
	"reflect"
	"testing"
	"time"

	"portico/app/deadline"
	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/reminder"
	"portico/domain/task"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	stream = uploadlink.Stream(uuid.UUID{15: 1})
	file   = uuid.UUID{15: 20}
	batch  = uuid.UUID{15: 30}
	expiry = noon.AddDate(0, 0, 14)
	inOpen = []event.Event{
		uploadlink.Issued{Subject: stream.ID, ExpiresAt: expiry},
		uploadlink.TransferStarted{File: file, Size: 1, At: noon},
		uploadlink.BatchOpened{Batch: batch, At: noon},
		uploadlink.FileReceived{File: file, Batch: batch, WindowMS: 600_000, Deadline: noon.Add(10 * time.Minute)},
	}
	released = uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{file}, Cause: uploadlink.WindowEnded, At: noon.Add(10 * time.Minute)}
)

func TestDeciders(t *testing.T) {
	decide := deadline.Deciders()[uploadlink.Kind]
	for _, c := range []struct {
		after  time.Duration
		events []event.Event
		wake   time.Time
	}{
		{10*time.Minute - time.Millisecond, nil, noon.Add(10 * time.Minute)}, // an early alarm is set again
		{10 * time.Minute, []event.Event{released}, expiry},
		{time.Hour, []event.Event{released}, expiry}, // a late one changes nothing (U6)
		{15 * 24 * time.Hour, []event.Event{released, uploadlink.Expired{At: expiry}}, time.Time{}},
	} {
		events, wake, err := decide(inOpen, noon.Add(c.after))
		if err != nil || !reflect.DeepEqual(events, c.events) || !wake.Equal(c.wake) {
			t.Errorf("after %s: %+v, wakes at %s, %v; want %+v and %s", c.after, events, wake, err, c.events, c.wake)
		}
	}
	if _, _, err := decide([]event.Event{client.Created{}}, noon); err == nil {
		t.Error("a client's event was folded into a link, want an error")
	}
	if events, wake, err := decide(nil, noon); len(events) != 0 || !wake.IsZero() || err != nil {
		t.Errorf("nothing: %v, %s, %v; want nothing", events, wake, err)
	}
}

func TestRing(t *testing.T) {
	store := estest.NewMemory(noon)
	store.Given(1, stream, inOpen...)
	saga := deadline.Saga{Events: store}
	ring := func(firm int32, s event.Stream, want int) {
		t.Helper()
		if err := saga.Ring(t.Context(), firm, s); err != nil {
			t.Error(err)
		}
		if got := len(store.Stream(stream)); got != want {
			t.Errorf("the link has %d events, want %d", got, want)
		}
	}
	ring(1, stream, 4) // early
	store.SetNow(noon.Add(10 * time.Minute))
	ring(2, stream, 4) // another firm's alarm
	ring(1, client.Stream(stream.ID), 4)
	ring(1, stream, 5)
	ring(1, stream, 5) // doubled
	last := store.Log()[4]
	if !reflect.DeepEqual(last.Event, event.Event(released)) || last.Meta.Actor.Kind != event.System {
		t.Errorf("recorded %+v by %+v, want the release by the system", last.Event, last.Meta.Actor)
	}
	if got := store.Alarm(stream); !got.Equal(expiry) {
		t.Errorf("the alarm stands at %s, want the expiry", got)
	}
}

// Every kind that has alarms has a decider and can be rung: what one of them forgets would sleep for ever.
func TestEveryKindWithAlarmsIsKnown(t *testing.T) {
	store := estest.NewMemory(noon)
	waiting := map[event.Kind][]event.Event{
		uploadlink.Kind: inOpen, invite.Kind: {invite.Sent{Nth: 1, ExpiresAt: expiry}}, reminder.Kind: {reminder.Planned{Slot: expiry}},
		task.Kind: {task.Assigned{DueOn: "2026-03-05", Recurrence: task.Recurrence{Every: 1, Unit: task.Week, From: task.OnSchedule}}},
	}
	for kind := range deadline.Deciders() {
		s := event.Stream{Kind: kind, ID: stream.ID}
		store.Given(1, s, waiting[kind]...)
		store.SetNow(expiry)
		if err := (deadline.Saga{Events: store}).Ring(t.Context(), 1, s); err != nil || len(store.Stream(s)) == len(waiting[kind]) {
			t.Errorf("ringing a %s did nothing: %v", kind, err)
		}
	}
	_ = []es.Waker{uploadlink.Link{}, invite.Invite{}, task.Task{}, reminder.Reminders{}}
}
