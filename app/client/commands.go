// Package client is what practitioners ask of client records, and what pages show of them.
package client

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/client"

	"github.com/google/uuid"
)

// Commands are what practitioners ask of client records.
type Commands struct{ Events es.Store }

// Create opens a client record. ID is chosen by the caller (UUIDv7), so that a form sent twice is one client.
type Create struct {
	By        es.By
	ID        uuid.UUID
	Name      string
	Email     string      // may be empty
	Sort      client.Sort // empty: a person
	Reference string      // the practice's own number; may be empty
	Owner     uuid.UUID   // staff; zero: nobody yet
}

// Create opens a client record. It refuses with client.ErrName, ErrReference, ErrSort, address.ErrInvalid.
func (c Commands) Create(ctx context.Context, cmd Create) (es.Result, error) {
	return es.Execute(ctx, c.Events, cmd.By, client.Stream(cmd.ID), func(s client.Client, _ time.Time) ([]client.Event, error) {
		return s.Create(client.Creating{
			Client: cmd.ID, Name: cmd.Name, Email: cmd.Email, Sort: cmd.Sort, Reference: cmd.Reference, Owner: cmd.Owner,
		})
	})
}
