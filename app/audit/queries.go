// Package audit reads the history; it has no commands.
package audit

import (
	"context"
	"encoding/json"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Reader reads the log of one firm. What it shows are facts and ids, never a personal field: neither a name, an address
// nor what somebody typed, sealed or open. So it tells nobody of a file's name before its release (S1.i1).
type Reader interface {
	// Events are a firm's events behind a position, in order. It shows only what is safe to read: what it has shown once
	// never gets a predecessor later.
	Events(ctx context.Context, firm int32, q Query) ([]Row, error)
}

// Query chooses events.
type Query struct {
	After  int64        // position; 0: from the beginning
	Stream event.Stream // zero: all
	Limit  int          // 1 to 1000
}

// Row is one event without its personal fields.
type Row struct {
	Position   int64
	Stream     event.Stream
	Version    int
	Type       string // stored name, "uploadlink.issued"
	At         time.Time
	RecordedAt time.Time
	Actor      event.Actor
	For        uuid.UUID       // the contact on whose behalf the actor acted; zero: nobody's
	Data       json.RawMessage // an object of facts and ids
	Hash       [32]byte
}
