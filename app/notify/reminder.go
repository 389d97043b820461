package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	reminderapp "portico/app/reminder"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// ReminderMail is the kind of effect of a reminder; args: Recipient, Since (its slot). Its word is stored.
const ReminderMail = reminderapp.MailReminder

// Why there is nothing to send, for the ledger.
const (
	notNext = "another one has taken its place"
	isQuiet = "it is a quiet hour where they are; it goes later"
	isIdle  = "nothing is left to be reminded of"
	isBusy  = "something was done about it since the reminder before"
)

// sendReminder reminds a contact of all whose turn has come, unless they can't be reached or it is a quiet hour, and
// records what became of it (rule 16).
func (s Sender) sendReminder(ctx context.Context, e es.Effect) (Outcome, error) {
	contact, slot := e.Args.Recipient, e.Args.Since
	sheet, err := s.Reminders.Look(ctx, e.Firm, contact)
	if err != nil {
		return Outcome{}, fmt.Errorf("find what they are reminded of: %w", err)
	}
	if mail, tasks, ok := sheet.Reminders.SentAt(slot); ok { // and its record was cut off
		m := taskMail{mail: mail}
		for _, id := range tasks {
			m.says = append(m.says, saying{id, task.OfReminder})
		}
		return Outcome{Status: HandedOver, IDs: es.Handed{reminderID(e, mail)}}, s.recordTasks(ctx, e, m, func(f *task.Fate) { f.Handed = true })
	}
	if !sheet.Reminders.Ringing(slot) {
		return withdrawn(notNext)
	}
	if later := sheet.Calendar.Allowed(sheet.Now); later.After(sheet.Now) {
		err := s.onReminders(ctx, e, func(r reminder.Reminders, now time.Time) []reminder.Event { return r.Postpone(slot, later, now) })
		if err != nil {
			return Outcome{}, err
		}
		return withdrawn(isQuiet)
	}
	return s.remind(ctx, e, sheet)
}

// remind writes the mail, by what is so at this moment.
func (s Sender) remind(ctx context.Context, e es.Effect, sheet reminderapp.Sheet) (Outcome, error) {
	it := sheet.Calendar.At(sheet.Duties, sheet.Reminders.Upto(), sheet.Now)
	end := ending{slot: e.Args.Since, upto: sheet.Calendar.EndOfDay(sheet.Now)}
	switch {
	case len(it.Tasks) == 0 && len(it.Paused) > 0:
		return s.withhold(ctx, e, end, it.Paused, reminder.Paused, isBusy)
	case len(it.Tasks) == 0:
		return s.withhold(ctx, e, end, nil, reminder.Idle, isIdle)
	}
	m, err := s.composeReminder(ctx, e, sheet, it.Tasks)
	if err != nil {
		return Outcome{}, err
	}
	if m.quiet != "" {
		return s.withhold(ctx, e, end, it.Tasks, reminder.Blocked, m.quiet)
	}
	o, err := s.Mailer.Task(ctx, m.TaskNotice)
	switch {
	case err != nil:
		return o, err
	case o.Status == Refused:
		if _, err := s.withhold(ctx, e, end, it.Tasks, reminder.Failed, "the mail server has refused it with "+cmp.Or(o.Code, "no code")); err != nil {
			return o, err
		}
	case o.Status == HandedOver:
		err := s.onReminders(ctx, e, func(r reminder.Reminders, now time.Time) []reminder.Event {
			return r.Send(end.slot, m.mail, m.tasks(), end.upto, now)
		})
		if err != nil {
			return o, err
		}
	default:
		return o, nil
	}
	return o, s.recordTasks(ctx, e, m, func(f *task.Fate) { f.Handed, f.Code, f.Detail = o.Status == HandedOver, o.Code, o.Detail })
}

// ending is which slot is over, and until when all others are with it.
type ending struct{ slot, upto time.Time }

func (s Sender) withhold(ctx context.Context, e es.Effect, end ending, tasks []uuid.UUID, cause reminder.Cause, why string) (Outcome, error) {
	err := s.onReminders(ctx, e, func(r reminder.Reminders, now time.Time) []reminder.Event {
		return r.Withhold(end.slot, tasks, cause, why, end.upto, now)
	})
	if err != nil {
		return Outcome{}, err
	}
	return withdrawn(why)
}

func (s Sender) onReminders(ctx context.Context, e es.Effect, decide func(reminder.Reminders, time.Time) []reminder.Event) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	_, err := es.Execute(ctx, s.Events, by, reminder.Stream(e.Args.Recipient), func(r reminder.Reminders, now time.Time) ([]reminder.Event, error) {
		return decide(r, now), nil
	})
	if err != nil {
		return fmt.Errorf("record what became of %s: %w", e.Key, err)
	}
	return nil
}

func (s Sender) reminderGaveUp(ctx context.Context, e es.Effect) error {
	sheet, err := s.Reminders.Look(ctx, e.Firm, e.Args.Recipient)
	if err != nil {
		return err
	}
	it := sheet.Calendar.At(sheet.Duties, sheet.Reminders.Upto(), sheet.Now)
	_, err = s.withhold(ctx, e, ending{e.Args.Since, sheet.Calendar.EndOfDay(sheet.Now)}, it.Tasks, reminder.Failed, "no mail server took it")
	return err
}

// composeReminder is the mail about tasks, but for those that can't be opened.
func (s Sender) composeReminder(ctx context.Context, e es.Effect, sheet reminderapp.Sheet, ids []uuid.UUID) (m taskMail, err error) {
	contact := e.Args.Recipient
	m.mail = reminderapp.MailID(contact, e.Args.Since)
	m.ID, m.At, m.Reminder = reminderID(e, m.mail), sheet.Now, true
	gate, err := s.gateOf(ctx, e.Firm, contact)
	if err != nil {
		return m, err
	}
	var told []gathered
	for _, id := range ids {
		g := gathered{id: id, state: sheet.Tasks[id], now: sheet.Now}
		why, err := gate.opens(ctx, g, task.OfReminder)
		if err != nil {
			return m, err
		}
		if why != "" {
			m.quiet = cmp.Or(m.quiet, why)
			continue
		}
		line := reminderLine(g, contact, sheet.Calendar.Zone)
		if err := s.addLine(ctx, e, g, gate, line, &m); err != nil {
			return m, err
		}
		told, m.says = append(told, g), append(m.says, saying{id, task.OfReminder})
	}
	if len(told) == 0 {
		return m, nil
	}
	m.quiet = ""
	ownFirst(m.Clients)
	m.To, m.Given, m.Language = Person{Name: gate.contact.Name, Email: gate.contact.Email}, gate.contact.Given, gate.contact.Language
	m.URL, m.Pass, m.HelpURL = gate.home(told, m), gate.pass, s.BaseURL+"/portal/help"
	m.ByLink = gate.link != ""
	if err := s.inTheName(ctx, e, told, &m); err != nil {
		return m, err
	}
	s.answerable(contact, told, &m)
	return m, nil
}

// ownFirst puts what is named for nobody before what is named for clients.
func ownFirst(clients []ClientNotice) {
	slices.SortStableFunc(clients, func(a, b ClientNotice) int { return cmp.Compare(min(1, len(a.Client)), min(1, len(b.Client))) })
}

// mostItems is how many items of a request a reminder names.
const mostItems = 10

func reminderLine(g gathered, contact uuid.UUID, zone *time.Location) TaskLine {
	line := TaskLine{Title: g.state.Says().Title.Text, About: task.OfReminder}
	if due, err := time.Parse(time.DateOnly, g.state.Says().DueOn); err == nil {
		y, m, d := g.now.In(zone).Date()
		line.DueOn, line.Left = due, int(due.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours()/24)
	}
	missing := g.state.Missing(contact)
	for _, i := range missing[:min(len(missing), mostItems)] {
		line.Items = append(line.Items, i.Title.Text)
	}
	line.More = len(missing) - len(line.Items)
	return line
}

func reminderID(e es.Effect, mail uuid.UUID) string {
	return fmt.Sprintf("%s.%s", dashed(e.Kind), mail)
}

func (m taskMail) tasks() (ids []uuid.UUID) {
	for _, s := range m.says {
		ids = append(ids, s.task)
	}
	return ids
}

// Blocked tells why a contact would not be reminded of a client's tasks, or of their own where it is zero (T9); "": they
// would.
func (s Sender) Blocked(ctx context.Context, firm int32, contact, client uuid.UUID) (why string, err error) {
	gate, err := s.gateOf(ctx, firm, contact)
	if err != nil {
		return "", err
	}
	return gate.opensOf(ctx, client, task.OfReminder)
}
