package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	reminderapp "portico/app/reminder"
	taskapp "portico/app/task"
	"portico/domain/reminder"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// lookAtOnce is how many people's sheets a page opens at the same time.
const lookAtOnce = 8

// lastWords say what became of a reminder.
var lastWords = map[reminderapp.State]string{
	reminderapp.Sent: "Last one sent", reminderapp.Bounced: "The last one came back", reminderapp.Skipped: "The last one was skipped", reminderapp.Idle: "Nothing was to do last time",
	reminderapp.Paused: "The last one was paused", reminderapp.Blocked: "The last one was blocked", reminderapp.Failed: "The last one could not be sent",
}

// skipDone is what the page says after a reminder was skipped.
const skipDone = "Skipped. What comes after it stays."

// reminders is the calendar of reminders to come, of everybody or of one person, and of those that were not sent.
func (s *Server) reminders(w http.ResponseWriter, r *http.Request) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	u, v := user(r), r.URL.Query()
	page := views.Reminders{Shell: s.shell(r, "Reminders", "tasks")}
	page.Stale = !current
	if v.Get("done") != "" {
		page.Done = skipDone
	}
	q := reminderapp.Query{Withheld: v.Get("show") == "withheld", After: v.Get("after"), Limit: rowsOf(r)}
	if text := v.Get("person"); text != "" {
		if q.Contact, err = uuid.Parse(text); err != nil {
			return errNotFound
		}
		c, err := s.ContactList.Contact(r.Context(), u.Firm, q.Contact)
		if err != nil {
			return err
		}
		page.Person = c.Name()
	}
	rows, next, err := s.Reminders.List.Reminders(r.Context(), u.Firm, q)
	if err != nil {
		return err
	}
	lines, err := s.reminderLines(r, rows, q.Withheld)
	if err != nil {
		return err
	}
	page.Days, page.Pager = s.reminderDays(lines, rows, zone(u.Practice.Zone), q.Withheld), pager(r, next, len(rows), "person", "people")
	if q.Contact == uuid.Nil {
		page.Chips = []views.Chip{{Word: "To come", Href: "/reminders", Current: !q.Withheld}, {Word: "Not sent", Href: "/reminders?show=withheld", Current: q.Withheld}}
	}
	page.Empty = views.Empty{Icon: "clock", Title: "No reminder is to come", Text: "A task with a due date and a cadence reminds the people whom it is for, until they are done.", Action: "Open tasks", Href: "/tasks"}
	if q.Withheld {
		page.Empty.Title, page.Empty.Text = "Every reminder was sent", "What was blocked, paused or skipped is here until the person’s next one."
	}
	return s.show(w, r, page)
}

// reminderDays puts lines under their days.
func (s *Server) reminderDays(lines []views.ReminderLine, rows []reminderapp.Row, z *time.Location, withheld bool) (days []views.ReminderDay) {
	today := s.Now().In(z).Format(time.DateOnly)
	for i, l := range lines {
		at := rows[i].Wake
		if withheld || at.IsZero() {
			at = rows[i].Last.At
		}
		heading := at.In(z).Format("Monday 2 January 2006")
		switch {
		case at.IsZero():
			heading = "Nothing so far"
		case at.In(z).Format(time.DateOnly) == today:
			heading = "Today"
		}
		if n := len(days); n == 0 || days[n-1].Heading != heading {
			days = append(days, views.ReminderDay{Heading: heading})
		}
		d := &days[len(days)-1]
		d.Rows = append(d.Rows, l)
	}
	return days
}

// reminderLines look at each person as they are now; of what was not sent they say what that was about.
func (s *Server) reminderLines(r *http.Request, rows []reminderapp.Row, withheld bool) ([]views.ReminderLine, error) {
	lines := make([]views.ReminderLine, len(rows))
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(lookAtOnce)
	for i, row := range rows {
		group.Go(func() (err error) {
			lines[i], err = s.reminderLine(r.WithContext(ctx), row, withheld)
			return err
		})
	}
	return lines, group.Wait()
}

func (s *Server) reminderLine(r *http.Request, row reminderapp.Row, withheld bool) (l views.ReminderLine, err error) {
	z := zone(user(r).Practice.Zone)
	l = views.ReminderLine{Contact: row.Contact, Name: row.Name, Moving: row.Ringing}
	tasks := row.Tasks
	if withheld {
		tasks, l.At, l.Last = row.Last.Tasks, views.At(row.Last.At, z), lastSentence(row.Last, nil)
	}
	sheet, err := s.Reminders.Look(r.Context(), user(r).Firm, row.Contact)
	if err != nil {
		return l, err
	}
	if !withheld {
		l.At, l.Last = views.At(row.Wake, z), lastSentence(row.Last, z)
		if !row.Ringing && !row.Next.IsZero() {
			l.Slot = row.Next.UTC().Format(time.RFC3339)
			if l.Blocked, err = s.Reminders.BlockedOf(r.Context(), user(r).Firm, sheet, tasks); err != nil {
				return l, err
			}
		}
		if own := sheet.Calendar.Zone; own.String() != z.String() && !row.Wake.IsZero() && row.Wake.In(own).Format("15:04") != row.Wake.In(z).Format("15:04") {
			l.Where = row.Wake.In(own).Format("15:04")
		}
	}
	return l, s.addReminded(r, &l, sheet, tasks, !withheld)
}

func lastSentence(last reminderapp.Last, z *time.Location) string {
	if last.At.IsZero() {
		return ""
	}
	words := lastWords[last.State]
	if z != nil {
		words += " on " + last.At.In(z).Format("2 Jan")
	}
	if last.Reason != "" {
		words += ": " + last.Reason
	}
	return words
}

// addReminded names the tasks that the reader may see.
func (s *Server) addReminded(r *http.Request, l *views.ReminderLine, sheet reminderapp.Sheet, tasks []uuid.UUID, paused bool) error {
	coming, z := sheet.Coming(), zone(user(r).Practice.Zone)
	for _, id := range tasks {
		t, err := s.TaskList.Task(r.Context(), user(r).Firm, id)
		if errors.Is(err, task.ErrNotFound) {
			l.Hidden++
			continue
		}
		if err != nil {
			return err
		}
		line := views.RemindedTask{ID: id, Title: t.Title, Client: t.ClientName, Due: dayShort(t.DueOn)}
		if paused && slices.Contains(coming.Paused, id) {
			line.Paused = views.At(sheet.Duty(id).Moved, z)
		}
		l.Tasks = append(l.Tasks, line)
	}
	return nil
}

// skipReminder leaves out somebody's next reminder.
func (s *Server) skipReminder(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	contact, err := pathID(r, "contact")
	if err != nil {
		return err
	}
	if _, err := s.ContactList.Contact(r.Context(), user(r).Firm, contact); err != nil {
		return err
	}
	slot, err := time.Parse(time.RFC3339, r.PostForm.Get("slot"))
	if err != nil {
		return reminder.ErrNext
	}
	res, err := s.Reminders.Skip(r.Context(), reminderapp.Skip{By: by, Contact: contact, Slot: slot})
	if err != nil {
		return err
	}
	backTo(w, r, "/reminders", "skip", res)
	return nil
}

// taskReminders are who is reminded of a task, and when next.
func (s *Server) taskReminders(r *http.Request, t taskapp.Detail, cadence uuid.UUID, names map[uuid.UUID]string) (*views.TaskReminders, error) {
	if t.Outcome != "" {
		return nil, nil // nobody is reminded of what is closed
	}
	page := &views.TaskReminders{Undue: t.DueOn == ""}
	rules, err := s.Reminders.Rules(r.Context(), user(r).Firm)
	if err != nil {
		return nil, err
	}
	c, ok := rules.Cadence(cadence)
	if !ok {
		return page, nil
	}
	if page.Cadence = c.Name + ": " + cadenceWords(c); page.Undue {
		return page, nil
	}
	people := []uuid.UUID{t.Contact}
	if t.Client != uuid.Nil {
		if people, err = s.Tasks.People.OfClient(r.Context(), user(r).Firm, t.Client); err != nil {
			return nil, err
		}
	}
	for _, who := range t.Asked(people) {
		l, asked, err := s.remindedOf(r, t, who, names)
		if err != nil {
			return nil, err
		}
		if asked {
			page.People = append(page.People, l)
		}
	}
	return page, nil
}

// remindedOf is when somebody is reminded of one task; asked tells whether there is anything for them to do.
func (s *Server) remindedOf(r *http.Request, t taskapp.Detail, who uuid.UUID, names map[uuid.UUID]string) (l views.ReminderLine, asked bool, err error) {
	z := zone(user(r).Practice.Zone)
	sheet, err := s.Reminders.Look(r.Context(), user(r).Firm, who)
	if err != nil {
		return l, false, err
	}
	d := sheet.Duty(t.ID)
	l = views.ReminderLine{Contact: who, Name: cmp.Or(names[who], "Somebody who is linked no more")}
	if d.Task == uuid.Nil {
		return l, false, nil
	}
	coming := sheet.Calendar.Next([]reminder.Duty{d}, sheet.Reminders.Upto())
	l.At = views.At(coming.Slot, z)
	l.Moving = !coming.Slot.IsZero() && sheet.Reminders.Ringing(sheet.Reminders.Next()) && !coming.Slot.After(s.Now())
	if len(coming.Paused) > 0 {
		l.Tasks = []views.RemindedTask{{ID: t.ID, Paused: views.At(d.Moved, z)}}
	}
	l.Blocked, err = s.Reminders.Blocked(r.Context(), user(r).Firm, who, t.Client)
	return l, true, err
}
