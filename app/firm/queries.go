package firm

import (
	"context"
	"time"

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
	// Templates are a practice's texts for the messages of links, by name. There are at most firm.MaxTemplates.
	Templates(ctx context.Context, no int32) ([]Template, error)
}

// Storage knows how much is kept for a practice.
type Storage interface {
	// Used is bytes of all files that are kept, those on their way with their announced size.
	Used(ctx context.Context, no int32) (int64, error)
}

// Practice is one practice.
type Practice struct {
	No     int32 // the tenant in every key
	ID     uuid.UUID
	Name   string
	Email  string
	Zone   string // IANA
	Limits firm.Limits
	Button string // what the button of the mail with a link says
}

// Template is one text for the messages of links.
type Template struct {
	ID      uuid.UUID
	Name    string
	Text    string
	SavedAt time.Time
}

// Fill is how much of a quota is used, in percent and rounded down; over 100 where the quota was lowered. Without a
// quota it is 0.
func Fill(used, quota int64) int {
	if quota <= 0 {
		return 0
	}
	return int(float64(used) / float64(quota) * 100)
}

// NearlyFull is the Fill from which staff are warned, in percent.
const NearlyFull = 90
