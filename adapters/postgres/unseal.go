package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"portico/domain/event"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Sealed stands where personal text is, and nobody has asked to unseal it.
const Sealed = "(sealed)"

// Record decodes an entry. Without unseal each personal field reads "(sealed)", and no key is looked up.
func (h History) Record(ctx context.Context, e Entry, unseal bool) (event.Recorded, error) {
	r := e.raw()
	if unseal {
		return h.Codec.record(&r, h.Vault.finder(ctx, e.Firm))
	}
	r.pii = nil
	rec, err := h.Codec.record(&r, nil)
	if err == nil {
		rec.Event, err = h.Codec.veil(rec.Event)
	}
	return rec, err
}

// Fields is an event's content in its newest shape: every field as the code names it, personal ones as Record left
// them, with "(erased)" where the key is gone.
func (h History) Fields(r event.Recorded) (json.RawMessage, error) {
	text, err := jsonv2.Marshal(r.Event, shownOptions)
	if err != nil {
		return nil, fmt.Errorf("show %s: %w", r.Event.EventType(), err)
	}
	return text, nil
}

var shownOptions = jsonv2.JoinOptions(
	jsonv2.Deterministic(true),
	jsonv2.WithMarshalers(jsonv2.MarshalToFunc(func(e *jsontext.Encoder, p event.Personal) error {
		if p.Subject == uuid.Nil {
			return e.WriteToken(jsontext.Null)
		}
		return e.WriteToken(jsontext.String(p.String()))
	})),
)
