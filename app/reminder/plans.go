package reminder

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// PlanTypes are the stored names of the events after which somebody's next reminder may be another one.
func PlanTypes() []string {
	return []string{
		task.Assigned{}.EventType(), task.TakenBack{}.EventType(), task.DueSet{}.EventType(), task.CadenceSet{}.EventType(), task.AudienceSet{}.EventType(),
		task.ContactAdded{}.EventType(), task.ContactRemoved{}.EventType(), task.DoneByClient{}.EventType(), task.UndoneByClient{}.EventType(),
		task.Reopened{}.EventType(), task.Closed{}.EventType(), task.ItemAdded{}.EventType(), task.ItemChanged{}.EventType(), task.ItemCancelled{}.EventType(),
		task.ItemReturned{}.EventType(), task.ItemNotApplicable{}.EventType(), task.ItemSentBack{}.EventType(), task.ItemReopened{}.EventType(),
		client.ContactLinked{}.EventType(), client.ContactRightsSet{}.EventType(), client.ContactUnlinked{}.EventType(),
		contact.Changed{}.EventType(),
		reminder.Sent{}.EventType(), reminder.Withheld{}.EventType(), reminder.Skipped{}.EventType(),
	}
}

// People finds whose next reminder may be another one after an event. OfClient are the contacts with the right to a
// client's tasks.
type People struct {
	Book
	OfClient func(ctx context.Context, firm int32, client uuid.UUID) ([]uuid.UUID, error)
}

// Person is a contact of a practice.
type Person struct {
	Firm    int32
	Contact uuid.UUID
}

// Concerned are the people whom events concern, each once.
func (p People) Concerned(ctx context.Context, events []event.Recorded) (people []Person, err error) {
	seen := map[Person]bool{}
	tasks := map[uuid.UUID]bool{}
	for _, r := range events {
		var whom []uuid.UUID
		switch e := r.Event.(type) {
		case client.ContactLinked:
			whom = append(whom, e.Contact)
		case client.ContactRightsSet:
			whom = append(whom, e.Contact)
		case client.ContactUnlinked:
			whom = append(whom, e.Contact)
		case contact.Changed:
			whom = append(whom, r.Stream.ID)
		case reminder.Event:
			whom = append(whom, reminder.ContactOf(r.Stream.ID))
		case task.Event:
			if !tasks[r.Stream.ID] {
				tasks[r.Stream.ID] = true
				whom, err = p.ofTask(ctx, r.Firm, r.Stream)
			}
		}
		if err != nil {
			return nil, err
		}
		for _, c := range whom {
			if one := (Person{r.Firm, c}); !seen[one] {
				seen[one] = true
				people = append(people, one)
			}
		}
	}
	return people, nil
}

// ofTask are those who could see a task: of its client, or the only contact.
func (p People) ofTask(ctx context.Context, firm int32, stream event.Stream) (people []uuid.UUID, err error) {
	var of, subject uuid.UUID
	err = es.Look(ctx, p.Events, firm, stream, func(t task.Task, _ int, _ time.Time) error {
		of, subject = t.Client(), t.Subject()
		return nil
	})
	if err != nil || of == uuid.Nil {
		return []uuid.UUID{subject}, err
	}
	if people, err = p.OfClient(ctx, firm, of); err != nil {
		return nil, fmt.Errorf("find who could see the client’s tasks: %w", err)
	}
	return people, nil
}
