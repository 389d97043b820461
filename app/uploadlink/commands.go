// Package uploadlink is what people ask of upload links, and what pages show of them.
package uploadlink

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// Commands are what people ask of upload links. Each method is one command on one link's stream.
type Commands struct {
	Events   es.Store
	Policies Policies
}

// Policies reads a practice's rules.
type Policies interface {
	UploadPolicy(ctx context.Context, firm int32, channel firm.Channel) (window time.Duration, deliver firm.Deliver, err error)
}

// Issue opens a link and asks for a mail to each recipient. ID is chosen by the caller (UUIDv7), so that a form sent
// twice is one link.
type Issue struct {
	By         es.By
	ID         uuid.UUID
	Client     uuid.UUID // zero: for nobody's client
	Recipients []NewRecipient
	Message    string
	Wanted     []string
	ExpiresOn  time.Time // a civil date: only year, month and day count
	Zone       *time.Location
}

// NewRecipient is one person who gets a secret.
type NewRecipient struct{ Name, Email string }
