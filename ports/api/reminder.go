package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	reminderapp "portico/app/reminder"
	"portico/domain/contact"
	"portico/domain/reminder"

	"github.com/google/uuid"
)

// Reminder is what comes next for one person.
type Reminder struct {
	ContactID ID             `json:"contact_id"`
	Name      string         `json:"name"`
	NextAt    MaybeTime      `json:"next_at" doc:"The slot, which names the reminder; null: none is to come"`
	GoesAt    MaybeTime      `json:"goes_at" doc:"When it leaves: the slot, or later where that was inside quiet hours"`
	Zone      string         `json:"zone" doc:"IANA, of the person"`
	OnItsWay  bool           `json:"on_its_way"`
	TaskIDs   []string       `json:"task_ids" nullable:"false" doc:"Of which it tells"`
	PausedIDs []string       `json:"paused_task_ids" nullable:"false" doc:"Which are left out, because something was done about them since the reminder before"`
	Blocked   string         `json:"blocked" doc:"Why it will not be sent, as it looks now; empty: it will"`
	Last      *ReminderState `json:"last,omitempty" doc:"What became of the last one; absent: there was none"`
}

// ReminderState is what became of a reminder.
type ReminderState struct {
	At      Time     `json:"at"`
	State   string   `json:"state" doc:"sent, bounced, skipped, idle, paused, blocked or failed"`
	Reason  string   `json:"reason"`
	TaskIDs []string `json:"task_ids" nullable:"false"`
}

// ReminderRules are a practice's cadences and quiet hours.
type ReminderRules struct {
	Cadences []Cadence  `json:"cadences" nullable:"false"`
	Quiet    QuietHours `json:"quiet_hours"`
}

// Cadence is when people are reminded of a task, by its due date.
type Cadence struct {
	ID ID `json:"id"`
	CadenceSet
}

// CadenceSet is a cadence without its id.
type CadenceSet struct {
	Name    string `json:"name"`
	Days    []int  `json:"days" nullable:"false" doc:"From the due date: -7 is a week before, 0 the day itself"`
	Every   int    `json:"every,omitempty" doc:"Then every so many days"`
	Times   int    `json:"times,omitempty" doc:"So many times at most"`
	At      string `json:"at" doc:"09:00, where the person is"`
	Default bool   `json:"default,omitempty" doc:"New tasks have it where the form chooses nothing else"`
}

// QuietHours are when no reminder leaves.
type QuietHours struct {
	From     string `json:"from" doc:"20:00, where the person is"`
	To       string `json:"to" doc:"The same as from: never"`
	Weekends bool   `json:"weekends,omitempty" doc:"Nor on Saturdays and Sundays"`
}

type listReminders struct {
	Paging
	Person   string `query:"person" doc:"A contact's id"`
	Withheld bool   `query:"withheld" doc:"Those to whom the last one was not sent, instead of those to whom one is to come"`
}

func (s *Server) listReminders(ctx context.Context, in *listReminders) (*body[Page[Reminder]], error) {
	firm := from(ctx).Firm
	q := reminderapp.Query{Withheld: in.Withheld, After: in.Cursor, Limit: in.Limit}
	if in.Person != "" {
		id, err := ByID{ID: in.Person}.parse(contact.ErrNotFound)
		if err != nil {
			return nil, err
		}
		if _, err := s.ContactDB.Contact(ctx, firm, id); err != nil {
			return nil, err
		}
		q.Contact = id
	}
	rows, next, err := s.Reminders.List.Reminders(ctx, firm, q)
	if err != nil {
		return nil, err
	}
	list := make([]Reminder, len(rows))
	for i, row := range rows {
		if list[i], err = s.showReminder(ctx, firm, row); err != nil {
			return nil, err
		}
	}
	return page(list, next, func(r Reminder) Reminder { return r }), nil
}

func (s *Server) showReminder(ctx context.Context, firm int32, row reminderapp.Row) (Reminder, error) {
	out := Reminder{
		ContactID: ID(row.Contact), Name: row.Name, NextAt: MaybeTime(row.Next), GoesAt: MaybeTime(row.Wake), OnItsWay: row.Ringing, TaskIDs: []string{}, PausedIDs: []string{},
	}
	if !row.Last.At.IsZero() {
		out.Last = &ReminderState{At: Time(row.Last.At), State: string(row.Last.State), Reason: row.Last.Reason, TaskIDs: texts(row.Last.Tasks)}
	}
	sheet, err := s.Reminders.Look(ctx, firm, row.Contact)
	if err != nil {
		return out, err
	}
	out.Zone = sheet.Calendar.Zone.String()
	if row.Next.IsZero() {
		return out, nil
	}
	coming := sheet.Coming()
	for _, id := range row.Tasks {
		switch {
		case slices.Contains(coming.Paused, id):
			out.PausedIDs = append(out.PausedIDs, id.String())
		case sheet.Duty(id).Task == id: // one that the caller may see
			out.TaskIDs = append(out.TaskIDs, id.String())
		}
	}
	out.Blocked, err = s.Reminders.BlockedOf(ctx, firm, sheet, row.Tasks)
	return out, err
}

func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

type skipReminder struct {
	ByID
	Idempotent
	Body struct {
		NextAt time.Time `json:"next_at" doc:"The slot that is to be left out"`
	}
}

func (s *Server) skipReminder(ctx context.Context, in *skipReminder) (*struct{}, error) {
	id, err := in.parse(contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if _, err := s.ContactDB.Contact(ctx, who.Firm, id); err != nil {
		return nil, err
	}
	r, err := s.Reminders.Skip(ctx, reminderapp.Skip{By: who, Contact: id, Slot: in.Body.NextAt})
	if err != nil {
		return nil, err
	}
	return nil, s.shown(ctx, r)
}

func (s *Server) getReminderRules(ctx context.Context, _ *struct{}) (*body[ReminderRules], error) {
	rules, err := s.Reminders.Rules(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	quiet := rules.Quiet()
	out := ReminderRules{Cadences: []Cadence{}, Quiet: QuietHours{From: timeOfDay(quiet.From), To: timeOfDay(quiet.To), Weekends: quiet.Weekends}}
	for _, c := range rules.Cadences() {
		out.Cadences = append(out.Cadences, Cadence{ID: ID(c.ID), CadenceSet: CadenceSet{
			Name: c.Name, Days: c.Days, Every: c.Every, Times: c.Times, At: timeOfDay(c.Minute), Default: c.ID == rules.Default(),
		}})
	}
	return &body[ReminderRules]{Body: out}, nil
}

// timeOfDay is a minute of the day, "09:00".
func timeOfDay(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// minuteOf reads that; -1 is none.
func minuteOf(text string) int {
	t, err := time.Parse("15:04", strings.TrimSpace(text))
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// changedRules is what a change of the rules answers: all of them.
func (s *Server) changedRules(ctx context.Context, r es.Result, err error) (*body[ReminderRules], error) {
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.getReminderRules(ctx, nil)
}

type putCadence struct {
	ByID
	Idempotent
	Body CadenceSet
}

func (s *Server) putCadence(ctx context.Context, in *putCadence) (*body[ReminderRules], error) {
	id, err := in.parse(reminder.ErrUnknown)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	b := in.Body
	r, err := s.Reminders.SaveCadence(ctx, reminderapp.SaveCadence{
		By: who, Usual: b.Default, Cadence: reminder.Cadence{ID: id, Name: b.Name, Days: b.Days, Every: b.Every, Times: b.Times, Minute: minuteOf(b.At)},
	})
	return s.changedRules(ctx, r, err)
}

type deleteCadence struct {
	ByID
	Idempotent
}

func (s *Server) deleteCadence(ctx context.Context, in *deleteCadence) (*struct{}, error) {
	id, err := in.parse(reminder.ErrUnknown)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, id)
	if err != nil {
		return nil, err
	}
	r, err := s.Reminders.RemoveCadence(ctx, reminderapp.RemoveCadence{By: who, Cadence: id})
	if err != nil {
		return nil, err
	}
	return nil, s.shown(ctx, r)
}

type putQuiet struct {
	Idempotent
	Body QuietHours
}

func (s *Server) putQuiet(ctx context.Context, in *putQuiet) (*body[ReminderRules], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.Reminders.SetQuiet(ctx, reminderapp.SetQuiet{
		By: who, Quiet: reminder.Quiet{From: minuteOf(in.Body.From), To: minuteOf(in.Body.To), Weekends: in.Body.Weekends},
	})
	return s.changedRules(ctx, r, err)
}

// cadenceOf is a cadence of the practice that somebody names; zero: none.
func (s *Server) cadenceOf(ctx context.Context, text string) (uuid.UUID, error) {
	id, err := optionalID(text, reminder.ErrUnknown)
	if err != nil || id == uuid.Nil {
		return id, err
	}
	rules, err := s.Reminders.Rules(ctx, from(ctx).Firm)
	if err != nil {
		return id, err
	}
	if _, ok := rules.Cadence(id); !ok {
		return id, reminder.ErrUnknown
	}
	return id, nil
}
