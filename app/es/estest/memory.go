// Package estest has an event store in memory, for tests of what stands on es.Store, and the suite that every store passes.
package estest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
)

// Memory is an es.Store that keeps its events in memory, under a clock that stands still until it is moved. Safe for
// many goroutines. The zero value is not usable: NewMemory.
type Memory struct {
	mu       sync.Mutex
	now      time.Time
	log      []event.Recorded
	streams  map[event.Stream][]event.Recorded
	commands map[commandKey]done
	alarms   map[event.Stream]time.Time
	before   func(es.Append) error // see BeforeAppend
}

type commandKey struct {
	firm int32
	id   uuid.UUID
}

type done struct {
	result      es.Result
	fingerprint [32]byte
}

// NewMemory is an empty store whose clock stands at now.
func NewMemory(now time.Time) *Memory {
	return &Memory{
		now: now.UTC(), streams: map[event.Stream][]event.Recorded{}, commands: map[commandKey]done{}, alarms: map[event.Stream]time.Time{},
	}
}

// SetNow moves the clock.
func (m *Memory) SetNow(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = now.UTC()
}

// Advance moves the clock forward and returns where it stands.
func (m *Memory) Advance(by time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(by)
	return m.now
}

// Given seeds a stream with events that have happened, by the system, at the clock's time.
func (m *Memory) Given(firm int32, stream event.Stream, events ...event.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.write(es.Append{By: es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}, Stream: stream, Events: events, At: m.now})
}

// BeforeAppend lets a test do something between a decision and its append, or make the append fail. f runs outside of
// the store's lock; nil takes it away.
func (m *Memory) BeforeAppend(f func(es.Append) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before = f
}

// Log is everything that was written, in order.
func (m *Memory) Log() []event.Recorded {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.log)
}

// Stream is the history of one stream, whoever's it is.
func (m *Memory) Stream(stream event.Stream) []event.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	var events []event.Event
	for _, r := range m.streams[stream] {
		events = append(events, r.Event)
	}
	return events
}

// Alarm is when a stream wants to be woken, zero for never.
func (m *Memory) Alarm(stream event.Stream) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.alarms[stream]
}

// Due are the streams whose alarm has come, the earliest first.
func (m *Memory) Due() []event.Stream {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []event.Stream
	for s, at := range m.alarms {
		if !m.now.Before(at) {
			due = append(due, s)
		}
	}
	slices.SortFunc(due, func(a, b event.Stream) int {
		if c := m.alarms[a].Compare(m.alarms[b]); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return due
}

// Load yields a stream's events after a version.
func (m *Memory) Load(_ context.Context, firm int32, stream event.Stream, after int) iter.Seq2[event.Recorded, error] {
	m.mu.Lock()
	history, now := slices.Clone(m.streams[stream]), m.now
	m.mu.Unlock()
	return func(yield func(event.Recorded, error) bool) {
		for _, r := range history {
			if r.Firm != firm {
				return
			}
			if r.Version <= after {
				continue
			}
			r.Position, r.RecordedAt, r.Meta, r.ReadAt = 0, time.Time{}, event.Meta{}, now
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Append writes all of a, or nothing.
func (m *Memory) Append(_ context.Context, a es.Append) (es.Result, error) {
	m.mu.Lock()
	before := m.before
	m.mu.Unlock()
	if before != nil {
		if err := before(a); err != nil {
			return es.Result{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(a.Events) == 0 {
		return es.Result{Stream: a.Stream, Version: a.Expected}, nil
	}
	if r, ok, err := m.done(a.By); ok || err != nil {
		return r, err
	}
	if !m.headIs(a) {
		return es.Result{}, es.ErrConflict
	}
	return m.write(a), nil
}

// headIs tells that a's stream stands where its decision saw it.
func (m *Memory) headIs(a es.Append) bool {
	history := m.streams[a.Stream]
	if len(history) == 0 {
		return a.Expected == 0
	}
	head := history[len(history)-1]
	return head.Firm == a.By.Firm && head.Version == a.Expected && head.Hash == a.Prev
}

func (m *Memory) write(a es.Append) es.Result {
	history := m.streams[a.Stream]
	var prev [32]byte
	if len(history) > 0 {
		prev = history[len(history)-1].Hash
	}
	for _, e := range a.Events {
		r := event.Recorded{
			Position: int64(len(m.log)) + 1, Stream: a.Stream, Version: len(history) + 1, Firm: a.By.Firm,
			At: a.At, RecordedAt: m.now, Event: e, Hash: chained(prev, e),
			Meta: event.Meta{Actor: a.By.Actor, For: a.By.For, Command: a.By.Command, Correlation: a.By.Correlation, Causation: a.By.Causation},
		}
		prev = r.Hash
		history, m.log = append(history, r), append(m.log, r)
	}
	m.streams[a.Stream] = history
	if a.Rearm {
		delete(m.alarms, a.Stream)
		if !a.Alarm.IsZero() {
			m.alarms[a.Stream] = a.Alarm
		}
	}
	result := es.Result{Stream: a.Stream, Version: len(history), Position: int64(len(m.log)), Hash: prev}
	if a.By.Command != uuid.Nil {
		m.commands[commandKey{a.By.Firm, a.By.Command}] = done{result, a.By.Fingerprint}
	}
	return result
}

// chained is a hash over what came before and e: any change of a history changes its head.
func chained(prev [32]byte, e event.Event) [32]byte {
	data, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("estest: %s is not JSON: %v", e.EventType(), err)) // a mistake in the test's event
	}
	return sha256.Sum256(slices.Concat(prev[:], []byte(e.EventType()), data))
}

// Done finds what a command id did.
func (m *Memory) Done(_ context.Context, by es.By) (es.Result, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.done(by)
}

func (m *Memory) done(by es.By) (es.Result, bool, error) {
	d, ok := m.commands[commandKey{by.Firm, by.Command}]
	switch {
	case by.Command == uuid.Nil, !ok:
		return es.Result{}, false, nil
	case d.fingerprint != by.Fingerprint:
		return es.Result{}, false, es.ErrCommandReused
	}
	d.result.Repeated = true
	return d.result, true, nil
}

// Now is where the clock stands.
func (m *Memory) Now(context.Context) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now, nil
}
