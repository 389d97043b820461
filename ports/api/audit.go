package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"portico/app/audit"
	"portico/domain/event"
	"portico/domain/fault"
)

// Event is one event of the log, without its personal fields.
type Event struct {
	Position   int64           `json:"position" doc:"Place in the log: rising, with gaps"`
	Stream     string          `json:"stream"`
	Version    int             `json:"version" doc:"Place in the stream: 1, 2, 3, without gaps"`
	Type       string          `json:"type"`
	At         Time            `json:"at" doc:"When it happened"`
	RecordedAt Time            `json:"recorded_at"`
	Actor      Actor           `json:"actor"`
	For        MaybeID         `json:"on_behalf_of" doc:"The contact for whom somebody of the practice acted; null: nobody"`
	Data       json.RawMessage `json:"data" doc:"Facts and ids; what is about a person is left out"`
	Hash       string          `json:"hash" doc:"64 hex digits; each chains the one before in its stream"`
}

// Actor is who did it.
type Actor struct {
	Kind string  `json:"kind" doc:"staff, contact, uploader, system or operator"`
	ID   MaybeID `json:"id"`
}

func showEvent(r audit.Row) Event {
	data := r.Data
	if len(data) == 0 {
		data = json.RawMessage(`{}`)
	}
	return Event{
		Position: r.Position, Stream: r.Stream.String(), Version: r.Version, Type: r.Type, At: Time(r.At), RecordedAt: Time(r.RecordedAt),
		Actor: Actor{Kind: string(r.Actor.Kind), ID: MaybeID(r.Actor.ID)}, For: MaybeID(r.For), Data: data, Hash: hex.EncodeToString(r.Hash[:]),
	}
}

var errStream = fault.New(fault.Invalid, "api.stream", "Write the stream like uploadlink-0190d8f2-7f4a-7d3c-9c1e-2f6a5b8d4e10.")

type listEvents struct {
	After  int64  `query:"after" minimum:"0" doc:"Only events behind this position; 0: from the beginning"`
	Stream string `query:"stream" doc:"Only this stream: KIND-UUID"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// listEvents' cursor is a position: next goes into after. The log knows files that the practice must not see yet, or ever
// (S1.i1, U2, U8).
func (s *Server) listEvents(ctx context.Context, in *listEvents) (*body[Page[Event]], error) {
	q := audit.Query{After: in.After, Limit: in.Limit}
	if in.Stream != "" {
		var err error
		if q.Stream, err = event.ParseStream(in.Stream); err != nil {
			return nil, errStream
		}
	}
	rows, err := s.History.Events(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(rows) == in.Limit {
		next = strconv.FormatInt(rows[len(rows)-1].Position, 10)
	}
	return page(rows, next, showEvent), nil
}
