package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/adapters/postgres"
	"portico/app/account"
	contactapp "portico/app/contact"
	"portico/app/es"
	taskapp "portico/app/task"
	accounts "portico/domain/account"
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

// colleagues tells tasks who is of the practice.
type colleagues struct{ accounts postgres.Accounts }

var _ taskapp.Colleagues = colleagues{}

// Known is taskapp.Colleagues. Who has left isn't one.
func (c colleagues) Known(ctx context.Context, firm int32, staff []uuid.UUID) error {
	rows, err := c.accounts.Staff(ctx, firm, staff...)
	if err != nil {
		return err
	}
	for _, id := range staff {
		if !slices.ContainsFunc(rows, func(r account.StaffRow) bool { return r.ID == id && r.DeactivatedAt.IsZero() }) {
			return accounts.ErrUnknown
		}
	}
	return nil
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
