package main

import (
	"context"
	"fmt"
	"time"

	"portico/adapters/postgres"
	contactapp "portico/app/contact"
	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// tasksPeople tells tasks who could see them, by the client's own history: what was saved a moment ago counts.
type tasksPeople struct {
	events   es.Store
	contacts contactapp.Commands
}

var _ taskapp.People = tasksPeople{}

// OfClient is taskapp.People.
func (p tasksPeople) OfClient(ctx context.Context, firm int32, id uuid.UUID) (people []uuid.UUID, err error) {
	err = es.Look(ctx, p.events, firm, client.Stream(id), func(c client.Client, version int, _ time.Time) error {
		if version == 0 {
			return client.ErrNotFound
		}
		people = c.With(client.Tasks)
		return nil
	})
	return people, err
}

// Known is taskapp.People.
func (p tasksPeople) Known(ctx context.Context, firm int32, contact uuid.UUID) error {
	return p.contacts.Known(ctx, firm, contact)
}

// nextOfSeries assigns the next task of a series once the one before it says that it comes (T10). Hearing it twice is harmless.
func nextOfSeries(tasks taskapp.Commands) postgres.Subscription {
	return postgres.Subscription{
		Name: "next_of_series", Version: 1, Types: []string{task.Repeated{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				e, ok := r.Event.(task.Repeated)
				if !ok {
					return fmt.Errorf("%s is no end of a round", r.Event.EventType())
				}
				by := es.By{Firm: r.Firm, Actor: event.Actor{Kind: event.System}}
				if _, err := tasks.Follow(ctx, by, r.Stream.ID, e); err != nil {
					return fmt.Errorf("assign what follows %s: %w", r.Stream, err)
				}
			}
			return nil
		},
	}
}
