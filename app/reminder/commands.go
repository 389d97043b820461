package reminder

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/reminder"

	"github.com/google/uuid"
)

// Commands are what the practice asks of reminders. Each method is one command on one stream; it returns the rule's fault
// when refused (see the decision of the same name in portico/domain/reminder), or an error of es.Execute.
type Commands struct {
	Book
	// Blocked tells why somebody would not be reminded of a client's tasks, or of their own where it is zero (T9); "": they
	// would.
	Blocked func(ctx context.Context, firm int32, contact, client uuid.UUID) (why string, err error)
}

// BlockedOf tells why a reminder of these tasks would not go; "": it would, at least for one of them.
func (c Commands) BlockedOf(ctx context.Context, firm int32, s Sheet, tasks []uuid.UUID) (why string, err error) {
	asked := map[uuid.UUID]bool{} // clients
	for _, id := range tasks {
		client := s.Tasks[id].Client()
		if asked[client] {
			continue
		}
		asked[client] = true
		one, err := c.Blocked(ctx, firm, s.Contact, client)
		if err != nil || one == "" {
			return "", err
		}
		why = cmp.Or(why, one)
	}
	return why, nil
}

// Plan states the next reminder of a person anew, by what is so now. Nothing new is no event.
func (c Commands) Plan(ctx context.Context, firm int32, contact uuid.UUID) error {
	s, err := c.Look(ctx, firm, contact)
	if err != nil {
		return err
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.System}}
	_, err = es.Execute(ctx, c.Events, by, reminder.Stream(contact), func(r reminder.Reminders, now time.Time) ([]reminder.Event, error) {
		return r.Plan(contact, s.Calendar.Next(s.Duties, r.Upto()), now), nil
	})
	if err != nil {
		return fmt.Errorf("plan the reminders of %s: %w", contact, err)
	}
	return nil
}

// Skip leaves out the next reminder of a person.
type Skip struct {
	By      es.By
	Contact uuid.UUID
	Slot    time.Time // that they were shown
}

// Skip leaves out the next reminder of a person.
func (c Commands) Skip(ctx context.Context, cmd Skip) (es.Result, error) {
	calendar, err := c.calendar(ctx, cmd.By.Firm, cmd.Contact)
	if err != nil {
		return es.Result{}, err
	}
	return es.Execute(ctx, c.Events, cmd.By, reminder.Stream(cmd.Contact), func(r reminder.Reminders, now time.Time) ([]reminder.Event, error) {
		return r.Skip(cmd.Slot, cmd.By.Actor, calendar.EndOfDay(cmd.Slot), now)
	})
}

// Report is what is told later of a reminder.
type Report struct {
	By        es.By
	Contact   uuid.UUID
	Mail      uuid.UUID
	Delivered bool   // otherwise it came back
	Code      string // of that
}

// Report notes what is told later of a reminder (T13).
func (c Commands) Report(ctx context.Context, cmd Report) error {
	_, err := es.Execute(ctx, c.Events, cmd.By, reminder.Stream(cmd.Contact), func(r reminder.Reminders, now time.Time) ([]reminder.Event, error) {
		return r.Report(cmd.Mail, cmd.Delivered, cmd.Code, now), nil
	})
	return err
}

// rules runs one decision on a practice's rules.
func (c Commands) rules(ctx context.Context, by es.By, decide func(reminder.Rules) ([]reminder.RulesEvent, error)) (es.Result, error) {
	id, _, err := c.Practice(ctx, by.Firm)
	if err != nil {
		return es.Result{}, fmt.Errorf("find the practice: %w", err)
	}
	return es.Execute(ctx, c.Events, by, reminder.RulesStream(id), func(r reminder.Rules, _ time.Time) ([]reminder.RulesEvent, error) { return decide(r) })
}

// SaveCadence makes a cadence or changes the one with its id, and makes it the one of new tasks where Usual says so.
type SaveCadence struct {
	By      es.By
	Cadence reminder.Cadence
	Usual   bool
}

// SaveCadence makes a cadence or changes it. One that was the usual one and isn't to be any more leaves none.
func (c Commands) SaveCadence(ctx context.Context, cmd SaveCadence) (es.Result, error) {
	return c.rules(ctx, cmd.By, func(r reminder.Rules) ([]reminder.RulesEvent, error) {
		saved, err := r.Save(cmd.Cadence)
		if err != nil {
			return nil, err
		}
		for _, e := range saved {
			r = r.Apply(e)
		}
		usual := r.Default()
		switch {
		case cmd.Usual:
			usual = cmd.Cadence.ID
		case usual == cmd.Cadence.ID:
			usual = uuid.Nil
		}
		chosen, err := r.SetDefault(usual)
		return append(saved, chosen...), err
	})
}

// RemoveCadence takes a cadence away.
type RemoveCadence struct {
	By      es.By
	Cadence uuid.UUID
}

// RemoveCadence takes a cadence away; nobody is reminded of tasks that still have it.
func (c Commands) RemoveCadence(ctx context.Context, cmd RemoveCadence) (es.Result, error) {
	return c.rules(ctx, cmd.By, func(r reminder.Rules) ([]reminder.RulesEvent, error) { return r.Remove(cmd.Cadence) })
}

// SetQuiet states when no reminder leaves.
type SetQuiet struct {
	By    es.By
	Quiet reminder.Quiet
}

// SetQuiet states when no reminder leaves.
func (c Commands) SetQuiet(ctx context.Context, cmd SetQuiet) (es.Result, error) {
	return c.rules(ctx, cmd.By, func(r reminder.Rules) ([]reminder.RulesEvent, error) { return r.SetQuiet(cmd.Quiet) })
}
