package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// StaffTaskNotice tells somebody of the practice that there are messages for them on tasks, or what clients have done.
type StaffTaskNotice struct {
	ID       string // stable over tries
	At       time.Time
	Mention  bool   // a colleague has named them; otherwise a client has written
	Work     bool   // clients have done something; nobody has written
	To       Person // or the practice, where nobody is in charge
	Practice Person
	Tasks    []StaffTaskLine
	URL      string // of the only task, or of the list
}

// StaffTaskLine is one task with messages, or on which a client has done something.
type StaffTaskLine struct {
	Title  string
	Client string   // empty: nobody's
	From   []string // who has written, or done it
	Files  []string // their names
	Items  []string // of a request: what was answered
	Done   bool     // the client's part
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
		if line.Client, err = s.clientOf(ctx, e.Firm, g); err != nil {
			return Outcome{}, err
		}
		m.At, m.Tasks = g.now, append(m.Tasks, line)
	}
	if len(m.Tasks) == 0 {
		return withdrawn(cmp.Or(why, "there is no such task"))
	}
	return s.sendStaffTask(ctx, e, m)
}

// sendWork mails who is in charge what contacts have done, as far as it is still so: one mail for all files of a batch, and
// for all tasks (S2.i10).
func (s Sender) sendWork(ctx context.Context, e es.Effect) (Outcome, error) {
	tasks, err := s.gather(ctx, e)
	if err != nil {
		return Outcome{}, err
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m := StaffTaskNotice{ID: fmt.Sprintf("%s.%s", dashed(e.Kind), TaskMailID(e)), Work: true, To: practice, Practice: practice, URL: s.BaseURL + "/tasks"}
	for _, g := range tasks {
		line := StaffTaskLine{Title: g.state.Says().Title.Text, URL: s.BaseURL + "/tasks/" + g.id.String()}
		for _, c := range g.causes {
			n, ok := g.state.News(c.(task.Event), g.now) // gather has folded it
			if !ok {
				continue
			}
			name, err := s.authorOf(ctx, e.Firm, task.Who{Kind: event.Contact, ID: n.By})
			if err != nil {
				return Outcome{}, fmt.Errorf("find who has done it: %w", err)
			}
			line.From, line.Done = with(line.From, name), line.Done || n.Finished
			line.Files, line.Items = with(line.Files, n.File), with(line.Items, n.Item)
		}
		if len(line.Files)+len(line.Items) == 0 && !line.Done {
			continue
		}
		if line.Client, err = s.clientOf(ctx, e.Firm, g); err != nil {
			return Outcome{}, err
		}
		m.At, m.Tasks = g.now, append(m.Tasks, line)
	}
	if len(m.Tasks) == 0 {
		return withdrawn("it was taken back, or is settled already")
	}
	return s.sendStaffTask(ctx, e, m)
}

// with is the list and one more that is not in it yet.
func with(list []string, one string) []string {
	if one == "" || slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// clientOf is the name of a task's client; empty: nobody's.
func (s Sender) clientOf(ctx context.Context, firm int32, g gathered) (string, error) {
	client := g.state.Client()
	if client == uuid.Nil {
		return "", nil
	}
	name, err := s.Client(ctx, firm, client)
	if err != nil {
		return "", fmt.Errorf("find whose task it is: %w", err)
	}
	return name, nil
}

// sendStaffTask sends m to whom the effect names, or to the practice.
func (s Sender) sendStaffTask(ctx context.Context, e es.Effect, m StaffTaskNotice) (_ Outcome, err error) {
	if len(m.Tasks) == 1 {
		m.URL = m.Tasks[0].URL
	}
	if e.Args.Recipient != uuid.Nil {
		if m.To, err = s.Staff(ctx, e.Firm, e.Args.Recipient); err != nil {
			return Outcome{}, fmt.Errorf("find who is in charge: %w", err)
		}
	}
	return s.Mailer.StaffTask(ctx, m)
}
