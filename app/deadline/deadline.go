// Package deadline is the saga of what time alone causes: an alarm rings, and the aggregate behind it says what has come
// about by now. An alarm that is late, early or doubled changes nothing that a person may do (U6): the aggregate holds
// the deadline, and asked again it has nothing to say.
package deadline

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/reminder"
	"portico/domain/task"
	"portico/domain/uploadlink"
)

// Decide folds a stream's whole history and returns what time alone has caused by now (UTC, whole milliseconds), and
// when to ask next, counted after those events; zero is never. It fails on an event of another aggregate.
type Decide func(history []event.Event, now time.Time) (events []event.Event, wake time.Time, err error)

// Deciders are the aggregates that have deadlines, by kind.
func Deciders() map[event.Kind]Decide {
	return map[event.Kind]Decide{
		invite.Kind:     decider(invite.Invite.Elapse),
		reminder.Kind:   decider(reminder.Reminders.Elapse),
		task.Kind:       decider(task.Task.Elapse),
		uploadlink.Kind: decider(uploadlink.Link.Elapse),
	}
}

// waking is a state that changes by time alone.
type waking[S any, E event.Event] interface {
	event.State[S, E]
	es.Waker
}

func decider[S waking[S, E], E event.Event](elapse func(S, time.Time) []E) Decide {
	return func(history []event.Event, now time.Time) ([]event.Event, time.Time, error) {
		var s S
		for i, e := range history {
			own, ok := e.(E)
			if !ok {
				return nil, time.Time{}, fmt.Errorf("event %d is a %s, which this aggregate does not know", i+1, e.EventType())
			}
			s = s.Apply(own)
		}
		var events []event.Event
		for _, e := range elapse(s, now) {
			events = append(events, e)
			s = s.Apply(e)
		}
		return events, s.Wake(), nil
	}
}

// Saga sends Elapse to streams whose alarm has rung.
type Saga struct{ Events es.Store }

// Ring lets one stream say what time alone has caused. A stream without deadlines, or unknown to the firm, has nothing to say.
func (s Saga) Ring(ctx context.Context, firm int32, stream event.Stream) error {
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}
	var err error
	switch stream.Kind {
	case invite.Kind:
		_, err = es.Execute(ctx, s.Events, by, stream, func(i invite.Invite, now time.Time) ([]invite.Event, error) {
			return i.Elapse(now), nil
		})
	case reminder.Kind:
		_, err = es.Execute(ctx, s.Events, by, stream, func(r reminder.Reminders, now time.Time) ([]reminder.Event, error) {
			return r.Elapse(now), nil
		})
	case task.Kind:
		_, err = es.Execute(ctx, s.Events, by, stream, func(t task.Task, now time.Time) ([]task.Event, error) {
			return t.Elapse(now), nil
		})
	case uploadlink.Kind:
		_, err = es.Execute(ctx, s.Events, by, stream, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
			return l.Elapse(now), nil
		})
	}
	if err != nil {
		return fmt.Errorf("ring %s: %w", stream, err)
	}
	return nil
}
