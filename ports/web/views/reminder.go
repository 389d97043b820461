package views

import (
	"time"

	"github.com/google/uuid"
)

// SettingsReminders is when people are reminded of what they have to do.
type SettingsReminders struct {
	Settings
	Cadences []CadenceLine
	Most     int
	Full     bool // there are that many
	From, To string
	Weekends bool
}

// CadenceLine is one cadence of the practice.
type CadenceLine struct {
	ID         uuid.UUID
	Name, When string
	Usual      bool // new tasks have it
}

// CadenceForm is the form of one cadence.
type CadenceForm struct {
	Shell
	ID, Command                    uuid.UUID
	New                            bool
	Name, Days, Every, Times, Hour string
	Usual                          bool
	Problems                       Problems
}

// Reminders is what is to come, day by day, or what was not sent.
type Reminders struct {
	Shell
	Chips  []Chip
	Person string // whom the page is narrowed to
	Days   []ReminderDay
	Empty  Empty
	Pager  Pager
	Done   string
}

// Next is the command id of one more form.
func (Reminders) Next() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// ReminderDay is one day in the practice's zone.
type ReminderDay struct {
	Heading string
	Rows    []ReminderLine
}

// ReminderLine is one person.
type ReminderLine struct {
	Contact uuid.UUID
	Name    string
	At      When
	Where   string // the clock where they are, if it is another one
	Slot    string // what a form that skips it names; empty: it can't be skipped
	Moving  bool   // it is on its way
	Blocked string // why it will not be sent, as it looks now
	Last    string // what became of the one before
	Tasks   []RemindedTask
	Hidden  int // tasks of clients whom the reader doesn't see
}

// RemindedTask is one task of a reminder.
type RemindedTask struct {
	ID     uuid.UUID
	Title  string
	Client string
	Due    string
	Paused When // when something was done about it, which leaves it out
}

// TaskReminders are the reminders of one task.
type TaskReminders struct {
	Cadence string // what it has; empty: none
	Undue   bool   // it has no due date, and so no reminders
	People  []ReminderLine
}

// Clock is a time of the day where somebody is.
func Clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") }

// File is Page.
func (SettingsReminders) File() string { return "settings_reminders.html" }

// File is Page.
func (CadenceForm) File() string { return "settings_cadence.html" }

// File is Page.
func (Reminders) File() string { return "reminders.html" }
