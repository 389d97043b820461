package firm

import (
	"context"

	"portico/domain/firm"

	"github.com/google/uuid"
)

// Reader reads the read model of practices.
type Reader interface {
	// Firm is one practice; an unknown number is firm.ErrNotFound of the domain.
	Firm(ctx context.Context, no int32) (Practice, error)
	// UploadPolicy is a channel's rule as it stands, firm.DefaultPolicy where none was set; an unknown channel is
	// firm.ErrChannel of the domain.
	UploadPolicy(ctx context.Context, no int32, channel firm.Channel) (firm.Policy, error)
}

// Practice is one practice.
type Practice struct {
	No    int32 // the tenant in every key
	ID    uuid.UUID
	Name  string
	Email string
	Zone  string // IANA
}
