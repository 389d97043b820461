package reminder_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	app "portico/app/reminder"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// A change of the rules plans for everybody anew, each once. Who can't be planned for holds up nobody else and is tried
// again, and a later change takes the place of an earlier one.
func TestReplan(t *testing.T) {
	store := estest.NewMemory(first)
	store.Given(1, task.Stream(papers), asked())
	rules := reminder.RulesStream(house)
	store.Given(1, rules, reminder.CadenceSaved{Cadence: reminder.Cadence{ID: reminder.Standard.ID, Name: "Late", Days: []int{-1}, Minute: 600}}, reminder.DefaultSet{Cadence: reminder.Standard.ID})
	var unknown atomic.Bool
	commands := book(store)
	commands.Zone = func(_ context.Context, _ int32, who uuid.UUID) (string, error) {
		if who == bo && unknown.Load() {
			return "", errors.New("nobody knows")
		}
		return "", nil
	}
	plans := app.Replanner{Commands: commands, OfClient: func(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) { return []uuid.UUID{bo, ida}, nil }}
	planned := func(who uuid.UUID) (slots []time.Time) {
		for r, err := range store.Load(t.Context(), 1, reminder.Stream(who), 0) {
			if err != nil {
				t.Fatal(err)
			}
			slots = append(slots, r.Event.(reminder.Planned).Slot)
		}
		return slots
	}
	perform := func(version int) error {
		asked := app.Replans(event.Recorded{Firm: 1, Stream: rules, Version: version})
		_, err := plans.Perform(t.Context(), asked[0])
		return err
	}
	slot := time.Date(2026, 3, 19, 10, 0, 0, 0, time.UTC)
	unknown.Store(true)
	if err := perform(1); err == nil || len(planned(bo)) > 0 || !slices.Equal(planned(ida), []time.Time{slot}) {
		t.Fatalf("while one can't be planned for: %v, %v and %v", err, planned(bo), planned(ida))
	}
	unknown.Store(false)
	for range 2 {
		if err := perform(1); err != nil || !slices.Equal(planned(bo), []time.Time{slot}) || !slices.Equal(planned(ida), []time.Time{slot}) {
			t.Fatalf("once both can be: %v, %v and %v", err, planned(bo), planned(ida))
		}
	}
	store.Given(1, rules, reminder.CadenceRemoved{Cadence: reminder.Standard.ID})
	if err := perform(1); !errors.Is(err, es.ErrWithdrawn) || len(planned(ida)) != 1 {
		t.Errorf("after another change: %v, %v", err, planned(ida))
	}
	if err := perform(3); err != nil || len(planned(bo)) != 2 || !planned(bo)[1].IsZero() {
		t.Errorf("of that one: %v, %v", err, planned(bo))
	}
	if slices.Contains(app.PlanTypes(), app.RulesTypes()[0]) || !slices.Contains(app.PlanTypes(), client.ContactUnlinked{}.EventType()) {
		t.Error("the rules are heard by the wrong one")
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := plans.Perform(stopped, app.Replans(event.Recorded{Firm: 1, Stream: rules, Version: 3})[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
