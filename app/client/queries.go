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
	// Clients lists a firm's clients.
	Clients(ctx context.Context, firm int32, q Query) (rows []ClientRow, next string, err error)
	// Client is one client, archived or not.
	Client(ctx context.Context, firm int32, id uuid.UUID) (ClientRow, error)
}

// Query chooses clients. Zero fields choose all that are active, by name.
type Query struct {
	Text  string      // the beginnings of words in name, address, reference, and in the names and addresses of the client's people
	Owner uuid.UUID   // staff
	Sort  client.Sort // what they are in law
	Tag   string      // whatever its case
	Shelf Shelf
	Order Order
	After string // cursor from the page before, in the same order
	Limit int    // default 50, at most 200
}

// Shelf is where clients are looked for.
type Shelf string

// The shelves.
const (
	Active     Shelf = ""
	Archived   Shelf = "archived"
	Everywhere Shelf = "all"
)

// Order is how clients are sorted.
type Order string

// The orders.
const (
	ByName      Order = ""
	ByReference Order = "reference" // numbers by their value; those without one at the end
	Newest      Order = "newest"    // created last first
)

// ClientRow is one line of the list of clients.
type ClientRow struct {
	ID           uuid.UUID
	Name         string
	Email        string
	Sort         client.Sort
	Reference    string
	Owner        uuid.UUID // zero: nobody yet
	OwnerName    string
	Tags         []string
	Links        int // upload links ever sent for this client
	Files        int // files that have reached the practice
	CreatedAt    time.Time
	ArchivedAt   time.Time // zero: active
	LastActivity time.Time // newest of: created, link sent, file delivered
}
