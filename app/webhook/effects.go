package webhook

import (
	"fmt"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// DeliveryEffect is the kind of effect that delivers one message to one endpoint, whose stream is the effect's; args:
// Source, Version, Type.
const DeliveryEffect = "webhook.delivery"

// Endpoint is what one has to know of an endpoint to know what it is sent.
type Endpoint struct {
	ID    uuid.UUID
	Types []string
	On    bool
}

// Board is the endpoints of one practice, by what was heard so far.
type Board map[uuid.UUID]Endpoint

// Hear tells what an event asks for, and takes down what it says of an endpoint. Events are heard in the order of the
// log: what happened before an endpoint was there is not for it, and what happened after it was switched off neither.
func (b Board) Hear(r event.Recorded) (asked []es.Effect) {
	if e, ok := r.Event.(webhook.Event); ok {
		return b.own(r, e)
	}
	name, ok := Public(r.Event)
	if !ok {
		return nil
	}
	for _, p := range b {
		if p.On && webhook.Wants(p.Types, name) {
			asked = append(asked, delivery(p.ID, r.Firm, r.Stream.String(), r.Version, name, ""))
		}
	}
	return asked
}

func (b Board) own(r event.Recorded, e webhook.Event) []es.Effect {
	p := b[r.Stream.ID]
	p.ID = r.Stream.ID
	switch e := e.(type) {
	case webhook.Added:
		p.Types, p.On = e.Types, true
	case webhook.Changed:
		p.Types = e.Types
	case webhook.SwitchedOn:
		p.On = true
	case webhook.SwitchedOff:
		p.On = false
	case webhook.Removed:
		delete(b, p.ID)
		return nil
	case webhook.Tested:
		return []es.Effect{delivery(p.ID, r.Firm, r.Stream.String(), r.Version, webhook.Test, "")}
	case webhook.Replayed:
		return []es.Effect{delivery(p.ID, r.Firm, e.Source, e.Version, "", fmt.Sprintf("/replay/%d", r.Version))}
	case webhook.SecretRotated:
	}
	b[p.ID] = p
	return nil
}

func delivery(endpoint uuid.UUID, firm int32, source string, version int, name, again string) es.Effect {
	return es.Effect{
		Kind: DeliveryEffect, Key: fmt.Sprintf("%s/%s/%s/%d%s", DeliveryEffect, endpoint, source, version, again), Firm: firm, Stream: webhook.Stream(endpoint),
		Args: es.EffectArgs{Source: source, Version: version, Type: name},
	}
}
