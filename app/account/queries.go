package account

import (
	"context"
	"time"

	"portico/domain/account"

	"github.com/google/uuid"
)

// Reader reads a practice's people and tokens.
type Reader interface {
	// Staff are the people with these ids, or all where none is named, by name; deactivated ones too, because history
	// names them. Unknown ids and those of other firms are left out.
	Staff(ctx context.Context, firm int32, ids ...uuid.UUID) ([]StaffRow, error)
	// StaffByEmail finds an active person by address. ErrUnknown.
	StaffByEmail(ctx context.Context, email string) (Staff, error)
	// Tokens are one person's API tokens, newest first.
	Tokens(ctx context.Context, firm int32, staff uuid.UUID) ([]TokenRow, error)
}

// StaffRow is one person of a practice.
type StaffRow struct {
	ID            uuid.UUID
	Name, Email   string
	Role          account.Role
	CreatedAt     time.Time
	DeactivatedAt time.Time // zero: active
	JoinedAt      time.Time // zero: invited
	InvitedUntil  time.Time // of the newest invitation; zero: was never invited
	Lapsed        bool      // that time is over
	HandedTo      uuid.UUID // who goes on with the work of somebody who has left; zero: nobody
	SeenAt        time.Time // newest sign of life in a session that is kept; zero: none
}

// TokenRow is one API token; the secret isn't stored.
type TokenRow struct {
	ID         uuid.UUID
	Staff      uuid.UUID
	Name       string
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never; rounded to a minute or so
	RevokedAt  time.Time // zero: live
}
