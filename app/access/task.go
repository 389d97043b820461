package access

import (
	"context"
	"errors"
	"slices"
	"time"

	taskapp "portico/app/task"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// TasksOf explains why a person sees a task: it is for the people of its audience alone (T1), from the end of its hold on
// (T5).
type TasksOf struct {
	TabsOf
	Tasks interface {
		Tasks(ctx context.Context, firm int32, q taskapp.Query) ([]taskapp.Row, string, error)
		Task(ctx context.Context, firm int32, id uuid.UUID) (taskapp.Detail, error)
	}
	Now func() time.Time
}

// mostTasks is how many tasks of a client are offered to ask about.
const mostTasks = 10

// Objects are the next tasks of the person's clients, or their own where they have no client.
func (x TasksOf) Objects(ctx context.Context, firm int32, person uuid.UUID) (all []Choice, err error) {
	clients, err := x.People.ClientsOf(ctx, firm, person)
	if err != nil {
		return nil, err
	}
	queries := []taskapp.Query{{Only: person, Limit: mostTasks}}
	for _, m := range clients {
		queries = append(queries, taskapp.Query{Client: m.Client, Limit: mostTasks})
	}
	for _, q := range queries {
		rows, _, err := x.Tasks.Tasks(ctx, firm, q)
		if err != nil {
			return nil, err
		}
		for _, t := range rows {
			word := "Task: " + t.Title
			if t.ClientName != "" {
				word += " (" + t.ClientName + ")"
			}
			if c := (Choice{Object{"task", t.ID.String()}, word}); !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all, nil
}

// shown is what a task's history says of one person.
type shown struct {
	in      bool
	decides int // the version that says so
	begins  int // the version that assigned it
}

func (s *shown) learn(e event.Event, version int, person uuid.UUID) {
	switch e := e.(type) {
	case task.Assigned:
		s.in, s.decides, s.begins = e.Audience.All || slices.Contains(e.Audience.Contacts, person), version, version
	case task.AudienceSet:
		s.in, s.decides = e.Audience.All || slices.Contains(e.Audience.Contacts, person), version
	case task.ContactAdded:
		if e.Contact == person {
			s.in, s.decides = true, version
		}
	case task.ContactRemoved:
		if e.Contact == person {
			s.in, s.decides = false, version
		}
	}
}

// Explain asks whether the person sees the tab that the task stands in, then whether it is for them, then whether it is held.
// A task that the asker may not see, or that was taken back, is ErrUnknown.
func (x TasksOf) Explain(ctx context.Context, q Question) (Answer, error) {
	id, err := uuid.Parse(q.Object.Name)
	if err != nil {
		return Answer{}, ErrUnknown
	}
	t, err := x.Tasks.Task(ctx, q.Firm, id)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.NotFound {
		return Answer{}, ErrUnknown
	}
	if err != nil {
		return Answer{}, err
	}
	var s shown
	stream := task.Stream(id)
	for r, err := range x.Events.Load(ctx, q.Firm, stream, 0) {
		if err != nil {
			return Answer{}, err
		}
		s.learn(r.Event, r.Version, q.Person)
	}
	tab := q
	if tab.Object, tab.Client = (Object{"tab", "todos"}), t.Client; t.Kind == task.Documents {
		tab.Object.Name = "requests"
	}
	a, err := x.TabsOf.Explain(ctx, tab)
	if errors.Is(err, ErrUnknown) || t.Client == uuid.Nil && t.Contact != q.Person {
		a = Answer{Rule: "T1", Text: "The task is another client’s, or another person’s, and this person has nothing to do with that."}
		a.Because, err = fact(ctx, x.History, q.Firm, stream, s.begins)
		return a, err
	}
	if err != nil || !a.Sees {
		return a, err
	}
	person, err := x.People.Contact(ctx, q.Firm, q.Person)
	if err != nil {
		return Answer{}, err
	}
	page := "/tasks/" + id.String()
	switch decides := s.decides; {
	case !s.in:
		a = Answer{Rule: "T1", Text: "The task is for a named set of people, and " + person.Name() + " is not among them.", Repair: Repair{Act: Look, Word: "Choose who sees it", Right: account.ChangeTasks, Page: page}}
		a.Because, err = fact(ctx, x.History, q.Firm, stream, decides)
	case x.Now().Before(t.HoldUntil):
		a = Answer{Rule: "T5", Text: "The task is held for a moment, so that it can be taken back; then " + person.Name() + " sees it."}
		a.Because, err = fact(ctx, x.History, q.Firm, stream, s.begins)
	default:
		a = Answer{Sees: true, Rule: "T1", Text: person.Name() + " is among the people whom the task is for, and sees it."}
		if t.Outcome != "" {
			a.Text += " It is closed: it shows everything and takes nothing."
		}
		a.Because, err = fact(ctx, x.History, q.Firm, stream, decides)
	}
	return a, err
}
