package client

import (
	"context"
	"time"

	"portico/domain/client"

	"github.com/google/uuid"
)

// Reader reads the read model of clients. Every method is scoped to one firm; what is unknown or another firm's is
// client.ErrNotFound of the domain.
type Reader interface {
	// Clients lists a firm's clients by name.
	Clients(ctx context.Context, firm int32, q Query) (rows []ClientRow, next string, err error)
	// Client is one client.
	Client(ctx context.Context, firm int32, id uuid.UUID) (ClientRow, error)
}

// Query chooses clients. Zero fields choose all.
type Query struct {
	Text  string    // in the name, address or reference, whatever the case
	Owner uuid.UUID // staff
	After string    // cursor from the page before
	Limit int       // default 50, at most 200
}

// ClientRow is one line of the list of clients.
type ClientRow struct {
	ID           uuid.UUID
	Name         string
	Email        string
	Sort         client.Sort
	Reference    string
	Owner        uuid.UUID // zero: nobody yet
	OwnerName    string
	Links        int // upload links ever sent for this client
	Files        int // files that have reached the practice
	CreatedAt    time.Time
	LastActivity time.Time // newest of: created, link sent, file delivered
}
