package contact

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Reader reads the read model of contacts. Every method is scoped to one firm; who is unknown or another firm's is
// contact.ErrNotFound of the domain.
type Reader interface {
	// Contact is one person.
	Contact(ctx context.Context, firm int32, id uuid.UUID) (Row, error)
	// ByEmail are the people with an address, whatever its case; there may be two (S3.i11). The one known longest is first.
	ByEmail(ctx context.Context, firm int32, email string) ([]Row, error)
	// Contacts lists a firm's people by name.
	Contacts(ctx context.Context, firm int32, q Query) (rows []Row, next string, err error)
	// OfClient are the people of a client, those linked first first. There are at most client.MaxContacts of the domain.
	OfClient(ctx context.Context, firm int32, client uuid.UUID) ([]Linked, error)
	// ClientsOf are the clients of a person, by name, archived ones too.
	ClientsOf(ctx context.Context, firm int32, contact uuid.UUID) ([]Membership, error)
}

// Query chooses people. Zero fields choose all.
type Query struct {
	Text  string // the beginnings of words in names, address and telephone number, whatever case and accents
	Loose bool   // only those who belong to no client (S3.9)
	Unset bool   // only those without an address (S3.i8)
	After string // cursor from the page before
	Limit int    // default 50, at most 200
}

// Row is one person.
type Row struct {
	ID       uuid.UUID
	Given    string
	Family   string
	Email    string // canonical; may be empty
	Phone    string // E.164; may be empty
	Language string // empty: the practice's
	Zone     string // empty: the practice's
	AddedAt  time.Time
	Clients  int // that they are linked to
}

// Name is how a person is called in lists; the address where there is no name.
func (r Row) Name() string {
	if name := strings.TrimSpace(r.Given + " " + r.Family); name != "" {
		return name
	}
	return r.Email
}

// Linked is a person of a client.
type Linked struct {
	Row
	Rights   Rights
	LinkedAt time.Time
}

// Membership is a client of a person.
type Membership struct {
	Client     uuid.UUID
	ClientName string
	Rights     Rights
	Active     bool // not archived: the person may enter through it (S3.i23)
}

// Rights are words of client.Right of the domain.
type Rights []string

// May tells whether right is among them.
func (r Rights) May(right string) bool { return slices.Contains(r, right) }
