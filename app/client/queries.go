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
	// Counts are the numbers beside the filters of q; its cursor and limit count for nothing. me is whose own are counted.
	Counts(ctx context.Context, firm int32, q Query, me uuid.UUID) (Counts, error)
	// Matching are the ids of all clients that q chooses, in its order, whatever its cursor and limit (S3.i7).
	Matching(ctx context.Context, firm int32, q Query) ([]uuid.UUID, error)
}

// Query chooses clients. Zero fields choose all that are active, by name.
type Query struct {
	Text  string      // the beginnings of words in name, address, reference, and in the names and addresses of the client's people
	Owner uuid.UUID   // staff
	Sort  client.Sort // what they are in law
	Tag   string      // whatever its case
	Shelf Shelf
	// Portal is where the client's people stand. What is chosen by it may be a second old, but for Fresh.
	Portal Portal
	Fresh  bool // the reader has just written something
	Order  Order
	After  string // cursor from the page before, in the same order
	Limit  int    // default 50, at most 200
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

// Portal is where the people of a client stand with the portal.
type Portal string

// Where they stand. A client with two people may be in several of the last three.
const (
	AnyPortal     Portal = ""
	WithoutPortal Portal = "without"    // nobody is in, and nobody was asked, or no more
	Invited       Portal = "invited"    // somebody was asked, and nobody is in; in time or not
	SignedIn      Portal = "signed_in"  // somebody has accepted, and wasn't removed
	Bounced       Portal = "bounced"    // somebody's invitation came back
	Unaddressed   Portal = "no_address" // nobody has an address, or there is nobody (S3.i8)
	Unmailed      Portal = "unmailed"   // somebody was added and never asked, the step that people forget (S5.i8)
)

// Portals are those that choose.
var Portals = []Portal{WithoutPortal, Invited, SignedIn, Bounced, Unaddressed, Unmailed}

// Counts are how many clients there are for each choice of a filter, with the others as they are.
type Counts struct {
	Found    int // what the query chooses
	Active   int
	Archived int
	Mine     int
	Sorts    map[client.Sort]int
	Tags     []TagCount // the most frequent first
	Portal   map[Portal]int
}

// TagCount is how many clients have a tag.
type TagCount struct {
	Tag   string
	Count int
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
	Tags         []string
	People       int    // who are linked to it
	Stand        Portal // where they stand, the best that is known of them; AnyPortal: there is nobody
	Links        int    // upload links ever sent for this client
	Files        int    // files that have reached the practice
	CreatedAt    time.Time
	ArchivedAt   time.Time // zero: active
	LastActivity time.Time // newest of: created, link sent, file delivered
}
