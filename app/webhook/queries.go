package webhook

import (
	"context"
	"time"

	"portico/domain/webhook"

	"github.com/google/uuid"
)

// Row is one endpoint as it stands.
type Row struct {
	ID           uuid.UUID
	URL          string // empty where it was erased
	Types        []string
	Off          bool
	Cause        webhook.Cause // why it is off
	OffAt        time.Time
	Secret       int       // the how manieth
	EarlierUntil time.Time // the secret before signs along until then
	AddedAt      time.Time
}

// State is where a delivery stands.
type State string

// The states.
const (
	Waiting   State = "waiting"   // for its first try
	Retrying  State = "retrying"  // the last try has failed, and another one comes
	Delivered State = "delivered" // the receiver has taken it
	Failed    State = "failed"    // no further try comes
	NotSent   State = "not_sent"  // the endpoint was switched off or removed meanwhile
)

// States are all of them.
func States() []State { return []State{Waiting, Retrying, Delivered, Failed, NotSent} }

// Delivery is one message for one endpoint.
type Delivery struct {
	Key       string // names it in the ledger
	Endpoint  uuid.UUID
	ID        string // webhook-id; the same for all deliveries of one event
	Type      string
	Source    string // the stream of the event, as people type it
	Version   int    // its place there
	Replay    bool   // somebody has asked for it once more
	State     State
	Tries     int
	CreatedAt time.Time
	NextAt    time.Time // of one that waits
	EndedAt   time.Time
	Last      Attempt // zero: none yet
}

// Attempt is one try to deliver.
type Attempt struct {
	N      int // 1, 2, 3
	At     time.Time
	Took   time.Duration
	Status int    // of the answer; 0: there was none
	Why    string // there was none
	Answer string // its first bytes, MaxAnswer at most; kept for AnswersKept
}

// How much is kept of an answer, and how long.
const (
	MaxAnswer   = 1024
	AnswersKept = 30 * 24 * time.Hour
)

// Query chooses deliveries of one endpoint, the newest first.
type Query struct {
	Endpoint uuid.UUID
	State    State  // empty: all
	After    string // where the page before ended
	Limit    int
}

// Reader is what pages and programs read. Implementation: adapters/postgres.Webhooks.
type Reader interface {
	Endpoints(ctx context.Context, firm int32) ([]Row, error) // the oldest first
	Endpoint(ctx context.Context, firm int32, id uuid.UUID) (Row, error)
	Deliveries(ctx context.Context, firm int32, q Query) (rows []Delivery, next string, err error)
	Delivery(ctx context.Context, firm int32, endpoint uuid.UUID, key string) (Delivery, error)
	Attempts(ctx context.Context, firm int32, key string) ([]Attempt, error) // the newest first
}
