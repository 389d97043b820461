package es

import (
	"context"
	"errors"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Effect is one act on the outside world that an event asks for: a mail, a message, a hook. It is stored with the
// reactor's progress and performed later, so it holds ids only; names and addresses come from the sealed events when it
// is performed. Key is its idempotency key: the same Key is performed once, whatever is read again.
type Effect struct {
	Kind   string // "mail.upload_link"
	Key    string // "mail.upload_link/LINK/RECIPIENT/GENERATION"
	Firm   int32
	Stream event.Stream
	Args   EffectArgs
	Person uuid.UUID // of a mail or text: whom outside the practice it goes to or is about; zero: the event doesn't say
	Client uuid.UUID // likewise: whose matter it is

	NotBefore time.Time // by the database's clock; zero: at once. Until then one effect can stand for what comes later under its Key

	Gathers uuid.UUID     // for whom; what else of its kind there is for them joins it, of whichever stream. Zero: it stands for itself
	Window  time.Duration // of what gathers: how long after NotBefore it waits for more
	Causes  []Cause       // of what has gathered, when it is performed: the events that asked for it, in the order they were heard
}

// Cause is an event that asked for an effect, by its place in its stream.
type Cause struct {
	Stream  uuid.UUID
	Version int
}

// EffectArgs are the ids that an effect is about; what its kind does not need is zero.
type EffectArgs struct {
	Recipient  uuid.UUID `json:"recipient,omitzero"`
	Generation int       `json:"generation,omitzero"`
	Batch      uuid.UUID `json:"batch,omitzero"`
	File       uuid.UUID `json:"file,omitzero"`
	Version    int       `json:"version,omitempty"` // of the event that asks, in its stream
	Since      time.Time `json:"since,omitzero"`    // it is about what happened from then on
	Source     string    `json:"source,omitempty"`  // the stream of the event with Version, as people type it
	Type       string    `json:"type,omitempty"`    // what it says, as a webhook calls it
}

// Performer does one effect and records its outcome as an event. It must be harmless the second time: a node may die
// between the act and the note that it was done.
//
// A nil error ends the effect. ErrWithdrawn ends it because it must not happen any more, and a RefusedError because the
// other side will not have it. Any other error repeats it later; after the last try GaveUp is called.
type Performer interface {
	Perform(ctx context.Context, e Effect) (Handed, error)
	GaveUp(ctx context.Context, e Effect, tries int) error
}

// Handed is what the outside world calls what it was handed: the Message-IDs of mails without their domain, a provider's
// ids of texts. What it tells later, a bounce or a receipt, names them.
type Handed []string

// RefusedError ends an effect because the other side has refused it for good. It has none of its words: they may quote
// an address.
type RefusedError struct{ Code string }

func (e *RefusedError) Error() string { return "refused for good with " + e.Code }

// ErrWithdrawn says that an effect no longer makes sense, so nothing was done.
var ErrWithdrawn = errors.New("withdrawn before it left")
