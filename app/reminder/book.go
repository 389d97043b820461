// Package reminder is what people ask of reminders, and what is known of each person: what they have to do by their tasks'
// own histories, and when that comes by the rules of the practice. It hears of tasks and clients.
package reminder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Book finds what somebody is to be reminded of.
type Book struct {
	Events es.Store
	List   Reader
	// Practice is the id of a practice and its zone, which holds for people who have none.
	Practice func(ctx context.Context, firm int32) (id uuid.UUID, zone string, err error)
	Zone     func(ctx context.Context, firm int32, contact uuid.UUID) (string, error) // the person's own, IANA; empty: none
	// Since is from when on a contact has had the right to a client's tasks; zero: they don't have it now.
	Since func(ctx context.Context, firm int32, client, contact uuid.UUID) (time.Time, error)
}

// Sheet is what is known of one person.
type Sheet struct {
	Contact   uuid.UUID
	Reminders reminder.Reminders
	Calendar  reminder.Calendar
	Duties    []reminder.Duty
	Tasks     map[uuid.UUID]task.Task // of the duties, as they are now
	Now       time.Time
}

// Rules are a practice's.
func (b Book) Rules(ctx context.Context, firm int32) (reminder.Rules, error) {
	id, _, err := b.Practice(ctx, firm)
	if err != nil {
		return reminder.Rules{}, fmt.Errorf("find the practice: %w", err)
	}
	rules, _, _, err := es.State[reminder.Rules, reminder.RulesEvent](ctx, b.Events, firm, reminder.RulesStream(id))
	return rules, err
}

// CadenceOf is the cadence of a task; zero: none.
func (b Book) CadenceOf(ctx context.Context, firm int32, id uuid.UUID) (cadence uuid.UUID, err error) {
	err = es.Look(ctx, b.Events, firm, task.Stream(id), func(t task.Task, _ int, _ time.Time) error {
		cadence = t.Says().Cadence
		return nil
	})
	return cadence, err
}

// Look opens the sheet of one person.
func (b Book) Look(ctx context.Context, firm int32, contact uuid.UUID) (s Sheet, err error) {
	s = Sheet{Contact: contact, Tasks: map[uuid.UUID]task.Task{}}
	if s.Reminders, _, s.Now, err = es.State[reminder.Reminders, reminder.Event](ctx, b.Events, firm, reminder.Stream(contact)); err != nil {
		return s, err
	}
	if s.Calendar, err = b.calendar(ctx, firm, contact); err != nil {
		return s, err
	}
	ids, err := b.List.Candidates(ctx, firm, contact)
	if err != nil {
		return s, err
	}
	since := map[uuid.UUID]time.Time{} // by client
	for _, id := range ids {
		d, t, err := b.duty(ctx, firm, id, contact)
		if err != nil {
			return s, err
		}
		if !t.Asks(contact) {
			continue
		}
		if d.Client != uuid.Nil {
			linked, known := since[d.Client]
			if !known {
				if linked, err = b.Since(ctx, firm, d.Client, contact); err != nil {
					return s, fmt.Errorf("find since when they have the right to the client’s tasks: %w", err)
				}
				since[d.Client] = linked
			}
			if linked.IsZero() {
				continue
			}
			d.Since = later(d.Since, linked)
		}
		s.Duties, s.Tasks[id] = append(s.Duties, d), t
	}
	return s, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// calendar is by what slots of a person are counted.
func (b Book) calendar(ctx context.Context, firm int32, contact uuid.UUID) (c reminder.Calendar, err error) {
	id, practice, err := b.Practice(ctx, firm)
	if err != nil {
		return c, fmt.Errorf("find the practice: %w", err)
	}
	if c.Rules, _, _, err = es.State[reminder.Rules, reminder.RulesEvent](ctx, b.Events, firm, reminder.RulesStream(id)); err != nil {
		return c, err
	}
	own, err := b.Zone(ctx, firm, contact)
	if err != nil {
		return c, fmt.Errorf("find in which zone somebody is: %w", err)
	}
	c.Zone = time.UTC
	for _, name := range []string{own, practice} {
		if z, err := time.LoadLocation(name); err == nil && name != "" {
			c.Zone = z
			break
		}
	}
	return c, nil
}

// duty folds a task, and finds since when it has been what it is for somebody.
func (b Book) duty(ctx context.Context, firm int32, id, contact uuid.UUID) (d reminder.Duty, t task.Task, err error) {
	for r, err := range b.Events.Load(ctx, firm, task.Stream(id), 0) {
		if err != nil {
			return d, t, fmt.Errorf("read task %s: %w", id, err)
		}
		e, ok := r.Event.(task.Event)
		if !ok {
			return d, t, &es.ForeignEventError{Stream: r.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		asked := t.Asks(contact)
		t = t.Apply(e)
		switch e := r.Event.(type) {
		case task.Assigned:
			d.Since = later(r.At, e.HoldUntil)
		case task.DueSet, task.CadenceSet:
			d.Since = later(d.Since, r.At)
		}
		if !asked && t.Asks(contact) {
			d.Since = later(d.Since, r.At)
		}
		if t.Moves(e, contact) {
			d.Moved = r.At
		}
	}
	says := t.Says()
	d.Task, d.Client, d.Series, d.Cadence, d.DueOn = id, says.Client, says.Series, says.Cadence, says.DueOn
	return d, t, nil
}

// Coming is the next reminder as it would be now: at the slot that is planned, or, where it is over, at this moment.
func (s Sheet) Coming() reminder.Coming {
	if slot := s.Reminders.Next(); slot.After(s.Now) {
		return s.Calendar.At(s.Duties, s.Reminders.Upto(), slot)
	}
	return s.Calendar.Next(s.Duties, s.Reminders.Upto())
}

// Duty is one of the sheet.
func (s Sheet) Duty(id uuid.UUID) reminder.Duty {
	i := slices.IndexFunc(s.Duties, func(d reminder.Duty) bool { return d.Task == id })
	if i < 0 {
		return reminder.Duty{}
	}
	return s.Duties[i]
}
