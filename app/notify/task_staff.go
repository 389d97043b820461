package notify

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// StaffTaskNotice tells somebody of the practice that there are messages for them on tasks.
type StaffTaskNotice struct {
	ID       string // stable over tries
	At       time.Time
	Mention  bool   // a colleague has named them; otherwise a client has written
	To       Person // or the practice, where nobody is in charge
	Practice Person
	Tasks    []StaffTaskLine
	URL      string // of the only task, or of the list
}

// StaffTaskLine is one task with messages.
type StaffTaskLine struct {
	Title  string
	Client string   // empty: nobody's
	From   []string // who has written
	URL    string
}

// sendStaffTasks mails somebody of the practice what they have not read of what was written to them (rule 15).
func (s Sender) sendStaffTasks(ctx context.Context, e es.Effect) (Outcome, error) {
	tasks, err := s.gather(ctx, e)
	if err != nil {
		return Outcome{}, err
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m := StaffTaskNotice{
		ID: fmt.Sprintf("%s.%s", dashed(e.Kind), TaskMailID(e)), Mention: e.Kind == MentionMail, To: practice, Practice: practice, URL: s.BaseURL + "/tasks",
	}
	to, why := task.Who{Kind: event.Staff, ID: e.Args.Recipient}, ""
	for _, g := range tasks {
		quiet, unread := "", false
		for _, c := range g.causes {
			silent := g.silent(c, to)
			quiet, unread = cmp.Or(quiet, silent), unread || silent == ""
		}
		if !unread {
			why = cmp.Or(why, quiet)
			continue
		}
		line := StaffTaskLine{Title: g.state.Says().Title.Text, URL: s.BaseURL + "/tasks/" + g.id.String()}
		if line.From, err = s.authors(ctx, e.Firm, g, to); err != nil {
			return Outcome{}, err
		}
		if client := g.state.Client(); client != uuid.Nil {
			if line.Client, err = s.Client(ctx, e.Firm, client); err != nil {
				return Outcome{}, fmt.Errorf("find whose task it is: %w", err)
			}
		}
		m.At, m.Tasks = g.now, append(m.Tasks, line)
	}
	switch len(m.Tasks) {
	case 0:
		return withdrawn(cmp.Or(why, "there is no such task"))
	case 1:
		m.URL = m.Tasks[0].URL
	}
	if e.Args.Recipient != uuid.Nil {
		if m.To, err = s.Staff(ctx, e.Firm, e.Args.Recipient); err != nil {
			return Outcome{}, fmt.Errorf("find who is in charge: %w", err)
		}
	}
	return s.Mailer.StaffTask(ctx, m)
}
